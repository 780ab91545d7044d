"""
The embedded chain: a QBFT-form chain in one process, from pip packages alone (DESIGN.md §6, ADR 0003).

    with DevChain.open(directory) as chain, chain.serve() as server:
        ...  # any Ethereum client at server.url

Nothing else of this package is for use outside it: everyone speaks JSON-RPC, so that a real node replaces it by URL alone.
"""

import sys

from ledger.devchain.chain import DevChain
from ledger.devchain.errors import DevChainError, RpcError
from ledger.devchain.server import Server

# py-evm and py_ecc raise the interpreter's limit to 12,288 and 100,000 when they are imported; at such a depth a hostile JSON
# document overflows the C stack of CPython 3.11 instead of raising RecursionError, anywhere in the process. The deepest calls
# that 30 M gas can pay for are 530, of six Python frames each.
RECURSION_LIMIT = 5_000
sys.setrecursionlimit(RECURSION_LIMIT)

BANNER = "development chain 演示链·全部节点密钥在同一台机器·不具证明效力"

__all__ = ["BANNER", "RECURSION_LIMIT", "DevChain", "DevChainError", "RpcError", "Server"]

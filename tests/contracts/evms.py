"""
The two EVMs that the contracts run on here: eth-tester's chain, the oracle, and the embedded one, asked over JSON-RPC.

Each takes one transaction a block and tells what came of it in the same words. The embedded chain's clock is set by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from eth.vm.forks.london import LondonVM
from eth_account import Account
from eth_tester import EthereumTester
from eth_tester.backends.pyevm import PyEVMBackend

from ledger.devchain import DevChain
from ledger.rpc import Rpc
from tests.contracts.acts import ADDRESSES, KEYS, Act

GAS = 6_000_000
GAS_PRICE = 10**10  # eth-tester's London asks for a fee; the gas used does not depend on it


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a transaction; `logs` are (address, topics, data) in hex, `created` is "" unless it made a contract."""

    status: int
    gas: int
    logs: tuple[tuple[str, tuple[str, ...], str], ...]
    created: str
    block: int
    time: int


class Evm(Protocol):
    """A chain on which acts are tried."""

    def act(self, act: Act) -> Came:
        """Sends the act in a block of its own."""


class _Signing:
    """Counts nonces; accounts sign for one chain."""

    def __init__(self, chain_id: int) -> None:
        self._chain_id = chain_id
        self._nonces = [0] * len(KEYS)

    def raw(self, act: Act, gas_price: int) -> bytes:
        body = {"gas": GAS, "gasPrice": gas_price, "value": 0, "data": act.data, "chainId": self._chain_id}
        body |= {"nonce": self._nonces[act.sender]} | ({"to": ADDRESSES[act.contract]} if act.contract else {})
        self._nonces[act.sender] += 1
        return bytes(Account.sign_transaction(body, KEYS[act.sender]).raw_transaction)


class Oracle:
    """eth-tester over py-evm, London."""

    def __init__(self) -> None:
        self.tester = EthereumTester(PyEVMBackend(vm_configuration=((0, LondonVM),)))
        self._signing = _Signing(self.tester.backend.chain.chain_id)

    def act(self, act: Act) -> Came:
        """As `Evm`."""
        receipt = self.tester.get_transaction_receipt(
            self.tester.send_raw_transaction("0x" + self._signing.raw(act, GAS_PRICE).hex())
        )
        block = self.tester.get_block_by_number(receipt["block_number"])
        logs = tuple((log["address"].lower(), tuple(log["topics"]), log["data"]) for log in receipt["logs"])
        made = (receipt["contract_address"] or "").lower()
        return Came(receipt["status"], receipt["gas_used"], logs, made, receipt["block_number"], block["timestamp"])


class Embedded:
    """Our own development chain."""

    def __init__(self, chain: DevChain, rpc: Rpc) -> None:
        self.chain, self.rpc = chain, rpc
        self._signing = _Signing(chain.chain_id)

    def act(self, act: Act) -> Came:
        """As `Evm`."""
        sent = self.chain.submit(self._signing.raw(act, 0))
        self.chain.mine()
        receipt: Any = self.rpc.call("eth_getTransactionReceipt", ["0x" + sent.hex()])
        block: Any = self.rpc.call("eth_getBlockByNumber", [receipt["blockNumber"], False])
        logs = tuple((log["address"], tuple(log["topics"]), log["data"]) for log in receipt["logs"])
        return Came(
            int(receipt["status"], 16),
            int(receipt["gasUsed"], 16),
            logs,
            receipt["contractAddress"] or "",
            int(block["number"], 16),
            int(block["timestamp"], 16),
        )


class HandClock:
    """Seconds since 1970, as set."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@contextmanager
def embedded(directory: Path, clock: HandClock) -> Iterator[Embedded]:
    """A new embedded chain that moves by hand only."""
    with DevChain.open(directory, clock=clock, period_s=3600, heartbeat_s=3600) as chain, chain.serve() as server:
        rpc = Rpc(server.url, chain_id=chain.chain_id, timeout_s=60)
        yield Embedded(chain, rpc)
        rpc.close()

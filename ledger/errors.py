"""
What the ledger raises, by what the caller can do about it. Every error carries a stable dotted `code`.

LedgerError
├── RpcUnavailable    no usable answer: time-out, transport, HTTP status, not JSON-RPC   (try again, perhaps elsewhere)
├── RpcRefused        the node answered with an error                                    (its number only: texts decide nothing)
├── WrongChain        the node is on another chain than the pinned one                   (stop: a setting is wrong)
├── NodeContradicts   what the node says does not fit together or is not true            (stop believing this node)
├── NotAnchored       the transaction or state is there, and has no such anchor                (not an error of the node)
├── NotYet            a block, receipt or endorsement is not there now                   (try again later)
├── DeployFailed      a contract could not be put on the chain, or is not what it must be
└── SignerRefused     a key file or a signer is not fit to be used

No message ever holds what a node or a file said: only the code and a short name of ours.
"""

from __future__ import annotations


class LedgerError(Exception):
    """Base of everything `ledger` raises on purpose. `code` never changes once released; `field` is a name of ours."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(f"{code} {field}".strip())
        self.code = code
        self.field = field


class RpcUnavailable(LedgerError):
    """No usable answer came: whether the node acted on the question is unknown."""


class RpcRefused(LedgerError):
    """The node answered with a JSON-RPC error.

    `rpc_code` is its number; `data` the bytes of its `data` member when that is hex (revert data), else None.
    Engines give one number for a dozen causes (ENGINES.md), so neither says what became of a transaction.
    """

    def __init__(self, rpc_code: int, data: bytes | None = None) -> None:
        super().__init__("ledger.rpc.refused", str(rpc_code))
        self.rpc_code = rpc_code
        self.data = data


class WrongChain(LedgerError):
    """The node's chain id, genesis or transaction belongs to another chain than the pinned one."""


class NodeContradicts(LedgerError):
    """Two answers of a node do not fit together, or one is false by its own hash."""


class NotAnchored(LedgerError):
    """The transaction ran, or the state was proven, and (member, seq) is not anchored by it."""


class NotYet(LedgerError):
    """What was asked for is not on the chain now; nothing was found to be false."""


class DeployFailed(LedgerError):
    """A contract could not be deployed, or the code on the chain is not ours."""


class SignerRefused(LedgerError):
    """A key file is not safe or not readable, or a signer returned something it was not asked for."""

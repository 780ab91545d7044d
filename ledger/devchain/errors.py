"""
What the embedded chain raises on purpose.

DevChainError     the directory, the keys or the settings forbid it   (stable dotted `code`, never a value from the input)
RpcError          the answer to one JSON-RPC call                     (number and text as geth and GoQuorum give them)

Callers decide by `DevChainError.code`; an RPC text is for people only, as with a real node (a fate is never read from it).
"""

from __future__ import annotations

from ledger.errors import LedgerError


class DevChainError(LedgerError):
    """The chain cannot be opened, served or moved on. `code` never changes once released; the text is for a person."""


class RpcError(Exception):
    """One JSON-RPC error object: `code` is the JSON-RPC number, `data` is hex (revert data) or absent."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, object]:
        """The `error` member of a response."""
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.data is not None:
            body["data"] = self.data
        return body


def keys_mismatch() -> DevChainError:
    """`devchain.keys.mismatch`: a block that is on the chain cannot be sealed with the keys that are here."""
    return DevChainError("devchain.keys.mismatch", "the validator keys of this chain are not here")


def refused(message: str) -> RpcError:
    """-32000, the code of nearly everything a geth node refuses."""
    return RpcError(-32000, message)


def invalid_params(message: str) -> RpcError:
    """-32602: a parameter has the wrong form."""
    return RpcError(-32602, message)

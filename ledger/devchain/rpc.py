"""
The JSON-RPC 2.0 envelope: bytes of a request in, bytes of the answer out.

Strict: version, id and names are checked, an unknown member is an invalid request. Calls and batches never echo what they refuse.
"""

from __future__ import annotations

import json
import logging
from typing import Final, NoReturn, Protocol

from ledger.devchain.errors import RpcError

MAX_BATCH: Final = 100  # calls; the largest honest batch is a block's receipts one by one
_NAMES: Final = frozenset(("jsonrpc", "id", "method", "params"))
_log = logging.getLogger(__name__)


class Runner(Protocol):
    """Whatever runs a method by its name."""

    def run(self, name: str, given: list[object]) -> object:
        """The result, or RpcError."""


def answer(body: bytes, methods: Runner) -> bytes | None:
    """The response to a request or a batch; None when every call in it is a notification (nothing is to be sent)."""
    try:
        asked = json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _encoded(_error(None, RpcError(-32700, "parse error")))
    if not isinstance(asked, list):
        one = _one(asked, methods)
        return None if one is None else _encoded(one)
    if not asked:
        return _encoded(_error(None, RpcError(-32600, "empty batch")))
    if len(asked) > MAX_BATCH:
        return _encoded(_error(None, RpcError(-32600, "batch too large")))
    answers = [one for one in (_one(call, methods) for call in asked) if one is not None]
    return _encoded(answers) if answers else None


def _no_constant(_text: str) -> NoReturn:
    raise ValueError  # NaN and Infinity are not JSON


def _one(call: object, methods: Runner) -> dict[str, object] | None:
    name = call.get("method") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not _well_formed(call) or not isinstance(name, str):
        return _error(None, RpcError(-32600, "invalid request"))
    given = call.get("params", [])
    try:
        if not isinstance(given, list):
            raise RpcError(-32602, "non-array args")
        result = methods.run(name, given)
    except RpcError as error:
        return _error(call["id"], error) if "id" in call else None
    except Exception:  # the boundary: one failed call must not end the connection, and its text is nobody's business
        _log.exception("devchain.rpc.failed method=%s", name)
        return _error(call["id"], RpcError(-32603, "internal error")) if "id" in call else None
    return {"jsonrpc": "2.0", "id": call["id"], "result": result} if "id" in call else None


def _well_formed(call: dict[str, object]) -> bool:
    identity = call.get("id")
    return call.keys() <= _NAMES and call.get("jsonrpc") == "2.0" and (identity is None or type(identity) in (str, int))


def _error(identity: object, error: RpcError) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": identity, "error": error.as_json()}


def _encoded(answered: object) -> bytes:
    return json.dumps(answered, separators=(",", ":"), allow_nan=False).encode()

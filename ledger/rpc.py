"""
A small JSON-RPC client over HTTP, pinned to one chain.

It refuses redirects, proxies from the environment, answers that are too big or too slow, and envelopes that are not exactly
JSON-RPC 2.0. The chain id is asked on the first use and again whenever a new connection was opened, before that answer is
used: a load balancer or a restarted node on another chain is noticed. URLs come from settings only. Nothing a node says in
words is kept: see `ledger.errors`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn, Protocol

import httpx

from certs.canonical import nesting
from ledger.errors import NodeContradicts, RpcRefused, RpcUnavailable, WrongChain
from ledger.quantities import data_bytes, quantity

MAX_ANSWER_BYTES: Final = 32 * 1024 * 1024  # a full block of 30 M gas with its receipts is a tenth of it
MAX_BATCH: Final = 100  # calls of one HTTP request; nodes cap batches (Besu 1024, geth 1000), a longer list is cut up
MAX_DEPTH: Final = 32  # the deepest answer we ask for, logs in receipts in a batch, has seven levels
_HTTP_OK: Final = 200

Call = tuple[str, Sequence[Any]]


class ChainPort(Protocol):
    """What the ledger needs of a chain; `Rpc` is the real one."""

    def call(self, method: str, params: Sequence[Any] = ()) -> Any:
        """One call's result. Raises `RpcUnavailable`, `RpcRefused`, `WrongChain`."""

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The answers in the order of the calls; a refused one stands there as a `RpcRefused`. Raises the others."""


def every(answers: list[Any]) -> list[Any]:
    """The answers of a batch of which none was refused. Raises the first `RpcRefused`."""
    for answer in answers:
        if isinstance(answer, RpcRefused):
            raise answer
    return answers


class Rpc:
    """The JSON-RPC port of one node. Thread-safe; calls of one instance wait for each other (one connection).

    `chain_id` None pins whatever chain answers first. `timeout_s` limits each wait and the whole of reading an answer.
    """

    def __init__(
        self, url: str, *, chain_id: int | None, timeout_s: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._chain_id = chain_id
        self._timeout_s = timeout_s
        self._monotonic = monotonic
        self._client = httpx.Client(
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )
        self._lock = threading.Lock()
        self._pinned = False
        self._next_id = 1

    def pin(self) -> int:
        """Asks the node for its chain id now and returns it. Raises `WrongChain` when it is not the pinned one."""
        with self._lock:
            return self._pin()

    def call(self, method: str, params: Sequence[Any] = ()) -> Any:
        """One call's result, as JSON gave it. Raises `RpcUnavailable`, `RpcRefused`, `WrongChain`."""
        with self._lock:
            answer = self._pinned_exchange([(method, params)], as_array=False)[0]
        if isinstance(answer, RpcRefused):
            raise answer
        return answer

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The answers in the order of the calls, a refused one as a `RpcRefused`. Raises `RpcUnavailable`, `WrongChain`.

        Nodes run a batch in its order, so raw transactions of one sender arrive nonce by nonce.
        """
        answers: list[Any] = []
        with self._lock:
            for start in range(0, len(calls), MAX_BATCH):
                answers += self._pinned_exchange(calls[start : start + MAX_BATCH], as_array=True)
        return answers

    def close(self) -> None:
        """Closes the connection; the next call would open another."""
        self._client.close()

    def _pinned_exchange(self, calls: Sequence[Call], *, as_array: bool) -> list[Any]:
        if not self._pinned:
            self._pin()
        answers = self._exchange(calls, as_array=as_array)
        if not self._pinned:  # this very exchange opened a new connection: its answers count only once the chain is known
            self._pin()
        return answers

    def _pin(self) -> int:
        answer = self._exchange([("eth_chainId", ())], as_array=False)[0]
        if isinstance(answer, RpcRefused):
            raise answer
        got = quantity(answer, "chainId")
        if self._chain_id is None:
            self._chain_id = got
        if got != self._chain_id:
            self._pinned = False
            raise WrongChain("ledger.chain.id")
        self._pinned = True
        return got

    def _exchange(self, calls: Sequence[Call], *, as_array: bool) -> list[Any]:
        first = self._next_id
        self._next_id += len(calls)
        asked = [
            {"jsonrpc": "2.0", "id": first + i, "method": method, "params": list(params)}
            for i, (method, params) in enumerate(calls)
        ]
        answer = _parse(self._post(json.dumps(asked if as_array else asked[0], separators=(",", ":")).encode()))
        answers = answer if as_array else [answer]
        if not isinstance(answers, list) or len(answers) != len(calls):
            _not_json_rpc("batch")
        by_id: dict[int, Any] = {}
        for entry in answers:
            id_, value = _open_envelope(entry)
            by_id[id_] = value
        if set(by_id) != set(range(first, first + len(calls))):
            _not_json_rpc("id")
        return [by_id[first + i] for i in range(len(calls))]

    def _trace(self, event: str, _info: object) -> None:
        if event == "connection.connect_tcp.complete":
            self._pinned = False

    def _post(self, body: bytes) -> bytes:
        deadline = self._monotonic() + self._timeout_s
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        try:
            with self._client.stream(
                "POST", self._url, content=body, headers=headers, extensions={"trace": self._trace}
            ) as response:
                if response.status_code != _HTTP_OK:
                    raise RpcUnavailable("ledger.rpc.http", str(response.status_code))
                return self._read(response, deadline)
        except httpx.TimeoutException:
            self._pinned = False
            raise RpcUnavailable("ledger.rpc.timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            self._pinned = False
            raise RpcUnavailable("ledger.rpc.transport") from None

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        parts, size = [], 0
        for part in response.iter_raw():
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise RpcUnavailable("ledger.rpc.size")
            if self._monotonic() > deadline:
                raise RpcUnavailable("ledger.rpc.timeout")
            parts.append(part)
        return b"".join(parts)


def _not_json_rpc(field: str) -> NoReturn:
    raise RpcUnavailable("ledger.rpc.envelope", field)


def _refuse_constant(_text: str) -> NoReturn:
    _not_json_rpc("json")


def _parse(raw: bytes) -> Any:
    # py-evm raises Python's recursion limit to 100,000 for its whole process: a deep answer would then end the process, not
    # raise RecursionError, so the depth is looked at first.
    if nesting(raw) > MAX_DEPTH:
        _not_json_rpc("depth")
    try:
        return json.loads(raw, parse_constant=_refuse_constant)
    except ValueError:
        raise RpcUnavailable("ledger.rpc.envelope", "json") from None


def _open_envelope(entry: Any) -> tuple[int, Any]:
    """(id, result or `RpcRefused`) of one answer: version, integer id, and exactly one of result and error."""
    if not isinstance(entry, dict) or entry.get("jsonrpc") != "2.0":
        _not_json_rpc("jsonrpc")
    if type(entry.get("id")) is not int:
        _not_json_rpc("id")
    if ("result" in entry) == ("error" in entry):
        _not_json_rpc("result")
    if "result" in entry:
        return entry["id"], entry["result"]
    error = entry["error"]
    if not isinstance(error, dict) or type(error.get("code")) is not int:
        _not_json_rpc("error")
    try:
        data: bytes | None = data_bytes(error.get("data"), "data")
    except NodeContradicts:  # some engines put words there, which decide nothing
        data = None
    return entry["id"], RpcRefused(error["code"], data)

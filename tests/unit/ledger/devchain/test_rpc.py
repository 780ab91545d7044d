"""The envelope: strict in, exact out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.devchain.errors import RpcError
from ledger.devchain.rpc import MAX_BATCH, answer


class Echo:
    def run(self, name: str, given: list[object]) -> object:
        if name == "refuse":
            raise RpcError(3, "no", "0x12")
        if name == "break":
            raise ZeroDivisionError("secret")
        return [name, *given]


def ask(asked: object) -> Any:
    answered = answer(json.dumps(asked).encode(), Echo())
    return None if answered is None else json.loads(answered)


def call(**members: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": "m"} | members


def test_a_call_is_answered_under_its_own_id() -> None:
    assert ask(call(params=[1, "x"])) == {"jsonrpc": "2.0", "id": 1, "result": ["m", 1, "x"]}
    assert ask(call(id="é"))["id"] == "é"
    assert ask(call(id=None)) == {"jsonrpc": "2.0", "id": None, "result": ["m"]}


def test_an_error_has_its_number_its_text_and_its_data() -> None:
    assert ask(call(method="refuse"))["error"] == {"code": 3, "message": "no", "data": "0x12"}


def test_a_broken_method_is_an_internal_error_that_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert ask(call(method="break"))["error"] == {"code": -32603, "message": "internal error"}
    assert "devchain.rpc.failed" in caplog.text


@pytest.mark.parametrize(
    "asked",
    [
        "text",
        1,
        None,
        {},
        call(jsonrpc="1.0"),
        call(jsonrpc=2.0),
        call(method=1),
        call(id=[]),
        call(id={}),
        call(id=True),
        call(id=1.5),
        call(more=1),
        {"id": 1, "method": "m"},
    ],
)
def test_what_is_no_call_is_an_invalid_request(asked: object) -> None:
    answered = ask(asked)
    assert answered == {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "invalid request"}}


@pytest.mark.parametrize("params", [{}, "x", 1, None])
def test_parameters_are_a_list(params: object) -> None:
    assert ask(call(params=params))["error"]["code"] == -32602


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"jsonrpc": "2.0"', b'{"id": NaN}', "{}".encode("utf-16")]
)
def test_what_is_no_json_is_a_parse_error(body: bytes) -> None:
    answered = answer(body, Echo())
    assert answered is not None and json.loads(answered)["error"]["code"] == -32700


def test_a_batch_is_answered_in_order_each_by_itself() -> None:
    answers = ask([call(id=1), call(id=2, method="refuse"), 7, call(id=3)])
    assert [(one["id"], "result" in one) for one in answers] == [(1, True), (2, False), (None, False), (3, True)]


def test_an_empty_and_an_endless_batch_are_refused() -> None:
    assert ask([])["error"]["code"] == -32600
    assert len(ask([call()] * MAX_BATCH)) == MAX_BATCH
    assert ask([call()] * (MAX_BATCH + 1))["error"] == {"code": -32600, "message": "batch too large"}


def test_a_notification_is_run_and_not_answered() -> None:
    for method in ("m", "refuse", "break"):
        silent = call(method=method)
        del silent["id"]
        assert ask(silent) is None
        assert ask([silent]) is None
        assert len(ask([silent, call()])) == 1

"""Nobody waits long behind a silent node."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from gateway.bounded_port import REST_S, BoundedPort
from ledger.errors import LedgerError, RpcRefused, RpcUnavailable


class Node:
    """A port that answers, fails, or hangs until it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: LedgerError | None = None
        self.hang: threading.Event | None = None
        self.entered = threading.Event()

    def call(self, _method: str, _params: Sequence[Any] = ()) -> Any:
        self.asked += 1
        self.entered.set()
        if self.hang is not None:
            self.hang.wait()
        if self.error is not None:
            raise self.error
        return "0x1"

    def batch(self, calls: Sequence[Any]) -> list[Any]:
        return [self.call(*call) for call in calls]


def test_an_answering_node_is_passed_through() -> None:
    port = BoundedPort(Node(), monotonic=lambda: 0.0)
    assert port.call("a") == "0x1"
    assert port.batch([("a", ()), ("b", ())]) == ["0x1", "0x1"]


def test_while_one_question_hangs_others_are_told_instead_of_waiting() -> None:
    node = Node()
    node.hang = threading.Event()
    port = BoundedPort(node, monotonic=lambda: 0.0, turn_s=0.01)
    first = threading.Thread(target=port.call, args=("a",))
    first.start()
    node.entered.wait()
    with pytest.raises(RpcUnavailable) as caught:
        port.call("b")
    assert caught.value.code == "ledger.rpc.busy"
    node.hang.set()
    first.join()
    assert node.asked == 1


def test_after_no_answer_nobody_asks_for_a_moment_and_then_somebody_does() -> None:
    node, clock = Node(), [0.0]
    node.error = RpcUnavailable("ledger.rpc.timeout")
    port = BoundedPort(node, monotonic=lambda: clock[0])
    for code in ("ledger.rpc.timeout", "ledger.rpc.resting", "ledger.rpc.resting"):
        with pytest.raises(RpcUnavailable) as caught:
            port.call("a")
        assert caught.value.code == code
    assert node.asked == 1
    clock[0], node.error = REST_S, None
    assert port.call("a") == "0x1"


def test_a_refusal_by_the_node_is_an_answer_and_no_reason_to_rest() -> None:
    node = Node()
    node.error = RpcRefused(-32601)
    port = BoundedPort(node, monotonic=lambda: 0.0)
    for _ in range(2):
        with pytest.raises(RpcRefused):
            port.call("a")
    assert node.asked == 2

"""
What stands between a gateway and the fake chain: questions that fail on the n-th, before or after they took effect, and lies.

In the same process and without a socket, for tests that take thousands of steps; `tests.chain.node` is the same over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.errors import RpcRefused, RpcUnavailable, WrongChain
from ledger.rpc import Call
from tests.fake_chain import FakeChain

Lie = Callable[[Sequence[Any], Any], Any]  # (params, true answer) → what is said


class Killed(BaseException):
    """The process is gone: nobody handles it."""


BEFORE: Mapping[str, Callable[[], BaseException]] = {
    "refused": lambda: RpcUnavailable("ledger.rpc.transport"),
    "error": lambda: RpcRefused(-32000),
    "another chain": lambda: WrongChain("ledger.chain.id"),
    "killed before": Killed,
}
AFTER: Mapping[str, Callable[[], BaseException]] = {
    "answer lost": lambda: RpcUnavailable("ledger.rpc.timeout"),
    "killed after": Killed,
}
FAULTS = (*BEFORE, *AFTER)


@dataclass
class Weather:
    """A `ChainPort`. `faults` maps the number of questions still to go well to what becomes of the next one; a batch is one."""

    chain: FakeChain
    faults: dict[int, str] = field(default_factory=dict)
    lies: dict[str, Lie] = field(default_factory=dict)  # by method
    asked: int = 0

    def clear(self) -> None:
        """From now on everything is answered, and truly."""
        self.faults, self.lies = {}, {}

    def in_turn(self, number: int, fault: str) -> None:
        """The question after the next `number` ones meets this fault."""
        self.faults[self.asked + number] = fault

    def call(self, method: str, params: Sequence[Any] = ()) -> Any:
        return self._weathered(lambda: self._told(method, params))

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        answers: list[Any] = self._weathered(lambda: [self._told_or_refused(method, params) for method, params in calls])
        return answers

    def _weathered(self, ask: Callable[[], Any]) -> Any:
        fault = self.faults.pop(self.asked, "")
        self.asked += 1
        if fault in BEFORE:
            raise BEFORE[fault]()
        answer = ask()
        if fault in AFTER:
            raise AFTER[fault]()
        return answer

    def _told(self, method: str, params: Sequence[Any]) -> Any:
        answer = self.chain.call(method, params)
        return self.lies[method](params, answer) if method in self.lies else answer

    def _told_or_refused(self, method: str, params: Sequence[Any]) -> Any:
        try:
            return self._told(method, params)
        except RpcRefused as refused:
            return refused

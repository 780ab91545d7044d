"""
What the gateway raises on purpose. Every fault carries a stable dotted `code`; `gateway.problems` has its words and status.

GatewayError
├── UnsafeSettings   the gateway must not start like this           (an operator's setting)
└── Refused          a request is not taken, and nothing is stored  (the caller's, or ours when the status is 5xx)

A fault holds a code and a JSON pointer made of our own names and indexes: never a value, and never a name, from the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class GatewayError(Exception):
    """Base of the gateway's errors."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: a JSON pointer into the submitted document, or "" for all of it.

    `value` is the class of what was found there (`gateway.value_class`), never the value. `expected` says in Chinese and English
    what should be there, where one place alone has that rule.
    """

    code: str
    pointer: str = ""
    value: str = ""
    expected: tuple[str, str] | None = None

    def to_json(self) -> dict[str, str]:
        """The fault as it is stored with an outcome."""
        return {"code": self.code, "pointer": self.pointer, **({"value": self.value} if self.value else {})}


class UnsafeSettings(GatewayError):
    """Settings that must not run; `reasons` are sentences for the operator, without secret values."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("refusing to start: " + "; ".join(reasons))
        self.reasons = tuple(reasons)


class Refused(GatewayError):
    """A request that is not taken, with the problem's code and what was found wrong with its content.

    `count` says how many faults there are, where not all of them are in `faults`; `retry_s` when to come back, in seconds.
    """

    def __init__(self, code: str, faults: Sequence[Fault] = (), *, count: int = 0, retry_s: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.faults = tuple(faults)
        self.count = max(count, len(self.faults))
        self.retry_s = retry_s

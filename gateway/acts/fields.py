"""
The fields of an ask, read strictly: the names that may be there and no other, each of its own form.

The first thing that is wrong is refused by its JSON pointer, made of our own names; nothing that was sent is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from certs.codes import is_uscc_form, parse_code
from certs.errors import MalformedCertificate
from certs.number import Number, parse_number
from certs.staple import Status
from gateway.errors import Fault, Refused

STATUSES: Mapping[str, Status] = {status.name.lower(): status for status in Status}
MAX_REASON = 2**16 - 1
MAX_SEQ = 2**48 - 1
MAX_LIST = 64  # validators of a set, and more than there are rights, classes or stages
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_MEMBER_CODE = re.compile(r"[A-Z0-9]{2,8}")


class Fields:
    """An object of an ask. Every reader raises `Refused` `ask.form` with the pointer of what is missing or of another form."""

    def __init__(self, value: Any, allowed: Collection[str], at: str = "") -> None:
        self._at = at
        if not isinstance(value, dict) or not value.keys() <= set(allowed):
            self.refuse()
        self._value: dict[str, Any] = value

    def __contains__(self, name: str) -> bool:
        return name in self._value

    def refuse(self, name: str | None = None, code: str = "ask.form") -> NoReturn:
        """Refuses a field, or the object as a whole."""
        raise Refused("ask.refused", [Fault(code, self._at if name is None else f"{self._at}/{name}")])

    def inner(self, name: str, allowed: Collection[str]) -> Fields:
        """The object under a name."""
        return Fields(self._value.get(name), allowed, f"{self._at}/{name}")

    def objects(self, name: str, allowed: Collection[str]) -> list[Fields]:
        """A list of 1 to 64 objects."""
        return [Fields(entry, allowed, f"{self._at}/{name}/{i}") for i, entry in enumerate(self._list(name, least=1))]

    def choice(self, name: str, choices: Collection[str]) -> str:
        """One of the given texts."""
        value = self._value.get(name)
        if not isinstance(value, str) or value not in choices:
            self.refuse(name)
        return value

    def choices(self, name: str, choices: Collection[str]) -> list[str]:
        """A list of some of the given texts, each once."""
        listed = self._list(name, least=0)
        if not all(isinstance(entry, str) and entry in choices for entry in listed) or len(set(listed)) != len(listed):
            self.refuse(name)
        return listed

    def integer(self, name: str, *, least: int = 0, most: int) -> int:
        """An integer in a range."""
        value = self._value.get(name)
        if type(value) is not int or not least <= value <= most:
            self.refuse(name)
        return value

    def flag(self, name: str) -> bool:
        """true or false."""
        value = self._value.get(name)
        if not isinstance(value, bool):
            self.refuse(name)
        return value

    def status(self, allowed: Collection[Status]) -> Status:
        """`status`, one of those that its object can have; another one is `status.not_applicable`."""
        status = STATUSES[self.choice("status", STATUSES)]
        if status not in allowed:
            self.refuse("status", "status.not_applicable")
        return status

    def reason(self) -> int:
        """`reason`, 16 bits."""
        return self.integer("reason", most=MAX_REASON)

    def number(self, name: str) -> Number:
        """A certificate's number."""
        value = self._value.get(name)
        try:
            return parse_number(value if isinstance(value, str) else "")
        except MalformedCertificate:
            self.refuse(name)

    def goods(self, name: str) -> str:
        """A code of goods in its canonical form."""
        value = self._value.get(name)
        try:
            return str(parse_code(value if isinstance(value, str) else ""))
        except MalformedCertificate:
            self.refuse(name)

    def member(self, name: str, known: Mapping[str, str]) -> str:
        """A member by its USCC, or by its code where it is `known` (code → USCC); the USCC."""
        value = self._value.get(name)
        if isinstance(value, str) and value in known:
            return known[value]
        if not is_uscc_form(value):
            self.refuse(name)
        return str(value)

    def member_code(self, name: str) -> str:
        """A code for a member."""
        value = self._value.get(name)
        if not isinstance(value, str) or _MEMBER_CODE.fullmatch(value) is None:
            self.refuse(name)
        return value

    def address(self, name: str) -> str:
        """An account's address, in lower case."""
        value = self._value.get(name)
        if not isinstance(value, str) or _ADDRESS.fullmatch(value) is None:
            self.refuse(name)
        return value.lower()

    def _list(self, name: str, *, least: int) -> list[Any]:
        value = self._value.get(name)
        if not isinstance(value, list) or not least <= len(value) <= MAX_LIST:
            self.refuse(name)
        return value

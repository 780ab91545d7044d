"""
The fields of an ask, read strictly: the names that may be there and no other, each of its own form.

The first thing that is wrong is refused by its JSON pointer and with what is expected there, made of our own names; nothing that
was sent is repeated.
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

Text = tuple[str, str]  # Chinese, English
STATUSES: Mapping[str, Status] = {status.name.lower(): status for status in Status}
MAX_REASON = 2**16 - 1
MAX_SEQ = 2**48 - 1
MAX_LIST = 64  # validators of a set, and more than there are rights, classes or stages
SUCCESSOR_RULE: Text = (
    "状态为 superseded 的凭证须给出，其他不得给出",
    "needed for a certificate that is superseded, and for nothing else",
)
_NUMBER_FORM: Text = ("须为证书编号：前缀-简码-批次-叶-校验位", "a certificate's number: prefix-code-batch-leaf-check")
_GOODS_FORM: Text = (
    "须为商品码：01/<14 位>[/10/<批号>][/21/<序列号>] 或 00/<18 位>",
    "a code of goods: 01/<14 digits>[/10/<lot>][/21/<serial>] or 00/<18 digits>",
)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_DIGEST = re.compile(r"0x[0-9a-fA-F]{64}")
_MEMBER_CODE = re.compile(r"[A-Z0-9]{2,8}")


class Fields:
    """An object of an ask. Every reader raises `Refused` `ask.form` with the pointer of what is missing or of another form."""

    def __init__(self, value: Any, allowed: Collection[str], at: str = "") -> None:
        self._at = at
        if not isinstance(value, dict) or not value.keys() <= set(allowed):
            names = " ".join(allowed)
            self.refuse(expected=(f"须为对象，只能有这些字段：{names}", f"an object with no other fields than: {names}"))
        self._value: dict[str, Any] = value

    def __contains__(self, name: str) -> bool:
        return name in self._value

    def refuse(self, name: str | None = None, code: str = "ask.form", *, expected: Text | None = None) -> NoReturn:
        """Refuses a field, or the object as a whole; `expected` says in Chinese and English what should be there."""
        raise Refused("ask.refused", [Fault(code, self._at if name is None else f"{self._at}/{name}", expected=expected)])

    def inner(self, name: str, allowed: Collection[str]) -> Fields:
        """The object under a name."""
        return Fields(self._value.get(name), allowed, f"{self._at}/{name}")

    def objects(self, name: str, allowed: Collection[str]) -> list[Fields]:
        """A list of 1 to 64 objects."""
        expected = f"须为 1 至 {MAX_LIST} 项的列表", f"a list of 1 to {MAX_LIST}"
        listed = self._list(name, least=1, expected=expected)
        return [Fields(entry, allowed, f"{self._at}/{name}/{i}") for i, entry in enumerate(listed)]

    def choice(self, name: str, choices: Collection[str]) -> str:
        """One of the given texts."""
        value = self._value.get(name)
        if not isinstance(value, str) or value not in choices:
            self.refuse(name, expected=_one_of(choices))
        return value

    def choices(self, name: str, choices: Collection[str]) -> list[str]:
        """A list of some of the given texts, each once."""
        named = " ".join(choices)
        expected = f"须为列表，可列出这些，每项一次：{named}", f"a list of some of these, each once: {named}"
        listed = self._list(name, least=0, expected=expected)
        if not all(isinstance(entry, str) and entry in choices for entry in listed) or len(set(listed)) != len(listed):
            self.refuse(name, expected=expected)
        return listed

    def integer(self, name: str, *, least: int = 0, most: int) -> int:
        """An integer in a range."""
        value = self._value.get(name)
        if type(value) is not int or not least <= value <= most:
            self.refuse(name, expected=(f"须为 {least} 至 {most} 的整数", f"an integer from {least} to {most}"))
        return value

    def flag(self, name: str) -> bool:
        """true or false."""
        value = self._value.get(name)
        if not isinstance(value, bool):
            self.refuse(name, expected=("须为 true 或 false", "true or false"))
        return value

    def status(self, allowed: Collection[Status]) -> Status:
        """`status`, one of those that its object can have; another one is `status.not_applicable`."""
        status = STATUSES[self.choice("status", STATUSES)]
        if status not in allowed:
            names = [name for name, known in STATUSES.items() if known in allowed]
            self.refuse("status", "status.not_applicable", expected=_one_of(names))
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
            self.refuse(name, expected=_NUMBER_FORM)

    def goods(self, name: str) -> str:
        """A code of goods in its canonical form."""
        value = self._value.get(name)
        try:
            return str(parse_code(value if isinstance(value, str) else ""))
        except MalformedCertificate:
            self.refuse(name, expected=_GOODS_FORM)

    def member(self, name: str, known: Mapping[str, str]) -> str:
        """A member by its USCC, or by its code where it is `known` (code → USCC); the USCC."""
        value = self._value.get(name)
        if isinstance(value, str) and value in known:
            return known[value]
        if not is_uscc_form(value):
            codes = " ".join(sorted(known))
            self.refuse(name, expected=(f"须为统一社会信用代码或简码：{codes}", f"a USCC, or one of the codes: {codes}"))
        return str(value)

    def member_code(self, name: str) -> str:
        """A code for a member."""
        value = self._value.get(name)
        if not isinstance(value, str) or _MEMBER_CODE.fullmatch(value) is None:
            self.refuse(name, expected=("须为 2 至 8 位大写字母或数字", "2 to 8 capital letters or digits"))
        return value

    def address(self, name: str) -> str:
        """An account's address, in lower case."""
        value = self._value.get(name)
        if not isinstance(value, str) or _ADDRESS.fullmatch(value) is None:
            self.refuse(name, expected=("须为 0x 加 40 位十六进制", "0x and 40 hexadecimal digits"))
        return value.lower()

    def digest(self, name: str) -> bytes:
        """32 bytes, as `calls` of a proposal shows them."""
        value = self._value.get(name)
        if not isinstance(value, str) or _DIGEST.fullmatch(value) is None:
            self.refuse(name, expected=("须为 0x 加 64 位十六进制", "0x and 64 hexadecimal digits"))
        return bytes.fromhex(value[2:])

    def _list(self, name: str, *, least: int, expected: Text) -> list[Any]:
        value = self._value.get(name)
        if not isinstance(value, list) or not least <= len(value) <= MAX_LIST:
            self.refuse(name, expected=expected)
        return value


def _one_of(choices: Collection[str]) -> Text:
    named = " ".join(choices)
    return f"须为其中之一：{named}", f"one of: {named}"

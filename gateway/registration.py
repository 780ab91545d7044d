"""
Registering enterprises: what is said of one, judged the same way whether it comes from a bureau's request or an operator's file.

Everything that is wrong is said at once, by JSON pointer and class of value; a name is never repeated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from certs.codes import gs1_is_valid, is_uscc_form, uscc_is_valid
from gateway.errors import Fault, Refused
from gateway.store.enterprises import Enterprise
from gateway.value_class import value_class

MAX_NAME: Final = 200  # characters
_GLN_DIGITS: Final = 13


def read_registration(
    row: Mapping[str, Any],
    uscc: Any,
    *,
    member: str | None,
    kinds: Collection[str],
    at: str = "",
    fields: Collection[str] | None = None,
) -> Enterprise:
    """The enterprise that `row` describes (`name`, `kind`, optional `gln`); `member` is its member's USCC, None for no member.

    `fields` are all that a row may have, None where others are left alone.

    Raises `Refused` `ask.refused` with every fault; `at` is the JSON pointer of the row.
    """
    faults = list(_faults(row, uscc, member=member, kinds=kinds, at=at))
    if fields is not None:
        listed = "、".join(fields), ", ".join(fields)
        expected = f"只能有 {listed[0]}", f"only {listed[1]}"
        faults += [Fault("ask.form", at, expected=expected) for name in row if name not in fields]
    if faults or member is None:
        raise Refused("ask.refused", faults)
    return Enterprise(uscc=uscc, name=row["name"], kind=row["kind"], member=member, gln=row.get("gln"))


def _faults(row: Mapping[str, Any], uscc: Any, *, member: str | None, kinds: Collection[str], at: str) -> Iterator[Fault]:
    if not is_uscc_form(uscc):
        yield Fault("id.uscc_format", f"{at}/uscc", value_class(uscc))
    elif not uscc_is_valid(uscc):
        yield Fault("id.uscc_check", f"{at}/uscc", value_class(uscc))
    name, kind, gln = (row.get(field) for field in ("name", "kind", "gln"))
    if not isinstance(name, str) or not _is_name(name):
        yield Fault("enterprise.name", f"{at}/name", value_class(name))
    if not isinstance(kind, str) or kind not in kinds:
        yield Fault("enterprise.kind", f"{at}/kind", value_class(kind))
    if member is None:
        yield Fault("enterprise.member", f"{at}/member", value_class(row.get("member")))
    if gln is None:
        return
    if not isinstance(gln, str) or len(gln) != _GLN_DIGITS or not (gln.isascii() and gln.isdigit()):
        yield Fault("id.gln_format", f"{at}/gln", value_class(gln))
    elif not gs1_is_valid(gln):
        yield Fault("id.gln_check", f"{at}/gln", value_class(gln))


def _is_name(text: str) -> bool:
    """Printable, so without control characters, changes of direction and what has no width."""
    return 0 < len(text) <= MAX_NAME and text.isprintable() and text == text.strip()

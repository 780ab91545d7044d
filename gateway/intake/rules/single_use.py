"""
Papers that serve one lot: which numbers an event uses up, and for which lot. The store knows whether they were used before.

A slaughter makes the lot that its animal forms stand for, so all it puts out is of that lot. An inspection names its lot among
its goods. A number is known by its letters and digits: spaces, dashes, small letters and full-width forms make no other paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import normalize

from gateway.catalogue.rows import Paper
from gateway.errors import Fault
from gateway.intake.rules.case import Case, Finding
from gateway.intake.rules.numbers import listed_numbers

_LOT: Final = "cbvmda:lotNumber"
_MADE: Final = "outputQuantityList"


@dataclass(frozen=True, slots=True)
class PaperUse:
    """One number used for one lot. `kind` is its paper's series, `pointer` where the number stands in its event.

    `refuses`: whether a second lot is refused, or only flagged.
    """

    kind: str
    number: str
    subject: str
    pointer: str
    refuses: bool = True


def paper_key(number: str) -> str:
    """What a paper is known by, however its number is written; a text without letters and digits is known as it is."""
    return "".join(mark for mark in normalize("NFKC", number).upper() if mark.isalnum()) or number


def paper_uses(case: Case) -> Iterator[PaperUse]:
    """What this event uses up. An event without a lot of its own uses nothing: the catalogue asks for the lot elsewhere."""
    lots = _lots(case)
    for paper, number, pointer in _numbers_once(case) if lots else ():
        yield PaperUse(paper.series, paper_key(number), lots[0], pointer.removeprefix(case.at), paper.once_refuses)


def single_use_findings(case: Case) -> Iterator[Finding]:
    """`cert.reused` or `cert.used_again` where goods are of several lots; `id.output_lot` for other lots a slaughter makes."""
    uses = {pointer: paper.once_refuses for paper, _, pointer in _numbers_once(case)}
    if len(_lots(case)) > 1:
        for pointer, refuses in uses.items():
            yield Finding(Fault("cert.reused" if refuses else "cert.used_again", pointer), refuses)
    lot = _stated(case)
    if uses and lot is not None:
        for i, element in enumerate(_listed(case, _MADE)):
            if isinstance(element, dict) and _lot_of(case, element.get("epcClass")) != lot:
                yield Finding(Fault("id.output_lot", f"{case.at}/{_MADE}/{i}/epcClass"))
        for i, uri in enumerate(_listed(case, "outputEPCList")):
            if _lot_of(case, uri) not in (None, lot):  # an item without its lot gets that of ilmd
                yield Finding(Fault("id.output_lot", f"{case.at}/outputEPCList/{i}"))


def _numbers_once(case: Case) -> Iterator[tuple[Paper, str, str]]:
    """Row, number and pointer of every paper that serves one lot at this link."""
    for term, paper in case.papers():
        if paper.once_at is None or paper.once_at != case.event.get("cn:link"):
            continue
        for value, pointer in case.fields(f"cn:{term}"):
            for number, place in listed_numbers(value, pointer, many=paper.many):
                if isinstance(number, str):
                    yield paper, number, place


def _lots(case: Case) -> list[str]:
    """The lot that ilmd states, or else those of the goods."""
    stated = _stated(case)
    if stated is not None:
        return [stated]
    classes = (element.get("epcClass") for element in _listed(case, "quantityList") if isinstance(element, dict))
    lots = (_lot_of(case, uri) for uri in (*classes, *_listed(case, "epcList")))
    return list(dict.fromkeys(lot for lot in lots if lot is not None))


def _stated(case: Case) -> str | None:
    lot = case.ilmd.get(_LOT)
    return lot if isinstance(lot, str) and lot else None


def _lot_of(case: Case, uri: Any) -> str | None:
    code = case.code(uri)
    return None if code is None else code.lot


def _listed(case: Case, name: str) -> list[Any]:
    value = case.event.get(name)
    return value if isinstance(value, list) else []

"""Papers that serve one lot: which numbers an event uses up, and for which lot. The store knows whether they were used before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.intake.rules.case import Case
from gateway.intake.rules.numbers import listed_numbers

_LOT: Final = "cbvmda:lotNumber"


@dataclass(frozen=True, slots=True)
class PaperUse:
    """One number used for one lot. `kind` is a cn: term without its prefix, `pointer` where the number stands in its event."""

    kind: str
    number: str
    subject: str
    pointer: str


def paper_uses(case: Case) -> Iterator[PaperUse]:
    """What this event uses up. An event without a lot of its own uses nothing: the catalogue asks for the lot elsewhere."""
    lot = case.ilmd.get(_LOT)
    if not isinstance(lot, str) or not lot:
        return
    for term, paper in case.papers():
        if paper.once_at is None or paper.once_at != case.event.get("cn:link"):
            continue
        for value, pointer in case.fields(f"cn:{term}"):
            for number, place in listed_numbers(value, pointer, many=paper.many):
                if isinstance(number, str):
                    yield PaperUse(term, number, lot, place.removeprefix(case.at))

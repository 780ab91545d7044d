"""
What an event adds to accounts that run over several events: the grams of a lot, and the heads under an animal certificate.

A transformation can be reported in parts, each of which balances. So of a lot no more may be used than its maker made of it, and
under one certificate no more animals slaughtered than travelled under it (DOMAIN §E2: one certificate is one arrival). The store
adds up; here is only what one event says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from gateway.intake.rules.case import Case
from gateway.intake.rules.counts import whole_number
from gateway.intake.rules.masses import INPUTS, OUTPUTS, kilograms_of, total_pieces
from gateway.intake.rules.numbers import listed_numbers
from gateway.intake.rules.single_use import paper_key

MADE: Final = "made"  # grams of a lot, put out
USED: Final = "used"  # grams of a lot, put in
ARRIVED: Final = "arrived"  # animals that came in where they are slaughtered, under a certificate
DEPARTED: Final = "departed"  # animals that left where they were raised, under a certificate
SLAUGHTERED: Final = "slaughtered"  # animals slaughtered under a certificate
_GROWING: Final = "growing"  # the stage in which animals are alive and with who raised them
_COMING: Final = frozenset({"arriving", "receiving"})
MOST: Final = 10**12  # of one entry: sums of millions of them stay whole numbers of the store


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount: grams of a lot (`key`: its code) or heads under a paper (its series and number). `pointer` is in its event."""

    side: str
    key: str
    amount: int
    pointer: str


def entries(case: Case) -> Iterator[Entry]:
    """Everything that this event adds, each side and key once."""
    if case.event.get("type") == "TransformationEvent":
        yield from _grams(case, MADE, OUTPUTS)
        yield from _grams(case, USED, INPUTS)
    yield from _heads(case)


def _grams(case: Case, side: str, name: str) -> Iterator[Entry]:
    lots: defaultdict[str, Fraction] = defaultdict(Fraction)
    for uri, kilograms in kilograms_of(case, name):
        code = case.code(uri)
        if code is not None and code.lot is not None:
            lots[str(code)] += kilograms
    for lot, kilograms in lots.items():
        yield Entry(side, lot, min(round(kilograms * 1_000), MOST), f"/{name}")


def _heads(case: Case) -> Iterator[Entry]:
    """Animals by certificate. Where an event cites several, its number is theirs together: they are told apart nowhere."""
    papers = {term: paper for term, paper in case.papers() if paper.once_at is not None and paper.valid_days is not None}
    if not papers:
        return
    arrived = total_pieces(case, "quantityList")
    found: dict[tuple[str, str], Entry] = {}
    for term, paper in papers.items():
        side = _side_of(case, str(paper.once_at))
        heads = whole_number(case.ilmd.get("cn:headsIn")) if side == SLAUGHTERED else arrived
        for value, pointer in case.fields(f"cn:{term}"):
            for number, place in listed_numbers(value, pointer, many=paper.many):
                if isinstance(number, str) and heads is not None and side is not None:
                    key = f"{paper.series} {paper_key(number)}"
                    found.setdefault((side, key), Entry(side, key, min(int(heads), MOST), place.removeprefix(case.at)))
    yield from found.values()


def _side_of(case: Case, once_at: str) -> str | None:
    """What an event says of animals: that they were slaughtered, came in there or left the farm; None for any other goods."""
    link, stages = case.event.get("cn:link"), case.catalogue.stages
    if link == once_at:
        return SLAUGHTERED
    if case.link is None or not isinstance(link, str):
        return None
    if stages.get(link) == _GROWING:
        return DEPARTED
    comes_in = stages.get(link) == stages.get(once_at) and not _COMING.isdisjoint(case.link.biz_steps)
    return ARRIVED if comes_in else None

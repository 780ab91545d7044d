"""
The animals of a slaughter: every head that went in is dead, condemned or a carcass, and a carcass weighs what a carcass weighs.

Asked of every event that states the heads; what a carcass weighs is the variety's row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.errors import Fault
from gateway.intake.rules.case import Case, Finding
from gateway.intake.rules.counts import whole_number
from gateway.intake.rules.masses import INPUTS, OUTPUTS, all_pieces, total_kg, total_pieces

_IN: Final = "cn:headsIn"
_OUT: Final = ("cn:headsDead", "cn:headsCondemned", "cn:carcassCount")
_CARCASSES: Final = "cn:carcassCount"


def head_findings(case: Case) -> Iterator[Finding]:
    """`qty.head_balance`: headsIn is the animals that went in, and headsDead + headsCondemned + carcassCount."""
    heads = whole_number(case.ilmd.get(_IN))
    if heads is None:
        return
    gone = [whole_number(case.ilmd.get(name)) for name in _OUT]
    if None not in gone and heads != sum(count for count in gone if count is not None):
        yield Finding(Fault("qty.head_balance", f"{case.at}/ilmd/{_IN}"))
    animals = total_pieces(case, INPUTS)
    if animals is not None and (animals > heads or (animals < heads and all_pieces(case, INPUTS))):
        yield Finding(Fault("qty.head_balance", f"{case.at}/{INPUTS}"))


def carcass_findings(case: Case) -> Iterator[Finding]:
    """`qty.per_head`: the mass of the output for each carcass lies within the variety's bounds."""
    carcasses = whole_number(case.ilmd.get(_CARCASSES))
    span = None if case.variety is None else case.variety.carcass_kg
    made = total_kg(case, OUTPUTS)
    if carcasses is None or span is None or made is None:
        return
    fits = span[0] <= made / carcasses <= span[1] if carcasses else made <= 0  # of no carcass comes no meat
    if not fits:
        yield Finding(Fault("qty.per_head", f"{case.at}/{OUTPUTS}"))

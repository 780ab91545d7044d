"""
Events of a slaughter day and of a formula plant, put before the rules with the shipped catalogue.

`found` gives what one rule says of an event, with pointers from the event inwards; a warning's code begins with "?".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from certs.times import parse_time
from gateway.catalogue.tables import Catalogue, read_catalogue
from gateway.intake.rules.case import Case, Finding
from gateway.intake.rules.places import find_place
from tests.service import ABATTOIR, PLANT

CATALOGUE = read_catalogue()
PIGS = "https://id.gs1.org/01/09521234100010/10/F1-20250601"
CARCASSES = "https://id.gs1.org/01/09521234100027/10/S20250602-07"
CANS = "https://id.gs1.org/01/09521234200024/10/250603A1"
DAY_S = 86_400


def slaughter(ilmd: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """100 pigs become 8010.5 kg of carcasses, on 2 June 2025. `None` leaves a field out, `__` in a name stands for `:`."""
    made: dict[str, Any] = {
        "type": "TransformationEvent",
        "eventTime": "2025-06-02T01:40:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "commissioning",
        "inputQuantityList": [{"epcClass": PIGS, "quantity": 100}],
        "outputQuantityList": [{"epcClass": CARCASSES, "quantity": 8010.5, "uom": "KGM"}],
        "readPoint": {"id": "https://id.gs1.org/414/9521234000020/254/LINE1"},
        "ilmd": changed(
            {
                "cbvmda:lotNumber": "S20250602-07", "cn:headsIn": 100, "cn:headsDead": 0, "cn:headsCondemned": 0,
                "cn:carcassCount": 100, "cn:abattoirCode": "A31011301", "cn:slaughterDate": "2025-06-02",
            },
            ilmd or {},
        ),
        "cn:uscc": ABATTOIR,
        "cn:category": "pork",
        "cn:link": "slaughter",
        "cn:animalQuarantineCertA": "3200123456",
    }  # fmt: skip
    return changed(made, changes)


def production(ilmd: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A lot of infant formula, on 3 June 2025."""
    made: dict[str, Any] = {
        "type": "TransformationEvent",
        "eventTime": "2025-06-03T10:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "commissioning",
        "inputQuantityList": [{"epcClass": "https://id.gs1.org/01/09521234200017/10/RM250601A", "quantity": 20000, "uom": "KGM"}],
        "outputQuantityList": [{"epcClass": CANS, "quantity": 10000}],
        "readPoint": {"id": "https://id.gs1.org/414/9521234000051/254/DRYER1"},
        "ilmd": changed(
            {
                "cbvmda:lotNumber": "250603A1", "cn:formulaRegNo": "国食注字YP20259999", "cn:scNo": "SC12931012000015",
                "cn:productionDate": "2025-06-03", "cn:expiryDate": "2027-06-02",
            },
            ilmd or {},
        ),
        "cn:uscc": PLANT,
        "cn:category": "infant_formula",
        "cn:link": "production",
    }  # fmt: skip
    return changed(made, changes)


def changed(made: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`made` with changes; `None` leaves a field out, `__` in a name stands for `:`."""
    made.update({name.replace("__", ":"): value for name, value in changes.items()})
    return {name: value for name, value in made.items() if value is not None}


def case(
    event: dict[str, Any], *, catalogue: Catalogue = CATALOGUE, kind: str | None = "slaughterhouse", later_s: int = 0
) -> Case:
    """The event as the rules see it, `later_s` seconds after it happened."""
    seconds = parse_time(event["eventTime"])
    day = date.fromordinal(date(1970, 1, 1).toordinal() + (seconds + 8 * 3_600) // DAY_S)
    place, _ = find_place(event, "/e", catalogue, day)
    return Case(
        event=event, at="/e", catalogue=catalogue, now=seconds + later_s, today=day, day=day, seconds=seconds,
        variety=place.variety, link=place.link, kind=kind, names_goods=True,
        hosts=("id.gs1.org",),
    )  # fmt: skip


def found(rule: Callable[[Case], Iterable[Finding]], event: dict[str, Any], **options: Any) -> list[tuple[str, str]]:
    """(code, pointer) of every finding of one rule."""
    return said(rule(case(event, **options)))


def said(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """(code, pointer) of findings; a warning's code begins with "?"."""
    return [(("" if f.refuses else "?") + f.fault.code, f.fault.pointer.removeprefix("/e")) for f in findings]

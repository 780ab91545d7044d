"""
Where an event belongs in the catalogue: its variety, stage and link, as they are in force on the day of the event.

What is not listed is not known: an unlisted variety or link is refused, and so is a link that the variety does not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.catalogue.rows import Link, Variety
from gateway.catalogue.tables import Catalogue
from gateway.errors import Fault
from gateway.value_class import value_class


@dataclass(frozen=True, slots=True)
class Place:
    """What was found; None for what was not, or what the day decides and is not known. `category` is the variety's code."""

    category: str | None
    variety: Variety | None
    stage: str | None
    link: Link | None


def find_place(event: dict[str, Any], at: str, catalogue: Catalogue, day: date | None) -> tuple[Place, list[Fault]]:
    """The event's place and what is wrong with it. `day` is Beijing's day of eventTime, None where that cannot be read."""
    faults: list[Fault] = []
    category, code = (required_text(event, at, name, faults) for name in ("cn:category", "cn:link"))
    variety = None if category is None or day is None else catalogue.variety(category, day)
    stage = catalogue.stages.get(code or "")
    if category is not None and category not in catalogue.varieties:
        faults.append(Fault("catalogue.unknown_category", f"{at}/cn:category", value_class(category)))
    elif category is not None and day is not None and variety is None:
        faults.append(Fault("catalogue.not_in_force", f"{at}/cn:category", value_class(category)))
    if code is not None and stage is None:
        faults.append(Fault("catalogue.unknown_link", f"{at}/cn:link", value_class(code)))
    link = None
    if variety is not None and code is not None and stage is not None and day is not None:
        link = catalogue.link(variety, code, day)
        if link is None and "errorDeclaration" not in event:
            faults.append(Fault("catalogue.link_variety", f"{at}/cn:link", value_class(code)))
    return Place(category, variety, stage, link), faults


def required_text(event: dict[str, Any], at: str, name: str, faults: list[Fault]) -> str | None:
    """The text of a field without which an event cannot be judged; where it is none, that is a fault."""
    value = event.get(name)
    if isinstance(value, str) and value:
        return value
    faults.append(Fault("catalogue.required_field", f"{at}/{name}", value_class(value) if name in event else "missing"))
    return None

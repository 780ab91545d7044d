"""
The catalogue (追溯品种目录) and its companions, read once at start from the JSON files beside this module.

Varieties have days in force, links have a stage, fields have a tier, documents have kinds. Whatever is not listed is not known:
an unlisted variety or link is refused at intake, an unlisted field goes to the submitter's tier.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any, Final

SPLIT: Final = "split"  # the one field whose own names are tiered: ilmd


@dataclass(frozen=True, slots=True)
class Variety:
    """A food variety (追溯品种): its class of the scope table and the days it is in force, both included; None = still."""

    class_: str
    zh: str
    first_day: date
    last_day: date | None

    def is_in_force(self, day: date) -> bool:
        """Whether the catalogue held this variety on `day` (Asia/Shanghai)."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class TierTable:
    """Tier by field name: `event` at the top level, `ilmd` inside ilmd. `namespace` is what the prefix `cn` must stand for."""

    namespace: str
    event: Mapping[str, str]
    ilmd: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All tables of one edition."""

    varieties: Mapping[str, Variety]
    stages: Mapping[str, str]  # link code → stage of the scope table
    tiers: TierTable
    document_terms: tuple[str, ...]  # cn: names, without prefix
    transaction_types: frozenset[str]


def read_catalogue() -> Catalogue:
    """The edition that ships with this gateway."""
    documents = _read("documents-2023.json")
    return Catalogue(
        varieties={row["code"]: _variety(row) for row in _read("varieties-2023.json")["varieties"]},
        stages={link: row["stage"] for link, row in _read("links-2023.json")["links"].items()},
        tiers=_tier_table(_read("tiers-2023.json")),
        document_terms=tuple(documents["terms"]),
        transaction_types=frozenset(documents["transactions"]),
    )


def _read(name: str) -> Any:
    return json.loads(resources.files("gateway.catalogue").joinpath(name).read_text("utf-8"))


def _variety(row: Mapping[str, Any]) -> Variety:
    last = row["to"]
    return Variety(row["class"], row["zh"], date.fromisoformat(row["from"]), None if last is None else date.fromisoformat(last))


def _tier_table(table: Mapping[str, Any]) -> TierTable:
    return TierTable(table["namespace"], event={**table["event"], **table["cn"]}, ilmd={**table["ilmd"], **table["cn"]})

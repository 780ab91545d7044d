"""
The catalogue (追溯品种目录) and its companions, read once at start from the JSON files beside this module.

Varieties, links and papers have days in force, fields have a tier, documents have kinds. Whatever is not listed is not known: an
unlisted variety or link is refused at intake, an unlisted field goes to the submitter's tier. An operator's own file lies over
the shipped rows (`gateway.catalogue.overlay`), so that a city adds a variety without a release; tiers are never overlaid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from gateway.catalogue.build import build_links, build_papers, build_stages, build_units, build_varieties, read_bounds
from gateway.catalogue.overlay import catalogue_data, read_shipped
from gateway.catalogue.required import FieldPath, parse_required
from gateway.catalogue.rows import Bounds, Dated, Link, Paper, Unit, Variety

SPLIT: Final = "split"  # the one field whose own names are tiered: ilmd
_Row = TypeVar("_Row", bound=Dated)


@dataclass(frozen=True, slots=True)
class TierTable:
    """Tier by field name: `event` at the top level, `ilmd` inside ilmd. `namespace` is what the prefix `cn` must stand for."""

    namespace: str
    event: Mapping[str, str]
    ilmd: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All tables. Of a code's rows at most one is in force on a day."""

    varieties: Mapping[str, tuple[Variety, ...]]
    stages: Mapping[str, str]  # link code → stage of the scope table
    links: Mapping[tuple[str, str], tuple[Link, ...]]  # (link set, link code) → rows
    common: tuple[tuple[FieldPath, ...], ...]  # what every link asks
    papers: Mapping[str, tuple[Paper, ...]]  # cn: term, without prefix → rows
    units: Mapping[str, Unit]  # UN/ECE Rec 20 code → unit
    bounds: Bounds
    tiers: TierTable
    document_terms: tuple[str, ...]  # cn: names, without prefix
    transaction_types: frozenset[str]

    def variety(self, code: str, day: date) -> Variety | None:
        """The variety as it is in force on `day` (Asia/Shanghai)."""
        return _in_force(self.varieties.get(code, ()), day)

    def link(self, variety: Variety, code: str, day: date) -> Link | None:
        """What the link asks of this variety on `day`; None where the variety has no such link then."""
        rows = (_in_force(self.links.get((name, code), ()), day) for name in variety.link_sets)
        return next((row for row in rows if row is not None), None)

    def paper(self, term: str, day: date) -> Paper | None:
        """What a paper's number must be on `day`."""
        return _in_force(self.papers.get(term, ()), day)


def read_catalogue(overlay: Path | None = None) -> Catalogue:
    """The edition that ships with this gateway, with the operator's rows (a JSON file, or a directory of them) over it.

    Raises `UnsafeSettings` for an overlay that cannot be used.
    """
    data = catalogue_data(overlay)
    stages = build_stages(data)
    return Catalogue(
        varieties=build_varieties(data, link_sets=data["linkSets"].keys()),
        stages=stages,
        links=build_links(data, stages=stages),
        common=tuple(parse_required(text) for text in data["common"]),
        papers=build_papers(data, links=stages),
        units=build_units(data),
        bounds=read_bounds(data["limits"]),
        tiers=_tier_table(read_shipped("tiers-2023.json")),
        document_terms=tuple(data["terms"]),
        transaction_types=frozenset(data["transactions"]),
    )


def _in_force(rows: Sequence[_Row], day: date) -> _Row | None:
    return next((row for row in rows if row.days.hold(day)), None)


def _tier_table(table: Mapping[str, Any]) -> TierTable:
    return TierTable(table["namespace"], event={**table["event"], **table["cn"]}, ilmd={**table["ilmd"], **table["cn"]})

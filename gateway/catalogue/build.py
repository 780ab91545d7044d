"""
Rows of JSON → rows of the catalogue, with the questions an operator's own rows must answer.

Refused: a row without one of its fields, another syntax or pattern, a class, stage, link or link set that is not there, and two
rows of one code that are in force on the same day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from certs.scope import CLASSES, STAGES
from gateway.catalogue.required import parse_required
from gateway.catalogue.rows import Bounds, Dated, Link, Paper, Unit, Variety, parse_days
from gateway.errors import UnsafeSettings

_POLICIES = {"refuse": True, "warn": False}
_Row = TypeVar("_Row", bound=Dated)
_Key = TypeVar("_Key")
_Entry = TypeVar("_Entry")


def build_varieties(data: Mapping[str, Any], *, link_sets: Collection[str]) -> dict[str, tuple[Variety, ...]]:
    """Varieties by code. Raises `UnsafeSettings`."""

    def build(row: Mapping[str, Any]) -> Variety:
        kg = row.get("carcassKgPerHead")
        _refuse_unknown([row["class"]], CLASSES)
        _refuse_unknown(row["linkSets"], link_sets)
        span = None if kg is None else (int(kg["min"]), int(kg["max"]))
        return Variety(row["class"], row["zh"], parse_days(row), tuple(row["linkSets"]), span)

    return _by_code("varieties", ((row["code"], row) for row in data["varieties"]), build)


def build_stages(data: Mapping[str, Any]) -> dict[str, str]:
    """The stage (环节) of every link. Raises `UnsafeSettings`."""

    def build(row: Mapping[str, Any]) -> str:
        _refuse_unknown([row["stage"]], STAGES)
        return str(row["stage"])

    return {link: _built("links", link, row, build) for link, row in data["links"].items()}


def build_units(data: Mapping[str, Any]) -> dict[str, Unit]:
    """Units by their code; kilograms are decimal texts. Raises `UnsafeSettings`."""

    def build(row: Mapping[str, Any]) -> Unit:
        kilograms = row["kilograms"]
        return Unit(None if kilograms is None else Fraction(kilograms), row.get("pieces") is True)

    return {code: _built("units", code, row, build) for code, row in data["units"].items()}


def build_links(data: Mapping[str, Any], *, stages: Mapping[str, str]) -> dict[tuple[str, str], tuple[Link, ...]]:
    """Links by (link set, link code). Raises `UnsafeSettings`."""

    def build(row: Mapping[str, Any]) -> Link:
        _refuse_unknown([row["link"]], stages)
        return Link(
            zh=row["zh"], days=parse_days(row), event_types=frozenset(row["eventTypes"]), biz_steps=frozenset(row["bizSteps"]),
            uploaders=frozenset(row["uploaders"]), required=tuple(parse_required(text) for text in row["required"]),
            must_anchor=bool(row["mustAnchor"]),
        )  # fmt: skip

    return _by_code("linkSets", (((name, row["link"]), row) for name, rows in data["linkSets"].items() for row in rows), build)


def build_papers(data: Mapping[str, Any], *, links: Collection[str]) -> dict[str, tuple[Paper, ...]]:
    """Papers by cn: term without its prefix. Raises `UnsafeSettings`."""

    def build(row: Mapping[str, Any]) -> Paper:
        form, check, once_at = row["format"], row.get("check"), row.get("onceAt")
        _refuse_unknown([] if once_at is None else [once_at], links)
        _refuse_unknown([] if check is None else [check], ("mod_11_10",))
        return Paper(
            zh=row["zh"], days=parse_days(row), form=None if form is None else re.compile(form, re.ASCII),
            refuses=_POLICIES[row["policy"]], has_check_digit=check is not None, valid_days=row.get("maxValidDays"),
            many=row.get("many") is True, once_at=once_at, once_refuses=_POLICIES[row.get("oncePolicy", "refuse")],
            series=str(row.get("series", row["term"])),
        )  # fmt: skip

    return _by_code("papers", ((row["term"], row) for row in data["papers"]), build)


def read_bounds(limits: Mapping[str, Any]) -> Bounds:
    """The bounds that hold for every variety. Raises `UnsafeSettings`."""
    try:
        return Bounds(
            upload_s=int(limits["uploadWithinHours"]) * 3_600,
            future_s=int(limits["futureToleranceSeconds"]),
            mass_tolerance_kg=Fraction(str(limits["massToleranceKg"])),
            text_characters=int(limits["textCharacters"]),
            uncounted_refused=_POLICIES[limits["uncounted"]],
        )
    except (KeyError, TypeError, ValueError, ArithmeticError):
        raise UnsafeSettings(["catalogue limits: a number is missing or is none"]) from None


def _by_code(
    table: str, rows: Iterable[tuple[_Key, Mapping[str, Any]]], build: Callable[[Mapping[str, Any]], _Row]
) -> dict[_Key, tuple[_Row, ...]]:
    found: dict[_Key, tuple[_Row, ...]] = {}
    for key, row in rows:
        built = _built(table, key, row, build)
        if any(built.days.meet(other.days) for other in found.get(key, ())):
            raise UnsafeSettings([f"catalogue {table}: two rows of {key} are in force on the same day"])
        found[key] = (*found.get(key, ()), built)
    return found


def _built(table: str, key: object, row: Mapping[str, Any], build: Callable[[Mapping[str, Any]], _Entry]) -> _Entry:
    try:
        return build(row)
    except (KeyError, TypeError, ValueError, AttributeError, re.error):
        raise UnsafeSettings([f"catalogue {table}: the row {key} lacks a field, or says what is not known"]) from None


def _refuse_unknown(names: Iterable[str], known: Collection[str]) -> None:
    if any(name not in known for name in names):
        raise ValueError("a name that is not there")

"""
The dated rows of the catalogue: varieties, links and papers, each with the days it is in force.

A row says what held on a day; what changes is a new row that begins when the one before ends, never the code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from gateway.catalogue.required import FieldPath


@dataclass(frozen=True, slots=True)
class Days:
    """The days a row is in force, both included; no last day = still."""

    first: date
    last: date | None = None

    def hold(self, day: date) -> bool:
        """Whether the row was in force on `day` (Asia/Shanghai)."""
        return self.first <= day and (self.last is None or day <= self.last)

    def meet(self, other: Days) -> bool:
        """Whether some day belongs to both."""
        return (self.last is None or other.first <= self.last) and (other.last is None or self.first <= other.last)


class Dated(Protocol):
    """Any row with the days it is in force."""

    @property
    def days(self) -> Days:
        """The days."""


@dataclass(frozen=True, slots=True)
class Variety:
    """A food variety (追溯品种): its class of the scope table, the link sets it may report, and what a carcass weighs (kg)."""

    class_: str
    zh: str
    days: Days
    link_sets: tuple[str, ...] = ()
    carcass_kg: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """What an event of a link (追溯环节) must be, within one link set. `uploaders` are kinds of enterprise, `*` every kind."""

    zh: str
    days: Days
    event_types: frozenset[str]
    biz_steps: frozenset[str]
    uploaders: frozenset[str]
    required: tuple[tuple[FieldPath, ...], ...]
    must_anchor: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A number that papers carry, under a `cn:` term; `refuses` says whether a wrong one is refused or only flagged.

    `valid_days` counts the day of issue. At the link `once_at` one number serves one lot; `once_refuses` says whether a
    second one is refused or only flagged. `many`: a list may stand for lines.
    Papers of one `series` are numbered together: the same number is the same paper under whichever of their terms it is written.
    """

    zh: str
    days: Days
    form: re.Pattern[str] | None
    refuses: bool
    has_check_digit: bool
    valid_days: int | None
    many: bool
    once_at: str | None
    once_refuses: bool
    series: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of quantities: its kilograms, where it is a mass, and whether it counts pieces."""

    kilograms: Fraction | None
    pieces: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds that hold for every variety. Times in seconds, mass in kilograms.

    `uncounted_refused`: whether a quantity that a balance cannot count is refused, or only flagged.
    """

    upload_s: int
    future_s: int
    mass_tolerance_kg: Fraction
    text_characters: int
    uncounted_refused: bool


def parse_days(row: Mapping[str, str | None]) -> Days:
    """`from` and `to` of a row. Raises `KeyError`, `TypeError`, `ValueError`."""
    last = row["to"]
    days = Days(date.fromisoformat(str(row["from"])), None if last is None else date.fromisoformat(last))
    if days.last is not None and days.last < days.first:
        raise ValueError("a row ends before it begins")
    return days

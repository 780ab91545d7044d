"""
What the auditor finds, row by row, and how much it looked at.

A row that differs, a row that is missing, a salt that was deleted on purpose, and what could not be checked are four things, and
the last two are never errors of the store. Findings are handed on as they are found; only counts are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

DIFFERS: Final = "differs"
MISSING: Final = "missing"
DELETED: Final = "deleted"
UNCHECKED: Final = "unchecked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `kind` is one of the four above, `row` names the row by our own ids, `what` is a code of `words`."""

    kind: str
    table: str
    row: str
    what: str


def _nobody(_table: str, _rows: int) -> None:
    return


@dataclass(slots=True)
class Report:
    """Takes findings. `tell` is called with each, `progress` with a table's name and its rows looked at, now and then."""

    tell: Callable[[Finding], None]
    progress: Callable[[str, int], None] = _nobody
    looked_at: Counter[str] = field(default_factory=Counter)  # rows by table
    found: Counter[tuple[str, str]] = field(default_factory=Counter)  # findings by (kind, table)
    first: Finding | None = None  # the first row that differs

    def differs(self, table: str, row: object, what: str) -> None:
        """A row that says something else than what it was derived from."""
        finding = Finding(DIFFERS, table, str(row), what)
        if self.first is None:
            self.first = finding
        self._take(finding)

    def missing(self, table: str, row: object, what: str) -> None:
        """A row that must be there and is not."""
        self._take(Finding(MISSING, table, str(row), what))

    def deleted(self, table: str, row: object, what: str) -> None:
        """A salt that was deleted: what hangs on it can be derived no more."""
        self._take(Finding(DELETED, table, str(row), what))

    def unchecked(self, table: str, row: object, what: str) -> None:
        """Something that could not be checked: nothing was found to be false."""
        self._take(Finding(UNCHECKED, table, str(row), what))

    def looked(self, table: str, rows: int) -> None:
        """Counts rows of a table."""
        self.looked_at[table] += rows
        self.progress(table, self.looked_at[table])

    def count(self, kind: str) -> int:
        """How many findings of a kind there are."""
        return sum(number for (of, _), number in self.found.items() if of == kind)

    @property
    def is_sound(self) -> bool:
        """Whether nothing differs and nothing is missing."""
        return not self.count(DIFFERS) and not self.count(MISSING)

    def _take(self, finding: Finding) -> None:
        self.found[finding.kind, finding.table] += 1
        self.tell(finding)

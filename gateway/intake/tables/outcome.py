"""What became of a table file, counted while it is taken; lists are bounded, counts are not."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from gateway.intake.tables.cells import CellFault
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.opened import Opened


@dataclass(slots=True)
class Counts:
    """Rows that are filled in, and how many of them were taken, known before, refused; events and warnings."""

    rows: int = 0
    accepted: int = 0
    known: int = 0
    rejected: int = 0
    events: int = 0
    warnings: int = 0


@dataclass(slots=True)
class Outcome:
    """The result of an import while it grows. `events` pairs lines with the row id of their event: the first ones.

    `taken` has all of them, flat: line, row id of its event, line, … It is written once, at the end.
    """

    counts: Counts = field(default_factory=Counts)
    events: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    warning_codes: dict[str, int] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    fault_count: int = 0
    more: dict[str, Any] = field(default_factory=dict)
    taken: array[int] = field(default_factory=lambda: array("q"))

    def warn(self, warning: CellFault) -> None:
        """Counts a warning, and lists the first ones of its code: one that every row has must not hide the others."""
        self.counts.warnings += 1
        self.warning_codes[warning.code] = self.warning_codes.get(warning.code, 0) + 1
        if self.warning_codes[warning.code] <= TABLE_LIMITS.warnings_of_code:
            self.warnings.append(warning.to_json())

    def took(self, lines: Sequence[int], event: int) -> None:
        """Counts an event that holds these lines, and lists the first ones."""
        self.counts.events += 1
        for line in lines:
            self.taken.extend((line, event))
        if len(self.events) < TABLE_LIMITS.events:
            self.events.append({"rows": list(lines), "event": event})

    def list_faults(self, refused: Iterable[Sequence[CellFault]]) -> None:
        """Counts the refused rows and their faults, and lists the first ones."""
        self.counts.rejected, self.fault_count, self.faults = 0, 0, []
        for faults in refused:
            self.counts.rejected += 1
            self.fault_count += len(faults)
            room = TABLE_LIMITS.faults - len(self.faults)
            self.faults.extend(fault.to_json() for fault in faults[:room])

    def to_json(self, opened: Opened, *, running: bool) -> dict[str, Any]:
        """The result as it is stored."""
        return {
            "running": running, "form": opened.form, "encoding": opened.encoding, "sheet": opened.sheet,
            "counts": asdict(self.counts), "events": self.events, "faults": self.faults, "faultCount": self.fault_count,
            "warnings": self.warnings, "warningCodes": self.warning_codes,
            **({} if running else {"taken": self.taken.tolist()}), **self.more,
        }  # fmt: skip

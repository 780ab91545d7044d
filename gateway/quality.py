"""
The daily quality report (数据质量日报): one line a submitter and Beijing day, from tallies, as JSON, CSV or a table.

Definitions are in docs/operations.md. Lines hold counts, the submitter's registered name and codes of our rules, nothing that was
submitted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.intake.tables.cells import escaped
from gateway.intake.tally import CORRECTED, KNOWN, LATE, RECEIVED, REFUSED, TAKEN, UNREADABLE, WITHHELD
from gateway.problems import PROBLEMS
from gateway.store.tallies import Tallied

COUNTS: Final[Mapping[str, tuple[str, str]]] = {
    RECEIVED: ("报送", "received"), TAKEN: ("接收", "accepted"), KNOWN: ("重复", "duplicate"), REFUSED: ("拒收", "refused"),
    WITHHELD: ("整单退回", "withheld"), LATE: ("迟报", "late"), CORRECTED: ("更正", "corrected"),
    UNREADABLE: ("无法读取的文件", "unreadable"),
}  # fmt: skip
_HEADS: Final = ("日期", "统一社会信用代码", "企业名称", *(zh for zh, _ in COUNTS.values()), "合格率", "及时率", "拒收原因")


@dataclass(frozen=True, slots=True)
class Line:
    """One submitter on one day (YYYY-MM-DD): `counts` by the words of `COUNTS`, `rules` by code, rows that broke each."""

    day: str
    submitter: str
    name: str
    counts: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)

    def count(self, what: str) -> int:
        """How many; 0 where nothing was counted."""
        return self.counts.get(what, 0)

    @property
    def sound_share(self) -> float | None:
        """合格率: of the rows received, those that broke no rule; None where nothing was received."""
        return _share(self.count(RECEIVED) - self.count(REFUSED), self.count(RECEIVED))

    @property
    def timely_share(self) -> float | None:
        """及时率: of the rows accepted, those not late; None where nothing was accepted."""
        return _share(self.count(TAKEN) - self.count(LATE), self.count(TAKEN))

    def to_json(self) -> dict[str, Any]:
        """The line as JSON; shares are numbers from 0 to 1, or null."""
        return {
            "day": self.day, "submitter": self.submitter, "name": self.name,
            **{en: self.count(what) for what, (_, en) in COUNTS.items()},
            "soundShare": self.sound_share, "timelyShare": self.timely_share, "rules": self.rules,
        }  # fmt: skip


def lines_of(tallied: Iterable[Tallied]) -> list[Line]:
    """Counts by day and submitter → lines, in the order of the counts."""
    lines: dict[tuple[str, str], Line] = {}
    for entry in tallied:
        line = lines.setdefault((entry.day, entry.submitter), Line(entry.day, entry.submitter, entry.name))
        (line.counts if entry.what in COUNTS else line.rules)[entry.what] = entry.count
    return list(lines.values())


def to_csv(lines: Iterable[Line]) -> bytes:
    """CSV for Excel and WPS: UTF-8 with BOM, CRLF, Chinese heads; a name that looks like a formula is not run."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADS)
    writer.writerows(_cells(line) for line in lines)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def percent(share: float | None) -> str:
    """A share for people: 98.50%, or nothing."""
    return "" if share is None else f"{share:.2%}"


def reasons(line: Line) -> str:
    """Broken rules in words, the most frequent first: 商品条码校验位错误（id.gtin_check）×3."""
    ranked = sorted(line.rules.items(), key=lambda rule: (-rule[1], rule[0]))
    return "；".join(f"{_word(code)}（{code}）×{count}" for code, count in ranked)


def _cells(line: Line) -> Iterator[str | int]:
    yield from (line.day, line.submitter, escaped(line.name))
    yield from (line.count(what) for what in COUNTS)
    yield from (percent(line.sound_share), percent(line.timely_share), reasons(line))


def _word(code: str) -> str:
    """A rule in Chinese; a code that an earlier edition counted may have no words any more."""
    return PROBLEMS[code].zh if code in PROBLEMS else code


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None

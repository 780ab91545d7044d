"""
Verdicts and reports (PROTOCOL.md §7): one table of words, colours and exit codes, and what every verdict does not prove.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from certs.texts import text_of
from certs.times import format_time

DEVELOPMENT_STAMP = (
    "演示链·全部节点密钥在同一台机器·不具证明效力",
    "Development chain: all validator keys lie on one machine; this proves nothing.",
)
DISCLAIMER = (
    "本凭证证明所列数据自上链时间起未被篡改，不代表对上链前数据真实性或产品质量的认定。",
    "This shows that the data has not changed since it was put on chain; it does not vouch for what was true before, "
    "nor for the quality of the product.",
)


class Verdict(Enum):
    """name → (zh, colour, exit code). Ordered worst first: of several certificates on a page the worst wins."""

    FORGED = ("核验不一致（疑似伪造），谨防假冒", "red", 1)
    RECALLED = ("已召回 停止食用", "red", 4)
    REVOKED = ("已撤销", "red", 4)
    FOREIGN = ("非本链凭证", "red", 6)
    SUSPENDED = ("已暂停", "amber", 4)
    SUPERSEDED = ("已更正", "amber", 4)
    MALFORMED = ("文件损坏或被编辑，请重新获取", "amber", 5)
    CANNOT_CHECK = ("暂无法核验", "grey", 7)
    AUTHENTIC = ("上链属实·状态未核验", "amber", 3)
    VALID = ("链上核验一致·状态有效", "green", 0)

    @property
    def label(self) -> str:
        """The verdict's name as printed and in JSON: `CANNOT CHECK`, not `CANNOT_CHECK`."""
        return self.name.replace("_", " ")

    @property
    def zh(self) -> str:
        """The Chinese words of the verdict."""
        return self.value[0]

    @property
    def colour(self) -> str:
        """green, amber, red or grey."""
        return self.value[1]

    @property
    def exit_code(self) -> int:
        """The exit code of the command line."""
        return self.value[2]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several verdicts."""
    order = list(Verdict)
    return min(verdicts, key=order.index)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one step found: `result` is ok, false, foreign, cannot check, status or not run; `code` says what exactly."""

    step: int
    result: str
    code: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The newest proven block behind a verdict: number, time (seconds), distinct signers of the set, size of the set."""

    block: int
    time: int
    signed: int
    of: int

    def __str__(self) -> str:
        return f"block {self.block}, signed by {self.signed} of {self.of}"


@dataclass(frozen=True, slots=True)
class Report:
    """The answer about one certificate. `notes` are (zh, en) sentences in reading order."""

    verdict: Verdict
    step: int | None
    code: str
    number: str | None = None
    field: str = ""
    as_of: AsOf | None = None
    steps: tuple[Finding, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        as_of = self.as_of
        return {
            "verdict": self.verdict.label,
            "step": self.step,
            "code": self.code,
            "number": self.number,
            "asOf": None
            if as_of is None
            else {"block": as_of.block, "time": format_time(as_of.time), "signed": as_of.signed, "of": as_of.of},
            "steps": [{"step": s.step, "result": s.result, "code": s.code, "field": s.field} for s in self.steps],
            "says": [{"zh": zh, "en": en} for zh, en in self.sentences()],
        }

    def sentences(self) -> list[tuple[str, str]]:
        """Everything the report says, first the verdict's reason, last what it does not prove."""
        return [text_of(self.code), *self.notes, DISCLAIMER]

"""One row of a table of words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What a code means: HTTP status, the rule in Chinese and English, and where it helps, what to do (remedy)."""

    status: int
    zh: str
    en: str
    remedy_zh: str = ""
    remedy_en: str = ""

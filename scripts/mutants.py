"""
The mutants of the contracts: each is one source with one thing deleted or turned, at one place.

Deleted, one at a time: every `revert`, `emit`, call that stands alone, assignment, and use of a modifier. Turned: every
comparison to the one beside it, `&&` to `||` and back, every `!` dropped, every decimal number above zero to the next.
Text only: nothing here compiles or runs. Interfaces hold no code and are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TURNED = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&"}
_BEGIN = r"(?:(?<=\n)|(?<=\) )|(?<=else )) *"  # where a statement may begin
_DELETED = {
    "revert": re.compile(r"\brevert [\w.]+\([^;]*\);"),
    "emit": re.compile(r"\bemit [\w.]+\([^;]*\);"),
    "call": re.compile(_BEGIN + r"(?P<what>(?!if |for |while )[\w.]+\([^;{}]*\);)"),
    # Not `known = …` and `vote = …`: the compiler refuses a storage pointer that points nowhere.
    "assignment": re.compile(_BEGIN + r"(?P<what>(?!known = |vote = )(?:[\w.\[\]]+|\((?![^)]*\w \w)[\w, ]+\)) = [^;]*;)"),
}
_MODIFIER = re.compile(r"(?<!modifier )\bonly(?:Proposal|Consortium)\b")
_OPERATOR = re.compile(r"(?<= )(?:==|!=|<=|>=|<|>|&&|\|\|)(?= )")
_NOT = re.compile(r"!(?=\w)")
_NUMBER = re.compile(r"\b[1-9]\d*\b")  # a zero turned is noise: loops that start at 1, and `!= 1`
_IDLE = re.compile(r"//[^\n]*|/\*.*?\*/|^(?:pragma|import|struct)\b[^;]*;|\"[^\"]*\"", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Mutant:
    """`text` is the whole `source` with the one change; `line` counts from 1; `place` says where and what, without the number."""

    source: str
    line: int
    kind: str
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.kind}: {self.place}"


def mutants_of(source: str, text: str) -> list[Mutant]:
    """Every mutant of one source, in the order of the text."""
    code = _IDLE.sub(lambda found: re.sub(r"\S", " ", found[0]), text)  # of the same length
    made = []
    for start, end, kind, becomes in sorted(_places(code)):
        line = text.count("\n", 0, start) + 1
        made.append(Mutant(source, line, kind, _place(text, start, end, becomes), text[:start] + becomes + text[end:]))
    return made


def _place(text: str, start: int, end: int, becomes: str) -> str:
    """The line with what goes in ⟦⟧, and what comes instead."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line = f"{text[first:start]}⟦{text[start:end]}⟧{text[end:last]}"
    return f"{' '.join(line.split())} → {becomes or 'nothing'}"


def _places(code: str) -> Iterator[tuple[int, int, str, str]]:
    for kind, pattern in _DELETED.items():
        for found in pattern.finditer(code):
            yield *found.span("what" if "what" in pattern.groupindex else 0), kind, "{}"
    for found in _MODIFIER.finditer(code):
        yield *found.span(), "modifier", ""
    for found in _OPERATOR.finditer(code):
        yield *found.span(), "operator", _TURNED[found[0]]
    for found in _NOT.finditer(code):
        yield *found.span(), "not", ""
    for found in _NUMBER.finditer(code):
        yield *found.span(), "number", str(int(found[0]) + 1)

"""
The mutants of the verifier: each is one file of certs/ with one check taken out or one bound moved, at one place.

Taken out, one at a time: every `raise`, every call that stands alone (its result is not used, so it is there to refuse), and
every operand of `and` and `or`. Moved: every `<` to `<=` and back, every `>` to `>=` and back. Text only: nothing here runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_MOVED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


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
    """Every mutant of one Python source, in the order of the text."""
    raw, starts = text.encode(), _line_starts(text.encode())
    made = []
    for node, kind, becomes in sorted(_places(ast.parse(text)), key=lambda place: (place[0].lineno, place[0].col_offset)):
        start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[operator,index]
        was = " ".join(raw[start:end].decode().split())
        changed = (raw[:start] + becomes.encode() + raw[end:]).decode()
        made.append(Mutant(source, node.lineno, kind, f"{was} → {becomes}", changed))
    return made


def _line_starts(raw: bytes) -> list[int]:
    """The offset of each line: an ast counts columns in bytes."""
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _places(tree: ast.Module) -> Iterator[tuple[ast.stmt | ast.expr, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            yield node, "raise", "pass"
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node, "call", "pass"
        elif isinstance(node, ast.BoolOp):
            for operand in node.values:
                yield operand, "operand", "True" if isinstance(node.op, ast.And) else "False"
        elif isinstance(node, ast.Compare):
            yield from _moved_bounds(node)


def _moved_bounds(node: ast.Compare) -> Iterator[tuple[ast.expr, str, str]]:
    for at, operator in enumerate(node.ops):
        if type(operator) in _MOVED:
            operators = [*node.ops[:at], _MOVED[type(operator)](), *node.ops[at + 1 :]]
            moved = ast.Compare(left=node.left, ops=operators, comparators=node.comparators)
            yield node, "bound", f"({ast.unparse(moved)})"

"""
Documents of the city platform's upload shape (DOMAIN.md §B) → rows: one for each entry of `batchDetail`.

An entry is joined with its document's supplier and receiver, and with the entry of `material` that has its name. A file is one
JSON document, or one document a line (NDJSON). What the shape does not have is passed over, as the platform does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gateway.errors import Fault, Refused
from gateway.intake.strict import read_object
from gateway.intake.tables.cells import Cell, Row, unescaped
from gateway.intake.tables.json_rows import NO_CELL, UNREAD, json_lines
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.opened import Opened

DETAIL: Final = "batchDetail"
DOCUMENT: Final = "document"  # in a row's source: the number of the document it came in
ENTRY: Final = "entry"
_FORM: Final = "json.not_city"
KeepPart = Callable[[str, Any], None]


@contextmanager
def open_city(path: Path, *, lines: bool, heads: Collection[str], keep: KeepPart) -> Iterator[Opened]:
    """Rows of a JSON file, or of NDJSON with `lines`. `keep` gets each document without its entries, by its number.

    Of what entries share, a row has only the names in `heads`: else a file of 10 MiB could have rows of many GiB.

    Lines count entries of a JSON file from 1, and the lines of NDJSON. Raises `Refused` `json.*`.
    """
    with path.open("rb") as file:
        if lines:
            yield Opened("utf-8", (), _line_rows(file, heads, keep), "ndjson")
            return
        if path.stat().st_size > TABLE_LIMITS.json_bytes:
            raise Refused("body.too_large")
        document = read_object(file.read(), max_values=TABLE_LIMITS.json_values)
        if not _is_document(document):
            raise Refused(_FORM, [Fault(_FORM, f"/{DETAIL}")])
        yield Opened("utf-8", (), _document_rows(document, 1, None, heads=heads, keep=keep), "json")


def _line_rows(file: Any, heads: Collection[str], keep: KeepPart) -> Iterator[Row]:
    for line, (raw, document, code) in json_lines(file):
        if code or not _is_document(document):
            yield Row(line, {}, {UNREAD: raw.decode("utf-8", "replace")}, code or _FORM)
        else:
            yield from _document_rows(document, line, line, heads=heads, keep=keep)


def _is_document(document: dict[str, Any]) -> bool:
    details = document.get(DETAIL)
    if not isinstance(details, list) or not details or not all(isinstance(entry, dict) for entry in details):
        return False
    materials = document.get("material", [])
    parts = [document.get(name, {}) for name in ("supplier", "receiver")]
    return isinstance(materials, list) and all(isinstance(part, dict) for part in [*materials, *parts])


def _document_rows(
    document: dict[str, Any], number: int, line: int | None, *, heads: Collection[str], keep: KeepPart
) -> Iterator[Row]:
    keep(str(number), {name: value for name, value in document.items() if name != DETAIL})
    shared = {name: value for part in ("supplier", "receiver") for name, value in _part(document, part, heads).items()}
    listed = [entry for entry in document.get("material", []) if isinstance(entry.get("name"), str)]
    materials = {entry["name"]: _part({"material": entry}, "material", heads) for entry in listed}
    for at, told in enumerate(document[DETAIL], start=1):
        name = told.get("materialName")
        material = materials.get(name, {}) if isinstance(name, str) else {}
        cells = {**shared, **material, **told}
        source = {DOCUMENT: number, ENTRY: told}
        if any(isinstance(value, list | dict) for value in cells.values()):
            yield Row(line or at, {}, source, NO_CELL)
        else:
            yield Row(line or at, {key: _cell(value) for key, value in cells.items()}, source)


def _part(document: dict[str, Any], part: str, heads: Collection[str]) -> dict[str, Any]:
    named = ((f"{part}.{name}", value) for name, value in document.get(part, {}).items())
    return {name: value for name, value in named if name in heads}


def _cell(value: Any) -> Cell:
    cell: Cell = unescaped(value) if isinstance(value, str) else value
    return cell

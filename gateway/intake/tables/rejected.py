"""
Refused rows in the form they came, with 错误原因 in a last column: to be mended and sent back as they are.

A cell that a spreadsheet would run gets an apostrophe before it, which every reader of tables here takes off again: the file is
safe to open, and a row that nobody mended is refused for the same reason as before. The added column is ignored on its return.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from openpyxl import Workbook

from gateway.intake.tables.cells import REASON_HEAD, escaped
from gateway.intake.tables.city import DETAIL, DOCUMENT, ENTRY
from gateway.intake.tables.encodings import GB18030, GBK
from gateway.intake.tables.opened import Opened
from gateway.intake.tables.reasons import reason_text
from gateway.intake.tables.scratch import Scratch

_TITLE = re.compile(r"[^\\*?:/\[\]]{1,31}")  # what a spreadsheet allows as the name of a sheet
_PLAIN_TITLE: Final = "Sheet1"

MEDIA_TYPES: Final = {
    "csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson", "json": "application/json",
}  # fmt: skip


def write_rejected(path: Path, scratch: Scratch, opened: Opened, *, city: bool) -> None:
    """Writes the refused rows of a scratch file. The encoding is that of the table they came from."""
    if opened.form == "xlsx":
        _write_xlsx(path, scratch, opened)
        return
    encoding = GB18030 if opened.encoding == GBK else opened.encoding  # our reasons may need more than GBK has
    with path.open("w", encoding=encoding if opened.form == "csv" else "utf-8", newline="") as file:
        if opened.form == "csv":
            _write_csv(file, scratch, opened)
        else:
            file.writelines(_json_texts(scratch, city=city, lines=opened.form == "ndjson"))


def media_type(opened: Opened) -> str:
    """The Content-Type of the rejected file, with the charset of CSV text."""
    if opened.form != "csv":
        return MEDIA_TYPES[opened.form]
    return f"text/csv; charset={'gb18030' if opened.encoding in (GBK, GB18030) else 'utf-8'}"


def _records(scratch: Scratch, heads: Sequence[str]) -> Iterator[list[Any]]:
    """The heads, then each refused row with its reason under the added head; a row that is too long keeps its cells behind it."""
    keep = [at for at, head in enumerate(heads) if head != REASON_HEAD]
    yield [*(escaped(heads[at]) for at in keep), REASON_HEAD]
    for _, source, faults in scratch.refused():
        cells = [*source, *([""] * (len(heads) - len(source)))]
        yield [*(_safe(cells[at]) for at in keep), reason_text(faults), *map(_safe, cells[len(heads) :])]


def _safe(cell: Any) -> Any:
    return escaped(cell) if isinstance(cell, str) else cell


def _write_csv(file: IO[str], scratch: Scratch, opened: Opened) -> None:
    csv.writer(file, lineterminator="\r\n").writerows(_records(scratch, opened.heads))


def _write_xlsx(path: Path, scratch: Scratch, opened: Opened) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(opened.sheet if _TITLE.fullmatch(opened.sheet) else _PLAIN_TITLE)
    for record in _records(scratch, opened.heads):
        sheet.append(record)  # what came out of XML fits into XML
    book.save(path)


def _json_texts(scratch: Scratch, *, city: bool, lines: bool) -> Iterator[str]:
    if city:
        for document in _documents(scratch):
            yield json.dumps(document, ensure_ascii=False, indent=None if lines else 1) + "\n"
        return
    for _, source, faults in scratch.refused():
        yield json.dumps({**source, REASON_HEAD: reason_text(faults)}, ensure_ascii=False) + "\n"


def _documents(scratch: Scratch) -> Iterator[dict[str, Any]]:
    """The documents of the city platform with their refused entries only."""
    number, entries = None, []
    for _, source, faults in scratch.refused():
        if number is not None and source.get(DOCUMENT) != number:
            yield {**scratch.part(str(number)), DETAIL: entries}
            number, entries = None, []
        if DOCUMENT not in source:
            yield {**source, REASON_HEAD: reason_text(faults)}
            continue
        number = source[DOCUMENT]
        entries.append({**source[ENTRY], REASON_HEAD: reason_text(faults)})
    if number is not None:
        yield {**scratch.part(str(number)), DETAIL: entries}

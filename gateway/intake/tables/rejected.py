"""
Refused rows in the form they came, with 错误原因 in a last column: to be mended and sent back as they are.

A cell that a spreadsheet would run gets an apostrophe before it, which every reader of tables here takes off again: the file is
safe to open, and a row that nobody mended is refused for the same reason as before. The added column is ignored on its return.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from gateway.intake.tables.cells import REASON_HEAD, TEXT, column_letter, escaped
from gateway.intake.tables.city import DETAIL, DOCUMENT, ENTRY
from gateway.intake.tables.encodings import GB18030, GBK
from gateway.intake.tables.opened import Opened
from gateway.intake.tables.reasons import reason_text
from gateway.intake.tables.scratch import Judged

_TITLE = re.compile(r"[^\\*?:/\[\]]{1,31}")  # what a spreadsheet allows as the name of a sheet
_PLAIN_TITLE: Final = "Sheet1"

MEDIA_TYPES: Final = {
    "csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson", "json": "application/json",
}  # fmt: skip


def write_rejected(path: Path, rows: Iterator[Judged], opened: Opened, *, part: Callable[[str], Any] | None) -> None:
    """Writes rows in the encoding of the table they came from. `part` gives documents of the city platform, if they are such."""
    if opened.form == "xlsx":
        _write_xlsx(path, rows, opened)
        return
    encoding = GB18030 if opened.encoding == GBK else opened.encoding  # our reasons may need more than GBK has
    with path.open("w", encoding=encoding if opened.form == "csv" else "utf-8", newline="") as file:
        if opened.form == "csv":
            csv.writer(file, lineterminator="\r\n").writerows(_records(rows, opened.heads))
        else:
            file.writelines(_json_texts(rows, part, lines=opened.form == "ndjson"))


def media_type(opened: Opened) -> str:
    """The Content-Type of the rejected file, with the charset of CSV text."""
    if opened.form != "csv":
        return MEDIA_TYPES[opened.form]
    return f"text/csv; charset={'gb18030' if opened.encoding in (GBK, GB18030) else 'utf-8'}"


def _records(rows: Iterator[Judged], heads: Sequence[str]) -> Iterator[list[Any]]:
    """The heads, then each row with its reason under the added head; a row that is too long keeps its cells behind it."""
    keep = [at for at, head in enumerate(heads) if head != REASON_HEAD]
    yield [*(escaped(heads[at]) for at in keep), REASON_HEAD]
    for _, source, faults in rows:
        cells = [*source, *([""] * (len(heads) - len(source)))]
        yield [*(_safe(cells[at]) for at in keep), reason_text(faults), *map(_safe, cells[len(heads) :])]


def _safe(cell: Any) -> Any:
    return escaped(cell) if isinstance(cell, str) else cell


def _write_xlsx(path: Path, rows: Iterator[Judged], opened: Opened) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(opened.sheet if _TITLE.fullmatch(opened.sheet) else _PLAIN_TITLE)
    for at in range(len(opened.heads) + 1):
        sheet.column_dimensions[column_letter(at)].number_format = TEXT
    cells: list[Any] = []  # of one row, used for all: a million cells with a style of their own take a minute longer
    for record in _records(rows, opened.heads):
        cells.extend(_text_cell(sheet) for _ in range(len(record) - len(cells)))
        for cell, value in zip(cells, record, strict=False):
            cell.value = value  # what came out of XML fits into XML
        sheet.append(cells[: len(record)])
    book.save(path)


def _text_cell(sheet: Any) -> Any:
    """A cell that keeps what is typed into it, whatever it holds now: a General one would drop the leading zeros once more."""
    cell = WriteOnlyCell(sheet)
    cell.number_format = TEXT
    return cell


def _json_texts(rows: Iterator[Judged], part: Callable[[str], Any] | None, *, lines: bool) -> Iterator[str]:
    if part is not None:
        for document in _documents(rows, part):
            yield json.dumps(document, ensure_ascii=False, indent=None if lines else 1) + "\n"
        return
    for _, source, faults in rows:
        yield json.dumps({**source, REASON_HEAD: reason_text(faults)}, ensure_ascii=False) + "\n"


def _documents(rows: Iterator[Judged], part: Callable[[str], Any]) -> Iterator[dict[str, Any]]:
    """The documents of the city platform with their refused entries only."""
    number, entries = None, []
    for _, source, faults in rows:
        if number is not None and source.get(DOCUMENT) != number:
            yield {**part(str(number)), DETAIL: entries}
            number, entries = None, []
        if DOCUMENT not in source:
            yield {**source, REASON_HEAD: reason_text(faults)}
            continue
        number = source[DOCUMENT]
        entries.append({**source[ENTRY], REASON_HEAD: reason_text(faults)})
    if number is not None:
        yield {**part(str(number)), DETAIL: entries}

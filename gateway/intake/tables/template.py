"""Blank tables of a mapping: heads, an example row that is skipped when nobody deletes it, and in .xlsx a sheet of notes."""

from __future__ import annotations

import csv
import io
import json
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from gateway.errors import Refused
from gateway.intake.tables.cells import TEXT, column_letter
from gateway.intake.tables.city import DETAIL
from gateway.intake.tables.scheme import CITY, EPCIS, Mapping

_WIDTH: Final = 24
_NOTES_HEAD: Final = ("列 column", "必填 required", "说明 notes")


def template(mapping: Mapping, form: str) -> bytes:
    """The blank file: csv (UTF-8 with BOM, as spreadsheets need it), xlsx, or json for the city platform's shape.

    Raises `Refused` `table.form` for a form in which the mapping takes no files.
    """
    if mapping.kind == EPCIS or (form == "json") != (mapping.form == CITY):
        raise Refused("table.form")
    if form == "json":
        return _document(mapping)
    if form == "xlsx":
        return _workbook(mapping)
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows([mapping.heads, [column.example for column in mapping.columns]])
    return file.getvalue().encode("utf-8-sig")


def _workbook(mapping: Mapping) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    for at in range(len(mapping.columns)):
        sheet.column_dimensions[column_letter(at)].width = _WIDTH
        sheet.column_dimensions[column_letter(at)].number_format = TEXT
    heads = [WriteOnlyCell(sheet, head) for head in mapping.heads]
    examples = [WriteOnlyCell(sheet, column.example) for column in mapping.columns]
    for cell in heads:
        cell.font = Font(bold=True)
    for cell in (*heads, *examples):
        cell.number_format = TEXT
    sheet.append(heads)
    sheet.append(examples)
    notes = book.create_sheet("填写说明")
    notes.column_dimensions["A"].width = notes.column_dimensions["C"].width = 2 * _WIDTH
    notes.append(_NOTES_HEAD)
    for column in mapping.columns:
        notes.append([column.head, "是 yes" if column.required else "否 no", column.note])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _document(mapping: Mapping) -> bytes:
    parts: dict[str, dict[str, str]] = {"": {}}
    for column in mapping.columns:
        part, _, name = column.head.rpartition(".")
        parts.setdefault(part, {})[name] = column.example
    material = {"name": parts[""].get("materialName", ""), **parts.get("material", {})}
    shown = {"supplier": parts.get("supplier", {}), "material": [material], DETAIL: [parts[""]]}
    return json.dumps(shown, ensure_ascii=False, indent=1).encode()

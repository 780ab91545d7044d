"""
What a workbook's archive may be, asked before anything is parsed: a bomb, a macro or a link to elsewhere is never opened.

Sizes are added up twice: as the directory states them, and as the bytes come out. A document type declaration, by which XML
entities grow or fetch, is refused in every part.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from gateway.errors import Refused
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.merged import Merged
from gateway.intake.tables.xlsx_sheet import SheetCheck

_BLOCK: Final = 1 << 18
_DECLARATIONS: Final = (b"<!doctype", b"<!entity")
_LONGEST: Final = max(map(len, _DECLARATIONS))
_SHEETS: Final = "xl/worksheets/"
_TYPES: Final = "[Content_Types].xml"
_STRINGS: Final = "xl/sharedstrings.xml"
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_ENCRYPTED: Final = 0x1
_UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, ParseError,
    KeyError, NotImplementedError, EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip


def check_archive(path: Path) -> dict[str, Merged]:
    """The merged cells of each sheet, by the name of its part in small letters.

    Raises `Refused` `table.xlsx`, `table.unpacked`, `table.rows`, `table.columns`, `table.macros` or `table.external`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_directory(members)
            _check_kinds(archive)
            left = TABLE_LIMITS.unzipped_bytes
            merged: dict[str, Merged] = {}
            for member in members:
                left -= _check_content(archive, member, left, merged)
            return merged
    except _UNREADABLE:
        raise Refused("table.xlsx") from None


def _check_directory(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename.lower() for member in members]
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name or "/activex/" in name for name in names):
        raise Refused("table.macros")
    if any("/externallinks/" in name or name.endswith("connections.xml") or "/embeddings/" in name for name in names):
        raise Refused("table.external")
    if len(set(names)) != len(names) or _WORKBOOK not in names or any(m.flag_bits & _ENCRYPTED for m in members):
        raise Refused("table.xlsx")
    if len(members) > TABLE_LIMITS.zip_members or sum(m.file_size for m in members) > TABLE_LIMITS.unzipped_bytes:
        raise Refused("table.unpacked")


def _check_kinds(archive: zipfile.ZipFile) -> None:
    """What is held in memory may not pass for a sheet, which has another bound: shared strings, the workbook, a chart."""
    for declared in _attributes(archive, _TYPES):
        part, kind = declared.get("PartName", "").lower().lstrip("/"), declared.get("ContentType", "")
        if not part:
            continue  # of all parts with an extension
        if ("sharedStrings+xml" in kind and part != _STRINGS) or ("main+xml" in kind and part != _WORKBOOK):
            raise Refused("table.xlsx")
    for relation in _attributes(archive, _RELATIONS):
        if "chartsheet" in relation.get("Type", "") and "worksheets" in relation.get("Target", "").lower():
            raise Refused("table.xlsx")


def _attributes(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    """The attributes of every element of a small part."""
    with archive.open(name) as part:
        raw = part.read(TABLE_LIMITS.part_bytes + 1)
    if len(raw) > TABLE_LIMITS.part_bytes:
        raise Refused("table.unpacked")
    for element in fromstring(raw).iter():
        yield element.attrib


def _check_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, merged: dict[str, Merged]) -> int:
    """Reads one part through; how many bytes it has, of those that are left. Adds the merged cells of a sheet."""
    name = member.filename.lower()
    is_xml = name.endswith((".xml", ".rels"))
    sheet = SheetCheck() if name.startswith(_SHEETS) and name.endswith(".xml") else None
    bound = left if sheet else min(left, TABLE_LIMITS.strings_bytes if name == _STRINGS else TABLE_LIMITS.part_bytes)
    marks = TABLE_LIMITS.part_marks if is_xml and not sheet and name != _STRINGS else None
    size, tail = 0, b""
    with archive.open(member) as part:
        while block := part.read(_BLOCK):
            size += len(block)
            if size > bound:
                raise Refused("table.unpacked")
            if marks is not None and (marks := marks - block.count(b"<")) < 0:
                raise Refused("table.unpacked")
            if is_xml and _declares(tail + block):
                raise Refused("table.xlsx")
            if sheet:
                sheet.feed(block)
            tail = block[-2 * _LONGEST :]  # a declaration across two blocks, in UTF-16
    if sheet:
        sheet.end()
        merged[name] = sheet.merged
    return size


def _declares(block: bytes) -> bool:
    if b"<!" not in block and b"<\x00!" not in block:
        return False
    plain = block.replace(b"\x00", b"").lower()  # UTF-16 too
    return any(mark in plain for mark in _DECLARATIONS)

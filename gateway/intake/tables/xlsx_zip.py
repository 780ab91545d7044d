"""
What a workbook's archive may be, asked before anything is parsed: a bomb, a macro or a link to elsewhere is never opened.

Sizes are added up twice: as the directory states them, and as the bytes come out. A document type declaration, by which XML
entities grow or fetch, is refused in every part.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

from gateway.errors import Refused
from gateway.intake.tables.limits import TABLE_LIMITS

_BLOCK: Final = 1 << 18
_DECLARATIONS: Final = (b"<!doctype", b"<!entity")
_LONGEST: Final = max(map(len, _DECLARATIONS))
_SHEETS: Final = "xl/worksheets/"
_TYPES: Final = "[Content_Types].xml"
_STRINGS = re.compile(rb"[^<>]*sharedStrings\+xml[^<>]*")
_STRINGS_PART = re.compile(rb'PartName="/xl/sharedStrings\.xml"', re.IGNORECASE)
_ENCRYPTED: Final = 0x1


def check_archive(path: Path) -> None:
    """Raises `Refused` `table.xlsx`, `table.unpacked`, `table.macros` or `table.external`."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_directory(members)
            _check_strings(archive)
            left = TABLE_LIMITS.unzipped_bytes
            for member in members:
                left = _check_content(archive, member, left)
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, EOFError, OSError, RuntimeError, ValueError):
        raise Refused("table.xlsx") from None


def _check_directory(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename.lower() for member in members]
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name or "/activex/" in name for name in names):
        raise Refused("table.macros")
    if any("/externallinks/" in name or name.endswith("connections.xml") or "/embeddings/" in name for name in names):
        raise Refused("table.external")
    if len(set(names)) != len(names) or "xl/workbook.xml" not in names or any(m.flag_bits & _ENCRYPTED for m in members):
        raise Refused("table.xlsx")
    if len(members) > TABLE_LIMITS.zip_members or sum(m.file_size for m in members) > TABLE_LIMITS.unzipped_bytes:
        raise Refused("table.unpacked")


def _check_strings(archive: zipfile.ZipFile) -> None:
    """Shared strings are held in memory: they may not pass for a sheet, which has another bound."""
    with archive.open(_TYPES) as part:
        types = part.read(_BLOCK)
    if not all(_STRINGS_PART.search(declared) for declared in _STRINGS.findall(types)):
        raise Refused("table.xlsx")


def _check_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """Reads one part through; how many bytes the others may still have."""
    name = member.filename.lower()
    is_xml = name.endswith((".xml", ".rels"))
    bound = left if name.startswith(_SHEETS) else min(left, TABLE_LIMITS.strings_bytes)  # only sheets are read as a stream
    size, tail = 0, b""
    with archive.open(member) as part:
        while block := part.read(_BLOCK):
            size += len(block)
            if size > bound:
                raise Refused("table.unpacked")
            if is_xml and _declares(tail + block):
                raise Refused("table.xlsx")
            tail = block[-2 * _LONGEST :]  # a declaration across two blocks, in UTF-16
    return left - size


def _declares(block: bytes) -> bool:
    if b"<!" not in block and b"<\x00!" not in block:
        return False
    plain = block.replace(b"\x00", b"").lower()  # UTF-16 too
    return any(mark in plain for mark in _DECLARATIONS)

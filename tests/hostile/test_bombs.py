"""Tables that are small as files and enormous when they are read: refused with a reason, nothing taken (H1)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.rejected import MEDIA_TYPES
from tests.service import MARKET, Service

SHEET = "xl/worksheets/sheet1.xml"
OPENING = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
MEBIBYTE = bytes(1024 * 1024)


def workbook(service: Service, part: str, write: Callable[[io.BufferedIOBase], object]) -> bytes:
    """Our own blank template with one part written anew."""
    template = service.get("/imports/templates/pork_wholesale_day?format=xlsx", service.key(MARKET)).content
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        with new.open(part, "w") as opened:
            write(opened)  # type: ignore[arg-type]
    return made.getvalue()


def send(service: Service, form: str, content: bytes) -> httpx.Response:
    headers = {**service.key(MARKET), "Content-Type": MEDIA_TYPES[form]}
    profile = "city_platform" if form == "json" else "pork_wholesale_day"
    return service.request("POST", f"/imports?profile={profile}", headers=headers, content=content)


def blank(opened: io.BufferedIOBase) -> None:
    for _ in range(TABLE_LIMITS.unzipped_bytes // len(MEBIBYTE) + 1):
        opened.write(MEBIBYTE)


def wide(opened: io.BufferedIOBase) -> None:
    opened.write(
        OPENING + b'<row r="1">' + b'<c t="inlineStr"><is><t>h</t></is></c>' * 1_000_000 + b"</row></sheetData></worksheet>"
    )


def deep(opened: io.BufferedIOBase) -> None:
    opened.write(OPENING + b"<row><c>" + b"<a>" * 1_000_000)


def laughs(opened: io.BufferedIOBase) -> None:
    entities = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    opened.write(f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>'.encode() + OPENING + b"<row><c><v>&l9;</v></c></row>")


def foreign(opened: io.BufferedIOBase) -> None:
    opened.write(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + OPENING + b"<row><c><v>&e;</v></c></row>")


@pytest.mark.parametrize(
    ("write", "part"),
    [(blank, SHEET), (blank, "xl/media/x.bin"), (wide, SHEET), (deep, SHEET), (laughs, SHEET), (foreign, SHEET)],
    ids=["blank", "blank media", "10^6 columns", "10^6 deep", "a billion laughs", "another file"],
)
def test_a_workbook_that_grows_is_refused(service: Service, write: Callable[[io.BufferedIOBase], object], part: str) -> None:
    content = workbook(service, part, write)
    assert len(content) < TABLE_LIMITS.file_bytes
    answer = send(service, "xlsx", content)
    assert answer.status_code in (400, 413) and answer.json()["code"].startswith(("table.", "csv.")), answer.text[:500]
    assert "root:" not in answer.text and len(answer.content) < 100_000
    assert service.rows() == []


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("csv", b",".join([b"h"] * 1_000_000) + b"\n1\n"),
        ("csv", b"a\n" + b"," * 1_000_000 + b"\n"),
        ("csv", b"a\n" + b'"' + b"x" * 5_000_000 + b'"\n'),
        ("csv", b'a\n"' + b"\n" * 1_000_000),
        ("ndjson", b'{"a": ' + b"[" * 1_000_000 + b"\n"),
        ("ndjson", b"{" + b",".join(b'"%d": 1' % at for at in range(300_000)) + b"}\n"),
        ("json", b"[" + b"0," * 1_500_000 + b"0]"),
    ],
    ids=["10^6 heads", "10^6 cells", "a long cell", "a record of 10^6 lines", "a deep line", "a wide line", "10^6 values"],
)
def test_a_text_that_grows_is_refused(service: Service, form: str, content: bytes) -> None:
    answer = send(service, form, content)
    assert answer.status_code in (400, 413), answer.text[:500]
    assert len(answer.content) < 100_000
    assert service.rows() == []


def test_a_zip_in_a_zip_is_no_workbook(service: Service, tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", MEBIBYTE * 20)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        for at in range(2_000):
            archive.writestr(f"{at}.zip", inner.getvalue()[:100])
    assert send(service, "xlsx", outer.getvalue()).status_code == 400
    assert send(service, "xlsx", inner.getvalue()).status_code == 400

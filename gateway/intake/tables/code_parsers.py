"""
Code parsers: what a code on goods, as text, names. `gs1` ships; others come with packages installed beside this one.

A package offers one under the entry point group `shisu.code_parsers`: a function from text to `certs.codes.Code` that raises
`CellError`. A mapping names its parser and can name none that is not installed: it is data from elsewhere, never an import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Final
from urllib.parse import unquote, urlsplit

from certs.codes import Code, gs1_is_valid
from gateway.intake.identifiers import is_lot
from gateway.intake.tables.cells import CellError

CodeParser = Callable[[str], Code]
GROUP: Final = "shisu.code_parsers"
_BRACKETED = re.compile(r"\(([0-9]{2})\)([^(]*)")
_ELEMENTS: Final = {"00": "sscc", "01": "gtin", "10": "lot", "21": "serial"}
_PATH = re.compile(r"(?:/[^/]+)*?/01/([0-9]{8,14})(?:/22/[^/]+)?(?:/10/([^/]+))?(?:/21/([^/]+))?")
_UNIT_PATH = re.compile(r"(?:/[^/]+)*?/00/([0-9]{18})")


def parser_names() -> tuple[str, ...]:
    """The names a mapping may give."""
    return ("gs1", *sorted(found.name for found in entry_points(group=GROUP)))


def find_parser(name: str) -> CodeParser:
    """The parser of this name. Raises `KeyError` for one that is not installed."""
    if name == "gs1":
        return read_gs1
    parser: CodeParser = entry_points(group=GROUP)[name].load()
    return parser


def read_gs1(text: str) -> Code:
    """A GTIN, a GS1 Digital Link of any host with its data attributes, or element strings `(01)…(10)…(21)…`, `(00)…`.

    Raises `CellError` `id.gtin_format`, `id.gtin_check`, `id.sscc_format`, `id.sscc_check`, `id.lot`, `id.serial`,
    `id.digital_link`. The host of a link is not asked: it says who answers a scan, not which goods these are.
    """
    if text.startswith("("):
        return _read_elements(text)
    if "://" in text:
        return _read_link(text)
    return Code(gtin=read_gtin(text))


def read_gtin(text: str) -> str:
    """GTIN-8, -12, -13 or -14 with its check digit, as 14 digits. Raises `CellError`; nothing is corrected."""
    if re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", text) is None:
        short = re.fullmatch(r"[0-9]{9,11}", text) is not None
        raise CellError("id.gtin_format", "cell.leading_zeros" if short else "")
    if not gs1_is_valid(text):
        raise CellError("id.gtin_check")
    return text.zfill(14)


def _read_elements(text: str) -> Code:
    pairs = _BRACKETED.findall(text)
    values: Mapping[str, str] = {_ELEMENTS[ai]: value for ai, value in pairs if ai in _ELEMENTS}
    if "".join(f"({ai}){value}" for ai, value in pairs) != text or not {"gtin", "sscc"} & set(values):
        raise CellError("id.gtin_format")
    if "sscc" in values:
        return Code(sscc=_sscc(values["sscc"]))
    return Code(gtin=read_gtin(values["gtin"]), lot=_part(values.get("lot"), "lot"), serial=_part(values.get("serial"), "serial"))


def _read_link(text: str) -> Code:
    try:
        path = urlsplit(text).path
    except ValueError:
        raise CellError("id.digital_link") from None
    unit, goods = _UNIT_PATH.fullmatch(path), _PATH.fullmatch(path)
    if unit is not None:
        return Code(sscc=_sscc(unit[1]))
    if goods is None:
        raise CellError("id.digital_link")
    lot, serial = (None if part is None else unquote(part) for part in goods.group(2, 3))
    return Code(gtin=read_gtin(goods[1]), lot=_part(lot, "lot"), serial=_part(serial, "serial"))


def _part(text: str | None, name: str) -> str | None:
    if text is not None and not is_lot(text):
        raise CellError(f"id.{name}")
    return text


def _sscc(text: str) -> str:
    if re.fullmatch("[0-9]{18}", text) is None:
        raise CellError("id.sscc_format")
    if not gs1_is_valid(text):
        raise CellError("id.sscc_check")
    return text

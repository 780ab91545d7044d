"""
Mappings (导入方案) from JSON, with everything that is wrong with one at once.

A mapping holds data only: it cannot name code, a file or an address to fetch. Its code parser is one that is installed here. It
may extend a shipped profile (`gateway.intake.tables.extending`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, Final

from certs.canonical import canonical
from certs.codes import gs1_is_valid, uscc_is_valid
from gateway.errors import Fault, Refused
from gateway.intake.tables.code_parsers import parser_names
from gateway.intake.tables.extending import extended, own_pointers
from gateway.intake.tables.profiles import shipped
from gateway.intake.tables.scheme import (
    CITY,
    COMBINE,
    EPCIS,
    EVENT_TARGETS,
    EVENTS,
    FLAT,
    NOWHERE,
    ROW_TARGETS,
    SERIALS,
    TERM_KINDS,
    Column,
    EventShape,
    Mapping,
    Paper,
    Product,
)

MAX_BYTES: Final = 262_144  # a wholesale market's stalls and products
MAX_ENTRIES: Final = 5_000  # of one table
_TERM = re.compile(r"cn:[A-Za-z][A-Za-z0-9]{0,63}")
_OURS: Final = ("cn:uscc", "cn:link", "cn:category", "cn:sellerUscc", "cn:buyerUscc", "cn:slipNo")
_NAMES: Final = {
    "extends", "title", "kind", "form", "columns", "shapes", "group", "unique", "codes", "products", "parties", "categories",
    "units", "fixed",
}  # fmt: skip
_COLUMN: Final = {"head", "to", "required", "kind", "combine", "digits", "example", "note"}
_SHAPE: Final = {"type", "action", "step", "link", "disposition", "papers", "parties", "sells", "when", "only"}
_FIXED: Final = ("unit", "category", "readPoint", "bizLocation")
_WORD = re.compile(r"[A-Za-z0-9_.:/-]{1,200}")


def read_mapping(value: Any) -> Mapping:
    """The mapping that a JSON object describes. Raises `Refused` `mapping.refused` with every fault, by JSON pointer."""
    body = _extended(value)
    faults = [*_body_faults(body), *_table_faults(body)]
    if not faults:
        faults = [*_column_faults(body), *_shape_faults(body)]
    if faults:
        raise Refused("mapping.refused", faults if "extends" not in value else own_pointers(faults, value, body))
    digest = hashlib.sha256(canonical(body)).hexdigest()
    columns = tuple(Column(**entry) for entry in body.get("columns", []))
    shapes = tuple(_shape(entry) for entry in body.get("shapes", []))
    return Mapping(
        kind=body.get("kind", EVENTS), form=body.get("form", FLAT), columns=columns, shapes=shapes,
        group=tuple(body.get("group", [])), unique=tuple(body.get("unique", [])), codes=body.get("codes", "gs1"),
        products={name: Product(**entry) for name, entry in body.get("products", {}).items()},
        **{name: body.get(name, {}) for name in ("parties", "categories", "units", "fixed")},
        title=body.get("title", ""), digest=digest,
    )  # fmt: skip


def _extended(value: Any) -> dict[str, Any]:
    """The JSON with the shipped profile it extends underneath."""
    if not isinstance(value, dict) or len(json.dumps(value).encode()) > MAX_BYTES:
        raise Refused("mapping.refused", [Fault("mapping.form")])
    name = value.get("extends")
    if name is None:
        return value
    under = shipped(name) if isinstance(name, str) else None
    if under is None:
        raise Refused("mapping.refused", [Fault("mapping.extends", "/extends")])
    return extended(value, under)


def _body_faults(body: dict[str, Any]) -> list[Fault]:
    faults = [Fault("mapping.form", "") for name in body if name not in _NAMES]
    if body.get("kind", EVENTS) not in (EVENTS, SERIALS, EPCIS) or body.get("form", FLAT) not in (FLAT, CITY):
        faults.append(Fault("mapping.form", "/kind"))
    if not isinstance(body.get("title", ""), str):
        faults.append(Fault("mapping.form", "/title"))
    if body.get("codes", "gs1") not in parser_names():
        faults.append(Fault("mapping.parser", "/codes"))
    for name in ("columns", "shapes"):
        listed = body.get(name, [])
        if not isinstance(listed, list) or len(listed) > 256 or not all(isinstance(entry, dict) for entry in listed):
            faults.append(Fault("mapping.form", f"/{name}"))
    for name in ("group", "unique"):
        listed = body.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
            faults.append(Fault("mapping.form", f"/{name}"))
    return faults


def _table_faults(body: dict[str, Any]) -> list[Fault]:
    faults: list[Fault] = []
    checks: dict[str, Callable[[Any], str]] = {
        "products": _product_fault, "parties": _party_fault, "categories": _word_fault, "units": _unit_fault,
    }  # fmt: skip
    for name, check in checks.items():
        table = body.get(name, {})
        if not isinstance(table, dict) or len(table) > MAX_ENTRIES:
            faults.append(Fault("mapping.form", f"/{name}"))
            continue
        faults.extend(Fault(code, f"/{name}/{at}") for at, entry in enumerate(table.values()) if (code := check(entry)))
    fixed = body.get("fixed", {})
    if not isinstance(fixed, dict) or not all(_is_fixed(name, entry) for name, entry in fixed.items()):
        faults.append(Fault("mapping.form", "/fixed"))
    return faults


def _is_fixed(name: str, value: Any) -> bool:
    if name in _FIXED:
        return isinstance(value, str) and 0 < len(value) <= 200
    return _TERM.fullmatch(name) is not None and name not in _OURS and isinstance(value, str | int | float | bool)


def _product_fault(entry: Any) -> str:
    if not isinstance(entry, dict) or not {"gtin", "category", "unit"} >= set(entry):
        return "mapping.form"
    if not all(isinstance(part, str) for part in entry.values()):
        return "mapping.form"
    gtin = entry.get("gtin", "")
    if gtin and re.fullmatch("[0-9]{14}", gtin) is None:
        return "id.gtin_format"
    return "id.gtin_check" if gtin and not gs1_is_valid(gtin) else ""


def _party_fault(entry: Any) -> str:
    return "" if isinstance(entry, str) and uscc_is_valid(entry) else "id.uscc_check"


def _word_fault(entry: Any) -> str:
    return "" if isinstance(entry, str) and _WORD.fullmatch(entry) else "mapping.form"


def _unit_fault(entry: Any) -> str:
    return "" if entry is None or (isinstance(entry, str) and re.fullmatch("[A-Z0-9]{2,3}", entry)) else "mapping.form"


def _column_faults(body: dict[str, Any]) -> list[Fault]:
    faults: list[Fault] = []
    seen: set[str] = set()
    for at, entry in enumerate(body.get("columns", [])):
        code = _column_fault(entry)
        head, to = entry.get("head"), entry.get("to")
        if not code and (head in seen or (to != NOWHERE and f"to {to}" in seen)):
            code = "mapping.twice"
        seen |= {str(head), f"to {to}"}
        if code:
            faults.append(Fault(code, f"/columns/{at}"))
    heads = _texts(body.get("columns", []), "head")
    for name in ("group", "unique"):
        faults.extend(
            Fault("mapping.reference", f"/{name}/{at}")
            for at, head in enumerate(body.get(name, []))
            if not isinstance(head, str) or head not in heads
        )
    return faults


def _texts(entries: list[Any], name: str) -> set[str]:
    """The values of a name that are texts: another type has its own fault, and may not even be hashable."""
    return {entry[name] for entry in entries if isinstance(entry, dict) and isinstance(entry.get(name), str)}


def _column_fault(entry: dict[str, Any]) -> str:
    if not set(entry) <= _COLUMN or not isinstance(entry.get("head"), str) or not 0 < len(entry["head"].strip()) <= 100:
        return "mapping.form"
    texts = all(isinstance(entry.get(name, ""), str) for name in ("kind", "combine", "example", "note"))
    if not texts or not isinstance(entry.get("required", False), bool):
        return "mapping.form"
    if entry.get("kind", "text") not in TERM_KINDS or entry.get("combine", "same") not in COMBINE:
        return "mapping.form"
    digits = entry.get("digits", 0)
    if not isinstance(digits, int) or isinstance(digits, bool) or (entry.get("kind") == "digits") != (1 <= digits <= 30):
        return "mapping.form"
    to = entry.get("to")
    if not isinstance(to, str) or (to not in (*ROW_TARGETS, *EVENT_TARGETS, NOWHERE) and _TERM.fullmatch(to) is None):
        return "mapping.target"
    return "mapping.target" if to in _OURS else ""


def _shape_faults(body: dict[str, Any]) -> list[Fault]:
    shapes = body.get("shapes", [])
    faults = [Fault("mapping.shape", f"/shapes/{at}") for at, entry in enumerate(shapes) if not _is_shape(entry)]
    if body.get("kind", EVENTS) == EVENTS and (not shapes or shapes[-1].get("when") or shapes[-1].get("only")):
        faults.append(Fault("mapping.shape", "/shapes"))  # a row must have one
    targets = {entry["to"] for entry in body.get("columns", []) if isinstance(entry.get("to"), str)}
    if body.get("kind", EVENTS) == EVENTS and not ("time" in targets and targets & {"gtin", "code", "product"}):
        faults.append(Fault("mapping.target", "/columns"))
    return faults


def _is_shape(entry: dict[str, Any]) -> bool:
    if not set(entry) <= _SHAPE or entry.get("type") not in ("ObjectEvent", "TransactionEvent"):
        return False
    words = [entry.get(name) for name in ("action", "step", "link")]
    if not all(isinstance(word, str) and _WORD.fullmatch(word) for word in words):
        return False
    if not all(isinstance(entry.get(name, False), bool) for name in ("parties", "sells")):
        return False
    only = entry.get("only", [])
    if not isinstance(only, list) or not all(isinstance(word, str) and _WORD.fullmatch(word) for word in only):
        return False
    if not isinstance(entry.get("disposition", ""), str) or entry.get("when", "") not in ("", *ROW_TARGETS, *EVENT_TARGETS):
        return False
    papers = entry.get("papers", [])
    return isinstance(papers, list) and all(_is_paper(paper) for paper in papers)


def _is_paper(paper: Any) -> bool:
    return (
        isinstance(paper, dict)
        and set(paper) == {"type", "path", "source"}
        and paper["source"] in ("slip", "row")
        and all(isinstance(text, str) and _WORD.fullmatch(text) for text in paper.values())
    )


def _shape(entry: dict[str, Any]) -> EventShape:
    papers = tuple(Paper(**paper) for paper in entry.get("papers", []))
    return EventShape(**{**entry, "papers": papers, "only": tuple(entry.get("only", []))})

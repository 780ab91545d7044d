"""
Rows that belong together → one EPCIS event, and which cell each part of it came from.

Parties, slips and records are named by private URIs (CBV 2.0 §8.2) made of their own numbers only, so that the same rows always
give the same event, whoever is registered with a GLN by then. A `cn:` term of several rows is one value, a sum, or a list in the
rows' order, one element a row that has it: element i belongs to the i-th such row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from certs.canonical import canonical
from gateway.intake.tables.scheme import Column, EventShape, Mapping

IDS: Final = "https://trace.example.cn/id/"
GS1: Final = "https://id.gs1.org/"
_AGREE: Final = ("slip", "category", "seller", "buyer")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who reports, by USCC, and the 13-digit GLN of its site, "" when none is registered."""

    uscc: str
    gln: str = ""

    @property
    def place(self) -> str:
        """The URI of its site."""
        return f"{GS1}414/{self.gln}" if self.gln else f"{IDS}site/{self.uscc}"


@dataclass(slots=True)
class Built:
    """An event; `origin` gives, by JSON pointer within the event, the row (its position, None: all of them) and the head."""

    event: dict[str, Any]
    origin: dict[str, tuple[int | None, str]] = field(default_factory=dict)

    def cell_of(self, pointer: str) -> tuple[int | None, str]:
        """Where a fault of the event lies: the longest pointer we know that begins it decides."""
        while pointer:
            if pointer in self.origin:
                return self.origin[pointer]
            pointer = pointer.rpartition("/")[0]
        return None, ""


def disagreement(first: Table[str, Any], other: Table[str, Any], mapping: Mapping) -> str | None:
    """The head in which a row says of the whole event something else than the first row, or None."""
    same = [*_AGREE, *(column.to for column in mapping.columns if column.to.startswith("cn:") and column.combine == "same")]
    for target in same:
        if first.get(target) != other.get(target):
            column = mapping.column(target)
            return column.head if column else ""
    return None


def shape_of(mapping: Mapping, row: Table[str, Any]) -> EventShape:
    """The shape of a row's event: the first whose `when` is filled in and that is for its variety. The last is for all."""
    return next(
        shape
        for shape in mapping.shapes
        if (not shape.when or shape.when in row) and (not shape.only or row.get("category") in shape.only)
    )


def build_event(mapping: Mapping, shape: EventShape, rows: Sequence[Table[str, Any]], sender: Sender) -> Built:
    """The event of rows that agree."""
    first = rows[0]
    built = Built(
        {
            "type": shape.type, "eventTime": min(row["time"] for row in rows), "eventTimeZoneOffset": "+08:00",
            "action": shape.action, "bizStep": shape.step,
        }
    )  # fmt: skip
    event = built.event
    if shape.disposition:
        event["disposition"] = shape.disposition
    _add_goods(built, rows, mapping)
    event["readPoint"] = {"id": mapping.fixed.get("readPoint", sender.place)}
    event["bizLocation"] = {"id": mapping.fixed.get("bizLocation", sender.place)}
    papers = [{"type": paper.type, "bizTransaction": _paper(paper.path, paper.source, first, sender)} for paper in shape.papers]
    if papers:
        event["bizTransactionList"] = papers
    seller = sender.uscc if shape.sells else first.get("seller")
    _add_parties(event, shape, seller, first.get("buyer"))
    event |= {"cn:uscc": sender.uscc, "cn:link": shape.link}
    named = {"cn:category": first.get("category"), "cn:sellerUscc": seller, "cn:buyerUscc": first.get("buyer")}
    event |= {name: value for name, value in {**named, "cn:slipNo": first.get("slip")}.items() if value is not None}
    event |= {name: value for name, value in mapping.fixed.items() if name.startswith("cn:")}
    _add_terms(built, rows, mapping)
    _note_origins(built, mapping)
    return built


def _add_goods(built: Built, rows: Sequence[Table[str, Any]], mapping: Mapping) -> None:
    items: list[str] = []
    classes: list[dict[str, Any]] = []
    sensors: list[dict[str, Any]] = []
    for at, row in enumerate(rows):
        if "serial" in row or "sscc" in row:
            built.origin[f"/epcList/{len(items)}"] = (at, _head(mapping, "code", "serial"))
            items.append(_uri(row))
        else:
            pointer = f"/quantityList/{len(classes)}"
            built.origin[pointer] = (at, _head(mapping, "gtin", "code", "product"))
            built.origin[f"{pointer}/quantity"] = (at, _head(mapping, "quantity"))
            built.origin[f"{pointer}/uom"] = (at, _head(mapping, "unit", "quantity"))
            measured = {name: row[key] for name, key in (("quantity", "amount"), ("uom", "unit")) if key in row}
            classes.append({"epcClass": _uri(row), **measured})
        if "temperature" in row:
            built.origin[f"/sensorElementList/{len(sensors)}"] = (at, _head(mapping, "temperature"))
            report = {"type": "Temperature", "value": row["temperature"], "uom": "CEL"}
            sensors.append({"sensorMetadata": {"time": row["time"]}, "sensorReport": [report]})
    listed = {"epcList": items, "quantityList": classes, "sensorElementList": sensors}
    built.event |= {name: value for name, value in listed.items() if value}


def _uri(row: Table[str, Any]) -> str:
    """The canonical Digital Link of a row's goods: a serial is written without its lot (CBV 2.0), which the registry knows."""
    if "sscc" in row:
        return f"{GS1}00/{row['sscc']}"
    if "serial" in row:
        return f"{GS1}01/{row['gtin']}/21/{quote(row['serial'], safe='')}"
    return f"{GS1}01/{row['gtin']}/10/{quote(row['lot'], safe='')}"


def _paper(path: str, source: str, row: Table[str, Any], sender: Sender) -> str:
    if source == "slip":
        return f"{IDS}{path}/{quote(row.get('slip', ''), safe='')}"
    return f"{IDS}{path}/{sender.uscc}/{hashlib.sha256(canonical(row)).hexdigest()[:32]}"


def _add_parties(event: dict[str, Any], shape: EventShape, seller: str | None, buyer: str | None) -> None:
    for name, side, uscc in (("sourceList", "source", seller), ("destinationList", "destination", buyer)):
        if shape.parties and uscc is not None:
            event[name] = [{"type": "owning_party", side: f"{IDS}party/{uscc}"}]


def _add_terms(built: Built, rows: Sequence[Table[str, Any]], mapping: Mapping) -> None:
    for column in mapping.columns:
        if not column.to.startswith("cn:"):
            continue
        values = [row.get(column.to) for row in rows]
        if any(value is not None for value in values):
            built.event[column.to] = _combined(column, values)
        built.origin[f"/{column.to}"] = (None, column.head)
        if column.combine == "list":
            filled = [at for at, value in enumerate(values) if value is not None]
            built.origin |= {f"/{column.to}/{i}": (at, column.head) for i, at in enumerate(filled)}


def _combined(column: Column, values: list[Any]) -> Any:
    if column.combine == "sum":
        return sum(value for value in values if value is not None)
    if column.combine == "all":
        return all(value is True for value in values)
    if column.combine == "list" and len({str(value) for value in values}) > 1:
        return [value for value in values if value is not None]
    return values[0]


def _note_origins(built: Built, mapping: Mapping) -> None:
    targets = {
        "/eventTime": "time", "/cn:category": "category", "/cn:sellerUscc": "seller", "/cn:buyerUscc": "buyer",
        "/cn:slipNo": "slip", "/sourceList": "seller", "/destinationList": "buyer", "/bizTransactionList": "slip",
        "/quantityList": "gtin", "/epcList": "code",
    }  # fmt: skip
    built.origin |= {pointer: (None, _head(mapping, target)) for pointer, target in targets.items()}


def _head(mapping: Mapping, *targets: str) -> str:
    return next((column.head for target in targets if (column := mapping.column(target))), "")

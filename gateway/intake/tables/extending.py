"""
A mapping that extends a shipped profile: columns by head and target, tables by name, shapes as a whole take the profile's place.

Faults are then found in what came of both, and pointed at in what the enterprise wrote: its own columns and entries, as it counts
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from gateway.errors import Fault
from gateway.intake.tables.scheme import NOWHERE

TABLES: Final = ("products", "parties", "categories", "units", "fixed")
_KEYS: Final = ("group", "unique")


def extended(value: dict[str, Any], under: dict[str, Any]) -> dict[str, Any]:
    """The mapping `value` with the profile `under` beneath it. Heads that it renames are renamed in the profile's keys too."""
    body = {**under, **{key: inner for key, inner in value.items() if key != "extends"}}
    for table in TABLES:
        if isinstance(body.get(table), dict):
            body[table] = {**under.get(table, {}), **body[table]}
    columns = body.get("columns")
    if isinstance(columns, list) and all(isinstance(entry, dict) for entry in columns):
        own = columns if value.get("columns") is not None else []
        body["columns"] = [*_kept(own, under), *own] if own else under["columns"]
        for name in _KEYS:
            if name not in value and name in under:
                body[name] = _renamed(under[name], under["columns"], own)
    return body


def own_pointers(faults: Sequence[Fault], value: dict[str, Any], body: dict[str, Any]) -> list[Fault]:
    """Faults of `body` by their place in `value`; what the profile alone says is pointed at as `/extends`."""
    return [replace(fault, pointer=_own_pointer(fault.pointer, value, body)) for fault in faults]


def _own_pointer(pointer: str, value: dict[str, Any], body: dict[str, Any]) -> str:
    _, name, at = (*pointer.split("/"), "", "")[:3]
    if not name:
        return pointer
    if name not in value:
        return "/extends"
    if not at.isdigit():
        return pointer
    if name == "columns":
        own = int(at) - (len(body[name]) - len(value[name] or []))
        return f"/columns/{own}" if own >= 0 else "/extends"
    if name in TABLES:
        key = list(body[name])[int(at)]
        return f"/{name}/{list(value[name]).index(key)}" if key in value[name] else "/extends"
    return pointer


def _kept(own: list[dict[str, Any]], under: dict[str, Any]) -> list[dict[str, Any]]:
    targets, heads = ([entry.get(name) for entry in own] for name in ("to", "head"))
    return [
        entry for entry in under["columns"]
        if (entry["to"] == NOWHERE or entry["to"] not in targets) and entry["head"] not in heads
    ]  # fmt: skip


def _renamed(heads: list[str], columns: list[dict[str, Any]], own: list[dict[str, Any]]) -> list[str]:
    """Heads of the profile's columns, or those of the enterprise's columns that feed the same targets."""
    targets = {entry["head"]: entry["to"] for entry in columns}
    renamed = {
        entry["to"]: entry["head"] for entry in own if isinstance(entry.get("to"), str) and isinstance(entry.get("head"), str)
    }
    return [renamed.get(targets[head], head) for head in heads]

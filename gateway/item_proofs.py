"""
Item proofs (单品证明) from stored trees: made when somebody asks, from the units' salts, and the same bytes whenever asked.

A unit may be asked for as its label has it, without lot: the lots are those that the certificate names. Who may ask is the
routes' business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from certs.assemble import item_levels, stated_items
from certs.assemble import item_proof as proof_of
from certs.canonical import parse
from certs.codes import parse_code
from certs.errors import MalformedCertificate
from gateway.errors import Refused
from gateway.store import certificates
from gateway.store.database import Database
from gateway.store.errors import RowEdited
from gateway.store.items import position_of, units_of


def item_proof(database: Database, number: str, unit: str) -> dict[str, Any] | None:
    """The item object of PROTOCOL.md §4 for a unit of a certificate, or None for a number never issued.

    Raises what `find_unit` raises, and `RowEdited` (`store.item.root`) when the stored units do not give the record's root.
    """
    with database.read() as tx:
        issued = certificates.find(tx, number)
        if issued is None:
            return None
        row = certificates.event_row(tx, issued.event_row)
        body = parse(row.public_body)
        _, position = find_unit(tx, issued.event_row, body["codes"], unit)
        units = units_of(tx, issued.event_row)
    levels = item_levels(units, row.suite)
    if stated_items(levels) != body["items"]:
        raise RowEdited("store.item.root", str(issued.event_row))
    return proof_of(units[position], index=position, levels=levels)


def find_unit(tx: Connection, event_row: int, codes: Sequence[str], unit: str) -> tuple[str, int]:
    """The unit's code in an event's item tree, and its place there; `codes` are those of the record.

    Raises `Refused`: `item.unknown`, or `item.named` for a unit that the record names among its codes.
    """
    spelled = _spellings(codes, unit)
    if set(spelled) & set(codes):
        raise Refused("item.named")
    for code in spelled:
        position = position_of(tx, event_row, code)
        if position is not None:
            return code, position
    raise Refused("item.unknown")


def _spellings(codes: Sequence[str], unit: str) -> list[str]:
    """The codes that a text for a unit can mean in a record with these codes: itself, or without lot, with each of theirs."""
    try:
        code = parse_code(unit)
    except MalformedCertificate:
        return []
    if code.serial is None:
        return []
    if code.lot is not None:
        return [unit]
    return [str(replace(code, lot=lot)) for lot in dict.fromkeys(parse_code(named).lot for named in codes)]

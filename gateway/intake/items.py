"""
How a record names its goods (PROTOCOL.md §3): few codes as they are, many serialised units (一物一码) as leaves of an item tree.

A unit is written with its lot where the event or the registry knows it; a lot that contradicts what the same submitter said is
refused, and what others said binds nobody (`gateway.store.serials` has the rule, `rules.lot_givers` whose word others go by).
Units go into the tree, and `codes` names their GTINs and lots, with more than 16 codes or where a serial file (码清单) is cited.
The tree has the file's order, or the codes'. It needs no shuffling: every leaf has its own salt, so that the hashes in a path
tell nothing of other units, and an index tells only where a list has the unit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection

from certs.codes import Code, parse_code
from certs.limits import LIMITS
from certs.record import SALT_BYTES
from gateway.errors import Fault
from gateway.intake.codes import MADE_HERE, Named, named_codes, stated_lot
from gateway.intake.records import Goods, Intake
from gateway.store.items import insert_items
from gateway.store.serials import Registered, SerialFile, binding_lots, find_file, register, registered, release
from gateway.value_class import value_class

_LIST: Final = "cn:serialListSha256"
_COUNTS: Final = ("cn:serialCount", "cn:serialActivated", "cn:serialVoided")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A cited serial file, its units parsed, and the JSON pointer of the citation; nothing where none is cited."""

    file: SerialFile | None = None
    codes: tuple[Code, ...] = ()
    at: str = ""


def name_goods(tx: Connection, intake: Intake, event: dict[str, Any], submitter: str, at: str) -> Goods | list[Fault]:
    """How the record of a checked event names its goods, or everything that is wrong with it. `at` is its JSON pointer."""
    named, _ = named_codes(event, at, intake.hosts)  # its faults are `checks`' business
    listed = _cited(tx, event, submitter, at)
    if isinstance(listed, Fault):
        return [listed]
    units = {unit_of(code) for code in (*(entry.code for entry in named), *listed.codes) if code.serial}
    known = registered(tx, units, submitter=submitter)
    faults = [*_lot_faults(named, listed, known), *_list_faults(event, at, listed)]
    if "errorDeclaration" not in event and any(_is_said(known, code) for code in listed.codes):
        faults.append(Fault("item.list_used", listed.at))
    lots = binding_lots(tx, units - known.keys()) | {unit: found.lot for unit, found in known.items()}
    lots |= {unit_of(code): code.lot for code in (*(entry.code for entry in named), *listed.codes) if code.serial and code.lot}
    written = [replace(entry, code=_with_lot(entry.code, lots)) for entry in named]
    if listed.file is not None:
        in_file = set(listed.file.codes)
        faults += [Fault("item.not_listed", e.pointer) for e in written if e.field in MADE_HERE and str(e.code) not in in_file]
    goods = _goods(intake, written, listed, _stated_here(event, written, listed))
    if len(goods.codes) > LIMITS.codes:
        faults.append(Fault("event.codes.many", at))
    return faults or goods


def keep_goods(tx: Connection, row_id: int, goods: Goods, *, submitter: str, gives_lots: bool, wrong: Collection[int]) -> None:
    """Stores the item tree and the lots that an event states. `wrong` are the events it declares to be wrong: theirs are gone."""
    insert_items(tx, row_id, goods.units)
    if wrong:
        release(tx, wrong)
    else:
        register(tx, goods.lots, submitter=submitter, event=row_id, binding=gives_lots)


def lot_warnings(tx: Connection, goods: Goods, at: str) -> Iterator[Fault]:
    """`item.lot_elsewhere` where an event, stored after this, states another lot than who first gave the units theirs."""
    given = binding_lots(tx, goods.lots)
    if any(given.get(unit, lot) != lot for unit, lot in goods.lots.items()):
        yield Fault("item.lot_elsewhere", at)


def unit_of(code: Code) -> str:
    """The text under which the registry knows a serialised unit: its GTIN and serial."""
    return str(replace(code, lot=None))


def _cited(tx: Connection, event: dict[str, Any], submitter: str, at: str) -> _Listed | Fault:
    """The serial file that `ilmd` cites."""
    ilmd = event.get("ilmd")
    if not isinstance(ilmd, dict) or _LIST not in ilmd:
        return _Listed()
    cited, pointer = ilmd[_LIST], f"{at}/ilmd/{_LIST}"
    if not isinstance(cited, str) or _SHA256.fullmatch(cited) is None:
        return Fault("item.list_form", pointer, value_class(cited))
    file = find_file(tx, submitter, bytes.fromhex(cited))
    if file is None:
        return Fault("item.list_unknown", pointer)
    return _Listed(file, tuple(map(parse_code, file.codes)), pointer)


def _lot_faults(named: list[Named], listed: _Listed, known: Mapping[str, Registered]) -> Iterator[Fault]:
    """Where a unit is given another lot than the first statement of its submitter, in the registry, the file or this event."""
    first: dict[str, str | None] = {unit: found.lot for unit, found in known.items()}
    for code in listed.codes:
        if first.setdefault(unit_of(code), code.lot) != code.lot:
            yield Fault("item.lot_conflict", listed.at)
            return
    for entry in named:
        lot = entry.code.lot
        if entry.code.serial and lot and first.setdefault(unit_of(entry.code), lot) != lot:
            yield Fault("item.lot_conflict", entry.pointer)


def _is_said(known: Mapping[str, Registered], code: Code) -> bool:
    """Whether an event of the same submitter, not declared wrong since, gave a unit its lot."""
    found = known.get(unit_of(code))
    return found is not None and found.event is not None


def _list_faults(event: dict[str, Any], at: str, listed: _Listed) -> Iterator[Fault]:
    """Where the event says something else of its serial file than the file does."""
    if listed.file is None:
        return
    lot = stated_lot(event)
    if lot is not None and any(code.lot != lot for code in listed.codes):
        yield Fault("item.list_lot", listed.at)
    counts = (listed.file.issued, len(listed.codes), listed.file.voided)
    for term, count in zip(_COUNTS, counts, strict=True):
        if event["ilmd"].get(term, count) != count:
            yield Fault("item.list_count", f"{at}/ilmd/{term}")


def _with_lot(code: Code, lots: Mapping[str, str]) -> Code:
    return replace(code, lot=lots.get(unit_of(code))) if code.serial else code


def _stated_here(event: dict[str, Any], written: list[Named], listed: _Listed) -> dict[str, str]:
    """The units whose lot is this event's to state: those that it commissions or makes, and those of its file.

    A declared error states nothing, of whatever it may be: it is not checked as an event of its stage is.
    """
    if "errorDeclaration" in event or event.get("action", "ADD") != "ADD":
        return {}
    made = [entry.code for entry in written if entry.field in MADE_HERE and entry.code.serial]
    return {unit_of(code): code.lot for code in (*made, *listed.codes) if code.lot}


def _goods(intake: Intake, written: list[Named], listed: _Listed, lots: dict[str, str]) -> Goods:
    codes = {str(entry.code): entry.code for entry in written}
    if listed.file is None and len(codes) <= LIMITS.codes:
        return Goods(tuple(sorted(codes)), (), lots)
    units = {str(code): code for code in listed.codes}
    units |= {text: codes[text] for text in sorted(codes) if codes[text].serial}
    others = [text for text, code in codes.items() if not code.serial]
    lots_of_units = [str(Code(gtin=code.gtin, lot=code.lot)) for code in units.values()]
    salted = tuple((text, intake.random(SALT_BYTES)) for text in units)
    return Goods(tuple(sorted({*others, *lots_of_units})), salted, lots)

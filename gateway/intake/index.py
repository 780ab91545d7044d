"""
What is indexed of an event: its type, time, action, words, places, and every code key it can be asked for by (PROTOCOL.md §3).

An item is found by its code with and without its lot, by its GTIN and lot, and by its GTIN; an asset or another thing without a
code by its URI. Only names of the public tier are indexed: a bureau may ask by all of them. A text too long for an index entry
is left out, and the event is found by the rest.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import Connection

from certs.codes import Code, parse_code
from certs.times import parse_time
from gateway.intake.identifiers import read_identifier
from gateway.intake.places import canonical_uri, site_of
from gateway.intake.standard.vocabulary import bare_word
from gateway.store.event_index import IndexRow, insert_index

MAX_KEY: Final = 512  # bytes of a text that is indexed: PostgreSQL refuses an index entry of more than about 2,700
_LISTS: Final = (
    ("epcList", "epc"), ("childEPCs", "child"), ("inputEPCList", "input"), ("outputEPCList", "output"),
)  # fmt: skip
_QUANTITY_LISTS: Final = (
    ("quantityList", "epc"), ("childQuantityList", "child"), ("inputQuantityList", "input"), ("outputQuantityList", "output"),
)  # fmt: skip
_FRACTION = re.compile(r"\.([0-9]{1,3})")


def index_event(
    tx: Connection,
    row_id: int,
    event: dict[str, Any],
    *,
    codes: Collection[str],
    hosts: Collection[str],
    submitter: str,
    received_at: int,
) -> None:
    """Indexes a stored event. `codes` are its record's, with the lots that the gateway knows; `hosts` our Digital Link hosts."""
    insert_index(tx, row_id, index_row(event, codes=codes, hosts=hosts), submitter=submitter, received_at=received_at)


def index_row(event: dict[str, Any], *, codes: Collection[str], hosts: Collection[str]) -> IndexRow:
    """What a checked event is found by."""
    read_point, biz_location = (_place(event.get(name), hosts) for name in ("readPoint", "bizLocation"))
    return IndexRow(
        type=event["type"], time_ms=time_ms(event["eventTime"]), action=event.get("action"),
        biz_step=_word(event.get("bizStep")), disposition=_word(event.get("disposition")),
        read_point=read_point, read_site=None if read_point is None else site_of(read_point),
        biz_location=biz_location, biz_site=None if biz_location is None else site_of(biz_location),
        keys=tuple(sorted(set(_keys(event, codes, hosts)))),
    )  # fmt: skip


def time_ms(text: str) -> int:
    """Milliseconds since 1970 of a time as EPCIS writes it; what is finer is dropped. Raises `MalformedCertificate`."""
    fraction = _FRACTION.search(text)
    return parse_time(text) * 1_000 + (int(fraction[1].ljust(3, "0")) if fraction else 0)


def _keys(event: dict[str, Any], codes: Collection[str], hosts: Collection[str]) -> Iterator[tuple[str, str]]:
    """Pairs of code key and role. What only a cited serial file names is made here, so its role is `epc`."""
    known = [parse_code(text) for text in codes]
    named = set()
    for uri, role in _identifiers(event):
        for key in _keys_of(uri, known, hosts):
            named.add(key)
            if len(key.encode()) <= MAX_KEY:
                yield key, role
    for code in known:
        if str(code) not in named:
            yield from ((key, "epc") for key in code.wider())


def _keys_of(uri: str, known: Collection[Code], hosts: Collection[str]) -> Iterator[str]:
    code = read_identifier(uri, hosts)  # `checks` has refused what it cannot read
    if code is None:
        yield canonical_uri(uri, hosts)
    elif code.serial is None:
        yield from code.wider()
    else:
        yield f"01/{code.gtin}"
        written = [other for other in known if (other.gtin, other.serial) == (code.gtin, code.serial)]
        for other in written:
            yield from (*other.wider(), str(Code(gtin=code.gtin, serial=code.serial)))
        if not written:  # a leaf of the event's item tree: its own code stands there, its lot among the record's codes
            yield from (str(other) for other in known if other.gtin == code.gtin and other.serial is None)


def _identifiers(event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(event.get("parentID"), str):
        yield event["parentID"], "parent"
    for name, role in _LISTS:
        yield from ((uri, role) for uri in event.get(name, []))
    for name, role in _QUANTITY_LISTS:
        yield from ((element["epcClass"], role) for element in event.get(name, []))


def _place(value: Any, hosts: Collection[str]) -> str | None:
    uri = value.get("id") if isinstance(value, dict) else None
    return _short(canonical_uri(uri, hosts)) if isinstance(uri, str) else None


def _word(value: Any) -> str | None:
    return _short(bare_word(value)) if isinstance(value, str) else None


def _short(text: str) -> str | None:
    return text if len(text.encode()) <= MAX_KEY else None

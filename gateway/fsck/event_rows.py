"""
Events: the leaf from salts and bodies, and every column that follows from the event, from the bodies themselves.

The three bodies together are the event that was sent, so its hash, its id, its scope, its index rows, its units and its
corrections are all derived again. Where a salt was deleted, what hangs on it is counted as deleted and not as wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from certs.canonical import canonical
from certs.certificate import check_public_body
from certs.errors import CertError
from certs.record import TIERS, leaf_hash, tier_digest
from certs.scope import scope_bits
from certs.suites import NAMES, hash_function
from gateway.fsck.beside_events import BesideEvents
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Report
from gateway.fsck.pages import rows_by
from gateway.intake.context import content_sha256
from gateway.intake.hash_id import event_hash_id
from gateway.intake.tiers import union_of
from gateway.store.reseal import tolerant
from gateway.store.salts import UNREADABLE
from gateway.store.tables import events

PAGE: Final = 200  # whole events with their bodies


def check_events(tx: Connection, expected: Expected, report: Report) -> None:
    """Every event, and the rows that hang on it."""
    beside = BesideEvents(tx, expected.hosts, report)
    for row in rows_by(tx, select(*map(tolerant, events.c)), events.c.id, page=PAGE):
        report.looked("events", 1)
        shown = _shown(row, report)
        for what in _faults(row, shown):
            report.differs("events", row.id, what)
        beside.check(row, shown.get("public"), _event_of(shown))
    beside.rest()


def _shown(row: Row[Any], report: Report) -> dict[str, Any]:
    """The bodies whose salt is there and that can be read, by tier."""
    shown: dict[str, Any] = {}
    for tier in TIERS:
        if _salt(row, tier) == UNREADABLE:
            continue  # `_faults` says so
        if not any(_salt(row, tier)):
            report.deleted("events", row.id, f"deleted.{tier}")
            continue
        try:
            body = json.loads(_body(row, tier))
            if isinstance(body, dict) and isinstance(body.get("event"), dict) and canonical(body) == _body(row, tier):
                shown[tier] = body
        except (ValueError, RecursionError, CertError):  # whatever the bytes are: `_faults` says that they cannot be read
            continue
    return shown


def _faults(row: Row[Any], shown: dict[str, Any]) -> Iterator[str]:
    """Codes of what a row says wrongly, the leaf first."""
    unreadable = [tier for tier in TIERS if _salt(row, tier) == UNREADABLE]
    present = [tier for tier in TIERS if any(_salt(row, tier)) and tier not in unreadable]
    if unreadable:
        yield "event.salt"
    if row.suite not in NAMES:
        yield "event.suite"
        return
    if len(present) == len(TIERS):
        h = hash_function(row.suite)
        first, second, third = (tier_digest(_salt(row, tier), _body(row, tier), h) for tier in TIERS)
        if leaf_hash((first, second, third), h) != row.leaf:
            yield "event.leaf"
    if any(tier not in shown for tier in present):
        yield "event.body"
    if "public" in shown:
        yield from _public_faults(row, shown["public"])
    event = _event_of(shown)
    if event is not None:
        yield from _event_faults(row, shown, event)


def _public_faults(row: Row[Any], body: dict[str, Any]) -> Iterator[str]:
    for name in ("member", "submitter"):
        if body.get(name) != row._mapping[name]:
            yield f"event.{name}"
    try:
        if row.state != "kept":
            check_public_body(body, "")
        scope = scope_bits(body.get("class", ""), body.get("stage", ""))
    except (CertError, TypeError):  # TypeError: a class or stage that is no text
        scope = 0
        if row.state != "kept":
            yield "event.form"
    if scope != int.from_bytes(row.scope, "big"):
        yield "event.scope"
    if bool(body.get("codes")) != (row.state != "kept"):
        yield "event.state"


def _event_faults(row: Row[Any], shown: dict[str, Any], event: dict[str, Any]) -> Iterator[str]:
    try:
        content = content_sha256(event, shown["public"].get("context"))
    except (ValueError, TypeError, AttributeError):
        content = b""  # a body that intake would have refused
    if content != row.content_sha256:
        yield "event.content"
    if int("errorDeclaration" in event) != row.declares:
        yield "event.declares"
    try:
        event_id = event.get("eventID") or event_hash_id(event, shown["public"].get("context"))
    except (ValueError, TypeError, KeyError, AttributeError):
        event_id = None  # a body that intake would have refused: its leaf or its hash says so too
    if event_id != row.event_id:
        yield "event.id"


def _event_of(shown: dict[str, Any]) -> dict[str, Any] | None:
    """The event as it was sent: all its tiers together. None where one of them cannot be read."""
    if len(shown) < len(TIERS):
        return None
    return union_of(*(shown[tier]["event"] for tier in TIERS))


def _salt(row: Row[Any], tier: str) -> bytes:
    salt: bytes = row._mapping[f"{tier}_salt"]
    return salt


def _body(row: Row[Any], tier: str) -> bytes:
    body: bytes = row._mapping[f"{tier}_body"]
    return body

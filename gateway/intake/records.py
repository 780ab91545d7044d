"""
Records: the three tiers of a checked event, each with its own fresh salt (PROTOCOL.md §3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from certs.assemble import item_levels, stated_items
from certs.record import SALT_BYTES, Record, Tier
from gateway.catalogue.tables import Catalogue
from gateway.intake.checks import Facts
from gateway.intake.epcis import Document
from gateway.intake.members import Member
from gateway.intake.tiers import split_event


@dataclass(frozen=True, slots=True)
class Intake:
    """What acceptance works with. `random` gives salts (`secrets.token_bytes`), `now` seconds since 1970."""

    catalogue: Catalogue
    members: Mapping[str, Member]
    hosts: frozenset[str]
    future_s: int
    now: Callable[[], int]
    random: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Goods:
    """How a record names its goods: `codes` of the public body, (code, salt) of every unit of its item tree, and the lots that
    it is the first to state, by a unit's code without lot."""

    codes: tuple[str, ...]
    units: tuple[tuple[str, bytes], ...]
    lots: Mapping[str, str]


def make_record(event: dict[str, Any], facts: Facts, document: Document, intake: Intake, goods: Goods) -> Record:
    """The record of a checked event: its three bodies, each with a fresh salt (PROTOCOL.md §3)."""
    suite = intake.members[facts.member].suite
    parts = split_event(event, intake.catalogue.tiers)
    public: dict[str, Any] = {
        "member": facts.member, "submitter": facts.submitter, "class": facts.class_, "stage": facts.stage,
        "category": facts.category, "type": event["type"], "time": event["eventTime"],
        "codes": list(goods.codes), "context": document.context, "event": parts.public,
    }  # fmt: skip
    documents = cited_documents(event, intake.catalogue)
    if documents:
        public["documents"] = documents
    if goods.units:
        public["items"] = stated_items(item_levels(goods.units, suite))
    submitter = {"event": parts.submitter, "sha256": "0x" + document.sha256.hex()}
    bodies = (public, {"event": parts.bureaus}, submitter)
    return Record(suite, *(Tier(intake.random(SALT_BYTES), body) for body in bodies))


def cited_documents(event: dict[str, Any], catalogue: Catalogue) -> list[str]:
    """The kinds of documents an event cites, sorted; never a number, and never a kind the catalogue does not list."""
    kinds = {term for term in catalogue.document_terms if event.get(f"cn:{term}")}
    listed = event.get("bizTransactionList")
    for entry in listed if isinstance(listed, list) else []:
        kind = entry.get("type") if isinstance(entry, dict) else None
        if isinstance(kind, str) and kind in catalogue.transaction_types:
            kinds.add(kind)
    return sorted(kinds)

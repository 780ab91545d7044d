"""
The answer to a question: an EPCISQueryDocument of the events that the caller may see, each as far as it may see it.

An event is put together from its stored tiers: the submitter gets back what it sent, a bureau the public and the bureaus' part.
`recordTime` is the gateway's own (EPCIS 2.0 §7.4.1: when the repository recorded it), whatever the sender wrote there. An event
that came without an eventID is given back without; who asks `withEventID` gets the hash id by which it is found and corrected.
Contexts are never merged: another sender's prefix could give a name another meaning. Where all events of a page came under one
@context it is the document's; else the document has EPCIS's alone, and every event carries the one it came under.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from certs.canonical import canonical, parse
from certs.times import format_time
from gateway.auth import rendering_for
from gateway.intake.context import EPCIS_CONTEXTS
from gateway.intake.tiers import union_of
from gateway.store.event_index import Bodies
from gateway.store.keys import StoredKey


def answer(stored: Iterable[Bodies], key: StoredKey, bureaus: Collection[str], *, with_ids: bool, now: int) -> dict[str, Any]:
    """The document. Events of which the key may see nothing are a mistake of the search: a `LookupError`."""
    shown = [_shown(bodies, rendering_for(key, bodies.submitter, bureaus), with_ids=with_ids) for bodies in stored]
    contexts = {canonical(context) for context, _ in shown}
    if len(contexts) == 1:
        context, listed = shown[0][0], [event for _, event in shown]
    else:
        context, listed = EPCIS_CONTEXTS[0], [{"@context": context, **event} for context, event in shown]
    return {
        "@context": context,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": format_time(now),
        "epcisBody": {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": listed}}},
    }


def _shown(bodies: Bodies, rendering: str | None, *, with_ids: bool) -> tuple[Any, dict[str, Any]]:
    """The @context that an event came under, and the event."""
    if rendering is None:
        raise LookupError("a page holds only what its reader may see")
    public = parse(bodies.public)
    tiers = [bodies.bureaus, *([bodies.submitter_own] if rendering == "submitter" else [])]
    event = union_of(public["event"], *(parse(tier)["event"] for tier in tiers))
    named = {"eventID": bodies.event_id} if with_ids else {}
    return public["context"], {**named, **event, "recordTime": format_time(bodies.received_at)}

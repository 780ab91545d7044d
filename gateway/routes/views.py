"""How events and captures are shown to those who may see them: states, numbers and links, never the event itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certs.record import check_code
from certs.suites import hash_function
from certs.times import format_time
from gateway.errors import Fault
from gateway.intake.accept import REFUSED
from gateway.links import certificate_link, event_path
from gateway.problems import fault_json
from gateway.store.captures import Capture
from gateway.store.events import EventState


def check_code_of(event: EventState) -> str:
    """The 查验码 of an event's certificate."""
    return check_code(event.public_salt, hash_function(event.suite))


def event_view(event: EventState, base: str) -> dict[str, Any]:
    """One stored event: how far it has come and, once issued, its number and the link with its check code."""
    view: dict[str, Any] = {
        "eventID": event.event_id,
        "submitter": event.submitter,
        "member": event.member,
        "receivedAt": format_time(event.received_at),
        "state": event.state,
    }
    if event.declares:
        view["declaresError"] = True
    if event.number is not None:
        view["number"] = event.number
        view["link"] = certificate_link(base, event.number, check_code_of(event))
    return view


def capture_view(capture: Capture) -> dict[str, Any]:
    """An EPCIS capture job without the outcomes of its events."""
    refused = [entry for entry in capture.result if entry["outcome"] == REFUSED]
    return {
        "captureID": capture.id,
        "createdAt": format_time(capture.created_at),
        "finishedAt": format_time(capture.finished_at),
        "running": False,
        "success": not refused,
        "captureErrorBehaviour": capture.error_behaviour,
        "errors": [fault_json(Fault(**error)) for entry in refused for error in entry["errors"]],
    }


def outcome_view(entry: Mapping[str, Any], stored: Mapping[int, EventState], base: str) -> dict[str, Any]:
    """What became of one event of a capture job, as it stands now."""
    if entry["outcome"] == REFUSED:
        told = {name: entry[name] for name in ("index", "outcome", "errorCount") if name in entry}
        return {**told, "errors": [fault_json(Fault(**error)) for error in entry["errors"]]}
    event = stored[entry["row"]]
    return {
        "index": entry["index"],
        "outcome": entry["outcome"],
        **event_view(event, base),
        "href": event_path(event.event_id),
        "warnings": [fault_json(Fault(**warning)) for warning in entry["warnings"]],
    }

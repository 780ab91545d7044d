"""
The published schema as an oracle for one event, what it is asked about, and random changes of real events.

The schema of shared/data/epcis/schema is read in place. Its formats are checked here by code of our own that shares nothing with
the product: `uri` after RFC 3986, `date-time` after RFC 3339 without leap seconds.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, FormatChecker

Place = tuple[Any, Any]  # a container and a key or index in it

_APPENDIX_B = re.compile(r"([^:/?#]+):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_PLAIN = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)
CHECKER = FormatChecker(())


@CHECKER.checks("uri")
def is_rfc_3986(value: object) -> bool:
    if not isinstance(value, str):
        return True
    match = _APPENDIX_B.fullmatch(value)
    if match is None or re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", match[1]) is None:
        return False
    rest = re.sub(r"%[0-9A-Fa-f]{2}", "", "".join(part or "" for part in match.groups()[1:]))
    authority = match[2] or ""
    host = authority.rpartition("@")[2]
    return set(rest) <= _PLAIN and authority.count("@") < 2 and re.fullmatch(r"[^:]*(:[0-9]*)?", host) is not None


@CHECKER.checks("date-time")
def is_rfc_3339(value: object) -> bool:
    if not isinstance(value, str):
        return True
    match = _MOMENT.fullmatch(value)
    if match is None:
        return False
    try:
        zone = timezone(timedelta(hours=int(match[8] or 0), minutes=int(match[9] or 0)))
        datetime(*(int(match[i]) for i in range(1, 7)), tzinfo=zone)  # type: ignore[misc, arg-type]
    except ValueError:
        return False
    return int(match[9] or 0) < 60


def oracle(shared: Path) -> Callable[[Any], bool]:
    """Whether the schema takes an event."""
    schema = json.loads((shared / "data/epcis/schema/epcis-2.0.schema.json").read_text("utf-8"))
    definitions = schema["definitions"]
    validator = Draft7Validator({"$ref": "#/definitions/EPCISEvent", "definitions": definitions}, format_checker=CHECKER)
    return validator.is_valid


def events_of(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a document, a query document, or a lone event, which is one without its @context."""
    body = value.get("epcisBody", {})
    listed = body.get("eventList") or body.get("queryResults", {}).get("resultsBody", {}).get("eventList")
    return listed or [{name: inner for name, inner in value.items() if name != "@context"}]


def samples(shared: Path) -> list[dict[str, Any]]:
    """Every event of GS1's examples and of the Shanghai samples, the bad ones too."""
    index = json.loads((shared / "data/epcis/gs1/index.json").read_text("utf-8"))
    files = [shared / "data/epcis/gs1" / entry["file"] for entry in index]
    files += [shared / "data/shanghai" / name for name in ("pork.epcis.json", "infant-formula.epcis.json")]
    return [event for file in files for event in events_of(json.loads(file.read_text("utf-8")))]


def mutant(event: dict[str, Any], others: list[dict[str, Any]], rng: random.Random) -> dict[str, Any]:
    """A copy of an event with one to three random changes."""
    changed = copy.deepcopy(event)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        holder, key = rng.choice(list(_places(changed)) or [(changed, "type")])
        rng.choice(_CHANGES)(changed, holder, key, others, rng)
    return changed


def _places(value: Any) -> Iterator[Place]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _places(inner)


def _drop(_event: Any, holder: Any, key: Any, _others: Any, _rng: random.Random) -> None:
    holder.pop(key, None) if isinstance(holder, dict) else holder.pop(key)


def _rename(_event: Any, holder: Any, key: Any, others: Any, rng: random.Random) -> None:
    if isinstance(holder, dict):
        strange = ["weight", "x:weight", "@id", "1x:y", "x", ":x", "http://a.example/b", "x-1:", "", "类:别", str(key).upper()]
        holder[rng.choice([*strange, *rng.choice(others)])] = holder.pop(key)


def _repeat(_event: Any, holder: Any, key: Any, _others: Any, _rng: random.Random) -> None:
    holder[f"{key}2" if isinstance(holder, dict) else slice(key, key)] = (
        copy.deepcopy(holder[key]) if isinstance(holder, dict) else [copy.deepcopy(holder[key])]
    )


def _retype(_event: Any, holder: Any, key: Any, _others: Any, rng: random.Random) -> None:
    old = holder[key]
    pool = (None, True, 0, -1, 2.5, "", "x", "urn:x:y", "0f", [], {}, [old], {"id": old}, {"id": "urn:x:y"}, str(old))
    holder[key] = copy.deepcopy(rng.choice(pool))


def _swap(_event: Any, holder: Any, key: Any, _others: Any, rng: random.Random) -> None:
    """One word for another: of the list, of another list, in capitals, as a URI old or new."""
    if isinstance(holder[key], str):
        word = rng.choice(("shipping", "in_transit", "slaughtering", "po", "location", "incorrect_data", "x", "Temperature"))
        stems = ("BizStep-", "Disp-", "BTT-", "SDT-", "ER-", "Comp-", "")
        spaces = ("https://ref.gs1.org/cbv/", "https://ns.gs1.org/cbv/", "https://gs1.org/voc/", "urn:epcglobal:cbv:bizstep:")
        full = rng.choice(spaces) + rng.choice(stems) + word
        holder[key] = rng.choice((word, word.upper(), full, f"x:{word}", "ADD", "OBSERVE", "DELETE"))


def _break_text(_event: Any, holder: Any, key: Any, _others: Any, rng: random.Random) -> None:
    """A character in, out or changed; a URI or a time is seldom whole after it."""
    if isinstance(holder[key], str):
        old = holder[key]
        at = rng.randrange(len(old) + 1)
        piece = rng.choice((" ", "<", "%zz", "%41", "批", "#", "[", "^", "/", "9", ":", "Z", "\t"))
        holder[key] = rng.choice((old[:at] + piece + old[at:], old[:at] + old[at + 1 :], old[:at], old[at:], old.lower()))


def _break_time(event: Any, holder: Any, key: Any, _others: Any, rng: random.Random) -> None:
    holder = holder if "ime" in str(key) else event
    key = key if "ime" in str(key) else "eventTime"
    edges = (
        "2025-02-30T00:00:00",
        "2025-06-02T24:00:00",
        "2025-06-02T10:00:00",
        "2025-06-02t10:00:00.5",
        "2025-06-02T10:00:60",
        "",
    )
    holder[key] = rng.choice(edges) + rng.choice(("+14:00", "+14:01", "-23:59", "+24:00", "+08:60", "Z", "z", ""))


def _transplant(event: Any, _holder: Any, _key: Any, others: Any, rng: random.Random) -> None:
    """A field of another event, or all of an event under another type."""
    other = rng.choice(others)
    name = rng.choice([*other, "type", "action"])
    if name in other:
        event[name] = copy.deepcopy(other[name])


_CHANGES = (_drop, _rename, _repeat, _retype, _swap, _break_text, _break_time, _transplant)

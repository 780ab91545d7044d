"""
Query parameters of `GET /events` (EPCIS 2.0 §8.2.7.1, REST binding §12.7) → one `Question`, or all that is wrong with them.

Values of one parameter are alternatives, separated by `|` or given again; parameters hold together. A name we do not know is
refused, never left out: an answer to another question than the one asked would be a wrong answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.errors import Fault, Refused
from gateway.intake.standard.events import EVENT_TYPES
from gateway.intake.standard.vocabulary import BUSINESS_STEPS, DISPOSITIONS
from gateway.queries import values
from gateway.store.event_index import ARRIVAL, ROLES, TIME, CodesAsked, PlacesAsked, Search
from gateway.value_class import value_class

DEFAULT_PER_PAGE: Final = 30  # EPCIS 2.0 §12.7.4 leaves it to the server
MAX_PER_PAGE: Final = 500
MAX_VALUES: Final = 100  # of one question: each is a search of its own
PER_PAGE: Final = "perPage"
NEXT_PAGE: Final = "nextPageToken"
_ACTIONS: Final = ("ADD", "OBSERVE", "DELETE")
_ORDERS: Final = {"eventTime": TIME, "recordTime": ARRIVAL}
_TIMES: Final = {
    "GE_eventTime": ("since", TIME), "LT_eventTime": ("before", TIME),
    "GE_recordTime": ("since", ARRIVAL), "LT_recordTime": ("before", ARRIVAL),
}  # fmt: skip
_COLUMNS: Final = {"eventType": "type", "EQ_action": "action", "EQ_bizStep": "biz_step", "EQ_disposition": "disposition"}
_PLACES: Final = {"readPoint": "read", "bizLocation": "biz"}
_GOODS: Final = {  # the roles that EPCIS 2.0 §8.2.7.1 gives each name
    "epc": ("epc", "child"), "parentID": ("parent",), "inputEPC": ("input",), "outputEPC": ("output",), "anyEPC": ROLES,
}  # fmt: skip
_CLASSES: Final = {
    "epcClass": ("epc", "child"), "inputEPCClass": ("input",), "outputEPCClass": ("output",),
    "anyEPCClass": ("epc", "child", "input", "output"),
}  # fmt: skip
_DECLARES: Final = "EXISTS_errorDeclaration"
WITH_ID: Final = "withEventID"  # ours: EPCIS has no way to ask for the id of an event that came without one
_YES: Final = ("", "1", "true")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, how many events a page has, the token of the page asked for, and a digest of all but those two.

    `with_ids`: every event is shown with its eventID, also one that came without.
    """

    search: Search
    per_page: int
    with_ids: bool
    token: str | None
    sha256: bytes


@dataclass(slots=True)
class _Reading:
    """Parameters while they are read; `taken` are those looked at."""

    given: dict[str, list[str]]
    hosts: Collection[str]
    taken: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def all(self, name: str, read: Callable[[str, str], Any]) -> tuple[Any, ...]:
        """The values of a list parameter."""
        self.taken.add(name)
        found = [read(text, f"?{name}") for text in self.given.get(name, [])]
        self.faults.extend(value for value in found if isinstance(value, Fault))
        return tuple(dict.fromkeys(value for value in found if not isinstance(value, Fault)))

    def one(self, name: str, read: Callable[[str, str], Any]) -> Any:
        """The value of a parameter that may be given once, or None."""
        if len(self.given.get(name, ())) > 1:
            self.taken.add(name)
            self.faults.append(Fault("query.twice", f"?{name}"))
            return None
        return next(iter(self.all(name, read)), None)


def read_question(pairs: Iterable[tuple[str, str]], hosts: Collection[str]) -> Question:
    """The question in a query string's decoded pairs. Raises `Refused` with every `query.*` or `id.*` fault.

    `hosts` are the Digital Link hosts whose identifiers are codes.
    """
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        given.setdefault(name, []).extend([text] if name == NEXT_PAGE else text.split("|"))
    if sum(map(len, given.values())) > MAX_VALUES:
        raise Refused("query.refused", [Fault("query.many")])
    reading = _Reading(given, hosts)
    per_page = reading.one(PER_PAGE, _read_count)
    token = reading.one(NEXT_PAGE, lambda text, _: text)
    with_ids = reading.one(WITH_ID, lambda text, at: values.read_choice(text, at, _YES)) is not None
    search = _read_search(reading)
    unknown = len(given.keys() - reading.taken)
    faults = [*reading.faults, *[Fault("query.unknown", "?")] * unknown]
    if faults:
        raise Refused("query.refused", faults)
    return Question(search, DEFAULT_PER_PAGE if per_page is None else per_page, with_ids, token, _digest(given))


def _read_search(reading: _Reading) -> Search:
    moments: dict[str, dict[str, int]] = {"since": {}, "before": {}}
    for name, (side, column) in _TIMES.items():
        found = reading.one(name, values.read_time)
        if found is not None:  # arrival is kept in whole seconds: the first one that is not before the moment asked for
            moments[side][column] = found if column == TIME else -(-found // 1_000)
    order = reading.one("orderBy", lambda text, at: values.read_choice(text, at, _ORDERS)) or "eventTime"
    direction = reading.one("orderDirection", lambda text, at: values.read_choice(text, at, ("ASC", "DESC"))) or "DESC"
    declares = reading.one(_DECLARES, lambda text, at: values.read_choice(text, at, _YES))
    return Search(
        equals=_read_columns(reading), places=_read_places(reading), codes=_read_codes(reading),
        event_ids=reading.all("EQ_eventID", values.read_event_id), declares=declares is not None,
        since=moments["since"], before=moments["before"], order=_ORDERS[order], descending=direction == "DESC",
    )  # fmt: skip


def _read_columns(reading: _Reading) -> dict[str, tuple[str, ...]]:
    readers: dict[str, Callable[[str, str], str | Fault]] = {
        "eventType": lambda text, at: values.read_choice(text, at, EVENT_TYPES),
        "EQ_action": lambda text, at: values.read_choice(text, at, _ACTIONS),
        "EQ_bizStep": lambda text, at: values.read_word(text, at, BUSINESS_STEPS),
        "EQ_disposition": lambda text, at: values.read_word(text, at, DISPOSITIONS),
    }
    found = {_COLUMNS[name]: reading.all(name, read) for name, read in readers.items()}
    return {column: listed for column, listed in found.items() if listed}


def _read_places(reading: _Reading) -> tuple[PlacesAsked, ...]:
    """EQ is the place itself; WD also what lies in it: a GLN's read points with an extension."""
    found = []
    for name, of in _PLACES.items():
        exact = reading.all(f"EQ_{name}", lambda text, at: values.read_place(text, at, reading.hosts))
        within = reading.all(f"WD_{name}", lambda text, at: values.read_place(text, at, reading.hosts))
        if exact:
            found.append(PlacesAsked(of, exact=exact))
        if within:
            inner = tuple((place, site) for place, site in within if place != site)
            found.append(PlacesAsked(of, exact=inner, within=tuple(site for place, site in within if place == site)))
    return tuple(found)


def _read_codes(reading: _Reading) -> tuple[CodesAsked, ...]:
    asked = []
    for name, roles in _GOODS.items():
        asked.append(CodesAsked(reading.all(f"MATCH_{name}", lambda t, at: values.read_code(t, at, reading.hosts)), roles))
    for name, roles in _CLASSES.items():
        asked.append(CodesAsked(reading.all(f"MATCH_{name}", lambda t, at: values.read_class(t, at, reading.hosts)), roles))
    return tuple(one for one in asked if one.keys)


def _read_count(text: str, at: str) -> int | Fault:
    good = text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MAX_PER_PAGE
    return int(text) if good else Fault("query.per_page", at, value_class(text))


def _digest(given: dict[str, list[str]]) -> bytes:
    asked = {name: sorted(texts) for name, texts in given.items() if name not in (PER_PAGE, NEXT_PAGE)}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()

"""GET /events?…: what was sent comes back, to those who may see it, once, in order."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import jsonschema
import pytest
import sqlalchemy
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.canonical import canonical
from gateway.intake.context import content_sha256
from gateway.routes import queries
from tests.epcis_events import GENERAL_CONTEXT, general_events, shanghai_events
from tests.service import ABATTOIR, AGR, BASE, COM, CONTEXT, FARM, KITCHEN, MARKET, SHOP, Service, document, event

LINK = "https://id.gs1.org"
PIG, CARCASS, LOIN = (f"01/{gtin}" for gtin in ("09521234100010", "09521234100027", "09521234100034"))
CRATE = "00/095212340000000020"


@contextmanager
def fresh() -> Iterator[Service]:
    """A service of its own, for hypothesis: a fixture is one for all examples."""
    with tempfile.TemporaryDirectory() as directory:
        made = Service(Path(directory))
        yield made
        made.db.close()


def ask(service: Service, key: dict[str, str], **parameters: Any) -> httpx.Response:
    """GET /events; `__` needs no escaping, a list is given value by value."""
    return service.get(f"/events?{urlencode(parameters, doseq=True)}", key)


def listed(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


def as_sent(shown: dict[str, Any]) -> bytes:
    """An event without what the answer adds."""
    return canonical({name: value for name, value in shown.items() if name not in ("recordTime", "@context")})


def pages(service: Service, key: dict[str, str], **parameters: Any) -> Iterator[list[dict[str, Any]]]:
    """Page after page, following the links."""
    answer = ask(service, key, **parameters)
    yield listed(answer)
    while "link" in answer.headers:
        link, _, relation = answer.headers["link"].partition(">; ")
        assert relation == 'rel="next"' and link.startswith(f"<{BASE}/events?")
        answer = service.get(link.removeprefix(f"<{BASE}"), key)
        yield listed(answer)


def everything(service: Service, key: dict[str, str], **parameters: Any) -> list[dict[str, Any]]:
    return [one for page in pages(service, key, **parameters) for one in page]


def lot(number: int) -> list[dict[str, Any]]:
    return [{"epcClass": f"{LINK}/01/09521234100027/10/L{number}", "quantity": 1, "uom": "KGM"}]


@pytest.fixture(scope="module")
def chain(shared: Path) -> list[dict[str, Any]]:
    return json.loads((shared / "data/shanghai/pork.epcis.json").read_text("utf-8"))["epcisBody"]["eventList"]


@pytest.fixture(scope="module")
def is_valid(shared: Path) -> Callable[[Any], bool]:
    """Whether GS1's schema takes a document."""
    text = (shared / "data/epcis/schema/epcis-2.0.schema.json").read_text("utf-8")
    validator = jsonschema.Draft7Validator(json.loads(text))

    def is_valid(found: Any) -> bool:  # not the bound method: hypothesis prints its arguments
        return validator.is_valid(found)

    return is_valid


@pytest.fixture(scope="module")
def reports(chain: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Reports like those of the chain."""
    return shanghai_events([one for one in chain if "errorDeclaration" not in one])


def send_each_as_its_sender(service: Service, events: list[dict[str, Any]]) -> None:
    for one in events:
        answer = service.post("/capture", document(one), service.key(one["cn:uscc"]))
        assert answer.status_code == 202, answer.text


# What goes in comes out.


def test_who_asks_for_it_gets_the_id_of_an_event_that_came_without_one(service: Service) -> None:
    key = service.key(ABATTOIR)
    sent = service.post("/events", json.dumps({"@context": CONTEXT, **event()}).encode(), key).json()["eventID"]
    assert "eventID" not in listed(ask(service, key))[0]
    for words in ("true", ""):
        assert [one["eventID"] for one in listed(ask(service, key, withEventID=words))] == [sent]
    assert ask(service, key, withEventID="no").status_code == 400


@settings(max_examples=25)
@given(events=st.lists(general_events(), min_size=1, max_size=4))
def test_events_of_the_standard_come_back_as_they_were_sent(
    is_valid: Callable[[Any], bool], events: list[dict[str, Any]]
) -> None:
    sent = {canonical({name: value for name, value in one.items() if name != "recordTime"}) for one in events}
    with fresh() as service:
        key = service.key(ABATTOIR)
        for one in events:
            answer = service.post("/events", json.dumps({"@context": GENERAL_CONTEXT, **one}).encode(), key)
            assert answer.status_code in (200, 201), answer.text
        found = ask(service, key)
        assert {as_sent(shown) for shown in listed(found)} == sent
        assert is_valid(found.json())
        assert found.json()["@context"] == GENERAL_CONTEXT
        assert_tiers_make_the_event(service)


@settings(max_examples=25)
@given(data=st.data())
def test_reports_of_the_shanghai_chain_come_back_as_they_were_sent(
    is_valid: Callable[[Any], bool], reports: Any, data: Any
) -> None:
    events = data.draw(st.lists(reports, min_size=1, max_size=3))
    with fresh() as service:
        send_each_as_its_sender(service, events)
        for owner in {one["cn:uscc"] for one in events}:
            found = ask(service, service.key(owner))
            assert {as_sent(shown) for shown in listed(found)} == {as_sent(one) for one in events if one["cn:uscc"] == owner}
            assert is_valid(found.json())
        assert_tiers_make_the_event(service)


def assert_tiers_make_the_event(service: Service) -> None:
    """The three stored tiers give each event's content hash, and share no name but ilmd's."""
    for row in service.rows():
        parts = [json.loads(body)["event"] for body in (row.public_body, row.bureaus_body, row.submitter_body)]
        names = [
            path
            for part in parts
            for name, value in part.items()
            for path in ([(name, inner) for inner in value] if name == "ilmd" and value else [(name,)])
        ]
        assert len(names) == len(set(names))
        whole: dict[str, Any] = {}
        for part in parts:
            whole = {**whole, **part, **({"ilmd": {**whole.get("ilmd", {}), **part["ilmd"]}} if "ilmd" in part else {})}
        assert content_sha256(whole, json.loads(row.public_body)["context"]) == row.content_sha256


def test_the_record_time_is_the_gateway_s_whatever_the_sender_wrote(service: Service) -> None:
    key = service.key(ABATTOIR)
    service.post("/capture", document(event(recordTime="2001-01-01T00:00:00Z")), key)
    (shown,) = listed(ask(service, key))
    assert shown["recordTime"] == "2026-05-29T04:26:40+08:00"


def test_an_answer_says_its_versions_and_an_empty_one_is_a_document_too(
    service: Service, is_valid: Callable[[Any], bool]
) -> None:
    answer = ask(service, service.key(ABATTOIR))
    assert listed(answer) == [] and is_valid(answer.json())
    assert (answer.headers["gs1-epcis-version"], answer.headers["gs1-cbv-version"]) == ("2.0.0", "2.0.0")
    assert "link" not in answer.headers


# Who sees what.


def test_a_bureau_sees_what_bureaus_may_see_and_nobody_else_anything(service: Service, is_valid: Callable[[Any], bool]) -> None:
    service.post("/capture", document(event()), service.key(ABATTOIR))
    (own,) = listed(ask(service, service.key(ABATTOIR, "submit")))
    seen = ask(service, service.key(AGR, "read"))
    (shared_part,) = listed(seen)
    assert own["cn:officialVet"] and "cn:officialVet" not in shared_part
    assert {**own, "cn:officialVet": None} == {**shared_part, "cn:officialVet": None}
    assert is_valid(seen.json())
    assert listed(ask(service, service.key(AGR, "submit"))) == []
    assert listed(ask(service, service.key(FARM))) == []
    assert listed(ask(service, service.key(FARM, "read"), MATCH_anyEPC=f"{CARCASS}/10/S20250602-07")) == []
    assert ask(service, {}).status_code == 401


def test_events_of_two_contexts_keep_their_own_and_are_never_merged(service: Service, is_valid: Callable[[Any], bool]) -> None:
    other = [*CONTEXT, {"x": "https://a.example/"}]
    evil = [*CONTEXT, {"x": "https://b.example/"}]
    key = service.key(ABATTOIR)
    service.post("/capture", document(event(x__y=1), **{"@context": other}), key)
    (alone,) = [ask(service, key).json()]
    assert alone["@context"] == other and "@context" not in listed(ask(service, key))[0]
    service.post("/capture", document(event(x__y=2), **{"@context": evil}), key)
    both = ask(service, key)
    assert both.json()["@context"] == CONTEXT[0]
    assert {shown["x:y"]: shown["@context"] for shown in listed(both)} == {1: other, 2: evil}
    assert is_valid(both.json())


# Questions.


def steps_of(shared: Path, chain: list[dict[str, Any]]) -> dict[bytes, str]:
    rows = json.loads((shared / "data/shanghai/steps.json").read_text("utf-8"))
    return {as_sent(chain[row["index"]]): row["step"] for row in rows if row["file"] == "pork.epcis.json"}


QUESTIONS: list[tuple[dict[str, Any], str]] = [
    ({"MATCH_anyEPC": f"{CARCASS}/10/S20250602-07"}, "P5 P6 P7"),
    ({"MATCH_anyEPC": f"{LINK}/01/09521234100027/10/S20250602-07"}, "P5 P6 P7"),
    ({"MATCH_anyEPC": "urn:epc:class:lgtin:9521234.010002.S20250602-07"}, "P5 P6 P7"),
    ({"MATCH_anyEPCClass": CARCASS}, "P5 P6 P7"),
    ({"MATCH_epcClass": CARCASS}, "P6"),
    ({"MATCH_inputEPCClass": PIG}, "P5"),
    ({"MATCH_outputEPCClass": CARCASS}, "P5"),
    ({"MATCH_outputEPC": f"{LOIN}/10/C20250602-07"}, "P7"),
    ({"MATCH_epc": CRATE}, "P10"),
    ({"MATCH_parentID": CRATE}, "P8"),
    ({"MATCH_anyEPC": f"{LINK}/00/095212340000000020"}, "P8 P10"),
    ({"MATCH_anyEPC": "urn:epc:id:sscc:9521234.0000000002"}, "P8 P10"),
    ({"MATCH_anyEPC": f"{LINK}/8004/9521234LOG42"}, "P3"),
    ({"MATCH_parentID": f"{LINK}/8003/09521234900016TRUCK01"}, "P3"),
    ({"MATCH_epc": f"{LINK}/8003/09521234900016TRUCK01"}, ""),
    ({"MATCH_anyEPC": f"{CRATE}|{PIG}"}, "P1 P2 P4 P5 P8 P10 X1 P4c"),
    ({"MATCH_anyEPC": [CRATE, PIG]}, "P1 P2 P4 P5 P8 P10 X1 P4c"),
    ({"MATCH_anyEPC": f"{LOIN}/10/C20250602-07", "MATCH_parentID": CRATE}, "P8"),
    ({"MATCH_anyEPC": f"{LOIN}/10/none"}, ""),
    ({"EQ_bizStep": "receiving"}, "P4 P8b P11a X1 P4c"),
    ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-receiving"}, "P4 P8b P11a X1 P4c"),
    ({"EQ_bizStep": "packing|inspecting"}, "P6 P8"),
    ({"EQ_disposition": "conformant"}, "P6"),
    ({"EQ_action": "ADD"}, "P1 P3 P8 P9 P9b"),
    ({"eventType": "TransformationEvent"}, "P5 P7"),
    ({"eventType": "TransactionEvent|AssociationEvent"}, "P3 P9 P9b"),
    ({"EQ_readPoint": f"{LINK}/414/9521234000020/254/CUT1"}, "P7 P8"),
    ({"EQ_readPoint": "urn:epc:id:sgln:9521234.00002.CUT1"}, "P7 P8"),
    ({"EQ_readPoint": f"{LINK}/414/9521234000020"}, ""),
    ({"WD_readPoint": f"{LINK}/414/9521234000020"}, "P4 P5 P6 P7 P8 P8a X1 P4c"),
    ({"WD_readPoint": "urn:epc:id:sgln:9521234.00002.0", "EQ_action": "ADD"}, "P8"),
    ({"WD_readPoint": f"{LINK}/414/9521234000020/254/CUT1"}, "P7 P8"),
    ({"EQ_bizLocation": f"{LINK}/414/9521234000037"}, "P8b P9 P9b"),
    ({"WD_bizLocation": f"{LINK}/414/9521234000075"}, "P12"),
    ({"EXISTS_errorDeclaration": ""}, "X1"),
    ({"GE_eventTime": "2025-06-02T22:15:00+08:00"}, "P9 P9b P10 P11a P11 P12"),
    ({"LT_eventTime": "2025-06-01T00:30:00Z"}, "P1 P3"),
    ({"GE_eventTime": "2025-06-02T03:00:00+08:00", "LT_eventTime": "2025-06-02T05:00:00+08:00"}, "P6"),
    ({"EQ_eventID": "ni:///sha-256;8746ef6d1ec89595c338c81c9e8cfd85af592b1c5d05632faf116437328efd2e?ver=CBV2.0"}, "P4 X1"),
]  # fmt: skip


@pytest.fixture(scope="module")
def pork(chain: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that holds the pork chain, one event every ten seconds."""
    made = Service(tmp_path_factory.mktemp("pork"))
    for one in chain:
        send_each_as_its_sender(made, [one])
        made.now += 10
    yield made
    made.db.close()


@pytest.mark.parametrize(("asked", "expected"), QUESTIONS, ids=[urlencode(asked) for asked, _ in QUESTIONS])
def test_a_question_about_the_pork_chain_gives_exactly_its_steps(
    pork: Service, shared: Path, chain: list[dict[str, Any]], asked: dict[str, Any], expected: str
) -> None:
    steps = steps_of(shared, chain)
    order = [steps[as_sent(one)] for one in sorted(chain, key=lambda one: (one["eventTime"], chain.index(one)))]
    shared_names = {as_bureaus_see(one): steps[as_sent(one)] for one in chain}
    found = listed(ask(pork, pork.key(COM, "read"), perPage=100, orderBy="eventTime", orderDirection="ASC", **asked))
    assert [shared_names[as_bureaus_see(one)] for one in found] == [step for step in order if step in expected.split()]
    for owner in (FARM, ABATTOIR, MARKET, SHOP, KITCHEN):
        own = listed(ask(pork, pork.key(owner), perPage=100, **asked))
        mine = {steps[as_sent(one)] for one in chain if one["cn:uscc"] == owner}
        assert {steps[as_sent(one)] for one in own} == mine & set(expected.split())


def as_bureaus_see(shown: dict[str, Any]) -> bytes:
    hidden = ("recordTime", "@context", "cn:officialVet", "cn:vehiclePlate", "cn:driverPhone")
    return canonical({name: value for name, value in shown.items() if name not in hidden})


def test_record_times_order_and_bound_events_by_their_arrival(pork: Service) -> None:
    key = pork.key(COM, "read")
    found = listed(ask(pork, key, orderBy="recordTime", orderDirection="ASC", perPage=100))
    times = [one["recordTime"] for one in found]
    assert times == sorted(times) and len(times) == 18
    assert listed(ask(pork, key, orderBy="recordTime", perPage=100)) == found[::-1]
    since = listed(ask(pork, key, GE_recordTime=times[5], LT_recordTime=times[8], orderBy="recordTime", orderDirection="ASC"))
    assert since == found[5:8]
    a_moment_later = times[5].replace("+08:00", ".001+08:00")
    assert listed(ask(pork, key, GE_recordTime=a_moment_later, orderBy="recordTime", orderDirection="ASC")) == found[6:]


def test_without_an_order_the_latest_event_comes_first(pork: Service) -> None:
    key = pork.key(COM, "read")
    found = [one["eventTime"] for one in listed(ask(pork, key))]
    assert found == sorted(found, reverse=True) and found != [
        one["eventTime"] for one in listed(ask(pork, key, orderBy="recordTime"))
    ]


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        ("eventTypes", "eventType", "TransformationEvent"),
        ("epcs", "MATCH_anyEPC", f"{LINK}/01/09521234100027/10/S20250602-07"),
        ("bizSteps", "EQ_bizStep", "https://ref.gs1.org/cbv/BizStep-receiving"),
        ("bizLocations", "EQ_bizLocation", f"{LINK}/414/9521234000037"),
        ("readPoints", "EQ_readPoint", f"{LINK}/414/9521234000020/254/CUT1"),
        ("dispositions", "EQ_disposition", "conformant"),
    ],
)
def test_a_resource_path_asks_the_same_question(pork: Service, path: str, parameter: str, value: str) -> None:
    key = pork.key(COM, "read")
    under = f"/{path}/{quote(value, safe='')}/events"
    expected = listed(ask(pork, key, **{parameter: value}))
    first = pork.get(f"{under}?perPage=1", key)
    found = listed(first)
    while "link" in first.headers:
        link = first.headers["link"].partition(">")[0].removeprefix(f"<{BASE}")
        assert link.startswith(f"{under}?")
        first = pork.get(link, key)
        found += listed(first)
    assert found == expected != []
    assert pork.get(f"{under}?{urlencode({parameter: value})}", key).json()["code"] == "query.twice"


def test_an_item_is_found_by_every_spelling_with_its_lot_and_by_its_lot(service: Service) -> None:
    unit = f"{LINK}/01/09521234200024/21/AB12CD34EF56"
    key = service.key(ABATTOIR)
    made = event(
        action="ADD", bizStep="commissioning", quantityList=None, epcList=[unit], bizTransactionList=None,
        ilmd={"cbvmda:lotNumber": "250603A1"},
    )  # fmt: skip
    send = lambda one: service.post("/events", json.dumps({"@context": GENERAL_CONTEXT, **plain(one)}).encode(), key)  # noqa: E731
    assert send(made).status_code == 201
    seen = event(epcList=[unit], quantityList=None, bizTransactionList=None)
    assert send(seen).status_code == 201
    for asked in (
        unit, "urn:epc:id:sgtin:9521234.020002.AB12CD34EF56", "01/09521234200024/21/AB12CD34EF56",
        "01/09521234200024/10/250603A1/21/AB12CD34EF56", "01/09521234200024/10/250603A1", "01/09521234200024",
    ):  # fmt: skip
        assert len(listed(ask(service, key, MATCH_epc=asked))) == 2, asked
    assert listed(ask(service, key, MATCH_epc="01/09521234200024/10/other/21/AB12CD34EF56")) == []


def test_an_item_of_a_tree_is_found_in_the_role_its_goods_have(service: Service) -> None:
    units = [f"{LINK}/01/09521234200024/21/UNIT{number:08d}" for number in range(20)]
    key = service.key(ABATTOIR)
    packed = plain(event(type="AggregationEvent", action="ADD", bizStep="packing", quantityList=None, bizTransactionList=None))
    packed |= {"parentID": f"{LINK}/01/19521234200021/21/C0000000001", "childEPCs": units}
    answer = service.post("/events", json.dumps({"@context": GENERAL_CONTEXT, **packed}).encode(), key)
    assert answer.status_code == 201, answer.text
    assert len(listed(ask(service, key, MATCH_epc=units[7]))) == 1
    assert len(listed(ask(service, key, MATCH_anyEPC="01/09521234200024/21/UNIT00000019"))) == 1
    assert listed(ask(service, key, MATCH_outputEPC=units[7])) == []
    assert listed(ask(service, key, MATCH_anyEPC=f"{units[7]}X")) == []
    assert len(listed(ask(service, key, MATCH_anyEPC="01/19521234200021"))) == 1
    assert listed(ask(service, key, MATCH_anyEPCClass="01/19521234200021")) == []  # a parent is never a quantity


def plain(one: dict[str, Any]) -> dict[str, Any]:
    """Without our own terms: an event of the general profile."""
    return {name: value for name, value in one.items() if not name.startswith("cn:")}


# Pages.


@pytest.mark.parametrize("order", ["eventTime", "recordTime"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_pages_give_each_event_once_and_in_order_while_others_arrive(service: Service, order: str, direction: str) -> None:
    key, bureau = service.key(ABATTOIR), service.key(COM, "read")
    numbers = count()

    def arrive(how_many: int) -> list[str]:
        made = [
            event(eventID=f"urn:x:{n}", eventTime=f"2025-06-0{n % 7 + 1}T03:00:00.{n % 3}00+08:00", quantityList=lot(n))
            for n in (next(numbers) for _ in range(how_many))
        ]
        assert service.post("/capture", document(*made), key).status_code == 202
        service.now += 1
        return [one["eventID"] for one in made]

    there = [*arrive(100), *arrive(150), *arrive(50)]
    for reader in (key, bureau):
        seen: list[dict[str, Any]] = []
        for page in pages(service, reader, perPage=17, orderBy=order, orderDirection=direction):
            seen += page
            arrive(3)
        assert sorted(one["eventID"] for one in seen) == sorted(there)
        places = [(one[order], int(one["eventID"][6:])) for one in seen]
        assert places == sorted(places, reverse=direction == "DESC")
        there = [one["eventID"] for one in everything(service, reader, perPage=500)]


def test_a_page_ends_early_rather_than_grow_beyond_its_bytes(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    key = service.key(ABATTOIR)
    service.post(
        "/capture", document(*(event(eventID=f"urn:x:{n}", quantityList=lot(n), cn__note="x" * n * 100) for n in range(9))), key
    )
    monkeypatch.setattr(queries, "MAX_PAGE_BYTES", 4_000)
    found = list(pages(service, key))
    assert (
        len(found) > 2
        and all(found)
        and sorted(one["eventID"] for page in found for one in page) == [f"urn:x:{n}" for n in range(9)]
    )
    monkeypatch.setattr(queries, "MAX_PAGE_BYTES", 1)
    assert [len(page) for page in pages(service, key)] == [1] * 9


def test_a_page_costs_as_many_statements_however_many_events_there_are(service: Service) -> None:
    key = service.key(COM, "read")
    asked: list[str] = []
    sqlalchemy.event.listen(service.db._engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def cost(**parameters: Any) -> int:
        asked.clear()
        assert ask(service, key, **parameters).status_code == 200
        return len(asked)

    service.post(
        "/capture", document(*(event(eventID=f"urn:x:{n}", quantityList=lot(n)) for n in range(99))), service.key(ABATTOIR)
    )
    assert cost(perPage=100) == cost(perPage=1) == cost(MATCH_epc=CARCASS, perPage=100) <= 6
    assert cost(MATCH_epc=[f"{CARCASS}/21/{n}" for n in range(90)]) <= 6


@pytest.fixture
def paged(service: Service) -> tuple[dict[str, str], str]:
    """A key, and the token of its second page of `EQ_action=OBSERVE` by ones."""
    key = service.key(ABATTOIR)
    service.post("/capture", document(*(event(eventID=f"urn:x:{n}", quantityList=lot(n)) for n in range(3))), key)
    answer = ask(service, key, EQ_action="OBSERVE", perPage=1)
    assert answer.headers["gs1-next-page-token-expires"] == "2026-05-30T04:26:40+08:00"
    return key, answer.headers["link"].partition("nextPageToken=")[2].partition(">")[0]


def test_a_token_is_of_one_key_and_one_question(service: Service, paged: tuple[dict[str, str], str]) -> None:
    key, token = paged
    asked = {"EQ_action": "OBSERVE", "nextPageToken": token}
    assert len(listed(ask(service, key, **asked, perPage=500))) == 2
    refused = [
        ask(service, service.key(ABATTOIR), **asked),
        ask(service, service.key(COM, "read"), **asked),
        ask(service, key, nextPageToken=token),
        ask(service, key, **asked, eventType="ObjectEvent"),
        ask(service, key, **{**asked, "EQ_action": "ADD"}),
        ask(service, key, **asked, orderDirection="ASC"),
    ]
    assert [answer.json()["code"] for answer in refused] == ["query.token"] * 6


@pytest.mark.parametrize("place", [0, 10, 20, 30, 40])
def test_an_altered_token_is_refused(service: Service, paged: tuple[dict[str, str], str], place: int) -> None:
    key, token = paged
    raw = bytearray(base64.urlsafe_b64decode(token))
    raw[place] ^= 1
    altered = base64.urlsafe_b64encode(raw).decode()
    for text in (altered, token[:-4], token + "AAAA", "é", ""):
        assert ask(service, key, EQ_action="OBSERVE", nextPageToken=text).json()["code"] == "query.token"


def test_a_token_expires_when_it_says_so(service: Service, paged: tuple[dict[str, str], str]) -> None:
    key = service.key(ABATTOIR, valid_s=10**6)
    answer = ask(service, key, perPage=1)
    token = answer.headers["link"].partition("nextPageToken=")[2].partition(">")[0]
    service.now += 24 * 3600 - 1
    assert ask(service, key, nextPageToken=token).status_code == 200
    service.now += 1
    assert ask(service, key, nextPageToken=token).json()["code"] == "query.token"


# What is refused.


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ("EQ_bizstep=shipping", "query.unknown", "?"),
        ("eventCountLimit=3", "query.unknown", "?"),
        ("=x", "query.unknown", "?"),
        ("EQ_bizStep=slaughtering", "query.value", "?EQ_bizStep"),
        ("EQ_bizStep=", "query.value", "?EQ_bizStep"),
        ("EQ_bizStep=shipping%00", "query.value", "?EQ_bizStep"),
        ("EQ_bizStep=shipping|", "query.value", "?EQ_bizStep"),
        ("EQ_disposition=good", "query.value", "?EQ_disposition"),
        ("EQ_action=LOOK", "query.value", "?EQ_action"),
        ("eventType=QuantityEvent", "query.value", "?eventType"),
        ("EQ_readPoint=9521234000020", "query.value", "?EQ_readPoint"),
        ("WD_bizLocation=urn:x:" + "a" * 600, "query.value", "?WD_bizLocation"),
        ("EQ_eventID=nothing", "query.value", "?EQ_eventID"),
        ("MATCH_epc=01/0952123410002", "query.value", "?MATCH_epc"),
        ("MATCH_epc=pig", "query.value", "?MATCH_epc"),
        ("MATCH_epc=urn:x:%00", "query.value", "?MATCH_epc"),
        ("MATCH_epc=urn:x:" + "a" * 600, "query.value", "?MATCH_epc"),
        ("MATCH_epc=https://id.gs1.org/01/09521234100028", "id.gtin_check", "?MATCH_epc"),
        ("MATCH_epc=https://evil.test/01/09521234100027", "id.digital_link", "?MATCH_epc"),
        ("MATCH_epcClass=01/09521234100027/21/7", "query.not_class", "?MATCH_epcClass"),
        ("MATCH_anyEPCClass=00/095212340000000020", "query.not_class", "?MATCH_anyEPCClass"),
        ("GE_eventTime=2025-06-02", "query.value", "?GE_eventTime"),
        ("GE_eventTime=2025-06-02T00:00:00", "query.time_offset", "?GE_eventTime"),
        ("GE_eventTime=2025-06-02T00:00:00+08:00", "query.time_offset", "?GE_eventTime"),
        ("LT_recordTime=2025-06-02T00:00:00Z&LT_recordTime=2025-06-02T00:00:00Z", "query.twice", "?LT_recordTime"),
        ("orderBy=cn:weight", "query.value", "?orderBy"),
        ("orderDirection=asc", "query.value", "?orderDirection"),
        ("perPage=0", "query.per_page", "?perPage"),
        ("perPage=501", "query.per_page", "?perPage"),
        ("perPage=%C2%B2", "query.per_page", "?perPage"),
        ("EXISTS_errorDeclaration=no", "query.value", "?EXISTS_errorDeclaration"),
        ("EQ_action=" + "|".join(["ADD"] * 101), "query.many", ""),
    ],
)  # fmt: skip
def test_a_question_that_is_not_understood_is_refused(service: Service, query: str, code: str, pointer: str) -> None:
    answer = service.get(f"/events?{query}", service.key(ABATTOIR))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, code)
    assert [one["pointer"] for one in problem["errors"]] == [pointer]


def test_everything_wrong_with_a_question_is_said_at_once_and_nothing_of_it_is_echoed(service: Service) -> None:
    answer = service.get("/events?EQ_secret=s3cr3t&EQ_action=s3cr3t&perPage=s3cr3t", service.key(ABATTOIR))
    assert sorted(one["code"] for one in answer.json()["errors"]) == ["query.per_page", "query.unknown", "query.value"]
    assert answer.json()["code"] == "query.refused" and "cret" not in answer.text

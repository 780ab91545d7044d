"""The scanner of large documents: what it finds, and that it changes no verdict."""

from __future__ import annotations

import json
import tracemalloc
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.catalogue.tables import read_catalogue
from gateway.errors import Refused
from gateway.intake import epcis
from gateway.intake.epcis import Document, read_document
from gateway.intake.event_list import MAX_ELEMENT_BYTES, EventList, find_event_list
from tests.service import CONTEXT, document, event

TIERS = read_catalogue().tiers
LAYOUT = "document.layout"
GOOD = json.dumps(
    {
        "epcisHeader": {"x:h": 1, "epcisMasterData": {"epcisBody": {"eventList": [1]}, "x": ["epcisBody", "eventList", "]}"]}},
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "epcisBody": {"other": ["eventList", {"eventList": [2]}], "eventList": [event(), {"a": '\\"]},[{', "b": [[], {}]}, 7]},
        "schemaVersion": "2.0",
        "creationDate": "2025-06-02T04:00:00+08:00",
    },
    ensure_ascii=False,
).encode()


def verdict(raw: bytes, *, whole_bytes: int) -> Document | str:
    """The document with its events read, or the first code it is refused with."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(epcis, "WHOLE_BYTES", whole_bytes)
        try:
            found = read_document(raw, tiers=TIERS, max_events=9)
            return Document(found.context, tuple(found.events), found.sha256)
        except Refused as refused:
            return refused.faults[0].code if refused.faults else refused.code


def parted(raw: bytes) -> Document | str:
    return verdict(raw, whole_bytes=-1)


def whole(raw: bytes) -> Document | str:
    return verdict(raw, whole_bytes=len(raw))


def test_a_document_in_parts_is_the_document_as_a_whole() -> None:
    found = parted(GOOD)
    assert isinstance(found, Document) and found == whole(GOOD)
    assert found.events == (event(), {"a": '\\"]},[{', "b": [[], {}]}, 7)


@pytest.mark.parametrize(
    ("elements", "count"),
    [(b"", 0), (b" \n", 0), (b"1", 1), (b" 1 , 2 ", 2), (b'{"a":[1,2]},"]",[{}]', 3), (b",", 2), (b"1,", 2), (b"1,2,3,4", 4)],
)
def test_elements_are_counted_and_bounded(elements: bytes, count: int) -> None:
    raw = b'{"epcisBody" : { "eventList"\n:[' + elements + b"]}}"
    place = find_event_list(raw, max_events=3)
    assert place is not None
    assert (raw[place.begin : place.end], place.count) == (elements, count)
    assert len(EventList(raw, place.bounds)) == min(count, 3)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" ", b"[]", b"{", b"x", b'"epcisBody"', b'{"eventList":[1]}', b'{"epcisBody":[{"eventList":[1]}]}',
        b'{"a":{"epcisBody":{"eventList":[1]}}}', b'{"epcisBody":{"a":{"eventList":[1]}}}',
        b'{"epcisBody":{},"a":{"eventList":[1]}}',
        b'{"epcisBody":{"eventList":{"a":[1]}}}',
        b'{"epcisBody":{"\\u0065ventList":[1]}}', b'{"epcis\\u0042ody":{"eventList":[1]}}', b'["epcisBody",{"eventList":[1]}]',
        b'{"epcisBody":[{"eventList":1},[2]]}',
    ],
)  # fmt: skip
def test_a_list_that_is_not_plainly_there_is_not_found(raw: bytes) -> None:
    assert find_event_list(raw, max_events=9) is None


@pytest.mark.parametrize("elements", [b"", b"1", b'"]}}', b"[", b'{"a":[', b"[" * 99])
def test_a_list_that_is_never_closed_is_no_json(elements: bytes) -> None:
    assert parted(b'{"epcisBody":{"eventList":[' + elements) == "json.syntax"


def test_an_escaped_name_is_refused_only_in_a_large_document() -> None:
    raw = document(event()).replace(b'"eventList"', b'"\\u0065ventList"')
    assert isinstance(whole(raw), Document)
    assert parted(raw) == LAYOUT
    twice = document(event()).replace(b'"eventList"', b'"\\u0065ventList": [1], "eventList"')
    assert parted(twice) == whole(twice) == "json.duplicate_key"


# One fault at a time, where the scanner cuts and where it does not: the code is the same either way.
FAULTS = [
    (b'"cn:link"', b'"cn:link": 1, "cn:link"', "json.duplicate_key"),
    (b"8010.5", b"NaN", "json.non_finite_number"),
    (b"8010.5", b"1e999", "json.number_out_of_range"),
    (b"8010.5", b"9007199254740993", "json.number_out_of_range"),
    (b"8010.5", b"[" * 27 + b"]" * 27, "json.too_deep"),
    (b'"pork"', b'"\\ud800"', "json.lone_surrogate"),
    (b'"pork"', b'"\\u0000"', "text.nul"),
    (b'"pork"', b'"\xff"', "json.not_utf8"),
    (b'"pork"', b'"' + b"x" * 65_537 + b'"', "text.too_long"),
    (b'"pork"', b"pork", "json.syntax"),
    (b'"pork"', b'"po\nrk"', "json.syntax"),
    (b'"pork"', b'{"__proto__": 1}', "json.proto"),
    (b"]}}", b",]}}", "json.syntax"),
    (b"]}}", b"]}}x", "json.syntax"),
    (b"]}}", b"}}}", "json.syntax"),
    (b"]}}", b"]}", "json.syntax"),
    (b"]}}", b"]},}", "json.syntax"),
    (b"]}}", b'], "eventList": []}}', "json.duplicate_key"),
    (b"]}}", b'], "a": ["\xff"]}}', "json.not_utf8"),
    (b"[{", b"[,{", "json.syntax"),
    (b'"2.0"', b'"2.1"', "epcis.schema"),
]


@pytest.mark.parametrize(("good", "bad", "code"), FAULTS)
def test_a_fault_has_the_same_code_in_a_small_and_in_a_large_document(good: bytes, bad: bytes, code: str) -> None:
    raw = document(event())
    assert good in raw
    broken = bad.join(raw.rsplit(good, 1))
    assert whole(broken) == code
    assert parted(broken) == code


def test_the_depth_of_a_document_is_counted_from_its_outermost_bracket() -> None:
    for reads in (whole, parted):
        assert [isinstance(reads(_nested(depth)), Document) for depth in (29, 30)] == [True, False]


def _nested(depth: int) -> bytes:
    return document(event()).replace(b'"eventList": [', b'"eventList": [' + b"[" * depth + b"]" * depth + b", ")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"[" * 2_000_000, "json.too_deep"), (b'{"a":"' + b"x" * 1_100_000 + b'\xff"}', "json.not_utf8"),
        (b'{"a":"' + "节".encode() * 400_000 + b'"}', LAYOUT), (b" " * 1_100_000, LAYOUT), (b'"' * 1_100_001, LAYOUT),
        (document(event(), **{"x:x": ["x"] * 300_000}), LAYOUT),
        (document(event(), **{"x:x": ["x" * 60_000] * 20}), LAYOUT),
        (b"\xef\xbb\xbf" + document(*[event()] * 2_000), "json.bom"),
        (document(*[event()] * 2_000), "document.events"),
        (document(event(), **{"x:x": None}).replace(b'"cn:link"', b" " * MAX_ELEMENT_BYTES + b'"cn:link"'), "event.size"),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_large_document_that_cannot_be_read_in_parts_says_why(raw: bytes, code: str) -> None:
    assert len(raw) > epcis.WHOLE_BYTES
    assert verdict(raw, whole_bytes=epcis.WHOLE_BYTES) == code


def test_every_element_that_is_too_long_is_named() -> None:
    long = b" " * (MAX_ELEMENT_BYTES + 1)
    raw = document(event()).replace(b'"eventList": [', b'"eventList": [1' + long + b", 2, 3" + long + b", ")
    with pytest.raises(Refused) as refused:
        read_document(raw, tiers=TIERS, max_events=9)
    assert [fault.pointer for fault in refused.value.faults] == ["/epcisBody/eventList/0", "/epcisBody/eventList/2"]


def test_a_list_is_read_from_either_end_and_no_further() -> None:
    place = find_event_list(b'{"epcisBody":{"eventList":[1,2,3]}}', max_events=9)
    assert place is not None
    events = EventList(b'{"epcisBody":{"eventList":[1,2,3]}}', place.bounds)
    assert (events[0], events[-1], events[1:], list(events), list(reversed(events))) == (1, 3, [2, 3], [1, 2, 3], [3, 2, 1])
    for beyond in (3, -4):
        with pytest.raises(IndexError):
            events[beyond]


def test_hostile_json_gets_no_better_verdict_in_parts(shared: Path) -> None:
    files = sorted((shared / "data/hostile").glob("h[012]*.json"))
    assert len(files) == 29
    for file in files:
        raw = file.read_bytes()
        one, other = whole(raw), parted(raw)
        assert (one == other) or (isinstance(other, str) and isinstance(one, str)), file.name


PIECES = [
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u0022", b"\xe8", b"\x00", b"1e9", b"-", b" ", b"null", b"[]", b'"a":1,',
    b"[1]",
    b'"eventList":[', b'"epcisBody":{', b'"eventList":[],', b']},"epcisBody":{"eventList":[', b"\xef\xbb\xbf", b'","', b"],[",
]  # fmt: skip
MUTATIONS = st.lists(
    st.tuples(st.integers(0, len(GOOD)), st.integers(0, 3), st.sampled_from([b"", *PIECES])), min_size=1, max_size=3
)


@settings(max_examples=300)
@given(MUTATIONS)
@example([(GOOD.index(b'"eventList": [{') + 14, 0, b"[],")])
def test_a_document_in_parts_has_the_verdict_of_the_whole(mutations: list[tuple[int, int, bytes]]) -> None:
    raw = GOOD
    for at, deleted, inserted in mutations:
        raw = raw[:at] + inserted + raw[at + deleted :]
    assert_equal_verdicts(raw)


@settings(max_examples=200)
@given(st.integers(0, len(GOOD)), st.integers(0, 60), st.integers(0, len(GOOD)))
def test_moved_pieces_change_both_verdicts_alike(at: int, length: int, to: int) -> None:
    piece = GOOD[at : at + length]
    rest = GOOD[:at] + GOOD[at + length :]
    assert_equal_verdicts(rest[:to] + piece + rest[to:])
    assert_equal_verdicts(GOOD[:to] + piece + GOOD[to:])


def assert_equal_verdicts(raw: bytes) -> None:
    one, other = whole(raw), parted(raw)
    if isinstance(other, Document) or other != LAYOUT:
        assert isinstance(one, Document) is isinstance(other, Document), (one, other)
    if isinstance(one, Document) and isinstance(other, Document):
        assert one == other


def test_events_are_parsed_when_they_are_asked_for_and_each_time() -> None:
    raw = document(event(), event(eventID="urn:x:1"))
    place = find_event_list(raw, max_events=9)
    assert place is not None
    events: Any = EventList(raw, place.bounds)
    assert events[0] == events[0] and events[0] is not events[0]


def test_memory_does_not_grow_with_the_document(tmp_path: Path) -> None:
    large = {**event(), "cn:note": ["x" * 50_000]}
    (tmp_path / "document").write_bytes(document(*[large] * 400))
    with (tmp_path / "document").open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as raw:
        assert len(raw) > 20_000_000
        tracemalloc.start()
        try:
            found = read_document(raw, tiers=TIERS, max_events=400)
            assert sum(said == large for said in found.events) == 400
            assert tracemalloc.get_traced_memory()[1] < 1_000_000
        finally:
            tracemalloc.stop()

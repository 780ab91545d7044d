"""Corrections by table: a row that names a recorded event takes its place, whole, once, and with the old one declared wrong."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gateway.intake.tables import taking
from gateway.intake.tables.profiles import shipped
from gateway.store.mappings import StoredMapping, put_mapping
from tests.service import ABATTOIR, CONTEXT, MARKET, Service, document, event

EPCIS = "/imports?profile=epcis&corrects="
DAY = "/imports?profile=pork_wholesale_day"
HEAD = "更正原事件"
Rows = list[list[str]]


@pytest.fixture(scope="module")
def day(shared: Path) -> Rows:
    """Heads; a slip of three rows, and the first row of the next."""
    text = (shared / "data/shanghai/pork_wholesale_day.csv").read_text("utf-8")
    return list(csv.reader(io.StringIO(text, newline="")))[:5]


def send(service: Service, rows: Rows, path: str = DAY) -> dict[str, Any]:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    headers = {"Content-Type": "text/csv", **service.key(MARKET)}
    return service.request("POST", path, headers=headers, content=file.getvalue().encode()).json()


def correcting(rows: Rows, event_id: str, *, weight: str = "18.8", lines: tuple[int, ...] = (1,)) -> Rows:
    """The table with the weight of its first row changed, and the correction named in some rows."""
    made = [[*row, event_id if at in lines else ""] for at, row in enumerate(rows)]
    made[0][-1] = HEAD
    made[1][rows[0].index("重量")] = weight
    return made


def id_of(answer: dict[str, Any], line: int = 2) -> str:
    return next(entry["eventID"] for entry in answer["events"] if line in entry["rows"])


def states(service: Service, event_id: str) -> list[dict[str, Any]]:
    return service.get(f"/events/{event_id.replace('?', '%3F')}", service.key(MARKET)).json()["events"]


def codes(answer: dict[str, Any]) -> set[str]:
    return {fault["code"] for fault in answer["faults"]}


def test_a_row_that_names_a_recorded_event_takes_its_place(service: Service, day: Rows) -> None:
    old = id_of(send(service, day))
    answer = send(service, correcting(day, old))
    assert answer["counts"] | {"warnings": 0} == {
        "rows": 4, "accepted": 3, "known": 1, "rejected": 0, "events": 2, "warnings": 0,
    }  # fmt: skip
    new = id_of(answer)
    wrong, declared = states(service, old)
    assert wrong["correction"]["state"] == "waiting" and declared["declaresError"]
    assert [entry.get("correction") for entry in states(service, new)] == [None]
    assert service.stored()[1] == 4  # two slips, the right one, the declaration


def test_the_corrected_row_is_the_recorded_one_from_then_on(service: Service, day: Rows) -> None:
    old = id_of(send(service, day))
    mended = correcting(day, old)
    new = id_of(send(service, mended))
    without = [row[:-1] for row in mended]
    assert send(service, without)["counts"]["known"] == 4
    assert codes(send(service, day[:4])) == {"csv.duplicate_row"}  # the wrong content again
    assert send(service, [mended[0], mended[4], *mended[1:4]])["counts"]["known"] == 4  # another file with the same correction
    third = id_of(send(service, correcting(day, new, weight="19.9")))
    assert len({old, new, third}) == 3 and service.stored()[1] == 6


def test_a_crash_between_the_event_and_its_rows_doubles_nothing(
    service: Service, day: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = id_of(send(service, day))
    with monkeypatch.context() as patch:
        patch.setattr(taking, "replace_rows", lambda *_: 1 / 0)
        assert "code" in send(service, correcting(day, old))
    assert service.stored()[1] == 4
    service.now += 60  # another declarationTime would be another declaration
    assert send(service, correcting(day, old))["counts"]["rejected"] == 0
    assert service.stored()[1] == 4
    assert send(service, [row[:-1] for row in correcting(day, old)])["counts"]["known"] == 4


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda day, old, other: correcting(day, "ni:///sha-256;" + "0" * 64 + "?ver=CBV2.0"), "table.corrects_unknown"),
        (lambda day, old, other: correcting(day, "SHFS-COM-1-0-R"), "table.corrects_unknown"),
        (lambda day, old, other: correcting(day, old, weight=day[1][day[0].index("重量")]), "table.corrects_same"),
        (lambda day, old, other: correcting(day[:3], old), "table.corrects_part"),
        (lambda day, old, other: correcting(day, old, weight="-1", lines=(1, 2)), "table.corrects_part"),
        (lambda day, old, other: correcting([day[0], *day[2:4], day[2]], old, lines=(1,)), "table.corrects_part"),
        (lambda day, old, other: correcting([day[0], day[4]], old), "table.corrects_part"),
        (lambda day, old, other: correcting(day, other), "table.row_recorded"),
    ],
)
def test_what_cannot_be_a_correction_is_refused_and_changes_nothing(service: Service, day: Rows, make: Any, code: str) -> None:
    first = send(service, day)
    answer = send(service, make(day, id_of(first), id_of(first, 5)))
    assert code in codes(answer), answer
    assert service.stored()[1] == 2


def test_rows_of_a_slip_that_name_different_events_are_refused(service: Service, day: Rows) -> None:
    first = send(service, day)
    mixed = correcting(day, id_of(first))
    mixed[2][-1] = id_of(first, 5)
    assert codes(send(service, mixed)) == {"table.corrects_differ"}


def test_an_event_that_was_corrected_is_not_corrected_again(service: Service, day: Rows) -> None:
    old = id_of(send(service, day))
    send(service, correcting(day, old))
    assert codes(send(service, correcting(day, old, weight="20.2"))) == {"table.corrects_again"}


def test_another_submitters_event_cannot_be_corrected(service: Service, day: Rows) -> None:
    send(service, day)
    job = service.post("/capture", document(event()), service.key(ABATTOIR)).json()
    assert codes(send(service, correcting(day, job["events"][0]["eventID"]))) == {"table.corrects_unknown"}


def test_a_fault_of_the_new_event_refuses_the_whole_slip_and_keeps_the_old_one(service: Service, day: Rows) -> None:
    old = id_of(send(service, day))
    bad = correcting(day, old)
    bad[1][day[0].index("交易时间")] = "2035-06-02T05:30:00+08:00"
    bad[2][day[0].index("交易时间")] = bad[3][day[0].index("交易时间")] = "2035-06-02T05:30:00+08:00"
    answer = send(service, bad)
    assert answer["counts"]["rejected"] == 3 and "time.future" in codes(answer)
    assert "correction" not in states(service, old)[0]


def test_a_whole_table_corrects_an_event_by_parameter_and_shows_it_before(service: Service, day: Rows) -> None:
    old = id_of(send(service, day))
    slip = [row[:-1] for row in correcting(day[:4], old)]
    shown = send(service, slip, DAY.replace("?", "/preview?"))
    assert shown["quantityList"][0]["quantity"] == 18.8 and shown["@context"][1]["cn"]
    assert service.stored()[1] == 2
    answer = send(service, slip, f"{DAY}&corrects={old.replace('?', '%3F').replace(';', '%3B')}")
    assert answer["counts"]["accepted"] == 3
    assert states(service, old)[0]["correction"]["state"] == "waiting"


def test_a_preview_is_of_exactly_one_event(service: Service, day: Rows) -> None:
    preview = DAY.replace("?", "/preview?")
    assert send(service, day, preview)["code"] == "table.corrects_one"
    assert codes(send(service, correcting(day[:2], "", weight="x"), preview)) == {"qty.format"}
    assert service.stored() == (0, 0)


def test_content_that_was_declared_wrong_is_refused_as_a_correction_and_a_new_slip_makes_it_another(
    service: Service, day: Rows
) -> None:
    old = id_of(send(service, day))
    first = send(service, correcting(day, old))
    new, weight = id_of(first), day[1][day[0].index("重量")]
    service.now += 60
    back = correcting(day, new, weight=weight)
    assert codes(send(service, back)) == {"table.content_wrong"}
    assert "correction" not in states(service, new)[0] and service.stored()[1] == 4
    for row in back[1:4]:
        row[0] += "-2"
    third = id_of(send(service, back))
    assert states(service, new)[0]["correction"]["state"] == "waiting" and len(states(service, third)) == 1
    again = [[*row, ""] for row in correcting(day, old)]
    assert codes(send(service, again)) == {"table.content_wrong"}  # nor does the correction of then bring it back


OWN = "urn:uuid:11111111-1111-4111-8111-000000000001"
ODD = [CONTEXT[0], {"cn": "https://trace.example.cn/ns/cn/", "ex": "https://other.example/"}]


@pytest.mark.parametrize(("own", "context"), [({"eventID": OWN}, CONTEXT), ({}, CONTEXT), ({"ex:note": "x"}, ODD)])
def test_the_declaration_names_the_event_id_under_which_the_right_event_is_stored(
    service: Service, own: dict[str, str], context: list[Any]
) -> None:
    key = service.key(ABATTOIR)
    old = service.post("/capture", document(event(), **{"@context": context}), key).json()["events"][0]["eventID"]
    right = {**event(), **own, "cn:meatQualityCert": "ABA-PZ-250602-08"}
    headers = {"Content-Type": "application/x-ndjson", **key}
    for blank in (b"", b"\n"):  # another file, with the same correction
        content = json.dumps(right).encode() + b"\n" + blank
        answer = service.request("POST", EPCIS + quote(old, safe=""), headers=headers, content=content).json()
        assert answer["counts"]["rejected"] == 0
        service.now += 60
    new = answer["events"][0]["eventID"]
    seen = service.get(f"/events/{quote(old, safe='')}", key).json()["events"]
    assert seen[0]["correction"]["state"] == "waiting" and new == own.get("eventID", new)
    assert service.stored()[1] == 3


def test_a_slip_is_corrected_whole_under_another_profile_too(service: Service, day: Rows) -> None:
    with service.db.write() as tx:
        put_mapping(tx, StoredMapping(MARKET, "mine", shipped("pork_wholesale_day"), service.now))
    mine = DAY.replace("pork_wholesale_day", "mine")
    old = id_of(send(service, day[:4]))
    assert codes(send(service, correcting(day[:2], old), mine)) == {"table.corrects_part"}
    assert send(service, correcting(day[:4], old), mine)["counts"]["accepted"] == 3
    assert codes(send(service, [*day[:4], day[0][:0]])) == {"table.content_wrong"}  # of the old profile nothing is known any more
    assert send(service, [row[:-1] for row in correcting(day[:4], old)])["counts"]["known"] == 3


def test_rows_of_a_withdrawn_event_are_free_again_unless_they_say_the_same(service: Service, day: Rows) -> None:
    shown = send(service, day[:4], DAY.replace("?", "/preview?"))
    old = id_of(send(service, day))
    declared = {"declarationTime": "2025-06-02T09:00:00.000+08:00", "reason": "did_not_occur"}
    said = {name: value for name, value in shown.items() if name != "@context"}
    withdrawal = document({**said, "eventID": old, "errorDeclaration": declared}, **{"@context": shown["@context"]})
    assert service.post("/capture", withdrawal, service.key(MARKET)).json()["events"][0]["outcome"] == "accepted"
    assert codes(send(service, day[:4])) == {"table.content_wrong"}
    assert codes(send(service, correcting(day, old))) == {"table.corrects_withdrawn"}
    mended = [row[:-1] for row in correcting(day[:4], "")]
    new = id_of(send(service, mended))
    assert new != old and "correction" not in states(service, new)[0]
    assert send(service, [*mended, mended[0][:0]])["counts"]["known"] == 3
    assert send(service, correcting(day, new, weight="19.9"))["counts"]["accepted"] == 3

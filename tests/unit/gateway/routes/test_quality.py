"""The daily quality report: a scripted day is counted exactly, and each sees its own figures."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.intake import accept
from gateway.intake.tally import beijing_day
from gateway.quality import Line, reasons
from gateway.store.enterprises import Enterprise, register
from tests.service import ABATTOIR, AGR, COM, FARM, MARKET, NOW, PLANT, PLATFORM, Service, document, event

TODAY = beijing_day(NOW)
ON_TIME = "2026-05-29T10:00:00+08:00"
NOON = NOW + 27_200  # 2026-05-29T12:00:00 in Beijing


@pytest.fixture
def noon(service: Service) -> Service:
    service.now = NOON
    return service


def good(number: int, **changes: Any) -> dict[str, Any]:
    return event(eventID=f"urn:x:{number}", eventTime=ON_TIME, **changes)


def line(service: Service, key: dict[str, str], submitter: str = ABATTOIR, **asked: str) -> dict[str, Any]:
    query = "&".join(f"{name.rstrip('_')}={value}" for name, value in asked.items())
    answer = service.get(f"/quality?{query}", key)
    assert answer.status_code == 200, answer.text
    found = [entry for entry in answer.json()["lines"] if entry["submitter"] == submitter]
    return found[0] if found else {}


def counted(entry: dict[str, Any]) -> dict[str, int]:
    words = ("received", "accepted", "duplicate", "refused", "withheld", "late", "corrected", "unreadable")
    return {word: entry[word] for word in words if entry[word]}


def test_a_scripted_day_is_counted_exactly(noon: Service) -> None:
    key = noon.key(ABATTOIR)
    late = event(eventID="urn:x:3", eventTime="2026-05-28T11:59:59+08:00")  # 24 hours and a second before noon
    post = lambda *events, **headers: noon.post("/capture", document(*events), key, **headers).status_code  # noqa: E731
    assert post(good(1), event(eventID="urn:x:2", eventTime="2026-05-28T12:00:00+08:00")) == 202  # 24 hours: in time
    assert post(late) == 202
    assert post(good(1), good(4)) == 202  # one is a duplicate
    assert post(good(5), good(6, cn__category="dragon"), good(7, cn__category="dragon", eventTimeZoneOffset="+9")) == 400
    assert post(good(5), good(6, cn__category="dragon"), GS1_Capture_Error_Behaviour="proceed") == 202
    declared = {**late, "errorDeclaration": {"declarationTime": ON_TIME, "reason": "incorrect_data"}}
    assert post(declared, good(8)) == 202
    assert noon.post("/capture", b"{", key).status_code == 400
    entry = line(noon, key)
    assert counted(entry) == {
        "received": 2 + 1 + 2 + 3 + 2 + 2, "accepted": 2 + 1 + 1 + 1 + 2, "duplicate": 1, "refused": 2 + 1, "withheld": 1,
        "late": 1, "corrected": 1, "unreadable": 1,
    }  # fmt: skip
    assert entry["rules"] == {"catalogue.unknown_category": 3, "epcis.schema": 1, "json.syntax": 1}
    assert (entry["soundShare"], entry["timelyShare"]) == (round(9 / 12, 4), round(6 / 7, 4))
    assert (entry["day"], entry["name"]) == (TODAY, "示例")
    assert entry["received"] == entry["accepted"] + entry["duplicate"] + entry["refused"] + entry["withheld"]


def test_a_document_that_is_rolled_back_counts_each_time_it_comes_and_its_events_are_accepted_once(noon: Service) -> None:
    key = noon.key(ABATTOIR)
    conflict = good(1, bizStep="shipping", cn__link="abattoir_out")
    noon.post("/capture", document(good(1)), key)
    for _ in range(2):  # only the store can see it: refused inside the transaction
        assert (
            noon.post("/capture", document(good(2), good(1, quantityList=conflict["quantityList"][:0])), key).status_code >= 400
        )
    assert noon.stored() == (1, 1)
    assert counted(line(noon, key)) == {"received": 5, "accepted": 1, "refused": 2, "withheld": 2}
    noon.post("/capture", document(good(2)), key)
    assert counted(line(noon, key)) == {"received": 6, "accepted": 2, "refused": 2, "withheld": 2}


def test_an_event_without_a_document_is_counted_like_one_in_it(noon: Service) -> None:
    key, context = noon.key(ABATTOIR), json.loads(document())["@context"]
    for body in ({**good(1)}, {**good(1)}, {**good(2), "cn:category": "dragon"}):
        noon.post("/events", json.dumps({"@context": context, **body}).encode(), key)
    noon.post("/events", b"[]", key)
    entry = line(noon, key)
    assert counted(entry) == {"received": 3, "accepted": 1, "duplicate": 1, "refused": 1, "unreadable": 1}
    assert entry["rules"] == {"catalogue.unknown_category": 1, "json.not_object": 1}


def test_when_the_store_fails_nothing_is_counted_as_taken(noon: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    key = noon.key(ABATTOIR)
    monkeypatch.setattr(accept, "finish_capture", fail)
    assert noon.post("/capture", document(good(1)), key).status_code == 500
    assert line(noon, key) == {}


def test_an_answer_given_again_under_its_idempotency_key_is_not_counted_again(noon: Service) -> None:
    key = noon.key(ABATTOIR)
    for _ in range(3):
        noon.post("/capture", document(good(1)), key, Idempotency_Key="a")
    assert counted(line(noon, key)) == {"received": 1, "accepted": 1}


def test_nobody_spoils_the_figures_of_another(noon: Service) -> None:
    noon.post("/capture", document(good(1)), noon.key(FARM))  # the abattoir's event by the farm's key
    assert line(noon, noon.key(COM, "read")) == {}
    entry = line(noon, noon.key(FARM), FARM)
    assert (counted(entry), entry["rules"]) == ({"received": 1, "refused": 1}, {"submitter.not_allowed": 1})


def test_a_platform_s_submissions_count_for_the_enterprise_they_are_of(noon: Service) -> None:
    platform = noon.key(PLATFORM, "submit:onbehalf", on_behalf=(ABATTOIR,))
    noon.post("/capture", document(good(1), good(2, cn__category="dragon")), platform, GS1_Capture_Error_Behaviour="proceed")
    assert counted(line(noon, noon.key(ABATTOIR))) == {"received": 2, "accepted": 1, "refused": 1}
    assert line(noon, noon.key(PLATFORM), PLATFORM) == {}


def upload(service: Service, shared: Path, name: str, key: dict[str, str], profile: str = "pork_wholesale_day") -> dict[str, int]:
    headers = {**key, "Content-Type": "text/csv"}
    answer = service.request(
        "POST", f"/imports?profile={profile}", headers=headers, content=(shared / "data" / name).read_bytes()
    )
    counts: dict[str, int] = answer.json().get("counts", {})
    return counts


@pytest.mark.parametrize("name", ["h89-csv-bom-accepted.csv", "h94-csv-weights.csv", "h95-csv-duplicate-line.csv"])
def test_of_a_table_every_line_is_a_row_and_a_taken_file_again_counts_nothing(noon: Service, shared: Path, name: str) -> None:
    key = noon.key(MARKET)
    counts = upload(noon, shared, f"hostile/{name}", key)
    upload(noon, shared, f"hostile/{name}", key)
    taken, refused = counts["accepted"], counts["rejected"]
    times = 1 if taken else 2  # nothing is kept of a file without a good row: it is judged each time
    expected = {"received": times * counts["rows"], "accepted": taken, "refused": times * refused, "late": taken}  # a year old
    entry = line(noon, key, MARKET)
    assert counted(entry) == {word: count for word, count in expected.items() if count}
    assert sum(entry["rules"].values()) >= refused
    assert counts["rows"] == taken + refused


def test_a_line_that_is_refused_when_its_event_is_judged_is_counted_once(noon: Service, shared: Path) -> None:
    key = noon.key(MARKET)
    head, *rows = (shared / "data/shanghai/pork_wholesale_day.csv").read_bytes().splitlines(keepends=True)[:20]
    slips = [row.partition(b",")[0] for row in rows]
    alone = next(at for at, slip in enumerate(slips) if slips.count(slip) == 1)
    rows[alone] = rows[alone].replace(b",pork,", b",dragon,")
    mixed = head + b"".join(rows)
    headers = {**key, "Content-Type": "text/csv"}
    answer = noon.request("POST", "/imports?profile=pork_wholesale_day", headers=headers, content=mixed)
    assert answer.status_code == 201, answer.text
    counts, entry = answer.json()["counts"], line(noon, key, MARKET)
    assert (entry["received"], entry["accepted"], entry["refused"]) == (counts["rows"], counts["accepted"], counts["rejected"])
    assert counts["rejected"] == 1 and entry["rules"] == {"catalogue.unknown_category": 1}


def test_lines_that_come_again_in_another_file_are_duplicates(noon: Service, shared: Path) -> None:
    key = noon.key(MARKET)
    rows = upload(noon, shared, "hostile/h89-csv-bom-accepted.csv", key)["rows"]
    known = upload(noon, shared, "hostile/h91-csv-lf-accepted.csv", key)
    entry = line(noon, key, MARKET)
    assert (entry["duplicate"], entry["received"]) == (known["known"], rows + known["rows"])
    assert known["known"] > 0


def test_a_file_that_is_refused_whole_is_unreadable_and_one_without_a_good_row_is_not(noon: Service, shared: Path) -> None:
    key = noon.key(MARKET)
    upload(noon, shared, "hostile/h85-csv-column-missing.csv", key)
    entry = line(noon, key, MARKET)
    assert (counted(entry), entry["rules"]) == ({"unreadable": 1}, {"csv.header_missing": 1})
    service_key = noon.key(ABATTOIR)  # of a kind that sells no slips: each line is refused
    counts = upload(noon, shared, "hostile/h89-csv-bom-accepted.csv", service_key)
    entry = line(noon, service_key)
    assert counted(entry) == {"received": counts["rows"], "refused": counts["rows"]}


def test_the_lines_of_a_serial_file_are_rows_too(noon: Service, shared: Path) -> None:
    key = noon.key(PLANT)
    upload(noon, shared, "shanghai/formula_serials.csv", key, "formula_serials")
    assert counted(line(noon, key, PLANT)) == {"received": 10_000, "accepted": 10_000}


def test_a_rule_that_a_row_breaks_twice_is_counted_once(noon: Service) -> None:
    key = noon.key(ABATTOIR)
    noon.post(
        "/capture", document(good(1, quantityList=None, epcList=["https://id.gs1.org/01/1", "https://id.gs1.org/01/2"])), key
    )
    assert line(noon, key)["rules"]["id.gtin_format"] == 1


def test_what_only_the_store_can_refuse_counts_for_the_enterprise_and_not_for_its_platform(noon: Service) -> None:
    platform = noon.key(PLATFORM, "submit:onbehalf", "read", on_behalf=(ABATTOIR,))
    noon.post("/capture", document(good(1)), platform)
    noon.post("/capture", document(good(1, cn__meatQualityCert="ABA-PZ-250602-08")), platform)
    assert line(noon, noon.key(ABATTOIR))["rules"] == {"event.id_conflict": 1}
    assert line(noon, platform, PLATFORM) == {}


def test_a_large_document_that_cannot_be_read_to_its_end_is_unreadable(noon: Service) -> None:
    """Its events are read one at a time, and what was read before is not counted as rows."""
    key, filling = noon.key(ABATTOIR), "x" * 900
    raw = document(*(good(number, cn__note=filling) for number in range(900)))
    assert len(raw) > 2**20
    broken = raw.replace(b'"action": "OBSERVE"', b'"action": "OBSERVE", "action": "ADD"')
    assert noon.post("/capture", broken, key).json()["code"] == "json.duplicate_key"
    assert (counted(line(noon, key)), line(noon, key)["rules"]) == ({"unreadable": 1}, {"json.duplicate_key": 1})


def test_a_member_sees_what_is_counted_for_itself(noon: Service) -> None:
    noon.post("/capture", document(good(1)), noon.key(COM, "submit"))
    assert counted(line(noon, noon.key(COM, "read"), COM)) == {"received": 1, "refused": 1}
    assert line(noon, noon.key(AGR, "read"), COM) == {}


def test_reasons_are_the_most_frequent_first() -> None:
    told = reasons(Line("2026-05-29", ABATTOIR, "", rules={"time.future": 1, "id.gtin_check": 1, "time.late": 3}))
    assert [reason.partition("（")[2].partition("）")[0] for reason in told.split("；")] == [
        "time.late",
        "id.gtin_check",
        "time.future",
    ]


def test_the_day_is_beijing_s(service: Service) -> None:
    service.now = NOON + 12 * 3_600 - 1  # 2026-05-29T23:59:59 in Beijing
    service.post("/capture", document(event(eventID="urn:x:1")), service.key(ABATTOIR))
    service.now += 1
    key = service.key(ABATTOIR)
    service.post("/capture", document(event(eventID="urn:x:2")), key)
    answer = service.get("/quality?from=2026-05-29&to=2026-05-30", key).json()
    assert [(entry["day"], entry["accepted"]) for entry in answer["lines"]] == [("2026-05-29", 1), ("2026-05-30", 1)]
    assert [entry["day"] for entry in service.get("/quality", key).json()["lines"]] == ["2026-05-30"]
    assert [entry["day"] for entry in service.get("/quality?from=2026-05-29", key).json()["lines"]] == [
        "2026-05-29",
        "2026-05-30",
    ]
    assert [entry["day"] for entry in service.get("/quality?to=2026-05-29", key).json()["lines"]] == ["2026-05-29"]


def test_a_member_sees_its_enterprises_and_an_enterprise_itself(noon: Service) -> None:
    noon.post("/capture", document(good(1)), noon.key(ABATTOIR))
    noon.post("/capture", document(good(2)), noon.key(FARM))
    seen = lambda key, query="": {entry["submitter"] for entry in noon.get(f"/quality{query}", key).json()["lines"]}  # noqa: E731
    assert seen(noon.key(COM, "read")) == seen(noon.key(COM, "admin")) == {ABATTOIR}
    assert seen(noon.key(AGR, "read")) == {FARM}
    assert seen(noon.key(COM, "read"), f"?submitter={FARM}") == set()
    assert seen(noon.key(COM, "read"), f"?submitter={ABATTOIR}") == {ABATTOIR}
    assert seen(noon.key(ABATTOIR, "submit")) == seen(noon.key(ABATTOIR, "read")) == {ABATTOIR}
    assert noon.get(f"/quality?submitter={FARM}", noon.key(ABATTOIR)).json()["code"] == "auth.right"
    assert noon.get("/quality", noon.key(ABATTOIR, "admin")).json()["code"] == "auth.right"
    assert noon.get("/quality", noon.key(COM, "submit")).json()["lines"] == []  # its own: it reports nothing itself
    assert noon.get("/quality").status_code == 401


@pytest.mark.parametrize(
    "query",
    ["from=2026-05", "from=20260528", "to=2026-02-30", "from=2026-05-28&to=2026-05-27", "submitter=x", "format=xml", "from=%00"],
)
def test_a_parameter_that_is_none_is_refused(service: Service, query: str) -> None:
    assert service.get(f"/quality?{query}", service.key(ABATTOIR)).json()["code"] == "request.parameter"


def test_a_range_that_is_too_long_is_refused_and_not_cut(noon: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.routes.quality.MAX_COUNTS", 1)
    noon.post("/capture", document(good(1)), noon.key(ABATTOIR))
    assert noon.get("/quality", noon.key(ABATTOIR)).json()["code"] == "quality.range"


def test_the_csv_opens_in_excel_with_chinese_heads_and_runs_nothing(noon: Service) -> None:
    with noon.db.write() as tx:
        register(tx, Enterprise(ABATTOIR, "=1+1", "slaughterhouse", COM))
    key = noon.key(ABATTOIR)
    noon.post("/capture", document(good(1), good(2, cn__category="dragon")), key, GS1_Capture_Error_Behaviour="proceed")
    answer = noon.get("/quality?format=csv", key)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="quality-{TODAY}-{TODAY}.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf") and answer.content.count(b"\r\n") == 2
    heads, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert dict(zip(heads, row, strict=True)) == {
        "日期": TODAY, "统一社会信用代码": ABATTOIR, "企业名称": "'=1+1", "报送": "2", "接收": "1", "重复": "0", "拒收": "1",
        "整单退回": "0", "迟报": "0", "更正": "0", "无法读取的文件": "0", "合格率": "50.00%", "及时率": "100.00%",
        "拒收原因": "品种不在追溯目录内（catalogue.unknown_category）×1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("accept", "query", "kind"),
    [
        ("text/csv", "", "text/csv"), ("text/csv, application/json", "", "text/csv"), ("*/*", "", "application/json"),
        ("application/json, text/csv", "", "application/json"), ("TEXT/CSV;q=1", "", "text/csv"), ("", "", "application/json"),
        ("text/csv", "?format=json", "application/json"), ("application/json", "?format=csv", "text/csv"),
    ],
)  # fmt: skip
def test_the_form_is_what_was_asked_for(service: Service, accept: str, query: str, kind: str) -> None:
    answer = service.get(f"/quality{query}", {**service.key(MARKET), "Accept": accept})
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["vary"] == "Accept"

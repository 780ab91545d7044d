"""Tables over HTTP: what is taken, what comes back to be mended, and what the same file again does."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from certs.canonical import canonical
from gateway.catalogue.tables import read_catalogue
from gateway.errors import Fault, Refused
from gateway.intake import accept
from gateway.intake.tables import importing, loading, outcome, taking
from gateway.intake.tables import mapping as mapping_module
from gateway.intake.tables.limits import TABLE_LIMITS
from gateway.intake.tables.profiles import example_mapping, shipped
from gateway.intake.tables.scheme import EVENT_TARGETS, ROW_TARGETS, TERM_KINDS
from gateway.routes import imports, upload
from gateway.store.enterprises import Enterprise, close, register
from gateway.store.imports import imports_of_file
from gateway.store.mappings import StoredMapping, put_mapping
from tests.conftest import ROOT
from tests.service import COM, KITCHEN, MARKET, PLANT, PLATFORM, SHOP, Service, document, event

CSV, XLSX, NDJSON = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-ndjson"
DAY = "/imports?profile=pork_wholesale_day"
GLN = "9521234000037"


@pytest.fixture(scope="module")
def day(shared: Path) -> list[list[str]]:
    """The wholesale day: heads, then 500 rows."""
    text = (shared / "data/shanghai/pork_wholesale_day.csv").read_text("utf-8")
    return list(csv.reader(io.StringIO(text, newline="")))


def send(service: Service, path: str, content: bytes, media_type: str = CSV, key: dict[str, str] | None = None) -> Any:
    headers = {"Content-Type": media_type, **(key or service.key(MARKET))}
    return service.request("POST", path, headers=headers, content=content)


def as_csv(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue().encode(encoding)


def as_xlsx(rows: list[list[Any]]) -> bytes:
    book, file = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("交易")
    for row in rows:
        sheet.append(row)
    book.save(file)
    return file.getvalue()


def contents(service: Service) -> set[bytes]:
    return {row.content_sha256 for row in service.rows()}


def changed(rows: list[list[str]], line: int, head: str, value: str) -> list[list[str]]:
    """The table with one cell changed; lines count from 1, the head's."""
    made = [list(row) for row in rows]
    made[line - 1][made[0].index(head)] = value
    return made


def test_the_day_is_the_same_334_events_as_utf8_as_gbk_and_as_a_workbook(
    tmp_path: Path, shared: Path, day: list[list[str]]
) -> None:
    files = {
        "utf-8": ((shared / "data/shanghai/pork_wholesale_day.csv").read_bytes(), CSV),
        "gbk": ((shared / "data/shanghai/pork_wholesale_day.gbk.csv").read_bytes(), CSV),
        "xlsx": (as_xlsx(day), XLSX),
    }
    found = []
    for encoding, (content, media_type) in files.items():
        (tmp_path / encoding).mkdir()
        service = Service(tmp_path / encoding)
        answer = send(service, DAY, content, media_type)
        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert body["encoding"] == encoding
        counts = {"rows": 500, "accepted": 500, "known": 0, "rejected": 0, "events": 334}
        assert body["counts"] == {**counts, "warnings": body["counts"]["warnings"]}
        assert set(body["warningCodes"]) <= {"time.late"}
        assert (len(body["events"]), body["rejected"]) == (334, None)
        assert sorted(line for entry in body["events"] for line in entry["rows"]) == list(range(2, 502))
        found.append(contents(service))
        service.db.close()
    assert len(found[0]) == 334
    assert found[0] == found[1] == found[2]


def test_a_slip_of_three_lines_is_one_event_whose_lists_follow_its_lines(service: Service, day: list[list[str]]) -> None:
    with service.db.write() as tx:
        register(tx, Enterprise(MARKET, "示例市场", "wholesale_market", COM, GLN))
    key = service.key(MARKET)
    slip = [day[0], day[3], day[10], day[1], day[2]]  # lines 3, 1, 2 of a slip, with another slip between them
    assert send(service, DAY, as_csv(slip), key=key).json()["counts"]["events"] == 2
    full = _events(service)
    made = next(entry for entry in full if len(entry["quantityList"]) == 3)
    assert made["eventTime"] == "2025-06-02T05:30:00.000+08:00"
    assert [element["quantity"] for element in made["quantityList"]] == [17.7, 32.6, 50.8]
    assert made["quantityList"][0] == {
        "epcClass": "https://id.gs1.org/01/09521234100034/10/C20250602-115", "quantity": 17.7, "uom": "KGM",
    }  # fmt: skip
    assert made["cn:productQuarantineCertB"] == ["3101814489", "3101623044", "3101549198"]
    assert made["cn:abattoirUscc"] == ["91310113TE5T00024G", "91310120TE5T001048", "91310113TE5T00024G"]
    assert (made["cn:pieces"], made["cn:receiverConfirmed"], made["cn:slipNo"]) == (6, True, "MKT-20250602-000001")
    assert made["bizTransactionList"] == [
        {"type": "inv", "bizTransaction": "https://trace.example.cn/id/slip/MKT-20250602-000001"}
    ]
    assert made["readPoint"] == {"id": f"https://id.gs1.org/414/{GLN}"}
    assert [entry["sensorReport"][0]["value"] for entry in made["sensorElementList"]] == [2.4, 3.1, 2.6]


def test_one_paper_for_all_lines_stays_one_text_and_what_is_for_display_goes_nowhere(
    service: Service, day: list[list[str]]
) -> None:
    send(service, DAY, as_csv(day[:2]))
    (made,) = _events(service)
    assert made["cn:productQuarantineCertB"] == "3101814489"
    assert "猪里脊" not in json.dumps(made, ensure_ascii=False) and "肉摊" not in json.dumps(made, ensure_ascii=False)
    remark = changed(day[:2], 2, "备注", "私密备注")
    assert send(service, DAY, as_csv(remark)).json()["counts"]["known"] == 1  # what is not uploaded changes nothing


def _events(service: Service) -> list[dict[str, Any]]:
    found = []
    for row in service.rows():
        bodies = [json.loads(body)["event"] for body in (row.public_body, row.bureaus_body, row.submitter_body)]
        found.append({name: value for body in bodies for name, value in body.items()})
    return found


def test_refused_rows_come_back_in_their_form_and_a_mended_file_completes_the_slip(
    service: Service, day: list[list[str]]
) -> None:
    table = changed(changed(day[:5], 3, "动物检疫合格证号", "310162304"), 5, "重量", "=1+1")
    key = service.key(MARKET)
    body = send(service, DAY, as_csv(table, "gbk"), key=key).json()
    assert (body["counts"]["accepted"], body["counts"]["rejected"]) == (2, 2)
    fault = next(entry for entry in body["faults"] if entry["line"] == 3)
    assert (fault["column"], fault["head"], fault["code"]) == ("H", "动物检疫合格证号", "id.quarantine_format")
    assert (fault["value"], fault["explains"]) == ("9 位数字", "cell.leading_zeros")
    assert "开头的 0" in fault["explanation"] and "文本" in fault["remedy"]
    answer = service.get(body["rejected"], key)
    assert answer.headers["content-type"] == "text/csv; charset=gb18030"
    assert "attachment" in answer.headers["content-disposition"]
    back = list(csv.reader(io.StringIO(answer.content.decode("gb18030"), newline="")))
    assert back[0] == [*day[0], "错误原因"]
    assert [row[1] for row in back[1:]] == ["2", "1"]
    assert "H列“动物检疫合格证号”" in back[1][-1] and "column H" in back[1][-1]
    assert back[2][day[0].index("重量")] == "'=1+1"
    again = send(service, DAY, answer.content, key=key)  # nobody mended anything
    assert again.status_code == 400
    assert {entry["code"] for entry in again.json()["faults"]} == {"id.quarantine_format", "csv.formula"}
    back[1][day[0].index("动物检疫合格证号")] = "3101623044"
    back[2][day[0].index("重量")] = "11.9"
    assert send(service, DAY, as_csv(back, "gb18030"), key=key).json()["counts"]["accepted"] == 2


def test_refused_rows_of_a_workbook_are_a_workbook(service: Service, day: list[list[str]]) -> None:
    key = service.key(MARKET)
    table = changed(day[:4], 3, "单位", "斤")
    body = send(service, DAY, as_xlsx(table), XLSX, key).json()
    answer = service.get(body["rejected"], key)
    assert answer.headers["content-type"] == XLSX
    sheet = load_workbook(io.BytesIO(answer.content))["交易"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == [*day[0], "错误原因"]
    assert "Q列“单位”" in rows[1][-1]
    assert {cell.number_format for row in sheet.iter_rows() for cell in row} == {"@"}  # zeros that are put back stay
    assert {sheet.column_dimensions[letter].number_format for letter in "ABTU"} == {"@"}
    rows[1][day[0].index("单位")] = "kg"
    assert send(service, DAY, as_xlsx(rows), XLSX, key).json()["counts"]["accepted"] == 1


def test_refused_rows_come_back_from_a_sheet_whose_name_no_spreadsheet_allows(service: Service, day: list[list[str]]) -> None:
    key, file = service.key(MARKET), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(changed(day[:4], 3, "单位", "斤")))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace("交易".encode(), b"a/b") if name == "xl/workbook.xml" else old.read(name))
    answer = send(service, DAY, file.getvalue(), XLSX, key)
    assert (answer.status_code, answer.json()["running"]) == (201, False), answer.text
    assert load_workbook(io.BytesIO(service.get(answer.json()["rejected"], key).content)).sheetnames == ["Sheet1"]


def test_the_same_file_again_changes_nothing_and_gets_the_first_result(service: Service, day: list[list[str]]) -> None:
    content = as_csv(changed(day[:5], 3, "单位", "斤"))
    key = service.key(MARKET)
    first = send(service, DAY, content, key=key)
    stored = service.stored()
    again = send(service, DAY, content, key=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert service.stored() == stored
    assert service.get(first.headers["location"], key).json() == first.json()


def test_a_mended_file_may_be_sent_whole_and_doubles_no_row(service: Service, day: list[list[str]]) -> None:
    table = changed(day[:5], 3, "单位", "斤")
    send(service, DAY, as_csv(table))
    body = send(service, DAY, as_csv(day[:5])).json()
    assert (body["counts"]["accepted"], body["counts"]["known"]) == (1, 3)
    weights = [element["quantity"] for made in _events(service) for element in made["quantityList"]]
    assert sorted(weights) == [11.9, 17.7, 32.6, 50.8]


def test_a_recorded_row_is_not_overwritten_by_a_table(service: Service, day: list[list[str]]) -> None:
    send(service, DAY, as_csv(day[:5]))
    body = send(service, DAY, as_csv(changed(day[:5], 2, "重量", "18"))).json()
    assert (body["counts"]["known"], body["counts"]["rejected"]) == (3, 1)
    (fault,) = body["faults"]
    assert (fault["line"], fault["code"], fault["explains"]) == (2, "csv.duplicate_row", "table.row_recorded")


def test_a_crash_half_way_and_the_same_file_again_double_nothing(
    service: Service, day: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "TABLE_LIMITS", replace(TABLE_LIMITS, chunk_events=4))
    real, calls = accept.take, []

    def dies_at_the_third(*arguments: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("killed")
        return real(*arguments, **more)

    monkeypatch.setattr(taking, "take", dies_at_the_third)
    content, key = as_csv(day[:40]), service.key(MARKET)
    assert send(service, DAY, content, key=key).status_code == 500
    with service.db.read() as tx:
        (half,) = imports_of_file(tx, MARKET, hashlib.sha256(content).digest(), limit=9)
    assert half.result["running"] and half.result["counts"]["accepted"] > 0
    shown = service.get(f"/imports?sha256={hashlib.sha256(content).hexdigest()}", key).json()["imports"]
    assert shown[0]["running"] and shown[0]["stalled"] and shown[0]["counts"]["rows"] == 39
    assert service.get(f"/imports/{half.id}", key).json()["stalled"]
    held = service.stored()[1]
    assert held == half.result["counts"]["events"]
    monkeypatch.setattr(taking, "take", real)
    body = send(service, DAY, content, key=key).json()
    assert body["counts"]["accepted"] + body["counts"]["known"] == 39 and body["counts"]["known"] > 0
    lines = [(made["cn:slipNo"], element["quantity"]) for made in _events(service) for element in made["quantityList"]]
    assert len(lines) == 39
    assert held < service.stored()[1]
    assert "stalled" not in body and "stalled" not in service.get(f"/imports/{half.id}", key).json()


def test_a_crash_between_events_and_their_rows_leaves_events_that_are_known_and_rows_that_are_recorded_later(
    service: Service, day: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any) -> None:
        raise RuntimeError("killed")

    content, key = as_csv(day[:5]), service.key(MARKET)
    with monkeypatch.context() as patch:
        patch.setattr(taking, "record_rows", dies)
        assert send(service, DAY, content, key=key).status_code == 500
    held = service.stored()[1]
    body = send(service, DAY, content, key=key).json()
    assert (body["counts"]["known"], body["counts"]["accepted"], service.stored()[1]) == (4, 0, held)
    whole = send(service, DAY, as_csv(changed(day[:5], 2, "重量", "18"))).json()
    assert whole["faults"][0]["explains"] == "table.row_recorded"


def test_a_file_that_is_being_taken_is_not_begun_again_beside_it(
    service: Service, day: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client whose proxy timed out sends it again while the first request still works."""
    content, key, meanwhile = as_csv(day[:5]), service.key(MARKET), []

    def while_it_runs(*arguments: Any, **more: Any) -> Any:
        meanwhile.append(send(service, DAY, content, key={**key, "Idempotency-Key": "again"}))
        meanwhile.append(service.get(meanwhile[0].headers["location"], key))
        return accept.take(*arguments, **more)

    monkeypatch.setattr(taking, "take", while_it_runs)
    first = send(service, DAY, content, key=key)
    again, shown = meanwhile
    assert (again.status_code, again.json()["code"], again.headers["retry-after"]) == (409, "import.running", "5")
    assert (shown.json()["running"], shown.json()["stalled"]) == (True, False)
    assert first.status_code == 201
    result = send(service, DAY, content, key={**key, "Idempotency-Key": "again"})  # that it ran was no answer to keep
    assert (result.status_code, result.json()) == (200, first.json())


def test_another_process_is_believed_to_take_a_file_as_long_as_it_goes_forward(
    service: Service, day: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL there may be several; on SQLite the process that answers is the only one."""

    def dies(*_: Any, **__: Any) -> Any:
        raise RuntimeError("killed")

    content, key = as_csv(day[:5]), service.key(MARKET)
    with monkeypatch.context() as patch:
        patch.setattr(taking, "take", dies)
        send(service, DAY, content, key=key)
    path = f"/imports?sha256={hashlib.sha256(content).hexdigest()}"
    assert service.get(path, key).json()["imports"][0]["stalled"]
    monkeypatch.setattr(service.db, "path", None)
    service.now += 120
    assert not service.get(path, key).json()["imports"][0]["stalled"]
    assert send(service, DAY, content, key=key).status_code == 409
    service.now += 1
    assert service.get(path, key).json()["imports"][0]["stalled"]
    assert send(service, DAY, content, key=key).status_code == 201


def test_nothing_of_a_table_has_a_name_on_the_disk_while_it_is_taken(
    service: Service, day: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed leaves no file behind, and nobody else can open one."""
    seen: list[list[Path]] = []
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))

    def looking(real: Any) -> Any:
        def look(*arguments: Any, **more: Any) -> Any:
            seen.append(list(place.iterdir()))
            result = real(*arguments, **more)
            seen.append(list(place.iterdir()))
            return result

        return look

    monkeypatch.setattr(taking, "take", looking(accept.take))
    monkeypatch.setattr(importing, "write_rejected", looking(importing.write_rejected))
    answer = send(service, DAY, as_csv(changed(day[:5], 3, "单位", "斤")))
    assert (answer.status_code, answer.json()["counts"]["rejected"]) == (201, 1)
    assert len(seen) >= 4 and not any(seen)


def test_a_table_without_one_good_row_is_refused_and_all_its_rows_come_back(service: Service, day: list[list[str]]) -> None:
    key = service.key(MARKET)
    content = as_csv(changed(changed(day[:3], 2, "单位", "斤"), 3, "批号", "C" * 21))
    answer = send(service, DAY, content, key=key)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert {(entry["line"], entry["column"], entry["code"]) for entry in answer.json()["faults"]} == {
        (2, "Q", "qty.unit_unknown"), (3, "G", "id.lot"),
    }  # fmt: skip
    assert "errors" not in answer.json() and answer.json()["errorCount"] == 2  # each fault is said once
    assert service.stored() == (0, 0)
    back = list(csv.reader(io.StringIO(service.get(answer.json()["rejected"], key).content.decode(), newline="")))
    assert back[0] == [*day[0], "错误原因"] and [row[1] for row in back[1:]] == ["1", "2"]
    assert "Q列“单位”" in back[1][-1] and "G列“批号”" in back[2][-1]
    again = send(service, DAY, content, key=key)  # it may be good by now: the mapping or the catalogue can have changed
    assert again.status_code == 400 and again.json()["rejected"] == answer.json()["rejected"]
    assert len(service.get(f"/imports?sha256={hashlib.sha256(content).hexdigest()}", key).json()["imports"]) == 1


def test_a_table_of_which_nothing_was_taken_is_tried_anew(service: Service, day: list[list[str]]) -> None:
    key, content = service.key(MARKET), as_csv(day[:3])
    with service.db.write() as tx:
        register(tx, Enterprise(MARKET, "示例", "farm", COM))
    first = send(service, DAY, content, key=key)
    assert (first.json()["code"], first.json()["counts"]["rejected"]) == ("submitter.kind", 2)
    with service.db.write() as tx:
        register(tx, Enterprise(MARKET, "示例", "wholesale_market", COM))
    again = send(service, DAY, content, key=key)
    assert (again.status_code, again.json()["counts"]["accepted"]) == (201, 2)
    assert again.json()["importID"] == first.json()["importID"] and again.json()["rejected"] is None


def test_a_refused_list_of_codes_comes_back_whole_because_it_is_taken_whole(service: Service, shared: Path) -> None:
    rows = (shared / "data/shanghai/formula_serials.csv").read_bytes().decode().splitlines(keepends=True)[:4]
    bad = "".join([*rows[:2], rows[2].replace(",250603A1,", ",批,"), rows[3]]).encode()
    key = service.key(PLANT)
    body = send(service, "/imports?profile=formula_serials", bad, key=key).json()
    assert (body["counts"]["rows"], body["counts"]["rejected"]) == (3, 1)
    back = list(csv.reader(io.StringIO(service.get(body["rejected"], key).content.decode("utf-8-sig"), newline="")))
    assert [row[-1] == "" for row in back] == [False, True, False, True]


def test_rows_of_a_slip_that_disagree_with_its_first_are_refused(service: Service, day: list[list[str]]) -> None:
    body = send(service, DAY, as_csv(changed(day[:4], 3, "买方统一社会信用代码", KITCHEN))).json()
    (fault,) = body["faults"]
    assert (fault["line"], fault["head"], fault["code"]) == (3, "买方统一社会信用代码", "csv.group")
    assert body["counts"]["accepted"] == 2


def test_a_fault_of_the_whole_event_refuses_its_rows_and_names_the_cell(service: Service, day: list[list[str]]) -> None:
    table = changed(day[:5], 2, "品种", "unicorn")
    table = changed(changed(table, 3, "品种", "unicorn"), 4, "品种", "unicorn")
    body = send(service, DAY, as_csv(table)).json()
    assert [(f["line"], f["column"], f["head"], f["code"]) for f in body["faults"]] == [
        (line, "D", "品种", "catalogue.unknown_category") for line in (2, 3, 4)
    ]
    future = changed([day[0], *day[5:9]], 5, "交易时间", "2030-06-02 05:30")
    body = send(service, DAY, as_csv(future)).json()
    assert (5, "交易时间", "time.future") in [(f["line"], f["head"], f["code"]) for f in body["faults"]]


def test_a_serial_file_is_taken_whole_or_not_at_all(service: Service, shared: Path) -> None:
    raw = (shared / "data/shanghai/formula_serials.csv").read_bytes()
    rows = raw.decode().splitlines(keepends=True)[:60]
    key, path = service.key(PLANT), "/imports?profile=formula_serials"
    bad = "".join([*rows[:30], rows[30].replace(",已激活,", ",已起飞,").replace(",已作废,", ",已起飞,"), *rows[31:]]).encode()
    answer = send(service, path, bad, key=key)
    assert answer.status_code == 400
    assert [(f["line"], f["head"], f["code"]) for f in answer.json()["faults"]] == [(31, "状态", "item.status")]
    good = send(service, path, "".join(rows).encode(), key=key)
    assert good.status_code == 201, good.text
    assert good.json()["serials"]["issued"] == 59
    assert good.json()["serials"]["sha256"] == hashlib.sha256("".join(rows).encode()).hexdigest()
    again = send(service, path, "".join(rows).encode(), key=key)
    assert (again.status_code, again.json()["serials"]) == (200, good.json()["serials"])


def city(**changes: Any) -> dict[str, Any]:
    """A document of the city platform, as a canteen sends it."""
    return {
        "supplier": {"supName": "示例申西市场甲一号肉摊", "supBizCertNum": "92310118TE5T00120Y"},
        "material": [{"name": "猪里脊", "spec": "散装", "productionBarcode": "09521234100034"}],
        "batchDetail": [
            {
                "recordDate": "2025-06-03", "materialName": "猪里脊", "manufacture": "示例屠宰", "spec": "散装",
                "quantity": "12kg", "productionDate": "2025-06-02", "productionBatch": "C20250602-07",
                "traceCode": "https://zs.example.cn/01/09521234100034/10/C20250602-07?17=250609",
                "quarantineCert": "3101234567", "meatQualityCert": "ABA-PZ-250602-07", "category": "pork",
            },
            {
                "recordDate": "2025-06-03", "materialName": "猪里脊", "quantity": 3.5, "productionBatch": "C20250602-07",
                "quarantineCert": "3101234567", "meatQualityCert": "ABA-PZ-250602-07", "category": "pork",
            },
        ],
        **changes,
    }  # fmt: skip


def test_the_citys_upload_shape_is_taken_as_json_and_as_ndjson(service: Service) -> None:
    key, path = service.key(KITCHEN), "/imports?profile=city_platform"
    body = send(service, path, json.dumps(city()).encode(), "application/json", key).json()
    assert (body["counts"]["accepted"], body["counts"]["rejected"]) == (1, 1), body
    assert [(f["line"], f["head"], f["code"]) for f in body["faults"]] == [(2, "quantity", "qty.unit_missing")]
    (made,) = _events(service)
    assert made["quantityList"] == [
        {"epcClass": "https://id.gs1.org/01/09521234100034/10/C20250602-07", "quantity": 12, "uom": "KGM"}
    ]
    assert (made["cn:link"], made["cn:uscc"], made["cn:sellerUscc"]) == ("catering_in", KITCHEN, "92310118TE5T00120Y")
    assert made["eventTime"] == "2025-06-03T00:00:00.000+08:00"
    back = json.loads(service.get(body["rejected"], key).content)
    assert back["supplier"] == city()["supplier"] and len(back["batchDetail"]) == 1
    back["batchDetail"][0]["quantity"] = "3.5公斤"
    lines = json.dumps(back, ensure_ascii=False) + "\n\n" + json.dumps({"supplier": {}}) + "\n"
    mended = send(service, path, lines.encode(), NDJSON, key).json()
    assert (mended["counts"]["accepted"], [(f["line"], f["code"]) for f in mended["faults"]]) == (1, [(3, "json.not_city")])


def test_a_json_time_without_offset_is_refused_and_a_day_is_a_day(service: Service) -> None:
    details = city()["batchDetail"][:1]
    details[0]["recordDate"] = "2025-06-03 08:00:00"
    raw = json.dumps(city(batchDetail=details)).encode()
    answer = send(service, "/imports?profile=city_platform", raw, "application/json", service.key(KITCHEN))
    assert [(f["head"], f["code"]) for f in answer.json()["faults"]] == [("recordDate", "time.naive")]


def test_a_delivery_names_its_receiver_by_the_enterprises_own_mapping(service: Service) -> None:
    product = {"gtin": "09521234200024", "category": "infant_formula", "unit": "罐"}
    mapping = {"extends": "city_platform", "parties": {"示例百惠超市": SHOP}, "products": {"一段奶粉": product}}
    with service.db.write() as tx:
        put_mapping(tx, StoredMapping(PLANT, "deliveries", mapping, service.now))
    detail = {"recordDate": "2025-06-13", "materialName": "一段奶粉", "quantity": "60", "productionBatch": "250603A1"}
    key = service.key(PLANT)
    for made in ({"receiver": {"recCode": "1", "recName": "示例百惠超市"}}, {}):
        raw = json.dumps({"supplier": {"supBizCertNum": PLANT}, "batchDetail": [detail], **made}).encode()
        answer = send(service, "/imports?profile=deliveries", raw, "application/json", key)
        assert answer.json()["counts"]["accepted"] == 1, answer.text
    sent, received = _events(service)
    assert (sent["cn:link"], sent["cn:sellerUscc"], sent["cn:buyerUscc"]) == ("ship", PLANT, SHOP)
    assert sent["destinationList"] == [{"type": "owning_party", "destination": f"https://trace.example.cn/id/party/{SHOP}"}]
    assert sent["quantityList"] == [{"epcClass": "https://id.gs1.org/01/09521234200024/10/250603A1", "quantity": 60}]
    assert received["cn:link"] == "receive"


def test_events_come_one_a_line_and_one_bad_line_is_its_own_fault(service: Service) -> None:
    with service.db.write() as tx:
        register(tx, Enterprise("91310113TE5T00024G", "示例", "slaughterhouse", COM))
    good = event(readPoint={"id": "https://id.gs1.org/414/9521234000020"}, cn__meatQualityCert="ABA-PZ-250602-07")
    lines = [json.dumps(good).encode(), b"{nonsense", b"", json.dumps({**good, "cn:category": "unicorn"}).encode()]
    key = service.key("91310113TE5T00024G")
    body = send(service, "/imports?profile=epcis", b"\n".join(lines), NDJSON, key).json()
    assert body["counts"]["accepted"] == 1, body
    assert [(f["line"], f["code"]) for f in body["faults"]] == [(2, "json.syntax"), (4, "catalogue.unknown_category")]
    assert body["faults"][1]["head"] == "/cn:category"
    assert service.rows()[0].content_sha256 == hashlib.sha256(canonical(good)).digest()
    back = service.get(body["rejected"], key).content.decode().splitlines()
    assert json.loads(back[0])["原文"] == "{nonsense" and json.loads(back[1])["错误原因"]
    mended = {**json.loads(back[1]), "cn:category": "pork"}
    raw = json.dumps(mended).encode()
    assert send(service, "/imports?profile=epcis", raw, NDJSON, key).json()["counts"]["known"] == 1


def test_flat_rows_come_one_object_a_line(service: Service, day: list[list[str]]) -> None:
    rows = [dict(zip(day[0], row, strict=True)) for row in day[1:4]]
    rows[2]["交易时间"] = "2025-06-02 05:34:00"
    raw = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    body = send(service, DAY, raw, NDJSON).json()
    assert body["counts"]["accepted"] == 2
    assert [(f["line"], f["head"], f["code"]) for f in body["faults"]] == [(3, "交易时间", "time.naive")]


def test_an_enterprises_own_heads_products_and_stalls_make_the_same_event(service: Service, day: list[list[str]]) -> None:
    mapping = {
        "extends": "pork_wholesale_day",
        "columns": [{"head": "单号", "to": "slip", "required": True}, {"head": "摊位", "to": "seller", "required": True}],
        "group": ["单号"], "unique": ["单号", "行号"], "parties": {"甲一": "92310118TE5T00120Y"},
    }  # fmt: skip
    with service.db.write() as tx:
        put_mapping(tx, StoredMapping(MARKET, "mine", mapping, service.now))
    table = changed(day[:4], 1, "追溯单号", "单号")
    table = changed(table, 1, "卖方统一社会信用代码", "摊位")
    for line in (2, 3, 4):
        table = changed(table, line, "摊位", "甲一")
    body = send(service, "/imports?profile=mine", as_csv(table)).json()
    assert body["counts"]["accepted"] == 3, body
    own = contents(service)
    send(service, DAY, as_csv(day[:4]))
    assert contents(service) == own


def test_another_submitter_or_profile_or_form_is_refused_before_anything_is_read(service: Service) -> None:
    key = service.key(MARKET)
    assert send(service, f"{DAY}&submitter={SHOP}", b"x", key=key).json()["code"] == "submitter.not_allowed"
    assert send(service, "/imports?profile=nothing", b"x", key=key).json()["code"] == "table.profile"
    assert send(service, "/imports?profile=..%2Fx", b"x", key=key).json()["code"] == "table.profile"
    assert send(service, DAY, b"{}", "application/json", key).json()["code"] == "table.form"
    assert send(service, "/imports?profile=city_platform", b"a,b", CSV, key).json()["code"] == "table.form"
    assert send(service, DAY, b"x", "text/html", key).status_code == 415
    assert send(service, "/imports", b"x", key=key).json()["code"] == "request.parameter"
    platform = service.key(PLATFORM, "submit:onbehalf", on_behalf=(MARKET, SHOP))
    assert send(service, DAY, b"x", key=platform).json()["code"] == "table.submitter"
    assert send(service, DAY, b"x", key=service.key(MARKET, "read")).json()["code"] == "auth.right"
    assert service.request("POST", DAY, headers={"Content-Type": CSV}, content=b"x").status_code == 401


def test_a_platform_sends_for_the_enterprise_it_names_and_its_import_is_its_own(service: Service, day: list[list[str]]) -> None:
    platform = service.key(PLATFORM, "submit:onbehalf", "read", on_behalf=(MARKET, SHOP))
    body = send(service, f"{DAY}&submitter={MARKET}", as_csv(day[:4]), key=platform).json()
    assert (body["submitter"], body["counts"]["accepted"]) == (MARKET, 3)
    asked = f"/imports?sha256={hashlib.sha256(as_csv(day[:4])).hexdigest()}"
    assert [made["href"] for made in service.get(asked, platform).json()["imports"]] == [body["href"]]
    assert service.get(asked, service.key(MARKET)).json() == {"imports": []}
    assert service.get("/imports?sha256=x", platform).json()["code"] == "request.parameter"
    assert service.get(body["href"], platform).status_code == 200
    assert service.get(body["href"], service.key(MARKET)).status_code == 404
    assert service.get("/imports/nothing", platform).status_code == 404
    assert service.get(f"{body['href']}/rejected", platform).status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_that_is_filled_in_below_its_example_is_taken(service: Service, day: list[list[str]], form: str) -> None:
    key = service.key(MARKET)
    blank = service.get(f"/imports/templates/pork_wholesale_day?format={form}", key)
    assert blank.status_code == 200
    if form == "csv":
        assert blank.content.startswith(b"\xef\xbb\xbf")
        raw = blank.content + as_csv(day[1:4])
    else:
        book = load_workbook(io.BytesIO(blank.content))
        assert book.sheetnames == ["数据", "填写说明"]
        assert {cell.number_format for cell in book["数据"][2]} == {"@"}  # else leading zeros are lost
        assert [cell.value for cell in book["填写说明"]["A"]][1:] == day[0]
        for row in day[1:4]:
            book["数据"].append(row)
        file = io.BytesIO()
        book.save(file)
        raw = file.getvalue()
    body = send(service, DAY, raw, CSV if form == "csv" else XLSX, key).json()
    assert (body["counts"]["accepted"], body["counts"]["rejected"]) == (3, 0)
    assert body["warningCodes"]["table.example_row"] == 1


def test_every_shipped_profile_that_has_cells_has_a_template(service: Service) -> None:
    key = service.key(MARKET)
    assert service.get("/imports/templates/formula_serials?format=csv", key).status_code == 200
    document_shape = service.get("/imports/templates/city_platform?format=json", key).json()
    assert set(document_shape) >= {"supplier", "material", "batchDetail"}
    assert service.get("/imports/templates/epcis", key).json()["code"] == "table.form"
    assert service.get("/imports/templates/city_platform?format=xlsx", key).json()["code"] == "table.form"
    assert service.get("/imports/templates/pork_wholesale_day?format=pdf", key).json()["code"] == "request.parameter"


def test_the_template_of_another_enterprises_mapping_is_for_who_may_submit_for_it(service: Service) -> None:
    with service.db.write() as tx:
        body = json.loads(json.dumps(shipped("pork_wholesale_day")))
        put_mapping(tx, StoredMapping(MARKET, "mine", body, 1))
    path = f"/imports/templates/mine?submitter={MARKET}"
    assert service.get(path, service.key(PLATFORM, "submit:onbehalf", on_behalf=(MARKET,))).status_code == 200
    withdrawn = service.key(PLATFORM, "submit", on_behalf=(MARKET,))  # the enterprises stay written, the right is gone
    assert service.get(path, withdrawn).json()["code"] == "table.profile"
    assert service.get("/imports/templates/mine", service.key(MARKET, "read")).status_code == 200


def test_an_unknown_column_is_a_warning_and_never_repeated(service: Service, day: list[list[str]]) -> None:
    table = [[*row, "秘密" if at else "老板的话"] for at, row in enumerate(day[:3])]
    answer = send(service, DAY, as_csv(table))
    assert answer.json()["warningCodes"]["table.column_unknown"] == 1
    assert "老板" not in answer.text and "秘密" not in answer.text
    assert (answer.json()["warnings"][0]["column"], answer.json()["counts"]["accepted"]) == ("U", 2)


def test_a_document_in_a_table_route_and_too_large_a_body_are_refused(service: Service) -> None:
    key = service.key(MARKET)
    headers = {"Content-Type": CSV, "Content-Length": str(2**40), **key}
    assert service.request("POST", DAY, headers=headers, content=b"x").json()["code"] == "body.too_large"
    assert send(service, DAY, document(event()), CSV, key).status_code == 400
    assert service.stored() == (0, 0)


def test_the_catalogue_has_the_namespace_that_table_events_declare(service: Service, day: list[list[str]]) -> None:
    send(service, DAY, as_csv(day[:2]))
    public = json.loads(service.rows()[0].public_body)
    assert public["context"][1] == {"cn": read_catalogue().tiers.namespace}


def test_refused_json_rows_come_back_safe_and_are_judged_the_same_again(service: Service, day: list[list[str]]) -> None:
    row = {**dict(zip(day[0], day[1], strict=True)), "备注": "=1+1"}
    key = service.key(MARKET)
    raws = [json.dumps({**row, "备注": text}, ensure_ascii=False).encode() for text in ("=1+1", "'=1+1")]
    for raw in raws:
        assert [fault["code"] for fault in send(service, DAY, raw, NDJSON, key).json()["faults"]] == ["csv.formula"]
    details = city()["batchDetail"]
    mended = {**details[0], "错误原因": "x" * 2_000, "materialName": "猪里脊"}
    raw = json.dumps(city(batchDetail=[mended])).encode()
    kitchen = service.key(KITCHEN)
    first = send(service, "/imports?profile=city_platform", raw, "application/json", kitchen)
    assert first.json()["counts"]["accepted"] == 1
    plain = send(service, "/imports?profile=city_platform", json.dumps(city()).encode(), "application/json", kitchen)
    assert plain.json()["counts"]["known"] == 1


def test_when_one_row_spoils_its_event_the_other_rows_are_taken_without_it(
    service: Service, day: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = taking.take

    def refuses_the_second_paper(db: Any, intake: Any, document: Any, **more: Any) -> Any:
        bad = {"code": "id.paper_format", "pointer": "/epcisBody/eventList/0/cn:meatQualityCert/1", "value": "ascii:3"}
        if len(document.events[0].get("quantityList", [])) == 3:
            raise Refused("document.refused", [Fault(**bad)])
        return real(db, intake, document, **more)

    monkeypatch.setattr(taking, "take", refuses_the_second_paper)
    body = send(service, DAY, as_csv(day[:4])).json()
    assert [(f["line"], f["column"], f["head"], f["code"], f["value"]) for f in body["faults"]] == [
        (3, "I", "肉品品质检验合格证号", "id.paper_format", "3 个字母、数字或符号")
    ]
    assert (body["counts"]["accepted"], body["counts"]["rejected"]) == (2, 1)
    assert body["events"][0]["rows"] == [2, 4]


def test_a_refusal_that_is_not_of_the_events_is_passed_on(
    service: Service, day: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: Any, **__: Any) -> Any:
        raise Refused("auth.right")

    monkeypatch.setattr(taking, "take", refuses)
    assert send(service, DAY, as_csv(day[:4])).json()["code"] == "auth.right"


def test_too_many_rows_refuse_the_file_and_lists_are_bounded(
    service: Service, day: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(TABLE_LIMITS, rows=30, faults=5, warnings_of_code=3, events=4)
    monkeypatch.setattr(loading, "TABLE_LIMITS", limits)
    monkeypatch.setattr(outcome, "TABLE_LIMITS", limits)
    assert send(service, DAY, as_csv(day[:32])).json()["code"] == "table.rows"
    table = day[:31]
    for line in range(2, 12):
        table = changed(changed(table, line, "单位", "斤"), line, "批号", "批")
    body = send(service, DAY, as_csv(table)).json()
    assert (len(body["faults"]), body["faultCount"], body["counts"]["rejected"]) == (5, 20, 10)
    assert (len(body["warnings"]), len(body["events"])) == (3, 4)
    assert body["warningCodes"]["time.late"] == body["counts"]["events"] > 4


def test_another_mapping_or_submitter_of_the_same_file_is_another_import(service: Service, day: list[list[str]]) -> None:
    content = as_csv(changed(day[:3], 3, "单位", "市斤"))
    platform = service.key(PLATFORM, "submit:onbehalf", on_behalf=(MARKET, SHOP))
    answers = [send(service, f"{DAY}&submitter={uscc}", content, key=platform) for uscc in (MARKET, SHOP)]
    assert [answer.status_code for answer in answers].count(200) == 0
    assert answers[0].json()["counts"]["rejected"] == 1
    with service.db.write() as tx:
        mapping = {"extends": "pork_wholesale_day", "units": {"市斤": "KGM"}}
        put_mapping(tx, StoredMapping(MARKET, "pork_wholesale_day", mapping, service.now))
    assert send(service, f"{DAY}&submitter={MARKET}", content, key=platform).json()["counts"]["rejected"] == 0


def test_an_enterprise_that_is_closed_or_not_registered_sends_no_table(service: Service, day: list[list[str]]) -> None:
    key = service.key(PLATFORM, "submit:onbehalf", on_behalf=("91310115TE5T00366Q", MARKET))
    answer = send(service, f"{DAY}&submitter=91310115TE5T00366Q", as_csv(day[:3]), key=key)
    assert answer.json()["code"] == "submitter.unregistered"
    with service.db.write() as tx:
        close(tx, MARKET, now=service.now)
    assert send(service, f"{DAY}&submitter={MARKET}", b"not even a table", key=key).json()["code"] == "submitter.closed"


def test_a_body_is_counted_while_it_arrives_and_never_unpacked(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    key = service.key(MARKET)
    monkeypatch.setattr(upload, "TABLE_LIMITS", replace(TABLE_LIMITS, file_bytes=10))
    chunks = [b"12345", b"67890", b"1"]
    answer = service.request("POST", DAY, headers={"Content-Type": CSV, **key}, content=chunks)
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")
    headers = {"Content-Type": CSV, "Content-Encoding": "gzip", **key}
    assert service.request("POST", DAY, headers=headers, content=b"x").json()["code"] == "body.content_encoding"


def test_a_ragged_row_comes_back_with_all_its_cells(service: Service, day: list[list[str]]) -> None:
    key = service.key(MARKET)
    table = [day[0], day[1], [*day[2], "多", "余"], day[3][:9]]
    body = send(service, DAY, as_csv(table), key=key).json()
    back = list(csv.reader(io.StringIO(service.get(body["rejected"], key).content.decode(), newline="")))
    assert back[1][:20] == day[2] and back[1][21:] == ["多", "余"]
    assert back[2][:9] == day[3][:9] and len(back[2]) == 21


def test_a_half_mended_file_comes_back_with_one_column_of_reasons(service: Service, day: list[list[str]]) -> None:
    key = service.key(MARKET)
    table = changed(changed(day[:5], 3, "单位", "斤"), 5, "批号", "批")
    answer = service.get(send(service, DAY, as_csv(table), key=key).json()["rejected"], key)
    back = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    body = send(service, DAY, as_csv(changed(back, 2, "单位", "kg")), key=key).json()
    assert (body["counts"]["accepted"], body["counts"]["rejected"], body["warningCodes"].get("table.column_unknown")) == (
        1,
        1,
        None,
    )
    (heads, row) = csv.reader(io.StringIO(service.get(body["rejected"], key).content.decode(), newline=""))
    assert heads == [*day[0], "错误原因"] and len(row) == 21 and "G列“批号”" in row[-1]


def test_each_document_of_the_city_comes_back_with_its_own_refused_entries(service: Service) -> None:
    key, path = service.key(KITCHEN), "/imports?profile=city_platform"
    good, bad = city()["batchDetail"]
    other = {"supplier": {"supName": "另一家", "supBizCertNum": MARKET}, "batchDetail": [bad, bad, good]}
    lines = [json.dumps(city(), ensure_ascii=False), "{}", json.dumps(other, ensure_ascii=False)]
    body = send(service, path, "\n".join(lines).encode(), NDJSON, key).json()
    assert (body["counts"]["accepted"], body["counts"]["rejected"]) == (2, 4)
    back = [json.loads(line) for line in service.get(body["rejected"], key).content.decode().splitlines()]
    assert [entry.get("supplier", {}).get("supName") for entry in back] == ["示例申西市场甲一号肉摊", None, "另一家"]
    assert [len(entry.get("batchDetail", [])) for entry in back] == [1, 0, 2]
    assert all("错误原因" in detail for entry in back for detail in entry.get("batchDetail", []))


def as_workbook(rows: list[list[Any]], change: Any) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    change(book)
    book.save(file)
    return file.getvalue()


def test_totals_and_signatures_under_a_table_are_skipped_and_said(service: Service, day: list[list[str]]) -> None:
    total = ["合计", *[""] * 13, "3", "50.3", "kg", "", "", ""]
    body = send(service, DAY, as_csv([*day[:4], total, ["制表人：张三", "审核：李四"]])).json()
    assert (body["counts"]["rows"], body["counts"]["accepted"], body["faults"], body["rejected"]) == (3, 3, [], None)
    said = {(warning["line"], warning["code"]) for warning in body["warnings"]}
    assert said >= {(5, "table.total_row"), (6, "table.signature_row")}


def test_a_good_row_is_never_taken_for_a_total(service: Service, day: list[list[str]]) -> None:
    body = send(service, DAY, as_csv(changed(day[:2], 2, "追溯单号", "合计"))).json()
    assert body["counts"]["accepted"] == 1


def test_a_title_and_a_second_sheet_are_found_and_merged_cells_explained(service: Service, day: list[list[str]]) -> None:
    key = service.key(MARKET)

    def change(book: Workbook) -> None:
        sheet = book.create_sheet("交易")
        for row in [["六月二日交易"], *changed(day[:4], 4, "批号", "")]:
            sheet.append(row)
        at = day[0].index("批号") + 1
        sheet.merge_cells(start_row=4, end_row=5, start_column=at, end_column=at)
        at = day[0].index("产品温度") + 1
        sheet.merge_cells(start_row=3, end_row=4, start_column=at, end_column=at)

    body = send(service, DAY, as_workbook([], change), XLSX, key).json()
    assert (body["sheet"], body["counts"]["accepted"], body["counts"]["rejected"]) == ("交易", 2, 1)
    assert set(body["warningCodes"]) >= {"table.sheet_chosen", "table.head_row", "cell.merged_blank"}
    (fault,) = body["faults"]
    assert (fault["line"], fault["head"], fault["code"], fault["explains"]) == (
        5, "批号", "catalogue.required_field", "cell.merged",
    )  # fmt: skip
    assert "取消合并" in fault["remedy"]


def test_heads_that_are_merged_are_named_as_such(service: Service, day: list[list[str]]) -> None:
    answer = send(service, DAY, as_workbook(day[:3], lambda book: book.active.merge_cells("A1:B1")), XLSX)
    assert answer.json()["code"] == "csv.header_missing"
    assert ("table.merged_heads", "1:1") in {(error["code"], error["pointer"]) for error in answer.json()["errors"]}


def test_a_unit_that_is_not_taken_comes_with_those_that_are(service: Service, day: list[list[str]]) -> None:
    key = service.key(MARKET)
    table = changed(changed(changed(day[:4], 2, "单位", "公斤"), 3, "单位", "斤"), 4, "单位", "磅")
    body = send(service, DAY, as_csv(table), key=key).json()
    jin, pound = body["faults"]
    assert body["counts"]["accepted"] == 1
    assert (jin["code"], jin["explains"], pound["explains"]) == ("qty.unit_unknown", "cell.jin", "cell.unit")
    assert "公斤" in pound["expected"] and "KGM" in pound["expectedEn"] and "0.5 千克" in jin["remedy"]
    back = list(csv.reader(io.StringIO(service.get(body["rejected"], key).content.decode(), newline="")))
    assert "1 斤 = 0.5 千克" in back[1][-1] and "可填：kg" in back[2][-1]


def test_a_day_without_a_time_says_how_to_write_one(service: Service, day: list[list[str]]) -> None:
    table = [list(row) for row in day[:3]]
    at = day[0].index("交易时间")
    table[1][at], table[2][at] = datetime.date(2025, 6, 2), "2025/6/2"
    body = send(service, DAY, as_xlsx(table), XLSX).json()
    assert [(f["line"], f["code"], f["explains"]) for f in body["faults"]] == [
        (line, "time.invalid", "cell.day_only") for line in (2, 3)
    ]
    assert all("2025-06-02 05:30" in fault["remedy"] for fault in body["faults"])


def test_a_doubled_row_names_the_first_that_it_repeats(service: Service, day: list[list[str]]) -> None:
    key = service.key(MARKET)
    body = send(service, DAY, as_csv([*day[:4], day[1], day[1]]), key=key).json()
    assert [(f["line"], f["code"], f["repeats"]) for f in body["faults"]] == [(line, "csv.duplicate_row", 2) for line in (5, 6)]
    back = service.get(body["rejected"], key).content.decode()
    assert "与第 2 行相同" in back and "row 2" in back


def test_the_mapping_and_the_table_of_the_operators_page_work_as_they_stand(service: Service) -> None:
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    section = page[page.index("## How a mapping is written") :]
    text = section[section.index("```json") + 7 :].partition("```")[0]
    assert text.strip() == example_mapping().strip()
    with service.db.write() as tx:
        put_mapping(tx, StoredMapping(MARKET, "daily", json.loads(text), service.now))
    table = "\n".join(line[4:] for line in section[: section.index("```json")].splitlines() if line.startswith("    "))
    body = send(service, "/imports?profile=daily", table.encode("gb18030")).json()
    assert body["faults"] == [] and (body["counts"]["rows"], body["counts"]["events"]) == (2, 1)
    assert "table.total_row" in body["warningCodes"]
    (made,) = _events(service)
    assert [element["quantity"] for element in made["quantityList"]] == [17.7, 32.6]
    assert (made["cn:pieces"], made["cn:receiverConfirmed"], made["cn:buyerUscc"]) == (3, True, "91310116TE5T002511")


def test_the_operators_page_names_every_key_of_a_mapping() -> None:
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    section = page[page.index("## How a mapping is written") : page.index("## Sending again")]
    keys = {*mapping_module._NAMES, *mapping_module._COLUMN, *mapping_module._SHAPE, *ROW_TARGETS, *EVENT_TARGETS, *TERM_KINDS}
    assert {key for key in keys if f"`{key}`" not in section} == set()


def test_every_taken_row_is_told_with_its_event_and_certificate(service: Service, day: list[list[str]]) -> None:
    key = service.key(MARKET)
    body = send(service, DAY, as_csv(day), key=key).json()
    numbers = service.issue_all(COM)
    first = service.get(f"{body['href']}/rows", key).json()
    assert [len(first["rows"]), first["next"]] == [500, None]
    assert sorted(row["row"] for row in first["rows"]) == list(range(2, 502))
    assert {row["number"] for row in first["rows"]} == set(numbers)
    assert all(row["eventID"].startswith("ni:///") and "?k=" in row["link"] for row in first["rows"])
    assert service.get(f"{body['href']}/rows", service.key(SHOP)).status_code == 404


def test_taken_rows_come_page_by_page(service: Service, day: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "_ROWS", 2)
    key = service.key(MARKET)
    body = send(service, DAY, as_csv(day[:6]), key=key).json()
    pages, after = [], 0
    while after is not None:
        page = service.get(f"{body['href']}/rows?after={after}", key).json()
        pages.append([row["row"] for row in page["rows"]])
        after = page["next"]
    assert pages == [[2, 3], [4, 5], [6]]

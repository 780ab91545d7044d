"""Serial files: checked as a whole, kept once. The real one is read where it lies."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.errors import Fault
from gateway.intake import serials
from gateway.intake.serials import Row, SerialList, keep_serials
from gateway.store.serials import find_file, register, registered
from gateway.store.tables import serial_files, serial_lots
from tests.service import ABATTOIR, FARM, NOW, PLANT, Service, document, event, service_in

FILE = Path("/work/shared/data/shanghai/formula_serials.csv")
GTIN = "09521234200024"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    yield from service_in(tmp_path)


def row(line: int = 2, serial: str = "7K3M9QX2VB4T", **changes: str) -> Row:
    cells = {
        "序号": "1", "商品条码": GTIN, "批号": "250603A1", "序列号": serial,
        "追溯码": f"https://zs.example.cn/01/{GTIN}/10/250603A1/21/{serial}?17=270602", "箱码": "", "托盘码": "",
        "赋码时间": "2025-06-03T14:00:00+08:00", "状态": "已激活", "作废原因": "",
    }  # fmt: skip
    return line, {**cells, **changes}


def lot(name: str, *, serial: str = "7K3M9QX2VB4T") -> dict[str, str]:
    return {"批号": name, "追溯码": f"https://zs.example.cn/01/{GTIN}/10/{name}/21/{serial}"}


def keep(service: Service, *rows: Row, sha256: bytes = b"\1" * 32, submitter: str = PLANT) -> SerialList | list[Fault]:
    return keep_serials(service.db, submitter=submitter, sha256=sha256, rows=rows, now=NOW)


def faults(service: Service, *rows: Row, **options: Any) -> list[tuple[str, str]]:
    found = keep(service, *rows, **options)
    assert isinstance(found, list)
    return [(fault.code, fault.pointer) for fault in found]


def stored(service: Service) -> tuple[int, int]:
    """(files, units) in the store."""
    with service.db.read() as tx:
        files, units = (tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (serial_files, serial_lots))
    return files, units


def test_the_sample_file_is_kept_with_9988_units_and_again_changes_nothing(service: Service) -> None:
    sha256 = hashlib.sha256(FILE.read_bytes()).digest()
    with FILE.open(encoding="utf-8", newline="") as text:
        first = keep(service, *enumerate(csv.DictReader(text), 2), sha256=sha256)
    assert first == SerialList(sha256, issued=10_000, activated=9_988, voided=12, known=False)
    assert keep(service, sha256=sha256) == SerialList(sha256, issued=10_000, activated=9_988, voided=12, known=True)
    assert stored(service) == (1, 9_988)
    with service.db.read() as tx:
        file = find_file(tx, PLANT, sha256)
    assert file is not None
    assert file.codes[0] == f"01/{GTIN}/10/250603A1/21/7K3M9QX2VB4T"
    assert not any("E8TDFPKWPPSG" in code for code in file.codes)  # row 204 is voided


@pytest.mark.parametrize(
    ("changes", "code", "head"),
    [
        ({"商品条码": "9521234200024"}, "id.gtin_format", "商品条码"),
        ({"商品条码": "9.5212E+12"}, "id.gtin_format", "商品条码"),
        ({"商品条码": "09521234200025"}, "id.gtin_check", "商品条码"),
        ({"批号": ""}, "id.lot", "批号"),
        ({"批号": "批"}, "id.lot", "批号"),
        ({"序列号": "A" * 21}, "id.serial", "序列号"),
        ({"序列号": ""}, "id.serial", "序列号"),
        ({"追溯码": ""}, "item.trace_code", "追溯码"),
        ({"追溯码": f"https://zs.example.cn/01/{GTIN}/10/250603A1/21/7K3M9QX2VB4S"}, "item.trace_code", "追溯码"),
        ({"追溯码": f"https://zs.example.cn/01/{GTIN}/10/250603A2/21/7K3M9QX2VB4T"}, "item.trace_code", "追溯码"),
        ({"追溯码": f"https://zs.example.cn/?a=/01/{GTIN}/21/7K3M9QX2VB4T"}, "item.trace_code", "追溯码"),
        ({"追溯码": f"ftp://zs.example.cn/01/{GTIN}/21/7K3M9QX2VB4T"}, "item.trace_code", "追溯码"),
        ({"追溯码": f"https:///01/{GTIN}/21/7K3M9QX2VB4T"}, "item.trace_code", "追溯码"),
        ({"追溯码": f"https://[/01/{GTIN}/21/7K3M9QX2VB4T"}, "item.trace_code", "追溯码"),
        ({"赋码时间": ""}, "item.time", "赋码时间"),
        ({"状态": "激活"}, "item.status", "状态"),
        ({"状态": ""}, "item.status", "状态"),
    ],
)
def test_a_fault_is_named_by_line_and_head(service: Service, changes: dict[str, str], code: str, head: str) -> None:
    found = faults(service, row(2, "OTHER"), row(12, **changes))
    assert (code, f"/rows/12/{head}") in found
    assert {entry for entry in found if entry[0] != "item.trace_code"} <= {(code, f"/rows/12/{head}")}
    assert stored(service) == (0, 0)


def test_all_faults_of_a_file_are_named_at_once_and_never_a_value(service: Service) -> None:
    found = keep(service, row(2, 状态="秘密"), row(3, "B"), row(4, "B"), row(5, "C", 赋码时间="", 状态=""))
    assert isinstance(found, list)
    assert [(fault.code, fault.pointer) for fault in found] == [
        ("item.status", "/rows/2/状态"), ("item.duplicate", "/rows/4/序列号"), ("item.time", "/rows/5/赋码时间"),
        ("item.status", "/rows/5/状态"),
    ]  # fmt: skip
    assert found[0].value == "text:2" and "秘密" not in str(found)


def test_a_voided_code_counts_against_duplicates_and_stands_for_no_unit(service: Service) -> None:
    assert faults(service, row(2, 状态="已作废"), row(3)) == [("item.duplicate", "/rows/3/序列号")]
    kept = keep(service, row(2, 状态="已作废"), row(3, "B"))
    assert kept == SerialList(b"\1" * 32, issued=2, activated=1, voided=1, known=False)
    with service.db.read() as tx:
        assert list(registered(tx, [f"01/{GTIN}/21/7K3M9QX2VB4T", f"01/{GTIN}/21/B"], submitter=PLANT)) == [f"01/{GTIN}/21/B"]


def test_the_trace_code_may_leave_out_the_lot_and_encodes_what_a_link_must(service: Service) -> None:
    serial = "A/B"
    link = f"https://zs.example.cn/g/01/{GTIN}/10/L%2F1/21/A%2FB"
    assert isinstance(keep(service, row(serial=serial, 批号="L/1", 追溯码=link)), SerialList)
    assert isinstance(keep(service, row(追溯码=f"http://x.cn/01/{GTIN}/21/7K3M9QX2VB4T"), sha256=b"\2" * 32), SerialList)
    with service.db.read() as tx:
        assert registered(tx, [f"01/{GTIN}/21/A%2FB"], submitter=PLANT)[f"01/{GTIN}/21/A%2FB"].lot == "L/1"


def test_a_file_without_an_activated_unit_is_refused(service: Service) -> None:
    for rows in ([], [row(状态="已作废")]):
        assert faults(service, *rows) == [("item.list_empty", "")]


def test_a_file_of_too_many_rows_is_refused_before_it_is_read_to_its_end(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serials, "MAX_ROWS", 3)

    def endless() -> Iterator[Row]:
        for line in range(2, 100):
            assert line < 6
            yield row(line, str(line))

    found = keep_serials(service.db, submitter=PLANT, sha256=b"\1" * 32, rows=endless(), now=NOW)
    assert found == [Fault("item.list_size")]
    assert isinstance(keep(service, *(row(line, str(line)) for line in range(2, 5))), SerialList)


def test_a_unit_that_an_event_of_the_submitter_gave_another_lot_is_refused_with_its_line(service: Service) -> None:
    service.post("/capture", document(event()), service.key(ABATTOIR))
    with service.db.write() as tx:
        register(tx, {f"01/{GTIN}/21/7K3M9QX2VB4T": "L1"}, submitter=PLANT, event=service.rows()[0].id, binding=True)
    assert faults(service, row(2, "B"), row(7, **lot("L2"))) == [("item.lot_conflict", "/rows/7/批号")]
    assert stored(service) == (0, 1)


def test_what_another_submitter_said_of_a_unit_refuses_nobodys_file(service: Service) -> None:
    keep(service, row(**lot("EVIL")), submitter=FARM)
    assert isinstance(keep(service, row()), SerialList)
    assert stored(service) == (2, 2)


def test_the_same_units_with_the_same_lots_may_come_in_another_file(service: Service) -> None:
    keep(service, row())
    assert isinstance(keep(service, row(), row(3, "B"), sha256=b"\2" * 32), SerialList)
    assert isinstance(keep(service, row(), sha256=b"\2" * 32, submitter=FARM), SerialList)


def test_a_submitter_may_put_right_a_file_that_no_event_cites(service: Service) -> None:
    keep(service, row())
    assert isinstance(keep(service, row(**lot("L2")), sha256=b"\2" * 32), SerialList)
    with service.db.read() as tx:
        assert registered(tx, [f"01/{GTIN}/21/7K3M9QX2VB4T"], submitter=PLANT)[f"01/{GTIN}/21/7K3M9QX2VB4T"].lot == "L2"


def test_a_file_that_comes_twice_at_once_is_stored_once(service: Service) -> None:
    def overtaken() -> Iterator[Row]:
        yield row()
        assert isinstance(keep(service, row()), SerialList)

    kept = keep_serials(service.db, submitter=PLANT, sha256=b"\1" * 32, rows=overtaken(), now=NOW)
    assert isinstance(kept, SerialList)
    assert stored(service) == (1, 1)

"""`shisu events show`, `correct` and `withdraw` against a real gateway."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.differences import differences
from tests.service import ABATTOIR, COM, MARKET, PLATFORM, Service, document, event


def captured(service: Service, *listed: dict[str, Any], owner: str = ABATTOIR) -> list[str]:
    job = service.post("/capture", document(*listed), service.key(owner)).json()
    return [entry["eventID"] for entry in job["events"]]


def states(service: Service, event_id: str, owner: str = ABATTOIR) -> list[dict[str, Any]]:
    return service.get(f"/events/{event_id.replace('?', '%3F')}", service.key(owner)).json()["events"]


@pytest.fixture
def recorded(service: Service) -> str:
    (event_id,) = captured(service, event())
    return event_id


@pytest.fixture
def mended(shisu, key_of, recorded: str, tmp_path: Path) -> Path:
    """The recorded event, saved by the command, with another weight."""
    path = tmp_path / "event.json"
    result = shisu("events", "show", recorded, "-o", path, *key_of(ABATTOIR))
    assert result.exit_code == 0, result.output
    said = json.loads(path.read_bytes())
    assert {name: value for name, value in said.items() if name != "@context"} == event()
    said["quantityList"][0]["quantity"] = 8011
    path.write_text(json.dumps(said))
    return path


def test_a_mended_event_and_the_declaration_are_sent_and_the_change_is_shown(
    shisu, service: Service, key_of, recorded: str, mended: Path
) -> None:
    service.issue_all(COM)
    result = shisu("events", "correct", recorded, "--with", mended, *key_of(ABATTOIR), input="y\n")
    assert result.exit_code == 0, result.output
    for words in ("/quantityList/0/quantity", "8010.5", "8011", "SHFS-COM-1-0-R", "已更正", "shisu events show"):
        assert words in result.stdout, words
    wrong, declared = states(service, recorded)
    assert wrong["correction"]["state"] == "waiting" and declared["declaresError"]
    assert service.stored()[1] == 3


def test_nothing_is_sent_before_the_answer_is_yes(shisu, service: Service, key_of, recorded: str, mended: Path) -> None:
    assert shisu("events", "correct", recorded, "--with", mended, *key_of(ABATTOIR), input="n\n").exit_code == 1
    withdraw = ("events", "withdraw", recorded, "--reason", "did_not_occur")
    assert shisu(*withdraw, *key_of(ABATTOIR), input="n\n").exit_code == 1
    assert service.stored()[1] == 1


def test_a_refused_corrective_event_leaves_the_old_one_as_it_was(
    shisu, service: Service, key_of, recorded: str, mended: Path
) -> None:
    said = json.loads(mended.read_bytes())
    said["quantityList"][0]["quantity"] = -1
    mended.write_text(json.dumps(said))
    result = shisu("events", "correct", recorded, "--with", mended, "--yes", *key_of(ABATTOIR))
    assert result.exit_code == 1 and service.stored()[1] == 1
    assert "correction" not in states(service, recorded)[0]


def test_an_event_is_corrected_once_and_then_its_successor(shisu, service: Service, key_of, recorded: str, mended: Path) -> None:
    correct = ("events", "correct", recorded, "--with", mended, "--yes", *key_of(ABATTOIR))
    assert shisu(*correct).exit_code == 0
    again = shisu(*correct)
    assert again.exit_code == 1 and "已更正过" in again.stderr
    assert service.stored()[1] == 3


def test_what_says_the_same_corrects_nothing(shisu, service: Service, key_of, recorded: str, tmp_path: Path) -> None:
    path = tmp_path / "same.json"
    path.write_bytes(document(event(eventID=recorded)))
    result = shisu("events", "correct", recorded, "--with", path, "--yes", *key_of(ABATTOIR))
    assert result.exit_code == 1 and "没有可更正的内容" in result.stderr


def test_an_eventid_of_the_senders_own_is_not_used_twice(shisu, service: Service, key_of, tmp_path: Path) -> None:
    own = "urn:uuid:b1080b06-e9cc-11ed-a05b-0242ac120003"
    captured(service, event(eventID=own))
    path = tmp_path / "right.json"
    path.write_bytes(document(event(eventID=own, cn__note="x")))
    result = shisu("events", "correct", own, "--with", path, "--yes", *key_of(ABATTOIR))
    assert result.exit_code == 0, result.output
    assert states(service, own)[0]["correction"]["state"] == "waiting"


def test_a_withdrawn_event_stays_and_may_still_be_corrected(shisu, service: Service, key_of, recorded: str, mended: Path) -> None:
    service.issue_all(COM)
    withdraw = ("events", "withdraw", recorded, "--reason", "did_not_occur", "--yes", *key_of(ABATTOIR))
    result = shisu(*withdraw)
    assert result.exit_code == 0, result.output
    assert "SHFS-COM-1-0-R" in result.stdout and "主管单位" in result.stdout
    assert states(service, recorded)[0]["correction"]["state"] == "not_named"
    assert shisu(*withdraw).exit_code == 1
    assert shisu("events", "correct", recorded, "--with", mended, "--yes", *key_of(ABATTOIR)).exit_code == 0
    assert states(service, recorded)[0]["correction"]["state"] == "waiting"


def test_a_reason_is_one_of_two(shisu, key_of, recorded: str) -> None:
    assert shisu("events", "withdraw", recorded, "--reason", "other", *key_of(ABATTOIR)).exit_code == 2


def test_who_sees_nothing_or_a_part_of_an_event_cannot_correct_it(shisu, service: Service, key_of, recorded: str) -> None:
    withdraw = ("events", "withdraw", recorded, "--reason", "incorrect_data", "--yes")
    stranger = shisu(*withdraw, *key_of(MARKET))
    assert stranger.exit_code == 1 and "没有这个事件" in stranger.stderr
    bureau = shisu(*withdraw, *key_of(COM, "read", "submit:onbehalf", on_behalf=(ABATTOIR, PLATFORM)))
    assert bureau.exit_code == 1 and "只能看到事件的一部分" in bureau.stderr
    assert service.stored()[1] == 1


def test_a_one_slip_table_corrects_the_event_of_a_row(shisu, service: Service, key_of, shared: Path, tmp_path: Path) -> None:
    text = (shared / "data/shanghai/pork_wholesale_day.csv").read_text("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))[:4]
    table, options = tmp_path / "单.csv", key_of(MARKET)
    write(table, rows)
    first = shisu("submit", table, "--profile", "pork_wholesale_day", *options)
    old = next(line.strip() for line in first.stdout.splitlines() if "ni:///" in line)
    rows[1][rows[0].index("重量")] = "18.8"
    write(table, rows)
    result = shisu("events", "correct", old, "--with", table, "--profile", "pork_wholesale_day", "--yes", *options)
    assert result.exit_code == 0, result.output
    assert all(words in result.stdout for words in ("17.7", "18.8", "已接收 accepted"))
    assert states(service, old, MARKET)[0]["correction"]["state"] == "waiting"


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_differences_name_each_value_and_nothing_else() -> None:
    was = {"a": 1, "b": [{"c": "x"}, 2], "d/e": {}, "same": [1]}
    becomes = {"a": 1.5, "b": [{"c": "x"}], "f": None, "same": [1]}
    assert differences(was, becomes) == [("/a", "1", "1.5"), ("/b/1", "2", ""), ("/d~1e", "{}", ""), ("/f", "", "null")]
    assert differences(was, was) == []

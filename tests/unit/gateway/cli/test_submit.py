"""`shisu submit` and `shisu certificates`: what a sender is told, and what is saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world import Anchor

JOB = {
    "success": True,
    "events": [
        {"index": 0, "outcome": "accepted", "state": "issued", "number": "SHFS-COM-12-345-J"},
        {"index": 1, "outcome": "accepted", "state": "kept", "warnings": [{"title": "没有商品代码"}]},
    ],
}


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("0123456789abcdef.secret\n")
    return path


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "doc.json"
    path.write_bytes(b'{"type":"EPCISDocument"}')
    return path


def test_a_document_is_sent_as_it_is_with_the_key_in_the_header_only(shisu, gateway, key_file: Path, document: Path) -> None:
    gateway.say(202, JOB, Location="/capture/1")
    result = shisu("submit", document, "--url", gateway.url, "--key-file", key_file)
    assert result.exit_code == 0
    assert "SHFS-COM-12-345-J" in result.stdout
    assert "没有商品代码" in result.stdout
    path, authorization, body = gateway.asked[0]
    assert (path, authorization, body) == ("/capture", "Bearer 0123456789abcdef.secret", document.read_bytes())


def test_the_job_of_ten_thousand_events_is_read_and_told_in_counts(shisu, gateway, key_file: Path, document: Path) -> None:
    good = {"outcome": "accepted", "state": "kept", "eventID": "ni:///sha-256;" + "0" * 64, "href": "/events/" + "0" * 400}
    bad = {"index": 9_999, "outcome": "refused", "errors": [{"title": "时间不对"}]}
    job = {"success": False, "events": [*({"index": at, **good} for at in range(9_999)), bad]}
    gateway.say(202, job, Location="/capture/1")
    result = shisu("submit", document, "--url", gateway.url, "--key-file", key_file)
    assert result.exit_code == 1
    assert "accepted 9999" in result.stdout
    assert result.stdout.index("时间不对") < result.stdout.index("and 9900 more")


def test_a_refusal_shows_every_fault_with_its_place(shisu, gateway, key_file: Path, document: Path) -> None:
    errors = [{"pointer": "/epcisBody/eventList/0/eventTime", "title": "时间不对", "titleEn": "wrong time", "code": "event.time"}]
    gateway.say(400, {"code": "document.refused", "title": "文件未被接收", "titleEn": "refused", "errors": errors})
    result = shisu("submit", document, "--url", gateway.url, "--key-file", key_file)
    assert result.exit_code == 1
    assert "/epcisBody/eventList/0/eventTime" in result.stdout
    assert "文件未被接收" in result.stderr


def test_no_answer_says_that_sending_again_is_safe(shisu, key_file: Path, document: Path) -> None:
    result = shisu("submit", document, "--url", "http://127.0.0.1:1", "--key-file", key_file)
    assert result.exit_code == 7
    assert "重新报送" in result.stderr


def test_a_certificate_is_saved_byte_for_byte(shisu, gateway, key_file: Path, anchor: Anchor, tmp_path: Path) -> None:
    gateway.say(200, anchor.file(0))
    number = anchor.certificate(0)["number"]
    assert shisu("certificates", number, "--url", gateway.url, "--key-file", key_file, "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / f"{number}.json").read_bytes() == anchor.file(0)


def test_a_mistyped_number_is_noticed_before_anybody_is_asked(shisu, gateway, key_file: Path) -> None:
    assert shisu("certificates", "SHFS-COM-12-346-J", "--url", gateway.url, "--key-file", key_file).exit_code == 2
    assert gateway.asked == []

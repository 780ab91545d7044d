"""`shisu events`: what is asked of the gateway, and how the answer is shown."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

LOT = "01/09521234100027/10/S20250602-07"


def answer(*events: dict[str, object]) -> dict[str, object]:
    return {"type": "EPCISQueryDocument", "epcisBody": {"queryResults": {"resultsBody": {"eventList": list(events)}}}}


def event(number: int, **more: object) -> dict[str, object]:
    return {
        "type": "ObjectEvent", "eventTime": "2025-06-02T03:00:00.000+08:00", "bizStep": "inspecting",
        "eventID": f"urn:x:{number}",
        "readPoint": {"id": "https://id.gs1.org/414/9521234000020/254/INSP"},
        "quantityList": [{"epcClass": f"https://id.gs1.org/{LOT}"}], **more,
    }  # fmt: skip


@pytest.fixture
def events(shisu, gateway, tmp_path: Path):
    key = tmp_path / "key"
    key.write_text("0123456789abcdef.secret\n")
    return lambda *arguments: shisu("events", *arguments, "--url", gateway.url, "--key-file", key)


def asked_of(gateway) -> dict[str, list[str]]:
    path = urlsplit(gateway.asked[0][0])
    assert path.path == "/events"
    return parse_qs(path.query)


def test_the_options_become_the_standard_s_parameters(events, gateway) -> None:
    gateway.say(200, answer(event(1, errorDeclaration={})))
    since = "2025-06-02T00:00:00+08:00"
    site = "https://id.gs1.org/414/9521234000020"
    result = events(
        "--code", LOT, "--code", "00/095212340000000020", "--step", "inspecting", "--type", "ObjectEvent",
        "--since", since, "--until", since, "--place", site,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert asked_of(gateway) == {
        "MATCH_anyEPC": [f"{LOT}|00/095212340000000020"], "EQ_bizStep": ["inspecting"], "GE_eventTime": [since],
        "LT_eventTime": [since], "WD_readPoint": [site], "eventType": ["ObjectEvent"], "perPage": ["100"],
        "withEventID": ["true"],
    }  # fmt: skip
    for shown in ("inspecting", "更正", "9521234000020", "urn:x:1"):
        assert shown in result.stdout


def test_it_is_said_when_there_are_more(events, gateway) -> None:
    gateway.say(200, answer(event(1), event(2)))
    assert "还有更多" not in events().stdout
    gateway.say(200, answer(event(1), event(2)), Link='<https://elsewhere.example/events?nextPageToken=abc>; rel="next"')
    assert "2 条；请缩小条件" in events().stdout


def test_texts_of_events_are_shown_as_they_are(events, gateway) -> None:
    gateway.say(200, answer(event(1, bizStep="[/x]")))
    assert "[/x]" in events().stdout


def test_no_event_is_said_and_a_refusal_shows_its_remedy(events, gateway) -> None:
    gateway.say(200, answer())
    assert "没有符合条件的事件" in events().stdout
    gateway.say(400, {"code": "query.value", "title": "查询参数的值不正确", "titleEn": "not a value", "errors": []})
    refused = events("--step", "slaughtering")
    assert refused.exit_code == 1 and "查询参数的值不正确" in refused.stderr


def test_an_answer_that_is_no_query_document_is_no_answer(events, gateway) -> None:
    gateway.say(200, {"type": "EPCISQueryDocument"})
    assert events().exit_code == 7


def test_many_goods_are_counted_and_not_listed(events, gateway) -> None:
    gateway.say(200, answer(event(1, quantityList=[{"epcClass": f"https://id.gs1.org/{LOT}{n}"} for n in range(9)])))
    assert "+6" in events().stdout

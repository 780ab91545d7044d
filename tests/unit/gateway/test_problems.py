"""RFC 9457 problems."""

from __future__ import annotations

import json
import re
from pathlib import Path

from gateway.errors import Fault
from gateway.problems import MEDIA_TYPE, PROBLEMS, problem

ROOT = Path(__file__).resolve().parents[3]
FAMILIES = (
    "auth", "request", "capture", "body", "store", "chain", "staple", "certificate", "json", "text", "document", "epcis",
    "event", "time", "id", "qty", "catalogue", "submitter", "ask", "act", "member",
    "status", "vote", "proposal", "item", "enterprise", "idempotency", "query", "cert",
)  # fmt: skip
CODE = re.compile(rf'"((?:{"|".join(FAMILIES)})\.[a-z_.]+)"')


def test_every_code_the_intake_and_routes_raise_has_words() -> None:
    files = [*(ROOT / "gateway/intake").rglob("*.py"), *(ROOT / "gateway/routes").rglob("*.py")]
    files += [*(ROOT / "gateway/acts").rglob("*.py"), *(ROOT / "gateway/queries").rglob("*.py")]
    files += [ROOT / "gateway" / name for name in ("app.py", "auth.py", "item_proofs.py", "staples.py")]
    certs_own = {
        "json.encoding",
        "json.depth",
        "json.duplicate",
        "json.surrogate",
        "json.number",
        "json.values",
        "json.nul",
        "json.string",
    }
    not_answered = {"request.failed", "store.item.root"}  # log lines
    raised = {code for file in files for code in CODE.findall(file.read_text("utf-8"))} - certs_own - not_answered
    assert len(raised) > 40
    assert {code for code in raised if code not in PROBLEMS} == set()


def test_every_problem_speaks_both_languages() -> None:
    for code, words in PROBLEMS.items():
        assert re.search("[\u4e00-\u9fff]", words.zh), code
        assert words.en.isascii() and words.en and 200 <= words.status < 600, code


def test_a_problem_has_the_members_of_rfc_9457() -> None:
    answer = problem("json.syntax", request_id="abc")
    assert answer.headers["content-type"].startswith(MEDIA_TYPE)
    assert json.loads(answer.body) == {
        "type": "urn:shisu:problem:json.syntax", "title": "不是合法的 JSON", "titleEn": "Not valid JSON", "status": 400,
        "code": "json.syntax", "requestId": "abc",
    }  # fmt: skip


def test_a_problem_says_what_to_do_about_it() -> None:
    body = json.loads(problem("idempotency.conflict", request_id="abc").body)
    assert (body["remedy"], body["remedyEn"]) == (
        PROBLEMS["idempotency.conflict"].remedy_zh,
        PROBLEMS["idempotency.conflict"].remedy_en,
    )


def test_one_kind_of_fault_gives_the_problem_its_code_and_several_do_not() -> None:
    one = problem("document.refused", faults=[Fault("event.id_conflict", "/a"), Fault("event.id_conflict", "/b")], request_id="")
    assert (one.status_code, json.loads(one.body)["code"]) == (409, "event.id_conflict")
    several = problem("document.refused", faults=[Fault("event.id_conflict", "/a"), Fault("time.future", "/b")], request_id="")
    assert (several.status_code, json.loads(several.body)["code"]) == (400, "document.refused")
    assert [entry["pointer"] for entry in json.loads(several.body)["errors"]] == ["/a", "/b"]


def test_a_code_without_words_is_answered_like_a_bug() -> None:
    answer = problem("no.such.code", request_id="abc")
    assert (answer.status_code, json.loads(answer.body)["code"]) == (500, "internal")

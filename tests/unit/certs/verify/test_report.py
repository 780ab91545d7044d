"""The table of verdicts (PROTOCOL.md §7): words, colours, exit codes, order."""

import json

import pytest

from certs.verify import Report, Verdict, worst
from certs.verify.report import DISCLAIMER, AsOf, Finding

TABLE = [
    ("VALID", "链上核验一致·状态有效", "green", 0), ("AUTHENTIC", "上链属实·状态未核验", "amber", 3), ("SUSPENDED", "已暂停",
     "amber",
     4),
    ("SUPERSEDED", "已更正", "amber", 4), ("REVOKED", "已撤销", "red", 4), ("RECALLED", "已召回 停止食用", "red", 4),
    ("FORGED", "核验不一致（疑似伪造），谨防假冒", "red", 1), ("MALFORMED", "文件损坏或被编辑，请重新获取", "amber", 5),
    ("FOREIGN", "非本链凭证", "red", 6), ("CANNOT CHECK", "暂无法核验", "grey", 7),
]  # fmt: skip


def test_the_table_is_the_protocols() -> None:
    assert {(v.label, v.zh, v.colour, v.exit_code) for v in Verdict} == set(TABLE)


def test_could_not_check_shares_nothing_with_false() -> None:
    others = [v for v in Verdict if v is not Verdict.CANNOT_CHECK]
    assert all(v.colour != Verdict.CANNOT_CHECK.colour and v.exit_code != Verdict.CANNOT_CHECK.exit_code for v in others)
    assert [v for v in Verdict if v.exit_code == 0] == [v for v in Verdict if v.colour == "green"] == [Verdict.VALID]
    assert 2 not in {v.exit_code for v in Verdict}


def test_the_worst_of_several_wins() -> None:
    assert worst(Verdict) is Verdict.FORGED
    assert worst([Verdict.VALID]) is Verdict.VALID
    assert worst([Verdict.VALID, Verdict.CANNOT_CHECK, Verdict.AUTHENTIC]) is Verdict.CANNOT_CHECK
    for better in (Verdict.REVOKED, Verdict.SUSPENDED, Verdict.SUPERSEDED):
        assert worst([better, Verdict.RECALLED, Verdict.VALID]) is Verdict.RECALLED


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_report_says_what_it_does_not_prove(verdict: Verdict) -> None:
    assert Report(verdict, None, "staple.active").sentences()[-1] == DISCLAIMER


def test_a_report_is_one_json_object_with_its_names() -> None:
    report = Report(
        Verdict.VALID, None, "staple.active", number="SHFS-COM-12-345-J", as_of=AsOf(9, 0, 5, 7), steps=(Finding(3, "ok"),),
        notes=(("甲", "A"),),
    )  # fmt: skip
    said = json.loads(json.dumps(report.to_json()))
    assert list(said) == ["verdict", "step", "code", "number", "asOf", "steps", "says"]
    assert said["asOf"] == {"block": 9, "time": "1970-01-01T08:00:00+08:00", "signed": 5, "of": 7}
    assert said["steps"] == [{"step": 3, "result": "ok", "code": "", "field": ""}]
    assert said["says"][1] == {"zh": "甲", "en": "A"}
    assert str(report.as_of) == "block 9, signed by 5 of 7"
    assert Report(Verdict.MALFORMED, 1, "json.bom").to_json()["asOf"] is None

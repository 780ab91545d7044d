"""Every text of an event."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.catalogue.tables import read_catalogue
from gateway.intake.rules.texts import MAX_FLAGS, text_findings
from tests.rule_cases import production, said

TIERS = read_catalogue().tiers
NAMES = {*TIERS.event, *TIERS.ilmd}


def found(event: dict[str, Any]) -> list[tuple[str, str]]:
    return said(text_findings(event, "/e", names=NAMES, longest=1000))


@pytest.mark.parametrize(("text", "code"), [
    *[(f"示例{chr(code)}乳粉", "text.bidi_control") for code in (0x061C, 0x200E, 0x200F, 0x202A, 0x202E, 0x2066, 0x2069)],
    *[(f"示例{chr(code)}乳粉", "text.zero_width") for code in (0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0x3164, 0xFEFF, 0xE0041)],
    *[(f"示例{chr(code)}乳粉", "text.control_char") for code in (0x01, 0x07, 0x08, 0x0B, 0x0C, 0x1B, 0x7F, 0x85, 0x9F, 0x2028)],
    ("milk\x1b[31m", "text.control_char"),
    ("x" * 1001, "text.too_long"),
    ("乳" * 1001, "text.too_long"),
])  # fmt: skip
def test_a_text_that_shows_something_else_than_it_is_is_refused(text: str, code: str) -> None:
    assert found(production({"cn:productName": text})) == [(code, "/ilmd/cn:productName")]


@pytest.mark.parametrize(("text", "code"), [
    ("示例乳安 Mіlk 婴儿配方乳粉", "?text.mixed_script"), ("示例Мilk", "?text.mixed_script"), ("Νestle", "?text.mixed_script"),
    ("cafe\u0301", "?text.not_nfc"), ("\uf900", "?text.not_nfc"),
])  # fmt: skip
def test_look_alikes_and_other_forms_are_flagged_and_kept(text: str, code: str) -> None:
    assert found(production({"cn:productName": text})) == [(code, "/ilmd/cn:productName")]


@pytest.mark.parametrize("text", [
    "x" * 1000, "<script>alert(1)</script>示例乳粉", "示例𠮷祥乳粉", "Молоко 1 л", "Milk Молоко", "5 μg", "α-乳白蛋白",
    "1\t2\r\n3", "葛\U000e0101城",
    "café", "'; drop table events; --", "",
])  # fmt: skip
def test_what_only_looks_odd_is_a_text(text: str) -> None:
    assert found(production({"cn:productName": text})) == []


def test_texts_are_found_however_deep_and_names_are_texts_too() -> None:
    bad = "a\u202eb"
    assert found({"x:y": [{"z": [bad]}]}) == [("text.bidi_control", "")]
    assert found({"ilmd": {"x:y": {bad: 1}}}) == [("text.bidi_control", "/ilmd")]
    assert found({"ilmd": {bad: {}}}) == [("text.bidi_control", "/ilmd")]
    assert found({"bizTransactionList": [{"type": "inv"}, {"type": bad}]}) == [
        ("text.bidi_control", "/bizTransactionList/1/type")
    ]


def test_a_name_has_no_line_end() -> None:
    assert found({"x:y\nz": 1}) == [("text.control_char", "")]


def test_a_pointer_ends_where_the_senders_names_begin() -> None:
    """`cn:link` below a name of the sender's is the sender's, and an index into its lists says nothing of ours."""
    assert found({"x:secret": {"cn:link": ["a\u200bb"]}}) == [("text.zero_width", "")]


def test_a_place_is_named_once_for_each_kind_of_fault() -> None:
    assert found({"x:y": ["\u202e", "\u202e\u200b"]}) == [("text.bidi_control", ""), ("text.zero_width", "")]


def test_warnings_are_bounded_and_refusals_are_not() -> None:
    many = [f"Mіlk {i}" for i in range(100)]
    assert found({"certificationInfo": many}) == [("?text.mixed_script", f"/certificationInfo/{i}") for i in range(MAX_FLAGS)]
    assert len(found({"certificationInfo": [*many, *["\u202e"] * 100]})) == MAX_FLAGS + 100

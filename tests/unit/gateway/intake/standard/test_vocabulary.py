"""Words of CBV and of the GS1 Web Vocabulary."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.standard.vocabulary import BUSINESS_STEPS, MEASUREMENTS, SENSOR_EXCEPTIONS, bare_word


@pytest.mark.parametrize(
    ("word", "fault"),
    [
        ("shipping", ""),
        ("https://ref.gs1.org/cbv/BizStep-shipping", ""),
        ("https://www.example.org/steps/sawing", ""),
        ("Shipping", "epcis.vocab"),
        ("slaughtering", "epcis.vocab"),
        ("in_transit", "epcis.vocab"),
        ("", "epcis.vocab"),
        ("https://ref.gs1.org/cbv/BizStep-slaughtering", "epcis.vocab"),
        ("https://ref.gs1.org/cbv/Disp-in_transit", "epcis.vocab"),
        ("https://ref.gs1.org/cbv/shipping", "epcis.vocab"),
        ("https://ns.gs1.org/cbv/BizStep-shipping", "epcis.vocab"),
        ("urn:epcglobal:cbv:bizstep:shipping", "epcis.vocab"),
        ("https://www.example.org/my step", "epcis.vocab"),
        (None, "epcis.schema"),
        (["shipping"], "epcis.schema"),
    ],
)
def test_a_business_step_is_a_word_of_cbv_or_a_uri_of_ones_own(word: Any, fault: str) -> None:
    assert BUSINESS_STEPS.fault(word) == fault


@pytest.mark.parametrize(
    ("word", "fault"),
    [
        ("Temperature", ""),
        ("temperature", "epcis.vocab"),
        ("https://gs1.org/voc/Temperature", "epcis.vocab"),
        ("http://www.gs1.org/voc/Temperature", "epcis.vocab"),
        ("https://example.org/Sweetness", ""),
    ],
)
def test_a_measurement_is_written_bare_or_is_ones_own(word: str, fault: str) -> None:
    assert MEASUREMENTS.fault(word) == fault


def test_a_sensor_alarm_is_one_of_two() -> None:
    assert [SENSOR_EXCEPTIONS.fault(word) for word in ("ALARM_CONDITION", "ERROR_CONDITION", "ALARM")] == ["", "", "epcis.vocab"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("https://ref.gs1.org/cbv/BizStep-void_shipping", "void_shipping"),
        ("https://ref.gs1.org/cbv/Disp-in_transit", "in_transit"),
        ("https://ref.gs1.org/cbv/BTT-po", "po"),
        ("https://ref.gs1.org/cbv/SDT-owning_party", "owning_party"),
        ("https://ref.gs1.org/cbv/ER-did_not_occur", "did_not_occur"),
        ("https://ref.gs1.org/cbv/Comp-x", "x"),
        ("https://gs1.org/voc/Temperature", "Temperature"),
        ("https://www.gs1.org/voc/ALARM_CONDITION", "ALARM_CONDITION"),
        ("https://ref.gs1.org/voc/Mass", "Mass"),
    ],
)
def test_a_full_uri_has_a_bare_word(text: str, word: str) -> None:
    assert bare_word(text) == word


@pytest.mark.parametrize(
    "text",
    [
        "shipping",
        "slaughtering",
        "https://ref.gs1.org/cbv/BizStep-slaughtering",
        "https://ref.gs1.org/cbv/BizStep-in_transit",
        "https://ref.gs1.org/cbv/shipping",
        "https://gs1.org/voc/shipping",
        "https://gs1.org/voc/Temperature#",
        "https://refXgs1.org/cbv/BizStep-shipping",
        "https://example.org/cbv/BizStep-shipping",
        "",
    ],
)
def test_any_other_text_is_left_as_it_is(text: str) -> None:
    assert bare_word(text) == text

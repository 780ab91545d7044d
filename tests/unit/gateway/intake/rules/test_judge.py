"""All rules over one event."""

from __future__ import annotations

from gateway.intake.rules.judge import judge
from tests.rule_cases import case, production, said, slaughter


def test_good_events_are_good() -> None:
    assert judge(case(slaughter())) == []
    assert judge(case(production(), kind="infant_formula_producer")) == []


def test_everything_that_is_wrong_is_said_at_once() -> None:
    event = slaughter(
        {"cn:carcassCount": 98, "cn:slaughterDate": "2025-06-03", "cn:abattoirCode": ""},
        bizStep="killing",
        cn__animalQuarantineCertA="320012345",
        outputQuantityList=[{"epcClass": "x:y", "quantity": 16_021, "uom": "JIN"}],
    )
    assert {code for code, _ in said(judge(case(event, kind="farm", later_s=100_000)))} == {
        "qty.head_balance", "time.order", "catalogue.required_field", "catalogue.step_mismatch", "id.quarantine_format",
        "qty.unit_unknown", "submitter.kind", "?time.late", "id.output_lot",
    }  # fmt: skip


def test_an_error_declaration_may_repeat_what_no_rule_would_take_today() -> None:
    event = slaughter({"cn:carcassCount": 98}, bizStep="killing", cn__animalQuarantineCertA=None)
    assert judge(case(event, later_s=100_000)) != []
    assert judge(case(event | {"errorDeclaration": {"declarationTime": "2025-06-02T09:00:00Z"}}, later_s=100_000)) == []

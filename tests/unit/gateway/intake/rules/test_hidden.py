"""Terms that are not public where a whole field is."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.rules.hidden import hidden_findings
from tests.rule_cases import case, said, slaughter

PHONE = {"cn:driverPhone": "13800000000"}
LONG = {"https://trace.example.cn/ns/cn/driverPhone": "13800000000"}


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        (PHONE, []),
        ({"x:y": PHONE}, []),  # all of it is the submitter's
        ({"readPoint": PHONE}, ["/readPoint"]),
        ({"readPoint": LONG}, ["/readPoint"]),
        ({"readPoint": {"cn:unknown": 1, **PHONE}}, ["/readPoint"]),
        ({"readPoint": {"cn:category": "pork"}}, []),  # public wherever it stands
        ({"readPoint": {"x:y": [{"id": PHONE}]}}, ["/readPoint"]),
        ({"sensorElementList": [{}, {"sensorReport": [PHONE]}]}, ["/sensorElementList/1/sensorReport/0"]),
        ({"sensorElementList": [{"sensorMetadata": PHONE}]}, ["/sensorElementList/0/sensorMetadata"]),
        ({"errorDeclaration": PHONE}, ["/errorDeclaration"]),
        ({"bizTransactionList": [PHONE]}, ["/bizTransactionList/0"]),  # the bureaus' is not the submitter's
        ({"ilmd": {"cbvmda:lotNumber": PHONE}}, ["/ilmd/cbvmda:lotNumber"]),
        ({"ilmd": {"x:y": PHONE, **PHONE}}, []),
    ],
)
def test_a_hidden_term_is_reported_at_what_holds_it(changes: dict[str, Any], pointers: list[str]) -> None:
    event = slaughter() | changes
    assert said(hidden_findings(case(event))) == [("event.hidden_field", pointer) for pointer in pointers]

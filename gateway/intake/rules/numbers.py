"""
The numbers of papers: certificates, licences, registrations, declarations, ear tags, each in the form the catalogue gives it.

Nothing is corrected or trimmed. Whether a wrong number is refused or only flagged is the catalogue's word. Where lines of one
event have different papers, a list of numbers stands for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from gateway.catalogue.rows import Paper
from gateway.errors import Fault
from gateway.intake.rules.case import Case, Finding
from gateway.intake.rules.check_digit import mod_11_10_is_valid
from gateway.value_class import value_class

_ANY_PAPER: Final = "id.paper_format"  # of a paper that the catalogue added later
_FORM_CODES: Final = {
    "animalQuarantineCertA": "id.quarantine_format",
    "animalQuarantineCertB": "id.quarantine_format",
    "productQuarantineCertA": "id.quarantine_format",
    "productQuarantineCertB": "id.quarantine_format",
    "formulaRegNo": "id.reg_format",
    "healthFoodNo": "id.reg_format",
    "scNo": "id.sc_format",
    "jyNo": "id.jy_format",
    "customsDeclarationNo": "id.customs_format",
    "importInspectionCert": "id.inspection_format",
    "earTagFirst": "id.ear_tag",
    "earTagLast": "id.ear_tag",
}
_CHECK_CODES: Final = {"scNo": "id.sc_check", "jyNo": "id.jy_check"}
_NOT_DIGITS = re.compile(r"[^0-9]")


def number_findings(case: Case) -> Iterator[Finding]:
    """A fault of every number that has another form than its paper's, or a wrong check digit."""
    for term, paper in case.papers():
        for value, pointer in case.fields(f"cn:{term}"):
            for number, place in listed_numbers(value, pointer, many=paper.many):
                code = _fault_code(term, paper, number)
                if code:
                    yield Finding(Fault(code, place, value_class(number)), refuses=paper.refuses)


def listed_numbers(value: Any, pointer: str, *, many: bool) -> Iterator[tuple[Any, str]]:
    """The number, or each of a list of them where the paper may have many; an empty text or list is no number."""
    if value in ("", []):
        return
    if many and isinstance(value, list):
        yield from ((number, f"{pointer}/{i}") for i, number in enumerate(value))
    else:
        yield value, pointer


def _fault_code(term: str, paper: Paper, number: Any) -> str:
    if not isinstance(number, str) or not number.strip() or (paper.form is not None and not paper.form.fullmatch(number)):
        return _FORM_CODES.get(term, _ANY_PAPER)
    if paper.has_check_digit and not mod_11_10_is_valid(_NOT_DIGITS.sub("", number)):
        return _CHECK_CODES.get(term, _ANY_PAPER)
    return ""

"""Whether an event fits its link: its type and business step, the sender's kind of enterprise, and goods where it must anchor."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.errors import Fault
from gateway.intake.rules.case import Case, Finding
from gateway.intake.standard.vocabulary import bare_word
from gateway.value_class import value_class

EVERY_KIND = "*"


def step_findings(case: Case) -> Iterator[Finding]:
    """`catalogue.step_mismatch` and `catalogue.type_mismatch`. A step or type that is no word at all is the standard's fault."""
    if case.link is None:
        return
    step, kind = case.event.get("bizStep"), case.event.get("type")
    if isinstance(step, str) and step and bare_word(step) not in case.link.biz_steps:
        yield Finding(Fault("catalogue.step_mismatch", f"{case.at}/bizStep", value_class(step)))
    if isinstance(kind, str) and kind not in case.link.event_types:
        yield Finding(Fault("catalogue.type_mismatch", f"{case.at}/type", value_class(kind)))


def kind_findings(case: Case) -> Iterator[Finding]:
    """`submitter.kind`: the enterprise that reports is none of the kinds that report this link."""
    if case.link is None or case.kind is None or EVERY_KIND in case.link.uploaders:
        return
    if case.kind not in case.link.uploaders:
        yield Finding(Fault("submitter.kind", f"{case.at}/cn:link"))


def anchor_findings(case: Case) -> Iterator[Finding]:
    """`catalogue.must_anchor`: an event of this link gets a certificate, so it names goods by a GS1 code."""
    if case.link is not None and case.link.must_anchor and not case.names_goods:
        yield Finding(Fault("catalogue.must_anchor", case.at))

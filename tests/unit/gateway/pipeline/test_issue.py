"""final → issued: only what a stranger would accept is given a number."""

from __future__ import annotations

import dataclasses

import pytest

from certs.canonical import canonical
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway.pipeline.errors import Held
from gateway.pipeline.issue import issue_certificates
from gateway.pipeline.line import Line
from gateway.rendering import certificate
from gateway.store.errors import RowEdited
from gateway.trust import current_bundle
from ledger.collect import NamedMember
from tests.member_line import Bench
from tests.world import MEMBER


def final_line(bench: Bench, events: int = 3) -> Line:
    bench.accept(events)
    line = bench.line()
    with bench.worker() as worker:
        bench.settle(worker)
    bench.run("delete from certificates")
    bench.run("delete from evidence")
    bench.run("update batches set state = 'final'")
    return line


@pytest.mark.parametrize("events", [1, 2, 3, 4, 5, 8, 9])
def test_every_issued_certificate_verifies_in_every_rendering(bench: Bench, events: int) -> None:
    bench.accept(events)
    with bench.worker() as worker:
        bench.settle(worker)
    bundle = load_bundle(canonical(current_bundle(bench.chain, bench.line().consortium)))
    assert len(bench.numbers()) == events
    for number in bench.numbers():
        for rendering in ("public", "bureaus", "submitter"):
            made = certificate(bench.database, number, rendering)
            assert verify(canonical(made), bundle, now=bench.clock).verdict is Verdict.AUTHENTIC


def test_nothing_is_issued_before_final(bench: Bench) -> None:
    line = final_line(bench)
    for state in ("closed", "signed", "included", "halted"):
        bench.run("update batches set state = ?", state)
        assert not issue_certificates(line)
    assert bench.numbers() == []


def test_a_certificate_that_does_not_verify_is_not_issued(bench: Bench) -> None:
    """Another code than the chain's makes other numbers than the proven log gives."""
    line = final_line(bench)
    wrong = dataclasses.replace(line.consortium, members=(NamedMember(MEMBER, "XXX", "x"),))
    with pytest.raises(Held) as held:
        issue_certificates(dataclasses.replace(line, consortium=wrong))
    assert held.value.code == "pipeline.certificate.refused"
    assert held.value.field
    assert (bench.states(), bench.numbers()) == (["final"], [])


def test_a_row_edited_after_closing_is_not_issued(bench: Bench) -> None:
    line = final_line(bench, 1)
    bench.run("update events set bureaus_body = x'7b226576656e74223a7b7d7d'")
    with pytest.raises(RowEdited, match=r"store\.certificate\.root"):
        issue_certificates(line)
    assert bench.numbers() == []


def test_an_anchor_the_node_cannot_prove_is_an_alarm(bench: Bench) -> None:
    line = final_line(bench)
    bench.run("update batches set seq = 2")
    with pytest.raises(Held) as held:
        issue_certificates(line)
    assert held.value.code == "pipeline.anchor.missing"


def test_evidence_that_is_not_there_yet_is_waited_for(bench: Bench) -> None:
    line = final_line(bench)
    bench.chain.lag = 1
    assert not issue_certificates(line)
    bench.chain.lag = 0
    assert issue_certificates(line)

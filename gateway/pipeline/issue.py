"""
final → issued: evidence is collected, a certificate made from it is verified as a stranger would, then numbers are given.

Only from final (RELIABILITY.md §1 R8). Evidence editions and numbers are stored in one transaction with the state; a batch that
a rewind had taken back gets a new edition and keeps its numbers.
"""

from __future__ import annotations

from typing import Any

from certs.canonical import canonical
from certs.errors import CannotCheck
from certs.number import Number
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway.pipeline.errors import Held
from gateway.pipeline.line import Line
from gateway.pipeline.proven import anchor_evidence, hash_of
from gateway.rendering import PUBLIC, render
from gateway.store import batches, certificates
from gateway.store.batches import Batch
from gateway.trust import current_bundle


def issue_certificates(line: Line) -> bool:
    """Issues the lowest final batch. Raises `Held` (`pipeline.certificate.refused`, `pipeline.anchor.missing`), `RowEdited`."""
    with line.database.read() as tx:
        final = batches.in_states(tx, line.member, "final", limit=1)
    if not final:
        return False
    batch = final[0]
    package = anchor_evidence(line, batch)
    if package is None:
        return False
    code = line.consortium.code_of(line.member)
    with line.database.read() as tx:
        leaves = certificates.leaf_rows(tx, batch.id)
    numbers = [(str(Number(line.consortium.prefix, code, batch.seq, index)), event_row, index) for index, event_row in leaves]
    _check_first(line, batch, numbers[0], package)
    with line.database.write() as tx:
        edition = certificates.add_edition(
            tx, batch.id, transaction_hash=hash_of(batch), package=canonical(package), now=line.now()
        )
        certificates.issue(tx, batch.id, numbers, now=line.now())
        batches.move(tx, batch.id, source=("final",), to="issued", now=line.now())
    line.moved("issued", batch.id, seq=batch.seq, certificates=len(numbers), edition=edition)
    return True


def _check_first(line: Line, batch: Batch, first: tuple[str, int, int], package: dict[str, Any]) -> None:
    """The certificate of leaf 0, verified against our own bundle with nothing but bytes: AUTHENTIC, for it has no staple."""
    number, event_row, index = first
    with line.database.read() as tx:
        made = render(
            tx,
            PUBLIC,
            number=number,
            event_row=event_row,
            batch=batch,
            index=index,
            transaction_hash=hash_of(batch),
            evidence=package,
        )
    try:
        bundle = load_bundle(canonical(current_bundle(line.rpc, line.consortium)))
    except CannotCheck as error:
        raise Held("pipeline.certificate.refused", error.code) from error
    report = verify(canonical(made), bundle, now=line.now())
    if report.verdict is not Verdict.AUTHENTIC:
        raise Held("pipeline.certificate.refused", report.code)

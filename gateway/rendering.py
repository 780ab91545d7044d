"""
Certificates from stored rows: three renderings of one leaf, each the same bytes whenever it is asked for.

Nothing is asked of the chain here; evidence was collected and checked when the batch was issued. What no longer leads to the root
on the chain, because a page of the store was damaged or a row edited, is not handed out. Who may see which rendering is the
routes' business.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from certs.assemble import RENDERINGS, assemble, render_tiers
from certs.canonical import parse
from certs.errors import CertError
from certs.merkle import verify_inclusion
from certs.record import Record, Tier
from certs.suites import hash_function
from gateway.store import batches, certificates
from gateway.store.batches import Batch
from gateway.store.database import Database
from gateway.store.errors import RowEdited

PUBLIC: Final = "public"
BUREAUS: Final = "bureaus"
SUBMITTER: Final = "submitter"


def certificate(database: Database, number: str, rendering: str) -> dict[str, Any] | None:
    """The certificate object of PROTOCOL.md §4 with its batch's current evidence, or None for a number never issued.

    `rendering` is `public`, `bureaus` or `submitter`; another is a `KeyError`.
    """
    if rendering not in RENDERINGS:
        raise KeyError(rendering)
    with database.read() as tx:
        issued = certificates.find(tx, number)
        if issued is None:
            return None
        edition = certificates.current_edition(tx, issued.batch_id)
        if edition is None:
            raise LookupError("an issued batch has evidence")
        return render(
            tx,
            rendering,
            number=number,
            event_row=issued.event_row,
            batch=batches.by_id(tx, issued.batch_id),
            index=issued.leaf_index,
            transaction_hash=edition.transaction_hash,
            evidence=parse(edition.package),
        )


def render(
    tx: Connection,
    rendering: str,
    *,
    number: str,
    event_row: int,
    batch: Batch,
    index: int,
    transaction_hash: bytes,
    evidence: dict[str, Any],
) -> dict[str, Any]:
    """One rendering of one leaf from its rows and given evidence.

    Raises `RowEdited` (`store.certificate.root`, the field is the event's row) where they do not lead to the batch's root.
    """
    row = certificates.event_row(tx, event_row)
    record = Record(
        row.suite,
        public=Tier(row.public_salt, parse(row.public_body)),
        bureaus=Tier(row.bureaus_salt, parse(row.bureaus_body)),
        submitter=Tier(row.submitter_salt, parse(row.submitter_body)),
    )
    path = batches.path(tx, batch.id, size=batch.size, index=index)
    try:
        verify_inclusion(record.leaf(), index=index, size=batch.size, path=path, root=batch.root, h=hash_function(batch.suite))
    except CertError:
        raise RowEdited("store.certificate.root", str(event_row)) from None
    return assemble(
        number=number,
        suite=batch.suite,
        index=index,
        path=path,
        tiers=render_tiers(record, rendering),
        transaction_hash=transaction_hash,
        evidence=evidence,
    )

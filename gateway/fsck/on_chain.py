"""
The store against the chain: heads of batches, batches that the store lacks, nonces, status words, proposals and receipts.

Everything asked here is one node's word. What the node does not say is never held against the store: whatever it raises ends the
question, and the caller notes that it could not be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from eth_utils.address import to_checksum_address
from sqlalchemy import Connection, Row, func, select

from certs.codes import is_uscc_form
from gateway.fsck.attempt_rows import nonce_name
from gateway.fsck.batch_rows import ON_CHAIN, span
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Report
from gateway.fsck.pages import rows_by
from gateway.pipeline.heads import last_on_chain
from gateway.store import batches as stored
from gateway.store.batches import is_adopted
from gateway.store.database import Database
from gateway.store.tables import adoptions, batches
from ledger.anchors import Head, heads
from ledger.rpc import ChainPort
from ledger.runs import latest_number
from ledger.transactions import latest_nonce

PAGE: Final = 100  # places of one question


def reached(database: Database, rpc: ChainPort, expected: Expected) -> dict[str, int]:
    """The highest seq on the chain of every member served, or known to the store. Asked before the store is read.

    So whatever the gateway anchors meanwhile is in the store when it is read. Raises what the RPC port raises.
    """
    with database.read() as tx:
        known = {*expected.served, *tx.execute(select(batches.c.member).distinct()).scalars()}
        guesses = {member: stored.last_seq(tx, member) for member in sorted(filter(is_uscc_form, known))}
    log = expected.consortium.deployment.anchor_log
    return {member: last_on_chain(rpc, log, member, guess=guess) for member, guess in guesses.items()}


def check_lacking(tx: Connection, on_chain: Mapping[str, int], expected: Expected, report: Report) -> None:
    """Batches above the store's last that the chain has: an older copy was put back, or another hand anchored."""
    for member, last in on_chain.items():
        known = max(
            tx.execute(select(func.max(table.c.seq)).where(table.c.member == member)).scalar_one() or 0
            for table in (batches, adoptions)
        )
        if last > known:
            report.missing("batches", expected.place(member, span(known + 1, last)), "chain.lacking")


def check_heads(tx: Connection, rpc: ChainPort, expected: Expected, report: Report) -> None:
    """Every batch's and every adoption's place. A node below the block that a row names has nothing to say about it."""
    height = latest_number(rpc)
    columns = [column for column in batches.c if column.name != "tree"]
    query = select(*columns, is_adopted().label("adopted"))
    rows = filter(_may_be_asked, rows_by(tx, query, batches.c.id))
    while page := list(islice(rows, PAGE)):
        for row, found in zip(page, _heads_of(rpc, expected, page), strict=True):
            name, what = f"{row.id} ({expected.place(row.member, row.seq)})", "" if row.adopted else _head_fault(row, found)
            if found is None and is_above(row, height):
                report.unchecked("batches", name, "chain.behind")
            elif what:
                report.differs("batches", name, what)
    accepted = filter(_may_be_asked, rows_by(tx, select(adoptions), adoptions.c.member, adoptions.c.seq))
    while page := list(islice(accepted, PAGE)):
        report.looked("adoptions", len(page))
        for row, found in zip(page, _heads_of(rpc, expected, page), strict=True):
            if found is None and is_above(row, height):
                report.unchecked("adoptions", expected.place(row.member, row.seq), "chain.behind")
            elif found is None or not (_same(row, found) and found.block_number == row.block_number):
                report.differs("adoptions", expected.place(row.member, row.seq), "chain.adopted")


def check_account_nonces(rpc: ChainPort, following: Mapping[bytes, int], report: Report) -> None:
    """Whether the chain has transactions of our signers above the last that the store has."""
    for signer, nonce in following.items():
        account = latest_nonce(rpc, to_checksum_address(signer))
        if account > nonce:
            report.missing("attempts", nonce_name(signer, nonce, account - 1), "attempt.nonce")


def is_above(row: Row[Any], height: int) -> bool:
    """Whether a row names a block that a node at this height does not have: it is behind, or its chain was set back."""
    return row.block_number is not None and row.block_number > height


def _may_be_asked(row: Row[Any]) -> bool:
    """Whether there can be such a place: what an edit made of it otherwise differs from its evidence and its neighbours."""
    return is_uscc_form(row.member) and row.seq > 0


def _heads_of(rpc: ChainPort, expected: Expected, page: list[Row[Any]]) -> list[Head | None]:
    return heads(rpc, expected.consortium.deployment.anchor_log, [(row.member, row.seq) for row in page])


def _head_fault(row: Row[Any], found: Head | None) -> str:
    if found is None:
        return "chain.absent" if row.state in ON_CHAIN else ""
    if not _same(row, found):
        return "chain.halted" if row.state == "halted" else "chain.foreign"
    if row.state in ON_CHAIN and row.block_number != found.block_number:
        return "chain.block"
    return ""


def _same(row: Row[Any], found: Head) -> bool:
    stated = (row.root, row.size, int.from_bytes(row.scope, "big"), row.suite)
    return stated == (found.root, found.size, found.scope, found.suite)

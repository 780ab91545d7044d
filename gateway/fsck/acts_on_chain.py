"""
Final acts against the chain: their transaction in its block, the status word that they set, the proposal that they made.

A status may have been changed since by another hand, a vote or a member that may recall: then its word is younger than the act.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, select

from certs.codes import code_key
from certs.number import parse_number
from certs.staple import Status, StatusWord
from gateway.acts.asked_again import asked_again, proposed_call
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Report
from gateway.fsck.on_chain import is_above
from gateway.fsck.pages import rows_by
from gateway.store.acts import STATUS
from gateway.store.tables import acts
from ledger.governance import proposal
from ledger.quantities import data_bytes, field_of, quantity, to_data, to_quantity
from ledger.registry import batch_status, code_statuses, leaf_status
from ledger.rpc import ChainPort, every
from ledger.runs import latest_number

PAGE: Final = 100


def check_final_acts(tx: Connection, rpc: ChainPort, expected: Expected, report: Report) -> None:
    """Every final act. Raises what the RPC port raises."""
    height, newer = latest_number(rpc), acts.alias()
    replaced = exists().where(
        newer.c.member == acts.c.member, newer.c.subject == acts.c.subject, newer.c.id > acts.c.id, newer.c.state == "final"
    )
    query = select(acts, replaced.label("replaced")).where(acts.c.state == "final")
    rows = rows_by(tx, query, acts.c.id, page=PAGE)
    while page := list(islice(rows, PAGE)):
        _check_receipts(rpc, [row for row in page if row.transaction_hash is not None], height, report)
        for row in page:
            if is_above(row, height):
                continue
            if row.member not in expected.codes or asked_again(row.member, row.asked, row.data) is None:
                continue  # a finding of its own: such words cannot be compared with anything
            if row.kind == STATUS and not row.replaced:
                _check_status(rpc, row, expected, report)
            elif json.loads(row.asked)["action"] == "propose":
                _check_proposal(rpc, row, expected, report)


def _check_receipts(rpc: ChainPort, page: list[Row[Any]], height: int, report: Report) -> None:
    answers = every(rpc.batch([("eth_getTransactionReceipt", [to_data(row.transaction_hash)]) for row in page]))
    for row, answer in zip(page, answers, strict=True):
        if answer is None and is_above(row, height):
            report.unchecked("acts", row.id, "chain.behind")
            continue
        if answer is None:
            report.differs("acts", row.id, "act.absent")
            continue
        at = quantity(field_of(answer, "blockNumber"), "blockNumber")
        in_block = data_bytes(field_of(answer, "blockHash"), "blockHash", length=32)
        succeeded = quantity(field_of(answer, "status"), "status") == 1
        if not succeeded or (at, in_block) != (row.block_number, row.block_hash):
            report.differs("acts", row.id, "act.block")


def _check_status(rpc: ChainPort, row: Row[Any], expected: Expected, report: Report) -> None:
    asked = json.loads(row.asked)
    word = _word(rpc, row.member, asked, expected)
    if word is None:
        report.differs("acts", row.id, "act.word_absent")
        return
    following = parse_number(asked["successor"]) if "successor" in asked else None
    successor = None if following is None else (following.seq, following.index)
    if (word.status, word.reason, word.successor) == (Status[asked["status"].upper()], asked["reason"], successor):
        return
    block = rpc.call("eth_getBlockByNumber", [to_quantity(row.block_number), False])
    if block is None or word.time <= quantity(field_of(block, "timestamp"), "timestamp"):
        report.differs("acts", row.id, "act.word")


def _word(rpc: ChainPort, member: str, asked: dict[str, Any], expected: Expected) -> StatusWord | None:
    registry = expected.consortium.deployment.status_registry
    if asked["action"] == "setLeaf":
        number = parse_number(asked["number"])
        return leaf_status(rpc, registry, member, number.seq, number.index)
    if asked["action"] == "setBatch":
        return batch_status(rpc, registry, member, asked["batch"])
    return code_statuses(rpc, registry, [code_key(asked["code"])])[0]


def _check_proposal(rpc: ChainPort, row: Row[Any], expected: Expected, report: Report) -> None:
    made = None if row.proposal is None else proposal(rpc, expected.consortium.deployment.consortium, row.proposal)
    if made is None or (made.target, made.data) != proposed_call(row.data):
        report.differs("acts", row.id, "act.proposal")

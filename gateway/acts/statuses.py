"""
Asks for a status (状态) of a certificate, of a whole batch or of a code of goods, and the calls they become.

A certificate or batch is named as people know it and must be one that this gateway issued for the member that asks. Setting the
status of a code is publication: whoever knows the code can find it on the chain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection

from certs.canonical import canonical
from certs.codes import code_key
from certs.number import Number
from certs.staple import BATCH_STATUSES, CODE_STATUSES, LEAF_STATUSES, Status
from gateway.acts.fields import MAX_SEQ, SUCCESSOR_RULE, Fields
from gateway.errors import Refused
from gateway.store import batches, certificates
from gateway.store.acts import REGISTRY, STATUS, Asked
from ledger.registry import set_batch_call, set_code_call, set_leaf_call

CORRECTED: Final = 1  # the reason of a certificate superseded on the ground of an error declaration
Place = tuple[str, int, int]  # number, seq, index
Lookup = Callable[[Number, str], Place]
_ALLOWED: Final = ("number", "batch", "code", "status", "reason", "successor")


def read_status(content: Any, tx: Connection, *, member: str, code: str, prefix: str) -> Asked:
    """What a body of `POST /statuses` asks of `member` (USCC, its `code`).

    Raises `Refused` with `ask.form`, `status.not_applicable`, `status.member`, `status.successor`, `status.place`,
    `certificate.unknown`.
    """
    fields = Fields(content, _ALLOWED)
    if sum(name in fields for name in ("number", "batch", "code")) != 1:
        fields.refuse(expected=("number、batch、code 须有且只有一个", "just one of number, batch and code"))
    if "successor" in fields and "number" not in fields:
        fields.refuse("successor", expected=SUCCESSOR_RULE)
    if "number" in fields:
        return _read_leaf(fields, member, lambda number, name: _place(tx, fields, number, name, code=code, prefix=prefix))
    if "batch" in fields:
        return _read_batch(fields, tx, member)
    return _read_code(fields, member)


def supersede(member: str, wrong: Place, right: Place) -> Asked:
    """The ask that follows from an error declaration."""
    return _leaf(member, wrong, Status.SUPERSEDED, CORRECTED, right)


def subject_of_leaf(seq: int, index: int) -> str:
    """The subject of acts that set a leaf's status."""
    return f"leaf {seq} {index}"


def _read_leaf(fields: Fields, member: str, look_up: Lookup) -> Asked:
    status, reason = fields.status(LEAF_STATUSES), fields.reason()
    if (status is Status.SUPERSEDED) != ("successor" in fields):
        fields.refuse("successor", expected=SUCCESSOR_RULE)
    place = look_up(fields.number("number"), "number")
    successor = look_up(fields.number("successor"), "successor") if status is Status.SUPERSEDED else None
    if successor is not None and successor[1:] <= place[1:]:
        fields.refuse("successor", "status.successor")
    return _leaf(member, place, status, reason, successor)


def _leaf(member: str, place: Place, status: Status, reason: int, successor: Place | None) -> Asked:
    number, seq, index = place
    content = {"action": "setLeaf", "number": number, "status": status.name.lower(), "reason": reason}
    return Asked(
        member=member,
        kind=STATUS,
        subject=subject_of_leaf(seq, index),
        target=REGISTRY,
        data=set_leaf_call(
            seq, index, status=status, reason=reason, successor=None if successor is None else (successor[1], successor[2])
        ),
        content=_text(content if successor is None else {**content, "successor": successor[0]}),
        successor=None if successor is None else successor[0],
    )


def _read_batch(fields: Fields, tx: Connection, member: str) -> Asked:
    seq = fields.integer("batch", least=1, most=MAX_SEQ)
    status, reason = fields.status(BATCH_STATUSES), fields.reason()
    batch = batches.by_seq(tx, member, seq)
    if batch is None or batch.state not in ("final", "issued"):
        raise Refused("status.place")
    return Asked(
        member=member,
        kind=STATUS,
        subject=f"batch {seq}",
        target=REGISTRY,
        data=set_batch_call(seq, status=status, reason=reason),
        content=_text({"action": "setBatch", "batch": seq, "status": status.name.lower(), "reason": reason}),
    )


def _read_code(fields: Fields, member: str) -> Asked:
    text = fields.goods("code")
    status, reason = fields.status(CODE_STATUSES), fields.reason()
    return Asked(
        member=member,
        kind=STATUS,
        subject=f"code {code_key(text).hex()}",
        target=REGISTRY,
        data=set_code_call(code_key(text), status=status, reason=reason),
        content=_text({"action": "setCode", "code": text, "status": status.name.lower(), "reason": reason}),
    )


def _place(tx: Connection, fields: Fields, number: Number, name: str, *, code: str, prefix: str) -> Place:
    """Where a number's leaf is. A number of another member is refused by its letters, be there such a certificate or not."""
    if (number.prefix, number.code) != (prefix, code):
        fields.refuse(name, "status.member")
    issued = certificates.find(tx, str(number))
    if issued is None:
        fields.refuse(name, "certificate.unknown")
    return issued.number, issued.seq, issued.leaf_index


def _text(content: dict[str, Any]) -> str:
    return canonical(content).decode()

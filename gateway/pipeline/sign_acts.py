"""
queued → signed: as for batches, an attempt of an act is saved before its bytes are sent for the first time.

Before that the contract is asked: what it would refuse is refused with its error's name and burns no nonce; what is in effect
already needs no transaction and waits for its block to be endorsed like any other. A status that a newer one of its subject
has overtaken, because a rewind took only the older one, is refused without asking: it would undo what was asked for later.
"""

from __future__ import annotations

import json

from certs.consensus.endorsement import block_hash
from gateway.acts.prospects import STATUS_OVERTAKEN, UNNAMED, Call, Outlook, number_given, prospect
from gateway.pipeline.errors import Held
from gateway.pipeline.line import Line
from gateway.pipeline.outbox import Outgoing, free_slot, save
from gateway.store import acts
from gateway.store.acts import Act
from ledger.runs import latest_number, read_block

LOOK: int = 16  # acts looked at in one step


def sign_acts(line: Line) -> bool:
    """Signs, refuses or recognises every queued act whose turn has come.

    Raises `Held` (`pipeline.act.waiting`) when nothing moved because the chain is not where it was, `StateMoved`,
    `SignerRefused` and what the RPC port raises.
    """
    with line.database.read() as tx:
        late = acts.overtaken(tx, line.member, limit=LOOK)
        ready = acts.ready(tx, line.member, limit=LOOK)
    for act in late:
        _refuse(line, act, STATUS_OVERTAKEN)
    waiting_for, moved = "", bool(late)
    for act in ready:
        found = prospect(line.rpc, line.consortium.deployment, call_of(line, act))
        match found.outlook:
            case Outlook.GOES:
                _sign(line, act)
            case Outlook.IN_EFFECT:
                _recognise(line, act)
            case Outlook.REFUSED:
                _refuse(line, act, found.error)
            case Outlook.NOT_NOW:
                waiting_for = found.error
                continue
        moved = True
    if waiting_for and not moved:
        raise Held("pipeline.act.waiting", waiting_for)
    return moved


def call_of(line: Line, act: Act) -> Call:
    """The act as a call by our signer."""
    proposed = json.loads(act.asked).get("calls")
    return Call(
        member=act.member,
        sender=line.signer.address,
        target=line.address_of(act.target),
        data=act.data,
        proposed=None if proposed is None else bytes.fromhex(proposed[2:]),
    )


def _sign(line: Line, act: Act) -> None:
    slot = free_slot(line)
    gas = line.pace.status_gas if act.kind == acts.STATUS else line.pace.vote_gas
    outgoing = Outgoing(kind=act.kind, to=line.address_of(act.target), data=act.data, gas=gas, act_id=act.id)
    save(line, slot, outgoing, lambda tx: acts.move(tx, act.id, source=("queued",), to="signed", now=line.now()))
    line.act_moved("signed", act, nonce=slot.nonce)


def _recognise(line: Line, act: Act) -> None:
    """queued → included without a transaction: the effect was seen before this block was the latest."""
    number = latest_number(line.rpc)
    header, _ = read_block(line.rpc, line.consortium.engine, number, full=False)
    given = number_given(line.rpc, line.consortium.deployment, call_of(line, act))
    with line.database.write() as tx:
        acts.move(
            tx,
            act.id,
            source=("queued",),
            to="included",
            now=line.now(),
            block_number=number,
            block_hash=block_hash(line.consortium.engine, header),
            proposal=given,
        )
    line.act_moved("recognised", act, block=number)


def _refuse(line: Line, act: Act, error: str) -> None:
    state = "failed" if error == UNNAMED else "refused"
    with line.database.write() as tx:
        acts.move(tx, act.id, source=("queued",), to=state, now=line.now(), refusal=error)
    line.act_moved(state, act, level="warning" if act.final_at is None else "error", error=error)

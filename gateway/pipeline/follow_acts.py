"""
signed → included → final, and every way back, of acts: what the chain says of their transactions and blocks.

An act is included when one of its attempts has a successful receipt. When none has and none can land any more it is queued again,
and the contract is asked before another is made. Final acts are watched by the hash of the newest one's block: it holds every
block below it, so one question a look answers for all of them.
"""

from __future__ import annotations

from typing import Final

from gateway.acts.prospects import UNNAMED, number_given
from gateway.pipeline.line import Line
from gateway.pipeline.proven import is_proven, stands
from gateway.pipeline.sign_acts import call_of
from gateway.store import acts, attempts
from gateway.store.acts import Act
from gateway.store.attempts import Attempt
from ledger.errors import NotYet
from ledger.runs import finality
from ledger.transactions import Included, latest_nonce, receipt

LOOK: Final = 100  # acts looked at in one step
MAX_FAILURES: Final = 3  # attempts that the contract refused after it had said that it would take them
_NOT_THERE: Final = "ledger.block.missing"
_GONE = {"transaction_hash": None, "block_number": None, "block_hash": None}


def find_included_acts(line: Line) -> bool:
    """signed → included; or, when no attempt can land any more, → queued, and → failed after `MAX_FAILURES` of them."""
    with line.database.read() as tx:
        signed = acts.in_states(tx, line.member, "signed", limit=LOOK)
        made = {act.id: attempts.of_act(tx, act.id) for act in signed}
    if not signed:
        return False
    account_nonce = latest_nonce(line.rpc, line.signer.address)
    moved = False
    for act in signed:
        alive = any(_may_land(attempt, line, account_nonce) for attempt in made[act.id])
        passed = [attempt for attempt in made[act.id] if not _may_land(attempt, line, account_nonce)]
        receipts = [(attempt, receipt(line.rpc, attempt.hash)) for attempt in passed]
        landed = [(attempt, found) for attempt, found in receipts if found is not None and found.succeeded]
        if landed:
            _include(line, act, *landed[0])
        elif alive:
            continue
        else:
            _give_up(line, act, failures=sum(found is not None for _, found in receipts))
        moved = True
    return moved


def make_acts_final(line: Line) -> bool:
    """included → final when the block is endorsed and holds the transaction; back when not, or another is in its place."""
    with line.database.read() as tx:
        included = acts.in_states(tx, line.member, "included", limit=LOOK)
    moved = False
    for act in included:
        number, hash_ = _block_of(act)
        try:
            validators = line.consortium.validators_at(line.rpc, number)
        except NotYet:
            continue
        try:
            run = finality(line.rpc, line.consortium.engine, number, validators)
        except NotYet as error:
            if error.code == _NOT_THERE:
                moved |= _rewind(line, act)
            continue
        if run.hash != hash_ or not is_proven(line, act):
            moved |= _rewind(line, act)
            continue
        with line.database.write() as tx:
            acts.move(tx, act.id, source=("included",), to="final", now=line.now())
        line.act_moved("final", act, block=number, endorsers=len(run.endorsement.signers))
        moved = True
    return moved


def watch_final_acts(line: Line) -> bool:
    """final → signed or queued when the chain no longer has the act's block."""
    with line.database.read() as tx:
        newest = acts.newest_final(tx, line.member, limit=1)
    if not newest or _is_in_place(line, newest[0]):
        return False
    with line.database.read() as tx:
        suspects = acts.newest_final(tx, line.member, limit=LOOK)
    for act in suspects:
        if _is_in_place(line, act):
            break
        _rewind(line, act)
    return True


def _may_land(attempt: Attempt, line: Line, account_nonce: int) -> bool:
    return attempt.signer == line.signer_bytes and attempt.nonce >= account_nonce


def _include(line: Line, act: Act, attempt: Attempt, found: Included) -> None:
    given = number_given(line.rpc, line.consortium.deployment, call_of(line, act))
    with line.database.write() as tx:
        acts.move(
            tx,
            act.id,
            source=("signed",),
            to="included",
            now=line.now(),
            transaction_hash=attempt.hash,
            block_number=found.block_number,
            block_hash=found.block_hash,
            proposal=given,
        )
    line.act_moved("included", act, block=found.block_number)


def _give_up(line: Line, act: Act, *, failures: int) -> None:
    state, columns = ("failed", {"refusal": UNNAMED}) if failures >= MAX_FAILURES else ("queued", {})
    with line.database.write() as tx:
        acts.move(tx, act.id, source=("signed",), to=state, now=line.now(), **columns)
    line.act_moved("failed" if state == "failed" else "reopened", act, level="warning")


def _rewind(line: Line, act: Act) -> bool:
    """Back to signed, where the stored bytes go out again; to queued for an act that never had a transaction."""
    with line.database.write() as tx:
        to = "signed" if attempts.of_act(tx, act.id) else "queued"
        acts.move(tx, act.id, source=(act.state,), to=to, now=line.now(), proposal=None, **_GONE)
    line.act_moved("rewound", act, level="warning", was=act.state)
    return True


def _is_in_place(line: Line, act: Act) -> bool:
    number, hash_ = _block_of(act)
    return stands(line, number, hash_)


def _block_of(act: Act) -> tuple[int, bytes]:
    if act.block_number is None or act.block_hash is None:
        raise ValueError("an act on the chain names its block")
    return act.block_number, act.block_hash

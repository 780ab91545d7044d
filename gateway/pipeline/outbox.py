"""
The outbox's mouth: which nonce the signer's account has for the next transaction, and saving a signed one in it.

Transactions of every kind share one line of nonces. What was read when the nonce was chosen is compared in the transaction that
saves the attempt: another hand's attempt in between leaves nothing written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.pipeline.line import Line
from gateway.pipeline.nonces import has_gap, next_nonce
from gateway.store import attempts
from gateway.store.attempts import Attempt
from gateway.store.errors import StateMoved
from ledger.transactions import UnsignedTransaction, latest_nonce, sign

_FILL_GAS = 21_000  # what a transaction without data costs


@dataclass(frozen=True, slots=True)
class Slot:
    """The next free nonce of the account, and what was seen of it. `gap`: something waits behind a nonce that nothing has."""

    nonce: int
    gap: bool
    account_nonce: int
    waiting: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A call to be signed. `batch_id` or `act_id` as `gateway.store.attempts.Attempt` has them."""

    kind: str
    to: bytes
    data: bytes
    gas: int
    batch_id: int | None = None
    act_id: int | None = None


def free_slot(line: Line) -> Slot:
    """Asks the chain and the store. Raises what the RPC port raises."""
    account_nonce = latest_nonce(line.rpc, line.signer.address)
    with line.database.read() as tx:
        waiting = attempts.unsettled(tx, line.signer_bytes, account_nonce=account_nonce)
    nonces = [attempt.nonce for attempt in waiting]
    return Slot(next_nonce(account_nonce, nonces), has_gap(account_nonce, nonces), account_nonce, tuple(waiting))


def save(line: Line, slot: Slot, outgoing: Outgoing, move: Callable[[Connection], None]) -> None:
    """Signs, and stores the attempt in one transaction with `move`.

    Raises `StateMoved` (also what `move` raises) with nothing written, and `SignerRefused`.
    """
    unsigned = UnsignedTransaction(
        chain_id=line.consortium.deployment.chain_id,
        nonce=slot.nonce,
        gas=outgoing.gas,
        gas_price=line.pace.gas_price,
        to=outgoing.to,
        data=outgoing.data,
    )
    signed = sign(line.signer, unsigned)
    attempt = Attempt(
        hash=signed.hash, kind=outgoing.kind, batch_id=outgoing.batch_id, act_id=outgoing.act_id, signer=line.signer_bytes,
        nonce=slot.nonce, raw=signed.raw, made_at=line.now(),
    )  # fmt: skip
    with line.database.write() as tx:
        if tuple(attempts.unsettled(tx, line.signer_bytes, account_nonce=slot.account_nonce)) != slot.waiting:
            raise StateMoved("store.attempts.moved")
        attempts.save(tx, attempt)
        move(tx)
    if slot.gap:
        line.log.warning("pipeline.nonce.gap", member=line.member, nonce=slot.nonce, filled_with=outgoing.kind)


def fill_gap(line: Line, slot: Slot) -> None:
    """Puts a transaction that does nothing into a nonce that nothing has, so that what waits behind it can be mined.

    An act's own call would not do: proposing twice makes two proposals. Raises what `save` raises.
    """
    save(line, slot, Outgoing(kind=attempts.FILL, to=line.signer_bytes, data=b"", gas=_FILL_GAS), lambda _tx: None)
    line.after("filled")

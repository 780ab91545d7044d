"""
One signer, one worker: a lease row that expires, beside the file lock that its holder's process keeps (RELIABILITY.md §1 R5).

The file lock answers for this machine and dies with the process; the row answers for other machines and must run out. A worker
that finds a row of its own machine while it holds the file lock knows that the holder is dead, and need not wait.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from gateway.store.errors import LeaseHeld, LeaseLost
from gateway.store.tables import leases


def take(tx: Connection, signer: bytes, *, holder: str, machine: str, now: int, until: int) -> None:
    """Takes the lease of `signer` for `holder`, which starts with `machine` and a slash; the file lock here is already ours.

    Raises `LeaseHeld` (`store.lease.held`) when a holder on another machine has one that has not run out.
    """
    current = tx.execute(select(leases).where(leases.c.signer == signer)).one_or_none()
    if current is None:
        tx.execute(insert(leases).values(signer=signer, holder=holder, until=until))
        return
    if current.until > now and not current.holder.startswith(f"{machine}/"):
        raise LeaseHeld("store.lease.held")
    tx.execute(update(leases).where(leases.c.signer == signer).values(holder=holder, until=until))


def renew(tx: Connection, signer: bytes, *, holder: str, until: int) -> None:
    """Extends our lease. Raises `LeaseLost` (`store.lease.lost`) when it is another's."""
    kept = tx.execute(update(leases).where(leases.c.signer == signer, leases.c.holder == holder).values(until=until))
    if kept.rowcount != 1:
        raise LeaseLost("store.lease.lost")


def release(tx: Connection, signer: bytes, *, holder: str) -> None:
    """Gives our lease back; another's is left alone."""
    tx.execute(delete(leases).where(leases.c.signer == signer, leases.c.holder == holder))

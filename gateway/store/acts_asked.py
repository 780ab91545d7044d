"""What acts of a subject asked for: a proposal on the chain has only the key of a code of goods, the ask has the code."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from gateway.store.tables import acts

_AT_ONCE = 500


def asked_under(tx: Connection, members: Collection[str], subjects: Collection[str]) -> list[str]:
    """What these members (USCC, those served here) asked for under any of these subjects, as JCS text, each once."""
    wanted = list(subjects)
    found: set[str] = set()
    for at in range(0, len(wanted), _AT_ONCE):
        query = select(acts.c.asked).where(acts.c.member.in_(members), acts.c.subject.in_(wanted[at : at + _AT_ONCE]))
        found.update(tx.execute(query).scalars())
    return sorted(found)

"""
What the daily quality report counts (数据质量日报), gathered while a submission is judged.

What is taken is counted in the transaction that takes it; what is refused stores nothing but these counts. A row is an event, or
the line of a table it came from. It counts for the submitter it names only if the key may submit for that one, else for the key's
owner: nobody spoils another's figures. Counts are numbers and codes of ours, never a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection

from gateway.auth import submits_for
from gateway.errors import Refused
from gateway.intake.checks import BEIJING_OFFSET_S
from gateway.intake.keep import ACCEPTED, Stored
from gateway.store.database import Database
from gateway.store.keys import StoredKey
from gateway.store.tallies import add_counts

RECEIVED: Final = "received"  # rows that came: accepted + known + refused + withheld
TAKEN: Final = "accepted"  # stored now, for the first time
KNOWN: Final = "known"  # stored before, with the same content
REFUSED: Final = "refused"  # at least one rule broken; beside it each broken rule's code, once a row
WITHHELD: Final = "withheld"  # good, but refused with its document
LATE: Final = "late"  # of the accepted: came later after the event than the catalogue allows
CORRECTED: Final = "corrected"  # of the accepted: error declarations
UNREADABLE: Final = "unreadable"  # documents and files whose rows could not be told apart; beside it their rules' codes
TIME_LATE: Final = "time.late"  # the warning of `gateway.intake.checks`


def beijing_day(seconds: int) -> str:
    """The calendar day in Beijing, YYYY-MM-DD, of seconds since 1970."""
    return datetime.fromtimestamp(seconds + BEIJING_OFFSET_S, UTC).date().isoformat()


class Tally:
    """The counts of one submission by one key."""

    def __init__(self, key: StoredKey, *, now: int) -> None:
        self._owner, self._others, self._day = key.owner, submits_for(key), beijing_day(now)
        self._counts: Counter[tuple[str, str]] = Counter()

    def take(self, submitter: str, stored: Stored, *, rows: int = 1) -> None:
        """Counts an event that is in the store; `rows` of a table made it."""
        if stored.outcome != ACCEPTED:
            self.know(submitter, rows)
            return
        self.accept(submitter, rows)
        if stored.declares:
            self._count(submitter, CORRECTED, rows)
        elif any(warning.code == TIME_LATE for warning in stored.warnings):
            self._count(submitter, LATE, rows)

    def accept(self, submitter: str, rows: int = 1) -> None:
        """Counts what is stored now."""
        self._receive(submitter, TAKEN, rows)

    def know(self, submitter: str, rows: int = 1) -> None:
        """Counts what was stored before."""
        self._receive(submitter, KNOWN, rows)

    def refuse(self, named: Any, codes: Collection[str]) -> None:
        """Counts a row that broke these rules. `named` is whatever it says its submitter is."""
        submitter = named if isinstance(named, str) and named in self._others else self._owner
        self._receive(submitter, REFUSED, 1)
        for code in set(codes):
            self._count(submitter, code, 1)

    def withhold(self, submitter: str, rows: int = 1) -> None:
        """Counts what is good and was not stored, because of something else in its document."""
        self._receive(submitter, WITHHELD, rows)

    def fail(self, refused: Refused) -> None:
        """Counts a document or file that was refused before its rows were known."""
        self._count(self._owner, UNREADABLE, 1)
        for code in {fault.code for fault in refused.faults} or {refused.code}:
            self._count(self._owner, code, 1)

    def write(self, tx: Connection) -> None:
        """Adds the counts to the day's."""
        add_counts(tx, self._day, self._counts)

    def _receive(self, submitter: str, what: str, rows: int) -> None:
        self._count(submitter, RECEIVED, rows)
        self._count(submitter, what, rows)

    def _count(self, submitter: str, what: str, rows: int) -> None:
        self._counts[submitter, what] += rows


@contextmanager
def counting_unreadable(db: Database, key: StoredKey, *, now: int) -> Iterator[None]:
    """Around the reading of a document or file: counts it when it is refused, and lets the refusal go on."""
    try:
        yield
    except Refused as refused:
        tally = Tally(key, now=now)
        tally.fail(refused)
        with db.write() as tx:
            tally.write(tx)
        raise

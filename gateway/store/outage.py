"""
What is wrong with a store that cannot be used just now: one stable code for every way in which a database fails.

An outage is nobody's mistake in a request and no bug: the same call succeeds once it is over. What is left (a constraint, wrong
SQL) is not an outage and has no code here. Codes only; a driver's message holds statements and parameters.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from gateway.store.errors import RowEdited, StoreOutage

UNAVAILABLE: Final = "store.unavailable"
BUSY: Final = "store.busy"
DAMAGED: Final = "store.damaged"
_SQLITE: Final = {  # primary result codes, https://www.sqlite.org/rescode.html
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_READONLY: "store.read_only",
    sqlite3.SQLITE_IOERR: "store.io",
    sqlite3.SQLITE_CANTOPEN: "store.io",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
_POSTGRESQL: Final = {  # SQLSTATEs, the longest prefix decides: https://www.postgresql.org/docs/current/errcodes-appendix.html
    "40": BUSY,  # serialization_failure, deadlock_detected
    "55P03": BUSY,  # lock_not_available
    "57014": BUSY,  # statement_timeout
    "53100": "store.full",
    "25006": "store.read_only",
    "58": "store.io",
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}


def outage_code(error: BaseException) -> str | None:
    """The code of an outage, or None for an error that is none.

    Takes SQLAlchemy's errors, and those of a driver that are raised while a connection is made.
    """
    if isinstance(error, StoreOutage):
        return error.code
    if isinstance(error, RowEdited):  # a row that does not give the hash beside it; `shisu fsck` names it
        return DAMAGED
    if isinstance(error, NoConnection):  # every pooled connection was in use for too long
        return BUSY
    cause = error.orig if isinstance(error, DBAPIError) else error
    known = _sqlite_code(cause) if isinstance(cause, sqlite3.Error) else _postgresql_code(getattr(cause, "sqlstate", None))
    if known is None and isinstance(error, OperationalError):
        return UNAVAILABLE
    return known


def _sqlite_code(error: sqlite3.Error) -> str | None:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the upper bytes of an extended code say which kind
    return _SQLITE.get(primary)


def _postgresql_code(sqlstate: str | None) -> str | None:
    prefixes = ((sqlstate or "")[:length] for length in (5, 2))
    return next((_POSTGRESQL[prefix] for prefix in prefixes if prefix in _POSTGRESQL), None)

"""
The rows of one import on disk, while they are grouped and taken: a SQLite file of their own that is deleted afterwards.

A slip's rows may lie anywhere in a file, and a key may come back 100,000 rows later; memory stays flat whatever the file. Nothing
here outlives the import, so nothing here is durable.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.intake.tables.cells import CellFault
from gateway.intake.tables.reading import ReadRow

Judged = tuple[int, Any, list[CellFault]]  # (line, source, faults) of a row
_SCHEMA = """
pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -4096;
create table row (n integer primary key, line integer, source text, said text, grp text, ukey text, faults text, corrects text);
create index row_line on row (line);
create table seen (ukey text primary key, line integer) without rowid;
create table part (name text primary key, body text) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A good row: its number in the file, its line, what it says, the SHA-256 of that, and its unique key, "" without.

    `corrects` is the eventID of the event that it corrects, "" for none.
    """

    n: int
    line: int
    said: dict[str, Any]
    content_sha256: bytes
    unique: str
    corrects: str = ""


class Scratch:
    """Rows in, groups out. Row numbers count from 1 in the order of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self.rows = 0

    def first_line(self, unique: str, line: int) -> int:
        """The line of the first good row with this key: the given one, if none had it before."""
        if self._db.execute("insert or ignore into seen values (?, ?)", (unique, line)).rowcount == 1:
            return line
        (first,) = self._db.execute("select line from seen where ukey = ?", (unique,)).fetchone()
        return int(first)

    def add(self, row: ReadRow, source: Any) -> None:
        """Keeps a row with what it came as."""
        self.rows += 1
        faults = _faults_text(row.faults) if row.faults else None
        said = None if row.faults else _text(row.said)
        self._db.execute(
            "insert into row values (?, ?, ?, ?, ?, ?, ?, ?)",
            (self.rows, row.line, _text(source), said, row.group or str(self.rows), row.unique, faults, row.corrects),
        )

    def keep_part(self, name: str, body: Any) -> None:
        """Keeps something that rows share, such as the document they came in."""
        self._db.execute("insert or replace into part values (?, ?)", (name, _text(body)))

    def part(self, name: str) -> Any:
        """What was kept under this name."""
        (body,) = self._db.execute("select body from part where name = ?", (name,)).fetchone()
        return json.loads(body)

    def groups(self, size: int) -> Iterator[list[list[Kept]]]:
        """Groups of good rows in the order of their first rows, `size` groups at a time."""
        self._db.execute("create index row_group on row (grp)")
        self._db.execute(
            "create table grp as select min(n) as first, grp from row where faults is null group by grp order by first"
        )
        self._db.execute("create index grp_first on grp (first)")
        after = 0
        while True:
            page = self._db.execute("select first, grp from grp where first > ? order by first limit ?", (after, size)).fetchall()
            if not page:
                return
            after = page[-1][0]
            yield [self._group(name) for _, name in page]

    def _group(self, name: str) -> list[Kept]:
        rows = self._db.execute(
            "select n, line, said, ukey, corrects from row where grp = ? and faults is null order by n", (name,)
        ).fetchall()
        return [
            Kept(n, line, json.loads(said), hashlib.sha256(said.encode()).digest(), ukey, corrects)
            for n, line, said, ukey, corrects in rows
        ]

    def refuse(self, n: int, faults: Sequence[CellFault]) -> None:
        """Marks a row as refused."""
        self._db.execute("update row set faults = ? where n = ?", (_faults_text(faults), n))

    def refuse_line(self, line: int, faults: Sequence[CellFault]) -> None:
        """Marks the row of a line as refused."""
        self._db.execute("update row set faults = ? where line = ?", (_faults_text(faults), line))

    def good(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """(line, source) of every good row, in order."""
        for line, source in self._db.execute("select line, source from row where faults is null order by n"):
            yield line, json.loads(source)

    def refused(self) -> Iterator[Judged]:
        """Every refused row, in order."""
        return self._judged("select line, source, faults from row where faults is not null order by n")

    def all(self) -> Iterator[Judged]:
        """Every row, in order."""
        return self._judged("select line, source, coalesce(faults, '[]') from row order by n")

    def _judged(self, query: str) -> Iterator[Judged]:
        for line, source, faults in self._db.execute(query):
            yield line, json.loads(source), [CellFault(**entry) for entry in json.loads(faults)]


@contextmanager
def open_scratch() -> Iterator[Scratch]:
    """A scratch file that has no name while it is used: the rows of a process that is killed are gone with it."""
    with tempfile.TemporaryDirectory(prefix="shisu-import-") as directory:
        connection = sqlite3.connect(Path(directory) / "rows.db", isolation_level=None)
        connection.executescript(_SCHEMA)
    try:
        connection.execute("begin")
        yield Scratch(connection)
    finally:
        connection.close()


def _faults_text(faults: Sequence[CellFault]) -> str:
    return json.dumps([fault.to_json() for fault in faults], ensure_ascii=False)


def _text(value: Any) -> str:
    """Sorted and without blanks: its hash is kept with recorded rows, and must be the same for ever."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

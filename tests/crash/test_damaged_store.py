"""
A store that was damaged: pages flipped, the WAL deleted, rows edited (RELIABILITY.md §7 B6).

The auditor says so, whatever byte it is, and never breaks off with an exception. No certificate is served that says
anything else: what leads to another root is not handed out, and where its evidence is damaged a verifier refuses it.
Every column of every table is edited in `tests/unit/gateway/fsck/test_every_column.py`.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from certs.canonical import canonical
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from gateway.fsck.expected import Expected
from gateway.fsck.findings import MISSING, Finding
from gateway.rendering import certificate
from gateway.store.errors import StoreUnfit
from gateway.store.pinned import pin
from gateway.store.read_only import open_read_only
from gateway.trust import current_bundle
from tests.member_line import open_bench
from tests.unit.gateway.fsck.conftest import Audited, audited, filled  # noqa: F401  fixtures
from tests.unit.gateway.fsck.test_every_column import FOUND
from tests.world import MEMBER

PAGE = 4096
EVIDENCE = {"transactionHash": None, "evidence": None}  # the parts of a certificate that are not led to the root again
PLACES = (1, 100, 2_000, 4_000)  # of a page: its head, its cell pointers, its middle, its last cells


def content(path: Path) -> dict[str, list[tuple[Any, ...]]] | None:
    """Every column that the auditor answers for, of every row; None where they cannot be read."""
    try:
        with closing(sqlite3.connect(path)) as opened:
            asked = {table: ",".join(f'"{column}"' for column in columns) for table, columns in FOUND.items()}
            return {table: sorted(opened.execute(f"select {names} from {table}"), key=repr) for table, names in asked.items()}
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def flipped(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1]))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_a_bit_of_any_page_is_found_or_changes_nothing(audited: Audited, place: int) -> None:  # noqa: F811
    check_pages(audited, place, every=1)


def test_a_bit_of_some_pages_is_found_or_changes_nothing(audited: Audited) -> None:  # noqa: F811
    check_pages(audited, 4_000, every=7)


def check_pages(audited: Audited, place: int, *, every: int) -> None:  # noqa: F811
    bench = audited.bench
    store, sound = emptied(audited), bench.directory / "sound.db"
    shutil.copy(store, sound)
    true = content(sound)
    assert true is not None
    number = true["certificates"][0][0]
    served = certificate_of(sound, number)
    bundle = load_bundle(canonical(current_bundle(bench.chain, audited.expected.consortium)))
    found_at_all = 0
    for page in range(1, sound.stat().st_size // PAGE, every):
        shutil.copy(sound, store)
        flipped(store, page * PAGE + place)
        found = audit_file(audited, store)
        found_at_all += bool(found)
        if not found:
            assert content(store) == true, f"page {page}: rows changed and nobody noticed"
        shown = certificate_of(store, number)
        assert shown is None or shown | EVIDENCE == served | EVIDENCE
        assert shown in (None, served) or verify(canonical(shown), bundle, now=bench.clock).verdict is not Verdict.AUTHENTIC
    assert found_at_all


def emptied(audited: Audited) -> Path:  # noqa: F811
    """The store's file with everything in it, and nobody who has it open."""
    audited.bench.database.close()
    store = audited.bench.directory / "gateway.db"
    with closing(sqlite3.connect(store)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return store


def overwritten(store: Path, text: bytes, by: bytes) -> None:
    """Wherever a text stands."""
    held = store.read_bytes()
    assert text in held
    store.write_bytes(held.replace(text, by + text[len(by) :]))


@pytest.mark.parametrize("text", [b"CREATE TABLE events", b"CREATE TABLE acts", b"CREATE INDEX events_open"])
def test_a_schema_that_is_no_text_any_more_is_found(audited: Audited, text: bytes) -> None:  # noqa: F811
    """SQLite's own message on it quotes the bytes, and cannot be read either."""
    store = emptied(audited)
    overwritten(store, text, b"CREA\xd4")
    assert audit_file(audited, store)


def test_a_text_that_is_none_any_more_is_named_and_the_audit_goes_on(audited: Audited) -> None:  # noqa: F811
    store = emptied(audited)
    overwritten(store, b'{"action":"propose"', b"\xff")
    overwritten(store, b"SHFS-COM-2-1-", b"\xff")
    found = {(finding.table, finding.what) for finding in audit_file(audited, store)}
    assert {("acts", "act.asked"), ("certificates", "certificate.number")} <= found


@pytest.mark.slow
def test_any_few_bits_are_found_or_change_nothing(audited: Audited) -> None:  # noqa: F811
    store = emptied(audited)
    true, sound, choose = content(store), store.read_bytes(), random.Random(7)
    for _ in range(400):
        store.write_bytes(sound)
        for _ in range(choose.choice((1, 1, 3))):
            flipped(store, choose.choice((choose.randrange(100), *(choose.randrange(len(sound)) for _ in range(8)))))
        assert audit_file(audited, store) or content(store) == true


def audit_file(audited: Audited, store: Path) -> list[Finding]:  # noqa: F811
    """What the command would find; a store that cannot be opened is found to be damaged by that."""
    for suffix in ("-wal", "-shm"):
        store.with_name(store.name + suffix).unlink(missing_ok=True)
    try:
        audited.bench.database = open_read_only(f"sqlite:///{store}")
    except StoreUnfit:
        return [Finding("differs", "store", "-", "store.unreadable")]
    found = audited.audit()
    audited.bench.database.close()
    return found


def certificate_of(store: Path, number: str) -> Any:
    """What would be served, None for nothing."""
    try:
        database = open_read_only(f"sqlite:///{store}")
    except Exception:  # whatever it is, nothing is served
        return None
    try:
        return certificate(database, number, "public")
    except Exception:  # the same
        return None
    finally:
        database.close()


def test_what_a_lost_wal_held_is_named_and_no_second_head_is_written(tmp_path: Path) -> None:
    """What is left is an older store (A2): what it lacks is on the chain, and is left alone."""
    with open_bench(tmp_path) as bench:
        consortium = bench.line().consortium
        with bench.database.write() as tx:
            pin(tx, consortium.facts())
        bench.accept(2)
        with closing(sqlite3.connect(tmp_path / "gateway.db")) as opened:
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with bench.worker() as worker:
            bench.settle(worker)
            shutil.copy(tmp_path / "gateway.db", tmp_path / "lost.db")  # the WAL beside it has all that the worker did
        bench.put_back("lost.db")
        expected = Expected(consortium=consortium, hosts=(), served=[MEMBER])
        lacking = [(entry.kind, entry.table, entry.row, entry.what) for entry in Audited(bench, expected).audit()]
        name = f"0x{bench.line().signer_bytes.hex()} nonce 0"
        assert lacking == [(MISSING, "batches", "COM 1", "chain.lacking")], (lacking, name)
        with bench.worker() as worker:
            bench.settle(worker)
        assert (bench.chain.anchored_seqs(), bench.seqs(), bench.states()) == ([1, 2], [2], ["issued"])
        assert "pipeline.chain.ahead" in bench.log.events()

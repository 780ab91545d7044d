"""
A store that cannot be written: full, bounded, read-only or locked (RELIABILITY.md §7 B3, B4, B5).

New events are refused with a coded 503, and nothing of them stays; certificates are served all the same, and once it is over the
same documents are taken.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as engine_event

from gateway.store import database as module
from gateway.store.database import open_database
from gateway.store.errors import StoreUnfit
from tests.service import ABATTOIR, COM, Service, document, event

ENOUGH = 60  # documents, of which a store that may not grow takes only some
CAN_MOUNT = os.geteuid() == 0 and subprocess.call(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL) == 0
needs_mount = pytest.mark.skipif(not CAN_MOUNT, reason="may not mount a disk of its own")
Fault = Callable[[Service], AbstractContextManager[None]]


@contextmanager
def pragma(service: Service, statement: str) -> Iterator[None]:
    """On every connection, as long as it lasts."""

    def set_it(connection: Any, _record: object) -> None:
        connection.execute(statement).close()

    engine = service.db._engine
    engine_event.listen(engine, "connect", set_it)
    service.db.close()
    try:
        yield
    finally:
        engine_event.remove(engine, "connect", set_it)
        service.db.close()


def no_more_pages(service: Service) -> AbstractContextManager[None]:
    return pragma(service, "PRAGMA max_page_count=1")  # SQLite takes the number of pages there are instead


def read_only(service: Service) -> AbstractContextManager[None]:
    return pragma(service, "PRAGMA query_only=1")  # the error of a file that may only be read


@contextmanager
def small_files(service: Service) -> Iterator[None]:
    """`ulimit -f`: no file grows beyond what the WAL needs for a few writes. Python ignores SIGXFSZ, so writes fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(service: Service) -> Iterator[None]:
    """By a backup, for longer than a writer waits."""
    with closing(sqlite3.connect(str(service.db.path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


FAULTS: dict[str, Fault] = {
    "max_page_count": no_more_pages, "query_only": read_only, "ulimit -f": small_files, "locked": locked
}  # fmt: skip


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 100)
    made = Service(tmp_path)
    yield made
    made.db.close()


def numbered(at: int) -> bytes:
    return document(event(eventID=f"urn:x:{at}", cn__meatQualityCert=f"ABA-{at}", cn__vehiclePlate="沪X00000" * 40))


def refuses_and_serves(service: Service, fault: AbstractContextManager[None]) -> set[str]:
    """The rule of this file; the codes that were answered."""
    key = service.key(ABATTOIR)
    location = service.post("/capture", numbered(0), key).headers["location"]
    (number,) = service.issue_all(COM)
    check_code = service.get(location, key).json()["events"][0]["link"].partition("?k=")[2]
    path = f"/certificates/{number}.json?k={check_code}"
    before = service.get(path).content
    taken, codes = {0}, set()
    with fault:
        for at in range(1, ENOUGH):
            answer = service.post("/capture", numbered(at), key, Idempotency_Key=f"k{at}")
            if answer.status_code == 202:
                taken.add(at)
                continue
            assert (answer.status_code, answer.headers["retry-after"].isdigit()) == (503, True), answer.text
            codes.add(answer.json()["code"])
            served = service.get(path)
            assert (served.status_code, served.content == before) == (200, True)
            if at > len(taken) + 3:
                break
        assert service.get(path).content == before
    assert {row.event_id for row in service.rows()} == {f"urn:x:{at}" for at in taken}
    for at in range(ENOUGH):
        assert service.post("/capture", numbered(at), key, Idempotency_Key=f"k{at}").status_code == 202
    assert [row.event_id for row in service.rows()].count("urn:x:1") == 1
    assert len(service.rows()) == ENOUGH
    return codes


@pytest.mark.parametrize("name", FAULTS)
def test_a_store_that_cannot_be_written_refuses_events_and_serves_certificates(service: Service, name: str) -> None:
    codes = refuses_and_serves(service, FAULTS[name](service))
    assert codes
    assert all(code.startswith("store.") for code in codes), codes


@needs_mount
def test_a_disk_that_is_full_refuses_events_and_serves_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 100)
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=700", "none", str(disk)], check=True)
    try:
        service = Service(disk, free_bytes=0)  # SQLite is asked here, not the room that is left free
        assert refuses_and_serves(service, filled_up(disk))
        service.db.close()
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextmanager
def filled_up(disk: Path) -> Iterator[None]:
    """Everything but a few pages of the disk is taken."""
    rest = os.statvfs(disk)
    (disk / "rest").write_bytes(bytes(rest.f_bavail * rest.f_bsize - 150_000))
    try:
        yield
    finally:
        (disk / "rest").unlink()


@needs_mount
def test_a_gateway_does_not_start_on_a_disk_that_is_read_only(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "none", str(disk)], check=True)
    try:
        Service(disk).db.close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(StoreUnfit) as refused:
            open_database(f"sqlite:///{disk}/gateway.db")
        assert (refused.value.code, refused.value.field) == ("store.file", "open")
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_backup_that_is_done_in_time_delays_and_nothing_else(tmp_path: Path) -> None:
    service = Service(tmp_path)
    key = service.key(ABATTOIR)
    with closing(sqlite3.connect(str(service.db.path), isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.3, other.rollback)
        engine_event.listen(service.db._engine, "begin", lambda _: done.ident or done.start())  # a writer waits from now on
        assert service.post("/capture", numbered(0), key).status_code == 202
        done.join()
    service.db.close()

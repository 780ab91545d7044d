"""Whether there is room for more events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import Refused
from gateway.room import BELIEVED_S, RETRY_S, Room, free_bytes
from gateway.settings import Limits
from tests.service import ABATTOIR, COM, Service, document, event, service_in


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    yield from service_in(tmp_path)


class Disk:
    """A disk whose free bytes a test sets, and a clock."""

    left = 1_000
    now = 0.0
    asked = 0

    def free(self, _path: Path) -> int:
        self.asked += 1
        return self.left


def room_of(service: Service, disk: Disk, **limits: int) -> Room:
    settings = Limits(**{"free_bytes": 100, **limits})
    return Room(service.db, settings, [COM], monotonic=lambda: disk.now, free=disk.free)


def missing(room: Room) -> str:
    try:
        room.require()
    except Refused as refused:
        assert refused.retry_s == RETRY_S
        return refused.code
    return ""


def test_a_disk_with_just_enough_room_is_enough(service: Service) -> None:
    disk = Disk()
    room = room_of(service, disk)
    for left, code in ((100, ""), (99, "intake.disk"), (100, "")):
        disk.left = left
        disk.now += BELIEVED_S
        assert missing(room) == code


def test_too_many_open_events_are_a_backlog_until_a_batch_is_closed(service: Service) -> None:
    disk = Disk()
    room = room_of(service, disk, open_events=2)
    service.post("/capture", document(event(eventID="urn:x:1")), service.key(ABATTOIR))
    assert missing(room) == ""
    service.post("/capture", document(event(eventID="urn:x:2")), service.key(ABATTOIR))
    disk.now += BELIEVED_S
    assert missing(room) == "intake.backlog"
    service.close_all(COM)
    disk.now += BELIEVED_S
    assert missing(room) == ""


def test_what_was_found_is_believed_for_a_moment_and_never_over_a_clock_moved_back(service: Service) -> None:
    disk = Disk()
    room = room_of(service, disk)
    for now, asked in ((0.0, 1), (BELIEVED_S / 2, 1), (BELIEVED_S, 2), (BELIEVED_S * 1.5, 2), (-100.0, 3)):
        disk.now = now
        room.require()
        assert disk.asked == asked


def test_the_real_disk_says_how_much_is_left(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) >= 0

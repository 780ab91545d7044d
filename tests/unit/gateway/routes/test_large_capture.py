"""What a large document costs: memory, on a service in a process of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

import pytest

from tests.conftest import ROOT
from tests.service import ABATTOIR, Service, document, event

EVENT_BYTES = 800


def write_document(file: IO[bytes], count: int, *, padding: int = 140) -> None:
    """An EPCISDocument of `count` different events of about 800 bytes, written one by one."""
    head, tail = document().split(b"[]")
    file.write(head + b"[")
    for i in range(count):
        lot = [{"epcClass": f"https://id.gs1.org/01/09521234100027/10/L{i:06d}", "quantity": 8010.5, "uom": "KGM"}]
        said = event(quantityList=lot, cn__slipNo="x" * padding, cn__meatQualityCert=f"ABA-{i:06d}")
        file.write((b"," if i else b"") + json.dumps(said, ensure_ascii=False).encode())
    file.write(b"]" + tail)


async def post(service: Service, file: IO[bytes], key: dict[str, str]) -> tuple[int, int]:
    """(status, bytes of the answer) of a capture whose body is read from a file and whose answer is thrown away."""
    said = [0, 0]
    headers = [(b"content-type", b"application/json"), (b"authorization", key["Authorization"].encode())]
    scope = {"type": "http", "method": "POST", "path": "/capture", "query_string": b"", "headers": headers, "http_version": "1.1"}

    async def receive() -> dict[str, Any]:
        piece = file.read(65_536)
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            said[0] = message["status"]
        said[1] += len(message.get("body", b""))

    await service.app({**scope, "scheme": "http", "server": ("a", 80), "client": ("b", 1)}, receive, send)
    return said[0], said[1]


def peak_kib() -> int:
    """The most memory this process has had, in KiB."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def main(count: int) -> None:
    """Prints the memory before and after a capture of `count` events, and what was answered."""
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryFile() as file:
        service = Service(Path(directory))
        key = service.key(ABATTOIR)
        service.post("/capture", document(event()), key)
        write_document(file, count)
        file.seek(0)
        before = peak_kib()
        status, answered = asyncio.run(post(service, file, key))
        print(json.dumps({"before": before, "after": peak_kib(), "status": status, "answered": answered}))
        service.db.close()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
def test_ten_thousand_events_go_in_with_the_memory_of_a_thousand() -> None:
    found = {}
    for count in (1_000, 10_000):
        done = subprocess.run([sys.executable, "-m", __spec__.name, str(count)], cwd=ROOT, capture_output=True, check=True)
        found[count] = json.loads(done.stdout)
        assert found[count]["status"] == 202
        assert found[count]["answered"] > 400 * count
    assert found[10_000]["after"] < 1.4 * found[1_000]["after"]
    assert found[10_000]["after"] - found[10_000]["before"] < 6 * EVENT_BYTES * 10_000 // 1024  # the file's own pages included


if __name__ == "__main__":
    main(int(sys.argv[1]))

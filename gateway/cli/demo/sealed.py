"""
Runs `python -m certs verify` in a process that can reach neither network nor database nor chain.

The child installs an audit hook (PEP 578) that ends every attempt to open a socket, a database, another process, or a file
outside the folder it was given; a hook cannot be removed again. That the verifier still answers shows that it needs none.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certs

# Runs before anything of certs: names of audit events from the Python documentation, "Audit events table".
SEAL = """
import os, sys
code, folder = sys.argv.pop(1), sys.argv.pop(1)
sys.path.insert(0, code)
import certs.__main__

AREAS = {"socket", "ssl", "http", "urllib", "sqlite3", "subprocess", "ctypes"}
CALLS = {"os.system", "os.exec", "os.fork", "os.posix_spawn"}
READABLE = tuple(os.path.realpath(p) + os.sep for p in (folder, code, sys.base_prefix, sys.prefix))

def seal(event, args):
    if event.split(".")[0] in AREAS or event in CALLS:
        raise PermissionError("sealed: " + event)
    if event == "open" and isinstance(args[0], str) and not os.path.realpath(args[0]).startswith(READABLE):
        raise PermissionError("sealed: open")

sys.addaudithook(seal)
sys.exit(certs.__main__.main(sys.argv[1:]))
"""


@dataclass(frozen=True, slots=True)
class SealedAnswer:
    """What the sealed process printed, one report a file, and its exit code."""

    reports: list[dict[str, Any]]
    exit_code: int


def verify_sealed(files: Sequence[Path], bundle: Path, *, now: str | None = None) -> SealedAnswer:
    """Copies files and bundle into an empty folder and verifies them there. Raises `RuntimeError` if it gave no reports."""
    with tempfile.TemporaryDirectory(prefix="shisu-sealed-") as folder:
        copies = [shutil.copy(file, folder) for file in files]
        pinned = shutil.copy(bundle, Path(folder) / "trust-bundle.json")
        arguments = ["verify", *map(str, copies), "--trust", str(pinned), "--json", *(["--now", now] if now else [])]
        code = Path(certs.__file__).parents[1]
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", SEAL, str(code), folder, *arguments],
            capture_output=True,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd=folder,
            check=False,
        )
    reports = [json.loads(line) for line in done.stdout.decode().splitlines()]
    if len(reports) != len(files):
        raise RuntimeError(done.stderr.decode()[-2_000:])
    return SealedAnswer(reports, done.returncode)

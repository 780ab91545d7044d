"""
The pinned trust bundle of this user: one file, written only by `shisu trust pin` after a person has seen its fingerprint.

The command line never picks a bundle up beside a certificate: what travels with a certificate proves nothing about it.
"""

from __future__ import annotations

import os
from pathlib import Path

from certs.__main__ import read_limited
from certs.errors import CannotCheck
from certs.limits import LIMITS
from certs.trust import Bundle, load_bundle


def default_path() -> Path:
    """`$XDG_CONFIG_HOME/shisu/trust.json`, or below `~/.config`."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "shisu" / "trust.json"


def read_bundle(path: Path) -> Bundle:
    """The bundle at `path`. Raises `CannotCheck`: `bundle.missing`, or what does not hold."""
    try:
        raw = read_limited(path, LIMITS.bundle_bytes)
    except OSError:
        raise CannotCheck("bundle.missing") from None
    return load_bundle(raw)


def pin(raw: bytes, path: Path) -> None:
    """Writes the pinned bundle whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)

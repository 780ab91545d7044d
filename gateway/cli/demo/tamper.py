"""What a forger or a careless hand would do to a certificate file: change one character, lose the status proof."""

from __future__ import annotations

from pathlib import Path

from certs.canonical import canonical, parse
from certs.limits import LIMITS


def change_one_character(source: Path, target: Path) -> str:
    """Changes one digit of the first quantity in the public part, keeping the file well formed. Returns what was done."""
    raw = source.read_bytes()
    at = raw.index(b'"quantity":') + len(b'"quantity":')
    changed = raw[:at] + (b"9" if raw[at : at + 1] != b"9" else b"8") + raw[at + 1 :]
    target.write_bytes(changed)
    return f"quantity {raw[at : at + 1].decode()}… → {changed[at : at + 1].decode()}…"


def cut_staple(source: Path, target: Path) -> None:
    """Takes the status proof off."""
    file = parse(source.read_bytes(), max_depth=LIMITS.wrapped_depth)
    del file["staple"]
    target.write_bytes(canonical(file))

"""What the vectors' cases are made of: the table of cases, consortia with one batch, and ways to damage a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import rlp

from certs.canonical import canonical
from certs.record import Record
from tests.world import START, Anchor, World, hexed, key, record_of

NOW = START + 3_600
DAY = 86_400
FIVE = tuple(record_of(f"示例{i}") for i in range(5))
LEAF = 2  # which of the five the cases are about
GTIN = "01/09521234100027"
ACTIVE, SUSPENDED, SUPERSEDED, REVOKED, RECALLED = 1, 2, 3, 4, 5
CURVE = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
EXTRA_DATA, NUMBER_FIELD = 12, 8


class Vectors:
    """The cases and bundles, by name."""

    def __init__(self) -> None:
        self.cases: dict[str, dict[str, Any]] = {}
        self.bundles: dict[str, bytes] = {}

    def bundle(self, name: str, value: Any) -> str:
        """Keeps a bundle (an object or raw bytes) under a name, and returns the name."""
        self.bundles[name] = value if isinstance(value, bytes) else canonical(value)
        return name

    def case(
        self, name: str, desc: str, want: str, file: bytes, *, bundle: str = "four", now: int = NOW, freshness: int = 7
    ) -> None:
        """`want` is "VERDICT step code", with step "-" for VALID. Bytes that are no UTF-8 are kept as hex."""
        if name in self.cases:
            raise ValueError(name)
        verdict, step, code = want.rsplit(" ", 2)
        judged = {"verdict": verdict, "step": None if step == "-" else int(step), "code": code}
        content = {"desc": desc, "want": judged, "now": now, "freshness": freshness, "bundle": bundle}
        try:
            self.cases[name] = {**content, "file": file.decode("utf-8")}
        except UnicodeDecodeError:
            self.cases[name] = {**content, "fileHex": file.hex()}

    def write(self, directory: Path) -> None:
        """One file a case, one a bundle (its exact bytes)."""
        for place in ("certificate", "bundle"):
            (directory / place).mkdir(parents=True, exist_ok=True)
        for name, raw in self.bundles.items():
            (directory / "bundle" / f"{name}.json").write_bytes(raw)
        for name, case in self.cases.items():
            text = json.dumps(case, ensure_ascii=False, indent=1) + "\n"
            (directory / "certificate" / f"{name}.json").write_text(text, encoding="utf-8")


def scene(records: Sequence[Record] = FIVE, *, after: int = 2, anchor: dict[str, Any] | None = None, **world: Any) -> Anchor:
    """Four validators, one batch anchored in block 4, and `after` blocks on top. Blocks 0–3 are the same in every scene."""
    made = World(names=tuple("abcd"), **world).anchor(records, **(anchor or {}))
    for _ in range(after):
        made.world.mine()
    return made


@cache
def main_scene() -> Anchor:
    """The scene that most cases damage."""
    return scene()


@cache
def bare_of_staple() -> bytes:
    """The same file without its staple: what steps 1 to 8 are damaged in, to keep the vectors small."""
    return main_scene().file(LEAF)


@cache
def of_form_only() -> bytes:
    """A file of the right form whose evidence says nothing: enough where only steps 1 to 3 are run."""
    return put(put(bare_of_staple(), "/certificate/evidence/headers", ["0x00"]), "/certificate/evidence/nodes", ["0x00", "0x01"])


@cache
def stapled() -> bytes:
    """The VALID file that most cases damage."""
    return with_staple(main_scene())


def with_staple(anchor: Anchor, index: int = LEAF, **options: Any) -> bytes:
    """The file of one leaf with a staple at the newest block."""
    staple = options.pop("staple", None) or anchor.staple(index)
    return anchor.file(index, staple=staple, **options)


def put(raw: bytes, pointer: str, value: Any) -> bytes:
    """The file with what is at a JSON pointer replaced; a callable is given the old value."""
    whole = json.loads(raw)
    at = whole
    *parents, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    for part in parents:
        at = at[part]
    at[last] = value(at[last]) if callable(value) else value
    return canonical(whole)


def without(raw: bytes, pointer: str) -> bytes:
    """The file with one name or entry removed."""
    whole = json.loads(raw)
    at = whole
    *parents, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    for part in parents:
        at = at[part]
    del at[last]
    return canonical(whole)


def rewritten(header_hex: str, change: Callable[[list[Any]], Any]) -> str:
    """A raw header with its RLP fields changed, its seals as they were."""
    fields = rlp.decode(bytes.fromhex(header_hex[2:]))
    change(fields)
    return hexed(rlp.encode(fields))


def extra_changed(change: Callable[[list[Any]], Any]) -> Callable[[str], str]:
    """For `put`: a header whose extraData items are changed."""

    def apply(fields: list[Any]) -> None:
        items = rlp.decode(fields[EXTRA_DATA])
        change(items)
        fields[EXTRA_DATA] = rlp.encode(items)

    return lambda header: rewritten(header, apply)


def sealed_by(*names: str) -> Callable[[Any, bytes], list[bytes]]:
    """For `World.sign`: seals of these keys, whoever they are."""
    return lambda _, digest: [key(name).sign_msg_hash(digest).to_bytes() for name in names]


def twin(seal: bytes) -> bytes:
    """The other signature (n − s, flipped v) of the same key over the same digest."""
    s = CURVE - int.from_bytes(seal[32:64], "big")
    return seal[:32] + s.to_bytes(32, "big") + bytes([1 - seal[64]])


def made_by(**world: Any) -> Anchor:
    """The usual batch in a world of its own."""
    return World(**world).anchor(FIVE)


def marked(*words: tuple[int, int, dict[str, Any]], filler: int = 0) -> Anchor:
    """The scene with StatusRegistry words set: (which slot of the leaf's: 0 leaf, 1 batch, 2 GTIN, 3 lot; status; options)."""
    anchor = scene(after=1)
    for at, status, options in words:
        anchor.world.set_status(anchor.slots(LEAF)[at], status, **options)
    for i in range(filler):
        anchor.world.set_status(hashlib.sha256(bytes([i])).digest(), ACTIVE)
    anchor.world.mine()
    return anchor

"""
Every change of one value of a file: each JSON path × each kind of change, and the table of what each must lead to.

The files are made from `tests.world`: `full` uses every part of the format, `hidden` is a public rendering alone, `bundle` has
two sets. `python -m tests.vector_cases.changes` writes tests/vectors/changes/*.tsv anew: path, kind, verdict step code. A row
that changes is a change of the protocol; the tests say which rows may be VALID at all.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from certs.canonical import canonical
from certs.errors import CannotCheck
from certs.record import Tier
from certs.trust import Bundle, load_bundle
from certs.verify import Report, verify
from tests.vector_cases.scenes import ACTIVE, NOW
from tests.world import LOT, Anchor, ItemTree, World, record_of

TABLES = Path(__file__).resolve().parents[1] / "vectors" / "changes"
GONE = object()
HEX = re.compile("0x(?:[0-9a-f]{2})+")


@cache
def consortium() -> tuple[bytes, bytes, Bundle]:
    """A full file (all tiers, an item, a staple in a well-filled registry), another of another batch, and the bundle."""
    world = World(names=tuple("abcd"))
    for i in range(40):
        world.set_status(hashlib.sha256(bytes([i])).digest(), ACTIVE)
    files = []
    made: list[tuple[Anchor, dict[str, Any]]] = []
    for seq in (1, 2):
        units = ItemTree([f"{LOT}/21/{seq}{i}" for i in range(5)])
        more = {"items": units.stated(), "documents": ["检疫票", f"车票{seq}"], "context": ["urn:a", {"cn": f"urn:{seq}"}]}
        codes = [LOT, f"{LOT}/21/{seq}"]
        extra = record_of(f"示例{seq}", time=f"2025-06-0{seq}T01:40:00Z", codes=codes, **more)
        body = {"event": {"cn:vehiclePlate": "沪X00000", "ilmd": {"cn:driver": f"张{seq}"}}, "sha256": f"0x{seq:064x}"}
        extra = replace(extra, submitter=Tier(extra.submitter.salt, body))
        made.append((world.anchor([record_of("一"), record_of("二"), extra, record_of("三")], seq=seq), units.proof(3)))
    world.mine()
    for anchor, proof in made:
        staple = anchor.staple(2, slots=anchor.slots_of_item(2, proof["code"]))
        files.append(anchor.file(2, shown=3, item=proof, staple=staple))
    return files[0], files[1], load_bundle(canonical(world.bundle()))


def paths(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every JSON pointer of a value, itself first, with what is there. (No name of ours needs escaping.)"""
    yield at, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from paths(inner, f"{at}/{i}")


def changed(whole: Any, at: str, value: Any) -> bytes:
    """The file with the value at a path replaced, or removed for GONE."""
    if not at:
        return canonical(value)
    copy = json.loads(json.dumps(whole))
    *parents, last = at.split("/")[1:]
    place = copy
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    key: Any = int(last) if isinstance(place, list) else last
    if value is GONE:
        del place[key]
    else:
        place[key] = value
    return canonical(copy)


def flipped(text: str) -> list[str]:
    """The hex with the lowest bit of its last, and the highest of its first byte flipped."""
    raw = bytes.fromhex(text[2:])
    if not raw:
        return []
    return ["0x" + (raw[:-1] + bytes([raw[-1] ^ 1])).hex(), "0x" + (bytes([raw[0] ^ 128]) + raw[1:]).hex()]


def retyped(value: Any) -> list[Any]:
    """Values of the other JSON types."""
    return [other for other in ("x", 1, 1.5, True, [], {}) if type(other) is not type(value)]


def mutations(at: str, value: Any, other: Any) -> Iterator[tuple[str, Any]]:
    """The changes of one value: (kind, new value); `other` is what another valid file has there."""
    if at:
        yield "delete", GONE
        yield "null", None
    for wrong in retyped(value):
        yield "retype", wrong
    if isinstance(value, dict):
        yield "unknown name", {**value, "unknown": 1}
    if isinstance(value, list):
        yield "reorder", value[::-1]
        yield "reorder", [*value[1:], *value[:1]]
        yield "repeat", [*value, *value[:1]]
    if isinstance(value, str) and re.fullmatch("0x[0-9a-f]+", value):
        for bits in flipped(value):
            yield "flip", bits
    if isinstance(value, str):
        yield "append", value + "0"
    if isinstance(value, int) and not isinstance(value, bool):
        yield "one more", value + 1
        yield "one less", value - 1
    if other is not GONE:
        yield "another certificate's", other


def further(value: Any) -> Iterator[tuple[str, Any]]:
    """Changes of form that `mutations` leaves to the table: extremes of numbers, spellings and lengths of hex, empty values."""
    if isinstance(value, int) and not isinstance(value, bool):
        yield from (
            ("zero", 0),
            ("double", value * 2),
            ("2^53-1", 2**53 - 1),
            ("as text", str(value)),
            ("plus a half", value + 0.5),
        )
    if isinstance(value, list | dict | str) and value:
        yield "empty", type(value)()
    if isinstance(value, list) and value:
        yield "first doubled", [value[0], *value]
        yield "last dropped", value[:-1]
    if isinstance(value, str) and HEX.fullmatch(value):
        yield from (("upper case", "0x" + value[2:].upper()), ("0X", "0X" + value[2:]), ("no 0x", value[2:]))
        yield from (("a byte less", value[:-2]), ("a byte more", value + "00"), ("half a byte less", value[:-1]))
        yield from (("zeroed", "0x" + "00" * ((len(value) - 2) // 2)), ("inverted", "0x" + _inverted(value)))
    elif isinstance(value, str):
        yield from (("a space before", " " + value), ("a space after", value + " "), ("a line more", value + "\n"))
        yield from (("full width", value.translate(_FULL_WIDTH)), ("zero width inside", value[:1] + "\u200b" + value[1:]))


_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _inverted(text: str) -> str:
    return bytes(255 - byte for byte in bytes.fromhex(text[2:])).hex()


def rows(good: bytes, another: bytes, judge: Callable[[bytes], str]) -> list[str]:
    """The table of one file: `path TAB kind TAB answer`; a kind that comes again is numbered, what changes nothing is no row."""
    whole, others = json.loads(good), dict(paths(json.loads(another)))
    made = []
    for at, value in paths(whole):
        numbers: dict[str, int] = {}
        for kind, new in (*mutations(at, value, others.get(at, GONE)), *further(value)):
            raw = changed(whole, at, new)
            if raw in (good, another):
                continue
            numbers[kind] = numbers.get(kind, 0) + 1
            name = kind if numbers[kind] == 1 else f"{kind} {numbers[kind]}"
            made.append(f"{at or '(the whole)'}\t{name}\t{judge(raw)}")
    return made


def said(report: Report) -> str:
    """`VERDICT step code`."""
    return f"{report.verdict.label} {'-' if report.step is None else report.step} {report.code}"


@cache
def bundles() -> tuple[bytes, bytes]:
    """A bundle with two sets, and another consortium's of the same shape."""
    made = []
    for names, network in (("abcd", "production"), ("wxyz", "development")):
        world = World(names=tuple(names))
        world.change_validators((*names, "e"))
        world.mine()
        made.append(canonical(world.bundle(network=network)))
    return made[0], made[1]


def judge_bundle(raw: bytes) -> str:
    """What step 0 says of a bundle's bytes: its code, or `holds` with the fingerprint's first letters."""
    try:
        return f"holds {load_bundle(raw).fingerprint.hex()[:8]}"
    except CannotCheck as error:
        return f"CANNOT CHECK 0 {error.code}"


def hidden() -> tuple[bytes, bytes]:
    """The public renderings alone, without item and staple: hidden tiers are digests."""
    world = World(names=tuple("abcd"))
    first, second = (world.anchor([record_of(f"{seq}"), record_of("二")], seq=seq) for seq in (1, 2))
    return canonical(first.certificate(0)), canonical(second.certificate(0))


def tables() -> dict[str, list[str]]:
    """All tables by name."""
    good, another, bundle = consortium()
    bare, other_bare = hidden()
    world = World(names=tuple("abcd"))
    pinned = load_bundle(canonical(world.bundle()))
    return {
        "full": rows(good, another, lambda raw: said(verify(raw, bundle, now=NOW))),
        "hidden": rows(bare, other_bare, lambda raw: said(verify(raw, pinned, now=NOW))),
        "bundle": rows(*bundles(), judge_bundle),
    }


def write(directory: Path) -> None:
    """One file a table."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, lines in tables().items():
        (directory / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else TABLES)

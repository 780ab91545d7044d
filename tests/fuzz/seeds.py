"""
Writes the seeds of the fuzzers' corpus: `python -m tests.fuzz.seeds`. What a fuzzer found is kept beside them, by its own name.

The corpus is small on purpose: it is run by plain pytest every time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import rlp

from certs.canonical import canonical
from tests.vector_cases.changes import bundles, hidden
from tests.vector_cases.scenes import main_scene, stapled

CORPUS = Path(__file__).resolve().parent / "corpus"
JSON = {
    "scalars": b'[0,-1,0.5,1e-7,9007199254740991,true,false,null,"\\u0000"]',
    "names": b'{"a":{"a":{"b":[]}},"\xc3\xa9":"\\ud83e\\uddec"}',
    "duplicate": b'{"a":1,"a":1}', "depth": b"[" * 33 + b"]" * 33, "zero": b"-0", "surrogate": b'"\\ud800"',
    "long-number": b"0." + b"0" * 29 + b"1", "escapes": b'"\\"\\\\\\/\\b\\f\\n\\r\\t\\u20ac"', "proto": b'{"__proto__":1}',
}  # fmt: skip
RLP = {
    "empty": b"\x80", "list": b"\xc3\x01\x02\x03", "long": b"\xb8\x38" + b"a" * 56, "long-list": b"\xf8\x38" + b"\x01" * 56,
    "single": b"\x81\x01", "leading-zero": b"\xb9\x00\x38" + b"a" * 56, "deep": b"\xc1" * 54 + b"\xc0",
    "huge": b"\xbf" + b"\xff" * 8,
}  # fmt: skip


def seeds() -> Iterator[tuple[str, str, bytes]]:
    """(target, name, bytes) of every seed."""
    yield from (("json", name, raw) for name, raw in JSON.items())
    yield from (("rlp", name, raw) for name, raw in RLP.items())
    anchor, good = main_scene(), json.loads(stapled())
    log = anchor.world.anchored_log(**anchor.stated)
    for name, raw in (
        ("header", anchor.block.raw),
        ("receipt", anchor.world.receipt([log])),
        ("transaction", anchor.transaction),
    ):
        yield "rlp", name, raw
    nodes = [bytes.fromhex(node[2:]) for node in good["staple"]["nodes"]]
    state_root = rlp.decode(anchor.world.blocks[-1].raw)[3]
    for name, address in (("log", anchor.world.log_address), ("absent", bytes(20))):
        yield "trie", name, rlp.encode([state_root, address, nodes])
    receipts = [bytes.fromhex(node[2:]) for node in good["certificate"]["evidence"]["nodes"]]
    yield "trie", "receipt", rlp.encode([rlp.decode(anchor.block.raw)[5], b"\x80", receipts])
    yield "certificate", "full", stapled()
    yield "certificate", "bare", hidden()[0]
    yield "bundle", "two-sets", bundles()[0]
    yield "staple", "good", canonical(good["staple"])


def write(corpus: Path) -> None:
    """Each seed as a file of its target's directory."""
    for target, name, raw in seeds():
        (corpus / target).mkdir(parents=True, exist_ok=True)
        (corpus / target / f"seed-{name}").write_bytes(raw)


if __name__ == "__main__":
    write(CORPUS)

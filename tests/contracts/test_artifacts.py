"""The committed artifacts say what they are, match the sources, and are what is found on the chain after deployment."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("Consortium", "AnchorLog", "StatusRegistry")
ARTIFACTS = {name: json.loads((ROOT / f"ledger/_artifacts/{name}.json").read_text("utf-8")) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_an_artifact_was_made_from_the_sources_that_lie_here(name: str) -> None:
    sources = ARTIFACTS[name]["sources"]
    assert f"contracts/src/{name}.sol" in sources
    for path, digest in sources.items():
        assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest, f"{path}: run scripts/compile_contracts.py"


def test_no_source_is_left_out_of_the_artifacts() -> None:
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "contracts/src").rglob("*.sol")}
    assert there == {path for artifact in ARTIFACTS.values() for path in artifact["sources"]}


@pytest.mark.parametrize("name", NAMES)
def test_an_artifact_is_canonical_text_of_one_compiler(name: str) -> None:
    text = (ROOT / f"ledger/_artifacts/{name}.json").read_text("utf-8")
    assert text == json.dumps(ARTIFACTS[name], indent=1, sort_keys=True) + "\n"
    assert ARTIFACTS[name]["compiler"].startswith("0.8.37+commit.")
    assert ARTIFACTS[name]["settings"]["evmVersion"] == "london"


@pytest.mark.parametrize(("name", "label"), [("Consortium", "_setHash"), ("AnchorLog", "_heads"), ("StatusRegistry", "_entries")])
def test_what_state_proofs_read_stands_at_slot_zero(name: str, label: str) -> None:
    first = ARTIFACTS[name]["storageLayout"]["storage"][0]
    assert (first["label"], first["slot"], first["offset"]) == (label, "0", 0)


@pytest.mark.parametrize(
    ("name", "struct", "fields"),
    [
        ("AnchorLog", "t_struct(Head)_storage", ["root", "size", "blockNumber", "suite", "scope"]),
        ("StatusRegistry", "t_struct(Entry)_storage", ["status", "reason", "time", "change", "nextSeq", "nextIndex"]),
    ],
)
def test_the_words_are_packed_as_the_protocol_says(name: str, struct: str, fields: list[str]) -> None:
    members = ARTIFACTS[name]["storageLayout"]["types"][struct]["members"]
    assert [member["label"] for member in members] == fields
    last_slot = {"AnchorLog": "1", "StatusRegistry": "0"}[name]
    assert {member["slot"] for member in members} == ({"0", "1"} if last_slot == "1" else {"0"})


@pytest.mark.parametrize(("name", "held"), [("Consortium", "consortium"), ("AnchorLog", "log"), ("StatusRegistry", "registry")])
def test_deployed_code_is_the_artifacts_with_its_addresses_filled_in(world: Any, name: str, held: str) -> None:
    code = bytearray(world.w3.eth.get_code(getattr(world, held).address))
    addresses = {"_consortium": world.consortium.address, "_anchorLog": world.log.address}
    for immutable, places in ARTIFACTS[name]["immutableReferences"].items():
        for place in places:
            span = slice(place["start"], place["start"] + place["length"])
            assert bytes(code[span]) == bytes.fromhex(addresses[immutable][2:]).rjust(32, b"\0")
            code[span] = bytes(place["length"])
    assert "0x" + code.hex() == ARTIFACTS[name]["deployedBytecode"]
    assert len(code) <= 24_576


def test_the_code_has_nothing_that_london_lacks() -> None:
    """PUSH0 (0x5f) is the first opcode after London that a newer target would use; it is looked for outside push data."""
    for artifact in ARTIFACTS.values():
        code = bytes.fromhex(artifact["deployedBytecode"][2:])
        code = code[: -int.from_bytes(code[-2:], "big") - 2]  # without the compiler's version note
        place = 0
        while place < len(code):
            assert code[place] != 0x5F
            place += 1 + (code[place] - 0x5F if 0x60 <= code[place] <= 0x7F else 0)

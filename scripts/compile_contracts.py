#!/usr/bin/env python3
"""
Compiles the contracts into ledger/_artifacts/*.json, byte for byte the same on every machine.

The compiler is the pinned version and no other: `$SOLC`, one that py-solc-x has installed, or npm's through `solc_shim.mjs`
(`npm ci --prefix scripts`), whichever is there first. Warnings are errors. `--check` writes nothing, compares, and exits 1
with what differs. Nothing here deploys, and nothing that is shipped calls it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import solcx
from solcx.wrapper import get_solc_version

ROOT = Path(__file__).resolve().parent.parent
SOURCES = Path("contracts/src")
ARTIFACTS = ROOT / "ledger" / "_artifacts"
CONTRACTS = ("Consortium", "AnchorLog", "StatusRegistry")
VERSION = "0.8.37"
SETTINGS: dict[str, Any] = {
    "evmVersion": "london",  # no PUSH0: Besu, GoQuorum, geth 1.13 and py-evm all run it
    "metadata": {"bytecodeHash": "none"},  # a comment must not change the code
    "optimizer": {"enabled": True, "runs": 1000},  # deployed once, called for years
}
OUTPUT = [
    "abi",
    "storageLayout",
    "evm.bytecode.object",
    "evm.deployedBytecode.object",
    "evm.deployedBytecode.immutableReferences",
]


def compilers() -> Iterator[Path]:
    """Where a compiler may be, in the order in which they are tried."""
    if os.environ.get("SOLC"):
        yield Path(os.environ["SOLC"])
        return  # asked for by name: no other will do
    for version in solcx.get_installed_solc_versions():
        if str(version) == VERSION:
            yield Path(solcx.install.get_executable(version))
    if shutil.which("node") and (ROOT / "scripts" / "node_modules" / "solc").is_dir():
        yield ROOT / "scripts" / "solc_shim.mjs"


def find_compiler() -> tuple[Path, str]:
    """
    The compiler and its version with commit but without platform, which does not change the code.

    Raises `SystemExit` when there is none of the pinned version.
    """
    for path in compilers():
        found = get_solc_version(path, with_commit_hash=True)
        short = f"{found.major}.{found.minor}.{found.micro}"
        if short != VERSION:
            raise SystemExit(f"{path} is solc {short}; the artifacts are made with {VERSION}")
        return path, re.sub(r"^(\d+\.\d+\.\d+\+commit\.[0-9a-f]+).*$", r"\1", str(found))
    raise SystemExit(f"no solc {VERSION}: set $SOLC, or run `npm ci --prefix scripts`")


def read_sources() -> dict[str, str]:
    """Path from the repository's root → text, of every contract source."""
    return {p.relative_to(ROOT).as_posix(): p.read_text("utf-8") for p in sorted((ROOT / SOURCES).rglob("*.sol"))}


def source_closure(name: str, sources: dict[str, str]) -> list[str]:
    """The source and all that it imports, sorted."""
    seen: list[str] = []
    waiting = [name]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.append(path)
        for target in re.findall(r'^import [^"]*"(\.[^"]+)";', sources[path], re.M):
            waiting.append(os.path.normpath(Path(path).parent / target))
    return sorted(seen)


def layout(raw: dict[str, Any]) -> Any:
    """The storage layout without syntax-tree numbers, which change with unrelated lines."""
    text = re.sub(r"(t_(?:struct|enum)\(\w+\))\d+", r"\1", json.dumps(raw))
    return json.loads(text, object_hook=lambda fields: {k: v for k, v in fields.items() if k != "astId"})


def immutables(made: dict[str, Any], tree: dict[str, Any]) -> dict[str, Any]:
    """Name of the immutable → where it stands in the deployed code; the compiler gives its syntax-tree number."""
    (contract,) = (node for node in tree["nodes"] if node["nodeType"] == "ContractDefinition")
    names = {str(node["id"]): node["name"] for node in contract["nodes"]}
    return {names[number]: places for number, places in made["evm"]["deployedBytecode"].get("immutableReferences", {}).items()}


def build() -> dict[str, str]:
    """Contract name → the artifact's text. Raises `SystemExit` on an error or a warning of the compiler."""
    binary, version = find_compiler()
    sources = read_sources()
    artifacts = {}
    for contract in CONTRACTS:
        name = f"{SOURCES.as_posix()}/{contract}.sol"
        closure = source_closure(name, sources)
        request = {
            "language": "Solidity",
            "sources": {path: {"content": sources[path]} for path in closure},
            "settings": SETTINGS | {"outputSelection": {name: {contract: OUTPUT, "": ["ast"]}}},
        }
        answer = solcx.compile_standard(request, solc_binary=binary)
        complaints = [e["formattedMessage"] for e in answer.get("errors", [])]
        if complaints:
            raise SystemExit("\n".join(complaints))
        made = answer["contracts"][name][contract]
        artifact = {
            "abi": made["abi"],
            "bytecode": "0x" + made["evm"]["bytecode"]["object"],
            "compiler": version,
            "deployedBytecode": "0x" + made["evm"]["deployedBytecode"]["object"],
            "immutableReferences": immutables(made, answer["sources"][name]["ast"]),
            "settings": SETTINGS,
            "sources": {path: hashlib.sha256(sources[path].encode()).hexdigest() for path in closure},
            "storageLayout": layout(made["storageLayout"]),
        }
        artifacts[contract] = json.dumps(artifact, indent=1, sort_keys=True) + "\n"
    return artifacts


def differences(built: dict[str, str]) -> list[str]:
    """One line for each committed artifact, or top-level field of one, that is not what was built."""
    found = []
    for contract, text in built.items():
        path = ARTIFACTS / f"{contract}.json"
        old = path.read_text("utf-8") if path.exists() else "{}"
        if old == text:
            continue
        was, now = json.loads(old), json.loads(text)
        fields = sorted(key for key in was.keys() | now.keys() if was.get(key) != now.get(key))
        found.append(f"{path.relative_to(ROOT)}: {', '.join(fields) or 'only the form of the JSON'}")
    known = {f"{contract}.json" for contract in built}
    return found + [
        f"{path.relative_to(ROOT)}: no such contract" for path in sorted(ARTIFACTS.glob("*.json")) if path.name not in known
    ]


def main() -> int:
    """Compiles, then writes or, with `--check`, compares. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed artifacts instead of writing them")
    check = parser.parse_args().check
    built = build()
    found = differences(built)
    if check:
        print("\n".join(found) if found else "artifacts are what the sources compile to")
        return 1 if found else 0
    for contract, text in built.items():
        (ARTIFACTS / f"{contract}.json").write_text(text, "utf-8")
    print("\n".join(found) if found else "nothing changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())

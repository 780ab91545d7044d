"""
The three contracts as the compiler left them: loading the committed artifacts, call data in, results and custom errors out.

Nothing here talks to a node. A result that does not decode exactly is `NodeContradicts`; code is ours only if it equals the
artifact's byte for byte outside the places of immutables, and the immutables are the addresses that must stand there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import (
    abi_to_signature,
    event_abi_to_log_topic,
    function_abi_to_4byte_selector,
    get_abi_input_types,
    get_abi_output_types,
)

from certs.evm.keccak import keccak256
from ledger.errors import NodeContradicts

CONSORTIUM: Final = "Consortium"
ANCHOR_LOG: Final = "AnchorLog"
STATUS_REGISTRY: Final = "StatusRegistry"
SELECTOR_BYTES: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Artifact:
    """One compiled contract. `immutables`: each immutable's name and its (start, length) places in `runtime`, in bytes."""

    name: str
    abi: tuple[Any, ...]
    creation: bytes
    runtime: bytes
    immutables: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A custom error a contract answered with: its name and its arguments in order. `name` is "" for one we do not know."""

    name: str
    arguments: tuple[Any, ...] = ()


@cache
def artifact(name: str) -> Artifact:
    """The committed artifact `name`."""
    content = json.loads(resources.files("ledger._artifacts").joinpath(f"{name}.json").read_text(encoding="utf-8"))
    places = content["immutableReferences"]
    return Artifact(
        name=name,
        abi=tuple(content["abi"]),
        creation=_hex(content["bytecode"]),
        runtime=_hex(content["deployedBytecode"]),
        immutables=tuple((name_, tuple((p["start"], p["length"]) for p in places[name_])) for name_ in sorted(places)),
    )


def encode_constructor(contract: Artifact, arguments: Sequence[Any]) -> bytes:
    """Creation data: the bytecode, then abi.encode of the constructor's arguments."""
    constructor = _entry(contract, "constructor", None)
    return contract.creation + abi_encode(get_abi_input_types(constructor), arguments)


def encode_call(contract: Artifact, function: str, arguments: Sequence[Any]) -> bytes:
    """Call data: four bytes of selector, then abi.encode of the arguments."""
    entry = _entry(contract, "function", function)
    return function_abi_to_4byte_selector(entry) + abi_encode(get_abi_input_types(entry), arguments)


def decode_result(contract: Artifact, function: str, result: bytes) -> tuple[Any, ...]:
    """The returned values. Raises `NodeContradicts`, also for the empty answer of an address without code."""
    values = _decode_exactly(get_abi_output_types(_entry(contract, "function", function)), result)
    if values is None:
        raise NodeContradicts("ledger.node.result", function)
    return values


def decode_call(contract: Artifact, data: bytes) -> tuple[str, tuple[Any, ...]] | None:
    """(function, arguments) of call data in the one spelling `encode_call` gives it; None for any other bytes."""
    for entry in contract.abi:
        if entry["type"] == "function" and function_abi_to_4byte_selector(entry) == data[:SELECTOR_BYTES]:
            arguments = _decode_exactly(get_abi_input_types(entry), data[SELECTOR_BYTES:])
            return None if arguments is None else (entry["name"], arguments)
    return None


def decode_refusal(contracts: Sequence[Artifact], data: bytes) -> Refusal:
    """The custom error in revert data, looked up in the given contracts in order (errors of a callee pass through)."""
    for contract in contracts:
        for entry in contract.abi:
            if entry["type"] == "error" and keccak256(abi_to_signature(entry).encode())[:SELECTOR_BYTES] == data[:SELECTOR_BYTES]:
                try:
                    return Refusal(entry["name"], tuple(abi_decode(get_abi_input_types(entry), data[SELECTOR_BYTES:])))
                except (DecodingError, ValueError, OverflowError):
                    return Refusal("")
    return Refusal("")


def event_topic(contract: Artifact, event: str) -> bytes:
    """The first topic of an event's logs, 32 bytes."""
    return bytes(event_abi_to_log_topic(_entry(contract, "event", event)))


def code_hash(code: bytes) -> bytes:
    """keccak256 of runtime code: the codeHash of the account."""
    return keccak256(code)


def runtime_matches(contract: Artifact, code: bytes) -> bool:
    """Whether `code` is the artifact's runtime code, whatever stands in the places of its immutables."""
    return len(code) == len(contract.runtime) and _masked(contract, code) == _masked(contract, contract.runtime)


def immutables_are(contract: Artifact, code: bytes, addresses: Mapping[str, bytes]) -> bool:
    """Whether each immutable of `code` is the 20-byte address given under its name, in all its places, and none is left over."""
    if {name for name, _ in contract.immutables} != set(addresses):
        return False
    return all(
        code[start : start + length] == addresses[name].rjust(length, b"\0")
        for name, places in contract.immutables
        for start, length in places
    )


def _decode_exactly(types: Sequence[str], data: bytes) -> tuple[Any, ...] | None:
    """The values whose abi.encode is `data`, byte for byte; None when there are none."""
    try:
        values = tuple(abi_decode(types, data))
        return values if abi_encode(types, values) == data else None
    except (DecodingError, ValueError, OverflowError):
        return None


def _masked(contract: Artifact, code: bytes) -> bytes:
    masked = bytearray(code)
    for _, places in contract.immutables:
        for start, length in places:
            masked[start : start + length] = bytes(length)
    return bytes(masked)


def _entry(contract: Artifact, kind: str, name: str | None) -> Any:
    found = [e for e in contract.abi if e["type"] == kind and (name is None or e["name"] == name)]
    if len(found) != 1:
        raise KeyError(f"{contract.name} has no single {kind} {name or ''}".strip())
    return found[0]


def _hex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))

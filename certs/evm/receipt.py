"""
Receipts as they lie in a block: types 0, 1 and 2, and only of a transaction that succeeded (PROTOCOL.md §6).

A failed transaction emits nothing, and a receipt from before Byzantium does not say whether it failed: both are refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from certs.errors import VerificationError
from certs.evm.envelope import open_envelope
from certs.evm.rlp import Item, to_bytes, to_list, to_uint


@dataclass(frozen=True, slots=True)
class Log:
    """One event as emitted: 20-byte address, 0–4 topics of 32 bytes, data."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt with status 1; `cumulative_gas` counts from the first transaction of the block."""

    type: int
    cumulative_gas: int
    bloom: bytes
    logs: tuple[Log, ...]


def parse_receipt(raw: bytes) -> Receipt:
    """One receipt as the receipts trie holds it.

    Raises VerificationError: `evm.envelope.type`, `evm.rlp.*`, `evm.receipt.fields`, `.failed`, `.pre-byzantium`, `.status` or
    `.topics`.
    """
    kind, items = open_envelope(raw)
    if len(items) != 4:
        raise VerificationError("evm.receipt.fields")
    status, gas, bloom, logs = items
    _check_status(to_bytes(status, None, "receipt.status"))
    return Receipt(
        type=kind,
        cumulative_gas=to_uint(gas, 8, "receipt.cumulativeGas"),
        bloom=to_bytes(bloom, 256, "receipt.logsBloom"),
        logs=tuple(_log(log) for log in to_list(logs, None, "receipt.logs")),
    )


def _check_status(status: bytes) -> None:
    if status == b"":
        raise VerificationError("evm.receipt.failed")
    if len(status) == 32:
        raise VerificationError("evm.receipt.pre-byzantium")
    if status != b"\x01":
        raise VerificationError("evm.receipt.status")


def _log(item: Item) -> Log:
    address, topics, data = to_list(item, 3, "log")
    words = to_list(topics, None, "log.topics")
    if len(words) > 4:
        raise VerificationError("evm.receipt.topics")
    return Log(
        address=to_bytes(address, 20, "log.address"),
        topics=tuple(to_bytes(word, 32, "log.topics") for word in words),
        data=to_bytes(data, None, "log.data"),
    )

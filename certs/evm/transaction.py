"""
Transactions as they lie in a block: types 0, 1 and 2, exact field counts (PROTOCOL.md §6).

Refused: a legacy transaction without EIP-155, because it names no chain and could be replayed from another. The sender is not
recovered: who may anchor was the contract's to decide.
"""

from __future__ import annotations

from dataclasses import dataclass

from certs.errors import VerificationError
from certs.evm.envelope import open_envelope
from certs.evm.keccak import keccak256
from certs.evm.rlp import Item, to_bytes, to_list, to_uint

# Per type, the fields in order; a number is the most bytes an integer may take.
_WORD, _LONG = 32, 8
_TAIL = (("nonce", _LONG), ("gasPrice", _WORD), ("gasLimit", _LONG), ("to", None), ("value", _WORD), ("data", None))
_SIGNATURE = (("yParity", 1), ("r", _WORD), ("s", _WORD))
_FIELDS: dict[int, tuple[tuple[str, int | None], ...]] = {
    0: (*_TAIL, ("v", _WORD), ("r", _WORD), ("s", _WORD)),
    1: (("chainId", _WORD), *_TAIL, ("accessList", None), *_SIGNATURE),
    2: (
        ("chainId", _WORD), ("nonce", _LONG), ("maxPriorityFeePerGas", _WORD), ("maxFeePerGas", _WORD), *_TAIL[2:],
        ("accessList", None), *_SIGNATURE,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transaction:
    """What a verifier needs of a transaction; `to` is 20 bytes, None when it creates a contract, `hash` keccak of its bytes."""

    type: int
    chain_id: int
    nonce: int
    to: bytes | None
    value: int
    data: bytes
    hash: bytes


def parse_transaction(raw: bytes) -> Transaction:
    """One transaction as the transactions trie holds it.

    Raises VerificationError: `evm.envelope.type`, `evm.rlp.*`, `evm.transaction.fields`, `.unprotected` (no EIP-155), `.parity`.
    """
    kind, items = open_envelope(raw)
    names = _FIELDS[kind]
    if len(items) != len(names):
        raise VerificationError("evm.transaction.fields")
    field = {name: item for (name, _), item in zip(names, items, strict=True)}
    number = {name: to_uint(field[name], size, f"transaction.{name}") for name, size in names if size is not None}
    if kind:
        _check_access_list(field["accessList"])
    to = to_bytes(field["to"], None, "transaction.to")
    return Transaction(
        type=kind,
        chain_id=_chain_id(number),
        nonce=number["nonce"],
        to=to_bytes(to, 20, "transaction.to") if to else None,
        value=number["value"],
        data=to_bytes(field["data"], None, "transaction.data"),
        hash=keccak256(raw),
    )


def _chain_id(number: dict[str, int]) -> int:
    if "chainId" in number:
        if number["yParity"] > 1:
            raise VerificationError("evm.transaction.parity")
        return number["chainId"]
    if number["v"] < 35:
        raise VerificationError("evm.transaction.unprotected")
    return (number["v"] - 35) // 2


def _check_access_list(item: Item) -> None:
    """EIP-2930: a list of [address, [32-byte slot, …]]."""
    for entry in to_list(item, None, "transaction.accessList"):
        address, slots = to_list(entry, 2, "transaction.accessList")
        to_bytes(address, 20, "transaction.accessList")
        for slot in to_list(slots, None, "transaction.accessList"):
            to_bytes(slot, 32, "transaction.accessList")

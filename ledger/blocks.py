"""
The bytes of headers, transactions and receipts, rebuilt from JSON-RPC fields, for any engine and without debug methods.

Pure. A rebuilt header is right only if its hash is the block's, rebuilt transactions and receipts only if their tries have the
header's roots: whoever calls this compares, and a field a node invented cannot pass. Types 0, 1 and 2 are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from trie.hexary import HexaryTrie

from certs.consensus.endorsement import block_hash
from certs.errors import VerificationError
from certs.evm.header import Header, parse_header
from certs.evm.rlp import Encodable, encode
from ledger.errors import NodeContradicts
from ledger.quantities import data_bytes, field_of, list_of, quantity

# (JSON name, byte length or None for a quantity or -1 for any data), in the order of the header (Yellow Paper §4.3 and EIPs).
_HEADER: Final = (
    ("parentHash", 32), ("sha3Uncles", 32), ("miner", 20), ("stateRoot", 32), ("transactionsRoot", 32), ("receiptsRoot", 32),
    ("logsBloom", 256), ("difficulty", None), ("number", None), ("gasLimit", None), ("gasUsed", None), ("timestamp", None),
    ("extraData", -1), ("mixHash", 32), ("nonce", 8),
)  # fmt: skip
_HEADER_LATER: Final = (
    ("baseFeePerGas", None), ("withdrawalsRoot", 32), ("blobGasUsed", None), ("excessBlobGas", None),
    ("parentBeaconBlockRoot", 32), ("requestsHash", 32),
)  # fmt: skip
_KNOWN_TYPES: Final = (0, 1, 2)
_INLINE_BYTES: Final = 32  # trie nodes under this size travel inside their parent


def header_of(block: Any, engine: str) -> Header:
    """The header of an `eth_getBlockBy…` answer, whose rebuilt hash is the one the node gives. Raises `NodeContradicts`."""
    fields = [_header_field(block, name, length) for name, length in _HEADER]
    for name, length in _HEADER_LATER:
        if block.get(name) is None:  # each fork appended its fields: the first that is missing ends the header
            break
        fields.append(_header_field(block, name, length))
    try:
        header = parse_header(encode(fields))
        same = block_hash(engine, header) == data_bytes(field_of(block, "hash"), "hash", length=32)
    except VerificationError as error:
        raise NodeContradicts("ledger.node.header", error.code) from error
    if not same:
        raise NodeContradicts("ledger.node.hash", "header")
    return header


def transaction_raw(transaction: Any) -> bytes:
    """The signed bytes of a full transaction object. Raises `NodeContradicts` (`ledger.node.type` for an unknown type)."""
    kind = _type_of(transaction)
    to = field_of(transaction, "to")
    body: list[Encodable] = [
        _number(transaction, "gas"),
        b"" if to is None else data_bytes(to, "to", length=20),
        _number(transaction, "value"),
        data_bytes(field_of(transaction, "input"), "input"),
    ]
    signature = [_number(transaction, name) for name in ("v", "r", "s")]
    nonce = _number(transaction, "nonce")
    if kind == 0:
        return encode([nonce, _number(transaction, "gasPrice"), *body, *signature])
    prices = ("gasPrice",) if kind == 1 else ("maxPriorityFeePerGas", "maxFeePerGas")
    fields = [_number(transaction, "chainId"), nonce, *(_number(transaction, name) for name in prices), *body]
    return bytes([kind]) + encode([*fields, _access_list(transaction), *signature])


def receipt_raw(receipt: Any) -> bytes:
    """The bytes the receipts trie holds: four fields, behind the type byte when it is not 0. Raises `NodeContradicts`."""
    kind = _type_of(receipt)
    logs: list[Encodable] = [
        [
            data_bytes(field_of(log, "address"), "address", length=20),
            [data_bytes(topic, "topics", length=32) for topic in list_of(log, "topics")],
            data_bytes(field_of(log, "data"), "data"),
        ]
        for log in list_of(receipt, "logs")
    ]
    bloom = data_bytes(field_of(receipt, "logsBloom"), "logsBloom", length=256)
    body = encode([_number(receipt, "status"), _number(receipt, "cumulativeGasUsed"), bloom, logs])
    return body if kind == 0 else bytes([kind]) + body


def index_proof(raws: Sequence[bytes], index: int, *, root: bytes, field: str) -> list[bytes]:
    """The nodes from `root` to entry `index` of the trie of `raws` under rlp(index). Another root is `NodeContradicts`."""
    trie: Any = HexaryTrie({})
    for at, raw in enumerate(raws):
        trie[encode(_integer(at))] = raw
    if trie.root_hash != root:
        raise NodeContradicts("ledger.node.root", field)
    nodes = [encode(node) for node in trie.get_proof(encode(_integer(index)))]
    return [node for at, node in enumerate(nodes) if at == 0 or len(node) >= _INLINE_BYTES]


def _header_field(block: Any, name: str, length: int | None) -> bytes:
    if length is None:
        return _number(block, name)
    return data_bytes(field_of(block, name), name, length=None if length < 0 else length)


def _type_of(entry: Any) -> int:
    """The envelope's type; nodes from before EIP-2718 give none, and mean 0."""
    kind = quantity(entry.get("type", "0x0"), "type") if isinstance(entry, dict) else -1
    if kind not in _KNOWN_TYPES:
        raise NodeContradicts("ledger.node.type")
    return kind


def _access_list(transaction: Any) -> list[Encodable]:
    return [
        [
            data_bytes(field_of(entry, "address"), "address", length=20),
            [data_bytes(key, "storageKeys", length=32) for key in list_of(entry, "storageKeys")],
        ]
        for entry in list_of(transaction, "accessList")
    ]


def _number(entry: Any, name: str) -> bytes:
    return _integer(quantity(field_of(entry, name), name))


def _integer(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")

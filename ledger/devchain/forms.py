"""
Blocks, transactions, receipts and logs out, in the JSON forms of geth.

Every member is derived from the consensus objects; a header's members give its RLP back, and so its hash (seals aside).
"""

from __future__ import annotations

from collections.abc import Iterable

import rlp  # type: ignore[import-untyped]
from eth.abc import BlockAPI, BlockHeaderAPI, LogAPI, ReceiptAPI, SignedTransactionAPI
from eth_hash.auto import keccak

Json = dict[str, object]


def hex_data(raw: bytes) -> str:
    """Bytes as `0x` and lower-case digits."""
    return "0x" + raw.hex()


def _word(number: int) -> str:
    return hex_data(number.to_bytes(32, "big"))


def _bloom(bloom: int) -> str:
    return hex_data(bloom.to_bytes(256, "big"))


def block_form(block: BlockAPI, sealed: BlockHeaderAPI, *, full: bool) -> Json:
    """A block with its sealed header; `full`: with whole transactions instead of hashes."""
    header = block.header
    listed: list[object] = [hex_data(transaction.hash) for transaction in block.transactions]
    if full:
        listed = [transaction_form(transaction, header, index) for index, transaction in enumerate(block.transactions)]
    return {
        "number": hex(header.block_number),
        "hash": hex_data(header.hash),
        "parentHash": hex_data(header.parent_hash),
        "sha3Uncles": hex_data(header.uncles_hash),
        "miner": hex_data(header.coinbase),
        "stateRoot": hex_data(header.state_root),
        "transactionsRoot": hex_data(header.transaction_root),
        "receiptsRoot": hex_data(header.receipt_root),
        "logsBloom": _bloom(header.bloom),
        "difficulty": hex(header.difficulty),
        "totalDifficulty": hex(header.block_number + 1),  # difficulty 1 from genesis on
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "extraData": hex_data(sealed.extra_data),
        "mixHash": hex_data(header.mix_hash),
        "nonce": hex_data(header.nonce),
        "baseFeePerGas": hex(header.base_fee_per_gas or 0),
        "size": hex(len(rlp.encode(block.copy(header=sealed)))),
        "uncles": [],
        "transactions": listed,
    }


def transaction_form(transaction: SignedTransactionAPI, header: BlockHeaderAPI | None, index: int | None) -> Json:
    """A transaction at its place; header and index None while it waits."""
    kind = transaction.type_id or 0
    form: Json = {
        "type": hex(kind),
        "hash": hex_data(transaction.hash),
        "blockHash": None if header is None else hex_data(header.hash),
        "blockNumber": None if header is None else hex(header.block_number),
        "transactionIndex": None if index is None else hex(index),
        "from": hex_data(transaction.sender),
        "to": hex_data(transaction.to) if transaction.to else None,
        "nonce": hex(transaction.nonce),
        "gas": hex(transaction.gas),
        "gasPrice": hex(_price(transaction)),
        "value": hex(transaction.value),
        "input": hex_data(transaction.data),
        "chainId": hex(transaction.chain_id or 0),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
    }
    if kind == 0:
        return form | {"v": hex(transaction.v)}  # type: ignore[attr-defined]
    parity = hex(transaction.y_parity)
    accesses = [
        {"address": hex_data(entry[0]), "storageKeys": [_word(key) for key in entry[1]]} for entry in transaction.access_list
    ]
    form |= {"v": parity, "yParity": parity, "accessList": accesses}
    if kind == 2:
        form |= {
            "maxFeePerGas": hex(transaction.max_fee_per_gas),
            "maxPriorityFeePerGas": hex(transaction.max_priority_fee_per_gas),
        }
    return form


def receipt_forms(block: BlockAPI, receipts: Iterable[ReceiptAPI]) -> list[Json]:
    """The receipts of a whole block: gas used and log indices follow from the ones before."""
    forms: list[Json] = []
    gas_before, logs_before = 0, 0
    for index, (transaction, receipt) in enumerate(zip(block.transactions, receipts, strict=True)):
        place: Json = {
            "blockHash": hex_data(block.header.hash),
            "blockNumber": hex(block.header.block_number),
            "transactionHash": hex_data(transaction.hash),
            "transactionIndex": hex(index),
        }
        created = None if transaction.to else hex_data(keccak(rlp.encode([transaction.sender, transaction.nonce]))[12:])
        forms.append(
            place
            | {
                "type": hex(transaction.type_id or 0),
                "status": "0x1" if receipt.state_root == b"\x01" else "0x0",
                "from": hex_data(transaction.sender),
                "to": hex_data(transaction.to) if transaction.to else None,
                "contractAddress": created,
                "cumulativeGasUsed": hex(receipt.gas_used),
                "gasUsed": hex(receipt.gas_used - gas_before),
                "effectiveGasPrice": hex(_price(transaction)),
                "logsBloom": _bloom(receipt.bloom),
                "logs": [_log_form(log, place, logs_before + offset) for offset, log in enumerate(receipt.logs)],
            }
        )
        gas_before, logs_before = receipt.gas_used, logs_before + len(receipt.logs)
    return forms


def _log_form(log: LogAPI, place: Json, index: int) -> Json:
    return place | {
        "address": hex_data(log.address),
        "topics": [_word(topic) for topic in log.topics],
        "data": hex_data(log.data),
        "logIndex": hex(index),
        "removed": False,
    }


def _price(transaction: SignedTransactionAPI) -> int:
    """What one gas costs at base fee 0."""
    return min(transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas)


def raw_header(header: BlockHeaderAPI) -> str:
    """The header's RLP."""
    return hex_data(rlp.encode(header))

"""
The JSON-RPC methods the chain knows, one function each; anything else is -32601.

They are the part of geth's interface that the gateway, web3.py and a curious person need. No method signs, unlocks or mines.
`devchain_newValidator` alone is ours, and no engine has it: validators come and go here as they are announced.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Final

from eth.abc import BlockHeaderAPI
from eth_typing import Address

from ledger.devchain import execute, params, qbft
from ledger.devchain.blocks import Blocks
from ledger.devchain.errors import DevChainError, RpcError, invalid_params, refused
from ledger.devchain.forms import Json, block_form, hex_data, raw_header, receipt_forms, transaction_form
from ledger.devchain.logs import matching_logs
from ledger.devchain.proofs import account_proof

CLIENT_VERSION: Final = f"Shisu-DevChain/1 (development chain, no evidential value)/python{platform.python_version()}"
MAX_PROOF_KEYS: Final = 1024  # geth's own limit
Method = Callable[..., object]


class Methods:
    """The methods of one chain; `submit` takes a raw transaction and gives its hash, `new_validator` gives an address."""

    def __init__(self, blocks: Blocks, *, submit: Callable[[bytes], bytes], new_validator: Callable[[], str]) -> None:
        self._blocks = blocks
        self._submit = submit
        self._draw_validator = new_validator
        # name: (function, least and most number of parameters)
        self._table: dict[str, tuple[Method, int, int]] = {
            "web3_clientVersion": (lambda: CLIENT_VERSION, 0, 0),
            "net_version": (lambda: str(blocks.chain_id), 0, 0),
            "eth_chainId": (lambda: hex(blocks.chain_id), 0, 0),
            "eth_syncing": (lambda: False, 0, 0),
            "eth_gasPrice": (lambda: "0x0", 0, 0),
            "eth_blockNumber": (lambda: hex(blocks.head.block_number), 0, 0),
            "eth_getBlockByNumber": (self._block_by_number, 2, 2),
            "eth_getBlockByHash": (self._block_by_hash, 2, 2),
            "eth_getBlockReceipts": (self._block_receipts, 1, 1),
            "eth_getTransactionByHash": (self._transaction_by_hash, 1, 1),
            "eth_getTransactionByBlockNumberAndIndex": (self._transaction_by_place, 2, 2),
            "eth_getTransactionReceipt": (self._receipt, 1, 1),
            "eth_getTransactionCount": (self._nonce, 1, 2),
            "eth_getBalance": (self._balance, 1, 2),
            "eth_getCode": (self._code, 1, 2),
            "eth_getStorageAt": (self._storage, 2, 3),
            "eth_getProof": (self._proof, 2, 3),
            "eth_call": (self._call, 1, 2),
            "eth_estimateGas": (self._estimate, 1, 2),
            "eth_sendRawTransaction": (self._send, 1, 1),
            "eth_getLogs": (lambda asked: matching_logs(blocks, asked), 1, 1),
            "debug_getRawHeader": (self._raw_header, 1, 1),
            "qbft_getValidatorsByBlockNumber": (self._validators, 1, 1),
            "devchain_newValidator": (self._new_validator, 0, 0),
        }

    def run(self, name: str, given: list[object]) -> object:
        """The result of one call. Raises RpcError: -32601 for an unknown method, -32602 for a wrong number of parameters."""
        if name not in self._table:
            raise RpcError(-32601, "the method does not exist/is not available")
        function, least, most = self._table[name]
        if len(given) > most:
            raise invalid_params(f"too many arguments, want at most {most}")
        if len(given) < least:
            raise invalid_params(f"missing value for required argument {len(given)}")
        return function(*given)

    def _block(self, header: BlockHeaderAPI | None, full: object) -> Json | None:
        wanted = params.flag(full, 1)
        if header is None:
            return None
        return block_form(self._blocks.block_of(header), self._blocks.sealed(header), full=wanted)

    def _block_by_number(self, name: object, full: object) -> Json | None:
        return self._block(self._named(name), full)

    def _block_by_hash(self, block_hash: object, full: object) -> Json | None:
        return self._block(self._blocks.header_of(params.data(block_hash, 0, length=32)), full)

    def _named(self, name: object) -> BlockHeaderAPI | None:
        """By height or name only: these methods of geth take no hash."""
        if isinstance(name, dict) or (isinstance(name, str) and len(name) == 66):
            raise invalid_params("invalid argument 0: not a block number")
        return params.block(self._blocks, name, 0)

    def _block_receipts(self, name: object) -> list[Json] | None:
        header = params.block(self._blocks, name, 0)
        return None if header is None else self._receipts(header)

    def _receipts(self, header: BlockHeaderAPI) -> list[Json]:
        return receipt_forms(self._blocks.block_of(header), self._blocks.receipts_of(header))

    def _transaction_by_hash(self, transaction_hash: object) -> Json | None:
        wanted = params.data(transaction_hash, 0, length=32)
        waiting = self._blocks.pool.get(wanted)  # before the look-up of its place: it may be mined in between
        place = self._blocks.place_of(wanted)
        if place is None:
            return None if waiting is None else transaction_form(waiting, None, None)
        header, index = place
        return transaction_form(self._blocks.block_of(header).transactions[index], header, index)

    def _transaction_by_place(self, name: object, index: object) -> Json | None:
        header = self._named(name)
        wanted = params.quantity(index, 1)
        if header is None:
            return None
        transactions = self._blocks.block_of(header).transactions
        return transaction_form(transactions[wanted], header, wanted) if wanted < len(transactions) else None

    def _receipt(self, transaction_hash: object) -> Json | None:
        place = self._blocks.place_of(params.data(transaction_hash, 0, length=32))
        return None if place is None else self._receipts(place[0])[place[1]]

    def _nonce(self, address: object, name: object = "latest") -> str:
        account = params.data(address, 0, length=20)
        header = params.known_block(self._blocks, name, 1)
        nonce = int(self._blocks.state_at(header).get_nonce(Address(account)))
        return hex(self._blocks.pool.next_nonce(account, nonce) if name == "pending" else nonce)

    def _balance(self, address: object, name: object = "latest") -> str:
        account = Address(params.data(address, 0, length=20))
        return hex(self._blocks.state_at(params.known_block(self._blocks, name, 1)).get_balance(account))

    def _code(self, address: object, name: object = "latest") -> str:
        account = Address(params.data(address, 0, length=20))
        return hex_data(self._blocks.state_at(params.known_block(self._blocks, name, 1)).get_code(account))

    def _storage(self, address: object, key: object, name: object = "latest") -> str:
        account, slot = Address(params.data(address, 0, length=20)), params.slot(key, 1)
        state = self._blocks.state_at(params.known_block(self._blocks, name, 2))
        return hex_data(state.get_storage(account, slot).to_bytes(32, "big"))

    def _proof(self, address: object, keys: object, name: object = "latest") -> Json:
        account = params.data(address, 0, length=20)
        if not isinstance(keys, list) or len(keys) > MAX_PROOF_KEYS:
            raise invalid_params(f"invalid argument 1: want a list of at most {MAX_PROOF_KEYS} storage keys")
        slots = [(str(key), params.slot(key, 1)) for key in keys]
        return account_proof(self._blocks, params.known_block(self._blocks, name, 2), account, slots)

    def _call(self, message: object, name: object = "latest") -> str:
        wanted = params.call(message, 0)
        return hex_data(execute.call(self._blocks.state_at(params.known_block(self._blocks, name, 1)), wanted))

    def _estimate(self, message: object, name: object = "latest") -> str:
        wanted = params.call(message, 0)
        return hex(execute.estimate(self._blocks.state_at(params.known_block(self._blocks, name, 1)), wanted))

    def _send(self, raw: object) -> str:
        return hex_data(self._submit(params.data(raw, 0)))

    def _raw_header(self, name: object) -> str:
        return raw_header(self._blocks.sealed(params.known_block(self._blocks, name, 0)))

    def _validators(self, name: object) -> list[str]:
        header = params.known_block(self._blocks, name, 0)
        return [hex_data(address) for address in qbft.validators_of(header.extra_data)]

    def _new_validator(self) -> str:
        try:
            return self._draw_validator()
        except DevChainError as error:
            raise refused(error.code) from error

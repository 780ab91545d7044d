"""
The chain's blocks: made one by one from the pool, kept in the store, looked up at any height (nothing is pruned).

One thread at a time makes a block; any thread may ask. The head moves only after its block is durable, so whoever reads up to
the head sees whole blocks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Final

import rlp  # type: ignore[import-untyped]
from eth.abc import BlockAPI, BlockHeaderAPI, ReceiptAPI, SignedTransactionAPI, StateAPI
from eth.db.atomic import AtomicDB
from eth.exceptions import HeaderNotFound, TransactionNotFound
from eth_typing import Address, BlockNumber, Hash32
from eth_utils.exceptions import ValidationError

from certs.evm.receipt import Log
from ledger.devchain import admission, qbft
from ledger.devchain.errors import DevChainError, keys_mismatch
from ledger.devchain.keys import ValidatorKeys
from ledger.devchain.pool import Pool
from ledger.devchain.sets import ValidatorSets
from ledger.devchain.store import BlockView, ReadView, Store
from ledger.devchain.vm import EvmChain, header_after

STALLED: Final = "devchain.stalled"


class Blocks:
    """The blocks of one open store. `clock`: seconds since 1970.

    Raises DevChainError `devchain.keys.mismatch` when the keys are not this chain's.
    """

    def __init__(self, store: Store, keys: ValidatorKeys, *, chain_id: int, clock: Callable[[], float]) -> None:
        self.chain_id = chain_id
        self.pool = Pool()
        self._store = store
        self._keys = keys
        self._clock = clock
        self._making = threading.Lock()
        self._settling = threading.Lock()  # a transaction is checked against a head and pooled before that head moves
        self._draft = BlockView(store)
        self._read = EvmChain(AtomicDB(ReadView(store)))
        self._write = EvmChain(AtomicDB(self._draft))
        self._read.chain_id = self._write.chain_id = chain_id
        self._head = self._read.get_canonical_head()
        genesis = qbft.validators_of(self._read.get_canonical_block_header_by_number(BlockNumber(0)).extra_data)
        self._sets = ValidatorSets(genesis, heights_with_logs=store.heights_with_logs, logs_at=self._logs_at)
        listed = qbft.validators_of(self._head.extra_data)
        if not all(map(keys.holds, genesis)) or not qbft.sealers(listed, self._head.block_number, keys):
            raise keys_mismatch()

    # What moves.

    def submit(self, raw: bytes) -> bytes:
        """Take a raw signed transaction into the pool; its 32-byte hash. Raises RpcError in geth's words."""
        transaction = admission.decode(raw, chain_id=self.chain_id)
        with self._settling:
            state = self.state_at(self._head)
            nonce, balance = state.get_nonce(transaction.sender), state.get_balance(transaction.sender)
            admission.check_account(transaction, nonce=nonce, balance=balance)
            self.pool.add(transaction)
        return bytes(transaction.hash)

    def make(self) -> int:
        """Make one block of what is ready (it may be empty) and return its height; durable when this returns.

        Raises DevChainError `devchain.stalled` while too few keys of the set in force are here: then there is no block.
        """
        with self._making:
            self._draft.take()  # what an earlier block left that could not be made
            block, impossible = self._execute()
            self._write.chaindb.persist_block(block)
            logs = (block.number, block.header.bloom.to_bytes(256, "big")) if block.header.bloom else None
            self._store.commit(self._draft.take(), logs=logs)
            with self._settling:
                self._head = block.header
                self.pool.settle(block.transactions, impossible)
        return int(block.number)

    def _execute(self) -> tuple[BlockAPI, list[SignedTransactionAPI]]:
        """The next block, and the transactions that turned out impossible."""
        header = self._next_header()
        vm = self._write.get_vm(header)
        included: list[SignedTransactionAPI] = []
        impossible: list[SignedTransactionAPI] = []
        receipts: list[ReceiptAPI] = []
        held_back: set[bytes] = set()  # senders with a transaction left out: their later nonces would fail behind it
        for waiting in self.pool.executable(self.nonce_of):
            transaction = waiting.transaction
            if waiting.sender in held_back or header.gas_used + transaction.gas > header.gas_limit:
                held_back.add(waiting.sender)
                continue
            try:
                receipt, _ = vm.apply_transaction(header, transaction)
            except ValidationError:
                held_back.add(waiting.sender)
                impossible.append(transaction)
                continue
            header = vm.add_receipt_to_header(header, receipt)
            included.append(transaction)
            receipts.append(receipt)
        filled = vm.set_block_transactions_and_withdrawals(vm.get_block(), header, included, receipts)
        return vm.mine_block(filled).block, impossible

    def _next_header(self) -> BlockHeaderAPI:
        parent = self._head
        validators, sealers = self._next_sealers()
        if not sealers:
            raise DevChainError(STALLED, "fewer than two thirds of the announced validators have their keys here")
        return header_after(
            parent,
            coinbase=sealers[0],
            timestamp=max(parent.timestamp + 1, int(self._clock())),
            extra_data=qbft.extra_data(validators),
        )

    def _next_sealers(self) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """The set in force in the next block, and who of it will seal that block."""
        validators = self._sets.after(self._head)
        return validators, qbft.sealers(validators, self._head.block_number + 1, self._keys)

    def draw_validator(self) -> bytes:
        """A new local validator key, kept for good; its 20-byte address, which is in no set until it is announced.

        Raises DevChainError `devchain.closed`, `devchain.keys.full`.
        """
        with self._making:  # closing waits: once released, the directory may be another process's
            self._store.require_open()
            return self._keys.draw()

    def close(self) -> None:
        """Finish the block being made and release the store."""
        with self._making:
            self._store.close()

    # What is asked.

    @property
    def head(self) -> BlockHeaderAPI:
        """The last block's header, as kept: round 0, no seals."""
        return self._head

    @property
    def is_stalled(self) -> bool:
        """Whether no block can be made because keys of the set in force are not here."""
        return not self._next_sealers()[1]

    def header_at(self, height: int) -> BlockHeaderAPI | None:
        """The header at a height, or None above the head."""
        if not 0 <= height <= self._head.block_number:
            return None
        return self._read.get_canonical_block_header_by_number(BlockNumber(height))

    def header_of(self, block_hash: bytes) -> BlockHeaderAPI | None:
        """The header with this 32-byte block hash, or None."""
        try:
            return self._read.get_block_header_by_hash(Hash32(block_hash))
        except (HeaderNotFound, rlp.exceptions.RLPException):  # the latter: the hash of a trie node
            return None

    def sealed(self, header: BlockHeaderAPI) -> BlockHeaderAPI:
        """The header with its ⌈2N/3⌉ seals, as an engine stores it."""
        return qbft.sealed(header, self._keys)

    def block_of(self, header: BlockHeaderAPI) -> BlockAPI:
        """The whole block of a header of this chain."""
        return self._read.get_vm(header).get_block()

    def receipts_of(self, header: BlockHeaderAPI) -> list[ReceiptAPI]:
        """The block's receipts in order; their `gas_used` is cumulative."""
        vm = self._read.get_vm(header)
        return list(self._read.chaindb.get_receipts(header, vm.get_block_class().get_receipt_builder()))

    def _logs_at(self, height: int) -> Iterator[Log]:
        header = self.header_at(height)
        for receipt in self.receipts_of(header) if header is not None else ():
            for log in receipt.logs:
                yield Log(bytes(log.address), tuple(topic.to_bytes(32, "big") for topic in log.topics), bytes(log.data))

    def place_of(self, transaction_hash: bytes) -> tuple[BlockHeaderAPI, int] | None:
        """(header, index in its block) of a mined transaction, or None."""
        try:
            height, index = self._read.get_canonical_transaction_index(Hash32(transaction_hash))
        except TransactionNotFound:
            return None
        header = self.header_at(height)
        return None if header is None else (header, index)

    def state_at(self, header: BlockHeaderAPI) -> StateAPI:
        """The state after a block, in that block's own context. A private copy: what is done with it is never kept."""
        return self._read.get_vm(header).state

    def nonce_of(self, address: bytes) -> int:
        """The account's next nonce at the head."""
        return int(self.state_at(self._head).get_nonce(Address(address)))

    def node(self, node_hash: bytes) -> bytes | None:
        """A trie node by its 32-byte hash."""
        return self._store.get(node_hash)

    def heights_with_logs(self, first: int, last: int) -> list[tuple[int, bytes]]:
        """(height, 256-byte bloom) of the blocks from `first` to `last`, both included, that hold logs."""
        return self._store.heights_with_logs(first, last)

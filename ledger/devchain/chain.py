"""
The embedded chain: one directory, one process, QBFT-form blocks signed by local keys.

For one machine, demonstrations and tests. It reaches no consensus and refuses to look as if it did: every name it gives itself
says "development chain". Everything outside speaks JSON-RPC to it, so that a real node replaces it by URL alone (ADR 0003).
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from eth.db.atomic import AtomicDB

from ledger.devchain import qbft
from ledger.devchain.blocks import STALLED, Blocks
from ledger.devchain.errors import DevChainError, RpcError
from ledger.devchain.keys import ValidatorKeys, create_keys, read_keys
from ledger.devchain.methods import Methods
from ledger.devchain.miner import Miner
from ledger.devchain.server import Server
from ledger.devchain.store import BlockView, Store
from ledger.devchain.vm import EvmChain, header_after

STORE_NAME: Final = "chain.sqlite3"
KEYS_NAME: Final = "validators.json"
_CHAIN_ID_KEY: Final = b"shisu:chain-id"
_DRAWN_CHAIN_IDS: Final = range(2**30, 2**31)  # far from the public chains, and small enough for every wallet
_MAX_CHAIN_ID: Final = 2**53 - 1  # the integers of our files (PROTOCOL.md §2)
_log = logging.getLogger(__name__)


class DevChain:
    """An open chain. It moves when `mine` is called, and by itself while it is served."""

    def __init__(self, blocks: Blocks, *, period_s: float, heartbeat_s: float) -> None:
        self._blocks = blocks
        self._miner = Miner(
            mine=self._beat,
            is_ready=lambda: not blocks.is_stalled and blocks.pool.has_executable(blocks.nonce_of),
            period_s=period_s,
            heartbeat_s=heartbeat_s,
        )
        self._server: Server | None = None
        self._said_stalled = False

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        validators: int = 7,
        chain_id: int | None = None,
        period_s: float = 1.0,
        heartbeat_s: float = 5.0,
        clock: Callable[[], float] = time.time,
    ) -> DevChain:
        """Open the chain in `directory`, or make one there (mode 0700; its two files 0600).

        `validators` and `chain_id` (default: random, 2^30…2^31−1) count when the chain is made; an existing one keeps its own
        keys, and another `chain_id` is refused. While served, blocks are `period_s` (transactions wait) to `heartbeat_s` apart.
        `clock`: seconds since 1970. Raises DevChainError `devchain.locked`, `devchain.store.*`, `devchain.keys.*`,
        `devchain.validators.count`, `devchain.chain-id.range`, `devchain.chain-id.differs`.
        """
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = Store(directory / STORE_NAME)  # first: whoever holds its lock may make the keys and genesis
        try:
            stored = store.get(_CHAIN_ID_KEY)
            if stored is None:
                keys = _keys_of_a_new_chain(directory / KEYS_NAME, validators)
                stored = _write_genesis(store, keys, chain_id=chain_id, timestamp=int(clock()))
            else:
                keys = read_keys(directory / KEYS_NAME)
            if chain_id not in (None, int.from_bytes(stored, "big")):
                raise DevChainError("devchain.chain-id.differs", "this directory holds a chain of another id")
            blocks = Blocks(store, keys, chain_id=int.from_bytes(stored, "big"), clock=clock)
        except BaseException:
            store.close()
            raise
        return cls(blocks, period_s=period_s, heartbeat_s=heartbeat_s)

    @property
    def chain_id(self) -> int:
        """The EIP-155 chain id, fixed when the chain was made."""
        return self._blocks.chain_id

    @property
    def validators(self) -> list[str]:
        """The validators in force at the head, `0x` and 40 lower-case digits each, ascending."""
        return ["0x" + address.hex() for address in qbft.validators_of(self._blocks.head.extra_data)]

    def new_validator(self) -> str:
        """Make a key for a validator to come, and its address, `0x` and 40 lower-case digits: it seals once it is announced.

        The key is in the directory when this returns. Raises DevChainError `devchain.closed`, `devchain.keys.full`.
        """
        return "0x" + self._blocks.draw_validator().hex()

    def submit(self, raw: bytes) -> bytes:
        """Take a raw signed transaction; its 32-byte hash. Raises RpcError in geth's words, -32603 when mining has failed."""
        if self._miner.failure is not None:
            raise RpcError(-32603, "the development chain has stopped")
        transaction_hash = self._blocks.submit(raw)
        self._miner.poke()
        return transaction_hash

    def mine(self) -> int:
        """Make one block now, whatever the period; its height. Durable when this returns.

        Raises DevChainError `devchain.stalled` while fewer than two thirds of the validators in force have their keys here, and
        `devchain.closed`.
        """
        return self._blocks.make()

    def _beat(self) -> None:
        """What the miner does when a block is due. A chain that stalls for want of keys has not failed: it says so and waits."""
        try:
            self._blocks.make()
        except DevChainError as error:
            if error.code != STALLED:
                raise
        self._warn_if_stalled()

    def _warn_if_stalled(self) -> None:
        if self._blocks.is_stalled and not self._said_stalled:
            self._said_stalled = True
            _log.warning("%s: fewer than two thirds of the announced validators have their keys here; no more blocks", STALLED)

    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Server:
        """Answer JSON-RPC on a loopback address and make blocks until the server is closed. Port 0: a free one.

        Raises DevChainError `devchain.bind.not-loopback`, `devchain.bind.failed` or `devchain.served` (already).
        """
        if self._server is not None:
            raise DevChainError("devchain.served", "this chain is already being served")
        methods = Methods(self._blocks, submit=self.submit, new_validator=self.new_validator)
        self._server = Server(methods, host=host, port=port, on_close=self._stopped_serving)
        self._warn_if_stalled()
        self._miner.start()
        return self._server

    def _stopped_serving(self) -> None:
        self._miner.stop()
        self._server = None

    @property
    def failure(self) -> Exception | None:
        """What stopped the miner for good (a full disk, say), or None."""
        return self._miner.failure

    def close(self) -> None:
        """Stop serving and release the directory. Waiting transactions are lost. Closing twice is allowed."""
        if self._server is not None:
            self._server.close()
        self._blocks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _keys_of_a_new_chain(path: Path, count: int) -> ValidatorKeys:
    """Keys without a chain are what a process killed between the two left behind: they are taken up."""
    if not path.exists():
        return create_keys(path, count)
    keys = read_keys(path)
    if len(keys.addresses) != count:
        raise DevChainError("devchain.validators.count", "the directory holds keys for another number of validators")
    return keys


def _write_genesis(store: Store, keys: ValidatorKeys, *, chain_id: int | None, timestamp: int) -> bytes:
    """Write genesis and the chain id in one transaction; the id as stored, 8 bytes."""
    if chain_id is None:
        chain_id = secrets.choice(_DRAWN_CHAIN_IDS)
    if not 1 <= chain_id <= _MAX_CHAIN_ID:
        raise DevChainError("devchain.chain-id.range", "a chain id is 1 to 2^53-1")
    view = BlockView(store)
    EvmChain.from_genesis_header(
        AtomicDB(view), header_after(None, timestamp=timestamp, extra_data=qbft.extra_data(keys.addresses))
    )
    stored = chain_id.to_bytes(8, "big")
    store.commit(view.take() | {_CHAIN_ID_KEY: stored})
    return stored

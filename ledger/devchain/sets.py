"""
Which validators seal the next block: the set in force, as the consortium on this chain announced it (PROTOCOL.md §5, §6).

The chain follows one contract: the first that logged ValidatorsChanged of epoch 0 with exactly genesis's validators, which is the
Consortium deployed here. What it announces in a block is in force from the next block on, if a verifier could accept it; every
other log changes nothing. All of it is read from committed blocks and kept nowhere else: no restart or kill can change it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from eth.abc import BlockHeaderAPI
from eth_bloom.bloom import BloomFilter

from certs.errors import VerificationError
from certs.evm.log import VALIDATORS_CHANGED, ValidatorsChanged, decode_validators_changed
from certs.evm.receipt import Log
from ledger.devchain import qbft
from ledger.devchain.keys import MAX_VALIDATORS

_HEIGHTS_AT_ONCE: Final = 4096  # of the index, when a chain is opened: 1 MiB of blooms


class ValidatorSets:
    """The sets of one chain. `heights_with_logs` gives (height, 256-byte bloom) as the store does, `logs_at` a block's logs."""

    def __init__(
        self,
        genesis: tuple[bytes, ...],
        *,
        heights_with_logs: Callable[[int, int], Iterable[tuple[int, bytes]]],
        logs_at: Callable[[int], Iterable[Log]],
    ) -> None:
        self._genesis = genesis
        self._heights_with_logs = heights_with_logs
        self._logs_at = logs_at
        self._lock = threading.Lock()
        self._consortium: bytes | None = None  # once found, it is what every later look would find
        self._searched = 0  # no consortium in the blocks up to this one

    def after(self, header: BlockHeaderAPI) -> tuple[bytes, ...]:
        """The validators in force in the block after this committed one: 20 bytes each, ascending."""
        in_force = qbft.validators_of(header.extra_data)
        if not _may_announce(header.bloom):
            return in_force
        consortium = self._find_consortium(header.block_number)
        for address, said in self._announcements(header.block_number):
            if address == consortium and _follows(said, in_force, header.block_number):
                return said.validators
        return in_force

    def _find_consortium(self, height: int) -> bytes | None:
        """The 20-byte address of the contract to follow, if it stands at this height."""
        with self._lock:
            while self._consortium is None and self._searched < height:
                last = min(self._searched + _HEIGHTS_AT_ONCE, height)
                self._consortium = next(self._founded(self._searched + 1, last), None)
                self._searched = last
            return self._consortium

    def _founded(self, first: int, last: int) -> Iterator[bytes]:
        for height, bloom in self._heights_with_logs(first, last):
            if _may_announce(int.from_bytes(bloom, "big")):
                for address, said in self._announcements(height):
                    if (said.epoch, said.from_block, said.validators) == (0, height + 1, self._genesis):
                        yield address

    def _announcements(self, height: int) -> Iterator[tuple[bytes, ValidatorsChanged]]:
        """What a block's logs announce, by whatever contract, in their order: (its address, what it said)."""
        for log in self._logs_at(height):
            try:
                said = decode_validators_changed(log)
            except VerificationError:  # another event, or none: anybody may log anything under this topic
                continue
            yield log.address, said


def _may_announce(bloom: int) -> bool:
    return VALIDATORS_CHANGED in BloomFilter(bloom)


def _follows(said: ValidatorsChanged, in_force: tuple[bytes, ...], height: int) -> bool:
    """The rules of `announce` that concern sealing: from the next block on, 1–64 ascending, one in and one out."""
    listed, before = set(said.validators), set(in_force)
    return (
        said.from_block == height + 1
        and 1 <= len(said.validators) <= MAX_VALIDATORS
        and said.validators == tuple(sorted(listed))
        and len(listed - before) <= 1
        and len(before - listed) <= 1
    )

"""
eth_getLogs: the logs of a range of heights, or of one block, that match addresses and topics.

Only heights known to hold logs are opened, and of those only the ones whose bloom may match, so idle heartbeat blocks cost
nothing. An answer is at most `MAX_LOGS` logs; more is an error, never a shortened list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from eth_bloom.bloom import BloomFilter

from ledger.devchain import params
from ledger.devchain.blocks import Blocks
from ledger.devchain.errors import RpcError, invalid_params, refused
from ledger.devchain.forms import Json, hex_data, receipt_forms

MAX_LOGS: Final = 10_000
_NAMES: Final = frozenset(("fromBlock", "toBlock", "blockHash", "address", "topics"))


@dataclass(frozen=True, slots=True)
class _Filter:
    """Heights, both included; any of `addresses` (none: all); at each position any of its topics (none: all)."""

    first: int
    last: int
    addresses: tuple[bytes, ...]
    topics: tuple[tuple[bytes, ...], ...]


def matching_logs(blocks: Blocks, asked: object) -> list[Json]:
    """The logs a filter object asks for, in chain order. Raises RpcError -32602, -32000, or -32005 for too many."""
    wanted = _read_filter(blocks, asked)
    found: list[Json] = []
    for height, bloom in blocks.heights_with_logs(wanted.first, wanted.last):
        if not _may_hold(wanted, BloomFilter(int.from_bytes(bloom, "big"))):
            continue
        found.extend(log for log in _logs_at(blocks, height) if _matches(wanted, log))
        if len(found) > MAX_LOGS:
            raise RpcError(-32005, f"query returned more than {MAX_LOGS} results")
    return found


def _logs_at(blocks: Blocks, height: int) -> Iterator[Json]:
    header = blocks.header_at(height)
    if header is not None:
        for receipt in receipt_forms(blocks.block_of(header), blocks.receipts_of(header)):
            yield from cast(list[Json], receipt["logs"])


def _may_hold(wanted: _Filter, bloom: BloomFilter) -> bool:
    groups = (wanted.addresses, *wanted.topics)
    return all(any(choice in bloom for choice in group) for group in groups if group)


def _matches(wanted: _Filter, log: Json) -> bool:
    topics = cast(list[str], log["topics"])
    if wanted.addresses and log["address"] not in [hex_data(address) for address in wanted.addresses]:
        return False
    if len(wanted.topics) > len(topics):
        return False
    return all(
        not group or topic in [hex_data(choice) for choice in group] for group, topic in zip(wanted.topics, topics, strict=False)
    )


def _read_filter(blocks: Blocks, asked: object) -> _Filter:
    if not isinstance(asked, dict) or not asked.keys() <= _NAMES:
        raise invalid_params("invalid argument 0: not a filter object")
    given = {name: member for name, member in asked.items() if member is not None}
    first, last = _range(blocks, given)
    topics = given.get("topics", [])
    if not isinstance(topics, list) or len(topics) > 4:
        raise invalid_params("invalid argument 0: topics are a list of at most four")
    return _Filter(first, last, _choices(given.get("address"), 20), tuple(_choices(group, 32) for group in topics))


def _range(blocks: Blocks, given: dict[str, object]) -> tuple[int, int]:
    if "blockHash" in given:
        if "fromBlock" in given or "toBlock" in given:
            raise invalid_params("invalid argument 0: cannot specify both blockHash and fromBlock/toBlock")
        header = blocks.header_of(params.data(given["blockHash"], 0, length=32))
        if header is None:
            raise refused("unknown block")
        return header.block_number, header.block_number
    first, last = (_height(blocks, given.get(name, "latest")) for name in ("fromBlock", "toBlock"))
    if first > last:
        raise refused("invalid block range params")
    return first, last


def _height(blocks: Blocks, value: object) -> int:
    """A height may lie above the head here, unlike anywhere else."""
    if value in ("latest", "pending", "earliest", "finalized", "safe"):
        return params.known_block(blocks, value, 0).block_number
    return params.quantity(value, 0)


def _choices(value: object, length: int) -> tuple[bytes, ...]:
    if value is None:
        return ()
    return tuple(params.data(choice, 0, length=length) for choice in (value if isinstance(value, list) else [value]))

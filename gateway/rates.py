"""
How often one may ask: token buckets in memory, a table of them for keys, one for addresses, one for failed authentications.

A bucket holds `burst` tokens and gets `per_s` back a second. The clock is monotonic and is not believed when it steps back: no
time has passed then, so nobody gains a token and nobody waits longer. Memory is bounded: of too many buckets the one that was
asked longest ago is forgotten; whoever can make so many names has as many buckets anyway.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

MAX_BUCKETS: Final = 65_536  # of one table: some 15 MiB
_SITE_BITS: Final = 64  # of an IPv6 address: one subscriber has all the rest
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_s` requests a second for ever, `burst` at once."""

    per_s: float
    burst: int


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float  # seconds of the clock when `tokens` was true


class Buckets:
    """One bucket a name, each full at first. Safe to use from several threads."""

    def __init__(self, rate: Rate, *, monotonic: Callable[[], float], max_buckets: int = MAX_BUCKETS) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._max_buckets = max_buckets
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: str) -> float:
        """Takes a token: 0.0, or the seconds until there is one, and then nothing is taken."""
        with self._lock:
            bucket = self._filled(name)
            wait = self._wait(bucket)
            if wait == 0:
                bucket.tokens -= 1
            return wait

    def wait(self, name: str) -> float:
        """The seconds until there is a token, 0.0 when there is one; nothing is taken."""
        with self._lock:
            return self._wait(self._filled(name))

    def _wait(self, bucket: _Bucket) -> float:
        return 0.0 if bucket.tokens >= 1 else (1 - bucket.tokens) / self._rate.per_s

    def _filled(self, name: str) -> _Bucket:
        now = self._monotonic()
        bucket = self._buckets.setdefault(name, _Bucket(self._rate.burst, now))
        self._buckets.move_to_end(name)
        if len(self._buckets) > self._max_buckets:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._rate.burst, bucket.tokens + max(0.0, now - bucket.at) * self._rate.per_s)
        bucket.at = now
        return bucket


@dataclass(frozen=True, slots=True)
class Rates:
    """The three tables of a gateway."""

    addresses: Buckets
    keys: Buckets
    failures: Buckets


def whose_address(peer: str, forwarded: list[str], trusted: tuple[Network, ...]) -> str:
    """The name of the bucket for a request from the socket address `peer`, with these X-Forwarded-For fields.

    The fields count only when the peer is a trusted proxy: of what they list, the last that is no trusted proxy itself. Whatever
    stands before that one was written by a stranger. A field that is no list of addresses leaves the peer.
    """
    hops = [hop.strip() for field in forwarded for hop in field.split(",")]
    named = _address(peer)
    while named is not None and hops and is_in(str(named), trusted):
        named = _address(hops.pop())
    if named is None:
        named = _address(peer)
    return peer if named is None else _site(named)


def is_in(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address lies in one of the networks."""
    named = _address(address)
    return named is not None and any(named in network for network in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _site(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((address, _SITE_BITS), strict=False))

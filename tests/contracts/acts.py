"""
One run through every function of the three contracts, each as a transaction: what is done, and what is refused.

The same run makes the gas table and shows that two EVMs agree. Accounts are eth-tester's (keys 1 to 10); seven found the
consortium, the last deploys and is nobody. Anchors carry the dearest call data: whole scopes, and roots without a zero byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from ledger.contracts import ANCHOR_LOG, CONSORTIUM, STATUS_REGISTRY, artifact, encode_call, encode_constructor

KEYS = tuple(number.to_bytes(32, "big") for number in range(1, 11))
ACCOUNTS = tuple(Account.from_key(key).address for key in KEYS)
SPARE, NEWCOMER, DEPLOYER = 7, 8, 9
VOTE, ANCHOR, STATUS, RECALL = 1, 2, 4, 8
ACTIVE, SUSPENDED, SUPERSEDED, REVOKED, RECALLED = range(1, 6)
WHOLE, LEAST = 2**64 - 1, 1 << 32 | 1
ROOT, CODE_KEY, OTHER_KEY = b"\xa5" * 32, b"\x5a" * 32, b"\x5b" * 32
RIGHTS = (15, VOTE | ANCHOR, VOTE | STATUS, VOTE | RECALL, ANCHOR | STATUS | RECALL, VOTE, 15)
MEMBERS = tuple(f"91310000000000000{letter}".encode().ljust(32, b"\0") for letter in "ABCDEFGH")
CODES = tuple(f"M{letter}".encode().ljust(8, b"\0") for letter in "ABCDEFGH")
VALIDATORS = [to_checksum_address(f"0x{number:040x}") for number in (0x2000, 0x2010, 0x2020, 0x2030, 0x2040)]
VOTERS = (0, 1, 2, 3, 5)  # five decide while there are seven


@dataclass(frozen=True, slots=True)
class Act:
    """One transaction of `sender`, its place in ACCOUNTS; `contract` None creates one; `name` is its line in the gas table."""

    sender: int
    contract: str | None
    data: bytes
    name: str | None = None
    refused: bool = False


def created(nonce: int) -> str:
    """Where the deployer's contract of this nonce lies (Yellow Paper §7), for a nonce from 1 to 127 or 0."""
    rlp = b"\xd6\x94" + bytes.fromhex(ACCOUNTS[DEPLOYER][2:]) + (bytes([nonce]) if nonce else b"\x80")
    return str(to_checksum_address(keccak(rlp)[12:]))


ADDRESSES = {name: created(nonce) for nonce, name in enumerate((CONSORTIUM, ANCHOR_LOG, STATUS_REGISTRY))}


def call(sender: int, contract: str, function: str, *arguments: Any, case: str | None = None, refused: bool = False) -> Act:
    """A call; with `case` it has a line in the gas table."""
    name = f"{contract}.{function}: {case}" if case else None
    return Act(sender, contract, encode_call(artifact(contract), function, arguments), name, refused)


def every_act() -> list[Act]:
    """The whole run, in order."""
    return [*founding(), *anchoring(), *statuses(), *Votes().every_act(), *views()]


def founding() -> Iterator[Act]:
    """Acts 1 to 3."""
    scopes = [WHOLE if rights & ANCHOR else 0 for rights in RIGHTS]
    founders = list(zip(MEMBERS[:7], CODES[:7], ACCOUNTS[:7], RIGHTS, scopes, strict=True))
    for name, arguments in (
        (CONSORTIUM, [founders, VALIDATORS[:4], MEMBERS[:4]]),
        (ANCHOR_LOG, [ADDRESSES[CONSORTIUM]]),
        (STATUS_REGISTRY, [ADDRESSES[CONSORTIUM], ADDRESSES[ANCHOR_LOG]]),
    ):
        yield Act(DEPLOYER, None, encode_constructor(artifact(name), arguments), f"{name}: deployed")


def anchoring() -> Iterator[Act]:
    """Batches 1 to 3 of member 0, batch 1 of members 4 and 6, and what is refused."""

    def anchor(sender: int, seq: int, case: str, *, least: bool = False, refused: bool = False) -> Act:
        batch = (b"\1".rjust(32, b"\0"), 1, LEAST, 1) if least else (ROOT, 2**48 - 1, WHOLE, 255)
        return call(sender, ANCHOR_LOG, "anchor", seq, *batch, case=case, refused=refused)

    yield anchor(0, 1, "a member's first, whole scope, root without a zero")
    yield anchor(0, 2, "its second, the same")
    yield anchor(0, 3, "a later one, the same")
    yield anchor(6, 1, "another member's first, the same")
    yield anchor(4, 1, "one class, one stage, one leaf", least=True)
    yield anchor(0, 3, "refused, written already", refused=True)
    yield anchor(0, 5, "refused, out of order", refused=True)
    yield anchor(5, 1, "refused, without the right", refused=True)
    yield anchor(DEPLOYER, 1, "refused, of nobody", refused=True)


def statuses() -> Iterator[Act]:
    """What members say of member 0's batches and of codes."""
    registry = STATUS_REGISTRY
    yield call(0, registry, "setLeaf", 1, 0, SUSPENDED, 65_535, 0, 0, case="the first change of all")
    yield call(0, registry, "setLeaf", 1, 2**48 - 2, SUSPENDED, 1, 0, 0, case="a leaf's first")
    yield call(0, registry, "setLeaf", 1, 0, ACTIVE, 0, 0, 0, case="a leaf's second")
    yield call(0, registry, "setLeaf", 1, 0, SUPERSEDED, 7, 3, 2**48 - 2, case="with a successor")
    yield call(0, registry, "setLeaf", 1, 1, REVOKED, 9, 0, 0)
    yield call(0, registry, "setLeaf", 1, 1, ACTIVE, 0, 0, 0, case="refused, revoked", refused=True)
    yield call(4, registry, "setLeaf", 9, 0, ACTIVE, 0, 0, 0, case="refused, no such batch", refused=True)
    yield call(1, registry, "setLeaf", 1, 0, ACTIVE, 0, 0, 0, case="refused, without the right", refused=True)
    yield call(0, registry, "setBatch", 2, SUSPENDED, 300, case="a batch's first")
    yield call(0, registry, "setBatch", 2, ACTIVE, 0, case="a batch's second")
    yield call(3, registry, "setCode", CODE_KEY, SUSPENDED, 1, case="a code's first")
    yield call(6, registry, "setCode", CODE_KEY, RECALLED, 2, case="raised by another")
    yield call(3, registry, "setCode", CODE_KEY, ACTIVE, 0, case="refused, kept", refused=True)
    yield call(6, registry, "setCode", OTHER_KEY, RECALLED, 3)
    yield call(6, registry, "setCode", OTHER_KEY, ACTIVE, 0, case="lifted by its keeper")


class Votes:
    """Everything that takes a proposal; it counts them."""

    def __init__(self) -> None:
        self._count = 0

    def every_act(self) -> Iterator[Act]:
        """A first vote with everything that may happen to one, then every function that needs one."""
        yield from self._first()
        yield call(4, CONSORTIUM, "freeze", case="a member's own signer")
        yield call(4, CONSORTIUM, "freeze", case="refused, frozen already", refused=True)
        for target, function, case, arguments in self._decisions():
            yield call(0, target, function, *arguments, case=f"{case}, refused without a proposal", refused=True)
            yield from self._decided(target, function, case, arguments)

    def _first(self) -> Iterator[Act]:
        data = encode_call(artifact(CONSORTIUM), "pauseAnchoring", [True])
        self._count += 1
        yield call(0, CONSORTIUM, "propose", ADDRESSES[CONSORTIUM], data, case="the first, of 36 bytes")
        yield call(4, CONSORTIUM, "propose", ADDRESSES[CONSORTIUM], data, case="refused, no voter", refused=True)
        yield call(0, CONSORTIUM, "approve", 1, case="the proposer's")
        yield call(0, CONSORTIUM, "approve", 1, case="refused, twice", refused=True)
        yield call(0, CONSORTIUM, "withdraw", 1, case="an approval")
        yield call(0, CONSORTIUM, "withdraw", 1, case="refused, none", refused=True)
        yield call(0, CONSORTIUM, "approve", 1)
        yield call(1, CONSORTIUM, "approve", 1, case="another's")
        yield call(2, CONSORTIUM, "approve", 1)
        yield call(DEPLOYER, CONSORTIUM, "execute", 1, case="refused, three of six", refused=True)
        yield call(3, CONSORTIUM, "approve", 1)
        yield call(DEPLOYER, CONSORTIUM, "execute", 1, case="a pause")
        yield call(DEPLOYER, CONSORTIUM, "execute", 1, case="refused, twice", refused=True)
        yield call(0, ANCHOR_LOG, "anchor", 4, ROOT, 1, WHOLE, 1, case="refused, paused", refused=True)

    def _decisions(self) -> Iterator[tuple[str, str, str, Sequence[Any]]]:
        grown = MEMBERS[:5]
        yield CONSORTIUM, "pauseAnchoring", "an end", [False]
        yield CONSORTIUM, "unfreeze", "a member", [MEMBERS[4]]
        yield CONSORTIUM, "admit", "a voter", [MEMBERS[7], CODES[7], ACCOUNTS[NEWCOMER], 15, WHOLE]
        yield CONSORTIUM, "setRights", "no vote any more", [MEMBERS[7], ANCHOR]
        yield CONSORTIUM, "setScope", "a smaller one", [MEMBERS[7], LEAST]
        yield CONSORTIUM, "rotateSigner", "a member's", [MEMBERS[6], ACCOUNTS[SPARE]]
        yield CONSORTIUM, "announce", "one in, to five", [VALIDATORS, grown]
        yield CONSORTIUM, "announce", "one out, to four", [VALIDATORS[1:], grown[1:]]
        yield STATUS_REGISTRY, "setLeafFor", "a leaf's first", [MEMBERS[0], 2, 5, REVOKED, 9, 0, 0]
        yield STATUS_REGISTRY, "setBatchFor", "a batch's first", [MEMBERS[6], 1, SUSPENDED, 9]
        yield STATUS_REGISTRY, "setCodeFor", "lifted", [MEMBERS[6], CODE_KEY, ACTIVE, 0]
        yield CONSORTIUM, "retire", "a voter", [MEMBERS[5]]

    def _decided(self, target: str, function: str, case: str, arguments: Sequence[Any]) -> Iterator[Act]:
        self._count += 1
        data = encode_call(artifact(target), function, arguments)
        yield call(0, CONSORTIUM, "propose", ADDRESSES[target], data)
        yield from (call(voter, CONSORTIUM, "approve", self._count) for voter in VOTERS)
        done = call(DEPLOYER, CONSORTIUM, "execute", self._count)
        yield Act(done.sender, done.contract, done.data, f"{target}.{function}: {case}, executed")


def views() -> Iterator[Act]:
    """What anyone may ask, in transactions."""
    asked: dict[str, list[tuple[str, list[Any]]]] = {
        ANCHOR_LOG: [("head", [MEMBERS[0], 3]), ("consortium", [])],
        STATUS_REGISTRY: [
            ("leafStatus", [MEMBERS[0], 1, 0]), ("batchStatus", [MEMBERS[0], 2]), ("codeStatus", [CODE_KEY]),
            ("keeperOf", [CODE_KEY]), ("changes", []), ("consortium", []), ("anchorLog", []),
        ],
        CONSORTIUM: [
            ("memberOf", [ACCOUNTS[0]]), ("members", [MEMBERS[0]]), ("anchoring", [ACCOUNTS[0]]), ("acting", [ACCOUNTS[0]]),
            ("voters", []), ("proposal", [1]), ("proposals", []), ("anchoringPaused", []), ("validatorSet", []),
        ],
    }  # fmt: skip
    for contract, calls in asked.items():
        for function, arguments in calls:
            yield call(DEPLOYER, contract, function, *arguments, case="asked in a transaction")

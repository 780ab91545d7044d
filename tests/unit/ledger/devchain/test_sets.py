"""The set in force follows the announcements of the real Consortium, through restarts, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_abi.abi import encode

from certs.canonical import canonical
from certs.consensus.endorsement import endorse
from certs.consensus.qbft import listed, signers
from certs.errors import VerificationError
from certs.evm.header import Header, parse_header
from certs.evm.keccak import keccak256
from certs.trust import Bundle, load_bundle
from ledger.announcements import announced_sets
from ledger.collect import NamedMember, build_bundle
from ledger.devchain import DevChain, sets


def header(voting: Any, height: int) -> Header:
    return parse_header(bytes.fromhex(voting.rpc.call("debug_getRawHeader", [hex(height)])[2:]))


def proposer(one: Header) -> bytes:
    return bytes(rlp.decode(one.raw)[2])


def is_endorsed(one: Header, validators: Iterable[bytes]) -> bool:
    try:
        endorse("qbft", [one], tuple(validators))
    except VerificationError as error:
        assert error.code == "endorsement.short"
        return False
    return True


def swapped(validators: list[bytes], *, out: bytes, come: bytes) -> list[bytes]:
    return sorted({*validators, come} - {out})


def mined(voting: Any, count: int) -> list[Header]:
    return [header(voting, voting.chain.mine()) for _ in range(count)]


def bundle_of(voting: Any) -> Bundle:
    announced = announced_sets(voting.rpc, "qbft", voting.deployment)
    named = [NamedMember(uscc, f"M{at}A", "某局") for at, uscc in enumerate(voting.members)]
    made = build_bundle(
        voting.rpc, "qbft", voting.deployment, network="development", name="n", prefix="SHFS", members=named, sets=announced
    )
    return load_bundle(canonical(made))


# Following the consortium.


def test_an_announced_set_is_listed_and_seals_from_the_block_after_its_announcement(voting: Any) -> None:
    before, come = voting.validators(), voting.newcomer()
    after = swapped(before, out=before[2], come=come)
    at = voting.announce(after)
    blocks = mined(voting, 7)
    assert header(voting, at).number == at and list(listed(header(voting, at))) == voting.validators(at) == before
    assert is_endorsed(header(voting, at), before)
    for block in blocks:
        assert list(listed(block)) == voting.validators(block.number) == after
        assert proposer(block) in signers(block) and is_endorsed(block, after)
        assert before[2] not in signers(block)
    assert {proposer(block) for block in blocks} == set(after)
    assert any(come in signers(block) for block in blocks)
    assert voting.chain.validators == ["0x" + address.hex() for address in after]


def test_after_three_changes_no_old_set_alone_endorses_a_block(voting: Any) -> None:
    history = [voting.validators()]
    for out in history[0][:3]:
        history.append(swapped(history[-1], out=out, come=voting.newcomer()))
        voting.announce(history[-1])
    newest = mined(voting, 7)
    assert all(is_endorsed(block, history[-1]) for block in newest)
    assert not any(is_endorsed(block, history[0]) for block in newest)
    assert not is_endorsed(newest[0], set(history[0]) - set(history[-1]))


def test_a_validator_may_come_or_go_alone(voting: Any) -> None:
    seven, come = voting.validators(), voting.newcomer()
    eight = sorted([*seven, come])
    voting.announce(eight)
    for count, validators in ((6, eight), (5, eight[1:]), (4, eight[2:])):  # ⌈2N/3⌉ of 8, 7, 6
        block = mined(voting, 1)[0]
        assert list(listed(block)) == validators and len(signers(block)) == count
        assert is_endorsed(block, validators)
        voting.announce(validators[1:])


def test_bundles_of_two_and_of_three_sets_verify_and_every_block_is_endorsed_by_its_own(voting: Any) -> None:
    bundles = []
    for out in voting.validators()[:2]:
        voting.announce(swapped(voting.validators(), out=out, come=voting.newcomer()))
        voting.chain.mine()
        bundles.append(bundle_of(voting))
    assert [len(bundle.sets) for bundle in bundles] == [2, 3]
    mined(voting, 7)
    for height in range(voting.deployment.from_block, bundles[1].head.number + 8):
        block = header(voting, height)
        assert list(listed(block)) == list(bundles[1].set_at(height).validators)
        assert is_endorsed(block, bundles[1].set_at(height).validators)
        if height <= bundles[0].head.number:
            assert bundles[0].set_at(height) == bundles[1].set_at(height)


# Restarts.


def reopened(voting: Any, directory: Path, clock: Any) -> None:
    voting.chain.close()
    voting.use(DevChain.open(directory, clock=clock, period_s=3600, heartbeat_s=3600))


def test_an_announcement_in_the_last_block_before_a_restart_counts_after_it(voting: Any, tmp_path: Path, clock: Any) -> None:
    first = voting.validators()
    history = [first]
    for out in first[:4]:
        history.append(swapped(history[-1], out=out, come=voting.newcomer()))
        at = voting.announce(history[-1])
        reopened(voting, tmp_path / "chain", clock)
        assert voting.validators() == history[-2]
        block = mined(voting, 1)[0]
        assert block.number == at + 1
        assert list(listed(block)) == history[-1] and is_endorsed(block, history[-1])
    for height in range(1, voting.deployment.from_block + 1):  # retired keys still seal what they sealed
        assert is_endorsed(header(voting, height), first)
    assert bundle_of(voting).sets[-1].validators == tuple(history[-1])


def test_a_process_killed_after_an_announcement_goes_on_as_if_it_had_not_been(voting: Any, tmp_path: Path, clock: Any) -> None:
    after = swapped(voting.validators(), out=voting.validators()[5], come=voting.newcomer())
    voting.announce(after)
    shutil.copytree(tmp_path / "chain", tmp_path / "left")  # the files as SIGKILL would leave them, the journal unmerged
    with DevChain.open(tmp_path / "left", clock=clock) as left:
        for _ in range(3):
            voting.chain.mine()
            left.mine()
        assert left._blocks.head == voting.chain._blocks.head
        assert left.validators == ["0x" + address.hex() for address in after]


# What is not followed: the contract here logs whatever it is sent as an announcement.


class Echo:
    """Contracts that announce what they are told, on a chain that moves by hand."""

    def __init__(self, chain: DevChain, wallet: Any, creation: bytes) -> None:
        self._chain, self._wallet, self._creation = chain, wallet, creation
        self.genesis = [bytes.fromhex(address[2:]) for address in chain.validators]
        self.address = self.another()

    def use(self, chain: DevChain) -> None:
        """The same chain, opened again."""
        self._chain = chain

    def another(self) -> str:
        created = keccak256(rlp.encode([bytes.fromhex(self._wallet.address[2:]), self._wallet.nonce]))[12:]
        self._chain.submit(self._wallet.sign(data=self._creation))
        self._chain.mine()
        return "0x" + created.hex()

    def say(self, *said: Any, at: str | None = None) -> None:
        """One block of announcements: each (epoch, validators) or (epoch, validators, from_block), or call data as it is."""
        for one in said:
            call = one if isinstance(one, bytes) else self.call(*one)
            self._chain.submit(self._wallet.sign(at or self.address, call, gas=2_000_000))
        self._chain.mine()
        receipts = self._chain._blocks.receipts_of(self._chain._blocks.head)
        assert [len(receipt.logs) for receipt in receipts] == [1] * len(said)

    def call(self, epoch: int, validators: list[bytes], from_block: int | None = None) -> bytes:
        first = self._chain._blocks.head.block_number + 2 if from_block is None else from_block
        operators = [f"91310000MA1FL{at:04d}X".encode().ljust(32, b"\0") for at in range(len(validators))]
        listed = ["0x" + one.hex() for one in validators]
        return epoch.to_bytes(32, "big") + encode(["uint64", "address[]", "bytes32[]"], [first, listed, operators])

    def in_force(self) -> list[bytes]:
        """In the next block, which is made."""
        self._chain.mine()
        return [bytes.fromhex(address[2:]) for address in self._chain.validators]


@pytest.fixture
def echo(chain: DevChain, wallet: Any, contracts: dict[str, bytes]) -> Echo:
    return Echo(chain, wallet, contracts["announces"])


def test_only_a_contract_that_began_with_the_genesis_set_is_followed(echo: Echo) -> None:
    echo.say((1, echo.genesis[1:]))
    assert echo.in_force() == echo.genesis
    echo.say((0, echo.genesis[1:]))
    echo.say((1, echo.genesis[1:]))
    echo.say((0, echo.genesis, 3))
    echo.say((1, echo.genesis))
    echo.say((1, echo.genesis[1:]))
    assert echo.in_force() == echo.genesis
    echo.say((0, echo.genesis))
    assert echo.in_force() == echo.genesis
    echo.say((1, echo.genesis[1:]))
    assert echo.in_force() == echo.genesis[1:]


@pytest.mark.parametrize("idle", range(4))
def test_a_consortium_is_found_again_wherever_in_the_chain_it_began(
    tmp_path: Path, wallet_of: Any, contracts: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, idle: int
) -> None:
    monkeypatch.setattr(sets, "_HEIGHTS_AT_ONCE", 2)
    with DevChain.open(tmp_path / "c", chain_id=7) as chain:
        for _ in range(idle):
            chain.mine()
        echo = Echo(chain, wallet_of("0x" + "11" * 32), contracts["announces"])
        echo.say((0, echo.genesis))
        chain.mine()
    with DevChain.open(tmp_path / "c") as chain:
        echo.use(chain)
        echo.say((1, echo.genesis[1:]))
        assert echo.in_force() == echo.genesis[1:]


def test_the_first_contract_that_began_with_the_genesis_set_stays_the_one(echo: Echo) -> None:
    second = echo.another()
    echo.say((0, echo.genesis))
    echo.say((0, echo.genesis), at=second)
    echo.say((1, echo.genesis[1:]), at=second)
    assert echo.in_force() == echo.genesis
    echo.say((1, echo.genesis[:-1]))
    assert echo.in_force() == echo.genesis[:-1]


def test_what_no_verifier_would_accept_changes_nothing(echo: Echo) -> None:
    echo.say((0, echo.genesis))
    seven, new = echo.genesis, [number.to_bytes(20, "big") for number in (1, 2)]
    height = echo._chain._blocks.head.block_number
    for number, wrong in enumerate(
        [
            (1, []),
            (1, seven[2:]),  # two out
            (1, [*new, *seven]),  # two in
            (1, [*seven[:5], seven[6], seven[5]]),  # not ascending
            (1, [seven[0], *seven]),  # one twice
            (1, seven[1:], height + 100),  # from a later block on
            (1, seven[1:], 1),
            (1 << 64, seven[1:]),  # no epoch
            (1).to_bytes(32, "big"),  # no data
            (1).to_bytes(32, "big") + b"\xff" * 320,
        ]
    ):
        echo.say(wrong)
        assert echo.in_force() == seven, number
    echo.say((1).to_bytes(32, "big"), (1, seven[1:], height + 100), (1, seven[1:]))
    assert echo.in_force() == seven[1:]  # the good one counts, whatever stands before it


def test_the_last_validator_cannot_leave(tmp_path: Path, wallet_of: Any, contracts: dict[str, bytes]) -> None:
    with DevChain.open(tmp_path / "one", validators=1, chain_id=7) as chain:
        echo = Echo(chain, wallet_of("0x" + "11" * 32), contracts["announces"])
        echo.say((0, echo.genesis))
        echo.say((1, []))
        assert echo.in_force() == echo.genesis


def test_a_set_has_at_most_64_validators(chain: DevChain, echo: Echo) -> None:
    echo.say((0, echo.genesis))
    own = list(echo.genesis)
    while len(own) < 64:
        own = sorted([*own, bytes.fromhex(chain.new_validator()[2:])])
        echo.say((1, own))
    assert echo.in_force() == own
    echo.say((1, sorted([*own, bytes.fromhex(chain.new_validator()[2:])])))
    assert echo.in_force() == own

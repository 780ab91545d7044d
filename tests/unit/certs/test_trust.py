"""The trust bundle (step 0): every rule broken in turn is "cannot check", and nothing else is ever raised."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from certs.canonical import canonical
from certs.errors import CannotCheck
from certs.slots import member_word
from certs.trust import Bundle, ValidatorSet, fingerprint_words, load_bundle
from tests.vector_cases.scenes import extra_changed, made_by, put, rewritten, sealed_by, without
from tests.world import MEMBER, OPERATORS, START, World, hexed, key


def address(name: str) -> bytes:
    return key(name).public_key.to_canonical_address()


def grown(*steps: str, names: str = "abcd", **options: Any) -> World:
    """A consortium whose validators changed step by step."""
    world = World(names=tuple(names), **options)
    for step in steps:
        world.change_validators(tuple(step))
        world.mine()
    return world


BASE = canonical(World(names=tuple("abcd")).bundle())
GROWN = canonical(grown("abce", "bce", "bcef").bundle())


def refused(raw: bytes) -> str:
    with pytest.raises(CannotCheck) as caught:
        load_bundle(raw)
    return caught.value.code


# --- what holds


def test_a_bundle_is_read_into_what_it_says() -> None:
    bundle = load_bundle(BASE)
    assert (bundle.network, bundle.prefix, bundle.chain_id, bundle.engine) == ("production", "SHFS", 20231130, "qbft")
    assert bundle.members == {MEMBER: "上海市商务委员会"}
    assert (bundle.head.number, bundle.head.time) == (3, START + 3)
    assert not bundle.is_development
    assert load_bundle(canonical(World(names=tuple("abcd")).bundle(network="development"))).is_development


def test_sets_grow_by_announcements_and_each_is_in_force_from_its_block() -> None:
    bundle = load_bundle(GROWN)
    assert [s.epoch for s in bundle.sets] == [0, 1, 2, 3]
    assert [s.from_block for s in bundle.sets] == [2, 5, 7, 9]
    assert [bundle.set_at(height).epoch for height in (3, 4, 5, 6, 7, 8, 9, 1_000)] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert bundle.ever_validated([address("a")])
    assert bundle.ever_validated([address("x"), address("f")])
    assert not bundle.ever_validated([address("x"), address("y")])


def test_below_the_first_set_or_the_contracts_nothing_is_known() -> None:
    for raw, height in ((BASE, 2), (put(BASE, "/contracts/fromBlock", 1), 1), (BASE, 0)):
        bundle = load_bundle(raw)
        with pytest.raises(CannotCheck, match=r"bundle\.height"):
            bundle.set_at(height)


def test_two_announcements_in_neighbouring_blocks_hold() -> None:
    world = World(names=tuple("abcd"))
    world.change_validators(tuple("abce"))
    world.change_validators(tuple("abef"))
    world.mine()
    assert load_bundle(canonical(world.bundle())).sets[-1].epoch == 2


def test_a_clique_bundle_holds() -> None:
    world = World(names=tuple("abcd"), engine="clique")
    for _ in range(4):
        world.mine()
    assert load_bundle(canonical(world.bundle(block=world.blocks[4]))).head.number == 4


def test_the_commitment_is_the_abi_encoding_of_solidity() -> None:
    one = ValidatorSet(3, 77, (address("a"), address("b")), OPERATORS[:2])
    members = [member_word(o) for o in OPERATORS[:2]]
    encoded = encode(["uint64", "uint64", "address[]", "bytes32[]"], [3, 77, list(one.validators), members])
    assert one.commitment() == keccak(encoded)


# --- the form


FORM: list[tuple[str, Any]] = [
    ("/format", "shisu-trust/2"), ("/network", "staging"), ("/network", None), ("/name", 1), ("/prefix", "S"), ("/prefix",
     "TOOLONGPF"),
    ("/prefix", "shfs"), ("/chainId", -1), ("/chainId", "1"), ("/engine", "ibft"), ("/genesisHash", "0x"), ("/contracts", []),
    ("/contracts/fromBlock", None), ("/contracts/consortium", "0x00"), ("/contracts/anchorLog",
     1), ("/contracts/statusRegistry", "0x"),
    ("/contracts/codeHashes", []), ("/contracts/codeHashes/0", "0x00"), ("/members", {}), ("/members/0",
     []), ("/members/0/uscc", "x"),
    ("/members/0/code", "c"), ("/members/0/name", None), ("/sets", []), ("/sets/0/epoch", None), ("/sets/0/fromBlock", "2"),
    ("/sets/0/validators", []), ("/sets/0/validators/0", "0x00"), ("/sets/0/operators", []), ("/sets/0/operators/0", "x"),
    ("/sets/0/operators/0", OPERATORS[1]), ("/sets/1/evidence", None), ("/sets/1/evidence/headers", []), ("/head", None),
    ("/head/headers", []), ("/head/nodes", ["0x01", "0x00"]), ("/sets/1/evidence/nodes", ["0x00", "0x00"]),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value"), FORM)
def test_every_field_has_one_form(pointer: str, value: Any) -> None:
    refused(put(GROWN, pointer, value))


@pytest.mark.parametrize("at", ["", "/contracts", "/members/0", "/sets/0", "/sets/1/evidence", "/head"])
def test_every_name_is_required_and_no_other_allowed(at: str) -> None:
    assert refused(put(GROWN, f"{at}/extra", 1)) == "form.unknown"
    value = json.loads(GROWN)
    for part in at.split("/")[1:]:
        value = value[int(part) if part.isdigit() else part]
    for name in value:
        assert refused(without(GROWN, f"{at}/{name}")) == "form.missing"


def test_a_bundle_is_strict_canonical_json() -> None:
    assert refused(b"") == "json.syntax"
    assert refused(BASE + b"\n") == "json.canonical"
    assert refused(b"[]") == "form.type"
    assert refused(b'"' + b"x" * 4 * 1024 * 1024 + b'"') == "json.size"
    assert refused(b"[" * 33 + b"]" * 33) == "json.depth"


def test_validators_are_ascending_and_each_has_its_own_operator() -> None:
    assert refused(put(BASE, "/sets/0/validators", lambda v: v[::-1])) == "form.order"
    assert refused(put(BASE, "/sets/0/validators", lambda v: [v[0], *v[:3]])) == "form.order"
    assert refused(put(BASE, "/sets/0/operators", lambda o: [o[0], *o[:3]])) == "bundle.set.operators"
    assert refused(put(BASE, "/sets/0/operators", lambda o: o[:3])) == "bundle.set.operators"
    assert refused(put(BASE, "/members", lambda m: m * 2)) == "bundle.member"


def test_the_first_set_is_epoch_0_and_carries_no_evidence() -> None:
    assert refused(put(BASE, "/sets/0/epoch", 1)) == "bundle.set.epoch"
    evidence = json.loads(GROWN)["sets"][1]["evidence"]
    assert refused(put(BASE, "/sets/0/evidence", evidence)) == "bundle.set.evidence"


# --- announcements


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/sets/1/epoch", 2, "bundle.set.announcement"),
        ("/sets/1/fromBlock", 6, "bundle.set.announcement"),
        ("/sets/1/operators", lambda o: o[::-1], "bundle.set.announcement"),
        ("/sets/1/validators", lambda v: v[:3], "bundle.set.operators"),
        ("/sets/1/evidence/chainId", 1, "bundle.set.chain"),
        ("/sets/1/evidence/index", 1, "evidence.receipt.absent"),
        ("/sets/1/evidence/log", 1, "evidence.log.absent"),
        ("/sets/1/evidence/nodes", [], "evm.trie.missing"),
        ("/sets/1/evidence/nodes", lambda n: sorted([*n, "0xc22020"]), "evidence.nodes.unused"),
        ("/sets/1/evidence/headers", lambda h: h * 2, "endorsement.run"),
        ("/sets/1/evidence/headers/0", extra_changed(lambda e: e.__setitem__(4, e[4][:2])), "endorsement.short"),
        ("/sets/1/evidence/headers/0", lambda h: rewritten(h, lambda f: f.__setitem__(8, b"\x09")), "bundle.set.announcement"),
        ("/contracts/consortium", hexed(bytes(20)), "bundle.set.address"),
        ("/chainId", 1, "bundle.set.chain"),
    ],
)
def test_an_announcement_is_exactly_what_the_chain_says(pointer: str, value: Any, code: str) -> None:
    assert refused(put(GROWN, pointer, value)) == code


def test_an_announcement_in_a_chain_of_another_id_is_refused() -> None:
    assert refused(put(canonical(grown("abce", chain_id=1).bundle()), "/chainId", 20231130)) == "bundle.set.chain"


def test_transaction_and_receipt_of_an_announcement_are_of_one_type() -> None:
    world = World(names=tuple("abcd"))
    legacy = world.receipt
    world.receipt = lambda logs: b"\x02" + legacy(logs)  # type: ignore[method-assign]
    world.change_validators(tuple("abce"))
    world.mine()
    assert refused(canonical(world.bundle())) == "bundle.set.chain"


def test_a_skipped_epoch_is_refused() -> None:
    world = grown("abce", "abef")
    bundle = world.bundle()
    assert refused(canonical({**bundle, "sets": [bundle["sets"][0], bundle["sets"][2]]})) == "bundle.set.announcement"


def test_the_newest_set_may_not_be_left_out() -> None:
    world = grown("abce")
    bundle = world.bundle()
    assert refused(canonical({**bundle, "sets": bundle["sets"][:1]})) in ("endorsement.short", "bundle.head.set")


@pytest.mark.parametrize("names", ["abef", "ab", "efcd"])
def test_two_in_or_two_out_at_once_is_refused(names: str) -> None:
    assert refused(canonical(grown(names).bundle())) == "bundle.set.step"


def test_one_in_and_one_out_at_once_holds() -> None:
    for names in ("abce", "abc", "abcde"):
        load_bundle(canonical(grown(names).bundle()))


def test_a_set_is_endorsed_by_the_set_before_it_not_by_itself() -> None:
    world = World(names=tuple("abcd"))
    world.sign = sealed_by("a", "b", "e")  # a quorum of the new set, not of the old
    world.change_validators(tuple("abce"))
    world.sign = None
    world.mine()
    assert refused(canonical(world.bundle())) == "endorsement.short"


def test_a_set_announced_before_the_one_before_it_is_in_force_is_refused() -> None:
    world = World(names=tuple("abcd"))
    world.sets[0] = ValidatorSet(0, 9, world.sets[0].validators, world.sets[0].operators)
    world.storage[world.consortium][bytes(32)] = int.from_bytes(world.sets[0].commitment(), "big")
    world.change_validators(tuple("abce"))
    for _ in range(6):
        world.mine()
    assert refused(canonical(world.bundle())) == "bundle.set.announcement"


# --- the head


def test_the_head_is_endorsed_by_the_last_set() -> None:
    world = grown("abce")
    world.sign = sealed_by("a", "b", "d")
    assert refused(canonical(world.bundle(block=world.mine()))) == "endorsement.short"


def test_the_head_is_not_below_the_last_set_or_the_contracts() -> None:
    world = grown("abce", sign=sealed_by("a", "b", "c"))  # enough of both sets
    assert refused(canonical(world.bundle(block=world.blocks[4]))) == "bundle.head.height"
    assert refused(put(BASE, "/contracts/fromBlock", 4)) == "bundle.head.height"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda raw: put(raw, "/contracts/codeHashes/0", hexed(bytes(32))), "bundle.head.code"),
        (lambda raw: put(raw, "/contracts/consortium", hexed(World().registry)), "evm.trie.missing"),
        (lambda raw: put(raw, "/sets/0/fromBlock", 3), "bundle.head.set"),
        (lambda raw: put(raw, "/sets/0/operators", lambda o: o[::-1]), "bundle.head.set"),
        (lambda raw: put(raw, "/head/nodes", []), "evm.trie.missing"),
        (lambda raw: put(raw, "/head/nodes", lambda n: sorted([*n, "0xc22020"])), "evidence.nodes.unused"),
        (lambda raw: put(raw, "/head/headers", lambda h: h * 2), "endorsement.run"),
        (lambda raw: put(raw, "/head/headers/0", "0x00"), "evm.rlp.kind"),
    ],
)
def test_the_head_proves_the_consortiums_code_and_its_slot_0(change: Callable[[bytes], bytes], code: str) -> None:
    assert refused(change(BASE)) == code


def test_a_head_that_proves_the_consortium_absent_is_refused() -> None:
    world = World(names=tuple("abcd"))
    words = world.storage.pop(world.consortium)
    block = world.mine()
    world.storage[world.consortium] = words
    block.state[world.consortium] = world.blocks[3].state[world.consortium]
    bundle = world.bundle(block=block)
    proof = world.state_proof(block, {world.consortium: []})
    assert refused(canonical({**bundle, "head": proof})) == "bundle.head.code"


# --- one history


def test_a_later_block_with_an_earlier_time_is_refused() -> None:
    world = grown("abce")
    world.mine(time=START)
    assert refused(canonical(world.bundle())) == "header.time"


def test_two_endorsed_blocks_of_one_height_are_refused() -> None:
    # Under QBFT a bundle's heights are all different by the rules before; runs of Clique headers can overlap.
    def history(**last: Any) -> World:
        world = World(names=tuple("abcd"), engine="clique")
        world.change_validators(tuple("abcd"))
        for _ in range(4):
            world.mine(**last)
        return world

    good, other = history(), history(time=START + 9)
    load_bundle(canonical(good.bundle(block=good.blocks[5])))
    rival = other.state_proof(other.blocks[6], {other.consortium: [bytes(32)]})
    assert refused(canonical({**good.bundle(block=good.blocks[5]), "head": rival})) == "header.rival"


# --- the fingerprint


def fingerprint(raw: bytes) -> bytes:
    return load_bundle(raw).fingerprint


def test_the_fingerprint_is_of_what_does_not_grow_and_of_the_newest_set() -> None:
    value = json.loads(GROWN)
    fixed = {name: v for name, v in value.items() if name not in ("head", "members")} | {"sets": value["sets"][:1]}
    last = load_bundle(GROWN).sets[-1]
    inner = hashlib.sha256(canonical(fixed)).digest()
    assert fingerprint(GROWN) == hashlib.sha256(inner + (3).to_bytes(8, "big") + last.commitment()).digest()


def test_a_newer_head_and_other_member_names_keep_the_fingerprint() -> None:
    world = World(names=tuple("abcd"))
    before = fingerprint(canonical(world.bundle()))
    world.mine()
    assert fingerprint(canonical(world.bundle())) == before
    assert fingerprint(put(BASE, "/members", [])) == before


def test_anything_else_changes_the_fingerprint() -> None:
    seen = {fingerprint(BASE), fingerprint(GROWN), fingerprint(canonical(grown("abce").bundle()))}
    changes = (
        ("/name", "x"), ("/prefix", "XX"), ("/network", "development"), ("/chainId", 1), ("/genesisHash", hexed(bytes(32))),
        ("/contracts/anchorLog", hexed(bytes(20))), ("/contracts/statusRegistry", hexed(bytes(20))),
        ("/contracts/codeHashes/1", hexed(bytes(32))), ("/contracts/fromBlock", 2),
    )  # fmt: skip
    for pointer, value in changes:
        seen.add(fingerprint(put(BASE, pointer, value)))
    assert len(seen) == 3 + len(changes)
    assert fingerprint(canonical(made_by(names=tuple("wxyz")).world.bundle())) not in seen


def test_the_fingerprint_can_be_said() -> None:
    assert fingerprint_words(bytes.fromhex("7f000001")) == "lusab-babad"  # the example of arXiv:0901.4016
    assert len(fingerprint_words(fingerprint(BASE)).split("-")) == 16


# --- whatever the bytes


@given(st.integers(0, len(GROWN) - 1), st.integers(0, 7))
def test_no_flipped_bit_raises_anything_else(at: int, bit: int) -> None:
    raw = bytearray(GROWN)
    raw[at] ^= 1 << bit
    try:
        assert isinstance(load_bundle(bytes(raw)), Bundle)
    except CannotCheck as error:
        assert error.code

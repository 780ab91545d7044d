"""The header's form against a block captured from GoQuorum, and its seals by code that is not ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak
from eth_keys.datatypes import Signature

from ledger.devchain import DevChain, DevChainError, qbft
from ledger.devchain.keys import create_keys
from ledger.devchain.vm import header_after


def shape(item: Any) -> Any:
    return [shape(part) for part in item] if isinstance(item, list) else len(item)


def test_extra_data_has_the_shape_of_a_captured_block_of_seven(vector: Callable[[str], Any], tmp_path: Path) -> None:
    captured = rlp.decode(bytes.fromhex(vector("qbft7_1receipt")["headers"][0]["header_rlp"][2:]))
    keys = create_keys(tmp_path / "k", 7)
    header = header_after(None, timestamp=1, extra_data=qbft.extra_data(keys.addresses))
    ours = rlp.decode(rlp.encode(qbft.sealed(header_after(header), keys)))
    assert shape(rlp.decode(ours[12])) == shape(rlp.decode(captured[12]))
    assert (ours[7], ours[13], ours[14]) == (captured[7], captured[13], captured[14])  # difficulty, mix hash, nonce
    assert (ours[9], len(ours), ours[15]) == (captured[9], 16, b"")  # gas limit; London's base fee is 0
    assert rlp.decode(ours[12])[1] == sorted(keys.addresses)


def test_genesis_has_the_shape_of_a_captured_genesis(vector: Callable[[str], Any], tmp_path: Path) -> None:
    captured = rlp.decode(bytes.fromhex(vector("qbft7_1receipt")["genesis_header"]["header_rlp"][2:]))
    keys = create_keys(tmp_path / "k", 7)
    genesis = header_after(None, timestamp=1, extra_data=qbft.extra_data(keys.addresses))
    ours = rlp.decode(rlp.encode(qbft.sealed(genesis, keys)))
    assert shape(rlp.decode(ours[12])) == shape(rlp.decode(captured[12]))
    assert shape(ours[:11]) == shape(captured[:11])


@pytest.mark.parametrize(("count", "seals"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (10, 7)])
def test_a_header_carries_two_thirds_of_seals_rounded_up_by_distinct_validators(tmp_path: Path, count: int, seals: int) -> None:
    with DevChain.open(tmp_path / "c", validators=count) as chain:
        chain.mine()
        header = rlp.decode(rlp.encode(chain._blocks.sealed(chain._blocks.head)))
        validators = {bytes.fromhex(address[2:]) for address in chain.validators}
    extra = rlp.decode(header[12])
    unsealed = [*header[:12], rlp.encode([*extra[:3], b"", []]), *header[13:]]
    digest = keccak(rlp.encode(unsealed))
    signers = [Signature(seal).recover_public_key_from_msg_hash(digest).to_canonical_address() for seal in extra[4]]
    assert len(signers) == len(set(signers)) == seals
    assert set(signers) <= validators


def test_every_validator_proposes_and_every_one_signs_within_a_round_of_heights(chain: DevChain) -> None:
    proposers, left_out = set(), set()
    for _ in range(7):
        chain.mine()
        header = chain._blocks.sealed(chain._blocks.head)
        proposers.add(header.coinbase)
        seals = rlp.decode(header.extra_data)[4]
        signed = {
            Signature(seal).recover_public_key_from_msg_hash(chain._blocks.head.hash).to_canonical_address() for seal in seals
        }
        assert header.coinbase in signed
        left_out.add(frozenset(bytes.fromhex(address[2:]) for address in chain.validators) - signed)
    assert {"0x" + address.hex() for address in proposers} == set(chain.validators)
    assert len(left_out) == 7


def test_the_same_block_is_answered_with_the_same_seals(chain: DevChain) -> None:
    chain.mine()
    assert chain._blocks.sealed(chain._blocks.head) == chain._blocks.sealed(chain._blocks.head)


def test_the_list_is_ascending_whatever_order_it_is_given_in() -> None:
    one, two = b"\1" * 20, b"\2" * 20
    assert qbft.validators_of(qbft.extra_data((two, one))) == (one, two)
    assert qbft.is_hashed_form(qbft.extra_data((two, one)))
    assert not qbft.is_hashed_form(rlp.encode([qbft.VANITY, [two, one], [], b"", []]))


def test_a_header_is_not_answered_with_fewer_seals_than_two_thirds(tmp_path: Path) -> None:
    keys, others = create_keys(tmp_path / "k", 4), create_keys(tmp_path / "o", 3)
    genesis = header_after(None, timestamp=1, extra_data=qbft.extra_data(keys.addresses))
    for count, enough in ((2, True), (3, False)):  # of six and seven
        listed = qbft.extra_data((*keys.addresses, *others.addresses[:count]))
        header = header_after(genesis, extra_data=listed)
        if enough:
            assert len(rlp.decode(qbft.sealed(header, keys).extra_data)[4]) == 4
        else:
            with pytest.raises(DevChainError) as refusal:
                qbft.sealed(header, keys)
            assert refusal.value.code == "devchain.keys.mismatch"

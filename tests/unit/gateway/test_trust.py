"""The trust bundle of the consortium this gateway serves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certs.canonical import canonical
from certs.trust import load_bundle
from gateway.trust import current_bundle
from tests.member_line import Bench, open_bench
from tests.world import MEMBER


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        yield opened


def test_a_bundle_holds_and_its_head_is_of_now(bench: Bench) -> None:
    consortium = bench.line().consortium
    before = load_bundle(canonical(current_bundle(bench.chain, consortium)))
    bench.chain.mine()
    after = load_bundle(canonical(current_bundle(bench.chain, consortium)))
    assert after.head.number == before.head.number + 1
    assert after.fingerprint == before.fingerprint


def test_a_member_s_code_is_what_its_numbers_carry(bench: Bench) -> None:
    consortium = bench.line().consortium
    assert consortium.code_of(MEMBER) == "COM"
    with pytest.raises(KeyError):
        consortium.code_of("11310000TE5TB0067B")


def test_the_facts_a_store_is_pinned_to_name_the_chain_and_every_contract(bench: Bench) -> None:
    facts = bench.line().consortium.facts()
    assert set(facts) == {"chainId", "genesisHash", "prefix", "consortium", "anchorLog", "statusRegistry"}
    assert len(set(facts.values())) == len(facts)

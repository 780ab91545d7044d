"""The trust bundle of the consortium this gateway serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certs.canonical import canonical
from certs.trust import load_bundle
from gateway import trust
from gateway.trust import current_bundle
from ledger.announcements import announced_sets
from ledger.errors import NodeContradicts, NotYet
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


def test_sets_are_collected_again_only_when_another_was_announced(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[int] = []

    def collect(*arguments: Any) -> Any:
        collected.append(1)
        return announced_sets(*arguments)

    monkeypatch.setattr(trust, "announced_sets", collect)
    consortium = bench.line().consortium
    first = consortium.sets(bench.chain)
    assert (consortium.sets(bench.chain), len(collected)) == (first, 1)
    assert consortium.validators_at(bench.chain, 3) == first[0].set.validators
    monkeypatch.setattr(trust, "validator_set", lambda *_: replace(first[0].set, epoch=1))
    consortium.sets(bench.chain)
    assert len(collected) == 2


def test_a_set_that_is_in_force_from_the_next_block_gives_no_staple_yet(bench: Bench) -> None:
    """A staple under it in this block would count as absent."""
    consortium = bench.line().consortium
    last = consortium.last_set(bench.chain)
    assert last == bench.chain.world.sets[0]
    bench.chain.lag = bench.chain.height - last.from_block + 1
    with pytest.raises(NotYet):
        consortium.last_set(bench.chain)


def test_heights_below_the_first_set_are_nobody_s(bench: Bench) -> None:
    with pytest.raises(NodeContradicts):
        bench.line().consortium.validators_at(bench.chain, 1)

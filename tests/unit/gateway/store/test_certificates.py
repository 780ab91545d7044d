"""Evidence editions and numbers: added, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store import certificates
from tests.member_line import Bench, open_bench
from tests.world import MEMBER, SUBMITTER


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        opened.accept(2)
        with opened.worker() as worker:
            opened.settle(worker)
        yield opened


def test_a_number_names_its_leaf_and_whose_it_is(bench: Bench) -> None:
    with bench.database.read() as tx:
        issued = certificates.find(tx, "SHFS-COM-1-1-P")
        assert issued is not None
        assert (issued.leaf_index, issued.seq, issued.member, issued.submitter) == (1, 1, MEMBER, SUBMITTER)


def test_a_number_never_issued_is_not_found(bench: Bench) -> None:
    with bench.database.read() as tx:
        assert certificates.find(tx, "SHFS-COM-1-2-N") is None


def test_another_package_is_the_next_edition_and_the_old_one_stays(bench: Bench) -> None:
    with bench.database.write() as tx:
        first = certificates.current_edition(tx, 1)
        assert first is not None
        assert certificates.add_edition(tx, 1, transaction_hash=first.transaction_hash, package=b"{}", now=5) == 2
        assert certificates.current_edition(tx, 1) == certificates.Edition(2, first.transaction_hash, b"{}")
        packages = list(tx.exec_driver_sql("select package from evidence order by edition").scalars())
    assert packages == [first.package, b"{}"]


def test_the_same_package_is_the_same_edition(bench: Bench) -> None:
    with bench.database.write() as tx:
        first = certificates.current_edition(tx, 1)
        assert first is not None
        again = certificates.add_edition(tx, 1, transaction_hash=first.transaction_hash, package=first.package, now=5)
    assert again == 1


def test_issuing_again_changes_no_number(bench: Bench) -> None:
    numbers = bench.numbers()
    with bench.database.write() as tx:
        certificates.issue(tx, 1, [("SHFS-COM-9-9-9", 1, 0)], now=9)
    assert bench.numbers() == numbers


@pytest.mark.parametrize(
    ("state", "expected"),
    [("issued", False), ("final", True), ("signed", True), ("included", True), ("closed", True), ("halted", True)],
)
def test_a_store_is_rewound_while_an_anchor_that_was_final_is_not_issued_again(bench: Bench, state: str, expected: bool) -> None:
    bench.run("update batches set state = ?", state)
    with bench.database.read() as tx:
        assert certificates.rewound(tx) is expected


def test_a_batch_on_its_first_way_is_no_rewind(bench: Bench) -> None:
    bench.run("delete from evidence")
    bench.run("update batches set state = 'signed'")
    with bench.database.read() as tx:
        assert not certificates.rewound(tx)

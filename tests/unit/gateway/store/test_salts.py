"""Salts at rest: what a copy of the database tells without the key, and what a changed or foreign salt does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from gateway.salt_keys import parse_salt_keys
from gateway.store.database import open_database
from gateway.store.errors import RowEdited, StoreUnfit
from gateway.store.read_only import open_read_only
from gateway.store.reseal import PLAIN, check_salt_keys, reseal, sealed_under
from gateway.store.salts import SEALED_BYTES, SaltKeys, key_id
from gateway.store.tables import events
from tests.member_line import Bench, open_bench

OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))
SALT = bytes(range(32))


def keyed(bench: Bench, *keys: bytes) -> Bench:
    """The same store, opened with these keys."""
    bench.database.close()
    bench.database = open_database(f"sqlite:///{bench.directory}/gateway.db", SaltKeys(keys))
    return bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    with open_bench(tmp_path) as opened:
        yield opened
        opened.database.close()


def salts(bench: Bench) -> list[bytes]:
    with bench.database.read() as tx:
        return [
            salt
            for row in tx.execute(select(events.c.public_salt, events.c.bureaus_salt, events.c.submitter_salt))
            for salt in row
        ]


def stored(bench: Bench) -> list[bytes]:
    with bench.database.read() as tx:
        rows = tx.exec_driver_sql("select public_salt, bureaus_salt, submitter_salt from events order by id").all()
    return [salt for row in rows for salt in row]


@given(st.binary(min_size=32, max_size=32), st.sampled_from(["public", "bureaus", "submitter", "item"]))
def test_a_sealed_salt_opens_to_itself_and_shows_nothing_of_it(salt: bytes, use: str) -> None:
    keys = SaltKeys([NEW])
    sealed = keys.seal(salt, use)
    assert keys.open(sealed, use) == salt
    if any(salt):
        assert len(sealed) == SEALED_BYTES
        assert sealed[:4] == key_id(NEW)
        assert salt not in sealed
        assert keys.seal(salt, use) != sealed  # a fresh nonce each time


@pytest.mark.parametrize("at", range(SEALED_BYTES))
def test_a_flipped_bit_in_a_sealed_salt_is_noticed(at: int) -> None:
    keys = SaltKeys([NEW, OLD])
    sealed = bytearray(keys.seal(SALT, "public"))
    sealed[at] ^= 1
    with pytest.raises(RowEdited, match=r"store\.salt"):
        keys.open(bytes(sealed), "public")


@pytest.mark.parametrize("length", [1, 31, 33, 63, 65])
def test_bytes_of_another_length_are_no_salt(length: int) -> None:
    with pytest.raises(RowEdited, match=r"store\.salt"):
        SaltKeys([NEW]).open((key_id(NEW) + bytes(100))[:length], "public")


def test_a_salt_moved_to_another_column_or_kept_under_a_key_not_held_does_not_open() -> None:
    sealed = SaltKeys([NEW]).seal(SALT, "public")
    for keys, use in ((SaltKeys([NEW]), "bureaus"), (SaltKeys([OLD]), "public"), (SaltKeys(), "public")):
        with pytest.raises(RowEdited, match=r"store\.salt"):
            keys.open(sealed, use)


def test_a_deleted_salt_stays_deleted() -> None:
    assert SaltKeys([NEW]).seal(bytes(32), "public") == bytes(32)


def test_the_database_file_holds_no_salt_and_the_leaves_are_the_same(bench: Bench) -> None:
    keyed(bench, NEW).accept(3)
    drawn = salts(bench)
    with bench.worker() as worker:
        bench.settle(worker)
    bench.database.close()
    assert len(bench.numbers()) == 3
    written = b"".join(path.read_bytes() for path in bench.directory.glob("gateway.db*"))
    assert len(drawn) == 9
    assert not any(salt in written for salt in drawn)


def test_a_store_sealed_under_a_key_that_is_not_held_does_not_start(bench: Bench) -> None:
    keyed(bench, NEW).accept(1)
    check_salt_keys(bench.database)
    for keys in ((), (OLD,)):
        with pytest.raises(StoreUnfit, match=r"store\.salt\.key"):
            check_salt_keys(keyed(bench, *keys).database)
    check_salt_keys(keyed(bench, OLD, NEW).database)


def test_a_newer_row_under_an_unknown_key_is_noticed_at_the_start(bench: Bench) -> None:
    bench.accept(1)
    keyed(bench, NEW).accept(1, first=1)
    with pytest.raises(StoreUnfit, match=r"store\.salt\.key"):
        check_salt_keys(keyed(bench).database)


def test_what_was_stored_plain_is_read_with_a_key_and_sealed_by_resealing(bench: Bench) -> None:
    bench.accept(5)
    plain = salts(bench)
    keyed(bench, NEW)
    assert salts(bench) == plain
    assert list(reseal(bench.database, page=2)) == [2, 4, 5, 5]
    assert salts(bench) == plain
    assert all(len(salt) == SEALED_BYTES for salt in stored(bench))
    assert list(reseal(bench.database, page=2))[-1] == 0  # once is enough


def test_a_rotation_stopped_half_way_goes_on_and_then_needs_no_old_key(bench: Bench) -> None:
    keyed(bench, OLD).accept(6)
    plain = salts(bench)
    keyed(bench, NEW, OLD)
    next(reseal(bench.database, page=2))
    with bench.database.read() as tx:
        assert sealed_under(tx) == {key_id(NEW): 6, key_id(OLD): 12}
    bench.accept(1, first=6)  # the gateway goes on meanwhile
    list(reseal(bench.database, page=2))
    assert salts(keyed(bench, NEW))[: len(plain)] == plain
    with bench.database.read() as tx:
        assert sealed_under(tx) == {key_id(NEW): 21}


def test_resealing_leaves_deleted_salts_and_counts_plain_ones(bench: Bench) -> None:
    bench.accept(2)
    bench.run("update events set submitter_salt = zeroblob(32) where id = 1")
    with bench.database.read() as tx:
        assert sealed_under(tx) == {PLAIN: 5}
    list(reseal(keyed(bench, NEW).database))
    assert stored(bench)[2] == bytes(32)
    with bench.database.read() as tx:
        assert sealed_under(tx) == {key_id(NEW): 5}


def test_resealing_without_a_key_or_over_a_changed_salt_says_so(bench: Bench) -> None:
    bench.accept(1)
    with pytest.raises(ValueError, match="no key"):
        list(reseal(bench.database))
    bench.run("update events set public_salt = ?", b"\1" * 64)
    with pytest.raises(RowEdited, match=r"store\.salt"):
        list(reseal(keyed(bench, NEW).database))


def test_a_store_opened_to_be_read_opens_its_salts_too(bench: Bench) -> None:
    keyed(bench, NEW).accept(1)
    drawn = salts(bench)
    bench.database.close()
    database = open_read_only(f"sqlite:///{bench.directory}/gateway.db", SaltKeys([NEW]))
    with database.read() as tx:
        assert tx.execute(select(events.c.public_salt)).scalar_one() == drawn[0]
    database.close()


def test_keys_may_be_parted_by_commas_and_explained() -> None:
    assert parse_salt_keys(f"# newest\n{NEW.hex()}\n\n{OLD.hex()}\n").ids == (key_id(NEW), key_id(OLD))
    assert parse_salt_keys(f"{NEW.hex()},{OLD.hex()}").ids == (key_id(NEW), key_id(OLD))

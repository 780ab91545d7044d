"""The chain as a whole: what it keeps, what it refuses to open, and what a block takes."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_keys.datatypes import PrivateKey, Signature
from eth_utils.exceptions import ValidationError

from ledger.devchain import DevChain, DevChainError

TO = "0x" + "33" * 20
OTHER = "0x" + "22" * 32
STRANGERS = [PrivateKey(bytes([number]) * 32) for number in (41, 42, 43)]


def refused_code(act: Callable[[], object]) -> str:
    with pytest.raises(DevChainError) as caught:
        act()
    return caught.value.code


def facts(chain: DevChain) -> tuple[Any, ...]:
    head = chain._blocks.head
    return chain.chain_id, tuple(chain.validators), head, [chain._blocks.header_at(n) for n in range(head.block_number + 1)]


def test_a_restart_keeps_everything_but_what_was_waiting(chain: DevChain, wallet: Any, tmp_path: Path, contracts: Any) -> None:
    first = chain.submit(wallet.sign(data=contracts["counter"]))
    chain.mine()
    chain.mine()
    before = facts(chain)
    lost = chain.submit(wallet.sign(TO))
    chain.close()
    with DevChain.open(tmp_path / "chain", validators=4) as again:
        assert facts(again) == before
        assert again._blocks.place_of(first)[0].block_number == 1  # type: ignore[index]
        assert again._blocks.pool.get(lost) is None
        assert again.mine() == 3
        assert len(again.validators) == 7


def test_two_directories_are_two_chains(tmp_path: Path) -> None:
    with DevChain.open(tmp_path / "a") as a, DevChain.open(tmp_path / "b") as b:
        assert a.chain_id != b.chain_id
        assert 2**30 <= a.chain_id < 2**31
        assert not set(a.validators) & set(b.validators)


def test_the_chain_id_may_be_chosen_once(tmp_path: Path) -> None:
    with DevChain.open(tmp_path / "a", chain_id=20231130) as chain:
        assert chain.chain_id == 20231130
    with DevChain.open(tmp_path / "a") as chain:
        assert chain.chain_id == 20231130
    assert refused_code(lambda: DevChain.open(tmp_path / "a", chain_id=1)) == "devchain.chain-id.differs"
    DevChain.open(tmp_path / "a", chain_id=20231130).close()
    for wrong in (0, 2**53):
        assert refused_code(lambda wrong=wrong: DevChain.open(tmp_path / "b", chain_id=wrong)) == "devchain.chain-id.range"


def test_an_open_directory_is_refused_to_a_second_opener(chain: DevChain, tmp_path: Path) -> None:
    assert refused_code(lambda: DevChain.open(tmp_path / "chain")) == "devchain.locked"
    assert chain.mine() == 1


def test_a_chain_without_its_keys_or_with_anothers_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        DevChain.open(tmp_path / name).close()
    shutil.copy(tmp_path / "b" / "validators.json", tmp_path / "a" / "validators.json")
    assert refused_code(lambda: DevChain.open(tmp_path / "a")) == "devchain.keys.mismatch"
    (tmp_path / "a" / "validators.json").unlink()
    assert refused_code(lambda: DevChain.open(tmp_path / "a")) == "devchain.keys.missing"
    shutil.copy(tmp_path / "b" / "validators.json", tmp_path / "a" / "validators.json")
    assert refused_code(lambda: DevChain.open(tmp_path / "a")) == "devchain.keys.mismatch"  # the lock was released each time


def test_keys_left_by_a_process_killed_before_genesis_are_taken_up(tmp_path: Path) -> None:
    with DevChain.open(tmp_path / "a") as chain:
        validators = chain.validators
    for name in tmp_path.joinpath("a").glob("chain.sqlite3*"):
        name.unlink()
    assert refused_code(lambda: DevChain.open(tmp_path / "a", validators=4)) == "devchain.validators.count"
    with DevChain.open(tmp_path / "a") as chain:
        assert chain.validators == validators


def test_timestamps_follow_the_clock_and_never_stand_still(chain: DevChain, clock: Any) -> None:
    times = [chain._blocks.head.timestamp]
    for step in (10, 0, -100, 0.5, 200):
        clock.now += step
        chain.mine()
        times.append(chain._blocks.head.timestamp)
    start = times[0]
    assert times == [start, start + 10, start + 11, start + 12, start + 13, start + 110]


def test_a_block_takes_every_sender_in_nonce_order_and_leaves_gaps_waiting(
    chain: DevChain, make_wallet: Callable[[str], Any]
) -> None:
    mine, theirs = make_wallet("0x" + "11" * 32), make_wallet(OTHER)
    late, early, other, gap = (
        chain.submit(raw)
        for raw in (mine.sign(TO, nonce=1), mine.sign(TO, nonce=0), theirs.sign(TO, nonce=0), mine.sign(TO, nonce=3))
    )
    chain.mine()
    assert [tx.hash for tx in chain._blocks.block_of(chain._blocks.head).transactions] == [early, late, other]
    chain.mine()
    assert chain._blocks.block_of(chain._blocks.head).transactions == ()
    filler = chain.submit(mine.sign(TO, nonce=2))
    chain.mine()
    assert [tx.hash for tx in chain._blocks.block_of(chain._blocks.head).transactions] == [filler, gap]


def test_what_does_not_fit_into_the_gas_limit_waits_with_what_follows_it(
    chain: DevChain, make_wallet: Callable[[str], Any]
) -> None:
    mine, theirs = make_wallet("0x" + "11" * 32), make_wallet(OTHER)
    first = chain.submit(mine.sign(TO, gas=100_000))
    big = chain.submit(theirs.sign(TO, gas=29_990_000))
    behind = chain.submit(theirs.sign(TO, gas=50_000))
    second = chain.submit(mine.sign(TO, gas=100_000))
    chain.mine()  # 21,000 used by the first: the big one no longer fits, the small one behind it must not overtake it
    assert [tx.hash for tx in chain._blocks.block_of(chain._blocks.head).transactions] == [first, second]
    chain.mine()
    assert [tx.hash for tx in chain._blocks.block_of(chain._blocks.head).transactions] == [big, behind]


def test_a_transaction_that_turns_out_impossible_is_skipped_and_forgotten(
    chain: DevChain, make_wallet: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = make_wallet("0x" + "11" * 32), make_wallet(OTHER)
    bad, behind, good = (chain.submit(raw) for raw in (mine.sign(TO), mine.sign(TO), theirs.sign(TO)))
    vm = type(chain._blocks._write.get_vm())
    honest = vm.apply_transaction

    def refuse_bad(self: Any, header: Any, transaction: Any) -> Any:
        if transaction.hash == bad:
            raise ValidationError("cannot pay any more")
        return honest(self, header, transaction)

    monkeypatch.setattr(vm, "apply_transaction", refuse_bad)
    chain.mine()
    assert [tx.hash for tx in chain._blocks.block_of(chain._blocks.head).transactions] == [good]
    assert chain._blocks.pool.get(bad) is None
    assert chain._blocks.pool.get(behind) is not None
    assert not chain._blocks.pool.has_executable(chain._blocks.nonce_of)


def test_a_block_that_could_not_be_stored_is_made_again(
    chain: DevChain, wallet: Any, contracts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = chain.submit(wallet.sign(data=contracts["counter"]))
    store = chain._blocks._store
    with monkeypatch.context() as broken:
        broken.setattr(store, "commit", lambda *_, **__: (_ for _ in ()).throw(OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            chain.mine()
    assert chain._blocks.head.block_number == 0
    assert chain.mine() == 1
    assert chain._blocks.place_of(sent)[1] == 0  # type: ignore[index]


def test_nothing_of_a_block_that_failed_is_stored_with_the_next_one(
    chain: DevChain, clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = chain._blocks._write.chaindb
    honest = database.persist_block

    def persist_and_fail(block: Any) -> Any:
        honest(block)
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(database, "persist_block", persist_and_fail)
        with pytest.raises(MemoryError):
            chain.mine()
    clock.now += 100  # the next one is another block at the same height
    chain.mine()
    head = chain._blocks.head
    chain.close()
    with DevChain.open(tmp_path / "chain") as again:
        assert again._blocks.head == head == again._blocks.header_at(1)


def test_an_account_that_was_never_funded_cannot_send_value(chain: DevChain, wallet: Any) -> None:
    with pytest.raises(Exception, match="insufficient funds"):
        chain.submit(wallet.sign(TO, value=1))


def test_a_served_chain_makes_a_block_of_what_comes_in_long_before_its_heartbeat(tmp_path: Path, wallet_of: Any) -> None:
    wallet = wallet_of(OTHER)
    with DevChain.open(tmp_path / "c", chain_id=7, period_s=0.01, heartbeat_s=3600) as chain, chain.serve():
        sent = chain.submit(wallet.sign(TO))
        end = time.monotonic() + 60
        while chain._blocks.place_of(sent) is None and time.monotonic() < end:
            time.sleep(0.01)
        assert chain._blocks.place_of(sent) is not None


def test_one_chain_is_served_once_at_a_time_and_not_after_closing(chain: DevChain) -> None:
    with chain.serve():
        assert refused_code(chain.serve) == "devchain.served"
    with chain.serve():
        pass
    chain.close()
    chain.close()
    assert refused_code(chain.mine) == "devchain.closed"


# Validators whose keys are not here.


def signers_at_head(chain: DevChain) -> list[bytes]:
    seals = rlp.decode(chain._blocks.sealed(chain._blocks.head).extra_data)[4]
    digest = chain._blocks.head.hash
    return [Signature(seal).recover_public_key_from_msg_hash(digest).to_canonical_address() for seal in seals]


def add_keys(directory: Path, keys: list[PrivateKey]) -> None:
    body = json.loads((directory / "validators.json").read_text())
    body["keys"] += ["0x" + key.to_bytes().hex() for key in keys]
    (directory / "validators.json").write_text(json.dumps(body))


def test_two_thirds_of_the_announced_keys_are_enough_and_take_the_turns_of_the_others(voting: Any) -> None:
    voting.announce_strangers(STRANGERS[:2])
    held = set(voting.validators(0)[2:])
    proposers = set()
    for _ in range(7):
        voting.chain.mine()
        head = voting.chain._blocks.head
        assert len(voting.chain.validators) == 7
        assert set(signers_at_head(voting.chain)) == held and head.coinbase == signers_at_head(voting.chain)[0]
        proposers.add(head.coinbase)
    assert proposers == held


def test_with_fewer_keys_the_chain_stalls_but_answers_and_takes_transactions(voting: Any, wallet: Any) -> None:
    voting.announce_strangers(STRANGERS)
    head = voting.chain._blocks.head
    assert refused_code(voting.chain.mine) == "devchain.stalled"
    sent = voting.rpc.call("eth_sendRawTransaction", ["0x" + wallet.sign(TO).hex()])
    assert refused_code(voting.chain.mine) == "devchain.stalled"
    assert voting.rpc.call("eth_getTransactionByHash", [sent])["blockNumber"] is None
    assert voting.rpc.call("eth_blockNumber") == hex(head.block_number) and voting.chain._blocks.head == head
    assert len(signers_at_head(voting.chain)) == 5  # of the set before, which held
    assert not voting.chain._miner._is_ready()


def test_a_stalled_chain_has_not_failed_and_says_so_once(voting: Any, caplog: pytest.LogCaptureFixture) -> None:
    voting.announce_strangers(STRANGERS[:2])
    with caplog.at_level(logging.WARNING):
        voting.chain._beat()
        assert caplog.messages == []
        voting.announce_strangers(STRANGERS)
        voting.chain._beat()
        voting.chain._beat()
    assert [message.split(":")[0] for message in caplog.messages] == ["devchain.stalled"]
    assert voting.chain.failure is None


def test_what_a_beat_cannot_do_for_another_reason_is_a_failure(chain: DevChain) -> None:
    chain.close()
    assert refused_code(chain._beat) == "devchain.closed"


def test_a_stalled_chain_goes_on_when_the_missing_keys_are_there(
    voting: Any, tmp_path: Path, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    voting.announce_strangers(STRANGERS)
    voting.chain.close()
    with DevChain.open(tmp_path / "chain", clock=clock) as still:
        assert refused_code(still.mine) == "devchain.stalled"
        with caplog.at_level(logging.WARNING):
            still.serve()
        assert "devchain.stalled" in caplog.text
        height = still._blocks.head.block_number
    add_keys(tmp_path / "chain", STRANGERS[:1])
    with DevChain.open(tmp_path / "chain", clock=clock) as again:
        assert again.mine() == height + 1
        assert STRANGERS[0].public_key.to_canonical_address() in signers_at_head(again)
        assert len(signers_at_head(again)) == 5


def test_a_key_file_from_before_is_refused_when_it_cannot_seal_the_last_block(voting: Any, tmp_path: Path, clock: Any) -> None:
    keys, earlier = tmp_path / "chain" / "validators.json", tmp_path / "earlier.json"
    shutil.copy(keys, earlier)
    own, come = voting.validators(), [voting.newcomer() for _ in range(3)]
    for count in (1, 2):
        voting.announce([*come[:count], *own[count:]])
    voting.chain.mine()
    voting.chain.close()
    shutil.copy(keys, tmp_path / "now.json")
    shutil.copy(earlier, keys)
    with DevChain.open(tmp_path / "chain", clock=clock) as chain:  # five of seven are left
        chain.mine()
    shutil.copy(tmp_path / "now.json", keys)
    voting.use(DevChain.open(tmp_path / "chain", clock=clock, period_s=3600, heartbeat_s=3600))
    voting.announce([*come, *own[3:]])
    voting.chain.mine()
    voting.chain.close()
    shutil.copy(earlier, keys)
    assert refused_code(lambda: DevChain.open(tmp_path / "chain")) == "devchain.keys.mismatch"


def test_a_key_file_that_has_lost_a_key_of_genesis_is_refused(chain: DevChain, tmp_path: Path) -> None:
    chain.close()
    keys = tmp_path / "chain" / "validators.json"
    body = json.loads(keys.read_text())
    keys.write_text(json.dumps(body | {"keys": body["keys"][1:]}))
    assert refused_code(lambda: DevChain.open(tmp_path / "chain")) == "devchain.keys.mismatch"


def test_a_new_validator_seals_nothing_until_it_is_announced(chain: DevChain, tmp_path: Path) -> None:
    before = chain.validators
    address = chain.new_validator()
    assert address.startswith("0x") and len(address) == 42 and address not in before
    chain.mine()
    assert chain.validators == before
    chain.close()
    with DevChain.open(tmp_path / "chain") as again:
        assert bytes.fromhex(address[2:]) in again._blocks._keys.addresses


def test_a_closed_chain_makes_no_keys(chain: DevChain, tmp_path: Path) -> None:
    before = (tmp_path / "chain" / "validators.json").read_bytes()
    chain.close()
    assert refused_code(chain.new_validator) == "devchain.closed"
    assert (tmp_path / "chain" / "validators.json").read_bytes() == before

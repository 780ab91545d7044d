"""closed → signed: what is saved before anything is sent, and which nonce it gets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import rlp
from eth_account import Account
from sqlalchemy import select

from certs.evm.keccak import keccak256
from gateway.pipeline.broadcast import broadcast
from gateway.pipeline.close import close_batch
from gateway.pipeline.errors import Held
from gateway.pipeline.follow import find_included
from gateway.pipeline.line import Line, Pace
from gateway.pipeline.sign import sign_batch
from gateway.store.errors import StateMoved
from gateway.store.tables import attempts
from ledger.transactions import UnsignedTransaction, send, sign
from tests.member_line import Bench
from tests.world import MEMBER


def closed_line(bench: Bench, count: int) -> Line:
    bench.pace = Pace(batch_events=1, batch_age_s=0)
    bench.accept(count)
    line = bench.line()
    for _ in range(count):
        assert close_batch(line)
    return line


def rows(bench: Bench) -> list[tuple[bytes, int, bytes]]:
    with bench.database.read() as tx:
        query = select(attempts.c.hash, attempts.c.nonce, attempts.c.raw).order_by(attempts.c.nonce)
        return [(row.hash, row.nonce, row.raw) for row in tx.execute(query)]


def call_data(raw: bytes) -> bytes:
    return bytes(rlp.decode(raw)[5])


def test_nonce_bytes_and_hash_are_saved_before_the_first_broadcast(bench: Bench) -> None:
    line = closed_line(bench, 1)
    assert sign_batch(line)
    ((hash_, nonce, raw),) = rows(bench)
    assert (hash_, nonce) == (keccak256(raw), 0)
    assert Account.recover_transaction(raw) == bench.signer.address
    assert bench.states() == ["signed"]
    assert bench.chain.sends == []


def test_batches_are_signed_ahead_with_consecutive_nonces(bench: Bench) -> None:
    line = closed_line(bench, 4)
    while sign_batch(line):
        pass
    assert bench.states() == ["signed"] * 4
    assert [nonce for _, nonce, _ in rows(bench)] == [0, 1, 2, 3]
    assert [int.from_bytes(call_data(raw)[4:36], "big") for _, _, raw in rows(bench)] == [1, 2, 3, 4]


def test_a_lasting_refusal_burns_no_nonce(bench: Bench) -> None:
    line = closed_line(bench, 1)
    bench.chain.refuse = "MemberIsFrozen"
    for _ in range(3):
        with pytest.raises(Held, match="MemberIsFrozen"):
            sign_batch(line)
    assert (rows(bench), bench.states()) == ([], ["closed"])


def test_a_chain_that_moved_between_two_questions_is_asked_again_without_an_alarm(bench: Bench) -> None:
    line = closed_line(bench, 1)
    bench.chain.refuse = "AnchorAlreadySet"
    assert not sign_batch(line)
    assert rows(bench) == []


def test_an_attempt_saved_by_another_hand_meanwhile_leaves_nothing_written(bench: Bench) -> None:
    """The nonce was chosen for other waiting attempts than there are now."""
    line = closed_line(bench, 1)

    class Slow:
        address = bench.signer.address

        def sign(self, transaction: dict[str, Any]) -> bytes:
            bench.run("insert into attempts values (zeroblob(32), 'fill', null, null, ?, 0, x'00', 0)", line.signer_bytes)
            return bench.signer.sign(transaction)

    with pytest.raises(StateMoved):
        sign_batch(replace(line, signer=Slow()))
    assert (bench.states(), bench.nonces()) == (["closed"], [0])


def test_what_the_chain_already_holds_is_not_signed(bench: Bench) -> None:
    line = closed_line(bench, 1)
    bench.chain.write_head(MEMBER, 1, root=b"\1" * 32)
    assert not sign_batch(line)
    assert rows(bench) == []


def test_a_batch_whose_predecessor_nobody_has_is_an_alarm(bench: Bench) -> None:
    line = closed_line(bench, 1)
    bench.run("update batches set seq = 3")
    with pytest.raises(Held) as held:
        sign_batch(line)
    assert (held.value.code, held.value.field) == ("pipeline.seq.gap", "3")


def test_a_batch_waits_for_a_predecessor_that_is_not_on_its_way(bench: Bench) -> None:
    line = closed_line(bench, 2)
    bench.run("update batches set state = 'included' where seq = 1")  # and the chain has lost it
    assert not sign_batch(line)


def behind_a_gap(bench: Bench, count: int) -> Line:
    """Nonce 0 was used by somebody else with our key, ours began at 1; then the chain rewound and forgot the stranger."""
    line = closed_line(bench, count)
    foreign = UnsignedTransaction(chain_id=bench.chain.world.chain_id, nonce=0, gas=21_000, to=bytes(20), data=b"")
    send(bench.chain, sign(bench.signer, foreign).raw)
    bench.chain.mine()
    assert sign_batch(line)
    assert bench.nonces() == [1]
    bench.chain.rewind(3, forget=True)
    return line


def test_a_nonce_gap_is_filled_by_the_next_batch_and_said(bench: Bench) -> None:
    line = behind_a_gap(bench, 2)
    assert sign_batch(line)
    assert sorted(bench.nonces()) == [0, 1]
    assert "pipeline.nonce.gap" in bench.log.events()


def test_a_nonce_gap_with_nothing_closed_is_filled_with_the_same_call_data(bench: Bench) -> None:
    """What waits behind a hole can never be mined; the contract takes only one of the two."""
    line = behind_a_gap(bench, 1)
    assert sign_batch(line)
    assert not sign_batch(line)
    assert [nonce for _, nonce, _ in rows(bench)] == [0, 1]
    assert len({call_data(raw) for _, _, raw in rows(bench)}) == 1
    broadcast(line, {})
    bench.chain.mine()
    assert find_included(line)
    assert (bench.states(), bench.chain.anchored_seqs()) == (["included"], [1])
    assert bench.chain.chain[-1].nonces == {bench.signer.address: 2}


def test_a_halted_line_signs_nothing(bench: Bench) -> None:
    line = closed_line(bench, 2)
    bench.run("update batches set state = 'halted' where seq = 1")
    assert not sign_batch(line)

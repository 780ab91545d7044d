"""One line of nonces for everything a signer sends, and a hole in it that is filled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from certs.staple import Status
from gateway.pipeline.broadcast import broadcast
from gateway.pipeline.outbox import free_slot
from gateway.pipeline.sign_acts import sign_acts
from gateway.store.errors import StateMoved
from gateway.store.tables import attempts
from ledger.transactions import UnsignedTransaction, send, sign
from tests.member_line import Bench, leaf_ask, propose_ask


def kinds(bench: Bench) -> list[tuple[int, str]]:
    with bench.database.read() as tx:
        return [(row.nonce, row.kind) for row in tx.execute(select(attempts).order_by(attempts.c.nonce))]


def behind_a_gap(bench: Bench) -> None:
    """Nonce 0 was somebody else's with our key, the proposing act has 1; then the chain rewound and forgot the stranger."""
    line = bench.line()
    foreign = UnsignedTransaction(chain_id=bench.chain.world.chain_id, nonce=0, gas=21_000, to=bytes(20), data=b"")
    send(bench.chain, sign(bench.signer, foreign).raw)
    bench.chain.mine()
    bench.ask(propose_ask(b"\1" * 20))
    assert sign_acts(line)
    assert bench.nonces() == [1]
    bench.chain.rewind(3, forget=True)


def test_a_hole_below_an_act_is_filled_with_what_does_nothing(bench: Bench) -> None:
    behind_a_gap(bench)
    assert free_slot(bench.line()).gap
    assert broadcast(bench.line(), {})
    assert kinds(bench) == [(0, "fill"), (1, "vote")]
    assert "pipeline.nonce.gap" in bench.log.events()
    with bench.worker() as worker:
        bench.chain.mine()
        bench.settle(worker)
    assert (bench.act_states(), len(bench.chain.contracts.now.proposals)) == (["final"], 1)


def test_an_act_that_is_to_be_signed_fills_the_hole_itself(bench: Bench) -> None:
    behind_a_gap(bench)
    bench.ask(propose_ask(b"\2" * 20))
    assert sign_acts(bench.line())
    broadcast(bench.line(), {})
    assert kinds(bench) == [(0, "vote"), (1, "vote")]


def test_several_holes_are_filled_in_one_step(bench: Bench) -> None:
    behind_a_gap(bench)
    bench.run("update attempts set nonce = 3")
    broadcast(bench.line(), {})
    assert kinds(bench) == [(0, "fill"), (1, "fill"), (2, "fill"), (3, "vote")]


def test_an_attempt_saved_by_another_hand_meanwhile_leaves_the_act_queued(bench: Bench) -> None:
    bench.ask(propose_ask(b"\1" * 20))
    line = bench.line()

    class Slow:
        address = bench.signer.address

        def sign(self, transaction: dict[str, Any]) -> bytes:
            bench.run("insert into attempts values (zeroblob(32), 'fill', null, null, ?, 0, x'00', 0)", line.signer_bytes)
            return bench.signer.sign(transaction)

    with pytest.raises(StateMoved):
        sign_acts(replace(line, signer=Slow()))
    assert (bench.act_states(), kinds(bench)) == (["queued"], [(0, "fill")])


def test_an_act_goes_before_anchors_that_wait_to_be_signed(bench: Bench) -> None:
    """A recall is in more of a hurry."""
    bench.accept(1)
    with bench.worker() as worker:
        bench.settle(worker)
        bench.accept(1, first=5)
        bench.ask(leaf_ask(Status.SUSPENDED))
        worker.step()
    assert kinds(bench)[1:] == [(1, "status"), (2, "anchor")]

"""
Carrying proposals out on a served chain: several signers' calls sent at once, and a whole vote from proposing to execution.

Nothing here expects success: a test looks at what each transaction came to.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from ledger.governance import approve_call, execute_call, proposals, propose_call
from ledger.manifest import Deployment
from ledger.rpc import ChainPort
from ledger.signers import Signer
from ledger.transactions import Included, UnsignedTransaction, latest_nonce, receipt, send_in_order, sign

GAS = 3_000_000


def send_all(rpc: ChainPort, deployment: Deployment, calls: Sequence[tuple[Signer, bytes, bytes]]) -> list[Included]:
    """Sends (signer, to, data) together, each signer at most once, and waits until all are on the chain."""
    signed = [
        sign(
            signer,
            UnsignedTransaction(chain_id=deployment.chain_id, nonce=latest_nonce(rpc, signer.address), gas=GAS, to=to, data=data),
        )
        for signer, to, data in calls
    ]
    send_in_order(rpc, [one.raw for one in signed])
    return [_landed(rpc, one.hash) for one in signed]


def proposal_count(rpc: ChainPort, consortium: bytes) -> int:
    """How many proposals there have been; the newest one's number."""
    newest = proposals(rpc, consortium, most=1)
    return newest[0].id if newest else 0


def propose(rpc: ChainPort, deployment: Deployment, signer: Signer, target: bytes, data: bytes) -> int:
    """Proposes; the proposal's number."""
    (included,) = send_all(rpc, deployment, [(signer, deployment.consortium, propose_call(target, data))])
    assert included.succeeded
    return proposal_count(rpc, deployment.consortium)


def approve(rpc: ChainPort, deployment: Deployment, signers: Sequence[Signer], number: int) -> None:
    """All of them approve."""
    done = send_all(rpc, deployment, [(signer, deployment.consortium, approve_call(number)) for signer in signers])
    assert all(included.succeeded for included in done)


def carry_out(rpc: ChainPort, deployment: Deployment, signers: Sequence[Signer], target: bytes, data: bytes) -> Included:
    """The first proposes, all approve, the last executes; how the execution ended."""
    number = propose(rpc, deployment, signers[0], target, data)
    approve(rpc, deployment, signers, number)
    return send_all(rpc, deployment, [(signers[-1], deployment.consortium, execute_call(number))])[0]


def _landed(rpc: ChainPort, transaction_hash: bytes) -> Included:
    for _ in range(2_000):
        included = receipt(rpc, transaction_hash)
        if included is not None:
            return included
        time.sleep(0.01)
    raise AssertionError("the development chain made no block")

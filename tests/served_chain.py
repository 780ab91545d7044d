"""
The embedded chain, served on loopback, with the real contracts of seven bureaus deployed on it: what a gateway connects to.

Keys are made of small numbers, so that another process can make them again. Blocks come as fast as the test says.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account

from certs.scope import CLASSES, STAGES
from certs.slots import member_word
from gateway.trust import Consortium
from ledger.collect import NamedMember
from ledger.contracts import ANCHOR_LOG, artifact, event_topic
from ledger.deploy import Founder, Patience, deploy_consortium
from ledger.devchain import DevChain
from ledger.manifest import Deployment
from ledger.rpc import Rpc
from ledger.signers import KeystoreSigner
from tests.world import OPERATORS

CODES = ("FSO", "DC", "AMR", "COM", "EDU", "AGR", "GRN")
ALL_SCOPE = sum(1 << bit for bit in (*CLASSES.values(), *STAGES.values()))
EVERY_RIGHT = 15


def signer_of(who: int) -> KeystoreSigner:
    """The signer of bureau `who` (0–6)."""
    return KeystoreSigner(Account.from_key(bytes([who + 1]) * 32))


def consortium_of(deployment: Deployment) -> Consortium:
    """The consortium as a gateway's settings would describe it."""
    members = tuple(NamedMember(uscc, code, code) for uscc, code in zip(OPERATORS, CODES, strict=True))
    return Consortium(deployment=deployment, engine="qbft", network="development", name="演示", prefix="SHFS", members=members)


@dataclass
class ServedChain:
    """A chain that makes blocks by itself until the context ends."""

    chain: DevChain
    url: str
    rpc: Rpc
    deployment: Deployment

    def anchored_seqs(self, member: str) -> list[int]:
        """The seq of every Anchored log of a member, in the order of the chain."""
        logs = self.logs(self.deployment.anchor_log, ANCHOR_LOG, "Anchored", "0x" + member_word(member).hex())
        return [int(log["topics"][2], 16) for log in logs]

    def logs(self, address: bytes, contract: str, event: str, *topics: str) -> list[dict[str, Any]]:
        """Every log of an event of a contract, in the order of the chain; `topics` are those after the first."""
        query = {
            "fromBlock": "0x0",
            "toBlock": "latest",
            "address": "0x" + address.hex(),
            "topics": ["0x" + event_topic(artifact(contract), event).hex(), *topics],
        }
        found: list[dict[str, Any]] = self.rpc.call("eth_getLogs", [query])
        return found


@contextmanager
def serve_chain(directory: Path, *, period_s: float) -> Iterator[ServedChain]:
    """Opens, serves and deploys; one consortium a call."""
    with DevChain.open(directory, period_s=period_s) as chain, chain.serve() as server:
        rpc = Rpc(server.url, chain_id=chain.chain_id, timeout_s=10)
        yield ServedChain(chain, server.url, rpc, deploy(chain, rpc))
        rpc.close()


def deploy(chain: DevChain, rpc: Rpc) -> Deployment:
    """A consortium of the seven bureaus, each with every right and the whole scope."""
    founders = [
        Founder(member=uscc, code=code, signer=signer_of(who).address, rights=EVERY_RIGHT, scope=ALL_SCOPE)
        for who, (uscc, code) in enumerate(zip(OPERATORS, CODES, strict=True))
    ]
    validators = [(bytes.fromhex(address[2:]), uscc) for address, uscc in zip(chain.validators, OPERATORS, strict=True)]
    deployer = KeystoreSigner(Account.create())
    return deploy_consortium(
        rpc, deployer, engine="qbft", founders=founders, validators=validators, patience=Patience(time.sleep, 0.01)
    )

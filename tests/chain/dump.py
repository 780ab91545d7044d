"""
The whole state of a fake chain and of a store as JSON, one file a step, to be read after a failure (`pytest --dump DIR`).

As python-tuf's repository simulator does: what went wrong is seen by comparing two neighbouring files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gateway.store.database import Database
from gateway.store.tables import acts, attempts, batches, certificates, events, evidence
from tests.fake_chain import FakeChain

_TABLES = (batches, attempts, acts, certificates, events, evidence)
_LEFT_OUT = ("tree", "raw", "package")  # long, and told by what is there
_BODIES = ("_body", "_salt")


def chain_state(chain: FakeChain) -> dict[str, Any]:
    """Blocks with their transactions, the heads and statuses after the last, what waits, and how the node behaves."""
    blocks = [
        {
            "number": mined.block.number,
            "hash": mined.block.hash.hex(),
            "time": mined.block.time,
            "transactions": [
                {"hash": sent.hash.hex(), "from": sent.sender, "nonce": sent.nonce, "succeeded": succeeded, "logs": len(logs)}
                for sent, (succeeded, logs) in zip(mined.transactions, mined.receipts, strict=True)
            ],
        }
        for mined in chain.chain
    ]
    return {
        "blocks": blocks,
        "storage": {
            address.hex(): {slot.hex(): hex(word) for slot, word in words.items()}
            for address, words in chain.world.storage.items()
        },
        "nonces": chain.chain[-1].nonces,
        "pool": [{"hash": sent.hash.hex(), "from": sent.sender, "nonce": sent.nonce} for sent in chain.pool],
        "members": {signer: code for signer, (_, code) in chain.members.items()},
        "node": {name: getattr(chain, name) for name in ("offline", "lag", "lose_answers", "swallow", "error_code", "refuse")},
    }


def store_state(database: Database) -> dict[str, list[dict[str, Any]]]:
    """The rows of the pipeline's tables, without bodies, trees and bytes."""
    with database.read() as tx:
        return {
            table.name: [
                {name: value.hex() if isinstance(value, bytes) else value for name, value in row._mapping.items() if _shown(name)}
                for row in tx.execute(select(table))
            ]
            for table in _TABLES
        }


def _shown(name: str) -> bool:
    return name not in _LEFT_OUT and not name.endswith(_BODIES)


@dataclass
class Dump:
    """Writes numbered files below `directory`; None writes nothing. A test or an example has a directory of its own."""

    directory: Path | None
    steps: int = field(default=0, init=False)

    def step(self, name: str, chain: FakeChain, database: Database | None = None, **more: Any) -> None:
        """One file: what was done (`name`), the chain, and the store when there is one."""
        if self.directory is None:
            return
        self.steps += 1
        self.directory.mkdir(parents=True, exist_ok=True)
        state = {"step": name, **more, "chain": chain_state(chain)}
        if database is not None:
            state["store"] = store_state(database)
        path = self.directory / f"{self.steps:04}-{name.replace(' ', '-')}.json"
        path.write_text(json.dumps(state, indent=1, ensure_ascii=False), "utf-8")

"""
Writes the judgement vectors: tests/vectors/certificate/*.json and the bundles they share (see tests/vectors/README.md).

Everything is made from `tests.world`, so the same code gives the same bytes; `python -m tests.make_vectors [DIRECTORY]` from the
checkout writes them anew and a test compares. Each case says what a verifier must answer: verdict, step and code.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.vector_cases import attacks, chains, files, orders, staples
from tests.vector_cases.scenes import Vectors, main_scene

HERE = Path(__file__).resolve().parent / "vectors"
GROUPS = (
    files.valid, files.items, files.bytes_and_form, files.record_and_tree,
    chains.receipt_step, chains.transaction_step, chains.endorsement_step, chains.log_step, chains.foreign,
    staples.statuses, staples.staple_unanswered, staples.staple_false, staples.staple_undecided,
    orders.time_step, orders.bundle_step, *attacks.GROUPS,
)  # fmt: skip


def make() -> Vectors:
    """All cases and bundles."""
    vectors = Vectors()
    world = main_scene().world
    vectors.bundle("four", world.bundle(block=world.blocks[3]))
    for group in GROUPS:
        group(vectors)
    return vectors


if __name__ == "__main__":
    make().write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)

"""
What stops an arrow of the pipeline. Every error carries a stable dotted `code`, and `field` an id or a name of ours.

PipelineError
└── Held   this arrow cannot go on now, and somebody should look: an alarm. Nothing was written; it is tried again

  pipeline.anchor.refused      the contract would refuse the anchor (field: its error's name); events stay open, batches closed
  pipeline.seq.gap             a batch waits for a predecessor that neither the chain nor this store will bring
  pipeline.anchor.missing      a final anchor's proof cannot be made from what the node shows (field: why)
  pipeline.store.failed        the database did not take a transaction: locked, full or read-only (an alarm's code only)
  pipeline.worker.stopped      the worker ended by an exception (field: its type; an alarm's code only)
  pipeline.certificate.refused a made certificate does not verify (field: the verifier's code); none of its batch is issued

What stops nothing, or everything, is a log event: warnings pipeline.chain.ahead (the chain has batches of this member that this
store never closed: an older copy was put back), pipeline.nonce.gap and batch.rewound; error batch.halted (a different head).
"""

from __future__ import annotations

from gateway.errors import GatewayError


class PipelineError(GatewayError):
    """Base of the pipeline's errors."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(f"{code} {field}".strip())
        self.code = code
        self.field = field


class Held(PipelineError):
    """An arrow that cannot go on now."""

"""
What stops an arrow of the pipeline. Every error carries a stable dotted `code`, and `field` an id or a name of ours.

PipelineError
└── Held   this arrow cannot go on now, and somebody should look: an alarm. Nothing was written; it is tried again

  pipeline.anchor.refused      the contract would refuse the anchor (field: its error's name); events stay open, batches closed
  pipeline.seq.gap             a batch waits for a predecessor that neither the chain nor this store will bring
  pipeline.anchor.missing      an anchor's proof cannot be made from what the node shows (field: why)
  pipeline.act.waiting         an act waits for what the chain does not hold now (field: the contract's error)
  pipeline.correction.right    a wrong certificate is to be superseded and the member may not set a status (field: its number)
  pipeline.store.failed        the database did not take a transaction: locked, full or read-only (an alarm's code only)
  pipeline.worker.stopped      the worker ended by an exception (field: its type; an alarm's code only)
  pipeline.certificate.refused a made certificate does not verify (field: the verifier's code); none of its batch is issued
"""

from __future__ import annotations

from gateway.errors import GatewayError

# What stops nothing, or everything, is a log event: warnings pipeline.chain.ahead (the chain has batches of this member that this
# store never closed: an older copy was put back), pipeline.nonce.gap, batch.rewound, act.{rewound,reopened,refused,failed};
# errors batch.halted (a different head), and act.{refused,failed} for an act that was final before a rewind.


class PipelineError(GatewayError):
    """Base of the pipeline's errors."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(f"{code} {field}".strip())
        self.code = code
        self.field = field


class Held(PipelineError):
    """An arrow that cannot go on now."""

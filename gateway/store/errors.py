"""
What the store raises on purpose. Every error carries a stable dotted `code`; none holds what a row or a URL says.

StoreError
├── StoreUnfit       the database cannot be used as it is: URL, file mode, pragmas, revision   (an operator's setting)
├── StoreOutage      the database cannot be used just now: busy, full, read-only, failing       (wait, or mend the machine)
├── StoreElsewhere   the store belongs to another chain or consortium than the one in use       (an operator's setting)
├── StateMoved       a compare-and-set found another state than the caller read                 (read again)
├── RowEdited        a stored row does not give the hash stored beside it                       (damage: a human decides)
├── LeaseHeld        another worker acts for this signer                                        (do not start)
└── LeaseLost        our lease was taken by another worker                                      (stop)
"""

from __future__ import annotations

from gateway.errors import GatewayError


class StoreError(GatewayError):
    """Base of the store's errors. `code` never changes once released; `field` is a name or a row id of ours."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(f"{code} {field}".strip())
        self.code = code
        self.field = field


class StoreUnfit(StoreError):
    """The database is not one this gateway may write to."""


class StoreOutage(StoreError):
    """The store cannot be used just now; `gateway.store.outage` has the codes. Nothing was written."""


class StoreElsewhere(StoreError):
    """What the store is pinned to differs from what it was opened for."""


class StateMoved(StoreError):
    """The row is no longer in the state the caller read it in; nothing was written."""


class RowEdited(StoreError):
    """A row was changed outside the gateway, or a bit flipped; `field` names it."""


class LeaseHeld(StoreError):
    """One signer, one worker: another one holds the lease."""


class LeaseLost(StoreError):
    """Another worker took the lease: whatever we believe about the signer's nonces may be wrong."""

"""What routes work with, put together once in `gateway.app` and found on the application's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import Request

from gateway.acts.desk import Desk
from gateway.intake.members import Member
from gateway.intake.records import Intake
from gateway.rates import Rates
from gateway.room import Room
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.underway import Underway


class Proofs(Protocol):
    """Where certificates, staples and the trust bundle come from: objects of PROTOCOL.md §4, or None for a number never issued.

    Chain faults raise `LedgerError`; staples raise `gateway.staples.Rewound` while the chain is rewound. `unit` is the code of a
    serialised unit: `Refused` `item.unknown` or `item.named` when it has no place in the certificate's item tree.
    """

    def certificate(self, number: str, wanted: str) -> dict[str, Any] | None:
        """The certificate; `wanted` is public, bureaus or submitter."""

    def item(self, number: str, unit: str) -> dict[str, Any] | None:
        """The item proof of a unit."""

    def staple(self, number: str, unit: str | None = None) -> dict[str, Any] | None:
        """A fresh status proof, which answers for a unit's own codes too."""

    def trust(self) -> dict[str, Any]:
        """The trust bundle with a head of now."""

    def troubles(self) -> Sequence[str]:
        """Codes of what keeps the gateway from being ready, or nothing."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Settings, store, intake, proofs, the desk for acts, members by USCC, a clock in seconds since 1970, what goes on, rates
    and room."""

    settings: Settings
    db: Database
    intake: Intake
    proofs: Proofs
    desk: Desk
    members: Mapping[str, Member]
    now: Callable[[], int]
    underway: Underway
    rates: Rates
    room: Room


def parts_of(request: Request) -> Parts:
    """The application's parts."""
    parts: Parts = request.app.state.parts
    return parts

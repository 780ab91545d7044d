"""Late reports: an event is due within the catalogue's hours. A late one is still taken, and says so."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.errors import Fault
from gateway.intake.rules.case import Case, Finding


def lateness_findings(case: Case) -> Iterator[Finding]:
    """`time.late`, a warning."""
    if case.seconds is not None and case.now - case.seconds > case.catalogue.bounds.upload_s:
        yield Finding(Fault("time.late", f"{case.at}/eventTime"), refuses=False)

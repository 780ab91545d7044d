"""
What a rule looks at and what it gives: one event with the catalogue's rows that are in force for it, and a finding.

A row that could not be found (no variety, no link, no readable time) is None, and the rules that need it are silent: the check
that looked for it has spoken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certs.codes import Code
from gateway.catalogue.rows import Link, Paper, Variety
from gateway.catalogue.tables import Catalogue
from gateway.errors import Fault
from gateway.intake.identifiers import BadIdentifier, read_identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One event under judgement. `at` is its JSON pointer, times are seconds since 1970, days are Beijing's.

    `today` is the day on which it arrives; `day` the day of eventTime. `kind` is the submitter's kind of enterprise; `hosts` are
    our Digital Link hosts.
    """

    event: dict[str, Any]
    at: str
    catalogue: Catalogue
    now: int
    today: date
    day: date | None
    seconds: int | None
    variety: Variety | None
    link: Link | None
    kind: str | None
    names_goods: bool
    hosts: Collection[str]

    @property
    def ilmd(self) -> Mapping[str, Any]:
        """What is said of the goods that are made; empty where nothing is."""
        ilmd = self.event.get("ilmd")
        return ilmd if isinstance(ilmd, dict) else {}

    def fields(self, name: str) -> Iterator[tuple[Any, str]]:
        """The values of a name at the event's top level and in ilmd, each with its pointer; null is no value."""
        for holder, pointer in ((self.event, f"{self.at}/{name}"), (self.ilmd, f"{self.at}/ilmd/{name}")):
            if holder.get(name) is not None:
                yield holder[name], pointer

    def code(self, uri: Any) -> Code | None:
        """The code that an identifier names, or None for one that names none or is none."""
        try:
            return read_identifier(uri, self.hosts) if isinstance(uri, str) else None
        except BadIdentifier:
            return None

    def papers(self) -> Iterator[tuple[str, Paper]]:
        """Every paper's term and its row in force; where the event's day cannot be read, today's row."""
        for term in self.catalogue.papers:
            row = self.catalogue.paper(term, self.day or self.today)
            if row is not None:
                yield term, row


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a rule found; `refuses` or only warns."""

    fault: Fault
    refuses: bool = True

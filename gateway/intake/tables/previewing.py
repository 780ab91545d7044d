"""The one event that a table would become, before anything is sent for good: to be compared with the one it corrects."""

from __future__ import annotations

from typing import Any

from gateway.errors import Refused
from gateway.intake.records import Intake
from gateway.intake.tables.importing import NothingTaken
from gateway.intake.tables.loading import TableFile, load_rows, open_table
from gateway.intake.tables.outcome import Outcome
from gateway.intake.tables.scheme import SERIALS
from gateway.intake.tables.scratch import open_scratch
from gateway.intake.tables.taking import Order, Taking
from gateway.intake.tally import Tally
from gateway.store.database import Database


def preview_event(db: Database, intake: Intake, file: TableFile, order: Order) -> dict[str, Any]:
    """The event with its @context; nothing is stored, and the event's own rules are not asked.

    Raises `Refused` as `import_table` does, and `table.corrects_one` for rows that are not exactly one event.
    """
    if order.mapping.kind == SERIALS:
        raise Refused("table.form")
    outcome = Outcome()
    with open_scratch() as scratch, open_table(file, order.mapping, scratch) as opened:
        load_rows(opened, order.mapping, scratch, outcome)
        tally = Tally(order.key, now=intake.now())  # is never written
        taking = Taking(db, intake, order, opened, scratch=scratch, outcome=outcome, tally=tally)
        groups = next(scratch.groups(2), [])
        event = taking.event_of(groups[0]) if len(groups) == 1 else {}
        if any(True for _ in scratch.refused()):
            outcome.list_faults(faults for _, _, faults in scratch.refused())
            raise NothingTaken(outcome.to_json(opened, running=False))
        if not event:
            raise Refused("table.corrects_one")
        return {"@context": taking.context, **event}

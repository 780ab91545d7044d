"""
Balances that run over several events: amounts by lot and certificate. One series of numbers for animal forms A and B.

Nothing is filled in from older rows: what was taken before is not judged again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the table of amounts, and gives the numbers of animal forms the name of their series."""
    op.create_table(
        "amounts",
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("event", BIG, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.CheckConstraint("amount >= 0"),
        sa.ForeignKeyConstraint(["event"], ["events.id"]),
        sa.PrimaryKeyConstraint("side", "account", "submitter", "event"),
        sqlite_strict=True,
    )
    rename = sa.text(
        "update cited_papers set kind = 'animalQuarantineCert' where kind = :form and not exists ("
        "select 1 from cited_papers other where other.kind = 'animalQuarantineCert' and other.number = cited_papers.number"
        " and other.submitter = cited_papers.submitter and other.event = cited_papers.event)"
    )
    for form in ("animalQuarantineCertA", "animalQuarantineCertB"):  # an event may cite one number under both
        op.execute(rename.bindparams(form=form))

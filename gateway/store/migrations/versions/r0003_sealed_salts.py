"""
Sealed salts: a unit's salt may have 64 bytes. SQLite cannot change a check, so the table is made again and its rows are copied.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes `items` again with the wider check."""
    op.drop_index("items_code", "items")
    op.rename_table("items", "items_r0002")
    op.create_table(
        "items",
        sa.Column("event", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=64), nullable=False),
        sa.CheckConstraint("length(salt) in (32, 64)"),
        sa.ForeignKeyConstraint(["event"], ["events.id"]),
        sa.PrimaryKeyConstraint("event", "position"),
        sqlite_strict=True,
    )
    op.execute("insert into items (event, position, code, salt) select event, position, code, salt from items_r0002")
    op.drop_table("items_r0002")
    op.create_index("items_code", "items", ["code"], unique=False)

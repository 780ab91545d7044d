"""
The way in: what queries ask for, serial lots and item trees, papers used once, tables and their mappings, answers kept, tallies.

Written out like the first revision. Nothing of it is filled from older rows: there is no store older than this one in use.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes every table of the second edition."""
    _create_answered()
    _create_imports()
    _create_mappings()
    _create_serial_files()
    _create_tallies()
    _create_adoptions()
    _create_closures()
    _create_cited_papers()
    _create_event_codes()
    _create_event_index()
    _create_import_rows()
    _create_items()
    _create_serial_lots()


def _create_answered() -> None:
    op.create_table(
        "answered",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("request_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.CheckConstraint("length(request_sha256) = 32"),
        sa.PrimaryKeyConstraint("owner", "idempotency_key"),
        sqlite_strict=True,
    )


def _create_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("rejected", sa.LargeBinary(), nullable=True),
        sa.Column("rejected_type", sa.Text(), nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.CheckConstraint("length(sha256) = 32"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("imports_file", "imports", ["owner", "sha256", "profile"], unique=False)


def _create_mappings() -> None:
    op.create_table(
        "mappings",
        sa.Column("enterprise", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("enterprise", "name"),
        sqlite_strict=True,
    )


def _create_serial_files() -> None:
    op.create_table(
        "serial_files",
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("codes", sa.LargeBinary(), nullable=False),
        sa.Column("issued", BIG, nullable=False),
        sa.Column("voided", BIG, nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.CheckConstraint("length(sha256) = 32"),
        sa.PrimaryKeyConstraint("submitter", "sha256"),
        sqlite_strict=True,
    )


def _create_tallies() -> None:
    op.create_table(
        "tallies",
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.PrimaryKeyConstraint("submitter", "day", "what"),
        sqlite_strict=True,
    )


def _create_adoptions() -> None:
    op.create_table(
        "adoptions",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("batch_id", BIG, nullable=True),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("scope", sa.LargeBinary(length=8), nullable=False),
        sa.Column("suite", sa.Integer(), nullable=False),
        sa.Column("block_number", BIG, nullable=False),
        sa.Column("signer", sa.LargeBinary(length=20), nullable=False),
        sa.Column("nonce", BIG, nullable=False),
        sa.Column("requeued", BIG, nullable=False),
        sa.Column("withdrawn", BIG, nullable=False),
        sa.Column("adopted_by", sa.Text(), nullable=False),
        sa.Column("adopted_at", BIG, nullable=False),
        sa.CheckConstraint("length(root) = 32"),
        sa.CheckConstraint("length(scope) = 8"),
        sa.CheckConstraint("length(signer) = 20"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"]),
        sa.PrimaryKeyConstraint("member", "seq"),
        sa.UniqueConstraint("batch_id"),
        sqlite_strict=True,
    )


def _create_closures() -> None:
    op.create_table(
        "closures",
        sa.Column("enterprise", sa.Text(), nullable=False),
        sa.Column("closed_at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["enterprise"], ["enterprises.uscc"]),
        sa.PrimaryKeyConstraint("enterprise"),
        sqlite_strict=True,
    )


def _create_cited_papers() -> None:
    op.create_table(
        "cited_papers",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("event", BIG, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"]),
        sa.PrimaryKeyConstraint("kind", "number", "submitter", "event"),
        sqlite_strict=True,
    )


def _create_event_codes() -> None:
    op.create_table(
        "event_codes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("event", BIG, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint("role in ('epc','parent','child','input','output')"),
        sa.ForeignKeyConstraint(["event"], ["events.id"]),
        sa.PrimaryKeyConstraint("code", "event", "role"),
        sqlite_strict=True,
    )
    op.create_index("event_codes_event", "event_codes", ["event"], unique=False)


def _create_event_index() -> None:
    op.create_table(
        "event_index",
        sa.Column("event", BIG, nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("time_ms", BIG, nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("biz_step", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("read_point", sa.Text(), nullable=True),
        sa.Column("read_site", sa.Text(), nullable=True),
        sa.Column("biz_location", sa.Text(), nullable=True),
        sa.Column("biz_site", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["event"], ["events.id"]),
        sa.PrimaryKeyConstraint("event"),
        sqlite_strict=True,
    )
    op.create_index("event_index_arrival", "event_index", ["received_at", "event"], unique=False)
    op.create_index("event_index_biz_site", "event_index", ["biz_site", "time_ms", "event"], unique=False)
    op.create_index("event_index_read_site", "event_index", ["read_site", "time_ms", "event"], unique=False)
    op.create_index("event_index_step", "event_index", ["biz_step", "time_ms", "event"], unique=False)
    op.create_index("event_index_submitter_arrival", "event_index", ["submitter", "received_at", "event"], unique=False)
    op.create_index("event_index_submitter_time", "event_index", ["submitter", "time_ms", "event"], unique=False)
    op.create_index("event_index_time", "event_index", ["time_ms", "event"], unique=False)


def _create_import_rows() -> None:
    op.create_table(
        "import_rows",
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("unique_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("event", BIG, nullable=False),
        sa.CheckConstraint("length(content_sha256) = 32"),
        sa.CheckConstraint("length(unique_sha256) = 32"),
        sa.ForeignKeyConstraint(["event"], ["events.id"]),
        sa.PrimaryKeyConstraint("submitter", "profile", "unique_sha256"),
        sqlite_strict=True,
    )


def _create_items() -> None:
    op.create_table(
        "items",
        sa.Column("event", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("length(salt) = 32"),
        sa.ForeignKeyConstraint(["event"], ["events.id"]),
        sa.PrimaryKeyConstraint("event", "position"),
        sqlite_strict=True,
    )
    op.create_index("items_code", "items", ["code"], unique=False)


def _create_serial_lots() -> None:
    op.create_table(
        "serial_lots",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("event", BIG, nullable=True),
        sa.Column("binding", sa.Integer(), nullable=False),
        sa.CheckConstraint("binding = 0 or event is not null"),
        sa.CheckConstraint("binding in (0,1)"),
        sa.ForeignKeyConstraint(["event"], ["events.id"]),
        sa.PrimaryKeyConstraint("code", "submitter"),
        sqlite_strict=True,
    )
    op.create_index("serial_lots_event", "serial_lots", ["event"], unique=False)

"""
The first tables: accepted events, batches, acts, the outbox, evidence, certificates, leases and who may submit.

Written out, not taken from `gateway.store.tables`: a revision says what a store of its day looks like, for ever.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes every table of the first edition."""
    _create_api_keys()
    _create_batches()
    _create_captures()
    _create_enterprises()
    _create_leases()
    _create_pinned()
    _create_acts()
    _create_attempts()
    _create_events()
    _create_corrections()
    _create_evidence()
    _create_certificates()


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("on_behalf", sa.Text(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.Column("revoked_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("scope", sa.LargeBinary(length=8), nullable=False),
        sa.Column("suite", sa.Integer(), nullable=False),
        sa.Column("tree", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_at", BIG, nullable=False),
        sa.Column("changed_at", BIG, nullable=False),
        sa.Column("transaction_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("block_number", BIG, nullable=True),
        sa.Column("block_hash", sa.LargeBinary(length=32), nullable=True),
        sa.CheckConstraint("state in ('closed','signed','included','final','issued','halted')"),
        sa.CheckConstraint("length(root) = 32"),
        sa.CheckConstraint("length(scope) = 8"),
        sa.CheckConstraint("seq > 0"),
        sa.CheckConstraint("size > 0"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("member", "seq"),
        sqlite_strict=True,
    )
    op.create_index("batches_state", "batches", ["member", "state", "seq"], unique=False)


def _create_captures() -> None:
    op.create_table(
        "captures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("error_behaviour", sa.Text(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("finished_at", BIG, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.CheckConstraint("error_behaviour in ('rollback','proceed')"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )


def _create_enterprises() -> None:
    op.create_table(
        "enterprises",
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("gln", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("uscc"),
        sqlite_strict=True,
    )


def _create_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("signer", sa.LargeBinary(length=20), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", BIG, nullable=False),
        sa.PrimaryKeyConstraint("signer"),
        sqlite_strict=True,
    )


def _create_pinned() -> None:
    op.create_table(
        "pinned",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )


def _create_acts() -> None:
    op.create_table(
        "acts",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", BIG, nullable=False),
        sa.Column("successor", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_at", BIG, nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("proposal", BIG, nullable=True),
        sa.Column("transaction_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("block_number", BIG, nullable=True),
        sa.Column("block_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("final_at", BIG, nullable=True),
        sa.CheckConstraint("kind in ('status','vote')"),
        sa.CheckConstraint("target in ('registry','consortium')"),
        sa.CheckConstraint("state in ('queued','signed','included','final','refused','failed')"),
        sa.CheckConstraint("(state in ('included','final')) = (block_number is not null)"),
        sa.CheckConstraint("(block_hash is null) = (block_number is null)"),
        sa.CheckConstraint("(state in ('refused','failed')) = (refusal is not null)"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("acts_state", "acts", ["member", "state", "id"], unique=False)
    op.create_index("acts_subject", "acts", ["member", "subject", "id"], unique=False)
    op.create_index("acts_successor", "acts", ["successor"], unique=False)


def _create_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("declaration", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("wrong_id", sa.Text(), nullable=False),
        sa.Column("corrective_id", sa.Text(), nullable=False),
        sa.Column("act_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"]),
        sa.ForeignKeyConstraint(["declaration"], ["events.id"]),
        sa.PrimaryKeyConstraint("declaration", "position"),
        sqlite_strict=True,
    )
    op.create_index("corrections_open", "corrections", ["member", "act_id"], unique=False)
    op.create_index("corrections_wrong", "corrections", ["submitter", "wrong_id"], unique=False)


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("batch_id", BIG, nullable=True),
        sa.Column("act_id", BIG, nullable=True),
        sa.Column("signer", sa.LargeBinary(length=20), nullable=False),
        sa.Column("nonce", BIG, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.CheckConstraint("kind in ('anchor','status','vote','fill')"),
        sa.CheckConstraint("(kind = 'anchor') = (batch_id is not null)"),
        sa.CheckConstraint("(kind in ('status','vote')) = (act_id is not null)"),
        sa.CheckConstraint("length(hash) = 32"),
        sa.CheckConstraint("length(signer) = 20"),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"]),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"]),
        sa.PrimaryKeyConstraint("hash"),
        sqlite_strict=True,
    )
    op.create_index("attempts_act", "attempts", ["act_id"], unique=False)
    op.create_index("attempts_batch", "attempts", ["batch_id"], unique=False)
    op.create_index("attempts_signer_nonce", "attempts", ["signer", "nonce"], unique=False)


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("suite", sa.Integer(), nullable=False),
        sa.Column("public_salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("public_body", sa.LargeBinary(), nullable=False),
        sa.Column("bureaus_salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("bureaus_body", sa.LargeBinary(), nullable=False),
        sa.Column("submitter_salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("submitter_body", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scope", sa.LargeBinary(length=8), nullable=False),
        sa.Column("declares", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("batch_id", BIG, nullable=True),
        sa.Column("leaf_index", BIG, nullable=True),
        sa.CheckConstraint("(state = 'closed') = (batch_id is not null)"),
        sa.CheckConstraint("state in ('open','closed','kept')"),
        sa.CheckConstraint("(batch_id is null) = (leaf_index is null)"),
        sa.CheckConstraint("declares in (0,1)"),
        sa.CheckConstraint("length(leaf) = 32"),
        sa.CheckConstraint("length(scope) = 8"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"]),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch_id", "leaf_index"),
        sa.UniqueConstraint("submitter", "content_sha256"),
        sqlite_strict=True,
    )
    op.create_index("events_event_id", "events", ["event_id"], unique=False)
    op.create_index("events_open", "events", ["member", "state", "id"], unique=False)


def _create_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("batch_id", BIG, nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("transaction_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("package", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"]),
        sa.PrimaryKeyConstraint("batch_id", "edition"),
        sqlite_strict=True,
    )


def _create_certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("event", BIG, nullable=False),
        sa.Column("batch_id", BIG, nullable=False),
        sa.Column("leaf_index", BIG, nullable=False),
        sa.Column("issued_at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"]),
        sa.ForeignKeyConstraint(["event"], ["events.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("batch_id", "leaf_index"),
        sa.UniqueConstraint("event"),
        sqlite_strict=True,
    )

"""
The gateway's tables, the same on SQLite and PostgreSQL.

An event row is written in the transaction that lets its sender be answered; everything later is derived from it. States move
by compare-and-set only (`gateway.store` functions), rows of `attempts` and `evidence` are never deleted or changed, nor is what
an act asks for.
Times are integer seconds since 1970 UTC. 32-byte hashes and uint64 scopes are binary, big-endian; salts are stored as
`gateway.store.salts` says. On SQLite every table is STRICT: a value of another type is refused, not converted.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.store.salts import Salt

metadata = MetaData()

# 64 bits on both: STRICT tables know only INTEGER, and SQLite gives only INTEGER PRIMARY KEY a rowid.
_BIG = BigInteger().with_variant(Integer, "sqlite")

pinned = Table(  # what this store belongs to: chain id, genesis hash, contract addresses. One row a name, written once.
    "pinned", metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

enterprises = Table(  # who may submit, and under which member (主管单位) its events close
    "enterprises", metadata,
    Column("uscc", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("member", Text, nullable=False),  # USCC of the member
    Column("gln", Text),
    sqlite_strict=True,
)  # fmt: skip

closures = Table(  # enterprises that may submit no more; what they submitted stays, and so do they
    "closures", metadata,
    Column("enterprise", Text, ForeignKey("enterprises.uscc"), primary_key=True),
    Column("closed_at", _BIG, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

api_keys = Table(
    "api_keys", metadata,
    Column("id", Text, primary_key=True),
    Column("secret_sha256", LargeBinary(32), nullable=False),  # of a 256-bit random secret
    Column("owner", Text, nullable=False),  # USCC of an enterprise or of a member
    Column("rights", Text, nullable=False),  # space-separated: submit submit:onbehalf read admin
    Column("on_behalf", Text, nullable=False),  # space-separated USCCs a platform may submit for
    Column("created_at", _BIG, nullable=False),
    Column("expires_at", _BIG, nullable=False),
    Column("revoked_at", _BIG),
    sqlite_strict=True,
)  # fmt: skip

captures = Table(  # one accepted or refused document (EPCIS capture job)
    "captures", metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),  # USCC of the key's owner
    Column("document_sha256", LargeBinary(32), nullable=False),
    Column("error_behaviour", Text, nullable=False),  # rollback or proceed
    Column("created_at", _BIG, nullable=False),
    Column("finished_at", _BIG, nullable=False),
    Column("result", Text, nullable=False),  # JSON: a list of outcomes, one an event, never the event itself
    CheckConstraint("error_behaviour in ('rollback','proceed')"),
    sqlite_strict=True,
)  # fmt: skip

batches = Table(
    "batches", metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("member", Text, nullable=False),
    Column("seq", _BIG, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("size", _BIG, nullable=False),
    Column("scope", LargeBinary(8), nullable=False),
    Column("suite", Integer, nullable=False),
    Column("tree", LargeBinary, nullable=False),  # all levels concatenated, leaves first: a path is log n slices
    Column("state", Text, nullable=False),
    Column("closed_at", _BIG, nullable=False),
    Column("changed_at", _BIG, nullable=False),
    Column("transaction_hash", LargeBinary(32)),  # of the attempt that was included
    Column("block_number", _BIG),
    Column("block_hash", LargeBinary(32)),
    UniqueConstraint("member", "seq"),
    CheckConstraint("length(root) = 32"),
    CheckConstraint("length(scope) = 8"),
    CheckConstraint("size > 0"),
    CheckConstraint("seq > 0"),
    CheckConstraint("state in ('closed','signed','included','final','issued','halted')"),
    Index("batches_state", "member", "state", "seq"),
    sqlite_strict=True,
)  # fmt: skip

events = Table(
    "events", metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("event_id", Text, nullable=False),  # EPCIS eventID; a correction repeats the wrong event's
    Column("member", Text, nullable=False),
    Column("submitter", Text, nullable=False),
    Column("capture_id", Text, ForeignKey("captures.id"), nullable=False),
    Column("received_at", _BIG, nullable=False),
    Column("content_sha256", LargeBinary(32), nullable=False),  # SHA-256 of the event's JCS bytes
    Column("suite", Integer, nullable=False),
    Column("public_salt", Salt("public"), nullable=False),
    Column("public_body", LargeBinary, nullable=False),  # JCS bytes
    Column("bureaus_salt", Salt("bureaus"), nullable=False),
    Column("bureaus_body", LargeBinary, nullable=False),
    Column("submitter_salt", Salt("submitter"), nullable=False),
    Column("submitter_body", LargeBinary, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    Column("scope", LargeBinary(8), nullable=False),  # its class bit and its stage bit
    Column("declares", Integer, nullable=False),  # 1: it declares the event of the same eventID to be wrong (errorDeclaration)
    Column("state", Text, nullable=False),
    Column("batch_id", _BIG, ForeignKey("batches.id")),
    Column("leaf_index", _BIG),
    UniqueConstraint("submitter", "content_sha256"),
    UniqueConstraint("batch_id", "leaf_index"),
    CheckConstraint("state in ('open','closed','kept')"),  # kept: durable, but names no code, so it is not anchored
    CheckConstraint("length(leaf) = 32"),
    CheckConstraint("length(scope) = 8"),
    CheckConstraint("declares in (0,1)"),
    CheckConstraint("(batch_id is null) = (leaf_index is null)"),
    CheckConstraint("(state = 'closed') = (batch_id is not null)"),
    Index("events_open", "member", "state", "id"),
    Index("events_event_id", "event_id"),
    sqlite_strict=True,
)  # fmt: skip

acts = Table(  # 上链操作: one requested contract call, a status change or a vote
    "acts", metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("member", Text, nullable=False),  # whose signer calls
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # what it is about; acts of one subject go one after the other
    Column("target", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),  # call data, the same in every attempt
    Column("asked", Text, nullable=False),  # what was asked for, as JCS text: for people, and to know the same ask again
    Column("asked_by", Text, nullable=False),  # id of an API key, or "correction"
    Column("asked_at", _BIG, nullable=False),
    Column("successor", Text),  # number of the certificate that takes the place of a superseded one
    Column("state", Text, nullable=False),
    Column("changed_at", _BIG, nullable=False),
    Column("refusal", Text),  # name of the contract's error
    Column("proposal", _BIG),  # of a proposing act: the number that the consortium gave
    Column("transaction_hash", LargeBinary(32)),  # null for one whose effect was there without a transaction of ours
    Column("block_number", _BIG),
    Column("block_hash", LargeBinary(32)),
    Column("final_at", _BIG),  # when it was final for the first time
    CheckConstraint("kind in ('status','vote')"),
    CheckConstraint("target in ('registry','consortium')"),
    CheckConstraint("state in ('queued','signed','included','final','refused','failed')"),
    CheckConstraint("(state in ('included','final')) = (block_number is not null)"),
    CheckConstraint("(block_hash is null) = (block_number is null)"),
    CheckConstraint("(state in ('refused','failed')) = (refusal is not null)"),
    Index("acts_state", "member", "state", "id"),
    Index("acts_subject", "member", "subject", "id"),
    Index("acts_successor", "successor"),
    sqlite_strict=True,
)  # fmt: skip

corrections = Table(  # the corrective events that error declarations name, one row each
    "corrections", metadata,
    Column("declaration", _BIG, ForeignKey("events.id"), primary_key=True),  # the event that declares the error
    Column("position", Integer, primary_key=True),  # in its correctiveEventIDs
    Column("member", Text, nullable=False),
    Column("submitter", Text, nullable=False),
    Column("wrong_id", Text, nullable=False),  # eventID of the wrong event
    Column("corrective_id", Text, nullable=False),  # eventID of the event that is right
    Column("act_id", _BIG, ForeignKey("acts.id")),  # the superseding act, once it was asked for
    Index("corrections_open", "member", "act_id"),
    Index("corrections_wrong", "submitter", "wrong_id"),
    sqlite_strict=True,
)  # fmt: skip

attempts = Table(  # the outbox: every transaction of every kind, saved before it is broadcast. Its fate is read from the chain
    "attempts", metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("batch_id", _BIG, ForeignKey("batches.id")),
    Column("act_id", _BIG, ForeignKey("acts.id")),
    Column("signer", LargeBinary(20), nullable=False),
    Column("nonce", _BIG, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("made_at", _BIG, nullable=False),
    CheckConstraint("kind in ('anchor','status','vote','fill')"),
    CheckConstraint("(kind = 'anchor') = (batch_id is not null)"),
    CheckConstraint("(kind in ('status','vote')) = (act_id is not null)"),
    CheckConstraint("length(hash) = 32"),
    CheckConstraint("length(signer) = 20"),
    Index("attempts_signer_nonce", "signer", "nonce"),
    Index("attempts_batch", "batch_id"),
    Index("attempts_act", "act_id"),
    sqlite_strict=True,
)  # fmt: skip

evidence = Table(  # proof packages; a re-included anchor gets a new edition, the old one is kept
    "evidence", metadata,
    Column("batch_id", _BIG, ForeignKey("batches.id"), primary_key=True),
    Column("edition", Integer, primary_key=True),
    Column("transaction_hash", LargeBinary(32), nullable=False),
    Column("package", LargeBinary, nullable=False),  # JCS bytes of EVIDENCE (PROTOCOL §4)
    Column("made_at", _BIG, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

certificates = Table(
    "certificates", metadata,
    Column("number", Text, primary_key=True),
    Column("event", _BIG, ForeignKey("events.id"), nullable=False, unique=True),
    Column("batch_id", _BIG, ForeignKey("batches.id"), nullable=False),
    Column("leaf_index", _BIG, nullable=False),
    Column("issued_at", _BIG, nullable=False),
    UniqueConstraint("batch_id", "leaf_index"),
    sqlite_strict=True,
)  # fmt: skip

leases = Table(  # one worker a signer key
    "leases", metadata,
    Column("signer", LargeBinary(20), primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", _BIG, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

event_index = Table(  # what queries ask of an event (EPCIS 2.0 §8.2.7), taken from it when it is stored
    "event_index", metadata,
    Column("event", _BIG, ForeignKey("events.id"), primary_key=True),
    Column("submitter", Text, nullable=False),  # as in events: an enterprise's questions are answered from its own rows
    Column("received_at", _BIG, nullable=False),  # as in events
    Column("type", Text, nullable=False),
    Column("time_ms", _BIG, nullable=False),  # eventTime, milliseconds since 1970
    Column("action", Text),
    Column("biz_step", Text),  # bare words, as the vocabulary's URIs end
    Column("disposition", Text),
    Column("read_point", Text),  # canonical URIs
    Column("read_site", Text),  # the same without its extension: the site a read point lies in
    Column("biz_location", Text),
    Column("biz_site", Text),
    Index("event_index_time", "time_ms", "event"),
    Index("event_index_arrival", "received_at", "event"),
    Index("event_index_submitter_time", "submitter", "time_ms", "event"),
    Index("event_index_submitter_arrival", "submitter", "received_at", "event"),
    Index("event_index_step", "biz_step", "time_ms", "event"),
    Index("event_index_read_site", "read_site", "time_ms", "event"),
    Index("event_index_biz_site", "biz_site", "time_ms", "event"),
    sqlite_strict=True,
)  # fmt: skip

event_codes = Table(  # every code key an event can be asked for by: the code, its GTIN and lot, its GTIN
    "event_codes", metadata,
    Column("code", Text, primary_key=True),
    Column("event", _BIG, ForeignKey("events.id"), primary_key=True),
    Column("role", Text, primary_key=True),  # epc, parent, child, input or output
    Index("event_codes_event", "event"),
    CheckConstraint("role in ('epc','parent','child','input','output')"),
    sqlite_strict=True,
)  # fmt: skip

serial_lots = Table(  # which lot a serialised unit belongs to, as the first event or serial file of each submitter says
    "serial_lots", metadata,
    Column("code", Text, primary_key=True),  # 01/<gtin>/21/<serial>
    Column("submitter", Text, primary_key=True),
    Column("lot", Text, nullable=False),
    Column("event", _BIG, ForeignKey("events.id")),  # null: from a serial file that no event cites yet
    Column("binding", Integer, nullable=False),  # 1: said by an event of a producing stage, so that others go by it
    CheckConstraint("binding in (0,1)"),
    CheckConstraint("binding = 0 or event is not null"),
    Index("serial_lots_event", "event"),
    sqlite_strict=True,
)  # fmt: skip

serial_files = Table(  # 码清单: lists of item codes, sent ahead of the commissioning event that cites them by SHA-256
    "serial_files", metadata,
    Column("submitter", Text, primary_key=True),
    Column("sha256", LargeBinary(32), primary_key=True),
    Column("codes", LargeBinary, nullable=False),  # the activated items, one code a line, in the file's order
    Column("issued", _BIG, nullable=False),
    Column("voided", _BIG, nullable=False),
    Column("received_at", _BIG, nullable=False),
    CheckConstraint("length(sha256) = 32"),
    sqlite_strict=True,
)  # fmt: skip

items = Table(  # the leaves of an event's item tree: every serialised unit with its own salt
    "items", metadata,
    Column("event", _BIG, ForeignKey("events.id"), primary_key=True),
    Column("position", _BIG, primary_key=True),
    Column("code", Text, nullable=False),
    Column("salt", Salt("item"), nullable=False),
    Index("items_code", "code"),
    CheckConstraint("length(salt) in (32, 64)"),
    sqlite_strict=True,
)  # fmt: skip

cited_papers = Table(  # documents that may be used once: which event used which number
    "cited_papers", metadata,
    Column("kind", Text, primary_key=True),  # a series of papers
    Column("number", Text, primary_key=True),
    Column("submitter", Text, primary_key=True),
    Column("event", _BIG, ForeignKey("events.id"), primary_key=True),
    Column("subject", Text, nullable=False),  # what it was used for: the lot or transformation
    sqlite_strict=True,
)  # fmt: skip

amounts = Table(  # what lots and papers add up to over several events
    "amounts", metadata,
    Column("side", Text, primary_key=True),
    Column("account", Text, primary_key=True),  # a lot's code, or a series of papers and a number
    Column("submitter", Text, primary_key=True),
    Column("event", _BIG, ForeignKey("events.id"), primary_key=True),
    Column("amount", _BIG, nullable=False),  # grams, or heads
    CheckConstraint("amount >= 0"),
    sqlite_strict=True,
)  # fmt: skip

mappings = Table(  # 导入方案: how an enterprise's tables become events
    "mappings", metadata,
    Column("enterprise", Text, primary_key=True),  # USCC
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),  # JCS text
    Column("changed_at", _BIG, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

imports = Table(  # one taken table file
    "imports", metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),  # USCC of the key's owner
    Column("submitter", Text, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("profile", Text, nullable=False),  # name of the mapping
    Column("result", Text, nullable=False),  # JSON: encoding, counts, faults by cell, capture ids
    Column("rejected", LargeBinary),  # the refused rows in the form they came, with 错误原因
    Column("rejected_type", Text),  # its media type
    Column("created_at", _BIG, nullable=False),
    Index("imports_file", "owner", "sha256", "profile"),
    CheckConstraint("length(sha256) = 32"),
    sqlite_strict=True,
)  # fmt: skip

import_rows = Table(  # table rows that are recorded, by what identifies them: a mended file sent whole doubles none of them
    "import_rows", metadata,
    Column("submitter", Text, primary_key=True),
    Column("profile", Text, primary_key=True),
    Column("unique_sha256", LargeBinary(32), primary_key=True),  # of the row's unique cells
    Column("content_sha256", LargeBinary(32), nullable=False),  # of all it says
    Column("event", _BIG, ForeignKey("events.id"), nullable=False),
    CheckConstraint("length(unique_sha256) = 32"),
    CheckConstraint("length(content_sha256) = 32"),
    sqlite_strict=True,
)  # fmt: skip

answered = Table(  # Idempotency-Key: the first answer, kept for ever
    "answered", metadata,
    Column("owner", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    Column("request_sha256", LargeBinary(32), nullable=False),  # method, path and body
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),  # JSON
    Column("body", LargeBinary, nullable=False),
    Column("created_at", _BIG, nullable=False),
    CheckConstraint("length(request_sha256) = 32"),
    sqlite_strict=True,
)  # fmt: skip

tallies = Table(  # the quality report: counts per submitter, Beijing day of arrival, and what happened
    "tallies", metadata,
    Column("submitter", Text, primary_key=True),
    Column("day", Text, primary_key=True),  # YYYY-MM-DD
    Column("what", Text, primary_key=True),  # received, accepted, known, late, corrected, or the code of a rule
    Column("count", _BIG, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

adoptions = Table(  # places where a person accepted the chain's batch although this store has none, or had another, there
    "adoptions", metadata,
    Column("member", Text, primary_key=True),
    Column("seq", _BIG, primary_key=True),
    Column("batch_id", _BIG, ForeignKey("batches.id")),  # ours, which stays halted for ever; null: the store had none
    Column("root", LargeBinary(32), nullable=False),  # the head that was accepted
    Column("size", _BIG, nullable=False),
    Column("scope", LargeBinary(8), nullable=False),
    Column("suite", Integer, nullable=False),
    Column("block_number", _BIG, nullable=False),
    Column("signer", LargeBinary(20), nullable=False),
    Column("nonce", _BIG, nullable=False),  # the signer's on the chain: transactions below it need not be known here
    Column("requeued", _BIG, nullable=False),  # events that became open again
    Column("withdrawn", _BIG, nullable=False),  # certificates whose numbers now name leaves of another batch
    Column("adopted_by", Text, nullable=False),
    Column("adopted_at", _BIG, nullable=False),
    UniqueConstraint("batch_id"),
    CheckConstraint("length(root) = 32"),
    CheckConstraint("length(scope) = 8"),
    CheckConstraint("length(signer) = 20"),
    sqlite_strict=True,
)  # fmt: skip

"""
Attempts: the hash and the signer from the stored bytes, and that the bytes call what their batch or act calls.

Nonces of a signer have no holes: one that nothing here has belongs to a transaction that this store forgot or never made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eth_abi.exceptions import EncodingError
from sqlalchemy import Connection, Row, func, select

from certs.consensus.recover import recover_address
from certs.errors import CertError
from certs.evm.keccak import keccak256
from certs.evm.rlp import decode, encode, to_list, to_uint
from certs.evm.transaction import parse_transaction
from gateway.fsck.batch_rows import span
from gateway.fsck.expected import Expected
from gateway.fsck.findings import Report
from gateway.fsck.pages import rows_by
from gateway.store.acts import REGISTRY
from gateway.store.attempts import ANCHOR, FILL
from gateway.store.tables import acts, adoptions, attempts, batches
from ledger.anchors import anchor_call


def check_attempts(tx: Connection, expected: Expected, report: Report) -> None:
    """Every stored transaction."""
    columns = [batches.c[name] for name in ("seq", "root", "size", "scope", "suite")]
    query = (
        select(attempts, *columns, acts.c.kind.label("act_kind"), acts.c.target, acts.c.data)
        .outerjoin(batches, batches.c.id == attempts.c.batch_id)
        .outerjoin(acts, acts.c.id == attempts.c.act_id)
    )
    for row in rows_by(tx, query, attempts.c.hash):
        report.looked("attempts", 1)
        for what in _faults(row, expected):
            report.differs("attempts", f"0x{row.hash.hex()}", what)


def check_nonces(tx: Connection, report: Report) -> dict[bytes, int]:
    """Reports the holes in the nonces of each signer; returns the nonce after the last stored one, by signer."""
    floors = {
        row.signer: row.nonce
        for row in tx.execute(select(adoptions.c.signer, func.max(adoptions.c.nonce).label("nonce")).group_by(adoptions.c.signer))
    }
    following: dict[bytes, int] = {}
    query = select(attempts.c.signer, attempts.c.nonce).distinct()
    for row in rows_by(tx, query, attempts.c.signer, attempts.c.nonce, page=5_000):
        awaited = max(following.get(row.signer, row.nonce), floors.get(row.signer, 0))
        if row.nonce > awaited:
            report.missing("attempts", nonce_name(row.signer, awaited, row.nonce - 1), "attempt.nonce")
        following[row.signer] = row.nonce + 1
    return {signer: max(nonce, floors.get(signer, 0)) for signer, nonce in following.items()}


def nonce_name(signer: bytes, first: int, last: int) -> str:
    """How transactions that are not there are named."""
    return f"0x{signer.hex()} nonce {span(first, last)}"


def _faults(row: Row[Any], expected: Expected) -> Iterator[str]:
    if keccak256(row.raw) != row.hash:
        yield "attempt.hash"
    try:
        transaction, signer = parse_transaction(row.raw), _signer_of(row.raw)
    except CertError:
        yield "attempt.bytes"
        return
    if signer != row.signer:
        yield "attempt.signer"
    if transaction.nonce != row.nonce:
        yield "attempt.nonce_differs"
    if transaction.chain_id != expected.consortium.deployment.chain_id:
        yield "attempt.chain"
    if _called(row, expected) != (transaction.to, transaction.data) or transaction.value:
        yield "attempt.call"


def _called(row: Row[Any], expected: Expected) -> tuple[bytes, bytes] | None:
    """The contract and call data that the row's batch or act asks for; None where it has neither."""
    deployment = expected.consortium.deployment
    if row.kind == FILL:
        return row.signer, b""
    if row.kind == ANCHOR and row.seq is not None:
        scope = int.from_bytes(row.scope, "big")
        try:
            data = anchor_call(row.seq, root=row.root, size=row.size, scope=scope, suite=row.suite)
        except EncodingError:  # a number that was edited to one that no call can carry
            return None
        return deployment.anchor_log, data
    if row.act_kind == row.kind:
        return deployment.status_registry if row.target == REGISTRY else deployment.consortium, row.data
    return None


def _signer_of(raw: bytes) -> bytes:
    """The 20-byte address that signed a legacy transaction (EIP-155). Raises `CertError` for bytes that are none."""
    fields = to_list(decode(raw), 9, "transaction")
    v, r, s = (to_uint(field, 32, "signature") for field in fields[6:])
    chain_id, parity = divmod(v - 35, 2)
    digest = keccak256(encode([*fields[:6], _integer(chain_id), b"", b""]))
    return recover_address(digest, r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity]))


def _integer(number: int) -> bytes:
    """A number as RLP carries it: big-endian, without leading zeros."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")

"""
Steps 3 to 8 and 10: one function each, raising for what is false, foreign or cannot be checked.

A certificate is what it says when, in this order (PROTOCOL.md §7):
  (0) the bundle holds;                                  (1) size, strict JSON, JCS;      (2) names, types, format, suite, forms;
  (3) the leaf follows from the tiers, no overlap;       (4) the leaf is in the tree: index, size, root; so is the item;
  (5) the first header has its form, and a receipt in it holds a log of *our* AnchorLog;
  (6) the transaction has our chain id, that target, that hash;
  (7) the headers link and are endorsed;                 (8) the record agrees with the log;
  (9) the staple (`certs.verify.status`);                (10) the event is not later than its block.
Steps (5) and (8) compare every field: an entry that is real but about something else is CVE-2022-36056, and again CVE-2026-22703.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certs.certificate import Certificate, Item
from certs.chronology import Moment, check_history, moments
from certs.codes import Code, parse_code
from certs.consensus import clique, qbft
from certs.consensus.endorsement import Endorsement, check_run, endorse, needed
from certs.errors import CannotCheck, CertError, ForeignCertificate, VerificationError
from certs.evidence import check_all_used, prove_transaction
from certs.evm.header import Header, parse_header
from certs.evm.log import Anchored
from certs.evm.transaction import Transaction
from certs.evm.trie import NodeSet
from certs.limits import LIMITS
from certs.merkle import verify_inclusion
from certs.number import Number
from certs.record import TIERS, Tier, item_leaf, leaf_hash
from certs.scope import scope_bits
from certs.suites import hash_function
from certs.times import parse_time
from certs.trust import Bundle


def leaf_from_tiers(certificate: Certificate) -> bytes:
    """(3) The leaf, after making sure that no two disclosed tiers state the same name of the event."""
    seen: set[tuple[str, ...]] = set()
    for name in TIERS:
        tier = certificate.tiers[name]
        if not isinstance(tier, Tier):
            continue
        names = _stated_names(tier.body["event"])
        if seen & names:
            raise VerificationError("tiers.overlap", f"/tiers/{name}/body/event")
        seen |= names
    return leaf_hash(certificate.digests(), hash_function(certificate.suite))


def _stated_names(event: dict[str, Any]) -> set[tuple[str, ...]]:
    """Names as paths: an event may well have a name "ilmd/x" of its own."""
    return {(name,) for name in event if name != "ilmd"} | {("ilmd", name) for name in event.get("ilmd", {})}


def leaf_in_tree(certificate: Certificate, leaf: bytes, anchored: Anchored) -> None:
    """(4) The leaf is number `index` of the batch the log describes; size and root are the log's, never the proof's."""
    h = hash_function(certificate.suite)
    verify_inclusion(leaf, index=certificate.index, size=anchored.size, path=certificate.path, root=anchored.root, h=h)


def item_in_record(certificate: Certificate, item: Item) -> None:
    """(4) The unit's lot (or product) is among the record's codes, and its leaf lies under the record's items."""
    code = parse_code(item.code)
    lot = str(Code(gtin=code.gtin, lot=code.lot))
    if lot not in certificate.public["codes"]:
        raise VerificationError("item.code", "/item/code")
    items = certificate.public.get("items")
    if items is None or items["size"] < 1:
        raise VerificationError("item.none", "/item")
    h = hash_function(certificate.suite)
    leaf, root = item_leaf(item.salt, item.code, h), bytes.fromhex(items["root"][2:])
    verify_inclusion(leaf, index=item.index, size=items["size"], path=item.path, root=root, h=h)


def transaction_of(certificate: Certificate, nodes: NodeSet, header: Header) -> Transaction:
    """(6) The transaction at the receipt's index, and no node beside what both proofs visit."""
    transaction = prove_transaction(nodes, header, certificate.evidence.index)
    check_all_used(nodes)
    return transaction


def transaction_is_ours(
    certificate: Certificate, transaction: Transaction, bundle: Bundle, receipt_type: int | None, *, target: bytes
) -> None:
    """(6) Chain id first: a certificate of another chain is foreign only when evidence and transaction agree on it.

    `target` is where the transaction must have gone, 20 bytes: the AnchorLog that wrote the log. That it is *ours* is step 5.
    """
    stated = certificate.evidence.chain_id
    if stated != transaction.chain_id:
        raise VerificationError("transaction.chain", "/evidence/chainId")
    if transaction.hash != certificate.transaction_hash:
        raise VerificationError("transaction.hash", "/transactionHash")
    if receipt_type is not None and transaction.type != receipt_type:
        raise VerificationError("transaction.type", "/evidence")
    if stated != bundle.chain_id:
        raise ForeignCertificate("transaction.chain.foreign", "/evidence/chainId")
    if transaction.to != target:
        raise VerificationError("transaction.target", "/evidence")


def endorsed(certificate: Certificate, first: Header, bundle: Bundle) -> tuple[Endorsement, tuple[Moment, ...]]:
    """(7) The run links, and ≥ ⌈2N/3⌉ of the set in force at its first header signed it: who, and the moments of the run."""
    headers = (first, *(parse_header(raw) for raw in certificate.evidence.headers[1:]))
    check_signatures(bundle.engine, headers)
    try:
        result = endorse(bundle.engine, headers, bundle.set_at(first.number).validators)
    except CertError:
        if bundle.engine == "qbft" and _endorsed_elsewhere(first, bundle):
            raise ForeignCertificate("endorsement.foreign", "/evidence/headers") from None
        raise
    return result, moments(bundle.engine, headers)


def fits_history(run: tuple[Moment, ...], first: Header, bundle: Bundle) -> None:
    """(7) The endorsed run and the bundle tell one history, and the bundle is not too old for it."""
    check_history((*bundle.history, *run), run)
    too_far(bundle.head, first)


def check_signatures(engine: str, headers: Sequence[Header]) -> None:
    """(7) The run links and every seal is a signature: false whoever's block it is, so asked before the set in force."""
    check_run(engine, headers)
    for header in headers:
        _ = qbft.signers(header) if engine == "qbft" else clique.signer(header)


def too_far(head: Moment, header: Header) -> None:
    """Raises `CannotCheck` `bundle.old` for a block more than 400 days past the bundle's head."""
    if header.timestamp - head.time > LIMITS.pinned_age_s:
        raise CannotCheck("bundle.old")


def _endorsed_elsewhere(header: Header, bundle: Bundle) -> bool:
    """Whether a quorum of the header's own list signed, and neither list nor signers ever belonged to this consortium."""
    listed, signed = set(qbft.listed(header)), set(qbft.signers(header))
    if not listed or len(listed & signed) < needed(len(listed)):
        return False
    return not bundle.ever_validated(tuple(listed | signed))


def record_agrees(certificate: Certificate, anchored: Anchored, bundle: Bundle) -> None:
    """(8) Member, suite, number, and class and stage within the anchored scope."""
    if certificate.public["member"] != anchored.member:
        raise VerificationError("record.member", "/tiers/public/body/member")
    if certificate.suite != anchored.suite:
        raise VerificationError("record.suite", "/suite")
    if certificate.number != str(Number(bundle.prefix, anchored.code, anchored.seq, certificate.index)):
        raise VerificationError("record.number", "/number")
    bits = scope_bits(certificate.public["class"], certificate.public["stage"])
    if bits & ~anchored.scope:
        raise VerificationError("record.scope", "/tiers/public/body/class")


def event_before_block(certificate: Certificate, first: Header, now: int) -> None:
    """(10) Event time ≤ block time + tolerance; a block from the future cannot be judged by this clock."""
    if parse_time(certificate.public["time"]) > first.timestamp + LIMITS.clock_tolerance_s:
        raise VerificationError("time.event", "/tiers/public/body/time")
    if first.timestamp > now + LIMITS.clock_tolerance_s:
        raise CannotCheck("time.clock")

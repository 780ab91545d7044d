"""
Random mutations at every level of a certificate: bytes, JSON, parsed parts, RLP, proofs. None is accepted unless it says the
same, and nothing but `CertError` comes out. Some thousands run with the ordinary tests, a million with the slow ones.

"The same" is what a certificate says: seals beside those that count, repeated or of strangers, change nothing (PROTOCOL.md §6),
so a header is compared by its block's hash.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak

from certs.canonical import canonical
from certs.certificate import CertificateFile, read_certificate, read_file, read_proven_state
from certs.codes import code_keys
from certs.consensus.endorsement import block_hash, endorse
from certs.errors import CannotCheck, CertError
from certs.evm.header import parse_header
from certs.evm.log import decode_anchored, decode_validators_changed
from certs.evm.receipt import parse_receipt
from certs.evm.transaction import parse_transaction
from certs.evm.trie import NodeSet
from certs.merkle import path_from, tree_levels, verify_inclusion
from certs.staple import Place, read_state
from certs.suites import hash_function
from certs.trust import Bundle, load_bundle
from certs.verify import Verdict, run, verify
from tests.vector_cases.changes import bundles
from tests.vector_cases.damage import Damage
from tests.vector_cases.scenes import LEAF, NOW, main_scene, scene, stapled, with_staple
from tests.world import record_of

GOOD = (Verdict.VALID, Verdict.AUTHENTIC)
TRIES = int(os.environ.get("SHISU_MUTATIONS", "1000000"))  # of the slow test
# Out of a hundred mutations, how many go where: dear ones are rarer, so that a million take minutes.
SHARES = {
    "file bytes": 22, "file digits": 6, "file json": 5, "parts": 8, "evidence": 5, "header": 14, "staple": 10, "path": 20,
    "chain bytes": 8, "bundle": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What is damaged: two valid files, their parts, and what each says."""

    good: bytes
    donor: bytes
    bundle: Bundle
    file: CertificateFile
    donor_file: CertificateFile
    value: Any = field(repr=False)
    donor_value: Any = field(repr=False)
    place: Place
    state_root: bytes
    receipt: bytes
    transaction: bytes


@cache
def target() -> Target:
    anchor, other = main_scene(), scene([record_of(f"别的{i}") for i in range(5)], anchor={"seq": 2})
    good, donor = stapled(), with_staple(other)
    file, stated = read_file(good), anchor.stated
    log = anchor.world.anchored_log(**stated)
    receipt = anchor.world.receipt([log])
    anchored = decode_anchored(parse_receipt(receipt).logs[0])
    staple_header = parse_header(file.staple.headers[0]) if file.staple else pytest.fail()
    return Target(
        good=good, donor=donor, bundle=load_bundle(canonical(anchor.world.bundle())), file=file, donor_file=read_file(donor),
        value=json.loads(good), donor_value=json.loads(donor),
        place=Place(anchored, LEAF, code_keys(file.certificate.public["codes"])),
        state_root=staple_header.state_root, receipt=receipt, transaction=anchor.transaction,
    )  # fmt: skip


def meaning(file: CertificateFile, verdict: Verdict) -> tuple[Any, ...]:
    """What a file says: everything but seals; of the staple only when it decided."""
    certificate, staple = file.certificate, file.staple if verdict is Verdict.VALID else None
    blocks = [
        tuple(block_hash("qbft", parse_header(raw)) for raw in part.headers) for part in (certificate.evidence, staple) if part
    ]
    evidence = replace(certificate.evidence, headers=())
    tiers = {
        name: tier if isinstance(tier, bytes | None) else (tier.salt, canonical(tier.body))
        for name, tier in certificate.tiers.items()
    }
    return replace(certificate, evidence=evidence, tiers=tiers), blocks, staple.nodes if staple else None  # type: ignore[arg-type]


def judged(file: CertificateFile, counts: Counter[str]) -> None:
    """Runs steps 3 to 10 on a file that was never written, and refuses to see it accepted."""
    report = run._Run(file, NOW, 7 * 86_400).report(target().bundle)
    counts[f"{report.verdict.label} {report.step}"] += 1
    if report.verdict in GOOD:
        assert meaning(file, report.verdict) == meaning(target().file, report.verdict), report


def judged_bytes(raw: bytes, counts: Counter[str]) -> None:
    report = verify(raw, target().bundle, now=NOW)
    counts[f"{report.verdict.label} {report.step}"] += 1
    if report.verdict in GOOD:
        assert meaning(read_file(raw), report.verdict) == meaning(target().file, report.verdict), report


def file_bytes(damage: Damage, counts: Counter[str]) -> None:
    judged_bytes(damage.raw(target().good, target().donor), counts)


def file_digits(damage: Damage, counts: Counter[str]) -> None:
    judged_bytes(damage.digit(target().good), counts)


def file_json(damage: Damage, counts: Counter[str]) -> None:
    try:
        raw = canonical(damage.json(target().value, target().donor_value))
    except CertError:  # damage that JSON cannot carry
        counts["unwritten"] += 1
        return
    judged_bytes(raw, counts)


def parts(damage: Damage, counts: Counter[str]) -> None:
    """The JSON of the certificate, or of the staple, read without its bytes: forms and steps, at half the price."""
    file, value = target().file, target().value
    try:
        if damage.source.randrange(3):
            file = replace(
                file, certificate=read_certificate(damage.json(value["certificate"], target().donor_value["certificate"]))
            )
        else:
            file = replace(file, staple=read_proven_state(damage.json(value["staple"], target().donor_value["staple"]), ""))
    except CertError as error:
        counts[f"form {error.code}"] += 1
        return
    judged(file, counts)


def evidence(damage: Damage, counts: Counter[str]) -> None:
    """A damaged receipt or transaction put properly under a header of its own: only the seals can tell."""
    receipt, transaction = target().receipt, target().transaction
    if damage.source.randrange(2):
        receipt = damage.spelt(receipt)
    else:
        transaction = damage.spelt(transaction)
    leaves = [rlp.encode([b"\x20\x80", raw]) for raw in (receipt, transaction)]
    fields = rlp.decode(target().file.certificate.evidence.headers[0])
    fields[5], fields[4] = (keccak(leaf) for leaf in leaves)
    certificate = target().file.certificate
    package = replace(certificate.evidence, headers=(rlp.encode(fields),), nodes=tuple(sorted(leaves)))
    judged(
        replace(target().file, certificate=replace(certificate, evidence=package, transaction_hash=keccak(transaction))), counts
    )


def header(damage: Damage, counts: Counter[str]) -> None:
    """A damaged header, its extraData also from inside, is no endorsed block, or the same block."""
    good = target().file.certificate.evidence.headers[0]
    kind = damage.source.randrange(3)
    if kind == 0:
        raw = damage.raw(good)
    elif kind == 1:
        raw = damage.spelt(good)
    else:
        fields = rlp.decode(good)
        fields[12] = damage.spelt(fields[12])
        raw = rlp.encode(fields)
    try:
        read = parse_header(raw)
        endorse("qbft", (read,), target().bundle.sets[0].validators)
    except CertError as error:
        counts[f"header {error.code}"] += 1
        return
    counts["header held"] += 1
    assert block_hash("qbft", read) == block_hash("qbft", parse_header(good))


def staple(damage: Damage, counts: Counter[str]) -> None:
    """Damaged nodes under the true state root prove what the true ones prove, less of it, or nothing."""
    proven = target().file.staple or pytest.fail()
    nodes = list(proven.nodes)
    for _ in range(damage.source.choice((1, 1, 2))):
        at = damage.source.randrange(len(nodes))
        if damage.source.randrange(4):
            nodes[at] = damage.spelt(nodes[at]) if damage.source.randrange(2) else damage.raw(nodes[at])
        else:
            del nodes[at]
    true = read_state(target().bundle, target().state_root, NodeSet(proven.nodes), target().place)
    try:
        said = read_state(target().bundle, target().state_root, NodeSet(nodes), target().place)
    except CertError as error:
        counts[f"staple {error.code}"] += 1
        return
    counts["staple held"] += 1
    assert said == true or (not said.complete and said.anchor_block == true.anchor_block and set(said.words) <= set(true.words))


@cache
def batch() -> tuple[list[bytes], list[list[bytes]]]:
    leaves = [hash_function(1)(bytes([i])) for i in range(23)]
    return leaves, tree_levels(leaves, hash_function(1))


def path(damage: Damage, counts: Counter[str]) -> None:
    leaves, levels = batch()
    at = damage.source.randrange(len(leaves))
    true = path_from(levels, at)
    leaf, index, nodes = leaves[at], at, list(true)
    kind = damage.source.randrange(3)
    if kind == 0:
        leaf = damage.raw(leaf)
    elif kind == 1:
        index = damage.source.choice((index + 1, index - 1, index ^ 4, index * 2, damage.source.randrange(-2, 64)))
    else:
        nodes = damage.item(nodes) if damage.source.randrange(2) else [damage.raw(node) for node in nodes]
    if not all(isinstance(node, bytes) for node in nodes):
        return
    try:
        verify_inclusion(leaf, index=index, size=len(leaves), path=nodes, root=levels[-1][0], h=hash_function(1))
    except CertError as error:
        counts[f"path {error.code}"] += 1
        return
    counts["path held"] += 1
    assert (leaf, index, nodes) == (leaves[at], at, true)


PARSERS: tuple[Callable[[bytes], object], ...] = (
    parse_receipt, parse_transaction, parse_header,
    lambda raw: [decode_anchored(log) for log in parse_receipt(raw).logs],
    lambda raw: [decode_validators_changed(log) for log in parse_receipt(raw).logs],
)  # fmt: skip


def chain_bytes(damage: Damage, counts: Counter[str]) -> None:
    """Damaged receipts, transactions and headers are read or refused, and what is read is spelt in one way."""
    good = damage.source.choice((target().receipt, target().transaction, target().file.certificate.evidence.headers[0]))
    raw = damage.raw(good) if damage.source.randrange(2) else damage.spelt(good)
    for parse in PARSERS:
        try:
            parse(raw)
            counts[f"read {parse.__name__}"] += 1
        except CertError as error:
            counts[f"chain {error.code}"] += 1


@cache
def pinned() -> tuple[Any, Any, Bundle]:
    good, other = bundles()
    return json.loads(good), json.loads(other), load_bundle(good)


def bundle(damage: Damage, counts: Counter[str]) -> None:
    """A damaged bundle does not hold, or its fingerprint tells, or only names of members and needless seals differ."""
    good, other, true = pinned()
    try:
        value = damage.json(good, other)
        read = load_bundle(damage.raw(canonical(good)) if damage.source.randrange(4) == 0 else canonical(value))
    except CannotCheck as error:
        counts[f"bundle {error.code}"] += 1
        return
    except CertError:  # damage that JSON cannot carry
        return
    counts["bundle held"] += 1
    assert read.fingerprint != true.fingerprint or replace(read, members={}) == replace(true, members={})


ATTACKS: dict[str, Callable[[Damage, Counter[str]], None]] = {
    "file bytes": file_bytes, "file digits": file_digits, "file json": file_json, "parts": parts, "evidence": evidence,
    "header": header, "staple": staple, "path": path, "chain bytes": chain_bytes, "bundle": bundle,
}  # fmt: skip


def attack(seed: int, tries: int) -> Counter[str]:
    """Tries so many mutations, shared out by SHARES; what each ended as. A failure names seed and kind, which repeat it."""
    counts: Counter[str] = Counter()
    for name, share in SHARES.items():
        damage = Damage(seed * 1_000 + len(name))
        for number in range(tries * share // 100):
            try:
                ATTACKS[name](damage, counts)
            except Exception as error:
                raise AssertionError(f"{name}, seed {seed}, mutation {number}: {error!r}") from error
            counts["tried"] += 1
    return counts


def reached(counts: Counter[str]) -> Iterator[str]:
    """The steps at which something was found false."""
    return (name for name in counts if name.startswith("FORGED"))


def test_thousands_of_random_mutations_are_refused() -> None:
    counts = attack(1, 5_000)
    assert counts["tried"] == 5_000
    assert {"FORGED 4", "FORGED 5", "FORGED 6", "FORGED 7", "FORGED 8", "FORGED 9"} <= set(reached(counts)), counts


def test_the_shares_make_a_whole() -> None:
    assert sum(SHARES.values()) == 100
    assert set(SHARES) == set(ATTACKS)


def test_the_same_seed_does_the_same_damage() -> None:
    first, again = (Damage(7) for _ in range(2))
    good = target().good
    assert [first.raw(good) for _ in range(20)] == [again.raw(good) for _ in range(20)]


@pytest.mark.long
@pytest.mark.slow
def test_a_million_random_mutations_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    target(), pinned(), batch()
    workers = min(os.cpu_count() or 1, 4)
    chunks = 100
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        counts = sum(pool.map(attack, range(2, 2 + chunks), [TRIES // chunks] * chunks), Counter[str]())
    with capsys.disabled():
        print(f"\n{counts['tried']:,} random mutations of certificates, bundles and proofs tried, none accepted")
    assert counts["tried"] >= TRIES
    assert {f"FORGED {step}" for step in (4, 5, 6, 7, 8, 9)} <= set(reached(counts))

"""
What is fuzzed: one function a parser, taking any bytes. Each returns, or raises `AssertionError` for a rule broken; nothing else.

`scripts/fuzz` gives them to atheris, tests/fuzz/test_corpus.py gives them the kept corpus. No I/O, no clock, no randomness.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from certs.canonical import canonical, parse, parse_canonical
from certs.certificate import CertificateFile, read_file, read_proven_state
from certs.consensus.endorsement import block_hash
from certs.errors import CannotCheck, CertError
from certs.evm import rlp
from certs.evm.header import parse_header
from certs.evm.log import decode_anchored, decode_validators_changed
from certs.evm.receipt import parse_receipt
from certs.evm.state import account, storage_word
from certs.evm.transaction import parse_transaction
from certs.evm.trie import NodeSet
from certs.trust import Bundle, load_bundle
from certs.verify import Verdict, run, verify
from tests.vector_cases.changes import bundles
from tests.vector_cases.scenes import NOW, main_scene, stapled


@cache
def pinned() -> tuple[Bundle, CertificateFile]:
    """The bundle everything is judged against, and the file that is VALID under it."""
    return load_bundle(canonical(main_scene().world.bundle())), read_file(stapled())


def fuzz_json(raw: bytes) -> None:
    """What is read is written in one way, and read back as the same value."""
    try:
        value = parse(raw)
    except CertError:
        return
    written = canonical(value)
    assert parse_canonical(written, max_bytes=len(written)) == value


def fuzz_rlp(raw: bytes) -> None:
    """What is read has this one spelling; headers, receipts, transactions and logs are read or refused."""
    with suppress(CertError):
        assert rlp.encode(rlp.decode(raw)) == raw
    for read in (parse_header, parse_receipt, parse_transaction):
        try:
            read(raw)
        except CertError:
            continue
    try:
        logs = parse_receipt(raw).logs
    except CertError:
        return
    for log in logs:
        for decode in (decode_anchored, decode_validators_changed):
            try:
                decode(log)
            except CertError:
                continue


def fuzz_trie(raw: bytes) -> None:
    """Input: RLP of [root, key, [node, …]]. A walk ends, in the same answer whatever the order of the nodes."""
    try:
        root, key, nodes = rlp.to_list(rlp.decode(raw), 3)
        given = [rlp.to_bytes(node, None) for node in rlp.to_list(nodes, None)]
        start, path = rlp.to_bytes(root, 32), rlp.to_bytes(key, None)
    except CertError:
        return
    answers: set[bytes | str | None] = set()
    for order in (given, given[::-1]):
        try:
            answers.add(NodeSet(order).get(start, path))
        except CertError as error:
            answers.add(error.code)
    assert len(answers) == 1
    for walk in (account, storage_word):
        try:
            walk(NodeSet(given), start, path)
        except CertError:
            continue


def fuzz_certificate(raw: bytes) -> None:
    """A report for any bytes, and VALID only for the file that is."""
    bundle, good = pinned()
    report = verify(raw, bundle, now=NOW)
    json.dumps(report.to_json())
    assert report.verdict is not Verdict.VALID or read_file(raw).certificate.tiers == good.certificate.tiers


def fuzz_bundle(raw: bytes) -> None:
    """`CannotCheck`, or a bundle; one with the fingerprint of ours says what ours says."""
    try:
        read = load_bundle(raw)
    except CannotCheck:
        return
    ours = load_bundle(bundles()[0])
    assert read.fingerprint != ours.fingerprint or (read.sets, read.contracts) == (ours.sets, ours.contracts)


def fuzz_staple(raw: bytes) -> None:
    """Input: the JSON of a staple. Beside a good certificate it says VALID only with a block that this consortium sealed."""
    bundle, good = pinned()
    try:
        staple = read_proven_state(parse(raw), "/staple")
    except CertError:
        return
    report = run._Run(CertificateFile(good.certificate, None, staple), NOW, 7 * 86_400).report(bundle)
    blocks = {block.hash for block in main_scene().world.blocks}
    assert report.verdict is not Verdict.VALID or block_hash("qbft", parse_header(staple.headers[0])) in blocks


TARGETS: dict[str, Callable[[bytes], None]] = {
    "json": fuzz_json, "rlp": fuzz_rlp, "trie": fuzz_trie, "certificate": fuzz_certificate, "bundle": fuzz_bundle,
    "staple": fuzz_staple,
}  # fmt: skip

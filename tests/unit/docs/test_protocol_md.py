"""
docs/protocol.md says what the code does: every example in it is recomputed, every code in it is known and every known one in it.

An example is a fenced block whose info string is `example <name>`; each line is a word and a value. What a check reads of it are
the inputs, all the rest must be what the code answers.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certs.canonical import canonical, parse, parse_canonical
from certs.certificate import read_file
from certs.codes import code_key, status_codes
from certs.consensus import clique, qbft
from certs.errors import MalformedCertificate
from certs.evidence import index_key, pick_log, prove_receipt, prove_transaction
from certs.evm.header import parse_header
from certs.evm.keccak import keccak256
from certs.evm.log import decode_anchored
from certs.evm.rlp import encode
from certs.evm.state import account, storage_word
from certs.evm.trie import NodeSet
from certs.merkle import path_from, path_length, tree_levels
from certs.number import Number
from certs.record import check_code, item_leaf, leaf_hash, tier_digest
from certs.scope import CLASS_NAMES_ZH, CLASSES, STAGE_NAMES_ZH, STAGES, scope_bits
from certs.slots import anchor_slots, batch_status_slot, code_status_slot, leaf_status_slot
from certs.staple import LEAF_STATUSES, read_word
from certs.suites import HASH_BYTES, hash_function
from certs.texts import TEXTS
from certs.times import parse_time
from certs.trust import ValidatorSet, fingerprint_words, load_bundle
from certs.verify import Verdict, verify

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "protocol.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```example (\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
Check = Callable[["Given"], dict[str, Any]]
CHECKS: dict[str, Check] = {}


class Given:
    """The lines of an example, remembering which of them were read."""

    def __init__(self, lines: dict[str, str]) -> None:
        self.lines, self.read = lines, set[str]()

    def text(self, name: str) -> str:
        self.read.add(name)
        return self.lines[name]

    def number(self, name: str) -> int:
        return int(self.text(name))

    def words(self, name: str) -> list[str]:
        return self.text(name).split()

    def raw(self, name: str) -> bytes:
        return unhex(self.text(name))

    def file(self, name: str) -> Any:
        return json.loads((ROOT / self.text(name)).read_bytes())


def unhex(text: str) -> bytes:
    assert text.startswith("0x")
    return bytes.fromhex(text[2:])


def example(name: str) -> Callable[[Check], Check]:
    def keep(check: Check) -> Check:
        CHECKS[name] = check
        return check

    return keep


def lines_of(block: str) -> dict[str, str]:
    pairs = [re.fullmatch(r"(\S+) +(.+)", line) for line in block.splitlines()]
    assert all(pairs), "every line of an example is a word and a value"
    lines = {pair[1]: pair[2] for pair in pairs if pair}
    assert len(lines) == len(pairs), "a word occurs twice in an example"
    return lines


def example_lines(name: str) -> dict[str, str]:
    return lines_of(dict(EXAMPLES)[name])


def shown(value: Any) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, list | tuple):
        return " ".join(map(shown, value))
    return str(value)


@example("jcs")
def _jcs(given: Given) -> dict[str, Any]:
    value = parse(given.text("read").encode())
    return {"written": canonical(value).decode(), "bytes": canonical(value)}


@example("numbers")
def _numbers(given: Given) -> dict[str, Any]:
    for lexeme in given.words("canonical"):
        assert canonical(parse_canonical(lexeme.encode())) == lexeme.encode()
    for lexeme in given.words("not-canonical"):
        assert code_of(parse_canonical, lexeme) == "json.canonical"
    for lexeme in given.words("refused"):
        assert code_of(parse, lexeme) == "json.number"
    return {}


@example("times")
def _times(given: Given) -> dict[str, Any]:
    for text in given.words("refused"):
        assert code_of(lambda raw: parse_time(raw.decode()), text) == "time.form"
    return {"seconds": [parse_time(text) for text in given.words("times")]}


def code_of(read: Callable[[bytes], object], text: str) -> str:
    with pytest.raises(MalformedCertificate) as refused:
        read(text.encode())
    return refused.value.code


@example("tier-digest")
def _tier_digest(given: Given) -> dict[str, Any]:
    jcs = given.text("body").encode()
    parse_canonical(jcs)
    salt = given.raw("salt")
    return {
        "preimage": b"\x02" + salt + jcs,
        "sha256": tier_digest(salt, jcs, hash_function(1)),
        "sm3": tier_digest(salt, jcs, hash_function(2)),
    }


@example("leaf")
def _leaf(given: Given) -> dict[str, Any]:
    digests = given.raw("public"), given.raw("bureaus"), bytes(HASH_BYTES)
    assert given.text("submitter") == "absent"
    return {"sha256": leaf_hash(digests, hash_function(1)), "sm3": leaf_hash(digests, hash_function(2))}


@example("tree")
def _tree(given: Given) -> dict[str, Any]:
    h, leaves = hash_function(given.number("suite")), [unhex(leaf) for leaf in given.words("leaves")]
    levels = tree_levels(leaves, h)
    assert [len(level) for level in levels] == [5, 3, 2, 1]
    paths = {f"path-{index}": path_from(levels, index) for index in range(len(leaves))}
    return {"node-01": levels[1][0], "node-23": levels[1][1], "node-0123": levels[2][0], "root": levels[3][0], **paths}


@example("path-lengths")
def _path_lengths(given: Given) -> dict[str, Any]:
    pairs = [pair.split("/") for pair in given.words("index/size")]
    return {"hashes": [path_length(int(index), int(size)) for index, size in pairs]}


@example("item-leaf")
def _item_leaf(given: Given) -> dict[str, Any]:
    salt, code = given.raw("salt"), given.text("code")
    return {"sha256": item_leaf(salt, code, hash_function(1)), "sm3": item_leaf(salt, code, hash_function(2))}


@example("check-code")
def _check_code(given: Given) -> dict[str, Any]:
    salt = given.raw("salt")
    digest = hash_function(1)(b"\x05" + salt)
    return {
        "digest": digest,
        "bits": int.from_bytes(digest[:8], "big") >> 4,
        "sha256": check_code(salt, hash_function(1)),
        "sm3": check_code(salt, hash_function(2)),
    }


@example("code-keys")
def _code_keys(given: Given) -> dict[str, Any]:
    codes = status_codes(given.words("codes"))
    return {"asked": codes} | {f"key-{i}": code_key(code) for i, code in enumerate(codes, start=1)}


@example("number")
def _number(given: Given) -> dict[str, Any]:
    return {"number": Number(given.text("prefix"), given.text("code"), given.number("seq"), given.number("index"))}


@example("scope")
def _scope(given: Given) -> dict[str, Any]:
    bits = scope_bits(given.text("class"), given.text("stage"))
    return {"uint64": bits.to_bytes(8, "big"), "decimal": bits}


@example("rlp")
def _rlp(given: Given) -> dict[str, Any]:
    assert given.text("index") == "0 1 127 128 256"
    return {"key": [index_key(int(index)) for index in given.words("index")], "empty-list": encode([])}


@example("events")
def _events(given: Given) -> dict[str, Any]:
    return {f"topic-{name}": keccak256(given.text(name).encode()) for name in ("Anchored", "ValidatorsChanged")}


@example("qbft")
def _qbft(given: Given) -> dict[str, Any]:
    found = parse_header(unhex(given.file("file")["headers"][0]["header_rlp"]))
    return {
        "number": found.number,
        "round": qbft.parse_extra(found).round,
        "block-hash": qbft.block_hash(found),
        "seal-digest": qbft.seal_digest(found),
        "signers": qbft.signers(found),
    }


@example("clique")
def _clique(given: Given) -> dict[str, Any]:
    found = [parse_header(unhex(header["header_rlp"])) for header in given.file("file")["headers"]]
    return {
        "numbers": [header.number for header in found],
        "block-hash": clique.block_hash(found[0]),
        "sealers": [clique.signer(header) for header in found],
    }


@example("slots")
def _slots(given: Given) -> dict[str, Any]:
    member, seq, index = given.text("member"), given.number("seq"), given.number("index")
    first, second = anchor_slots(member, seq)
    return {
        "anchor-root": first,
        "anchor-packed": second,
        "leaf-status": leaf_status_slot(member, seq, index),
        "batch-status": batch_status_slot(member, seq),
        "code-status": code_status_slot(code_key(given.text("code"))),
        "trie-key": keccak256(first),
    }


@example("packed-anchor")
def _packed_anchor(given: Given) -> dict[str, Any]:
    size, block, suite, scope = (given.number(name) for name in ("size", "block", "suite", "scope"))
    return {"word": (size | block << 48 | suite << 96 | scope << 104).to_bytes(32, "big")}


@example("packed-status")
def _packed_status(given: Given) -> dict[str, Any]:
    word = read_word(given.raw("word"), LEAF_STATUSES, (given.number("seq"), given.number("index")))
    return {
        "status": f"{word.status.value} {word.status.name.lower()}",
        "reason": word.reason,
        "time": word.time,
        "change": word.change,
        "next": word.successor,
    }


@example("set")
def _set(given: Given) -> dict[str, Any]:
    validators = tuple(unhex(address) for address in given.words("validators"))
    announced = ValidatorSet(given.number("epoch"), given.number("from-block"), validators, tuple(given.words("operators")))
    return {"slot-0": announced.commitment()}


@example("fingerprint")
def _fingerprint(given: Given) -> dict[str, Any]:
    raw = (ROOT / given.text("file")).read_bytes()
    bundle = load_bundle(raw)
    fixed = {name: value for name, value in json.loads(raw).items() if name not in ("head", "members")}
    fixed["sets"] = fixed["sets"][:1]
    return {
        "constant": hash_function(1)(canonical(fixed)),
        "epoch": bundle.sets[-1].epoch,
        "slot-0": bundle.sets[-1].commitment(),
        "fingerprint": bundle.fingerprint,
        "words": fingerprint_words(bundle.fingerprint),
    }


@example("certificate")
def _certificate(given: Given) -> dict[str, Any]:
    case, name = given.file("file"), given.file("bundle")["contracts"]["anchorLog"]
    file = read_file(case["file"].encode())
    made, nodes = file.certificate, NodeSet(file.certificate.evidence.nodes)
    header = parse_header(made.evidence.headers[0])
    receipt = prove_receipt(nodes, header, made.evidence.index)
    anchored = decode_anchored(pick_log(receipt, made.evidence.log))
    transaction = prove_transaction(nodes, header, made.evidence.index)
    digests = made.digests()
    assert file.staple is not None
    recent = parse_header(file.staple.headers[0])
    state = NodeSet(file.staple.nodes)
    log = account(state, recent.state_root, unhex(name))
    assert log is not None
    word = storage_word(state, log.storage_root, anchor_slots(anchored.member, anchored.seq)[1])
    assert shown(word) == example_lines("packed-anchor")["word"]  # the same words, packed by hand there and by the chain here
    bundle = load_bundle((ROOT / given.text("bundle")).read_bytes())
    report = verify(case["file"].encode(), bundle, now=case["now"], freshness_days=case["freshness"])
    return {
        "d-public": digests[0], "d-bureaus": digests[1], "d-submitter": digests[2],
        "leaf": leaf_hash(digests, hash_function(made.suite)),
        "block": header.number, "block-hash": qbft.block_hash(header),
        "receipts-root": header.receipts_root, "transactions-root": header.transactions_root,
        "log-member": anchored.member, "log-code": anchored.code, "log-seq": anchored.seq, "log-size": anchored.size,
        "log-scope": anchored.scope, "log-suite": anchored.suite, "log-root": anchored.root,
        "chain-id": transaction.chain_id, "transaction-hash": transaction.hash,
        "signers": qbft.signers(header), "number": made.number,
        "staple-block": recent.number, "staple-state-root": recent.state_root,
        "log-storage-root": log.storage_root, "head-word": word, "log-code-hash": log.code_hash,
        "verdict": report.verdict.label,
    }  # fmt: skip


@pytest.mark.parametrize(("name", "block"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_is_what_the_code_answers(name: str, block: str) -> None:
    given = Given(lines_of(block))
    answers = {word: shown(value) for word, value in CHECKS[name](given).items()}
    assert given.lines == {word: given.lines[word] for word in given.read} | answers
    assert not given.read & set(answers)


def test_every_check_has_its_example() -> None:
    assert sorted(CHECKS) == sorted(name for name, _ in EXAMPLES)


def codes_of(page: str) -> set[str]:
    """Everything in backticks that looks like a code: its first word is that of a known one."""
    first = {code.split(".")[0] for code in TEXTS}
    quoted = set(re.findall(r"`([a-z]+(?:\.[a-z-]+)+)`", page))
    return {code for code in quoted if code.split(".")[0] in first}


def test_the_page_names_every_code_and_no_unknown_one() -> None:
    named = codes_of(PAGE)
    assert named == set(TEXTS)


def test_every_code_stands_in_the_table_of_codes() -> None:
    table = PAGE.split("## 12. Codes", 1)[1].split("\n## ", 1)[0]
    assert codes_of(table) == set(TEXTS)


def rows_under(heading: str) -> list[list[str]]:
    section = PAGE.split(heading, 1)[1].split("\n## ", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
    return [row for row in rows if not set("".join(row)) <= set("-: ")][1:]


def test_the_verdicts_stand_worst_first_with_their_words_colours_and_exit_codes() -> None:
    stated = [(row[0].strip("`"), row[1], row[2], int(row[3])) for row in rows_under("## 10. Verdicts")]
    assert stated == [(verdict.label, verdict.zh, verdict.colour, verdict.exit_code) for verdict in Verdict]


def test_the_scope_table_is_the_codes_table() -> None:
    rows = rows_under("## 9. Scope table")
    stated = {(row[0], row[1].strip("`")): (int(row[2]), row[3]) for row in rows}
    classes = {("class", name): (bit, CLASS_NAMES_ZH[name]) for name, bit in CLASSES.items()}
    stages = {("stage", name): (bit, STAGE_NAMES_ZH[name]) for name, bit in STAGES.items()}
    assert stated == classes | stages


def test_every_limit_is_stated() -> None:
    for stated in ("256 KiB", "1 MiB", "2 MiB", "4 MiB", "10,000", "100,000", "65,536", "32,767", "34,560,000 s", "600 s"):
        assert stated in PAGE, stated

"""
The trust bundle (信任根文件): what a verifier pins before it believes anything (PROTOCOL.md §4, §6). Step 0.

Rules:
* validator sets come from voted announcements, each proven in a block where the set before it is in force and endorsed by that
  set; never from extraData;
* `head` proves, under the last set, that the Consortium's code and its slot 0 are what the bundle says;
* all headers of a bundle tell one history;
* a bundle that does not hold is never used: everything here raises `CannotCheck`, and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from certs import form
from certs.canonical import canonical, parse_canonical
from certs.certificate import Evidence, ProvenState, read_evidence, read_proven_state
from certs.chronology import Moment, check_history, moments
from certs.codes import is_uscc_form
from certs.consensus.endorsement import endorse
from certs.errors import CannotCheck, CertError, MalformedCertificate, VerificationError
from certs.evidence import check_all_used, pick_log, prove_receipt, prove_transaction, read_first_header
from certs.evm.header import Header, parse_header
from certs.evm.keccak import keccak256
from certs.evm.log import ValidatorsChanged, decode_validators_changed
from certs.evm.state import account, storage_word
from certs.evm.trie import NodeSet
from certs.limits import LIMITS
from certs.number import PREFIX
from certs.slots import CONSORTIUM_SET_SLOT, member_word

FORMAT = "shisu-trust/1"
_SYLLABLES = ("bdfghjklmnprstvz", "aiou")


@dataclass(frozen=True, slots=True)
class ValidatorSet:
    """One announced set: validators (20-byte addresses, ascending) and who operates each, in force from `from_block`."""

    epoch: int
    from_block: int
    validators: tuple[bytes, ...]
    operators: tuple[str, ...]

    def commitment(self) -> bytes:
        """keccak256(abi.encode(epoch, fromBlock, validators, operators)): Consortium's slot 0 (PROTOCOL.md §5)."""
        count = len(self.validators)
        heads = (self.epoch, self.from_block, 0x80, 0x80 + 32 * (1 + count))
        words = [value.to_bytes(32, "big") for value in heads]
        words += [count.to_bytes(32, "big"), *(address.rjust(32, b"\0") for address in self.validators)]
        words += [len(self.operators).to_bytes(32, "big"), *(member_word(uscc) for uscc in self.operators)]
        return keccak256(b"".join(words))

    def is_one_step_from(self, before: ValidatorSet) -> bool:
        """Whether at most one address came in and at most one went out (PROTOCOL.md §5, announce)."""
        ours, theirs = set(self.validators), set(before.validators)
        return len(ours - theirs) <= 1 and len(theirs - ours) <= 1


@dataclass(frozen=True, slots=True)
class Contracts:
    """The three contracts: addresses, code hashes in the order consortium, log, registry; `from_block` is when all stood."""

    from_block: int
    consortium: bytes
    anchor_log: bytes
    status_registry: bytes
    code_hashes: tuple[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that holds. `history` are the moments of its headers, `head` the last of them; `members` USCC → name."""

    network: str
    name: str
    prefix: str
    chain_id: int
    engine: str
    genesis_hash: bytes
    contracts: Contracts
    members: dict[str, str]
    sets: tuple[ValidatorSet, ...]
    head: Moment
    history: tuple[Moment, ...]
    fingerprint: bytes

    @property
    def is_development(self) -> bool:
        """Whether all keys lie on one machine: then no verdict proves anything."""
        return self.network == "development"

    def set_at(self, height: int) -> ValidatorSet:
        """The set in force at a height. Raises `CannotCheck` `bundle.height` below the first set or the contracts."""
        if height < max(self.sets[0].from_block, self.contracts.from_block):
            raise CannotCheck("bundle.height")
        return next(s for s in reversed(self.sets) if s.from_block <= height)

    def ever_validated(self, addresses: Sequence[bytes]) -> bool:
        """Whether any of the addresses was in a set of this bundle, ever."""
        return any(address in s.validators for s in self.sets for address in addresses)


def load_bundle(raw: bytes) -> Bundle:
    """Parses and verifies a bundle file. Raises `CannotCheck` (step 0) with the code of what does not hold."""
    try:
        value = parse_canonical(raw, max_bytes=LIMITS.bundle_bytes)
        bundle, evidence, head = _read(value)
        return _verified(bundle, evidence, head)
    except CannotCheck:
        raise
    except CertError as error:
        raise CannotCheck(error.code, error.field) from error


def fingerprint_words(fingerprint: bytes) -> str:
    """The fingerprint as pronounceable words, five letters for 16 bits (proquints, arXiv:0901.4016), to compare by voice."""
    consonants, vowels = _SYLLABLES
    words = []
    for at in range(0, len(fingerprint), 2):
        bits = int.from_bytes(fingerprint[at : at + 2], "big")
        letters = (
            consonants[bits >> 12],
            vowels[bits >> 10 & 3],
            consonants[bits >> 6 & 15],
            vowels[bits >> 4 & 3],
            consonants[bits & 15],
        )
        words.append("".join(letters))
    return "-".join(words)


def _read(value: Any) -> tuple[Bundle, list[Evidence], ProvenState]:
    names = ("format", "network", "name", "prefix", "chainId", "engine", "genesisHash", "contracts", "members", "sets", "head")
    fields = form.record(value, "", required=names)
    _check_word(fields["format"], "/format", FORMAT)
    prefix = form.text(fields["prefix"], "/prefix")
    if PREFIX.fullmatch(prefix) is None:
        raise MalformedCertificate("bundle.prefix", "/prefix")
    listed = form.array(fields["sets"], "/sets", least=1)
    sets = tuple(_read_set(item, f"/sets/{i}") for i, item in enumerate(listed))
    if listed[0]["evidence"] is not None:
        raise MalformedCertificate("bundle.set.evidence", "/sets/0/evidence")
    evidence = [read_evidence(item["evidence"], f"/sets/{i}/evidence") for i, item in enumerate(listed) if i]
    bundle = Bundle(
        network=_check_word(fields["network"], "/network", "development", "production"),
        name=form.printable(fields["name"], "/name"),
        prefix=prefix,
        chain_id=form.uint(fields["chainId"], "/chainId"),
        engine=_check_word(fields["engine"], "/engine", "qbft", "clique"),
        genesis_hash=form.hex_bytes(fields["genesisHash"], "/genesisHash", length=32),
        contracts=_read_contracts(fields["contracts"]),
        members=_read_members(fields["members"]),
        sets=sets,
        head=Moment(0, 0, b""),
        history=(),
        fingerprint=_fingerprint(fields, sets[-1]),
    )
    return bundle, evidence, read_proven_state(fields["head"], "/head")


def _check_word(value: Any, at: str, *allowed: str) -> str:
    if form.text(value, at) not in allowed:
        raise MalformedCertificate("bundle.word", at)
    return str(value)


def _read_contracts(value: Any) -> Contracts:
    names = ("fromBlock", "consortium", "anchorLog", "statusRegistry", "codeHashes")
    fields = form.record(value, "/contracts", required=names)
    consortium, log, registry = (form.hex_bytes(fields[name], f"/contracts/{name}", length=20) for name in names[1:4])
    hashes = form.array(fields["codeHashes"], "/contracts/codeHashes", least=3, most=3)
    first, second, third = (form.hex_bytes(item, f"/contracts/codeHashes/{i}", length=32) for i, item in enumerate(hashes))
    from_block = form.uint(fields["fromBlock"], "/contracts/fromBlock")
    return Contracts(from_block, consortium, log, registry, (first, second, third))


def _read_members(value: Any) -> dict[str, str]:
    members: dict[str, str] = {}
    for i, item in enumerate(form.array(value, "/members")):
        at = f"/members/{i}"
        fields = form.record(item, at, required=("uscc", "code", "name"))
        uscc, code = fields["uscc"], form.text(fields["code"], f"{at}/code")
        if not is_uscc_form(uscc) or uscc in members or PREFIX.fullmatch(code) is None:
            raise MalformedCertificate("bundle.member", at)
        members[uscc] = form.printable(fields["name"], f"{at}/name")
    return members


def _read_set(value: Any, at: str) -> ValidatorSet:
    fields = form.record(value, at, required=("epoch", "fromBlock", "validators", "operators", "evidence"))
    listed = form.array(fields["validators"], f"{at}/validators", least=1, most=64)
    operators = [
        form.text(item, f"{at}/operators/{i}") for i, item in enumerate(form.array(fields["operators"], f"{at}/operators"))
    ]
    announced = ValidatorSet(
        epoch=form.uint(fields["epoch"], f"{at}/epoch"),
        from_block=form.uint(fields["fromBlock"], f"{at}/fromBlock"),
        validators=tuple(form.hex_bytes(item, f"{at}/validators/{i}", length=20) for i, item in enumerate(listed)),
        operators=tuple(operators),
    )
    form.ascending(list(announced.validators), f"{at}/validators")
    if len(operators) != len(listed) or len(set(operators)) != len(operators) or not all(map(is_uscc_form, operators)):
        raise MalformedCertificate("bundle.set.operators", f"{at}/operators")
    return announced


def _fingerprint(fields: dict[str, Any], last: ValidatorSet) -> bytes:
    """What does not grow, hashed, with the newest set: two people compare it by voice or on paper."""
    fixed = {name: value for name, value in fields.items() if name not in ("head", "members")}
    fixed["sets"] = fields["sets"][:1]
    constant = hashlib.sha256(canonical(fixed)).digest()
    return hashlib.sha256(constant + last.epoch.to_bytes(8, "big") + last.commitment()).digest()


def _verified(bundle: Bundle, evidence: list[Evidence], head: ProvenState) -> Bundle:
    if bundle.sets[0].epoch != 0:
        raise VerificationError("bundle.set.epoch", "/sets/0/epoch")
    history: tuple[Moment, ...] = ()
    for i, ((before, after), package) in enumerate(zip(pairwise(bundle.sets), evidence, strict=True), start=1):
        history += _verify_announcement(bundle, before, after, package, f"/sets/{i}")
    headers = tuple(parse_header(raw) for raw in head.headers)
    history += moments(bundle.engine, headers)
    _verify_head(bundle, headers, NodeSet(head.nodes))
    check_history(history, history)
    newest = moments(bundle.engine, headers[:1])[0]
    return replace(bundle, head=newest, history=history)


def _verify_announcement(
    bundle: Bundle, before: ValidatorSet, after: ValidatorSet, package: Evidence, at: str
) -> tuple[Moment, ...]:
    """Set i+1 was announced by the Consortium in a block where set i is in force, and set i endorsed that block."""
    first = read_first_header(bundle.engine, package.headers[0])
    nodes = NodeSet(package.nodes)
    receipt = prove_receipt(nodes, first, package.index)
    log = pick_log(receipt, package.log)
    transaction = prove_transaction(nodes, first, package.index)
    check_all_used(nodes)
    if log.address != bundle.contracts.consortium:
        raise VerificationError("bundle.set.address", at)
    if transaction.type != receipt.type or {package.chain_id, transaction.chain_id} != {bundle.chain_id}:
        raise VerificationError("bundle.set.chain", at)
    announced = decode_validators_changed(log)
    stated = ValidatorsChanged(after.epoch, after.from_block, after.validators, after.operators)
    if (
        announced != stated
        or after.epoch != before.epoch + 1
        or after.from_block != first.number + 1
        or first.number < before.from_block
    ):
        raise VerificationError("bundle.set.announcement", at)
    if not after.is_one_step_from(before):
        raise VerificationError("bundle.set.step", at)
    headers: tuple[Header, ...] = (first, *(parse_header(raw) for raw in package.headers[1:]))
    endorse(bundle.engine, headers, before.validators)
    return moments(bundle.engine, headers)


def _verify_head(bundle: Bundle, headers: tuple[Header, ...], nodes: NodeSet) -> None:
    last = bundle.sets[-1]
    endorse(bundle.engine, headers, last.validators)
    if headers[0].number < max(last.from_block, bundle.contracts.from_block):
        raise VerificationError("bundle.head.height", "/head")
    consortium = account(nodes, headers[0].state_root, bundle.contracts.consortium)
    if consortium is None or consortium.code_hash != bundle.contracts.code_hashes[0]:
        raise VerificationError("bundle.head.code", "/head")
    if storage_word(nodes, consortium.storage_root, CONSORTIUM_SET_SLOT) != last.commitment():
        raise VerificationError("bundle.head.set", "/head")
    check_all_used(nodes)

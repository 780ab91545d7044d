"""
A consortium in memory, for tests of the verifier: keys, contracts' state, blocks, seals, evidence, staples and bundles.

It makes the bytes a real chain would hold with other people's libraries (`rlp`, `trie`, `eth_keys`), so the verifier is not
checked against itself. Everything is deterministic; a test changes one thing and asks for the verdict. Nothing here is a chain:
no transaction is executed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import rlp
from eth_hash.auto import keccak
from eth_keys import keys
from trie import HexaryTrie

from certs.assemble import assemble, file_of
from certs.canonical import canonical
from certs.codes import code_keys
from certs.merkle import path_from, tree_levels
from certs.number import Number
from certs.record import Record, Tier, leaf_hash
from certs.scope import scope_bits
from certs.slots import anchor_slots, batch_status_slot, code_status_slot, code_word, leaf_status_slot, member_word
from certs.suites import hash_function
from certs.trust import ValidatorSet

MEMBER, MEMBER_CODE = "11310000TE5TB0040K", "COM"
OTHER_MEMBER = "11310000TE5TB0067B"
SUBMITTER = "91310113TE5T00024G"
OPERATORS = (
    "11310000TE5TB00163", "11310000TE5TB0024X", "11310000TE5TB0032Q", "11310000TE5TB0040K",
    "11310000TE5TB0059G", "11310000TE5TB0067B", "11310000TE5TB00756",
)  # fmt: skip
LOT = "01/09521234100027/10/S20250602-07"
START = 1_760_000_000  # time of block 0, seconds
MIX_HASH = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")


def key(name: str) -> keys.PrivateKey:
    """A private key that depends on its name only."""
    return keys.PrivateKey(keccak(name.encode()))


def hexed(raw: bytes) -> str:
    return "0x" + raw.hex()


def record_of(text: str = "示例", *, suite: int = 1, **public: Any) -> Record:
    """A record of one small event; keyword arguments replace fields of the public body."""
    body = {
        "member": MEMBER, "submitter": SUBMITTER, "class": "livestock", "stage": "slaughter", "category": "pork",
        "type": "ObjectEvent",
        "time": "2025-06-02T01:40:00.000+08:00", "codes": [LOT], "context": ["https://example.cn/context"],
        "event": {"type": "ObjectEvent", "note": text, "ilmd": {"cn:carcassCount": 100}},
        **public,
    }  # fmt: skip
    salts = [hashlib.sha256(f"{text}{i}".encode()).digest() for i in range(3)]
    return Record(
        suite=suite,
        public=Tier(salts[0], body),
        bureaus=Tier(salts[1], {"event": {"bizTransactionList": [{"type": "cert"}], "ilmd": {"cn:earTagFirst": "1"}}}),
        submitter=Tier(salts[2], {"event": {"cn:vehiclePlate": "沪X00000"}, "sha256": "0x" + "11" * 32}),
    )


@dataclass(frozen=True)
class PartialRecord(Record):
    """A record with an absent tier (None), committed to as 32 zero bytes."""

    def digests(self) -> tuple[bytes, bytes, bytes]:
        h = hash_function(self.suite)
        first, second, third = (
            bytes(32) if tier is None else tier.digest(h) for tier in (self.public, self.bureaus, self.submitter)
        )
        return first, second, third


class ItemTree:
    """The tree of a record's serialised units (一物一码)."""

    def __init__(self, codes: Sequence[str], *, suite: int = 1) -> None:
        h = hash_function(suite)
        self.codes, self.salts = list(codes), [hashlib.sha256(code.encode()).digest() for code in codes]
        self.levels = tree_levels([h(b"\x03" + salt + code.encode()) for salt, code in zip(self.salts, codes, strict=True)], h)

    def stated(self) -> dict[str, Any]:
        """`items` of the public body."""
        return {"root": hexed(self.levels[-1][0]), "size": len(self.codes)}

    def proof(self, index: int) -> dict[str, Any]:
        """`item` of a file."""
        path = [hexed(node) for node in path_from(self.levels, index)]
        return {"code": self.codes[index], "salt": hexed(self.salts[index]), "index": index, "path": path}


@dataclass
class Block:
    """One made block: its raw sealed header and the tries it commits to."""

    number: int
    time: int
    raw: bytes
    hash: bytes
    transactions: HexaryTrie
    receipts: HexaryTrie
    state: dict[bytes, tuple[HexaryTrie, bytes]]  # address → (storage, code hash)
    accounts: HexaryTrie


@dataclass
class World:
    """One consortium. Change its fields between blocks to make it misbehave."""

    chain_id: int = 20231130
    names: Sequence[str] = tuple("abcdefg")  # validators' key names
    seals: int | None = None  # how many sign; default ⌈2N/3⌉
    log_address: bytes = keccak(b"AnchorLog")[:20]
    consortium: bytes = keccak(b"Consortium")[:20]
    registry: bytes = keccak(b"StatusRegistry")[:20]
    blocks: list[Block] = field(default_factory=list)
    announcements: list[Block] = field(default_factory=list)
    storage: dict[bytes, dict[bytes, int]] = field(default_factory=dict)
    sign: Callable[[list[keys.PrivateKey], bytes], list[bytes]] | None = None
    period: int = 1
    engine: str = "qbft"

    def __post_init__(self) -> None:
        self.sets = [self._set(0, 2)]
        self.storage = {
            self.consortium: {bytes(32): int.from_bytes(self.sets[0].commitment(), "big")},
            self.log_address: {},
            self.registry: {},
        }
        for _ in range(4):
            self.mine()

    def validators(self) -> list[keys.PrivateKey]:
        return sorted((key(name) for name in self.names), key=lambda k: k.public_key.to_canonical_address())

    def _set(self, epoch: int, from_block: int) -> ValidatorSet:
        addresses = tuple(k.public_key.to_canonical_address() for k in self.validators())
        return ValidatorSet(epoch, from_block, addresses, tuple(OPERATORS[: len(addresses)]))

    def code_hash(self, address: bytes) -> bytes:
        return keccak(b"code of " + address)

    # --- blocks

    def mine(self, transactions: Sequence[bytes] = (), receipts: Sequence[bytes] = (), *, time: int | None = None) -> Block:
        """Appends one block over the state as it is now, sealed by the validators."""
        number = len(self.blocks)
        time = time if time is not None else (self.blocks[-1].time + self.period if self.blocks else START)
        state = {address: (self._storage_trie(words), self.code_hash(address)) for address, words in self.storage.items()}
        accounts = HexaryTrie({}, prune=True)
        for address, (storage, code_hash) in state.items():
            accounts[keccak(address)] = rlp.encode([b"\x01", b"", storage.root_hash, code_hash])
        transaction_trie, receipt_trie = self._index_trie(transactions), self._index_trie(receipts)
        parent = self.blocks[-1].hash if self.blocks else bytes(32)
        raw, block_hash = self._seal(
            number, time, parent, (accounts.root_hash, transaction_trie.root_hash, receipt_trie.root_hash)
        )
        self.blocks.append(Block(number, time, raw, block_hash, transaction_trie, receipt_trie, state, accounts))
        return self.blocks[-1]

    def _seal(self, number: int, time: int, parent: bytes, roots: tuple[bytes, bytes, bytes]) -> tuple[bytes, bytes]:
        signers = self.validators()
        addresses = [k.public_key.to_canonical_address() for k in signers]

        def header(round_: bytes, seals: list[bytes]) -> bytes:
            if self.engine == "clique":
                extra = bytes(32) + b"".join(seals)
            else:
                extra = rlp.encode([bytes(32), addresses, [], round_, seals])
            empty_ommers = bytes.fromhex("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347")
            fields = [
                parent,
                empty_ommers,
                addresses[0],
                *roots,
                bytes(256),
                b"\x01",
                _int(number),
                _int(30_000_000),
                b"",
                _int(time),
                extra,
            ]
            return rlp.encode([*fields, MIX_HASH, bytes(8), b""])

        digest = keccak(header(b"", []))
        count = self.seals if self.seals is not None else -(-2 * len(signers) // 3)
        sign = self.sign or (lambda chosen, message: [k.sign_msg_hash(message).to_bytes() for k in chosen])
        if self.engine == "clique":  # the validators take turns, one a block; the hash covers the seal
            raw = header(b"", sign([signers[number % len(signers)]], digest))
            return raw, keccak(raw)
        return header(b"", sign(signers[:count], digest)), digest

    def _storage_trie(self, words: dict[bytes, int]) -> HexaryTrie:
        trie = HexaryTrie({}, prune=True)
        for slot, value in words.items():
            if value:
                trie[keccak(slot)] = rlp.encode(_int(value))
        return trie

    def _index_trie(self, values: Sequence[bytes]) -> HexaryTrie:
        trie = HexaryTrie({}, prune=True)
        for index, value in enumerate(values):
            trie[rlp.encode(index)] = value
        return trie

    # --- what the contracts would do

    def transaction(self, data: bytes = b"anchor", *, to: bytes | None = None) -> bytes:
        """A raw legacy transaction of this chain; its signature is not ours to check."""
        return rlp.encode(
            [b"", b"", _int(200_000), to or self.log_address, b"", data, _int(self.chain_id * 2 + 35), b"\x01", b"\x01"]
        )

    def receipt(self, logs: Sequence[Any]) -> bytes:
        return rlp.encode([b"\x01", _int(84_000), bytes(256), list(logs)])

    def anchored_log(
        self, *, seq: int, root: bytes, size: int, scope: int, suite: int, member: str = MEMBER, code: str = MEMBER_CODE
    ) -> list[Any]:
        topics = [keccak(b"Anchored(bytes32,uint64,bytes32,uint64,uint64,uint8,bytes8)"), member_word(member), _word(seq), root]
        data = _word(size) + _word(scope) + _word(suite) + code_word(code).ljust(32, b"\0")
        return [self.log_address, topics, data]

    def anchor_at(self, time: int, records: Sequence[Record], **log: Any) -> Anchor:
        """As `anchor`, in a block of a given time (seconds)."""
        usual, self.period = self.period, time - self.blocks[-1].time
        made = self.anchor(records, **log)
        self.period = usual
        return made

    def anchor(self, records: Sequence[Record], *, seq: int = 1, scope: int | None = None, **log: Any) -> Anchor:
        """Anchors a batch in a new block, with AnchorLog's two words set as the contract sets them."""
        suite = records[0].suite
        levels = tree_levels([r.leaf() for r in records], hash_function(suite))
        bits = scope if scope is not None else _scope(records)
        stated = {"seq": seq, "root": levels[-1][0], "size": len(records), "scope": bits, "suite": suite, **log}
        self.set_head(**{name: value for name, value in stated.items() if name != "code"})
        transaction, receipt = self.transaction(), self.receipt([self.anchored_log(**stated)])
        block = self.mine([transaction], [receipt])
        return Anchor(self, list(records), levels, stated, block, transaction)

    def set_head(
        self, *, seq: int, root: bytes, size: int, scope: int, suite: int, member: str = MEMBER, block: int | None = None
    ) -> None:
        """Writes AnchorLog's words of (member, seq) as of the next block."""
        first, second = anchor_slots(member, seq)
        number = len(self.blocks) if block is None else block
        self.storage[self.log_address][first] = int.from_bytes(root, "big")
        self.storage[self.log_address][second] = size | number << 48 | suite << 96 | scope << 104

    def set_status(
        self, slot: bytes, status: int, *, reason: int = 7, change: int = 1, following: tuple[int, int] = (0, 0)
    ) -> None:
        """Writes a StatusRegistry word."""
        time = self.blocks[-1].time
        self.storage[self.registry][slot] = (
            status | reason << 8 | time << 24 | change << 72 | following[0] << 136 | following[1] << 184
        )

    def change_validators(self, names: Sequence[str]) -> None:
        """Announces another set in a new block, as Consortium would; it is in force from the next block."""
        self_names, self.names = self.names, names
        announced = self._set(self.sets[-1].epoch + 1, len(self.blocks) + 1)
        self.names = self_names
        operators = b"".join(member_word(o) for o in announced.operators)
        addresses = b"".join(a.rjust(32, b"\0") for a in announced.validators)
        count = len(announced.validators)
        data = (
            _word(announced.from_block)
            + _word(0x60)
            + _word(0x80 + 32 * count)
            + _word(count)
            + addresses
            + _word(count)
            + operators
        )
        topics = [keccak(b"ValidatorsChanged(uint64,uint64,address[],bytes32[])"), _word(announced.epoch)]
        self.storage[self.consortium][bytes(32)] = int.from_bytes(announced.commitment(), "big")
        block = self.mine([self.transaction(to=self.consortium)], [self.receipt([[self.consortium, topics, data]])])
        self.sets.append(announced)
        self.names = names
        self.announcements.append(block)

    # --- files

    def run(self, block: Block) -> list[str]:
        """The headers that endorse a block: itself, and under clique those built on it until ⌈2N/3⌉ have signed."""
        count = 1 if self.engine == "qbft" else -(-2 * len(self.names) // 3)
        return [hexed(b.raw) for b in self.blocks[block.number :][:count]] if count > 1 else [hexed(block.raw)]

    def evidence(self, block: Block, *, index: int = 0, log: int = 0) -> dict[str, Any]:
        nodes = _proof(block.receipts, rlp.encode(index)) + _proof(block.transactions, rlp.encode(index))
        return {"chainId": self.chain_id, "headers": self.run(block), "index": index, "log": log, "nodes": _node_list(nodes)}

    def state_proof(self, block: Block, words: dict[bytes, Sequence[bytes]]) -> dict[str, Any]:
        """Headers and nodes proving, at `block`, the accounts named and the slots listed for each."""
        nodes: list[bytes] = []
        for address, slots in words.items():
            nodes += _proof(block.accounts, keccak(address))
            storage, _ = block.state[address]
            for slot in slots:
                nodes += _proof(storage, keccak(slot))
        return {"headers": self.run(block), "nodes": _node_list(nodes)}

    def bundle(self, *, network: str = "production", block: Block | None = None, **changes: Any) -> dict[str, Any]:
        """The bundle of this consortium with its head at `block` (default: the newest)."""
        packages = [None, *map(self.evidence, self.announcements)]
        return {
            "format": "shisu-trust/1", "network": network, "name": "测试联盟", "prefix": "SHFS", "chainId": self.chain_id,
            "engine": self.engine,
            "genesisHash": hexed(self.blocks[0].hash),
            "contracts": {
                "fromBlock": 3, "consortium": hexed(self.consortium), "anchorLog": hexed(self.log_address),
                "statusRegistry": hexed(self.registry),
                "codeHashes": [hexed(self.code_hash(a)) for a in (self.consortium, self.log_address, self.registry)],
            },
            "members": [{"uscc": MEMBER, "code": MEMBER_CODE, "name": "上海市商务委员会"}],
            "sets": [
                {"epoch": s.epoch, "fromBlock": s.from_block, "validators": [hexed(a) for a in s.validators],
                 "operators": list(s.operators), "evidence": package}
                for s, package in zip(self.sets, packages, strict=True)
            ],
            "head": self.state_proof(block or self.blocks[-1], {self.consortium: [bytes(32)]}),
            **changes,
        }  # fmt: skip


@dataclass
class Anchor:
    """One anchored batch of a world."""

    world: World
    records: list[Record]
    levels: list[list[bytes]]
    stated: dict[str, Any]
    block: Block
    transaction: bytes

    def slots_of_item(self, index: int, code: str) -> list[bytes]:
        """The slots a staple owes for a leaf with an item proof beside it."""
        return self.slots(index, [*self.records[index].public.body["codes"], code])

    def certificate(self, index: int = 0, *, shown: int = 1, **changes: Any) -> dict[str, Any]:
        """The certificate of one leaf with its first `shown` tiers disclosed."""
        record = self.records[index]
        h = hash_function(record.suite)
        tiers = [record.public, record.bureaus, record.submitter]
        number = str(Number("SHFS", self.stated.get("code", MEMBER_CODE), self.stated["seq"], index))
        made = assemble(
            number=number,
            suite=record.suite,
            index=index,
            path=path_from(self.levels, index),
            tiers={
                name: t if t is None or i < shown else t.digest(h)
                for i, (name, t) in enumerate(zip(("public", "bureaus", "submitter"), tiers, strict=True))
            },
            transaction_hash=keccak(self.transaction),
            evidence=self.world.evidence(self.block),
        )
        return made | changes

    def slots(self, index: int = 0, codes: Sequence[str] | None = None) -> list[bytes]:
        """The StatusRegistry slots a staple of this leaf owes."""
        member, seq = self.stated.get("member", MEMBER), self.stated["seq"]
        named = codes if codes is not None else self.records[index].public.body["codes"]
        return [leaf_status_slot(member, seq, index), batch_status_slot(member, seq), *map(code_status_slot, code_keys(named))]

    def staple(self, index: int = 0, *, block: Block | None = None, slots: Sequence[bytes] | None = None) -> dict[str, Any]:
        member, seq = self.stated.get("member", MEMBER), self.stated["seq"]
        words = {
            self.world.log_address: anchor_slots(member, seq),
            self.world.registry: self.slots(index) if slots is None else slots,
        }
        return self.world.state_proof(block or self.world.blocks[-1], words)

    def file(self, index: int = 0, *, staple: Any = None, item: Any = None, shown: int = 1, **changes: Any) -> bytes:
        """The bytes of a certificate file."""
        return canonical(file_of(self.certificate(index, shown=shown, **changes), staple=staple, item=item))


def _scope(records: Sequence[Record]) -> int:
    bits = 0
    for record in records:
        bits |= scope_bits(record.public.body["class"], record.public.body["stage"])
    return bits


def _proof(trie: HexaryTrie, trie_key: bytes) -> list[bytes]:
    return [rlp.encode(node) for node in trie.get_proof(trie_key)]


def _node_list(nodes: Sequence[bytes]) -> list[str]:
    # Nodes under 32 bytes travel inside their parent, or alone as a root; the walk below a hash never asks for them.
    return [hexed(node) for node in sorted({n for n in nodes if n != b"\x80"})]


def _int(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")


__all__ = [
    "LOT", "MEMBER", "START", "Anchor", "Block", "ItemTree", "PartialRecord", "World", "hexed", "key", "leaf_hash", "record_of",
]  # fmt: skip

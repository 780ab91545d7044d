"""Cases of the chain: receipt, transaction, endorsement, the log, and other chains (steps 5 to 8)."""

from __future__ import annotations

import json
from typing import Any

import rlp
from eth_hash.auto import keccak

from tests.vector_cases.scenes import (
    DAY,
    EXTRA_DATA,
    FIVE,
    LEAF,
    Vectors,
    bare_of_staple,
    extra_changed,
    made_by,
    main_scene,
    put,
    rewritten,
    scene,
    sealed_by,
    twin,
    with_staple,
)
from tests.world import OTHER_MEMBER, START, Anchor, World, hexed, record_of


def logged(receipt: bytes | None = None, transaction: bytes | None = None, *, world: World | None = None) -> bytes:
    """The file of the usual leaf over a block that holds this receipt and this transaction instead of the usual ones."""
    usual = scene(after=0)
    made = world or World(names=tuple("abcd"))
    made.set_head(**{name: value for name, value in usual.stated.items() if name != "code"})
    transaction = transaction or made.transaction()
    receipt = receipt or made.receipt([made.anchored_log(**usual.stated)])
    block = made.mine([transaction], [receipt])
    made.mine()
    return Anchor(made, usual.records, usual.levels, usual.stated, block, transaction).file(LEAF)


def receipt_step(v: Vectors) -> None:
    good, at = bare_of_staple(), "/certificate/evidence"
    world, stated = main_scene().world, main_scene().stated
    log = world.anchored_log(**stated)
    foreign = [keccak(b"another")[:20], *log[1:]]
    for name, desc, code, raw in (
        ("header-garbage", "A header that is no RLP.", "evm.rlp.short", put(good, f"{at}/headers/0", lambda h: h[:-2])),
        ("header-fields", "14 fields.", "evm.header.fields", put(good, f"{at}/headers/0", lambda h: rewritten(h, cut_short))),
        ("extra-data", "extraData of four items.", "evm.rlp.count", put(good, f"{at}/headers/0",
         extra_changed(lambda e: e.pop()))),
        ("receipts-root", "Another receipts root.", "evm.trie.missing",
         put(good, f"{at}/headers/0", lambda h: rewritten(h, lambda f: f.__setitem__(5, bytes(32))))),
        ("index", "There is no receipt 1.", "evidence.receipt.absent", put(good, f"{at}/index", 1)),
        ("log", "There is no log 1.", "evidence.log.absent", put(good, f"{at}/log", 1)),
        ("nodes-missing", "No nodes.", "evm.trie.missing", put(good, f"{at}/nodes", [])),
        ("failed", "The transaction failed.", "evm.receipt.failed", logged(rlp.encode([b"", b"\x01", bytes(256), [log]]))),
        ("pre-byzantium", "A state root where the status belongs.", "evm.receipt.pre-byzantium",
         logged(rlp.encode([bytes(32), b"\x01", bytes(256), [log]]))),
        ("other-event", "Another event of AnchorLog.", "evm.log.event",
         logged(world.receipt([[log[0], [bytes(32), *log[1][1:]], log[2]]]))),
        ("three-words", "A word of data is missing.", "evm.log.words", logged(world.receipt([[log[0], log[1], log[2][:-32]]]))),
        ("dirty-code", "The member code is not padded with zeros.", "evm.log.code",
         logged(world.receipt([[log[0], log[1], log[2][:-1] + b"\x01"]]))),
        ("stranger-log", "Another contract's log in our transaction.", "log.address", logged(world.receipt([foreign]))),
        ("stranger-event", "Another contract, another event: the address is asked first.", "log.address",
         logged(world.receipt([[foreign[0], [], b""]]))),
    ):  # fmt: skip
        v.case(f"forged-5-{name}", desc, f"FORGED 5 {code}", raw)


def cut_short(fields: list[Any]) -> None:
    """A header of 14 fields."""
    del fields[14:]


def transaction_step(v: Vectors) -> None:
    good, at = bare_of_staple(), "/certificate/evidence"
    world, stated = main_scene().world, main_scene().stated
    receipt = world.receipt([world.anchored_log(**stated)])
    fields = rlp.decode(world.transaction())
    elsewhere = rlp.encode([*fields[:3], keccak(b"another")[:20], *fields[4:]])
    unprotected = rlp.encode([*fields[:6], b"\x1b", *fields[7:]])
    for name, desc, code, raw in (
        ("chain-contradiction", "evidence.chainId is not what the transaction says.", "transaction.chain",
         put(good, f"{at}/chainId", 1)),
        ("hash", "Another transaction hash.", "transaction.hash", put(good, "/certificate/transactionHash", "0x" + "44" * 32)),
        ("target", "The transaction went elsewhere.", "transaction.target", logged(receipt, elsewhere)),
        ("unprotected", "A transaction without a chain id.", "evm.transaction.unprotected", logged(receipt, unprotected)),
        ("type", "A typed receipt over a legacy transaction.", "transaction.type", logged(b"\x02" + receipt)),
        ("unused-node", "A node no step uses.", "evidence.nodes.unused",
         put(good, f"{at}/nodes", lambda nodes: sorted([*nodes, "0x" + "c2" + "20" * 2]))),
        ("other-transactions-root", "Another transactions root.", "evm.trie.missing",
         put(good, f"{at}/headers/0", lambda h: rewritten(h, lambda f: f.__setitem__(4, bytes(32))))),
    ):  # fmt: skip
        v.case(f"forged-6-{name}", desc, f"FORGED 6 {code}", raw)


def endorsement_step(v: Vectors) -> None:
    good, header = bare_of_staple(), "/certificate/evidence/headers/0"
    main = main_scene()
    seals = rlp.decode(rlp.decode(bytes.fromhex(json.loads(good)["certificate"]["evidence"]["headers"][0][2:]))[EXTRA_DATA])[4]
    first = seals[0]

    def sealed(*given: Any) -> bytes:
        return put(good, header, extra_changed(lambda extra: extra.__setitem__(4, list(given))))

    for name, desc, code, raw in (
        ("two-of-four", "GoQuorum would accept two of four.", "endorsement.short", sealed(*seals[:2])),
        ("unsealed", "No seals.", "endorsement.short", sealed()),
        ("repeats", "One validator three times.", "endorsement.short", sealed(first, first, first)),
        ("twins", "High-s twins are one signer.", "endorsement.short", sealed(first, twin(first), seals[1], twin(seals[1]))),
        ("strangers", "Three strangers.", "endorsement.short", anchored_by("x", "y", "z")),
        ("seal-length", "A seal of 64 bytes.", "consensus.seal.length", sealed(*seals, first[:64])),
        ("seal-v", "v = 27.", "consensus.seal.v", sealed(*seals, first[:64] + b"\x1b")),
        ("seal-zero", "r = 0.", "consensus.seal.scalar", sealed(*seals, bytes(32) + first[32:])),
        ("changed-header", "The header says another gas limit than was sealed.", "endorsement.short",
         put(good, header, lambda h: rewritten(h, lambda f: f.__setitem__(9, b"\x01")))),
        ("two-headers", "QBFT takes exactly one header.", "endorsement.run",
         put(good, "/certificate/evidence/headers", lambda h: [h[0], hexed(main.world.blocks[5].raw)])),
        ("second-header-garbage", "A later header that is no RLP.", "evm.rlp.trailing",
         put(good, "/certificate/evidence/headers", lambda h: [h[0], "0x0000"])),
        ("round", "Sealed for round 0, said to be round 1.", "endorsement.short",
         put(good, header, extra_changed(lambda extra: extra.__setitem__(3, b"\x01")))),
    ):  # fmt: skip
        v.case(f"forged-7-{name}", desc, f"FORGED 7 {code}", raw)
    v.bundle("late", main.world.bundle(block=main.world.blocks[5]))
    later = scene(after=0, period=20)
    v.case("forged-7-time-order", "A lower block with a later time than the bundle's head.", "FORGED 7 header.time",
           later.file(LEAF), bundle="late")  # fmt: skip
    v.case(
        "cannot-check-7-rival",
        "Two endorsed blocks of one height.",
        "CANNOT CHECK 7 header.rival",
        rival().file(LEAF),
        bundle="late",
    )
    v.case("cannot-check-7-before-the-bundle", "The anchor lies below the bundle's first block.", "CANNOT CHECK 7 bundle.height",
           good, bundle=v.bundle("from-5", beginning_at(main, 5)))  # fmt: skip
    v.case("forged-7-false-seal-before-the-bundle", "A seal that is no signature is false at any height.",
           "FORGED 7 consensus.seal.length", sealed(*seals, first[:64]), bundle="from-5")  # fmt: skip
    old = World(names=tuple("abcd"), period=1)
    old.mine(time=START + 4)
    anchor = old.anchor_at(START + 3 + 400 * DAY + 1, FIVE)
    v.case("cannot-check-7-old-bundle", "A block more than 400 days after the bundle's head.", "CANNOT CHECK 7 bundle.old",
           anchor.file(LEAF), now=START + 401 * DAY)  # fmt: skip
    edge = World(names=tuple("abcd")).anchor_at(START + 3 + 400 * DAY, FIVE)
    v.case("valid-bundle-of-400-days", "Exactly 400 days are allowed.", "VALID - staple.active",
           with_staple(edge, staple=edge.staple(LEAF)), now=START + 401 * DAY)  # fmt: skip


def rival() -> Anchor:
    """Anchors in block 5 at the time of the main scene's block 5, sealed by the same validators."""
    world = World(names=tuple("abcd"))
    world.mine()
    return world.anchor(FIVE)


def beginning_at(anchor: Anchor, height: int) -> dict[str, Any]:
    """The main bundle with contracts that are said to stand from a later block on."""
    bundle = anchor.world.bundle(block=anchor.world.blocks[6])
    return {**bundle, "contracts": {**bundle["contracts"], "fromBlock": height}}


def anchored_by(*names: str) -> bytes:
    """A file whose anchor's block only these keys sealed."""
    world = World(names=tuple("abcd"))
    world.sign = sealed_by(*names)
    return world.anchor(FIVE).file(LEAF)


def log_step(v: Vectors) -> None:
    good = bare_of_staple()
    for name, desc, code, raw in (
        ("member", "Another member anchored it.", "record.member", scene(anchor={"member": OTHER_MEMBER}).file(LEAF)),
        ("suite", "Logged as SM3.", "record.suite", scene(anchor={"suite": 2}).file(LEAF)),
        ("number-seq", "The number of another batch.", "record.number", put(good, "/certificate/number", "SHFS-COM-2-2-A")),
        ("number-check", "A wrong check character.", "record.number", put(good, "/certificate/number", "SHFS-COM-1-2-A")),
        ("number-prefix", "Another consortium's prefix.", "record.number", put(good, "/certificate/number", "XX-COM-1-2-N")),
        ("number-text", "Not a number at all.", "record.number", put(good, "/certificate/number", "\u001b[2J")),
        ("number-code", "The log's code is another.", "record.number",
         put(scene(anchor={"code": "MKT"}).file(LEAF), "/certificate/number", "SHFS-COM-1-2-N")),
        ("class", "A class outside the anchored scope.", "record.scope", scene(anchor={"scope": 1 << 0 | 1 << 33}).file(LEAF)),
        ("stage", "A stage outside the anchored scope.", "record.scope", scene(anchor={"scope": 1 << 1 | 1 << 34}).file(LEAF)),
    ):  # fmt: skip
        v.case(f"forged-8-{name}", desc, f"FORGED 8 {code}", raw)
    for name in ("class", "stage"):
        unknown = scene([record_of("新", **{name: "unheard-of"})], anchor={"scope": 2**64 - 1})
        v.case(f"cannot-check-8-unknown-{name}", "A name this edition's table lacks.", f"CANNOT CHECK 8 scope.{name}.unknown",
               unknown.file(0))  # fmt: skip


def foreign(v: Vectors) -> None:
    other = scene(chain_id=1337)
    v.case("other-chain-same-validators", "Same validators, same contract address, another chain id.",
           "FOREIGN 6 transaction.chain.foreign", other.file(LEAF))  # fmt: skip
    v.case("other-chain-said-to-be-ours", "The same with evidence.chainId edited to ours.", "FORGED 6 transaction.chain",
           put(other.file(LEAF), "/certificate/evidence/chainId", 20231130))  # fmt: skip
    elsewhere = scene(chain_id=1337, log_address=keccak(b"other log")[:20])
    v.case("other-chain-other-contract", "Another chain and another AnchorLog.", "FOREIGN 5 log.address.foreign",
           elsewhere.file(LEAF))  # fmt: skip
    others = {"names": tuple("wxyz")}
    v.case("other-validators", "Same chain id and addresses, endorsed by a consortium of strangers.",
           "FOREIGN 7 endorsement.foreign", made_by(**others).file(LEAF))  # fmt: skip
    v.case("other-consortium", "Same chain id, other validators, other contracts.", "FOREIGN 5 log.address.foreign",
           made_by(**others, log_address=keccak(b"other log")[:20]).file(LEAF))  # fmt: skip
    v.case("other-validators-one-of-ours-listed", "One of the listed is ours: not another consortium.",
           "FORGED 7 endorsement.short",
           made_by(names=("w", "x", "y", "a"), sign=sealed_by("w", "x", "y")).file(LEAF))  # fmt: skip
    v.case("other-validators-one-of-ours-signed", "One of ours signed: not another consortium.", "FORGED 7 endorsement.short",
           made_by(**others, sign=sealed_by("w", "x", "y", "a")).file(LEAF))  # fmt: skip
    v.case("other-validators-too-few", "Fewer than two thirds of the strangers signed.", "FORGED 7 endorsement.short",
           made_by(**others, seals=2).file(LEAF))  # fmt: skip
    v.case("other-validators-below-the-bundle", "Strangers' blocks are foreign at any height.", "FOREIGN 7 endorsement.foreign",
           made_by(**others).file(LEAF), bundle="from-5")  # fmt: skip
    v.case("other-chain-and-tampered", "FORGED goes before FOREIGN.", "FORGED 4 merkle.root",
           put(other.file(LEAF), "/certificate/tiers/public/body/event/note", "x"))  # fmt: skip
    v.case("other-chain-and-late", "FOREIGN goes before CANNOT CHECK.", "FOREIGN 6 transaction.chain.foreign", other.file(LEAF),
           now=START - 3_600)  # fmt: skip

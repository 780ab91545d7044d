"""
Cases of an attacker who has real evidence: entries about something else (CVE-2022-36056, CVE-2026-22703), look-alike logs, seals
and headers moved about, RLP in other spellings (RELIABILITY.md §7 D, the shapes of issue 6).
"""

from __future__ import annotations

import json
from typing import Any

import rlp
from eth_hash.auto import keccak

from certs.canonical import canonical
from certs.merkle import tree_levels
from certs.suites import hash_function
from tests.vector_cases.chains import logged
from tests.vector_cases.scenes import (
    ACTIVE,
    CURVE,
    DAY,
    EXTRA_DATA,
    FIVE,
    LEAF,
    NUMBER_FIELD,
    Vectors,
    bare_of_staple,
    extra_changed,
    made_by,
    main_scene,
    marked,
    put,
    rewritten,
    scene,
    stapled,
    with_staple,
)
from tests.world import Anchor, World, hexed, key, record_of


def about_something_else(v: Vectors) -> None:
    """A proof that holds, of an event that is not this one (D7), or that belongs to another place (D6)."""
    good, other = bare_of_staple(), scene([record_of(f"别的{i}") for i in range(5)], anchor={"seq": 2})
    theirs = json.loads(other.file(LEAF))["certificate"]
    mine = json.loads(good)["certificate"]
    moved = {name: theirs[name] for name in ("evidence", "transactionHash")}
    neighbour = json.loads(main_scene().file(3))["certificate"]
    for name, desc, code, raw in (
        ("evidence-of-another-batch", "Evidence and hash of another batch: real, and about other events.", "4 merkle.root",
         canonical({"certificate": {**mine, **moved}})),
        ("evidence-and-place-of-another-batch", "The other batch's number and path; only the tiers are ours.", "4 merkle.root",
         canonical({"certificate": {**theirs, "tiers": mine["tiers"]}})),
        ("place-of-a-neighbour", "Index, path and number of the leaf beside it.", "4 merkle.root",
         canonical({"certificate": {**mine, **{name: neighbour[name] for name in ("index", "path", "number")}}})),
        ("staple-as-evidence", "The staple's header where the evidence's belongs.", "5 evidence.receipt.absent",
         headers_swapped(stapled(), "evidence")),
        ("evidence-as-staple", "The evidence's header where the staple's belongs.", "9 evm.trie.missing",
         headers_swapped(with_staple(marked((2, ACTIVE, {}))), "staple")),
        ("nodes-of-two-proofs", "The nodes of another batch's proof beside ours.", "6 evidence.nodes.unused",
         put(good, "/certificate/evidence/nodes", lambda nodes: sorted({*nodes, *theirs["evidence"]["nodes"]}))),
        ("nodes-of-the-staple", "The staple's nodes beside the evidence's.", "6 evidence.nodes.unused",
         put(stapled(), "/certificate/evidence/nodes",
             lambda nodes: sorted({*nodes, *json.loads(stapled())["staple"]["nodes"]}))),
        ("same-batch-anchored-twice", "One batch under seq 1 and 2: the number of one, the log of the other.", "8 record.number",
         put(scene(anchor={"seq": 2}).file(LEAF), "/certificate/number", mine["number"])),
        ("inner-node-as-leaf", "An inner node's path under the logged size.", "4 merkle.length",
         put(good, "/certificate/path", lambda path: path[1:])),
        ("log-of-a-doubled-batch", "The last two leaves twice: another root, so another log (CVE-2012-2459).", "4 merkle.length",
         put(doubled_batch().file(4), "/certificate/path", json.loads(main_scene().file(4))["certificate"]["path"])),
    ):  # fmt: skip
        v.case(f"forged-attack-{name}", desc, f"FORGED {code}", raw)
    v.case("valid-attack-doubled-batch", "A batch with two leaves twice is a batch of its own.", "VALID - staple.active",
           with_staple(doubled_batch(), 4))  # fmt: skip


def headers_swapped(raw: bytes, into: str) -> bytes:
    """The file with the header of evidence and staple exchanged, or only the one that `into` names replaced."""
    whole = json.loads(raw)
    evidence, staple = whole["certificate"]["evidence"], whole["staple"]
    if into == "evidence":
        evidence["headers"] = staple["headers"]
    else:
        staple["headers"] = evidence["headers"]
    return canonical(whole)


def doubled_batch() -> Anchor:
    return scene([*FIVE, *FIVE[3:]])


def logs_like_ours(v: Vectors) -> None:
    """Logs of other contracts, other events, other places of the receipt or block."""
    world, stated = main_scene().world, main_scene().stated
    address, topics, data = log = world.anchored_log(**stated)
    others = tree_levels([record_of(f"别的{i}").leaf() for i in range(5)], hash_function(1))[-1][0]
    another = world.anchored_log(**{**stated, "seq": 2, "root": others})
    near = bytes([address[0] ^ 1]) + address[1:]
    newer = keccak(b"AnchorLog v2")[:20]
    signature = keccak(b"Anchored(bytes32,uint64,bytes32,uint64,uint64,uint8,bytes32)")
    for name, desc, code, raw in (
        ("one-bit-beside-ours", "An address one bit beside our AnchorLog's.", "5 log.address",
         logged(world.receipt([[near, topics, data]]))),
        ("our-consortium", "Consortium, a contract of ours, emits what AnchorLog would.", "5 log.address",
         logged(world.receipt([[world.consortium, topics, data]]))),
        ("a-second-anchor-log", "A newer AnchorLog of the same chain, called directly: not the pinned one.", "5 log.address",
         logged(world.receipt([[newer, topics, data]]), world.transaction(to=newer))),
        ("event-of-one-other-type", "The same name with one type changed.", "5 evm.log.event",
         logged(world.receipt([[address, [signature, *topics[1:]], data]]))),
        ("anonymous", "The words without the event's signature.", "5 evm.log.event",
         logged(world.receipt([[address, topics[1:], data]]))),
        ("root-not-indexed", "The root among the data instead of the topics.", "5 evm.log.topics",
         logged(world.receipt([[address, topics[:3], topics[3] + data]]))),
        ("five-words", "A word of data too many.", "5 evm.log.words",
         logged(world.receipt([[address, topics, data + bytes(32)]]))),
        ("five-topics", "More topics than a log can have.", "5 evm.receipt.topics",
         logged(world.receipt([[address, [*topics, bytes(32)], data]]))),
        ("the-log-beside-it", "Log 0 of the receipt is another batch's; ours is log 1.", "4 merkle.root",
         logged(world.receipt([another, log]))),
        ("status-2", "A status that is neither success nor failure.", "5 evm.receipt.status",
         logged(rlp.encode([b"\x02", b"\x01", bytes(256), [log]]))),
        ("create", "A transaction that creates a contract.", "6 transaction.target",
         logged(None, with_field(rlp.decode(world.transaction()), 3, b""))),
    ):  # fmt: skip
        v.case(f"forged-attack-{name}", desc, f"FORGED {code}", raw)
    v.case("authentic-attack-log-1", "The same receipt, and log 1 is asked for.", "AUTHENTIC 9 staple.absent",
           put(logged(world.receipt([another, log])), "/certificate/evidence/log", 1))  # fmt: skip
    v.case("authentic-attack-transaction-1", "Ours is the second transaction of its block.", "AUTHENTIC 9 staple.absent",
           second_of_two(1))  # fmt: skip
    v.case("forged-attack-transaction-0", "The receipt and transaction beside it, whose log is another batch's.",
           "FORGED 4 merkle.root", second_of_two(0))  # fmt: skip


def second_of_two(index: int) -> bytes:
    """A block of two anchors, ours the second; the file's evidence is about transaction `index`."""
    usual, world = scene(after=0), World(names=tuple("abcd"))
    world.set_head(**usual.stated)
    root = tree_levels([record_of(f"别的{i}").leaf() for i in range(5)], hash_function(1))[-1][0]
    logs = [world.anchored_log(**{**usual.stated, "seq": 2, "root": root}), world.anchored_log(**usual.stated)]
    transactions = [world.transaction(b"one"), world.transaction(b"two")]
    block = world.mine(transactions, [world.receipt([log]) for log in logs])
    made = Anchor(world, usual.records, usual.levels, usual.stated, block, transactions[index])
    return put(made.file(LEAF), "/certificate/evidence", world.evidence(block, index=index))


def seals_moved_about(v: Vectors) -> None:
    """Seals of other rounds, blocks and sets, and seals that are no signatures (D11)."""
    good, header = bare_of_staple(), "/certificate/evidence/headers/0"
    seals = seals_of(main_scene().block.raw)
    first = seals[0]

    def replaced(*given: Any) -> bytes:
        return put(good, header, extra_changed(lambda extra: extra.__setitem__(4, list(given))))

    order, half = CURVE.to_bytes(32, "big"), (CURVE // 2 + 1).to_bytes(32, "big")
    retired = World(names=tuple("abcde"))
    retired.change_validators(tuple("abcd"))
    retired.mine()
    v.bundle("four-of-five", retired.bundle())
    for name, desc, code, raw, more in (
        ("two-rounds", "Two seals of round 0 and one of round 1.", "endorsement.short",
         replaced(*seals[:2], key("c").sign_msg_hash(digest_of_round(1)).to_bytes()), {}),
        ("another-block", "The seals of the block before.", "endorsement.short",
         replaced(*seals_of(main_scene().world.blocks[3].raw)), {}),
        ("v-28", "v = 28.", "consensus.seal.v", replaced(*seals[:2], seals[2][:64] + b"\x1c"), {}),
        ("v-flipped", "The other v: another address, a stranger's.", "endorsement.short",
         replaced(*seals[:2], seals[2][:64] + bytes([1 - seals[2][64]])), {}),
        ("r-n", "r = n.", "consensus.seal.scalar", replaced(*seals, order + first[32:]), {}),
        ("s-n", "s = n.", "consensus.seal.scalar", replaced(*seals, first[:32] + order + first[64:]), {}),
        ("s-zero", "s = 0.", "consensus.seal.scalar", replaced(*seals, first[:32] + bytes(32) + first[64:]), {}),
        ("r-off-the-curve", "r is the x of no point.", "consensus.seal.recover",
         replaced(*seals, (5).to_bytes(32, "big") + first[32:]), {}),
        ("seal-a-list", "A list where a seal belongs.", "consensus.seal.length", replaced(*seals, [first]), {}),
        ("retired-set", "A block of epoch 1 that too few of epoch 1 sealed.", "endorsement.short",
         sealed_after(retired, "e", "x", "a", "b"), {"bundle": "four-of-five"}),
    ):  # fmt: skip
        v.case(f"forged-attack-{name}", desc, f"FORGED 7 {code}", raw, **more)
    v.case("valid-attack-large-s", "A stranger's seal with s just over n/2 harms nothing.", "VALID - staple.active",
           with_seal(stapled(), first[:32] + half + first[64:]))  # fmt: skip
    v.case("valid-attack-doubled-seals", "Every seal twice, each once as its high-s twin, is the same three signers.",
           "VALID - staple.active", with_seal(stapled(), *map(twin_of, seals)))  # fmt: skip


def seals_of(raw: bytes) -> list[bytes]:
    """The seals of a qbft header."""
    return list(rlp.decode(rlp.decode(raw)[EXTRA_DATA])[4])


def digest_of_round(number: int) -> bytes:
    """What validators sign of the main scene's block in a later round."""
    fields = rlp.decode(main_scene().block.raw)
    extra = rlp.decode(fields[EXTRA_DATA])
    fields[EXTRA_DATA] = rlp.encode([*extra[:3], bytes([number]), []])
    return keccak(rlp.encode(fields))


def twin_of(seal: bytes) -> bytes:
    s = CURVE - int.from_bytes(seal[32:64], "big")
    return seal[:32] + s.to_bytes(32, "big") + bytes([1 - seal[64]])


def with_seal(raw: bytes, *more: bytes) -> bytes:
    """The file with seals added to its evidence's header."""
    return put(raw, "/certificate/evidence/headers/0", extra_changed(lambda extra: extra[4].extend(more)))


def sealed_after(world: World, *names: str) -> bytes:
    """A file of a batch in the world's next block, sealed by these keys."""
    world.sign = lambda _, digest: [key(name).sign_msg_hash(digest).to_bytes() for name in names]
    made = world.anchor(FIVE).file(LEAF)
    world.sign = None
    return made


def runs_of_clique(v: Vectors) -> None:
    """Headers of a run swapped, doubled, left out and added."""
    anchor = scene(engine="clique", after=4)
    v.bundle("clique", {**anchor.world.bundle(block=anchor.world.blocks[3])})
    run = anchor.world.run(anchor.block)
    more = hexed(anchor.world.blocks[anchor.block.number + len(run)].raw)
    v.case("authentic-attack-clique", "Three of four sealed one block each.", "AUTHENTIC 9 staple.absent", anchor.file(LEAF),
           bundle="clique")  # fmt: skip
    for name, desc, code, headers in (
        ("swapped", "The second and third header exchanged.", "endorsement.number", [run[0], run[2], run[1]]),
        ("doubled", "The first header twice.", "endorsement.number", [run[0], *run]),
        ("gap", "The middle header left out.", "endorsement.number", [run[0], run[2]]),
        ("short", "The last header left out.", "endorsement.short", run[:2]),
        ("surplus", "A header after the one that completes the count.", "endorsement.surplus", [*run, more]),
        ("other-parent", "A header whose parent is another block.", "endorsement.parent",
         [run[0], rewritten(run[1], lambda f: f.__setitem__(0, bytes(32))), run[2]]),
    ):  # fmt: skip
        v.case(f"forged-attack-clique-{name}", desc, f"FORGED 7 {code}",
               put(anchor.file(LEAF), "/certificate/evidence/headers", headers), bundle="clique")  # fmt: skip


def other_spellings_of_rlp(v: Vectors) -> None:
    """One header, and one receipt, in spellings that other decoders read as the same."""
    good, header = bare_of_staple(), "/certificate/evidence/headers/0"
    raw = main_scene().block.raw
    body = raw[3:]  # f9 and two bytes of length
    fields = rlp.decode(raw)
    deep = b"\xc0"
    for _ in range(70):
        deep = length_prefixed(deep)
    for name, code, spelling in (
        ("long-length", "evm.rlp.length", b"\xfa" + len(body).to_bytes(3, "big") + body),
        ("length-of-8-bytes", "evm.rlp.length", b"\xff" + len(body).to_bytes(8, "big") + body),
        ("length-of-2-64", "evm.rlp.short", b"\xff" + b"\xff" * 8 + body),
        ("trailing-byte", "evm.rlp.trailing", raw + b"\x80"),
        ("cut", "evm.rlp.short", raw[:-1]),
        ("deep", "evm.rlp.depth", deep),
        ("not-a-list", "evm.rlp.kind", rlp.encode(raw)),
        ("number-with-a-zero", "evm.rlp.integer", with_field(fields, NUMBER_FIELD, b"\x00\x04")),
        ("number-0", "evm.rlp.integer", with_field(fields, NUMBER_FIELD, b"\x00")),
        ("number-of-9-bytes", "evm.rlp.size", with_field(fields, NUMBER_FIELD, b"\x01" * 9)),
        ("a-field-more-than-32", "evm.header.fields", rlp.encode([*fields, *([b""] * 17)])),
        ("list-for-a-hash", "evm.rlp.kind", with_field(fields, 3, [])),
        ("extra-trailing", "evm.rlp.trailing", with_field(fields, EXTRA_DATA, fields[EXTRA_DATA] + b"\x00")),
        ("extra-deep", "evm.rlp.depth", with_field(fields, EXTRA_DATA, deep)),
    ):  # fmt: skip
        v.case(f"forged-attack-rlp-{name}", "A header in RLP of another spelling.", f"FORGED 5 {code}",
               put(good, header, hexed(spelling)))  # fmt: skip
    receipt = main_scene().world.receipt([main_scene().world.anchored_log(**main_scene().stated)])
    v.case("forged-attack-rlp-receipt", "A byte after the receipt, inside its leaf of the trie.", "FORGED 5 evm.rlp.trailing",
           logged(receipt + b"\x00"))  # fmt: skip
    v.case("forged-attack-rlp-transaction", "A byte after the transaction.", "FORGED 6 evm.rlp.trailing",
           logged(None, main_scene().world.transaction() + b"\x00"))  # fmt: skip


def length_prefixed(payload: bytes) -> bytes:
    """A list of one item, given as it is spelt."""
    if len(payload) <= 55:
        return bytes([0xC0 + len(payload)]) + payload
    return bytes([0xF8, len(payload)]) + payload


def with_field(fields: Any, at: int, value: Any) -> bytes:
    changed = list(fields)
    changed[at] = value
    return rlp.encode(changed)


def texts_that_look_alike(v: Vectors) -> None:
    """D4: what was signed is bytes; ids are ASCII, and nothing is normalised."""
    good, body = bare_of_staple(), "/certificate/tiers/public/body"
    for name, desc, code, at, value in (
        ("full-width-code", "Full-width digits in a code.", "MALFORMED 2 code.form", f"{body}/codes/0",
         "01/０９５２１２３４１０００２７/10/S20250602-07"),
        ("arabic-digits", "Arabic-Indic digits in a code.", "MALFORMED 2 code.form", f"{body}/codes/0", "01/" + "٠" * 14),
        ("cyrillic-uscc", "A Cyrillic Т in a USCC.", "MALFORMED 2 cert.uscc", f"{body}/member", "11310000ТE5TB0040K"),
        ("zero-width-uscc", "A zero-width space in a USCC.", "MALFORMED 2 cert.uscc", f"{body}/member",
         "11310000TE5TB0040\u200b"),
        ("full-width-time", "Full-width digits in a time.", "MALFORMED 2 time.form", f"{body}/time", "２０25-06-02T01:40:00Z"),
        ("leap-second", "A leap second.", "MALFORMED 2 time.form", f"{body}/time", "2016-12-31T23:59:60Z"),
        ("cyrillic-class", "A Cyrillic е in the class.", "FORGED 4 merkle.root", f"{body}/class", "livеstock"),
        ("rtl-number", "A right-to-left override in the number.", "FORGED 8 record.number", "/certificate/number",
         "SHFS-COM-1-2-\u202eN"),
        ("cyrillic-number", "A Cyrillic С in the number.", "FORGED 8 record.number", "/certificate/number", "SHFS-СOM-1-2-N"),
        ("lower-number", "The number in lower case.", "FORGED 8 record.number", "/certificate/number", "shfs-com-1-2-n"),
        ("rtl-event", "A right-to-left override added to the event.", "FORGED 4 merkle.root", f"{body}/event/note",
         "示例2\u202e"),
        ("zero-width-event", "A zero-width joiner put into the event.", "FORGED 4 merkle.root", f"{body}/event/note",
         "示\u200d例2"),
        ("full-width-event", "A digit made full-width.", "FORGED 4 merkle.root", f"{body}/event/note", "示例２"),
        ("variant-event", "A variation selector behind an ideograph.", "FORGED 4 merkle.root", f"{body}/category",
         "猪\ufe00"),
    ):  # fmt: skip
        v.case(f"{code.split()[0].lower()}-attack-{name}", desc, code, put(good, at, value))
    strange = "e\u0301 é \u202eabc\u202c \u200b\u200d ２ Ｆ а猪\ufe00 \U0001f9ec"
    v.case("valid-attack-signed-as-it-is", "The same oddities, anchored so: shown as signed, and true.", "VALID - staple.active",
           with_staple(scene([record_of(strange)]), 0))  # fmt: skip
    unknown = scene([record_of("类", **{"class": "livеstock"})], anchor={"scope": 2**64 - 1})
    v.case("cannot-check-attack-cyrillic-class", "A class with a Cyrillic е, anchored so: a name the table lacks.",
           "CANNOT CHECK 8 scope.class.unknown", unknown.file(0))  # fmt: skip


def clocks(v: Vectors) -> None:
    """D9, D13: a verifier's clock a year off, an issuer's a day off, a node that stands still."""
    main = main_scene()
    year = 365 * DAY
    for name, desc, want, now in (
        ("a-year-behind", "A verifier's clock a year behind decides nothing.", "CANNOT CHECK 10 time.clock", -year),
        ("a-year-ahead", "A year ahead, everything is old: no status, and nothing false.", "AUTHENTIC 9 staple.old", year),
    ):
        v.case(f"{want.split(' ')[0].lower()}-attack-{name}", desc, want, stapled(), now=main.block.time + now)
    for name, want, time in (
        ("day-ahead", "FORGED 10 time.event", "2025-10-10T08:53:24Z"),
        ("day-behind", "AUTHENTIC 9 staple.absent", "2025-10-08T08:53:24Z"),
        ("summer-time", "AUTHENTIC 9 staple.absent", "1988-07-01T12:00:00+09:00"),
    ):
        v.case(f"{want.split(' ')[0].lower()}-attack-issuer-{name}", "The issuer's clock is off, or keeps summer time.", want,
               scene([record_of("钟", time=time)]).file(0))  # fmt: skip
    v.case("recalled-attack-frozen-node", "A staple of a node that stood still a year ago: what it proves adverse holds.",
           "RECALLED 9 staple.adverse", recalled_long_ago(), now=main.block.time + year)  # fmt: skip


def recalled_long_ago() -> bytes:
    anchor = scene(after=1)
    anchor.world.set_status(anchor.slots(LEAF)[3], 5)
    anchor.world.mine()
    return with_staple(anchor)


def networks(v: Vectors) -> None:
    """D6: a test network's certificate under the production bundle, and the other way round."""
    main, testnet = main_scene(), made_by(names=tuple("tuvw"), chain_id=1337)
    testnet.world.mine()
    v.bundle("testnet", testnet.world.bundle(network="development", block=testnet.world.blocks[3]))
    v.case("foreign-attack-testnet", "A test network's certificate under the production bundle.",
           "FOREIGN 6 transaction.chain.foreign", with_staple(testnet))  # fmt: skip
    v.case("valid-attack-testnet", "The same under its own bundle, whose stamp says what it is worth.", "VALID - staple.active",
           with_staple(testnet), bundle="testnet")  # fmt: skip
    v.case("foreign-attack-production", "A production certificate under a test network's bundle.",
           "FOREIGN 6 transaction.chain.foreign", with_staple(main), bundle="testnet")  # fmt: skip
    relabelled = put(with_staple(testnet), "/certificate/evidence/chainId", main.world.chain_id)
    v.case("forged-attack-testnet-relabelled", "A test network's certificate with our chain id written in.",
           "FORGED 6 transaction.chain", relabelled)  # fmt: skip
    resigned = made_by(names=tuple("tuvw"))
    resigned.world.mine()
    v.case("foreign-attack-testnet-same-chain-id", "A test network that took our chain id and addresses, not our keys.",
           "FOREIGN 7 endorsement.foreign", with_staple(resigned))  # fmt: skip


GROUPS = (
    about_something_else, logs_like_ours, seals_moved_about, runs_of_clique, other_spellings_of_rlp, texts_that_look_alike,
    clocks, networks,
)  # fmt: skip

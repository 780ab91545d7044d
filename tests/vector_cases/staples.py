"""Cases of the staple: every row of the table of PROTOCOL.md §6 (step 9)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rlp
from eth_hash.auto import keccak

from certs.canonical import canonical
from certs.slots import anchor_slots
from tests.vector_cases.scenes import (
    ACTIVE,
    DAY,
    EXTRA_DATA,
    FIVE,
    LEAF,
    RECALLED,
    REVOKED,
    SUPERSEDED,
    SUSPENDED,
    Vectors,
    extra_changed,
    main_scene,
    marked,
    put,
    scene,
    stapled,
    with_staple,
    without,
)
from tests.world import LOT, MEMBER, START, Anchor, ItemTree, World, record_of


def unanswering(*words: tuple[int, int, dict[str, Any]], items: bool = False) -> bytes:
    """A staple that leaves the last code key unanswered, in a registry full enough for that."""
    if items:
        units = ItemTree([f"{LOT}/21/S{i}" for i in range(6)])
        anchor = scene([record_of("一物一码", items=units.stated())], after=0)
        for i in range(40):
            anchor.world.set_status(hashlib.sha256(bytes([i])).digest(), ACTIVE)
        anchor.world.mine()
        return anchor.file(0, staple=anchor.staple(0), item=units.proof(3))
    anchor = marked(*words, filler=40)
    return with_staple(anchor, staple=anchor.staple(LEAF, slots=anchor.slots(LEAF)[:3]))


def statuses(v: Vectors) -> None:
    lifted = marked((0, ACTIVE, {}), (3, ACTIVE, {"change": 2}))
    v.case("valid-lifted", "Statuses set and lifted again are active.", "VALID - staple.active", with_staple(lifted))
    following = {"following": (1, 4)}
    for name, desc, verdict, words in (
        ("suspended-leaf", "The leaf is suspended.", "SUSPENDED", [(0, SUSPENDED, {})]),
        ("suspended-batch", "The batch is suspended.", "SUSPENDED", [(1, SUSPENDED, {})]),
        ("suspended-code", "The product is suspended.", "SUSPENDED", [(2, SUSPENDED, {})]),
        ("superseded", "Replaced by leaf 4 of the same batch.", "SUPERSEDED", [(0, SUPERSEDED, following)]),
        ("revoked-leaf", "The leaf is revoked.", "REVOKED", [(0, REVOKED, {})]),
        ("revoked-batch", "The batch is revoked.", "REVOKED", [(1, REVOKED, {})]),
        ("recalled-lot", "The lot is recalled.", "RECALLED", [(3, RECALLED, {})]),
        ("recalled-product", "The whole product is recalled.", "RECALLED", [(2, RECALLED, {})]),
        ("worst-recalled", "Replaced, batch suspended, product recalled: the worst counts.", "RECALLED",
         [(0, SUPERSEDED, following), (1, SUSPENDED, {}), (2, RECALLED, {})]),
        ("worst-revoked", "Batch revoked over a replaced leaf.", "REVOKED", [(0, SUPERSEDED, following), (1, REVOKED, {})]),
        ("worst-suspended", "Batch suspended over a replaced leaf.", "SUSPENDED",
         [(0, SUPERSEDED, following), (1, SUSPENDED, {})]),
    ):  # fmt: skip
        v.case(f"status-{name}", desc, f"{verdict} 9 staple.adverse", with_staple(marked(*words)))
    recalled = with_staple(marked((3, RECALLED, {})))
    v.case(
        "status-adverse-old", "An adverse status holds however old.", "RECALLED 9 staple.adverse", recalled, now=START + 300 * DAY
    )
    v.case("status-adverse-ahead", "A clock that is behind takes nothing from an adverse status but step 10's own.",
           "RECALLED 9 staple.adverse", late_recall(), now=START + 60)  # fmt: skip
    v.case("status-adverse-unanswered", "An adverse status holds whatever else is unanswered.", "SUSPENDED 9 staple.adverse",
           unanswering((1, SUSPENDED, {})))  # fmt: skip


def late_recall() -> bytes:
    """A recall proven by a block an hour after the anchor's."""
    anchor = scene(after=0)
    anchor.world.set_status(anchor.slots(LEAF)[2], RECALLED)
    anchor.world.mine(time=START + 3_600)
    return with_staple(anchor)


def staple_unanswered(v: Vectors) -> None:
    main = main_scene()
    v.case("authentic-9-no-staple", "No staple.", "AUTHENTIC 9 staple.absent", main.file(LEAF))
    v.case("authentic-9-bare", "A bare certificate object.", "AUTHENTIC 9 staple.absent", canonical(main.certificate(LEAF)))
    v.case(
        "authentic-9-one-second-too-old", "7 days and one second.", "AUTHENTIC 9 staple.old", stapled(), now=START + 7 + 7 * DAY
    )
    v.case("authentic-9-freshness-0", "Freshness is an input.", "AUTHENTIC 9 staple.old", stapled(), freshness=0)
    v.case("authentic-9-unanswered", "One code key is not answered.", "AUTHENTIC 9 staple.unanswered", unanswering())
    v.case("authentic-9-item-unanswered", "The staple answers the record's codes, not the unit's.",
           "AUTHENTIC 9 staple.unanswered",
           unanswering(items=True))  # fmt: skip
    grown = scene()
    staple = grown.staple(LEAF)
    grown.world.change_validators("bcde")
    grown.world.mine()
    v.bundle("grown", grown.world.bundle())
    v.case("valid-earlier-epoch", "Anchored under set 0, stapled under set 1.", "VALID - staple.active",
           with_staple(grown), bundle="grown")  # fmt: skip
    v.case(
        "authentic-9-earlier-epoch",
        "Anchored under set 0, no staple.",
        "AUTHENTIC 9 staple.absent",
        grown.file(LEAF),
        bundle="grown",
    )
    v.case("authentic-9-retired-set", "A staple from before the last set: as if absent.", "AUTHENTIC 9 staple.retired",
           with_staple(grown, staple=staple), bundle="grown")  # fmt: skip
    v.case("authentic-9-retired-set-tampered", "Nothing else of it is looked at.", "AUTHENTIC 9 staple.retired",
           put(with_staple(grown, staple=staple), "/staple/nodes", ["0x00"]), bundle="grown")  # fmt: skip
    v.case("forged-9-retired-keys", "A staple at a height of set 1, sealed by set 0.", "FORGED 9 endorsement.short",
           with_staple(grown, staple=retired_keys(grown)), bundle="grown")  # fmt: skip
    v.case("cannot-check-9-clock", "The staple is more than 600 s ahead of the clock.", "CANNOT CHECK 9 time.clock",
           clock_ahead(), now=START + 60)  # fmt: skip
    v.case("cannot-check-9-head-ahead", "So is the bundle's head.", "CANNOT CHECK 9 time.clock", stapled(), now=START + 60,
           bundle=v.bundle("ahead", clock_scene().world.bundle()))  # fmt: skip


def clock_scene() -> Anchor:
    """The main scene's anchor, and a block an hour later."""
    anchor = scene(after=2)
    anchor.world.mine(time=START + 3_600)
    return anchor


def clock_ahead() -> bytes:
    """A staple an hour after the anchor."""
    return with_staple(clock_scene())


def retired_keys(grown: Anchor) -> dict[str, Any]:
    """A staple under the old validators at the height of the newest block."""
    world = World(names=tuple("abcd"))
    world.blocks = world.blocks[:1]
    while len(world.blocks) < len(grown.world.blocks) - 1:
        world.blocks.append(grown.world.blocks[len(world.blocks)])
    world.storage = grown.world.storage
    return grown.staple(LEAF, block=world.mine())


def staple_false(v: Vectors) -> None:
    good, main = stapled(), main_scene()
    nodes = json.loads(good)["staple"]["nodes"]
    sealed = rlp.decode(rlp.decode(main.world.blocks[6].raw)[EXTRA_DATA])[4]
    for name, desc, code, raw in (
        ("header-garbage", "A header that is no RLP.", "evm.rlp.short", put(good, "/staple/headers/0", lambda h: h[:-2])),
        ("extra-data", "extraData of four items.", "evm.rlp.count", put(good, "/staple/headers/0",
         extra_changed(lambda e: e.pop()))),
        ("short", "Two of four seals.", "endorsement.short",
         put(good, "/staple/headers/0", extra_changed(lambda e: e.__setitem__(4, sealed[:2])))),
        ("below-the-anchor", "Its block is before the anchor's.", "staple.height",
         main.file(LEAF, staple=main.staple(LEAF, block=main.world.blocks[3]))),
        ("time-order", "A later block with an earlier time than the anchor's.", "header.time", backwards()),
        ("unused-node", "A node no walk uses.", "staple.nodes.unused", put(good, "/staple/nodes",
         lambda n: sorted([*n, "0xc22020"]))),
        ("nodes-missing", "No nodes.", "evm.trie.missing", put(good, "/staple/nodes", [])),
        ("anchor-absent", "The head is not set.", "staple.anchor.absent", rewound(None)),
        ("root-differs", "Another root at this place.", "staple.anchor.differs", rewound({"root": b"\x55" * 32})),
        ("size-differs", "Another size.", "staple.anchor.differs", rewound({"size": 6})),
        ("other-log-code", "AnchorLog has other code.", "staple.anchor.account", recoded("log_address")),
        ("other-registry-code", "StatusRegistry has other code.", "staple.registry.account", recoded("registry")),
        ("registry-missing", "StatusRegistry's account is not proven.", "evm.trie.missing", registry_unproven()),
    ):  # fmt: skip
        v.case(f"forged-9-{name}", desc, f"FORGED 9 {code}", raw)
    for i in (0, len(nodes) - 1):
        v.case(f"forged-9-node-{i}-missing", "A node of an account or a head word is missing.", "FORGED 9 evm.trie.missing",
               without(good, f"/staple/nodes/{i}"))  # fmt: skip


def staple_undecided(v: Vectors) -> None:
    main = main_scene()
    v.case("cannot-check-9-rival", "The staple's block and the bundle's head are two endorsed blocks of one height.",
           "CANNOT CHECK 9 header.rival", main.file(LEAF, staple=rival_staple()), bundle="late")  # fmt: skip
    v.case("cannot-check-9-edition", "Re-included in another block: a newer edition exists.", "CANNOT CHECK 9 staple.edition",
           rewound({"block": 5}))  # fmt: skip
    over = World(names=tuple("abcd")).anchor(FIVE)
    over.world.mine(time=START + 3 + 400 * DAY + 1)
    v.case("cannot-check-9-old-bundle", "A staple more than 400 days after the bundle's head.", "CANNOT CHECK 9 bundle.old",
           with_staple(over), now=START + 401 * DAY)  # fmt: skip
    for name, desc, words in (
        ("status-6", "No such status.", [(0, 6, {})]),
        ("recalled-leaf", "A leaf cannot be recalled.", [(0, RECALLED, {})]),
        ("successor-backwards", "Replaced by an earlier leaf.", [(0, SUPERSEDED, {"following": (1, 1)})]),
        ("change-0", "The registry counts changes from 1.", [(0, SUSPENDED, {"change": 0})]),
        ("beside-adverse", "Out of range beside a recall: asked first.", [(0, 6, {}), (2, RECALLED, {})]),
    ):  # fmt: skip
        v.case(f"cannot-check-9-word-{name}", desc, "CANNOT CHECK 9 staple.word", with_staple(marked(*words)))
    v.case("cannot-check-9-edition-before-word", "A newer edition is said before an odd word.", "CANNOT CHECK 9 staple.edition",
           rewound({"block": 5}, status=6))  # fmt: skip
    v.case("forged-9-root-before-edition", "Another root and another block: false goes first.", "FORGED 9 staple.anchor.differs",
           rewound({"block": 5, "root": b"\x55" * 32}))  # fmt: skip


def backwards() -> bytes:
    """A staple whose time lies before the anchor's."""
    anchor = scene(after=0)
    anchor.world.mine(time=anchor.block.time - 1)
    return with_staple(anchor)


def rewound(head: dict[str, Any] | None, *, status: int | None = None) -> bytes:
    """A staple over a state whose head words are changed or, for None, gone."""
    anchor = scene(after=0)
    words = anchor.world.storage[anchor.world.log_address]
    if head is None:
        words.clear()
        words[bytes(32)] = 1
    else:
        stated = {name: value for name, value in anchor.stated.items() if name != "code"}
        anchor.world.set_head(**{**stated, "block": anchor.block.number, **head})
    if status is not None:
        anchor.world.set_status(anchor.slots(LEAF)[0], status)
    anchor.world.mine()
    return with_staple(anchor)


def recoded(which: str) -> bytes:
    """A staple over a state where one contract has other code."""
    anchor = scene(after=0)
    address, usual = getattr(anchor.world, which), anchor.world.code_hash
    anchor.world.code_hash = lambda a: keccak(b"other") if a == address else usual(a)  # type: ignore[method-assign]
    anchor.world.mine()
    return with_staple(anchor)


def registry_unproven() -> bytes:
    """A staple that proves AnchorLog's account and words alone, in a state of many accounts."""
    anchor = scene(after=0)
    for i in range(40):
        anchor.world.storage[keccak(bytes([i]))[:20]] = {}
    words = {anchor.world.log_address: anchor_slots(MEMBER, anchor.stated["seq"])}
    return with_staple(anchor, staple=anchor.world.state_proof(anchor.world.mine(), words))


def rival_staple() -> dict[str, Any]:
    """A state proof at block 5 of a history whose block 5 differs from the main scene's, its block 4 does not."""
    anchor = scene(after=0)
    anchor.world.set_status(hashlib.sha256(b"x").digest(), ACTIVE)
    anchor.world.mine()
    return anchor.staple(LEAF)

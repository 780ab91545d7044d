"""Cases of time (step 10), of the bundle (step 0), and of which verdict goes before which."""

from __future__ import annotations

from tests.vector_cases.scenes import (
    LEAF,
    RECALLED,
    Vectors,
    made_by,
    main_scene,
    marked,
    of_form_only,
    put,
    scene,
    stapled,
    with_staple,
)
from tests.world import START, record_of


def time_step(v: Vectors) -> None:
    late = scene([record_of("晚", time="2025-10-09T09:03:25Z")])
    v.case("forged-10-event-after-block", "An event 601 s after its block.", "FORGED 10 time.event", late.file(0))
    v.case("cannot-check-10-clock", "The block is 601 s ahead of the clock.", "CANNOT CHECK 10 time.clock",
           main_scene().file(LEAF), now=START + 4 - 601)  # fmt: skip
    v.case("cannot-check-before-status", "CANNOT CHECK goes before a status.", "CANNOT CHECK 10 time.clock",
           with_staple(marked((3, RECALLED, {}))), now=START + 4 - 601)  # fmt: skip
    v.case("forged-before-cannot-check", "FORGED goes before CANNOT CHECK.", "FORGED 4 merkle.index",
           put(stapled(), "/certificate/index", 5), now=START - 3_600)  # fmt: skip
    v.case("forged-before-status", "FORGED goes before a recall.", "FORGED 8 record.number",
           put(with_staple(marked((3, RECALLED, {}))), "/certificate/number", "SHFS-COM-1-2-A"))  # fmt: skip
    v.case("forged-first-step", "Of two false steps the first is said.", "FORGED 4 merkle.root",
           put(put(stapled(), "/certificate/number", "x"), "/certificate/tiers/public/body/event/note", "x"))  # fmt: skip


def bundle_step(v: Vectors) -> None:
    world = main_scene().world
    good = world.bundle(block=world.blocks[3])
    for name, desc, code, value in (
        ("garbage", "The bundle is no JSON.", "json.syntax", b"{"),
        ("format", "Another format.", "bundle.word", {**good, "format": "shisu-trust/2"}),
        ("network", "A network of neither kind.", "bundle.word", {**good, "network": "test"}),
        ("prefix", "A prefix in lower case.", "bundle.prefix", {**good, "prefix": "shfs"}),
        ("head-of-others", "The head is sealed by strangers.", "endorsement.short",
         {**good, "head": made_by(names="wxyz").world.bundle()["head"]}),
        ("set-swapped", "The validators are not those the contract commits to.", "endorsement.short",
         {**good, "sets": made_by(names="wxyz").world.bundle()["sets"]}),
    ):  # fmt: skip
        bundle = v.bundle(f"bad-{name}", value)
        v.case(f"cannot-check-0-{name}", desc, f"CANNOT CHECK 0 {code}", of_form_only(), bundle=bundle)
    v.case("forged-3-bad-bundle", "With a bundle that fails, steps 1 to 3 are run.", "FORGED 3 tiers.overlap",
           bytes_of_overlap(), bundle="bad-garbage")  # fmt: skip
    v.case("malformed-2-bad-bundle", "MALFORMED is said before the bundle.", "MALFORMED 2 form.type", b"[]", bundle="bad-garbage")
    v.case("cannot-check-0-tampered", "With a bundle that fails, step 4 is not run.", "CANNOT CHECK 0 json.syntax",
           put(of_form_only(), "/certificate/index", 5), bundle="bad-garbage")  # fmt: skip


def bytes_of_overlap() -> bytes:
    """A file with an overlap in ilmd."""
    twice = record_of("重", event={"type": "ObjectEvent", "ilmd": {"cn:earTagFirst": "1"}})
    return scene([twice]).file(0, shown=2)

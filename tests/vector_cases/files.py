"""Cases of the file itself: what holds, items, steps 1 to 4."""

from __future__ import annotations

import json

from tests.vector_cases.scenes import (
    DAY,
    FIVE,
    GTIN,
    LEAF,
    Vectors,
    bare_of_staple,
    main_scene,
    of_form_only,
    put,
    scene,
    sealed_by,
    stapled,
    with_staple,
    without,
)
from tests.world import LOT, START, ItemTree, PartialRecord, record_of


def valid(v: Vectors) -> None:
    main = main_scene()
    v.case("valid-public", "The public rendering, stapled.", "VALID - staple.active", stapled())
    v.case("valid-bureaus", "Two tiers disclosed.", "VALID - staple.active", with_staple(main, shown=2))
    v.case("valid-submitter", "All tiers disclosed.", "VALID - staple.active", with_staple(main, shown=3))
    v.case("valid-last-leaf", "An odd leaf is promoted: its path is short.", "VALID - staple.active", with_staple(main, 4))
    alone = scene([FIVE[0]])
    v.case("valid-only-leaf", "A batch of one: the path is empty.", "VALID - staple.active", with_staple(alone, 0))
    thin = PartialRecord(1, FIVE[0].public, None, FIVE[0].submitter)  # type: ignore[arg-type]
    v.case(
        "valid-absent-tier", "An absent tier before a shown one.", "VALID - staple.active", with_staple(scene([thin]), 0, shown=3)
    )
    sm3 = scene([record_of(f"国密{i}", suite=2) for i in range(3)])
    v.case("valid-sm3", "Suite 2.", "VALID - staple.active", with_staple(sm3))
    pallet = scene([record_of("托盘", codes=["00/106141412345678908", GTIN, f"{GTIN}/21/A%2FB"], documents=["检疫票"])])
    v.case("valid-codes", "An SSCC, a GTIN and a serial with an encoded slash.", "VALID - staple.active", with_staple(pallet, 0))
    v.case("valid-freshness-boundary", "A staple exactly 7 days old is fresh.", "VALID - staple.active", stapled(),
           now=START + 6 + 7 * DAY)  # fmt: skip
    v.case("valid-clock-600-behind", "The verifier's clock is 600 s behind the block: allowed.", "VALID - staple.active",
           stapled(),
           now=START + 6 - 600)  # fmt: skip
    v.case("valid-event-600-later", "An event time 600 s after its block is allowed.", "VALID - staple.active",
           with_staple(scene([record_of("早", time="2025-10-09T09:03:24.999Z")]), 0))  # fmt: skip
    v.case("valid-development", "A development bundle: the verdict is the same, the stamp is the report's.",
           "VALID - staple.active",
           stapled(), bundle=v.bundle("development", main.world.bundle(network="development",
           block=main.world.blocks[3])))  # fmt: skip
    strangers = scene(sign=sealed_by("a", "x", "b", "b", "c"))
    v.case("valid-stranger-among-seals", "A stranger's seal and a repeat are neither errors nor counted.",
           "VALID - staple.active",
           with_staple(strangers), bundle="strangers")  # fmt: skip
    v.bundle("strangers", strangers.world.bundle(block=strangers.world.blocks[3]))


def items(v: Vectors) -> None:
    units = ItemTree([f"{LOT}/21/S{i}" for i in range(6)])
    anchor = scene([record_of("一物一码", items=units.stated())])
    proof = units.proof(3)
    staple = anchor.staple(0, slots=anchor.slots_of_item(0, proof["code"]))
    good = anchor.file(0, item=proof)
    v.case("valid-item", "One unit of the lot, its own code key answered.", "VALID - staple.active",
           anchor.file(0, staple=staple, item=proof))  # fmt: skip
    v.case(
        "malformed-2-item-without-serial", "A unit needs a serial.", "MALFORMED 2 cert.item.serial", put(good, "/item/code", LOT)
    )
    v.case("forged-4-item-of-another-lot", "Its lot is not among the codes.", "FORGED 4 item.code",
           put(good, "/item/code", f"{GTIN}/10/X/21/S3"))  # fmt: skip
    v.case("forged-4-item-other-serial", "A serial that was never registered.", "FORGED 4 merkle.root",
           put(good, "/item/code", f"{LOT}/21/S9"))  # fmt: skip
    v.case("forged-4-item-index", "The proof of another place.", "FORGED 4 merkle.root", put(good, "/item/index", 2))
    v.case("forged-4-item-index-beyond", "An index beyond the items.", "FORGED 4 merkle.index", put(good, "/item/index", 6))
    v.case("forged-4-item-path-long", "One hash too many.", "FORGED 4 merkle.length",
           put(good, "/item/path", lambda path: [*path, path[0]]))  # fmt: skip
    v.case("forged-4-item-none", "The record registers no items.", "FORGED 4 item.none", main_scene().file(LEAF, item=proof))
    empty = scene([record_of("空", items={"root": "0x" + "00" * 32, "size": 0})])
    v.case("forged-4-items-empty", "Items of size 0 prove nothing.", "FORGED 4 item.none", empty.file(0, item=proof))


def bytes_and_form(v: Vectors) -> None:
    good, certificate = of_form_only(), "/certificate"
    for name, desc, code, raw in (
        ("empty", "No bytes.", "json.syntax", b""),
        ("cut", "The second half is missing.", "json.syntax", good[: len(good) // 2]),
        ("bom", "An editor put a byte order mark in front.", "json.bom", b"\xef\xbb\xbf" + good),
        ("newline", "A newline at the end.", "json.canonical", good + b"\n"),
        ("pretty", "Indented by an editor.", "json.canonical",
         json.dumps(json.loads(good), ensure_ascii=False, indent=1).encode()),
        ("escaped", "Chinese written as escapes.", "json.canonical", json.dumps(json.loads(good), separators=(",",
         ":")).encode()),
        ("latin-1", "One byte that is no UTF-8.", "json.encoding", good.replace("示".encode(), b"\xff")),
        ("duplicate", "A name twice in one object.", "json.duplicate", good.replace(b'"index":2', b'"index":2,"index":2', 1)),
        ("proto", "A name that JavaScript treats specially.", "json.proto", good.replace(b'"note"', b'"__proto__"')),
        ("negative-zero", "-0 in the event.", "json.number", good.replace(b'"cn:carcassCount":100', b'"cn:carcassCount":-0')),
        ("exponent", "100 written as 1e2.", "json.canonical", good.replace(b'"cn:carcassCount":100', b'"cn:carcassCount":1e2')),
        ("too-precise", "A number no double holds.", "json.number",
         good.replace(b'"cn:carcassCount":100', b'"cn:carcassCount":0.1000000000000000055')),
        ("surrogate", "Half of a character, escaped.", "json.surrogate", good.replace("示例".encode(), b"\\ud800")),
        ("nul", "An escaped U+0000.", "json.nul", good.replace("示例".encode(), b"\\u0000")),
        ("deep", "33 levels in a bare certificate.", "json.depth", b"[" * 33 + b"]" * 33),
        ("order", "Members of an object out of order.", "json.canonical",
         good.replace(b'"index":0,"log":0', b'"log":0,"index":0', 1)),
    ):  # fmt: skip
        v.case(f"malformed-1-{name}", desc, f"MALFORMED 1 {code}", raw)
    tiers = f"{certificate}/tiers"
    body = f"{tiers}/public/body"
    for name, desc, code, raw in (
        ("array", "Not an object.", "form.type", b"[]"),
        ("format", "Another format.", "cert.format", put(good, f"{certificate}/format", "shisu-certificate/2")),
        ("suite", "A suite nobody knows.", "cert.suite.unknown", put(good, f"{certificate}/suite", 3)),
        ("unknown-name", "A name nobody knows.", "form.unknown", put(good, f"{certificate}/note", "x")),
        ("unknown-sibling", "A sibling nobody knows.", "form.unknown", put(good, "/note", "x")),
        ("missing-name", "The transaction hash is gone.", "form.missing", without(good, f"{certificate}/transactionHash")),
        ("hex-upper", "Upper-case hex.", "form.hex", put(good, f"{certificate}/path/0", str.upper)),
        ("hex-odd", "Half a byte.", "form.hex", put(good, f"{certificate}/path/0", lambda h: h[:-1])),
        ("path-short-hash", "31 bytes.", "form.length", put(good, f"{certificate}/path/0", lambda h: h[:-2])),
        ("index-negative", "A negative index.", "form.range", put(good, f"{certificate}/index", -1)),
        ("index-true", "`true` is not 1.", "form.type", put(good, f"{certificate}/index", True)),
        ("public-hidden", "public is always disclosed.", "cert.tier.public",
         put(good, f"{tiers}/public", {"digest": "0x" + "11" * 32})),
        ("tier-order", "submitter shown, bureaus hidden.", "cert.tier.order",
         put(good, f"{tiers}/submitter", {"salt": "0x" + "11" * 32, "body": {}})),
        ("digest-zero", "Absence is written null.", "cert.tier.zero", put(good, f"{tiers}/bureaus",
         {"digest": "0x" + "00" * 32})),
        ("nodes-order", "Nodes out of order.", "form.order", put(good, f"{certificate}/evidence/nodes", lambda n: n[::-1])),
        ("nodes-twice", "A node twice.", "form.order", put(good, f"{certificate}/evidence/nodes", lambda n: [n[0], *n])),
        ("no-headers", "A run of no headers.", "form.length", put(good, f"{certificate}/evidence/headers", [])),
        ("time", "A date the calendar lacks.", "time.form", put(good, f"{body}/time", "2025-02-29T00:00:00Z")),
        ("uscc", "A USCC with a letter O.", "cert.uscc", put(good, f"{body}/submitter", "91310113TE5T0O024G")),
        ("code-lower-hex", "Percent-encoding in lower case.", "code.form", put(good, f"{body}/codes/0", f"{GTIN}/10/%2f")),
        ("codes-unsorted", "Codes out of order.", "form.order", put(good, f"{body}/codes", [LOT, GTIN])),
        ("codes-seventeen", "More codes than sixteen.", "form.length",
         put(good, f"{body}/codes", [f"{GTIN}/10/{i:02}" for i in range(17)])),
        ("ilmd-list", "ilmd is an object when present.", "form.type", put(good, f"{body}/event/ilmd", [])),
    ):  # fmt: skip
        v.case(f"malformed-2-{name}", desc, f"MALFORMED 2 {code}", raw)


def record_and_tree(v: Vectors) -> None:
    good, body = bare_of_staple(), "/certificate/tiers/public/body"
    doubled = record_of("重", event={"type": "ObjectEvent", "bizTransactionList": []})
    v.case("forged-3-overlap", "Two disclosed tiers state one name.", "FORGED 3 tiers.overlap", scene([doubled]).file(0, shown=2))
    apart = record_of("重", event={"type": "ObjectEvent", "ilmd/cn:earTagFirst": "1"})
    v.case("valid-no-overlap", "A name with a slash is not a name inside ilmd.", "VALID - staple.active",
           with_staple(scene([apart]), 0, shown=2))  # fmt: skip
    twice = record_of("重", event={"type": "ObjectEvent", "ilmd": {"cn:earTagFirst": "1"}})
    v.case(
        "forged-3-overlap-in-ilmd", "The same one level inside ilmd.", "FORGED 3 tiers.overlap", scene([twice]).file(0, shown=2)
    )
    for name, desc, raw in (
        ("one-character", "One character of the event.", put(good, f"{body}/event/note", "示倒2")),
        ("one-number", "One number of the event.", put(good, f"{body}/event/ilmd/cn:carcassCount", 101)),
        ("salt", "One bit of the salt.", put(good, "/certificate/tiers/public/salt", lambda h: h[:-1] + "01"[h[-1] == "0"])),
        ("digest", "The digest of a hidden tier.", put(good, "/certificate/tiers/bureaus/digest", "0x" + "22" * 32)),
        ("tier-dropped", "A hidden tier is said to be absent.", put(good, "/certificate/tiers/submitter", None)),
        ("unnormalised", "é composed where it was decomposed.",
         put(scene([record_of("e\u0301")]).file(0), f"{body}/event/note", "é")),
        ("path-sibling", "One sibling.", put(good, "/certificate/path/0", "0x" + "33" * 32)),
        ("other-index", "The path of a neighbour's place.", put(good, "/certificate/index", 3)),
    ):  # fmt: skip
        v.case(f"forged-4-{name}", desc, "FORGED 4 merkle.root", raw)
    v.case("forged-4-index-beyond", "An index equal to the size.", "FORGED 4 merkle.index", put(good, "/certificate/index", 5))
    v.case("forged-4-path-short", "One hash is missing.", "FORGED 4 merkle.length", without(good, "/certificate/path/0"))
    v.case("forged-4-path-long", "One hash too many.", "FORGED 4 merkle.length",
           put(good, "/certificate/path", lambda path: [*path, path[0]]))  # fmt: skip
    v.case("forged-4-other-suite", "The same file under SM3.", "FORGED 4 merkle.root", put(good, "/certificate/suite", 2))

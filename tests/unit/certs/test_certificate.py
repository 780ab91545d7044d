"""The form of certificate files (steps 1 and 2): every field wrong in turn, every limit at its edge."""

import json
from dataclasses import replace
from typing import Any

import pytest

from certs.canonical import canonical, count_values
from certs.certificate import FormError, read_certificate, read_evidence, read_file, read_proven_state
from certs.errors import MalformedCertificate
from certs.limits import LIMITS
from certs.record import Tier
from certs.suites import hash_function
from tests.vector_cases.scenes import FIVE, GTIN, LEAF, main_scene, put, stapled, with_staple, without
from tests.world import ItemTree

UNITS = ItemTree([f"{GTIN}/21/S{i}" for i in range(4)])
FULL = with_staple(main_scene(), shown=3, item=UNITS.proof(1))
C, BODY, EVIDENCE = "/certificate", "/certificate/tiers/public/body", "/certificate/evidence"
HASH = "0x" + "11" * 32


def fault(raw: bytes) -> tuple[str, str, bool]:
    with pytest.raises(MalformedCertificate) as caught:
        read_file(raw)
    return caught.value.code, caught.value.field, isinstance(caught.value, FormError)


def test_a_file_is_read_into_what_it_says() -> None:
    file = read_file(FULL)
    certificate = file.certificate
    assert (certificate.number, certificate.suite, certificate.index) == ("SHFS-COM-1-2-N", 1, LEAF)
    assert all(isinstance(tier, Tier) for tier in certificate.tiers.values())
    assert certificate.digests() == FIVE[LEAF].digests()
    assert certificate.public["category"] == "pork"
    assert file.item is not None
    assert (file.item.code, file.item.index) == (f"{GTIN}/21/S1", 1)
    assert file.staple is not None
    assert len(file.staple.headers) == 1


def test_hidden_tiers_are_digests_and_absent_tiers_are_zeros() -> None:
    hidden = read_file(stapled()).certificate
    assert hidden.digests() == FIVE[LEAF].digests()
    absent = read_file(put(stapled(), f"{C}/tiers/bureaus", None)).certificate
    assert absent.digests()[1] == bytes(32)
    assert absent.digests()[0] == FIVE[LEAF].public.digest(hash_function(1))


def test_without_a_public_tier_there_is_no_public_body() -> None:
    certificate = read_file(FULL).certificate
    for tier in (None, b"\x11" * 32):
        with pytest.raises(MalformedCertificate, match=r"cert\.tier\.public"):
            _ = replace(certificate, tiers={**certificate.tiers, "public": tier}).public


def test_a_bare_certificate_is_a_file_too() -> None:
    file = read_file(canonical(main_scene().certificate(LEAF)))
    assert (file.item, file.staple) == (None, None)


NAMED = {
    "": ("certificate",),
    C: ("format", "number", "suite", "index", "path", "tiers", "transactionHash", "evidence"),
    f"{C}/tiers": ("public", "bureaus", "submitter"),
    f"{C}/tiers/public": ("salt", "body"),
    BODY: ("member", "submitter", "class", "stage", "category", "type", "time", "codes", "context", "event"),
    f"{C}/tiers/bureaus/body": ("event",),
    f"{C}/tiers/submitter/body": ("event", "sha256"),
    EVIDENCE: ("chainId", "headers", "index", "log", "nodes"),
    "/item": ("code", "salt", "index", "path"),
    "/staple": ("headers", "nodes"),
}


@pytest.mark.parametrize(("at", "name"), [(at, name) for at, names in NAMED.items() for name in names])
def test_every_name_is_required(at: str, name: str) -> None:
    code, field, form = fault(without(FULL, f"{at}/{name}"))
    assert form
    if at:
        assert (code, field) == ("form.missing", f"{at}/{name}")
    else:  # without its certificate the object is read as a bare one
        assert code == "form.missing"


@pytest.mark.parametrize("at", list(NAMED))
def test_no_other_name_is_allowed(at: str) -> None:
    assert fault(put(FULL, f"{at}/extra", 1)) == ("form.unknown", at, True)


def test_inside_event_and_context_any_name_is_allowed() -> None:
    raw = put(put(FULL, f"{BODY}/event/extra", 1), f"{BODY}/context", [{"anything": {"x": None}}])
    read_file(put(raw, f"{BODY}/event/ilmd/extra", [1]))


WRONG: list[tuple[str, Any, str]] = [
    (f"{C}/format", "shisu-certificate/2", "cert.format"), (f"{C}/format", 1, "form.type"),
    (f"{C}/number", 1, "form.type"), (f"{C}/number", None, "form.type"),
    (f"{C}/suite", 0, "cert.suite.unknown"), (f"{C}/suite", 3, "cert.suite.unknown"), (f"{C}/suite", "1", "form.type"),
    (f"{C}/suite", True, "form.type"), (f"{C}/suite", -1, "form.range"),
    (f"{C}/index", -1, "form.range"), (f"{C}/index", 1.5, "form.type"), (f"{C}/index", True, "form.type"), (f"{C}/index",
     None, "form.type"),
    (f"{C}/path", {}, "form.type"), (f"{C}/path", None, "form.type"), (f"{C}/path/0", 1, "form.type"), (f"{C}/path/0",
     "0x11", "form.length"),
    (f"{C}/transactionHash", HASH[:-2], "form.length"), (f"{C}/transactionHash", HASH.upper(), "form.hex"),
    (f"{C}/transactionHash", None, "form.type"),
    (f"{C}/tiers", [], "form.type"), (f"{C}/tiers/public", None, "cert.tier.public"),
    (f"{C}/tiers/public", {"digest": HASH}, "cert.tier.public"), (f"{C}/tiers/public", "x", "form.type"),
    (f"{C}/tiers/bureaus", {"digest": HASH}, "cert.tier.order"), (f"{C}/tiers/submitter",
     {"digest": "0x" + "00" * 32}, "cert.tier.zero"),
    (f"{C}/tiers/submitter", {"digest": HASH, "salt": HASH}, "form.unknown"), (f"{C}/tiers/submitter",
     {"digest": None}, "form.type"),
    (f"{C}/tiers/public/salt", HASH[:-2], "form.length"), (f"{C}/tiers/public/body", [], "form.type"),
    (f"{BODY}/member", "11310000TE5TB0040", "cert.uscc"), (f"{BODY}/member", None, "cert.uscc"), (f"{BODY}/submitter",
     "x" * 18, "cert.uscc"),
    (f"{BODY}/class", 1, "form.type"), (f"{BODY}/stage", None, "form.type"), (f"{BODY}/category",
     [], "form.type"), (f"{BODY}/type", {}, "form.type"),
    (f"{BODY}/time", "2025-06-02", "time.form"), (f"{BODY}/time", 1, "form.type"),
    (f"{BODY}/codes", [], "form.length"), (f"{BODY}/codes", "x", "form.type"), (f"{BODY}/codes/0", 1, "form.type"),
    (f"{BODY}/codes/0", "x", "code.form"), (f"{BODY}/codes", [GTIN, GTIN], "form.order"),
    (f"{BODY}/event", [], "form.type"), (f"{BODY}/event", None, "form.type"), (f"{BODY}/event/ilmd", None, "form.type"),
    (f"{BODY}/documents", "x", "form.type"), (f"{BODY}/documents", [1], "form.type"), (f"{BODY}/documents", None, "form.type"),
    (f"{BODY}/items", None, "form.type"), (f"{BODY}/items", {"root": HASH}, "form.missing"),
    (f"{BODY}/items", {"root": HASH, "size": -1}, "form.range"), (f"{BODY}/items", {"root": "0x", "size": 1}, "form.length"),
    (f"{BODY}/items", {"root": HASH, "size": 1, "x": 1}, "form.unknown"),
    (f"{C}/tiers/bureaus/body/event", 1, "form.type"), (f"{C}/tiers/bureaus/body/event/ilmd", 1, "form.type"),
    (f"{C}/tiers/submitter/body/event", "x", "form.type"), (f"{C}/tiers/submitter/body/sha256", "0x11", "form.length"),
    (f"{EVIDENCE}/chainId", -1, "form.range"), (f"{EVIDENCE}/chainId", "1", "form.type"), (f"{EVIDENCE}/log", 0.5, "form.type"),
    (f"{EVIDENCE}/index", None, "form.type"), (f"{EVIDENCE}/headers", [], "form.length"), (f"{EVIDENCE}/headers",
     ["0x00"] * 65, "form.length"),
    (f"{EVIDENCE}/headers/0", None, "form.type"), (f"{EVIDENCE}/headers/0", "f9", "form.hex"), (f"{EVIDENCE}/nodes",
     None, "form.type"),
    (f"{EVIDENCE}/nodes", ["0x01", "0x00"], "form.order"), (f"{EVIDENCE}/nodes", ["0x00", "0x00"], "form.order"),
    ("/item", None, "form.type"), ("/item/code", GTIN, "cert.item.serial"), ("/item/code", "x",
     "code.form"), ("/item/code", 1, "form.type"),
    ("/item/code", "00/106141412345678908", "cert.item.serial"), ("/item/salt", "0x", "form.length"), ("/item/index",
     -1, "form.range"),
    ("/item/path", [HASH[:-2]], "form.length"),
    ("/staple", None, "form.type"), ("/staple/headers", [], "form.length"), ("/staple/nodes", [1], "form.type"),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value", "code"), WRONG)
def test_every_field_has_one_form(pointer: str, value: Any, code: str) -> None:
    found, field, form = fault(put(FULL, pointer, value))
    assert (found, form) == (code, True)
    assert pointer.startswith(field) or field.startswith(pointer)


def test_sixteen_codes_are_read() -> None:
    read_file(put(FULL, f"{BODY}/codes", [f"{GTIN}/10/{i:02}" for i in range(16)]))


def test_a_node_may_have_32767_bytes() -> None:
    longest = ["0x" + "00" * 32_767]
    read_file(put(FULL, f"{EVIDENCE}/nodes", longest))
    assert fault(put(FULL, f"{EVIDENCE}/nodes", [longest[0] + "00"]))[0] == "json.string"  # of 65,536 bytes, "0x" is two
    with pytest.raises(MalformedCertificate, match=r"form\.length"):
        read_proven_state({"headers": ["0x"], "nodes": ["0x" + "00" * 32_768]}, "")


@pytest.mark.parametrize("value", [b"null", b"1", b'"x"', b"[]", b"{}"])
def test_any_other_json_is_malformed_by_form(value: bytes) -> None:
    assert fault(value)[2]


def test_a_fault_of_the_bytes_is_step_1() -> None:
    assert fault(b"{")[2] is False
    assert fault(FULL + b" ")[2] is False


def test_a_wrapped_certificate_may_be_32_deep_and_so_may_a_bare_one() -> None:
    def nested(levels: int) -> Any:
        value: Any = []
        for _ in range(levels - 1):
            value = [value]
        return value

    inside = 32 - 4  # certificate, tiers, public, body come before event
    wrapped = put(FULL, f"{BODY}/event", {"deep": nested(inside - 1)})
    read_file(wrapped)
    read_file(canonical(json.loads(wrapped)["certificate"]))
    assert fault(put(FULL, f"{BODY}/event", {"deep": nested(inside)}))[0] == "json.depth"
    bare = canonical(json.loads(put(stapled(), f"{BODY}/event", {"deep": nested(inside - 1)}))["certificate"])
    deeper = bare.replace(b'"deep":[', b'"deep":[[', 1).replace(b"]}", b"]]}", 1)
    assert fault(deeper)[0] in ("json.depth", "json.syntax")


def padded(pointer: str, total: int, raw: bytes = FULL) -> bytes:
    """The file with text added until the object at `pointer` has `total` JCS bytes."""
    value: Any = json.loads(put(raw, f"{BODY}/event/pad", []))
    at = value
    for part in pointer.split("/")[1:]:
        at = at[part]
    missing = total - len(canonical(at))
    pads = ["x" * 60_000] * (missing // 60_003)
    pads.append("")
    value["certificate"]["tiers"]["public"]["body"]["event"]["pad"] = pads
    rest = total - len(canonical(at))
    pads[-1] = "x" * rest
    return canonical(value)


def test_a_certificate_may_have_256_kib_of_its_own() -> None:
    fits = padded(C, LIMITS.certificate_bytes)
    assert read_file(fits).item is not None
    assert fault(padded(C, LIMITS.certificate_bytes + 1)) == ("json.size", "", False)


def test_a_certificate_may_have_10000_values_of_its_own() -> None:
    base = put(FULL, f"{BODY}/event/many", [])

    def values(raw: bytes) -> int:
        return count_values(json.loads(raw)["certificate"])

    room = LIMITS.certificate_values - values(base)
    read_file(put(FULL, f"{BODY}/event/many", [0] * room))
    assert fault(put(FULL, f"{BODY}/event/many", [0] * (room + 1))) == ("json.values", "", False)


def test_a_staple_may_have_one_mib_and_a_file_two() -> None:
    node = "0x" + "00" * 32_000
    nodes = sorted(node[:-4] + f"{i:04x}" for i in range(16))
    read_file(put(FULL, "/staple/nodes", nodes))
    assert fault(put(FULL, "/staple/nodes", sorted(node[:-4] + f"{i:04x}" for i in range(17))))[0] == "json.size"
    assert fault(b'"' + b"x" * LIMITS.file_bytes + b'"') == ("json.size", "", False)


def test_parts_are_read_on_their_own_too() -> None:
    whole = json.loads(FULL)
    assert read_certificate(whole["certificate"]).index == LEAF
    assert read_evidence(whole["certificate"]["evidence"], "").log == 0
    assert len(read_proven_state(whole["staple"], "").nodes) == len(whole["staple"]["nodes"])

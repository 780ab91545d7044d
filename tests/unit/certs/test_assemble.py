"""Assembling: three renderings of one leaf, the same bytes every time, and a small file for a large batch."""

import json

import pytest

from certs.assemble import RENDERINGS, assemble, file_of, item_levels, item_proof, render_tiers, stated_items
from certs.canonical import canonical
from certs.certificate import read_file
from certs.errors import MalformedCertificate
from certs.record import Tier, leaf_hash
from certs.suites import hash_function
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from tests.vector_cases.scenes import FIVE, LEAF, main_scene
from tests.world import ItemTree, World, record_of


def test_a_rendering_shows_its_tiers_and_hides_the_others_behind_their_digests() -> None:
    record, h = FIVE[0], hash_function(1)
    shown = {name: [t for t, tier in render_tiers(record, name).items() if isinstance(tier, Tier)] for name in RENDERINGS}
    assert shown == {"public": ["public"], "bureaus": ["public", "bureaus"], "submitter": ["public", "bureaus", "submitter"]}
    for name in RENDERINGS:
        digests = [tier.digest(h) if isinstance(tier, Tier) else tier for tier in render_tiers(record, name).values()]
        assert leaf_hash((digests[0], digests[1], digests[2]), h) == record.leaf()


def test_the_same_parts_give_the_same_bytes() -> None:
    assert main_scene().file(LEAF) == main_scene().file(LEAF)
    assert read_file(main_scene().file(LEAF, shown=3)).certificate.index == LEAF


def test_siblings_are_there_only_when_given() -> None:
    certificate = main_scene().certificate(LEAF)
    assert list(file_of(certificate)) == ["certificate"]
    assert set(file_of(certificate, staple={"headers": [], "nodes": []})) == {"certificate", "staple"}


@pytest.mark.parametrize("suite", [1, 2])
def test_items_are_stated_and_proven_as_the_protocol_has_them(suite: int) -> None:
    codes = [f"01/09521234200024/10/250603A1/21/{serial}" for serial in "ABCDE"]
    tree = ItemTree(codes, suite=suite)
    units = list(zip(tree.codes, tree.salts, strict=True))
    levels = item_levels(units, suite)
    assert stated_items(levels) == tree.stated()
    assert [item_proof(unit, index=at, levels=levels) for at, unit in enumerate(units)] == [tree.proof(at) for at in range(5)]


def test_no_units_make_no_item_tree() -> None:
    with pytest.raises(ValueError, match="leaf"):
        item_levels([], 1)


def test_parts_that_make_no_certificate_are_refused() -> None:
    made = main_scene().certificate(LEAF)
    parts = {
        "number": made["number"], "suite": 1, "index": 0, "path": [], "tiers": render_tiers(FIVE[0], "public"),
        "transaction_hash": bytes(32),
        "evidence": made["evidence"],
    }  # fmt: skip
    assert assemble(**parts)["format"] == "shisu-certificate/1"
    assert assemble(**{**parts, "tiers": {**parts["tiers"], "bureaus": None}})["tiers"]["bureaus"] is None
    for wrong in ({"suite": 9}, {"transaction_hash": b"x"}, {"path": [b"x"]}, {"evidence": {}}, {"index": -1}):
        with pytest.raises(MalformedCertificate):
            assemble(**{**parts, **wrong})


def test_a_certificate_of_a_700_byte_event_in_a_batch_of_10000_under_seven_validators_is_at_most_8_kb() -> None:
    event = {"type": "ObjectEvent", "bizStep": "slaughtering", "ilmd": {"cn:carcassCount": 100}, "note": ""}
    event["note"] = "x" * (700 - len(canonical(event)))
    assert len(canonical(event)) == 700
    records = [record_of(str(i)) for i in range(9_999)]
    large = record_of("large", event=event)
    anchor = World().anchor([*records[:6_000], large, *records[6_000:]])
    anchor.world.mine()
    raw = anchor.file(6_000)
    assert len(json.loads(raw)["certificate"]["path"]) == 14
    assert len(raw) <= 8_000
    stapled = anchor.file(6_000, staple=anchor.staple(6_000))
    bundle = load_bundle(canonical(anchor.world.bundle()))
    assert verify(stapled, bundle, now=anchor.world.blocks[-1].time).verdict is Verdict.VALID

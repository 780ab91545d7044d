"""Kinds of enterprise: the shipped list and what the catalogue's links name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from gateway.catalogue.kinds import known_kinds
from gateway.catalogue.tables import read_catalogue

CATALOGUE = read_catalogue()


def test_a_kind_that_only_a_link_names_is_known_without_a_name() -> None:
    (place, rows), *_ = CATALOGUE.links.items()
    links = {**CATALOGUE.links, place: tuple(replace(row, uploaders=frozenset({"bakery", "*"})) for row in rows)}
    known = known_kinds(replace(CATALOGUE, links=links))
    assert known["bakery"] == ""
    assert known["farm"] == "养殖场"
    assert "*" not in known


def test_every_kind_of_the_sample_enterprises_is_known_by_name(shared: Path) -> None:
    listed = json.loads((shared / "data/shanghai/enterprises.json").read_bytes())["enterprises"]
    assert all(known_kinds(CATALOGUE)[row["kind"]] for row in listed)

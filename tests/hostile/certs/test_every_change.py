"""
Every path of the format × every kind of change has a row in tests/vectors/changes that says verdict, step and code.

The rows are made anew and compared; what may stay VALID, and what may still be a bundle, is listed here, so that no row can be
written that lets a change through. That every path of the JSON Schemas has rows keeps a new field from being forgotten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import certs
from certs.canonical import canonical
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from tests.vector_cases import changes
from tests.vector_cases.scenes import NOW
from tests.world import World

SCHEMAS = {
    path.stem.split(".")[0]: json.loads(path.read_bytes()) for path in (Path(certs.__file__).parent / "schema").glob("*.json")
}
TABLES = ("full", "hidden", "bundle")
FORM_KINDS = ("null", "retype", "unknown name")
# What leaves a bundle's fingerprint alone: the head, which is proven, and names of members, which prove nothing.
NOT_IN_THE_FINGERPRINT = re.compile(r"/members(/.*)?")


def committed(name: str) -> list[tuple[str, str, str]]:
    lines = (changes.TABLES / f"{name}.tsv").read_text("utf-8").splitlines()
    return [(at, kind, answer) for at, kind, answer in (line.split("\t") for line in lines)]


@cache
def made() -> dict[str, list[str]]:
    return changes.tables()


@pytest.mark.parametrize("name", TABLES)
def test_every_change_gets_the_answer_that_the_table_has(name: str) -> None:
    text = (changes.TABLES / f"{name}.tsv").read_text("utf-8")
    assert made()[name] == text.splitlines(), "a verdict changed: `python -m tests.vector_cases.changes` shows where"


def test_the_files_that_are_changed_are_good() -> None:
    good, another, bundle = changes.consortium()
    assert {verify(raw, bundle, now=NOW).verdict for raw in (good, another)} == {Verdict.VALID}
    pinned = load_bundle(canonical(World(names=tuple("abcd")).bundle()))
    assert [verify(raw, pinned, now=NOW).verdict for raw in changes.hidden()] == [Verdict.AUTHENTIC] * 2
    assert [changes.judge_bundle(raw).split()[0] for raw in changes.bundles()] == ["holds"] * 2


@pytest.mark.parametrize("name", ["full", "hidden"])
def test_no_change_of_a_certificate_leaves_it_valid_and_authentic_is_only_said_where_the_staple_lost_something(name: str) -> None:
    accepted = {(at, kind) for at, kind, answer in committed(name) if answer.split()[0] in ("VALID", "AUTHENTIC")}
    assert all(kind == "delete" and re.fullmatch(r"/staple(/nodes/\d+)?", at) for at, kind in accepted)


def test_a_changed_bundle_that_holds_has_another_fingerprint_or_other_names_of_members() -> None:
    unchanged = changes.judge_bundle(changes.bundles()[0])
    same = {at for at, _, answer in committed("bundle") if answer == unchanged}
    assert same
    assert all(NOT_IN_THE_FINGERPRINT.fullmatch(at) for at in same)


@pytest.mark.parametrize("name", TABLES)
def test_every_path_is_deleted_nulled_retyped_and_given_what_is_unknown(name: str) -> None:
    source = {"full": changes.consortium()[0], "hidden": changes.hidden()[0], "bundle": changes.bundles()[0]}[name]
    kinds: dict[str, set[str]] = {}
    for at, kind, _ in committed(name):
        kinds.setdefault("" if at == "(the whole)" else at, set()).add(kind.rstrip(" 0123456789"))
    found = dict(changes.paths(json.loads(source)))
    assert set(kinds) == set(found)
    for at, value in found.items():
        wanted = {"retype"} | ({"null", "delete"} if at and value is not None else set())
        wanted |= {"unknown name"} if isinstance(value, dict) else set()
        assert wanted <= kinds[at], at


@pytest.mark.parametrize("name", TABLES)
def test_a_wrong_type_or_an_unknown_name_outside_event_and_context_is_an_error_of_form(name: str) -> None:
    optional = ("/certificate/tiers/bureaus", "/certificate/tiers/submitter", "/tiers/bureaus", "/tiers/submitter")
    for at, kind, answer in committed(name):
        if kind.rstrip(" 0123456789") not in FORM_KINDS or re.search(r"/body/(event|context)", at):
            continue
        if kind == "null" and at in optional:
            assert answer == "FORGED 4 merkle.root"
        else:
            assert answer.startswith(("MALFORMED 2 ", "CANNOT CHECK 0 ")), (at, kind, answer)


@pytest.mark.parametrize(("schema", "names"), [("certificate", ("full", "hidden")), ("bundle", ("bundle",))])
def test_every_path_of_the_format_has_rows(schema: str, names: tuple[str, ...]) -> None:
    rows = {re.sub(r"/\d+(?=/|$)", "/*", at).removeprefix("/certificate") for name in names for at, _, _ in committed(name)}
    named = {path.removeprefix("/certificate") for path in stated(schema, SCHEMAS[schema]) if path}
    assert len(named) > 30
    assert named - rows <= {""}


def stated(schema: str, node: Any, at: str = "") -> Iterator[str]:
    """Every path a JSON Schema names, list places as `*`; what it says of a bare certificate is said from the root."""
    yield at
    if not isinstance(node, dict):
        return
    if "$ref" in node:
        document, _, pointer = node["$ref"].rpartition("#")
        other = document.split(":")[-1].split(".")[0] or schema
        target = SCHEMAS[other]
        for part in pointer.split("/")[1:]:
            target = target[part]
        yield from stated(other, target, at)
    for name, inner in node.get("properties", {}).items():
        yield from stated(schema, inner, f"{at}/{name}")
    if "items" in node:
        yield from stated(schema, node["items"], f"{at}/*")
    for choice in (*node.get("oneOf", ()), *node.get("anyOf", ()), *node.get("allOf", ())):
        yield from stated(schema, choice, at)

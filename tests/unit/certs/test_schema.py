"""The JSON Schemas say the shapes: what the verifier reads is valid, and what it calls malformed by shape is not."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import certs

SCHEMAS = {path.name: json.loads(path.read_bytes()) for path in (Path(certs.__file__).parent / "schema").glob("*.json")}
REGISTRY: Registry[Any] = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
)
VECTORS = Path(__file__).resolve().parents[2] / "vectors"
BEYOND_A_SCHEMA = {"nodes-order", "codes-unsorted", "time", "malformed-attack-leap-second"}  # order and the calendar


def is_valid(name: str, value: Any) -> bool:
    return Draft202012Validator(SCHEMAS[f"{name}.schema.json"], registry=REGISTRY).is_valid(value)


def cases(*, malformed: bool) -> list[tuple[str, str]]:
    found = []
    for path in sorted(VECTORS.glob("certificate/*.json")):
        case = json.loads(path.read_bytes())
        if (case["want"]["verdict"] == "MALFORMED") == malformed and case["want"]["step"] != 1:
            found.append((path.stem, case["file"]))
    return found


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_a_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_every_file_that_is_not_malformed_is_valid() -> None:
    read = cases(malformed=False)
    assert len(read) > 100
    assert [name for name, text in read if not is_valid("certificate", json.loads(text))] == []


def test_every_file_that_is_malformed_by_its_shape_is_not_valid() -> None:
    refused = [(name, text) for name, text in cases(malformed=True) if name.removeprefix("malformed-2-") not in BEYOND_A_SCHEMA]
    assert len(refused) > 15
    assert [name for name, text in refused if is_valid("certificate", json.loads(text))] == []


@pytest.mark.parametrize("path", sorted(VECTORS.glob("bundle/*.json")), ids=lambda path: path.stem)
def test_bundles(path: Path) -> None:
    if path.stem == "bad-garbage":
        return
    shapeless = path.stem in ("bad-format", "bad-network", "bad-prefix")
    assert is_valid("bundle", json.loads(path.read_bytes())) is not shapeless

"""The scope table is the consortium's list, and a name it lacks is "cannot check", never "false"."""

import json
from pathlib import Path

import pytest

from certs.errors import CannotCheck
from certs.scope import CLASS_NAMES_ZH, CLASSES, STAGE_NAMES_ZH, STAGES, scope_bits


def test_the_table_is_the_consortiums_list(shared: Path) -> None:
    listed = json.loads((shared / "data/shanghai/scope.json").read_bytes())
    assert listed["classes"] == CLASSES
    assert {name: row["bit"] for name, row in listed["stages"].items()} == STAGES
    assert {name: row["zh"] for name, row in listed["stages"].items()} == STAGE_NAMES_ZH


def test_classes_have_the_low_half_and_stages_the_high_half_of_64_bits() -> None:
    assert all(0 <= bit < 32 for bit in CLASSES.values())
    assert all(32 <= bit < 64 for bit in STAGES.values())
    assert len(set(CLASSES.values())) == len(CLASSES) == len(CLASS_NAMES_ZH)
    assert len(set(STAGES.values())) == len(STAGES) == len(STAGE_NAMES_ZH)
    assert set(CLASS_NAMES_ZH) == set(CLASSES)


def test_a_class_and_a_stage_are_two_bits() -> None:
    assert scope_bits("livestock", "slaughter") == 1 << 1 | 1 << 33
    assert scope_bits("other", "other") == 1 << 11 | 1 << 41


@pytest.mark.parametrize(
    ("class_", "stage", "code"),
    [("x", "slaughter", "class"), ("slaughter", "slaughter", "class"), ("other", "x", "stage"), ("x", "x", "class")],
)
def test_an_unknown_name_cannot_be_checked(class_: str, stage: str, code: str) -> None:
    with pytest.raises(CannotCheck, match=rf"scope\.{code}\.unknown"):
        scope_bits(class_, stage)

"""`shisu enterprises`: files are registered whole or not at all; closing and mappings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

USCC, COM = "93320623TE5T00016W", "11310000TE5TB0040K"
ROW = {"uscc": USCC, "name": "示例[red]社", "kind": "farm", "member": "COM", "gln": "9521234000013", "district": "如东县"}


def written(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "e.json"
    path.write_text(json.dumps({"enterprises": rows}), "utf-8")
    return path


def test_enterprises_are_registered_under_the_bureau_their_code_names(shisu, settings_file: Path, tmp_path: Path) -> None:
    assert "1" in shisu("enterprises", "register", written(tmp_path, ROW), "--settings", settings_file).stdout
    listed = shisu("enterprises", "list", "--member", "COM", "--settings", settings_file).stdout
    assert "示例[red]社" in listed and "养殖场 farm" in listed
    shown = shisu("enterprises", "show", USCC, "--settings", settings_file).stdout
    assert "9521234000013" in shown and "COM" in shown and "open" in shown


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"member": "XXX"}, "enterprise.member"), ({"kind": "bakery"}, "enterprise.kind"),
        ({"uscc": USCC[:-1] + "A"}, "id.uscc_check"),
        ({"gln": "9521234000014"}, "id.gln_check"), ({"name": ""}, "enterprise.name"),
    ],
)  # fmt: skip
def test_a_file_with_one_wrong_row_registers_nobody_and_says_where(
    changes: dict[str, str], code: str, shisu, settings_file: Path, tmp_path: Path
) -> None:
    refused = shisu("enterprises", "register", written(tmp_path, ROW, {**ROW, **changes}), "--settings", settings_file)
    assert refused.exit_code == 2
    assert "/enterprises/1/" in refused.stdout and code in refused.stdout
    assert shisu("enterprises", "show", USCC, "--settings", settings_file).exit_code == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"enterprises": [1]}', '{"enterprises": [{"name": "x"}]}'])
def test_a_file_of_another_form_is_refused(text: str, shisu, settings_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    path.write_text(text, "utf-8")
    assert shisu("enterprises", "register", path, "--settings", settings_file).exit_code == 2
    assert shisu("enterprises", "register", tmp_path / "none", "--settings", settings_file).exit_code == 2


def test_a_closed_enterprise_is_listed_as_closed_and_opened_by_registering_it(shisu, settings_file: Path, tmp_path: Path) -> None:
    file = written(tmp_path, ROW)
    shisu("enterprises", "register", file, "--settings", settings_file)
    assert shisu("enterprises", "close", USCC, "--settings", settings_file).exit_code == 0
    assert "closed" in shisu("enterprises", "list", "--settings", settings_file).stdout
    assert "closed" in shisu("enterprises", "show", USCC, "--settings", settings_file).stdout
    shisu("enterprises", "register", file, "--settings", settings_file)
    assert "closed" not in shisu("enterprises", "list", "--settings", settings_file).stdout
    assert shisu("enterprises", "close", COM, "--settings", settings_file).exit_code == 1
    assert shisu("enterprises", "list", "--member", "XXX", "--settings", settings_file).exit_code == 2


def test_a_mapping_is_put_and_removed(shisu, settings_file: Path, tmp_path: Path) -> None:
    shisu("enterprises", "register", written(tmp_path, ROW), "--settings", settings_file)
    file = tmp_path / "m.json"
    file.write_text('{"extends": "pork_wholesale_day"}', "utf-8")
    assert shisu("enterprises", "map", USCC, "日报", file, "--settings", settings_file).exit_code == 0
    assert "日报" in shisu("enterprises", "show", USCC, "--settings", settings_file).stdout
    assert shisu("enterprises", "map", COM, "日报", file, "--settings", settings_file).exit_code == 1
    assert shisu("enterprises", "unmap", USCC, "日报", "--settings", settings_file).exit_code == 0
    assert shisu("enterprises", "unmap", USCC, "日报", "--settings", settings_file).exit_code == 1


@pytest.mark.parametrize("text", ['{"extends": "nowhere"}', "[]", "{"])
def test_a_wrong_mapping_is_not_stored(text: str, shisu, settings_file: Path, tmp_path: Path) -> None:
    shisu("enterprises", "register", written(tmp_path, ROW), "--settings", settings_file)
    file = tmp_path / "m.json"
    file.write_text(text, "utf-8")
    assert shisu("enterprises", "map", USCC, "a", file, "--settings", settings_file).exit_code == 2
    assert shisu("enterprises", "unmap", USCC, "a", "--settings", settings_file).exit_code == 1


def test_the_example_of_a_mapping_can_be_stored_and_shown_again(shisu, settings_file: Path, tmp_path: Path) -> None:
    shisu("enterprises", "register", written(tmp_path, ROW), "--settings", settings_file)
    printed = shisu("enterprises", "map", "--example")
    assert printed.exit_code == 0 and "group" in printed.stderr  # comments stand beside the JSON, not in it
    file = tmp_path / "m.json"
    file.write_text(printed.stdout, "utf-8")
    assert shisu("enterprises", "map", USCC, "日报", file, "--settings", settings_file).exit_code == 0
    shown = shisu("enterprises", "map", USCC, "日报", "--show", "--settings", settings_file)
    assert json.loads(shown.stdout) == json.loads(printed.stdout)
    assert shisu("enterprises", "map", USCC, "无", "--show", "--settings", settings_file).exit_code == 1


@pytest.mark.parametrize("arguments", [[], [USCC], [USCC, "a"], [USCC, "a", "m.json", "--show"], ["--show"]])
def test_what_a_mapping_command_lacks_is_said(arguments: list[str], shisu, settings_file: Path) -> None:
    assert shisu("enterprises", "map", *arguments, "--settings", settings_file).exit_code == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", ("json.",)),
        ('{"a": 1, "a": 2}', ("json.duplicate_key",)),
        ('{"extends": "pork_wholesale_day", "columns": [{"head": "甲", "to": "nothing"}]}', ("/columns/", "mapping.target")),
        ('{"extends": "pork_wholesale_day", "group": ["没有的列"]}', ("/group/0", "mapping.reference")),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said_with_place_and_code(
    text: str, told: tuple[str, ...], shisu, settings_file: Path, tmp_path: Path
) -> None:
    shisu("enterprises", "register", written(tmp_path, ROW), "--settings", settings_file)
    file = tmp_path / "m.json"
    file.write_text(text, "utf-8")
    result = shisu("enterprises", "map", USCC, "a", file, "--settings", settings_file)
    assert result.exit_code == 2 and all(words in result.stdout for words in told), result.output


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb"])
def test_a_mapping_has_a_name_that_can_be_read(name: str, shisu, settings_file: Path, tmp_path: Path) -> None:
    shisu("enterprises", "register", written(tmp_path, ROW), "--settings", settings_file)
    file = tmp_path / "m.json"
    file.write_text('{"extends": "pork_wholesale_day"}', "utf-8")
    assert shisu("enterprises", "map", USCC, name, file, "--settings", settings_file).exit_code == 2

"""`shisu certificates --item`: what is asked, and where the file goes."""

from __future__ import annotations

from pathlib import Path

import pytest

NUMBER = "SHFS-COM-12-345-J"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("0123456789abcdef.secret\n")
    return path


def test_a_units_file_is_saved_beside_its_certificates(shisu, gateway, key_file: Path, tmp_path: Path) -> None:
    gateway.say(200, b"{}")
    arguments = ("--url", gateway.url, "--key-file", key_file, "--out", tmp_path / "out")
    for item in ((), ("--item", "01/09521234200024/10/L/21/A%2FB")):
        assert shisu("certificates", NUMBER, *arguments, *item).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{NUMBER}-A%2FB.json", f"{NUMBER}.json"]
    assert [path for path, _, _ in gateway.asked] == [
        f"/certificates/{NUMBER}.json?staple=1",
        f"/certificates/{NUMBER}.json?staple=1&item=01%2F09521234200024%2F10%2FL%2F21%2FA%252FB",
    ]


@pytest.mark.parametrize("item", ["01/09521234200024", "A", "01/09521234200024/21/A/../../B"])
def test_what_is_no_unit_is_not_asked_for(shisu, gateway, key_file: Path, item: str) -> None:
    result = shisu("certificates", NUMBER, "--url", gateway.url, "--key-file", key_file, "--item", item)
    assert result.exit_code == 2
    assert gateway.asked == []

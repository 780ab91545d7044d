"""Certificate numbers: one spelling, and a check character that notices every single mistake."""

import pytest

from certs.errors import MalformedCertificate
from certs.number import Number, check_character, has_number_form, parse_number

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_the_protocols_example() -> None:
    assert str(Number("SHFS", "COM", 12, 345)) == "SHFS-COM-12-345-J"
    assert parse_number("SHFS-COM-12-345-J") == Number("SHFS", "COM", 12, 345)


def test_the_check_character_is_iso_7064_mod_37_36() -> None:
    assert check_character("A12425GABC1234002") == "M"  # ISRC-like example of the Global Release Identifier (ISO 7064)


def test_every_wrong_character_and_every_swap_of_neighbours_is_noticed() -> None:
    text = "COM12345"
    full = text + check_character(text)
    for i, old in enumerate(full):
        for new in ALPHABET.replace(old, ""):
            changed = full[:i] + new + full[i + 1 :]
            assert check_character(changed[:-1]) != changed[-1]
        if i and full[i - 1] != old:
            swapped = full[: i - 1] + old + full[i - 1] + full[i + 1 :]
            assert check_character(swapped[:-1]) != swapped[-1]


def test_a_wrong_check_character_has_its_own_code() -> None:
    with pytest.raises(MalformedCertificate, match=r"number\.check"):
        parse_number("SHFS-COM-12-345-K")
    assert has_number_form("SHFS-COM-12-345-K")


@pytest.mark.parametrize(
    "text",
    [
        "", "SHFS-COM-12-345", "SHFS-COM-012-345-J", "SHFS-COM-12-0345-J", "SHFS-COM-0-345-J", "SHFS-COM-12-345-J\n",
        "shfs-COM-12-345-J",
        "S-COM-12-345-J", "SHFS-C-12-345-J", "SHFS-COM-+12-345-J", "SHFS-COM-12-345-JJ", "SHFS-COM-１2-345-J",
        "SHFS-ABCDEFGHI-1-1-J",
        "SHFS-COM-1000000000000000-1-J", "\u001b[2J",
    ],
)  # fmt: skip
def test_anything_else_is_not_a_number(text: str) -> None:
    assert not has_number_form(text)
    with pytest.raises(MalformedCertificate, match=r"number\.form"):
        parse_number(text)

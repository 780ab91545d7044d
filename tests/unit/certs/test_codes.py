"""Codes have one spelling each; code keys cover everything whose status concerns a code."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.codes import (
    USCC_ALPHABET,
    Code,
    code_key,
    code_keys,
    gs1_check_digit,
    gs1_is_valid,
    is_uscc_form,
    parse_code,
    status_codes,
    uscc_is_valid,
)
from certs.errors import MalformedCertificate

GTIN = "01/09521234100027"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GTIN, Code(gtin="09521234100027")),
        (f"{GTIN}/10/A", Code(gtin="09521234100027", lot="A")),
        (f"{GTIN}/21/A", Code(gtin="09521234100027", serial="A")),
        (f"{GTIN}/10/A%2F%25/21/%E6%89%B9", Code(gtin="09521234100027", lot="A/%", serial="批")),
        (f"{GTIN}/10/-._~", Code(gtin="09521234100027", lot="-._~")),
        ("00/106141412345678908", Code(sscc="106141412345678908")),
    ],
)
def test_a_canonical_code_is_read_and_written_back(text: str, code: Code) -> None:
    assert parse_code(text) == code
    assert str(code) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "01/", "01/0952123410002", "01/095212341000277", "01/0952123410002X", "01/０9521234100027", f"/{GTIN}",
        f"{GTIN}/", f"{GTIN}\n",
        f"{GTIN}/10", f"{GTIN}/10/", f"{GTIN}/21/", f"{GTIN}/21/A/10/B", f"{GTIN}/10/A/10/B", f"{GTIN}/11/A", f"{GTIN}/10/A/21/",
        f"{GTIN}/10/A/B", "02/09521234100027", "00/10614141234567890", "00/1061414123456789088", "00/106141412345678908/10/A",
        "00/106141412345678908/21/A", f"{GTIN}/10/%2f", f"{GTIN}/10/%", f"{GTIN}/10/%2", f"{GTIN}/10/%G0",
        f"{GTIN}/10/%41", f"{GTIN}/10/%7E",
        f"{GTIN}/10/%2D", f"{GTIN}/10/%00", f"{GTIN}/10/A%00B", f"{GTIN}/10/%FF", f"{GTIN}/10/%C0%80", f"{GTIN}/10/%ED%A0%80",
        f"{GTIN}/10/%E6%89", f"{GTIN}/10/批", f"{GTIN}/10/A B", f"{GTIN}/10/A+B", f"{GTIN}/10/A?B", f"{GTIN}/10/A#B",
        f"{GTIN}/10/A:B",
        f"{GTIN}/10/A\\B", f"{GTIN}/10/A%20\n", f"{GTIN}/10/\ud800", f"{GTIN}/21/A\udfff",
    ],
)  # fmt: skip
def test_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(MalformedCertificate, match=r"code\.form"):
        parse_code(text)


def test_every_ascii_character_has_exactly_one_spelling() -> None:
    for byte in range(1, 128):
        character = chr(byte)
        plain, encoded = f"{GTIN}/10/x{character}", f"{GTIN}/10/x%{byte:02X}"
        right, wrong = (plain, encoded) if character.isalnum() or character in "-._~" else (encoded, plain)
        assert parse_code(right).lot == f"x{character}"
        with pytest.raises(MalformedCertificate):
            parse_code(wrong)


@given(
    st.text(min_size=1).filter(lambda text: "\0" not in text),
    st.none() | st.text(min_size=1).filter(lambda text: "\0" not in text),
)
def test_any_lot_and_serial_survive(lot: str, serial: str | None) -> None:
    code = Code(gtin="09521234100027", lot=lot, serial=serial)
    try:
        text = str(code)
    except UnicodeEncodeError:  # a lone surrogate is no text
        return
    assert parse_code(text) == code
    assert text.isascii()


def test_the_status_of_a_code_is_asked_for_its_gtin_its_lot_and_itself() -> None:
    assert status_codes([f"{GTIN}/10/A/21/S"]) == (GTIN, f"{GTIN}/10/A", f"{GTIN}/10/A/21/S")
    assert status_codes([f"{GTIN}/21/S"]) == (GTIN, f"{GTIN}/21/S")
    assert status_codes([GTIN]) == (GTIN,)
    assert status_codes(["00/106141412345678908"]) == ("00/106141412345678908",)
    assert status_codes([f"{GTIN}/10/B", f"{GTIN}/10/A"]) == (GTIN, f"{GTIN}/10/A", f"{GTIN}/10/B")


def test_a_code_key_is_sha_256_in_its_own_domain_whatever_the_suite() -> None:
    assert code_key(GTIN) == hashlib.sha256(b"\x04" + GTIN.encode()).digest()
    assert code_keys([f"{GTIN}/10/A"]) == (code_key(GTIN), code_key(f"{GTIN}/10/A"))


def test_a_uscc_has_18_characters_of_the_standards_alphabet() -> None:
    assert len(USCC_ALPHABET) == 31
    assert is_uscc_form("91310113TE5T00024G")
    for wrong in (
        "91310113TE5T00024",
        "91310113TE5T00024GG",
        "91310113te5t00024g",
        "91310113TE5TI0024G",
        "91310113TE5T00024G\n",
        "",
        None,
        18,
    ):
        assert not is_uscc_form(wrong)
    for letter in "IOSVZ":
        assert not is_uscc_form(letter * 18)


def test_the_check_character_of_a_uscc_is_asked_by_intake() -> None:
    assert uscc_is_valid("91350100M000100Y43")  # the example of GB 32100-2015
    assert not uscc_is_valid("91350100M000100Y44")
    assert not uscc_is_valid("91350100M000100Y4")


def test_gs1_check_digits() -> None:
    assert gs1_check_digit("0952123410002") == "7"
    assert gs1_check_digit("629104150021") == "3"  # GS1 General Specifications §7.9
    assert gs1_is_valid("06291041500213")
    assert gs1_is_valid("106141412345678908")
    assert not gs1_is_valid("06291041500214")
    assert not gs1_is_valid("٠٦٢٩١٠٤١٥٠٠٢١٣")

"""One form for a GS1 identifier in any of its spellings."""

from __future__ import annotations

import pytest

from gateway.intake.canonical_link import canonical_link

ROOT = "https://id.gs1.org/"


@pytest.mark.parametrize(
    ("urn", "link"),
    [
        ("id:sgtin:0614141.107346.2017", "01/10614141073464/21/2017"),
        ("id:sgtin:0614141.107346.0", "01/10614141073464/21/0"),
        ("id:sgtin:0614141.107346.A%2F(1)", "01/10614141073464/21/A%2F%281%29"),
        ("class:lgtin:4012345.012345.998877", "01/04012345123456/10/998877"),
        ("idpat:sgtin:4012345.098765.*", "01/04012345987652"),
        ("id:upui:1234567.089456.51qIgY", "01/01234567894560/235/51qIgY"),
        ("idpat:upui:1234567.089456.*", "01/01234567894560"),
        ("id:itip:4012345.012345.01.02.987", "8006/040123451234560102/21/987"),
        ("idpat:itip:4012345.012345.01.02.*", "8006/040123451234560102"),
        ("id:sscc:0614141.1234567890", "00/106141412345678908"),
        ("id:sgln:0614141.07346.1234", "414/0614141073467/254/1234"),
        ("id:sgln:0012345.11111.0", "414/0012345111112"),
        ("id:sgln:123456789012..7", "414/1234567890128/254/7"),
        ("id:pgln:4012345.00225", "417/4012345002256"),
        ("id:grai:4012345.00022.334", "8003/04012345000221334"),
        ("idpat:grai:4012345.00022.*", "8003/04012345000221"),
        ("id:giai:4000001.111", "8004/4000001111"),
        ("id:gdti:0614141.00001.1618034", "253/06141410000121618034"),
        ("idpat:gdti:0614141.00001.*", "253/0614141000012"),
        ("id:sgcn:4012345.67890.04711", "255/401234567890104711"),
        ("idpat:sgcn:4012345.67890.*", "255/4012345678901"),
        ("id:gsrn:0614141.0000010253", "8018/061414100000102534"),
        ("id:gsrnp:0614141.0000010253", "8017/061414100000102534"),
        ("id:ginc:0614141.xyz3311", "401/0614141xyz3311"),
        ("id:gsin:0614141.123456789", "402/06141411234567890"),
        ("id:cpi:0614141.A%2FB-1.12345", "8010/0614141A%2FB-1/8011/12345"),
        ("idpat:cpi:0614141.AB.*", "8010/0614141AB"),
    ],
)
def test_an_epc_urn_becomes_a_link(urn: str, link: str) -> None:
    assert canonical_link(f"urn:epc:{urn}") == ROOT + link


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("https://id.gs1.org/01/09521234100027/10/L1", "01/09521234100027/10/L1"),
        ("http://a.example/some/gtin/09521234100027/ser/7?17=260101#x", "01/09521234100027/21/7"),
        ("https://a.example/01/9521234100027", "01/09521234100027"),
        ("https://a.example/01/614141000036", "01/00614141000036"),
        ("https://a.example/01/95050003", "01/00000095050003"),
        ("https://a.example/01/09521234100027/22/V/10/L1/21/7", "01/09521234100027/21/7"),
        ("https://a.example/01/09521234100027/22/V", "01/09521234100027"),
        ("https://a.example/01/09521234100027/10/A%2FB", "01/09521234100027/10/A%2FB"),
        ("https://a.example/gln/9521234000013/254/G1", "414/9521234000013/254/G1"),
        ("https://a.example/party/9521234000013", "417/9521234000013"),
        ("https://a.example/giai/9521234LOG42", "8004/9521234LOG42"),
        ("https://a.example/8010/0614141AB/8011/12", "8010/0614141AB/8011/12"),
    ],
)
def test_a_link_of_any_host_and_spelling_becomes_one(link: str, path: str) -> None:
    assert canonical_link(link) == ROOT + path


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "urn:epc:id:sgtin:0614141.10734.2017", "urn:epc:id:sgtin:0614141.107346", "urn:epc:id:sgtin:0614141.107346.ä",
        "urn:epc:idpat:sgtin:0614141.107346.7", "urn:epc:id:sscc:0614141.1234567890.1", "urn:epc:id:other:0614141.1.2",
        "urn:epc:id:giai:0614141", "urn:epc:id:cpi:0614141.ab.1", "https://a.example/01/09521234100", "https://a.example/01",
        "https://a.example/id/qcert/animalA/3200123456", "https://a.example/00/09521234000000002", "ftp://a.example/01/09521234100027",
        "https://a.example/01/09521234100027/10/L 1", "https://a.example/8004/LOG42", "https:///01/09521234100027",
    ],
)  # fmt: skip
def test_another_text_is_none(text: str) -> None:
    assert canonical_link(text) is None

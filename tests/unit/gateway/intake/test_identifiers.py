"""GS1 identifiers → codes."""

from __future__ import annotations

import pytest

from gateway.intake.identifiers import BadIdentifier, read_identifier

HOSTS = {"id.gs1.org"}


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("https://id.gs1.org/01/09521234100034/10/C20250602-07", "01/09521234100034/10/C20250602-07"),
        ("http://id.gs1.org/01/09521234100034", "01/09521234100034"),
        ("HTTPS://id.gs1.org/01/09521234100034", "01/09521234100034"),
        ("https://id.gs1.org/01/09521234200024/21/7K3M9QX2VB4T", "01/09521234200024/21/7K3M9QX2VB4T"),
        ("https://id.gs1.org/01/09521234200024/10/A/21/B", "01/09521234200024/10/A/21/B"),
        ("https://id.gs1.org/01/09521234100034/10/C2025%2F06-07", "01/09521234100034/10/C2025%2F06-07"),
        ("https://id.gs1.org/01/09521234100034/10/a%2fb", "01/09521234100034/10/a%2Fb"),
        ("https://id.gs1.org/01/09521234100034/10/%41(b)", "01/09521234100034/10/A%28b%29"),
        ("https://id.gs1.org/00/095212340000000020", "00/095212340000000020"),
        ("urn:epc:id:sgtin:9521234.010003.7", "01/09521234100034/21/7"),
        ("urn:epc:class:lgtin:9521234.010003.C2", "01/09521234100034/10/C2"),
        ("urn:epc:idpat:sgtin:9521234.010003.*", "01/09521234100034"),
        ("urn:epc:id:sgtin:9521234.110003.7%2F8", "01/19521234100031/21/7%2F8"),
        ("urn:epc:id:sscc:9521234.0000000002", "00/095212340000000020"),
        ("URN:EPC:id:sscc:9521234.0000000002", "00/095212340000000020"),
    ],
)
def test_a_gtin_or_sscc_gives_its_canonical_code(uri: str, code: str) -> None:
    assert str(read_identifier(uri, HOSTS)) == code


@pytest.mark.parametrize(
    "uri",
    [
        "https://id.gs1.org/8003/09521234900016TRUCK01",
        "https://id.gs1.org/8004/9521234LOG42",
        "https://id.gs1.org/414/9521234000020/254/GATE1",
        "https://id.gs1.org/417/9521234000020?x=1",
        "https://trace.example.cn/id/slip/1",
        "urn:epc:id:sgln:9521234.00001.0",
        "urn:epc:idpat:sgtin:9521234.*.*",
        "urn:uuid:1",
        "nothing",
    ],
)
def test_an_identifier_of_another_kind_gives_no_code(uri: str) -> None:
    assert read_identifier(uri, HOSTS) is None


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("https://id.gs1.org@evil.example/01/09521234100034", "id.digital_link"),
        ("https://evil.example/id.gs1.org/01/09521234100034/10/A", "id.digital_link"),
        ("https://evil-id.gs1.org/01/09521234100034", "id.digital_link"),
        ("https://id.gs1.org.evil.example/01/09521234100034", "id.digital_link"),
        ("https://id.gs1.org:443/01/09521234100034", "id.digital_link"),
        ("https://ID.GS1.ORG/01/09521234100034", "id.digital_link"),
        ("https://id.gs1.org/01/09521234100034?17=250609", "id.digital_link"),
        ("https://id.gs1.org/01/09521234100034#x", "id.digital_link"),
        ("https://id.gs1.org/01/09521234100034/", "id.digital_link"),
        ("https://id.gs1.org/01/09521234100034/10/", "id.digital_link"),
        ("https://id.gs1.org/01/09521234100034/21/B/10/A", "id.digital_link"),
        ("https://id.gs1.org/01/09521234100034/10/a%2", "id.digital_link"),
        ("https://id.gs1.org/", "id.digital_link"),
        ("https://id.gs1.org/01/9521234100034", "id.gtin_format"),
        ("https://id.gs1.org/01/0952123410003O", "id.gtin_format"),
        ("https://id.gs1.org/01/０9521234100034", "id.gtin_format"),
        ("https://id.gs1.org/01/09521234100035", "id.gtin_check"),
        ("https://id.gs1.org/414/9521234000021", "id.gln_check"),
        ("https://id.gs1.org/414/9521234000021/254/GATE1", "id.gln_check"),
        ("https://id.gs1.org/417/9521234000021", "id.gln_check"),
        ("https://id.gs1.org/414/952123400002", "id.gln_format"),
        ("https://id.gs1.org/00/09521234000000002", "id.sscc_format"),
        ("https://id.gs1.org/00/095212340000000021", "id.sscc_check"),
        ("https://id.gs1.org/01/09521234100034/10/" + "A" * 21, "id.lot"),
        ("https://id.gs1.org/01/09521234100034/10/批号", "id.lot"),
        ("https://id.gs1.org/01/09521234100034/10/%E6%89%B9", "id.lot"),
        ("https://id.gs1.org/01/09521234100034/10/%FF", "id.lot"),
        ("https://id.gs1.org/01/09521234100034/10/%00", "id.lot"),
        ("https://id.gs1.org/01/09521234100034/10/a%20b", "id.lot"),
        ("https://id.gs1.org/01/09521234100034/21/a%7Eb", "id.serial"),
        ("urn:epc:id:sgtin:9521234.10003.7", "id.epc_urn"),
        ("urn:epc:id:sgtin:9521234.010003", "id.epc_urn"),
        ("urn:epc:id:sgtin:9521234.010003.", "id.epc_urn"),
        ("urn:epc:idpat:sgtin:9521234.010003.7", "id.epc_urn"),
        ("urn:epc:id:sscc:9521234.000000002", "id.epc_urn"),
        ("urn:epc:class:lgtin:9521234.010003." + "A" * 21, "id.lot"),
        ("urn:epc:class:lgtin:9521234.010003.A%E7%8C%AA", "id.lot"),
        ("urn:epc:class:lgtin:9521234.010003.A/B", "id.epc_urn"),  # a URN has it as %2F (TDS 2.0 §6.3.3)
        ("urn:epc:class:lgtin:9521234.010003.A%2", "id.epc_urn"),
        ("urn:epc:idpat:sgtin:9521.*.*", "id.epc_urn"),
    ],
)
def test_what_is_meant_to_be_a_code_and_is_not_is_refused(uri: str, code: str) -> None:
    with pytest.raises(BadIdentifier) as refused:
        read_identifier(uri, HOSTS)
    assert refused.value.code == code


def test_a_lot_may_have_twenty_characters_and_a_host_may_be_added() -> None:
    assert str(read_identifier("https://zs.test/01/09521234100034/10/" + "A" * 20, {"zs.test"})).endswith("A" * 20)

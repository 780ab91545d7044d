"""Codes on goods as text: GTIN, Digital Link of any host, element strings; other parsers come by installation only."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from certs.codes import Code
from gateway.intake.tables import code_parsers
from gateway.intake.tables.cells import CellError
from gateway.intake.tables.code_parsers import find_parser, parser_names, read_gs1

LOIN = "09521234100034"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LOIN, Code(gtin=LOIN)),
        (LOIN[1:], Code(gtin=LOIN)),
        (f"https://zs.example.cn/01/{LOIN}/10/C20250602-07?17=250609", Code(gtin=LOIN, lot="C20250602-07")),
        (f"https://zs.example.cn/a/b/01/{LOIN}/10/L%2F1/21/S1", Code(gtin=LOIN, lot="L/1", serial="S1")),
        (f"(01){LOIN}(10)L1(21)S1(17)250609", Code(gtin=LOIN, lot="L1", serial="S1")),
        ("(00)095212340000000013", Code(sscc="095212340000000013")),
        ("https://id.gs1.org/00/095212340000000013", Code(sscc="095212340000000013")),
    ],
)
def test_every_form_gives_its_code(text: str, code: Code) -> None:
    assert read_gs1(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("09521234100035", "id.gtin_check"), ("abc", "id.gtin_format"), ("(10)L1", "id.gtin_format"),
        (f"(01){LOIN}x(10", "id.gtin_check"), (f"(01){LOIN}(10)" + "x" * 21, "id.lot"), ("https://[x/01/1", "id.digital_link"),
        ("https://zs.example.cn/trace?id=1", "id.digital_link"), ("(00)095212340000000014", "id.sscc_check"),
        ("(00)1", "id.sscc_format"), (f"https://zs.example.cn/01/{LOIN}/21/%E6%89%B9", "id.serial"),
    ],
)  # fmt: skip
def test_what_is_no_code_is_refused_by_its_rule(text: str, code: str) -> None:
    with pytest.raises(CellError) as refused:
        read_gs1(text)
    assert refused.value.code in (code, "id.gtin_format")


def test_another_parser_comes_with_a_package_and_a_mapping_can_name_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = EntryPoints([EntryPoint("local", "gateway.intake.tables.code_parsers:read_gs1", code_parsers.GROUP)])
    monkeypatch.setattr(code_parsers, "entry_points", lambda group: installed.select(group=group))
    assert parser_names() == ("gs1", "local")
    assert find_parser("local") is read_gs1
    with pytest.raises(KeyError):
        find_parser("os.system")

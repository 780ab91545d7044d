"""Which encoding a file has, and that two encodings are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import Refused
from gateway.intake.tables.encodings import find_encoding

TEXT = "追溯单号,行号\r\n示例联通,1\r\n"


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("gbk"), "gbk"),
        ((TEXT + "𠮷\r\n").encode("gb18030"), "gb18030"),
        (b"a,b\r\n1,2\r\n", "utf-8"),
        (("追溯单号\r\n联通\r\n" * 5).encode("gbk"), "gbk"),
        (TEXT.encode() * 9_000, "utf-8"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, raw: bytes, encoding: str) -> None:
    (tmp_path / "t").write_bytes(raw)
    assert find_encoding(tmp_path / "t") == encoding


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode() + TEXT.encode("gbk"),
        TEXT.encode("gbk") + TEXT.encode(),
        TEXT.encode("gbk") * 5_000 + TEXT.encode(),
        ("追溯单号,行号\r\n".encode() * 3) + "追溯\r\n".encode("gbk"),  # all of it decodes as GBK too, to nonsense
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-be"),
        b"\xff\xff\xff",
        TEXT.encode()[:-1] + b"\xe7\x8c",
    ],
)
def test_two_encodings_or_another_are_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "t").write_bytes(raw)
    with pytest.raises(Refused) as refused:
        find_encoding(tmp_path / "t")
    assert refused.value.code == "csv.encoding"

"""
Which encoding a text file has: UTF-8 with or without BOM, or GBK/GB18030. A file of two encodings is refused, never guessed.

A file that is not UTF-8 throughout is GB18030 only when all of it decodes and no line of it reads as Chinese in UTF-8: two
encodings in one file come from pasting exports together, and half of such a file would be nonsense.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final

from gateway.errors import Refused

UTF8: Final = "utf-8"
UTF8_BOM: Final = "utf-8-sig"
GBK: Final = "gbk"
GB18030: Final = "gb18030"
_BLOCK: Final = 1 << 16
_CJK = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_TELLING: Final = 2  # Chinese characters of three bytes each: GBK text does not read as that by chance


def find_encoding(path: Path) -> str:
    """`utf-8`, `utf-8-sig`, `gbk` or `gb18030`. Raises `Refused` `csv.encoding`. Reads the file in blocks."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Refused("csv.encoding")
    if _decodes(path, UTF8):
        return UTF8_BOM if start.startswith(codecs.BOM_UTF8) else UTF8
    found = next((name for name in (GBK, GB18030) if _decodes(path, name)), None)
    if found is None or _has_utf8_line(path):
        raise Refused("csv.encoding")
    return found


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _has_utf8_line(path: Path) -> bool:
    with path.open("rb") as file:
        while line := file.readline(_BLOCK):
            try:
                text = line.decode(UTF8)
            except UnicodeDecodeError:
                continue
            if len(_CJK.findall(text)) >= _TELLING:
                return True
    return False

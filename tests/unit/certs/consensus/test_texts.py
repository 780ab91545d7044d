"""Every code raised in certs/evm and certs/consensus has words in both languages, and no words are left over."""

import ast
import re
from pathlib import Path

import certs
from certs.texts_evm import TEXTS

CERTS = Path(certs.__file__).parent
FILES = sorted([*CERTS.glob("evm/*.py"), *CERTS.glob("consensus/*.py")])


def raised():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise):
                assert isinstance(node.exc, ast.Call), f"{path.name}:{node.lineno} raises something without a code"
                first = node.exc.args[0]
                assert isinstance(first, ast.Constant), f"{path.name}:{node.lineno} has a code that is not written out"
                yield first.value


def test_the_table_has_exactly_the_codes_that_are_raised():
    assert len(FILES) > 10
    assert set(raised()) == set(TEXTS)


def test_every_text_is_a_chinese_and_an_english_sentence():
    for code, (chinese, english) in TEXTS.items():
        assert re.search(r"[一-鿿]", chinese), code
        assert chinese.endswith("。"), code
        assert re.fullmatch(r"[A-Z][ -~]+\.", english), code

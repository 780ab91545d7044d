"""Every code that `certs` raises or reports has words, and every text belongs to a code that somebody uses."""

import ast
import re
from pathlib import Path

import pytest

import certs
from certs.texts import TEXTS, text_of

ROOMS = [Path(certs.__file__).parent, Path(certs.__file__).parent.parent / "gateway"]
CARRIERS = {
    "MalformedCertificate", "FormError", "VerificationError", "MissingNode", "ForeignCertificate", "CannotCheck", "_refuse",
    "StatusFinding",
}  # fmt: skip
CODE = re.compile(r"[a-z0-9]+(\.[a-z0-9-]+)+")


def modules(room: Path) -> list[Path]:
    return [path for path in sorted(room.rglob("*.py")) if not path.name.startswith("texts")]


def codes_given_to_errors() -> set[str]:
    """The first argument of every error made in certs; where it is an expression, the strings inside it."""
    found: set[str] = set()
    for path in modules(ROOMS[0]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CARRIERS and node.args:
                strings = [n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
                passed_on = isinstance(node.args[0], (ast.Attribute, ast.Name))
                assert strings or passed_on, f"{path.name}:{node.lineno} has a code that is not written out"
                found.update(strings)
    return found


def strings_in(rooms: list[Path]) -> set[str]:
    return {
        node.value
        for room in rooms
        for path in modules(room)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    }


def test_every_code_that_is_raised_has_a_text() -> None:
    codes = codes_given_to_errors()
    assert len(codes) > 60
    assert codes - set(TEXTS) == set()


def test_every_text_is_used() -> None:
    assert set(TEXTS) - strings_in(ROOMS) == set()


def test_texts_are_chinese_and_english_sentences() -> None:
    for code, (chinese, english) in TEXTS.items():
        assert CODE.fullmatch(code), code
        assert re.search(r"[一-鿿]", chinese), code
        assert chinese.endswith("。"), code
        assert re.fullmatch(r"[A-Z][ -~]+[.?]", english), code


def test_a_code_without_a_text_is_our_own_fault() -> None:
    with pytest.raises(KeyError):
        text_of("no.such-code")

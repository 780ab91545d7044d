"""What the README says is so: its commands exist, its links lead somewhere, its verdicts and exit codes are the verifier's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from certs.verify import Verdict
from gateway.cli.commands import app

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_link_leads_to_a_file(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("script", ["scripts/demo", "scripts/test"])
def test_the_two_commands_are_there_and_can_be_run(script: str) -> None:
    assert f"./{script}" in README
    assert (ROOT / script).stat().st_mode & 0o111


@pytest.mark.parametrize(("name", "words"), re.findall(r"`([A-Z]+)` ([^ |]+(?: [^ |a-z—]+)?)", README))
def test_every_verdict_is_named_in_the_verifier_s_words(name: str, words: str) -> None:
    assert Verdict[name].zh.startswith(words.strip())


def test_the_exit_codes_are_the_verifier_s() -> None:
    said = (
        "0 valid, 1 forged, 3 authentic but status unknown, 4 suspended, superseded, revoked or recalled, 5 damaged file, "
        "6 another chain, 7 cannot check"
    )
    assert said in " ".join(README.split())
    codes = {"VALID": 0, "FORGED": 1, "AUTHENTIC": 3, "RECALLED": 4, "MALFORMED": 5, "FOREIGN": 6, "CANNOT_CHECK": 7}
    assert {name: Verdict[name].exit_code for name in codes} == codes


@pytest.mark.parametrize(
    "words", sorted(set(re.findall(r"`shisu ([a-z]+(?: [a-z]+)?)`", README + (ROOT / "CHANGELOG.md").read_text("utf-8"))))
)
def test_every_command_named_exists(words: str) -> None:
    command = get_command(app)
    for word in words.split():
        command = command.commands[word]

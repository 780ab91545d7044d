"""`python -m certs verify` as a process: exit codes, output, and that it needs neither network nor database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import certs
from certs.__main__ import main
from certs.errors import CertError
from certs.trust import load_bundle

CHECKOUT = Path(certs.__file__).resolve().parents[1]
VECTORS = CHECKOUT / "tests" / "vectors"
BUNDLE = str(VECTORS / "bundle" / "four.json")
NOW = "2025-10-09T09:53:20Z"


def run(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "certs", *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT, input=stdin, capture_output=True, check=False, env={**os.environ,
        "PYTHONIOENCODING": "utf-8", **environment}
    )  # fmt: skip


@pytest.fixture
def saved(tmp_path: Path) -> Any:
    """Saves the file of a vector and returns its path."""

    def save(vector: str, name: str | None = None) -> str:
        case = json.loads((VECTORS / "certificate" / f"{vector}.json").read_bytes())
        place = tmp_path / (name or f"{vector}.json")
        place.write_bytes(case["file"].encode())
        return str(place)

    return save


def verify_in_process(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["verify", *arguments, "--now", NOW])
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    ("vector", "code"),
    [
        ("valid-public", 0), ("forged-4-one-character", 1), ("authentic-9-no-staple", 3), ("status-suspended-leaf",
         4), ("status-superseded", 4),
        ("status-revoked-leaf", 4), ("status-recalled-lot", 4), ("malformed-1-cut", 5), ("other-chain-same-validators", 6),
        ("cannot-check-9-edition", 7),
    ],
)  # fmt: skip
def test_every_verdict_has_its_exit_code(saved: Any, capsys: pytest.CaptureFixture[str], vector: str, code: int) -> None:
    want = json.loads((VECTORS / "certificate" / f"{vector}.json").read_bytes())["want"]
    got, said = verify_in_process(capsys, saved(vector), "--trust", BUNDLE, "--json")
    line = json.loads(said)
    assert (got, line["verdict"], line["step"], line["code"]) == (code, want["verdict"], want["step"], want["code"])
    assert list(line) == ["file", "verdict", "step", "code", "number", "asOf", "steps", "says"]


def test_as_a_process_it_prints_the_verdict_and_the_bundles_fingerprint(saved: Any) -> None:
    ended = run("verify", saved("valid-public"), "--trust", BUNDLE, "--now", NOW)
    said = ended.stdout.decode()
    assert ended.returncode == 0
    assert "VALID  链上核验一致·状态有效" in said
    assert "SHFS-COM-1-2-N" in said
    assert "block 6, signed by 3 of 4" in said
    assert load_bundle(Path(BUNDLE).read_bytes()).fingerprint.hex() in said


def test_several_files_globs_and_standard_input_are_one_line_each_and_the_worst_wins(saved: Any, tmp_path: Path) -> None:
    for vector in ("valid-public", "status-recalled-lot", "authentic-9-no-staple"):
        path = saved(vector)
    ended = run("verify", str(tmp_path / "*.json"), "-", "--trust", BUNDLE, "--now", NOW, "--json", stdin=Path(path).read_bytes())
    lines = [json.loads(line) for line in ended.stdout.decode().splitlines()]
    assert [line["verdict"] for line in lines] == ["AUTHENTIC", "RECALLED", "VALID", "AUTHENTIC"]
    assert lines[-1]["file"] == "-"
    assert ended.returncode == 4


def test_a_file_whose_name_is_a_pattern_is_that_file(saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    saved("forged-4-one-character", "a.json")
    code, _ = verify_in_process(capsys, saved("valid-public", "[a].json"), "--trust", BUNDLE)
    assert code == 0


def test_freshness_is_an_input(saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved("valid-public")
    late = ["--trust", BUNDLE, "--now", "2025-10-17T09:00:00Z"]
    assert main(["verify", path, *late]) == 3
    assert main(["verify", path, *late, "--freshness", "30"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize("bundle", ["missing.json", ".", str(VECTORS / "bundle" / "bad-garbage.json"), "x" * 5_000])
def test_without_a_bundle_that_holds_nothing_can_be_checked(saved: Any, capsys: pytest.CaptureFixture[str], bundle: str) -> None:
    code, said = verify_in_process(capsys, saved("valid-public"), "--trust", bundle, "--json")
    assert (code, json.loads(said)["verdict"], json.loads(said)["step"]) == (7, "CANNOT CHECK", 0)


@pytest.mark.parametrize("name", ["nothing-here.json", "nothing-*.json", "."])
def test_a_file_that_cannot_be_read_cannot_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, said = verify_in_process(capsys, str(tmp_path / name), "--trust", BUNDLE, "--json")
    assert (code, json.loads(said)["verdict"], json.loads(said)["code"]) == (7, "CANNOT CHECK", "file.unreadable")


def test_a_file_beyond_the_limit_is_not_read_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(1 << 33)
    code, said = verify_in_process(capsys, str(large), "--trust", BUNDLE, "--json")
    assert (code, json.loads(said)["code"]) == (5, "json.size")


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["verify"], ["verify", "x.json"], ["verify", "--trust", BUNDLE], ["check", "x.json", "--trust", BUNDLE],
        ["verify", "x.json", "--trust", BUNDLE, "--now", "yesterday"], ["verify", "x.json", "--trust",
        BUNDLE, "--freshness", "-1"],
        ["verify", "x.json", "--trust", BUNDLE, "--freshness", "1e3"], ["verify", "x.json", "--trust", BUNDLE, "--unknown"],
    ],
)  # fmt: skip
def test_wrong_usage_exits_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().out == ""


def test_a_bundle_beside_the_file_is_never_picked_up(saved: Any, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_bytes(Path(BUNDLE).read_bytes())
    assert run("verify", saved("valid-public")).returncode == 2


def test_a_crash_of_ours_is_not_a_verdict_of_forged(
    saved: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise CertError("not.caught")

    monkeypatch.setattr("certs.__main__.verify", crash)
    assert main(["verify", saved("valid-public"), "--trust", BUNDLE]) == 7
    assert "CertError" in capsys.readouterr().err


def test_a_terminal_without_chinese_ends_no_run(saved: Any) -> None:
    path = saved("valid-public")
    assert run("verify", path, "--trust", BUNDLE, "--now", NOW, PYTHONIOENCODING="ascii").returncode == 0
    ended = run("verify", path, "--trust", BUNDLE, "--now", NOW, "--json", PYTHONIOENCODING="latin-1")
    assert (ended.returncode, json.loads(ended.stdout.decode("utf-8"))["verdict"]) == (0, "VALID")


def test_nothing_a_stranger_chose_moves_the_cursor(saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    _, said = verify_in_process(capsys, saved("forged-8-number-text", "\u001b[2J.json"), "--trust", BUNDLE)
    assert "\u001b" not in said


_WATCHED = """
import sys
asked = []
sys.addaudithook(lambda event, _: asked.append(event) if event.partition(".")[0] in ("socket", "sqlite3", "urllib") else None)
from certs.__main__ import main
code = main(sys.argv[1:])
print(sorted({name.partition(".")[0] for name in sys.modules} & set(UNWANTED.split())), asked, file=sys.stderr)
sys.exit(code)
"""
# Not the name socket: eth-keys asks importlib.metadata for its version, which loads email.utils, which loads socket.
_UNWANTED = "ssl _ssl http sqlite3 _sqlite3 asyncio sqlalchemy web3 httpx requests"


def test_verifying_loads_neither_network_nor_database_and_opens_no_socket(saved: Any) -> None:
    script = _WATCHED.replace("UNWANTED", repr(_UNWANTED))
    arguments = ["verify", saved("valid-public"), "--trust", BUNDLE, "--now", NOW]
    ended = subprocess.run([sys.executable, "-c", script, *arguments], cwd=CHECKOUT, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr.decode().strip()) == (0, "[] []")


def test_help_teaches() -> None:
    ended = run("verify", "--help")
    said = ended.stdout.decode()
    assert ended.returncode == 0
    assert "exit codes: 0 VALID" in said
    assert "A bundle that came with a certificate proves nothing." in said


@pytest.mark.parametrize("target", ["/dev/full", "closed pipe"])
def test_output_that_breaks_off_is_a_check_not_made_and_no_stack_of_ours(target: str, saved: Any) -> None:
    command = f"{sys.executable} -m certs verify {saved('valid-public')} --trust {BUNDLE} --now {NOW} 2>err"
    command += " >/dev/full; echo $?" if target == "/dev/full" else " | true; echo ${PIPESTATUS[0]}"
    place = Path(saved("valid-public")).parent
    done = subprocess.run(
        ["bash", "-c", command], cwd=place, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}
    )
    assert done.stdout.split()[-1] in (b"7", b"0")  # 0: the pipe's reader was slower than we
    assert b"Traceback" not in (place / "err").read_bytes()


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(saved: Any, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert run("verify", str(pipe), "--trust", BUNDLE).returncode == 7
    assert run("verify", saved("valid-public"), "--trust", str(pipe)).returncode == 7

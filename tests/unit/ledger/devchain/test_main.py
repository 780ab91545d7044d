"""`python -m ledger.devchain` as a parent process sees it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from eth_keys.datatypes import PrivateKey

from ledger.devchain.__main__ import main
from ledger.rpc import Rpc


def start(directory: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", "ledger.devchain", str(directory), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_what_it_is_where_it_is_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path / "c", "--period", "0.05") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "development chain 演示链·全部节点密钥在同一台机器·不具证明效力\n"
        line = process.stdout.readline()
        assert line.startswith("listening http://127.0.0.1:")
        import json
        import urllib.request

        body = b'{"jsonrpc":"2.0","id":1,"method":"web3_clientVersion"}'
        request = urllib.request.Request(line.split()[1], body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert "development chain" in json.loads(answer.read())["result"]
        process.send_signal(number)
        rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest, errors) == (0, "", "")
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == ["chain.sqlite3", "validators.json"]


def test_a_directory_in_use_is_refused_with_its_code(tmp_path: Path, chain: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with start(tmp_path / "chain") as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith("devchain.locked ")


def test_a_chain_without_the_announced_keys_says_so_on_stderr_and_keeps_answering(tmp_path: Path, voting: Any) -> None:
    voting.announce_strangers([PrivateKey(bytes([number]) * 32) for number in (41, 42, 43)])
    height = voting.rpc.call("eth_blockNumber")
    voting.chain.close()
    with start(tmp_path / "chain", "--period", "0.05") as process:
        assert process.stdout is not None
        process.stdout.readline()
        with contextlib.closing(Rpc(process.stdout.readline().split()[1], chain_id=None, timeout_s=30)) as rpc:
            assert rpc.call("eth_blockNumber") == height
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors.startswith("devchain.stalled: ") and errors.count("\n") == 1


def test_wrong_arguments_are_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(["--port", "x"])
    assert refusal.value.code == 2
    assert "usage" in capsys.readouterr().err

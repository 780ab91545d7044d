"""The demo as a new user runs it, and what is left of it when everything but its files is gone."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from zxingcpp import read_barcodes

from certs.limits import LIMITS
from certs.times import format_time
from gateway.cli.demo.sealed import SEAL, verify_sealed
from gateway.cli.demo.sending import CHAINS

pytestmark = pytest.mark.demo
DAY_S = 86_400


def run_demo(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway.cli", "demo", "--dir", str(directory), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A demo that was kept up: its directory and what it printed. Ends only the processes that it named."""
    directory = tmp_path_factory.mktemp("demo") / "data"
    done = run_demo(directory, "--keep")
    assert done.returncode == 0, done.stdout + done.stderr
    pids = [int(pid) for pid in re.search(r"停止：kill ([\d ]+)", done.stdout)[1].split()]
    yield directory, done.stdout
    for pid in pids:
        os.kill(pid, signal.SIGTERM)


def certificates(directory: Path) -> list[Path]:
    return sorted((directory / "certificates").glob("*.json"))


def test_every_event_that_names_goods_gets_one_certificate_and_the_other_is_kept(played: tuple[Path, str]) -> None:
    directory, said = played
    data = Path("gateway/cli/demo/data")
    events = [event for chain in CHAINS for event in json.loads((data / chain).read_bytes())["epcisBody"]["eventList"]]
    assert len(events) == 41
    assert len(certificates(directory)) == 40
    assert said.count("已留存·不上链（") == 1


def test_the_same_day_as_a_workbook_changes_nothing(played: tuple[Path, str]) -> None:
    _, said = played
    day = re.findall(r"(pork_wholesale_day\S+) +│ (\w+) +│ 500 +│ (\d+) +│ (\d+) +│ 0 +│ 334", said)
    assert day == [("pork_wholesale_day.gbk.csv", "gbk", "500", "0"), ("pork_wholesale_day.xlsx", "xlsx", "0", "500")]


def test_the_quality_report_counts_what_was_sent(played: tuple[Path, str]) -> None:
    _, said = played
    report = said.partition("数据质量日报")[2].partition("\n五、")[0]
    market = re.search(r"示例申西农产品批发市场经营管理有限公司 +│ (\d+) +│ (\d+) +│ (\d+)", report)
    assert market is not None
    assert market.groups() == ("1003", "503", "500")


def test_one_can_of_ten_thousand_has_a_proof_of_its_own(played: tuple[Path, str]) -> None:
    directory, _ = played
    (unit,) = (directory / "units").glob("*.json")
    assert json.loads(unit.read_bytes())["item"]["code"].endswith(unit.stem.rpartition("-")[2])
    assert verify_sealed([unit], directory / "bundle.json").reports[0]["verdict"] == "VALID"


def test_the_demo_says_which_verdicts_came_out(played: tuple[Path, str]) -> None:
    _, said = played
    before_the_recall, recalled = said.split("八、")
    assert before_the_recall.count("VALID 链上核验一致·状态有效") == 39 + 1  # and the can
    assert before_the_recall.count("SUPERSEDED 已更正") == 1
    assert recalled.count("RECALLED 已召回 停止食用") == 9
    assert re.search(r"one character changed.*FORGED.*4 +merkle\.root", said)
    assert re.search(r"status proof cut off.*AUTHENTIC.*9 +staple\.absent", said)
    assert re.search(r"bundle of another.*FOREIGN", said)
    assert re.search(r"as of  block \d+, signed by 5 of 7", said)
    assert "演示链·全部节点密钥在同一台机器·不具证明效力" in said


def test_certificates_are_valid_when_gateway_database_and_chain_are_gone(played: tuple[Path, str], tmp_path: Path) -> None:
    directory, _ = played
    files = [Path(shutil.copy(path, tmp_path)) for path in certificates(directory)]
    bundle = Path(shutil.copy(directory / "bundle.json", tmp_path))
    answer = verify_sealed(files, bundle)
    assert sorted(report["verdict"] for report in answer.reports) == ["SUPERSEDED"] + ["VALID"] * 39


def test_eight_days_later_the_same_files_are_authentic(played: tuple[Path, str]) -> None:
    directory, _ = played
    later = format_time(int(time.time()) + 8 * DAY_S)
    answer = verify_sealed(certificates(directory), directory / "bundle.json", now=later)
    found = {(report["verdict"], report["code"]) for report in answer.reports}
    assert found == {("AUTHENTIC", "staple.old"), ("SUPERSEDED", "staple.adverse")}  # a proven adverse status holds however old


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket()",
        "import sqlite3; sqlite3.connect(':memory:')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "open('/etc/hostname')",
    ],
)
def test_the_sealed_process_can_reach_neither_network_nor_database_nor_files_elsewhere(attempt: str, tmp_path: Path) -> None:
    attack = SEAL.replace("sys.exit(certs.__main__.main(sys.argv[1:]))", attempt)
    assert attack != SEAL
    command = [sys.executable, "-I", "-c", attack, str(Path.cwd()), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "PermissionError: sealed" in done.stderr


def test_staples_of_the_demo_are_at_most_16_kb_and_files_far_below_the_limits(played: tuple[Path, str]) -> None:
    directory, _ = played
    for path in certificates(directory):
        staple = json.loads(path.read_bytes())["staple"]
        assert len(json.dumps(staple, separators=(",", ":"))) <= 16 * 1024
        assert path.stat().st_size < LIMITS.certificate_bytes


def test_each_qr_code_holds_the_link_that_the_demo_prints(played: tuple[Path, str]) -> None:
    directory, said = played
    links = {barcode.text for path in (directory / "qr").glob("*.png") for barcode in read_barcodes(Image.open(path))}
    assert len(links) == 40
    assert all(link in said for link in links)


def shisu_verify(target: str, bundle: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway.cli", "verify", target, "--trust", str(bundle)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_link_is_checked_against_the_running_gateway(played: tuple[Path, str]) -> None:
    directory, said = played
    link = re.search(r"http://127\.0\.0\.1:\d+/certificates/\S+", said)[0].rstrip("'")
    valid = shisu_verify(link, directory / "bundle.json")
    assert valid.returncode == 0
    assert "VALID" in valid.stdout
    foreign = shisu_verify(link, directory / "other-bundle.json")
    assert foreign.returncode == 6
    unknown = shisu_verify(re.sub(r"SHFS-[A-Z]+-\d+-\d+-.", "SHFS-COM-999-0-K", link), directory / "bundle.json")
    assert unknown.returncode == 8
    assert "查无此码，谨防假冒" in unknown.stdout
    without_code = shisu_verify(link.partition("?")[0], directory / "bundle.json")
    assert without_code.returncode == 7


def test_a_recalled_certificate_differs_from_the_same_one_before_in_its_staple_alone(played: tuple[Path, str]) -> None:
    directory, _ = played
    recalled = sorted((directory / "recalled").glob("*.json"))
    assert len(recalled) == 9
    for path in recalled:
        before, after = json.loads((directory / "certificates" / path.name).read_bytes()), json.loads(path.read_bytes())
        assert before["certificate"] == after["certificate"]
        assert before["staple"] != after["staple"]


def test_the_superseded_certificate_names_its_successor(played: tuple[Path, str]) -> None:
    directory, said = played
    wrong, successor = re.search(r"(SHFS-COM-\S+) gave a wrong count.*superseded by (SHFS-COM-\S+)\.", said).groups()
    report = verify_sealed([directory / "certificates" / f"{wrong}.json"], directory / "bundle.json").reports[0]
    assert report["verdict"] == "SUPERSEDED"
    assert any(successor in sentence["en"] for sentence in report["says"])


def test_a_wrong_check_code_is_answered_like_none(played: tuple[Path, str]) -> None:
    _, said = played
    link = re.search(r"http://127\.0\.0\.1:\d+/certificates/[^?\s]+", said)[0]
    wrong, none = httpx.get(link + "?k=222222222222"), httpx.get(link)
    assert wrong.content == none.content
    assert set(none.json()) == {"number", "state", "class", "classZh"}


def test_the_demo_works_again_in_its_directory_and_leaves_nothing_running(tmp_path: Path) -> None:
    for _ in range(2):
        done = run_demo(tmp_path / "data")
        assert done.returncode == 0, done.stdout + done.stderr
    url = json.loads((tmp_path / "data" / "settings.json").read_bytes())["public_url"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(url + "/healthz")


def test_the_demo_refuses_a_directory_with_files_that_are_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    done = run_demo(tmp_path)
    assert done.returncode == 1
    assert (tmp_path / "mine.txt").read_text() == "keep me"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_told_to_stop_takes_its_children_with_it(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "gateway.cli", "demo", "--dir", str(tmp_path / "data")]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, stdin=subprocess.DEVNULL)
    assert demo.stdout is not None
    for line in demo.stdout:  # both chains are up when the second chapter is printed
        if line.startswith("二、"):
            break
    demo.send_signal(number)
    demo.stdout.read()
    demo.stdout.close()
    assert demo.wait() != 0
    assert not processes_naming(tmp_path)


def processes_naming(directory: Path) -> list[str]:
    """Command lines of running processes that name a directory."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended while we looked
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in lines if str(directory) in line]

"""
Makes the virtual environment `.venv` that ./scripts/demo and ./scripts/test run in.

It holds exactly what a lock file in requirements/ names, checked by hash, and the checkout itself by path. A stamp is written
last: without it `.venv` was left half made and is made again; with it the next start is immediate and needs no network.
pip is called as the user has set it up (PIP_*, pip.conf, proxies); nothing here names an index. Standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import interpreter
from progress import Progress, say

ROOT = Path(__file__).resolve().parent.parent
# What an installed lock gives: test.lock is demo.lock with more beside it (tests/test_scripts.py holds them to that).
GIVES = {"demo": ("demo",), "test": ("demo", "test")}
_IDLE = ("Requirement already satisfied", "Ignoring ")  # what pip says of packages it leaves alone


class SetupFailed(Exception):
    """The environment could not be made; the message says what to do about it, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a finished `.venv` was made from: its place, its Python, and the sha256 of each lock file it satisfies."""

    root: str
    python: str
    locks: Mapping[str, str]


def read_stamp(path: Path) -> Stamp | None:
    """The stamp at `path`, or None when it is absent or not one of ours."""
    try:
        return Stamp(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_stamp(path: Path, stamp: Stamp) -> None:
    """Writes the stamp so that it is there whole or not at all."""
    half = path.with_suffix(".half")
    half.write_text(json.dumps(asdict(stamp), indent=1), "utf-8")
    half.replace(path)


def decide(found: Stamp | None, current: Stamp, lock: str) -> str:
    """
    `ready`, `extend` (what is there is right, `lock` is missing) or `remake`, for the stamp found and what it ought to be.

    `.venv` keeps the Python it was made with, whichever one starts the script; a moved checkout or a changed lock remakes it.
    """
    if found is None or (found.root, found.python) != (current.root, current.python):
        return "remake"
    if any(current.locks.get(name) != digest for name, digest in found.locks.items()):
        return "remake"
    return "ready" if lock in found.locks else "extend"


def pip_command(python: Path, lock: Path, wheelhouse: Path | None) -> list[str]:
    """The pip call; with a wheelhouse it looks nowhere else."""
    offline = ["--no-index", "--find-links", str(wheelhouse)] if wheelhouse else []
    return [str(python), "-m", "pip", "install", "--no-input", "--require-hashes", *offline, "-r", str(lock)]


def prepare(lock: str, wheelhouse: Path | None, *, root: Path = ROOT) -> Path:
    """
    Makes `root`/.venv satisfy requirements/`lock`.lock if it does not yet; returns its Python.

    Raises `SetupFailed`.
    """
    if wheelhouse and not wheelhouse.is_dir():
        raise SetupFailed(f"找不到目录 {wheelhouse}\n--wheelhouse: there is no directory {wheelhouse}")
    try:
        with _alone(root) as lock_fd:
            return _prepare_alone(root, lock, wheelhouse, lock_fd)
    except OSError as problem:
        where, why = problem.filename or root, problem.strerror
        raise SetupFailed(f"无法在 {where} 写入：{why}\nset-up cannot write {where}: {why}") from problem


def _prepare_alone(root: Path, lock: str, wheelhouse: Path | None, lock_fd: int) -> Path:
    home, stamp_path = root / ".venv", root / ".venv" / "shisu-stamp.json"
    python = home / "bin" / "python"
    found = read_stamp(stamp_path)
    state = decide(found, _current(root, python), lock)
    if state == "ready":
        return python
    stamp_path.unlink(missing_ok=True)  # until the new one is written, .venv counts as half made
    if state == "remake":
        _make_venv(home, again=home.exists())
    before = _installed(home)
    try:
        _install(home, root / "requirements" / f"{lock}.lock", wheelhouse, lock_fd)
    except SetupFailed:
        # pip fetches everything before it installs anything: after a failed download what was there is still whole.
        if found and state == "extend" and _installed(home) == before:
            write_stamp(stamp_path, found)
        raise
    _link_checkout(root, home)
    current = _current(root, python)
    write_stamp(stamp_path, Stamp(current.root, current.python, {name: current.locks[name] for name in GIVES[lock]}))
    return python


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[int]:
    """Keeps a second set-up of the same checkout waiting; yields the descriptor that holds the lock."""
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("另一个进程正在准备环境，等待中 … / another process is setting up; waiting")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _current(root: Path, python: Path) -> Stamp:
    made_with = interpreter.probe(str(python))
    version = ".".join(map(str, made_with.version)) if made_with else ""
    locks = {name: (root / "requirements" / f"{name}.lock").read_bytes() for name in GIVES}
    return Stamp(str(root), version, {name: hashlib.sha256(text).hexdigest() for name, text in locks.items()})


def _make_venv(home: Path, *, again: bool) -> None:
    why = "（原有的不完整或已过期）/ (the old one is unfinished or out of date)" if again else ""
    say(f"[1/2] 创建虚拟环境 .venv{why} / making .venv with Python {sys.version.split()[0]}")
    running = interpreter.probe(sys.executable)
    if running is None or not running.can_make_venv:
        running_version = tuple(sys.version_info[:3])
        raise SetupFailed(interpreter.venv_needed(running_version, is_debian=Path("/etc/debian_version").exists()))
    try:
        # In this process, not by `-m venv`: the Python that runs may be the very one in .venv, which is cleared here.
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=True).create(home)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise SetupFailed(f"无法创建 {home}\ncannot make {home}: {problem}") from problem


def _install(home: Path, lock: Path, wheelhouse: Path | None, lock_fd: int) -> None:
    command = pip_command(home / "bin" / "python", lock, wheelhouse)
    total = len(re.findall(r"^\S+==", lock.read_text("utf-8"), re.MULTILINE))
    log_path = home / "shisu-setup.log"
    label = f"[2/2] 安装 {lock.name} 中的依赖（约一分钟）/ installing what {lock.name} names (about a minute)"
    # PIP_USER off: a user's `user = true` cannot hold in a virtual environment. The descriptor goes along so that a pip
    # that outlives us still keeps the next set-up waiting.
    with (
        Progress(label, total) as progress,
        log_path.open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
            errors="replace", env={**os.environ, "PIP_USER": "0"}, pass_fds=(lock_fd,),
        ) as pip,
    ):  # fmt: skip
        for line in pip.stdout or ():
            log.write(line)
            progress.note(line)
    if pip.returncode:
        said = [line for line in log_path.read_text("utf-8").splitlines() if not line.startswith(_IDLE)]
        raise SetupFailed(_install_failed("\n".join(said[-12:]), log_path, lock))


def _install_failed(last_lines: str, log_path: Path, lock: Path) -> str:
    return (
        f"{last_lines}\n"
        f"pip 安装失败，完整记录在 {log_path}。没有外网时：用 pip 的常规设置（PIP_INDEX_URL、pip.conf、代理）指定镜像，\n"
        "或在有网的同类机器上执行下面一行，把目录拷来，再加 --wheelhouse 目录。\n"
        f"pip failed; all it said is in {log_path}. Without the public index, point pip at a mirror in its usual way\n"
        "(PIP_INDEX_URL, pip.conf, proxies), or run this on a like machine that has an index, bring the directory here\n"
        "and add --wheelhouse DIR:\n"
        f"    python3 -m pip download --require-hashes -r requirements/{lock.name} -d DIR"
    )


def _site_packages(home: Path) -> Path:
    return next((home / "lib").glob("python3.*/site-packages"))


def _installed(home: Path) -> set[str]:
    return {entry.name for entry in _site_packages(home).iterdir()}


def _link_checkout(root: Path, home: Path) -> None:
    """Puts the checkout on the path of .venv and `shisu` among its commands: what an editable install does, without a build."""
    # A line of code, not a bare path: a .pth is read in the locale's encoding, and a checkout may lie under 食溯链/.
    (_site_packages(home) / "shisu.pth").write_text(f"import sys; sys.path.append({str(root)!a})\n", "ascii")
    command = home / "bin" / "shisu"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(str(home / "bin" / "python"))} -P -m gateway.cli "$@"\n', "utf-8")
    command.chmod(0o755)

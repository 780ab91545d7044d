"""
Finds a Python that Shisu runs on, before anything else is imported.

`python3` on a user's machine may be too old or too new, or may be Debian's without `venv`; a better one is often on PATH.
This file therefore keeps to syntax that Python 3.6 reads: its whole purpose is to speak there instead of failing with a
SyntaxError. It installs nothing and changes nothing.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 14)
# 3.14 comes last: coincurve has no wheel for it yet, and without coincurve signatures are checked a hundred times slower.
SEARCH = ("python3.13", "python3.12", "python3.11", "python3.14")

_PROBE = """
import sys
try:
    import ensurepip, venv
    can = 1
except ImportError:
    can = 0
print("%d %d %d %d" % (tuple(sys.version_info[:3]) + (can,)))
"""


class Found:
    """One interpreter: `path`, `version` (major, minor, micro), and whether it `can_make_venv`."""

    def __init__(self, path: str, version: "tuple[int, ...]", can_make_venv: bool) -> None:
        self.path = path
        self.version = version
        self.can_make_venv = can_make_venv

    @property
    def supported(self) -> bool:
        """True for 3.11 to 3.14."""
        return OLDEST <= self.version[:2] <= NEWEST


def probe(path: str) -> "Found | None":
    """Asks the interpreter at `path` what it is; None when it does not run (a dangling link, an empty pyenv shim)."""
    try:
        answer = subprocess.check_output([path, "-c", _PROBE], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        major, minor, micro, can_make_venv = (int(word) for word in answer.split())
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None
    return Found(path, (major, minor, micro), bool(can_make_venv))


def on_path() -> "list[Found]":
    """The interpreters named in `SEARCH` that PATH has and that run."""
    paths = [shutil.which(name) for name in SEARCH]
    return [found for found in (probe(path) for path in paths if path) if found]


def choose(candidates: "list[Found]") -> "Found | None":
    """The first supported candidate that can make a virtual environment, else the first supported one, else None."""
    supported = [found for found in candidates if found.supported]
    return next((found for found in supported if found.can_make_venv), supported[0] if supported else None)


def python_needed(version: "tuple[int, ...]") -> str:
    """What to tell someone who has no Python that Shisu runs on; `version` is the one that was started."""
    return (
        f"需要 Python 3.11 至 3.14；这里运行的是 {_dotted(version)}，PATH 上也没有合适的版本。例如 Debian/Ubuntu：\n"
        f"Shisu needs Python 3.11 to 3.14; this is {_dotted(version)}, and PATH has no other that fits. On Debian or Ubuntu:\n"
        f"    {sudo()}apt-get install python3 python3-venv"
    )


def venv_needed(version: "tuple[int, ...]", *, is_debian: bool) -> str:
    """What to tell someone whose Python cannot make a virtual environment: on Debian, the one line that mends it."""
    name = f"python{_dotted(version[:2])}"
    if not is_debian:
        return (
            f"这个 Python 缺少 venv/ensurepip，请安装完整的 {name}。\n"
            f"This Python lacks venv and ensurepip; please install a complete {name}."
        )
    return (
        "缺少 Debian 的 venv 组件，执行下面一行后重试：\n"
        "Debian's venv is missing; run this line, then try again:\n"
        f"    {sudo()}apt-get install {name}-venv"
    )


def _dotted(version: "tuple[int, ...]") -> str:
    return ".".join(str(part) for part in version)


def sudo() -> str:
    """The prefix for a command that needs root: empty for root, who may not even have sudo."""
    return "" if os.geteuid() == 0 else "sudo "


def require(script: str) -> None:
    """
    Returns when the running Python will do; otherwise restarts `script` with the same arguments under one that will.

    Raises `SystemExit` with an explanation when there is none.
    """
    if os.name != "posix":
        sys.exit("请在 Linux、macOS 或 WSL 中运行。\nPlease run this on Linux, macOS or WSL.")
    running = probe(sys.executable) or Found(sys.executable, tuple(sys.version_info[:3]), False)
    if running.supported and running.can_make_venv:
        return
    best = choose([running, *on_path()])
    if best is None:
        sys.exit(python_needed(running.version))
    if best.path != running.path:
        sys.stderr.flush()
        os.execv(best.path, [best.path, script, *sys.argv[1:]])

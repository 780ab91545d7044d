"""The decisions of ./scripts/demo and ./scripts/test: which Python, when .venv is remade, what pip is told. No network."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import bootstrap
import interpreter
from bootstrap import Stamp, decide
from interpreter import Found
from progress import Progress

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"demo": "d1", "test": "t1"}
NOW = Stamp("/here", "3.11.7", LOCKS)


def script(name: str) -> ModuleType:
    loader = SourceFileLoader(f"scripts_{name}", str(ROOT / "scripts" / name))
    module = module_from_spec(spec_from_loader(loader.name, loader) or pytest.fail())
    loader.exec_module(module)
    return module


# Which Python.


@pytest.mark.parametrize(("version", "fits"), [((3, 10, 9), False), ((3, 11, 0), True), ((3, 14, 2), True), ((3, 15, 0), False)])
def test_python_3_11_to_3_14_fit_and_no_other(version: tuple[int, ...], fits: bool) -> None:
    assert Found("python3", version, True).supported is fits


def test_a_python_that_can_make_an_environment_is_preferred_to_the_running_one() -> None:
    bare, whole = Found("bare", (3, 13, 0), False), Found("whole", (3, 11, 0), True)
    assert interpreter.choose([bare, whole]) is whole
    assert interpreter.choose([bare]) is bare


def test_an_unsupported_python_is_never_chosen() -> None:
    assert interpreter.choose([Found("old", (3, 9, 0), True), Found("new", (3, 15, 0), True)]) is None


def test_a_shim_with_nothing_behind_it_is_no_python(tmp_path: Path) -> None:
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert interpreter.probe(str(shim)) is None
    assert interpreter.probe(str(tmp_path / "absent")) is None


def test_the_running_python_is_recognised() -> None:
    found = interpreter.probe(sys.executable)
    assert found is not None
    assert found.version == tuple(sys.version_info[:3])


def test_a_python_without_ensurepip_cannot_make_an_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ensurepip.py").write_text("raise ImportError('as on Debian without python3-venv')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = interpreter.probe(sys.executable)
    assert found is not None
    assert found.supported
    assert not found.can_make_venv


def test_an_old_python_hears_in_two_languages_what_is_needed() -> None:
    said = interpreter.python_needed((3, 9, 2))
    assert "需要 Python 3.11 至 3.14；这里运行的是 3.9.2" in said
    assert "needs Python 3.11 to 3.14; this is 3.9.2" in said


@pytest.mark.parametrize(("uid", "prefix"), [(0, ""), (1000, "sudo ")])
def test_debian_without_venv_is_told_the_one_line_that_mends_it(monkeypatch: pytest.MonkeyPatch, uid: int, prefix: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    last_line = interpreter.venv_needed((3, 11, 2), is_debian=True).splitlines()[-1].strip()
    assert last_line == f"{prefix}apt-get install python3.11-venv"


def test_other_systems_are_not_told_to_use_apt() -> None:
    assert "apt" not in interpreter.venv_needed((3, 12, 1), is_debian=False)


def test_a_python_that_does_not_fit_is_replaced_by_one_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(interpreter, "probe", lambda path: Found(path, (3, 9, 2), True))
    monkeypatch.setattr(interpreter, "on_path", lambda: [Found("/usr/bin/python3.12", (3, 12, 1), True)])
    monkeypatch.setattr(os, "execv", lambda path, arguments: ran.append([path, *arguments]))
    monkeypatch.setattr(sys, "argv", ["scripts/demo", "--keep"])
    interpreter.require("scripts/demo")
    assert ran == [["/usr/bin/python3.12", "/usr/bin/python3.12", "scripts/demo", "--keep"]]


def test_without_any_python_that_fits_the_script_stops_with_the_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "probe", lambda path: Found(path, (3, 9, 2), True))
    monkeypatch.setattr(interpreter, "on_path", list)
    with pytest.raises(SystemExit, match=r"this is 3\.9\.2"):
        interpreter.require("scripts/demo")


@pytest.mark.parametrize("name", ["interpreter.py", "demo", "test"])
def test_an_old_python_can_read_as_far_as_the_explanation(name: str) -> None:
    tree = ast.parse((ROOT / "scripts" / name).read_text("utf-8"), feature_version=(3, 6))
    assert not [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]


# When .venv is remade.


@pytest.mark.parametrize(
    ("found", "lock", "want"),
    [
        (None, "demo", "remake"),
        (NOW, "demo", "ready"),
        (NOW, "test", "ready"),
        (Stamp("/here", "3.11.7", {"demo": "d1"}), "demo", "ready"),
        (Stamp("/here", "3.11.7", {"demo": "d1"}), "test", "extend"),
        (Stamp("/here", "3.11.7", {"demo": "d0"}), "demo", "remake"),
        (Stamp("/here", "3.11.7", {"demo": "d0"}), "test", "remake"),
        (Stamp("/here", "3.11.7", {"demo": "d1", "test": "t0"}), "demo", "remake"),
        (Stamp("/there", "3.11.7", LOCKS), "demo", "remake"),
        (Stamp("/here", "3.12.1", LOCKS), "demo", "remake"),
    ],
    ids=[
        "no-stamp", "demo-again", "test-again", "only-demo", "test-after-demo", "lock-changed", "lock-changed-for-test",
        "other-lock-changed", "checkout-moved", "python-changed",
    ],
)  # fmt: skip
def test_an_environment_is_kept_only_while_its_sources_are_unchanged(found: Stamp | None, lock: str, want: str) -> None:
    assert decide(found, NOW, lock) == want


@pytest.mark.parametrize("text", ["", "{", "[]", '{"root": "/here"}', '{"root": "", "python": "", "locks": {}, "more": 1}'])
def test_a_damaged_stamp_counts_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "stamp.json"
    path.write_text(text)
    assert bootstrap.read_stamp(path) is None


def test_a_stamp_is_read_back_as_written(tmp_path: Path) -> None:
    bootstrap.write_stamp(tmp_path / "stamp.json", NOW)
    assert bootstrap.read_stamp(tmp_path / "stamp.json") == NOW
    assert [entry.name for entry in tmp_path.iterdir()] == ["stamp.json"]


class Setup:
    """A checkout with locks of its own, and the two slow steps of a set-up replaced by ones that only leave traces."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.did = root, list[str]()
        self.install: Callable[[Path], None] = lambda site: None
        (root / "requirements").mkdir()
        for name in bootstrap.GIVES:
            (root / "requirements" / f"{name}.lock").write_text(f"{name}==1\n")
        monkeypatch.setattr(bootstrap, "_make_venv", self._make_venv)
        monkeypatch.setattr(bootstrap, "_install", self._install)

    @property
    def stamp(self) -> Path:
        return self.root / ".venv" / "shisu-stamp.json"

    def _make_venv(self, home: Path, *, again: bool) -> None:
        assert not self.stamp.exists(), "a half-cleared environment would look finished"
        self.did.append("remake" if again else "make")
        (home / "lib/python3.11/site-packages").mkdir(parents=True, exist_ok=True)
        (home / "bin").mkdir(exist_ok=True)
        (home / "bin/python").unlink(missing_ok=True)
        (home / "bin/python").symlink_to(sys.executable)

    def _install(self, home: Path, lock: Path, wheelhouse: Path | None, lock_fd: int) -> None:
        assert not self.stamp.exists(), "an interrupted install would look finished"
        self.did.append(lock.stem)
        self.install(home / "lib/python3.11/site-packages")

    def run(self, lock: str) -> list[str]:
        self.did.clear()
        bootstrap.prepare(lock, None, root=self.root)
        return self.did


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setup:
    return Setup(tmp_path, monkeypatch)


def test_a_second_run_does_nothing(setup: Setup) -> None:
    assert setup.run("demo") == ["make", "demo"]
    assert setup.run("demo") == []


def test_the_tests_add_to_the_demo_s_environment_and_serve_the_demo_too(setup: Setup) -> None:
    setup.run("demo")
    assert setup.run("test") == ["test"]
    assert setup.run("demo") == []


def test_a_changed_lock_remakes_the_environment(setup: Setup) -> None:
    setup.run("demo")
    (setup.root / "requirements/demo.lock").write_text("demo==2\n")
    assert setup.run("demo") == ["remake", "demo"]


def failing(site: Path) -> None:
    raise bootstrap.SetupFailed("no network")


def test_a_failed_set_up_is_made_again(setup: Setup) -> None:
    setup.install = failing
    with pytest.raises(bootstrap.SetupFailed):
        setup.run("demo")
    setup.install = lambda site: None
    assert setup.run("demo") == ["remake", "demo"]


def test_failing_to_fetch_the_tests_leaves_the_demo_working_offline(setup: Setup) -> None:
    setup.run("demo")
    setup.install = failing
    with pytest.raises(bootstrap.SetupFailed):
        setup.run("test")
    assert setup.run("demo") == []


def test_an_install_that_broke_off_half_way_is_not_trusted(setup: Setup) -> None:
    def half_way(site: Path) -> None:
        (site / "half").mkdir()
        failing(site)

    setup.run("demo")
    setup.install = half_way
    with pytest.raises(bootstrap.SetupFailed):
        setup.run("test")
    setup.install = lambda site: None
    assert setup.run("demo") == ["remake", "demo"]


def test_an_environment_whose_python_is_gone_is_made_again(setup: Setup) -> None:
    setup.run("demo")
    (setup.root / ".venv/bin/python").unlink()
    assert setup.run("demo") == ["remake", "demo"]


def test_a_checkout_under_a_chinese_path_is_importable_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "食 溯链"
    root.mkdir()
    setup = Setup(root, monkeypatch)
    setup.run("demo")
    link = next(root.glob(".venv/lib/*/site-packages/shisu.pth")).read_bytes()
    assert link.isascii()
    path = subprocess.check_output([sys.executable, "-c", f"{link.decode()}\nprint(ascii(sys.path[-1]))"], text=True)
    assert ast.literal_eval(path) == str(root)
    command = root / ".venv/bin/shisu"
    assert os.access(command, os.X_OK)
    assert f"exec '{root}/.venv/bin/python' -P -m gateway.cli" in command.read_text("utf-8")


# What pip is told.


def test_pip_is_called_with_hashes_and_no_index_of_ours() -> None:
    command = bootstrap.pip_command(Path("py"), Path("demo.lock"), None)
    assert command == ["py", "-m", "pip", "install", "--no-input", "--require-hashes", "-r", "demo.lock"]


def test_a_wheelhouse_is_the_only_place_looked_in() -> None:
    command = bootstrap.pip_command(Path("py"), Path("demo.lock"), Path("wheels"))
    assert command[command.index("--no-index") :] == ["--no-index", "--find-links", "wheels", "-r", "demo.lock"]


def test_a_wheelhouse_that_is_not_there_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(bootstrap.SetupFailed, match="absent"):
        bootstrap.prepare("demo", tmp_path / "absent", root=tmp_path)
    assert not list(tmp_path.iterdir())


def test_progress_counts_each_package_once() -> None:
    progress = Progress("installing", 3)
    for line in ("Collecting a==1", "  Downloading a", "Requirement already satisfied: b==1 in x", "Collecting a==1"):
        progress.note(line)
    assert "2/3  a" in progress.line()
    progress.note("Processing /some where/c_d-1.0-cp311-cp311-manylinux.whl\n")
    assert "3/3  c_d" in progress.line()


# What pytest is told.


def test_a_whole_run_is_spread_and_leaves_out_what_is_long() -> None:
    arguments = script("test").pytest_arguments([], left_out=script("test").LEFT_OUT, cores=2)
    assert arguments == ["-n", "2", "--dist", "loadfile", "-m", "not slow and not long and not crash and not forge and not demo"]


def test_all_leaves_nothing_out_and_writes_what_it_showed() -> None:
    arguments = script("test").pytest_arguments([], left_out=(), cores=2)
    assert "-m" not in arguments
    assert arguments[arguments.index("--assurance") + 1] == "docs/assurance.md"


def test_ci_leaves_out_only_what_is_long_and_writes_nothing() -> None:
    arguments = script("test").pytest_arguments([], left_out=script("test").CI_LEAVES_OUT, cores=2)
    assert arguments[-2:] == ["-m", "not long"]
    assert "--assurance" not in arguments


def test_a_narrowed_run_stays_in_one_process_and_its_own_markers_come_last() -> None:
    arguments = script("test").pytest_arguments(["-m", "slow"], left_out=script("test").LEFT_OUT, cores=2)
    assert "-n" not in arguments
    assert arguments[-2:] == ["-m", "slow"]


def test_every_marker_left_out_is_named_with_its_reason() -> None:
    test = script("test")
    said = test.left_out_account(ROOT / "pyproject.toml", left_out=test.LEFT_OUT, own_choice=False)
    markers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["markers"]
    for name in test.LEFT_OUT:
        reason = next(marker.split(": ", 1)[1] for marker in markers if marker.startswith(f"{name}: "))
        assert f"{name} ({reason})" in said


# The locks.


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    found = re.findall(r"^([a-z0-9.-]+)==(\S+)(?: ;.*)? \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(found) == len(re.findall(r"^[a-z]", text, re.MULTILINE)), "every line is a pin with a hash"
    return dict(found)


def test_the_test_lock_is_the_demo_lock_and_more() -> None:
    assert pins("demo").items() < pins("test").items()


@pytest.mark.parametrize("name", ["demo", "test", "fuzz"])
def test_a_lock_names_no_index_and_no_directory(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^-|find-links|index-url|/opt/|/tmp/", text, re.MULTILINE)


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(line for name, lines in extras.items() if name != "all" for line in lines)]
    locked = pins("demo")
    for line in asked:
        requirement = Requirement(line)
        version = locked.get(canonicalize_name(requirement.name))
        assert version and requirement.specifier.contains(version, prereleases=True), f"{line}: run ./scripts/lock"
    for line in (ROOT / "requirements/test.in").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            assert canonicalize_name(Requirement(line.partition("#")[0]).name) in pins("test"), f"{line}: run ./scripts/lock"

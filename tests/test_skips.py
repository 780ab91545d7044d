"""A skip is honest on a user's machine and a failure in CI: tests/conftest.py at work in a directory of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CONFTEST = Path(__file__).with_name("conftest.py")
SKIPPED = "import pytest\ndef test_it(): pytest.skip('no node')"
MARKED = "import pytest\n@pytest.mark.skip(reason='no node')\ndef test_it(): pass"
MODULE = "import pytest\npytest.skip('no node', allow_module_level=True)"
FIXTURE = "def test_it(shared): pass"


def run(directory: Path, source: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(CONFTEST, directory)
    (directory / "test_it.py").write_text(source)
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "SHISU_CI", "SHISU_SHARED")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=directory, env=kept | environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("source", [SKIPPED, MARKED, MODULE], ids=["call", "mark", "module"])
@pytest.mark.parametrize("ci", [{"CI": "true"}, {"SHISU_CI": "1"}], ids=["CI", "SHISU_CI"])
def test_in_ci_a_skip_is_a_failure_that_gives_its_reason(tmp_path: Path, source: str, ci: dict[str, str]) -> None:
    ended = run(tmp_path, source, **ci)
    assert ended.returncode != 0
    assert "In CI a skip is a failure: Skipped: no node" in ended.stdout


def test_in_ci_a_skip_is_a_failure_for_xdist_too(tmp_path: Path) -> None:
    ended = run(tmp_path, SKIPPED, "-n", "1", CI="true")
    assert ended.returncode == 1
    assert "1 failed" in ended.stdout


def test_elsewhere_a_skip_is_a_skip(tmp_path: Path) -> None:
    ended = run(tmp_path, SKIPPED)
    assert ended.returncode == 0
    assert "1 skipped" in ended.stdout


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    ended = run(tmp_path, "import pytest\n@pytest.mark.xfail(strict=True)\ndef test_it(): assert False", CI="true")
    assert "1 xfailed" in ended.stdout


def test_without_the_shared_directory_its_tests_say_what_they_need(tmp_path: Path) -> None:
    assert "1 skipped" in run(tmp_path, FIXTURE).stdout
    assert "needs the project's shared/ directory" in run(tmp_path, FIXTURE, CI="true").stdout
    assert "1 passed" in run(tmp_path, FIXTURE, CI="true", SHISU_SHARED=str(tmp_path)).stdout

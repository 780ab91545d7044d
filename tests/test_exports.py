"""Where a package lists its public names in `__all__`, the list is complete, true and in ruff's order (RUF022)."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("certs", "ledger", "gateway")


def public_names(tree: ast.Module) -> set[str]:
    """What a package offers: names it defines, and names it imports from us; what it imports from others is its own affair."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names.update(target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.ImportFrom(module=module, level=level, names=imported) if level or (module or "").split(".")[0] in ROOMS:
                names.update(alias.asname or alias.name for alias in imported)
    return {name for name in names if not name.startswith("_")}


def lists_its_names(path: Path) -> bool:
    return "\n__all__" in path.read_text("utf-8")


PACKAGES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("__init__.py") if lists_its_names(path))
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if lists_its_names(path))


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: path.parent.relative_to(ROOT).as_posix())
def test_a_package_lists_all_its_public_names_and_no_other(path: Path) -> None:
    package = importlib.import_module(".".join(path.parent.relative_to(ROOT).parts))
    assert set(package.__all__) == public_names(ast.parse(path.read_text("utf-8")))
    assert len(package.__all__) == len(set(package.__all__))
    assert [name for name in package.__all__ if not hasattr(package, name)] == []


def test_the_lists_are_sorted() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "RUF022", "--quiet", *map(str, MODULES)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0 or not MODULES, ended.stdout


def test_names_defined_and_names_of_ours_count_as_public() -> None:
    source = "from certs import a as b, _c\nfrom os import path\nimport io\nd: int = 1\ne = _f = 2\nclass G: ...\ndef h(): ..."
    assert public_names(ast.parse(source)) == {"b", "d", "e", "G", "h"}

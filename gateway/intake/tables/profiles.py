"""The profiles that ship: mappings as JSON files beside this module, by name."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any, Final

_FILES: Final = resources.files("gateway.intake.tables") / "profiles"
_NAME = re.compile(r"[a-z0-9_]{1,64}")


def example_mapping() -> str:
    """A whole mapping of an enterprise's own, as JSON text: `docs/operations.md` explains it line by line."""
    return (resources.files("gateway.intake.tables") / "example_mapping.json").read_text("utf-8")


def shipped(name: str) -> dict[str, Any] | None:
    """The JSON of a shipped profile, or None."""
    if name not in shipped_names():
        return None
    body: dict[str, Any] = json.loads((_FILES / f"{name}.json").read_text("utf-8"))
    return body


def shipped_names() -> tuple[str, ...]:
    """The names of all shipped profiles, sorted."""
    return tuple(sorted(entry.name[:-5] for entry in _FILES.iterdir() if entry.name.endswith(".json")))

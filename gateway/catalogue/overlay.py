"""
The catalogue's data: the shipped JSON files, and an operator's own rows over them.

An overlay is one JSON file, or a directory whose *.json files are taken in the order of their names. It has the shipped files'
own shape: rows of `varieties`, `papers` and `linkSets` replace the row of the same code and first day, or are added; entries of
`links`, `units`, `limits`, `terms` and `transactions` replace or are added by name. Anything else in it is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

from gateway.errors import UnsafeSettings

_SHIPPED: Final = ("varieties-2023.json", "links-2023.json", "documents-2023.json", "limits-2023.json")
_ROW_KEYS: Final = {"varieties": ("code", "from"), "papers": ("term", "from")}
_LINK_KEYS: Final = ("link", "from")
_TABLES: Final = ("links", "units", "limits", "terms", "transactions")
_REMARKS: Final = ("edition", "official", "note")


def read_shipped(name: str) -> dict[str, Any]:
    """One of the files beside this module."""
    found: dict[str, Any] = json.loads(resources.files("gateway.catalogue").joinpath(name).read_text("utf-8"))
    return found


def catalogue_data(overlay: Path | None) -> dict[str, Any]:
    """All rows, the operator's over the shipped. Raises `UnsafeSettings` for a file that is no overlay."""
    data: dict[str, Any] = {}
    for name in _SHIPPED:
        data |= read_shipped(name)
    for path in [] if overlay is None else _files(overlay):
        _lay_over(data, _read(path), path.name)
    return data


def _files(overlay: Path) -> Iterator[Path]:
    paths = sorted(overlay.glob("*.json")) if overlay.is_dir() else [overlay]
    if not paths:
        raise UnsafeSettings(["catalogue: the directory has no .json file"])
    yield from paths


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise UnsafeSettings([f"catalogue {path.name}: not there, or not JSON in UTF-8"]) from None
    if not isinstance(found, dict):
        raise UnsafeSettings([f"catalogue {path.name}: not an object"])
    return found


def _lay_over(data: dict[str, Any], rows: Mapping[str, Any], file: str) -> None:
    for name, value in rows.items():
        if name in _ROW_KEYS:
            data[name] = _merged(data[name], value, _ROW_KEYS[name], f"{file}: {name}")
        elif name == "linkSets" and isinstance(value, dict):
            sets = {each: _merged(data[name].get(each, []), more, _LINK_KEYS, f"{file}: {name}") for each, more in value.items()}
            data[name] = {**data[name], **sets}
        elif name in _TABLES and isinstance(value, dict):
            data[name] = {**data[name], **value}
        elif name not in _REMARKS:
            raise UnsafeSettings([f"catalogue {file}: {name} is not a table of the catalogue"])


def _merged(rows: list[dict[str, Any]], more: Any, keys: tuple[str, ...], where: str) -> list[dict[str, Any]]:
    if not isinstance(more, list) or not all(_is_named(row, keys) for row in more):
        raise UnsafeSettings([f"catalogue {where}: rows are objects with {' and '.join(keys)}"])
    kept = {tuple(row[key] for key in keys): row for row in rows}
    return list((kept | {tuple(row[key] for key in keys): row for row in more}).values())


def _is_named(row: Any, keys: tuple[str, ...]) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(key), str) for key in keys)

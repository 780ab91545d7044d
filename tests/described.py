"""Whether an answer's status is one that the OpenAPI description of the service has for its route."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

_WITH_SLASHES = ("event_id", "value")
_NOT_DESCRIBED = (405, 500)  # another method's, and what nobody means


class Described:
    """The statuses of each method and path."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._routes = [
            (re.compile(_pattern(path), re.DOTALL), {method.upper(): set(op["responses"]) for method, op in operations.items()})
            for path, operations in description["paths"].items()
        ]

    def has(self, method: str, path: str, status: int) -> bool:
        """True for what is described, and for what is no route's."""
        plain = unquote(path.partition("?")[0])
        for pattern, operations in self._routes:
            if method in operations and pattern.fullmatch(plain):
                return status in _NOT_DESCRIBED or str(status) in operations[method]
        return True


def _pattern(path: str) -> str:
    pieces = re.split(r"\{(\w+)\}", path)
    names = [".+" if name in _WITH_SLASHES else "[^/]+" for name in pieces[1::2]]
    return "".join(re.escape(text) + name for text, name in zip(pieces[::2], [*names, ""], strict=True))

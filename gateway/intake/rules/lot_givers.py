"""
Whose word on a unit's lot others go by: who makes, codes or imports goods of this variety, and is named for it by the catalogue.

A link that every kind may report names nobody: there anyone could give a stranger's units a false lot.
"""

from __future__ import annotations

from typing import Final

from gateway.catalogue.rows import Link
from gateway.intake.rules.fitting import EVERY_KIND

_PRODUCING: Final = frozenset({"growing", "slaughter", "production"})  # stages where goods get their lot, by a step of these:
_MAKING: Final = frozenset({"commissioning", "creating_class_instance"})
_IMPORT: Final = "import"  # imported goods get theirs as they arrive


def gives_lots(link: Link | None, stage: str, kind: str | None) -> bool:
    """Whether a sender of this kind gives units their lot at this link, for others too."""
    if link is None or kind is None or kind not in link.uploaders - {EVERY_KIND}:
        return False
    return stage == _IMPORT or (stage in _PRODUCING and not _MAKING.isdisjoint(link.biz_steps))

"""How far an event has come, in words for the terminal."""

from __future__ import annotations

from typing import Final

STATES: Final = {
    "open": "待上链 waiting for a batch", "closed": "上链中 in a batch", "signed": "上链中 on its way",
    "included": "待确认 in a block", "final": "已确认 final", "issued": "已出证 certified", "halted": "已停 halted",
    "kept": "不上链 not anchored",
}  # fmt: skip

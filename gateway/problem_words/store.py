"""What can keep the store from answering: outages, which pass or which an operator ends (`gateway.store.outage`)."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

_AGAIN: Final = ("请稍后重试；重复报送是安全的", "Try again later: sending the same again is safe")
_TOLD: Final = ("请告知网关的运维人员；稍后重试是安全的", "Tell whoever runs the gateway; sending the same again later is safe")

WORDS: Final[dict[str, Words]] = {
    "store.unavailable": Words(503, "存储暂不可用，请稍后重试", "The store is not available now; try again later"),
    "store.busy": Words(503, "存储正忙", "The store is busy", *_AGAIN),
    "store.full": Words(503, "存储空间已满", "The store's disk is full", *_TOLD),
    "store.read_only": Words(503, "存储当前只读", "The store is read-only now", *_TOLD),
    "store.io": Words(503, "存储读写出错", "The store's disk gives errors", *_TOLD),
    "store.damaged": Words(503, "存储已损坏，待恢复", "The store is damaged and waits to be restored", *_TOLD),
}

"""
Staples (状态证明): the proven status of a certificate as of the newest endorsed block, collected when somebody asks.

One answer is kept for a few seconds, so that a page that many people scan costs the node one question. No staple is given while
the chain is rewound: an anchor that is not back yet would look as if it had never been.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from certs.canonical import parse
from certs.codes import code_keys
from gateway.errors import GatewayError
from gateway.item_proofs import find_unit
from gateway.store import acts, certificates
from gateway.store.database import Database
from gateway.trust import Consortium
from ledger.collect import Place, collect_staple
from ledger.rpc import ChainPort

KEPT: Final = 1_024  # staples of at most 16 kB each


class Rewound(GatewayError):
    """The chain lost blocks that were final, and not all anchors, statuses and votes of them are back: `staple.rewound`."""

    code = "staple.rewound"


class Staples:
    """The current staple of each number and unit asked for. `monotonic` in seconds; an answer is given again for `fresh_s`."""

    def __init__(
        self,
        database: Database,
        rpc: ChainPort,
        consortium: Consortium,
        *,
        monotonic: Callable[[], float],
        fresh_s: float = 5.0,
    ) -> None:
        self._database = database
        self._rpc = rpc
        self._consortium = consortium
        self._monotonic = monotonic
        self._fresh_s = fresh_s
        self._kept: OrderedDict[tuple[str, str | None], tuple[float, int, dict[str, Any]]] = OrderedDict()
        self._lock = threading.Lock()

    def current(self, number: str, unit: str | None = None) -> dict[str, Any] | None:
        """The staple object of PROTOCOL.md §4, or None for a number never issued. With a `unit` of the certificate's item tree it
        answers for that unit's own codes too.

        Raises `Rewound`, and what `find_unit`, `Consortium.last_set` and `ledger.collect.collect_staple` raise.
        """
        with self._database.read() as tx:
            if certificates.rewound(tx):
                raise Rewound
            issued = certificates.find(tx, number)
            if issued is None:
                return None
            codes = parse(certificates.event_row(tx, issued.event_row).public_body)["codes"]
            code = None if unit is None else find_unit(tx, issued.event_row, codes, unit)[0]
            acts_final = acts.final_count(tx)
        kept = self._recent((number, code), acts_final)
        if kept is not None:
            return kept
        staple = collect_staple(
            self._rpc,
            self._consortium.engine,
            self._consortium.deployment,
            Place(issued.member, issued.seq, issued.leaf_index),
            code_keys=code_keys(codes if code is None else [*codes, code]),
            validators=self._consortium.last_set(self._rpc).validators,
        )
        self._keep((number, code), acts_final, staple)
        return staple

    def _recent(self, asked: tuple[str, str | None], acts_final: int) -> dict[str, Any] | None:
        """The kept staple, unless it is old, or an act of this gateway has become final since: a recall shows at once."""
        with self._lock:
            kept = self._kept.get(asked)
        if kept is None:
            return None
        made_at, made_after, staple = kept
        return staple if made_after == acts_final and self._monotonic() - made_at < self._fresh_s else None

    def _keep(self, asked: tuple[str, str | None], acts_final: int, staple: dict[str, Any]) -> None:
        with self._lock:
            self._kept[asked] = (self._monotonic(), acts_final, staple)
            self._kept.move_to_end(asked)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

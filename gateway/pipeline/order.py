"""
The order of leaves: shuffled, except that a wrong event lies before the event that corrects it.

A leaf can be superseded only by a later place (PROTOCOL.md §5). The events of declared pairs share out the places that the
shuffle gave to all of them together; every other leaf stays where it fell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter


def in_order(shuffled: Sequence[int], pairs: Iterable[tuple[str, int, int]]) -> list[int]:
    """`shuffled` with (submitter, before, after) kept. A submitter whose pairs run in a circle keeps the order they fell in."""
    by_submitter: dict[str, list[tuple[int, int]]] = {}
    for submitter, before, after in pairs:
        by_submitter.setdefault(submitter, []).append((before, after))
    ordered = list(shuffled)
    for own in by_submitter.values():
        place_of = {id_: place for place, id_ in enumerate(ordered)}
        concerned = sorted({id_ for pair in own for id_ in pair}, key=place_of.__getitem__)
        graph: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(concerned, ()))
        for before, after in own:
            graph.add(after, before)
        try:
            sequence = list(graph.static_order())
        except CycleError:
            continue
        for place, id_ in zip(sorted(place_of[id_] for id_ in concerned), sequence, strict=True):
            ordered[place] = id_
    return ordered

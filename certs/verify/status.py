"""
Step 9: what the staple says, its rows tried in the order of PROTOCOL.md §6.

A proven adverse status holds however old it is; freshness limits only what says active. A missing answer is never "active".
"""

from __future__ import annotations

from dataclasses import dataclass

from certs.certificate import ProvenState
from certs.chronology import Moment, check_history, moments
from certs.consensus.endorsement import Endorsement, endorse
from certs.errors import CannotCheck, VerificationError
from certs.evidence import read_first_header
from certs.evm.header import Header, parse_header
from certs.evm.trie import NodeSet
from certs.limits import LIMITS
from certs.staple import Place, StatusWord, read_state, worst_first
from certs.trust import Bundle
from certs.verify.steps import too_far


@dataclass(frozen=True, slots=True)
class StatusFinding:
    """`code` is `staple.active`, `staple.adverse`, or why there is no answer; `adverse` lists proven words, worst first."""

    code: str
    header: Header | None = None
    endorsement: Endorsement | None = None
    adverse: tuple[StatusWord, ...] = ()


def read_staple(
    staple: ProvenState | None,
    *,
    bundle: Bundle,
    place: Place,
    anchor: Header,
    anchor_run: tuple[Moment, ...],
    now: int,
    freshness_s: int,
) -> StatusFinding:
    """Judges a staple against the bundle's last set. Raises `VerificationError` or `CannotCheck` as the rows say."""
    if staple is None:
        return StatusFinding("staple.absent")
    first, last = read_first_header(bundle.engine, staple.headers[0]), bundle.sets[-1]
    headers = (first, *(parse_header(raw) for raw in staple.headers[1:]))
    if first.number < last.from_block:
        return StatusFinding("staple.retired")
    endorsement = endorse(bundle.engine, headers, last.validators)
    if first.number < anchor.number:
        raise VerificationError("staple.height", "/staple/headers")
    run = moments(bundle.engine, headers)
    check_history((*bundle.history, *anchor_run, *run), run)
    too_far(bundle.head, first)
    proven = read_state(bundle, first.state_root, NodeSet(staple.nodes), place)
    if proven.anchor_block != anchor.number:
        raise CannotCheck("staple.edition", "/staple")
    adverse = tuple(worst_first(proven.read()))
    if adverse:
        return StatusFinding("staple.adverse", first, endorsement, adverse)
    if not proven.complete:
        return StatusFinding("staple.unanswered", first, endorsement)
    if now - first.timestamp > freshness_s:
        return StatusFinding("staple.old", first, endorsement)
    return StatusFinding("staple.active", first, endorsement)


def is_ahead(header_time: int, now: int) -> bool:
    """Whether a header is later than the verifier's clock allows."""
    return header_time > now + LIMITS.clock_tolerance_s

"""
What a proposal does: its target and call data read into an action, which `ledger.action_words` says in Chinese and English.

Only the functions that a proposal alone may call are read, in the one spelling the compiler's encoding has. Everything else is
`Action.UNKNOWN` and says so: a voter must never be shown a guess. Nothing here talks to a node or raises for what it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from certs.scope import CLASSES, STAGES
from certs.staple import Status
from ledger.contracts import CONSORTIUM, SELECTOR_BYTES, STATUS_REGISTRY, artifact, decode_call
from ledger.errors import NodeContradicts
from ledger.manifest import Deployment
from ledger.members import ANCHOR, RECALL, STATUS, VOTE, code_of, uscc_of
from ledger.quantities import to_data

RIGHT_BITS: Final = {"VOTE": VOTE, "ANCHOR": ANCHOR, "STATUS": STATUS, "RECALL": RECALL}


@dataclass(frozen=True, slots=True)
class Action:
    """`name` is the contract's function, or `Action.UNKNOWN`.

    Arguments by name: `member`, `code`, `operators` text; `signer`, `validators`, `code_key`, `target`, `selector` lower-case
    hex; `rights`, `classes`, `stages` tuples of names (a scope bit the table lacks is `bit <n>`); `seq`, `index`, `reason`
    integers; `status` a `Status`; `successor` (seq, index) or None; `paused` a boolean.
    """

    UNKNOWN: ClassVar[str] = "unknown"

    name: str
    arguments: Mapping[str, Any]


def decode_action(deployment: Deployment, target: bytes, data: bytes) -> Action:
    """What calling `target` (20 bytes) with `data` asks for; UNKNOWN with `target` and `selector` for anything not ours."""
    contract = {deployment.consortium: CONSORTIUM, deployment.status_registry: STATUS_REGISTRY}.get(target)
    called = None if contract is None else decode_call(artifact(contract), data)
    action = None if called is None else _read(*called)
    return action or Action(Action.UNKNOWN, {"target": to_data(target), "selector": to_data(data[:SELECTOR_BYTES])})


def rights_of(rights: int) -> tuple[str, ...]:
    """The names of a sum of rights."""
    return tuple(name for name, bit in RIGHT_BITS.items() if rights & bit)


def scope_of(scope: int) -> dict[str, tuple[str, ...]]:
    """The names of a scope's bits, as `classes` and `stages`; a bit the tables lack is `bit <n>`."""
    names = {bit: name for table in (CLASSES, STAGES) for name, bit in table.items()}
    bits = [bit for bit in range(64) if scope >> bit & 1]
    return {
        "classes": tuple(names.get(bit, f"bit {bit}") for bit in bits if bit < 32),
        "stages": tuple(names.get(bit, f"bit {bit}") for bit in bits if bit >= 32),
    }


# What the arguments of each function are to us.


def _read(function: str, values: Sequence[Any]) -> Action | None:
    """None for a function that no proposal is meant for, and for a member, code, rights or status no contract of ours takes."""
    if function not in _READERS:
        return None
    try:
        return Action(function, _READERS[function](*values))
    except (NodeContradicts, ValueError):
        return None


def _read_rights(rights: int) -> tuple[str, ...]:
    if rights >= 1 << len(RIGHT_BITS):
        raise ValueError
    return rights_of(rights)


def _read_admit(member: bytes, code: bytes, signer: str, rights: int, scope: int) -> dict[str, Any]:
    read = {"member": uscc_of(member), "code": code_of(code), "signer": signer, "rights": _read_rights(rights)}
    return {**read, **scope_of(scope)}


def _read_announce(validators: Sequence[str], operators: Sequence[bytes]) -> dict[str, Any]:
    if len(validators) != len(operators):
        raise ValueError
    return {"validators": tuple(validators), "operators": tuple(uscc_of(word) for word in operators)}


def _read_leaf(member: bytes, seq: int, index: int, status: int, reason: int, next_seq: int, next_index: int) -> dict[str, Any]:
    successor = None if (next_seq, next_index) == (0, 0) else (next_seq, next_index)
    if (successor is None) == (Status(status) is Status.SUPERSEDED):
        raise ValueError
    place = {"member": uscc_of(member), "seq": seq, "index": index}
    return {**place, "status": Status(status), "reason": reason, "successor": successor}


_READERS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "admit": _read_admit,
    "retire": lambda member: {"member": uscc_of(member)},
    "setRights": lambda member, rights: {"member": uscc_of(member), "rights": _read_rights(rights)},
    "setScope": lambda member, scope: {"member": uscc_of(member), **scope_of(scope)},
    "rotateSigner": lambda member, signer: {"member": uscc_of(member), "signer": signer},
    "unfreeze": lambda member: {"member": uscc_of(member)},
    "pauseAnchoring": lambda paused: {"paused": paused},
    "announce": _read_announce,
    "setLeafFor": _read_leaf,
    "setBatchFor": lambda member, seq, status, reason: {
        "member": uscc_of(member), "seq": seq, "status": Status(status), "reason": reason
    },
    "setCodeFor": lambda member, key, status, reason: {
        "member": uscc_of(member), "code_key": to_data(key), "status": Status(status), "reason": reason
    },
}  # fmt: skip

"""
The call of a stored act made again from the words it was asked for in: what an audit compares the stored call with.

Of a proposal the words name members as the chain knows them; its subject is the hash of what it calls, which is enough.
"""

from __future__ import annotations

import json
from typing import Any

from eth_abi.exceptions import EncodingError

from certs.canonical import canonical
from certs.codes import code_key
from certs.errors import CertError
from certs.evm.keccak import keccak256
from certs.number import parse_number
from certs.staple import Status
from gateway.acts.desk import VOTES
from gateway.acts.statuses import subject_of_leaf
from gateway.store.acts import CONSORTIUM, REGISTRY, STATUS, VOTE, Asked
from ledger.contracts import CONSORTIUM as CONSORTIUM_CONTRACT
from ledger.contracts import artifact, decode_call
from ledger.governance import freeze_call
from ledger.quantities import data_bytes
from ledger.registry import set_batch_call, set_code_call, set_leaf_call


def asked_again(member: str, content: str, data: bytes) -> Asked | None:
    """The ask that these words are, of a proposal with the stored call's data; None for words or data that are no ask of ours."""
    try:
        asked = json.loads(content)
        if canonical(asked).decode() != content:
            return None
        if asked["action"] in ("setLeaf", "setBatch", "setCode"):
            return _status(member, content, asked)
        return _vote(member, content, asked, data)
    except (CertError, EncodingError, ValueError, TypeError, KeyError, AttributeError):  # whatever an edited text holds
        return None


def _status(member: str, content: str, asked: dict[str, Any]) -> Asked:
    status, reason, successor = Status[asked["status"].upper()], asked["reason"], asked.get("successor")
    if asked["action"] == "setLeaf":
        place, following = parse_number(asked["number"]), None if successor is None else parse_number(successor)
        subject = subject_of_leaf(place.seq, place.index)
        after = None if following is None else (following.seq, following.index)
        data = set_leaf_call(place.seq, place.index, status=status, reason=reason, successor=after)
    elif asked["action"] == "setBatch":
        subject, data = f"batch {asked['batch']}", set_batch_call(asked["batch"], status=status, reason=reason)
    else:
        key = code_key(asked["code"])
        subject, data = f"code {key.hex()}", set_code_call(key, status=status, reason=reason)
    return Asked(
        member=member, kind=STATUS, subject=subject, target=REGISTRY, data=data, content=content, successor=successor
    )  # fmt: skip


def _vote(member: str, content: str, asked: dict[str, Any], data: bytes) -> Asked | None:
    if asked["action"] == "freeze":
        subject, called = "freeze", freeze_call()
    elif asked["action"] == "propose":
        proposed = proposed_call(data)
        if proposed is None or "proposes" not in asked:
            return None
        subject, called = f"propose {keccak256(b''.join(proposed)).hex()}", data
    else:
        subject, called = f"proposal {asked['proposal']}", VOTES[asked["action"]](asked["proposal"])
    return Asked(member=member, kind=VOTE, subject=subject, target=CONSORTIUM, data=called, content=content)


def proposed_call(data: bytes) -> tuple[bytes, bytes] | None:
    """(target, data) of what the call data of `propose` proposes; None for another call."""
    called = decode_call(artifact(CONSORTIUM_CONTRACT), data)
    if called is None or called[0] != "propose":
        return None
    target, proposed = called[1]
    return data_bytes(target, "target", length=20), proposed

"""
Proposals in our words: an action of the consortium and its arguments, and the call that they become.

Actions have the contract's names. Members are named by USCC or code, rights, classes and stages by their names, certificates by
their numbers and goods by their codes; nobody has to compute a bitmap or a key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from certs.codes import code_key
from certs.number import Number
from certs.scope import CLASSES, STAGES
from certs.staple import BATCH_STATUSES, CODE_STATUSES, LEAF_STATUSES, Status
from gateway.acts.fields import MAX_SEQ, SUCCESSOR_RULE, Fields
from ledger import governance as votes
from ledger import registry
from ledger.actions import RIGHT_BITS


@dataclass(frozen=True, slots=True)
class Words:
    """What names stand for here: `members` is code → USCC, `prefix` that of certificate numbers."""

    members: Mapping[str, str]
    prefix: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One action: the arguments it takes, all but `successor` of them required, and the call data they make.

    `of_registry`: the call goes to StatusRegistry, not to Consortium.
    """

    arguments: tuple[str, ...]
    encode: Callable[[Fields, Words], bytes]
    of_registry: bool = False


def read_proposal(content: Any, words: Words) -> tuple[Wording, bytes]:
    """The action of a body of `POST /proposals` and its call data.

    Raises `Refused` with `ask.form`, `status.not_applicable`, `status.successor`.
    """
    fields = Fields(content, ("action", "arguments"))
    wording = ACTIONS[fields.choice("action", ACTIONS)]
    return wording, wording.encode(fields.inner("arguments", wording.arguments), words)


def _bits(table: Mapping[str, int], names: Collection[str]) -> int:
    return sum(1 << table[name] for name in names)


def _rights(fields: Fields) -> int:
    return sum(RIGHT_BITS[name] for name in fields.choices("rights", RIGHT_BITS))


def _scope(fields: Fields) -> int:
    return _bits(CLASSES, fields.choices("classes", CLASSES)) | _bits(STAGES, fields.choices("stages", STAGES))


def _admit(fields: Fields, words: Words) -> bytes:
    return votes.admit_call(
        fields.member("member", words.members),
        code=fields.member_code("code"),
        signer=fields.address("signer"),
        rights=_rights(fields),
        scope=_scope(fields),
    )


def _announce(fields: Fields, words: Words) -> bytes:
    listed = fields.objects("validators", ("address", "operator"))
    return votes.announce_call(
        [(bytes.fromhex(entry.address("address")[2:]), entry.member("operator", words.members)) for entry in listed]
    )


def _leaf(fields: Fields, words: Words) -> bytes:
    status, reason = fields.status(LEAF_STATUSES), fields.reason()
    if (status is Status.SUPERSEDED) != ("successor" in fields):
        fields.refuse("successor", expected=SUCCESSOR_RULE)
    member, number = _numbered(fields, "number", words)
    successor = None
    if status is Status.SUPERSEDED:
        same, following = _numbered(fields, "successor", words)
        successor = (following.seq, following.index)
        if same != member or successor <= (number.seq, number.index):
            fields.refuse("successor", "status.successor")
    return registry.set_leaf_for_call(member, number.seq, number.index, status=status, reason=reason, successor=successor)


def _batch(fields: Fields, words: Words) -> bytes:
    return registry.set_batch_for_call(
        fields.member("member", words.members),
        fields.integer("batch", least=1, most=MAX_SEQ),
        status=fields.status(BATCH_STATUSES),
        reason=fields.reason(),
    )


def _code(fields: Fields, words: Words) -> bytes:
    return registry.set_code_for_call(
        fields.member("member", words.members),
        code_key(fields.goods("code")),
        status=fields.status(CODE_STATUSES),
        reason=fields.reason(),
    )


def _numbered(fields: Fields, name: str, words: Words) -> tuple[str, Number]:
    number = fields.number(name)
    if number.prefix != words.prefix or number.code not in words.members:
        codes = " ".join(sorted(words.members))
        fields.refuse(
            name,
            expected=(
                f"须以 {words.prefix}- 和这些简码之一开头：{codes}",
                f"a number of {words.prefix}- and one of: {codes}",
            ),
        )
    return words.members[number.code], number


ACTIONS: Final[dict[str, Wording]] = {
    "admit": Wording(("member", "code", "signer", "rights", "classes", "stages"), _admit),
    "retire": Wording(("member",), lambda f, w: votes.retire_call(f.member("member", w.members))),
    "setRights": Wording(("member", "rights"), lambda f, w: votes.set_rights_call(f.member("member", w.members), _rights(f))),
    "setScope": Wording(
        ("member", "classes", "stages"), lambda f, w: votes.set_scope_call(f.member("member", w.members), _scope(f))
    ),
    "rotateSigner": Wording(
        ("member", "signer"), lambda f, w: votes.rotate_signer_call(f.member("member", w.members), f.address("signer"))
    ),
    "unfreeze": Wording(("member",), lambda f, w: votes.unfreeze_call(f.member("member", w.members))),
    "pauseAnchoring": Wording(("paused",), lambda f, _: votes.pause_anchoring_call(paused=f.flag("paused"))),
    "announce": Wording(("validators",), _announce),
    "setLeafFor": Wording(("number", "status", "reason", "successor"), _leaf, of_registry=True),
    "setBatchFor": Wording(("member", "batch", "status", "reason"), _batch, of_registry=True),
    "setCodeFor": Wording(("member", "code", "status", "reason"), _code, of_registry=True),
}

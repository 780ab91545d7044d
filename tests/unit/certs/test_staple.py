"""Staples: what StatusRegistry's words mean, which are owed, and that a gap is never an answer."""

import pytest

from certs.canonical import canonical
from certs.codes import code_keys
from certs.errors import CannotCheck, VerificationError
from certs.evm.header import parse_header
from certs.evm.log import Anchored
from certs.evm.trie import NodeSet
from certs.staple import (
    BATCH_STATUSES,
    CODE_STATUSES,
    LEAF_STATUSES,
    Place,
    ProvenStatus,
    Status,
    StatusWord,
    read_state,
    read_word,
    worst_first,
)
from certs.trust import load_bundle
from tests.vector_cases.scenes import ACTIVE, FIVE, LEAF, RECALLED, REVOKED, SUPERSEDED, SUSPENDED, main_scene, marked
from tests.world import LOT, MEMBER, Anchor, World

HERE = (3, 7)


def word(
    status: int, *, reason: int = 0, time: int = 1, change: int = 1, following: tuple[int, int] = (0, 0), rest: int = 0
) -> bytes:
    value = status | reason << 8 | time << 24 | change << 72 | following[0] << 136 | following[1] << 184 | rest << 232
    return value.to_bytes(32, "big")


def test_a_word_is_unpacked_from_the_low_bits() -> None:
    raw = word(SUPERSEDED, reason=0xBEEF, time=2**48 - 1, change=2**64 - 1, following=(2**48 - 1, 2**48 - 2))
    assert read_word(raw, LEAF_STATUSES, HERE) == StatusWord(
        Status.SUPERSEDED, 0xBEEF, 2**48 - 1, 2**64 - 1, (2**48 - 1, 2**48 - 2)
    )
    assert read_word(word(ACTIVE, reason=9), CODE_STATUSES, HERE) == StatusWord(Status.ACTIVE, 9, 1, 1, None)


@pytest.mark.parametrize(
    ("allowed", "statuses"),
    [(LEAF_STATUSES, {1, 2, 3, 4}), (BATCH_STATUSES, {1, 2, 4}), (CODE_STATUSES, {1, 2, 5})],
)
def test_each_carrier_has_its_own_statuses(allowed: frozenset[Status], statuses: set[int]) -> None:
    read = set()
    for status in range(256):
        try:
            read.add(read_word(word(status, following=(9, 0) if status == 3 else (0, 0)), allowed, HERE).status)
        except CannotCheck as error:
            assert error.code == "staple.word"
    assert read == statuses


@pytest.mark.parametrize("following", [(0, 0), (3, 7), (3, 6), (2, 9), (0, 99)])
def test_a_successor_comes_later(following: tuple[int, int]) -> None:
    with pytest.raises(CannotCheck, match=r"staple\.word"):
        read_word(word(SUPERSEDED, following=following), LEAF_STATUSES, HERE)


@pytest.mark.parametrize("following", [(3, 8), (4, 0)])
def test_a_later_place_is_a_successor(following: tuple[int, int]) -> None:
    assert read_word(word(SUPERSEDED, following=following), LEAF_STATUSES, HERE).successor == following


@pytest.mark.parametrize(
    "raw",
    [word(ACTIVE, following=(9, 0)), word(REVOKED, following=(0, 1)), word(ACTIVE, change=0), word(ACTIVE, rest=1), b"\xff" * 32],
)
def test_what_the_registry_never_writes_cannot_be_checked(raw: bytes) -> None:
    with pytest.raises(CannotCheck, match=r"staple\.word"):
        read_word(raw, LEAF_STATUSES, HERE)


def test_adverse_words_come_worst_first_and_active_ones_not_at_all() -> None:
    def words(*statuses: int) -> list[StatusWord]:
        return [StatusWord(Status(status), 0, 0, 1, None) for status in statuses]

    assert worst_first(words(ACTIVE, ACTIVE)) == []
    ordered = [w.status for w in worst_first(words(SUPERSEDED, ACTIVE, SUSPENDED, REVOKED, RECALLED))]
    assert ordered == [Status.RECALLED, Status.REVOKED, Status.SUSPENDED, Status.SUPERSEDED]


# --- read_state: the walks


def place_of(anchor: Anchor, *, index: int = LEAF, codes: tuple[str, ...] = (LOT,)) -> Place:
    stated = anchor.stated
    anchored = Anchored(MEMBER, stated["seq"], stated["root"], stated["size"], stated["scope"], stated["suite"], "COM")
    return Place(anchored, index, code_keys(codes))


def proven(anchor: Anchor, *, place: Place | None = None, nodes: list[str] | None = None) -> ProvenStatus:
    world = anchor.world
    bundle = load_bundle(canonical(world.bundle(block=world.blocks[3])))
    listed = anchor.staple(LEAF)["nodes"] if nodes is None else nodes
    root = parse_header(world.blocks[-1].raw).state_root
    return read_state(bundle, root, NodeSet([bytes.fromhex(n[2:]) for n in listed]), place or place_of(anchor))


def test_an_empty_registry_answers_every_question_with_absence() -> None:
    assert proven(main_scene()) == ProvenStatus(4, (), True, (1, LEAF))


def test_words_are_found_wherever_they_are_carried() -> None:
    anchor = marked((0, SUSPENDED, {}), (1, REVOKED, {}), (2, RECALLED, {}), (3, SUSPENDED, {}))
    found = proven(anchor)
    assert [w.status for w in found.read()] == [Status.SUSPENDED, Status.REVOKED, Status.RECALLED, Status.SUSPENDED]
    assert found.complete


def test_a_staple_of_another_leaf_does_not_answer_for_this_one() -> None:
    anchor = marked(filler=40)
    other = anchor.staple(LEAF, slots=anchor.slots(LEAF + 1))["nodes"]
    with pytest.raises(VerificationError, match=r"staple\.nodes\.unused"):  # its own leaf's walk is not one of ours
        proven(anchor, nodes=other)
    shared = anchor.staple(LEAF, slots=anchor.slots(LEAF)[:3])["nodes"]
    assert not proven(anchor, nodes=shared).complete


def test_an_anchor_of_another_member_or_seq_is_absent_here() -> None:
    anchor = main_scene()
    for member, seq in ((MEMBER, 2), ("11310000TE5TB0067B", 1)):
        anchored = Anchored(member, seq, anchor.stated["root"], 5, anchor.stated["scope"], 1, "COM")
        with pytest.raises(VerificationError, match=r"staple\.anchor\.absent"):
            proven(anchor, place=Place(anchored, LEAF, code_keys([LOT])))


@pytest.mark.parametrize("changed", [{"root": b"\x01" * 32}, {"size": 6}, {"scope": 1}, {"suite": 2}])
def test_the_head_words_are_the_logs(changed: dict[str, object]) -> None:
    anchor = main_scene()
    fields = {"root": anchor.stated["root"], "size": 5, "scope": anchor.stated["scope"], "suite": 1, **changed}
    with pytest.raises(VerificationError, match=r"staple\.anchor\.differs"):
        proven(anchor, place=Place(Anchored(MEMBER, 1, code="COM", **fields), LEAF, code_keys([LOT])))  # type: ignore[arg-type]


def test_bits_above_the_packed_word_are_not_the_contracts() -> None:
    world = World(names=tuple("abcd"))
    anchor = world.anchor(FIVE)
    for slot, value in world.storage[world.log_address].items():
        if value != int.from_bytes(anchor.stated["root"], "big"):
            world.storage[world.log_address][slot] = value | 1 << 200
    world.mine()
    with pytest.raises(VerificationError, match=r"staple\.anchor\.differs"):
        proven(anchor)

"""A newer bundle takes a pinned one's place only when it continues it."""

from __future__ import annotations

import pytest

from certs.canonical import canonical
from certs.errors import CannotCheck
from certs.limits import LIMITS
from certs.succession import check_succession
from certs.trust import Bundle, load_bundle
from tests.world import World


def bundle_of(world: World, **changes: object) -> Bundle:
    return load_bundle(canonical(world.bundle(**changes)))


def swapped(world: World, name: str) -> tuple[str, ...]:
    """The set with its first validator (by key name) replaced."""
    return (*world.names[1:], name)


def announce(world: World, name: str) -> None:
    """Announces a set with one key swapped, operators staying as many."""
    world.change_validators(swapped(world, name))
    world.mine()


def refusal(pinned: Bundle, newer: Bundle) -> str:
    with pytest.raises(CannotCheck) as caught:
        check_succession(pinned, newer)
    return caught.value.code


def test_a_bundle_rolls_forward_over_any_number_of_announced_sets() -> None:
    world = World()
    pinned = bundle_of(world)
    for name in ("h", "i", "j"):
        announce(world, name)
    check_succession(pinned, bundle_of(world))


def test_the_same_bundle_with_a_newer_head_is_an_update() -> None:
    world = World()
    pinned = bundle_of(world)
    world.mine()
    check_succession(pinned, bundle_of(world))
    check_succession(pinned, pinned)


def test_an_older_head_or_fewer_sets_is_going_back() -> None:
    world = World()
    older = bundle_of(world)
    world.mine()
    newer_head = bundle_of(world)
    announce(world, "h")
    assert refusal(newer_head, older) == "update.back"
    assert refusal(bundle_of(world), newer_head) == "update.back"


def test_two_successors_of_one_epoch_are_a_fork() -> None:
    ours, theirs = World(), World()
    announce(ours, "h")
    announce(theirs, "i")
    assert refusal(bundle_of(ours), bundle_of(theirs)) == "update.fork"


@pytest.mark.parametrize(
    "change", [{"network": "development"}, {"name": "新名称"}, {"prefix": "OTHER"}, {"genesisHash": "0x" + "11" * 32}]
)
def test_another_consortium_is_no_update(change: dict[str, str]) -> None:
    world = World()
    assert refusal(bundle_of(world), bundle_of(world, **change)) == "update.chain"


def test_other_first_validators_are_another_consortium() -> None:
    assert refusal(bundle_of(World()), bundle_of(World(names=tuple("tuvwxyz")))) == "update.chain"


def test_names_of_members_may_change() -> None:
    world = World()
    check_succession(bundle_of(world), bundle_of(world, members=[]))


def test_two_blocks_of_one_height_are_kept_for_a_person() -> None:
    ours, theirs = World(), World()
    ours.mine(time=ours.blocks[-1].time + 1)
    theirs.mine(time=theirs.blocks[-1].time + 2)
    assert refusal(bundle_of(ours), bundle_of(theirs)) == "header.rival"


def test_a_later_block_with_an_earlier_time_is_another_history() -> None:
    ours, theirs = World(), World()
    ours.mine(time=ours.blocks[-1].time + 1_000)
    theirs.mine(), theirs.mine()
    assert refusal(bundle_of(ours), bundle_of(theirs)) == "update.history"


@pytest.mark.parametrize(("extra", "refused"), [(0, False), (1, True)])
def test_nothing_reaches_further_than_400_days_past_what_was_known(extra: int, refused: bool) -> None:
    world = World()
    pinned = bundle_of(world)
    world.mine(time=pinned.head.time + LIMITS.pinned_age_s + extra)
    if refused:
        assert refusal(pinned, bundle_of(world)) == "update.old"
    else:
        check_succession(pinned, bundle_of(world))


def test_each_announcement_carries_the_reach_on() -> None:
    world = World()
    pinned = bundle_of(world)
    for name in ("h", "i"):
        world.period = LIMITS.pinned_age_s - 1
        world.change_validators(swapped(world, name))
        world.period = 1
    world.mine()
    check_succession(pinned, bundle_of(world))


def test_an_announcement_too_far_away_is_refused_even_when_others_follow() -> None:
    world = World()
    pinned = bundle_of(world)
    world.period = LIMITS.pinned_age_s + 1
    world.change_validators(swapped(world, "h"))
    world.period = 1
    world.mine()
    assert refusal(pinned, bundle_of(world)) == "update.old"

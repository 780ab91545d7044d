"""One history: order of heights and times, one block a height."""

import pytest

from certs.chronology import Moment, check_history, moments
from certs.consensus.endorsement import block_hash, endorse
from certs.errors import CannotCheck, VerificationError
from certs.evm.header import parse_header

BASE = Moment(10, 1_000, b"a")


@pytest.mark.parametrize(
    "other", [BASE, Moment(11, 1_000, b"b"), Moment(11, 1_001, b"b"), Moment(9, 1_000, b"b"), Moment(9, 999, b"b")]
)
def test_later_blocks_have_later_or_equal_times(other: Moment) -> None:
    check_history([BASE], [other])
    check_history([other], [BASE])


@pytest.mark.parametrize("other", [Moment(11, 999, b"b"), Moment(9, 1_001, b"b")])
def test_a_later_height_with_an_earlier_time_is_false(other: Moment) -> None:
    for known, new in (([BASE], [other]), ([other], [BASE]), ([BASE, other], [BASE, other])):
        with pytest.raises(VerificationError, match=r"header\.time"):
            check_history(known, new)


@pytest.mark.parametrize("time", [999, 1_000, 1_001])
def test_two_blocks_of_one_height_decide_nothing(time: int) -> None:
    with pytest.raises(CannotCheck, match=r"header\.rival"):
        check_history([BASE], [Moment(10, time, b"b")])


def test_false_order_is_said_before_a_rival() -> None:
    with pytest.raises(VerificationError):
        check_history([BASE], [Moment(10, 1_000, b"b"), Moment(11, 1, b"c")])


def test_nothing_known_is_no_contradiction() -> None:
    check_history([], [BASE])
    check_history([BASE], [])


def test_the_two_endorsed_histories_of_a_network_that_lost_power_are_rivals(block) -> None:
    case = block("qbft4_conflict_after_powerloss_full")
    validators = [bytes.fromhex(address[2:]) for address in case["validators"]]
    lost = [parse_header(bytes.fromhex(told["header_rlp"][2:])) for told in case["conflicting"]]
    kept = [parse_header(bytes.fromhex(told["header_rlp"][2:])) for told in case["headers"]]
    rivals = 0
    for header in lost:
        assert len(endorse("qbft", [header], validators).signers) >= 3
        same = [
            other for other in kept if other.number == header.number and block_hash("qbft", other) != block_hash("qbft", header)
        ]
        for other in same:
            with pytest.raises(CannotCheck) as caught:
                check_history(moments("qbft", [header]), moments("qbft", [other]))
            assert caught.value.code == "header.rival"
            rivals += 1
    assert rivals > 0

"""Admissions on the embedded chain, and logs of a node that errs."""

from __future__ import annotations

from itertools import pairwise

import pytest

from certs.slots import code_word, member_word
from ledger.admissions import RANGES_AT_ONCE, admissions
from ledger.announcements import LOG_RANGE
from ledger.errors import NodeContradicts
from ledger.runs import latest_number

USCC = "91310000MA1FL0000X"
GOOD = {"topics": ["0x" + "11" * 32, "0x" + member_word(USCC).hex(), "0x" + bytes(32).hex()]}
GOOD["data"] = "0x" + code_word("NEW").ljust(32, b"\0").hex() + "00" * 64


def test_founders_were_admitted_in_the_block_before_the_first_set_is_in_force(world):
    first = world.deployment.set.from_block - 1
    founders = [(founder.member, founder.code) for founder in world.founders]
    consortium = world.deployment.consortium
    assert admissions(world.rpc, consortium, first=first, end=first) == founders
    assert admissions(world.rpc, consortium, first=first + 1, end=latest_number(world.rpc)) == []
    assert admissions(world.rpc, consortium, first=first + 1, end=first) == []


def test_every_block_is_looked_at_once_in_ranges_that_nodes_answer(function_port):
    port = function_port(lambda method, params: [])
    end = LOG_RANGE * (RANGES_AT_ONCE + 1) + 7
    assert admissions(port, b"\1" * 20, first=7, end=end) == []
    ranges = [(int(query["fromBlock"], 16), int(query["toBlock"], 16)) for _, (query,) in port.asked]
    assert ranges[0][0] == 7 and ranges[-1][1] == end
    assert all(following[0] == before[1] + 1 for before, following in pairwise(ranges))
    assert max(stop - start + 1 for start, stop in ranges) == LOG_RANGE


def test_a_log_is_read_in_full(function_port):
    assert admissions(function_port(lambda method, params: [GOOD]), b"\1" * 20, first=1, end=1) == [(USCC, "NEW")]


@pytest.mark.parametrize(
    "answer",
    [
        None, {}, [None], [{}], [{**GOOD, "topics": GOOD["topics"][:2]}], [{**GOOD, "topics": "0x"}], [{**GOOD, "data": "0x"}],
        [{**GOOD, "data": "0x" + "ff" * 96}], [{**GOOD, "topics": [GOOD["topics"][0], "0x" + "ff" * 32, GOOD["topics"][2]]}],
    ],
)  # fmt: skip
def test_a_log_of_another_form_is_refused(function_port, answer):
    with pytest.raises(NodeContradicts):
        admissions(function_port(lambda method, params: answer), b"\1" * 20, first=1, end=1)

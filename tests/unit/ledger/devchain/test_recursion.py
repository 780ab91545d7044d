"""Depth: what the EVM may need, and what a hostile document must not get."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ledger.devchain import RECURSION_LIMIT


def test_importing_the_chain_leaves_the_process_a_depth_that_its_stack_can_hold() -> None:
    assert sys.getrecursionlimit() <= RECURSION_LIMIT


def test_a_contract_that_calls_itself_to_the_end_of_a_blocks_gas_is_mined(
    landed: Callable[[bytes], Any], wallet: Any, contracts: dict[str, bytes]
) -> None:
    address = landed(wallet.sign(data=contracts["recursive"]))["contractAddress"]
    receipt = landed(wallet.sign(address, gas=30_000_000))
    assert receipt["status"] == "0x1"
    assert int(receipt["gasUsed"], 16) > 50_000  # some 500 levels

"""SIGKILL at random moments: after reopening, every acknowledged block is there and the whole chain hangs together."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ledger.devchain import DevChain

pytestmark = pytest.mark.crash

KILLS = 12
TO = "0x" + "33" * 20
MINER = """
import sys
from pathlib import Path
from eth_account import Account
from ledger.devchain import DevChain

account = Account.from_key("0x" + "11" * 32)
chain = DevChain.open(Path(sys.argv[1]))
nonce = chain._blocks.nonce_of(bytes.fromhex(account.address[2:]))
# Each call writes a new word and logs, so that every block brings new trie nodes.
code = bytes.fromhex("60016000545560016000540160005560006000a0" "00")
create = bytes.fromhex(f"60{len(code):02x}600c60003960{len(code):02x}6000f3") + code
target = None
print("ready", flush=True)
while True:
    body = {"nonce": nonce, "gas": 200_000, "gasPrice": 0, "value": 0, "data": create, "chainId": chain.chain_id}
    chain.submit(account.sign_transaction(body).raw_transaction)
    nonce += 1
    print(chain.mine(), flush=True)
"""


def acknowledged(directory: Path, wait_s: float) -> int:
    """Runs the miner, kills it, and returns the last height it was told is durable (0: none)."""
    process = subprocess.Popen([sys.executable, "-c", MINER, str(directory)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(wait_s)
    process.kill()
    said = process.stdout.read().splitlines()
    process.stdout.close()
    process.wait()
    whole = [line for line in said if line.isdigit()]
    # The last line may have been cut: a prefix of a height is a smaller height, never a greater one.
    return int(whole[-1]) if whole else 0


def check(chain: DevChain, at_least: int, wallet: Any) -> int:
    """Every block links, reads and has the state that its transactions made."""
    blocks = chain._blocks
    head = blocks.head
    assert head.block_number >= at_least
    sent = 0
    for height in range(1, head.block_number + 1):
        header = blocks.header_at(height)
        assert header is not None and header.parent_hash == blocks.header_at(height - 1).hash  # type: ignore[union-attr]
        transactions = blocks.block_of(header).transactions
        assert len(blocks.receipts_of(header)) == len(transactions)
        assert all(blocks.place_of(one.hash) == (header, index) for index, one in enumerate(transactions))
        sent += len(transactions)
    state = blocks.state_at(head)
    assert state.get_nonce(bytes.fromhex(wallet.address[2:])) == sent
    return int(head.block_number)


@pytest.mark.crash
def test_killing_the_process_at_any_moment_loses_no_acknowledged_block(tmp_path: Path, wallet_of: Any) -> None:
    moments = random.Random(20261123)
    wallet = wallet_of("0x" + "11" * 32)
    height = 0
    for _ in range(KILLS):
        last = acknowledged(tmp_path / "c", moments.uniform(0, 0.5))
        with DevChain.open(tmp_path / "c") as chain:
            height = check(chain, max(last, height), wallet)
            assert chain.mine() == height + 1
            height += 1
    assert height > KILLS

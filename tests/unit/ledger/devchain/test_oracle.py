"""The same transactions here and on eth-tester's London: the same gas, logs, status and created addresses.

The oracle is a different front on the same EVM with fees and rewards; what could differ is our VM subclass, block building
and gas accounting across a block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eth.vm.forks.london import LondonVM
from eth_abi.abi import encode
from eth_tester import EthereumTester, PyEVMBackend
from eth_utils.address import to_checksum_address

from ledger.devchain import DevChain

FEE = 10**10
SET_FIVE, CLEAR = (5).to_bytes(32, "big"), bytes(32)
BUREAU = b"12310000000000000X".ljust(32, b"\0")


@pytest.fixture
def oracle() -> EthereumTester:
    backend = PyEVMBackend(vm_configuration=((0, LondonVM),))
    return EthereumTester(backend)


class Pair:
    """One account's transactions, sent to both chains."""

    def __init__(self, chain: DevChain, oracle: EthereumTester, wallet: Any, client: Any) -> None:
        self.chain, self.oracle, self.wallet, self.client = chain, oracle, wallet, client
        rich = oracle.get_accounts()[0]
        oracle.send_transaction(
            {"from": rich, "to": wallet.account.address, "value": 10**18 * 100, "gas": 21_000, "gas_price": FEE}
        )
        oracle.add_account(wallet.account.key.to_0x_hex())
        chain.mine()  # as many blocks here as there: a contract may log its height

    def send(self, to: str | None, data: bytes, *, gas: int = 3_000_000) -> tuple[Any, Any]:
        """The two receipts."""
        ours = self.chain.submit(self.wallet.sign(to, data, gas=gas))
        self.chain.mine()
        asked = {"from": self.wallet.account.address, "gas": gas, "gas_price": FEE, "data": "0x" + data.hex(), "value": 0}
        if to is not None:
            asked["to"] = to_checksum_address(to)
        theirs = self.oracle.send_transaction(asked)
        return self.client("eth_getTransactionReceipt", "0x" + ours.hex()), self.oracle.get_transaction_receipt(theirs)


@pytest.fixture
def pair(chain: DevChain, oracle: EthereumTester, wallet: Any, client: Any) -> Pair:
    return Pair(chain, oracle, wallet, client)


def same(ours: Any, theirs: Any) -> None:
    assert int(ours["gasUsed"], 16) == theirs["gas_used"]
    assert int(ours["status"], 16) == theirs["status"]
    assert (ours["contractAddress"] or "").lower() == (theirs["contract_address"] or "").lower()
    shape = [(log["address"].lower(), list(log["topics"]), log["data"]) for log in theirs["logs"]]
    assert [(log["address"], log["topics"], log["data"]) for log in ours["logs"]] == shape


def test_a_counter_costs_and_logs_the_same(pair: Pair, contracts: dict[str, bytes]) -> None:
    ours, theirs = pair.send(None, contracts["counter"])
    same(ours, theirs)
    for _ in range(3):
        again = pair.send(ours["contractAddress"], b"")
        same(*again)
        assert again[0]["status"] == "0x1" and len(again[0]["logs"]) == 1


def test_refunds_reverts_and_spent_gas_are_the_same(pair: Pair, contracts: dict[str, bytes]) -> None:
    setter, _ = pair.send(None, contracts["setter"])
    for data in (SET_FIVE, CLEAR):
        same(*pair.send(setter["contractAddress"], data))
    reverts, _ = pair.send(None, contracts["reverts"])
    failed = pair.send(reverts["contractAddress"], b"")
    same(*failed)
    assert failed[0]["status"] == "0x0" and failed[0]["logs"] == []
    spent = pair.send(None, contracts["loops"])
    same(*spent)
    loop = pair.send(spent[0]["contractAddress"], b"", gas=100_000)
    same(*loop)
    assert loop[0]["gasUsed"] == hex(100_000)


def test_an_opcode_after_london_fails_on_both(pair: Pair, contracts: dict[str, bytes]) -> None:
    there, _ = pair.send(None, contracts["push0"])
    failed = pair.send(there["contractAddress"], b"", gas=50_000)
    same(*failed)
    assert failed[0]["status"] == "0x0"


def test_our_own_contracts_deploy_and_anchor_the_same(pair: Pair, artifact_code: Callable[[str], bytes]) -> None:
    founders = [
        (f"1231000000000000{n:02d}".encode().ljust(32, b"\0"), f"B{chr(65 + n)}".encode().ljust(8, b"\0"), n) for n in range(4)
    ]
    rows = [
        (member, code, pair.wallet.account.address if n == 0 else "0x" + f"{n:040x}", 15, 2**64 - 1)
        for member, code, n in founders
    ]
    validators = [f"0x{n:040x}" for n in range(1, 5)]
    arguments = encode(
        ["(bytes32,bytes8,address,uint8,uint64)[]", "address[]", "bytes32[]"], [rows, validators, [row[0] for row in rows]]
    )
    consortium, theirs = pair.send(None, artifact_code("Consortium") + arguments, gas=9_000_000)
    same(consortium, theirs)
    assert consortium["status"] == "0x1"
    where = encode(["address"], [consortium["contractAddress"]])
    log, theirs = pair.send(None, artifact_code("AnchorLog") + where, gas=9_000_000)
    same(log, theirs)
    from eth_hash.auto import keccak

    call = keccak(b"anchor(uint64,bytes32,uint64,uint64,uint8)")[:4]
    for seq in (1, 2):
        data = call + encode(["uint64", "bytes32", "uint64", "uint64", "uint8"], [seq, b"\7" * 32, 18, (1 << 32) | 1, 1])
        anchored = pair.send(log["contractAddress"], data)
        same(*anchored)
        assert anchored[0]["status"] == "0x1" and int(anchored[0]["gasUsed"], 16) <= 100_000
    same(*pair.send(log["contractAddress"], data))  # the same seq again reverts on both


def test_a_block_of_several_accounts_its_gas_one_by_one(
    chain: DevChain, wallet: Any, client: Any, landed: Callable[[bytes], Any], contracts: dict[str, bytes]
) -> None:
    counter = landed(wallet.sign(data=contracts["counter"]))["contractAddress"]
    landed(wallet.sign(counter))  # the first call pays for the new word
    alone = landed(wallet.sign(counter))
    hashes = [chain.submit(wallet.sign(counter)) for _ in range(3)]
    chain.mine()
    receipts = client("eth_getBlockReceipts", "latest")
    assert [receipt["transactionHash"] for receipt in receipts] == ["0x" + one.hex() for one in hashes]
    assert {receipt["gasUsed"] for receipt in receipts} == {alone["gasUsed"]}
    assert [int(receipt["cumulativeGasUsed"], 16) for receipt in receipts] == [int(alone["gasUsed"], 16) * n for n in (1, 2, 3)]
    assert [receipt["logs"][0]["logIndex"] for receipt in receipts] == ["0x0", "0x1", "0x2"]

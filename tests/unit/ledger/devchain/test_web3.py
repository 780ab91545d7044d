"""web3.py, as anybody would use it: with its POA middleware, because extraData is longer than 32 bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web3 import Web3
from web3.exceptions import ContractLogicError
from web3.middleware import ExtraDataToPOAMiddleware

from ledger.devchain import DevChain

ABI = [
    {"type": "fallback", "stateMutability": "nonpayable"},
]


@pytest.fixture
def w3(tmp_path: Path) -> Iterator[Web3]:
    """A served chain that moves by itself."""
    with DevChain.open(tmp_path / "c", period_s=0.05, heartbeat_s=0.1) as chain, chain.serve() as server:
        web3 = Web3(Web3.HTTPProvider(server.url))
        web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
        yield web3
        web3.provider.disconnect() if hasattr(web3.provider, "disconnect") else None


def send(w3: Web3, wallet: Any, **fields: Any) -> Any:
    account = wallet.account
    body = {
        "from": account.address,
        "nonce": w3.eth.get_transaction_count(account.address, "pending"),
        "gasPrice": w3.eth.gas_price,
        "chainId": w3.eth.chain_id,
        "value": 0,
    } | fields
    body["gas"] = w3.eth.estimate_gas(body)
    sent = w3.eth.send_raw_transaction(account.sign_transaction(body).raw_transaction)
    return w3.eth.wait_for_transaction_receipt(sent, timeout=30, poll_latency=0.02)


def test_web3_deploys_calls_and_reads(w3: Web3, wallet_of: Any, contracts: dict[str, bytes]) -> None:
    wallet = wallet_of("0x" + "11" * 32)
    address = send(w3, wallet, data=contracts["counter"])["contractAddress"]
    for count in (1, 2):
        receipt = send(w3, wallet, to=address)
        assert (receipt["status"], len(receipt["logs"])) == (1, 1)
        assert int.from_bytes(w3.eth.call({"to": address}), "big") == count + 1
    block = w3.eth.get_block(receipt["blockNumber"], full_transactions=True)
    assert block["transactions"][0]["hash"] == receipt["transactionHash"]
    assert len(block["proofOfAuthorityData"]) > 32  # type: ignore[typeddict-item]
    assert [int(log["topics"][0].hex(), 16) for log in w3.eth.get_logs({"fromBlock": 0, "address": address})] == [1, 2]
    assert w3.eth.get_proof(address, [0])["storageProof"][0]["value"] == b"\x02"
    reverts = send(w3, wallet, data=contracts["reverts"])["contractAddress"]
    with pytest.raises(ContractLogicError, match="execution reverted: no"):
        w3.eth.call({"to": reverts})


def test_blocks_keep_coming_when_nothing_is_sent(w3: Web3) -> None:
    seen = {w3.eth.block_number}
    while len(seen) < 3:
        seen.add(w3.eth.block_number)

"""The JSON-RPC methods over HTTP, their answers checked with rlp, trie and eth_keys instead of our code."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak
from eth_keys.datatypes import Signature
from trie.hexary import HexaryTrie

from ledger.devchain import DevChain, execute, keys

NOBODY = "0x" + "44" * 20
TO = "0x" + "33" * 20
EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
EMPTY_CODE = "0x" + keccak(b"").hex()
Landed = Callable[[bytes], Any]


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def integer(text: str) -> bytes:
    number = int(text, 16)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def header_items(block: Any) -> list[bytes]:
    """The header's RLP items from the members of eth_getBlock."""
    names = ["parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"]
    numbers = ["difficulty", "number", "gasLimit", "gasUsed", "timestamp"]
    first = [raw(block[name]) for name in names] + [integer(block[name]) for name in numbers]
    return [*first, raw(block["extraData"]), raw(block["mixHash"]), raw(block["nonce"]), integer(block["baseFeePerGas"])]


@pytest.fixture
def counter(landed: Landed, wallet: Any, contracts: dict[str, bytes]) -> str:
    """A counter at height 1, called at 2 and 3."""
    address = str(landed(wallet.sign(data=contracts["counter"]))["contractAddress"])
    landed(wallet.sign(address))
    landed(wallet.sign(address, maxFeePerGas=0, maxPriorityFeePerGas=0))
    return address


def test_a_block_rehashes_to_its_hash_and_its_seals_are_of_five_validators(client: Any, counter: str) -> None:
    for height in (1, 2, 3):
        block = client("eth_getBlockByNumber", hex(height), False)
        items = header_items(block)
        assert "0x" + rlp.encode(items).hex() == client("debug_getRawHeader", hex(height))
        vanity, validators, vote, number, seals = rlp.decode(items[12])
        items[12] = rlp.encode([vanity, validators, vote, b"", []])
        digest = keccak(rlp.encode(items))
        assert "0x" + digest.hex() == block["hash"]
        signers = {Signature(seal).recover_public_key_from_msg_hash(digest).to_canonical_address() for seal in seals}
        assert len(signers) == len(seals) == 5 and signers <= set(validators) and (vote, number) == ([], b"")
        assert ["0x" + one.hex() for one in validators] == client("qbft_getValidatorsByBlockNumber", hex(height))
        parent = client("eth_getBlockByNumber", hex(height - 1), False)
        assert block["parentHash"] == parent["hash"] and int(block["timestamp"], 16) > int(parent["timestamp"], 16)
        assert int(block["totalDifficulty"], 16) == height + 1


def test_a_block_has_the_members_of_a_captured_one(client: Any, counter: str, vector: Callable[[str], Any]) -> None:
    captured = vector("clique4_4receipts_mixed")
    block = client("eth_getBlockByNumber", "0x3", True)
    assert set(block) == set(captured["rpc_block"]) - {"withdrawals", "withdrawalsRoot"}
    by_type = {tx["type"]: set(tx) for tx in captured["rpc_block"]["transactions"]}
    assert set(block["transactions"][0]) == by_type["0x2"]
    assert set(client("eth_getBlockByNumber", "0x2", True)["transactions"][0]) == by_type["0x0"]
    assert set(client("eth_getBlockReceipts", "0x3")[0]) == set(captured["receipts"][0])
    assert set(client("eth_getBlockReceipts", "0x3")[0]["logs"][0]) >= {"address", "topics", "data", "logIndex", "removed"}
    assert int(block["size"], 16) > len(raw(block["extraData"])) + 500


def test_transaction_and_receipt_tries_of_a_block_are_rebuilt_from_its_answers(
    chain: DevChain, client: Any, counter: str, wallet: Any
) -> None:
    sent = [
        wallet.sign(counter),
        wallet.sign(counter, gasPrice=0, accessList=[{"address": TO, "storageKeys": ["0x" + "00" * 31 + "07"]}], type=1),
        wallet.sign(counter, maxFeePerGas=0, maxPriorityFeePerGas=0),
        wallet.sign(counter, gas=25_000),  # fails: out of gas
    ]
    for one in sent:
        chain.submit(one)
    chain.mine()
    block = client("eth_getBlockByNumber", "latest", True)
    assert [one["type"] for one in block["transactions"]] == ["0x0", "0x1", "0x2", "0x0"]
    assert "0x" + _root(sent) == block["transactionsRoot"]
    assert [one["hash"] for one in block["transactions"]] == ["0x" + keccak(one).hex() for one in sent]
    receipts = client("eth_getBlockReceipts", "latest")
    assert [receipt["status"] for receipt in receipts] == ["0x1", "0x1", "0x1", "0x0"]
    assert "0x" + _root([_receipt_bytes(receipt) for receipt in receipts]) == block["receiptsRoot"]
    assert block["transactions"][1]["accessList"] == [{"address": TO, "storageKeys": ["0x" + "00" * 31 + "07"]}]


def _root(values: list[bytes]) -> str:
    trie = HexaryTrie({})
    for index, value in enumerate(values):
        trie.set(rlp.encode(index), value)
    return str(trie.root_hash.hex())


def _receipt_bytes(receipt: Any) -> bytes:
    logs = [[raw(log["address"]), [raw(topic) for topic in log["topics"]], raw(log["data"])] for log in receipt["logs"]]
    body = rlp.encode([integer(receipt["status"]), integer(receipt["cumulativeGasUsed"]), raw(receipt["logsBloom"]), logs])
    return bytes(body if receipt["type"] == "0x0" else bytes([int(receipt["type"], 16)]) + body)


def proven(root: str, key: bytes, proof: list[str]) -> bytes:
    return bytes(HexaryTrie.get_from_proof(raw(root), keccak(key), [rlp.decode(raw(node)) for node in proof]))


def test_account_and_storage_are_proven_under_the_state_root_of_any_height(client: Any, counter: str) -> None:
    for height, count in ((1, 0), (2, 1), (3, 2)):
        root = client("eth_getBlockByNumber", hex(height), False)["stateRoot"]
        answer = client("eth_getProof", counter, ["0x0", "0x" + "00" * 31 + "09"], hex(height))
        nonce, balance, storage, code = rlp.decode(proven(root, raw(counter), answer["accountProof"]))
        assert (integer(answer["nonce"]), integer(answer["balance"])) == (nonce, balance)
        assert (raw(answer["storageHash"]), raw(answer["codeHash"])) == (storage, code)
        assert raw(answer["codeHash"]) == keccak(raw(client("eth_getCode", counter, hex(height))))
        here, absent = answer["storageProof"]
        assert (here["key"], here["value"], absent["value"]) == ("0x0", hex(count), "0x0")
        if count:
            assert rlp.decode(proven(answer["storageHash"], bytes(32), here["proof"])) == bytes([count])
            assert proven(answer["storageHash"], (9).to_bytes(32, "big"), absent["proof"]) == b""
        else:
            assert answer["storageHash"] == EMPTY_ROOT and here["proof"] == []


def test_an_absent_account_is_proven_absent(client: Any, counter: str) -> None:
    root = client("eth_getBlockByNumber", "latest", False)["stateRoot"]
    answer = client("eth_getProof", NOBODY, ["0x1"])
    assert proven(root, raw(NOBODY), answer["accountProof"]) == b""
    assert (answer["nonce"], answer["balance"], answer["codeHash"], answer["storageHash"]) == (
        "0x0",
        "0x0",
        EMPTY_CODE,
        EMPTY_ROOT,
    )
    assert client("eth_getProof", NOBODY, [], "0x0")["accountProof"] == []  # the empty trie of genesis


def test_every_proof_node_is_hashed_into_its_parent(
    client: Any, landed: Landed, wallet: Any, contracts: dict[str, bytes]
) -> None:
    """Words 0…39 of one contract make a trie in which short leaves lie inside their branches."""
    write = b"".join(bytes([0x60, 1, 0x60, slot, 0x55]) for slot in range(40))
    address = landed(wallet.sign(data=write + b"\x00", gas=2_000_000))["contractAddress"]
    keys = [hex(slot) for slot in range(60)]
    answer = client("eth_getProof", address, keys)
    for slot, entry in enumerate(answer["storageProof"]):
        nodes = [raw(node) for node in entry["proof"]]
        assert keccak(nodes[0]) == raw(answer["storageHash"])
        assert all(keccak(child) in parent for parent, child in itertools.pairwise(nodes))
        value = proven(answer["storageHash"], slot.to_bytes(32, "big"), entry["proof"])
        assert (value, entry["value"]) == ((b"\x01", "0x1") if slot < 40 else (b"", "0x0"))


def test_old_heights_answer_calls_and_reads(client: Any, counter: str, wallet: Any) -> None:
    word = lambda number: "0x" + number.to_bytes(32, "big").hex()  # noqa: E731
    for height, count in ((1, 0), (2, 1), (3, 2)):
        block_hash = client("eth_getBlockByNumber", hex(height), False)["hash"]
        for name in (hex(height), block_hash, {"blockHash": block_hash}, {"blockNumber": hex(height)}):
            assert client("eth_call", {"to": counter}, name) == word(count + 1)
            assert client("eth_getStorageAt", counter, "0x0", name) == word(count)
        assert client("eth_getTransactionCount", wallet.address, hex(height)) == hex(height)
    assert client("eth_getCode", counter, "0x0") == "0x"
    assert client("eth_call", {"to": counter}, "earliest") == "0x"
    assert client("eth_getStorageAt", counter, "0x0") == word(2)  # no call was kept


def test_a_call_sees_the_block_it_is_made_at(client: Any, chain: DevChain, landed: Landed, wallet: Any, contracts: Any) -> None:
    address = landed(wallet.sign(data=contracts["context"]))["contractAddress"]
    chain.mine()
    for height in ("0x1", "0x2"):
        block = client("eth_getBlockByNumber", height, False)
        words = raw(client("eth_call", {"to": address, "gasPrice": "0x5"}, height))
        seen = [int.from_bytes(words[at : at + 32], "big") for at in range(0, 192, 32)]
        assert seen == [int(height, 16), int(block["timestamp"], 16), chain.chain_id, 0, 0, int(block["miner"], 16)]


def test_a_revert_gives_its_data_and_its_reason(client: Any, landed: Landed, wallet: Any, contracts: dict[str, bytes]) -> None:
    address = landed(wallet.sign(data=contracts["reverts"]))["contractAddress"]
    for method in ("eth_call", "eth_estimateGas"):
        error = client.envelope(method, {"to": address})["error"]
        assert (error["code"], error["message"]) == (3, "execution reverted: no")
        assert error["data"].startswith("0x08c379a0")


@pytest.mark.parametrize("code", ["60006000fd", "600160005260206000fd", "6308c379a060e01b60005260046000fd"])
def test_a_revert_without_a_reason_is_still_a_revert(client: Any, code: str) -> None:
    assert client.error("eth_call", {"data": "0x" + code}) == (3, "execution reverted")


def test_a_call_that_never_ends_runs_out_of_gas(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.devchain.params.CALL_GAS", 200_000)
    loop = {"data": "0x5b600056"}
    assert client.error("eth_call", loop) == (-32000, "out of gas")
    assert client.error("eth_call", loop | {"gas": hex(2**200)}) == (-32000, "out of gas")
    assert client.error("eth_call", {"data": "0xfe"}) == (-32000, "invalid opcode")
    assert client.error("eth_call", {"gas": "0x1"}) == (-32000, "intrinsic gas too low: gas 1, minimum needed 53000")
    assert client.error("eth_call", {"to": TO, "value": "0x1"}) == (-32000, "insufficient funds for transfer")


def test_the_gas_cap_is_below_the_block_limit_and_above_our_largest_deployment() -> None:
    assert 6_000_000 < execute.CALL_GAS <= 30_000_000


def test_an_estimate_is_enough_and_hardly_more(client: Any, landed: Landed, wallet: Any, contracts: dict[str, bytes]) -> None:
    assert client("eth_estimateGas", {"to": TO}) == hex(21_000)
    creation = int(client("eth_estimateGas", {"from": wallet.address, "data": "0x" + contracts["setter"].hex()}), 16)
    made = landed(wallet.sign(data=contracts["setter"], gas=creation))
    assert made["status"] == "0x1" and int(made["gasUsed"], 16) <= creation <= int(made["gasUsed"], 16) * 1.02
    address = made["contractAddress"]
    for word in (5, 0):  # clearing earns a refund, which an estimate must not spend beforehand
        data = word.to_bytes(32, "big")
        asked = {"from": wallet.address, "to": address, "data": "0x" + data.hex()}
        estimate = int(client("eth_estimateGas", asked), 16)
        assert landed(wallet.sign(address, data, gas=estimate))["status"] == "0x1"
        assert estimate < 50_000


@pytest.mark.parametrize(
    "code",
    [
        "6000600060006000600073{callee}5af1602857600080fd5b00",  # passes its gas on: the callee gets 63/64 of it
        "6207a1205a11600d57600080fd5b00",  # reverts unless 500,000 gas are left, and spends next to nothing
    ],
)
def test_an_estimate_covers_what_is_needed_but_not_spent(
    client: Any, landed: Landed, wallet: Any, contracts: dict[str, bytes], code: str
) -> None:
    callee = landed(wallet.sign(data=contracts["counter"]))["contractAddress"]
    runtime = bytes.fromhex(code.format(callee=callee[2:]))
    created = landed(wallet.sign(data=bytes.fromhex(f"60{len(runtime):02x}600c60003960{len(runtime):02x}6000f3") + runtime))
    address = created["contractAddress"]
    estimate = int(client("eth_estimateGas", {"from": wallet.address, "to": address}), 16)
    assert client.envelope("eth_call", {"to": address, "gas": hex(int(estimate * 0.98))}).get("error")
    spent = landed(wallet.sign(address, gas=estimate))
    assert spent["status"] == "0x1" and int(spent["gasUsed"], 16) < estimate


def test_logs_are_found_by_address_topic_range_and_block(
    client: Any, counter: str, landed: Landed, wallet: Any, contracts: Any
) -> None:
    second = landed(wallet.sign(data=contracts["counter"]))["contractAddress"]
    landed(wallet.sign(second))
    one, two = ("0x" + number.to_bytes(32, "big").hex() for number in (1, 2))
    everything = {"fromBlock": "earliest", "toBlock": "latest"}

    def found(**asked: Any) -> list[tuple[str, str]]:
        return [(log["address"], log["topics"][0]) for log in client("eth_getLogs", everything | asked)]

    assert found() == [(counter, one), (counter, two), (second, one)]
    assert found(address=counter) == [(counter, one), (counter, two)]
    assert found(address=[counter, second], topics=[one]) == [(counter, one), (second, one)]
    assert found(topics=[[one, two]]) == found(topics=[None]) == found(topics=[]) == found(address=None)
    assert found(topics=[None, one]) == found(address=NOBODY) == found(topics=["0x" + "00" * 32]) == []
    assert found(fromBlock="0x3", toBlock="0x3") == found(fromBlock="0x3", toBlock="0x4") == [(counter, two)]
    assert found(fromBlock="0x3", toBlock="0x999") == [(counter, two), (second, one)]
    assert client("eth_getLogs", {}) == client("eth_getLogs", everything | {"fromBlock": "latest"})
    block_hash = client("eth_getBlockByNumber", "0x2", False)["hash"]
    logs = client("eth_getLogs", {"blockHash": block_hash})
    assert logs == client("eth_getBlockReceipts", "0x2")[0]["logs"] and len(logs) == 1


def test_logs_of_one_contract_are_told_from_anothers_in_the_same_block(
    chain: DevChain, client: Any, counter: str, landed: Landed, wallet: Any, contracts: Any
) -> None:
    second = landed(wallet.sign(data=contracts["counter"]))["contractAddress"]
    for address in (second, counter, second):
        chain.submit(wallet.sign(address))
    chain.mine()
    for address, indices in ((counter, ["0x1"]), (second, ["0x0", "0x2"])):
        assert [log["logIndex"] for log in client("eth_getLogs", {"address": address})] == indices
    word = "0x" + (3).to_bytes(32, "big").hex()
    assert [log["address"] for log in client("eth_getLogs", {"topics": [word]})] == [counter]


def test_only_blocks_whose_bloom_may_match_are_opened(
    chain: DevChain, client: Any, counter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    honest = chain._blocks.block_of
    monkeypatch.setattr(chain._blocks, "block_of", lambda header: opened.append(header.block_number) or honest(header))
    assert client("eth_getLogs", {"fromBlock": "0x0", "address": NOBODY}) == [] and opened == []
    assert len(client("eth_getLogs", {"fromBlock": "0x0", "address": counter})) == 2 and opened == [2, 3]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ([], -32602),
        ({"address": "0x12"}, -32602),
        ({"topics": ["0x12"]}, -32602),
        ({"topics": [None] * 5}, -32602),
        ({"topics": "0x"}, -32602),
        ({"depth": 1}, -32602),
        ({"blockHash": "0x" + "00" * 32, "fromBlock": "0x0"}, -32602),
        ({"blockHash": "0x" + "00" * 32}, -32000),
        ({"fromBlock": "0x2", "toBlock": "0x1"}, -32000),
        ({"fromBlock": "finalized"}, -32602),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(client: Any, asked: object, code: int) -> None:
    assert client.error("eth_getLogs", asked)[0] == code


def test_too_many_logs_are_an_error_and_never_a_shorter_list(client: Any, counter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.devchain.logs.MAX_LOGS", 1)
    assert client.error("eth_getLogs", {"fromBlock": "0x0"})[0] == -32005
    assert len(client("eth_getLogs", {"fromBlock": "0x3"})) == 1


def test_a_waiting_transaction_is_shown_without_a_place_and_counted_as_pending(chain: DevChain, client: Any, wallet: Any) -> None:
    sent = client("eth_sendRawTransaction", "0x" + wallet.sign(TO).hex())
    client("eth_sendRawTransaction", "0x" + wallet.sign(TO, nonce=2).hex())
    waiting = client("eth_getTransactionByHash", sent)
    assert (waiting["blockHash"], waiting["blockNumber"], waiting["transactionIndex"]) == (None, None, None)
    assert client("eth_getTransactionReceipt", sent) is None
    counts = [client("eth_getTransactionCount", wallet.address, name) for name in ("latest", "pending")]
    assert counts == ["0x0", "0x1"]
    chain.mine()
    mined = client("eth_getTransactionByHash", sent)
    assert (mined["blockNumber"], mined["transactionIndex"]) == ("0x1", "0x0")
    assert client("eth_getTransactionByBlockNumberAndIndex", "0x1", "0x0") == mined
    assert client("eth_getTransactionByBlockNumberAndIndex", "0x1", "0x1") is None
    assert client("eth_getTransactionByBlockNumberAndIndex", "0x9", "0x0") is None


def test_sending_is_refused_in_the_words_of_a_node(
    chain: DevChain, client: Any, wallet: Any, wallet_of: Callable[[str], Any]
) -> None:
    first = "0x" + wallet.sign(TO).hex()
    assert client("eth_sendRawTransaction", first) == "0x" + keccak(raw(first)).hex()
    assert client.error("eth_sendRawTransaction", first) == (-32000, "already known")
    chain.mine()
    assert client.error("eth_sendRawTransaction", first) == (-32000, "nonce too low: next nonce 1, tx nonce 0")
    foreign = wallet_of("0x" + "11" * 32).sign(TO)
    assert client.error("eth_sendRawTransaction", "0x" + foreign.hex()) == (-32000, "invalid chain id for signer")
    assert client.error("eth_sendRawTransaction", "0x12 34")[0] == -32602


def test_a_miner_that_failed_takes_no_more_transactions(chain: DevChain, client: Any, wallet: Any) -> None:
    chain._miner.failure = OSError("no space")
    assert client.error("eth_sendRawTransaction", "0x" + wallet.sign(TO).hex()) == (-32603, "the development chain has stopped")
    assert client("eth_blockNumber") == "0x0"


def test_what_is_not_there_is_null_or_an_error(client: Any, counter: str) -> None:
    state_root = client("eth_getBlockByNumber", "latest", False)["stateRoot"]
    for method, wanted in (
        ("eth_getBlockByNumber", ["0x99", False]),
        ("eth_getBlockByHash", ["0x" + "00" * 32, False]),
        ("eth_getBlockByHash", [state_root, False]),
        ("eth_getBlockReceipts", ["0x99"]),
        ("eth_getTransactionByHash", ["0x" + "00" * 32]),
        ("eth_getTransactionReceipt", ["0x" + "00" * 32]),
    ):
        assert client(method, *wanted) is None, method
    for method, wanted in (
        ("eth_getBalance", [TO, "0x99"]),
        ("eth_call", [{}, "0x99"]),
        ("eth_getProof", [TO, [], "0x99"]),
        ("debug_getRawHeader", ["0x99"]),
        ("qbft_getValidatorsByBlockNumber", ["0x99"]),
    ):
        assert client.error(method, *wanted) == (-32000, "header not found"), method


def test_names_of_blocks(client: Any, counter: str) -> None:
    latest = client("eth_getBlockByNumber", "latest", False)
    assert latest["number"] == client("eth_blockNumber") == "0x3"
    assert client("eth_getBlockByNumber", "pending", False) == latest
    assert client("eth_getBlockByHash", latest["hash"], False) == latest
    assert client("eth_getBlockByNumber", "earliest", False)["number"] == "0x0"
    for name in ("finalized", "safe"):
        assert client.error("eth_getBlockByNumber", name, False) == (-32602, "invalid argument 0: hex string without 0x prefix")


@pytest.mark.parametrize(
    ("method", "wanted"),
    [
        ("eth_getBlockByNumber", ["0x01", False]),
        ("eth_getBlockByNumber", ["1", False]),
        ("eth_getBlockByNumber", [1, False]),
        ("eth_getBlockByNumber", ["0x", False]),
        ("eth_getBlockByNumber", ["0x1\n", False]),
        ("eth_getBlockByNumber", ["0x" + "00" * 32, False]),
        ("eth_getBlockByNumber", ["latest", 1]),
        ("eth_getBlockByNumber", ["latest"]),
        ("eth_getBlockByNumber", ["latest", True, True]),
        ("eth_getBlockByHash", ["0x12", False]),
        ("eth_getBalance", ["0x12"]),
        ("eth_getBalance", [TO, {"blockHash": "0x" + "00" * 32, "blockNumber": "0x0"}]),
        ("eth_getBalance", [TO, {}]),
        ("eth_getStorageAt", [TO, "0x" + "00" * 33]),
        ("eth_getStorageAt", [TO, "0x"]),
        ("eth_getProof", [TO, "0x0"]),
        ("eth_getProof", [TO, [1]]),
        ("eth_getProof", [TO, ["0x0"] * 1025]),
        ("eth_call", [[]]),
        ("eth_call", [{"to": TO, "stateOverride": {}}]),
        ("eth_call", [{"data": "0x12", "input": "0x13"}]),
        ("eth_call", [{"data": "0x123"}]),
        ("eth_call", [{}, "latest", {}]),
    ],
)
def test_a_parameter_of_another_form_is_refused(client: Any, method: str, wanted: list[object]) -> None:
    assert client.error(method, *wanted)[0] == -32602


def test_it_says_what_it_is(client: Any, chain: DevChain) -> None:
    assert "development chain" in client("web3_clientVersion")
    assert (client("eth_chainId"), client("net_version")) == (hex(chain.chain_id), str(chain.chain_id))
    assert (client("eth_gasPrice"), client("eth_syncing")) == ("0x0", False)
    assert client("eth_getBalance", TO) == "0x0"
    extra = rlp.decode(raw(client("eth_getBlockByNumber", "latest", False)["extraData"]))
    assert extra[0].rstrip(b"\0") == b"Shisu development chain"


@pytest.mark.parametrize("method", ["eth_accounts", "eth_sendTransaction", "personal_unlockAccount", "debug_setHead", "", "run"])
def test_an_unknown_method_is_refused(client: Any, method: str) -> None:
    assert client.error(method)[0] == -32601


def test_a_new_validator_key_is_made_for_whoever_may_reach_the_chain(chain: DevChain, client: Any) -> None:
    address = client("devchain_newValidator")
    assert chain._blocks._keys.holds(raw(address)) and len(raw(address)) == 20
    assert client("devchain_newValidator") != address
    assert client.error("devchain_newValidator", "0x1")[0] == -32602


def test_no_more_validator_keys_than_the_file_takes(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MAX_KEYS", 7)
    assert client.error("devchain_newValidator") == (-32000, "devchain.keys.full")

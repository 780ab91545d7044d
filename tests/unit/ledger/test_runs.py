"""Headers read by number and the runs that endorse them, from captured blocks and from the embedded chain."""

from __future__ import annotations

import pytest

from certs.consensus.endorsement import endorse
from certs.evm.header import parse_header
from certs.evm.keccak import keccak256
from certs.evm.rlp import encode
from ledger.errors import NodeContradicts, NotYet
from ledger.quantities import to_data, to_quantity
from ledger.runs import finality, latest_endorsed, latest_number, read_block

NAMES = [
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number",
    "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas",
]  # fmt: skip
INTEGERS = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"}


def as_block(captured):
    """A captured header as `eth_getBlockByNumber` would give it."""
    items = parse_header(bytes.fromhex(captured["header_rlp"][2:])).items
    block = {
        name: to_quantity(int.from_bytes(item, "big")) if name in INTEGERS else to_data(item)
        for name, item in zip(NAMES, items, strict=False)
    }
    return {**block, "hash": captured["hash"], "transactions": []}


@pytest.fixture
def node(vector, function_port):
    """A port that knows the headers of a captured file, and its validators as bytes."""

    def of(name, *, count=None):
        captured = vector(name)
        blocks = {header["number"]: as_block(header) for header in captured["headers"][:count]}

        def answer(method, params):
            return to_quantity(max(blocks)) if method == "eth_blockNumber" else blocks.get(int(params[0], 16))

        port = function_port(answer)
        port.blocks = blocks
        return port, [bytes.fromhex(address[2:]) for address in captured["validators"]], captured["headers"]

    return of


def test_a_block_is_read_by_its_number(node):
    port, _, headers = node("clique4_1receipt")
    header, _ = read_block(port, "clique", headers[0]["number"], full=False)
    assert to_data(header.raw) == headers[0]["header_rlp"]
    assert port.asked == [("eth_getBlockByNumber", [to_quantity(headers[0]["number"]), False])]


def test_a_block_that_is_not_there_is_not_yet(node):
    port, _, _ = node("clique4_1receipt")
    with pytest.raises(NotYet) as caught:
        read_block(port, "clique", 10**6, full=False)
    assert caught.value.code == "ledger.block.missing"


def test_a_block_of_another_height_contradicts(node):
    port, _, headers = node("clique4_1receipt")
    first, second = (header["number"] for header in headers[:2])
    port.blocks[first] = port.blocks[second]
    with pytest.raises(NodeContradicts) as caught:
        read_block(port, "clique", first, full=False)
    assert caught.value.code == "ledger.node.number"


@pytest.mark.parametrize("name", ["clique4_1receipt", "clique7_1receipt"])
def test_a_clique_run_ends_with_the_header_that_completes_the_count(node, name):
    port, validators, headers = node(name)
    run = finality(port, "clique", headers[0]["number"], validators)
    assert len(run.endorsement.signers) == run.endorsement.needed
    assert endorse("clique", run.headers, validators) == run.endorsement  # it refuses one header too many
    assert to_data(run.hash) == headers[0]["hash"]


def test_a_clique_chain_that_ends_too_early_is_not_yet(node):
    port, validators, headers = node("clique4_1receipt", count=2)
    with pytest.raises(NotYet) as caught:
        finality(port, "clique", headers[0]["number"], validators)
    assert caught.value.code == "ledger.endorsement.short"


def test_a_clique_block_that_moved_under_us_is_not_yet(node):
    port, validators, headers = node("clique_vote_in_out")
    by_number = {header["number"]: header for header in headers}
    items = parse_header(bytes.fromhex(by_number[4]["header_rlp"][2:])).items
    raw = encode([b"\x11" * 32, *items[1:]])
    port.blocks[4] = as_block({"header_rlp": to_data(raw), "hash": to_data(keccak256(raw))})
    with pytest.raises(NotYet) as caught:
        finality(port, "clique", 3, validators)
    assert caught.value.code == "ledger.block.moved"


def test_strangers_never_endorse_and_the_run_stops_at_64(node):
    port, _, headers = node("clique4_1receipt", count=1)
    items, parent = list(parse_header(bytes.fromhex(headers[0]["header_rlp"][2:])).items), b""
    for number in range(1, 71):
        items[0], items[8] = parent or items[0], bytes([number])
        raw = encode(items)
        parent = keccak256(raw)
        port.blocks[number] = as_block({"header_rlp": to_data(raw), "hash": to_data(parent)})
    with pytest.raises(NotYet) as caught:
        finality(port, "clique", 1, [b"\x01" * 20])
    assert caught.value.code == "ledger.endorsement.short"
    assert len(port.asked) == 64


def test_a_young_chain_is_not_searched_below_genesis(node, function_port):
    _, validators, headers = node("clique4_1receipt", count=1)
    items = list(parse_header(bytes.fromhex(headers[0]["header_rlp"][2:])).items)
    items[8] = b""
    raw = encode(items)
    genesis = as_block({"header_rlp": to_data(raw), "hash": to_data(keccak256(raw))})
    young = function_port(lambda method, params: "0x0" if method == "eth_blockNumber" else {"0x0": genesis}.get(params[0]))
    with pytest.raises(NotYet):
        latest_endorsed(young, "clique", validators)
    assert [params[0] for method, params in young.asked if method != "eth_blockNumber"] == ["0x0", "0x1"]


def test_the_newest_endorsed_clique_block_is_a_few_back(node):
    port, validators, headers = node("clique4_1receipt", count=3)
    run = latest_endorsed(port, "clique", validators)
    assert run.headers[0].number == headers[0]["number"]
    assert run.headers[-1].number == headers[2]["number"]


def test_a_chain_of_strangers_has_no_endorsed_block(node):
    port, _, _ = node("qbft4_1receipt")
    with pytest.raises(NotYet) as caught:
        latest_endorsed(port, "qbft", [b"\x01" * 20])
    assert caught.value.code == "ledger.endorsement.short"


def test_a_qbft_block_is_endorsed_by_its_own_seals(node):
    port, validators, headers = node("qbft4_1receipt")
    run = finality(port, "qbft", headers[0]["number"], validators)
    assert len(run.headers) == 1
    assert {to_data(signer) for signer in run.endorsement.signers} == set(headers[0]["seal_signers"])


def test_a_false_seal_contradicts(node):
    port, validators, headers = node("qbft4_1receipt")
    block = port.blocks[headers[0]["number"]]
    block["extraData"] = block["extraData"][:-2] + "05"  # v of the last seal
    with pytest.raises(NodeContradicts) as caught:
        finality(port, "qbft", headers[0]["number"], validators)
    assert caught.value.code == "ledger.node.endorsement"


def test_a_set_in_which_too_few_signed_does_not_endorse(node):
    port, validators, headers = node("qbft4_1receipt")
    more = [*validators, *(bytes([at]) * 20 for at in range(1, 4))]
    with pytest.raises(NotYet):
        finality(port, "qbft", headers[0]["number"], more)


def test_the_embedded_chains_newest_block_is_endorsed(world):
    run = latest_endorsed(world.rpc, "qbft", world.validators)
    assert run.headers[0].number <= latest_number(world.rpc)
    assert len(run.endorsement.signers) >= run.endorsement.needed == 5


def test_genesis_is_endorsed_by_nobody(world):
    with pytest.raises(NotYet):
        finality(world.rpc, "qbft", 0, world.validators)

"""Evidence, staples and bundles from the embedded chain, checked with the verifier's functions, and from a node that lies."""

from __future__ import annotations

import copy
import dataclasses
import time

import pytest

from certs.canonical import canonical
from certs.consensus.endorsement import block_hash, endorse
from certs.evm.header import parse_header
from certs.evm.log import decode_anchored
from certs.evm.receipt import parse_receipt
from certs.evm.rlp import encode
from certs.evm.state import account, storage_word
from certs.evm.transaction import parse_transaction
from certs.evm.trie import NodeSet
from certs.slots import CONSORTIUM_SET_SLOT, anchor_slots, batch_status_slot, code_status_slot, leaf_status_slot
from certs.trust import load_bundle
from ledger.anchors import anchor_call
from ledger.announcements import AnnouncedSet
from ledger.collect import NamedMember, Place, build_bundle, collect_evidence, collect_head, collect_staple
from ledger.contracts import STATUS_REGISTRY, artifact, encode_call
from ledger.deploy import Patience, deploy_consortium
from ledger.errors import LedgerError, NodeContradicts, NotAnchored, NotYet, RpcRefused, WrongChain
from ledger.quantities import to_data
from ledger.transactions import UnsignedTransaction, latest_nonce, receipt, send_in_order, sign

WHO, OTHER = 4, 5
SEQ = 2
KEYS = [b"\x0a" * 32, b"\x0b" * 32]
SUSPENDED = 2


@pytest.fixture(scope="module")
def anchored(world):
    """Bureau 4 anchors batches 1, 2 and 3 and bureau 5 its first, all sent together; batch 2 is then suspended."""
    signed = []
    for who, seqs in ((WHO, (1, 2, 3)), (OTHER, (1,))):
        nonce = latest_nonce(world.rpc, world.signers[who].address)
        for at, seq in enumerate(seqs):
            data = anchor_call(seq, root=bytes([who]) * 31 + bytes([seq]), size=seq, scope=1 | 1 << 33, suite=2)
            call = UnsignedTransaction(
                chain_id=world.deployment.chain_id, nonce=nonce + at, gas=200_000, to=world.deployment.anchor_log, data=data
            )
            signed.append(sign(world.signers[who], call))
    send_in_order(world.rpc, [one.raw for one in signed])
    for one in signed:
        world.wait_for(one)
    suspend = encode_call(artifact(STATUS_REGISTRY), "setBatch", [SEQ, SUSPENDED, 9])
    assert receipt(world.rpc, world.transact(WHO, world.deployment.status_registry, suspend).hash).succeeded
    return {(WHO, 1): signed[0], (WHO, 2): signed[1], (WHO, 3): signed[2], (OTHER, 1): signed[3]}


@pytest.fixture(scope="module")
def fresh(world):
    """Another consortium on the same chain, whose registry is empty; bureau 0 has anchored its first batch."""
    first = world.deployment.set
    deployment = deploy_consortium(
        world.rpc,
        world.deployer,
        engine="qbft",
        founders=world.founders,
        validators=list(zip(first.validators, first.operators, strict=True)),
        patience=Patience(time.sleep, 0.01),
    )
    fresh = dataclasses.replace(world, deployment=deployment)
    fresh.anchor(0, 1)
    return fresh


def evidence_of(world, anchored, place=(WHO, SEQ), *, rpc=None, **changed):
    wanted = {
        "member": world.founders[place[0]].member,
        "seq": place[1],
        "transaction_hash": anchored[place].hash,
        "validators": world.validators,
        **changed,
    }
    deployment = wanted.pop("deployment", world.deployment)
    return collect_evidence(rpc or world.rpc, "qbft", deployment, **wanted)


def staple_of(world, place=(WHO, SEQ, 0), *, rpc=None, at_block=None, **changed):
    wanted = Place(world.founders[place[0]].member, place[1], place[2])
    options = {"code_keys": KEYS, "validators": world.validators, **changed}
    return collect_staple(
        rpc or world.rpc, "qbft", options.pop("deployment", world.deployment), wanted, at_block=at_block, **options
    )


def raw(text):
    assert text.startswith("0x")
    return bytes.fromhex(text[2:])


def opened(package):
    """The first header and the node set of a package, after checking form and order."""
    nodes = [raw(node) for node in package["nodes"]]
    assert nodes == sorted(set(nodes))
    return parse_header(raw(package["headers"][0])), NodeSet(nodes)


def check_evidence(world, evidence, place=(WHO, SEQ)):
    """What a verifier does with evidence; raises when anything in it is false."""
    header, nodes = opened(evidence)
    endorse("qbft", [parse_header(raw(one)) for one in evidence["headers"]], world.validators)
    key = encode(evidence["index"].to_bytes(1, "big").lstrip(b"\0"))
    transaction = parse_transaction(nodes.get(header.transactions_root, key))
    log = parse_receipt(nodes.get(header.receipts_root, key)).logs[evidence["log"]]
    assert nodes.unused() == 0
    assert transaction.chain_id == evidence["chainId"] == world.chain.chain_id
    assert transaction.to == log.address == world.deployment.anchor_log
    anchor = decode_anchored(log)
    assert (anchor.member, anchor.seq, anchor.size, anchor.suite) == (world.founders[place[0]].member, place[1], place[1], 2)
    assert anchor.root == bytes([place[0]]) * 31 + bytes([place[1]])
    return transaction


def staple_words(world, staple, place=(WHO, SEQ, 0)):
    """The words a verifier gets from a staple: root, packed head, leaf, batch, codes."""
    header, nodes = opened(staple)
    endorse("qbft", [parse_header(raw(one)) for one in staple["headers"]], world.validators)
    member = world.founders[place[0]].member
    slots = {
        world.deployment.anchor_log: anchor_slots(member, place[1]),
        world.deployment.status_registry: [
            leaf_status_slot(member, place[1], place[2]), batch_status_slot(member, place[1]), *map(code_status_slot, KEYS)
        ],
    }  # fmt: skip
    words = []
    for address, wanted in slots.items():
        found = account(nodes, header.state_root, address)
        words += [storage_word(nodes, found.storage_root, slot) for slot in wanted]
    assert nodes.unused() == 0
    return words


class Liar:
    """The real port, with one leaf of one answer changed; without a lie it lists the leaves of all answers."""

    def __init__(self, rpc, lie=None):
        self._rpc, self._lie = rpc, lie
        self.leaves = []
        self.told = False

    def call(self, method, params=()):
        return self._twist(method, self._rpc.call(method, params))

    def batch(self, calls):
        return [self._twist(method, answer) for (method, _), answer in zip(calls, self._rpc.batch(calls), strict=True)]

    def _twist(self, method, answer):
        answer = copy.deepcopy(answer)
        at = len(self.leaves)
        paths = list(_paths(answer))
        self.leaves += [(method, path) for path in paths]
        if self._lie is not None and at <= self._lie < len(self.leaves):
            self.told = True
            return _changed(answer, paths[self._lie - at])
        return answer


def _paths(value, path=()):
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths(inner, (*path, name))
    else:
        yield path


def _changed(value, path):
    if not path:
        if isinstance(value, str) and len(value) > 2:
            return value[:-1] + ("1" if value[-1] != "1" else "2")
        return "0x1" if value is None else None
    value[path[0]] = _changed(value[path[0]], path[1:])
    return value


def test_evidence_verifies_end_to_end(world, anchored):
    for place, signed in anchored.items():
        assert check_evidence(world, evidence_of(world, anchored, place), place).hash == signed.hash


def test_evidence_has_the_names_of_the_protocol(world, anchored):
    assert list(evidence_of(world, anchored)) == ["chainId", "headers", "index", "log", "nodes"]


def test_a_node_without_block_receipts_gives_the_same_evidence(world, anchored, function_port):
    def old(method, params):
        if method == "eth_getBlockReceipts":
            raise RpcRefused(-32601)
        return world.rpc.call(method, params)

    assert evidence_of(world, anchored, rpc=function_port(old)) == evidence_of(world, anchored)


def test_a_refusal_for_another_reason_is_not_taken_for_a_missing_method(world, anchored, function_port):
    def broken(method, params):
        if method == "eth_getBlockReceipts":
            raise RpcRefused(-32000)
        return world.rpc.call(method, params)

    with pytest.raises(RpcRefused):
        evidence_of(world, anchored, rpc=function_port(broken))


def test_a_transaction_without_receipt_is_not_yet(world, anchored):
    with pytest.raises(NotYet) as caught:
        evidence_of(world, anchored, transaction_hash=b"\x01" * 32)
    assert caught.value.code == "ledger.receipt.missing"


@pytest.mark.parametrize(("name", "value"), [("member", "91310000MA1FL9999X"), ("seq", 9)])
def test_another_place_is_not_anchored_by_this_transaction(world, anchored, name, value):
    with pytest.raises(NotAnchored):
        evidence_of(world, anchored, **{name: value})


def test_a_transaction_that_failed_anchors_nothing(world, anchored):
    failed = world.anchor(WHO, 1)
    with pytest.raises(NotAnchored) as caught:
        evidence_of(world, anchored, seq=1, transaction_hash=failed.hash)
    assert caught.value.field == "evm.receipt.failed"


def test_a_call_of_another_contract_anchors_nothing(world, anchored):
    touch = encode_call(artifact(STATUS_REGISTRY), "setBatch", [1, 1, 0])
    signed = world.transact(WHO, world.deployment.status_registry, touch)
    with pytest.raises(NotAnchored) as caught:
        evidence_of(world, anchored, transaction_hash=signed.hash)
    assert caught.value.field == "to"


def test_a_transaction_of_another_chain_is_refused(world, anchored):
    with pytest.raises(WrongChain):
        evidence_of(world, anchored, deployment=dataclasses.replace(world.deployment, chain_id=1))


def test_a_block_too_few_endorsed_gives_no_evidence(world, anchored):
    with pytest.raises(NotYet) as caught:
        evidence_of(world, anchored, validators=[b"\x01" * 20])
    assert caught.value.code == "ledger.endorsement.short"


def test_a_transaction_that_moved_to_another_block_is_not_yet(world, anchored, function_port):
    def moved(method, params):
        answer = world.rpc.call(method, params)
        if method == "eth_getTransactionReceipt":
            answer = {**answer, "blockNumber": "0x1"}
        return answer

    with pytest.raises(NotYet) as caught:
        evidence_of(world, anchored, rpc=function_port(moved))
    assert caught.value.code == "ledger.block.moved"


def test_no_lie_about_one_field_gets_into_evidence(world, anchored):
    honest = Liar(world.rpc)
    truth = evidence_of(world, anchored, rpc=honest)
    assert len(honest.leaves) > 50
    refused = 0
    for lie in range(len(honest.leaves)):
        liar = Liar(world.rpc, lie)
        try:
            evidence = evidence_of(world, anchored, rpc=liar)
        except LedgerError:
            refused += 1
            continue
        assert liar.told
        if evidence != truth:  # a seal that recovers to a stranger does not count and does no harm
            check_evidence(world, evidence)
    assert refused > 30


def test_a_staple_proves_anchor_status_and_absence(world, anchored):
    root, packed, leaf, batch, *codes = staple_words(world, staple_of(world))
    assert root == bytes([WHO]) * 31 + bytes([SEQ])
    assert int.from_bytes(packed, "big") % 2**48 == SEQ
    assert leaf is None
    assert codes == [None, None]
    assert batch[-1] == SUSPENDED


@pytest.mark.parametrize("spelling", [[], ["0x80"]])
def test_an_empty_registry_is_proven_without_a_storage_node(fresh, function_port, spelling):
    def spelled(method, params):
        answer = fresh.rpc.call(method, params)
        if method == "eth_getProof" and params[0] == to_data(fresh.deployment.status_registry):
            answer["storageProof"] = [{**entry, "proof": spelling} for entry in answer["storageProof"]]
        return answer

    staple = staple_of(fresh, (0, 1, 0), rpc=function_port(spelled))
    assert staple_words(fresh, staple, (0, 1, 0))[2:] == [None] * 4


def test_a_staple_is_at_the_block_asked_for(world, anchored):
    number = receipt(world.rpc, anchored[WHO, SEQ].hash).block_number
    staple = staple_of(world, at_block=number)
    assert parse_header(raw(staple["headers"][0])).number == number
    assert staple_words(world, staple)[3] is None  # it was suspended later
    with pytest.raises(NotAnchored):
        staple_of(world, at_block=number - 1)


def test_a_batch_that_is_not_anchored_has_no_staple(world, anchored):
    with pytest.raises(NotAnchored):
        staple_of(world, (WHO, 9, 0))


def test_a_block_too_few_endorsed_gives_no_staple(world, anchored):
    with pytest.raises(NotYet):
        staple_of(world, validators=[b"\x01" * 20])


def test_other_code_at_the_address_gives_no_staple(world, anchored):
    wrong = dataclasses.replace(world.deployment, code_hashes=(*world.deployment.code_hashes[:2], b"\0" * 32))
    with pytest.raises(NodeContradicts) as caught:
        staple_of(world, deployment=wrong)
    assert caught.value.code == "ledger.node.code"


def test_an_address_without_account_gives_no_staple(world, anchored):
    with pytest.raises(NodeContradicts):
        staple_of(world, deployment=dataclasses.replace(world.deployment, status_registry=b"\x01" * 20))


def test_a_node_of_no_walk_is_noticed(world, anchored, function_port):
    def padded(method, params):
        answer = world.rpc.call(method, params)
        if method == "eth_getProof":
            answer["accountProof"].append("0x" + "ab" * 40)
        return answer

    with pytest.raises(NodeContradicts) as caught:
        staple_of(world, rpc=function_port(padded))
    assert caught.value.field == "unused"


def test_a_node_that_travels_inside_its_parent_is_not_listed_again(world, anchored, function_port):
    def doubled(method, params):
        answer = world.rpc.call(method, params)
        if method == "eth_getProof" and params[0] == to_data(world.deployment.anchor_log):
            answer["storageProof"][0]["proof"].append("0xc22001")
        return answer

    number = receipt(world.rpc, anchored[WHO, SEQ].hash).block_number
    assert staple_of(world, rpc=function_port(doubled), at_block=number) == staple_of(world, at_block=number)


def test_no_lie_about_one_field_gets_into_a_staple(world, anchored):
    number = parse_header(raw(staple_of(world)["headers"][0])).number
    honest = Liar(world.rpc)
    truth = staple_of(world, rpc=honest, at_block=number)
    words = staple_words(world, truth)
    refused = 0
    for lie in range(len(honest.leaves)):
        try:
            staple = staple_of(world, rpc=Liar(world.rpc, lie), at_block=number)
        except LedgerError:
            refused += 1
            continue
        if staple != truth:
            assert staple_words(world, staple) == words
    assert refused > 15


def test_a_head_proves_the_set_in_slot_0(world):
    head = collect_head(world.rpc, "qbft", world.deployment, last=world.deployment.set)
    header, nodes = opened(head)
    found = account(nodes, header.state_root, world.deployment.consortium)
    assert found.code_hash == world.deployment.code_hashes[0]
    assert storage_word(nodes, found.storage_root, CONSORTIUM_SET_SLOT) == world.deployment.set.commitment()
    assert nodes.unused() == 0
    assert header.number >= world.deployment.from_block


def test_a_head_with_other_code_is_refused(world):
    wrong = dataclasses.replace(world.deployment, code_hashes=(b"\0" * 32, *world.deployment.code_hashes[1:]))
    with pytest.raises(NodeContradicts) as caught:
        collect_head(world.rpc, "qbft", wrong, last=wrong.set)
    assert caught.value.code == "ledger.node.code"


def test_a_head_with_another_set_is_refused(world):
    first = world.deployment.set
    other = dataclasses.replace(first, operators=(first.operators[1], first.operators[0], *first.operators[2:]))
    with pytest.raises(NodeContradicts) as caught:
        collect_head(world.rpc, "qbft", world.deployment, last=other)
    assert caught.value.code == "ledger.node.set"


def test_a_head_before_the_contracts_is_not_yet(world):
    with pytest.raises(NotYet):
        collect_head(world.rpc, "qbft", dataclasses.replace(world.deployment, from_block=10**6), last=world.deployment.set)


def test_a_head_before_its_set_is_in_force_is_not_yet(world):
    with pytest.raises(NotYet):
        collect_head(world.rpc, "qbft", world.deployment, last=dataclasses.replace(world.deployment.set, from_block=10**6))


def bundle_of(world, rpc=None, **changed):
    named = [NamedMember(founder.member, founder.code, "某局") for founder in world.founders]
    options = {"network": "development", "name": "n", "prefix": "SHFS", "members": named}
    options |= {"sets": [AnnouncedSet(world.deployment.set, None)], **changed}
    return build_bundle(rpc or world.rpc, "qbft", world.deployment, **options)


def test_a_bundle_has_the_names_of_the_protocol(world):
    bundle = bundle_of(world)
    assert list(bundle) == [
        "format", "network", "name", "prefix", "chainId", "engine", "genesisHash", "contracts", "members", "sets", "head"
    ]  # fmt: skip
    assert bundle["members"][0] == {"uscc": world.founders[0].member, "code": "MR", "name": "某局"}
    (only,) = bundle["sets"]
    assert list(only) == ["epoch", "fromBlock", "validators", "operators", "evidence"]
    assert only["validators"] == [to_data(address) for address in world.validators]
    assert bundle["genesisHash"] == world.rpc.call("eth_getBlockByNumber", ["0x0", False])["hash"]
    assert block_hash("qbft", parse_header(raw(bundle["head"]["headers"][0])))


def test_a_bundle_is_one_that_a_verifier_takes(world):
    loaded = load_bundle(canonical(bundle_of(world)))
    assert loaded.sets == (world.deployment.set,)
    assert loaded.is_development


def test_a_bundle_no_verifier_would_take_is_not_made(world):
    with pytest.raises(NodeContradicts) as caught:
        bundle_of(world, prefix="lower")
    assert (caught.value.code, caught.value.field) == ("ledger.node.bundle", "bundle.prefix")


def test_a_bundle_is_not_made_of_sets_that_are_not_proven(world):
    with pytest.raises(NodeContradicts, match=r"ledger\.node\.bundle"):
        bundle_of(world, sets=[AnnouncedSet(world.deployment.set, None), AnnouncedSet(world.deployment.set, None)])

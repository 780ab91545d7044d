"""Announced sets: voted and proven on the embedded chain, changed for real on the fake one, and told by nodes that lie."""

from __future__ import annotations

import copy
import dataclasses
import time
from itertools import pairwise

import pytest
import rlp
from eth_abi.abi import encode

from certs.canonical import canonical
from certs.certificate import read_proven_state
from certs.errors import CannotCheck
from certs.evm.header import parse_header
from certs.evm.log import Anchored
from certs.evm.trie import NodeSet
from certs.slots import member_word
from certs.staple import Place as ProvenPlace
from certs.staple import read_state
from certs.trust import ValidatorSet, load_bundle
from certs.verify.status import read_staple
from ledger import announcements
from ledger.announcements import AnnouncedSet, announced_sets, validators_at
from ledger.collect import NamedMember, Place, build_bundle, collect_head, collect_staple
from ledger.contracts import CONSORTIUM, artifact, encode_call
from ledger.deploy import Patience, deploy_consortium
from ledger.errors import LedgerError, NodeContradicts, NotYet, WrongChain
from ledger.governance import announce_call
from ledger.quantities import to_data
from tests.fake_chain import FakeChain, Mined, Sent, one_member
from tests.votes import carry_out
from tests.world import MEMBER, MEMBER_CODE, World


def bundle_of(rpc, deployment, sets):
    named = [NamedMember(MEMBER, MEMBER_CODE, "某局")]
    return build_bundle(rpc, "qbft", deployment, network="development", name="n", prefix="SHFS", members=named, sets=sets)


# The embedded chain: the same validators, other operators.


@pytest.fixture(scope="module")
def voted(world):
    """Another consortium on the same chain; two votes have swapped who operates the first two validators, and back again."""
    first = world.deployment.set
    deployment = deploy_consortium(
        world.rpc,
        world.deployer,
        engine="qbft",
        founders=world.founders,
        validators=list(zip(first.validators, first.operators, strict=True)),
        patience=Patience(time.sleep, 0.01),
    )
    seats = list(zip(first.validators, first.operators, strict=True))
    swapped = [(first.validators[0], first.operators[1]), (first.validators[1], first.operators[0]), *seats[2:]]
    for announced in (swapped, seats):
        assert carry_out(world.rpc, deployment, world.signers[:5], deployment.consortium, announce_call(announced)).succeeded
    voted = dataclasses.replace(world, deployment=deployment)
    voted.anchor(0, 1)  # and so the last set is in force
    return voted


def test_every_announced_set_comes_with_its_proof_and_makes_a_bundle_that_holds(voted):
    sets = announced_sets(voted.rpc, "qbft", voted.deployment)
    assert [one.set.epoch for one in sets] == [0, 1, 2]
    assert [one.evidence is None for one in sets] == [True, False, False]
    assert sets[0].set == voted.deployment.set
    assert sets[1].set.operators[:2] == sets[0].set.operators[1::-1]
    assert sets[2].set.operators == sets[0].set.operators
    bundle = load_bundle(canonical(bundle_of(voted.rpc, voted.deployment, sets)))
    assert bundle.sets == tuple(one.set for one in sets)


def test_a_staple_of_now_holds_under_the_last_set(voted):
    sets = announced_sets(voted.rpc, "qbft", voted.deployment)
    bundle = load_bundle(canonical(bundle_of(voted.rpc, voted.deployment, sets)))
    founder = voted.founders[0]
    staple = collect_staple(
        voted.rpc, "qbft", voted.deployment, Place(founder.member, 1, 0), code_keys=[], validators=sets[-1].set.validators
    )
    header = parse_header(bytes.fromhex(staple["headers"][0][2:]))
    assert header.number >= bundle.sets[-1].from_block
    anchored = Anchored(founder.member, 1, b"\x01" * 32, 3, 1 | 1 << 33, 1, founder.code)
    nodes = NodeSet([bytes.fromhex(node[2:]) for node in staple["nodes"]])
    assert read_state(bundle, header.state_root, nodes, ProvenPlace(anchored, 0, ())).complete


def test_a_consortium_that_announced_nothing_is_not_searched(world, function_port):
    port = function_port(world.rpc.call)
    assert announced_sets(port, "qbft", world.deployment) == (AnnouncedSet(world.deployment.set, None),)
    assert "eth_getLogs" not in [method for method, _ in port.asked]


def test_logs_are_asked_for_in_bounded_ranges_from_the_last_back_to_the_first(voted, function_port, monkeypatch):
    sets = announced_sets(voted.rpc, "qbft", voted.deployment)
    monkeypatch.setattr(announcements, "LOG_RANGE", 3)
    port = function_port(voted.rpc.call)
    assert announced_sets(port, "qbft", voted.deployment) == sets
    asked = [params[0] for method, params in port.asked if method == "eth_getLogs"]
    ranges = [(int(query["fromBlock"], 16), int(query["toBlock"], 16)) for query in asked]
    assert {query["address"] for query in asked} == {to_data(voted.deployment.consortium)}
    assert ranges[0][1] == sets[2].set.from_block - 1
    assert ranges[-1][0] <= sets[1].set.from_block - 1 <= ranges[-1][1]
    assert all(first <= end < first + 3 for first, end in ranges)
    assert all(later[0] == earlier[1] + 1 for later, earlier in pairwise(ranges))


def test_the_search_ends_where_the_first_set_begins(voted, function_port, monkeypatch):
    monkeypatch.setattr(announcements, "LOG_RANGE", 3)

    def silent(method, params):
        return [] if method == "eth_getLogs" else voted.rpc.call(method, params)

    port = function_port(silent)
    with pytest.raises(NodeContradicts):
        announced_sets(port, "qbft", voted.deployment)
    asked = [int(params[0]["fromBlock"], 16) for method, params in port.asked if method == "eth_getLogs"]
    assert min(asked) == voted.deployment.set.from_block


# Validators that really come and go.


class Announcing(FakeChain):
    """The fake chain with Consortium's announcements on it."""

    def change(self, *names):
        """Announces sets, each in a transaction of its own, in one block."""
        self.put([self.logs_of(each) for each in names])
        self.world.names = names[-1]

    def logs_of(self, names):
        """The log of the next announcement, which counts as announced from now on."""
        world, made, before = self.world, [], self.world.names
        world.mine = lambda transactions, receipts: made.extend(rlp.decode(receipts[0])[3])
        world.change_validators(names)
        world.names = before
        del world.mine
        return made

    def put(self, logs):
        """Mines a block of one transaction for each list of logs."""
        world, height = self.world, len(self.chain)
        sent = [
            Sent(world.transaction(bytes([height, at]), to=world.consortium), "", 0) for at in range(len(logs))
        ]  # each another transaction
        block = world.mine([one.raw for one in sent], [world.receipt(each) for each in logs])
        self.chain.append(Mined(block, sent, [(True, each) for each in logs], {}, copy.deepcopy(world.storage)))

    def _eth_call(self, call, block):
        if call["data"] != "0x" + encode_call(artifact(CONSORTIUM), "validatorSet", []).hex():
            return super()._eth_call(call, block)
        last = self.said if self.said else self.world.sets[-1]
        values = [
            last.epoch,
            last.from_block,
            ["0x" + address.hex() for address in last.validators],
            [member_word(uscc) for uscc in last.operators],
        ]
        return "0x" + encode(["uint64", "uint64", "address[]", "bytes32[]"], values).hex()

    said: ValidatorSet | None = None


@pytest.fixture
def chain():
    """Seven validators, of which g went, then h came while a went, then i came."""
    made = Announcing(one_member("0x" + "11" * 20).members)
    for names in ("abcdef", "bcdefh", "bcdefhi"):
        made.change(tuple(names))
        made.mine()
    return made


def sets_of(chain):
    return announced_sets(chain, "qbft", chain.deployment())


def test_each_change_is_proven_under_the_set_before_it(chain):
    sets = sets_of(chain)
    assert tuple(one.set for one in sets) == tuple(chain.world.sets)
    bundle = load_bundle(canonical(bundle_of(chain, chain.deployment(), sets)))
    assert bundle.head.number == chain.height
    assert bundle.sets == tuple(chain.world.sets)


def test_a_bundle_of_fewer_sets_than_were_announced_is_not_made(chain):
    sets = sets_of(chain)
    with pytest.raises(LedgerError):
        bundle_of(chain, chain.deployment(), sets[:-1])


def test_a_bundle_without_one_of_the_sets_is_not_made(chain):
    sets = sets_of(chain)
    with pytest.raises(NodeContradicts, match=r"ledger\.node\.bundle"):
        bundle_of(chain, chain.deployment(), [sets[0], *sets[2:]])


def test_a_head_before_the_last_set_is_in_force_is_not_yet(chain):
    chain.change(tuple("cdefhij"))
    with pytest.raises(NotYet):
        collect_head(chain, "qbft", chain.deployment(), last=chain.world.sets[-1])
    chain.mine()
    assert collect_head(chain, "qbft", chain.deployment(), last=chain.world.sets[-1])


def test_a_staple_under_a_retired_set_says_nothing(chain):
    sets = sets_of(chain)
    bundle = load_bundle(canonical(bundle_of(chain, chain.deployment(), sets)))
    retired = {"headers": ["0x" + chain.chain[sets[-1].set.from_block - 1].block.raw.hex()], "nodes": []}
    anchored = Anchored(MEMBER, 1, b"\x01" * 32, 1, 1 | 1 << 33, 1, MEMBER_CODE)
    found = read_staple(
        read_proven_state(retired, "/staple"),
        bundle=bundle,
        place=ProvenPlace(anchored, 0, ()),
        anchor=parse_header(chain.chain[4].block.raw),
        anchor_run=(),
        now=bundle.head.time,
        freshness_s=10,
    )
    assert found.code == "staple.retired"


def test_the_validators_at_a_height_are_those_of_the_set_in_force_there(chain):
    sets = sets_of(chain)
    for at, announced in enumerate(sets):
        assert validators_at(sets, announced.set.from_block) == announced.set.validators
        if at:
            assert validators_at(sets, announced.set.from_block - 1) == sets[at - 1].set.validators
    assert validators_at(sets, 10**9) == sets[-1].set.validators
    with pytest.raises(NodeContradicts):
        validators_at(sets, sets[0].set.from_block - 1)


def test_the_set_at_a_height_is_the_bundle_s(chain):
    sets = sets_of(chain)
    bundle = load_bundle(canonical(bundle_of(chain, chain.deployment(), sets)))
    for height in range(chain.deployment().from_block, chain.height + 1):
        assert validators_at(sets, height) == bundle.set_at(height).validators
    with pytest.raises(CannotCheck):
        bundle.set_at(0)


# Nodes that lie.


def refused(chain, field):
    with pytest.raises(NodeContradicts) as caught:
        sets_of(chain)
    assert (caught.value.code, caught.value.field) == ("ledger.node.announcement", field)


def with_logs(chain, change):
    honest = chain._eth_getLogs
    chain._eth_getLogs = lambda query: change(honest(query))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda logs: logs[:-1], "last"),
        (lambda logs: logs[1:], "step"),
        (lambda logs: [logs[0], logs[2]], "step"),
        (lambda logs: [logs[1], logs[0], logs[2]], "step"),
        (lambda logs: [logs[0], *logs], "step"),
        (lambda logs: [], "last"),
    ],
)
def test_logs_hidden_repeated_or_out_of_order_are_noticed(chain, change, field):
    with_logs(chain, change)
    refused(chain, field)


def test_a_log_of_another_contract_announces_nothing(chain):
    deployment = dataclasses.replace(chain.deployment(), consortium=b"\x09" * 20)
    with pytest.raises(NodeContradicts, match=r"ledger\.node\.announcement log"):
        announced_sets(chain, "qbft", deployment)


@pytest.mark.parametrize("logs", [None, {}, [{}], ["0x"], [{"transactionHash": "0x12"}]])
def test_logs_of_another_form_are_refused(chain, logs):
    with_logs(chain, lambda honest: logs)
    with pytest.raises(NodeContradicts):
        sets_of(chain)


def test_a_transaction_the_node_does_not_have_is_not_yet(chain):
    with_logs(chain, lambda logs: [{"transactionHash": "0x" + "12" * 32}])
    with pytest.raises(NotYet):
        sets_of(chain)


@pytest.mark.parametrize(
    "change",
    [
        lambda last: dataclasses.replace(last, operators=last.operators[::-1]),
        lambda last: dataclasses.replace(last, validators=(b"\x01" * 20, *last.validators[1:])),
        lambda last: dataclasses.replace(last, epoch=2),
        lambda last: dataclasses.replace(last, epoch=4),
        lambda last: dataclasses.replace(last, from_block=last.from_block + 1),
    ],
)
def test_a_last_set_that_was_not_announced_is_refused(chain, change):
    chain.said = change(chain.world.sets[-1])
    refused(chain, "last")


def test_a_last_set_from_the_future_is_refused_before_any_search(chain):
    chain.said = dataclasses.replace(chain.world.sets[-1], from_block=2**63)
    refused(chain, "height")


def test_an_announcement_too_few_endorsed_is_not_yet(chain):
    chain.world.seals = 4
    chain.change(tuple("cdefhij"))
    with pytest.raises(NotYet, match=r"ledger\.endorsement\.short"):
        sets_of(chain)


def test_an_announcement_endorsed_by_strangers_is_not_yet(chain):
    logs = chain.logs_of(tuple("cdefhij"))
    chain.world.names = tuple("pqrstuv")
    chain.put([logs])
    with pytest.raises(NotYet, match=r"ledger\.endorsement\.short"):
        sets_of(chain)


def test_two_coming_at_once_are_refused():
    chain = Announcing({}, world=World(names=tuple("abcde")))
    chain.change(tuple("abcdefg"))
    refused(chain, "step")


def test_two_going_at_once_are_refused(chain):
    chain.change(tuple("bcdef"))
    refused(chain, "step")


def test_a_set_announced_before_the_one_before_it_was_in_force_is_refused(chain):
    chain.change(tuple("cdefhij"), tuple("defhijk"))
    assert chain.world.sets[-1].from_block == chain.world.sets[-2].from_block
    refused(chain, "step")


def test_an_announcement_that_skips_an_epoch_is_refused(chain):
    ((address, topics, data),) = chain.logs_of(tuple("cdefhij"))
    chain.world.sets[-1] = dataclasses.replace(chain.world.sets[-1], epoch=5)
    chain.put([[[address, [topics[0], (5).to_bytes(32, "big")], data]]])
    refused(chain, "step")


@pytest.mark.parametrize("later", [-1, 1])
def test_an_announcement_for_another_block_than_the_next_is_refused(chain, later):
    ((address, topics, data),) = chain.logs_of(tuple("cdefhij"))
    last = chain.world.sets[-1]
    chain.world.sets[-1] = dataclasses.replace(last, from_block=last.from_block + later)
    chain.put([[[address, topics, (last.from_block + later).to_bytes(32, "big") + data[32:]]]])
    chain.mine()
    with_logs(chain, lambda logs: [*logs[:3], {"transactionHash": "0x" + chain.chain[-2].transactions[0].hash.hex()}])
    refused(chain, "step")


def test_two_announcements_of_one_transaction_are_refused(chain):
    logs = chain.logs_of(tuple("cdefhij"))
    chain.put([[*logs, *logs]])
    refused(chain, "log")


def test_other_logs_of_the_consortium_beside_the_announcement_do_no_harm(chain):
    (log,) = chain.logs_of(tuple("cdefhij"))
    chain.put([[[log[0], [b"\x05" * 32], b""], log, [b"\x07" * 20, log[1], b""]]])
    with_logs(chain, lambda logs: logs[:-1])  # the fake node does not look at addresses
    last = sets_of(chain)[-1]
    assert last.set == chain.world.sets[-1]
    assert last.evidence["log"] == 1


def test_a_transaction_of_another_chain_is_refused(chain):
    deployment = dataclasses.replace(chain.deployment(), chain_id=1)
    with pytest.raises(WrongChain):
        announced_sets(chain, "qbft", deployment)


def test_an_announcement_in_a_failed_transaction_is_refused(chain):
    chain.chain[chain.world.sets[1].from_block - 1].receipts[0] = (False, [])
    with pytest.raises(NodeContradicts):
        sets_of(chain)

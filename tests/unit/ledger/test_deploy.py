"""Deployment on the embedded chain: in order, checked on the chain, reused when it is there."""

from __future__ import annotations

import dataclasses
import time

import pytest

from ledger.deploy import Patience, check_deployment, deploy_consortium, ensure_deployed
from ledger.errors import DeployFailed, NodeContradicts, RpcRefused, WrongChain
from ledger.members import validator_set
from ledger.quantities import to_data
from ledger.rpc import Rpc
from ledger.transactions import latest_nonce

PATIENT = Patience(time.sleep, 0.01)


@pytest.fixture
def through(world, function_port):
    """A port to the real chain that answers some methods itself."""

    def port(**own):
        return function_port(lambda method, params: own[method](params) if method in own else world.rpc.call(method, params))

    return port


def deploy(world, rpc, *, founders=None, validators=None, patience=PATIENT):
    first = world.deployment.set
    return deploy_consortium(
        rpc,
        world.deployer,
        engine="qbft",
        founders=world.founders if founders is None else founders,
        validators=list(zip(first.validators, first.operators, strict=True)) if validators is None else validators,
        patience=patience,
    )


def test_a_deployment_says_what_the_chain_says(world):
    deployment = world.deployment
    assert validator_set(world.rpc, deployment.consortium) == deployment.set
    assert deployment.set.from_block <= deployment.from_block
    assert deployment.chain_id == world.chain.chain_id
    check_deployment(world.rpc, deployment)


def test_validators_are_announced_ascending_with_their_own_operators(world):
    pairs = list(zip(world.deployment.set.validators, world.deployment.set.operators, strict=True))
    again = deploy(world, world.rpc, validators=pairs[::-1])
    assert list(zip(again.set.validators, again.set.operators, strict=True)) == sorted(pairs)
    assert again.consortium != world.deployment.consortium


def test_a_constructor_that_reverts_stops_the_deployment(world):
    with pytest.raises(DeployFailed) as caught:
        deploy(world, world.rpc, founders=world.founders[:3])
    assert caught.value.code == "ledger.deploy.reverted"


def test_a_node_that_answers_an_error_but_includes_the_bytes_still_deploys(world, through):
    def taken_and_denied(params):
        world.rpc.call("eth_sendRawTransaction", params)
        raise RpcRefused(-32000)

    check_deployment(world.rpc, deploy(world, through(eth_sendRawTransaction=taken_and_denied)))


def test_a_chain_that_never_includes_ends_the_patience(world, through):
    def refuse(params):
        raise RpcRefused(-32000)

    waits = []
    with pytest.raises(DeployFailed) as caught:
        deploy(world, through(eth_sendRawTransaction=refuse), patience=Patience(waits.append, 7.0, polls=3))
    assert caught.value.code == "ledger.deploy.timeout"
    assert waits == [7.0] * 3


def test_validators_that_do_not_seal_this_chain_are_refused(world):
    strangers = [(bytes([at + 1]) * 20, operator) for at, operator in enumerate(world.deployment.set.operators)]
    with pytest.raises(DeployFailed) as caught:
        deploy(world, world.rpc, validators=strangers, patience=Patience(lambda _: time.sleep(0.01), polls=50))
    assert caught.value.code == "ledger.deploy.validators"


@pytest.mark.parametrize("at", range(3))
def test_code_that_is_not_ours_is_refused(world, through, at):
    address = (world.deployment.consortium, world.deployment.anchor_log, world.deployment.status_registry)[at]

    def patched(params):
        code = world.rpc.call("eth_getCode", params)
        return code[:-1] + ("0" if code[-1] != "0" else "1") if params[0] == to_data(address) else code

    with pytest.raises(DeployFailed) as caught:
        check_deployment(through(eth_getCode=patched), world.deployment)
    assert caught.value.code == "ledger.deploy.code"
    assert caught.value.field == ("Consortium", "AnchorLog", "StatusRegistry")[at]


def test_a_set_that_does_not_begin_after_its_block_contradicts(world, through):
    told = []

    def shifted(params):
        answer = world.rpc.call("eth_getTransactionReceipt", params)
        if answer is None or told not in ([], [params]):
            return answer
        told[:] = [params]  # the first contract only
        return {**answer, "blockNumber": "0x1"}

    with pytest.raises(NodeContradicts) as caught:
        deploy(world, through(eth_getTransactionReceipt=shifted))
    assert caught.value.code == "ledger.node.set"


def test_an_address_without_code_is_refused(world):
    with pytest.raises(DeployFailed):
        check_deployment(world.rpc, dataclasses.replace(world.deployment, anchor_log=b"\x01" * 20))


def test_a_log_of_another_consortium_is_refused(world):
    other = deploy(world, world.rpc)
    with pytest.raises(DeployFailed) as caught:
        check_deployment(world.rpc, dataclasses.replace(world.deployment, anchor_log=other.anchor_log))
    assert caught.value.field == "AnchorLog"


def test_a_code_hash_that_is_not_the_manifests_is_refused(world):
    hashes = (b"\0" * 32, *world.deployment.code_hashes[1:])
    with pytest.raises(DeployFailed) as caught:
        check_deployment(world.rpc, dataclasses.replace(world.deployment, code_hashes=hashes))
    assert caught.value.field == "hash"


def test_another_genesis_is_another_chain(world):
    with pytest.raises(WrongChain) as caught:
        check_deployment(world.rpc, dataclasses.replace(world.deployment, genesis_hash=b"\0" * 32))
    assert caught.value.code == "ledger.chain.genesis"


def test_another_chain_id_is_another_chain(world):
    with pytest.raises(WrongChain):
        check_deployment(world.rpc, dataclasses.replace(world.deployment, chain_id=1))
    wrong = Rpc(world.chain_url, chain_id=1, timeout_s=5)
    with pytest.raises(WrongChain):
        check_deployment(wrong, world.deployment)
    wrong.close()


def test_a_second_run_reuses_what_the_manifest_names(world, tmp_path):
    path = tmp_path / "deployment.json"
    nonce = latest_nonce(world.rpc, world.deployer.address)
    assert ensure_deployed(path, world.rpc, lambda: world.deployment) == world.deployment
    assert ensure_deployed(path, world.rpc, lambda: pytest.fail("deployed again")) == world.deployment
    assert latest_nonce(world.rpc, world.deployer.address) == nonce


def test_a_manifest_that_does_not_check_is_not_replaced(world, tmp_path):
    path = tmp_path / "deployment.json"
    wrong = dataclasses.replace(world.deployment, genesis_hash=b"\0" * 32)
    ensure_deployed(path, world.rpc, lambda: wrong)
    written = path.read_bytes()
    with pytest.raises(WrongChain):
        ensure_deployed(path, world.rpc, lambda: world.deployment)
    assert path.read_bytes() == written

"""A gateway killed right after it answered: what it took is anchored once, whatever happens (A1, through `shisu serve`)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certs.evm.log import ANCHORED
from gateway.cli.client import GatewayClient
from gateway.cli.demo import stage as stages
from gateway.cli.demo.processes import Child, free_port, start
from gateway.cli.submit import wait_for_certificates
from ledger.rpc import Rpc

pytestmark = pytest.mark.demo


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[tuple[Callable[[], Child], Path, str]]:
    """Starts `shisu serve` on one and the same store as often as it is asked to; with the key file and the chain's URL."""
    stage = stages.prepare(tmp_path / "data")
    chain = stages.start_chain(stage, "chain")
    children = [chain]
    signers = stages.make_signers(stage)
    port = free_port()
    settings, key_file = stages.write_settings(stage, chain, stages.deploy(stage, chain, signers), signers, port)

    def again() -> Child:
        arguments = ["gateway.cli", "serve", "--settings", str(settings), "--port", str(port)]
        children.append(start("gateway", [*arguments, "--lock-directory", str(stage.directory)], stage.directory / "gateway.log"))
        return children[-1]

    yield again, key_file, chain.url
    for child in reversed(children):
        child.stop()


def test_events_answered_for_are_certified_exactly_once_after_kills(
    serve: tuple[Callable[[], Child], Path, str], tmp_path: Path
) -> None:
    again, key_file, chain_url = serve
    key = key_file.read_text("ascii")
    document = tmp_path / "data" / "pork.json"
    document.write_bytes(stages.DATA.joinpath("pork.epcis.json").read_bytes())
    gateway = again()
    with GatewayClient(gateway.url, key=key) as client:
        answer = client.post("/capture", document.read_bytes())
        assert answer.status == 202
        os.kill(gateway.process.pid, signal.SIGKILL)
    gateway.process.wait()
    for _ in range(2):  # killed again while it closes, signs, sends
        gateway = again()
        with GatewayClient(gateway.url, key=key) as client:
            wait_for_certificates(client, answer, 1.0)
            os.kill(gateway.process.pid, signal.SIGKILL)
        gateway.process.wait()
    gateway = again()
    with GatewayClient(gateway.url, key=key) as client:
        job = wait_for_certificates(client, answer, 90.0)
        repeated = client.post("/capture", document.read_bytes()).json()
    numbers = [event["number"] for event in job["events"] if event["state"] != "kept"]
    assert len(numbers) == len(set(numbers)) == 17
    assert {event["outcome"] for event in repeated["events"]} == {"known"}
    rpc = Rpc(chain_url, chain_id=None, timeout_s=10.0)
    logs = rpc.call("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest", "topics": ["0x" + ANCHORED.hex()]}])
    rpc.close()
    places = [(log["topics"][1], log["topics"][2]) for log in logs]
    assert len(places) == len(set(places))
    assert sum(int(log["data"][2:66], 16) for log in logs) == 17

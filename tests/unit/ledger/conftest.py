"""Parts for the ledger's tests: captured blocks, a port answered by functions, a scripted HTTP node, a served embedded chain."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from ledger.anchors import anchor_call
from ledger.deploy import Founder, Patience, deploy_consortium
from ledger.devchain.chain import DevChain
from ledger.errors import RpcRefused
from ledger.manifest import Deployment
from ledger.rpc import Call, Rpc
from ledger.signers import KeystoreSigner
from ledger.transactions import Outcome, SignedTransaction, UnsignedTransaction, latest_nonce, receipt, send, sign

VECTORS = Path(__file__).parents[2] / "vectors" / "blocks"


@pytest.fixture
def vector() -> Callable[[str], dict[str, Any]]:
    """A block captured from a real network."""
    return lambda name: json.loads((VECTORS / f"{name}.json").read_bytes())


class FunctionPort:
    """A `ChainPort` answered by one function of (method, params), which may raise `RpcRefused`. It keeps what was asked."""

    def __init__(self, answer: Callable[[str, Sequence[Any]], Any]) -> None:
        self._answer = answer
        self.asked: list[Call] = []

    def call(self, method: str, params: Sequence[Any] = ()) -> Any:
        self.asked.append((method, params))
        return self._answer(method, params)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        answers: list[Any] = []
        for method, params in calls:
            try:
                answers.append(self.call(method, params))
            except RpcRefused as refused:
                answers.append(refused)
        return answers


@pytest.fixture
def function_port() -> Callable[..., FunctionPort]:
    return FunctionPort


class ScriptedNode:
    """An HTTP server on loopback; `reply` makes each answer of the request: (status, body bytes), or None to hang up."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.connections = 0
        self.chain_id = "0x7"
        self.reply: Callable[[Any], tuple[int, bytes] | None] = self.echo
        self.headers: dict[str, str] = {}
        self.request_headers: dict[str, str] = {}
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                node.connections += 1
                super().setup()

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                node.requests.append(request)
                node.request_headers = {name.lower(): value for name, value in self.headers.items()}
                is_pin = isinstance(request, dict) and request["method"] == "eth_chainId"
                reply = node.echo(request) if is_pin else node.reply(request)
                if reply is None:
                    self.close_connection = True
                    return
                self.send_response(reply[0])
                for name, value in {"Content-Length": str(len(reply[1])), **node.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply[1])

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def result_of(self, call: dict[str, Any]) -> Any:
        return self.chain_id if call["method"] == "eth_chainId" else [call["method"], *call["params"]]

    def envelope(self, call: dict[str, Any]) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": call["id"], "result": self.result_of(call)}

    def echo(self, request: Any) -> tuple[int, bytes]:
        answer = [self.envelope(c) for c in request] if isinstance(request, list) else self.envelope(request)
        return 200, json.dumps(answer).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def node() -> Iterator[ScriptedNode]:
    node = ScriptedNode()
    yield node
    node.close()


USCCS = [f"91310000MA1FL{number:04d}X" for number in range(7)]
CODES = ["MR", "AGR", "COM", "EDU", "GRN", "DATA", "CUS"]
FULL_SCOPE = 0xFFF | 0x3FF << 32
VOTE_AND_STATUS = 1 | 4


@dataclass
class World:
    """A served embedded chain of seven bureaus with the contracts deployed. The last bureau may not anchor."""

    chain: DevChain
    chain_url: str
    rpc: Rpc
    deployment: Deployment
    signers: list[KeystoreSigner]
    deployer: KeystoreSigner
    founders: list[Founder]

    @property
    def validators(self) -> list[bytes]:
        return [bytes.fromhex(address[2:]) for address in self.chain.validators]

    def transact(self, who: int, to: bytes, data: bytes, *, gas: int = 200_000) -> SignedTransaction:
        """Signs and sends a call of bureau `who`, and waits until it is on the chain, whatever came of it."""
        signer = self.signers[who]
        unsigned = UnsignedTransaction(
            chain_id=self.deployment.chain_id, nonce=latest_nonce(self.rpc, signer.address), gas=gas, to=to, data=data
        )
        signed = sign(signer, unsigned)
        assert send(self.rpc, signed.raw).outcome is Outcome.TAKEN
        self.wait_for(signed)
        return signed

    def wait_for(self, signed: SignedTransaction) -> None:
        for _ in range(1000):
            if receipt(self.rpc, signed.hash) is not None:
                return
            time.sleep(0.01)
        raise AssertionError("the development chain made no block")

    def anchor(self, who: int, seq: int, *, root: bytes | None = None, size: int = 3) -> SignedTransaction:
        data = anchor_call(seq, root=root or bytes([who + 1]) * 31 + bytes([seq]), size=size, scope=1 | 1 << 33, suite=1)
        return self.transact(who, self.deployment.anchor_log, data)


def key(number: int) -> KeystoreSigner:
    return KeystoreSigner(Account.from_key(bytes([number]) * 32))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    signers, deployer = [key(number) for number in range(1, 8)], key(99)
    founders = [
        Founder(
            member=uscc,
            code=code,
            signer=signer.address,
            rights=VOTE_AND_STATUS if code == "CUS" else 15,
            scope=0 if code == "CUS" else FULL_SCOPE,
        )
        for uscc, code, signer in zip(USCCS, CODES, signers, strict=True)
    ]
    with DevChain.open(tmp_path_factory.mktemp("chain"), period_s=0.01) as chain:
        url = chain.serve().url
        rpc = Rpc(url, chain_id=chain.chain_id, timeout_s=10)
        deployment = deploy_consortium(
            rpc,
            deployer,
            engine="qbft",
            founders=founders,
            validators=[(bytes.fromhex(address[2:]), uscc) for address, uscc in zip(chain.validators, USCCS, strict=True)],
            patience=Patience(time.sleep, 0.01),
        )
        yield World(chain, url, rpc, deployment, signers, deployer, founders)
        rpc.close()

"""Parts for the embedded chain's tests: a clock set by hand, signed transactions, small contracts, a JSON-RPC client."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from ledger.devchain import DevChain
from ledger.devchain.server import Server

NOW = 1_795_000_000
KEY = "0x" + "11" * 32
OTHER_KEY = "0x" + "22" * 32


class HandClock:
    """Seconds since 1970, moved by the test."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def chain(tmp_path: Path, clock: HandClock) -> Iterator[DevChain]:
    """A new chain of seven validators that moves by hand, even when it is served."""
    with DevChain.open(tmp_path / "chain", clock=clock, period_s=3600, heartbeat_s=3600) as opened:
        yield opened


@pytest.fixture
def server(chain: DevChain) -> Iterator[Server]:
    """`chain`, served."""
    with chain.serve() as served:
        yield served


class Wallet:
    """One account that signs with its own nonce count. Fees are 0 unless a test says otherwise."""

    def __init__(self, chain_id: int, key: str = KEY) -> None:
        self.account: LocalAccount = Account.from_key(key)
        self.address: str = self.account.address.lower()
        self._chain_id = chain_id
        self.nonce = 0

    def sign(self, to: str | None = None, data: bytes = b"", **fields: Any) -> bytes:
        """A raw transaction with the next nonce, or with the one in `fields`."""
        body: dict[str, Any] = {"gas": 200_000, "value": 0, "data": data, "chainId": self._chain_id, "nonce": self.nonce} | fields
        if to is not None:
            body["to"] = self.account.address if to == self.address else _checksummed(to)
        if "maxFeePerGas" not in body:
            body.setdefault("gasPrice", 0)
        if "nonce" not in fields:
            self.nonce += 1
        return bytes(self.account.sign_transaction(body).raw_transaction)


def _checksummed(address: str) -> str:
    from eth_utils.address import to_checksum_address

    return str(to_checksum_address(address))


@pytest.fixture
def wallet(chain: DevChain) -> Wallet:
    return Wallet(chain.chain_id)


@pytest.fixture
def make_wallet(chain: DevChain) -> Callable[[str], Wallet]:
    return lambda key: Wallet(chain.chain_id, key)


def init_code(runtime: bytes) -> bytes:
    """Creation code that puts `runtime` (≤ 255 bytes) on the chain."""
    return bytes.fromhex(f"60{len(runtime):02x}600c60003960{len(runtime):02x}6000f3") + runtime


@pytest.fixture
def contracts() -> dict[str, bytes]:
    """Creation code of contracts by what each call of theirs does."""
    words = {
        # slot 0 += 1; log1(data = the new value, topic = it too); return it
        "counter": "60005460010180600055806000528060206000a160206000f3",
        # revert with Error("no")
        "reverts": f"7f08c379a0{'00' * 28}600052602060045260026024527f6e6f{'00' * 30}60445260646000fd",
        # slot 7 = calldata word 0 (0 clears it, with a refund)
        "setter": "600035600755 00".replace(" ", ""),
        # return (NUMBER, TIMESTAMP, CHAINID, BASEFEE, GASPRICE, COINBASE)
        "context": "43600052426020524660405248606052 3a608052 4160a05260c06000f3".replace(" ", ""),
        "loops": "5b600056",
        # calls itself with all gas
        "recursive": "60006000600060006000305af1",
        # PUSH0: no opcode of London
        "push0": "5f5ff3",
    }
    return {name: init_code(bytes.fromhex(code)) for name, code in words.items()}


class Client:
    """JSON-RPC over urllib, nothing of ours in it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, body: object) -> Any:
        request = urllib.request.Request(self.url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def envelope(self, method: str, *params: object) -> dict[str, Any]:
        return dict(self.post({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}))

    def __call__(self, method: str, *params: object) -> Any:
        answer = self.envelope(method, *params)
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, *params: object) -> tuple[int, str]:
        error = self.envelope(method, *params)["error"]
        return error["code"], error["message"]


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


@pytest.fixture
def landed(chain: DevChain, client: Client) -> Callable[[bytes], Any]:
    """Submits a raw transaction, makes a block, and gives the receipt."""

    def land(raw: bytes) -> Any:
        transaction_hash = chain.submit(raw)
        chain.mine()
        return client("eth_getTransactionReceipt", "0x" + transaction_hash.hex())

    return land


@pytest.fixture
def wallet_of() -> Callable[[str], Wallet]:
    """Wallets of chain 7, which exists in no directory."""
    return lambda key: Wallet(7, key)


@pytest.fixture
def artifact_code() -> Callable[[str], bytes]:
    """Creation code of one of our own contracts."""
    import ledger

    place = Path(ledger.__file__).parent / "_artifacts"
    return lambda name: bytes.fromhex(json.loads((place / f"{name}.json").read_text())["bytecode"].removeprefix("0x"))

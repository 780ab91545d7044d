"""Parts for the embedded chain's tests: a clock set by hand, signed transactions, contracts, votes, a JSON-RPC client."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_keys.datatypes import PrivateKey

from certs.evm.log import VALIDATORS_CHANGED
from ledger.deploy import Founder, Patience, deploy_consortium
from ledger.devchain import DevChain
from ledger.devchain.server import Server
from ledger.governance import announce_call, approve_call, execute_call, propose_call
from ledger.rpc import Rpc
from ledger.runs import latest_number
from ledger.signers import KeystoreSigner
from ledger.transactions import UnsignedTransaction, latest_nonce, receipt, sign
from tests.votes import proposal_count

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
        # log2(data = what follows calldata word 0, topics = ValidatorsChanged, calldata word 0)
        "announces": f"6000357f{VALIDATORS_CHANGED.hex()}602036038060206000376000a200",
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


class Voting:
    """The real contracts of eight members on a chain that moves by hand; the first seven operate its validators."""

    rpc: Rpc = None  # type: ignore[assignment]  # until `use`

    def __init__(self, chain: DevChain) -> None:
        self._signers = [KeystoreSigner(Account.from_key(bytes([number]) * 32)) for number in range(1, 9)]
        self.members = [f"91310000MA1FL{number:04d}X" for number in range(8)]
        self.use(chain)
        founders = [
            Founder(member=uscc, code=f"M{at}", signer=signer.address, rights=15, scope=1 | 1 << 33)
            for at, (uscc, signer) in enumerate(zip(self.members, self._signers, strict=True))
        ]
        self.deployment = deploy_consortium(
            self.rpc,
            self._signers[0],
            engine="qbft",
            founders=founders,
            validators=list(zip(self.validators(), self.members, strict=False)),
            patience=Patience(self._mine),
        )

    def _mine(self, _interval_s: float) -> None:
        self.chain.mine()

    def use(self, chain: DevChain) -> None:
        """Speak to this chain from now on: the same one, opened again."""
        self.close()
        self.chain = chain
        self.rpc = Rpc(chain.serve().url, chain_id=chain.chain_id, timeout_s=30)

    def close(self) -> None:
        if self.rpc is not None:
            self.rpc.close()

    def validators(self, height: int | None = None) -> list[bytes]:
        """What the chain says is in force at a height; None: the head."""
        name = "latest" if height is None else hex(height)
        return [bytes.fromhex(address[2:]) for address in self.rpc.call("qbft_getValidatorsByBlockNumber", [name])]

    def newcomer(self) -> bytes:
        """A new local key's address."""
        return bytes.fromhex(self.chain.new_validator()[2:])

    def execute(self, call: bytes) -> int:
        """Six members vote for a call of the consortium and the last executes it; the height of that block, which is the head."""
        number = proposal_count(self.rpc, self.deployment.consortium) + 1
        self._send([(self._signers[0], propose_call(self.deployment.consortium, call))])
        self._send([(signer, approve_call(number)) for signer in self._signers[:6]])
        self._send([(self._signers[5], execute_call(number))])
        return latest_number(self.rpc)

    def announce(self, validators: Iterable[bytes]) -> int:
        """Announces a set; the height of the block that holds it."""
        return self.execute(announce_call(list(zip(sorted(validators), self.members, strict=False))))

    def announce_strangers(self, keys: Iterable[PrivateKey]) -> None:
        """Validators whose keys are not in the directory take the places of as many of genesis's, one announcement each."""
        strangers: list[bytes] = []
        own = self.validators(0)
        for key in keys:
            strangers.append(key.public_key.to_canonical_address())
            self.announce([*strangers, *own[len(strangers) :]])

    def _send(self, calls: list[tuple[KeystoreSigner, bytes]]) -> None:
        hashes = []
        for signer, data in calls:
            nonce = latest_nonce(self.rpc, signer.address)
            unsigned = UnsignedTransaction(
                chain_id=self.chain.chain_id, nonce=nonce, gas=3_000_000, to=self.deployment.consortium, data=data
            )
            hashes.append(self.chain.submit(sign(signer, unsigned).raw))
        self.chain.mine()
        for transaction_hash in hashes:
            included = receipt(self.rpc, transaction_hash)
            assert included is not None and included.succeeded


@pytest.fixture
def voting(chain: DevChain) -> Iterator[Voting]:
    """`chain`, served, with a consortium on it."""
    made = Voting(chain)
    yield made
    made.chain.close()
    made.close()

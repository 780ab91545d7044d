"""
The contracts on a real EVM: eth-tester over py-evm, London as in production, called through web3 and the committed artifacts.

Seven members, six of them voters (four approvals decide); members 0 to 3 operate a validator each. One deployment serves a
module; every test starts from its snapshot.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import pytest
from eth.vm.forks import LondonVM
from eth_abi import decode, encode
from eth_tester import EthereumTester
from eth_tester.backends.pyevm import PyEVMBackend
from eth_tester.exceptions import TransactionFailed
from eth_utils import keccak
from web3 import EthereumTesterProvider, Web3
from web3.logs import DISCARD

VOTE, ANCHOR, STATUS, RECALL = 1, 2, 4, 8
FULL = (0x7 << 32) | 0x7
GAS = 6_000_000


@dataclass(frozen=True, slots=True)
class Seat:
    """A founder: `member` and `code` as the contracts take them."""

    member: bytes
    code: bytes
    signer: str
    rights: int
    scope: int

    @property
    def founder(self) -> tuple[bytes, bytes, str, int, int]:
        return (self.member, self.code, self.signer, self.rights, self.scope)


def artifact(name: str) -> dict[str, Any]:
    """One of ledger/_artifacts."""
    return json.loads(files("ledger._artifacts").joinpath(f"{name}.json").read_text("utf-8"))


def seats(accounts: list[str]) -> list[Seat]:
    """The founders, by what they may do."""
    rights = [15, VOTE | ANCHOR, VOTE | STATUS, VOTE | RECALL, ANCHOR | STATUS | RECALL, VOTE, 15]
    names = ["91310000000000000" + letter for letter in "ABCDEFG"]
    return [
        Seat(
            name.encode().ljust(32, b"\0"),
            f"M{name[-1]}".encode().ljust(8, b"\0"),
            signer,
            right,
            FULL if right & ANCHOR else 0,
        )
        for name, right, signer in zip(names, rights, accounts[:7], strict=True)
    ]


class World:
    """A deployed consortium and the ways in which tests speak to it."""

    def __init__(self) -> None:
        self.tester = EthereumTester(PyEVMBackend(vm_configuration=((0, LondonVM),)))
        self.w3 = Web3(EthereumTesterProvider(self.tester))
        self.seats = seats(list(self.w3.eth.accounts))
        self.stranger = self.w3.eth.accounts[9]
        self.spare = self.w3.eth.accounts[8]
        self.validators = [Web3.to_checksum_address(f"0x{n:040x}") for n in (0x2000, 0x2010, 0x2020, 0x2030)]
        self.operators = [seat.member for seat in self.seats[:4]]
        founders = [seat.founder for seat in self.seats]
        self.consortium, self.founding = self.deploy("Consortium", founders, self.validators, self.operators)
        self.log, _ = self.deploy("AnchorLog", self.consortium.address)
        self.registry, _ = self.deploy("StatusRegistry", self.consortium.address, self.log.address)

    def deploy(self, name: str, *arguments: Any) -> tuple[Any, Any]:
        """Deploys from the stranger's account, who is nobody afterwards. Returns the contract and the receipt."""
        compiled = artifact(name)
        factory = self.w3.eth.contract(abi=compiled["abi"], bytecode=compiled["bytecode"])
        receipt = self.w3.eth.wait_for_transaction_receipt(factory.constructor(*arguments).transact({"from": self.stranger}))
        return self.w3.eth.contract(address=receipt["contractAddress"], abi=compiled["abi"]), receipt

    def bytecode(self, name: str) -> str:
        """What a construction of the contract sends before its arguments."""
        return str(artifact(name)["bytecode"])

    def send(self, call: Any, sender: str) -> Any:
        """Sends and returns the receipt, which must be of success."""
        receipt = self.w3.eth.wait_for_transaction_receipt(call.transact({"from": sender, "gas": GAS}))
        assert receipt["status"] == 1, self.refusal(call, sender)
        return receipt

    def refusal(self, call: Any, sender: str) -> tuple[Any, ...]:
        """The custom error with which the call is refused, and its arguments; also of a construction."""
        with pytest.raises(TransactionFailed) as caught:
            if hasattr(call, "call"):
                call.call({"from": sender})
            else:
                call.estimate_gas({"from": sender})
        return self.error(ast.literal_eval(str(caught.value).removeprefix("execution reverted: ")))

    def error(self, data: bytes) -> tuple[Any, ...]:
        """Name and arguments of a custom error of any of the three contracts."""
        for contract in ("Consortium", "AnchorLog", "StatusRegistry"):
            for item in artifact(contract)["abi"]:
                types = [argument["type"] for argument in item.get("inputs", [])]
                if item["type"] == "error" and keccak(text=f"{item['name']}({','.join(types)})")[:4] == data[:4]:
                    return (item["name"], *decode(types, data[4:]))
        return ("?", data)

    def events(self, event: Any, receipt: Any) -> list[dict[str, Any]]:
        """The arguments of each such event of the receipt."""
        return [dict(entry["args"]) for entry in event.process_receipt(receipt, errors=DISCARD)]

    def time_of(self, receipt: Any) -> int:
        """The time of the receipt's block, in seconds."""
        return int(self.w3.eth.get_block(receipt["blockNumber"])["timestamp"])

    def propose(self, contract: Any, call: str, *arguments: Any, approvals: int = 4) -> int:
        """Proposes a call and lets the first voters approve it; its number."""
        data = contract.encode_abi(call, args=list(arguments))
        self.send(self.consortium.functions.propose(contract.address, data), self.seats[0].signer)
        number = self.consortium.functions.proposals().call()
        for place in (0, 1, 2, 3, 5, 6)[:approvals]:
            self.send(self.consortium.functions.approve(number), self.seats[place].signer)
        return number

    def decide(self, contract: Any, call: str, *arguments: Any) -> Any:
        """Carries a call out by proposal; the receipt."""
        number = self.propose(contract, call, *arguments)
        return self.send(self.consortium.functions.execute(number), self.stranger)

    def word(self, contract: Any, slot: int) -> bytes:
        """A storage word."""
        return bytes(self.w3.eth.get_storage_at(contract.address, slot)).rjust(32, b"\0")

    def slot(self, types: list[str], values: list[Any]) -> int:
        """PROTOCOL §5: where the mapping at slot 0 keeps the entry of this key."""
        return int.from_bytes(keccak(encode(["bytes32", "uint256"], [keccak(encode(types, values)), 0])), "big")


@pytest.fixture(scope="module")
def deployed() -> World:
    return World()


@pytest.fixture
def world(deployed: World) -> Iterator[World]:
    snapshot = deployed.tester.take_snapshot()
    yield deployed
    deployed.tester.revert_to_snapshot(snapshot)

"""
An in-memory chain behind the RPC port: a mempool, blocks on demand, and every bad habit of a node and of a network.

It executes AnchorLog.anchor, and votes and statuses (`tests.fake_contracts`), over `tests.world.World`, whose blocks carry real
seals, tries and state proofs, so that evidence, staples and bundles made from it verify. A test says what goes wrong by setting
a field or calling a method.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import rlp
from eth_abi.abi import decode, encode
from eth_account import Account
from eth_hash.auto import keccak

from certs.scope import CLASSES, STAGES
from certs.slots import anchor_slots, code_word, member_word
from ledger.contracts import ANCHOR_LOG, CONSORTIUM, STATUS_REGISTRY, artifact, event_topic
from ledger.errors import RpcRefused, RpcUnavailable
from ledger.manifest import Deployment
from ledger.rpc import Call
from tests.fake_contracts import FakeContracts, FakeVotes, contract_at
from tests.world import MEMBER, MEMBER_CODE, Block, World, hexed

ALL_SCOPE = sum(1 << bit for bit in (*CLASSES.values(), *STAGES.values()))
_HEADER = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number",
    "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas",
)  # fmt: skip
_QUANTITIES = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"}
_ANCHOR = keccak(b"anchor(uint64,bytes32,uint64,uint64,uint8)")[:4]
_ADMITTED = event_topic(artifact(CONSORTIUM), "MemberAdmitted")
_HEAD = keccak(b"head(bytes32,uint64)")[:4]


@dataclass(frozen=True)
class Sent:
    """A decoded raw transaction."""

    raw: bytes
    sender: str
    nonce: int

    @property
    def hash(self) -> bytes:
        return keccak(self.raw)


@dataclass
class Mined:
    """A block with its transactions, how each ended, and the state after it."""

    block: Block
    transactions: list[Sent]
    receipts: list[tuple[bool, list[Any]]]
    nonces: dict[str, int]
    storage: dict[bytes, dict[bytes, int]]
    votes: FakeVotes = field(default_factory=FakeVotes)


@dataclass
class FakeChain:
    """A `ChainPort`. `members` maps a signer's address to (USCC, code). Nothing is mined until `mine` is called."""

    members: dict[str, tuple[str, str]]
    world: World = field(default_factory=World)
    pool: list[Sent] = field(default_factory=list)
    offline: bool = False  # no answer to anything
    rights: dict[str, int] = field(default_factory=dict)  # of a member (USCC) that does not hold all of them
    refuse: str = ""  # the custom error (of Consortium) that every anchor ends with
    refuse_act: str = ""  # the same for statuses and votes
    fail_proposed: str = ""  # the same for what proposals call
    admitted: list[tuple[int, str, str]] = field(default_factory=list)  # MemberAdmitted logs: (block, USCC, code)
    fail_act: bool = False  # statuses and votes fail in their block, whatever a call says before
    lose_answers: int = 0  # so many sends land, and their answer is lost
    swallow: int = 0  # so many sends are answered well, and forgotten
    error_code: int = 0  # every send lands, and is answered with this error
    lag: int = 0  # the node is so many blocks behind
    sends: list[bytes] = field(default_factory=list)  # hashes, in order, repeats included

    def __post_init__(self) -> None:
        self.contracts = FakeContracts(self.world, self.members, self.rights)
        self.chain = [Mined(block, [], [], {}, copy.deepcopy(self.world.storage), FakeVotes()) for block in self.world.blocks]
        self.age = 0

    # --- what happens to the chain

    def mine(self) -> int:
        """One block with everything of the pool whose turn it is; its number."""
        included: list[Sent] = []
        receipts: list[tuple[bool, list[Any]]] = []
        nonces = dict(self.chain[-1].nonces)
        for sent in sorted(self.pool, key=lambda entry: entry.nonce):
            if nonces.get(sent.sender, 0) == sent.nonce:
                nonces[sent.sender] = sent.nonce + 1
                included.append(sent)
                receipts.append(self._execute(sent))
        self.pool = [sent for sent in self.pool if sent.nonce >= nonces.get(sent.sender, 0) and sent not in included]
        raws = [_receipt_raw(succeeded, logs) for succeeded, logs in receipts]
        time = self.world.blocks[-1].time + 1 + self.age
        block = self.world.mine([sent.raw for sent in included], raws, time=time)
        state = copy.deepcopy(self.world.storage), copy.deepcopy(self.contracts.now)
        self.chain.append(Mined(block, included, receipts, nonces, *state))
        return block.number

    def rewind(self, to: int, *, forget: bool = False) -> None:
        """The chain ends at block `to` again, as after a power loss of every node; `forget`: the pool does not get them back."""
        lost = [sent for mined in self.chain[to + 1 :] for sent in mined.transactions]
        del self.chain[to + 1 :], self.world.blocks[to + 1 :]
        self.world.storage = copy.deepcopy(self.chain[-1].storage)
        self.contracts.now = copy.deepcopy(self.chain[-1].votes)
        self.pool = [] if forget else lost + self.pool
        self.age += 1  # blocks mined from now on are other blocks

    def write_head(self, member: str, seq: int, *, root: bytes, size: int = 1) -> None:
        """Somebody else anchors at (member, seq) in a block of its own."""
        self._write(member, seq, root, size, 1 << 32 | 1, 1)
        self.mine()

    @property
    def height(self) -> int:
        return len(self.chain) - 1

    # --- the port

    def call(self, method: str, params: Sequence[Any] = ()) -> Any:
        if self.offline:
            raise RpcUnavailable("ledger.rpc.transport")
        return getattr(self, f"_{method}")(*params)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        answers: list[Any] = []
        for method, params in calls:
            try:
                answers.append(self.call(method, params))
            except RpcRefused as refused:
                answers.append(refused)
        return answers

    def deployment(self) -> Deployment:
        """Where the world's contracts are."""
        world = self.world
        hashes = [world.code_hash(address) for address in (world.consortium, world.log_address, world.registry)]
        return Deployment(
            chain_id=world.chain_id,
            genesis_hash=world.blocks[0].hash,
            from_block=3,
            consortium=world.consortium,
            anchor_log=world.log_address,
            status_registry=world.registry,
            code_hashes=(hashes[0], hashes[1], hashes[2]),
            set=world.sets[0],
        )

    # --- methods

    def _tip(self) -> Mined:
        return self.chain[-1 - self.lag]

    def _eth_chainId(self) -> str:
        return hex(self.world.chain_id)

    def _eth_blockNumber(self) -> str:
        return hex(self._tip().block.number)

    def _eth_getTransactionCount(self, address: str, _block: str) -> str:
        return hex(self._tip().nonces.get(address, 0))

    def _eth_sendRawTransaction(self, data: str) -> str:
        raw = bytes.fromhex(data[2:])
        sent = Sent(raw, Account.recover_transaction(raw), int.from_bytes(rlp.decode(raw)[0], "big"))
        self.sends.append(sent.hash)
        if self.swallow:
            self.swallow -= 1
            return hexed(sent.hash)
        if sent not in self.pool and sent.nonce >= self.chain[-1].nonces.get(sent.sender, 0):
            self.pool.append(sent)
        if self.lose_answers:
            self.lose_answers -= 1
            raise RpcUnavailable("ledger.rpc.timeout")
        if self.error_code:
            raise RpcRefused(self.error_code)
        return hexed(sent.hash)

    def _eth_call(self, call: dict[str, str], _block: str) -> str:
        data = bytes.fromhex(call["data"][2:])
        if data[:4] == _HEAD:
            member, seq = decode(["bytes32", "uint64"], data[4:])
            return hexed(encode(["bytes32", "uint48", "uint48", "uint8", "uint64"], self._head(member[:18].decode(), seq)))
        to = bytes.fromhex(call["to"][2:])
        contract = contract_at(self.world, to)
        if call.get("from") == hexed(self.world.consortium):
            if self.fail_proposed:
                raise RpcRefused(3, _custom_error(self.fail_proposed))
            return "0x"
        shown = None if contract is None else self._at_tip(lambda: self.contracts.view(contract, data))
        if shown is not None:
            return hexed(shown)
        refusal = self._at_tip(lambda: self._refusal(call.get("from", ""), to, data))
        if refusal:
            raise RpcRefused(3, _custom_error(refusal))
        return "0x"

    def _eth_getLogs(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        first, last = int(query["fromBlock"], 16), int(query["toBlock"], 16)
        if query["topics"] == [hexed(_ADMITTED)]:
            return [_admission(uscc, code) for number, uscc, code in self.admitted if first <= number <= last]
        found = []
        for mined in self.chain[first : min(last, self._tip().block.number) + 1]:
            for sent, (_, logs) in zip(mined.transactions, mined.receipts, strict=True):
                found += [
                    {"transactionHash": hexed(sent.hash)}
                    for _, topics, _ in logs
                    if [hexed(topic) for topic in topics[: len(query["topics"])]] == query["topics"]
                ]
        return found

    def _eth_getTransactionReceipt(self, hash_: str) -> dict[str, Any] | None:
        for mined in self.chain[: self._tip().block.number + 1]:
            for at, sent in enumerate(mined.transactions):
                if hexed(sent.hash) == hash_:
                    return _receipt_json(mined, at)
        return None

    def _eth_getBlockReceipts(self, number: str) -> list[dict[str, Any]]:
        mined = self.chain[int(number, 16)]
        return [_receipt_json(mined, at) for at in range(len(mined.transactions))]

    def _eth_getBlockByNumber(self, number: str, full: bool) -> dict[str, Any] | None:
        at = int(number, 16)
        if at > self._tip().block.number:
            return None
        mined = self.chain[at]
        values = rlp.decode(mined.block.raw)
        fields = {
            name: hex(int.from_bytes(value, "big")) if name in _QUANTITIES else hexed(value)
            for name, value in zip(_HEADER, values, strict=True)
        }
        transactions = [_transaction_json(sent) if full else hexed(sent.hash) for sent in mined.transactions]
        return {**fields, "hash": hexed(mined.block.hash), "transactions": transactions}

    def _eth_getProof(self, address: str, slots: list[str], number: str) -> dict[str, Any]:
        block = self.chain[int(number, 16)].block
        account = bytes.fromhex(address[2:])
        storage, _ = block.state[account]
        return {
            "accountProof": [hexed(rlp.encode(node)) for node in block.accounts.get_proof(keccak(account))],
            "storageProof": [
                {"proof": [hexed(rlp.encode(node)) for node in storage.get_proof(keccak(bytes.fromhex(slot[2:])))]}
                for slot in slots
            ],
        }

    # --- AnchorLog

    def _head(self, member: str, seq: int) -> tuple[bytes, int, int, int, int]:
        root, word = (self._tip().storage[self.world.log_address].get(slot, 0) for slot in anchor_slots(member, seq))
        mask = 2**48 - 1
        return root.to_bytes(32, "big"), word & mask, word >> 48 & mask, word >> 96 & 255, word >> 104

    def _at_tip(self, ask: Callable[[], Any]) -> Any:
        """Asks in the state that the node shows, which may be behind."""
        if not self.lag:
            return ask()
        kept = self.world.storage, self.contracts.now
        self.world.storage, self.contracts.now = self._tip().storage, self._tip().votes
        try:
            return ask()
        finally:
            self.world.storage, self.contracts.now = kept

    def _refusal(self, sender: str, to: bytes, data: bytes) -> str:
        contract = contract_at(self.world, to)
        if contract is not None:
            return self.refuse_act or self.contracts.refusal(sender, contract, data)
        if data[:4] != _ANCHOR or sender not in self.members:
            return "SignerNotActing"
        seq = decode(["uint64"], data[4:36])[0]
        if self.refuse:
            return self.refuse
        written = self.world.storage[self.world.log_address]
        member, _ = self.members[sender]
        if seq != 1 and anchor_slots(member, seq - 1)[0] not in written:
            return "AnchorOutOfOrder"
        return "AnchorAlreadySet" if anchor_slots(member, seq)[0] in written else ""

    def _execute(self, sent: Sent) -> tuple[bool, list[Any]]:
        to, data = rlp.decode(sent.raw)[3], rlp.decode(sent.raw)[5]
        contract = contract_at(self.world, to)
        if (contract is not None and self.fail_act) or self._refusal(sent.sender, to, data):
            return False, []
        if contract is not None:
            self.contracts.execute(sent.sender, contract, data)
            return True, []
        seq, root, size, scope, suite = decode(["uint64", "bytes32", "uint64", "uint64", "uint8"], data[4:])
        member, code = self.members[sent.sender]
        self._write(member, seq, root, size, scope, suite)
        return True, [self.world.anchored_log(seq=seq, root=root, size=size, scope=scope, suite=suite, member=member, code=code)]

    def _write(self, member: str, seq: int, root: bytes, size: int, scope: int, suite: int) -> None:
        self.world.set_head(seq=seq, root=root, size=size, scope=scope, suite=suite, member=member)

    def anchored_seqs(self, member: str = MEMBER) -> list[int]:
        """Every seq ever logged for the member on the chain as it stands, in order: twice in it would be anchored twice."""
        topic = event_topic(artifact(ANCHOR_LOG), "Anchored")
        return [
            int.from_bytes(topics[2], "big")
            for mined in self.chain
            for _, logs in mined.receipts
            for _, topics, _ in logs
            if topics[0] == topic and topics[1] == member_word(member)
        ]


def one_member(signer: str) -> FakeChain:
    """A chain on which `signer` anchors for the world's member."""
    return FakeChain({signer: (MEMBER, MEMBER_CODE)})


def _custom_error(name: str) -> bytes:
    for contract in (ANCHOR_LOG, CONSORTIUM, STATUS_REGISTRY):
        for entry in artifact(contract).abi:
            if entry["type"] == "error" and entry["name"] == name:
                types = [argument["type"] for argument in entry["inputs"]]
                zeros = [
                    bytes(int(kind[5:])) if kind.startswith("bytes") else "0x" + "00" * 20 if kind == "address" else 0
                    for kind in types
                ]
                return keccak(f"{name}({','.join(types)})".encode())[:4] + encode(types, zeros)
    raise KeyError(name)


def _admission(uscc: str, code: str) -> dict[str, Any]:
    values = encode(["bytes8", "uint8", "uint64"], [code_word(code), 15, ALL_SCOPE])
    return {"topics": [hexed(_ADMITTED), hexed(member_word(uscc)), hexed(bytes(32))], "data": hexed(values)}


def _receipt_raw(succeeded: bool, logs: list[Any]) -> bytes:
    return rlp.encode([b"\x01" if succeeded else b"", (84_000).to_bytes(3, "big"), bytes(256), logs])


def _receipt_json(mined: Mined, at: int) -> dict[str, Any]:
    succeeded, logs = mined.receipts[at]
    return {
        "transactionHash": hexed(mined.transactions[at].hash),
        "blockNumber": hex(mined.block.number),
        "blockHash": hexed(mined.block.hash),
        "transactionIndex": hex(at),
        "status": "0x1" if succeeded else "0x0",
        "gasUsed": hex(84_000),
        "cumulativeGasUsed": hex(84_000),
        "contractAddress": None,
        "logsBloom": hexed(bytes(256)),
        "logs": [
            {"address": hexed(address), "topics": [hexed(topic) for topic in topics], "data": hexed(data)}
            for address, topics, data in logs
        ],
    }


def _transaction_json(sent: Sent) -> dict[str, Any]:
    nonce, gas_price, gas, to, value, data, v, r, s = rlp.decode(sent.raw)
    numbers = {"nonce": nonce, "gasPrice": gas_price, "gas": gas, "value": value, "v": v, "r": r, "s": s}
    return {
        "hash": hexed(sent.hash),
        "to": hexed(to),
        "input": hexed(data),
        **{name: hex(int.from_bytes(number, "big")) for name, number in numbers.items()},
    }

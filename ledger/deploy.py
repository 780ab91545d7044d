"""
Putting the three contracts on a chain, and the manifest that says where they are.

Consortium, AnchorLog(consortium), StatusRegistry(consortium, anchorLog), in this order (PROTOCOL.md §5). A receipt is not
enough: the code on the chain is compared with the artifacts, its immutables with the addresses they must be, and the last
block must be endorsed by the very validators the constructor announces. A gateway checks all of it again when it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from certs.evm.keccak import keccak256
from certs.evm.rlp import encode
from certs.slots import code_word, member_word
from ledger.contracts import (
    ANCHOR_LOG,
    CONSORTIUM,
    STATUS_REGISTRY,
    Artifact,
    artifact,
    code_hash,
    encode_constructor,
    immutables_are,
    runtime_matches,
)
from ledger.errors import DeployFailed, NodeContradicts, NotYet, WrongChain
from ledger.manifest import Deployment, read_manifest, write_manifest
from ledger.members import validator_set
from ledger.quantities import data_bytes, field_of, quantity, to_data
from ledger.rpc import ChainPort
from ledger.runs import finality
from ledger.signers import Signer
from ledger.transactions import Included, SignedTransaction, UnsignedTransaction, latest_nonce, receipt, send, sign

DEPLOY_GAS: Final = 12_000_000  # Consortium with 64 founders; the largest contract's code alone costs 3 M
NAMES: Final = (CONSORTIUM, ANCHOR_LOG, STATUS_REGISTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """A member of the first day: USCC, code, its signer's address, rights (sum of 1, 2, 4, 8) and scope bits."""

    member: str
    code: str
    signer: str
    rights: int
    scope: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for each block: `polls` looks with `sleep(interval_s)` between them."""

    sleep: Callable[[float], None]
    interval_s: float = 0.2
    polls: int = 600


def deploy_consortium(
    rpc: ChainPort,
    signer: Signer,
    *,
    engine: str,
    founders: Sequence[Founder],
    validators: Sequence[tuple[bytes, str]],
    patience: Patience,
    gas_price: int = 0,
) -> Deployment:
    """Deploys and checks the three contracts; `validators` are (address, operator's USCC), in any order.

    Raises `DeployFailed` (`ledger.deploy.{timeout,reverted,code,validators}`) and what the RPC port raises.
    """
    chain_id = quantity(rpc.call("eth_chainId"), "chainId")
    first_nonce = latest_nonce(rpc, signer.address)
    consortium, anchor_log, registry = (_created_address(signer.address, first_nonce + at) for at in range(3))
    ordered = sorted(validators)
    arguments: tuple[list[Any], ...] = (
        [
            [(member_word(f.member), code_word(f.code), f.signer, f.rights, f.scope) for f in founders],
            [to_data(address) for address, _ in ordered],
            [member_word(operator) for _, operator in ordered],
        ],
        [to_data(consortium)],
        [to_data(consortium), to_data(anchor_log)],
    )
    included = []
    for at, (name, values) in enumerate(zip(NAMES, arguments, strict=True)):
        unsigned = UnsignedTransaction(
            chain_id=chain_id,
            nonce=first_nonce + at,
            gas=DEPLOY_GAS,
            gas_price=gas_price,
            to=None,
            data=encode_constructor(artifact(name), values),
        )
        included.append(_land(rpc, sign(signer, unsigned), patience))
    _await_endorsement(rpc, engine, included[-1].block_number, [address for address, _ in ordered], patience)
    return _described(rpc, chain_id, (consortium, anchor_log, registry), included)


def ensure_deployed(path: Path, rpc: ChainPort, deploy: Callable[[], Deployment]) -> Deployment:
    """The manifest at `path` if it is there and its contracts check, else `deploy()` written to it.

    A manifest that does not check is never overwritten: raises what `read_manifest` and `check_deployment` raise.
    """
    if path.exists():
        deployment = read_manifest(path)
        check_deployment(rpc, deployment)
        return deployment
    deployment = deploy()
    write_manifest(path, deployment)
    return deployment


def check_deployment(rpc: ChainPort, deployment: Deployment) -> None:
    """Chain id, genesis, and the code of all three contracts, by its hash and against the artifacts.

    Raises `WrongChain` (`ledger.chain.{id,genesis}`), `DeployFailed` (`ledger.deploy.code`).
    """
    if quantity(rpc.call("eth_chainId"), "chainId") != deployment.chain_id:
        raise WrongChain("ledger.chain.id")
    if _genesis_hash(rpc) != deployment.genesis_hash:
        raise WrongChain("ledger.chain.genesis")
    addresses = (deployment.consortium, deployment.anchor_log, deployment.status_registry)
    if _checked_code_hashes(rpc, addresses) != deployment.code_hashes:
        raise DeployFailed("ledger.deploy.code", "hash")


def _described(rpc: ChainPort, chain_id: int, addresses: tuple[bytes, bytes, bytes], included: Sequence[Included]) -> Deployment:
    """The manifest of contracts that landed, from what the chain now says of them."""
    announced = validator_set(rpc, addresses[0])
    if (announced.epoch, announced.from_block) != (0, included[0].block_number + 1):
        raise NodeContradicts("ledger.node.set")
    return Deployment(
        chain_id=chain_id,
        genesis_hash=_genesis_hash(rpc),
        from_block=included[-1].block_number,
        consortium=addresses[0],
        anchor_log=addresses[1],
        status_registry=addresses[2],
        code_hashes=_checked_code_hashes(rpc, addresses),
        set=announced,
    )


def _land(rpc: ChainPort, signed: SignedTransaction, patience: Patience) -> Included:
    """Sends the same bytes until there is a receipt: what the node answers to them decides nothing."""
    for _ in range(patience.polls):
        included = receipt(rpc, signed.hash)
        if included is not None:
            if not included.succeeded:
                raise DeployFailed("ledger.deploy.reverted")
            return included
        send(rpc, signed.raw)
        patience.sleep(patience.interval_s)
    raise DeployFailed("ledger.deploy.timeout")


def _await_endorsement(rpc: ChainPort, engine: str, number: int, validators: Sequence[bytes], patience: Patience) -> None:
    for _ in range(patience.polls):
        try:
            finality(rpc, engine, number, validators)
        except NotYet:
            patience.sleep(patience.interval_s)
        else:
            return
    raise DeployFailed("ledger.deploy.validators")


def _checked_code_hashes(rpc: ChainPort, addresses: tuple[bytes, bytes, bytes]) -> tuple[bytes, bytes, bytes]:
    """The three code hashes, after comparing each code with its artifact. Raises `DeployFailed` (`ledger.deploy.code`)."""
    consortium, anchor_log, registry = addresses
    immutables: tuple[dict[str, bytes], ...] = (
        {},
        {"_consortium": consortium},
        {"_consortium": consortium, "_anchorLog": anchor_log},
    )
    first, second, third = (
        _checked_code_hash(rpc, artifact(name), address, values)
        for name, address, values in zip(NAMES, (consortium, anchor_log, registry), immutables, strict=True)
    )
    return first, second, third


def _checked_code_hash(rpc: ChainPort, contract: Artifact, address: bytes, immutables: dict[str, bytes]) -> bytes:
    code = data_bytes(rpc.call("eth_getCode", [to_data(address), "latest"]), "code")
    if not runtime_matches(contract, code) or not immutables_are(contract, code, immutables):
        raise DeployFailed("ledger.deploy.code", contract.name)
    return code_hash(code)


def _genesis_hash(rpc: ChainPort) -> bytes:
    return data_bytes(field_of(rpc.call("eth_getBlockByNumber", ["0x0", False]), "hash"), "hash", length=32)


def _created_address(sender: str, nonce: int) -> bytes:
    """The address CREATE gives (Yellow Paper §7): the last 20 bytes of keccak(rlp([sender, nonce]))."""
    return keccak256(encode([bytes.fromhex(sender[2:]), nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")]))[12:]

"""The machine's rules: py-evm's own importer rebuilds the same chain from its blocks, and refuses a bent one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from eth.db.atomic import AtomicDB
from eth.db.backends.memory import MemoryDB
from eth.exceptions import PyEVMError
from eth_utils.exceptions import ValidationError

from ledger.devchain import DevChain, qbft
from ledger.devchain.vm import EvmChain, QbftVM


@pytest.fixture
def blocks(chain: DevChain, wallet: Any, contracts: dict[str, bytes]) -> list[Any]:
    """Genesis header, a deployment, two calls in one block, an empty block."""
    chain.submit(wallet.sign(data=contracts["counter"]))
    chain.mine()
    to = "0x" + _created(chain)
    chain.submit(wallet.sign(to))
    chain.submit(wallet.sign(to, maxFeePerGas=0, maxPriorityFeePerGas=0))
    chain.mine()
    chain.mine()
    kept = chain._blocks
    return [kept.header_at(0), *(kept.block_of(kept.header_at(height)) for height in (1, 2, 3))]


def _created(chain: DevChain) -> str:
    from ledger.devchain.forms import receipt_forms

    kept = chain._blocks
    return str(receipt_forms(kept.block_of(kept.head), kept.receipts_of(kept.head))[0]["contractAddress"])[2:]


@pytest.fixture
def replay(chain: DevChain, blocks: list[Any]) -> Any:
    copy = EvmChain.from_genesis_header(AtomicDB(MemoryDB()), blocks[0])
    copy.chain_id = chain.chain_id
    return copy


def test_every_block_imports_into_an_empty_chain_and_keeps_its_hash(replay: Any, blocks: list[Any]) -> None:
    for block in blocks[1:]:
        assert replay.import_block(block).imported_block.hash == block.hash
    assert replay.get_canonical_head().state_root == blocks[3].header.state_root
    assert [len(block.transactions) for block in blocks[1:]] == [1, 2, 0]


@pytest.mark.parametrize(
    "bent",
    [
        {"difficulty": 2},
        {"mix_hash": bytes(32)},
        {"nonce": b"\xff" * 8},
        {"gas_limit": 30_000_001},
        {"base_fee_per_gas": 1},
        {"extra_data": b""},
        {"extra_data": qbft.extra_data((b"\1" * 20,), (b"\2" * 65,))},
        {"extra_data": bytes(32)},
        {"state_root": bytes(32)},
        {"gas_used": 0},
        {"coinbase": b"\1" * 20, "timestamp": 0},
    ],
)
def test_a_block_with_one_bent_field_is_refused(replay: Any, blocks: list[Any], bent: dict[str, Any]) -> None:
    first = blocks[1]
    with pytest.raises((ValidationError, PyEVMError)):
        replay.import_block(first.copy(header=first.header.copy(**bent)))


def test_validators_and_reward_leave_no_trace_in_the_state(chain: DevChain) -> None:
    for _ in range(8):
        chain.mine()
    assert chain._blocks.head.state_root == chain._blocks.header_at(0).state_root  # type: ignore[union-attr]


def test_transactions_without_fees_leave_no_trace_of_the_proposer(
    chain: DevChain, wallet: Any, contracts: dict[str, bytes]
) -> None:
    chain.submit(wallet.sign(data=contracts["counter"]))
    chain.mine()
    state = chain._blocks.state_at(chain._blocks.head)
    assert not state.account_exists(chain._blocks.head.coinbase)


def test_the_directory_and_its_files_are_the_owners_alone(chain: DevChain, tmp_path: Path) -> None:
    directory = tmp_path / "chain"
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in directory.iterdir()} == {"chain.sqlite3", "chain.sqlite3-wal", "validators.json"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in directory.iterdir())


@pytest.mark.parametrize("bent", [{"base_fee_per_gas": 1}, {"gas_limit": 29_999_999}, {"extra_data": b"\xc0"}, {"difficulty": 0}])
def test_the_header_rules_hold_without_looking_into_the_block(blocks: list[Any], bent: dict[str, Any]) -> None:
    parent, header = blocks[0], blocks[1].header
    QbftVM.validate_header(header, parent)
    with pytest.raises(ValidationError):
        QbftVM.validate_header(header.copy(**bent), parent)

"""
py-evm's London machine with the header rules of a QBFT chain, and nothing else changed.

Base fee, difficulty, gas limit and reward are constants here; London by default moves each of them. Opcodes, gas and receipts
are py-evm's own, so that eth-tester (the oracle of the tests) and a real node agree with them.
"""

from __future__ import annotations

from typing import Any, Final

from eth.abc import BlockAPI, BlockHeaderAPI
from eth.chains.base import Chain
from eth.consensus.noproof import NoProofConsensus
from eth.constants import BLANK_ROOT_HASH, GENESIS_PARENT_HASH
from eth.vm.forks.london import LondonVM
from eth.vm.forks.london.blocks import LondonBlockHeader
from eth_typing import BlockNumber
from eth_utils.exceptions import ValidationError

from ledger.devchain import qbft
from ledger.devchain.keys import MAX_VALIDATORS

GAS_LIMIT: Final = 30_000_000


def header_after(parent: BlockHeaderAPI | None, **fields: Any) -> BlockHeaderAPI:
    """A header on `parent` (None: genesis) with this chain's constants; `fields` replace what differs (py-evm's names)."""
    values: dict[str, Any] = {
        "difficulty": qbft.DIFFICULTY,
        "mix_hash": qbft.MIX_HASH,
        "nonce": qbft.NONCE,
        "gas_limit": GAS_LIMIT,
        "base_fee_per_gas": 0,
        "block_number": 0,
        "parent_hash": GENESIS_PARENT_HASH,
        "state_root": BLANK_ROOT_HASH,
    }
    if parent is not None:
        values |= {
            "block_number": parent.block_number + 1,
            "parent_hash": parent.hash,
            "state_root": parent.state_root,
            "timestamp": parent.timestamp + 1,
            "extra_data": parent.extra_data,
        }
    header: BlockHeaderAPI = LondonBlockHeader(**(values | fields))
    return header


class QbftVM(LondonVM):
    """London without proof of work, fees and rewards."""

    extra_data_max_bytes = 64 + 21 * MAX_VALIDATORS
    consensus_class = NoProofConsensus
    create_header_from_parent = staticmethod(header_after)
    compute_difficulty = staticmethod(lambda _parent, _timestamp: qbft.DIFFICULTY)

    def configure_header(self, **fields: Any) -> BlockHeaderAPI:  # type: ignore[override]
        """The header as given: py-evm would recompute the difficulty when it imports a block."""
        return self.get_header().copy(**fields)

    @classmethod
    def validate_gas(cls, header: BlockHeaderAPI, parent_header: BlockHeaderAPI) -> None:
        """Gas limit and base fee never move."""
        if header.gas_limit != parent_header.gas_limit or header.base_fee_per_gas != 0:
            raise ValidationError("gas limit and base fee are constant on this chain")

    @classmethod
    def validate_header(cls, header: BlockHeaderAPI, parent_header: BlockHeaderAPI) -> None:
        """py-evm's checks and the constant fields of a QBFT header."""
        super().validate_header(header, parent_header)
        if (header.difficulty, header.mix_hash, header.nonce) != (qbft.DIFFICULTY, qbft.MIX_HASH, qbft.NONCE):
            raise ValidationError("difficulty, mix hash and nonce are constant on this chain")
        if not qbft.is_hashed_form(header.extra_data):
            raise ValidationError("extraData is not in the form that the block hash covers")

    def _assign_block_rewards(self, block: BlockAPI) -> None:
        """No reward. py-evm would touch the coinbase and leave an empty account in the state (EIP-161 forbids it)."""


class EvmChain(Chain):
    """py-evm's chain over one of the store's views."""

    vm_configuration = ((BlockNumber(0), QbftVM),)

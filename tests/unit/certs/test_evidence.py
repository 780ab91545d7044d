"""Evidence: the trie key of an index, and the log counted within its receipt."""

import pytest
import rlp

from certs.errors import VerificationError
from certs.evidence import check_all_used, index_key, pick_log, prove_receipt, prove_transaction
from certs.evm.header import parse_header
from certs.evm.receipt import Log, Receipt
from certs.evm.trie import NodeSet
from tests.world import World

LOGS = tuple(Log(bytes([i]) * 20, (), b"") for i in range(2))


@pytest.mark.parametrize("index", [0, 1, 127, 128, 255, 256, 65_536, 2**53 - 1])
def test_the_key_of_an_index_is_its_rlp(index: int) -> None:
    assert index_key(index) == rlp.encode(index)


def test_logs_are_counted_within_their_receipt_from_0() -> None:
    receipt = Receipt(0, 1, bytes(256), LOGS)
    assert [pick_log(receipt, number) for number in (0, 1)] == list(LOGS)
    with pytest.raises(VerificationError, match=r"evidence\.log\.absent"):
        pick_log(receipt, 2)


def test_a_block_proven_to_be_empty_holds_neither_receipt_nor_transaction() -> None:
    header = parse_header(World(names=tuple("abcd")).blocks[3].raw)
    for prove, code in ((prove_receipt, "evidence.receipt.absent"), (prove_transaction, "evidence.transaction.absent")):
        with pytest.raises(VerificationError) as caught:
            prove(NodeSet([]), header, 0)
        assert (caught.value.code, caught.value.field) == (code, "/evidence/index")


def test_a_node_that_no_walk_visited_is_refused() -> None:
    check_all_used(NodeSet([]))
    with pytest.raises(VerificationError, match=r"evidence\.nodes\.unused"):
        check_all_used(NodeSet([b"\xc2\x20\x20"]))

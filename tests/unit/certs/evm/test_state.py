import pytest
from trie import HexaryTrie

from certs.errors import CertError
from certs.evm.keccak import keccak256
from certs.evm.rlp import encode
from certs.evm.state import Account, account, storage_word
from certs.evm.trie import EMPTY_ROOT, NodeSet

SLOT, ADDRESS = bytes(32), b"\x11" * 20


def tree(key, value):
    """A trie with this entry among others, and the proof of that key."""
    trie = HexaryTrie({})
    for other in range(20):
        trie[keccak256(b"other" + bytes([other]))] = encode(b"\x09")
    if value is not None:
        trie[keccak256(key)] = value
    raw = [encode(node) for node in trie.get_proof(keccak256(key))]
    return NodeSet([node for node in raw if len(node) >= 32]), trie.root_hash


def code_of(call, *args):
    with pytest.raises(CertError) as caught:
        call(*args)
    return caught.value.code


@pytest.mark.parametrize("value", [1, 0x80, 2**255, 2**256 - 1])
def test_a_stored_word_is_read_to_32_bytes(value):
    nodes, root = tree(SLOT, encode(value.to_bytes((value.bit_length() + 7) // 8, "big")))
    assert storage_word(nodes, root, SLOT) == value.to_bytes(32, "big")
    assert nodes.unused() == 0


def test_an_unset_word_is_proven_absent():
    nodes, root = tree(SLOT, None)
    assert storage_word(nodes, root, SLOT) is None
    assert storage_word(NodeSet([]), EMPTY_ROOT, SLOT) is None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\x80", "evm.state.zero"),
        (b"\x00", "evm.rlp.integer"),
        (encode(b"\0\x01"), "evm.rlp.integer"),
        (encode(bytes(32)), "evm.rlp.integer"),
        (encode(b"\x01" * 33), "evm.rlp.size"),
        (encode([b"\x01"]), "evm.rlp.kind"),
        (b"\x01\x01", "evm.rlp.trailing"),
    ],
)
def test_a_word_of_another_form_is_refused(raw, code):
    nodes, root = tree(SLOT, raw)
    assert code_of(storage_word, nodes, root, SLOT) == code


GOOD = [b"\x01", b"", EMPTY_ROOT, keccak256(b"")]


def test_an_account_is_read():
    nodes, root = tree(ADDRESS, encode(GOOD))
    assert account(nodes, root, ADDRESS) == Account(nonce=1, balance=0, storage_root=EMPTY_ROOT, code_hash=keccak256(b""))


def test_an_unknown_account_is_proven_absent():
    nodes, root = tree(ADDRESS, None)
    assert account(nodes, root, ADDRESS) is None


@pytest.mark.parametrize(
    ("items", "code"),
    [
        (GOOD[:3], "evm.rlp.count"),
        ([*GOOD, b""], "evm.rlp.count"),
        (b"account", "evm.rlp.kind"),
        ([b"\0", *GOOD[1:]], "evm.rlp.integer"),
        ([b"\x01" * 9, *GOOD[1:]], "evm.rlp.size"),
        ([b"", b"\0\x01", *GOOD[2:]], "evm.rlp.integer"),
        ([b"", b"\x01" * 33, *GOOD[2:]], "evm.rlp.size"),
        ([b"", b"", bytes(31), GOOD[3]], "evm.rlp.size"),
        ([b"", b"", GOOD[2], bytes(33)], "evm.rlp.size"),
        ([b"", b"", [], GOOD[3]], "evm.rlp.kind"),
    ],
)
def test_an_account_of_another_form_is_refused(items, code):
    nodes, root = tree(ADDRESS, encode(items))
    assert code_of(account, nodes, root, ADDRESS) == code

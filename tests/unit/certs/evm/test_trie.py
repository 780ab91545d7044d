import contextlib

import pytest
import rlp as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from certs.errors import CertError, VerificationError
from certs.evm.keccak import keccak256
from certs.evm.rlp import encode
from certs.evm.trie import EMPTY_ROOT, MissingNode, NodeSet

BLOCKS = ["qbft4_gt128receipts",
    "qbft4_1receipt", "qbft4_4receipts_mixed", "qbft4_gt16receipts", "qbft4_round_gt0", "qbft7_1receipt", "qbft7_4receipts_mixed",
    "qbft_vote_in_out", "clique4_1receipt", "clique4_4receipts_mixed", "clique4_berlin_1receipt", "clique4_gt16receipts",
    "clique4_conflict_after_powerloss", "clique7_1receipt", "clique_vote_in_out",
]  # fmt: skip
WORD = b"\xaa" * 32  # a value long enough that its leaf stands alone
HASH = b"\xbb" * 32  # a reference to a node that is not there


def unhex(text):
    return bytes.fromhex(text[2:])


def code_of(call, *args):
    with pytest.raises(CertError) as caught:
        call(*args)
    return caught.value.code


def prove(node, key=b"\x12"):
    """Walks from a root that is this one node."""
    raw = node if isinstance(node, bytes) else encode(node)
    return NodeSet([raw]).get(keccak256(raw), key)


def prove_code(node, key=b"\x12"):
    return code_of(prove, node, key)


# --- captured receipts ---


@pytest.mark.parametrize("name", BLOCKS)
def test_a_captured_receipt_is_proven_and_every_node_used(block, name):
    case = block(name)
    nodes = NodeSet([unhex(node) for node in case["receipt_proof"]])
    assert nodes.get(unhex(case["receiptsRoot"]), oracle.encode(case["tx_index"])) == unhex(case["receipt_rlp"])
    assert nodes.unused() == 0


def test_the_order_of_nodes_does_not_matter(block):
    case = block("qbft7_4receipts_mixed")
    nodes = NodeSet(sorted(unhex(node) for node in case["receipt_proof"]))
    assert nodes.get(unhex(case["receiptsRoot"]), oracle.encode(3)) == unhex(case["receipt_rlp"])


def test_a_proof_with_one_node_less_is_missing_and_not_absent(block):
    case = block("qbft7_4receipts_mixed")
    proof = [unhex(node) for node in case["receipt_proof"]]
    for gone in range(len(proof)):
        with pytest.raises(MissingNode) as caught:
            NodeSet(proof[:gone] + proof[gone + 1 :]).get(unhex(case["receiptsRoot"]), oracle.encode(3))
        assert caught.value.code == "evm.trie.missing"


def test_one_extra_node_is_unused(block):
    case = block("qbft4_1receipt")
    nodes = NodeSet([*(unhex(node) for node in case["receipt_proof"]), b"\x80"])
    assert nodes.get(unhex(case["receiptsRoot"]), b"\x80") == unhex(case["receipt_rlp"])
    assert nodes.unused() == 1


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_byte_never_proves_another_receipt(block, data):
    case = block("clique4_4receipts_mixed")
    proof = [bytearray(unhex(node)) for node in case["receipt_proof"]]
    node = data.draw(st.sampled_from(proof))
    node[data.draw(st.integers(0, len(node) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(MissingNode):
        NodeSet([bytes(node) for node in proof]).get(unhex(case["receiptsRoot"]), oracle.encode(3))


# --- against another implementation ---

keys = st.binary(min_size=1, max_size=3)


@given(st.dictionaries(keys, st.binary(min_size=1, max_size=40), max_size=40), keys)
@settings(max_examples=100, deadline=None)
def test_inclusion_and_absence_agree_with_the_trie_library(entries, asked):
    trie = HexaryTrie({})
    for key, value in entries.items():
        trie[key] = value
    for key in [*list(entries)[:5], asked]:
        proof = {encode(node) for node in trie.get_proof(key)} if entries else set()
        nodes = NodeSet([raw for raw in proof if len(raw) >= 32 or keccak256(raw) == trie.root_hash])
        assert nodes.get(trie.root_hash, key) == entries.get(key)
        assert nodes.unused() == 0


@given(
    st.dictionaries(st.binary(min_size=32, max_size=32), st.binary(min_size=1, max_size=40), min_size=2, max_size=40), st.data()
)
@settings(max_examples=60, deadline=None)
def test_no_single_walk_lies_when_nodes_are_withheld(entries, data):
    trie = HexaryTrie({})
    for key, value in entries.items():
        trie[key] = value
    key = data.draw(st.sampled_from(sorted(entries)))
    proof = [raw for node in trie.get_proof(key) if len(raw := encode(node)) >= 32]
    kept = data.draw(st.lists(st.sampled_from(proof), unique=True))
    try:
        assert NodeSet(kept).get(trie.root_hash, key) == entries[key]
    except MissingNode:
        assert len(kept) < len(proof)


# --- the forms of nodes ---


def test_the_empty_trie_needs_no_node():
    nodes = NodeSet([])
    assert nodes.get(EMPTY_ROOT, b"any") is None
    assert nodes.unused() == 0


def test_the_empty_trie_uses_no_node_either():
    nodes = NodeSet([b"\x80"])
    assert nodes.get(EMPTY_ROOT, b"any") is None
    assert nodes.unused() == 1


def test_a_lone_leaf_under_32_bytes_may_be_the_root():
    assert prove([b"\x20\x12", b"v"]) == b"v"
    assert prove([b"\x20\x13", b"v"]) is None
    assert prove([b"\x20\x12\x34", b"v"]) is None
    assert prove([b"\x31", b"v"]) is None


def branch(children=(), value=b""):
    items = [b""] * 16 + [value]
    for nibble, child in children:
        items[nibble] = child
    return items


def test_embedded_nodes_are_walked_inside_their_parent():
    inner = branch([(2, [b"\x20", b"v"]), (3, [b"\x20", b"w"])])
    assert prove(branch([(1, inner), (4, HASH)])) == b"v"
    assert prove(branch([(1, inner), (4, HASH)]), b"\x13") == b"w"
    assert prove(branch([(1, inner), (4, HASH)]), b"\x1f") is None
    assert prove(branch([(1, inner), (4, HASH)]), b"\x52") is None
    assert prove([b"\x11", inner]) == b"v"
    assert prove([b"\x11", inner], b"\x22") is None


def test_a_key_that_ends_at_a_branch_has_the_branchs_value():
    assert prove(branch([(1, HASH)], b"v"), b"") == b"v"
    assert prove(branch([(1, HASH), (2, HASH)]), b"") is None


def test_a_key_that_ends_inside_an_extension_is_absent():
    assert prove([b"\x00\x12\x34", HASH]) is None


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ([], "evm.trie.node"),
        ([b"\x20\x12"], "evm.trie.node"),
        ([b"\x20\x12", b"v", b""], "evm.trie.node"),
        ([b""] * 16, "evm.trie.node"),
        ([b""] * 18, "evm.trie.node"),
        (b"\x83abc", "evm.rlp.kind"),
        (b"", "evm.rlp.short"),
        (b"\xc2\x20", "evm.rlp.short"),
        (encode([b"\x20\x12", b"v"]) + b"\0", "evm.rlp.trailing"),
        (b"\xc4\x82\x20\x12\x81\x01", "evm.rlp.short"),
        (b"\xc5\x82\x20\x12\x81\x01", "evm.rlp.single"),
        ([[b"\x20"], b"v"], "evm.rlp.kind"),
        ([b"\x20\x12", [b"v"]], "evm.rlp.kind"),
        ([b"\x20\x12", b""], "evm.trie.value"),
        ([b"", b"v"], "evm.trie.hex-prefix"),
        ([b"\x21\x12", b"v"], "evm.trie.hex-prefix"),
        ([b"\x2f\x12", b"v"], "evm.trie.hex-prefix"),
        ([b"\x01\x12", HASH], "evm.trie.hex-prefix"),
        ([b"\x40\x12", b"v"], "evm.trie.hex-prefix"),
        ([b"\x50\x12", b"v"], "evm.trie.hex-prefix"),
        ([b"\xf2", b"v"], "evm.trie.hex-prefix"),
        ([b"\x00", HASH], "evm.trie.extension"),
        ([b"\x11", b""], "evm.trie.extension"),
        ([b"\x11", b"short"], "evm.trie.reference"),
        ([b"\x11", HASH + b"\0"], "evm.trie.reference"),
        ([b"\x11", [b"\x32", b"v"]], "evm.trie.extension"),
        ([b"\x11", [b"\x32", WORD]], "evm.trie.embedded"),
        ([b"\x11", branch([(2, [b"\x20", b"v"])])], "evm.trie.branch"),
        (branch(), "evm.trie.branch"),
        (branch([(1, HASH)]), "evm.trie.branch"),
        (branch(value=b"v"), "evm.trie.branch"),
        (branch([(1, HASH), (2, b"x")]), "evm.trie.reference"),
        (branch([(1, HASH), (15, HASH[:31])]), "evm.trie.reference"),
        (branch([(1, HASH), (2, [b"\x20", WORD])]), "evm.trie.embedded"),
        (branch([(1, HASH), (2, HASH)], [b"v"]), "evm.rlp.kind"),
        (branch([(1, []), (2, HASH)]), "evm.trie.node"),
        (branch([(1, HASH), (2, HASH)]), "evm.trie.missing"),
    ],
)
def test_a_node_of_another_form_is_refused(node, code):
    assert prove_code(node) == code


def test_an_embedded_node_of_31_bytes_is_the_largest():
    leaf = [b"\x32", b"v" * 28]
    assert len(encode(leaf)) == 31
    assert prove(branch([(1, leaf), (5, HASH)])) == b"v" * 28
    assert prove_code(branch([(1, [b"\x32", b"v" * 29]), (5, HASH)])) == "evm.trie.embedded"


def pair(child):
    """A root branch whose child 1 is `child`, by hash."""
    raw = encode(child)
    root = encode(branch([(1, keccak256(raw)), (5, HASH)]))
    return NodeSet([root, raw]), keccak256(root)


def test_a_node_under_32_bytes_may_not_be_referred_to_by_hash():
    nodes, root = pair([b"\x32", b"v" * 28])
    assert code_of(nodes.get, root, b"\x12") == "evm.trie.short-node"
    nodes, root = pair([b"\x32", b"v" * 29])
    assert nodes.get(root, b"\x12") == b"v" * 29


def test_the_same_short_node_may_be_a_root_and_not_a_child():
    leaf = encode([b"\x32", b"v"])
    nodes, root = pair([b"\x32", b"v"])
    assert nodes.get(keccak256(leaf), b"\x12") is None
    assert code_of(nodes.get, root, b"\x12") == "evm.trie.short-node"


@pytest.mark.parametrize("below", [[b"\x20\x12", WORD], [b"\x11", HASH]])
def test_an_extension_leads_to_a_branch(below):
    raw = encode(below)
    root = encode([b"\x11", keccak256(raw)])
    assert code_of(NodeSet([root, raw]).get, keccak256(root), b"\x12\x12") == "evm.trie.extension"


def test_a_node_over_the_limit_is_refused():
    NodeSet([b"a" * 32_767])
    assert code_of(NodeSet, [b"a" * 32_768]) == "evm.trie.node-size"


def test_two_walks_share_what_they_visited():
    nodes, root = pair([b"\x32", WORD])
    assert nodes.unused() == 2
    assert nodes.get(root, b"\x22") is None
    assert nodes.unused() == 1
    assert nodes.get(root, b"\x12") == nodes.get(root, b"\x12") == WORD
    assert nodes.unused() == 0


@given(st.binary(max_size=60), st.binary(max_size=3))
@settings(max_examples=100, deadline=None)
def test_any_bytes_as_a_root_raise_only_our_errors(raw, key):
    for node in (raw, oracle.encode([raw, raw]), oracle.encode([raw] * 17)):
        with contextlib.suppress(VerificationError):
            prove(node, key)

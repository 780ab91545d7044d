"""
Inclusion proofs under attack: one coordinate changed at a time (E1), doubled leaves (E2), nodes as leaves (E3), all places of all
trees up to 64 leaves (E4), and proofs made to be expensive (E6). RELIABILITY.md §0.10 gives the numbers of the free sizes.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence

import pytest

from certs.canonical import canonical
from certs.errors import CertError, VerificationError
from certs.merkle import path_from, root_of, tree_levels, verify_inclusion
from certs.record import leaf_hash
from certs.suites import hash_function
from certs.trust import load_bundle
from certs.verify import Verdict, verify
from tests.vector_cases.scenes import FIVE, NOW, main_scene, put, stapled
from tests.world import hexed

h = hash_function(1)
LEAVES = [h(b"\x00" + bytes([i])) for i in range(70)]


def holds(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    try:
        verify_inclusion(leaf, index=index, size=size, path=path, root=root, h=h)
    except VerificationError:
        return False
    return True


def numbers_near(number: int) -> list[int]:
    """The coordinates a forger tries first."""
    flips = [number ^ 1 << bit for bit in (0, 1, 2, 3, 6, 31, 47, 48, 63)]
    return [number - 1, number + 1, number * 2, -number, -1, 0, 2**48, 2**53 - 1, 2**63, 2**64, 2**64 + number, *flips]


def damaged(path: list[bytes]) -> Iterator[list[bytes]]:
    """A path with one hash removed, added, swapped, zeroed, turned round, shortened or lengthened, at every place."""
    for at in range(len(path) + 1):
        before, after = path[:at], path[at:]
        for extra in (bytes(32), h(b"x"), path[0] if path else h(b"y")):
            yield [*before, extra, *after]
        if not after:
            continue
        for other in (bytes(32), after[0][::-1], after[0][:31], after[0] + b"\0", b"\0" + after[0], b"", after[0].hex().encode()):
            yield [*before, other, *after[1:]]
        yield [*before, *after[1:]]
        for bit in (0, 255):
            turned = int.from_bytes(after[0], "big") ^ 1 << bit
            yield [*before, turned.to_bytes(32, "big"), *after[1:]]
    if path:
        yield [path[-1], *path[:-1]]
        yield path[::-1]
        yield path * 2


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 64])
def test_a_proof_with_any_coordinate_changed_is_refused(size: int) -> None:
    levels = tree_levels(LEAVES[:size], h)
    root = levels[-1][0]
    tried = 0
    for index in range(size):
        path = path_from(levels, index)
        assert holds(LEAVES[index], index, size, path, root)
        for other in numbers_near(index):
            assert other == index or not holds(LEAVES[index], other, size, path, root), (index, other)
        for bad in damaged(path):
            assert bad == path or not holds(LEAVES[index], index, size, bad, root), (index, len(bad))
            tried += 1
        for leaf in (bytes(32), b"", root, LEAVES[index][:31], LEAVES[index] + b"\0", LEAVES[index] * 2, *path):
            assert leaf == LEAVES[index] or not holds(leaf, index, size, path, root)
        for wrong in (bytes(32), b"", root[:31], root + b"\0", root[::-1], h(root), *path, LEAVES[index]):
            assert wrong == root or not holds(LEAVES[index], index, size, path, wrong)
    assert tried


@pytest.mark.parametrize("size", range(1, 34))
def test_a_proof_for_one_size_is_none_for_the_next(size: int) -> None:
    """The roots differ, so growing a batch by one leaf makes every old proof void, whatever size is claimed."""
    levels, grown = tree_levels(LEAVES[:size], h), root_of(LEAVES[: size + 1], h)
    for index in range(size):
        path = path_from(levels, index)
        assert not any(holds(LEAVES[index], index, claimed, path, grown) for claimed in (size, size + 1))


def only_true_places(sizes: Sequence[int]) -> int:
    """Tries every leaf at every index with the path of every index, root and size fixed; returns how many were tried."""
    tried = 0
    for size in sizes:
        levels = tree_levels(LEAVES[:size], h)
        for index in range(size):
            path = path_from(levels, index)
            places = [(i, j) for i in range(size) for j in range(size) if holds(LEAVES[j], i, size, path, levels[-1][0])]
            assert places == [(index, index)]
            tried += size * size
    return tried


def test_with_root_and_size_anchored_only_the_true_leaf_at_its_true_index_passes() -> None:
    assert only_true_places(range(1, 20)) == sum(size**3 for size in range(1, 20))


@pytest.mark.long
@pytest.mark.slow
def test_with_root_and_size_anchored_only_the_true_leaf_passes_in_all_trees_up_to_64() -> None:
    assert only_true_places(range(20, 65)) == sum(size**3 for size in range(20, 65))


def unbounded(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """The verification of RFC 6962's own implementations without its first line, `index < size`."""
    inner = (index ^ (size - 1)).bit_length()
    if len(path) != inner + (index >> inner).bit_count():
        return False
    node = leaf
    for height, sibling in enumerate(path):
        left = height >= inner or index >> height & 1
        node = h(b"\x01" + sibling + node) if left else h(b"\x01" + node + sibling)
    return node == root


def false_places(check: Callable[..., bool]) -> list[tuple[int, int]]:
    """The false (index, size) pairs, sizes < 40 and indexes < 80, under which true proofs of trees of ≤ 16 leaves pass."""
    found = []
    for size in range(1, 17):
        levels = tree_levels(LEAVES[:size], h)
        for index in range(size):
            path, root = path_from(levels, index), levels[-1][0]
            claims = ((i, n) for n in range(1, 40) for i in range(80) if (i, n) != (index, size))
            found += [(i, n) for i, n in claims if check(LEAVES[index], i, n, path, root)]
    return found


def test_with_the_size_left_free_920_false_places_verify() -> None:
    """Why size is anchored beside the root and never read from a proof: nobody may drop it from the anchor."""
    assert len(false_places(holds)) == 920


def test_with_the_index_unbounded_469_more_would_verify() -> None:
    places = false_places(unbounded)
    assert len([1 for index, size in places if index >= size]) == 469
    assert len(places) == 920 + 469


@pytest.mark.parametrize("size", range(1, 65))
def test_a_tree_with_its_last_leaves_doubled_has_another_root(size: int) -> None:
    """CVE-2012-2459: where an odd node is paired with itself, two lists of leaves have one root."""
    leaves = LEAVES[:size]
    for doubled in range(1, size + 1):
        assert root_of(leaves + leaves[-doubled:], h) != root_of(leaves, h)
    assert root_of([*leaves, bytes(32)], h) != root_of(leaves, h)


def test_a_leaf_of_two_nodes_is_not_the_node_above_them() -> None:
    """A 64-byte leaf spelt as two nodes: leaves and nodes are hashed in domains of their own."""
    levels = tree_levels(LEAVES[:4], h)
    left, right = levels[1]
    root = levels[2][0]
    for hashed in (b"", b"\x00", b"\x00\x01", b"\x02", b"\x03"):
        assert h(hashed + left + right) != root
        assert h(hashed + LEAVES[0] + LEAVES[1]) != left
    assert leaf_hash((left, right, b""), h) != root
    assert h(b"\x01" + left + right) == root
    assert not holds(left + right, 0, 1, [], root)
    assert holds(root, 0, 1, [], root), "a batch of one: its root is its leaf, so size 1 must be anchored too"


def test_an_inner_node_passes_for_a_leaf_only_where_the_size_is_free() -> None:
    levels = tree_levels(LEAVES[:8], h)
    for height in (1, 2):
        for index, node in enumerate(levels[height]):
            path = path_from(levels[height:], index)
            assert holds(node, index, len(levels[height]), path, levels[-1][0])
            assert not any(holds(node, i, 8, path, levels[-1][0]) for i in range(8))


class Counter:
    """A hash function that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, data: bytes) -> bytes:
        self.calls += 1
        return hashlib.sha256(data).digest()


@pytest.mark.parametrize("size", [1, 2, 64, 2**48 - 1, 2**53 - 1])
@pytest.mark.parametrize("index", [0, 1, 2**20, 2**48 - 2])
def test_a_proof_of_a_million_hashes_is_refused_before_any_hash_is_computed(size: int, index: int) -> None:
    counting = Counter()
    with pytest.raises(VerificationError) as caught:
        verify_inclusion(LEAVES[0], index=index, size=size, path=[bytes(32)] * 10**6, root=LEAVES[1], h=counting)
    assert counting.calls == 0
    assert caught.value.code == ("merkle.index" if index >= size else "merkle.length")


@pytest.mark.parametrize("length", [0, 1, 20, 31, 33, 64])
def test_a_hash_of_another_length_is_refused_before_any_hash_is_computed(length: int) -> None:
    path, counting = path_from(tree_levels(LEAVES[:5], h), 1), Counter()
    for at in range(len(path)):
        bad = [*path[:at], bytes(length), *path[at + 1 :]]
        with pytest.raises(VerificationError) as caught:
            verify_inclusion(LEAVES[1], index=1, size=5, path=bad, root=root_of(LEAVES[:5], h), h=counting)
        assert (caught.value.code, counting.calls) == ("merkle.length", 0)


def test_no_proof_makes_more_than_64_hashes() -> None:
    for size in (1, 2, 3, 2**32 + 1, 2**48 - 1, 2**53 - 1):
        for index in {0, 1 % size, size // 2, size - 1}:
            counting = Counter()
            for length in range(65):
                with pytest.raises(VerificationError):
                    verify_inclusion(LEAVES[0], index=index, size=size, path=[bytes(32)] * length, root=b"", h=counting)
            assert counting.calls <= 64


def test_random_coordinates_prove_nothing() -> None:
    source = random.Random(9162)
    levels = tree_levels(LEAVES[:37], h)
    true = [(LEAVES[i], i, path_from(levels, i)) for i in range(37)]
    for _ in range(3_000):
        (leaf, _, _), (_, index, _), (_, _, path) = (source.choice(true) for _ in range(3))
        size = source.choice([37, source.randrange(1, 2**53)])
        same = holds(leaf, index, size, path, levels[-1][0])
        assert not (same and size == 37) or (leaf, index, path) in true


def test_the_verifier_says_the_same_of_every_probe_in_a_file() -> None:
    """End to end: index and path of a VALID file changed as above; sizes are the log's, so no probe of a size exists."""
    good, bundle = stapled(), load_bundle(canonical(main_scene().world.bundle()))
    levels = tree_levels([record.leaf() for record in FIVE], h)
    path = path_from(levels, 2)
    files = [put(good, "/certificate/path", [hexed(node) for node in bad]) for bad in damaged(path)]
    files += [put(good, "/certificate/index", index) for index in numbers_near(2) if index != 2 and abs(index) < 2**53]
    codes = {verify(raw, bundle, now=NOW).code for raw in files}
    assert codes == {"merkle.root", "merkle.length", "merkle.index", "form.length", "form.range"}
    assert Verdict.VALID not in {verify(raw, bundle, now=NOW).verdict for raw in files}
    assert verify(good, bundle, now=NOW).verdict is Verdict.VALID


def test_only_our_own_error_comes_out_of_a_proof() -> None:
    source = random.Random(64)
    for _ in range(2_000):
        path = [source.randbytes(source.choice([0, 31, 32, 32, 32, 33])) for _ in range(source.randrange(70))]
        index, size = (source.choice([-1, 0, 1, 5, 2**31, 2**53, 2**64]) for _ in range(2))
        with pytest.raises(CertError):
            verify_inclusion(source.randbytes(32), index=index, size=size, path=path, root=source.randbytes(32), h=h)

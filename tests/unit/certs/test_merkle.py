"""RFC 9162 trees against the RFC's own recursion: with root and size fixed, one index and one leaf verify, and no other."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import pytest

from certs.errors import VerificationError
from certs.merkle import path_from, path_length, root_of, tree_levels, verify_inclusion


def h(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


LEAVES = [h(bytes([0, i])) for i in range(64)]


def split_of(n: int) -> int:
    """The largest power of two below n."""
    return 1 << ((n - 1).bit_length() - 1)


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, as written there."""
    if len(leaves) == 1:
        return leaves[0]
    k = split_of(len(leaves))
    return h(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:]))


def naive_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 9162 §2.1.3.1, as written there."""
    if len(leaves) == 1:
        return []
    k = split_of(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def holds(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    try:
        verify_inclusion(leaf, index=index, size=size, path=path, root=root, h=h)
    except VerificationError:
        return False
    return True


@pytest.mark.parametrize("size", range(1, 65))
def test_roots_and_paths_are_those_of_the_rfc(size: int) -> None:
    leaves = LEAVES[:size]
    levels = tree_levels(leaves, h)
    assert root_of(leaves, h) == levels[-1][0] == naive_root(leaves)
    for index in range(size):
        path = path_from(levels, index)
        assert path == naive_path(index, leaves)
        assert len(path) == path_length(index, size)
        verify_inclusion(leaves[index], index=index, size=size, path=path, root=naive_root(leaves), h=h)


@pytest.mark.parametrize("size", range(1, 65))
def test_with_root_and_size_fixed_only_the_true_index_verifies(size: int) -> None:
    levels = tree_levels(LEAVES[:size], h)
    root = levels[-1][0]
    for index in range(size):
        path = path_from(levels, index)
        assert [i for i in range(size + 2) if holds(LEAVES[index], i, size, path, root)] == [index]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 31, 64])
def test_with_root_and_size_fixed_only_the_true_leaf_verifies(size: int) -> None:
    levels = tree_levels(LEAVES[:size], h)
    for index in range(size):
        path = path_from(levels, index)
        assert [i for i, leaf in enumerate(LEAVES) if holds(leaf, index, size, path, levels[-1][0])] == [index]


def test_with_the_size_left_free_other_places_verify_too() -> None:
    # Why the size never comes from the proof: leaf 2 of 3 is also "leaf 1 of 2", by the same path.
    path = path_from(tree_levels(LEAVES[:3], h), 2)
    root = root_of(LEAVES[:3], h)
    assert holds(LEAVES[2], 2, 3, path, root)
    assert holds(LEAVES[2], 1, 2, path, root)


@pytest.mark.parametrize("size", range(2, 20))
def test_every_damaged_path_is_refused(size: int) -> None:
    levels = tree_levels(LEAVES[:size], h)
    root = levels[-1][0]
    for index in range(size):
        path = path_from(levels, index)
        damaged = [
            path[:-1],
            path[1:],
            [*path, path[0]],
            [*path, bytes(32)],
            [path[0], *path],
            [],
            [p[:31] for p in path],
            [p + b"\0" for p in path],
        ]
        damaged += [[*path[:i], bytes([path[i][0] ^ 1]) + path[i][1:], *path[i + 1 :]] for i in range(len(path))]
        damaged += [[*path[:i], b, a, *path[i + 2 :]] for i, (a, b) in enumerate(pairwise(path))]
        assert not any(holds(LEAVES[index], index, size, bad, root) for bad in damaged)


def test_an_inner_node_is_not_a_leaf() -> None:
    levels = tree_levels(LEAVES[:4], h)
    assert not holds(levels[1][0], 0, 4, [levels[1][1]], levels[2][0])
    assert holds(levels[1][0], 0, 2, [levels[1][1]], levels[2][0])  # which is why the size is not the proof's to say


def test_an_odd_node_is_promoted_and_never_doubled() -> None:
    assert root_of(LEAVES[:3], h) != root_of([*LEAVES[:3], LEAVES[2]], h)  # CVE-2012-2459


@pytest.mark.parametrize(
    ("index", "size", "code"),
    [
        (-1, 3, "merkle.index"),
        (3, 3, "merkle.index"),
        (0, 0, "merkle.index"),
        (2**60, 3, "merkle.index"),
        (0, 3, "merkle.length"),
        (0, 2**53, "merkle.length"),
    ],
)
def test_index_and_length_are_asked_before_any_hash(index: int, size: int, code: str) -> None:
    def never(_: bytes) -> bytes:
        raise AssertionError("hashed")

    with pytest.raises(VerificationError) as caught:
        verify_inclusion(LEAVES[0], index=index, size=size, path=[bytes(32)], root=bytes(32), h=never)
    assert caught.value.code == code


def test_a_tree_of_nothing_and_a_leaf_that_is_not_there_are_errors_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one leaf"):
        root_of([], h)
    levels = tree_levels(LEAVES[:3], h)
    for index in (-1, 3):
        with pytest.raises(IndexError):
            path_from(levels, index)

from eth_utils import keccak

from certs.evm.keccak import keccak256


def test_it_is_keccak_and_not_sha3():
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_it_agrees_with_eth_utils_around_the_block_size():
    for size in (1, 135, 136, 137, 1000):
        assert keccak256(b"a" * size) == keccak(b"a" * size)

import pytest

from certs.consensus import clique
from certs.errors import CertError
from certs.evm.header import parse_header

CAPTURED = [
    "clique4_1receipt", "clique4_4receipts_mixed", "clique4_berlin_1receipt", "clique4_gt16receipts", "clique7_1receipt",
    "clique4_conflict_after_powerloss", "clique_vote_in_out",
]  # fmt: skip


def unhex(text):
    return bytes.fromhex(text[2:])


def captured(block):
    return parse_header(unhex(block("clique4_1receipt")["headers"][0]["header_rlp"]))


def with_extra(header, extra):
    return parse_header(header.encoded_with(extra))


def code_of(call, header):
    with pytest.raises(CertError) as caught:
        call(header)
    return caught.value.code


@pytest.mark.parametrize("name", CAPTURED)
def test_captured_headers_have_the_hash_and_sealer_their_nodes_say(block, name):
    case = block(name)
    for told in [*case["headers"], *case.get("conflicting_headers", [])]:
        header = parse_header(unhex(told["header_rlp"]))
        assert header.number == told["number"]
        assert clique.block_hash(header) == unhex(told["hash"])
        assert clique.signer(header) == unhex(told["signer"])


def test_the_genesis_block_has_a_hash_and_no_sealer(block):
    told = block("clique4_1receipt")["genesis_header"]
    header = parse_header(unhex(told["header_rlp"]))
    assert clique.block_hash(header) == unhex(told["hash"])
    assert code_of(clique.signer, header) == "consensus.seal.scalar"


@pytest.mark.parametrize("size", [0, 32, 65, 96, 98, 116, 118])
def test_extra_data_is_vanity_addresses_and_seal(block, size):
    header = with_extra(captured(block), bytes(size))
    for call in (clique.check_extra, clique.block_hash, clique.signer):
        assert code_of(call, header) == "consensus.clique.extra"


@pytest.mark.parametrize("size", [97, 117, 97 + 20 * 64])
def test_a_checkpoint_lists_whole_addresses(block, size):
    clique.check_extra(with_extra(captured(block), bytes(size)))


def test_a_changed_seal_is_another_sealer_and_a_spoilt_one_none(block):
    header = captured(block)
    extra = header.extra_data
    other = with_extra(header, extra[:-1] + bytes([1 - extra[-1]]))
    assert clique.signer(other) != clique.signer(header)
    assert code_of(clique.signer, with_extra(header, extra[:-1] + b"\x1b")) == "consensus.seal.v"
    assert (
        code_of(clique.signer, with_extra(header, extra[:-65] + (5).to_bytes(32, "big") + extra[-33:]))
        == "consensus.seal.recover"
    )

import pytest

from certs.errors import CertError
from certs.evm.envelope import open_envelope


def code_of(raw):
    with pytest.raises(CertError) as caught:
        open_envelope(raw)
    return caught.value.code


@pytest.mark.parametrize(("raw", "kind"), [("c101", 0), ("01c101", 1), ("02c101", 2), ("c0", 0), ("02c0", 2)])
def test_the_three_known_types(raw, kind):
    assert open_envelope(bytes.fromhex(raw)) == (kind, [b"\x01"] if raw.endswith("c101") else [])


@pytest.mark.parametrize("raw", ["", "00c0", "03c0", "04c0", "7fc0", "80", "8101", "b800", "8201c0"])
def test_other_types_are_refused(raw):
    assert code_of(bytes.fromhex(raw)) == "evm.envelope.type"


@pytest.mark.parametrize(("raw", "code"), [("01", "evm.rlp.short"), ("0180", "evm.rlp.kind"), ("01c000", "evm.rlp.trailing")])
def test_a_type_is_followed_by_one_list(raw, code):
    assert code_of(bytes.fromhex(raw)) == code

"""URIs of RFC 3986."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.intake.standard.uris import is_event_id, is_uri


@pytest.mark.parametrize(
    "text",
    [
        "urn:epc:id:sgtin:0614141.107346.2017",
        "ni:///sha-256;44587a?ver=CBV2.0",
        "https://id.gs1.org/01/09521234100034/10/C2025%2F06",
        "https://user:word@host.example:8443/a//b?c=/?#d/?",
        "http://[2001:db8::1]:80/",
        "http://[v1.x:y]/",
        "urn:",
        "x:",
        "file:///a",
        "mailto:a@example.org",
        "a+b-c.d:e",
    ],
)
def test_a_uri_has_a_scheme_and_nothing_but_what_rfc_3986_allows(text: str) -> None:
    assert is_uri(text) and is_event_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", ":x", "1x:y", "x_y:z", "urn:a b", "urn:a\n", "urn:批", "urn:a%", "urn:a%4", "urn:a%zz", "urn:<a>", 'urn:"a"',
        "urn:a\\b", "urn:a^b", "urn:a{b}", "urn:a|b", "urn:a`b", "a:b#c#d", "http://a[b]/", "http://[::1", "http://a@b@c/",
        "http://h:8o/", "//host/a", "/a", None, 1, ["urn:a"],
    ],
)  # fmt: skip
def test_anything_else_is_none(text: Any) -> None:
    assert not is_uri(text) and not is_event_id(text)


def test_an_event_id_has_up_to_512_characters() -> None:
    assert is_event_id("urn:" + "x" * 508)
    assert is_uri("urn:" + "x" * 509) and not is_event_id("urn:" + "x" * 509)

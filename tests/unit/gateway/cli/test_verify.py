"""`shisu verify`: files offline, links against the gateway they name, which is not believed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from certs.canonical import canonical
from gateway.cli import commands, main
from tests.world import Anchor


def link_of(gateway, anchor: Anchor, index: int = 0) -> str:
    return f"{gateway.url}/certificates/{anchor.certificate(index)['number']}?k=ABCDEFGHJKLM"


def verdict_of(result) -> str:
    return json.loads(result.stdout)["verdict"]


def test_a_file_is_checked_against_the_named_bundle(shisu, anchor: Anchor, bundle: Path, tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_bytes(anchor.file(0))
    now = "2025-10-09T12:00:00Z"
    result = shisu("verify", file, "--trust", bundle, "--json", "--now", now)
    assert (result.exit_code, verdict_of(result)) == (3, "AUTHENTIC")


def test_without_a_pinned_bundle_nothing_can_be_checked_and_none_is_picked_up_beside_the_file(
    shisu, anchor: Anchor, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "c.json"
    file.write_bytes(anchor.file(0))
    monkeypatch.chdir(tmp_path)
    result = shisu("verify", file, "--json")
    assert (result.exit_code, verdict_of(result)) == (7, "CANNOT CHECK")


def test_a_link_is_fetched_with_its_check_code_and_judged_here(shisu, gateway, anchor: Anchor, bundle: Path) -> None:
    gateway.say(200, anchor.file(0))
    result = shisu("verify", link_of(gateway, anchor), "--trust", bundle, "--json")
    assert (result.exit_code, verdict_of(result)) == (3, "AUTHENTIC")
    assert gateway.asked[0][0].endswith(".json?k=ABCDEFGHJKLM&staple=1")


def test_a_true_certificate_about_something_else_is_forged_for_this_link(shisu, gateway, anchor: Anchor, bundle: Path) -> None:
    gateway.say(200, anchor.file(1))
    result = shisu("verify", link_of(gateway, anchor, 0), "--trust", bundle, "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (1, "link.number")


def test_a_number_the_gateway_does_not_know_is_unknown_and_never_ok(shisu, gateway, anchor: Anchor, bundle: Path) -> None:
    gateway.say(404, {"code": "certificate.unknown"})
    result = shisu("verify", link_of(gateway, anchor), "--trust", bundle)
    assert result.exit_code == 8
    assert "查无此码，谨防假冒" in result.stdout


def test_an_accepted_event_that_is_not_anchored_yet_is_pending(shisu, gateway, anchor: Anchor, bundle: Path) -> None:
    gateway.say(202, {"verdict": "PENDING"})
    result = shisu("verify", link_of(gateway, anchor), "--trust", bundle)
    assert result.exit_code == 9
    assert "已受理·待上链" in result.stdout


@pytest.mark.parametrize(
    ("status", "content", "headers"),
    [
        (500, {"code": "internal"}, {}),
        (200, b"<html>", {}),
        (200, b"0" * (5 * 1024 * 1024), {}),
        (302, {}, {"Location": "http://127.0.0.1:9/"}),
    ],
)
def test_an_answer_that_is_no_certificate_is_no_statement_about_it(
    status: int, content: object, headers: dict[str, str], shisu, gateway, anchor: Anchor, bundle: Path
) -> None:
    gateway.say(status, content, **headers)
    result = shisu("verify", link_of(gateway, anchor), "--trust", bundle, "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (7, "link.unreachable")


def test_a_gateway_that_is_down_is_an_outage_and_not_a_forgery(shisu, gateway, anchor: Anchor, bundle: Path) -> None:
    link = link_of(gateway, anchor).replace(gateway.url, "http://127.0.0.1:1")
    result = shisu("verify", link, "--trust", bundle, "--json")
    assert (result.exit_code, verdict_of(result)) == (7, "CANNOT CHECK")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/certificates/",
        "/certificates/a/b",
        "/01/09521234100027",
    ],
)
def test_a_link_to_something_else_is_wrong_usage(path: str, shisu, gateway, bundle: Path) -> None:
    assert shisu("verify", gateway.url + path, "--trust", bundle).exit_code == 2
    assert gateway.asked == []


@pytest.mark.parametrize("host", ["[::1", "127.0.0.1:abc", "user@127.0.0.1", ""])
def test_a_link_to_no_host_is_wrong_usage(host: str, shisu, bundle: Path) -> None:
    assert shisu("verify", f"http://{host}/certificates/SHFS-COM-12-345-J", "--trust", bundle).exit_code == 2


@pytest.mark.parametrize("host", ["a..b", "xn--", "127.0.0.1:1"])
def test_a_host_that_cannot_be_reached_is_an_outage(host: str, shisu, bundle: Path) -> None:
    assert shisu("verify", f"http://{host}/certificates/SHFS-COM-12-345-J", "--trust", bundle).exit_code == 7


@pytest.mark.parametrize("spelling", ["SHFS%2DCOM-1-0-R", "SHFS-COM-1-0-R.json", "SHFS-COM-1-0-R.png", "SHFS-COM-1-0-R/"])
def test_a_link_that_is_spelled_differently_is_the_same_link(spelling: str, shisu, gateway, anchor: Anchor, bundle: Path) -> None:
    gateway.say(200, anchor.file(0))
    result = shisu("verify", f"{gateway.url}/certificates/{spelling}?k=ABCDEFGHJKLM", "--trust", bundle, "--json")
    assert (result.exit_code, verdict_of(result)) == (3, "AUTHENTIC")


def test_another_servers_404_is_no_word_about_a_counterfeit(shisu, gateway, anchor: Anchor, bundle: Path) -> None:
    gateway.say(404, {})
    assert shisu("verify", link_of(gateway, anchor), "--trust", bundle).exit_code == 7


def test_a_compressed_answer_is_not_unfolded(shisu, gateway, anchor: Anchor, bundle: Path) -> None:
    gateway.say(200, gzip.compress(b"0" * 1_000_000), **{"Content-Encoding": "gzip"})
    assert shisu("verify", link_of(gateway, anchor), "--trust", bundle).exit_code == 7


def test_a_crash_of_ours_never_ends_with_the_code_that_says_forged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "app", lambda **_: 1 / 0)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 7


def test_a_mistyped_check_code_is_said_to_be_that(shisu, gateway, anchor: Anchor, bundle: Path) -> None:
    gateway.say(403, {"code": "certificate.check_code"})
    result = shisu("verify", link_of(gateway, anchor), "--trust", bundle, "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (7, "link.check-code")


def test_even_an_outage_is_stamped_when_the_bundle_is_of_a_development_chain(shisu, anchor: Anchor, tmp_path: Path) -> None:
    bundle = tmp_path / "development.json"
    bundle.write_bytes(canonical(anchor.world.bundle(network="development")))
    for target in ("http://127.0.0.1:1/certificates/SHFS-COM-1-0-R", tmp_path / "nothing.json"):
        result = shisu("verify", target, "--trust", bundle)
        assert result.exit_code == 7
        assert "演示链" in result.stdout


@pytest.mark.parametrize("number", ["SHFS-COM-12-346-J", "9" * 70_000, "%00", "x"])
def test_a_number_that_nobody_can_have_issued_is_unknown_without_asking(number: str, shisu, gateway, bundle: Path) -> None:
    result = shisu("verify", f"{gateway.url}/certificates/{number}?k=ABCDEFGHJKLM", "--trust", bundle)
    assert result.exit_code == 8
    assert "查无此码，谨防假冒" in result.stdout
    assert gateway.asked == []

"""`shisu trust`: a bundle is pinned only after a person has seen its fingerprint."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from certs.canonical import canonical
from certs.trust import fingerprint_words, load_bundle
from gateway.cli.pinned import default_path
from tests.world import MEMBER, Anchor, World


def test_show_gives_the_fingerprint_as_hex_and_words(shisu, bundle: Path) -> None:
    known = load_bundle(bundle.read_bytes())
    shown = shisu("trust", "show", bundle).stdout.replace("\n", "").replace(" ", "")
    assert known.fingerprint.hex() in shown
    assert fingerprint_words(known.fingerprint)[:20] in shown


def test_pinning_asks_first_and_a_no_pins_nothing(shisu, bundle: Path) -> None:
    assert shisu("trust", "pin", bundle, input="n\n").exit_code == 1
    assert not default_path().exists()


def test_a_pinned_bundle_is_what_verify_uses(shisu, anchor: Anchor, bundle: Path, tmp_path: Path) -> None:
    assert shisu("trust", "pin", bundle, input="y\n").exit_code == 0
    file = tmp_path / "c.json"
    file.write_bytes(anchor.file(0))
    assert shisu("verify", file).exit_code == 3


def test_a_bundle_that_does_not_hold_is_never_pinned(shisu, bundle: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(
        bundle.read_bytes().replace(b'"chainId":20231130', b'"chainId":20231131').replace(b'"nodes":["', b'"nodes":["0x00","')
    )
    assert shisu("trust", "pin", broken, "--yes").exit_code == 7
    assert not default_path().exists()


def test_a_bundle_can_be_fetched_from_a_gateway(shisu, gateway, bundle: Path) -> None:
    gateway.say(200, bundle.read_bytes())
    assert shisu("trust", "pin", gateway.url, "--yes").exit_code == 0
    assert default_path().read_bytes() == bundle.read_bytes()


def test_the_pinned_bundle_rolls_forward_over_an_announced_set(shisu, anchor: Anchor, bundle: Path, tmp_path: Path) -> None:
    world = anchor.world
    shisu("trust", "pin", bundle, "--yes")
    world.change_validators((*world.names[1:], "h"))
    world.mine()
    newer = tmp_path / "newer.json"
    newer.write_bytes(canonical(world.bundle()))
    assert shisu("trust", "diff", bundle, newer).exit_code == 0
    assert shisu("trust", "update", newer).exit_code == 0
    assert default_path().read_bytes() == newer.read_bytes()


def test_an_update_to_another_chain_is_refused_and_both_are_kept(shisu, anchor: Anchor, bundle: Path, tmp_path: Path) -> None:
    shisu("trust", "pin", bundle, "--yes")
    other = tmp_path / "other.json"
    other.write_bytes(canonical(World(names=tuple("tuvwxyz")).bundle()))
    refused = shisu("trust", "update", other)
    assert refused.exit_code == 7
    assert "update.chain" in refused.stderr
    assert default_path().read_bytes() == bundle.read_bytes()
    assert [path.read_bytes() for path in default_path().parent.glob("refused-*.json")] == [other.read_bytes()]
    assert shisu("trust", "diff", bundle, other).exit_code == 7


def write(path: Path, world: World, **changes: object) -> Path:
    path.write_bytes(canonical(world.bundle(**changes)))
    return path


def grown(world: World, newcomer: str) -> World:
    """The same consortium one announcement later."""
    later = copy.deepcopy(world)
    later.change_validators((*later.names[1:], newcomer))
    later.mine()
    return later


@pytest.mark.parametrize("command", ["pin", "update"])
def test_a_fork_is_neither_pinned_nor_rolled_forward_to_and_both_are_kept(
    command: str, shisu, anchor: Anchor, tmp_path: Path
) -> None:
    one, other = (write(tmp_path / f"{name}.json", grown(anchor.world, name)) for name in "hi")
    shisu("trust", "pin", one, "--yes")
    refused = shisu("trust", command, other, "--yes", *(["--replace"] if command == "pin" else []))
    assert (refused.exit_code, "update.fork" in refused.stderr) == (7, True)
    assert default_path().read_bytes() == one.read_bytes()
    assert [path.read_bytes() for path in default_path().parent.glob("refused-*.json")] == [other.read_bytes()]


def test_an_older_bundle_is_pinned_only_by_a_person_who_is_told_so_and_the_newer_is_kept(
    shisu, anchor: Anchor, bundle: Path, tmp_path: Path
) -> None:
    newer = write(tmp_path / "newer.json", grown(anchor.world, "h"))
    shisu("trust", "pin", newer, "--yes")
    refused = shisu("trust", "pin", bundle, "--yes", input="n\n")
    assert (refused.exit_code, "older than the pinned one" in refused.stdout) == (1, True)
    assert default_path().read_bytes() == newer.read_bytes()
    assert shisu("trust", "pin", bundle, "--yes", input="y\n").exit_code == 0
    assert default_path().read_bytes() == bundle.read_bytes()
    assert [path.read_bytes() for path in default_path().parent.glob("replaced-*.json")] == [newer.read_bytes()]


def test_another_consortium_s_bundle_can_take_the_place_by_a_script_that_says_so(shisu, bundle: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.json", World(names=tuple("tuvwxyz")))
    shisu("trust", "pin", bundle, "--yes")
    assert shisu("trust", "pin", other, "--yes", "--replace").exit_code == 0
    assert [path.read_bytes() for path in default_path().parent.glob("replaced-*.json")] == [bundle.read_bytes()]


def test_a_pinned_file_that_holds_no_more_is_kept_aside(shisu, bundle: Path) -> None:
    default_path().parent.mkdir(parents=True, exist_ok=True)
    default_path().write_bytes(b"{}")
    assert shisu("trust", "pin", bundle, "--yes").exit_code == 0
    assert [path.read_bytes() for path in default_path().parent.glob("replaced-*.json")] == [b"{}"]


def test_a_renamed_member_is_shown_and_asked_about(shisu, anchor: Anchor, bundle: Path, tmp_path: Path) -> None:
    shisu("trust", "pin", bundle, "--yes")
    renamed = write(tmp_path / "renamed.json", anchor.world, members=[{"uscc": MEMBER, "code": "COM", "name": "另一名称"}])
    shown = shisu("trust", "diff", renamed)
    assert (shown.exit_code, f"~ 成员 member {MEMBER}" in shown.stdout, "→ 另一名称" in shown.stdout) == (0, True, True)
    assert shisu("trust", "update", renamed, input="n\n").exit_code == 1
    assert default_path().read_bytes() == bundle.read_bytes()
    assert shisu("trust", "update", renamed, "--yes").exit_code == 0
    assert default_path().read_bytes() == renamed.read_bytes()


def test_members_that_come_and_go_are_shown_and_not_asked_about(shisu, anchor: Anchor, bundle: Path, tmp_path: Path) -> None:
    shisu("trust", "pin", bundle, "--yes")
    fewer = write(tmp_path / "fewer.json", anchor.world, members=[])
    assert f"- 成员 member {MEMBER}" in shisu("trust", "diff", fewer).stdout
    assert f"+ 成员 member {MEMBER}" in shisu("trust", "diff", fewer, bundle).stdout
    assert shisu("trust", "update", fewer).exit_code == 0


def test_a_bundle_alone_is_compared_with_the_pinned_one(shisu, anchor: Anchor, bundle: Path, tmp_path: Path) -> None:
    shisu("trust", "pin", bundle, "--yes")
    newer = write(tmp_path / "newer.json", grown(anchor.world, "h"))
    shown = shisu("trust", "diff", newer)
    assert (shown.exit_code, "may take the first one's place" in shown.stdout) == (0, True)
    assert shown.stdout.count("节点 validator 0x") == 2


@pytest.mark.parametrize("arguments", [("show",), ("update", "x.json"), ("diff", "x.json")])
def test_with_nothing_pinned_the_way_to_pin_is_said(arguments: tuple[str, ...], shisu) -> None:
    answer = shisu("trust", *arguments)
    assert (answer.exit_code, "shisu trust pin" in answer.stderr) == (7, True)


@pytest.mark.parametrize("name", ["食溯链\n指纹 fingerprint 00", "食溯链\x1b[8m", "a\u202eb", "a\u2028b"])
def test_a_name_that_could_rewrite_the_fingerprint_beside_it_is_refused(name: str, shisu, anchor: Anchor, tmp_path: Path) -> None:
    world = anchor.world
    for content in (world.bundle(name=name), world.bundle(members=[{"uscc": MEMBER, "code": "COM", "name": name}])):
        path = tmp_path / "named.json"
        path.write_bytes(canonical(content))
        shown = shisu("trust", "show", path)
        assert (shown.exit_code, "form.printable" in shown.stderr) == (7, True)


def test_markup_in_a_name_is_shown_as_it_is(shisu, anchor: Anchor, tmp_path: Path) -> None:
    path = tmp_path / "named.json"
    path.write_bytes(canonical(anchor.world.bundle(name="[/x][bold]")))
    assert "[/x][bold]" in shisu("trust", "show", path).stdout


def test_the_fingerprint_is_the_first_thing_shown(shisu, bundle: Path) -> None:
    assert "fingerprint" in shisu("trust", "show", bundle).stdout.splitlines()[0]

"""`shisu fsck`, `shisu batches`: what they say of a store that real intake and a real line have filled, and how they end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_keyfile.keyfile import create_keyfile_json

from gateway.cli import fsck as module
from gateway.running import Chain
from gateway.store.database import open_database
from ledger.manifest import write_manifest
from ledger.signers import write_private
from tests.fake_chain import FakeChain
from tests.member_line import Bench
from tests.service import ACCOUNTS, CODES, COM
from tests.unit.gateway.cli.conftest import Shisu
from tests.unit.gateway.fsck.conftest import Audited, Filled, filled  # noqa: F401  a fixture

FOREIGN = b"\7" * 32


class Connected(FakeChain):
    """The fake chain as a connection that is closed."""

    def close(self) -> None:
        return


@dataclass
class Installed:
    """A store with its settings; `path` of the settings file."""

    path: Path
    audited: Audited
    chain: FakeChain


@pytest.fixture
def installed(filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installed]:  # noqa: F811
    copy, chain, _ = filled
    shutil.copy(copy, tmp_path / "gateway.db")
    (tmp_path / "gateway.db").chmod(0o600)
    fake = deepcopy(chain)
    fake.__class__ = Connected
    monkeypatch.setattr(Chain, "connect", lambda _: fake)
    write_manifest(tmp_path / "deployment.json", fake.deployment())
    key = create_keyfile_json(bytes([2]) * 32, b"words of some length", kdf="scrypt", iterations=2)
    write_private(tmp_path / "COM.json", json.dumps(key).encode())
    write_private(tmp_path / "COM.pass", b"words of some length\n")
    members = [{"uscc": uscc, "code": code, "name": code} for uscc, code in CODES.items()]
    members[1] |= {"keystore": str(tmp_path / "COM.json"), "passphrase_file": str(tmp_path / "COM.pass")}
    settings = {
        "database_url": f"sqlite:///{tmp_path / 'gateway.db'}", "rpc_urls": ["http://127.0.0.1:1"],
        "manifest": str(tmp_path / "deployment.json"), "public_url": "http://127.0.0.1:8080", "members": members,
    }  # fmt: skip
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings), "utf-8")
    bench = Bench(open_database(settings["database_url"]), fake, tmp_path, signer=ACCOUNTS[COM])  # type: ignore[arg-type]
    yield Installed(path, Audited(bench, None), fake)  # type: ignore[arg-type]
    bench.database.close()


def halt(installed: Installed) -> None:
    """Batch 2 lost its place to another hand."""
    chain = installed.chain
    chain.world.set_head(seq=2, root=FOREIGN, size=1, scope=3, suite=1, member=COM)
    chain.mine()
    installed.audited.edit(
        "update batches set state = 'halted', transaction_hash = null, block_number = null, block_hash = null where seq = 2"
    )


# --- fsck


def test_a_sound_store_ends_with_0_and_says_how_much_was_looked_at(shisu: Shisu, installed: Installed) -> None:
    ended = shisu("fsck", "--settings", installed.path)
    assert ended.exit_code == 0, ended.output
    assert "核对一致" in ended.output
    assert "items" in ended.output and "17" in ended.output


def test_a_store_that_differs_ends_with_1_and_names_the_first_row_in_both_languages(shisu: Shisu, installed: Installed) -> None:
    for row in (2, 3):
        installed.audited.edit("update events set leaf = zeroblob(32) where id = ?", row)
    installed.audited.edit("delete from items where position in (3, 16)")
    ended = shisu("fsck", "--settings", installed.path)
    assert ended.exit_code == 1
    assert ended.output.count("不符 differs  events 2\n") == 1
    assert "不符 differs  events 3" not in ended.output
    assert "由盐和内容重算的叶与所存不同" in ended.output
    assert "Salts and bodies give another leaf than the stored one (event.leaf)" in ended.output
    missing = [line.split("  ", 1)[1] for line in ended.output.splitlines() if line.startswith("缺失 missing")]
    assert missing == ["items event 4 position 3", "items event 4 position 16"]


def test_a_silent_chain_ends_with_7_and_offline_does_not_ask_it(shisu: Shisu, installed: Installed) -> None:
    installed.chain.offline = True
    ended = shisu("fsck", "--settings", installed.path)
    assert ended.exit_code == 7
    assert "未能核对" in ended.output and "核对一致" not in ended.output
    ended = shisu("fsck", "--offline", "--settings", installed.path)
    assert ended.exit_code == 0
    assert "未连链" in ended.output


def test_a_deleted_salt_is_said_and_is_no_fault(shisu: Shisu, installed: Installed) -> None:
    installed.audited.edit("update events set submitter_salt = x'', submitter_body = x'' where id < 4")
    ended = shisu("fsck", "--settings", installed.path)
    assert ended.exit_code == 0
    assert ended.output.count("已删 deleted  events") == 1


def test_a_store_of_another_edition_and_one_that_is_not_there_end_with_2(shisu: Shisu, installed: Installed) -> None:
    installed.audited.edit("update alembic_version set version_num = 'r0001'")
    ended = shisu("fsck", "--settings", installed.path)
    assert (ended.exit_code, "store.revision" in ended.output) == (2, True)
    content = json.loads(installed.path.read_text("utf-8"))
    for change in ({"database_url": "sqlite:////nowhere/x.db"}, {"manifest": "/nowhere/m.json"}, {"members": []}):
        installed.path.write_text(json.dumps(content | change), "utf-8")
        assert shisu("fsck", "--settings", installed.path).exit_code == 2


def test_a_store_of_another_consortium_is_said_to_be(shisu: Shisu, installed: Installed) -> None:
    installed.audited.edit("update pinned set value = 'ABCD' where name = 'prefix'")
    ended = shisu("fsck", "--settings", installed.path)
    assert (ended.exit_code, "pinned prefix" in ended.output) == (1, True)


def test_progress_is_shown_only_when_it_takes_a_while(
    shisu: Shisu, installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(module.Progress, "start", lambda _: started.append("progress"))
    monkeypatch.setattr(module, "QUIET_S", 3_600)
    shisu("fsck", "--settings", installed.path)
    assert started == []
    monkeypatch.setattr(module, "QUIET_S", 0)
    assert shisu("fsck", "--settings", installed.path).exit_code == 0
    assert len(started) == 1


# --- batches


def test_batches_are_listed_also_by_state(shisu: Shisu, installed: Installed) -> None:
    ended = shisu("batches", "list", "--settings", installed.path)
    assert [text in ended.output for text in ("COM 1", "COM 2", "issued")] == [True] * 3
    halt(installed)
    ended = shisu("batches", "list", "--state", "halted", "--settings", installed.path)
    assert [text in ended.output for text in ("COM 1", "COM 2", "halted")] == [False, True, True]
    assert shisu("batches", "list", "--state", "odd", "--settings", installed.path).exit_code == 2


def test_a_batch_is_shown_with_its_transactions_and_what_the_chain_has(shisu: Shisu, installed: Installed) -> None:
    with installed.audited.bench.database.read() as tx:
        root = tx.exec_driver_sql("select root from batches where seq = 1").scalar_one()
    ended = shisu("batches", "show", "COM", 1, "--settings", installed.path)
    assert ended.exit_code == 0
    assert ended.output.count(root.hex()) == 2
    assert "事件 events  3" in ended.output
    assert "nonce 0" in ended.output
    assert "chain has no batch" in shisu("batches", "show", COM, 9, "--settings", installed.path).output
    installed.chain.offline = True
    ended = shisu("batches", "show", "COM", 1, "--settings", installed.path)
    assert ended.exit_code == 7
    assert root.hex() in ended.output
    assert shisu("batches", "show", "XYZ", 1, "--settings", installed.path).exit_code == 2


def adopt(shisu: Shisu, installed: Installed, seq: int, *more: str, answer: str = "") -> tuple[int, str]:
    ended = shisu(
        "batches", "adopt", "COM", seq, "--lock-directory", installed.path.parent, "--settings", installed.path, *more,
        input=answer,
    )  # fmt: skip
    return ended.exit_code, ended.output


def test_adopting_shows_both_batches_and_asks(shisu: Shisu, installed: Installed) -> None:
    halt(installed)
    code, said = adopt(shisu, installed, 2, answer="n\n")
    assert code == 1
    assert FOREIGN.hex() in said
    assert installed.audited.bench.event_states().count("open") == 0
    code, said = adopt(shisu, installed, 2, answer="y\n")
    assert code == 0, said
    assert installed.audited.bench.event_states().count("open") == 2
    said = shisu("batches", "show", "COM", 2, "--settings", installed.path).output
    assert "Adopted by " in said and "2 certificates were withdrawn" in " ".join(said.split())
    assert "已让位" in shisu("batches", "list", "--settings", installed.path).output.replace("\n", "")
    assert shisu("fsck", "--settings", installed.path).exit_code == 0


def test_nothing_is_adopted_while_the_gateway_runs(shisu: Shisu, installed: Installed) -> None:
    halt(installed)
    with installed.audited.bench.worker():
        code, said = adopt(shisu, installed, 2, "--yes")
    assert (code, "store.lease.locked" in said) == (1, True)
    assert installed.audited.bench.event_states().count("open") == 0
    assert adopt(shisu, installed, 2, "--yes")[0] == 0


def test_what_cannot_be_adopted_is_refused_with_its_reason(shisu: Shisu, installed: Installed) -> None:
    code, said = adopt(shisu, installed, 1, "--yes")
    assert (code, "adopt.own" in said) == (1, True)
    code, said = adopt(shisu, installed, 9, "--yes")
    assert (code, "adopt.absent" in said) == (1, True)
    installed.chain.offline = True
    assert adopt(shisu, installed, 9, "--yes")[0] == 7
    assert shisu("batches", "adopt", "EDU", 1, "--yes", "--settings", installed.path).exit_code == 2


def test_a_place_that_is_ours_after_all_goes_on(shisu: Shisu, installed: Installed) -> None:
    installed.audited.edit(
        "update batches set state = 'halted', transaction_hash = null, block_number = null, block_hash = null where seq = 2"
    )
    code, said = adopt(shisu, installed, 2, "--yes")
    assert (code, "ours goes on" in said) == (0, True)
    assert installed.audited.bench.states() == ["issued", "signed"]

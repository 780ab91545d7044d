"""`shisu batches adopt`: a person decides about a place where the chain has another batch than the store, or one it forgot."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from gateway.cli.opened_store import opened_store
from gateway.cli.read_store import uscc_of
from gateway.cli.reasons import reason
from gateway.cli.say import CONSOLE, fail, say
from gateway.cli.serve import SETTINGS
from gateway.pipeline.adopt import Dispute, NotAdoptable, adopt, dispute_at
from gateway.pipeline.lease import SignerLease
from gateway.pipeline.line import Line
from gateway.pipeline.worker import LEASE_S
from gateway.running import Chain, consortium_of, line_of, log_to_stderr
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.errors import StoreError
from gateway.store.pinned import pin
from ledger.anchors import Head
from ledger.errors import LedgerError
from ledger.manifest import read_manifest
from ledger.signers import KeystoreSigner

MEMBER = Annotated[str, typer.Argument(metavar="MEMBER", help="成员单位简码或统一社会信用代码 code or USCC of a member")]
SEQ = Annotated[int, typer.Argument(min=1, metavar="SEQ", help="批次序号 seq of the batch")]
_UNCHECKED_EXIT: Final = 7


def adopt_command(
    member: MEMBER,
    seq: SEQ,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 do not ask")] = False,
    lock_directory: Annotated[Path, typer.Option(help="锁文件目录，同 serve where lock files lie, as for serve")] = Path(),
    settings_file: SETTINGS = None,
) -> None:
    """接受链上的批次 Accept the chain's batch at a place of a halted line, or of one that the store forgot.

    The events of our batch wait again and get a later seq; its certificates are withdrawn. The gateway must be stopped.
    """
    log_to_stderr()
    try:
        with opened_store(settings_file) as (settings, database), _line(settings, database, member) as line:
            _decide(line, seq, yes=yes, lock_directory=lock_directory)
    except (NotAdoptable, StoreError) as error:
        zh, en = reason(error.code, error.field)
        fail(f"未处理：{zh}", f"Nothing was done. {en}")
    except LedgerError as error:
        zh, en = reason(error.code, error.field)
        fail(f"未能核对链上内容，未处理：{zh}", f"Nothing was done: the chain could not be asked. {en}", code=_UNCHECKED_EXIT)


def show_head(theirs: Head | None) -> None:
    """What the chain has at a place."""
    if theirs is None:
        say("链上该处没有批次", "The chain has no batch at this place.")
        return
    text = (
        f"0x{theirs.root.hex()}  size {theirs.size}  scope {theirs.scope:#x}  suite {theirs.suite}  block {theirs.block_number}"
    )
    CONSOLE.print(Text(f"链上批次 on chain  {text}"), soft_wrap=True)


def _decide(line: Line, seq: int, *, yes: bool, lock_directory: Path) -> None:
    """Shows both batches, asks, and writes the decision. Raises `LeaseHeld` while a gateway runs for the member."""
    with SignerLease(line.database, line.signer_bytes, directory=lock_directory, now=line.now, lasts_s=LEASE_S) as lease:
        dispute = dispute_at(line, seq)
        _show(dispute)
        if not yes and not typer.confirm("确定吗 Are you sure?"):
            raise typer.Exit(1)
        lease.renew()  # whoever thought about it for long may have lost it
        done = adopt(line, dispute, by=f"{getpass.getuser()}@{socket.gethostname()}")
    if done is None:
        say("该处不是别的批次，本批次继续", "The place is not another batch's any more: ours goes on.")
    else:
        say(
            f"已接受：{done.requeued} 个事件重新排队，{done.withdrawn} 张凭证收回",
            f"Adopted: {done.requeued} events wait again, {done.withdrawn} certificates were withdrawn.",
        )


def _show(dispute: Dispute) -> None:
    if dispute.ours is None:
        say("本库该处没有批次", "The store has no batch at this place.")
    else:
        ours = dispute.ours
        text = f"0x{ours.root.hex()}  size {ours.size}  scope {ours.scope:#x}  suite {ours.suite}"
        CONSOLE.print(Text(f"本库批次 in the store  {text}"), soft_wrap=True)
    show_head(dispute.theirs)
    if dispute.acts:
        listed = " ".join(map(str, dispute.acts))
        say(
            f"注意：未结束的上链操作 {listed} 针对本批次的编号，将作用于链上那个批次；事后请用 shisu status 改正",
            f"Mind: acts {listed} are about this batch's numbers and will be done to the chain's: correct with shisu status.",
        )
    if not dispute.goes_on:
        say(
            "接受后：本批次的事件重新排队，以后面的序号上链；已签发的凭证收回。不能撤回",
            "Once adopted, our events wait for a later seq and certificates given are withdrawn. This cannot be undone.",
        )


@contextmanager
def _line(settings: Settings, database: Database, named: str) -> Iterator[Line]:
    """The member's line, with its own signer. Ends the command for a member that is not served here."""
    member = _served(settings, uscc_of(settings, named))
    try:
        deployment = read_manifest(settings.manifest)
    except OSError:
        fail("没有部署清单文件", "The manifest that the settings name is not there", code=2)
    consortium = consortium_of(settings, deployment)
    with database.write() as tx:
        pin(tx, consortium.facts())
    rpc = Chain(settings, deployment).connect()
    try:
        signer = KeystoreSigner.open(member[0], passphrase_path=member[1])
        yield line_of(uscc_of(settings, named), signer, database, rpc, consortium)
    finally:
        rpc.close()


def _served(settings: Settings, uscc: str) -> tuple[Path, Path]:
    """The key and passphrase files of a served member."""
    member = next(known for known in settings.members if known.uscc == uscc)
    if member.keystore is None or member.passphrase_file is None:
        fail("该成员单位不由本网关服务", "This gateway does not serve the member: no keystore in the settings", code=2)
    return member.keystore, member.passphrase_file

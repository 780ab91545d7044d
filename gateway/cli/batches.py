"""`shisu batches`: batches (上链批次) of this gateway's members: list, show, and the decision about a halted one."""

from __future__ import annotations

from typing import Annotated, Final

import typer
from rich.text import Text

from certs.times import format_time
from gateway.cli.adopt import MEMBER, SEQ, adopt_command, show_head
from gateway.cli.read_store import ReadStore, read_store
from gateway.cli.reasons import reason
from gateway.cli.say import CONSOLE, fail, folding_table, say
from gateway.cli.serve import SETTINGS
from gateway.store import adoptions, attempts, batches
from gateway.store.adoptions import Adoption
from gateway.store.attempts import Attempt
from gateway.store.batches import Overview
from ledger.anchors import head
from ledger.errors import LedgerError

_PAGE: Final = 500
_UNCHECKED_EXIT: Final = 7
STATES: Final = ("closed", "signed", "included", "final", "issued", "halted")
batches_app = typer.Typer(no_args_is_help=True, help="上链批次 Batches: list, show, and adopt for a halted one.")
batches_app.command("adopt")(adopt_command)


@batches_app.command("list")
def list_command(
    state: Annotated[str, typer.Option(help=f"只列此状态的 only of a state: {' | '.join(STATES)}")] = "",
    settings_file: SETTINGS = None,
) -> None:
    """列出批次 List the batches of the store."""
    if state and state not in STATES:
        fail("没有这种状态", f"There is no such state: {' | '.join(STATES)}", code=2)
    table = folding_table("批次 batch", "状态 state", "叶 leaves", "凭证 certificates", "区块 block", "封批 closed")
    with read_store(settings_file) as opened, opened.database.read() as tx:
        codes, after = {member.uscc: member.code for member in opened.settings.members}, ("", 0)
        while page := batches.overview(tx, state=state or None, after=after, limit=_PAGE):
            after = (page[-1].batch.member, page[-1].batch.seq)
            for entry in page:
                table.add_row(*map(Text, _row(entry, codes.get(entry.batch.member, entry.batch.member))))
    CONSOLE.print(table)


@batches_app.command("show")
def show_command(member: MEMBER, seq: SEQ, settings_file: SETTINGS = None) -> None:
    """显示批次 Show a batch, its transactions, and what the chain has there. Ends with 7 when the chain does not answer."""
    with read_store(settings_file) as opened:
        uscc = opened.uscc_of(member)
        with opened.database.read() as tx:
            found = batches.overview_at(tx, uscc, seq)
            adopted = adoptions.find(tx, uscc, seq)
            made = [] if found is None else attempts.of_batch(tx, found.batch.id)
        if found is not None:
            _show_ours(found, made)
        if adopted is not None:
            _show_adoption(adopted)
        if found is None and adopted is None:
            say("本库没有这个批次", "The store has no such batch.")
        _show_chain(opened, uscc, seq)


def _row(entry: Overview, code: str) -> tuple[str, ...]:
    batch = entry.batch
    block = "" if batch.block_number is None else str(batch.block_number)
    return (
        f"{code} {batch.seq}", _state(entry), str(batch.size), str(entry.certificates or ""), block,
        format_time(batch.closed_at),
    )  # fmt: skip


def _state(entry: Overview) -> str:
    return f"{entry.batch.state}，已让位 adopted" if entry.adopted else entry.batch.state


def _show_ours(entry: Overview, made: list[Attempt]) -> None:
    batch = entry.batch
    for label, text in (
        ("状态 state", _state(entry)), ("根 root", f"0x{batch.root.hex()}"), ("叶 leaves", str(batch.size)),
        ("事件 events", str(entry.events)), ("凭证 certificates", str(entry.certificates)),
        ("链上证明 editions of evidence", str(entry.editions)), ("封批 closed", format_time(batch.closed_at)),
        ("区块 block", "—" if batch.block_number is None else str(batch.block_number)),
        ("交易 transaction", "—" if batch.transaction_hash is None else f"0x{batch.transaction_hash.hex()}"),
    ):  # fmt: skip
        CONSOLE.print(Text(f"{label}  {text}"), soft_wrap=True)
    for attempt in made:
        text = f"0x{attempt.hash.hex()}  nonce {attempt.nonce}  0x{attempt.signer.hex()}  {format_time(attempt.made_at)}"
        CONSOLE.print(Text(f"已签交易 attempt  {text}"), soft_wrap=True)


def _show_adoption(adoption: Adoption) -> None:
    when = format_time(adoption.adopted_at)
    say(
        f"{adoption.adopted_by} 于 {when} 接受了链上批次；{adoption.requeued} 个事件重新排队，{adoption.withdrawn} 张凭证收回",
        f"Adopted by {adoption.adopted_by} at {when}: {adoption.requeued} events wait again, {adoption.withdrawn} certificates "
        "were withdrawn.",
    )


def _show_chain(opened: ReadStore, uscc: str, seq: int) -> None:
    try:
        show_head(head(opened.rpc, opened.consortium.deployment.anchor_log, uscc, seq))
    except LedgerError as error:
        zh, en = reason(error.code, error.field)
        fail(f"未能核对链上内容：{zh}", f"The chain could not be asked. {en}", code=_UNCHECKED_EXIT)

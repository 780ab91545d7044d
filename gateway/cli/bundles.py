"""Trust bundles on the terminal: what one says, what differs between two, and whether the second continues the first."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from certs.errors import CannotCheck
from certs.succession import check_succession
from certs.times import format_time
from certs.trust import Bundle, fingerprint_words
from certs.verify.report import DEVELOPMENT_STAMP
from gateway.cli.say import CONSOLE, say


def show_bundle(bundle: Bundle) -> None:
    """What a bundle says, its fingerprint first."""
    table = Table(show_header=False, box=None)
    last = bundle.sets[-1]
    for name, value in (
        ("指纹 fingerprint", bundle.fingerprint.hex()),
        ("指纹读音 words", fingerprint_words(bundle.fingerprint)),
        ("联盟 consortium", f"{bundle.name} ({bundle.network})"),
        ("编号前缀 prefix", bundle.prefix),
        ("链编号 chain id", str(bundle.chain_id)),
        ("共识节点 validators", f"{len(last.validators)} (epoch {last.epoch}, block {last.from_block})"),
        ("截至 head", f"block {bundle.head.number}, {format_time(bundle.head.time)}"),
    ):
        table.add_row(name, Text(value))
    CONSOLE.print(table)
    if bundle.is_development:
        say(*DEVELOPMENT_STAMP)


def show_differences(before: Bundle, after: Bundle) -> None:
    """Two bundles side by side; then validators and members that came, went or were renamed."""
    table = Table("", "一 first", "二 second")
    for name, values in (
        ("指纹 fingerprint", [b.fingerprint.hex() for b in (before, after)]),
        ("链编号 chain id", [str(b.chain_id) for b in (before, after)]),
        ("期数 epoch", [str(b.sets[-1].epoch) for b in (before, after)]),
        ("节点数 validators", [str(len(b.sets[-1].validators)) for b in (before, after)]),
        ("截至 head", [f"block {b.head.number}, {format_time(b.head.time)}" for b in (before, after)]),
    ):
        table.add_row(name, *(Text(value, overflow="fold") for value in values), style="" if values[0] != values[1] else "dim")
    CONSOLE.print(table)
    for label, validators in (("+", set(after.sets[-1].validators) - set(before.sets[-1].validators)),
                              ("-", set(before.sets[-1].validators) - set(after.sets[-1].validators))):  # fmt: skip
        for address in sorted(validators):
            CONSOLE.print(f"{label} 节点 validator 0x{address.hex()}")
    show_members(before, after)


def show_members(before: Bundle, after: Bundle) -> bool:
    """Says which members came, went or have another name; True when a known one has another name."""
    renamed = False
    for uscc in sorted(before.members.keys() | after.members.keys()):
        old, new = before.members.get(uscc), after.members.get(uscc)
        if old == new:
            continue
        if old is None or new is None:
            line = f"{'+' if old is None else '-'} 成员 member {uscc} {new or old}"
        else:
            renamed, line = True, f"~ 成员 member {uscc} {old} → {new}"
        CONSOLE.print(Text(line), soft_wrap=True)
    return renamed


def succession(before: Bundle, after: Bundle) -> str:
    """The code of why the second does not continue the first; empty when it does."""
    try:
        check_succession(before, after)
    except CannotCheck as error:
        return error.code
    return ""

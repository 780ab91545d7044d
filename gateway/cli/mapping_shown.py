"""`shisu enterprises map --example` and `--show`: mappings (导入方案) as JSON that the same command takes again.

The JSON alone goes to standard output, so that it can be sent to a file; what explains it goes to standard error.
"""

from __future__ import annotations

import json

import typer

from gateway.cli.say import fail
from gateway.intake.tables.profiles import example_mapping
from gateway.store import mappings
from gateway.store.database import Database

_COMMENTS = """\
# 导入方案：每一列 head 去往 to；columns、shapes 必填，其余按需要；逐项说明见 docs/operations.md“导入方案的写法”
# A mapping: each column's head feeds its target `to`. Keys one by one: docs/operations.md, "How a mapping is written".
# group    同一单的各行成为一个事件 rows of one event         unique  行的标识，重报不重记 what identifies a row
# products 商品名 → 条码、品种、单位 goods by name            parties 摊位、客户 → 统一社会信用代码 parties by name
# units    单位写法 → KGM 等，null 为个数 words for units      fixed   表里没有、每行相同的内容 what every row has
# 存为文件后 Saved as a file:  shisu enterprises map --example > m.json; shisu enterprises map USCC NAME m.json"""


def print_example() -> None:
    """Prints a whole mapping, with comments beside it."""
    typer.echo(_COMMENTS, err=True)
    typer.echo(example_mapping().rstrip())


def print_mapping(database: Database, uscc: str, name: str) -> None:
    """Prints a stored mapping. Ends the command when there is none of this name."""
    with database.read() as tx:
        stored = mappings.get_mapping(tx, uscc, name)
    if stored is None:
        fail("没有这个导入方案", "There is no such mapping")
    typer.echo(json.dumps(stored.body, ensure_ascii=False, indent=1))

"""`shisu chain`: runs the embedded development chain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.say import fail


def chain_command(
    directory: Annotated[Path, typer.Argument(help="数据目录 where the chain and its validator keys are kept")],
    port: Annotated[int, typer.Option(min=0, max=65_535, help="端口 port on 127.0.0.1; 0: a free one")] = 8545,
    period: Annotated[float, typer.Option(min=0.05, help="最小出块间隔（秒） least seconds between blocks")] = 1.0,
) -> None:
    """运行内置演示链 Run the embedded development chain: all validator keys on this machine, so it proves nothing."""
    try:
        from ledger.devchain.__main__ import main
    except ModuleNotFoundError:
        fail("未安装演示链组件", "Install it: pip install 'shisu[devchain]'", code=2)
    raise typer.Exit(main([str(directory), "--port", str(port), "--period", str(period)]))

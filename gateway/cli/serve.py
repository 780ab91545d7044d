"""`shisu serve`: runs a gateway until it is told to stop."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from gateway.cli.opened_store import outages_told
from gateway.cli.reasons import reason
from gateway.cli.say import fail
from gateway.connection import server_config
from gateway.errors import UnsafeSettings
from gateway.running import log_to_stderr, running_gateway
from gateway.settings import load_settings
from gateway.store.errors import StoreError
from ledger.errors import LedgerError

SETTINGS = Annotated[
    Path | None,
    typer.Option("--settings", envvar="SHISU_SETTINGS", help="设置文件 settings file (.toml or .json); or SHISU_… variables"),
]


def serve_command(
    settings_file: SETTINGS = None,
    host: Annotated[str, typer.Option(help="监听地址 address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="端口 port; 0: a free one")] = 8080,
    lock_directory: Annotated[Path, typer.Option(help="锁文件目录 where lock files of signer keys lie")] = Path(),
) -> None:
    """运行网关 Run a gateway: takes events in, anchors batches, issues certificates, answers for them."""
    log_to_stderr()
    try:
        settings = load_settings(settings_file)
        with outages_told(), running_gateway(settings, lock_directory=lock_directory) as app, socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen()  # from here on a caller waits instead of being refused
            print(f"listening http://{host}:{listener.getsockname()[1]}", flush=True)
            config = server_config(app, settings.limits, trusted=settings.trusted_proxies)
            uvicorn.Server(config).run(sockets=[listener])
    except UnsafeSettings as error:
        fail("设置不安全或不正确，未启动", "\n  ".join(error.reasons), code=2)
    except (LedgerError, StoreError) as error:
        zh, en = reason(error.code, error.field)
        fail(f"无法启动：{zh}", f"Cannot start. {en}")

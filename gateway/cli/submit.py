"""`shisu submit`: sends an EPCIS document to a gateway and says what became of each event."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.cli.client import Answer, GatewayClient, GatewayUnreachable
from gateway.cli.say import CONSOLE, fail, say

KEY_FILE = Annotated[Path, typer.Option(envvar="SHISU_KEY_FILE", help="接口密钥文件 file holding the API key id.secret")]
URL = Annotated[str, typer.Option(envvar="SHISU_URL", help="网关地址 the gateway's address")]
OUTCOMES = {"accepted": "已接收 accepted", "known": "已有 known", "refused": "拒收 refused"}
_POLL_S = 0.5


def submit_command(
    file: Annotated[Path, typer.Argument(help="EPCIS 2.0 JSON 文件 an EPCISDocument")],
    url: URL,
    key_file: KEY_FILE,
    proceed: Annotated[
        bool, typer.Option("--proceed", help="好的事件照收 take the good events of a document with bad ones")
    ] = False,
    wait_s: Annotated[int, typer.Option("--wait", min=0, help="最多等待上链的秒数 seconds to wait for certificates")] = 0,
) -> None:
    """报送事件 Submit an EPCIS document. With --wait it waits until the events are on the chain and certified."""
    with GatewayClient(url, key=read_key(key_file)) as gateway:
        try:
            headers = {"GS1-Capture-Error-Behaviour": "proceed" if proceed else "rollback"}
            answer = gateway.post("/capture", file.read_bytes(), headers)
            if answer.status != 202:
                show_problem(answer)
            job = wait_for_certificates(gateway, answer, wait_s)
        except OSError:
            fail("文件无法读取", "The file cannot be read", code=2)
        except GatewayUnreachable as error:
            fail(
                "网关没有应答；可安全地重新报送同一文件",
                f"No answer from the gateway ({error}); sending the same file again is safe",
                code=7,
            )
    _show(job)
    raise typer.Exit(0 if job["success"] else 1)


def wait_for_certificates(gateway: GatewayClient, answer: Answer, wait_s: float) -> dict[str, Any]:
    """Reads a capture job until every anchored event has its certificate, or the time is over."""
    deadline = time.monotonic() + wait_s
    job: dict[str, Any] = answer.json()
    while any("number" not in event for event in job["events"] if event.get("state") not in (None, "kept")):
        if time.monotonic() >= deadline:
            break
        time.sleep(_POLL_S)
        job = gateway.get(answer.location).json()
    return job


def read_key(path: Path) -> str:
    """The API key in a file. Ends the command when it cannot be read."""
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        fail("接口密钥文件无法读取", "The API key file cannot be read", code=2)


def show_problem(answer: Answer) -> None:
    """Shows an RFC 9457 problem and ends the command."""
    problem = answer.json()
    if not isinstance(problem, dict) or "code" not in problem:
        fail("网关的应答无法识别", f"The gateway's answer is not understood (status {answer.status})", code=7)
    for error in problem.get("errors", []):
        say(f"{error.get('pointer', '')}  {error.get('title', '')}", f"{error.get('titleEn', '')} ({error.get('code', '')})")
    fail(str(problem.get("title", "")), f"{problem.get('titleEn', '')} ({problem['code']})")


def _show(job: dict[str, Any]) -> None:
    table = Table("#", "结果 outcome", "状态 state", "证书编号 number", "说明 notes")
    for event in job["events"]:
        notes = [*event.get("errors", []), *event.get("warnings", [])]
        words = "；".join(str(note.get("title", "")) for note in notes)
        table.add_row(str(event["index"]), OUTCOMES[event["outcome"]], event.get("state", ""), event.get("number", ""), words)
    CONSOLE.print(table)

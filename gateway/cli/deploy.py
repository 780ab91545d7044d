"""`shisu deploy`: puts the three contracts on a chain with the founding members, once."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from certs.scope import CLASSES, STAGES
from gateway.cli.reasons import reason
from gateway.cli.say import fail, say
from ledger.deploy import Founder, Patience, deploy_consortium, ensure_deployed
from ledger.errors import LedgerError
from ledger.members import ANCHOR, RECALL, STATUS, VOTE
from ledger.rpc import Rpc
from ledger.signers import KeystoreSigner

RIGHTS = {"VOTE": VOTE, "ANCHOR": ANCHOR, "STATUS": STATUS, "RECALL": RECALL}
_RPC_TIMEOUT_S = 10.0


def deploy_command(
    rpc_url: Annotated[str, typer.Option("--rpc", help="节点地址 JSON-RPC URL of a node")],
    founders_file: Annotated[Path, typer.Option("--founders", help="创始成员 JSON: {founders: [...], validators: [...]}")],
    manifest: Annotated[Path, typer.Option(help="部署清单 manifest file to write")],
    keystore: Annotated[Path, typer.Option(help="部署账户密钥文件 keystore of the deploying account")],
    passphrase_file: Annotated[Path, typer.Option(help="口令文件 its passphrase file")],
    engine: Annotated[str, typer.Option(help="qbft | clique")] = "qbft",
) -> None:
    """部署合约 Deploy Consortium, AnchorLog and StatusRegistry; the deployer keeps no right. Run again, it only checks.

    founders: [{"uscc","code","signer","rights":["VOTE",…],"classes":[…],"stages":[…]}], validators: [{"address","operator"}].
    """
    founders, validators = _read(founders_file)
    rpc = Rpc(rpc_url, chain_id=None, timeout_s=_RPC_TIMEOUT_S)
    try:
        signer = KeystoreSigner.open(keystore, passphrase_path=passphrase_file)
        deployment = ensure_deployed(
            manifest,
            rpc,
            lambda: deploy_consortium(
                rpc, signer, engine=engine, founders=founders, validators=validators, patience=Patience(time.sleep)
            ),
        )
    except LedgerError as error:
        zh, en = reason(error.code, error.field)
        fail(f"部署未完成：{zh}", f"Not deployed. {en}")
    finally:
        rpc.close()
    say(f"已部署并核对：链 {deployment.chain_id}，清单 {manifest}", "Deployed, and the code on the chain is ours.")


def _read(file: Path) -> tuple[list[Founder], list[tuple[bytes, str]]]:
    try:
        content = json.loads(file.read_bytes())
        founders = [founder(row, row["signer"]) for row in content["founders"]]
        return founders, [(bytes.fromhex(row["address"][2:]), row["operator"]) for row in content["validators"]]
    except OSError:
        fail("没有这个创始成员文件", "There is no such file of founders", code=2)
    except KeyError as error:
        fail("创始成员文件缺少字段，或有未知的权限、类别、环节", f"The file of founders lacks or does not know {error}", code=2)
    except (ValueError, TypeError):
        fail("创始成员文件不正确", "The file of founders is not of the form that --help shows", code=2)


def founder(row: dict[str, Any], signer: str) -> Founder:
    """A founder from its description. Raises `KeyError` for a right, class or stage that is not in the tables."""
    rights = sum(RIGHTS[name] for name in set(row["rights"]))
    bits = [*(CLASSES[name] for name in row["classes"]), *(STAGES[name] for name in row["stages"])]
    return Founder(member=row["uscc"], code=row["code"], signer=signer, rights=rights, scope=sum(1 << bit for bit in set(bits)))

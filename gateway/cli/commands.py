"""All commands of `shisu`, put together."""

from __future__ import annotations

import typer

from gateway.cli.acts import acts_app
from gateway.cli.batches import batches_app
from gateway.cli.certificates import certificates_command
from gateway.cli.chain import chain_command
from gateway.cli.demo.command import demo_command
from gateway.cli.deploy import deploy_command
from gateway.cli.enterprises import enterprises_app
from gateway.cli.events import events_app
from gateway.cli.fsck import fsck_command
from gateway.cli.keys import keys_app
from gateway.cli.members import members_app
from gateway.cli.migrate import migrate_command
from gateway.cli.quality import quality_command
from gateway.cli.salts import salts_app
from gateway.cli.serve import serve_command
from gateway.cli.status import status_app
from gateway.cli.submit import submit_command
from gateway.cli.trust import trust_app
from gateway.cli.verify import verify_command

app = typer.Typer(
    name="shisu",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="食溯链 Shisu: 食品追溯上链存证与凭证核验 food-trace evidence on a consortium chain, and certificates that anybody "
    "can check offline.",
)
app.command("demo")(demo_command)
app.command("verify")(verify_command)
app.add_typer(trust_app, name="trust")
app.command("submit")(submit_command)
app.command("certificates")(certificates_command)
app.add_typer(events_app, name="events")
app.add_typer(status_app, name="status")
app.add_typer(members_app, name="members")
app.add_typer(acts_app, name="acts")
app.command("serve")(serve_command)
app.command("migrate")(migrate_command)
app.add_typer(enterprises_app, name="enterprises")
app.add_typer(keys_app, name="keys")
app.add_typer(salts_app, name="salts")
app.command("quality")(quality_command)
app.command("fsck")(fsck_command)
app.add_typer(batches_app, name="batches")
app.command("deploy")(deploy_command)
app.command("chain")(chain_command)

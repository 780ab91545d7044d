"""
What happens to certificates after they were issued: a correction supersedes one by itself, and a recall turns every one that
names the lot. The certificate's bytes stay the same; what changes is the status proof that travels with it.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from certs.assemble import file_of
from certs.canonical import canonical, parse
from certs.limits import LIMITS
from gateway.cli.acts import follow
from gateway.cli.client import GatewayClient
from gateway.cli.demo.processes import DemoFailed
from gateway.cli.demo.stage import Stage
from gateway.cli.submit import show_problem

RECALLED_LOT = "01/09521234100034/10/C20250602-07"  # the loin that the shop and the school canteen received
_REASON = 1
_POLL_S = 0.3


def declared_wrong(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The event that a later one of the same eventID declares wrong (EPCIS errorDeclaration)."""
    declared = {event["eventID"] for event in events if event.get("declaresError")}
    return next(event for event in events if event["eventID"] in declared and not event.get("declaresError"))


def await_correction(gateway: GatewayClient, wrong: dict[str, Any], patience_s: float) -> str:
    """The number of the certificate that took the wrong one's place, once that is final on the chain. Raises `DemoFailed`."""
    deadline = time.monotonic() + patience_s
    check_code = wrong["link"].rpartition("k=")[2]
    while time.monotonic() < deadline:
        summary = gateway.get(f"/certificates/{wrong['number']}", {"k": check_code}).json()
        if "supersededBy" in summary:
            return str(summary["supersededBy"])
        time.sleep(_POLL_S)
    raise DemoFailed(f"the correction was not on the chain in {patience_s:.0f} s")


def recall(gateway: GatewayClient, patience_s: float) -> dict[str, Any]:
    """Recalls the lot in the bureau's name and waits until that is final. Raises `DemoFailed`; returns the act."""
    asked = {"code": RECALLED_LOT, "status": "recalled", "reason": _REASON}
    answer = gateway.post("/statuses", json.dumps(asked).encode())
    if answer.status != 202:
        show_problem(answer)
    act = follow(gateway, answer, patience_s)
    if act["state"] != "final":
        raise DemoFailed("the recall was not on the chain in time")
    return act


def restapled(stage: Stage, gateway: GatewayClient, certificates: list[Path]) -> list[Path]:
    """The certificates that name the recalled lot, each the same as before, with a status proof of now."""
    folder, made = stage.sub("recalled"), []
    for path in certificates:
        file = parse(path.read_bytes(), max_depth=LIMITS.wrapped_depth)
        if RECALLED_LOT not in file["certificate"]["tiers"]["public"]["body"]["codes"]:
            continue
        staple = gateway.get(f"/staples/{file['certificate']['number']}").json()
        (folder / path.name).write_bytes(canonical(file_of(file["certificate"], staple=staple)))
        made.append(folder / path.name)
    return made

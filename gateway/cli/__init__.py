"""The `shisu` command. One command a file; `gateway.cli.commands` puts them together, and is imported only when it runs."""

import sys
import traceback

CANNOT_CHECK = 7


def main() -> None:
    """Entry point of `shisu`. A crash of ours is "could not check": Python's own exit code for it, 1, would say FORGED."""
    try:
        from gateway.cli.commands import app

        app(prog_name="shisu")
    except Exception:
        traceback.print_exc()
        sys.exit(CANNOT_CHECK)

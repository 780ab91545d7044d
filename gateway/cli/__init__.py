"""The `shisu` command. One command a file; `gateway.cli.commands` puts them together, and is imported only when it runs."""


def main() -> None:
    """Entry point of `shisu`."""
    from gateway.cli.commands import app

    app(prog_name="shisu")

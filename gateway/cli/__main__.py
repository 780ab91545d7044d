"""`python -m gateway.cli`: the `shisu` command without an installed script."""

from gateway.cli import main

main()

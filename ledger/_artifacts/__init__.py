"""
Compiled contracts: what `deploy` sends and what a node's code is compared with.

It is a package, although it holds no code, so that `importlib.resources` finds the files in a wheel, a zip and a checkout alike.
`scripts/compile_contracts.py` writes them and CI compares them with a fresh compilation: never edit one. The product needs
no compiler.
"""

"""
`python -m ledger.devchain DIR [--port N] [--period S]`: run the embedded chain until SIGTERM or Ctrl-C.

Prints a banner, then one line `listening http://127.0.0.1:PORT` for a parent process to read. Exit 0 when told to stop, 1 when
it cannot run (its stable code on stderr) or cannot go on. While keys of the announced validators are missing it answers, makes
no block and has said `devchain.stalled` on stderr.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from ledger.devchain import BANNER, DevChain, DevChainError

_LOOK_EVERY_S = 1.0  # how soon a failed miner ends the process


def main(arguments: list[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m ledger.devchain", description=BANNER)
    parser.add_argument("directory", type=Path, help="where the chain and its validator keys are kept")
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; default: a free one")
    parser.add_argument("--period", type=float, default=1.0, help="least seconds between blocks (default 1)")
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with DevChain.open(options.directory, period_s=options.period) as chain, chain.serve(port=options.port) as server:
            print(BANNER, flush=True)
            print(f"listening {server.url}", flush=True)
            while not stop.wait(_LOOK_EVERY_S):
                if chain.failure is not None:
                    print("devchain.miner.failed: no block can be made", file=sys.stderr)
                    return 1
    except DevChainError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

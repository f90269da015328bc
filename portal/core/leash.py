"""Runs a module that ends when its parent does: ``python -m portal.core.leash MODULE ARGUMENTS…``.

The parent holds the other end of the standard input. However it goes, even
by a kill that it cannot pass on, that end closes, and the module is asked to
stop as by SIGTERM. So no server is left behind that keeps the port.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Watch the standard input, and run the module named on the command line as if it had been started itself."""
    module = sys.argv.pop(1)
    threading.Thread(target=_stop_when_alone, daemon=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _stop_when_alone() -> None:
    # Not sys.stdin: a thread that waits in it makes Python abort at the end.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()

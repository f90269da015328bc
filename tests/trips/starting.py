"""A portal as somebody starts it in a terminal: what it prints while it runs, and how it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.served import ROOT, Served, environment, free_port

READY = "(Ctrl-C stops it)"
PASSWORD = re.compile(r"^Password:\s+(\S+)$", re.MULTILINE)


@dataclass
class Terminal:
    """A running `portal start`, with all that it has printed so far."""

    served: Served
    lines: list[str] = field(default_factory=list)

    @property
    def process(self) -> subprocess.Popen[str]:
        """The command itself; server and worker are its children."""
        return self.served.process

    @property
    def text(self) -> str:
        """What was printed so far."""
        return "".join(self.lines)

    @property
    def password(self) -> str:
        """The administrator's password that was printed; empty when there was none."""
        found = PASSWORD.search(self.text)
        return found[1] if found else ""

    def family(self) -> list[psutil.Process]:
        """Server and worker, with the processes that they started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal, as Ctrl-C does; return the exit code once all is printed."""
        self.process.send_signal(number)
        code = self.process.wait(60)
        self.settled()
        return code

    def settled(self) -> None:
        """Wait until all that an ended process printed is read."""
        self._reader.join(10)

    def __post_init__(self) -> None:
        """Read along, so that the process never waits for us."""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        if self.process.stdout:
            with self.process.stdout as stream:
                self.lines += iter(stream.readline, "")


def open_terminal(instance: Path, port: int = 0) -> Terminal:
    """Run `portal start` in the folder *instance* and wait until it says where it is, or ends."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "portal.cli", "start"],
        cwd=ROOT,
        env=environment(instance, port),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    terminal = Terminal(Served(f"http://127.0.0.1:{port}", instance, process))
    end = time.monotonic() + 90
    while READY not in terminal.text and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    return terminal


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those of *processes* that still run."""
    return [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def gone_within(processes: list[psutil.Process], seconds: float) -> bool:
    """Wait until none of *processes* runs; whether that came true."""
    psutil.wait_procs(processes, timeout=seconds)
    return not alive(processes)


def kill(processes: list[psutil.Process]) -> None:
    """End what a failed test has left."""
    for each in alive(processes):
        each.kill()

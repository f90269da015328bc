"""Running the web server and a worker together, and stopping both cleanly.

The server finishes requests in flight, the worker its job; then the command
ends. A child that dies by itself takes the other one down, so that whatever
watches the process can start both again. A command that is killed takes both
with it (``leash.py``).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from portal.core.config import Config
from portal.core.errors import ConfigError

STOP_SECONDS = 30
START_SECONDS = 30


def server_command(config: Config) -> list[str]:
    """The command line of the web server (granian)."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", config.text("host"), "--port", str(config.number("port"))),
        *("--workers", str(config.number("workers")), "--blocking-threads", str(config.number("threads"))),
        *("--backpressure", str(config.number("threads") * 16), "--log-level", "warning"),
        "wsgi:app",
    ]


def refuse_taken_port(config: Config) -> None:
    """Raise ``ConfigError`` when somebody else listens where the portal should."""
    host, port = config.text("host"), config.number("port")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise ConfigError(
                f"The portal cannot listen at {host}, port {port}: {fault.strerror}.",
                hint="Stop what uses it, or set PORTAL_PORT to another one.",
            ) from fault


def address(config: Config) -> str:
    """What a person types into the browser."""
    host = config.text("host")
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - read
    return config.text("public_url") or f"http://{host}:{config.number('port')}"


def run_together(config: Config, *, root: Path, ready: Callable[[], None]) -> int:
    """Serve and work until asked to stop; call *ready* once the first page answers. Returns an exit code."""
    refuse_taken_port(config)
    worker = [sys.executable, "-m", "portal.cli", "worker"]
    # Sessions of their own: Ctrl-C reaches us alone, and we pass it on once.
    children = [
        subprocess.Popen(_leashed(command), cwd=root, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - ours
        for command in (server_command(config), worker)
    ]
    stop = _Stop(children)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)
    try:
        _wait_until_ready(config, children)
        ready()
        while not stop.asked and all(child.poll() is None for child in children):
            time.sleep(0.2)
        died = [child for child in children if not stop.asked and child.poll() is not None]
    except ConfigError:
        stop(signal.SIGTERM, None)
        raise
    finally:
        _end(children)
    return 1 if died else 0


def _leashed(command: list[str]) -> list[str]:
    """*command*, which runs a module, so that it ends when we do."""
    python, _dash_m, *module = command
    return [python, "-m", "portal.core.leash", *module]


class _Stop:
    """Passes a signal on to the children; a second one in a hurry kills them with all that they started."""

    def __init__(self, children: list[subprocess.Popen[bytes]]) -> None:
        self._children = children
        self.asked = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        for child in self._children:
            if self.asked:
                _kill_all(child)
            elif child.poll() is None:
                child.terminate()
        self.asked = True


def _kill_all(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of *child* and of the processes that it started, which share its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _wait_until_ready(config: Config, children: list[subprocess.Popen[bytes]]) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(config.text("host"), config.text("host"))  # noqa: S104 - read
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if any(child.poll() is not None for child in children):
            raise ConfigError("The portal stopped while it started.", hint="The lines above say why.")
        try:
            with urllib.request.urlopen(f"http://{host}:{config.number('port')}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise ConfigError(f"The portal did not answer within {START_SECONDS} seconds.", hint="The lines above say why.")


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=STOP_SECONDS)
        _kill_all(child)
        child.wait()
        if child.stdin:
            child.stdin.close()

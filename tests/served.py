"""A portal that runs as people run it: `portal demo`, then `portal start`, in processes of their own.

The demo is made once for all test processes and copied for each of them.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from portal.accounts.demo import PASSWORD

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Served:
    """A running portal and where it is."""

    address: str
    instance: Path
    process: subprocess.Popen[str]

    def url(self, path: str) -> str:
        """Whole address of a path."""
        return self.address + path


def environment(instance: Path, port: int = 0) -> dict[str, str]:
    """The environment of a portal of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    own |= {"PORTAL_INSTANCE": str(instance), "PORTAL_LOG_LEVEL": "WARNING"}
    own |= {"PORTAL_SEARCH_MEANING": "false"}  # working out what all texts mean takes a minute
    own |= {"PORTAL_FEEDBACK_PATIENCE_MS": "10000"}  # on a busy machine questions are asked as well
    return own | ({"PORTAL_PORT": str(port)} if port else {})


def portal_command(instance: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one portal command to its end."""
    command = [sys.executable, "-W", "ignore", "-m", "portal.cli", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(instance), capture_output=True, text=True, check=False, timeout=300
    )


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(instance: Path) -> Served:
    """Start a portal and wait for its first answer."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "portal.cli", "start"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(instance, port), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return Served(address, instance, process)
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError(f"The portal did not start:\n{process.stdout.read() if process.stdout else ''}")


def stop(served: Served) -> str:
    """Stop a portal as Ctrl-C does; return what it printed."""
    served.process.send_signal(signal.SIGINT)
    printed, _ = served.process.communicate(timeout=40)
    return printed


@pytest.fixture(scope="session")
def demo_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder of the demo, made once; copy it before writing to it."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder = shared / "demo-instance"
    with FileLock(shared / "demo.lock"):
        if not (shared / "demo-made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            made = portal_command(folder, "demo")
            assert made.returncode == 0, made.stdout + made.stderr
            (shared / "demo-made").write_text(made.stdout)
    return folder


@pytest.fixture(scope="session")
def demo(demo_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, running for this test process; tests may add to it, and may not rely on what others added."""
    own = Path(shutil.copytree(demo_instance, tmp_path_factory.mktemp("demo") / "instance"))
    served = start(own)
    yield served
    stop(served)


@pytest.fixture
def own_demo(demo_instance: Path, tmp_path: Path) -> Iterator[Served]:
    """The demo, running for one test alone, which may break it."""
    served = start(Path(shutil.copytree(demo_instance, tmp_path / "instance")))
    yield served
    stop(served)


__all__ = ["PASSWORD", "Served", "demo", "demo_instance", "own_demo"]

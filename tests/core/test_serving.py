"""Serving: the real server in a process of its own, from the first answer to the last one after SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from portal.app import ROOT
from portal.core import config, serving
from portal.core.errors import ConfigError

SLOW_APP = '''
import time


def app(environ, start_response):
    """Answers at once, but for /slow."""
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1.5)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode()]
'''
TOGETHER = """
import sys
from pathlib import Path

from portal.core import config, serving

root = Path.cwd()
settings = config.load(root=root, environ={}, overrides={"port": int(sys.argv[1])})
sys.exit(serving.run_together(settings, root=root, ready=lambda: print("ready", flush=True)))
"""


@pytest.fixture
def port():
    """A port of this machine that nobody listens at."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settings(**given) -> config.Config:
    return config.load(root=ROOT, environ={}, overrides=given)


def get(port: int, path: str) -> tuple[int, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        return answer.status, answer.read().decode()


def wait_until_it_answers(port: int, process: subprocess.Popen) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            get(port, "/healthz")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"The server did not answer; it ended with {process.poll()}.")


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PORTAL_INSTANCE": str(tmp_path / "instance"),
        **more,
    }


@pytest.fixture
def start(tmp_path):
    """Start a process; what still runs at the end is ended, with its children."""
    started = []

    def run(command: list[str], *, cwd: Path, **variables: str) -> subprocess.Popen:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment(tmp_path, **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
            for each in family:
                each.kill()
            process.wait(10)
        process.stdout.close()


def in_flight(port: int) -> tuple[threading.Thread, list[tuple[int, str]]]:
    """Ask for the slow page in a thread; the list gets what it answered."""
    answers: list[tuple[int, str]] = []
    thread = threading.Thread(target=lambda: answers.append(get(port, "/slow")))
    thread.start()
    time.sleep(0.5)
    return thread, answers


def test_the_server_answers_and_finishes_a_request_in_flight_when_it_is_told_to_stop(tmp_path, start, port):
    (tmp_path / "wsgi.py").write_text(SLOW_APP, encoding="utf-8")
    process = start(serving.server_command(settings(port=port)), cwd=tmp_path)
    wait_until_it_answers(port, process)
    thread, answers = in_flight(port)

    process.send_signal(signal.SIGTERM)
    code = process.wait(30)
    thread.join(10)

    assert (answers, code) == ([(200, "/slow")], 0)


def test_server_and_worker_run_together_and_stop_together(tmp_path, start, port):
    (tmp_path / "wsgi.py").write_text(SLOW_APP, encoding="utf-8")
    process = start([sys.executable, "-c", TOGETHER, str(port)], cwd=tmp_path)

    first = process.stdout.readline()
    children = psutil.Process(process.pid).children(recursive=True)
    thread, answers = in_flight(port)
    process.send_signal(signal.SIGINT)
    code = process.wait(40)
    thread.join(10)

    assert (first, answers, code) == ("ready\n", [(200, "/slow")], 0)
    assert len(children) >= 2
    assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []


def test_when_one_of_the_two_dies_the_other_is_stopped_and_the_command_fails(tmp_path, start, port):
    (tmp_path / "wsgi.py").write_text(SLOW_APP, encoding="utf-8")
    process = start([sys.executable, "-c", TOGETHER, str(port)], cwd=tmp_path)
    assert process.stdout.readline() == "ready\n"
    (worker,) = [child for child in psutil.Process(process.pid).children() if child.cmdline()[-1] == "worker"]

    worker.kill()

    assert process.wait(40) == 1
    with pytest.raises(OSError, match="refused"):
        get(port, "/healthz")


def test_a_server_that_cannot_start_ends_the_command(tmp_path, start, port):
    (tmp_path / "wsgi.py").write_text("raise SystemExit('no app today')\n", encoding="utf-8")
    process = start([sys.executable, "-c", TOGETHER, str(port)], cwd=tmp_path)

    output, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "portal.core.errors.ConfigError: The portal stopped while it started." in output


def test_the_portal_itself_answers_over_http(tmp_path, start, port):
    migrated = subprocess.run(
        [sys.executable, "-m", "portal.cli", "db", "upgrade"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    process = start([sys.executable, "-m", "portal.cli", "serve"], cwd=ROOT, PORTAL_PORT=str(port))
    wait_until_it_answers(port, process)

    status, body = get(port, "/healthz")
    process.send_signal(signal.SIGTERM)

    assert (migrated.stderr, status, json.loads(body), process.wait(30)) == ("", 200, {"status": "ok"}, 0)


def test_a_port_that_is_taken_is_refused_before_anything_starts(port):
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(ConfigError) as caught:
            serving.refuse_taken_port(settings(port=port))

    assert (caught.value.message, caught.value.hint) == (
        f"The portal cannot listen at 127.0.0.1, port {port}: Address already in use.",
        "Stop what uses it, or set PORTAL_PORT to another one.",
    )
    assert serving.refuse_taken_port(settings(port=port)) is None


@pytest.mark.parametrize("word", ["start", "serve"])
def test_the_command_says_that_the_port_is_taken(tmp_path, port, word):
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        ran = subprocess.run(
            [sys.executable, "-m", "portal.cli", word],
            cwd=ROOT,
            env=environment(tmp_path, PORTAL_PORT=str(port)),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert (ran.returncode, ran.stdout, ran.stderr) == (
        2,
        "",
        (
            f"The portal cannot listen at 127.0.0.1, port {port}: Address already in use.\n"
            "Stop what uses it, or set PORTAL_PORT to another one.\n"
        ),
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 80}, "http://127.0.0.1:80"),
        ({"host": "::"}, "http://[::1]:8000"),
        ({"host": "fd00::1"}, "http://[fd00::1]:8000"),
        ({"host": "help.example.org"}, "http://help.example.org:8000"),
        ({"public_url": "https://help.example.org"}, "https://help.example.org"),
    ],
)
def test_the_address_is_what_a_person_types(given, expected):
    assert serving.address(settings(**given)) == expected


def test_the_server_gets_what_the_settings_say():
    command = serving.server_command(settings(host="::1", port=81, workers=2, threads=3))

    assert command == [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", "::1", "--port", "81", "--workers", "2", "--blocking-threads", "3"),
        *("--backpressure", "48", "--log-level", "warning"),
        "wsgi:app",
    ]

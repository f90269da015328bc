"""A process on a leash: it runs as if it had been started itself, and stops when its parent has gone."""

import subprocess
import sys

import pytest

# It writes past Python's buffer: the signal may come while a print is still at work, and a second print in it fails.
WAITS = """
import os, signal, sys, time

def stop(number, frame):
    os.write(1, b"asked to stop\\n")
    sys.exit(7)

signal.signal(signal.SIGTERM, stop)
os.write(1, f"{__name__} {sys.argv[1:]}\\n".encode())
time.sleep(60)
"""


@pytest.fixture
def run(tmp_path):
    """Start a module with this text on a leash, whose other end is its standard input."""
    started = []

    def start(text, *arguments):
        (tmp_path / "on_a_leash.py").write_text(text)
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.core.leash", "on_a_leash", *arguments],
            env={"PYTHONPATH": f"{tmp_path}:."},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_module_runs_as_if_it_had_been_started_itself(run):
    process = run(WAITS, "--port", "80")

    assert process.stdout.readline() == "__main__ ['--port', '80']\n"
    assert process.poll() is None


def test_it_is_asked_to_stop_when_the_other_end_is_gone(run):
    process = run(WAITS)
    process.stdout.readline()

    said, errors = process.communicate(timeout=20)  # closes the other end first

    assert (said, errors, process.returncode) == ("asked to stop\n", "", 7)


def test_it_ends_by_itself_with_its_own_code_while_the_leash_is_held(run):
    process = run("raise SystemExit(3)\n")

    assert process.wait(20) == 3
    assert process.stderr.read() == ""

"""Starting and stopping: an empty folder becomes a portal, a second start changes nothing, nothing is left behind."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.served import free_port
from tests.trips.starting import Terminal, alive, gone_within, kill, open_terminal

MOVING = {"worker", "schedule", "job"}
"""Tables that a portal writes while nobody does anything: who works, what ran when, what waits."""
FIRST_WORDS = r"""Database: core: empty to \d{4}
(?:Database: \w+: empty to \d{4}
)*Organisation: \d+ added, 0 brought up to date, 0 were so already\.
Sign in as:   admin
Password:     [a-z]{5}(?:-[a-z]{5}){4}
The password is shown this once; keep it safe\.
Loading articles
Articles: \d+ new, 0 changed, 0 as they were\. \d+ samples were left out \(--samples\)\.
Building the search index
The search index is built: \d+ documents in \d+\.\d seconds?\.

The portal is at (http://127\.0\.0\.1:\d+)  \(Ctrl-C stops it\)
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An instance folder after its first start and stop, and what that printed."""
    instance = tmp_path_factory.mktemp("first") / "instance"
    terminal = open_terminal(instance)
    assert terminal.password, terminal.text
    assert terminal.end() == 0, terminal.text
    return instance, terminal.text


@pytest.fixture
def terminal(first: tuple[Path, str], tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    """Start a portal that was started before; whatever is left of it at the end is ended."""
    opened = []
    instance = Path(shutil.copytree(first[0], tmp_path / "instance"))

    def start(port: int = 0) -> Terminal:
        opened.append(open_terminal(instance, port))
        families.append(opened[-1].family() if opened[-1].process.poll() is None else [])
        return opened[-1]

    families: list[list] = []
    yield start
    for each, family in zip(opened, families, strict=True):
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait(10)
        kill(family)


class Request:
    """A form of which half was sent: the portal waits for the rest before it answers."""

    def __init__(self, port: int) -> None:
        """Send the first half."""
        body = b"language=de&next=%2F"
        self._rest = body[8:]
        self._connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        head = (
            "POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self._connection.sendall(head.encode() + body[:8])
        time.sleep(0.5)  # until the portal has taken it up, which nothing tells

    def finish(self) -> str:
        """Send the rest, and return the first line of the answer; empty when nobody listens any more."""
        with self._connection as connection, suppress(ConnectionError):
            connection.sendall(self._rest)
            with connection.makefile("rb") as answer:
                return answer.readline().decode().strip()
        return ""


def port_of(terminal: Terminal) -> int:
    return int(terminal.served.address.rpartition(":")[2])


def rows(instance: Path) -> dict[str, list[tuple]]:
    """Every row of every table, but for those that move by themselves."""
    with closing(sqlite3.connect(instance / "portal.sqlite")) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
            for name in names
            if name not in MOVING
        }


def all_done(instance: Path) -> None:
    """Wait until the worker has done what the first start gave it to do, and what came of that."""
    until = time.monotonic() + 60
    with closing(sqlite3.connect(instance / "portal.sqlite")) as connection:
        while connection.execute("SELECT count(*) FROM job").fetchone() != (0,):
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_first_start_says_who_may_sign_in_and_where(first: tuple[Path, str]):
    instance, said = first

    assert re.fullmatch(FIRST_WORDS + "Stopped\\.\n", said), said
    assert (instance / "secret_key").stat().st_mode & 0o777 == 0o600
    assert instance.stat().st_mode & 0o077 == 0
    assert {len(rows(instance)[name]) > 0 for name in ("article", "service", "event", "rendering")} == {True}
    assert [row[1] for row in rows(instance)["person"]] == ["Administrator"]


def test_the_password_is_kept_nowhere(first: tuple[Path, str]):
    instance, said = first
    password = re.search(r"Password: +(\S+)", said)

    assert password is not None
    held = [path for path in instance.rglob("*") if path.is_file() and password[1].encode() in path.read_bytes()]
    assert held == []


def test_a_second_start_changes_nothing_and_prints_no_password(terminal: Callable[[], Terminal]):
    portal = terminal()
    instance = portal.served.instance
    all_done(instance)
    before = rows(instance)

    assert portal.end() == 0
    again = terminal()
    assert again.end() == 0

    said = re.sub(r":\d+", ":PORT", again.text)
    assert said == "\nThe portal is at http://127.0.0.1:PORT  (Ctrl-C stops it)\nStopped.\n"
    assert rows(instance) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["ctrl-c", "term", "hang-up"])
def test_stopping_finishes_the_request_in_flight_and_leaves_nothing(terminal: Callable[[], Terminal], number: int):
    portal = terminal()
    family = portal.family()
    request = Request(port_of(portal))
    answers: list[str] = []
    later = threading.Timer(1.0, lambda: answers.append(request.finish()))
    later.start()

    code = portal.end(number)
    later.join(10)

    # The request carries no token, so it is answered, with a refusal.
    assert (answers, code) == (["HTTP/1.1 400 Bad Request"], 0)
    assert len(family) >= 2
    assert alive(family) == []
    assert portal.text.endswith("Stopped.\n")


def test_a_second_ctrl_c_does_not_wait_for_the_request_in_flight(terminal: Callable[[], Terminal]):
    portal = terminal()
    family = portal.family()
    request = Request(port_of(portal))

    portal.process.send_signal(signal.SIGINT)
    assert not gone_within([each for each in family if "worker" not in each.cmdline()], 1)
    portal.process.send_signal(signal.SIGINT)

    assert portal.process.wait(10) == 0
    assert request.finish() == ""
    assert gone_within(family, 5)


def test_a_kill_of_the_command_leaves_nothing_that_blocks_the_next_start(
    terminal: Callable[[int], Terminal],
):
    port = free_port()
    portal = terminal(port)
    family = portal.family()
    request = Request(port)

    portal.process.kill()
    portal.process.wait(10)
    threading.Timer(0.5, request.finish).start()

    assert gone_within(family, 20)
    again = terminal(port)
    assert again.text.endswith(f"The portal is at http://127.0.0.1:{port}  (Ctrl-C stops it)\n")
    assert again.end() == 0


def test_when_the_server_is_killed_the_command_ends_and_takes_the_rest_with_it(terminal: Callable[[], Terminal]):
    portal = terminal()
    family = portal.family()
    (server,) = [each for each in family if each.ppid() == portal.process.pid and "granian" in each.cmdline()]

    server.kill()

    assert portal.process.wait(40) == 1
    assert gone_within(family, 5)


def test_a_port_that_is_taken_is_told_in_a_sentence(terminal: Callable[[int], Terminal]):
    portal = terminal()
    port = port_of(portal)

    second = terminal(port)

    assert second.process.wait(20) == 2
    second.settled()
    assert second.text == (
        f"The portal cannot listen at 127.0.0.1, port {port}: Address already in use.\n"
        "Stop what uses it, or set PORTAL_PORT to another one.\n"
    )
    assert portal.end() == 0

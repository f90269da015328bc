"""``make bench``: medians and 95th percentiles, with sizes and goals named, in one run.

Different articles in random order, signed in, over HTTP, after a restart of
the server; the times are those of the server alone (``app.py``). Sizes can be
named: ``python -m tests.bench 1000 10000``.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import answers, corpus, past, recognition, writing
from tests.bench.app import HEADER

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a passphrase for measuring"
PAST, PAST_TEXTS = "KB10001", 500
ANSWERS = 200_000
READS, SEARCHES, SEARCH_GOAL = 300, 300, {1000: 40.0, 10_000: 120.0}


class Portal:
    """One portal with made articles, measured from outside."""

    def __init__(self, folder: Path, count: int) -> None:
        self.count, self.folder = count, folder
        self.port = _free_port()
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")},
            "PORTAL_INSTANCE": str(folder / "instance"),
            "PORTAL_PORT": str(self.port),
            "PORTAL_LOG_LEVEL": "WARNING",
        }

    def command(self, *arguments: str, stdin: str | None = None) -> float:
        """Run a portal command; return its seconds."""
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "portal.cli", *arguments],
            cwd=ROOT,
            env=self.env,
            check=True,
            input=stdin,
            text=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - began

    @contextmanager
    def served(self) -> Iterator[float]:
        """Run the server; yield the seconds from the start to the first front page."""
        began = time.perf_counter()
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--blocking-threads", "4", "--log-level", "error", "tests.bench.app:app"]
        server = subprocess.Popen(command, cwd=ROOT, env=self.env)
        try:
            while True:
                try:
                    status, _, _ = self.get("/")
                    assert status == 200, status
                    break
                except OSError:
                    time.sleep(0.01)
            yield time.perf_counter() - began
        finally:
            server.terminate()
            server.wait(timeout=20)

    def get(self, path: str, cookie: str = "") -> tuple[int, float, str]:
        """Ask for a page; return status, server milliseconds, and the page with the cookies behind a zero."""
        status, milliseconds, text, cookies = self._ask("GET", path, cookie)
        return status, milliseconds, f"{text}\0{cookies}"

    def post(self, path: str, cookie: str, data: dict[str, str]) -> tuple[int, float, str]:
        """Send a form; return status, server milliseconds and the answer."""
        return self._ask("POST", path, cookie, data)[:3]

    def _ask(
        self, method: str, path: str, cookie: str, data: dict[str, str] | None = None
    ) -> tuple[int, float, str, str]:
        """One request; return status, server milliseconds, body and cookies."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": cookie} if cookie else {}
        body = None
        if data is not None:
            body = urllib.parse.urlencode(data)
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        cookies = "; ".join(value.split(";")[0] for value in answer.headers.get_all("Set-Cookie") or [])
        connection.close()
        return answer.status, float(answer.headers.get(HEADER, "nan")), text, cookies

    def sign_in(self) -> str:
        """Sign in as somebody of the front line; return the cookie."""
        _, _, page = self.get("/sign-in")
        text, _, cookie = page.rpartition("\0")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        assert token is not None
        form = {"csrf_token": token[1], "login": "bench", "password": PASSWORD}
        status, _, _, cookies = self._ask("POST", "/sign-in", cookie, form)
        assert status in {302, 303}, status
        # The first page after signing in sets the cookie again, with the token of its forms, as every browser keeps it.
        return self.get("/", cookies)[2].rpartition("\0")[2] or cookies


def main() -> None:
    """Measure each size and print one table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("sizes", nargs="*", type=int, default=[1000, 10_000])
    sizes = arguments.parse_args().sizes
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    print("Times of pages: on the server, from the first byte read to the last byte made")
    print(f"{'what':52} {'median':>10} {'95th':>10}   goal")
    _yardstick()
    for size in sizes:
        folder = Path(tempfile.mkdtemp(prefix="frontline-bench-"))
        try:
            portal = Portal(folder, size)
            measure(portal)
            if size == sizes[0]:
                _measure_answers(portal)
                recognition.measure(folder / "instance", lambda what, times, goal: _line(what, *_shown(times), goal))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _yardstick() -> None:
    """Say how fast this machine is right now: shared ones change by half within minutes, and all figures with them."""
    times = []
    for _round in range(100):
        began = time.perf_counter()
        sum({str(number): number for number in range(20_000)}.values())
        times.append((time.perf_counter() - began) * 1000)
    _line("the machine: a dictionary of 20,000 words", *_median_and_95th(times), "to compare runs by")


def _median_and_95th(times: list[float]) -> tuple[str, str]:
    return f"{statistics.median(times):.1f} ms", f"{statistics.quantiles(times, n=20)[-1]:.1f} ms"


def _shown(times: list[float]) -> tuple[str, str]:
    return _median_and_95th(times) if len(times) > 1 else (f"{times[0] / 1000:.1f} s", "")


def measure(portal: Portal) -> None:
    """Load, index, restart, read and search one portal."""
    size = portal.count
    corpus.write(portal.folder / "articles", size)
    portal.command("db", "upgrade")
    portal.command("organisation", "load")
    portal.command(
        "people",
        "add",
        "--name",
        "Bench",
        "--login",
        "bench",
        "--role",
        "front_line",
        "--password-stdin",
        stdin=PASSWORD,
    )
    seconds = portal.command("articles", "load", str(portal.folder / "articles"))
    _line(f"loading {size} articles, with rendering", f"{size / seconds:.0f}/s", "", "150/s or more")
    seconds = portal.command("search", "rebuild")
    _line(f"building the index of {size} articles", f"{size / seconds:.0f}/s", "", "")
    past.grow(portal.folder / "instance", PAST, PAST_TEXTS)
    chance = random.Random(3)
    with portal.served() as first:
        _line(f"first answer after start, {size} articles", f"{first:.2f} s", "", "3 s or less")
        cookie = portal.sign_in()
        pages = [f"/kb/KB{10000 + n}" for n in chance.sample(range(1, size + 1), min(READS, size))]
        _figures(portal, f"article page, signed in, {size} articles", pages, cookie, "median 5 ms")
        asked = [f"/search?{urllib.parse.urlencode({'q': words})}" for words in corpus.queries(SEARCHES)]
        goal = SEARCH_GOAL.get(size)
        _figures(portal, f"search page, signed in, {size} articles", asked, cookie, f"95th {goal:g} ms" if goal else "")
        _figures(
            portal, f"history of {PAST_TEXTS} texts, signed in", [f"/kb/{PAST}/history"] * 50, cookie, "95th 60 ms"
        )
        writing.measure(
            portal, "KB10001", cookie, lambda what, times, goal: _line(what, *_median_and_95th(times), goal)
        )
        _figures(portal, f"front page, signed out, {size} articles", ["/"] * 50, "", "")


def _measure_answers(portal: Portal) -> None:
    """Put in a year of answers, restart, and open what their owners see."""
    answers.grow(portal.folder / "instance", PAST, ANSWERS)
    with portal.served():
        cookie = portal.sign_in()
        said = f"of {ANSWERS:,} answers"
        _figures(portal, f"an article's panel, {said}", [f"/feedback/articles/{PAST}"] * 50, cookie, "median 30 ms")
        _figures(portal, f"a unit's page, {said}", ["/feedback/units/company"] * 50, cookie, "median 100 ms")
        _figures(portal, f"that article's page, {said}", [f"/kb/{PAST}"] * 50, cookie, "median 5 ms")


def _figures(portal: Portal, what: str, paths: list[str], cookie: str, goal: str) -> None:
    times = []
    for path in paths:
        status, milliseconds, _ = portal.get(path, cookie)
        assert status == 200, (path, status)
        times.append(milliseconds)
    _line(what, *_median_and_95th(times), goal)


def _line(what: str, median: str, ninety_fifth: str, goal: str) -> None:
    print(f"{what:52} {median:>10} {ninety_fifth:>10}   {goal}", flush=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()

"""Texts that take bad Markdown parsers for ever: the command renders or refuses each within three seconds."""

from __future__ import annotations

import gzip
import json
import math
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.served import ROOT, environment

pytestmark = pytest.mark.proof

SECONDS = 3
LIMIT = 100 * 1024
with gzip.open(Path(__file__).parents[1] / "data" / "hostile" / "markdown_pathological.json.gz", "rt") as _file:
    CASES: dict[str, str] = json.load(_file)["cases"]
FRONT = """---
id: KB8{number:03d}
title: "Pathological text {number}"
kind: how_to
audience: everyone
confidence: not_validated
governance: experience
service: accounts
owner_role: identity-team
tags: [hostile]
words: ["one", "two", "three"]
review_every_days: 180
---

"""


def run(folder: Path, *arguments: str, seconds: int | None = None) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run a command; after *seconds* of processor time the kernel kills it. Return it with the time that it took."""

    def limit() -> None:
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "portal.cli", *arguments],
        cwd=ROOT,
        env=environment(folder / "instance"),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
        timeout=600,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write(folder: Path, number: int, body: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"KB8{number:03d}-pathological.md"
    path.write_text(FRONT.format(number=number) + body + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Seconds of processor time for one article: what the command needs for a short one, and three more."""
    folder = tmp_path_factory.mktemp("short")
    done, took = run(folder, "articles", "render", str(write(folder, 0, "A short text.")))
    assert (done.returncode, done.stdout) == (0, "<p>A short text.</p>\n")
    return math.ceil(took + SECONDS)


def as_given(body: str) -> str:
    return body


def as_long_as_may_be(body: str) -> str:
    """The text cut, or repeated, to the most that an article may have."""
    room = LIMIT - len(FRONT.format(number=0)) - 2
    whole = body if len(body) > room // 2 else body * (room // max(len(body), 1))
    return whole.encode()[:room].decode(errors="ignore")


@pytest.mark.parametrize("shape", [as_given, as_long_as_may_be])
@pytest.mark.parametrize("name", CASES)
def test_the_command_renders_or_refuses_in_time(tmp_path: Path, allowed: int, name: str, shape: Callable[[str], str]):
    path = write(tmp_path, list(CASES).index(name), shape(CASES[name]))

    done, _ = run(tmp_path, "articles", "render", str(path), seconds=allowed)

    # Below zero: killed. 1: a fault with its line; 2: one sentence; both say what to do.
    assert done.returncode in {0, 1, 2}, (name, done.returncode)
    assert "Traceback" not in done.stderr
    assert bool(done.stdout) != bool(done.stderr), done.stderr


def test_a_whole_folder_of_them_is_loaded_but_for_those_that_are_refused(tmp_path: Path, allowed: int):
    for arguments in (("db", "upgrade"), ("organisation", "load")):
        assert run(tmp_path, *arguments)[0].returncode == 0
    for number, body in enumerate(CASES.values()):
        write(tmp_path / "articles", number, as_long_as_may_be(body))

    done, _ = run(
        tmp_path, "articles", "load", "--keep-going", str(tmp_path / "articles"), seconds=allowed * len(CASES)
    )

    assert done.returncode == 0, done.stderr
    new, left_out = (int(word) for word in done.stdout.split() if word.isdigit() and word != "0")
    assert new + left_out == len(CASES)
    assert new >= len(CASES) // 2


def test_the_limit_kills_what_takes_longer(tmp_path: Path):
    done, _ = run(tmp_path, "articles", "render", str(write(tmp_path, 1, "A short text.")), seconds=0)

    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")

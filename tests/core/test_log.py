"""Log lines: one a happening, with the request's id; nothing that a person typed can forge one."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest

from portal.core import log

MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 ")
HOSTILE = "Eve\n2026-01-01T00:00:00.000+00:00 INFO portal - all is well\r\x1b[2K\x85\u2028\x9b1A\x7f\x00"
WRITTEN_OUT = (
    r"Eve\u000a2026-01-01T00:00:00.000+00:00 INFO portal - all is well"
    r"\u000d\u001b[2K\u0085\u2028\u009b1A\u007f\u0000"
)
logger = logging.getLogger("portal.tests")


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    """The root logger is what it was, afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], level = before
    root.setLevel(level)


@pytest.fixture
def lines(capsys):
    """What was logged so far, line by line, as a terminal breaks it, without the moments."""

    def read() -> list[str]:
        return [MOMENT.sub("", line) for line in capsys.readouterr().err.splitlines()]

    return read


def test_a_text_line_has_level_logger_request_message_and_more(lines):
    log.configure(fmt="text", level="INFO")
    token = log.request_id.set("a1b2")

    logger.warning("job %s", "failed", extra={"job": 7, "listener": "search.index"})
    log.request_id.reset(token)
    logger.info("outside of a request")

    assert lines() == [
        'WARNING portal.tests a1b2 job failed job=7 listener="search.index"',
        "INFO portal.tests - outside of a request",
    ]


def test_a_json_line_holds_the_same(capsys):
    log.configure(fmt="json", level="INFO")

    logger.warning("job failed", extra={"job": 7, "ümlaut": "é"})

    line = json.loads(capsys.readouterr().err)
    assert MOMENT.match(line.pop("at") + " ")
    assert line == {
        "level": "WARNING",
        "logger": "portal.tests",
        "request": "-",
        "message": "job failed",
        "job": 7,
        "ümlaut": "é",
    }


def test_what_weighs_less_than_the_level_is_not_written(lines):
    log.configure(fmt="text", level="WARNING")

    logger.info("chatter")

    assert lines() == []


def test_a_name_with_line_breaks_or_terminal_codes_stays_on_its_line(lines):
    log.configure(fmt="text", level="INFO")

    logger.info("hello %s", HOSTILE, extra={"path": HOSTILE})

    (line,) = lines()
    message, _, path = line.partition(" path=")
    assert message == f"INFO portal.tests - hello {WRITTEN_OUT}"
    assert json.loads(path) == HOSTILE


def test_a_json_line_stays_one_line_and_can_be_read_back(capsys):
    log.configure(fmt="json", level="INFO")

    logger.info("hello %s", HOSTILE, extra={"path": HOSTILE})

    (line,) = capsys.readouterr().err.splitlines()
    read = json.loads(line)
    assert (read["message"], read["path"]) == (f"hello {HOSTILE}", HOSTILE)


def test_the_text_of_an_error_is_set_in_so_that_it_is_no_line_of_its_own(lines):
    log.configure(fmt="text", level="INFO")

    logger.error("it failed", exc_info=ValueError(HOSTILE))

    assert lines() == [
        "ERROR portal.tests - it failed",
        "    ValueError: Eve",
        "    " + WRITTEN_OUT.partition(r"\u000a")[2],
    ]


def test_a_line_that_cannot_be_written_stops_nothing(monkeypatch, lines):
    log.configure(fmt="text", level="INFO")
    monkeypatch.setattr(logging, "raiseExceptions", False)
    seen = []

    class Unwritable:
        def __str__(self) -> str:
            raise ValueError("no text of this")

    logger.info("hello %s", Unwritable())
    seen.append("went on")

    assert (seen, lines()) == (["went on"], [])

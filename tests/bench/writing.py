"""How fast the editor answers: previews and savings of the longest text that comes with the portal."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Protocol

ARTICLES = Path(__file__).resolve().parents[2] / "kb_articles"
PREVIEWS, PAUSE_SECONDS, SAVES = 40, 0.52, 200  # a person gets twenty previews in ten seconds

Line = Callable[[str, list[float], str], None]


class Asked(Protocol):
    """A portal that answers to forms."""

    def get(self, path: str, cookie: str = "") -> tuple[int, float, str]:
        """Status, milliseconds, and the page."""

    def post(self, path: str, cookie: str, data: dict[str, str]) -> tuple[int, float, str]:
        """Status, milliseconds, and the answer."""


def measure(portal: Asked, ref: str, cookie: str, line: Line) -> None:
    """Begin a text on top of the article *ref*, then ask for its preview and save it, each time with another word."""
    page = portal.get("/contact", cookie)[2]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    portal.post(f"/kb/{ref}/edit", cookie, {"csrf_token": token[1]})
    found = re.search(r'href="(/write/\d+)"', portal.get("/write", cookie)[2])
    assert found is not None
    form = _Form()
    form.feed(portal.get(found[1], cookie)[2])
    name, body = longest()
    times = []
    for number in range(PREVIEWS):
        sent = form.fields | {"body": f"{body}\nWord {number}.\n", "audience": "everyone"}
        status, milliseconds, answer = portal.post(f"{found[1]}/preview", cookie, sent)
        assert status == 200 and not json.loads(answer)["faults"], answer  # noqa: PT018 - one thing: it was rendered
        times.append(milliseconds)
        time.sleep(PAUSE_SECONDS)
    line(f"preview of the longest article ({name}, {len(body) // 1000} KB)", times, "95th 50 ms")
    times = []
    for number in range(SAVES):
        form.fields["body"] = f"{body}\nWord {number}.\n"
        status, milliseconds, answer = portal.post(f"{found[1]}/save", cookie, form.fields)
        assert status == 200, answer
        form.fields["saves"] = str(json.loads(answer)["saves"])
        times.append(milliseconds)
    line("saving that text while it is written", times, "95th 15 ms")


def longest() -> tuple[str, str]:
    """The ref and the text of the longest of the starter articles."""
    path = max(ARTICLES.glob("KB*.md"), key=lambda each: each.stat().st_size)
    return path.name.partition("-")[0], path.read_text(encoding="utf-8").split("\n---\n", 1)[1]


class _Form(HTMLParser):
    """What the form of the editor would send, as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
        elif tag == "option" and "selected" in given:
            self.fields[self._select] = given["value"]
        elif tag == "input" and name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] = data.lstrip("\n")

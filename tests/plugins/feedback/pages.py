"""What a person sees and does on pages with questions, for tests."""

from __future__ import annotations

import html
import re
from typing import Any

from portal.testing import send


def token_on(page: str) -> str:
    """The token of the question on a page; empty where nothing is asked."""
    found = re.search(r'name="token" value="([^"]+)"', page)
    return html.unescape(found[1]) if found else ""


def said(page: str) -> list[str]:
    """The questions of a form on a page, in their order."""
    found = re.findall(
        r"<legend>([^<]+?)\s*(?:<span|</legend>)|<label for=\"(?:ask|q)-[A-Z]+\d+\">([^<]+)</label>", page
    )
    return [html.unescape(legend or label).strip() for legend, label in found]


def give_verdict(client: Any, value: str, ref: str = "KB0101", words: str = "", **options: Any) -> str:
    """Say on the page of an article whether it helped, and return the page that follows."""
    return str(send(client, f"/kb/{ref}/verdict?q={words}", {"verdict": value}, follow_redirects=True, **options).text)

"""A form on a page, as a browser without a script reads and sends it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class _Reader(HTMLParser):
    """What stands in the fields of the form with one id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.fields = form_id, False, {}  # type: ignore[var-annotated]
        self.area, self.select = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = own.get("id") == self.form_id
        if not self.inside:
            return
        name = own.get("name", "")
        if tag == "input" and (own.get("type") not in {"radio", "checkbox"} or "checked" in own):
            self.fields[name] = own.get("value", "on")
        elif tag == "textarea":
            self.area, self.fields[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and ("selected" in own or self.select not in self.fields):
            self.fields[self.select] = own["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            self.fields[self.area] = self.fields[self.area].replace("\r\n", "\n").removeprefix("\n")
            self.area = ""
        elif tag == "form":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.area and self.inside:
            self.fields[self.area] += data


def typed_on(page: str, form_id: str = "editor") -> dict[str, str]:
    """The fields of a form with what stands in them, without its buttons."""
    reader = _Reader(form_id)
    reader.feed(page)
    return reader.fields


def press(client: FlaskClient, address: str, do: str, **changes: Any) -> TestResponse:
    """Open the editor at *address*, change some fields, and press a button of it."""
    typed = typed_on(client.get(address).text)
    return client.post(address, data=typed | {"do": do} | changes)

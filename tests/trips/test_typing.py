"""Somebody types, and pages that begin so are offered: by keyboard and pointer, read out, and left alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.served import Served
from tests.trips.people import watched
from tests.trips.test_accessibility import AXE, barriers

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_that_begins_so_is_chosen_by_keyboard_and_by_pointer(
    demo: Served, new_context: Callable[..., BrowserContext], width: int
):
    page = new_context(width=width).new_page()
    faults = watched(page)
    page.goto(demo.url("/"))
    field = page.get_by_role("searchbox").first
    field.press_sequentially("print")
    options = page.get_by_role("listbox", name="Pages that begin so").get_by_role("option")
    expect(options.first).to_contain_text("Print")
    page.evaluate(AXE)
    assert barriers(page) == []

    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "begun-1")
    expect(field).to_be_focused()
    field.press("Enter")
    expect(page).to_have_url(re.compile("/kb/KB"))

    page.goto(demo.url("/"))
    field = page.get_by_role("searchbox").first
    field.press_sequentially("print")
    options.nth(1).click()
    expect(page).to_have_url(re.compile("/kb/KB"))
    assert faults == []


def test_what_was_typed_is_looked_for_unless_something_was_chosen(
    demo: Served, new_context: Callable[..., BrowserContext]
):
    page = new_context().new_page()
    page.goto(demo.url("/"))
    field = page.get_by_role("searchbox").first
    field.press_sequentially("print")
    offered = page.get_by_role("listbox")
    expect(offered).to_be_visible()
    field.press("Escape")
    expect(offered).to_have_count(0)
    expect(field).to_have_value("print")
    field.press_sequentially("er")
    expect(offered).to_be_visible()
    field.press("Tab")
    expect(offered).to_have_count(0)
    field.focus()
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=printer"))

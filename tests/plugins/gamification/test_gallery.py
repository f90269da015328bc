"""An administrator looks at all marks, and at the badges page by page."""

from __future__ import annotations

import re

from plugins.gamification.definitions import load
from plugins.gamification.views import badge_rules

LISTED = re.compile(r'<svg class="badge-mark".*?/recognition/admin/badges/([\w-]+)"', re.DOTALL)


def test_all_marks_stand_on_one_page_in_every_size(as_role):
    page = as_role("admin").get("/recognition/admin/gallery")

    assert page.status_code == 200
    assert len(re.findall('<svg class="badge-mark"', page.text)) == 4 * len(load().badges)


def test_the_badges_are_listed_with_their_marks_page_by_page(as_role, monkeypatch):
    monkeypatch.setattr(badge_rules, "PER_PAGE", 30)
    client = as_role("admin")
    pages = [client.get("/recognition/admin"), client.get("/recognition/admin?page=2")]

    listed = [LISTED.findall(each.text) for each in pages]
    assert [len(each) for each in listed] == [30, 21]
    assert sorted([*listed[0], *listed[1]]) == sorted(badge.id for badge in load().badges)

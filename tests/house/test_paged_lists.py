"""Every list of several pages: whoever asks for a page after its last one sees the last one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.core.portal import Portal
from portal.testing import NOON, MakeArticle, MakePerson

ROOT = Path(__file__).resolve().parents[2]
PAGED = {
    "articles/index.html": ("front_line", "/kb?service=printing"),
    "articles/history.html": ("specialist", "/kb/KB0101-printing-does-not-work/history"),
    "articles/queue.html": ("coach", "/review"),
    "articles/failing.html": ("coach", "/coach/finds"),
    "articles/withheld.html": ("coach", "/coach/withheld"),
    "notices/notices.html": ("front_line", "/notices"),
    "search/figures.html": ("admin", "/search/figures?show=slow"),
    "search/own_words.html": ("coach", "/search/words"),
    "search/gaps.html": ("front_line", "/search/gaps"),
    "search/_results.html": ("front_line", "/search?q=printing"),
    "home/_desk_list.html": ("front_line", "/desk?q=printing"),
    "organisation/services.html": ("front_line", "/services"),
    "organisation/unit.html": ("front_line", "/units/company"),
    "organisation/contact.html": ("visitor", "/contact"),
    "organisation/admin_list.html": ("admin", "/admin/organisation/unit"),
    "accounts/people.html": ("admin", "/admin/people"),
    "accounts/writers.html": ("coach", "/coach/writers"),
    "accounts/coach_services.html": ("coach", "/coach/services"),
    "accounts/away.html": ("admin", "/people/1/absences"),
    "accounts/looks.html": ("admin", "/people/2/looks"),
    "feedback/mine.html": ("front_line", "/feedback/mine"),
    "feedback/article_figures.html": ("coach", "/feedback/articles/KB0101"),
    "feedback/words.html": ("coach", "/feedback/words"),
    "feedback/callbacks.html": ("coach", "/feedback/callbacks"),
    "feedback/improvements.html": ("coach", "/feedback/improvements"),
    "feedback/said.html": ("visitor", "/feedback/said"),
    "feedback/rounds.html": ("admin", "/feedback/admin/rounds"),
    "handover/state.html": ("front_line", "/handover/state/draft"),
    "handover/my.html": ("front_line", "/handover/my"),
    "handover/debts.html": ("front_line", "/handover/debts"),
    "gamification/badge_rules.html": ("admin", "/recognition/admin"),
    "gamification/badge.html": ("front_line", "/badges/well-worn"),
    "gamification/badges_of.html": ("front_line", "/badges/of/1"),
    "gamification/stands_on.html": ("front_line", "/badges/first-answer/2"),
    "gamification/recognition.html": ("front_line", "/recognition"),
    "gamification/contributions.html": ("coach", "/recognition/people/1"),
    "gamification/thanks.html": ("front_line", "/thanks"),
    "gamification/reviews.html": ("coach", "/recognition/reviews"),
}
"""Template that has the way through a list, and who sees it where; whoever adds such a page adds a line."""


def test_every_list_of_several_pages_is_in_the_table():
    files = [*ROOT.glob("portal/**/templates/**/*.html"), *ROOT.glob("plugins/**/templates/**/*.html")]
    paged = {file for file in files if "_macros/paging.html" in file.read_text(encoding="utf-8")}

    assert {"/".join(file.parts[-2:]) for file in paged} == set(PAGED)


@pytest.mark.usefixtures("frozen_clock")
@pytest.mark.parametrize(("role", "path"), PAGED.values(), ids=PAGED)
def test_a_page_after_the_last_one_is_the_last_one(
    role: str,
    path: str,
    organised: Portal,
    make_person: MakePerson,
    make_article: MakeArticle,
    as_role: Callable[..., FlaskClient],
):
    make_person("The first one here")
    make_article()
    for _written in organised.plugins.get("search").indexing.rebuild(NOON):
        pass
    client = as_role(role)

    last = client.get(path)
    beyond = client.get(f"{path}{'&' if '?' in path else '?'}page=9999", follow_redirects=True)

    assert (last.status_code, beyond.status_code) == (200, 200)
    assert said(beyond.text) == said(last.text)


def said(page: str) -> str:
    """What stands in the middle of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]).split())

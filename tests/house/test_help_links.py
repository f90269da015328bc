"""Every page says where it is explained: the link is there, opens for who sees it, and lands on a heading."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.app import ROOT, create_app
from portal.articles import handbook, loading
from portal.articles.models import Article
from portal.articles.states import ArticleState
from portal.core import clock
from portal.core.errors import ConfigError
from portal.core.hooks import HelpLink, hookimpl
from portal.core.plugins import Plugin
from tests.house import town as towns
from tests.house.town import VIEWERS, Town

LINK = re.compile(r'<a class="help-link" href="([^"]*)"(?: hreflang="([^"]*)")?>')
WORDS = {"en": "How does this work?", "de": "Wie funktioniert das?"}


@pytest.fixture
def town(app: Flask, make_person: Callable, tmp_path: Path, run_jobs: Callable[[], int], frozen_clock: object) -> Town:
    (tmp_path / "walk").mkdir()
    built = towns.build(app, make_person, tmp_path / "walk", run_jobs)
    with built.house.db.reading() as session:
        words = loading.vocabulary(session)
    checked = loading.check([ROOT / "kb_articles" / "handbook"], words, max_bytes=100_000)
    loading.load(built.house.db, checked, now=clock.now)
    return built


def links_on(page: str) -> list[str]:
    return [html.unescape(address) for address, _language in LINK.findall(page)]


def test_every_page_leads_to_a_heading_of_the_handbook_that_its_reader_may_open(town: Town):
    without, dead, seen = [], [], set()
    addresses = towns.a_few(town)
    for viewer in VIEWERS:
        client = town.client(viewer)
        opened: dict[str, str] = {}
        for address in addresses:
            answer = client.get(address)
            page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
            if answer.status_code != 200 or "</html>" not in page:
                continue
            links = links_on(page)
            if len(links) != 1:
                without.append((viewer, address, links))
                continue
            path, _, heading = links[0].partition("#")
            if path not in opened:
                opened[path] = client.get(path).get_data(as_text=True)
            if not heading or f'id="{heading}"' not in opened[path]:
                dead.append((viewer, address, links[0]))
            seen.add(links[0].partition("/kb/")[2][:6])

    assert without == []
    assert dead == []
    assert seen == {"KB9001", "KB9003", *(f"KB{number}" for number in range(9005, 9022))}


def test_pages_that_answer_to_a_form_are_explained_as_well(town: Town):
    explained = set(town.house.help_links)
    answers = {
        rule.endpoint
        for rule in town.app.url_map.iter_rules()
        if rule.endpoint != "static" and not explained & {rule.endpoint, rule.endpoint.partition(".")[0]}
    }

    # Plain text for machines, what always leads on to another page, and options under a field for a script.
    leads_on = {"accounts.sign_out", "accounts.language", "articles.ask"}
    assert answers == {"core.healthz", "core.readyz", "search.begin"} | leads_on


def test_a_page_that_is_not_there_says_where_that_is_explained(town: Town):
    client = town.client("end_user")

    pages = [client.get("/kb/KB9999"), client.get("/nowhere"), client.get("/admin")]

    there = "/kb/KB9006-find-a-fix-how-this-portal-works#h-when-a-page-is-not-there"
    assert [answer.status_code for answer in pages] == [404, 404, 403]
    assert [links_on(answer.get_data(as_text=True)) for answer in pages] == [[there]] * 3
    assert 'id="h-when-a-page-is-not-there"' in client.get(there).get_data(as_text=True)


def test_another_error_and_a_part_of_a_page_have_no_link(town: Town):
    client = town.client("end_user")

    part, form = client.get("/kb/KB0101?pane=1"), client.post("/")
    town.app.view_functions["home.front"] = lambda: 1 / 0
    fault = client.get("/")

    assert [answer.status_code for answer in (part, form, fault)] == [200, 405, 500]
    assert [links_on(answer.get_data(as_text=True)) for answer in (part, form, fault)] == [[], [], []]


def test_the_link_speaks_the_language_of_the_page(town: Town):
    client = town.client("visitor")

    for language, words in WORDS.items():
        page = client.get("/", headers={"Accept-Language": language}).get_data(as_text=True)
        assert re.search(LINK.pattern + r"<svg.*?</svg>([^<]*)</a>", page)[3] == words


def test_the_link_names_the_language_of_the_handbook_where_the_page_has_another(town: Town):
    client = town.client("visitor")

    pages = [client.get("/", headers={"Accept-Language": code}).get_data(as_text=True) for code in WORDS]

    assert [language for page in pages for _address, language in LINK.findall(page)] == ["", "en"]


def test_a_page_of_the_handbook_that_was_withdrawn_is_not_linked(town: Town, monkeypatch):
    monkeypatch.setattr(handbook, "KEEP_SECONDS", -1)
    before = links_on(town.client("visitor").get("/").get_data(as_text=True))
    with town.house.db.transaction() as session:
        session.execute(sa.update(Article).where(Article.ref == "KB9006").values(state=ArticleState.ARCHIVED))

    assert before == ["/kb/KB9006-find-a-fix-how-this-portal-works#h-what-stops-you"]
    assert links_on(town.client("visitor").get("/").get_data(as_text=True)) == []


def test_the_way_into_the_handbook_is_read_once_for_many_pages(town: Town):
    client, asked = town.client("end_user"), []
    client.get("/contact")

    def note(_connection, _cursor, statement, *_rest):
        asked.append("article_reader" in statement)

    sa.event.listen(town.house.db.engine, "before_cursor_execute", note)
    try:
        pages = [client.get("/contact").get_data(as_text=True) for _time in range(3)]
    finally:
        sa.event.remove(town.house.db.engine, "before_cursor_execute", note)

    assert [len(links_on(page)) for page in pages] == [1, 1, 1]
    assert not any(asked)


def test_the_page_of_plugins_leads_to_how_one_is_written(town: Town):
    page = town.client("admin").get("/admin/plugins").get_data(as_text=True)

    assert '<a href="/kb/KB9004-write-a-plugin">How to write a plugin</a>' in page


class Explained(Plugin):
    """A plugin that explains one place."""

    name = "explained"
    place = ""

    @hookimpl
    def help_links(self):
        return {self.place: HelpLink("KB9004", "Hooks")}


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("explained.nothing", "There is no page explained.nothing to explain."),
        ("home.front", "explained says where home.front is explained, and so does another."),
    ],
)
def test_a_plugin_that_explains_no_page_or_one_of_others_stops_the_start(instance, place, message):
    plugin = Explained()
    plugin.place = place

    with pytest.raises(ConfigError) as refused:
        create_app({"instance": str(instance)}, environ={}, plugins=[plugin])

    assert refused.value.message == message

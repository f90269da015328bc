import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from portal.articles.models import ArticleView
from portal.testing import NOON
from tests.knowledge import put_article


@pytest.fixture
def publish(house, run_jobs, frozen_clock):
    def run(*articles, **more):
        with house.db.transaction() as session:
            ids = [put_article(session, *article, **more).id for article in articles]
        run_jobs()
        return ids

    return run


def results(answer):
    """The list: address of the link, what a script fetches into the pane, whether it is open, title."""
    links = re.findall(r"<a ([^>]*data-result[^>]*)>(.*?)</a>", answer.text)
    return [
        (
            unescape(re.search(r'href="([^"]*)"', attributes)[1]),
            unescape(re.search(r'hx-get="([^"]*)"', attributes)[1]),
            "aria-current" in attributes,
            re.sub("<.*?>", "", title),
        )
        for attributes, title in links
    ]


def pane(answer):
    return re.search(
        r'<section class="desk-pane" id="pane"[^>]*>(.*?)</section>\s*<p class="desk-back">', answer.text, re.DOTALL
    )[1]


def test_the_desk_is_for_people_in_support(client, as_role, publish):
    publish(("KB0001", "Printer says no"))
    assert client.get("/desk?q=printer").location == "/sign-in?next=/desk?q%3Dprinter"
    assert as_role("end_user").get("/desk").status_code == 403
    assert as_role("front_line").get("/desk").status_code == 200


def test_a_result_opens_beside_the_list_with_and_without_a_script(as_role, publish):
    publish(("KB0001", "Printer says no", "Turn it off."), ("KB0002", "Scanner", "Near the printer."))
    client = as_role("front_line")

    answer = client.get("/desk?q=printer&open=KB0002")

    assert results(answer) == [
        ("/desk?q=printer&open=KB0001#pane", "/kb/KB0001-printer-says-no?pane=1&q=printer", False, "Printer says no"),
        ("/desk?q=printer&open=KB0002#pane", "/kb/KB0002-scanner?pane=1&q=printer", True, "Scanner"),
    ]
    assert "Near the printer." in pane(answer)
    assert "Turn it off." not in pane(answer)
    assert answer.text.count("<h1") == 1


def test_the_pane_shows_the_part_for_support(as_role, publish):
    publish(("KB0001", "New phone", "Move it."), support="Issue a quokka pass.")
    assert "Issue a quokka pass." in pane(as_role("front_line").get("/desk?open=KB0001"))


@pytest.mark.parametrize("ref", ["KB9999", "KB0002", "nonsense", "KB0001x"])
def test_what_cannot_be_opened_leaves_the_pane_as_it_was(ref, as_role, publish):
    publish(("KB0001", "Printer says no"))
    publish(("KB0002", "Firewall rules"), audience=2)
    answer = as_role("front_line").get("/desk", query_string={"open": ref})
    assert answer.status_code == 200
    assert "The whole article opens here" in pane(answer)


def test_filters_stay_on_the_desk(as_role, publish):
    publish(("KB0001", "Printer one"), service="printing")
    publish(("KB0002", "Printer two"), service="mail")
    answer = as_role("front_line").get("/desk?q=printer")
    hrefs = re.findall(r'class="chip chip-filter" href="([^"]*)" hx-get="([^"]*)" hx-target="#results"', answer.text)
    assert [tuple(map(unescape, pair)) for pair in hrefs] == [
        ("/desk?q=printer&service=mail",) * 2,
        ("/desk?q=printer&service=printing",) * 2,
        ("/desk?q=printer&kind=how_to",) * 2,
    ]


def test_a_script_gets_the_list_alone(as_role, publish):
    publish(("KB0001", "Printer says no"))
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    part = as_role("front_line").get("/desk?q=printer", headers=headers)
    assert part.text.strip().startswith('<div class="desk-list" id="results">')
    assert len(results(part)) == 1


def test_without_words_stands_what_is_opened_most(house, as_role, publish):
    one, two, old, secret = publish(
        ("KB0001", "Printer"), ("KB0002", "Outlook"), ("KB0003", "Screen")
    ) + publish(("KB0004", "Firewall"), audience=2)  # fmt: skip
    today = NOON.date()
    with house.db.transaction() as session:
        session.add_all(
            [
                ArticleView(day=today, article_id=one, views=2),
                ArticleView(day=today, article_id=two, views=5),
                ArticleView(day=today - timedelta(days=31), article_id=old, views=50),
                ArticleView(day=today, article_id=secret, views=90),
            ]
        )
    answer = as_role("front_line").get("/desk")
    assert results(answer) == [
        ("/desk?open=KB0002#pane", "/kb/KB0002-outlook?pane=1", False, "Outlook"),
        ("/desk?open=KB0001#pane", "/kb/KB0001-printer?pane=1", False, "Printer"),
    ]


def test_an_empty_desk_says_what_will_be_here(as_role, publish):
    answer = as_role("front_line").get("/desk")
    assert "Type the words of the person on the line." in answer.text


def test_nothing_fits_is_said_on_the_desk(as_role, publish):
    publish(("KB0001", "Printer says no"))
    assert "Nothing here fits these words yet" in as_role("front_line").get("/desk?q=quokka").text


def test_the_menu_leads_to_the_desk_for_those_who_may(client, as_role, publish):
    publish(("KB0001", "Printer says no"))
    assert 'href="/desk"' not in client.get("/").text
    assert 'href="/desk"' in as_role("front_line").get("/").text
    assert '<a href="/services">Services</a>' in client.get("/").text


@pytest.mark.usefixtures("rooms_alone")
def test_the_number_of_queries_does_not_grow_with_the_results(as_role, house, publish):
    counts = []
    client = as_role("front_line")
    for articles in ([("KB0001", "Printer one")], [("KB0002", "Printer two"), ("KB0003", "Printer three")]):
        publish(*articles)
        client.get("/desk?q=printer")  # what is read once a while is read now
        statements = []

        def note(_connection, _cursor, statement, *_more, statements=statements):
            statements.append(statement.split()[0])

        sa.event.listen(house.db.engine, "before_cursor_execute", note)
        answer = client.get("/desk?q=printer")
        sa.event.remove(house.db.engine, "before_cursor_execute", note)
        counts.append((len(results(answer)), statements.count("SELECT")))
    assert counts == [(1, 4), (3, 4)]

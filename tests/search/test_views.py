import re
from html import unescape

import pytest
import sqlalchemy as sa

from portal.search.models import SearchLog
from tests.knowledge import put_article


@pytest.fixture
def publish(house, run_jobs, frozen_clock):
    def run(*articles, **more):
        with house.db.transaction() as session:
            for article in articles:
                put_article(session, *article, **more)
        run_jobs()

    return run


NOW_AND_THEN = ("FROM portal_state", "FROM plugin_switch", "(SELECT site.holidays", "LEFT OUTER JOIN article_reader")
"""Parts of what is read once a while, whatever the page."""


def titles(answer):
    """The results of a page: address and plain title of each."""
    rows = re.findall(r'<a href="([^"]*)" data-result[^>]*>(.*?)</a>', answer.text)
    return [(unescape(href), re.sub("<.*?>", "", title)) for href, title in rows]


def chips(answer):
    """The filters of a page: address, words and whether one is chosen."""
    rows = re.findall(r'<a class="chip chip-filter" href="([^"]*)"[^>]*?( aria-current="true")?>(.*?)</a>', answer.text)
    return [(unescape(href), " ".join(re.sub("<.*?>", " ", label).split()), bool(on)) for href, on, label in rows]


def test_the_best_answer_stands_first_with_its_passage_and_tells_the_words_on(client, publish):
    publish(("KB0001", "Printer says no", "Turn the printer off & on."), ("KB0002", "Scanner", "Near the printer."))

    answer = client.get("/search?q=printer")

    assert titles(answer) == [
        ("/kb/KB0001-printer-says-no?q=printer", "Printer says no"),
        ("/kb/KB0002-scanner?q=printer", "Scanner"),
    ]
    assert '<li class="result result-best">' in answer.text
    assert "Turn the <mark>printer</mark> off &amp; on." in answer.text
    assert "2 pages fit" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_words_are_shown_as_words_whatever_they_are(client, publish):
    publish(("KB0001", "Printer says no"))
    answer = client.get("/search", query_string={"q": 'printer "><script>alert(1)</script>'})
    assert "<script>alert" not in answer.text
    assert "What fits “printer &#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;”" in answer.text
    assert len(titles(answer)) == 1


def test_filters_are_links_with_counts_that_turn(client, publish):
    publish(("KB0001", "Printer one"), service="printing", kind="how_to")
    publish(("KB0002", "Printer two"), service="mail", kind="how_to")

    assert chips(client.get("/search?q=printer")) == [
        ("/search?q=printer&service=mail", "Mail and calendar 1", False),
        ("/search?q=printer&service=printing", "Printing 1", False),
        ("/search?q=printer&kind=how_to", "How-to 2", False),
    ]
    narrowed = client.get("/search?q=printer&service=printing")
    assert chips(narrowed) == [
        ("/search?q=printer&service=mail", "Mail and calendar 1", False),
        ("/search?q=printer", "Printing 1 (chosen, press to take it away)", True),
        ("/search?q=printer&service=printing&kind=how_to", "How-to 1", False),
    ]
    assert [title for _href, title in titles(narrowed)] == ["Printer one"]


def test_nothing_fits_offers_a_person_and_the_services(client, publish):
    publish(("KB0001", "Printer says no"))

    answer = client.get("/search?q=quokka")

    assert answer.status_code == 200
    assert "Nothing here fits these words yet" in answer.text
    assert "Or ask a person: +49 30 1234." in answer.text
    assert 'href="/services"' in answer.text
    assert 'href="/contact"' in answer.text


def test_a_part_without_results_leads_back_to_everything(client, publish):
    publish(("KB0001", "Printer says no"), service="printing")
    answer = client.get("/search?q=printer&service=mail")
    assert '<a href="/search?q=printer">Look everywhere</a>' in answer.text


def test_without_words_the_page_asks_what_stops_you(client):
    answer = client.get("/search?q=%20%20")
    assert answer.status_code == 200
    assert "<h1>What stops you?</h1>" in answer.text


def test_a_script_gets_the_list_alone_and_its_count_takes_the_focus(client, publish):
    publish(("KB0001", "Printer says no"))
    part = client.get("/search?q=printer", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert part.text.strip().startswith('<div id="results">')
    assert '<p class="results-count" tabindex="-1" data-focus>' in part.text
    assert "data-focus" not in client.get("/search?q=printer").text


def test_pages_lead_back_and_on_and_a_page_behind_the_last_leads_to_it(client, publish):
    publish(*((f"KB00{number}", f"Printer {number}") for number in range(10, 35)))

    second = client.get("/search?q=printer&page=2")

    assert "Page 2 of 3" in second.text
    assert 'rel="prev" href="/search?q=printer"' in second.text
    assert 'rel="next" href="/search?q=printer&amp;page=3"' in second.text
    assert client.get("/search?q=printer&page=9").location == "/search?q=printer&page=3"
    assert client.get("/search?q=printer&page=x").status_code == 200


def test_without_an_index_the_page_says_how_to_get_help(client, house):
    answer = client.get("/search?q=printer")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "The search is away for a moment" in answer.text
    assert 'href="/services"' in answer.text
    assert client.get("/readyz").json["faults"] == {
        "index": "There is no search index yet. Build it again with: portal search rebuild"
    }


def test_with_an_index_the_portal_is_ready(client, publish):
    publish(("KB0001", "Printer says no"))
    assert (client.get("/readyz").status_code, client.get("/readyz").json["faults"]) == (200, {})


def test_a_search_is_noted_without_who_and_only_once_for_all_its_pages(as_role, house, publish):
    publish(("KB0001", "Printer says no"), service="printing")
    client = as_role("front_line")
    for address in (
        "/search?q=printer&service=printing",
        "/search?q=printer&page=1",
        "/search?q=",
        "/search?q=no&page=2",
    ):
        client.get(address)
    house.tally.flush()

    with house.db.reading() as session:
        rows = session.scalars(sa.select(SearchLog).order_by(SearchLog.id)).all()
        noted = [(row.words, row.hits, row.service, row.kind, row.level, row.language) for row in rows]
    assert noted == [("printer", 1, "printing", "", 1, "en"), ("printer", 1, "", "", 1, "en")]
    assert "person_id" not in SearchLog.__table__.columns


def test_people_see_what_their_level_reads(as_role, client, publish):
    publish(("KB0001", "New phone", "Move it."), support="Issue a quokka pass.")
    assert titles(client.get("/search?q=quokka")) == []
    assert "quokka" not in client.get("/search?q=phone").text
    front_line = as_role("front_line").get("/search?q=quokka")
    assert titles(front_line) == [("/kb/KB0001-new-phone?q=quokka", "New phone")]
    assert "Issue a <mark>quokka</mark> pass." in front_line.text


@pytest.mark.parametrize("app_settings", [{"anonymous_reading": False}])
def test_a_visitor_who_may_read_nothing_signs_in_first_and_comes_back(client, publish):
    publish(("KB0001", "Printer says no"))
    assert client.get("/search?q=printer").location == "/sign-in?next=/search?q%3Dprinter"


def test_the_number_of_queries_does_not_grow_with_the_results(client, house, publish):
    counts = []
    for articles in ([("KB0001", "Printer one")], [("KB0002", "Printer two"), ("KB0003", "Printer three")]):
        publish(*articles)
        client.get("/search?q=printer")  # what is read once a while is read now
        statements = []

        def note(_connection, _cursor, statement, *_more, statements=statements):
            if not any(each in statement for each in NOW_AND_THEN):
                statements.append(statement.split()[0])

        sa.event.listen(house.db.engine, "before_cursor_execute", note)
        answer = client.get("/search?q=printer")
        sa.event.remove(house.db.engine, "before_cursor_execute", note)
        counts.append((len(titles(answer)), statements.count("SELECT")))
    assert counts == [(1, 3), (3, 3)]


def test_a_slip_is_told_with_what_was_looked_for_instead(client, publish):
    publish(("KB0001", "Printer says no"))

    page = client.get("/search?q=printter").text

    assert "No page has “printter”, so “printer” was looked for." in page
    assert "/kb/KB0001-printer-says-no?q=printter" in page
    assert "was looked for." not in client.get("/search?q=printer").text

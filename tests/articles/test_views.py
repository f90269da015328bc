"""The pages of articles as a browser gets them."""

import re
import threading
from datetime import date
from html import unescape

import pytest
import sqlalchemy as sa

from portal.accounts import service as accounts
from portal.articles import service
from portal.articles.models import Article, ArticleView
from portal.testing import NOON

FENCED = "Look at the screen.\n\n::: support\n\nThe spool folder.\n\n:::\n\n::: specialists\n\nThe registry.\n\n:::\n"


@pytest.fixture(autouse=True)
def _noon(frozen_clock):
    """All pages are asked for at noon on 2 March 2026."""


def words(html: str) -> str:
    """The text of a page without its tags, blanks folded."""
    body = html[html.index("<main") : html.index("</main>")] if "<main" in html else html
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def token(html: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', html)[1]


def test_the_page_of_an_article_says_what_it_is_and_how_far_it_can_be_trusted(client, make_article):
    make_article(time_needed_minutes=4)

    page = client.get("/kb/KB0101-printing-does-not-work")

    assert page.status_code == 200
    assert words(page.text).startswith(
        "Printing and scanning Something does not work 4 minutes Printing does not work "
        "From the starter set, not yet checked here Look at the screen of the printer. Did this page fix it?"
    )
    assert "Who looks after it Onsite support" in words(page.text)
    assert '<link rel="canonical" href="http://localhost/kb/KB0101-printing-does-not-work">' in page.text


@pytest.mark.parametrize(
    ("front", "line"),
    [
        (
            {"checked_on": date(2026, 2, 12), "checked_by": "onsite-team", "confidence": "validated"},
            "Checked on 12 February 2026 by Onsite support",
        ),
        ({"governance": "compliance"}, "Not approved here yet"),
        (
            {"governance": "compliance", "approved_on": date(2026, 2, 12), "approved_by": "security-lead"},
            "Approved on 12 February 2026 by security lead",
        ),
    ],
    ids=["checked", "not approved", "approved"],
)
def test_a_reader_sees_who_answers_for_a_text(client, make_article, front, line):
    make_article(**front)

    assert line in words(client.get("/kb/KB0101").text)


def test_a_reader_sees_what_an_article_is_for_and_how_far_a_known_error_is_dealt_with(client, make_article):
    make_article(
        kind="known_error",
        environment=["Windows 10", "Windows 11"],
        review_every_days=30,
        known_error={"status": "workaround", "fix_planned_for": date(2026, 4, 20)},
        tags=["printer", "queue"],
    )

    page = words(client.get("/kb/KB0101").text)

    assert "For Windows 10, Windows 11 There is a way round. The fix is planned for 20 April 2026." in page
    assert "Tags printer queue" in page


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("KB0101-an-older-title", "/kb/KB0101-printing-does-not-work"),
        ("KB0101-older?q=no+paper&page=2", "/kb/KB0101-printing-does-not-work?q=no+paper"),
        ("kb0101", "/kb/KB0101-printing-does-not-work"),
        ("printer-trouble", "/kb/KB0101-printing-does-not-work"),
    ],
)
def test_every_address_that_ever_led_here_leads_to_the_permanent_one(client, make_article, address, leads_to):
    make_article(old_slugs=["printer-trouble"])

    answer = client.get(f"/kb/{address}")

    assert (answer.status_code, answer.headers["Location"]) == (301, leads_to)


def test_the_ref_alone_opens_the_article(client, make_article):
    make_article()

    assert client.get("/kb/KB0101").status_code == 200


@pytest.mark.parametrize("address", ["KB9999", "KB9999-x", "nothing-like-it", "KB0101", "printer-trouble"])
def test_what_is_not_there_and_what_one_may_not_read_look_the_same(client, make_article, address):
    make_article(audience="support", old_slugs=["printer-trouble"])

    page = client.get(f"/kb/{address}")

    assert (page.status_code, "There is no such article here." in page.text) == (404, True)


@pytest.mark.parametrize(
    ("role", "reads"),
    [("visitor", []), ("end_user", []), ("front_line", ["spool"]), ("specialist", ["spool", "registry"])],
)
def test_each_level_reads_its_parts(as_role, make_article, role, reads):
    make_article(body=FENCED)

    page = as_role(role).get("/kb/KB0101").text

    assert [word for word in ("spool", "registry") if word in page] == reads


def test_the_front_line_learns_that_there_is_a_part_for_specialists(as_role, make_article):
    make_article(body=FENCED)

    assert "There is a part for specialists here." in as_role("front_line").get("/kb/KB0101").text
    assert "specialists" not in as_role("end_user").get("/kb/KB0101").text


def test_the_holder_of_the_owner_role_is_named_to_colleagues_only(client, as_role, house, make_article, make_person):
    make_article()
    holder = make_person("Sam Holder")
    with house.db.transaction() as session:
        session.execute(
            sa.text("INSERT INTO owner_role_holder (owner_role, person_id, named_at) VALUES ('onsite-team', :id, :at)"),
            {"id": holder.id, "at": "2026-03-02 12:00:00"},
        )

    assert "Sam Holder" in as_role("end_user").get("/kb/KB0101").text
    assert "Sam Holder" not in client.get("/kb/KB0101").text


def test_until_somebody_is_named_the_lead_of_the_team_holds_the_role_and_else_the_first_coach(
    as_role, house, make_article, make_person
):
    make_article()
    seen = []
    browser = as_role("end_user")

    def look():
        page = browser.get("/kb/KB0101").text
        seen.append([name for name in ("Cora Coach", "Lena Lead") if name in page])

    look()
    make_person("Cora Coach", roles=["coach"])
    look()
    lead = make_person("Lena Lead")
    with house.db.transaction() as session:
        accounts.name_duty(session, session.merge(lead), "party_lead", "onsite", by=None, now=NOON)
    look()
    with house.db.transaction() as session:
        accounts.leave(session, session.merge(lead), by=None, now=NOON)
    look()

    assert seen == [[], ["Cora Coach"], ["Lena Lead"], ["Cora Coach"]]


def test_the_desk_gets_the_article_alone(as_role, make_article):
    make_article(body=FENCED)
    browser = as_role("front_line")

    pane = browser.get("/kb/KB0101?pane=1").text

    assert pane == browser.get("/kb/KB0101", headers={"HX-Request": "true"}).text
    assert ("<html" in pane, "<h1" in pane, "spool" in pane) == (False, False, True)


def test_an_archived_article_says_so_and_names_the_one_that_follows(client, house, make_article):
    old, new = make_article("KB0101"), make_article("KB0102", title="Print from anywhere")
    with house.db.transaction() as session:
        old, new = session.merge(old), session.merge(new)
        service.archive(session, old, successor=new, by=None, now=NOON)

    page = client.get("/kb/KB0101").text

    assert "This article is archived. This one took its place: Print from anywhere" in words(page)
    assert "Did this page fix it?" not in page


def test_an_article_in_another_language_says_which(client, make_article):
    make_article(language="de", title="Drucken geht nicht")

    page = client.get("/kb/KB0101", headers={"Accept-Language": "en"}).text

    assert '<h1 class="article-title" lang="de">Drucken geht nicht</h1>' in page
    assert '<div class="prose" lang="de">' in page


def test_titles_in_lists_say_their_language_where_it_is_not_that_of_the_page(client, make_article, as_role):
    make_article(tags=["printer"])
    make_article(
        "KB0102", "::: specialists\n\nThe spool folder.\n\n:::\n", title="Drucker", language="de", tags=["printer"]
    )
    german = {"Accept-Language": "de"}

    pages = ["/kb", "/services/printing", "/kb/KB0102"]
    in_german = [client.get(path, headers=german).text for path in pages]
    in_english = [client.get(path, headers={"Accept-Language": "en"}).text for path in pages]

    assert ['does-not-work" lang="en">Printing does not work</a>' in page for page in in_german] == [True] * 3
    assert ['drucker">Drucker</a>' in page for page in in_german[:2]] == [True] * 2
    assert ['drucker" lang="de">Drucker</a>' in page for page in in_english[:2]] == [True] * 2
    assert 'drucker" lang="de">Drucker</a>' in as_role("coach").get("/coach/withheld").text


def test_what_an_author_writes_is_text_wherever_it_is_shown(client, make_article):
    make_article(title="<b>Bold</b> & printing", words=["<i>x</i> y z", "stuck in queue", "printer is dead"])
    make_article("KB0102", title="Another")

    pages = [client.get(path).text for path in ("/kb/KB0101", "/kb/KB0102", "/kb")]

    assert [page.count("&lt;b&gt;Bold&lt;/b&gt; &amp; printing") > 0 for page in pages] == [True, True, True]
    assert [page.count("<b>Bold</b>") for page in pages] == [0, 0, 0]


# Views are counted beside the reading path


def test_opening_a_page_is_counted_without_a_write_on_the_way(client, house, make_article):
    article, here, written = make_article(), threading.get_ident(), []

    def note(_connection, _cursor, statement, *_rest):
        if threading.get_ident() == here and not statement.startswith(("SELECT", "BEGIN", "WITH")):
            written.append(statement)

    sa.event.listen(house.db.engine, "before_cursor_execute", note)
    client.get("/kb/KB0101")
    client.get("/kb/KB0101?pane=1")
    client.get("/kb/KB9999")
    sa.event.remove(house.db.engine, "before_cursor_execute", note)
    house.tally.flush()

    with house.db.reading() as session:
        rows = session.execute(sa.select(ArticleView.day, ArticleView.article_id, ArticleView.views)).all()
    assert written == []
    assert rows == [(NOON.date(), article.id, 2)]


# Lists


@pytest.mark.usefixtures("rooms_alone")
@pytest.mark.parametrize("others", [1, 3])
@pytest.mark.parametrize(("role", "reads"), [("visitor", 2), ("front_line", 4)])
def test_the_page_of_an_article_takes_as_many_reads_whatever_stands_beside_it(
    as_role, make_article, query_count, others, role, reads
):
    make_article()
    for number in range(others):
        make_article(f"KB020{number}", title=f"Another {number}")
    browser = as_role(role)
    browser.get("/kb/KB0101")

    with query_count() as count:
        page = browser.get("/kb/KB0101")

    assert len(set(re.findall(r"/kb/(KB020\d)", page.text))) == others
    assert count() == reads


@pytest.mark.usefixtures("rooms_alone")
@pytest.mark.parametrize("articles", [1, 3])
@pytest.mark.parametrize("path", ["/kb", "/coach/withheld"])
def test_lists_take_four_reads_for_three_as_for_one(as_role, make_article, query_count, articles, path):
    for number in range(articles):
        make_article(f"KB020{number}", FENCED, title=f"Another {number}")
    browser = as_role("coach")
    browser.get(path)

    with query_count() as count:
        page = browser.get(path)

    assert len(set(re.findall(r"/kb/(KB020\d)", page.text))) == articles
    assert count() == 4


def test_the_list_of_all_shows_each_service_with_its_articles_and_pages_through_them(client, make_article):
    make_article("KB0101", title="Beta")
    make_article("KB0102", title="Alpha")
    make_article("KB0103", title="Gamma", service="mail")

    page = client.get("/kb")

    assert words(page.text) == (
        "All articles Mail and calendar Gamma Something does not work "
        "Printing and scanning Alpha Something does not work Beta Something does not work"
    )


def test_an_empty_list_says_what_to_do(client, organised):
    assert "There is nothing to read here." in client.get("/kb?service=mail").text
    assert client.get("/kb?page=0").status_code == 200
    after_the_last = client.get("/kb?page=99999999999999999999")
    assert (after_the_last.status_code, after_the_last.location) == (302, "/kb?page=1")


def test_the_page_of_a_service_lists_its_articles_by_kind_with_trouble_first(client, make_article):
    make_article("KB0101", title="Fix it")
    make_article("KB0102", title="Ask about it", kind="faq")
    make_article("KB0103", title="Only for support", audience="support")

    page = words(client.get("/services/printing").text)

    assert "Something does not work Fix it Questions and answers Ask about it" in page
    assert "Only for support" not in page


# What only specialists read


def test_a_coach_says_why_a_part_is_withheld(as_role, house, make_article):
    make_article("KB0101", FENCED)
    browser = as_role("coach")
    page = browser.get("/coach/withheld").text

    answer = browser.post(
        "/coach/withheld/KB0101", data={"csrf_token": token(page), "KB0101-reason": "Needs admin rights."}
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/coach/withheld#KB0101")
    assert ">Needs admin rights.</textarea>" in browser.get("/coach/withheld").text.replace("\r\n", "").replace(
        ">\nNeeds", ">Needs"
    )
    with house.db.reading() as session:
        article = session.scalars(sa.select(Article)).one()
        assert (article.withheld_reason, article.withheld_at) == ("Needs admin rights.", NOON)


def test_a_reason_that_is_too_long_is_said_beside_the_field_and_nothing_typed_is_lost(as_role, make_article):
    make_article("KB0101", FENCED)
    browser = as_role("coach")
    page = browser.get("/coach/withheld").text

    answer = browser.post("/coach/withheld/KB0101", data={"csrf_token": token(page), "KB0101-reason": "x" * 1001})

    assert answer.status_code == 422
    assert ("Say it in 1000 characters or fewer." in answer.text, "x" * 1001 in answer.text) == (True, True)


@pytest.mark.parametrize("role", ["end_user", "front_line", "specialist", "lead", "admin"])
def test_nobody_but_a_coach_sees_what_is_withheld(as_role, make_article, role):
    make_article("KB0101", FENCED)

    assert as_role(role).get("/coach/withheld").status_code == 403


# Asking, and reading signed out


def test_asking_leads_to_all_ways_to_reach_a_person(client, organised):
    answer = client.get("/ask?form=security-key")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/contact")


class TestWhereVisitorsMayNotRead:
    """Anonymous reading is switched off."""

    @pytest.fixture
    def app_settings(self):
        return {"anonymous_reading": False}

    @pytest.mark.parametrize("path", ["/kb", "/kb/KB0101", "/kb/printer-trouble"])
    def test_they_are_asked_to_sign_in_first(self, client, as_role, make_article, path):
        make_article(old_slugs=["printer-trouble"])

        answer = client.get(path)

        assert (answer.status_code, answer.headers["Location"]) == (302, f"/sign-in?next={path}")
        assert as_role("end_user").get(path).status_code in {200, 301}

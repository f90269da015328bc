"""The question under an article as a browser gets it: who answers how, and what comes back."""

import re
from html import unescape

import pytest
import sqlalchemy as sa

from portal.articles.models import Verdict
from tests.articles.test_views import token, words


@pytest.fixture(autouse=True)
def _noon(frozen_clock):
    """All pages are asked for at noon on 2 March 2026."""


def test_a_visitor_votes_without_a_script_and_is_thanked_at_the_same_place(client, house, make_article):
    make_article()
    page = client.get("/kb/KB0101?q=no+paper")
    action = unescape(re.search(r'action="(/kb/[^"]+/verdict[^"]*)"', page.text)[1])

    assert "visitor" not in page.headers.get("Set-Cookie", "")
    answer = client.post(action, data={"csrf_token": token(page.text), "verdict": "yes"})
    after = client.get(answer.headers["Location"])

    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("visitor="))
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/kb/KB0101-printing-does-not-work?q=no+paper#verdict",
    )
    assert ("HttpOnly" in cookie, "SameSite=Lax" in cookie) == (True, True)
    assert "Thank you, that tells the people who look after this page." in after.text
    assert 'value="yes" aria-pressed="true"' in after.text
    assert "1 person got back to work with it in the last 30 days." in after.text
    with house.db.reading() as session:
        assert session.execute(sa.select(Verdict.value, Verdict.words)).one() == ("yes", "no paper")


def test_a_visitors_second_answer_replaces_the_first(client, house, make_article):
    make_article()
    for value in ("yes", "no"):
        page = client.get("/kb/KB0101").text
        client.post("/kb/KB0101/verdict", data={"csrf_token": token(page), "verdict": value})

    with house.db.reading() as session:
        standing = session.scalars(sa.select(Verdict.value).where(Verdict.replaced_at.is_(None))).all()
    assert standing == ["no"]


@pytest.mark.parametrize("number", ["9" * 30, "-1", "seven"])
def test_a_text_that_nobody_can_have_read_leaves_the_vote_to_the_live_one(client, session, make_article, number):
    article = make_article()
    page = client.get("/kb/KB0101").text

    client.post(f"/kb/KB0101/verdict?revision={number}", data={"csrf_token": token(page), "verdict": "yes"})

    assert session.scalars(sa.select(Verdict.revision_id)).all() == [article.live_revision_id]


def test_a_forged_visitor_cookie_is_replaced(client, house, make_article):
    make_article()
    client.set_cookie("visitor", "short")
    page = client.get("/kb/KB0101").text

    answer = client.post("/kb/KB0101/verdict", data={"csrf_token": token(page), "verdict": "yes"})

    assert re.search(r"visitor=[\w-]{43};", answer.headers["Set-Cookie"])


def test_with_htmx_the_question_itself_is_the_answer(as_role, make_article):
    make_article()
    browser = as_role("front_line")
    page = browser.get("/kb/KB0101").text

    answer = browser.post(
        "/kb/KB0101/verdict",
        data={"csrf_token": token(page), "verdict": "yes"},
        headers={"HX-Request": "true"},
    )

    assert "Helpful for the call?" in words(page)
    assert answer.text.lstrip().startswith('<section class="verdict" id="verdict"')
    assert (answer.status_code, "data-focus" in answer.text, "Set-Cookie" in answer.headers) == (200, True, False)


def test_a_vote_without_the_token_of_a_page_is_refused(client, house, make_article):
    make_article()

    answer = client.post("/kb/KB0101/verdict", data={"verdict": "yes"})

    assert answer.status_code == 400
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Verdict)) == 0


def test_a_vote_on_what_one_may_not_read_is_like_one_on_nothing(client, make_article):
    make_article("KB0102")
    make_article("KB0101", audience="support")
    page = client.get("/kb/KB0102").text

    answers = [
        client.post(f"/kb/{ref}/verdict", data={"csrf_token": token(page), "verdict": "yes"}).status_code
        for ref in ("KB0101", "KB9999", "no-ref")
    ]

    assert answers == [404, 404, 404]

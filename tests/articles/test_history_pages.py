"""The history of an article on its pages: what stands there for whom, what changed, and an old text brought back."""

import re

import pytest
import sqlalchemy as sa

from portal.accounts.models import Person
from portal.articles.models import Article, Revision
from portal.testing import send, sign_in
from tests.articles.writing import stand

OLD, NEW = "Look at the screen of the printer.\n", "Look at the display of the printer.\n"


@pytest.fixture
def browser(app, desk, house):
    """Call it with what ``desk`` takes for a window of that person, and the person."""

    def made(*roles, **values):
        somebody = desk(*roles, **values)
        with house.db.reading() as session:
            person = session.get_one(Person, somebody.id)
        return sign_in(app.test_client(), person), somebody

    return made


def ids_of(house, ref):
    with house.db.reading() as session:
        query = sa.select(Revision.id).join(Article, Article.id == Revision.article_id).where(Article.ref == ref)
        return list(session.scalars(query.order_by(Revision.number)))


def words_of(html):
    """What stands on a page, without its markup, between the first heading and the foot."""
    main = html.partition("<h1>")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_history_says_who_when_why_and_how_much_it_changed(browser, make_article, client):
    make_article("KB0101", audience="everyone")
    kim_page, kim = browser("onsite", grant="publisher", name="Kim Berg")
    kim.publish(kim.save(kim.start("KB0101"), NEW), significance="old_is_wrong", why="New printers.")

    page = words_of(kim_page.get("/kb/KB0101/history").text)
    assert page.startswith("History Choose two texts below")
    assert (
        "Text 2 live The old instructions are now wrong 2 Mar 2026, 13:00 · written by Kim Berg New printers." in page
    )
    assert "Text 1 replaced by a newer one The first text 2 Mar 2026, 13:00 Bring back : Text 1" in page
    assert "Each step, by whom and when Text 2: published 2 Mar 2026, 13:00 · Kim Berg New printers." in page

    visitors = words_of(client.get("/kb/KB0101/history").text)
    assert "Text 2 live The old instructions are now wrong 2 Mar 2026, 13:00 New printers. What changed" in visitors
    assert [word for word in ("Kim", "Bring back", "Each step") if word in visitors] == []


def test_the_article_leads_to_its_history_and_an_old_address_to_the_right_one(make_article, client):
    make_article("KB0101", old_slugs=["old-printer"])
    address = "/kb/KB0101-printing-does-not-work/history"

    assert f'href="{address}"' in client.get("/kb/KB0101").text
    assert client.get("/kb/KB0101-other-words/history").headers["Location"] == address
    assert client.get("/kb/old-printer/history").headers["Location"] == address
    assert client.get("/kb/KB0101/history").status_code == 200
    assert client.get("/kb/KB0999/history").status_code == 404
    assert client.get("/kb/nothing/history").status_code == 404


def test_two_texts_are_compared_word_by_word_in_both_ways(browser, make_article, house):
    make_article("KB0101", audience="support")
    page, kim = browser("onsite", grant="contributor")
    kim.publish(kim.save(kim.start("KB0101"), NEW, tags=["printer", "paper"]), significance="changed")
    first, second = ids_of(house, "KB0101")

    side = page.get(f"/kb/KB0101/compare?before={first}&after={second}").text
    assert '<span class="diff-words">Look at the <del>screen</del> of the printer.</span>' in side
    assert '<span class="diff-words">Look at the <ins>display</ins> of the printer.</span>' in side
    assert "diff-sides" in side
    assert "Tags Before: printer After: printer; paper" in words_of(side).replace("− ", "").replace("+ ", "")

    inline = page.get(f"/kb/KB0101/compare?before={first}&after={second}&view=inline").text
    assert ("diff-inline" in inline, "diff-sides" in inline) == (True, False)
    same = words_of(page.get(f"/kb/KB0101/compare?before={first}&after={first}").text)
    assert same.endswith("Nothing differs In what you read, these two texts say the same.")


def test_what_is_compared_belongs_to_the_article_and_opens_for_the_reader(browser, make_article, house, client):
    make_article("KB0101", audience="support")
    make_article("KB0102")
    page, kim = browser("onsite", grant="publisher")
    kim.publish(kim.save(kim.start("KB0101"), "For all.\n", audience="everyone"), significance="changed")
    first, second = ids_of(house, "KB0101")
    (other,) = ids_of(house, "KB0102")

    def status(window, before, after, ref="KB0101"):
        return window.get(f"/kb/{ref}/compare?before={before}&after={after}").status_code

    assert (status(page, first, second), status(client, first, second)) == (200, 404)
    assert (status(page, second, other), status(page, other, second, "KB0102")) == (404, 404)
    assert (status(page, 0, second), status(page, "x", second)) == (303, 303)
    assert "Text 1" not in words_of(client.get("/kb/KB0101/history").text)


def test_a_hidden_part_and_what_its_readers_alone_see_of_the_fields_stay_away(browser, make_article, house, client):
    make_article("KB0101", "All.\n\n::: support\n\nSecretone.\n\n:::\n")
    page, pat = browser("onsite", grant="publisher")
    body = "All, new.\n\n::: support\n\nSecrettwo.\n\n:::\n"
    pat.publish(
        pat.save(pat.start("KB0101"), body, needs_access=["secretthree"]), significance="changed", why="Secretfour."
    )
    first, second = ids_of(house, "KB0101")
    path = f"/kb/KB0101/compare?before={first}&after={second}"

    everything, less = page.get(path).text, client.get(path).text + client.get("/kb/KB0101/history").text
    secrets = ("Secretone", "Secrettwo", "secretthree", "Secretfour")
    assert [word for word in secrets if word not in everything] == []
    assert [word for word in secrets if word in less] == []
    assert "All<ins>, new</ins>." in less


def test_an_old_text_is_brought_back_as_a_draft(browser, make_article, house):
    make_article("KB0101", audience="support")
    page, kim = browser("onsite", grant="contributor")
    kim.publish(kim.save(kim.start("KB0101"), NEW), significance="changed")
    first, _second = ids_of(house, "KB0101")

    answer = send(page, "/kb/KB0101/restore", {"revision": first})
    draft = ids_of(house, "KB0101")[-1]
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/write/{draft}")
    assert stand(house, "KB0101") == [(1, "superseded", "\n" + OLD), (2, "live", NEW), (3, "draft", "\n" + OLD)]

    again = send(page, "/kb/KB0101/restore", {"revision": first})
    assert again.status_code == 422
    assert "You have another text of this article under way. Finish it or put it aside" in words_of(again.text)
    assert send(page, "/kb/KB0101/restore", {"revision": 999_999}).status_code == 404
    assert send(page, "/kb/KB0101/restore", {}).status_code == 404
    assert len(ids_of(house, "KB0101")) == 3


def test_a_long_history_stands_on_pages(browser, make_article, house):
    make_article("KB0101", audience="support")
    page, kim = browser("onsite", grant="contributor")
    for number in range(51):
        kim.publish(kim.save(kim.start("KB0101"), f"Line {number}.\n"), significance="typo")

    first, second = (page.get(f"/kb/KB0101/history?page={number}").text for number in (1, 2))

    numbers = [re.findall(r'id="text-(\d+)"', each) for each in (first, second)]
    assert numbers == [[str(number) for number in range(52, 2, -1)], ["2", "1"]]
    assert 'href="/kb/KB0101-printing-does-not-work/history?moves=2#moves"' in first
    assert first.count("What changed<span") == 50
    earlier, last = (page.get(f"/kb/KB0101/history?moves={number}").text for number in (3, 4))
    steps = [each.count('<span class="list-note"><time') for each in (first, earlier, last)]
    assert (steps, "moves=4" in earlier, "moves=5" in last) == ([50, 50, 3], True, False)

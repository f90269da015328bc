"""The page on which an article is looked after, and what readers see of it: merged, archived, wrong before."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.accounts.models import Person
from portal.app import ROOT
from portal.core.portal import Portal
from portal.testing import NOON, MakeArticle, MakePerson, send, sign_in
from tests.articles.exchange import run
from tests.articles.writing import Desk, article, stand


class Browser:
    """Somebody at the page: sends forms as they stand there, and reads what it says."""

    def __init__(self, client: FlaskClient, desk: Desk) -> None:
        self.client, self.desk = client, desk

    def page(self, path: str) -> str:
        return words(self.client.get(path))

    def send(self, path: str, **fields: Any) -> TestResponse:
        return send(self.client, path, fields)


def words(answer: TestResponse) -> str:
    """What a page says, without its tags."""
    main = answer.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def browser(
    app: Flask, organised: Portal, make_person: MakePerson, desk: Callable[..., Desk], frozen_clock: object
) -> Callable[..., Browser]:
    """Somebody with a role and a proficiency, at a browser and with services."""

    def made(*roles: str, **values: Any) -> Browser:
        mine = desk(*roles, **values)
        with organised.db.reading() as session:
            person = session.get_one(Person, mine.id)
        return Browser(sign_in(app.test_client(), person), mine)

    return made


def test_an_article_is_archived_on_its_page_and_brought_back(
    organised: Portal, make_article: MakeArticle, browser: Callable[..., Browser], client: FlaskClient
):
    make_article("KB0101")
    make_article("KB0102", title="Print again after a jam")
    coach = browser("coach", name="Kim Sand")

    answer = coach.send(
        "/kb/KB0101/care/archive", **{"do": "archive", "archive-successor": "KB0102", "archive-why": "New printers."}
    )
    archived = coach.page("/kb/KB0101/care")
    seen = words(client.get("/kb/KB0101"))
    back = coach.send("/kb/KB0101/care/bring-back", **{"back-why": "They stay."})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/kb/KB0101/care")
    assert "It is followed by Print again after a jam" in archived
    assert re.search(r"archived : Print again after a jam 2 Mar 2026, \d+:00, Kim Sand New printers\.", archived)
    assert "This one took its place: Print again after a jam" in seen
    assert back.status_code == 303
    assert article(organised, "KB0101").state == "live"
    assert "They stay." in coach.page("/kb/KB0101/care")


def test_a_button_that_is_pressed_twice_leads_to_the_same_place_and_says_the_same(
    organised: Portal, make_article: MakeArticle, browser: Callable[..., Browser]
):
    make_article("KB0101")
    make_article("KB0102", title="Print again after a jam", words=["no toner", "paper jam", "grey pages"])
    coach = browser("coach")
    merge = {"merge-other": "/kb/KB0102-print", "merge-stays": "this", "merge-take_words": "y", "merge-why": "Same."}
    presses = (
        (
            "archive",
            {"do": "archive", "archive-successor": "KB0102", "archive-why": " So\r\nbe it. "},
            "KB0101 is archived. It can be",
        ),
        ("bring-back", {"back-why": "They stay."}, "KB0101 is live again."),
        ("merge", merge, "KB0102 now leads to KB0101. It can be brought back. A draft with its words is"),
    )

    for path, typed, said in presses:
        answers = [coach.send(f"/kb/KB0101/care/{path}", **typed) for _press in range(2)]
        assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/kb/KB0101/care")] * 2
        assert said in coach.client.get("/kb/KB0101/care").text

    assert (article(organised, "KB0101").state, article(organised, "KB0102").state) == ("live", "archived")
    assert coach.send("/kb/KB0101/care/bring-back", **{"back-why": "Other words."}).status_code == 422
    other = browser("coach", name="Bo Kent")
    assert other.send("/kb/KB0101/care/merge", **merge).status_code == 422


def test_what_is_refused_stands_beside_the_form_with_everything_that_was_typed(
    make_article: MakeArticle, browser: Callable[..., Browser]
):
    make_article("KB0101")
    coach = browser("coach")

    answer = coach.send(
        "/kb/KB0101/care/archive", **{"do": "archive", "archive-successor": "KB7777", "archive-why": "My long reason."}
    )
    merged = coach.send("/kb/KB0101/care/merge", **{"merge-other": "KB0101", "merge-stays": "other"})

    assert (answer.status_code, merged.status_code) == (422, 422)
    assert "There is no live article KB7777. Write its number, such as KB0004." in words(answer)
    assert 'value="KB7777"' in answer.text
    assert "My long reason." in answer.text
    assert "KB0101 cannot be followed by KB0101." in words(merged)
    assert article(coach.desk.house, "KB0101").state == "live"


def test_who_opens_a_merged_article_meets_the_one_that_stays(
    organised: Portal, make_article: MakeArticle, browser: Callable[..., Browser], client: FlaskClient
):
    make_article("KB0101", old_slugs=["the-old-printer"])
    make_article("KB0102", title="Print again after a jam")
    coach = browser("coach")

    merged = coach.send("/kb/KB0101/care/merge", **{"merge-other": "KB0102", "merge-stays": "other"})
    answer = client.get("/kb/KB0101?q=jam")
    old = client.get("/kb/the-old-printer", follow_redirects=True)
    pane = client.get("/kb/KB0101?pane=1", follow_redirects=True)
    stays = client.get(answer.headers["Location"])
    lie = client.get("/kb/KB0102-print-again-after-a-jam?merged=KB0103")

    assert merged.status_code == 303
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/kb/KB0102-print-again-after-a-jam?q=jam&merged=KB0101"
    for page in (old, pane, stays):
        assert "KB0101 was merged into this article." in page.text
    assert "was merged" not in lie.text
    assert 'id="verdict"' in stays.text
    assert coach.page("/kb/KB0101/care").count("Print again after a jam") == 2
    assert article(organised, "KB0101").is_merged


def test_the_one_at_hand_may_be_the_one_that_stays(
    organised: Portal, make_article: MakeArticle, browser: Callable[..., Browser]
):
    make_article("KB0101")
    make_article("KB0102", title="Print again after a jam", words=["no toner", "paper jam", "grey pages"])
    coach = browser("coach")

    coach.send(
        "/kb/KB0101/care/merge",
        **{"merge-other": "/kb/KB0102-print", "merge-stays": "this", "merge-take_words": "y"},
    )

    assert (article(organised, "KB0101").state, article(organised, "KB0102").state) == ("live", "archived")
    assert [row[:2] for row in stand(organised, "KB0101")] == [(1, "live"), (2, "draft")]


@pytest.mark.parametrize("stays", [{"merge-stays": "neither"}, {"merge-stays": ""}, {}])
def test_without_saying_which_one_stays_nothing_is_merged(
    organised: Portal, make_article: MakeArticle, browser: Callable[..., Browser], stays: dict[str, str]
):
    make_article("KB0101")
    make_article("KB0102", title="Print again after a jam")

    answer = browser("coach").send("/kb/KB0101/care/merge", **({"merge-other": "KB0102"} | stays))

    assert answer.status_code == 422
    assert "Which one stays To mend: It is not said which of the two stays. Choose one of the two." in words(answer)
    assert 'value="KB0102"' in answer.text
    assert [article(organised, ref).state for ref in ("KB0101", "KB0102")] == ["live", "live"]


def test_before_one_goes_whoever_merges_reads_who_does_not_reach_the_one_that_stays(
    organised: Portal, make_article: MakeArticle, browser: Callable[..., Browser]
):
    make_article("KB0101")
    make_article("KB0102", title="The zebra plan", audience="support")
    coach = browser("coach")
    into = {"merge-other": "KB0102", "merge-stays": "other", "merge-why": "My long reason."}
    said = (
        "Not everybody who reads KB0101 may read KB0102. Who may not read it only sees that KB0101 is archived. "
        "Let the other one stay, or say here that it is meant."
    )

    asked = coach.send("/kb/KB0101/care/merge", **into)
    between = article(organised, "KB0101").state
    merged = coach.send("/kb/KB0101/care/merge", **(into | {"merge-fewer": "y"}))

    assert (asked.status_code, between) == (422, "live")
    assert said in words(asked)
    assert "My long reason." in asked.text
    assert 'name="merge-fewer"' in asked.text
    assert 'name="merge-fewer"' not in coach.client.get("/kb/KB0102/care").text
    assert (merged.status_code, article(organised, "KB0101").is_merged) == (303, True)


def test_who_may_not_open_the_one_that_stays_reads_the_archived_one(
    make_article: MakeArticle, browser: Callable[..., Browser], client: FlaskClient
):
    make_article("KB0101")
    make_article("KB0102", title="The secret zebra plan", audience="support")
    coach = browser("coach")
    into = {"merge-other": "KB0102", "merge-stays": "other", "merge-fewer": "y"}
    coach.send("/kb/KB0101/care/merge", **into)

    answer = client.get("/kb/KB0101")

    assert answer.status_code == 200
    assert "This article is archived." in words(answer)
    assert "zebra" not in answer.text
    assert "KB0102" not in answer.text


def test_a_reader_from_support_opens_the_page_and_decides_nothing(
    make_article: MakeArticle, browser: Callable[..., Browser], client: FlaskClient
):
    make_article("KB0101")
    someone = browser("front_line")

    page = someone.page("/kb/KB0101/care")
    sent = [
        someone.send(f"/kb/KB0101/care/{name}", **fields).status_code
        for name, fields in (
            ("archive", {"do": "archive", "archive-why": "Old."}),
            ("merge", {"merge-other": "KB0101"}),
            ("bring-back", {}),
            ("time", {"revision": "1"}),
            ("time/7/take-back", {}),
        )
    ]

    assert "Whoever publishes for everyone, and reads all of this article, archives or merges it." in page
    assert "Archive it now" not in page
    assert sent == [403, 403, 403, 404, 404]
    assert article(someone.desk.house, "KB0101").state == "live"


def test_readers_are_told_for_a_month_since_when_the_old_instructions_are_wrong(
    make_article: MakeArticle,
    desk: Callable[..., Desk],
    client: FlaskClient,
    frozen_clock: Callable[..., None],
    organised: Portal,
):
    make_article("KB0101")
    publisher = desk("front_line", grant="publisher")
    old = article(organised, "KB0101").live_revision_id
    wrong = publisher.publish(publisher.save(publisher.start("KB0101"), "Do it so.\n"), significance="old_is_wrong")
    typo = publisher.publish(publisher.save(publisher.start("KB0101"), "Do it thus.\n"), significance="typo")

    first = client.get("/kb/KB0101-printing-does-not-work")
    frozen_clock(NOON + timedelta(days=30))
    last = client.get("/kb/KB0101-printing-does-not-work")
    frozen_clock(NOON + timedelta(days=30, seconds=1))
    after = client.get("/kb/KB0101-printing-does-not-work")

    said = "what stood here before was wrong."
    assert re.search(rf"Changed on 2 Mar 2026, .*: {said}", words(first))
    assert unescape(first.text).count(f"/kb/KB0101/compare?before={old}&after={typo.id}") == 1
    assert said in words(last)
    assert said not in words(after)
    assert wrong.id != typo.id


def test_the_comparison_is_offered_to_who_could_read_the_older_text(
    make_article: MakeArticle, desk: Callable[..., Desk], client: FlaskClient, frozen_clock: object
):
    make_article("KB0101", audience="support")
    coach = desk("coach")
    text = coach.save(coach.start("KB0101"), "For all.\n", audience="everyone")
    coach.publish(text, significance="old_is_wrong")

    page = client.get("/kb/KB0101-printing-does-not-work")

    assert "what stood here before was wrong." in words(page)
    assert "/compare" not in page.text


def test_each_part_of_the_page_leads_to_where_the_handbook_explains_it(
    organised: Portal, make_article: MakeArticle, browser: Callable[..., Browser]
):
    run(organised, "load", ROOT / "kb_articles" / "handbook")
    make_article("KB0101")
    coach = browser("coach")

    def links(page: str) -> list[str]:
        return re.findall(r'class="care-help" href="([^"]+)"', page)

    live = coach.client.get("/kb/KB0101/care").text
    coach.send("/kb/KB0101/care/archive", **{"archive-why": "Old.", "do": "archive"})
    archived = coach.client.get("/kb/KB0101/care").text

    assert [each.partition("#")[2] for each in links(live)] == [
        "h-an-article-that-has-had-its-day",
        "h-two-articles-about-the-same",
    ]
    assert [each.partition("#")[2] for each in links(archived)] == ["h-an-article-that-has-had-its-day"]
    explained = coach.client.get("/kb/KB9010").text
    for link in links(live):
        assert f'id="{link.partition("#")[2]}"' in explained

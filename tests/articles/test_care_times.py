"""Times that are set on the page of an article: shown, taken back, set twice, and by two people at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask.testing import FlaskClient

from portal.core.portal import Portal
from portal.testing import MakeArticle
from tests.articles.test_care_pages import Browser, browser, words
from tests.articles.writing import Desk, article, stand

__all__ = ["browser"]  # a fixture

TOMORROW = {"day": "2026-03-03", "time": "14:30", "zone": "Europe/Berlin", "significance": "changed", "why": ""}
RETIRE = {f"archive-{name}": TOMORROW[name] for name in ("day", "time", "zone")} | {
    "archive-why": "It is old.",
    "do": "retire",
}


def test_a_text_is_given_a_time_which_is_shown_and_taken_back(
    make_article: MakeArticle, browser: Callable[..., Browser], desk: Callable[..., Desk]
):
    make_article("KB0101")
    writer = desk("onsite")
    text = writer.submit(writer.save(writer.start("KB0101"), "New words.\n"), significance="changed")
    coach = browser("coach")
    fields = {f"time-{text.id}-{name}": value for name, value in TOMORROW.items()} | {"revision": str(text.id)}

    faulty = coach.send("/kb/KB0101/care/time", **(fields | {f"time-{text.id}-time": "25:00"}))
    answer = coach.send("/kb/KB0101/care/time", **fields)
    page = coach.client.get("/kb/KB0101/care")
    review = coach.page(f"/review/{text.id}")
    address = re.search(r'action="(/kb/KB0101/care/time/\d+/take-back)"', page.text)
    assert address is not None
    back = coach.send(address[1])

    assert faulty.status_code == 422
    assert "The time cannot be read. Write it like 14:30." in words(faulty)
    assert 'value="2026-03-03"' in faulty.text
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/kb/KB0101/care#text-{text.id}")
    assert "Goes live on 3 March 2026, 14:30 (Europe/Berlin)" in words(page)
    assert "It goes live on 3 March 2026, 14:30 (Europe/Berlin)." in review
    assert back.status_code == 303
    assert "Goes live on" not in coach.page("/kb/KB0101/care")


def test_a_new_article_is_given_a_time_by_who_writes_it_alone(
    browser: Callable[..., Browser], organised: Portal, client: FlaskClient
):
    publisher, somebody = browser("front_line", grant="publisher"), browser("front_line")
    text = publisher.desk.start_new()
    fields = {f"time-{text.id}-{name}": value for name, value in TOMORROW.items()} | {"revision": str(text.id)}

    editor = publisher.client.get(f"/write/{text.id}").text
    page = publisher.page("/kb/KB1001/care")
    answer = publisher.send("/kb/KB1001/care/time", **fields)

    assert "not live yet" in page
    assert "Your text" in page
    assert answer.status_code == 303
    assert "Goes live on 3 March 2026, 14:30 (Europe/Berlin)" in publisher.page("/kb/KB1001/care")
    assert f'href="/kb/KB1001/care#text-{text.id}"' in editor
    assert "It goes live on 3 March 2026, 14:30 (Europe/Berlin)." in publisher.page(f"/write/{text.id}")
    assert somebody.client.get("/kb/KB1001/care").status_code == 404
    assert [row[:2] for row in stand(organised, "KB1001")] == [(1, "submitted")]


def test_an_article_is_to_retire_at_a_time_however_often_it_is_pressed(
    make_article: MakeArticle, browser: Callable[..., Browser]
):
    make_article("KB0101")
    coach = browser("coach")

    answers = [coach.send("/kb/KB0101/care/archive", **RETIRE) for _press in range(2)]

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/kb/KB0101/care")] * 2
    assert coach.page("/kb/KB0101/care").count("It is archived on 3 March 2026, 14:30 (Europe/Berlin)") == 1
    assert article(coach.desk.house, "KB0101").state == "live"


def test_of_two_who_let_an_article_retire_at_once_one_reads_that_the_other_was_faster(
    make_article: MakeArticle, browser: Callable[..., Browser]
):
    make_article("KB0101")
    coaches = [browser("coach", name=name) for name in ("Kim Sand", "Bo Kent")]
    days = ("2026-03-03", "2026-03-04")

    def press(coach: Browser, day: str):
        return coach.send("/kb/KB0101/care/archive", **(RETIRE | {"archive-day": day, "archive-why": f"Of {day}."}))

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(press, coaches, days))

    assert sorted(answer.status_code for answer in answers) == [303, 422]
    slower = next(index for index, answer in enumerate(answers) if answer.status_code == 422)
    said = "Somebody else has set a time for KB0101 already. It stands on this page. Take it back first, if yours"
    assert said in words(answers[slower])
    assert f"Of {days[slower]}." in answers[slower].text
    assert f"It is archived on {3 + (1 - slower)} March 2026, 14:30 (Europe/Berlin)" in words(answers[slower])

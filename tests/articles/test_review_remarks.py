"""What is said about a text in review: remarks on lines, and the answers to the checklist."""

from __future__ import annotations

import re

import pytest

from portal.articles import drafts
from portal.testing import send
from tests.articles.paper import typed_on
from tests.articles.test_review_pages import browser, press, revision, waiting, words_of

__all__ = ["browser", "waiting"]  # fixtures

ALL_YES = {f"point-{number}": "yes" for number in range(1, 11)}


def remarks_of(house, text, reviewer):
    with house.db.reading() as session:
        found = drafts.remarks(session, text.id, drafts.writer_of(session, reviewer.rights))
        return [(each.line, each.text, each.settled_at is not None) for each in found]


def test_a_line_is_remarked_on_without_a_script_and_the_remark_stands_below_it(browser, waiting, organised):
    text, _ana = waiting(body="One.\nTwo.\n")
    page, kim = browser("onsite", grant="contributor", name="Kim Berg")
    form = page.get(f"/review/{text.id}?view=inline&line=2").text

    answer = send(page, f"/review/{text.id}/remarks", {"line": "2", "text": "Which two?", "view": "inline"})

    assert re.search(r'(?s)id="line-2">2</td>.*?About line 2', form)
    assert answer.headers["Location"] == f"/review/{text.id}?view=inline#remark-1"
    after = page.get(f"/review/{text.id}?view=inline").text
    assert re.search(r'(?s)id="line-2">2</td>.*?id="remark-1".*?Which two\?', after)
    assert "On lines: 2" in words_of(after)
    assert remarks_of(organised, text, kim) == [(2, "Which two?", False)]


def test_a_remark_that_is_sent_twice_is_said_once_and_again_once_it_is_settled(browser, waiting, organised):
    text, _ana = waiting(body="One.\nTwo.\n")
    page, kim = browser("onsite", grant="contributor")
    words = {"line": "2", "text": "Which two?"}

    led_to = [send(page, f"/review/{text.id}/remarks", words).headers["Location"] for _press in range(2)]
    send(page, "/review/remarks/1", {"do": "settle"})
    send(page, f"/review/{text.id}/remarks", words)

    assert led_to == [f"/review/{text.id}#remark-1"] * 2
    assert remarks_of(organised, text, kim) == [(2, "Which two?", True), (2, "Which two?", False)]


def test_with_a_script_the_form_comes_alone(browser, waiting):
    text, _ana = waiting(body="One.\nTwo.\n")
    page, _kim = browser("onsite", grant="contributor")

    answer = page.get(f"/review/{text.id}?line=2", headers={"HX-Request": "true"}).text

    assert answer.strip().startswith('<form class="remark-form"')
    assert '<input type="hidden" name="line" value="2">' in answer


def test_a_remark_without_words_or_line_comes_back_with_everything_typed(browser, waiting, organised):
    text, kim = waiting(body="One.\nTwo.\n")
    page, kim = browser("onsite", grant="contributor")

    empty = send(page, f"/review/{text.id}/remarks", {"line": "0", "text": " "})
    beyond = send(page, f"/review/{text.id}/remarks", {"line": "9", "text": "Hm."})

    assert (empty.status_code, beyond.status_code) == (422, 422)
    assert "There are no words yet." in empty.text
    assert "The text has no line 9." in beyond.text
    assert ">\nHm.</textarea>" in beyond.text
    assert remarks_of(organised, text, kim) == []


@pytest.mark.parametrize("line", ["abc", "-1", "1.5", "9" * 30])
def test_what_is_no_number_of_a_line_is_refused_and_never_counts_as_the_whole_text(browser, waiting, organised, line):
    text, _ana = waiting(body="One.\nTwo.\n")
    page, kim = browser("onsite", grant="contributor")

    answer = send(page, f"/review/{text.id}/remarks", {"line": line, "text": "Which one?"})

    assert answer.status_code == 422
    assert f"{line[:20]} is not the number of a line." in answer.text
    assert (">\nWhich one?</textarea>" in answer.text, f'value="{line}"' in answer.text) == (True, True)
    assert remarks_of(organised, text, kim) == []


def test_a_remark_is_settled_and_opened_again_by_one_button(browser, waiting, organised):
    text, _ana = waiting()
    page, kim = browser("onsite", grant="contributor")
    send(page, f"/review/{text.id}/remarks", {"line": "1", "text": "Which one?"})

    answer = send(page, "/review/remarks/1", {"do": "settle", "view": "side"})
    settled = remarks_of(organised, text, kim)
    shown = words_of(page.get(f"/review/{text.id}").text)
    send(page, "/review/remarks/1", {"do": "reopen"})

    assert answer.headers["Location"] == f"/review/{text.id}?view=side#remark-1"
    assert settled == [(1, "Which one?", True)]
    assert "dealt with Which one? Open it again" in shown
    assert remarks_of(organised, text, kim) == [(1, "Which one?", False)]
    assert send(browser("onsite")[0], "/review/remarks/1", {"do": "settle"}).status_code == 404


def answers_of(house, text, reviewer):
    with house.db.reading() as session:
        return drafts.answers(session, text.id, drafts.writer_of(session, reviewer.rights))


def test_points_that_make_no_sense_for_a_kind_do_not_apply_until_somebody_says_otherwise(browser, desk, organised):
    ana = desk("onsite")
    text = ana.submit(ana.start_new(kind="faq"))
    page, kim = browser("onsite", grant="contributor")

    form = typed_on(page.get(f"/review/{text.id}").text, "decide")
    accepted = press(page, text, "accept")

    assert {name: value for name, value in form.items() if name.startswith("point-")} == {
        "point-4": "not_applicable",
        "point-5": "not_applicable",
    }
    assert accepted.status_code == 303
    assert revision(organised, text.id).state == "live"
    assert answers_of(organised, text, kim) == {}


def test_answers_are_kept_and_what_is_missing_is_said_in_words(browser, waiting, organised):
    text, _ana = waiting()
    page, _kim = browser("onsite", grant="contributor")

    kept = press(page, text, "answers", **{"point-1": "yes", "point-2": "no"})
    refused = press(page, text, "accept")
    open_points = words_of(page.get(kept.headers["Location"]).text)
    press(page, text, "answers", **(ALL_YES | {"point-7": "no"}))
    missing = words_of(page.get(f"/review/{text.id}").text)
    press(page, text, "accept", **{"point-7": "yes"})

    assert kept.headers["Location"] == f"/review/{text.id}?view=side#checklist"
    assert refused.status_code == 422
    assert "The checklist is not answered to the end." in refused.text
    assert "Still open: 3, 4, 5, 6, 7, 8, 9, 10." in open_points
    assert "Not enough yet. Missing: 7." in missing
    assert revision(organised, text.id).state == "live"

"""A button that is pressed twice without a script: the second press leads where the first did, and says the same."""

from __future__ import annotations

import pytest

from portal.testing import send
from tests.articles.paper import typed_on
from tests.articles.test_review_pages import NEW, browser, revision, waiting
from tests.articles.writing import stand

__all__ = ["browser", "waiting"]  # fixtures


def twice(client, address, form, do, **changes):
    """Open a page once and press a button of its form twice; the two answers."""
    typed = typed_on(client.get(address).text, form) | {"do": do} | changes
    return [client.post(address, data=typed) for _press in range(2)]


@pytest.mark.parametrize(
    ("do", "state", "leads_to"),
    [
        ("publish", "live", "/kb/KB0101"),
        ("submit", "submitted", "/write/{id}"),
        ("discard", "discarded", "/write?aside={id}"),
    ],
)
def test_a_writer_is_led_to_the_same_place(browser, make_article, organised, do, state, leads_to):
    make_article(audience="support")
    client, me = browser("onsite", grant="contributor")
    text = me.start("KB0101")

    answers = twice(client, f"/write/{text.id}", "editor", do, body=NEW, significance="changed", why="New printers.")

    assert [answer.status_code for answer in answers] == [303, 303]
    assert [answer.location.startswith(leads_to.format(id=text.id)) for answer in answers] == [True, True]
    assert (revision(organised, text.id).state, revision(organised, text.id).body) == (state, NEW)
    assert len(stand(organised, "KB0101")) == 2


@pytest.mark.parametrize(("before", "do"), [("submit", "take_back"), ("discard", "take_up")])
def test_a_text_that_is_taken_up_or_back_twice_opens_in_its_editor(browser, make_article, organised, before, do):
    make_article(audience="support")
    client, me = browser("onsite", grant="contributor")
    text = me.start("KB0101")
    twice(client, f"/write/{text.id}", "editor", before, body=NEW, significance="changed")

    answers = [send(client, f"/write/{text.id}", {"do": do}) for _press in range(2)]

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, f"/write/{text.id}")] * 2
    assert revision(organised, text.id).state == "draft"


def test_what_was_typed_after_the_first_press_is_not_taken_for_a_second_one(browser, make_article, organised):
    make_article(audience="support")
    client, me = browser("onsite", grant="contributor")
    text = me.start("KB0101")
    typed = typed_on(client.get(f"/write/{text.id}").text) | {"do": "submit", "significance": "changed"}
    client.post(f"/write/{text.id}", data=typed | {"body": NEW})

    later = client.post(f"/write/{text.id}", data=typed | {"body": "Other words.\n"})

    assert later.status_code == 422
    assert "This text is not yours to change at the moment." in later.text
    assert revision(organised, text.id).body == NEW


@pytest.mark.parametrize(
    ("do", "said", "state"),
    [
        ("accept", "It is live.", "live"),
        ("send_back", "It is back with its writer, with your words.", "sent_back"),
        ("decline", "It was not taken, and its writer reads why.", "declined"),
    ],
)
def test_a_reviewer_is_told_once_more_what_they_decided_and_not_that_it_was_not_sent(
    browser, waiting, organised, do, said, state
):
    text, _ana = waiting(roles=(), audience="everyone")
    client, _kim = browser("onsite", grant="publisher")

    answers = twice(client, f"/review/{text.id}", "decide", do, why=" Thank you. \r\n Kim ")

    assert [answer.status_code for answer in answers] == [303, 303]
    page = client.get(answers[1].location, follow_redirects=True).text
    assert (said in page, "was not sent" in page) == (True, False)
    assert (revision(organised, text.id).state, revision(organised, text.id).decided_why) == (
        state,
        "Thank you. \n Kim",
    )


@pytest.mark.parametrize("do", ["send_back", "decline"])
def test_a_decision_that_is_taken_back_twice_waits_again(browser, waiting, organised, do):
    text, _ana = waiting(roles=(), audience="everyone")
    client, _kim = browser("onsite", grant="publisher")
    twice(client, f"/review/{text.id}", "decide", do, why="Too soon.")

    answers = [send(client, f"/review/{text.id}", {"do": "recall"}) for _press in range(2)]

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, f"/review/{text.id}")] * 2
    page = client.get(answers[1].location).text
    assert "Taken back. It waits for a decision again." in page
    assert revision(organised, text.id).state == "submitted"


def test_somebody_else_who_takes_a_decision_back_is_told_that_there_is_none(browser, waiting):
    text, _ana = waiting()
    kim, _kim = browser("onsite", grant="contributor", name="Kim Berg")
    bo, _bo = browser("onsite", grant="contributor", name="Bo Kent")
    twice(kim, f"/review/{text.id}", "decide", "send_back", why="Too soon.")
    send(kim, f"/review/{text.id}", {"do": "recall"})

    assert send(bo, f"/review/{text.id}", {"do": "recall"}).status_code == 422


def test_other_words_or_another_person_after_a_decision_are_no_second_press(browser, waiting):
    text, _ana = waiting()
    kim, _kim = browser("onsite", grant="contributor", name="Kim Berg")
    bo, _bo = browser("onsite", grant="contributor", name="Bo Kent")
    typed = typed_on(kim.get(f"/review/{text.id}").text, "decide") | {"do": "send_back"}
    first = typed_on(bo.get(f"/review/{text.id}").text, "decide") | {"do": "send_back", "why": "One word more."}
    kim.post(f"/review/{text.id}", data=typed | {"why": "One word more."})

    answers = [
        kim.post(f"/review/{text.id}", data=typed | {"why": "And this."}),
        bo.post(f"/review/{text.id}", data=first),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "What you wrote was not sent: And this." in answers[0].text
    assert "What you wrote was not sent: One word more." in answers[1].text

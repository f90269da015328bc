"""The pages of a review without a script: what waits, the change, remarks, the checklist, and each decision."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.accounts.models import OwnerRoleHolder, Person
from portal.articles.models import Revision
from portal.testing import NOON, send, sign_in
from tests.articles.paper import typed_on
from tests.articles.writing import article, stand

NEW = "Look at the display of the printer.\n"
PARTS = "First.\n\nSecond.\n\n::: support\n\nFor support.\n\n:::\n\nThird.\n\nFourth.\n"


@pytest.fixture
def browser(app, desk, house):
    """Call it with what ``desk`` takes for a window of that person, and the person."""

    def made(*roles, **values):
        somebody = desk(*roles, **values)
        with house.db.reading() as session:
            person = session.get_one(Person, somebody.id)
        return sign_in(app.test_client(), person), somebody

    return made


@pytest.fixture
def waiting(desk, make_article):
    """Call it for a text that Ana handed in on top of a live one; and Ana."""

    def made(ref="KB0101", *, roles=("onsite",), body=NEW, **front):
        make_article(ref, **({"audience": "support"} | front))
        ana = desk(*roles, name="Ana Lopez")
        return ana.submit(ana.save(ana.start(ref), body), significance="changed", why="New printers."), ana

    return made


def words_of(page):
    """What stands on a page, without its markup, between the first heading and the foot."""
    main = page.partition("<h1>")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def revision(house, revision_id):
    with house.db.reading() as session:
        return session.get_one(Revision, revision_id)


def press(client, text, do, **changes):
    """Open the review of a text, say something in the form of the decision, and press a button of it."""
    address = f"/review/{text.id}"
    return client.post(address, data=typed_on(client.get(address).text, "decide") | {"do": do} | changes)


def test_the_queue_shows_what_somebody_looks_after_first_with_who_since_when_and_for_whom(browser, desk, organised):
    page, kim = browser("onsite", grant="publisher")
    ana, bo = desk("onsite", name="Ana Lopez"), desk(name="Bo Kent")
    with organised.db.transaction() as session:
        session.add(OwnerRoleHolder(owner_role="network-team", person_id=kim.id, named_at=NOON))
    ana.submit(ana.start_new(title="First"))
    mine = {"title": "Second", "owner_role": "network-team", "audience": "everyone"}
    bo.submit(bo.start_new(**mine), now=NOON + timedelta(hours=1))

    said = words_of(page.get("/review").text)

    assert said == (
        "What waits for you 2 texts wait for a second person. It may be you. "
        "Second Bo Kent · 2 Mar 2026, 14:00 · KB1002 you look after it a new page a suggestion For everyone "
        "First Ana Lopez · 2 Mar 2026, 13:00 · KB1001 a new page For support"
    )


def test_an_empty_queue_says_what_will_be_there(browser):
    publishes, _kim = browser("onsite", grant="publisher")
    writes, _ana = browser("onsite")

    assert words_of(publishes.get("/review").text).startswith("What waits for you Nothing waits for you. Texts that")
    assert words_of(writes.get("/review").text).startswith(
        "What waits for you Nothing waits for you. Whoever publishes"
    )


def test_the_change_stands_there_word_by_word_with_fields_reasons_and_steps(browser, waiting):
    text, _ana = waiting()
    page, _kim = browser("onsite", grant="contributor")

    side = page.get(f"/review/{text.id}").text
    inline = page.get(f"/review/{text.id}?view=inline").text

    assert '<span class="diff-words">Look at the <del>screen</del> of the printer.</span>' in side
    assert '<span class="diff-words">Look at the <ins>display</ins> of the printer.</span>' in side
    assert ("diff-sides" in side, "diff-inline" in side) == (True, False)
    assert ("diff-sides" in inline, "diff-inline" in inline) == (False, True)
    said = words_of(side)
    assert "Ana Lopez handed it in on 2 Mar 2026, 13:00. New printers. The change" in said
    assert said.endswith(
        "So far begun Ana Lopez · 2 Mar 2026, 13:00 handed in Ana Lopez · 2 Mar 2026, 13:00 New printers."
    )


def test_a_new_page_stands_there_with_what_is_said_about_it(browser, desk):
    ana = desk("onsite")
    text = ana.submit(ana.start_new("Alpha.\n"))
    page, _kim = browser("onsite", grant="contributor")

    first = page.get(f"/review/{text.id}").text
    beside = page.get(f"/review/{text.id}?view=side").text

    assert "diff-inline" in first
    assert ("diff-inline" in beside, "diff-sides" in beside) == (True, False)
    assert re.findall(r'view=(\w+)" aria-current="true"', beside) == ["inline"]
    assert "Side by side" not in first
    assert "Tags printer Words that people search with no paper comes out; stuck in queue" in words_of(first)
    assert "How much does it change?" not in first


def test_the_page_is_shown_for_each_group_of_readers_up_to_ones_own(browser, waiting):
    body = "For all.\n\n::: support\nFor the desk.\n:::\n"
    text, _ana = waiting(body=body, audience="everyone")
    page, _kim = browser("onsite", grant="publisher")

    shown = [page.get(f"/review/{text.id}?view=page&level={level}").text for level in (0, 1, 2)]

    prose = [re.search(r'(?s)<article class="review-page">(.*?)</article>', each)[1] for each in shown]
    assert ["For the desk." in each for each in prose] == [False, True, True]
    assert "For specialists</a>" not in shown[2]


def test_accepting_puts_it_live_as_its_writer_proposed_unless_the_reviewer_says_otherwise(browser, waiting, organised):
    text, ana = waiting()
    page, kim = browser("onsite", grant="contributor")
    form = typed_on(page.get(f"/review/{text.id}").text, "decide")

    answer = press(page, text, "accept", significance="typo", why="Tried it.")

    assert {name: form[name] for name in ("significance", "validate", "why")} == {
        "significance": "changed",
        "validate": "1",
        "why": "",
    }
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kb/KB0101")
    live = revision(organised, text.id)
    assert (live.state, live.significance, live.author_id, live.decided_by, live.decided_why) == (
        "live",
        "typo",
        ana.id,
        kim.id,
        "Tried it.",
    )
    assert article(organised, "KB0101").confidence == "validated"
    assert page.get(f"/review/{text.id}").headers["Location"] == "/kb/KB0101-printing-does-not-work"


def test_without_the_tick_it_counts_as_new(browser, waiting, organised):
    text, _ana = waiting()
    page, _kim = browser("onsite", grant="contributor")
    address = f"/review/{text.id}"
    form = typed_on(page.get(address).text, "decide") | {"do": "accept"}
    del form["validate"]

    page.post(address, data=form)

    assert article(organised, "KB0101").confidence == "not_validated"


def test_sending_back_asks_for_words_and_is_taken_back_with_one_press(browser, waiting, organised):
    text, _ana = waiting()
    page, _kim = browser("onsite", grant="contributor", name="Kim Berg")

    refused = press(page, text, "send_back", significance="typo", why=" ")
    answer = press(page, text, "send_back", why="Say which printer.")
    after = page.get(answer.headers["Location"]).text
    recalled = send(page, f"/review/{text.id}", {"do": "recall"})

    assert refused.status_code == 422
    assert "There are no words yet. Say it in a sentence: somebody will read it." in words_of(refused.text)
    assert typed_on(refused.text, "decide")["significance"] == "typo"
    assert "It went back to its writer. Kim Berg: Say which printer. Take the decision back" in words_of(after)
    assert recalled.status_code == 303
    assert revision(organised, text.id).state == "submitted"
    assert "decision taken back Kim Berg" in words_of(page.get(f"/review/{text.id}").text)


def test_only_a_suggestion_can_be_declined_and_its_writer_reads_why(browser, waiting, organised):
    text, _ana = waiting(roles=(), audience="everyone")
    page, _kim = browser("onsite", grant="publisher")

    before = page.get(f"/review/{text.id}").text
    press(page, text, "decline", why="It stands in KB0007.")

    assert 'value="decline"' in before
    declined = revision(organised, text.id)
    assert (declined.state, declined.decided_why) == ("declined", "It stands in KB0007.")


def test_a_text_of_a_colleague_who_writes_has_no_button_to_decline(browser, waiting, organised):
    text, _ana = waiting()
    page, _kim = browser("onsite", grant="contributor")

    assert 'value="decline"' not in page.get(f"/review/{text.id}").text
    assert "Only suggestions are declined." in words_of(press(page, text, "decline", why="No.").text)
    assert revision(organised, text.id).state == "submitted"


def test_a_text_that_was_handed_in_again_is_read_again_before_somebody_decides(browser, waiting, organised):
    text, ana = waiting()
    page, _kim = browser("onsite", grant="contributor")
    old = typed_on(page.get(f"/review/{text.id}").text, "decide")
    ana.submit(ana.save(ana.take_back(text), "Other.\n"), significance="changed")

    answer = page.post(f"/review/{text.id}", data=old | {"do": "accept", "why": "Fine."})

    assert answer.status_code == 422
    assert "This text was handed in again meanwhile." in answer.text
    again = typed_on(answer.text, "decide")
    assert (again["why"], again["saves"]) == ("Fine.", "2")
    assert revision(organised, text.id).state == "submitted"


def test_a_second_decision_leads_to_the_page_and_says_what_was_not_sent(browser, waiting, desk):
    text, _ana = waiting()
    page, _kim = browser("onsite", grant="contributor")
    form = typed_on(page.get(f"/review/{text.id}").text, "decide") | {"do": "send_back", "why": "Which printer?"}
    desk("onsite", grant="contributor").accept(text)

    decided = page.post(f"/review/{text.id}", data=form)
    said = page.get(decided.headers["Location"]).text
    remarked = send(page, f"/review/{text.id}/remarks", {"line": "1", "text": "Which one?"}, follow_redirects=True).text

    assert (decided.status_code, decided.headers["Location"]) == (303, "/kb/KB0101-printing-does-not-work")
    assert "This text is live already, so there is nothing left to decide." in said
    assert "What you wrote was not sent: Which printer?" in said
    assert "What you wrote was not sent: Which one?" in remarked


def test_words_about_a_text_that_is_decided_or_taken_back_are_said_again(browser, waiting, desk):
    text, ana = waiting()
    page, _kim = browser("onsite", grant="contributor")
    form = typed_on(page.get(f"/review/{text.id}").text, "decide") | {"do": "send_back", "why": "Which printer?"}
    back = desk("onsite", grant="contributor").send_back(text, words="Where?")
    sent_back = page.post(f"/review/{text.id}", data=form)
    ana.take_back(ana.submit(ana.save(back, "Other.\n"), significance="changed"))
    taken_back = page.post(f"/review/{text.id}", data=form)

    assert (sent_back.status_code, taken_back.status_code) == (422, 404)
    assert "What you wrote was not sent: Which printer?" in sent_back.text
    assert "What you wrote was not sent: Which printer?" in taken_back.text


def test_an_unknown_button_decides_nothing(browser, waiting, organised):
    text, _ana = waiting()
    page, _kim = browser("onsite", grant="contributor")

    assert press(page, text, "burn").status_code == 422
    assert revision(organised, text.id).state == "submitted"


def test_whoever_wrote_a_text_is_led_to_where_they_write(browser):
    page, ana = browser("onsite")
    text = ana.submit(ana.start_new())

    assert page.get(f"/review/{text.id}").headers["Location"] == f"/write/{text.id}"


def test_whoever_could_not_publish_it_gets_the_answer_of_a_text_that_is_not_there(browser, desk, waiting):
    text, _ana = waiting()
    draft = desk("onsite").start("KB0101")
    candidate, _cal = browser("onsite")
    reviewer, _kim = browser("onsite", grant="contributor")

    asked = [
        *((candidate, f"/review/{text.id}{rest}") for rest in ("", "/adapt")),
        (candidate, "/review/999"),
        (reviewer, f"/review/{draft.id}"),
    ]

    assert [page.get(address).status_code for page, address in asked] == [404] * 4
    sent = [send(candidate, f"/review/{text.id}{rest}", {"text": "x"}) for rest in ("", "/adapt", "/remarks")]
    assert [each.status_code for each in sent] == [404] * 3


def test_a_part_that_the_writer_could_not_see_stays_and_is_not_in_the_change(browser, desk, make_article, organised):
    make_article("KB0101", PARTS)
    ana = desk()
    draft = ana.start("KB0101")
    text = ana.submit(ana.save(draft, draft.body.replace("First", "1st")), significance="typo")
    page, _kim = browser("onsite", grant="publisher")

    change, shown = (page.get(f"/review/{text.id}{rest}").text for rest in ("", "?view=page&level=1"))
    press(page, text, "accept")

    assert "Parts that its writer could not see stay as they are." in change
    assert ("For support." in words_of(change), "For support." in words_of(shown)) == (False, True)
    assert stand(organised, "KB0101")[1] == (2, "live", "\n" + PARTS.replace("First", "1st"))

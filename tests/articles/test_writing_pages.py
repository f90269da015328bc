"""The pages of a writer without a script: begin, save, hand in, publish, put aside, and whatever comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import OwnerRoleHolder, Proficiency
from portal.articles import drafts, reviewing, texts, timing
from portal.articles.models import Article, Revision
from portal.core.portal import Portal
from portal.testing import BODY, NOON, MakePerson, send, sign_in
from tests.articles.paper import press, typed_on
from tests.articles.writing import stand

Writer = Callable[..., FlaskClient]


@pytest.fixture
def writer(app: Flask, organised: Portal, make_person: MakePerson) -> Writer:
    """The browser of somebody with roles and a proficiency."""

    def made(*roles: str, grant: str = "", **values: Any) -> FlaskClient:
        person = make_person(roles=roles, **values)
        if grant:
            with organised.db.transaction() as session:
                session.add(Proficiency(person_id=person.id, kind=grant, reason="A test.", granted_at=NOON))
        return sign_in(app.test_client(), person)

    return made


def begin(client: FlaskClient, ref: str = "KB0101") -> str:
    """Press the button of an article; the address of the editor."""
    answer = send(client, f"/kb/{ref}/edit")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def revision_at(house: Portal, address: str) -> Revision:
    with house.db.reading() as session:
        return session.get_one(Revision, int(address.rpartition("/")[2]))


def said(page: str) -> list[str]:
    """What stands on top: messages and the summary of errors."""
    found = re.findall(r'(?s)<p class="flash.*?</p>|<div class="error-summary.*?</div>', page)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", each)).strip() for each in found]


def test_an_article_is_changed_by_its_button_and_opens_in_the_editor(organised, make_article, writer):
    make_article(audience="support")
    me = writer("onsite")

    address = begin(me)

    typed = typed_on(me.get(address).text)
    typed.pop("csrf_token")
    assert typed == {
        "saves": "0",
        "base_revision_id": "1",
        "title": "Printing does not work",
        "kind": "troubleshooting",
        "service": "printing",
        "audience": "support",
        "body": f"\n{BODY}",
        "words": "no paper comes out\nstuck in queue\nprinter is dead",
        "known_error.status": "analysed",
        "known_error.problem_ref": "",
        "known_error.since": "",
        "known_error.fix_planned_for": "",
        "known_error.business_effect": "",
        "handover.change_ref": "",
        "handover.size": "S",
        "handover.go_live": "",
        "handover.early_life_until": "",
        "handover.parties": "",
        "finds": "Nothing happens at the printer when I press it.\nThe tray of the printer stays empty.",
        "tags": "printer",
        "owner_role": "onsite-team",
        "review_every_days": "180",
        "governance": "experience",
        "language": "en",
        "environment": "",
        "time_needed_minutes": "",
        "needs_tools": "",
        "needs_access": "",
        "readers": "",
        "why": "",
    }


def test_pressing_the_button_again_goes_on_with_the_same_text(make_article, writer):
    make_article()
    me = writer("onsite")

    assert begin(me) == begin(me)


def test_saving_without_a_change_changes_nothing(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)
    before = revision_at(organised, address)

    answer = press(me, address, "save")

    after = revision_at(organised, address)
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert (after.saves, after.front_text, after.body) == (0, before.front_text, before.body)


def test_what_is_saved_stands_in_the_text_with_all_that_no_field_shows(organised, make_article, writer):
    make_article(environment=["Windows 11, build 26100", "macOS"], old_slugs=["printer-dead"])
    me = writer("onsite")
    address = begin(me)

    words = {"words": "a\r\nb\r\n\r\nc", "tags": "print, paper,", "body": "New.\r\n"}
    press(me, address, "save", title="The printer is silent", **words)

    kept = texts.stored(revision_at(organised, address))
    names = ("title", "words", "tags", "environment", "old_slugs")
    assert {name: kept.fields[name] for name in names} == {
        "title": "The printer is silent",
        "words": ["a", "b", "c"],
        "tags": ["print", "paper"],
        "environment": ["Windows 11, build 26100", "macOS"],
        "old_slugs": ["printer-dead"],
    }
    assert kept.body == "New.\n"


def test_a_text_is_handed_in_and_its_page_says_what_happens_next(organised, make_article, make_person, writer):
    make_article(owner_role="knowledge-lead")
    make_person("Grace Hall", roles=["coach"])
    me = writer("front_line")
    address = begin(me)

    answer = press(me, address, "submit", body="Better.\n", significance="changed", why="The old way is gone.")

    page = me.get(answer.headers["Location"])
    assert (answer.status_code, page.status_code) == (303, 200)
    assert "Grace Hall looks after pages like this and was told." in page.text
    assert "The old way is gone." in page.text
    assert stand(organised, "KB0101")[1:] == [(2, "submitted", "Better.\n")]


def test_nobody_is_named_who_could_not_decide_and_so_was_not_told(organised, make_article, make_person, writer):
    make_article(audience="support", owner_role="network-team")
    kim = make_person("Kim Berg", roles=["onsite"])
    with organised.db.transaction() as session:
        session.add(OwnerRoleHolder(owner_role="network-team", person_id=kim.id, named_at=NOON))
    me = writer("onsite")

    answer = press(me, begin(me), "submit", body="Better.\n", significance="changed")

    page = me.get(answer.headers["Location"]).text
    assert "Kim Berg" not in page
    assert "Anybody who publishes for its readers can decide." in page


def test_without_saying_how_much_it_changes_the_text_is_kept_and_not_handed_in(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)

    answer = press(me, address, "submit", body="Better.\n", why="Because.")

    again = typed_on(answer.text)
    assert answer.status_code == 422
    assert "It is not said how much this changes." in answer.text
    assert (again["body"], again["why"], again["saves"]) == ("Better.\n", "Because.", "1")
    assert stand(organised, "KB0101")[1:] == [(2, "draft", "Better.\n")]


def test_what_is_missing_stands_beside_its_field_and_in_a_summary_that_takes_the_focus(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)

    answer = press(me, address, "submit", title="", tags="", significance="typo")

    assert answer.status_code == 422
    assert said(answer.text) == [
        "Something here needs another look Title : Nothing stands here yet. Tags : Nothing stands here yet."
    ]
    assert re.search(r'<input[^>]*aria-invalid="true"[^>]*id="title"', answer.text)
    assert '<details class="editor-more" open>' in answer.text
    assert stand(organised, "KB0101")[1][1] == "draft"


def test_a_contributor_publishes_alone_for_support(organised, make_article, writer):
    make_article(audience="support")
    me = writer("onsite", grant="contributor")
    address = begin(me)

    answer = press(me, address, "publish", body="Better.\n", significance="old_is_wrong")

    assert answer.headers["Location"] == "/kb/KB0101-printing-does-not-work"
    assert "It counts as new until a second person has checked it." in me.get(answer.headers["Location"]).text
    assert stand(organised, "KB0101") == [(1, "superseded", f"\n{BODY}"), (2, "live", "Better.\n")]
    assert me.get(address).headers["Location"] == "/kb/KB0101"


def test_publishing_is_offered_only_to_those_who_may_and_refused_to_others_without_losing_a_word(
    organised, make_article, writer
):
    make_article(audience="support")
    me = writer("onsite")
    address = begin(me)
    page = me.get(address).text

    answer = press(me, address, "publish", body="Better.\n", significance="changed")

    assert 'value="publish"' not in page
    assert answer.status_code == 422
    assert "A second person looks at this text first." in answer.text
    assert stand(organised, "KB0101")[1] == (2, "draft", "Better.\n")


def test_whoever_may_not_write_suggests_in_the_same_editor(organised, make_article, writer):
    make_article()
    me = writer("end_user")
    assert "Suggest a change" in me.get("/kb/KB0101-printing-does-not-work").text
    address = begin(me)
    page = me.get(address).text

    answer = press(me, address, "submit", body="Better.\n", significance="changed")

    assert "Suggest it" in page
    assert answer.status_code == 303
    assert revision_at(organised, address).is_suggestion is True


def test_a_text_is_put_aside_and_taken_up_with_one_press(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)

    aside = press(me, address, "discard", body="Half.\n")

    listed = me.get(aside.headers["Location"]).text
    assert "Put aside:" in listed
    assert stand(organised, "KB0101")[1] == (2, "discarded", "Half.\n")
    up = send(me, address, {"do": "take_up"})
    assert up.headers["Location"] == address
    assert stand(organised, "KB0101")[1] == (2, "draft", "Half.\n")


def test_what_was_handed_in_is_taken_back(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)
    press(me, address, "submit", significance="typo")

    answer = send(me, address, {"do": "take_back"})

    assert answer.headers["Location"] == address
    assert stand(organised, "KB0101")[1][1] == "draft"


def test_an_older_window_never_writes_over_a_newer_saving(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)
    old = typed_on(me.get(address).text)
    press(me, address, "save", body="From the newer window.\n")

    answer = me.post(address, data=old | {"do": "save", "body": "From the older window.\n"})

    assert answer.status_code == 409
    assert "From the newer window." in answer.text
    assert "From the older window." in answer.text
    assert revision_at(organised, address).body == "From the newer window.\n"


def test_a_text_that_came_back_shows_the_reason_and_the_remarks_to_be_settled(organised, make_article, desk, writer):
    make_article(audience="support")
    me = writer("onsite", name="Ann Lee")
    address = begin(me)
    press(me, address, "submit", body="One.\nTwo.\n", significance="changed")
    reviewer = desk("coach", name="Grace Hall")
    revision = revision_at(organised, address)
    remark = reviewer.remark(revision, line=2, text="Say which tray.")
    reviewer.send_back(revision, words="Nearly there.")

    page = me.get(address).text
    answer = press(me, address, "", settle=str(remark.id), body="One.\nTwo, the upper tray.\n")

    assert "Grace Hall sent it back:" in page
    assert "Nearly there." in page
    assert "Say which tray." in page
    assert answer.headers["Location"] == f"{address}#remarks"
    assert "dealt with" in me.get(address).text
    assert revision_at(organised, address).body == "One.\nTwo, the upper tray.\n"
    assert "Came back to you" in me.get("/write").text


def test_the_writer_reads_remarks_while_the_text_still_waits(organised, make_article, desk, writer):
    make_article(audience="support")
    me = writer("onsite", name="Ann Lee")
    address = begin(me)
    press(me, address, "submit", body="One.\nTwo.\n", significance="changed")
    before = me.get(address).text
    reviewer = desk("coach", name="Grace Hall")
    reviewer.remark(revision_at(organised, address), line=2, text="Say which tray.")

    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", me.get(address).text))

    assert "Remarks" not in before
    assert "Remarks So far. You can wait for the decision, or take the text back and change it." in page
    assert "Line 2, Grace Hall Two. Say which tray." in page


def test_a_text_that_goes_live_at_a_set_time_says_so_in_the_list(organised, make_article, desk, writer):
    make_article(audience="support")
    me = writer("onsite")
    address = begin(me)
    press(me, address, "submit", body="Better.\n", significance="changed")
    before = me.get("/write").text
    revision, coach = revision_at(organised, address), desk("coach")
    with organised.db.transaction() as session:
        ready = reviewing.ready(session, session.get_one(Revision, revision.id))
        moment = timing.moment_of("2026-12-02", "07:30", "Europe/Berlin", now=NOON)
        timing.publish_at(session, drafts.writer_of(session, coach.rights), ready, moment, now=NOON)

    page = me.get("/write").text

    assert "Goes live on" not in before
    assert re.findall(r"Goes live on ([^<]+)<", page) == ["2 December 2026, 07:30 (Europe/Berlin)"]


def test_the_preview_without_a_script_saves_and_shows_the_text_at_the_level_asked_for(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)
    body = "For all.\n\n::: support\nFor the desk.\n:::\n"

    for_all = press(me, address, "preview", body=body, level="0")
    for_desk = press(me, address, "preview", body=body, level="1")

    shown = [re.search(r"(?s)data-preview-body>(.*?)</section>", answer.text)[1] for answer in (for_all, for_desk)]
    assert ["For the desk." in each for each in shown] == [False, True]
    assert revision_at(organised, address).body == body


def test_an_outline_goes_into_an_empty_text_only(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)
    refused = press(me, address, "outline")

    answer = press(me, address, "outline", body=" \n", kind="faq")

    assert refused.status_code == 422
    assert "There is a text already." in refused.text
    assert answer.headers["Location"] == f"{address}#text"
    assert revision_at(organised, address).body.startswith("‹Say in one sentence for whom these answers are.›")


def test_nobody_opens_or_changes_the_text_of_another(organised, make_article, writer):
    make_article()
    address = begin(writer("onsite", name="Ann Lee"))
    other = writer("onsite", name="Bo Kent")
    nothing = other.get("/write/999")

    seen, sent = other.get(address), send(other, address, {"do": "save", "body": "Mine.", "saves": "0"})
    saved = send(other, f"{address}/save", {"body": "Mine.", "saves": "0"})

    assert (seen.status_code, sent.status_code, saved.status_code, nothing.status_code) == (404, 404, 404, 404)
    assert re.sub(r"\W*nonce\W+[\w-]+", "", seen.text).count("There is no such text.") == nothing.text.count(
        "There is no such text."
    )
    assert revision_at(organised, address).body == f"\n{BODY}"


def test_a_part_above_ones_level_is_not_in_the_editor(make_article, writer):
    make_article(body="For all.\n\n::: support\nThe master key.\n:::\n")
    me = writer("end_user")

    address = begin(me)

    assert "The master key." not in me.get(address).text


def test_audiences_are_offered_as_far_as_the_writer_goes(make_article, writer):
    make_article()
    pages = [
        me.get(begin(me)).text
        for me in (
            writer("end_user"),
            writer("front_line"),
            writer("specialist"),
            writer("superuser", services=["printing"]),
        )
    ]

    offered = [re.findall(r'name="audience" type="radio" value="(\w+)"', page) for page in pages]

    support = ["everyone", "support"]
    assert offered == [["everyone"], support, [*support, "specialists"], support]


def test_the_checklist_is_that_of_the_kind(make_article, writer):
    make_article(kind="faq")
    me = writer("onsite")

    page = me.get(begin(me)).text

    assert re.findall(r'<li value="(\d+)">', page) == ["1", "2", "3", "6", "7", "8", "9", "10"]


def test_a_known_fault_has_fields_of_its_own(organised, make_article, writer):
    make_article(audience="support")
    me = writer("onsite", grant="contributor")
    address = begin(me)
    facts = {"known_error.status": "workaround", "known_error.since": "2026-02-01", "review_every_days": "60"}

    answer = press(me, address, "publish", kind="known_error", significance="changed", **facts)

    assert answer.status_code == 303
    assert revision_at(organised, address).front["known_error"] == {
        "status": "workaround",
        "problem_ref": None,
        "since": "2026-02-01",
        "fix_planned_for": None,
        "business_effect": None,
    }


def test_an_archived_article_is_not_written_on(organised, make_article, writer):
    make_article()
    with organised.db.transaction() as session:
        session.execute(sa.update(Article).values(state="archived"))
    me = writer("onsite")

    page, answer = me.get("/kb/KB0101-printing-does-not-work"), send(me, "/kb/KB0101/edit")

    assert "/kb/KB0101-printing-does-not-work/edit" not in page.text
    assert answer.status_code == 422
    assert "This article is archived." in answer.text


def test_one_reads_why_a_suggestion_was_not_taken_and_takes_it_up_again(organised, make_article, desk, writer):
    make_article()
    me = writer("end_user", name="Ann Lee")
    address = begin(me)
    press(me, address, "submit", body="Use another printer.\n", significance="changed")
    desk("coach", name="Grace Hall").decline(revision_at(organised, address), reason="That is a different page.")

    page, listed = me.get(address).text, me.get("/write").text
    send(me, address, {"do": "take_up"})

    assert "Grace Hall did not take it:" in page
    assert "Use another printer." in page
    assert "Not taken" in listed
    assert ["That is a different page." in each for each in (page, listed)] == [True, True]
    assert stand(organised, "KB0101")[1] == (2, "draft", "Use another printer.\n")

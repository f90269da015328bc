"""What a writer does with a text without a script: hand in, publish, put aside, take back, mend what came back."""

from __future__ import annotations

import re

import sqlalchemy as sa

from portal.accounts.models import OwnerRoleHolder
from portal.articles import drafts, reviewing, timing
from portal.articles.models import Article, Revision
from portal.testing import BODY, NOON, send
from tests.articles.paper import press, typed_on
from tests.articles.test_writing_pages import begin, revision_at, said, writer
from tests.articles.writing import stand

__all__ = ["writer"]  # a fixture


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

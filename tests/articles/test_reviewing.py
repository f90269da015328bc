"""Reviewing: a second person who could publish it decides, says why, and can take it back while nothing followed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.accounts.models import OwnerRoleHolder
from portal.articles import drafts, reviewing, service, workflow
from portal.articles.models import Revision, RevisionRemark
from portal.articles.texts import Conflict
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import EventRow
from portal.testing import NOON
from tests.articles.writing import Desk, article, stand

BODY = "Look at the screen of the printer.\n"
PARTS = "First.\n\nSecond.\n\n::: support\n\nFor support.\n\n:::\n\nThird.\n\nFourth.\n"


def test_somebody_else_who_could_publish_it_accepts_and_it_counts_as_checked(desk, house):
    ana, kim = desk("onsite"), desk("front_line", grant="contributor")
    draft = ana.submit(ana.start_new(), why="New printers.")

    live = kim.accept(draft, why="Tried it.")

    assert (live.state, live.author_id, live.decided_by, live.decided_at, live.decided_why, live.note) == (
        "live",
        ana.id,
        kim.id,
        NOON,
        "Tried it.",
        "New printers.",
    )
    assert (article(house, "KB1001").confidence, live.front["confidence"]) == ("validated", "validated")


def test_the_writer_never_decides_however_much_they_may(desk):
    coach = desk("coach")
    draft = coach.submit(coach.start_new())

    for step in (
        lambda: coach.accept(draft),
        lambda: coach.adapt(draft, "Other.\n"),
        lambda: coach.send_back(draft, words="No."),
        lambda: coach.decline(draft, reason="No."),
        lambda: coach.answer(draft, answers={1: "yes"}),
    ):
        with pytest.raises(Forbidden, match="wrote this text yourself"):
            step()


@pytest.mark.parametrize(
    ("fields", "deciders"),
    [
        ({}, {"contributor", "publisher", "coach", "lead"}),
        ({"audience": "everyone"}, {"superuser", "publisher", "coach", "lead"}),
        ({"audience": "specialists"}, {"coach", "lead"}),
        ({"governance": "compliance"}, {"publisher", "coach", "lead"}),
        ({"readers": ["role:change_manager"]}, set()),
        ({"readers": ["role:coach"]}, {"coach"}),
    ],
)
def test_a_text_is_read_and_decided_on_by_who_could_publish_it_and_nobody_else(desk, house, fields, deciders):
    people = {
        "colleague": desk(),
        "superuser": desk("superuser", grant="publisher"),
        "candidate": desk("onsite"),
        "contributor": desk("onsite", grant="contributor"),
        "publisher": desk("front_line", grant="publisher"),
        "coach": desk("coach"),
        "lead": desk("lead"),
        "admin": desk("admin"),
    }
    writer = desk("specialist")
    draft = writer.start_new(**fields)

    assert {name for name, each in people.items() if each.sees(draft)} == deciders
    writer.submit(draft)
    assert {name for name, each in people.items() if each.queue()} == deciders
    for name, each in people.items():
        if name not in deciders:
            with pytest.raises(NotFound, match="no such text"):
                each.send_back(draft, words="x")
    if deciders:
        assert people[min(deciders)].accept(draft).state == "live"
        assert stand(house, "KB1001") == [(1, "live", BODY)]


def test_what_somebody_put_aside_is_seen_by_nobody_else(desk):
    ana, coach = desk("onsite"), desk("coach")
    draft = ana.start_new()
    ana.discard(draft)

    assert (ana.sees(draft), coach.sees(draft)) == (True, False)


def test_who_looks_after_the_article_finds_its_texts_first(desk, organised):
    ana, kim = desk("onsite"), desk("onsite", grant="publisher")
    with organised.db.transaction() as session:
        session.add(OwnerRoleHolder(owner_role="network-team", person_id=kim.id, named_at=NOON))
    ana.submit(ana.start_new())
    ana.submit(ana.start_new(owner_role="network-team"), now=NOON + timedelta(hours=1))

    assert kim.queue() == ["KB1002", "KB1001"]
    with organised.db.reading() as session:
        found, total = drafts.queue(session, drafts.writer_of(session, kim.rights), per_page=1)
    assert ([(each.ref, each.writer, each.is_mine) for each in found], total) == ([("KB1002", "Robin Bell", True)], 2)


def test_a_text_goes_back_with_words_and_comes_again(desk, house):
    ana, kim = desk("onsite"), desk("onsite", grant="contributor")
    draft = ana.submit(ana.start_new())

    with pytest.raises(Refused, match="no words"):
        kim.send_back(draft, words="  ")
    kim.send_back(draft, words="Say which printer.")
    better = ana.save(draft, "The one in room 4.\n")
    assert (better.state, better.decided_why) == ("sent_back", "Say which printer.")
    ana.submit(better)
    kim.accept(better)

    assert stand(house, "KB1001") == [(1, "live", "The one in room 4.\n")]
    with house.db.reading() as session:
        rows = session.execute(sa.select(EventRow.name, EventRow.payload).where(EventRow.name != "article.draft_moved"))
        names = [row.name for row in rows if row.name.startswith("article.")]
    assert names == ["article.submitted", "article.sent_back", "article.submitted", "article.published"]


def test_a_suggestion_is_declined_with_a_reason_that_stays_and_can_be_taken_up_again(desk, house, make_article):
    make_article("KB0101")
    ana, kim = desk(), desk("onsite", grant="publisher")
    suggestion = ana.submit(ana.save(ana.start("KB0101"), "Please say more.\n"), significance="changed")
    assert suggestion.is_suggestion

    kim.decline(suggestion, reason="It stands in KB0007.")
    with house.db.reading() as session:
        declined = session.get_one(Revision, suggestion.id)
        assert (declined.state, declined.decided_why, declined.decided_by) == (
            "declined",
            "It stands in KB0007.",
            kim.id,
        )
    ana.take_up(suggestion)

    assert stand(house, "KB0101")[1] == (2, "draft", "Please say more.\n")


def test_only_suggestions_are_declined(desk):
    ana, kim = desk("onsite"), desk("onsite", grant="contributor")
    draft = ana.submit(ana.start_new())

    with pytest.raises(Refused, match="Only suggestions are declined"):
        kim.decline(draft, reason="No.")


def test_an_adapted_suggestion_keeps_its_writer_and_both_texts(desk, house, make_article):
    make_article("KB0101")
    ana, kim = desk(), desk("onsite", grant="publisher")
    suggestion = ana.submit(ana.save(ana.start("KB0101"), "By Ana.\n"), significance="changed")

    live = kim.adapt(suggestion, "By Ana, in better words.\n", why="Shorter.")

    assert stand(house, "KB0101") == [
        (1, "superseded", "\n" + BODY),
        (2, "adapted", "By Ana.\n"),
        (3, "live", "By Ana, in better words.\n"),
    ]
    assert (live.author_id, live.decided_by, live.origin_id, live.significance, live.is_suggestion) == (
        ana.id,
        kim.id,
        suggestion.id,
        "changed",
        True,
    )
    assert article(house, "KB0101").confidence == "validated"


def test_who_adapts_does_not_change_who_it_is_for_beyond_what_they_may_nor_a_compliance_text(desk, make_article):
    make_article("KB0101", audience="support")
    make_article("KB0102", audience="support", governance="compliance")
    ana, kim, pat = desk("onsite"), desk("onsite", grant="contributor"), desk("onsite", grant="publisher")
    text = ana.submit(ana.save(ana.start("KB0101"), "By Ana.\n"), significance="changed")
    rule = ana.submit(ana.save(ana.start("KB0102"), "By Ana.\n"), significance="changed")

    with pytest.raises(Forbidden, match="other readers"):
        kim.adapt(text, "Wider.\n", fields={"audience": "everyone"})
    with pytest.raises(Forbidden, match="compliance text"):
        pat.adapt(rule, "Other.\n")


def test_a_compliance_text_that_was_accepted_says_so(desk, make_article, house):
    make_article("KB0102", audience="support", governance="compliance")
    ana, pat = desk("onsite"), desk("onsite", grant="publisher")

    pat.accept(ana.submit(ana.save(ana.start("KB0102"), "By Ana.\n"), significance="changed"))

    now_live = article(house, "KB0102")
    assert (now_live.approved_on, now_live.approved_by) == (NOON.date(), "onsite-team")


def test_a_reviewer_gets_both_texts_when_another_went_live_meanwhile(desk, make_article):
    make_article("KB0101", audience="support")
    ana, kim = desk("onsite"), desk("onsite", grant="contributor")
    waiting = ana.submit(ana.save(ana.start("KB0101"), "By Ana.\n"), significance="changed")
    live = kim.publish(kim.save(kim.start("KB0101"), "By Kim.\n"), significance="changed")

    with pytest.raises(Conflict) as conflict:
        kim.accept(waiting)
    with pytest.raises(Conflict):
        kim.adapt(waiting, "By both.\n")
    assert (conflict.value.mine.body, conflict.value.theirs.body) == ("By Ana.\n", "By Kim.\n")
    assert kim.adapt(waiting, "By both.\n", base_revision_id=live.id).body == "By both.\n"


def test_a_part_that_the_writer_could_not_see_is_put_back(desk, make_article, house):
    make_article("KB0101", PARTS)
    ana, pat = desk(), desk("onsite", grant="publisher")
    draft = ana.start("KB0101")
    assert draft.body == "\nFirst.\n\nSecond.\n\nThird.\n\nFourth.\n"

    pat.accept(ana.submit(ana.save(draft, draft.body.replace("First", "1st")), significance="typo"))

    assert stand(house, "KB0101")[1] == (2, "live", "\n" + PARTS.replace("First", "1st"))


def test_a_change_just_where_a_hidden_part_stands_is_put_together_by_the_reviewer(desk, make_article, house):
    make_article("KB0101", PARTS)
    ana, pat = desk(), desk("onsite", grant="publisher")
    draft = ana.start("KB0101")
    waiting = ana.submit(ana.save(draft, "\nQuite new.\n"), significance="changed")

    with pytest.raises(Conflict, match="could not see") as conflict:
        pat.accept(waiting)
    assert (conflict.value.mine.body, conflict.value.theirs.body) == ("\nQuite new.\n", "\n" + PARTS)
    pat.adapt(waiting, "Quite new.\n\n::: support\n\nFor support.\n\n:::\n")

    assert [state for _number, state, _body in stand(house, "KB0101")] == ["superseded", "adapted", "live"]


def test_a_decision_is_taken_back_by_who_made_it_while_nothing_followed(desk, make_article, house):
    make_article("KB0101")
    ana, kim, pat = desk(), desk("onsite", grant="publisher"), desk("coach")
    text = ana.submit(ana.save(ana.start("KB0101"), "By Ana.\n"), significance="changed")

    kim.send_back(text, words="Hm.")
    with pytest.raises(Forbidden, match="Somebody else decided"):
        pat.recall(text)
    kim.recall(text)
    kim.decline(text, reason="Hm.")
    ana.start("KB0101")
    with pytest.raises(Refused, match="begun another text"):
        kim.recall(text)
    assert [state for _number, state, _body in stand(house, "KB0101")] == ["live", "declined", "draft"]


def test_a_decision_is_not_taken_back_once_the_writer_went_on(desk):
    ana, kim = desk("onsite"), desk("onsite", grant="contributor")
    draft = ana.submit(ana.start_new())
    kim.send_back(draft, words="Hm.")
    ana.save(draft, "Better.\n", now=NOON + timedelta(minutes=1))

    with pytest.raises(Refused, match="gone on with this text"):
        kim.recall(draft)
    ana.submit(draft_again := ana.save(draft, "Better.\n", saves=1))
    with pytest.raises(Refused, match="This text is submitted"):
        kim.recall(draft_again)


def test_remarks_stand_on_lines_and_are_settled_and_opened_again(desk, organised):
    ana, kim = desk("onsite"), desk("onsite", grant="contributor")
    draft = ana.start_new("One.\nTwo.\n")
    with pytest.raises(Refused, match="not in review"):
        kim.remark(draft, line=1, text="Early.")
    ana.submit(draft)

    for line, words in ((-1, "x"), (4, "x"), (1, " ")):
        with pytest.raises(Refused):
            kim.remark(draft, line=line, text=words)
    on_line = kim.remark(draft, line=2, text=" Which two? ")
    kim.remark(draft, line=0, text="Good.")
    ana.settle(on_line)

    def seen(by: Desk) -> list[tuple]:
        with organised.db.reading() as session:
            rows = drafts.remarks(session, draft.id, drafts.writer_of(session, by.rights))
            return [(row.line, row.text, row.settled_at) for row in rows]

    assert seen(ana) == [(0, "Good.", None), (2, "Which two?", NOON)]
    kim.settle(on_line, is_settled=False)
    assert seen(kim)[1] == (2, "Which two?", None)
    assert seen(desk("onsite")) == []
    with pytest.raises(NotFound):
        desk("onsite").settle(on_line)
    with organised.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(RevisionRemark.id))) == 2


def test_a_checklist_that_was_begun_has_to_speak_for_the_text(desk, organised):
    ana, kim = desk("onsite"), desk("onsite", grant="contributor")
    draft = ana.submit(ana.start_new())

    for wrong in ({0: "yes"}, {11: "yes"}, {1: "perhaps"}):
        with pytest.raises(Refused, match="not an answer"):
            kim.answer(draft, answers=wrong)
    kim.answer(draft, answers={1: "yes", 2: "no"})
    with pytest.raises(Refused, match="not answered to the end"):
        kim.accept(draft)
    kim.answer(draft, answers=dict.fromkeys(range(1, 11), "yes") | {7: "no"})
    with pytest.raises(Refused, match="may not go live yet"):
        kim.accept(draft)
    kim.answer(draft, answers={7: "yes", 10: "not_applicable"})
    with organised.db.reading() as session:
        answers = drafts.answers(session, draft.id, drafts.writer_of(session, ana.rights))
    assert (answers[7], answers[10], len(answers)) == ("yes", "not_applicable", 10)
    assert kim.accept(draft).state == "live"


def test_a_second_person_says_that_a_live_text_is_right(desk, house):
    ana, kim = desk("onsite", grant="contributor"), desk("onsite", grant="contributor")
    ana.publish(ana.start_new())

    with pytest.raises(Forbidden, match="yourself"):
        ana.validate("KB1001")
    with pytest.raises(Forbidden, match="not yours"):
        desk("onsite").validate("KB1001")
    with pytest.raises(NotFound):
        desk().validate("KB1001")
    kim.validate("KB1001")
    kim.validate("KB1001")

    assert article(house, "KB1001").confidence == "validated"
    with house.db.reading() as session:
        told = session.scalars(sa.select(EventRow.actor_id).where(EventRow.name == "article.validated")).all()
    assert told == [kim.id]


def test_a_text_that_helped_three_other_people_counts_as_checked(desk, house):
    ana = desk("onsite", grant="contributor")
    ana.publish(ana.start_new())
    readers = [ana, *(desk("front_line") for _each in range(3))]

    seen = []
    for reader in readers:
        with house.db.transaction() as session:
            service.give_verdict(
                session,
                "KB1001",
                rights=reader.rights,
                visitor=None,
                value="yes",
                words="",
                revision_id=None,
                now=NOON,
            )
        seen.append(article(house, "KB1001").confidence)

    assert seen == ["not_validated"] * 3 + ["validated"]


def test_unfinished_texts_stay_so_whoever_accepts(desk, house):
    ana, kim = desk("onsite"), desk("onsite", grant="contributor")

    kim.accept(ana.submit(ana.start_new(confidence="wip")))

    assert article(house, "KB1001").confidence == "wip"
    with pytest.raises(Refused, match="still being worked on"):
        kim.validate("KB1001")


def test_each_move_has_a_person_an_event_of_the_portal_and_a_way_back(house):
    told = set(house.bus.events) | {""}

    assert {move.event for move in workflow.MOVES.values()} <= told
    for move in workflow.MOVES.values():
        assert set(move.undone_by) <= set(workflow.MOVES)
        for back in move.undone_by:
            sources = workflow.MOVES[back].sources
            assert move.to in sources or back == "restore"
    assert {move.to for move in workflow.MOVES.values()} == set(workflow.STATE_WORDS)
    by_decider = [move for move in workflow.MOVES.values() if move.who == workflow.Who.DECIDER and move.sources[0]]
    assert [(move.name, move.sources) for move in by_decider] == [
        (name, ("submitted",)) for name in ("send_back", "decline", "accept", "adapt")
    ]
    assert hasattr(reviewing, "recall")

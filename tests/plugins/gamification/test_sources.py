"""What others tell becomes contributions: whom it credits, when it counts, and what takes it back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from plugins.gamification import award_notices, counted, sources
from plugins.gamification.kinds import KINDS
from plugins.gamification.models import Contribution
from portal.accounts.rights import ANONYMOUS
from portal.articles import service as articles
from portal.notices.models import Notice
from portal.testing import NOON
from tests.plugins.gamification.story import ANSWERS, DAY, Story, words


@pytest.fixture
def story(house, frozen_clock):
    told = Story(house, frozen_clock)
    told.person("ana", "specialist")
    told.person("ben", "front_line")
    told.person("cem", "coach")
    told.person("una")
    return told


def test_the_table_names_the_events_that_each_kind_is_derived_from_and_no_others():
    told = {name: " ".join(sources.told_by(name)) for name in KINDS}

    assert told == {name: kind.source for name, kind in KINDS.items()}


def test_somebody_whom_it_helped_credits_the_writer_and_another_answer_takes_it_back(story):
    ref = story.live("ana", words("first"), by="cem")
    for at, who, value in ((1, "una", "yes"), (2, "una", "partly"), (3, "una", "yes"), (4, "ana", "yes")):
        story.day(at)
        story.verdict(who, ref, value)
    story.day(5)

    assert story.told("article.solved") == [
        ("article.solved", "ana", "una", 1),
        ("withdraw article.solved", "ana", "", 2),
        ("article.solved", "ana", "una", 3),
    ]


def test_visitors_and_articles_from_files_credit_nobody(story, make_article):
    ref = story.live("ana", words("first"), by="cem")
    make_article("KB0101")
    story.day(1)
    story.verdict("una", "KB0101", "yes")
    with story.house.db.transaction() as session:
        articles.give_verdict(
            session, ref, rights=ANONYMOUS, visitor="a visitor", value="yes", words="", revision_id=None, now=story.now
        )  # fmt: skip
    story.day(2)

    assert story.told("article.solved") == []


def test_people_of_support_vote_and_one_vote_stands(story):
    ref = story.live("ana", words("first"), by="cem")
    for at in range(1, 6):
        story.day(at)
        story.verdict("ben", ref, "no" if at % 2 == 0 else "yes")
    story.day(6)

    told = story.told("article.helpful")
    assert [each[0] for each in told] == ["article.helpful", "withdraw article.helpful"] * 2 + ["article.helpful"]
    assert story.told("article.solved") == []


def test_an_improvement_of_somebody_elses_article_counts_after_two_weeks(story):
    ref = story.live("ana", words("first"), by="cem")
    story.day(1)
    story.live("ana", words("own"), by="cem", ref=ref)
    story.day(2)
    story.live("ben", words("better"), by="cem", ref=ref)
    story.day(10)
    story.live("ben", words("again"), by="cem", ref=ref)
    story.day(15.9)
    assert story.told("article.improved") == []

    story.day(60)
    assert story.told("article.improved") == [("article.improved", "ben", "cem", 16)]


def test_what_had_to_wait_is_news_when_it_counts(story):
    ref = story.live("ana", words("first"), by="cem")
    story.day(2)
    story.live("ben", words("better"), by="cem", ref=ref)
    story.day(15.9)
    story.day(16.1)
    with story.house.db.reading() as session:
        query = sa.select(Notice.data).where(Notice.kind == award_notices.BADGE)
        badges = session.scalars(query.where(Notice.person_id == story.ids["ben"])).all()
    assert badges == [{"badge_id": "mended-it", "key": "once"}]


def test_an_improvement_that_is_reverted_in_two_weeks_does_not_count_and_the_next_one_does(story):
    ref = story.live("ana", words("first"), by="cem")
    story.day(2)
    story.live("ben", words("worse"), by="cem", ref=ref)
    story.day(6)
    story.bring_back("ana", ref, 1, by="cem")
    story.day(8)
    story.live("ben", words("better"), by="cem", ref=ref)
    story.day(40)

    assert story.told("article.improved") == [("article.improved", "ben", "cem", 22)]


def test_what_somebody_published_alone_is_improved_when_another_one_has_checked_it(story):
    story.person("dia", "coach")
    ref = story.live("ana", words("first"), by="cem")
    story.day(1)
    desk = story.desk("dia")
    draft = desk.save(desk.start(ref), words("better"), now=story.now)
    desk.publish(draft, significance="changed", now=story.now)
    story.day(5)
    story.desk("cem").validate(ref, now=story.now)
    story.day(30)

    assert story.told("article.improved") == [("article.improved", "dia", "cem", 19)]


def test_what_nobody_else_looked_at_or_was_only_written_otherwise_improves_nothing(story):
    story.person("dia", "coach")
    ref = story.live("ana", words("first"), by="cem")
    story.day(1)
    story.live("ben", words("first").replace(" ", "\n"), by="cem", ref=ref)
    story.day(2)
    desk = story.desk("dia")
    desk.publish(desk.save(desk.start(ref), words("alone"), now=story.now), significance="changed", now=story.now)
    story.day(30)

    assert story.told("article.improved") == []


def test_a_draft_that_went_live_in_the_words_of_its_reviewer_was_reviewed_and_is_its_writers(story):
    draft = story.handed_in("ana", words("first"))
    story.desk("cem").answer(draft, answers=ANSWERS, now=story.now)
    made = story.desk("cem").adapt(draft, words("second"), why="I made it shorter.", now=story.now)
    story.day(1)
    story.verdict("una", made.front["id"], "yes")
    story.day(2)

    assert story.told("article.reviewed", "article.solved") == [
        ("article.reviewed", "cem", "ana", 0),
        ("article.solved", "ana", "una", 1),
    ]


def test_only_who_went_through_the_checklist_and_wrote_something_has_reviewed(story):
    for number, (answers, remark, why) in enumerate(
        [(ANSWERS, "Say it shorter.", ""), (ANSWERS, "", "Nothing to add."), (ANSWERS, "", ""), ({}, "Fine.", "Fine.")]
    ):
        story.day(number)
        draft = story.handed_in("ana", words(f"text{number}x"))
        reviewer = story.desk("cem")
        if answers:
            reviewer.answer(draft, answers=answers, now=story.now)
        if remark:
            reviewer.remark(draft, line=0, text=remark, now=story.now)
        reviewer.accept(draft, why=why, now=story.now)
    story.day(9)

    assert story.told("article.reviewed") == [
        ("article.reviewed", "cem", "ana", 0),
        ("article.reviewed", "cem", "ana", 1),
    ]


@pytest.mark.parametrize(
    ("reused", "undone", "told"),
    [
        (None, None, []),
        (31, None, []),
        (5, None, [("article.merged", "cem", "cem", 31)]),
        (5, 20, []),
        (5, 40, [("article.merged", "cem", "cem", 31), ("void article.merged", "cem", "cem", 40)]),
    ],
)
def test_a_merge_counts_after_thirty_days_in_which_what_stayed_was_of_use(story, reused, undone, told):
    stays, goes = (story.live("ana", words(name), by="cem") for name in ("stays", "goes"))
    story.day(1)
    story.merge("cem", goes, stays)
    for at in sorted(each for each in (reused, undone) if each is not None):
        story.day(at)
        if at == undone:
            story.unmerge("cem", goes)
        else:
            story.reused(stays, "ben", "ana", story.now + DAY * 0.1)
    story.day(50)

    assert story.told("article.merged") == told


def test_the_proof_of_a_merge_may_come_late(story):
    stays, goes = (story.live("ana", words(name), by="cem") for name in ("stays", "goes"))
    story.merge("cem", goes, stays)
    story.day(40)
    story.reused(stays, "ben", "ana", NOON + 10 * DAY)
    story.day(41)

    assert story.told("article.merged") == [("article.merged", "cem", "cem", 30)]


def test_what_a_coach_grants_counts_until_a_lower_one_is_granted_or_it_is_withdrawn(story):
    for at, kind in enumerate(["contributor", "publisher", "contributor", "publisher", ""], start=1):
        story.day(at)
        story.grant("ben", kind, by="cem")
    story.day(9)

    told = story.told("proficiency.granted")
    assert [each for each in told if each[1] == "ben"] == [
        ("proficiency.granted", "ben", "cem", 1),
        ("proficiency.granted", "ben", "cem", 2),
        ("withdraw proficiency.granted", "ben", "", 3),
        ("proficiency.granted", "ben", "cem", 3),
        ("proficiency.granted", "ben", "cem", 4),
        ("withdraw proficiency.granted", "ben", "", 5),
        ("withdraw proficiency.granted", "ben", "", 5),
        ("withdraw proficiency.granted", "ben", "", 5),
    ]


def test_the_role_of_a_coach_is_the_highest_level_as_long_as_it_is_held(story):
    for at, roles in enumerate([("front_line", "coach"), ("coach",), ("front_line",), ("coach",)], start=1):
        story.day(at)
        story.roles("ben", *roles, by="cem")
    story.day(9)

    assert story.told("proficiency.granted") == [
        ("proficiency.granted", "cem", "", 0),
        ("proficiency.granted", "ben", "cem", 1),
        ("withdraw proficiency.granted", "ben", "", 3),
        ("proficiency.granted", "ben", "cem", 4),
    ]


def test_an_improvement_credits_who_proposed_and_delivered_it_once_somebody_else_has_seen_it(story):
    story.person("dia", "coach")
    story.improvement("ana", owner="ben", checker="cem", coach="cem")
    story.day(1)
    story.improvement("cem", owner="ben", checker="cem", coach="cem")
    story.day(2)
    story.improvement("ana", owner="cem", checker="cem", coach="dia")
    story.day(3)

    assert story.told("improvement.delivered") == [
        ("improvement.delivered", "ana", "", 0),
        ("improvement.delivered", "ben", "", 0),
        ("improvement.delivered", "ben", "", 1),
    ]


def test_a_gap_that_was_closed_credits_the_writer_until_a_coach_says_that_it_was_made_up(story):
    """By real searches, openings and answers: see tests/search/test_gaps.py for what closes one."""
    ref = story.live("ana", words("first"), by="cem")
    searching = ("una", "vic", "wil")
    for name in ("vic", "wil"):
        story.person(name)
    story.search(*searching, words="glorp wibble")
    story.day(1)
    gap_id = story.gap()
    story.answer("ana", gap_id, ref)
    for at, name in enumerate(searching, start=2):
        story.day(at)
        story.open(name, ref, words="wibble glorp")
        story.verdict(name, ref, "yes")
    story.day(6)

    assert story.told("gap.closed") == [("gap.closed", "ana", "", 4)]
    with story.house.db.reading() as session:
        row = session.scalars(sa.select(Contribution).where(Contribution.kind == "gap.closed")).one()
        shown = {name: counted.titles_of(session, [row], story.desk(name).rights)[row.id] for name in ("ben", "una")}
        assert (row.attrs, row.source) == ({"service": "printing"}, "search")
    assert shown == {"ben": ("“glorp wibble”", f"/search/gaps/{gap_id}"), "una": ("", "")}

    story.reject("cem", gap_id)
    story.day(7)
    assert story.told("gap.closed") == [("gap.closed", "ana", "", 4), ("void gap.closed", "ana", "cem", 6)]

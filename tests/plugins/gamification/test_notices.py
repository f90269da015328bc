"""Who hears what of recognition, in which words, and that nobody hears it twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.gamification import award_notices, choices, events, fairness, merging, recording, shelf, thanks, voiding
from plugins.gamification.models import Award, AwardNotice, Contribution, Review
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.core.events import EventRow, emit
from portal.notices import queries, service
from portal.notices.models import Notice
from portal.testing import NOON

pytestmark = pytest.mark.usefixtures("frozen_clock")

WHY = "The page was tried out, and nobody needed it."
REASON = "You stayed until my phone could sign in again."
DAY = timedelta(days=1)
FIRST_ANSWER = ("You have a new badge: First Answer. See what it stands on.", "/badges/first-answer")


@pytest.fixture
def heard(company, people):
    """What somebody reads under the bell, the oldest first; but for the badge that coaches hold as such."""

    def of(name):
        with company.db.reading() as session:
            rights = rights_of(session, session.get_one(Person, people[name]))
            told, _pages = queries.page_of(session, rights)
            lines = [(each.line.text, each.line.path) for each in reversed(told)]
            return [line for line in lines if line[1] != "/badges/kcs-coach"]

    return of


@pytest.fixture
def helped(company, people):
    """Let an article of ben help somebody; returns the id of what credits him."""

    def by(name, *, at=NOON, number=1, kind="article.reused", source="requests"):
        with company.db.transaction() as session:
            (key,) = recording.record(
                session, kind, key=f"KB7:{number}:{name}", occurred_at=at, actor_id=people[name],
                credited=[people["ben"]], subject=("article", "KB7"), source=source, now=NOON,
            )  # fmt: skip
            return session.scalars(sa.select(Contribution.id).where(Contribution.dedupe_key == key)).one()

    return by


def void(company, event_id, by):
    with company.db.transaction() as session:
        voiding.void(session, event_id, by=by, reason=WHY, now=NOON)


def notes(company):
    """Of which awards somebody was told, but for those of coaches, who hold one as such."""
    query = sa.select(AwardNotice.badge_id, AwardNotice.key, AwardNotice.sent_at)
    with company.db.reading() as session:
        return session.execute(query.where(AwardNotice.badge_id != "kcs-coach")).all()


def again(company, name):
    """Everything of this name is told to the listeners once more."""
    with company.db.transaction() as session:
        for row in session.scalars(sa.select(EventRow).where(EventRow.name == name)).all():
            kind = next(each for each in events.ALL if each.name == name)
            emit(session, kind(actor_id=row.actor_id, **row.payload))


def test_a_badge_is_told_at_once_and_that_is_written_down_with_it(company, people, helped, heard, run_jobs):
    helped("ana")
    run_jobs()
    assert (heard("ben"), heard("ana")) == ([FIRST_ANSWER], [])
    assert [tuple(each) for each in notes(company)] == [("first-answer", "once", NOON)]


def test_a_badge_that_goes_is_not_read_any_more_and_returns_untold(company, people, helped, heard, run_jobs):
    event = helped("ana")
    run_jobs()
    void(company, event, people["eva"])
    run_jobs()
    assert [path for _text, path in heard("ben")] == ["/recognition?only=out"]
    with company.db.transaction() as session:
        recording.write_again(session, session.get_one(Contribution, event), now=NOON)
    run_jobs()
    assert heard("ben")[0] == FIRST_ANSWER
    again(company, "gamification.badge_earned")
    run_jobs()
    assert ([each for each in heard("ben") if each == FIRST_ANSWER], len(notes(company))) == ([FIRST_ANSWER], 1)


def test_an_award_that_was_lost_and_is_found_again_is_not_told_again(company, helped, heard, run_jobs):
    helped("ana")
    run_jobs()
    with company.db.transaction() as session:
        session.execute(sa.delete(Award))
        session.execute(sa.delete(Notice))
    helped("cem")
    run_jobs()
    assert heard("ben") == []


def test_whoever_leaves_recognition_in_between_is_told_nothing(company, people, helped, heard, run_jobs):
    helped("ana")
    with company.db.transaction() as session:
        choices.choose(session, people["ben"], is_on=False, shown_to="everyone", now=NOON)
    run_jobs()
    assert (heard("ben"), notes(company)) == ([], [])


def test_whoever_leaves_recognition_reads_no_more_of_it(company, people, helped, heard, run_jobs):
    void(company, helped("ana"), people["eva"])
    helped("cem")
    say(company, people, "ana")
    run_jobs()
    assert len(heard("ben")) == 3
    with company.db.transaction() as session:
        choices.choose(session, people["ben"], is_on=False, shown_to="everyone", now=NOON)
    assert heard("ben") == []


def test_a_badge_that_is_not_awarded_any_more_is_not_told(company, helped, heard, run_jobs):
    helped("ana")
    run_jobs()
    with company.db.transaction() as session:
        shelf.keep(session, now=NOON)
        toml = shelf.toml_of(session, "first-answer")
        shelf.add_version(session, "first-answer", toml, source=shelf.ADMIN, is_gone=True, now=NOON)
    assert heard("ben") == []


def test_an_account_that_became_another_one_is_told_nothing_twice(company, people, helped, heard, run_jobs):
    helped("ana")
    run_jobs()
    with company.db.transaction() as session:
        touched = merging.same_person(session, people["ben"], people["dia"], now=NOON)
        merging.follow(session, touched, now=NOON)
    again(company, "gamification.badge_earned")
    run_jobs()
    assert heard("dia") == []


def say(company, people, giver, receiver="ben", *, now=NOON):
    with company.db.transaction() as session:
        rights = rights_of(session, session.get_one(Person, people[giver]))
        return thanks.say(
            session, giver_id=people[giver], receiver_id=people[receiver], reason=REASON, rights=rights, now=now
        ).id  # fmt: skip


def test_thanks_are_told_with_who_said_them_and_without_the_words(company, people, heard, run_jobs):
    say(company, people, "ana")
    run_jobs()
    again(company, "gamification.thanked")
    run_jobs()
    assert heard("ben") == [("Ana thanked you.", f"/thanks?to={people['ben']}")]


def test_thanks_that_are_told_again_long_after_they_were_said_are_no_news(company, people, heard, run_jobs):
    say(company, people, "ana", now=NOON - 3 * DAY)
    run_jobs()
    assert heard("ben") == []


def test_who_left_the_company_thanked_without_a_name_and_what_is_off_the_wall_is_not_told(
    company, people, heard, run_jobs
):
    first = say(company, people, "ana")
    run_jobs()
    with company.db.transaction() as session:
        session.get_one(Person, people["ana"]).left_at = NOON
    assert heard("ben") == [("A colleague thanked you.", f"/thanks?to={people['ben']}")]
    with company.db.transaction() as session:
        session.get_one(thanks.Thanks, first).hidden_at = NOON
    assert heard("ben") == []


def test_what_does_not_count_is_told_with_the_reason(company, people, helped, heard, run_jobs):
    event = helped("ana", kind="article.rated_clear")
    run_jobs()
    void(company, event, people["eva"])
    run_jobs()
    again(company, "gamification.voided")
    run_jobs()
    assert heard("ben") == [(f"This does not count: Readers found an article clear. {WHY}", "/recognition?only=out")]


def test_of_many_that_come_at_once_there_is_one_notice(company, people, helped, heard, run_jobs):
    for number in range(9):
        helped("ana", at=NOON + timedelta(minutes=number), number=number, kind="article.helpful")
    run_jobs()
    why = "More than two such signals came from one person within ten minutes. The first two count."
    assert heard("ben") == [(f"7 things that credited you do not count. {why}", "/recognition?only=out")]
    again(company, "gamification.voided")
    run_jobs()
    assert len(heard("ben")) == 1


def test_of_several_reasons_the_page_says_which(company, people, helped, heard, run_jobs):
    event = helped("cem", kind="article.rated_clear")
    for number in range(3):
        helped("ana", at=NOON + timedelta(minutes=number), number=number, kind="article.helpful")
    with company.db.transaction() as session:
        fairness.void_bursts(session, people["ben"], now=NOON)
    void(company, event, people["eva"])
    run_jobs()
    assert heard("ben") == [("2 things that credited you do not count. Your page says why.", "/recognition?only=out")]


def ask(company, people):
    with company.db.transaction() as session:
        retraction = session.scalars(sa.select(Contribution.id).where(Contribution.retracts.is_not(None))).one()
        return voiding.ask_again(session, people["ben"], retraction, words="", now=NOON).id


def decide(company, people, review, outcome):
    with company.db.transaction() as session:
        voiding.decide(session, review, by=people["fay"], outcome=outcome, answer=WHY, now=NOON)


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        ("stands", "A second coach looked again: it does not count. Read why."),
        ("restored", "A second coach looked again: it counts again."),
    ],
)
def test_a_second_look_is_told_to_other_coaches_and_then_to_who_asked(
    company, people, helped, heard, run_jobs, outcome, text
):
    void(company, helped("ana", kind="article.helpful"), people["eva"])
    review = ask(company, people)
    run_jobs()
    asked = ("Somebody asks to look again at what does not count.", "/recognition/reviews")
    assert [heard(name) for name in ("eva", "fay", "ana")] == [[], [asked], []]

    decide(company, people, review, outcome)
    run_jobs()
    assert heard("fay") == []
    what = "This does not count: Somebody in support found an article helpful."
    said = (f"{what} {WHY}", "/recognition?only=out")
    assert heard("ben") == [*([said] if outcome == "stands" else []), (text, "/recognition")]


def test_a_coach_who_is_part_of_it_hears_nothing_and_one_who_is_none_any_more_reads_nothing(
    company, people, helped, heard, run_jobs
):
    void(company, helped("fay"), people["eva"])
    with company.db.transaction() as session:
        gus = accounts.add_person(session, name="Gus", login="gus", roles=["coach"], now=NOON)
    ask(company, people)
    run_jobs()
    named = {**people, "gus": gus.id}
    with company.db.reading() as session:
        kinds = session.execute(sa.select(Notice.person_id).where(Notice.kind == "gamification.review")).all()
    assert [row.person_id for row in kinds] == [named["gus"]]
    with company.db.transaction() as session:
        accounts.set_roles(session, session.get_one(Person, gus.id), ["front_line"], by=None, now=NOON)
    with company.db.reading() as session:
        rights = rights_of(session, session.get_one(Person, gus.id))
        lines = [each.line.path for each in queries.page_of(session, rights)[0]]
        assert [path for path in lines if not path.startswith("/badges/")] == []
        assert session.scalars(sa.select(Review.outcome)).all() == [""]


def test_whoever_wants_to_hear_nothing_of_badges_hears_nothing(company, people, helped, heard, run_jobs):
    with company.db.transaction() as session:
        service.choose(session, people["ben"], {award_notices.BADGE: "off"}, daily_mail=True)
    helped("ana")
    run_jobs()
    assert (heard("ben"), notes(company)) == ([], [])

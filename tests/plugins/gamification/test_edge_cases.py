"""What happens rarely in a log and must not harm it: badges that go, articles that end, people who are forgotten.

What else rarely happens is tested where it belongs: accounts that become one (``test_projecting.py``), a retraction
that comes first (``test_recording.py``), a vote that is changed twenty times (``test_votes.py``), another time zone
(``test_shelf.py``), people who leave the company (``test_wall.py``).
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.gamification import personal, projecting, recording, replaying, shelf, thanks, voiding
from plugins.gamification.models import Award, Contribution, Thanks
from plugins.gamification.projecting import canonical, standing
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import drafts, keeping
from portal.testing import NOON
from tests.plugins.gamification.story import Story, words

DAY = timedelta(days=1)
CALM = """schema = 1
[[badge]]
id = "calm"
name = "Calm"
tier = "bronze"
track = "care"
text = "Somebody stayed calm."
[badge.when]
event = "article.reused"
count = 1
"""


@pytest.fixture
def story(house, frozen_clock):
    told = Story(house, frozen_clock)
    told.person("ana", "specialist")
    told.person("ben", "front_line")
    told.person("cem", "coach")
    for name in ("una", "uri", "uwe"):
        told.person(name)
    return told


def reused(session, credit_id, actor_id, *, at=NOON, about="KB7"):
    recording.record(
        session, "article.reused", key=f"{about}:{actor_id}:{at:%m%d%H}", occurred_at=at, actor_id=actor_id,
        credited=[credit_id], subject=("article", about), source="requests", now=at,
    )  # fmt: skip
    projecting.refresh(session, credit_id, {"article.reused"}, now=at)


def held(session):
    return sorted(each.slot for each in standing(session))


def is_what_the_log_says(session):
    everyone = replaying.people(session)
    return canonical(standing(session)) == canonical(replaying.worked_out(session, everyone))


def test_a_badge_that_is_no_longer_defined_is_kept_out_of_sight_and_comes_back_with_it(company, people, tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(CALM, encoding="utf-8")

    def keep(file, day):
        with company.db.transaction() as session:
            shelf.keep(session, file, now=NOON + day * DAY)
            projecting.refresh(session, people["ben"], now=NOON + day * DAY)
            rows = session.scalars(sa.select(Award.revoked_at).where(Award.badge_id == "calm")).all()
            return list(rows), "calm" in shelf.active(session), replaying.differences(session, [people["ben"]])

    keep(path, 0)
    with company.db.transaction() as session:
        reused(session, people["ben"], people["ana"])

    assert keep(path, 1) == ([None], True, [])
    assert keep(None, 2) == ([None], False, [])
    assert keep(path, 3) == ([None], True, [])


def test_an_article_that_is_archived_leaves_what_its_writer_earned(story):
    ref = story.live("ana", words("first"), by="cem")
    for name in ("una", "uri"):
        story.verdict(name, ref, "yes")
    story.day(1)
    with story.house.db.reading() as session:
        before = held(session)
    with story.house.db.transaction() as session:
        keeping.archive(
            session, drafts.writer_of(session, story.desk("cem").rights), ref, why="Nobody uses it.", now=story.now
        )
    story.day(60)

    with story.house.db.reading() as session:
        assert ("first-answer", "once") in before
        assert held(session) == before
        assert is_what_the_log_says(session)


def test_an_article_that_is_merged_leaves_the_log_with_what_it_was_about(story):
    stays, goes = (story.live("ana", words(name), by="cem") for name in ("stays", "goes"))
    story.verdict("una", goes, "yes")
    story.day(1)
    story.merge("cem", goes, stays)
    story.day(2)
    story.verdict("uri", stays, "yes")
    story.day(3)

    with story.house.db.reading() as session:
        solved = sa.select(Contribution.subject_id).where(Contribution.kind == "article.solved")
        assert session.scalars(solved.order_by(Contribution.occurred_at)).all() == [goes, stays]
        assert is_what_the_log_says(session)


def test_a_clock_that_goes_back_an_hour_while_things_are_written_changes_nothing(company, people):
    with company.db.transaction() as session:
        for minutes, name in ((0, "ana"), (-60, "cem"), (-30, "dia"), (5, "eva")):
            reused(session, people["ben"], people[name], at=NOON + timedelta(minutes=minutes), about="KB7")
        assert is_what_the_log_says(session)
        first = session.scalars(sa.select(Award).where(Award.badge_id == "first-answer")).one()
        written = session.scalars(sa.select(Contribution.actor_id).order_by(Contribution.id)).all()
    assert first.granted_at == NOON - timedelta(hours=1)
    assert written == [people[name] for name in ("ana", "cem", "dia", "eva")]


def test_who_is_forgotten_loses_words_and_badges_and_nobody_else_loses_anything(company, people):
    ana, ben, eva = people["ana"], people["ben"], people["eva"]
    with company.db.transaction() as session:
        for actor, credit in ((ana, ben), (ben, ana), (ben, people["cem"])):
            reused(session, credit, actor)
        row = session.scalars(sa.select(Contribution).where(Contribution.credit_id == ben)).one()
        voiding.void(session, row.id, by=eva, reason="Ben tried this out on his own phone.", now=NOON)
        rights = rights_of(session, session.get_one(Person, ben))
        thanks.say(
            session, giver_id=ben, receiver_id=ana, reason="You found my lost mail.", rights=rights, now=NOON
        )  # fmt: skip
        before = [each for each in standing(session) if each.person_id != ben]

        for each in personal.personal_data(ben):
            if each.on_erasure == "delete":
                session.execute(sa.delete(each.model).where(each.where))
            elif each.on_erasure == "unname":
                empty = {column: _emptied(each.model, column) for column in each.columns}
                session.execute(sa.update(each.model).where(each.where).values(empty))
        session.get_one(Person, ben).name = ""
        session.flush()
        session.expire_all()

        assert [each for each in standing(session) if each.person_id != ben] == before
        assert is_what_the_log_says(session)
        words_left = [*session.scalars(sa.select(Contribution.reason)), *session.scalars(sa.select(Thanks.giver_id))]
        assert [each for each in words_left if each] == []


def _emptied(model, column):
    return None if model.__table__.columns[column].nullable else ""


def test_taking_something_back_never_gives_an_award_whichever_and_how_many(company, people):
    """Property 4 through the tables: each of the facts void, one after the other, in two orders."""
    for backwards in (False, True):
        with company.db.session() as session:
            for number, name in enumerate(("ana", "cem", "dia", "eva", "fay", "ana", "cem")):
                reused(session, people["ben"], people[name], at=NOON + number * DAY)
            rows = session.scalars(sa.select(Contribution).order_by(Contribution.id)).all()
            for row in reversed(rows) if backwards else rows:
                before = {(each.slot, each.granted_at) for each in standing(session)}
                recording.take_back(
                    session, row.dedupe_key, credit_id=row.credit_id, mode="void", occurred_at=NOON + 90 * DAY,
                    source="gamification", now=NOON + 90 * DAY,
                )  # fmt: skip
                projecting.refresh(session, people["ben"], {"article.reused"}, now=NOON + 90 * DAY)
                after = {(each.slot, each.granted_at) for each in standing(session)}
                earlier = dict(before)
                assert [slot for slot, at in after if slot not in earlier or at < earlier[slot]] == []
            assert held(session) == []
            session.rollback()

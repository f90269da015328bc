"""Off, and on again: what counts and what was earned is the same as if recognition had never been off."""

from __future__ import annotations

import random
import shutil

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from plugins.gamification.models import Award, Contribution
from portal.app import build
from portal.cli import command
from portal.core import clock
from portal.core.events import EventRow
from portal.testing import NOON
from tests.plugins.gamification.story import ANSWERS, DAY, Story, words

PEOPLE = tuple(f"una{number}" for number in range(14))
AWARD = ("badge_id", "person_id", "key", "granted_at", "definition_version")
LAST = 120


@pytest.fixture
def two(migrated, tmp_path, frozen_clock):
    """Two portals at the same day; the second has recognition switched off."""
    houses = []
    for name in ("on", "off"):
        shutil.copytree(migrated, tmp_path / name)
        houses.append(build({"instance": str(tmp_path / name)}, environ={}))
    switch(houses[1], on=False)
    yield [Story(house, frozen_clock) for house in houses]
    for house in houses:
        house.close()


def switch(house, *, on):
    with house.db.transaction() as session:
        house.plugins.switches.switch(session, "gamification", on=on, by=None, now=clock.now())


def live_through(story: Story) -> None:
    """What happens in a town in a hundred days."""
    story.begin()
    _people(story)
    ref, other = _first_month(story)
    _votes_that_turn(story, other)
    story.day(45)
    story.unmerge("cem", story.refs["gone"])
    story.day(60)
    story.improvement("ana", owner="ben", checker="cem", coach="cem")
    story.verdict("una1", ref, "no")
    story.day(LAST)


def _people(story: Story) -> None:
    story.person("ana", "specialist")
    story.person("ben", "front_line")
    story.person("cem", "coach")
    story.person("dia", "specialist")
    for number, name in enumerate(PEOPLE):
        story.person(name, unit=number % 2)


def _first_month(story: Story) -> tuple[str, str]:
    draft = story.handed_in("ana", words("first"))
    story.desk("cem").answer(draft, answers=ANSWERS, now=story.now)
    ref = str(story.desk("cem").accept(draft, why="Nothing to add.", now=story.now).front["id"])
    other, gone = (story.live("dia", words(name), by="cem") for name in ("other", "gone"))
    story.refs = {"gone": gone, "stays": other}
    story.day(1)
    for name in PEOPLE[:6]:
        story.verdict(name, ref, "yes")
    story.verdict("ben", ref, "yes")
    story.grant("ben", "publisher", by="cem")
    story.day(3)
    story.move_to("una2", 1)
    story.roles("una3", "front_line", by="cem")
    story.roles("dia", "specialist", "coach", by="cem")
    story.verdict("una2", other, "yes")
    story.verdict("una3", other, "yes")
    story.verdict("una0", ref, "no")
    story.verdict("ben", ref, "no")
    story.day(4)
    story.verdict("una0", ref, "yes")
    story.live("ben", words("better"), by="cem", ref=ref)
    story.grant("ben", "contributor", by="cem")
    story.merge("cem", gone, other)
    story.day(9)
    story.bring_back("ana", ref, 1, by="cem")
    story.roles("ana", "front_line", by="cem")
    story.day(12)
    story.live("dia", words("better still"), by="cem", ref=ref)
    story.roles("dia", "specialist", by="cem")
    return ref, other


def _votes_that_turn(story: Story, ref: str) -> None:
    story.day(20)
    for name in PEOPLE:
        story.verdict(name, ref, "yes")
    story.day(33)
    story.verdict("una5", ref, "partly")
    story.day(40)
    for name in PEOPLE[4:12]:
        story.verdict(name, ref, "no")


def prove_the_merge(story: Story) -> None:
    """What requests will tell; nobody hears it while recognition is off."""
    story.reused(story.refs["stays"], "ben", "dia", NOON + 10 * DAY)


def awards(story: Story) -> list[tuple[str, ...]]:
    """The awards that are held, with the keys of what they stand on."""
    with story.house.db.reading() as session:
        rows = session.scalars(sa.select(Award).where(Award.revoked_at.is_(None))).all()
        keys = dict(session.execute(sa.select(Contribution.id, Contribution.dedupe_key)).all())
    told = [
        (*(str(getattr(row, name)) for name in AWARD), str(sorted(keys[each] for each in row.evidence))) for row in rows
    ]
    return sorted(told)


def catch_up(story: Story) -> None:
    switch(story.house, on=True)
    done = CliRunner().invoke(command(story.house), ["events", "replay", "--to", "gamification"], obj=story.house)
    assert done.exit_code == 0, done.output
    story.work()


def test_what_came_while_it_was_off_counts_as_if_it_had_never_been(two):
    always, back = two
    for story in two:
        live_through(story)
    assert back.log() == []

    catch_up(back)
    for story in two:
        prove_the_merge(story)
        story.day(LAST + 1)

    told = {row[0] for row in always.log()}
    assert told == {
        "article.solved", "article.helpful", "article.rated_clear", "article.improved", "article.reviewed",
        "article.merged", "article.reused", "improvement.delivered", "proficiency.granted", "event.retracted",
    }  # fmt: skip
    assert back.log() == always.log()
    assert awards(back) == awards(always)
    assert len(awards(always)) > 3


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_it_is_heard_does_not_matter_nor_how_often(two, seed):
    always, back = two
    for story in two:
        live_through(story)
    switch(back.house, on=True)
    chance = random.Random(seed)
    back.tell_again(chance)
    back.day(LAST + 1)
    once = back.log()
    back.tell_again(chance)
    back.day(LAST + 2)
    always.day(LAST + 2)

    assert once == back.log() == always.log()


def test_hearing_everything_twice_writes_nothing(two):
    always, _off = two
    live_through(always)
    log, earned = always.log(), awards(always)
    with always.house.db.reading() as session:
        last = session.scalar(sa.select(sa.func.max(EventRow.id)))
    catch_up(always)

    assert (always.log(), awards(always)) == (log, earned)
    with always.house.db.reading() as session:
        more = session.scalars(sa.select(EventRow.name).where(EventRow.id > last)).all()
    assert set(more) <= {"gamification.replay_due"}

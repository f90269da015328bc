"""One event after the other gives what working it all out anew gives; fifty at once give one award."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.gamification import choices, merging, projecting, recording, replay_notices, replaying, shelf
from plugins.gamification.cli import gamification
from plugins.gamification.events import GamificationRecorded, GamificationReplayDue
from plugins.gamification.facts import AGAIN
from plugins.gamification.models import Award, AwardNotice, Contribution, Replay
from plugins.gamification.projecting import canonical, standing
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.core.errors import Refused
from portal.core.events import EventRow, Job, emit
from portal.notices.models import Notice
from portal.testing import NOON

DAY = timedelta(days=1)
KINDS = ("article.reused", "article.solved", "article.kept_fresh", "thanks.received")

RULES = {
    "two-helped": 'event = ["article.reused", "article.solved"]\ncount = {n}\ndistinct = "actor"\nwithin_days = 20',
    "again": 'event = "article.reused"\ncount = {n}\npair_cap = 2',
    "thanked-and-fresh": (
        'all = [{{ event = "thanks.received", count = {n} }}, {{ event = "article.kept_fresh", own = true }}]'
    ),
}
PER = {"two-helped": ("subject", "once", "quarter"), "again": ("every", "once"), "thanked-and-fresh": ("once", "year")}


def badge(badge_id, *, n=2, sticky=True, per=0):
    """One badge of the test as a file."""
    return (
        f'schema = 1\n\n[[badge]]\nid = "{badge_id}"\nname = "A"\ntier = "bronze"\ntrack = "care"\ntext = "B."\n'
        f'per = "{PER[badge_id][per % len(PER[badge_id])]}"\nsticky = {str(sticky).lower()}\n[badge.when]\n'
        + RULES[badge_id].format(n=n)
    )


people = st.integers(0, 3)
facts = st.tuples(
    st.just("fact"), st.sampled_from([KINDS[0], *KINDS]), people, people, st.sampled_from(["KB7", "KB8"]),
    st.integers(0, 25) | st.integers(0, 60), st.integers(0, 9),
)  # fmt: skip
steps = st.one_of(
    facts,
    st.tuples(st.just("merge"), people, people),
    st.tuples(st.just("take"), st.integers(0, 12), st.sampled_from(["void", "withdraw"])),
    st.tuples(st.just("orphan"), st.sampled_from(KINDS), people, people, st.integers(0, 9)),
    st.tuples(st.just("again"), st.integers(0, 12)),
    st.tuples(st.just("choose"), people, st.booleans()),
    st.tuples(st.just("rule"), st.sampled_from(sorted(RULES)), st.integers(1, 3), st.booleans(), st.integers(0, 2)),
)


class Town:
    """Five people, three rules, and what the listeners do after each thing that happens."""

    def __init__(self, session):
        self.session = session
        self.people = [
            accounts.add_person(session, name=f"P{n}", login=f"p{n}", roles=["front_line"], now=NOON - 4 * DAY).id
            for n in range(4)
        ]
        for badge_id in RULES:
            shelf.add_version(session, badge_id, badge(badge_id), source=shelf.ADMIN, now=NOON)
        self.now = NOON + 100 * DAY

    def refresh(self, person, kind):
        projecting.refresh(self.session, person, {kind}, now=self.now)

    def fact(self, kind, actor, credit, about, day, number):
        who, to = self.people[actor], self.people[credit]
        recording.record(
            self.session, kind, key=f"{about}:{number}:{who}", occurred_at=NOON + day * DAY, actor_id=who,
            credited=[to], subject=("article", about), source="articles", now=self.now,
        )  # fmt: skip
        self.refresh(to, kind)

    def take(self, place, mode):
        rows = self.session.scalars(sa.select(Contribution).where(Contribution.retracts.is_(None))).all()
        if place < len(rows):
            self._take(rows[place].dedupe_key, rows[place].credit_id, mode)
            self.refresh(rows[place].credit_id, rows[place].kind)

    def orphan(self, kind, actor, credit, number):
        key = f"{kind}:KB7:{number}:{self.people[actor]}:{self.people[credit]}"
        self._take(key, self.people[credit], "void")
        self.refresh(self.people[credit], kind)

    def _take(self, key, credit, mode):
        recording.take_back(
            self.session, key, credit_id=credit, mode=mode, occurred_at=self.now, source="articles", now=self.now
        )

    def again(self, place):
        rows = self.session.scalars(
            sa.select(Contribution).where(
                Contribution.dedupe_key.in_(sa.select(Contribution.retracts)), ~Contribution.dedupe_key.contains(AGAIN)
            )
        ).all()
        if place < len(rows):
            recording.write_again(self.session, rows[place], now=self.now)
            self.refresh(rows[place].credit_id, rows[place].kind)

    def merge(self, old, new):
        try:
            touched = merging.same_person(self.session, self.people[old], self.people[new], now=self.now)
        except Refused:
            return
        merging.follow(self.session, touched, now=self.now)

    def choose(self, person, is_on):
        who = self.people[person]
        choices.choose(self.session, who, is_on=is_on, shown_to="everyone", now=self.now)
        projecting.refresh(self.session, who, now=self.now, silent=True)

    def rule(self, badge_id, n, sticky, per):
        text = badge(badge_id, n=n, sticky=sticky, per=per)
        shelf.add_version(self.session, badge_id, text, source=shelf.ADMIN, now=self.now)
        for each in replaying.people(self.session):
            projecting.refresh(self.session, each, now=self.now, silent=True)


def drawn(examples):
    """What happens to the town of so many examples."""

    def with_examples(test):
        health = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
        chosen = settings(max_examples=examples, deadline=None, suppress_health_check=health)
        begins, follows = st.lists(facts, min_size=10, max_size=20), st.lists(steps, min_size=2, max_size=12)
        return chosen(given(begins, follows)(test))

    return with_examples


@drawn(60)
def test_one_by_one_equals_working_it_out_anew_byte_for_byte(house, begins, follows):
    stays_the_same(house, begins, follows)


@pytest.mark.proof
@drawn(5000 if os.environ.get("PROOF_ROUNDS", "full") == "full" else 300)
def test_one_by_one_equals_working_it_out_anew_byte_for_byte_very_often(house, begins, follows):
    stays_the_same(house, begins, follows)


def stays_the_same(house, begins, follows):
    with house.db.session() as session:
        town = Town(session)
        for name, *values in begins + follows:
            getattr(town, name)(*values)
        everyone = replaying.people(session)
        assert canonical(standing(session)) == canonical(replaying.worked_out(session, everyone))
        assert replaying.differences(session, everyone) == []
        holding = {each.person_id for each in standing(session)}
        left = {each for each in town.people if not choices.of(session, each).is_on}
        assert holding & left == set()
        session.rollback()


@pytest.fixture
def ana(make_person, frozen_clock):
    return make_person("Ana", roles=["front_line"])


def help_them(session, credit_id, *actors, now=NOON):
    for actor in actors:
        recording.record(
            session, "article.reused", key=str(actor), occurred_at=now, actor_id=actor, credited=[credit_id],
            subject=("article", "KB7"), source="requests", now=now,
        )  # fmt: skip


def test_fifty_at_once_give_one_award_and_tell_it_once(house, ana, make_person):
    ben = make_person("Ben")
    with house.db.transaction() as session:
        help_them(session, ana.id, ben.id)

    def trigger(_number):
        with house.db.transaction() as session:
            projecting.evaluate(session, [GamificationRecorded(kind="article.reused", person_id=ana.id)])

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(trigger, range(50)))
    with house.db.reading() as session:
        assert session.scalars(sa.select(Award.badge_id)).all() == ["first-answer"]
        told = sa.select(sa.func.count()).where(EventRow.name == "gamification.badge_earned")
        assert session.scalar(told) == 1


def test_the_worker_gives_the_award(house, ana, make_person, run_jobs):
    ben = make_person("Ben")
    with house.db.transaction() as session:
        help_them(session, ana.id, ben.id)
    run_jobs()
    with house.db.reading() as session:
        assert [each.slot for each in standing(session)] == [("first-answer", "once")]


def spoil(house, person_id):
    """An award that nobody earned, one that is missing, and one with another date."""
    with house.db.transaction() as session:
        session.execute(sa.update(Award).values(granted_at=NOON + DAY))
        session.add(
            Award(
                badge_id="thanked", person_id=person_id, key="once", granted_at=NOON, evidence=[], definition_version=1
            )
        )


def test_a_replay_finds_what_differs_and_with_write_puts_it_right_in_silence(house, ana, make_person, run_jobs):
    ben, kim = make_person("Ben"), make_person("Kim")
    with house.db.transaction() as session:
        help_them(session, ana.id, ben.id)
        help_them(session, kim.id, ben.id)
    run_jobs()
    with house.db.transaction() as session:
        session.execute(sa.delete(Award).where(Award.person_id == kim.id))
    spoil(house, ana.id)

    def replay(*options):
        return CliRunner().invoke(gamification, ["replay", *options], obj=house)

    found = replay()
    assert (found.exit_code, found.output.splitlines()[-4:]) == (1, [
        f"first-answer (once) of person {ana.id} has another date, evidence or version.",
        f"thanked (once) of person {ana.id} is too much.",
        f"first-answer (once) of person {kim.id} is missing.",
        "2 events of 2 people, 3 differences. Put it right with --write.",
    ])  # fmt: skip
    written = replay("--write")
    assert (written.exit_code, written.output.splitlines()[-1]) == (
        0, "2 events of 2 people, 3 differences. Put right.",
    )  # fmt: skip
    again = replay()
    assert (again.exit_code, again.output.splitlines()[-1]) == (0, "2 events of 2 people, 0 differences.")
    with house.db.reading() as session:
        query = sa.select(AwardNotice.badge_id, AwardNotice.person_id).order_by(AwardNotice.person_id)
        notices = [tuple(each) for each in session.execute(query)]
        told = sa.select(sa.func.count()).where(EventRow.name == "gamification.badge_earned")
        assert (notices, session.scalar(told)) == ([("first-answer", ana.id), ("first-answer", kim.id)], 2)


def test_every_night_it_is_compared_and_administrators_hear_of_a_difference(house, ana, make_person, run_jobs):
    ben, boss = make_person("Ben"), make_person("Boss", roles=["admin"])
    with house.db.transaction() as session:
        help_them(session, ana.id, ben.id)
    run_jobs()

    def night():
        with house.db.transaction() as session:
            emit(session, GamificationReplayDue())
        run_jobs()
        with house.db.transaction() as session:
            row = session.scalars(sa.select(Replay).order_by(Replay.id.desc())).first()
            found = (row.because, row.different, row.is_written, row.ended_at is not None)
            session.execute(sa.update(Replay).values(began_at=NOON - 30 * DAY))
        return found

    assert night() == ("nightly", 0, False, True)
    spoil(house, ana.id)
    assert night() == ("nightly", 2, False, True)
    with house.db.reading() as session:
        (notice,) = session.scalars(sa.select(Notice).where(Notice.kind == replay_notices.DIFFERED))
        rights = rights_of(session, session.get(Person, boss.id))
        line = replay_notices.KIND.describe(session, rights, [notice])[notice.id]
        assert (notice.person_id, line.text, line.path) == (
            boss.id, "2 badges of people are not what the log says.", "/recognition/admin",
        )  # fmt: skip
        assert [each.slot for each in standing(session)] == [("first-answer", "once"), ("thanked", "once")]


def test_whoever_is_about_to_be_worked_out_anyway_is_no_difference(house, ana, make_person):
    ben = make_person("Ben")
    with house.db.transaction() as session:
        help_them(session, ana.id, ben.id)
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Job.id)))
        assert replaying.differences(session, [ana.id], leave_out=True) == []
        assert [each["what"] for each in replaying.differences(session, [ana.id])] == ["missing"]

"""Rounds: who is invited, which unit an answer may carry, what stands against the next one, and what is forgotten."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import rounds
from plugins.feedback.anonymity import Keys
from plugins.feedback.loop_models import Improvement, ImprovementSource
from plugins.feedback.models import Invitation
from plugins.feedback.round_models import Invited, Round, RoundUnit, UsedToken
from plugins.feedback.surveys import survey_now
from plugins.feedback.wordings import bank_now
from portal.accounts import absences
from portal.core.errors import Refused
from portal.core.events import EventRow
from portal.testing import NOON

TWO_WEEKS = timedelta(days=14)


def pulse(session, key="P"):
    return survey_now(session, bank_now(session), key)


def begin(session, key="P", now=NOON, **values):
    return rounds.begin(session, pulse(session, key), by=None, closes_at=now + TWO_WEEKS, now=now, **values)


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys")


@pytest.mark.parametrize(
    ("people", "carried"),
    [
        ({"sales": 10, "legal": 10}, {"sales": {"sales": 10}, "legal": {"legal": 10}}),
        ({"sales": 9, "company": 1}, {"sales": {"company": 9}, "company": {"company": 1}}),
        ({"sales": 9}, {"sales": {None: 9}}),
        ({"team": 4, "sales": 6}, {"team": {"sales": 4}, "sales": {"sales": 6}}),
        (
            {"team": 10, "sales": 6, "company": 4},
            {"team": {"team": 10}, "sales": {"company": 6}, "company": {"company": 4}},
        ),
        ({None: 30}, {None: {None: 30}}),
    ],
)  # fmt: skip
def test_an_answer_carries_a_unit_with_ten_invited_or_the_nearest_one_above(people, carried):
    parents = {"company": None, "sales": "company", "legal": "company", "team": "sales"}
    units = [unit for unit, count in people.items() for _each in range(count)]

    kept = rounds.units_kept(dict(enumerate(units)), parents)

    found: dict = {}
    for person, unit in kept.items():
        row = found.setdefault(units[person], {})
        row[unit] = row.get(unit, 0) + 1
    assert found == carried


def test_everybody_who_is_here_is_invited_and_who_is_away_a_little_later(organised, session, make_person):
    people = [make_person(f"Person {number}", unit_id="company") for number in range(12)]
    absences.add(session, people[0], NOON.date(), NOON.date() + timedelta(days=3), by=None, today=NOON.date())

    asked = begin(session)

    assert asked.invited == 12
    assert session.scalar(sa.select(sa.func.count()).select_from(Invited)) == 12
    assert [(row.unit_id, row.invited) for row in session.scalars(sa.select(RoundUnit))] == [("company", 12)]
    rows = session.scalars(sa.select(Invitation)).all()
    assert {(row.state, row.mode, row.unit_id, row.about, tuple(row.form)) for row in rows} == {
        ("planned", "anonymous", None, "round", tuple(asked.form))
    }
    assert sorted(asked.form) == ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"]


def test_the_pulse_of_the_superusers_asks_these_alone_and_keeps_no_secret(organised, session, make_person):
    make_person("Ana Silva")
    robin = make_person(roles=["superuser"])

    asked = begin(session, "PS")

    assert (asked.invited, asked.secret) == (1, None)
    assert session.scalars(sa.select(Invitation.person_id)).all() == [robin.id]


def test_when_a_round_closes_its_secret_and_who_took_part_are_gone_and_the_counts_stay(
    organised, session, make_person, keys
):
    for number in range(11):
        make_person(f"Person {number}", unit_id="company")
    asked = begin(session)

    rounds.close(session, asked.id, keys=keys, now=NOON + TWO_WEEKS)

    assert (asked.state, asked.secret, asked.invited, asked.answered) == ("closed", None, 11, 0)
    assert session.scalars(sa.select(Invited)).all() == []
    assert session.scalars(sa.select(UsedToken)).all() == []
    assert set(session.scalars(sa.select(Invitation.state))) == {"suppressed"}  # no mail had gone out
    closed = session.scalars(sa.select(EventRow).where(EventRow.name == "feedback.round_closed")).one()
    assert closed.payload == {"round_id": asked.id, "template": "P", "invited": 11, "answered": 0}
    with pytest.raises(Refused, match="This round is over"):
        rounds.close(session, asked.id, keys=keys, now=NOON + TWO_WEEKS)


def improvement(session, state):
    made = Improvement(title="Fewer forms", said="Too many forms.", state=state, made_at=NOON)
    session.add(made)
    session.flush()
    return made


def test_a_round_without_a_published_action_in_thirty_days_blocks_the_next_unless_a_reason_is_given(session, keys):
    first = begin(session)
    with pytest.raises(Refused, match="still open"):
        begin(session)
    closed = NOON + TWO_WEEKS
    rounds.close(session, first.id, keys=keys, now=closed)
    late = closed + timedelta(days=30, seconds=1)

    assert rounds.blocked_because(session, pulse(session), closed + timedelta(days=30)) is None
    with pytest.raises(Refused, match="Nothing was told yet") as refused:
        begin(session, now=late)
    assert refused.value.field == "override"
    assert rounds.blocked_because(session, pulse(session, "PS"), late) is None
    assert begin(session, now=late, override=" The works council asks for it. ").override == (
        "The works council asks for it."
    )


def test_publishing_takes_something_that_is_being_done_and_lets_the_next_round_begin(session, keys):
    first = begin(session)
    rounds.close(session, first.id, keys=keys, now=NOON + TWO_WEEKS)
    late = NOON + timedelta(days=90)
    with pytest.raises(Refused, match="Nobody has taken on"):
        rounds.publish(session, first.id, improvement(session, "idea").id, by=None, now=late)

    done = improvement(session, "doing")
    rounds.publish(session, first.id, done.id, by=None, now=late)

    assert (first.state, first.published_at) == ("published", late)
    assert session.scalars(sa.select(ImprovementSource.round_id).filter_by(improvement_id=done.id)).all() == [first.id]
    assert rounds.blocked_because(session, pulse(session), late) is None
    assert begin(session, now=late, override="Not needed").override == ""


def test_the_next_round_begins_by_itself_after_so_many_weeks_but_never_the_first(session, keys):
    half_a_year = NOON + timedelta(weeks=26)
    assert not rounds.is_due(session, pulse(session), weeks=26, now=NOON)
    first = begin(session)
    rounds.close(session, first.id, keys=keys, now=NOON + TWO_WEEKS)

    assert not rounds.is_due(session, pulse(session), weeks=26, now=half_a_year)  # nothing was done about the last one
    rounds.publish(session, first.id, improvement(session, "delivered").id, by=None, now=half_a_year)
    assert not rounds.is_due(session, pulse(session), weeks=26, now=half_a_year - timedelta(seconds=1))
    assert rounds.is_due(session, pulse(session), weeks=26, now=half_a_year)
    assert not rounds.is_due(session, pulse(session), weeks=0, now=half_a_year)


def test_only_templates_of_rounds_are_asked_in_rounds_and_not_for_ever(session):
    with pytest.raises(Refused, match="not asked in rounds"):
        begin(session, "R")
    with pytest.raises(Refused, match="from one day to sixty days"):
        rounds.begin(session, pulse(session), by=None, closes_at=NOON + timedelta(days=61), now=NOON)
    assert session.scalars(sa.select(Round)).all() == []


def test_a_round_that_is_past_its_last_day_is_found(session):
    asked = begin(session)

    assert rounds.over(session, NOON + TWO_WEEKS - timedelta(seconds=1)) == []
    assert rounds.over(session, NOON + TWO_WEEKS) == [asked.id]

"""After the months that were set the link between people and answers is cut, and nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import asking, retention
from plugins.feedback.models import Answer, Invitation, Snapshot, Verbatim
from portal.testing import NOON
from tests.plugins.feedback.answers import invitation


@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [
        ("2026-03-02 12:00", 24, "2024-03-02 12:00"),
        ("2026-03-31 08:30", 1, "2026-02-28 08:30"),
        ("2028-02-29 00:00", 12, "2027-02-28 00:00"),
        ("2026-01-15 00:00", 1, "2025-12-15 00:00"),
        ("2026-12-31 00:00", 13, "2025-11-30 00:00"),
    ],
)
def test_months_are_those_of_the_calendar(moment, months, before):
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    assert retention.months_before(at, months) == datetime.fromisoformat(before).replace(tzinfo=UTC)


def answered(session, number, person_id, at):
    asked = invitation(session, "N", ["N1", "N4"], about_id=str(number), person_id=person_id, words="no paper")
    given = {"N1": ["2"], "N4": ["Robin Bell could not print"]}
    asking.save_answers(session, asked, given, language="en", names=("Robin Bell",), now=at)
    return asked


def test_what_is_old_enough_is_nobodys_any_more_and_stays_as_a_figure(session, make_person):
    ana = make_person().id
    old = answered(session, 1, ana, NOON - timedelta(days=800))
    young = answered(session, 2, ana, NOON - timedelta(days=700))
    unanswered = invitation(
        session, "N", ["N1"], about_id="3", person_id=ana, created_at=NOON - timedelta(days=800), state="expired"
    )

    counts = [retention.cut_links(session, months=24, now=NOON, limit=1) for _ in range(3)]
    session.expire_all()

    assert counts == [1, 1, 0]
    people = {each.id: (each.person_id, each.words) for each in session.scalars(sa.select(Invitation))}
    assert people == {old.id: (None, None), young.id: (ana, "no paper"), unanswered.id: (None, None)}
    answers = session.scalars(sa.select(Answer).order_by(Answer.answered_at))
    assert [(row.invitation_id, row.value, row.person_id) for row in answers] == [
        (old.id, "2", None),
        (young.id, "2", ana),
    ]
    words = session.scalars(sa.select(Verbatim).order_by(Verbatim.written_on))
    assert [(row.text, row.own_text, row.person_id) for row in words] == [
        ("[name] could not print", None, None),
        ("[name] could not print", "Robin Bell could not print", ana),
    ]


def test_the_worker_cuts_links_by_the_setting(house, make_person):
    ana = make_person().id
    with house.db.transaction() as session:
        answered(session, 1, ana, NOON - timedelta(days=800))

    house.worker(name="test").run_schedules(NOON)

    with house.db.reading() as session:
        assert session.scalars(sa.select(Answer.person_id)).all() == [None]


def figures_of(session, *weeks_ago):
    for weeks in weeks_ago:
        monday = date(2026, 3, 2) - timedelta(weeks=weeks)
        for scope, scope_id in (("all", ""), ("unit", "sales"), ("article", "1")):
            session.add(Snapshot(monday=monday, scope=scope, scope_id=scope_id, content={}, made_at=NOON))
    session.flush()


def kept_figures(session):
    rows = session.execute(sa.select(Snapshot.scope, Snapshot.monday)).all()
    return sorted((scope, (date(2026, 3, 2) - monday).days // 7) for scope, monday in rows)


def test_figures_of_two_years_ago_go_and_of_the_whole_the_newest_stays(session):
    figures_of(session, 0, 52, 103, 104, 105, 150)

    dropped = [retention.drop_figures(session, now=NOON) for _ in range(2)]

    stay = (0, 52, 103, 104)
    assert dropped == [9, 0]
    assert kept_figures(session) == [
        ("all", 0),
        *(("article", weeks) for weeks in stay),
        *(("unit", weeks) for weeks in stay),
    ]


def test_the_row_that_remembers_what_was_counted_stays_however_old_it_is(session):
    figures_of(session, 300)

    retention.drop_figures(session, now=NOON)

    assert kept_figures(session) == [("all", 300)]


def test_the_worker_drops_old_figures(house):
    with house.db.transaction() as session:
        figures_of(session, 0, 150)

    house.worker(name="test").run_schedules(NOON)

    with house.db.reading() as session:
        assert {monday for (monday,) in session.execute(sa.select(Snapshot.monday))} == {date(2026, 3, 2)}

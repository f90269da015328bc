"""Moments that other rooms and plugins tell: here by a plugin of the test, as far as no room tells them yet."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
import sqlalchemy as sa

from plugins.feedback import callbacks, moments, occasions
from plugins.feedback.loop_models import Callback
from plugins.feedback.models import Invitation, Outage, Season
from plugins.handover.events import ChangeLiveDay, PackAcknowledged
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.app import ROOT, create_app
from portal.core import clock
from portal.core.events import Event, emit
from portal.core.hooks import hookimpl
from portal.core.plugins import Plugin, discover
from portal.notices import queries as notices
from portal.organisation.models import Unit
from portal.testing import NOON

pytestmark = pytest.mark.usefixtures("frozen_clock")

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class RequestClosed(Event):
    name: ClassVar[str] = "request.closed"
    request_id: int
    person_id: int | None
    service_id: str | None = None
    unit_id: str | None = "company"
    priority: int = 3
    lost_minutes: int | None = None
    reopened: bool = False
    first_contact_ever: bool = False
    referral: bool = False
    complaint: bool = False
    urgency: int | None = None
    solved_alone: bool = False
    opened_by_other: bool = False


@dataclass(frozen=True, kw_only=True)
class ReferralEnded(Event):
    name: ClassVar[str] = "referral.ended"
    referral_id: int
    person_id: int
    service_id: str | None = None
    unit_id: str | None = "company"


@dataclass(frozen=True, kw_only=True)
class VisitDone(Event):
    name: ClassVar[str] = "visit.done"
    visit_id: int
    person_id: int
    role: str
    unit_id: str | None = "company"


@dataclass(frozen=True, kw_only=True)
class OutageBegan(Event):
    name: ClassVar[str] = "outage.began"
    outage_id: int
    unit_ids: list[str]


@dataclass(frozen=True, kw_only=True)
class OutageEnded(Event):
    name: ClassVar[str] = "outage.ended"
    outage_id: int
    unit_ids: list[str]


OF_THE_TEST = (RequestClosed, ReferralEnded, VisitDone, OutageBegan, OutageEnded)
EVENTS = (*OF_THE_TEST, ChangeLiveDay, PackAcknowledged)


class HappeningsPlugin(Plugin):
    """It tells what requests and visits will tell; handover tells its own."""

    name = "happenings"
    title = "Happenings"
    version = "0.1"

    @hookimpl
    def events(self):
        return list(OF_THE_TEST)


@pytest.fixture
def app(instance):
    """The portal, with a plugin that tells the moments."""
    application = create_app(
        {"instance": str(instance)}, environ={}, plugins=[*discover(ROOT / "plugins"), HappeningsPlugin()]
    )
    application.config["TESTING"] = False
    yield application
    application.extensions["portal"].close()


@pytest.fixture
def tell(organised, run_jobs):
    """Tell that something happened, and let everybody hear it."""

    def happened(*events):
        with organised.db.transaction() as session:
            for event in events:
                emit(session, event)
        run_jobs()

    return happened


@pytest.fixture
def robin(organised, make_person):
    return make_person(unit_id="company")


def asked(house, *columns):
    wanted = [getattr(Invitation, name) for name in columns or ("template", "about", "about_id", "state", "reason")]
    with house.db.reading() as session:
        return [tuple(row) for row in session.execute(sa.select(*wanted).order_by(Invitation.about_id))]


def test_the_values_of_every_moment_are_those_that_are_told():
    told = {event.name: event.keys() for event in EVENTS}
    by_event = {name: frozenset(each.values) for name, each in moments.MOMENTS.items() if each.by_event}

    assert told == by_event | dict.fromkeys(
        (moments.OUTAGE_BEGAN, moments.OUTAGE_ENDED), frozenset(moments.OUTAGE_VALUES)
    )


def test_only_what_somebody_tells_is_listened_to():
    assert occasions.subscriptions({}) == []
    assert [on.event for on in occasions.subscriptions({"visit.done", "outage.began"})] == [
        "visit.done",
        "outage.began",
    ]


def test_a_closed_request_asks_its_person_once_and_not_again_for_two_weeks(house, tell, robin):
    tell(RequestClosed(request_id=1, person_id=robin.id))
    clock_at = NOON + 13 * ONE_DAY
    with clock.frozen(clock_at):
        tell(RequestClosed(request_id=2, person_id=robin.id))
    with clock.frozen(NOON + 15 * ONE_DAY):
        tell(RequestClosed(request_id=3, person_id=robin.id, priority=1))

    assert asked(house) == [
        ("R", "request", "1", "planned", ""),
        ("R", "request", "2", "suppressed", "quarantine"),
        ("R", "request", "3", "planned", ""),
    ]
    assert asked(house, "share", "unit_id", "known") == [
        (1.0, "company", {"solved_alone": "no"}),
        (1.0, "company", {"solved_alone": "no"}),
        (1.0, "company", {"solved_alone": "no"}),
    ]


@pytest.mark.parametrize(
    ("values", "reason"), [({"solved_alone": True}, "self_service"), ({"opened_by_other": True}, "opened_by_other")]
)
def test_who_solved_it_alone_or_had_it_opened_for_them_is_not_asked(house, tell, robin, values, reason):
    tell(RequestClosed(request_id=1, person_id=robin.id, **values))

    assert asked(house, "state", "reason") == [("suppressed", reason)]


def test_whoever_closes_a_request_is_never_asked_about_it(house, tell, robin):
    tell(
        RequestClosed(request_id=1, person_id=robin.id, actor_id=robin.id, priority=1),
        RequestClosed(request_id=2, person_id=None, priority=1),
        ReferralEnded(referral_id=3, person_id=robin.id, actor_id=robin.id),
    )

    assert asked(house) == []


def test_whoever_closed_a_request_is_known_to_have_helped_so_that_somebody_else_calls_back(
    house, tell, robin, make_person
):
    helper, ana = make_person("Kim Helper"), make_person("Ana Silva", unit_id="company")
    tell(
        RequestClosed(request_id=1, person_id=robin.id, actor_id=helper.id),
        ReferralEnded(referral_id=2, person_id=ana.id, actor_id=helper.id),
    )

    with house.db.transaction() as session:
        found = session.scalars(sa.select(Invitation).order_by(Invitation.about_id)).all()
        concerned = [callbacks.concerned(session, Callback(invitation_id=each.id)) for each in found]
        known = [each.known for each in found]
    assert known == [{"solved_alone": "no", "handled_by": helper.id}, {"handled_by": helper.id}]
    assert concerned == [{helper.id}, {helper.id}]


def test_in_a_busy_unit_lots_decide_and_what_hurt_is_asked_about_in_any_case(house, tell, make_person):
    people = [make_person(f"Person {number}", unit_id="company") for number in range(60)]
    for week in range(2):
        with clock.frozen(NOON - (2 - week) * 7 * ONE_DAY):
            tell(*(RequestClosed(request_id=1000 + week * 60 + each, person_id=None) for each in range(60)))

    tell(*(RequestClosed(request_id=number, person_id=person.id) for number, person in enumerate(people)))
    tell(RequestClosed(request_id=500, person_id=make_person("Ana Silva", unit_id="company").id, complaint=True))

    found = asked(house, "about_id", "share")
    lots = [share for about_id, share in found if about_id != "500"]
    assert dict(found)["500"] == 1.0
    assert set(lots) == {0.25}
    assert 5 <= len(lots) <= 27  # 15 expected; beyond four standard deviations
    with house.db.reading() as session:
        secrets = session.execute(sa.select(Season.name, sa.func.length(Season.secret))).all()
    assert secrets == [("2026-1", 32)]


def test_a_change_asks_each_person_of_its_units_and_of_those_below_on_one_of_three_days(
    house, organised, tell, make_person
):
    with organised.db.transaction() as session:
        session.add(Unit(id="sales", name="Sales", parent_id="company", site_id="main"))
    inside = [make_person(f"Person {number}", unit_id="sales").id for number in range(12)]
    outside = make_person("Ana Silva").id

    for day in (1, 3, 5, 20):
        with clock.frozen(NOON + day * ONE_DAY):
            tell(ChangeLiveDay(change_id=7, day=day, service_id=None, unit_ids=("company",)))

    found = asked(house, "person_id", "template", "created_at")
    days = {person: (at - NOON).days for person, _template, at in found}
    assert sorted(days) == sorted(inside)
    assert outside not in days
    assert days == {person: occasions.live_day_of("7", person) for person in inside}
    assert set(days.values()) <= {3, 5, 20}
    assert len(set(days.values())) > 1


TITLE = {
    "H": "A handover was read",
    "VV": "After a visit: whoever visited",
    "VH": "After a visit: whoever was visited",
    "VD": "After a stint at the desk",
}


def test_a_handover_and_a_visit_are_asked_about_under_the_bell_without_a_mail(house, tell, robin):
    tell(
        PackAcknowledged(pack_id=1, person_id=robin.id, service_id=None, actor_id=robin.id),
        VisitDone(visit_id=2, person_id=robin.id, role="visitor"),
        VisitDone(visit_id=3, person_id=robin.id, role="host"),
        VisitDone(visit_id=4, person_id=robin.id, role="stint"),
        VisitDone(visit_id=5, person_id=robin.id, role="driver"),
    )

    assert asked(house, "template", "channel", "state", "mode") == [
        ("H", "inline", "sent", "confidential"),
        ("VV", "inline", "sent", "confidential"),
        ("VH", "inline", "sent", "confidential"),
        ("VD", "inline", "sent", "confidential"),
    ]
    with house.db.reading() as session:
        lines, _pages = notices.page_of(session, rights_of(session, session.get_one(Person, robin.id)))
        ids = session.execute(sa.select(Invitation.template, Invitation.id)).all()
    assert {(each.line.text, each.line.path) for each in lines} == {
        (f"A few questions, if you like: {TITLE[template]}.", f"/feedback/form/{id_}") for template, id_ in ids
    }


def test_a_referral_is_asked_about_with_the_name(house, tell, robin):
    tell(ReferralEnded(referral_id=3, person_id=robin.id))

    assert asked(house, "template", "about", "mode", "state") == [("U", "referral", "named", "planned")]


def test_an_outage_keeps_questions_away_until_a_day_after_its_end(house, organised, tell, robin):
    tell(OutageBegan(outage_id=1, unit_ids=["company"]), OutageBegan(outage_id=1, unit_ids=["company"]))
    tell(RequestClosed(request_id=1, person_id=robin.id))
    with clock.frozen(NOON + ONE_DAY):
        tell(OutageEnded(outage_id=1, unit_ids=["company"]))
    with clock.frozen(NOON + 2 * ONE_DAY - timedelta(seconds=1)):
        tell(RequestClosed(request_id=2, person_id=robin.id))
    with clock.frozen(NOON + 2 * ONE_DAY):
        tell(RequestClosed(request_id=3, person_id=robin.id))

    assert asked(house, "about_id", "state", "reason") == [
        ("1", "suppressed", "outage"), ("2", "suppressed", "outage"), ("3", "planned", ""),
    ]  # fmt: skip
    with house.db.reading() as session:
        assert session.execute(sa.select(Outage.unit_id, Outage.began_at, Outage.ended_at)).all() == [
            ("company", NOON, NOON + ONE_DAY)
        ]

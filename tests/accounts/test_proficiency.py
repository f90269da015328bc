"""How far somebody goes alone when writing: a coach grants and withdraws it, with a reason that stays."""

import shutil
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.accounts import proficiency, queries, service
from portal.accounts.models import PROFICIENCIES, Person, Proficiency
from portal.accounts.proficiency import Move
from portal.accounts.rights import rights_of
from portal.app import build
from portal.core import migrate
from portal.core.errors import Refused
from portal.core.events import EventRow
from portal.testing import NOON

LATER, LATEST = NOON + timedelta(days=1), NOON + timedelta(days=2)


@pytest.fixture
def grace(company, make_person):
    return make_person("Grace Hall", roles=("coach",))


@pytest.fixture
def gus(company, make_person):
    return make_person("Gus Moor", roles=("coach",))


@pytest.fixture
def robin(company, make_person):
    return make_person("Robin Bell", roles=("onsite",))


@pytest.fixture
def db(company, grace, gus, robin):
    with company.db.session() as session:
        yield session


def standing(db, person):
    return proficiency.standing_of(db, person.id, rights_of(db, person))


def grant(db, person, kind, coach, *, reason="Clear steps.", seen=None, now=NOON):
    person = queries.person(db, person.id)
    seen = standing(db, person).seen if seen is None else seen
    return proficiency.grant(db, person, kind, reason=reason, by=coach.id, seen=seen, now=now)


def withdraw(db, person, coach, *, reason="Steps were missing.", seen=None, now=NOON):
    person = queries.person(db, person.id)
    seen = standing(db, person).seen if seen is None else seen
    proficiency.withdraw(db, person, reason=reason, by=coach.id, seen=seen, now=now)


def told(db):
    rows = db.scalars(sa.select(EventRow).where(EventRow.name.like("proficiency.%")).order_by(EventRow.id))
    return [(row.name, row.actor_id, row.payload) for row in rows]


def test_a_grant_counts_and_is_told_without_its_reason(db, robin, grace):
    grant(db, robin, "contributor", grace, reason=" Clear steps. ")

    now = standing(db, robin)
    assert (now.kind, now.start, now.granted) == ("contributor", "candidate", "contributor")
    assert now.history == [
        Move(kind="contributor", is_grant=True, by_id=grace.id, by="Grace Hall", at=NOON, reason="Clear steps.")
    ]
    assert queries.proficiency_of(db, rights_of(db, robin)) == "contributor"
    assert told(db) == [("proficiency.granted", grace.id, {"person_id": robin.id, "kind": "contributor"})]


def test_another_grant_takes_the_place_of_the_first_and_withdrawing_leads_back_to_the_start(db, robin, grace, gus):
    grant(db, robin, "contributor", grace)
    grant(db, robin, "publisher", gus, reason="Five good ones.", now=LATER)
    withdraw(db, robin, grace, reason="Wrote a password into one.", now=LATEST)

    now = standing(db, robin)
    assert (now.kind, now.granted) == ("candidate", "")
    assert [(move.kind, move.is_grant, move.by, move.at, move.reason) for move in now.history] == [
        ("publisher", False, "Grace Hall", LATEST, "Wrote a password into one."),
        ("publisher", True, "Gus Moor", LATER, "Five good ones."),
        ("contributor", True, "Grace Hall", NOON, "Clear steps."),
    ]
    rows = db.execute(sa.select(Proficiency.kind, Proficiency.withdrawn_by, Proficiency.withdrawn_at)).all()
    assert [tuple(row) for row in rows] == [("contributor", gus.id, LATER), ("publisher", grace.id, LATEST)]
    assert [(name, payload["kind"]) for name, _actor, payload in told(db)] == [
        ("proficiency.granted", "contributor"),
        ("proficiency.granted", "publisher"),
        ("proficiency.withdrawn", "publisher"),
    ]


@pytest.mark.parametrize(
    ("roles", "kind", "choices"),
    [
        ((), "", ()),
        (("admin",), "", ()),
        (("onsite",), "candidate", ("contributor", "publisher")),
        (("superuser",), "candidate", ("contributor", "publisher")),
        (("lead",), "publisher", ("candidate", "contributor")),
        (("coach",), "coach", ()),
        (("coach", "admin"), "coach", ()),
    ],
)
def test_where_people_start_and_what_can_be_granted(roles, kind, choices, db, make_person):
    now = standing(db, make_person("Ada", roles=roles))

    assert (now.kind, now.start, now.choices) == (kind, kind, choices)
    assert (now.granted, now.history, now.seen) == ("", [], 0)


def test_a_lead_can_be_granted_less_and_starts_as_publisher_again(db, make_person, grace):
    mara = make_person("Mara", roles=("lead",))

    grant(db, mara, "candidate", grace)
    granted = standing(db, mara).kind
    withdraw(db, mara, grace)

    assert (granted, standing(db, mara).kind) == ("candidate", "publisher")


def test_what_was_granted_waits_for_who_does_not_write_for_a_while(db, robin, grace):
    grant(db, robin, "contributor", grace)
    person = queries.person(db, robin.id)
    kinds = []
    for roles in ([], ["specialist"], ["coach"]):
        service.set_roles(db, person, roles, by=None, now=NOON)
        kinds.append((standing(db, person).kind, queries.proficiency_of(db, rights_of(db, person))))

    assert kinds == [("", ""), ("contributor", "contributor"), ("coach", "coach")]


def test_nobody_decides_about_themselves(db, grace):
    with pytest.raises(Refused, match=r"Nobody decides how far they go alone themselves\. Ask another coach"):
        grant(db, grace, "publisher", grace)
    with pytest.raises(Refused, match="Nobody decides how far they go alone themselves"):
        withdraw(db, grace, grace)


def test_who_has_left_is_granted_nothing_and_can_be_withdrawn_from(db, robin, grace):
    grant(db, robin, "contributor", grace)
    service.leave(db, queries.person(db, robin.id), by=None, now=NOON)
    db.flush()

    with pytest.raises(Refused, match="Robin Bell is no longer here"):
        grant(db, robin, "publisher", grace)
    withdraw(db, robin, grace)

    assert standing(db, robin).kind == "candidate"


@pytest.mark.parametrize(
    ("roles", "kind", "reason", "message"),
    [
        ((), "contributor", "Good.", "Ada does not write articles"),
        (("admin",), "contributor", "Good.", "Ada does not write articles"),
        (("coach",), "publisher", "Good.", "Ada is a coach, which goes further"),
        (("onsite",), "candidate", "Good.", "There is nothing to change.*There are: Contributor, Publisher."),
        (("onsite",), "king", "Good.", "There is nothing to change"),
        (("onsite",), "coach", "Good.", "There is nothing to change"),
        (("onsite",), "contributor", " \n", "A reason is needed, in at most 500 characters"),
        (("onsite",), "contributor", "x" * 501, "A reason is needed, in at most 500 characters"),
    ],
)
def test_what_cannot_be_granted_is_refused_and_leaves_nothing(roles, kind, reason, message, db, make_person, grace):
    ada = make_person("Ada", roles=roles)

    with pytest.raises(Refused, match=message):
        grant(db, ada, kind, grace, reason=reason)

    assert (db.scalars(sa.select(Proficiency)).all(), told(db)) == ([], [])


def test_withdrawing_needs_a_grant_and_a_reason(db, robin, grace):
    with pytest.raises(Refused, match="Nothing is granted to Robin Bell"):
        withdraw(db, robin, grace)
    grant(db, robin, "contributor", grace)

    with pytest.raises(Refused, match="A reason is needed"):
        withdraw(db, robin, grace, reason="")

    assert standing(db, robin).kind == "contributor"


def test_a_coach_who_decides_on_what_no_longer_holds_is_told_who_was_faster(db, robin, grace, gus):
    seen = standing(db, robin).seen
    grant(db, robin, "publisher", grace)

    with pytest.raises(Refused, match=r"Grace Hall changed this a moment ago\. Read the history"):
        grant(db, robin, "contributor", gus, seen=seen)
    with pytest.raises(Refused, match="Grace Hall changed this a moment ago"):
        withdraw(db, robin, gus, seen=seen)

    assert standing(db, robin).kind == "publisher"


def test_of_two_coaches_at_the_same_moment_one_decides_and_the_other_is_told(company, robin, grace, gus):
    start, outcomes = threading.Barrier(2), []

    def decide(coach, kind):
        start.wait()
        try:
            with company.db.transaction() as session:
                grant(session, robin, kind, coach, seen=0)
            outcomes.append("granted")
        except Refused as refused:
            outcomes.append(refused.message)

    both = [threading.Thread(target=decide, args=each) for each in ((grace, "contributor"), (gus, "publisher"))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    with company.db.reading() as session:
        now = standing(session, robin)
    (move,) = now.history
    assert sorted(outcomes) == sorted(["granted", f"{move.by} changed this a moment ago."])
    assert (now.kind, move.kind) == (move.kind, "contributor" if move.by == "Grace Hall" else "publisher")


STEPS = st.lists(st.sampled_from([*PROFICIENCIES, "withdraw"]), max_size=12)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS, role=st.sampled_from(["onsite", "lead"]))
def test_whatever_coaches_do_one_grant_stands_and_no_reason_is_lost(company_of_writers, steps, role):
    house, writers, coach = company_of_writers
    start, kind = ("publisher" if role == "lead" else "candidate"), ""
    expected = []
    with house.db.session() as session:
        person = session.get_one(Person, writers[role])
        for number, step in enumerate(steps):
            reason = f"Reason {number}."
            seen = standing(session, person).seen
            try:
                if step == "withdraw":
                    proficiency.withdraw(session, person, reason=reason, by=coach, seen=seen, now=NOON)
                    expected.append((kind, False, reason))
                    kind = ""
                else:
                    proficiency.grant(session, person, step, reason=reason, by=coach, seen=seen, now=NOON)
                    expected.append((step, True, reason))
                    kind = step
            except Refused:
                assert kind == "" if step == "withdraw" else step == (kind or start)
            now = standing(session, person)
            assert (now.kind, now.granted) == (kind or start, kind)
            assert [(move.kind, move.is_grant, move.reason) for move in reversed(now.history)] == expected
            assert queries.proficiency_of(session, rights_of(session, person)) == now.kind


@pytest.fixture(scope="module")
def company_of_writers(migrated, tmp_path_factory):
    """A portal that the examples of one test share: each rolls back what it did."""
    house = build({"instance": str(shutil.copytree(migrated, tmp_path_factory.mktemp("writers") / "i"))}, environ={})
    with house.db.transaction() as session:
        people = {
            role: service.add_person(session, name=role, login=f"the-{role}", roles=(role,), now=NOON).id
            for role in ("onsite", "lead", "coach")
        }
    yield house, people, people["coach"]
    house.close()


def test_who_writes_is_listed_by_name_with_how_far_they_go(db, company, make_person, robin, grace, gus, statements):
    for name, roles in (("Ada", ("lead",)), ("Bo", ("superuser",)), ("Cy", ("admin",)), ("Di", ())):
        make_person(name, roles=roles)
    left = make_person("Eve", roles=("onsite",))
    with company.db.transaction() as session:
        grant(session, robin, "contributor", grace)
        service.leave(session, queries.person(session, left.id), by=None, now=NOON)
    statements.clear()

    page = proficiency.writers(db)
    kinds = proficiency.kinds_of(db, page.rows)

    assert len(statements) == 4
    assert [(row.person.name, kinds[row.person.id]) for row in page.rows] == [
        ("Ada", "publisher"),
        ("Bo", "candidate"),
        ("Grace Hall", "coach"),
        ("Gus Moor", "coach"),
        ("Robin Bell", "contributor"),
    ]
    assert [row.person.name for row in proficiency.writers(db, words="bell").rows] == ["Robin Bell"]


def test_of_two_grants_of_older_days_the_newest_stands_after_the_migration(house, make_person):
    robin, coach = make_person("Robin", roles=("onsite",)), make_person("Coach", roles=("coach",))
    core = migrate.owners(house.root, house.plugins)[0]
    migrate.downgrade(house.db, core, "0002")
    columns = "person_id, kind, reason, granted_by, granted_at"
    row = f"INSERT INTO proficiency ({columns}) VALUES (:person, :kind, :why, :by, :at)"
    with house.db.engine.begin() as connection:
        for kind, at in (("contributor", "2026-03-02 12:00:00"), ("publisher", "2026-03-03 12:00:00")):
            values = {"person": robin.id, "kind": kind, "why": f"A good {kind}.", "by": coach.id, "at": at}
            connection.execute(sa.text(row), values)

    migrate.upgrade(house.db, [core], backup_to=None, now=NOON)

    with house.db.reading() as session:
        now = standing(session, robin)
    assert (now.kind, [(move.kind, move.is_grant, move.by, move.reason) for move in now.history]) == (
        "publisher",
        [
            ("publisher", True, "Coach", "A good publisher."),
            ("contributor", True, "Coach", "A good contributor."),
        ],
    )

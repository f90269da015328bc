"""Reading people: lists, who looks after what, and how far a writer may go alone."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.accounts import queries, service
from portal.accounts.models import Proficiency
from portal.accounts.rights import rights_of
from portal.core.errors import NotFound
from portal.testing import NOON


@pytest.fixture
def db(company):
    with company.db.session() as session:
        yield session


def names(page):
    return [row.person.name for row in page.rows]


def test_people_are_listed_by_name_a_page_at_a_time(db, make_person):
    for name in ("Zoe", "ada", "Mia", "Ben", "Kim"):
        make_person(name)

    first, last, beyond = (queries.people(db, page=page, per_page=2) for page in (1, 3, 99))

    assert (names(first), first.total, first.page, first.pages) == (["ada", "Ben"], 5, 1, 3)
    assert (names(last), last.page) == (["Zoe"], 3)
    assert (names(beyond), beyond.page) == (["Zoe"], 3)


def test_a_row_shows_roles_in_their_order_with_unit_and_team(db, make_person):
    make_person("Ada", roles=("admin", "onsite"), unit_id="sales", party_id="onsite")

    row = queries.people(db).rows[0]

    assert (row.roles, row.unit, row.party) == (("onsite", "admin"), "Sales", "Onsite support")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ada", ["Ada Lovelace"]),
        ("love ada", ["Ada Lovelace"]),
        ("PERSON-2", ["Özlem Kaya"]),
        ("özlem", ["Özlem Kaya"]),
        ("%", []),
        ("nobody", []),
    ],
)
def test_people_are_found_by_parts_of_their_name_or_sign_in_name(words, found, db, make_person):
    make_person("Ada Lovelace")
    make_person("Özlem Kaya")

    assert names(queries.people(db, words=words)) == found


def test_people_are_filtered_by_role_and_by_having_left(company, db, make_person):
    make_person("Ada", roles=("coach",))
    gone = make_person("Ben", roles=("coach",))
    make_person("Kim")
    with company.db.transaction() as session:
        service.leave(session, queries.person(session, gone.id), by=None, now=NOON)

    assert names(queries.people(db, role="coach")) == ["Ada"]
    assert names(queries.people(db, here=False)) == ["Ben"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_of_people_takes_three_queries_whatever_it_lists(count, db, make_person, statements):
    for number in range(count):
        make_person(f"Person {number}", roles=("coach", "onsite"), unit_id="sales")
    statements.clear()

    page = queries.people(db)

    assert (len(page.rows), len(statements)) == (count, 3)


def test_somebody_who_does_not_exist_is_not_found(db):
    with pytest.raises(NotFound, match="There is no such person"):
        queries.person(db, 77)
    with pytest.raises(NotFound, match="There is no such person"):
        queries.row_of(db, 77)
    with pytest.raises(NotFound, match="Nobody signs in as moon"):
        queries.with_login(db, "moon")


def test_duties_carry_the_names_of_what_is_looked_after(company, db, make_person):
    ada = make_person("Ada")
    with company.db.transaction() as session:
        person = queries.person(session, ada.id)
        for kind, ref in (("unit_lead", "sales"), ("party_lead", "network"), ("service_lead", "mail")):
            service.name_duty(session, person, kind, ref, by=None, now=NOON)

    assert [(duty.kind, duty.ref, duty.title) for duty in queries.duties_of(db, ada.id)] == [
        ("party_lead", "network", "Network"),
        ("service_lead", "mail", "Mail and calendar"),
        ("unit_lead", "sales", "Sales"),
    ]
    assert [each.name for each in queries.holding(db, "party_lead", "network")] == ["Ada"]
    assert list(queries.holding(db, "party_lead", "onsite")) == []


def test_an_owner_role_falls_to_a_coach_then_to_the_lead_then_to_who_is_named(company, db, make_person):
    def holder():
        with company.db.reading() as session:
            found = queries.holder_of(session, "network-team")
            return found.name if found else None

    def do(verb, person, *args):
        with company.db.transaction() as session:
            verb(session, *args[:1], queries.person(session, person.id), *args[1:], by=None, now=NOON)

    assert holder() is None
    make_person("Coach", roles=("coach",))
    assert holder() == "Coach"
    lead, named = make_person("Lead"), make_person("Named")
    with company.db.transaction() as session:
        service.name_duty(session, queries.person(session, lead.id), "party_lead", "network", by=None, now=NOON)
    assert holder() == "Lead"
    do(service.give_owner_role, named, "network-team")
    assert holder() == "Named"
    with company.db.transaction() as session:
        service.leave(session, queries.person(session, named.id), by=None, now=NOON)
    assert holder() == "Lead"


def test_an_owner_role_that_no_team_lists_falls_to_a_coach(db, make_person):
    make_person("Coach", roles=("coach",))

    assert queries.holder_of(db, "moon-team").name == "Coach"


def test_all_holders_take_four_queries(db, make_person, statements):
    make_person("Coach", roles=("coach",))
    statements.clear()

    found = queries.holders(db)

    assert len(statements) == 4
    assert {"network-team": "Network", "onsite-lead": "Onsite support"}.items() <= {
        each.owner_role: each.party for each in found
    }.items()
    assert {(each.person.name, each.is_named) for each in found} == {("Coach", False)}


@pytest.mark.parametrize(
    ("roles", "proficiency"),
    [
        ((), ""),
        (("admin",), ""),
        (("superuser",), "candidate"),
        (("front_line",), "candidate"),
        (("specialist",), "candidate"),
        (("lead",), "publisher"),
        (("coach",), "coach"),
        (("coach", "lead"), "coach"),
    ],
)
def test_writers_start_as_candidate_a_lead_as_publisher_and_a_coach_is_coach(roles, proficiency, db, make_person):
    rights = rights_of(db, queries.person(db, make_person(roles=roles).id))

    assert queries.proficiency_of(db, rights) == proficiency


@pytest.mark.parametrize(
    ("grants", "proficiency"),
    [
        ([("contributor", False)], "contributor"),
        ([("contributor", True), ("publisher", False)], "publisher"),
        ([("publisher", True), ("candidate", False)], "candidate"),
        ([("publisher", True)], "where they start"),
    ],
)
@pytest.mark.parametrize(("role", "start"), [("onsite", "candidate"), ("lead", "publisher")])
def test_the_grant_that_stands_counts_and_without_one_the_start(
    grants, proficiency, role, start, company, db, make_person
):
    ada = make_person("Ada", roles=(role,))
    with company.db.transaction() as session:
        for number, (kind, withdrawn) in enumerate(grants):
            at = NOON + timedelta(days=number)
            session.add(
                Proficiency(
                    person_id=ada.id, kind=kind, reason="Good.", granted_at=at, withdrawn_at=at if withdrawn else None
                )
            )

    expected = start if proficiency == "where they start" else proficiency
    assert queries.proficiency_of(db, rights_of(db, queries.person(db, ada.id))) == expected


def test_choices_hold_only_services_that_are_used(company, db):
    with company.db.transaction() as session:
        session.execute(sa.text("UPDATE service SET is_used = 0 WHERE id = 'mail'"))

    assert "mail" not in dict(queries.services(db))
    assert dict(queries.units(db)) == {"company": "Your company", "sales": "Sales", "sales-south": "Sales South"}
    assert sorted(queries.duties_to_choose(db)) == ["party_lead", "party_signer", "service_lead", "unit_lead"]

"""What a person may read and do follows from roles, named services, unit, team and duties, and from nothing else."""

import dataclasses

import pytest

from portal.accounts import queries, service
from portal.accounts.rights import ANONYMOUS, RULES, Rights, Rules, rights_of
from portal.accounts.roles import ROLE_LEVEL, ROLES
from portal.core.hooks import Permission
from portal.testing import NOON


@pytest.fixture
def rights(company):
    """The rights of a person, read anew."""

    def read(person):
        with company.db.reading() as session:
            return rights_of(session, queries.person(session, person.id))

    return read


def test_a_visitor_reads_what_is_for_everyone_and_may_do_nothing(session):
    assert rights_of(session, None) == Rights(
        person_id=None, level=0, service_levels={}, readers=frozenset(), permissions=frozenset()
    )
    assert ANONYMOUS.level_for("mail") == 0


def test_a_visitor_reads_nothing_when_reading_without_signing_in_is_off(company):
    company.db.info[RULES] = dataclasses.replace(company.db.info[RULES], anonymous_reading=False)

    with company.db.reading() as session:
        shut_out = rights_of(session, None)

    assert (shut_out.level, shut_out.level_for("mail")) == (-1, -1)


def test_a_colleague_reads_what_is_for_everyone_and_may_suggest(rights, make_person):
    robin = make_person()

    assert rights(robin) == Rights(
        person_id=robin.id,
        level=0,
        service_levels={},
        readers=frozenset({"role:end_user"}),
        permissions=frozenset({"articles.suggest", "gamification.see"}),
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_role_alone_reads_up_to_its_level_and_is_a_reader_of_its_name(role, rights, make_person):
    found = rights(make_person(roles=(role,)))

    assert (found.level, found.readers) == (ROLE_LEVEL[role], {"role:end_user", f"role:{role}"})


def test_of_several_roles_the_highest_level_counts_and_permissions_add_up(rights, make_person):
    found = rights(make_person(roles=("front_line", "admin")))

    assert found.level == 1
    assert found.permissions == {
        "portal.admin",
        "organisation.edit",
        "people.edit",
        "people.see_proficiency",
        "articles.suggest",
        "articles.write",
        "desk.use",
        "feedback.admin",
        "gamification.define",
        "gamification.see",
        "handover.read",
        "roster.keep",
        "roster.read",
        "search.explain",
        "search.see_figures",
    }


def test_a_superuser_reads_support_of_the_services_named_for_them_alone(rights, make_person):
    found = rights(make_person(roles=("superuser",), services=("mail", "printing")))

    assert found.level == 0
    assert found.service_levels == {"mail": 1, "printing": 1}
    assert [found.level_for(each) for each in ("mail", "printing", "payroll", "")] == [1, 1, 0, 0]


def test_a_named_service_that_was_taken_back_counts_no_more(company, rights, make_person):
    robin = make_person(roles=("superuser",), services=("mail", "printing"))
    with company.db.transaction() as session:
        named = queries.named_services(session, [robin.id])[robin.id]
        service.withdraw_service(session, named[0].named, by=None, now=NOON)

    assert rights(robin).service_levels == {"printing": 1}


def test_named_services_sleep_while_somebody_is_no_superuser(company, rights, make_person):
    robin = make_person(roles=("superuser",), services=("mail",))
    with company.db.transaction() as session:
        service.set_roles(session, queries.person(session, robin.id), [], by=None, now=NOON)

    assert (rights(robin).level_for("mail"), rights(robin).service_levels) == (0, {})


def test_named_services_add_nothing_for_who_reads_support_anyway(rights, make_person):
    found = rights(make_person(roles=("superuser", "specialist"), services=("mail",)))

    assert (found.level, found.service_levels, found.level_for("mail")) == (2, {}, 2)


def test_a_person_reads_for_their_unit_all_units_above_it_and_their_team(rights, make_person):
    found = rights(make_person(unit_id="sales-south", party_id="network"))

    assert found.readers == {"role:end_user", "unit:sales-south", "unit:sales", "unit:company", "party:network"}


def test_a_person_is_no_reader_for_the_units_below_their_own(rights, make_person):
    assert rights(make_person(unit_id="sales")).readers == {"role:end_user", "unit:sales", "unit:company"}


@pytest.mark.parametrize(
    ("kind", "ref", "name"),
    [
        ("party_lead", "front-line", "front_line_lead"),
        ("party_lead", "network", "it_manager"),
        ("service_lead", "mail", "head_of_service"),
    ],
)
def test_a_lead_is_named_after_what_they_lead(kind, ref, name, company, rights, make_person):
    robin = make_person(roles=("lead",))
    with company.db.transaction() as session:
        service.name_duty(session, queries.person(session, robin.id), kind, ref, by=None, now=NOON)

    assert rights(robin).readers == {"role:end_user", "role:lead", f"role:{name}"}


def test_leading_something_gives_no_rights_without_the_role(company, rights, make_person):
    robin = make_person()
    with company.db.transaction() as session:
        service.name_duty(session, queries.person(session, robin.id), "party_lead", "network", by=None, now=NOON)

    assert (rights(robin).level, rights(robin).readers) == (0, {"role:end_user"})


def test_signing_for_a_team_makes_nobody_its_lead(company, rights, make_person):
    robin = make_person(roles=("lead",))
    with company.db.transaction() as session:
        service.name_duty(session, queries.person(session, robin.id), "party_signer", "network", by=None, now=NOON)

    assert rights(robin).readers == {"role:end_user", "role:lead"}


def test_permissions_of_plugins_are_among_the_rights(company, rights, make_person):
    rule = Permission("badges.define", "Define badges", frozenset({"admin", "head_of_service"}))
    company.db.info[RULES] = Rules({rule.name: rule})

    assert rights(make_person(roles=("admin",))).permissions == {"badges.define"}
    assert rights(make_person(roles=("coach",))).permissions == set()


def test_rights_take_one_query_however_much_there_is(company, make_person, statements):
    robin = make_person(roles=ROLES[1:], services=("mail", "printing", "payroll"), unit_id="sales-south")
    with company.db.reading() as session:
        person = queries.person(session, robin.id)
        statements.clear()

        found = rights_of(session, person)

    assert (len(statements), len(found.readers)) == (1, len(ROLES) + 3)

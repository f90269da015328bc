"""Reading the organisation."""

from datetime import date

import pytest

from portal.organisation import queries, service
from portal.organisation.calendar import Calendar, parse_hours
from portal.organisation.models import Party, Service, Site, Unit
from portal.organisation.queries import Desk
from portal.testing import NOON


@pytest.fixture
def tree(store):
    """Some units below the company: sales (north, south) and works."""
    for key, parent in (("works", "company"), ("sales", "company"), ("north", "sales"), ("south", "sales")):
        service.add(store, "unit", {"name": key.title(), "parent": parent}, key=key, by=None, now=NOON)
    return store


def test_the_desk_has_the_holidays_of_the_first_site(store):
    assert queries.desk(store) == Desk(
        name="Your company",
        phone="extension 4400",
        calendar=Calendar("Europe/Berlin", "DE", parse_hours("Mon-Fri 08:00-18:00")),
    )


def test_without_an_organisation_there_is_no_desk(session):
    assert queries.desk(session) is None


def test_a_party_has_its_own_hours_or_those_of_the_desk(store):
    network = store.get(Party, "network")
    assert queries.party_calendar(store, network).hours == parse_hours("Mon-Fri 08:00-18:00")

    network.hours = "Sat 10:00-12:00"
    assert queries.party_calendar(store, network) == Calendar("Europe/Berlin", "DE", parse_hours("Sat 10:00-12:00"))


def test_a_site_without_hours_still_knows_its_working_days(store):
    calendar = queries.site_calendar(store.get(Site, "main"))

    assert not calendar.is_working_day(date(2026, 12, 25))
    assert calendar.hours.is_empty


def test_only_services_with_something_to_read_are_visible(store):
    counts = {"mail": 2, "accounts": 1, "network": 0, "gone": 9}

    visible = queries.visible_services(store, counts)

    assert [(each.service.id, each.readable) for each in visible] == [("accounts", 1), ("mail", 2)]


def test_a_service_that_is_not_used_here_shows_nowhere(store):
    store.get(Service, "mail").is_used = False
    store.flush()

    assert queries.service(store, "mail") is None
    assert queries.visible_services(store, {"mail": 2}) == []
    assert "mail" in queries.service_names(store)


def test_the_chain_of_a_unit_goes_from_the_top_down(tree):
    assert [each.id for each in queries.unit_chain(tree, "north")] == ["company", "sales", "north"]
    assert queries.unit_chain(tree, "moon") == []


def test_the_tree_lists_each_unit_after_its_parent(tree):
    assert [(each.unit.id, each.depth) for each in queries.unit_tree(tree)] == [
        ("company", 0), ("works", 1), ("sales", 1), ("north", 2), ("south", 2),
    ]  # fmt: skip


def test_units_in_a_circle_stop_nothing(tree):
    tree.get(Unit, "sales").parent_id = "north"
    tree.flush()

    assert [each.unit.id for each in queries.unit_tree(tree)] == ["company", "works"]
    assert {each.id for each in queries.unit_chain(tree, "north")} == {"sales", "north"}


def test_units_right_below_are_paged(tree, monkeypatch):
    monkeypatch.setattr(queries, "PER_PAGE", 1)

    assert [[each.id for each in queries.units_below(tree, "company", page=page)[0]] for page in (1, 2, 3)] == [
        ["works"], ["sales"], [],
    ]  # fmt: skip
    assert queries.units_below(tree, "company")[1] == 2


def test_owner_roles_lead_to_their_party(store):
    found = queries.owner_role_parties(store)

    assert found["hr-systems-team"] == "business-systems"
    assert found["service-desk-lead"] == "front-line"
    assert len(found) == 16

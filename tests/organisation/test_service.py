"""Adding and changing records by hand."""

import pytest
import sqlalchemy as sa

from portal.core.errors import NotFound
from portal.organisation import queries, service
from portal.organisation.models import Party, Service, Site, Unit
from portal.organisation.rules import Unfit
from portal.testing import NOON

CHANGED = "organisation.changed"


def faults_of(run):
    with pytest.raises(Unfit) as unfit:
        run()
    return unfit.value.faults


@pytest.fixture
def add(store):
    def add(kind, /, *, key="", **values):
        return service.add(store, kind, values, key=key, by=7, now=NOON)

    return add


@pytest.fixture
def change(store):
    def change(record, /, **values):
        kind, key = service.kind_of(record), service.key_of(record)
        everything = service.values_of(record) | values
        return service.change(store, kind, key, everything, version=record.version, by=7, now=NOON)

    return change


def test_a_service_is_added_at_the_end_of_the_list(store, add, told):
    add("service", name="Coffee machine", party="onsite", icon="wrench")

    found = store.get(Service, "coffee-machine")
    assert (found.name, found.icon, found.party_id, found.sort_order, found.version) == (
        "Coffee machine", "wrench", "onsite", 20, 1,
    )  # fmt: skip
    assert (found.is_critical, found.is_used, found.retires_on, found.people_count) == (False, True, None, None)
    assert found.edited_at == NOON
    assert told() == [(CHANGED, 7, "service", "coffee-machine")]


def test_a_key_that_is_taken_is_refused_with_all_other_faults(add, told):
    assert faults_of(lambda: add("service", name="Mail", key="mail", icon="unicorn")) == {
        "icon": "There is no icon “unicorn”.",
        "party": "This is needed.",
        "key": "There is an entry “mail” already. Please choose another short name.",
    }
    assert told() == []


def test_a_name_without_letters_asks_for_a_key(add):
    assert faults_of(lambda: add("site", name="東京", time_zone="Asia/Tokyo")) == {
        "key": "Use small letters a to z, digits and single hyphens only, such as front-line."
    }


def test_a_party_without_a_site_has_the_first(store, add):
    add("site", name="Annex", time_zone="UTC")
    add("party", name="Movers", kind="onsite")

    assert store.get(Party, "movers").site_id == "main"


def test_a_unit_without_a_site_has_that_of_its_parent(store, add):
    add("site", name="Annex", time_zone="UTC")
    add("unit", name="Sales", parent="company", site="annex")
    add("unit", name="Sales north", parent="sales")

    assert store.get(Unit, "sales-north").site_id == "annex"


def test_before_there_is_a_site_nothing_can_stand_anywhere(session):
    assert faults_of(lambda: service.add(session, "unit", {"name": "Sales"}, by=None, now=NOON)) == {
        "site": "There is no site yet. Please add one first."
    }


def test_without_a_name_only_the_name_is_asked_for(add):
    assert faults_of(lambda: add("site", time_zone="UTC")) == {"name": "This is needed."}


def test_pointing_at_nothing_is_refused(add):
    assert faults_of(lambda: add("service", name="Tea", party="nobody", units=["company", "moon"])) == {
        "party": "There is no “nobody” to point at.",
        "units": "There is no “moon” to point at.",
    }


def test_an_owner_role_belongs_to_one_party(add):
    assert faults_of(lambda: add("party", name="Cables", kind="specialist", owner_roles="network-team")) == {
        "owner_roles": "The role network-team belongs to network already."
    }


def test_a_change_is_kept_counted_and_told(store, change, told):
    change(store.get(Party, "network"), name="Networks", hours="Mon-Fri 07:00-19:00", tools="vpn, remote-control")

    found = store.get(Party, "network")
    assert (found.name, found.hours, found.version, found.edited_at) == ("Networks", "Mon-Fri 07:00-19:00", 2, NOON)
    assert service.values_of(found) == {
        "name": "Networks",
        "kind": "specialist",
        "site": "main",
        "hours": "Mon-Fri 07:00-19:00",
        "contact": "",
        "owner_roles": ["network-team"],
        "tools": ["remote-control", "vpn"],
        "access": [],
    }
    assert told() == [(CHANGED, 7, "party", "network")]


def test_tools_and_access_are_changed_one_by_one(store, change):
    change(store.get(Party, "network"), tools="a, b", access="a")
    change(store.get(Party, "network"), tools="b, c", access="a")
    store.expire_all()

    values = service.values_of(store.get(Party, "network"))
    assert (values["tools"], values["access"]) == (["b", "c"], ["a"])


def test_a_list_beside_the_row_counts_as_a_change(store, change, told):
    change(store.get(Service, "mail"), units=["company"])

    assert store.get(Service, "mail").version == 2
    assert told() == [(CHANGED, 7, "service", "mail")]


def test_saving_the_same_again_changes_nothing(store, change, told):
    change(store.get(Service, "mail"))

    found = store.get(Service, "mail")
    assert (found.version, found.edited_at) == (1, None)
    assert told() == []


def test_who_was_slower_overwrites_nothing(store, change, told):
    record = store.get(Service, "mail")
    change(record, name="Mail")
    written = told()

    with pytest.raises(service.Changed, match="Somebody else saved this"):
        service.change(store, "service", "mail", {"name": "Post", "party": "onsite"}, version=1, by=8, now=NOON)

    assert record.name == "Mail"
    assert told() == written


def test_a_write_between_reading_and_saving_is_noticed_as_well(store, change):
    record = store.get(Service, "mail")
    store.execute(sa.update(Service).values(version=5), execution_options={"synchronize_session": False})

    with pytest.raises(service.Changed):
        change(record, name="Post")


def test_a_unit_cannot_stand_below_itself(store, add, change):
    add("unit", name="Sales", parent="company")
    add("unit", name="North", parent="sales")

    for parent in ("company", "sales", "north"):
        assert faults_of(lambda parent=parent: change(store.get(Unit, "company"), parent=parent)) == {
            "parent": "A unit cannot stand below itself. Please choose another one."
        }


def test_what_is_not_there_cannot_be_changed(store):
    with pytest.raises(NotFound, match="There is no entry “moon” here"):
        service.change(store, "site", "moon", {}, version=1, by=None, now=NOON)


def test_a_record_moves_one_place_and_stops_at_the_end(store, told):
    before = [each.id for each in queries.services(store)]

    service.move(store, "service", "mail", up=True, by=7)
    service.move(store, "service", "mail", up=True, by=7)

    assert before[:2] == ["accounts", "mail"]
    assert [each.id for each in queries.services(store)] == ["mail", "accounts", *before[2:]]
    assert told() == [(CHANGED, 7, "service", "mail")]


def test_moving_holds_up_nobody_who_is_editing(store, change):
    record = store.get(Site, "main")
    seen = record.version
    service.move(store, "site", "main", up=False, by=7)

    assert service.change(
        store, "site", "main", service.values_of(record) | {"name": "Head office"}, version=seen, by=7, now=NOON
    ).name == "Head office"  # fmt: skip

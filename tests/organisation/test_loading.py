"""Loading the organisation from a file: repeatable, all or nothing, never over what somebody edited."""

import pytest
import sqlalchemy as sa

from portal.core.errors import Refused
from portal.organisation import loading, queries, service
from portal.organisation.models import Party, Service, Site, Unit
from portal.testing import NOON

SMALL = {
    "schema": 1,
    "organisation": {"name": "Ours", "time_zone": "UTC"},
    "site": [{"id": "main", "name": "Main", "time_zone": "UTC"}],
    "unit": [{"id": "all", "name": "All"}],
    "party": [{"id": "desk", "name": "Desk", "kind": "front_line"}],
    "service": [{"id": "mail", "name": "Mail", "party": "desk"}],
}


def faults_in(session, data):
    with pytest.raises(Refused) as refused:
        loading.load(session, data, source="ours.toml")
    assert refused.value.message == "ours.toml does not fit, so nothing was loaded."
    return refused.value.hint.splitlines()


def everything(session):
    return {
        (kind, record.id): (service.values_of(record), record.sort_order, record.version)
        for kind, model in service.LISTED.items()
        for record in session.scalars(sa.select(model))
    }


def test_the_shipped_file_becomes_records(store):
    assert service.values_of(queries.organisation(store)) == {
        "name": "Your company",
        "time_zone": "Europe/Berlin",
        "desk_hours": "Mon-Fri 08:00-18:00",
        "desk_phone": "extension 4400",
    }
    assert service.values_of(store.get(Site, "main")) == {
        "name": "Main office", "time_zone": "Europe/Berlin", "holidays": "DE", "address": "",
    }  # fmt: skip
    assert service.values_of(store.get(Unit, "company")) == {"name": "Your company", "parent": "", "site": "main"}
    assert store.get(Party, "business-systems").owner_roles == [
        "finance-systems-team", "hr-systems-team", "sales-systems-team",
    ]  # fmt: skip
    assert [each.id for each in queries.services(store)][:3] == ["accounts", "mail", "meetings"]


def test_samples_come_only_when_asked_for(store, shipped):
    assert store.get(Party, "payroll-supplier") is None

    loading.load(store, shipped, samples=True)

    assert store.get(Party, "payroll-supplier").is_sample
    assert not store.get(Party, "network").is_sample


def test_loading_again_changes_nothing_and_tells_nothing(store, shipped, told):
    before = everything(store)

    loaded = loading.load(store, shipped)

    assert str(loaded) == "Organisation: 0 added, 0 brought up to date, 29 were so already."
    assert everything(store) == before
    assert told() == []


def test_a_newer_file_brings_records_up_to_date(store, shipped, told):
    shipped["service"][1]["name"] = "Post and diary"

    loaded = loading.load(store, shipped)

    assert str(loaded) == "Organisation: 0 added, 1 brought up to date, 28 were so already."
    assert store.get(Service, "mail").name == "Post and diary"
    assert told() == [("organisation.changed", None, "service", "mail")]


def test_what_somebody_edited_stays(store, shipped):
    record = store.get(Service, "mail")
    service.change(
        store, "service", "mail", service.values_of(record) | {"used": False}, version=1, by=7, now=NOON
    )  # fmt: skip
    shipped["service"][1]["name"] = "Post and diary"

    loaded = loading.load(store, shipped)

    assert str(loaded) == (
        "Organisation: 0 added, 0 brought up to date, 28 were so already. 1 stays as edited here: service mail."
    )
    assert (record.name, record.is_used) == ("Mail and calendar", False)


def test_what_somebody_added_or_moved_stays(store, shipped):
    service.add(store, "service", {"name": "Tea", "party": "onsite"}, by=7, now=NOON)
    service.move(store, "service", "mail", up=True, by=7)

    loading.load(store, shipped)

    assert [each.id for each in queries.services(store)][:2] == ["mail", "accounts"]
    assert store.get(Service, "tea").name == "Tea"


def test_a_party_without_a_site_has_the_first(session):
    sites = [{"id": "second", "name": "B", "time_zone": "UTC"}, {"id": "other", "name": "A", "time_zone": "UTC"}]
    loading.load(session, SMALL | {"site": sites})

    assert session.get(Party, "desk").site_id == "second"


def test_units_may_stand_in_any_order(session):
    units = [
        {"id": "north", "name": "North", "parent": "sales"},
        {"id": "sales", "name": "Sales", "parent": "all"},
        {"id": "all", "name": "All"},
    ]
    loading.load(session, SMALL | {"unit": units})

    assert [each.id for each in queries.unit_chain(session, "north")] == ["all", "sales", "north"]


def test_a_part_of_a_file_is_enough_when_the_rest_is_there(store):
    loading.load(store, {"schema": 1, "service": [{"id": "tea", "name": "Tea", "party": "onsite"}]})

    assert store.get(Service, "tea").party_id == "onsite"


def test_unknown_names_are_refused_with_a_guess(session):
    data = SMALL | {"sites": [], "service": [{"id": "mail", "name": "Mail", "party": "desk", "crtical": True}]}

    assert faults_in(session, data) == ["sites: nothing of this name is known here. Did you mean site?"]
    del data["sites"]
    assert faults_in(session, data) == [
        "service 1 (mail): crtical: nothing of this name is known here. Did you mean critical?"
    ]


def test_every_fault_is_told_with_its_place(session):
    data = SMALL | {
        "organisation": {"name": "", "time_zone": "Berlin"},
        "site": [
            {"name": "Main", "time_zone": "UTC"},
            {"id": "Main", "name": "Main", "time_zone": "UTC", "sample": "no"},
        ],
        "party": [{"id": "desk", "name": "Desk", "kind": "front_line"}] * 2,
    }  # fmt: skip

    assert faults_in(session, data) == [
        "organisation: name: This is needed.",
        "organisation: time_zone: There is no time zone “Berlin”. Names are like Europe/Berlin or UTC.",
        "site 1: id: This is needed.",
        "site 2 (Main): sample: this must be true or false.",
        "site 2 (Main): id: Use small letters a to z, digits and single hyphens only, such as front-line.",
        "party 2 (desk): id: there are two of this id.",
    ]


def test_pointing_at_nothing_or_at_a_sample_is_told(session):
    data = SMALL | {
        "party": [{"id": "desk", "name": "Desk", "kind": "front_line", "sample": True}],
        "unit": [{"id": "all", "name": "All", "site": "moon"}],
    }

    assert faults_in(session, data) == [
        "unit 1 (all): site: there is no site called moon.",
        "service 1 (mail): party: there is no party called desk.",
    ]


def test_units_in_a_circle_are_told(session):
    units = [{"id": "a", "name": "A", "parent": "b"}, {"id": "b", "name": "B", "parent": "a"}]

    (fault,) = faults_in(session, SMALL | {"unit": units})

    assert fault.startswith("unit: these stand below each other in a circle: ")


def test_one_role_for_two_parties_is_told(session):
    parties = [{"id": key, "name": key, "kind": "onsite", "owner_roles": ["onsite-team"]} for key in ("desk", "floor")]

    assert faults_in(session, SMALL | {"party": parties}) == [
        "party 2 (floor): owner_roles: The role onsite-team belongs to desk already."
    ]


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"schema": 2}, ["schema: this portal reads schema = 1."]),
        ({"organisation": []}, ["organisation: write it as one table, [organisation]."]),
        ({"site": {"id": "main"}}, ["site: write each as a table of its own, [[site]]."]),
        ({"site": ["main"]}, ["site: write each as a table of its own, [[site]]."]),
    ],
)
def test_a_file_of_another_shape_is_told(session, change, faults):
    assert faults_in(session, SMALL | change) == faults


def test_a_long_list_of_faults_is_cut(session):
    services = [{"id": f"s{n}", "name": ""} for n in range(15)]

    faults = faults_in(session, SMALL | {"service": services})

    assert len(faults) == 21
    assert faults[-1] == "and 10 more"


def test_after_a_fault_nothing_at_all_is_loaded(house):
    parties = [{"id": key, "name": key, "kind": "onsite", "owner_roles": ["onsite-team"]} for key in ("desk", "floor")]

    with pytest.raises(Refused), house.db.transaction() as session:
        loading.load(session, SMALL | {"party": parties})

    with house.db.reading() as session:
        assert everything(session) == {}
        assert loading.is_empty(session)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a = \n", "is not valid TOML: Invalid value (at line 1, column 5)."),
        (b'a = "\xff"', "is not written in UTF-8."),
        (b"\xef\xbb\xbfschema = 1\n", "begins with an invisible byte order mark."),
        (b"#" * (1024 * 1024 + 1), "is longer than 1 MB."),
        (None, "cannot be read: No such file or directory."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(tmp_path, content, sentence):
    path = tmp_path / "ours.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Refused) as refused:
        loading.read(path)

    assert refused.value.message == f"{path} {sentence}"

"""What each field may hold, whether it comes from a file or from a form."""

from datetime import date

import pytest

from portal.core.errors import Refused
from portal.organisation import rules

NOT_SHOWN = "This holds a sign that cannot be shown, such as a tab or a line break. Please take it out."
HOW_HOURS = "Write them like this: Mon-Fri 08:00-18:00, Sat 09:00-12:00."
HOW_HOLIDAYS = "Write the two letters of the country, with its part if need be: DE, DE-BY, US-CA."
PRINTING = {"name": "Printing", "party": "onsite"}


def test_missing_fields_get_their_defaults():
    assert rules.clean("service", PRINTING) == {
        "name": "Printing",
        "icon": "life-buoy",
        "party": "onsite",
        "critical": False,
        "used": True,
        "retires_on": None,
        "people_count": None,
        "units": [],
    }


def test_values_are_read_as_a_form_and_as_a_file_write_them():
    typed = {
        "name": "  Printing ",
        "party": "onsite",
        "retires_on": "2026-12-31",
        "people_count": " 40 ",
        "units": ["b", "a"],
    }
    written = PRINTING | {"retires_on": date(2026, 12, 31), "people_count": 40, "units": ["a", "b"]}

    assert rules.clean("service", typed) == rules.clean("service", written)


def test_every_fault_is_named_beside_its_field():
    with pytest.raises(rules.Unfit) as unfit:
        rules.clean(
            "service",
            {"name": " ", "icon": "unicorn", "party": "", "critical": "yes", "people_count": "-1", "colour": "red",
             "retires_on": "soon", "units": ["Not a key"]},
        )  # fmt: skip

    assert unfit.value.faults == {
        "colour": "There is no field of this name.",
        "name": "This is needed.",
        "icon": "There is no icon “unicorn”.",
        "party": "This is needed.",
        "critical": "This must be true or false.",
        "retires_on": "This must be a date such as 2026-03-31.",
        "people_count": "This must be a whole number from 0 to 10000000.",
        "units": "Use small letters a to z, digits and single hyphens only, such as front-line.",
    }


@pytest.mark.parametrize(
    ("kind", "field", "value", "sentence"),
    [
        ("site", "time_zone", "Berlin", "There is no time zone “Berlin”. Names are like Europe/Berlin or UTC."),
        ("site", "time_zone", 7, "This must be a text."),
        ("site", "name", "x" * 121, "This is longer than 120 characters."),
        ("site", "name", "a\tb", NOT_SHOWN),
        ("site", "address", "a\x00b", NOT_SHOWN),
        ("site", "holidays", "Mars", f"The public holidays of “Mars” are not known. {HOW_HOLIDAYS}"),
        ("party", "kind", "boss", "This must be one of front_line, onsite, specialist, project, business, supplier."),
        ("party", "hours", "always", f"The opening hours “always” cannot be read. {HOW_HOURS}"),
        ("party", "owner_roles", 4, "This must be a list."),
        ("party", "tools", [4], "This must be a text."),
        ("party", "access", [f"a{n}" for n in range(101)], "These are more than 100."),
        ("service", "people_count", True, "This must be a whole number from 0 to 10000000."),
        ("service", "people_count", 2.5, "This must be a whole number from 0 to 10000000."),
        ("service", "retires_on", 20261231, "This must be a date such as 2026-03-31."),
        ("service", "icon", ["mail"], "There is no icon “['mail']”."),
    ],
)  # fmt: skip
def test_what_does_not_fit_gets_a_sentence(kind, field, value, sentence):
    with pytest.raises(rules.Unfit) as unfit:
        rules.clean(kind, {field: value})

    assert unfit.value.faults[field] == sentence


def test_an_address_may_have_several_lines():
    cleaned = rules.clean("site", {"name": "Main", "time_zone": "UTC", "address": "Hall 1\r\nRoom 2\n"})

    assert cleaned["address"] == "Hall 1\nRoom 2"


def test_keys_are_split_sorted_and_kept_once():
    assert rules.keys("remote-control, vpn\nvpn,  admin-tool,") == ["admin-tool", "remote-control", "vpn"]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Mail and calendar", "mail-and-calendar"),
        ("Café & bar", "cafe-bar"),
        ("Straße 7", "strasse-7"),
        ("…", ""),
        ("x" * 59 + " y", "x" * 59),
    ],
)
def test_a_key_is_proposed_from_the_name(name, key):
    assert rules.key_from(name) == key


@pytest.mark.parametrize("word", ["", "Mail", "a--b", "-a", "a b", "ü", "a" * 61])
def test_a_key_that_is_none_is_refused(word):
    with pytest.raises(Refused):
        rules.key(word)


def test_every_icon_of_the_shipped_services_is_in_the_sprite(shipped):
    assert [row["icon"] for row in shipped["service"] if row["icon"] not in rules.icon_names()] == []


def test_the_brand_is_no_icon_for_a_service():
    assert "mail" in rules.icon_names()
    assert "brand" not in rules.icon_names()

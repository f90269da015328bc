"""The admin pages of the organisation."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from portal.core.events import EventRow
from portal.organisation import service
from portal.organisation.models import Organisation, Party, Service, Unit
from portal.testing import NOON, send

ADMIN = "/admin/organisation"
PATHS = [
    ADMIN, f"{ADMIN}/about", f"{ADMIN}/service", f"{ADMIN}/party", f"{ADMIN}/unit", f"{ADMIN}/site",
    f"{ADMIN}/service/mail", f"{ADMIN}/party/network", f"{ADMIN}/unit/company", f"{ADMIN}/site/main",
    f"{ADMIN}/add/service", f"{ADMIN}/add/party", f"{ADMIN}/add/unit", f"{ADMIN}/add/site",
]  # fmt: skip


@pytest.fixture
def admin(loaded, as_role):
    return as_role("admin")


@pytest.fixture
def look(loaded):
    """Read a record as it stands in the database."""

    def look(model, key):
        with loaded.db.reading() as session:
            record = session.get(model, key)
            return service.values_of(record) if record else None

    return look


def fields_of(page):
    """What a browser would send back for the form of a page, unchanged."""
    form = page.text.partition('<form class="form"')[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        have = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if have.get("type") != "checkbox" or " checked" in tag:
            found[have["name"]] = have.get("value", "")
    found |= dict(re.findall(r'<textarea\b[^>]*name="(\w+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL))
    for name, options in re.findall(r'<select\b[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1]
    return found


def errors_in(page):
    return dict(re.findall(r'<li><a href="#(\w+)">[^<]*: ([^<]*)</a></li>', page.text))


@pytest.mark.parametrize("path", PATHS)
def test_only_administrators_come_in(loaded, client, as_role, admin, path):
    assert client.get(path).status_code == 302
    assert as_role("coach").get(path).status_code == 403
    assert admin.get(path).status_code == 200


@pytest.mark.parametrize("path", PATHS[1:2] + PATHS[6:10])
def test_saving_a_form_as_it_came_changes_nothing(admin, loaded, path):
    with loaded.db.reading() as session:
        before = session.scalar(sa.select(sa.func.max(EventRow.id)))

    answer = send(admin, path, fields_of(admin.get(path)))

    assert answer.status_code == 302
    with loaded.db.reading() as session:
        assert session.scalar(sa.select(sa.func.max(EventRow.id))) == before


def test_a_service_is_added(admin, look):
    page = admin.get(f"{ADMIN}/add/service")
    answer = send(admin, f"{ADMIN}/add/service", fields_of(page) | {
        "name": "Coffee machine", "party": "onsite", "icon": "wrench", "units": "company", "people_count": "12",
    })  # fmt: skip

    assert (answer.status_code, answer.headers["Location"]) == (302, f"{ADMIN}/service")
    assert look(Service, "coffee-machine") == {
        "name": "Coffee machine",
        "icon": "wrench",
        "party": "onsite",
        "critical": False,
        "used": True,
        "retires_on": None,
        "people_count": 12,
        "units": ["company"],
    }


def test_a_new_record_is_given_no_team_and_no_kind_that_nobody_chose(admin):
    for path, missing in ((f"{ADMIN}/add/service", "party"), (f"{ADMIN}/add/party", "kind")):
        page = send(admin, path, fields_of(admin.get(path)) | {"name": "Tea"})

        assert errors_in(page) == {missing: "This is needed."}


def test_a_service_is_marked_as_not_used_here(admin, look):
    fields = fields_of(admin.get(f"{ADMIN}/service/mail"))
    del fields["used"]
    send(admin, f"{ADMIN}/service/mail", fields)

    assert look(Service, "mail")["used"] is False
    assert "not used here" in admin.get(f"{ADMIN}/service").text


def test_a_party_is_changed(admin, look):
    fields = fields_of(admin.get(f"{ADMIN}/party/network"))
    send(admin, f"{ADMIN}/party/network", fields | {"hours": "Mon-Fri 7:00-19:00", "tools": "vpn"})
    assert look(Party, "network")["hours"] == ""

    send(admin, f"{ADMIN}/party/network", fields | {"hours": "Mon-Fri 07:00-19:00", "tools": "vpn, ssh"})
    assert look(Party, "network") == {
        "name": "Network",
        "kind": "specialist",
        "site": "main",
        "hours": "Mon-Fri 07:00-19:00",
        "contact": "",
        "owner_roles": ["network-team"],
        "tools": ["ssh", "vpn"],
        "access": [],
    }


def test_what_does_not_fit_comes_back_with_sentences_and_nothing_is_lost(admin, look):
    typed = {
        "key": "mail", "name": "", "icon": "mail", "party": "onsite", "used": "y", "retires_on": "soon",
        "people_count": "<many>",
    }  # fmt: skip
    page = send(admin, f"{ADMIN}/add/service", typed)

    assert page.status_code == 422
    assert errors_in(page) == {
        "key": "There is an entry “mail” already. Please choose another short name.",
        "name": "This is needed.",
        "retires_on": "This must be a date such as 2026-03-31.",
        "people_count": "This must be a whole number from 0 to 10000000.",
    }
    assert fields_of(page) | typed | {"people_count": "&lt;many&gt;"} == fields_of(page)


def test_what_somebody_else_saved_stands_beside_what_was_typed(admin, loaded, look):
    fields = fields_of(admin.get(f"{ADMIN}/service/mail"))
    with loaded.db.transaction() as session:
        values = service.values_of(session.get(Service, "mail")) | {"party": "onsite", "critical": True}
        service.change(session, "service", "mail", values, version=1, by=None, now=NOON)

    page = send(admin, f"{ADMIN}/service/mail", fields | {"name": "Post"})

    assert page.status_code == 422
    assert "Somebody else saved this while you were typing, so nothing was overwritten." in page.text
    assert re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page.text) == [
        ("Name", "Mail and calendar"), ("Looked after by", "Onsite support"), ("Work stops without it", "yes"),
    ]  # fmt: skip
    assert look(Service, "mail")["name"] == "Mail and calendar"

    send(admin, f"{ADMIN}/service/mail", fields_of(page))
    assert (look(Service, "mail")["name"], look(Service, "mail")["critical"]) == ("Post", False)


def test_a_version_that_was_tampered_with_overwrites_nothing(admin, look):
    for version in ("", "x", "-1", "9" * 40):
        answer = send(admin, f"{ADMIN}/site/main", {"name": "X", "time_zone": "UTC", "version": version})

        assert answer.status_code == 422


def test_a_new_phone_number_is_at_the_foot_at_once(admin, look):
    fields = fields_of(admin.get(f"{ADMIN}/about"))
    send(admin, f"{ADMIN}/about", fields | {"desk_phone": "4711"})

    assert look(Organisation, 1)["desk_phone"] == "4711"
    assert "4711" in admin.get("/contact").text.partition("<footer")[2]


def test_a_unit_is_not_offered_itself_or_what_is_below_it(admin, loaded):
    with loaded.db.transaction() as session:
        for key, parent in (("works", "company"), ("sales", "company"), ("north", "sales")):
            service.add(session, "unit", {"name": key.title(), "parent": parent}, key=key, by=None, now=NOON)

    select = re.search(r'name="parent".*?</select>', admin.get(f"{ADMIN}/unit/sales").text, re.DOTALL)[0]

    assert re.findall(r'value="([^"]*)">([^<]*)<', select) == [
        ("", "Nothing: it stands on top"), ("company", "Your company"), ("works", "– Works"),
    ]  # fmt: skip


def test_a_unit_forced_below_itself_is_refused_beside_the_field(admin, look):
    page = send(admin, f"{ADMIN}/unit/company", fields_of(admin.get(f"{ADMIN}/unit/company")) | {"parent": "company"})

    assert errors_in(page) == {"parent": "A unit cannot stand below itself. Please choose another one."}
    assert look(Unit, "company")["parent"] == ""


def test_records_move_up_and_down(admin):
    def order():
        return re.findall(rf'href="{ADMIN}/party/([\w-]+)"', admin.get(f"{ADMIN}/party").text)

    before = order()
    answer = send(admin, f"{ADMIN}/party/onsite/move?page=1", {"to": "up"})

    assert answer.headers["Location"] == f"{ADMIN}/party?page=1"
    assert order() == ["onsite", "front-line", *before[2:]]
    send(admin, f"{ADMIN}/party/onsite/move", {"to": "down"})
    assert order() == before


def test_lists_are_paged(admin, loaded):
    with loaded.db.transaction() as session:
        for number in range(60):
            service.add(session, "site", {"name": f"Site {number:02}", "time_zone": "UTC"}, by=None, now=NOON)

    first, second = (admin.get(f"{ADMIN}/site?page={page}").text for page in (1, 2))

    assert [len(re.findall(rf'href="{ADMIN}/site/[\w-]+"', page)) for page in (first, second)] == [50, 11]
    assert "Page 1 of 2" in first


def test_what_is_not_there_is_not_found(admin):
    assert admin.get(f"{ADMIN}/site/moon").status_code == 404
    assert admin.get(f"{ADMIN}/person/1").status_code == 404
    assert send(admin, f"{ADMIN}/site/moon/move", {"to": "up"}).status_code == 404


def test_lists_and_forms_ask_as_much_whether_there_is_one_or_three(admin, loaded, count_queries):
    pages = [f"{ADMIN}/{kind}" for kind in service.LISTED] + PATHS[6:10]
    few = [count_queries(admin, path) for path in pages]
    new = {"site": {"time_zone": "UTC"}, "unit": {}, "party": {"kind": "onsite", "tools": "a"}}
    with loaded.db.transaction() as session:
        for kind, more in (new | {"service": {"party": "onsite"}}).items():
            for name in ("A", "B"):
                service.add(session, kind, {"name": name} | more, by=None, now=NOON)

    assert [count_queries(admin, path) for path in pages] == few

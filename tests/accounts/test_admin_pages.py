"""The administrator's pages about people, and the coach's page that names services."""

import re

import pytest
import sqlalchemy as sa

from portal.accounts import passwords, queries
from portal.accounts.models import Duty, NamedService, OwnerRoleHolder, Person, SignIn
from portal.core.events import EventRow
from portal.testing import send, sign_in

ADMIN_PATHS = ["/admin/people", "/admin/people/new", "/admin/people/1", "/admin/people/owner-roles"]
COACH_PATHS = ["/coach/services", "/coach/services/1"]


@pytest.fixture
def admin(app, company, make_person):
    """The browser of the administrator, whose id is 1."""
    return sign_in(app.test_client(), make_person("Kim Admin", roles=("admin",), login="kim"))


@pytest.fixture
def coach(company, as_role):
    return as_role("coach", name="Cora Coach")


def one(company, query):
    with company.db.reading() as session:
        return session.scalars(query).one()


@pytest.mark.parametrize(
    ("role", "admin_status", "coach_status"),
    [
        ("visitor", 302, 302),
        ("end_user", 403, 403),
        ("superuser", 403, 403),
        ("front_line", 403, 403),
        ("specialist", 403, 403),
        ("lead", 403, 403),
        ("coach", 403, 200),
        ("admin", 200, 403),
    ],
)
def test_each_page_is_for_its_role_alone(role, admin_status, coach_status, company, make_person, as_role):
    make_person("First", roles=("admin",))
    browser = as_role(role)

    assert [browser.get(path).status_code for path in ADMIN_PATHS] == [admin_status] * 4
    assert [browser.get(path).status_code for path in COACH_PATHS] == [coach_status] * 2


@pytest.mark.parametrize(
    "path",
    [
        "/admin/people/new",
        "/admin/people/1",
        "/admin/people/1/password",
        "/admin/people/1/presence",
        "/admin/people/1/duties",
        "/admin/people/1/duties/withdraw",
        "/admin/people/owner-roles",
        "/coach/services/1",
        "/coach/services/1/withdraw",
    ],
)
def test_nothing_is_written_by_others(path, company, make_person, as_role):
    make_person("First", roles=("admin", "superuser"), services=("mail",))

    assert send(as_role("specialist"), path, {"here": "no", "id": "1"}).status_code == 403
    assert one(company, sa.select(Person).where(Person.id == 1)).is_here


def test_a_person_is_added_and_can_sign_in_with_the_password_that_is_shown_once(client, company, admin):
    fields = {"name": "Ada Lovelace", "login": "ada", "mail": "ada@example.org", "unit_id": "sales"}

    page = send(admin, "/admin/people/new", fields | {"party_id": "", "roles": ["coach", "onsite"]}).text

    password = re.search(r"<code>([a-z]{5}(?:-[a-z]{5}){4})</code>", page)[1]
    ada = one(company, sa.select(Person).where(Person.login == "ada"))
    assert (ada.name, ada.mail, ada.unit_id, ada.party_id, ada.must_change_password) == (
        "Ada Lovelace",
        "ada@example.org",
        "sales",
        None,
        True,
    )
    assert send(client, "/sign-in", {"login": "ada", "password": password}).status_code == 302
    added = one(company, sa.select(EventRow).where(EventRow.name == "person.added", EventRow.payload.contains(ada.id)))
    assert added.actor_id == 1


def test_a_taken_sign_in_name_is_refused_beside_its_field_and_nothing_typed_is_lost(admin):
    fields = {"name": "Another Kim", "login": "KIM", "mail": "", "unit_id": "sales", "party_id": "network"}

    answer = send(admin, "/admin/people/new", fields | {"roles": ["coach"]})

    assert answer.status_code == 422
    assert '<a href="#login">Sign-in name: Somebody signs in as kim already. Take another name.</a>' in answer.text
    assert 'value="Another Kim"' in answer.text
    assert '<option selected value="sales">' in answer.text
    assert re.search(r'<input checked[^>]*value="coach"', answer.text)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "Type a name."),
        ({"login": ""}, "Type a sign-in name."),
        ({"login": "two words"}, "cannot be a sign-in name."),
        ({"mail": "nowhere"}, "A mail address looks like name@example.org."),
        ({"unit_id": "moon"}, "Not a valid choice."),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(fields, message, company, admin):
    good = {"name": "Ada", "login": "ada", "mail": "", "unit_id": "", "party_id": ""}

    answer = send(admin, "/admin/people/new", good | fields)

    assert answer.status_code == 422
    assert message in answer.text
    with company.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Person.id))) == 1


def test_a_person_is_edited_with_their_roles(company, admin, make_person):
    ada = make_person("Ada", roles=("onsite",), login="ada")
    page = admin.get(f"/admin/people/{ada.id}").text
    assert re.findall(r'<input checked[^>]*value="([a-z_]+)"', page) == ["onsite"]

    fields = {"name": "Ada L", "login": "ada.l", "mail": "", "unit_id": "", "party_id": "network"}
    answer = send(admin, f"/admin/people/{ada.id}", fields | {"roles": ["specialist"]})

    with company.db.reading() as session:
        row = queries.row_of(session, ada.id)
    assert answer.location == f"/admin/people/{ada.id}"
    assert (row.person.name, row.person.login, row.party, row.roles) == ("Ada L", "ada.l", "Network", ("specialist",))


def test_the_only_administrator_cannot_drop_the_role_or_leave(company, admin):
    fields = {"name": "Kim Admin", "login": "kim", "mail": "", "unit_id": "", "party_id": ""}

    dropped = send(admin, "/admin/people/1", fields)
    left = send(admin, "/admin/people/1/presence", {"here": "no"})

    assert (dropped.status_code, left.status_code) == (422, 422)
    assert "Kim Admin is the only administrator." in dropped.text
    assert admin.get("/admin/people").status_code == 200


def test_a_reset_password_is_shown_once_and_ends_all_sign_ins(app, company, admin, make_person):
    ada = make_person("Ada", login="ada", password="seven herons on a roof")
    theirs = sign_in(app.test_client(), ada)

    page = send(admin, f"/admin/people/{ada.id}/password").text

    password = re.search(r"<code>([a-z]{5}(?:-[a-z]{5}){4})</code>", page)[1]
    kept = one(company, sa.select(Person).where(Person.id == ada.id))
    assert (passwords.fits(kept.password_hash, password), kept.must_change_password) == (True, True)
    assert theirs.get(f"/people/{ada.id}").status_code == 302


def test_who_left_is_signed_out_and_can_be_brought_back(app, company, admin, make_person):
    ada = make_person("Ada")
    theirs = sign_in(app.test_client(), ada)

    send(admin, f"/admin/people/{ada.id}/presence", {"here": "no"})
    assert theirs.get(f"/people/{ada.id}").status_code == 302
    assert "Is no longer here. What they wrote stays." in admin.get(f"/people/{ada.id}").text
    with company.db.reading() as session:
        assert session.scalars(sa.select(SignIn).where(SignIn.person_id == ada.id)).all() == []

    send(admin, f"/admin/people/{ada.id}/presence", {"here": "yes"})
    assert one(company, sa.select(Person).where(Person.id == ada.id)).is_here


def test_a_duty_is_named_and_taken_back(company, admin, make_person):
    ada = make_person("Ada")

    send(admin, f"/admin/people/{ada.id}/duties", {"duty": "party_lead:network"})
    duty = one(company, sa.select(Duty))
    assert (duty.person_id, duty.kind, duty.ref, duty.named_by) == (ada.id, "party_lead", "network", 1)
    assert "Leads the team Network" in admin.get(f"/admin/people/{ada.id}").text

    assert send(admin, "/admin/people/1/duties/withdraw", {"id": duty.id}).status_code == 404
    send(admin, f"/admin/people/{ada.id}/duties/withdraw", {"id": duty.id})
    with company.db.reading() as session:
        assert session.scalars(sa.select(Duty)).all() == []


@pytest.mark.parametrize("duty", ["", "party_lead", "party_lead:moon", "king:mail"])
def test_a_duty_that_does_not_exist_is_refused(duty, admin):
    answer = send(admin, "/admin/people/1/duties", {"duty": duty})

    assert answer.status_code == 422
    assert "There is nothing called" in answer.text


def test_an_owner_role_is_given_and_falls_back(company, admin, make_person):
    make_person("Cora", roles=("coach",))
    ada = make_person("Ada", login="ada")
    assert "until somebody is named" in admin.get("/admin/people/owner-roles").text

    send(admin, "/admin/people/owner-roles", {"owner_role": "network-team", "login": "ADA"})
    row = one(company, sa.select(OwnerRoleHolder))
    assert (row.owner_role, row.person_id, row.named_by) == ("network-team", ada.id, 1)

    refused = send(admin, "/admin/people/owner-roles", {"owner_role": "network-team", "login": "nobody"})
    assert refused.status_code == 422
    assert "Nobody signs in as nobody." in refused.text

    send(admin, "/admin/people/owner-roles", {"owner_role": "network-team", "login": ""})
    with company.db.reading() as session:
        assert session.scalars(sa.select(OwnerRoleHolder)).all() == []


def test_the_list_of_people_is_filtered_and_paged(admin, make_person, monkeypatch):
    for number in range(51):
        make_person(f"Person {number:02}", roles=("onsite",))

    first = admin.get("/admin/people?role=onsite").text
    second = admin.get("/admin/people?role=onsite&page=2").text

    assert (first.count('<th scope="row">'), second.count('<th scope="row">')) == (50, 1)
    assert ("Page 1 of 2" in first, "Page 2 of 2" in second) == (True, True)
    assert "Nobody fits this" in admin.get("/admin/people?q=zzz").text


def test_a_search_for_people_takes_words_of_any_length(admin, coach):
    words = "k" * 59_000

    assert [
        browser.get(f"{path}?q={words}").status_code
        for browser, path in (
            (admin, "/admin/people"),
            (coach, "/coach/services"),
        )
    ] == [200, 200]


def test_a_coach_names_a_service_and_it_counts_at_once(app, company, coach, make_person):
    ada = make_person("Ada", roles=("superuser",))
    theirs = sign_in(app.test_client(), ada)

    answer = send(coach, f"/coach/services/{ada.id}", {"service_id": "mail", "reason": "Shared calendars."})

    assert answer.location == f"/coach/services/{ada.id}"
    page = coach.get("/coach/services").text
    assert "Mail and calendar" in page
    assert "Shared calendars." in coach.get(answer.location).text
    assert "Named by Cora Coach" in coach.get(answer.location).text
    assert "Helps colleagues with Mail and calendar" in theirs.get(f"/people/{ada.id}").text

    named = one(company, sa.select(NamedService))
    assert send(coach, "/coach/services/999/withdraw", {"id": named.id}).status_code == 404
    send(coach, f"/coach/services/{ada.id}/withdraw", {"id": named.id})
    assert one(company, sa.select(NamedService)).withdrawn_at is not None
    assert "Helps colleagues" not in theirs.get(f"/people/{ada.id}").text


@pytest.mark.parametrize(
    ("roles", "fields", "message"),
    [
        (("superuser",), {"service_id": "mail", "reason": ""}, "Say in a sentence why."),
        (("superuser",), {"service_id": "moon", "reason": "Helps."}, "Not a valid choice."),
        (("onsite",), {"service_id": "mail", "reason": "Helps."}, "Ada is not a superuser."),
    ],
)
def test_naming_a_service_is_refused_on_the_page(roles, fields, message, company, coach, make_person):
    ada = make_person("Ada", roles=roles)

    answer = send(coach, f"/coach/services/{ada.id}", fields)

    assert answer.status_code == 422
    assert message in answer.text
    with company.db.reading() as session:
        assert session.scalars(sa.select(NamedService)).all() == []


def test_the_coachs_page_says_what_to_do_when_there_is_no_superuser(coach):
    assert "There is no superuser yet" in coach.get("/coach/services").text

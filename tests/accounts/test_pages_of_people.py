"""The page of a person, and what people do with their own account."""

import re

import pytest
import sqlalchemy as sa
from flask_wtf import FlaskForm
from wtforms import PasswordField

from portal.accounts import passwords, queries, service
from portal.accounts.models import Person, SignIn
from portal.core.error_pages import NOT_SHOWN_AGAIN
from portal.testing import NOON, send, sign_in

PASSWORD = "seven herons on a roof"
NEW = "nine otters under a bridge"


@pytest.fixture
def robin(company, make_person):
    return make_person("Robin Bell", login="robin", password=PASSWORD, unit_id="sales", party_id="network")


@pytest.fixture
def own(app, robin):
    """Robin's browser."""
    return sign_in(app.test_client(), robin)


def words_of(html):
    """What a person reads in the main part of a page."""
    main = re.search(r"<main.*?</main>", html, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.mark.usefixtures("rooms_alone")
def test_a_profile_shows_who_somebody_is_and_what_they_look_after(company, as_role, make_person):
    ada = make_person(
        "Ada Lovelace",
        roles=("superuser", "lead"),
        services=("mail",),
        unit_id="sales",
        party_id="network",
        login="ada",
    )
    with company.db.transaction() as session:
        person = queries.person(session, ada.id)
        for kind, ref in (("party_lead", "network"), ("party_signer", "onsite"), ("unit_lead", "sales")):
            service.name_duty(session, person, kind, ref, by=None, now=NOON)
        service.name_duty(session, person, "service_lead", "payroll", by=None, now=NOON)
        service.give_owner_role(session, "network-team", person, by=None, now=NOON)

    page = words_of(as_role("end_user").get(f"/people/{ada.id}").text)

    assert page == (
        "AL Ada Lovelace Works as Superuser Lead of a support team Head of service Unit Sales "
        "Support team Network Looks after Leads the team Network Signs for the team Onsite support "
        "Is head of the service Payroll Leads the unit Sales Helps colleagues with Mail and calendar "
        "Articles of network-team"
    )


@pytest.mark.usefixtures("rooms_alone")
def test_a_colleague_without_roles_works_as_a_colleague(as_role, make_person):
    ada = make_person("Ada Lovelace")

    assert words_of(as_role("end_user").get(f"/people/{ada.id}").text) == "AL Ada Lovelace Works as Colleague"


def test_a_profile_is_for_people_who_are_signed_in(client, robin):
    assert client.get(f"/people/{robin.id}").location == f"/sign-in?next=/people/{robin.id}"


def test_sign_in_name_and_mail_show_to_oneself_and_to_who_edits_people(company, own, robin, as_role):
    with company.db.transaction() as session:
        queries.person(session, robin.id).mail = "robin@example.org"
    seen = {
        name: "Mail address robin@example.org" in words_of(browser.get(f"/people/{robin.id}").text)
        for name, browser in {"own": own, "admin": as_role("admin"), "coach": as_role("coach")}.items()
    }

    assert seen == {"own": True, "admin": True, "coach": False}


def test_a_profile_of_nobody_is_a_page_that_helps(own):
    answer = own.get("/people/4711")

    assert answer.status_code == 404
    assert "There is no such person." in answer.text


@pytest.mark.usefixtures("rooms_alone")
@pytest.mark.parametrize("count", [1, 3])
def test_a_profile_takes_the_same_number_of_questions_whatever_it_lists(count, app, company, own, robin, statements):
    with company.db.transaction() as session:
        person = queries.person(session, robin.id)
        service.set_roles(session, person, ["superuser", "lead", "coach"][:count], by=None, now=NOON)
        for ref in ("mail", "printing", "payroll")[:count]:
            service.name_duty(session, person, "service_lead", ref, by=None, now=NOON)
            if count == 3:
                service.name_service(session, person, ref, reason="Helps.", by=None, now=NOON)
    own.get("/contact")  # what pages share is kept for some seconds
    statements.clear()

    own.get(f"/people/{robin.id}")

    asked = [statement for statement in statements if "person" in statement or "sign_in" in statement]
    assert len(asked) == 9


@pytest.mark.parametrize("page", ["settings", "password", "sign-ins"])
def test_nobody_opens_the_account_of_somebody_else_not_even_an_administrator(page, client, robin, as_role):
    path = f"/people/{robin.id}/{page}"

    assert client.get(path).status_code == 302
    assert as_role("admin").get(path).status_code == 403
    assert send(as_role("coach"), path, {"language": "de", "id": "1"}).status_code == 403


def test_language_and_time_zone_are_chosen_on_the_own_page(company, own, robin):
    answer = send(own, f"/people/{robin.id}/settings", {"language": "de", "time_zone": "Asia/Tokyo"})

    with company.db.reading() as session:
        person = queries.person(session, robin.id)
    assert (answer.location, person.language, person.time_zone) == (f"/people/{robin.id}", "de", "Asia/Tokyo")
    assert '<html lang="de">' in own.get("/contact").text


def test_a_time_zone_that_does_not_exist_is_not_kept(company, own, robin):
    answer = send(own, f"/people/{robin.id}/settings", {"language": "de", "time_zone": "Moon/Base"})

    with company.db.reading() as session:
        assert queries.person(session, robin.id).time_zone == ""
    assert answer.status_code == 422


def change(browser, robin, present=PASSWORD, new=NEW, again=None):
    fields = {
        "present_password": present,
        "new_password": new,
        "new_password_again": new if again is None else again,
    }
    return send(browser, f"/people/{robin.id}/password", fields)


def test_a_new_password_signs_out_all_other_browsers(app, company, own, robin):
    other = sign_in(app.test_client(), robin)

    answer = change(own, robin)

    with company.db.reading() as session:
        kept = session.scalar(sa.select(Person.password_hash).where(Person.id == robin.id))
    assert (answer.status_code, passwords.fits(kept, NEW)) == (302, True)
    assert own.get(f"/people/{robin.id}").status_code == 200
    assert other.get(f"/people/{robin.id}").status_code == 302


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"present": "not the present one"}, "This is not your present password. Please type it once more."),
        ({"present": ""}, "Type your present password."),
        ({"new": "too short"}, "A password needs at least 15 characters."),
        ({"new": "RobinRobinRobin1"}, "That password is too easy to guess."),
        ({"again": "something else here"}, "These two are not the same. Type the new password in both fields."),
    ],
)
def test_a_new_password_is_refused_beside_its_field(fields, message, company, own, robin):
    answer = change(own, robin, **fields)

    with company.db.reading() as session:
        kept = session.scalar(sa.select(Person.password_hash).where(Person.id == robin.id))
    assert (answer.status_code, passwords.fits(kept, PASSWORD)) == (422, True)
    assert message in answer.text
    assert NEW not in answer.text


def test_a_password_is_not_shown_again_when_the_form_was_open_too_long(company, own, robin):
    answer = own.post(
        f"/people/{robin.id}/password",
        data={"present_password": PASSWORD, "new_password": NEW, "new_password_again": NEW, "csrf_token": "old"},
    )

    assert answer.status_code == 400
    assert [word in answer.text for word in (PASSWORD, NEW)] == [False, False]


def every_form(of=FlaskForm):
    return [form for kind in of.__subclasses__() for form in (kind, *every_form(kind))]


@pytest.mark.usefixtures("app")
def test_each_field_of_a_password_says_so_in_its_name():
    names = {
        (form.__name__, name)
        for form in every_form()
        if form.__module__.startswith("portal.")
        for name, field in vars(form).items()
        if getattr(field, "field_class", None) is PasswordField
    }

    assert ("SignInForm", "password") in names
    assert {(form, name) for form, name in names if not NOT_SHOWN_AGAIN.search(name)} == set()


def test_a_person_sees_where_they_are_signed_in_and_ends_one(app, company, own, robin):
    other = sign_in(app.test_client(), robin)
    page = own.get(f"/people/{robin.id}/sign-ins").text
    assert (page.count("Firefox, Linux"), page.count("This browser"), page.count("Sign out there")) == (2, 1, 1)

    with company.db.reading() as session:
        last = session.scalar(sa.select(sa.func.max(SignIn.id)))
    send(own, f"/people/{robin.id}/sign-ins", {"id": last})

    assert other.get(f"/people/{robin.id}").status_code == 302
    assert own.get(f"/people/{robin.id}").status_code == 200


def test_nobody_ends_the_sign_in_of_somebody_else(app, company, own, robin, make_person):
    ada = make_person("Ada")
    other = sign_in(app.test_client(), ada)
    with company.db.reading() as session:
        theirs = session.scalar(sa.select(SignIn.id).where(SignIn.person_id == ada.id))

    send(own, f"/people/{robin.id}/sign-ins", {"id": theirs})

    assert other.get(f"/people/{ada.id}").status_code == 200

"""Signing in and out in the browser: what opens, what closes, and what never tells anything."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from portal.accounts import passwords, queries, service, sign_ins
from portal.accounts.models import SignIn
from portal.testing import NOON, csrf_of, send

PASSWORD = "seven herons on a roof"
REFUSED = "This name and password do not fit together. Please type both once more."


@pytest.fixture
def robin(company, make_person):
    return make_person("Robin Bell", login="robin", password=PASSWORD)


def enter(client, login="robin", password=PASSWORD, **fields):
    return send(client, "/sign-in", {"login": login, "password": password, **fields})


def who(client):
    """The name that the head of a page shows."""
    found = re.search(r'<span class="menu-name">([^<]*)</span>', client.get("/contact").text)
    return found[1] if found else None


def rows(house):
    with house.db.reading() as session:
        return session.scalars(sa.select(SignIn).order_by(SignIn.id)).all()


def test_the_right_password_signs_in_and_leads_to_where_somebody_wanted_to_go(client, robin):
    assert who(client) is None

    answer = enter(client, "ROBIN ", next="/contact?from=mail")

    assert (answer.status_code, answer.location) == (302, "/contact?from=mail")
    assert who(client) == "Robin Bell"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", ""],
)
def test_nobody_is_led_to_another_place_after_signing_in(target, client, robin):
    assert enter(client, next=target).location == "/"
    assert client.get("/sign-in", query_string={"next": target}).location == "/"


def test_a_page_that_needs_a_person_asks_to_sign_in_and_comes_back(client, robin):
    answer = client.get(f"/people/{robin.id}")

    assert (answer.status_code, answer.location) == (302, f"/sign-in?next=/people/{robin.id}")
    assert f'value="/people/{robin.id}"' in client.get(answer.location).text


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client, robin):
    wrong = enter(client, password="seven herons on the roof")
    unknown = enter(client, login="nobody")

    def plain(text):
        return re.sub(r'nonce="[^"]*"|value="[^"]*"', "", text)

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert REFUSED in wrong.text
    assert plain(wrong.text) == plain(unknown.text)


def test_what_was_typed_stays_but_never_the_password(client, robin):
    answer = enter(client, login="Robin <b>", password="a wrong password")

    assert 'value="Robin &lt;b&gt;"' in answer.text
    assert "a wrong password" not in answer.text


def test_empty_fields_say_what_is_missing(client, robin):
    answer = enter(client, login="", password="")

    assert answer.status_code == 422
    assert "Type your sign-in name." in answer.text
    assert "Type your password." in answer.text


def test_nobody_signs_in_without_a_password_or_after_leaving(client, company, robin, make_person):
    make_person("No Password", login="nopass")
    with company.db.transaction() as session:
        service.leave(session, queries.person(session, robin.id), by=None, now=NOON)

    assert [enter(client, login=login).status_code for login in ("nopass", "robin")] == [422, 422]


def test_after_too_many_tries_even_the_right_password_waits_and_then_works(client, robin, frozen_clock):
    for _try in range(5):
        assert enter(client, password="wrong password here").status_code == 422

    waiting = enter(client)
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (429, "5")
    assert "There were too many tries with a password that did not fit. Please wait 5 seconds" in waiting.text
    assert who(client) is None

    frozen_clock(NOON + timedelta(seconds=5))
    assert enter(client).status_code == 302
    assert who(client) == "Robin Bell"


def test_signing_in_changes_the_session_and_ends_the_one_before(client, company, robin):
    before = csrf_of(client)
    enter(client)
    first = rows(company)[0]

    enter(client)

    assert [row.token_hash == first.token_hash for row in rows(company)] == [False]
    assert csrf_of(client) != before


def test_an_old_cookie_opens_nothing_after_signing_out(app, client, company, robin):
    enter(client)
    copied = client.get_cookie("frontline").value

    answer = send(client, "/sign-out")

    assert (answer.status_code, answer.location, rows(company)) == (302, "/", [])
    thief = app.test_client()
    thief.set_cookie("frontline", copied)
    assert who(thief) is None
    assert thief.get(f"/people/{robin.id}").status_code == 302


def test_signing_out_here_leaves_other_browsers_and_signing_out_everywhere_does_not(app, robin):
    here, there, last = (app.test_client() for _browser in range(3))
    for browser in (here, there, last):
        enter(browser)

    send(here, "/sign-out")
    assert [who(browser) for browser in (here, there, last)] == [None, "Robin Bell", "Robin Bell"]

    send(there, "/sign-out", {"everywhere": "yes"})
    assert [who(browser) for browser in (here, there, last)] == [None, None, None]


def test_a_sign_in_ends_after_its_days(client, robin, frozen_clock):
    enter(client)

    frozen_clock(NOON + timedelta(days=14, seconds=-60))
    assert who(client) == "Robin Bell"
    frozen_clock(NOON + timedelta(days=14))
    assert who(client) is None


def test_who_leaves_is_signed_out_at_once(client, company, robin):
    enter(client)
    with company.db.transaction() as session:
        service.leave(session, queries.person(session, robin.id), by=None, now=NOON)

    assert who(client) is None


def test_roles_count_from_the_next_page_on(client, company, robin, make_person):
    enter(client)
    assert client.get("/admin/people").status_code == 403
    with company.db.transaction() as session:
        service.set_roles(session, queries.person(session, robin.id), ["admin"], by=None, now=NOON)

    assert client.get("/admin/people").status_code == 200


def test_the_cookie_is_closed_to_scripts_and_other_sites_and_holds_no_name(client, company, robin):
    cookie = enter(client).headers["Set-Cookie"]

    assert re.sub(r"frontline=[^;]+|Expires=[^;]+", "", cookie) == "; ; HttpOnly; Path=/; SameSite=Lax"
    with client.session_transaction() as content:
        assert sorted(content) == ["_fresh", "_id", "_permanent", "_user_id"]
        assert sign_ins.hash_of(content["_user_id"]) == rows(company)[0].token_hash


def test_there_is_no_remember_cookie(client, robin):
    answer = enter(client, remember="on", remember_me="1")

    assert [name for name in answer.headers.getlist("Set-Cookie") if name.startswith("remember")] == []
    client.set_cookie("remember_token", f"{robin.id}|{'0' * 128}")
    send(client, "/sign-out")
    client.set_cookie("remember_token", f"{robin.id}|{'0' * 128}")
    assert who(client) is None


def test_an_address_in_a_header_neither_signs_out_nor_goes_round_the_wait(app, client, robin, frozen_clock):
    enter(client)
    assert "Robin Bell" in client.get("/contact", headers={"X-Forwarded-For": "203.0.113.9"}).text
    for number in range(19):
        app.extensions["sign_in_waits"].begin(f"name-{number}", "127.0.0.1", NOON)
    wrong = {"login": "another", "password": "wrong password here", "csrf_token": csrf_of(client)}

    codes = [
        client.post("/sign-in", data=wrong, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(2)
    ]

    assert codes == [422, 429]


def test_signing_in_takes_a_form_of_this_portal(client, robin):
    answer = client.post("/sign-in", data={"login": "robin", "password": PASSWORD})

    assert answer.status_code == 400
    assert who(client) is None


def test_a_password_kept_in_an_older_way_is_kept_anew(client, company, robin):
    older = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with company.db.transaction() as session:
        queries.person(session, robin.id).password_hash = older

    enter(client)

    with company.db.reading() as session:
        kept = queries.person(session, robin.id).password_hash
    assert kept != older
    assert passwords.renewed(kept, PASSWORD) is None


def test_a_made_up_password_brings_a_hint(client, company, robin):
    with company.db.transaction() as session:
        queries.person(session, robin.id).must_change_password = True

    enter(client)

    assert "Your password was made for you. You can choose one of your own on your page." in client.get("/contact").text


def test_when_a_browser_was_last_used_is_noted_without_a_write_on_the_page(client, company, robin, frozen_clock):
    enter(client)
    later = NOON + timedelta(minutes=11)
    frozen_clock(later)

    who(client)
    company.tally.flush()

    assert [row.seen_at for row in rows(company)] == [later]


def test_a_page_asks_the_database_twice_to_know_who_is_there(client, app, company, robin, make_person, statements):
    superuser = make_person(roles=("superuser", "coach"), services=("mail", "printing"), unit_id="sales-south")
    for person in (robin, superuser):
        browser = app.test_client()
        with company.db.transaction() as session:
            sign_ins.start(session, person.id, f"token-{person.id}", now=NOON, days=9000)
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = f"token-{person.id}"
        statements.clear()

        answer = browser.get("/healthz")
        with app.test_request_context(headers={"Cookie": f"frontline={browser.get_cookie('frontline').value}"}):
            name = company.who_asks().name

        assert (answer.status_code, name, len(statements)) == (200, person.name, 2)


def test_a_visitor_costs_no_question_to_the_database(app, company, statements):
    with app.test_request_context("/"):
        visitor = company.who_asks()

    assert (visitor.is_authenticated, visitor.person_id, visitor.name, visitor.initials) == (False, None, "", "")
    assert (visitor.language, visitor.time_zone, visitor.level, visitor.is_support) == ("", None, 0, False)
    assert (visitor.may("articles.suggest"), statements) == (False, [])


def test_a_visitor_keeps_their_language_through_signing_in_and_out(client, robin):
    send(client, "/language", {"language": "de", "next": "/contact"})
    assert '<html lang="de">' in client.get("/contact").text

    enter(client)
    send(client, "/sign-out")

    assert '<html lang="de">' in client.get("/contact").text


def test_a_person_keeps_their_language_with_their_account(app, client, robin):
    enter(client)

    answer = send(client, "/language", {"language": "de", "next": "//evil.example"})

    assert answer.location == "/"
    other = app.test_client()
    enter(other)
    assert '<html lang="de">' in other.get("/contact").text


def test_a_language_that_we_do_not_have_changes_nothing(client, robin):
    send(client, "/language", {"language": "tlh"})

    assert '<html lang="en">' in client.get("/contact").text


def test_a_database_that_is_away_gives_a_page_and_not_a_bare_fault(client, company, robin):
    enter(client)
    with company.db.transaction() as session:
        session.execute(sa.text("ALTER TABLE sign_in RENAME TO gone"))

    answer = client.get(f"/people/{robin.id}")

    assert answer.status_code == 503
    assert "The portal is busy just now." in answer.text

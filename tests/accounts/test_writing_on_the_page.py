"""What stands under "Writing" on the page of a person, for whom, and what a coach does there."""

import re

import pytest
import sqlalchemy as sa

from portal.accounts import proficiency, queries
from portal.accounts.models import Proficiency
from portal.accounts.rights import rights_of
from portal.testing import NOON, send, sign_in
from tests.accounts.test_pages_of_people import words_of

pytestmark = pytest.mark.usefixtures("rooms_alone")


@pytest.fixture
def grace(company, make_person):
    return make_person("Grace Hall", roles=("coach",))


@pytest.fixture
def robin(company, make_person):
    return make_person("Robin Bell", roles=("onsite",))


@pytest.fixture
def coach(app, grace):
    """Grace's browser."""
    return sign_in(app.test_client(), grace)


def grant(house, person, coach, kind="contributor", reason="Clear steps."):
    with house.db.transaction() as session:
        person = queries.person(session, person.id)
        seen = proficiency.standing_of(session, person.id, rights_of(session, person)).seen
        proficiency.grant(session, person, kind, reason=reason, by=coach.id, seen=seen, now=NOON)


def writing(client, person):
    """What a person reads under "Writing"; empty when it is not there."""
    page = client.get(f"/people/{person.id}").text
    found = re.search(r'<section class="section stack" id="writing".*(?=<aside)', page, re.DOTALL)
    return words_of(f"<main>{found[0]}</main>") if found else ""


def sent(client, path, **fields):
    """Send the form of a coach, as the page shows it when nothing else is said."""
    page = client.get(path.rpartition("/proficiency")[0]).text
    seen = re.search(r'name="(?:withdraw-)?seen"[^>]*value="(\d+)"', page)
    return send(client, path, ({"seen": seen[1], "withdraw-seen": seen[1]} if seen else {}) | fields)


def test_everybody_who_may_sees_where_a_writer_stands_and_reasons_are_for_the_person_and_coaches(
    company, app, as_role, robin, grace
):
    grant(company, robin, grace)
    short = "Writing Contributor : publishes for support."
    long = f"{short} Granted and withdrawn Contributor granted Clear steps. Grace Hall, 2 Mar 2026, 13:00"

    read = {role: writing(as_role(role), robin) for role in ("end_user", "front_line", "lead", "admin", "coach")}
    own = writing(sign_in(app.test_client(), robin), robin)

    assert own == long
    assert read.pop("coach").startswith(long)
    assert read == {"end_user": "", "front_line": "", "lead": "", "admin": short}


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        ((), ""),
        (("onsite",), "Candidate : writes drafts, which another person publishes. Whoever may write starts here."),
        (("lead",), "Publisher : publishes for everyone. Leads start here."),
        (
            ("coach",),
            "Coach : publishes for everyone, and grants this to others. The role brings this; it is not granted.",
        ),
    ],
)
def test_without_a_grant_the_page_says_why_they_stand_there(roles, says, as_role, make_person):
    page = writing(as_role("admin"), make_person("Ada", roles=roles))

    assert page == (f"Writing {says}" if says else "")


def test_a_coach_grants_with_a_reason(company, coach, robin, grace):
    answer = sent(coach, f"/people/{robin.id}/proficiency", kind="publisher", reason="Five good ones.")

    page = coach.get(f"/people/{robin.id}").text
    assert (answer.status_code, answer.location) == (302, f"/people/{robin.id}#writing")
    assert "Saved. Robin Bell reads it on their page." in page
    with company.db.reading() as session:
        rows = session.execute(sa.select(Proficiency.person_id, Proficiency.kind, Proficiency.granted_by)).all()
    assert [tuple(row) for row in rows] == [(robin.id, "publisher", grace.id)]


def test_a_coach_withdraws_with_a_reason(company, coach, robin, grace):
    grant(company, robin, grace)

    answer = sent(coach, f"/people/{robin.id}/proficiency/withdraw", **{"withdraw-reason": "Steps were missing."})

    assert answer.location == f"/people/{robin.id}#writing"
    page = writing(coach, robin)
    assert page.startswith(
        "Writing Candidate : writes drafts, which another person publishes. Whoever may write starts here. "
        "Granted and withdrawn Contributor withdrawn Steps were missing. Grace Hall, "
    )
    assert "Withdraw " not in page


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "contributor", "reason": ""}, "Reason: Say in a sentence why."),
        ({"kind": "", "reason": "Clear."}, "From now on: Choose how far they go alone."),
        ({"kind": "king", "reason": "Clear."}, "From now on: Not a valid choice."),
        ({"kind": "candidate", "reason": "Clear."}, "There is nothing to change: choose another one than they have."),
        ({"kind": "contributor", "reason": "x" * 501}, "Reason: At most 500 characters."),
        ({"kind": "contributor", "reason": "Clear.", "seen": "7"}, "Somebody changed this a moment ago."),
        ({"kind": "contributor", "reason": "Clear.", "seen": "seven"}, "Seen: Not a valid integer value."),
    ],
)
def test_what_is_refused_is_said_above_the_form_and_what_was_typed_stays(fields, message, company, coach, robin):
    answer = sent(coach, f"/people/{robin.id}/proficiency", **fields)

    with company.db.reading() as session:
        assert session.scalars(sa.select(Proficiency)).all() == []
    assert answer.status_code == 422
    assert message in words_of(answer.text)
    assert f">\r\n{fields['reason']}</textarea>" in answer.text
    assert re.findall(r'name="seen"[^>]*value="(\d+)"', answer.text) == ["0"]


def test_a_withdrawal_without_a_reason_opens_its_form_again(company, coach, robin, grace):
    grant(company, robin, grace)

    answer = sent(coach, f"/people/{robin.id}/proficiency/withdraw", **{"withdraw-reason": " "})

    assert answer.status_code == 422
    assert "<details open>" in answer.text
    assert "Reason: Say in a sentence why." in words_of(answer.text)


def test_a_coach_finds_no_form_on_their_own_page_nor_for_another_coach_nor_for_who_has_left(
    company, coach, grace, make_person, robin
):
    gus = make_person("Gus Moor", roles=("coach",))
    with company.db.transaction() as session:
        queries.person(session, robin.id).left_at = NOON

    pages = [coach.get(f"/people/{each.id}").text for each in (grace, gus, robin)]
    refused = send(coach, f"/people/{grace.id}/proficiency", {"kind": "publisher", "reason": "Me.", "seen": "0"})

    assert [re.findall(r'action="(/people/[^"]*/proficiency[^"]*)"', page) for page in pages] == [[], [], []]
    assert (refused.status_code, "Nobody decides how far they go alone" in refused.text) == (422, True)


def test_a_grant_for_nobody_is_a_page_that_helps(coach):
    answer = send(coach, "/people/4711/proficiency", {"kind": "publisher", "reason": "Good.", "seen": "0"})

    assert answer.status_code == 404
    assert "There is no such person." in answer.text


def test_the_list_of_who_writes_leads_to_their_pages(company, coach, as_role, robin, grace):
    grant(company, robin, grace)

    page = coach.get("/coach/writers").text

    assert f'<a href="/people/{robin.id}#writing">Robin Bell</a> <span class="chip">Contributor</span>' in page
    assert words_of(page) == (
        "Who writes Each of them writes drafts; a coach says on their page who publishes alone. Name or sign-in name "
        "Show Grace Hall Coach Robin Bell Contributor"
    )
    assert "Nobody who writes fits this" in coach.get("/coach/writers?q=zebra").text
    assert "Robin Bell" in as_role("admin").get("/coach/writers").text
    assert as_role("lead").get("/coach/writers").status_code == 403

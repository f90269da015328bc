"""The page on which people say when they are away: their own, and of others for who edits people."""

import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from portal.accounts import absences, queries, service
from portal.accounts.models import Absence
from portal.core.events import EventRow
from portal.testing import NOON, send, sign_in

TODAY = NOON.date()  # Monday, 2 March 2026
DAY = timedelta(days=1)
NO_ROWS = (
    "Your page When you are away No daily mail comes to you on these days; what happens waits in the portal. "
    "Why you are away is not asked. "
)
FORM = "Add days First day Last day Add"


@pytest.fixture
def robin(company, make_person, frozen_clock):
    return make_person("Robin Bell", login="robin")


@pytest.fixture
def own(app, robin):
    """Robin's browser."""
    return sign_in(app.test_client(), robin)


@pytest.fixture
def path(robin):
    return f"/people/{robin.id}/absences"


@pytest.fixture
def away(company, robin):
    """Note absences of Robin, each from and to a day of March; returns the id of the last one."""

    def note(*spans):
        with company.db.transaction() as session:
            for first, last in spans:
                person = queries.person(session, robin.id)
                row = absences.add(session, person, march(first), march(last), by=None, today=TODAY)
            return row.id

    return note


def march(day):
    return date(2026, 3, day)


def form(first, last, **more):
    return {"first_on": str(first), "last_on": str(last), **more}


def days(house, person):
    with house.db.reading() as session:
        query = sa.select(Absence.first_on, Absence.last_on).where(Absence.person_id == person.id)
        return sorted(tuple(row) for row in session.execute(query))


def words_of(html):
    """What a person reads in the main part of a page."""
    main = re.search(r"<main.*?</main>", html, re.DOTALL)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def flashes_of(html):
    return [unescape(each) for each in re.findall(r'<p class="flash [^>]*>.*?<span>(.*?)</span></p>', html, re.DOTALL)]


def test_days_are_added_and_said_back(company, own, robin, path):
    assert words_of(own.get(path).text) == NO_ROWS + FORM

    answer = send(own, path, form(march(9), march(13)))
    page = own.get(path).text

    assert (answer.status_code, answer.location) == (303, path)
    assert flashes_of(page) == ["Saved: 9 March 2026 to 13 March 2026."]
    assert words_of(page) == (
        NO_ROWS + "Days away 9 March 2026 to 13 March 2026 5 days "
        "Change : 9 March 2026 to 13 March 2026 Remove : 9 March 2026 to 13 March 2026 " + FORM
    )
    assert days(company, robin) == [(march(9), march(13))]


def test_days_that_meet_others_are_said_back_as_one(own, path, away):
    away((9, 13))

    send(own, path, form(march(12), march(20)))

    assert flashes_of(own.get(path).text) == ["Saved: 9 March 2026 to 20 March 2026."]


def test_the_list_says_what_is_over_and_what_is_now(own, path, away):
    away((1, 1), (2, 3), (9, 9))

    page = words_of(own.get(path).text)

    rows = re.findall(r"(\d+ March 2026(?: to \d+ March 2026)?)( now| over)? (\d+ days?) Change", page)
    assert rows == [
        ("9 March 2026", "", "1 day"),
        ("2 March 2026 to 3 March 2026", " now", "2 days"),
        ("1 March 2026", " over", "1 day"),
    ]


def test_today_is_the_day_where_the_reader_is(company, own, robin, path, away, frozen_clock):
    away((3, 3))
    with company.db.transaction() as session:
        service.set_preferences(session, queries.person(session, robin.id), language="", time_zone="Pacific/Auckland")

    frozen_clock(datetime.fromisoformat("2026-03-02T10:00+00:00"))  # 23:00 in Auckland
    before = words_of(own.get(path).text)
    frozen_clock(datetime.fromisoformat("2026-03-02T11:00+00:00"))

    assert "3 March 2026 now" not in before
    assert "3 March 2026 now" in words_of(own.get(path).text)


def test_days_are_changed_in_the_same_form(company, own, robin, path, away):
    number = away((9, 13))

    page = own.get(f"{path}?change={number}").text
    answer = send(own, path, form(march(10), march(11), id=number))

    assert words_of(page).endswith(
        "Other days instead of 9 March 2026 to 13 March 2026 First day Last day Save Leave as it is"
    )
    assert re.findall(r'name="(first_on|last_on)"[^>]*value="([^"]*)"', page) == [
        ("first_on", "2026-03-09"),
        ("last_on", "2026-03-13"),
    ]
    assert (answer.status_code, days(company, robin)) == (303, [(march(10), march(11))])


def test_what_is_removed_can_be_put_back_from_the_next_page_alone(company, own, robin, path, away):
    number = away((9, 13))

    answer = send(own, f"{path}/remove", {"id": number})
    gone = days(company, robin)
    page = own.get(path).text
    later = own.get(path).text
    fields = dict(re.findall(r'<input type="hidden" name="(first_on|last_on)" value="([^"]*)"', page))
    send(own, path, fields)

    assert (answer.status_code, answer.location, gone) == (303, path, [])
    assert flashes_of(page) == ["Removed."]
    assert words_of(page) == NO_ROWS + "9 March 2026 to 13 March 2026 Put it back " + FORM
    assert words_of(later) == NO_ROWS + FORM
    assert days(company, robin) == [(march(9), march(13))]


def test_what_was_removed_of_one_person_is_not_offered_on_the_page_of_another(app, make_person, robin, path, away):
    number = away((9, 13))
    admin = make_person("Ada Lovelace", roles=("admin",))
    browser = sign_in(app.test_client(), admin)

    send(browser, f"{path}/remove", {"id": number})

    assert "Put it back" not in browser.get(f"/people/{admin.id}/absences").text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            form("2026-03-13", "2026-03-09"),
            "Last day: The last day comes before the first one. For a single day, choose the same one twice.",
        ),
        (
            form("2206-03-09", "2206-03-13"),
            "These days are more than 3 years away from today. Look at the year of both days.",
        ),
        (form("2026-03-09", "2036-03-13"), "An absence is at most 3 years long. Look at the year of both days."),
        (form("", "2026-03-13"), "First day: Choose the first day, such as 2026-03-09."),
        (form("2026-03-09", "the week after"), "Last day: Choose the last day, such as 2026-03-13."),
        ({}, "First day: Choose the first day, such as 2026-03-09."),
    ],
)
@pytest.mark.parametrize("changes", [False, True])
def test_days_that_cannot_be_meant_stay_in_the_form_with_a_sentence(
    company, own, robin, path, away, fields, says, changes
):
    number = away((20, 22))

    answer = send(own, path, fields | ({"id": number} if changes else {}))

    assert answer.status_code == 422
    assert f"Something here needs another look {says}" in words_of(answer.text)
    assert ("Other days instead of 20 March 2026 to 22 March 2026" in words_of(answer.text)) is changes
    typed = dict(re.findall(r'name="(first_on|last_on)"[^>]*value="([^"]*)"', answer.text))
    assert typed == {name: fields.get(name, "") for name in ("first_on", "last_on")}
    assert days(company, robin) == [(march(20), march(22))]


def test_an_absence_that_went_meanwhile_is_said_to_be_gone(company, own, robin, path, away):
    number = away((9, 13))
    send(own, f"{path}/remove", {"id": number})

    answers = [
        own.get(f"{path}?change={number}"),
        send(own, path, form(march(9), march(12), id=number)),
        send(own, f"{path}/remove", {"id": number}),
        send(own, f"{path}/remove", {"id": "x"}),
    ]

    assert [each.status_code for each in answers] == [404] * 4
    assert all("This absence is no longer there." in each.text for each in answers)
    assert days(company, robin) == []


def test_nobody_reads_or_changes_when_somebody_else_is_away_but_who_edits_people(
    company, client, as_role, robin, path, away, make_person
):
    number = away((9, 13))
    others = [as_role(role) for role in ("end_user", "coach", "lead")]
    admin = as_role("admin")

    assert client.get(path).location == f"/sign-in?next={path}"
    for browser in others:
        refused = [
            browser.get(path),
            send(browser, path, form(march(1), march(5))),
            send(browser, path, form(march(1), march(5), id=number)),
            send(browser, f"{path}/remove", {"id": number}),
        ]
        assert [each.status_code for each in refused] == [403] * 4
        assert not any("March" in words_of(each.text) for each in refused)
    assert days(company, robin) == [(march(9), march(13))]
    assert words_of(admin.get(path).text).startswith(
        "Their page When Robin Bell is away No daily mail goes to them on these days. Why they are away is not asked. "
        "Days away 9 March 2026 to 13 March 2026"
    )
    assert send(admin, path, form(march(20), march(20))).status_code == 303
    assert days(company, robin) == [(march(9), march(13)), (march(20), march(20))]


def test_an_absence_of_somebody_else_is_not_reached_through_the_own_page(app, company, robin, away, make_person):
    number = away((9, 13))
    kim = make_person("Kim Lee")
    browser = sign_in(app.test_client(), kim)
    path = f"/people/{kim.id}/absences"

    answers = [
        browser.get(f"{path}?change={number}"),
        send(browser, path, form(march(1), march(5), id=number)),
        send(browser, f"{path}/remove", {"id": number}),
    ]

    assert [each.status_code for each in answers] == [404] * 3
    assert days(company, robin) == [(march(9), march(13))]


def test_who_did_it_is_noted_and_not_which_days(company, app, robin, path, make_person):
    admin = make_person("Ada Lovelace", roles=("admin",))
    browser = sign_in(app.test_client(), admin)

    send(browser, path, form(march(9), march(13)))

    with company.db.reading() as session:
        row = session.scalars(sa.select(EventRow).where(EventRow.name == "person.absence_changed")).one()
    assert (row.actor_id, row.payload) == (admin.id, {"person_id": robin.id})


def test_who_has_left_keeps_their_days_and_gets_no_more(company, as_role, robin, path, away):
    away((9, 13))
    with company.db.transaction() as session:
        service.leave(session, queries.person(session, robin.id), by=None, now=NOON)
    admin = as_role("admin")

    answer = send(admin, path, form(march(20), march(22)))

    assert "Add days" not in admin.get(path).text
    assert answer.status_code == 422
    assert days(company, robin) == [(march(9), march(13))]


def test_nobody_has_no_page(as_role):
    assert "There is no such person." in as_role("admin").get("/people/4711/absences").text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_number_of_questions_whatever_it_holds(count, own, path, away, statements):
    away(*((day, day) for day in range(2, 2 + count)))
    own.get("/contact")  # what pages share is kept for some seconds
    statements.clear()

    own.get(path)

    assert len([statement for statement in statements if "absence" in statement]) == 2


def test_a_long_list_is_paged_and_stays_on_its_page_after_a_removal(company, own, robin, path):
    with company.db.transaction() as session:
        person = queries.person(session, robin.id)
        for number in range(absences.PER_PAGE + 2):
            day = TODAY + 2 * number * DAY
            last = absences.add(session, person, day, day, by=None, today=TODAY)
        first = session.scalars(sa.select(Absence.id).where(Absence.first_on == TODAY)).one()
    assert last.id

    page = own.get(f"{path}?page=2").text
    answer = send(own, f"{path}/remove?page=2", {"id": first})

    assert "Page 2 of 2 Previous page" in words_of(page)
    assert f'action="{path}/remove?page=2"' in page
    assert f'href="{path}?page=2&amp;change={first}#form"' in page
    assert answer.location == f"{path}?page=2"


def test_the_way_to_the_list_stands_where_people_look_for_it(own, robin, as_role, path):
    link = f'href="{path}"'

    assert [link in own.get(f"/people/{robin.id}{part}").text for part in ("", "/settings")] == [True, True]
    assert link in own.get("/notices/choices").text
    assert link in as_role("admin").get(f"/admin/people/{robin.id}").text
    assert link not in as_role("end_user").get(f"/people/{robin.id}").text

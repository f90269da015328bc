"""The page that shows who of a team is on shift, the forms on it, and the command."""

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from portal.accounts import cli, queries, service
from portal.accounts.models import Shift
from portal.organisation.models import Party
from portal.testing import NOON, csrf_of, send, sign_in
from tests.accounts.rosters import calendar, utc
from tests.accounts.test_absence_pages import flashes_of, words_of

PATH = "/parties/front-line/roster"
DAY = timedelta(days=1)


@pytest.fixture
def robin(company, make_person, frozen_clock):
    with company.db.transaction() as session:
        session.get(Party, "front-line").site.time_zone = "Europe/Berlin"
    return make_person("Robin Bell", login="robin", roles=["front_line"], party_id="front-line")


@pytest.fixture
def lead(company, app, make_person, robin):
    """The browser of who leads the team, without any role."""
    person = make_person("Mara Silva", login="mara")
    with company.db.transaction() as session:
        service.name_duty(session, queries.person(session, person.id), "party_lead", "front-line", by=None, now=NOON)
    return sign_in(app.test_client(), person)


@pytest.fixture
def reader(app, robin):
    return sign_in(app.test_client(), robin)


def form(person, **more):
    fields = {"person_id": person.id, "starts_on": "2026-03-03", "starts_at": "22:00", "ends_at": "06:00", "note": ""}
    return fields | more


def kept(house):
    with house.db.reading() as session:
        return [tuple(row) for row in session.execute(sa.select(Shift.starts_at, Shift.ends_at, Shift.note))]


def upload(client, text):
    data = text if isinstance(text, bytes) else text.encode()
    fields = {"csrf_token": csrf_of(client), "file": (io.BytesIO(data), "team.ics")}
    answer = client.post(f"{PATH}/file", data=fields, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the file that the client of the test wrote its request to
    return answer


def hidden(page):
    return re.search(r"<textarea name=\"calendar\" hidden>(.*?)</textarea>", page, re.DOTALL)[1]


def test_a_shift_is_added_and_stands_on_its_day(company, lead, robin):
    answer = send(lead, PATH, form(robin, note="Phone"))
    page = lead.get(answer.location).text

    assert (answer.status_code, flashes_of(page)) == (303, ["Saved."])
    assert kept(company) == [(utc("2026-03-03T21:00"), utc("2026-03-04T05:00"), "Phone")]
    assert "Tuesday, 3 March 2026 Robin Bell 22:00 to 06:00 Phone Remove" in words_of(page)
    assert "Monday, 2 March 2026 today Nobody is noted." in words_of(page)


def test_a_reader_sees_the_week_and_changes_nothing(company, lead, reader, robin):
    send(lead, PATH, form(robin))

    page = words_of(reader.get(PATH).text)

    assert "Robin Bell 22:00 to 06:00 Wednesday, 4 March 2026" in page
    assert "Add a shift" not in page
    assert "Times are those of Europe/Berlin." in page
    assert send(reader, PATH, form(robin)).status_code == 403
    assert send(reader, f"{PATH}/remove", {"id": 1}).status_code == 403
    assert upload(reader, calendar("UID:a")).status_code == 403
    assert send(reader, f"{PATH}/import", {"calendar": calendar("UID:a\nSUMMARY:robin")}).status_code == 403
    assert len(kept(company)) == 1


def test_who_signs_for_another_team_changes_nothing_here(company, app, make_person, robin):
    other = make_person("Olga Ost", roles=["specialist"])
    with company.db.transaction() as session:
        service.name_duty(session, queries.person(session, other.id), "party_signer", "network", by=None, now=NOON)

    answer = send(sign_in(app.test_client(), other), PATH, form(robin))

    assert answer.status_code == 403
    assert "The lead of the team does, who signs for it, or an administrator." in answer.text


def test_a_team_without_a_roster_says_who_counts(reader):
    page = words_of(reader.get(PATH).text)

    assert "This team keeps no roster Everybody of the team counts as on shift on working days" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"starts_on": ""}, "Choose the day, such as 2026-03-09."),
        ({"starts_at": "x"}, "Choose a time, such as 08:00."),
        ({"starts_on": "1999-12-01"}, "A shift begins after the year 1999, and at most two years from now."),
        ({"note": "x" * 201}, "At most 200 characters."),
        ({"person_id": "4711"}, "Not a valid choice."),
    ],
)
def test_a_mistake_gets_a_sentence_and_loses_nothing(company, lead, robin, fields, sentence):
    answer = send(lead, PATH, form(robin, **({"note": "Keep me"} | fields)))

    assert answer.status_code == 422
    assert sentence in words_of(answer.text)
    assert "Keep me" in answer.text or "note" in fields
    assert kept(company) == []


def test_a_shift_is_removed(company, lead, robin):
    send(lead, PATH, form(robin))
    with company.db.reading() as session:
        row = session.scalars(sa.select(Shift.id)).one()

    answer = send(lead, f"{PATH}/remove", {"id": row})

    assert flashes_of(lead.get(answer.location).text) == ["Removed."]
    assert kept(company) == []
    assert "This shift is no longer there." in send(lead, f"{PATH}/remove", {"id": row}).text


def test_weeks_lead_on_and_end_where_nothing_is_kept(lead, robin):
    send(lead, PATH, form(robin, starts_on="2026-03-15"))

    assert "9 March 2026 to 15 March 2026" in words_of(lead.get(f"{PATH}?day=2026-03-10").text)
    assert "Robin Bell" in words_of(lead.get(f"{PATH}?day=2026-03-16").text).partition("Add a shift")[0]  # still on
    assert "2 March 2026 to 8 March 2026" in words_of(lead.get(f"{PATH}?day=nonsense").text)
    last, first = lead.get(f"{PATH}?day=9999-12-31").text, lead.get(f"{PATH}?day=0001-01-01").text
    assert ("Week after" in last, "Week before" in last) == (False, True)
    assert ("Week after" in first, "Week before" in first) == (True, False)


def test_a_file_is_tried_before_it_is_done(company, lead, robin):
    tried = upload(lead, calendar("UID:a\nSUMMARY:robin\nRRULE:FREQ=DAILY;COUNT=12", "UID:b\nSUMMARY:nobody"))

    assert tried.status_code == 200
    assert "This would be done: 12 shifts added, 0 changed, 0 removed." in words_of(tried.text)
    assert "Line 10 Nobody of this team has this mail address or sign-in name: nobody." in words_of(tried.text)
    assert kept(company) == []

    done = send(lead, f"{PATH}/import", {"calendar": hidden(tried.text)})

    assert flashes_of(lead.get(done.location).text) == ["Done: 12 shifts added, 0 changed, 0 removed"]
    assert len(kept(company)) == 12
    again = words_of(upload(lead, calendar("UID:a\nSUMMARY:robin\nRRULE:FREQ=DAILY;COUNT=12")).text)
    assert "The file changes nothing." in again
    assert "Do it" not in again


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"hello", 422, "This is no calendar file that can be read."),
        (b"BEGIN:VCALENDAR\xff", 422, "This file is not written in UTF-8"),
        (b"x" * 1_100_000, 422, "This calendar is larger than 1 MB."),
        (b"x" * 10_000_000, 413, "That was larger than the portal takes."),
    ],
)
def test_a_file_that_is_no_roster_gets_one_sentence(company, lead, data, status, sentence):
    answer = upload(lead, data)

    assert answer.status_code == status
    assert sentence in words_of(answer.text)


def test_no_file_is_said(lead):
    answer = send(lead, f"{PATH}/file", {})

    assert answer.status_code == 422
    assert "No file was chosen." in words_of(answer.text)


def test_a_text_that_was_changed_on_the_way_is_refused(lead):
    answer = send(lead, f"{PATH}/import", {"calendar": "nonsense"})

    assert answer.status_code == 422
    assert "This is no calendar file that can be read." in words_of(answer.text)


def test_the_own_page_of_absences_shows_the_next_shifts(lead, reader, robin):
    send(lead, PATH, form(robin))

    page = words_of(reader.get(f"/people/{robin.id}/absences").text)

    assert "Your next shifts 3 Mar 2026, 22:00 to 4 Mar 2026, 06:00 Service desk Who of the team is on shift" in page


def test_there_is_no_roster_of_a_team_that_is_not_there(as_role, company):
    assert as_role("admin").get("/parties/nobody/roster").status_code == 404


def test_the_command_brings_a_file(company, robin, tmp_path):
    file = tmp_path / "team.ics"
    file.write_text(calendar("UID:a\nSUMMARY:robin", "UID:b\nSUMMARY:nobody"), newline="")
    run = CliRunner().invoke
    tried = run(cli.people, ["roster", "front-line", str(file), "--dry-run"], obj=company)
    before = kept(company)
    done = run(cli.people, ["roster", "front-line", str(file)], obj=company)

    line = "Line 9: Nobody of this team has this mail address or sign-in name: nobody.\n"
    assert (tried.exit_code, tried.stderr, done.stderr) == (0, line, line)
    assert tried.stdout == "Nothing is written: 1 shifts added, 0 changed, 0 removed.\n"
    assert done.stdout == "1 shifts added, 0 changed, 0 removed.\n"
    assert (before, len(kept(company))) == ([], 1)

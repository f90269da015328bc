"""The administrator's page of mails: how each stands, and the text only while nobody else could read it."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from portal.core import mail
from portal.core.mail import Mail
from portal.testing import NOON, send
from tests.core import mail_server
from tests.core.test_views import count_statements
from tests.served import free_port

pytestmark = pytest.mark.usefixtures("frozen_clock")
with_a_server = pytest.mark.parametrize("app_settings", [mail_server.MailServer(free_port()).settings()])
MARKED = "zqtextofthemailx"


@pytest.fixture
def admin(as_role):
    """An administrator."""
    return as_role("admin")


@pytest.fixture
def add(house):
    """Add mails past the queue, in any state."""

    def rows(*states: str, **values) -> None:
        given = {
            "kind": "tests.news",
            "to_address": "robin@example.org",
            "subject": "News <i>",
            "text": MARKED,
        } | values
        with house.db.transaction() as session:
            for state in states:
                session.add(Mail(state=state, token="0" * 32, queued_at=NOON, done_at=NOON, **given))

    return rows


def rows_of(page: str) -> list[str]:
    """The rows of the table in words."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_without_a_server_the_text_of_a_mail_can_be_read_here(admin, add):
    add("kept", to_name="Jörg Müller")

    page = admin.get("/admin/mail").text

    assert rows_of(page) == [
        f"2 Mar 2026, 12:00 Jörg Müller robin@example.org News &lt;i&gt; Text {MARKED} Kept, not sent"
    ]
    assert "No mail server is set, so nothing is sent." in page
    assert "send-again" not in page


@with_a_server
def test_with_a_server_nobody_reads_the_text_here(house, admin, add):
    add("sent", "refused", "kept", "waiting", html=f"<p>{MARKED}</p>")
    add("waiting", error="The mail server said: 451 <Later>")
    with house.db.transaction() as session:
        event = mail.emit(session, mail.MailQueued(mail_id=99))
        job = {"parked_at": NOON, "tries": 6}
        session.execute(sa.update(mail.Job).values(**job))
        session.execute(sa.update(Mail).where(Mail.id == 4).values(event_id=event))

    page = admin.get("/admin/mail").text

    assert MARKED not in page
    head = "2 Mar 2026, 12:00 robin@example.org News &lt;i&gt;"
    assert rows_of(page) == [
        f"{head} Is tried again The mail server said: 451 &lt;Later&gt;",
        f"{head} Could not be sent, and waits for you",
        f"{head} Kept, not sent Send mail 3 now",
        f"{head} Refused by the mail server Send mail 2 now",
        f"{head} Sent 2 Mar 2026, 12:00",
    ]


@with_a_server
def test_with_a_server_a_refused_mail_can_be_sent_once_more(house, admin, add):
    add("refused", "sent")

    said = send(admin, "/admin/mail/send-again", {"id": "1"}, follow_redirects=True)
    again = send(admin, "/admin/mail/send-again", {"id": "2"}, follow_redirects=True)

    assert "The mail waits to be sent." in said.text
    assert "Waits to be sent" in said.text
    assert (again.status_code, "This mail was sent, or waits to be." in again.text) == (422, True)
    with house.db.reading() as session:
        assert session.scalars(sa.select(Mail.state).order_by(Mail.id)).all() == ["waiting", "sent"]


@pytest.mark.parametrize("number", ["seven", "-1", "9" * 30, "", "5"])
def test_a_mail_that_nobody_can_mean_is_not_sent(house, admin, add, number):
    add("refused")

    answer = send(admin, "/admin/mail/send-again", {"id": number})

    assert answer.status_code == 404
    with house.db.reading() as session:
        assert session.scalars(sa.select(Mail.state)).all() == ["refused"]


def test_the_list_has_pages_and_says_when_it_is_empty(admin, add):
    empty = admin.get("/admin/mail").text
    add(*["kept"] * 51)

    first, second = (admin.get(f"/admin/mail?page={page}").text for page in (1, 2))

    assert "No mail yet" in empty
    assert [len(rows_of(page)) for page in (first, second)] == [50, 1]
    assert ['rel="next"' in page for page in (first, second)] == [True, False]


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "9" * 30])
def test_a_page_number_that_makes_no_sense_is_no_fault(admin, page):
    assert admin.get(f"/admin/mail?page={page}").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_mails(house, admin, add):
    add("kept")
    at_one = count_statements(house, admin, "/admin/mail")
    add("kept", "sent")

    assert count_statements(house, admin, "/admin/mail") == at_one


def test_only_administrators_come_in(client, as_role):
    others = [as_role(role).get("/admin/mail").status_code for role in ("end_user", "coach", "lead", "front_line")]

    assert (client.get("/admin/mail").status_code, others) == (302, [403] * 4)

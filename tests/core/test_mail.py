"""Mail: queued with what it tells, sent once after the commit, tried again or kept; what the server says is noted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.app import build, create_app
from portal.core import clock, mail
from portal.core.errors import NotFound, Refused
from portal.core.events import EventRow, Job
from portal.core.jobs import retry_parked
from portal.core.mail import Mail
from portal.core.smtp import postbox_of
from portal.testing import NOON
from tests.core import mail_server
from tests.served import free_port

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def server():
    """A mail server without protection."""
    with mail_server.running() as running:
        yield running


@pytest.fixture
def app_settings(server):
    """The portal of each test sends through that server."""
    return server.settings()


@pytest.fixture
def write(house):
    """Queue one mail in a transaction of its own, and return its id."""

    def queue(to: str = "robin@example.org", **values) -> int | None:
        values = {"subject": "News", "text": "Something is new.\n", "kind": "tests.news"} | values
        with house.db.transaction() as session:
            return mail.queue(session, to, **values)

    return queue


def mails(house) -> list[Mail]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Mail).order_by(Mail.id)))


def standing(house) -> list[tuple[str, str]]:
    return [(each.state, each.error) for each in mails(house)]


def work(house, at=NOON) -> int:
    """Do what is due at this moment, as a worker does; jobs may fail."""
    with clock.frozen(at):
        return house.worker(name="test").run_due(at)


def jobs(house) -> list[tuple[int, bool]]:
    with house.db.reading() as session:
        return [(job.tries, job.parked_at is not None) for job in session.scalars(sa.select(Job).order_by(Job.id))]


def after(seconds: float):
    return NOON + timedelta(seconds=seconds)


# Queueing


def test_a_mail_is_sent_after_the_commit_with_all_that_belongs_into_its_head(house, server, write, run_jobs):
    write(
        "robin@example.org",
        subject="Was ist neu — für Sie",
        text="Grüße.\n",
        html="<p>Grüße.</p>",
        to_name="Jörg, Müller",
        unsubscribe="https://help.example.org/preferences?a=1&b=2",
    )
    (queued,) = mails(house)

    run_jobs()

    ((sender, recipients, message),) = server.taken
    assert (sender, recipients) == ("desk@example.org", ["robin@example.org"])
    assert {name: str(value) for name, value in message.items() if name != "Content-Type"} == {
        "From": "Service desk <desk@example.org>",
        "To": '"Jörg, Müller" <robin@example.org>',
        "Subject": "Was ist neu — für Sie",
        "Date": "Mon, 02 Mar 2026 12:00:00 +0000",
        "Message-ID": f"<{queued.token}@example.org>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": "<https://help.example.org/preferences?a=1&b=2>",
        "MIME-Version": "1.0",
    }
    assert [(part.get_content_type(), part.get_content()) for part in message.iter_parts()] == [
        ("text/plain", "Grüße.\n"),
        ("text/html", "<p>Grüße.</p>\n"),
    ]
    (sent,) = mails(house)
    assert (sent.state, sent.error, sent.done_at, sent.text, sent.html) == ("sent", "", NOON, "", "")


def test_a_mail_without_html_is_text_alone(server, write, run_jobs):
    write()
    run_jobs()

    ((_sender, _recipients, message),) = server.taken
    assert (message.get_content_type(), message.get_content()) == ("text/plain", "Something is new.\n")
    assert "List-Unsubscribe" not in message


def test_what_is_rolled_back_is_neither_queued_nor_sent(house, server, run_jobs):
    def fail() -> None:
        with house.db.transaction() as session:
            mail.queue(session, "robin@example.org", "News", "Something is new.", kind="tests.news")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert (run_jobs(), mails(house), server.taken) == (0, [], [])


def test_one_key_is_queued_once(house, server, write, run_jobs):
    first = write(key="digest-1-2026-03-02")
    again = write(key="digest-1-2026-03-02")
    run_jobs()
    later = write(key="digest-1-2026-03-02")
    other = write(key="digest-2-2026-03-02")

    assert (first, again, later, other) == (1, None, None, 2)
    assert len(server.taken) == 1


def test_the_event_holds_numbers_alone(house, write):
    write(subject="A secret subject")

    with house.db.reading() as session:
        rows = session.execute(sa.select(EventRow.name, EventRow.payload)).all()
    assert [tuple(row) for row in rows] == [("mail.queued", {"mail_id": 1})]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"subject": "News\nBcc: all@example.org"}, "control character"),
        ({"subject": "News\r\n\r\nAnother body"}, "control character"),
        ({"subject": "News\u2028"}, "control character"),
        ({"subject": "News\x0b\x00"}, "control character"),
        ({"to_name": "Robin\nBcc: all@example.org"}, "control character"),
        ({"unsubscribe": "https://example.org/\nBcc: all@example.org"}, "control character"),
        ({"unsubscribe": "javascript:alert(1)"}, "no web address"),
        ({"unsubscribe": "https://example.org/>,<mailto:all@example.org"}, "no web address"),
        ({"subject": "x" * 301}, "too long"),
        ({"text": " \n"}, "without a text"),
    ],
)
def test_what_would_change_the_head_of_a_mail_is_refused(house, write, values, said):
    with pytest.raises(Refused, match=said):
        write(**values)

    assert mails(house) == []


# What the server says


def test_a_mail_is_tried_again_after_a_refusal_for_now_and_keeps_its_name(house, server, write):
    write()
    server.answer = ["451 4.7.1 Greylisted,\tplease come again"]

    work(house)
    first = standing(house), jobs(house), len(server.taken)
    work(house, after(1))
    between = len(server.taken)
    work(house, after(3))

    assert first == ([("waiting", "The mail server said: 451 4.7.1 Greylisted, please come again")], [(1, False)], 0)
    assert between == 0
    assert (standing(house), jobs(house)) == ([("sent", "")], [])
    ((_sender, _recipients, message),) = server.taken
    assert message["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_for_good_is_kept_with_its_reason_and_not_tried_again(house, server, write, at):
    write()
    server.at, server.answer = at, ["550 5.1.1 No such person"]

    work(house)
    work(house, after(4000))

    assert standing(house) == [("refused", "The mail server said: 550 5.1.1 No such person")]
    assert (jobs(house), server.taken) == ([], [])
    (refused,) = mails(house)
    assert (refused.text, refused.done_at) == ("Something is new.\n", NOON)


@pytest.mark.parametrize("at", ["MAIL", "RCPT"])
def test_a_sender_or_recipient_who_is_refused_for_now_waits(house, server, write, at):
    write()
    server.at, server.answer = at, ["450 4.2.0 Busy"]

    work(house)

    assert (standing(house), jobs(house)) == ([("waiting", "The mail server said: 450 4.2.0 Busy")], [(1, False)])


def test_after_the_last_try_the_job_is_parked_and_the_mail_is_not_lost(house, server, write, app_settings):
    write()
    server.answer = ["451 Later"] * 6

    for at in (0, 10, 100, 1000, 10_000, 100_000):
        work(house, after(at))
    parked = jobs(house), standing(house)
    with house.db.transaction() as session:
        rows = mail.newest(session, offset=0, limit=5, with_text=False)
        retry_parked(session, after(100_001))
    work(house, after(100_002))

    assert parked == ([(6, True)], [("waiting", "The mail server said: 451 Later")])
    assert [(row.failed, row.text) for row in rows] == [(True, "")]
    assert standing(house) == [("sent", "")]


def test_a_server_that_is_away_is_asked_once_and_then_left_alone_for_a_while(house, write, instance):
    gone = create_app({"instance": str(instance), **mail_server.MailServer(free_port()).settings()}, environ={})
    without = gone.extensions["portal"]
    write()
    write()
    port = without.config.number("mail_port")

    without.worker(name="test").run_due(NOON)
    without.close()

    asked, spared = standing(house)
    assert asked == (
        "waiting",
        f"The mail server at 127.0.0.1, port {port} cannot be reached: [Errno 111] Connection refused.",
    )
    assert spared == ("waiting", "The mail server could not be reached a moment ago.")
    assert jobs(house) == [(1, False), (1, False)]


def test_a_worker_that_died_between_sending_and_noting_sends_the_same_mail_once_more(house, server, write):
    write()
    (before,) = mails(house)
    letter, envelope = before.letter, before.envelope
    postbox_of(house.config).send(envelope, letter)  # and then it is killed
    work(house)

    first, second = (message for _sender, _recipients, message in server.taken)
    assert first["Message-ID"] == second["Message-ID"] == f"<{before.token}@example.org>"
    assert first["Date"] == second["Date"]
    assert standing(house) == [("sent", "")]


def test_two_workers_at_once_send_each_mail_once(house, server, write, instance, app_settings):
    for number in range(20):
        write(f"person-{number}@example.org")
    houses = [build({"instance": str(instance), **app_settings}, environ={}) for _ in range(2)]

    def run(which):
        worker = which.worker(name=str(id(which)))
        while worker.run_due(NOON):
            pass

    with ThreadPoolExecutor(2) as both:
        list(both.map(run, houses))
    for each in houses:
        each.close()

    assert sorted(recipients for _sender, recipients, _message in server.taken) == sorted(
        [f"person-{number}@example.org"] for number in range(20)
    )
    assert standing(house) == [("sent", "")] * 20


def test_a_mail_that_was_told_of_twice_is_sent_once(house, server, write):
    mail_id = write()
    with house.db.transaction() as session:
        mail.emit(session, mail.MailQueued(mail_id=mail_id))
        mail.emit(session, mail.MailQueued(mail_id=999))

    work(house)

    assert (len(server.taken), jobs(house)) == (1, [])


# Without a server, and afterwards


def test_without_a_server_mail_is_kept_and_can_be_sent_when_there_is_one(house, server, write, instance):
    without = build({"instance": str(instance)}, environ={})
    write(html="<p>Something is new.</p>")
    without.worker(name="test").run_due(NOON)
    without.close()
    (kept,) = mails(house)

    with house.db.transaction() as session:
        mail.send_again(session, kept.id)
    work(house)

    assert (kept.state, kept.text, kept.html) == ("kept", "Something is new.\n", "<p>Something is new.</p>")
    assert (standing(house), len(server.taken)) == ([("sent", "")], 1)


def test_a_mail_that_was_sent_or_waits_is_not_sent_again(house, server, write):
    mail_id = write()

    for _ in range(2):
        with pytest.raises(Refused, match="was sent, or waits"), house.db.transaction() as session:
            mail.send_again(session, mail_id)
        work(house)
    with pytest.raises(NotFound), house.db.transaction() as session:
        mail.send_again(session, 999)

    assert len(server.taken) == 1


def test_mails_are_forgotten_after_thirty_days_but_for_those_that_wait(house, server, write):
    write(key="sent")
    server.answer = ["", "550 No", "451 Later"]
    write(key="refused")
    write(key="waiting")
    work(house)
    with clock.frozen(after(1)):
        write(key="newer")
    work(house, after(1))
    schedules = {f"{owner}.{every.name}": every for owner, every in house.schedules}

    with house.db.transaction() as session:
        schedules["core.forget_old_mail"].handler(session, NOON + timedelta(days=30, seconds=1))

    assert [(each.key, each.state) for each in mails(house)] == [("waiting", "waiting"), ("newer", "sent")]
    assert schedules["core.forget_old_mail"].seconds == 24 * 60 * 60


def test_only_the_newest_of_those_that_nobody_could_send_are_kept(house, monkeypatch):
    monkeypatch.setattr(mail, "MOST_KEPT", 3)
    with house.db.transaction() as session:
        for number in range(6):
            state = "kept" if number else "refused"
            session.add(
                Mail(kind="t", to_address="a@b", subject=str(number), text="x", token="t", state=state, queued_at=NOON)
            )

    with house.db.transaction() as session:
        mail.forget_old(session, NOON)

    assert [each.subject for each in mails(house)] == ["0", "3", "4", "5"]


def test_erasure_takes_the_mails_to_a_person(house, write):
    write(person_id=7)
    write(person_id=8)

    (mine,) = [
        answer
        for answers in house.plugins.on("personal_data", person_id=7)
        for answer in answers
        if answer.model is Mail
    ]
    with house.db.reading() as session:
        found = session.scalars(sa.select(Mail.person_id).where(mine.where)).all()

    assert (found, mine.on_erasure) == ([7], "delete")

"""The daily mail: when it comes, to whom, and what it says and does not say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accounts import absences
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles.models import Article
from portal.core.mail import Mail
from portal.core.portal import Portal
from portal.notices import digest, queries, service
from portal.notices.models import Notice
from portal.notices.service import News
from portal.organisation.calendar import Calendar

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"public_url": "https://help.example.org"}


@pytest.fixture
def article(make_article: Callable[..., Article]) -> Article:
    return make_article("KB0101", audience="everyone")


@pytest.fixture
def robin(organised: Portal, make_person: Callable[..., Person], frozen_clock: object) -> Person:
    person = make_person("Robin Bell")
    with organised.db.transaction() as session:
        session.execute(sa.update(Person).where(Person.id == person.id).values(mail="robin@example.org"))
    return person


def tell(house: Portal, person: Person, article: Article, key: str, kind: str = "articles.watched") -> None:
    data = {"article_id": article.id, "say": "changed"}
    with house.db.transaction() as session:
        service.tell(session, [News(person_id=person.id, kind=kind, key=key, data=data)], now=MONDAY_NOON)


def ring(house: Portal, now: datetime) -> None:
    with house.db.transaction() as session:
        digest.ring(session, now)


def mails(house: Portal) -> list[Mail]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Mail).order_by(Mail.id)))


def test_one_mail_says_how_much_waits_and_not_what(organised, robin, article, run_jobs):
    tell(organised, robin, article, "1")
    tell(organised, robin, article, "2")
    tell(organised, robin, article, "3", kind="articles.wrong")

    ring(organised, MONDAY_NOON)
    run_jobs()

    (mail,) = mails(organised)
    assert (mail.to_address, mail.subject, mail.kind) == (
        "robin@example.org",
        "3 notices from Frontline",
        "notices.digest",
    )
    assert mail.key == f"digest:{robin.id}:2026-03-02"
    assert mail.unsubscribe == "https://help.example.org/notices/choices"
    assert "- What you watch: 2\n- Instructions that are now wrong: 1\n" in mail.text
    assert "https://help.example.org/notices" in mail.text
    assert article.title not in mail.text + mail.html + mail.subject


def test_there_is_one_mail_a_day_and_what_it_told_is_not_told_again(organised, robin, article, run_jobs, frozen_clock):
    tell(organised, robin, article, "1")
    ring(organised, MONDAY_NOON)
    run_jobs()
    tell(organised, robin, article, "2")

    for hours in (1, 2):
        frozen_clock(MONDAY_NOON + timedelta(hours=hours))
        ring(organised, MONDAY_NOON + timedelta(hours=hours))
        run_jobs()
    assert len(mails(organised)) == 1

    frozen_clock(MONDAY_NOON + DAY)
    ring(organised, MONDAY_NOON + DAY)
    run_jobs()

    assert [mail.subject for mail in mails(organised)] == ["1 notice from Frontline"] * 2


def test_a_kill_after_the_mail_was_queued_sends_no_second_one(organised, robin, article, run_jobs):
    tell(organised, robin, article, "1")
    ring(organised, MONDAY_NOON)
    run_jobs()
    with organised.db.transaction() as session:
        session.execute(sa.update(Notice).values(to_mail=True))

    organised.plugins.get("notices").digests.write(
        digest.Due(person_id=robin.id, key=f"digest:{robin.id}:2026-03-02"), MONDAY_NOON
    )

    assert len(mails(organised)) == 1


def test_what_was_read_or_may_no_longer_be_read_makes_no_mail(organised, robin, article, run_jobs):
    tell(organised, robin, article, "1")
    with organised.db.transaction() as session:
        service.mark_read(session, robin.id, now=MONDAY_NOON)
    tell(organised, robin, article, "2")
    with organised.db.transaction() as session:
        session.execute(sa.update(Article).values(audience=2))

    ring(organised, MONDAY_NOON)
    run_jobs()

    assert mails(organised) == []
    with organised.db.reading() as session:
        unread = session.scalar(sa.select(queries.unread_of(sa.literal(robin.id))))
    assert unread == 0, "what nobody may read counts as read"


@pytest.mark.parametrize("why", ["no address", "left", "no daily mail", "portal only", "a wrong address"])
def test_who_is_not_to_get_a_mail_gets_none(organised, robin, article, run_jobs, why):
    tell(organised, robin, article, "1")
    with organised.db.transaction() as session:
        person = session.get_one(Person, robin.id)
        if why == "no address":
            person.mail = ""
        elif why == "a wrong address":
            person.mail = "robin at home"
        elif why == "left":
            accounts.leave(session, person, by=None, now=MONDAY_NOON)
        elif why == "no daily mail":
            service.choose(session, robin.id, {}, daily_mail=False)
        else:
            service.choose(session, robin.id, {"articles.watched": "portal"}, daily_mail=True)

    ring(organised, MONDAY_NOON)
    run_jobs()

    assert mails(organised) == []


def test_who_is_away_gets_no_mail_and_is_told_of_everything_when_they_are_back(
    organised, robin, article, run_jobs, frozen_clock
):
    tell(organised, robin, article, "1")
    with organised.db.transaction() as session:
        monday, person = MONDAY_NOON.date(), session.get_one(Person, robin.id)
        absences.add(session, person, monday, monday + DAY, by=robin.id, today=monday)

    for days in (0, 1):
        frozen_clock(MONDAY_NOON + days * DAY)
        ring(organised, MONDAY_NOON + days * DAY)
        run_jobs()
        tell(organised, robin, article, f"away {days}")
    assert mails(organised) == []

    frozen_clock(MONDAY_NOON + 2 * DAY)
    ring(organised, MONDAY_NOON + 2 * DAY)
    run_jobs()

    assert [mail.subject for mail in mails(organised)] == ["3 notices from Frontline"]


def test_somebody_is_away_on_days_of_the_place_where_they_are(organised, robin, make_person, article):
    night_there = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)  # Tuesday noon in Auckland, Monday afternoon in Los Angeles
    kim = make_person("Kim Lee")
    with organised.db.transaction() as session:
        for person, zone in ((robin, "Pacific/Auckland"), (kim, "America/Los_Angeles")):
            row = session.get_one(Person, person.id)
            row.mail, row.time_zone = "somebody@example.org", zone
            absences.add(session, row, night_there.date(), night_there.date(), by=None, today=night_there.date())
    tell(organised, robin, article, "1")
    tell(organised, kim, article, "1")

    with organised.db.reading() as session:
        due = digest.due(session, night_there)

    assert due == [digest.Due(person_id=robin.id, key=f"digest:{robin.id}:2026-03-03")]


@pytest.mark.parametrize(
    ("moment", "works"),
    [
        ("2026-03-02 06:59", False),  # Monday, 7:59 in Berlin
        ("2026-03-02 07:00", True),
        ("2026-03-02 15:59", True),
        ("2026-03-02 16:00", False),
        ("2026-03-07 12:00", False),  # Saturday
        ("2026-05-01 12:00", False),  # a holiday
        ("2026-06-02 06:00", True),  # 8:00 in summer
    ],
)
def test_mails_are_written_in_working_hours_of_the_place(moment, works):
    berlin = Calendar(time_zone="Europe/Berlin", holidays="DE")

    assert digest.in_working_hours(berlin, datetime.fromisoformat(moment).replace(tzinfo=UTC)) is works


def test_the_hours_are_those_of_the_person_where_they_chose_a_time_zone(organised, robin, article, run_jobs):
    tell(organised, robin, article, "1")
    with organised.db.transaction() as session:
        session.get_one(Person, robin.id).time_zone = "Pacific/Auckland"  # one in the night at noon in UTC

    ring(organised, MONDAY_NOON)
    run_jobs()
    assert mails(organised) == []

    with organised.db.reading() as session:
        due = digest.due(session, MONDAY_NOON + timedelta(hours=8))
    assert due == [digest.Due(person_id=robin.id, key=f"digest:{robin.id}:2026-03-03")]


def test_the_mail_speaks_the_language_of_the_person(organised, robin, article):
    with organised.db.transaction() as session:
        session.get_one(Person, robin.id).language = "de"
    tell(organised, robin, article, "1")
    with organised.db.reading() as session:
        person = session.get_one(Person, robin.id)
        row = session.scalars(sa.select(Notice)).one()
        told = queries.in_words(session, rights_of(session, person), [row])
        letter = organised.plugins.get("notices").digests.letter(told, person)

    assert 'lang="de"' in letter.html

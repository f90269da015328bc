"""The daily mail on its whole way: the schedule finds it due, a job writes it, another hands it to a mail server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accounts.models import Person
from portal.articles.models import Article
from portal.core.mail import Mail
from portal.core.portal import Portal
from portal.notices import service
from portal.notices.service import News
from portal.testing import NOON
from tests.core import mail_server
from tests.core.mail_server import MailServer

DAY = timedelta(days=1)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server.running() as running:
        yield running


@pytest.fixture
def app_settings(server: MailServer) -> dict[str, Any]:
    return server.settings(public_url="https://help.example.org")


@pytest.fixture
def works(organised: Portal, frozen_clock: Callable[[datetime], None], run_jobs: Callable[[], int]):
    """Let a worker do at a moment what is due: schedules, and the jobs that they lead to."""

    def at(moment: datetime) -> None:
        frozen_clock(moment)
        organised.worker(name="test").run_schedules(moment)
        run_jobs()

    return at


def test_what_is_unread_comes_by_mail_once_a_day_in_working_hours(
    organised: Portal,
    make_person: Callable[..., Person],
    make_article: Callable[..., Article],
    server: MailServer,
    works: Callable[[datetime], None],
):
    article = make_article("KB0101", audience="everyone")
    robin = make_person("Robin Bell")
    with organised.db.transaction() as session:
        session.execute(sa.update(Person).where(Person.id == robin.id).values(mail="robin@example.org"))

    def changed(key: str, at: datetime) -> None:
        data = {"article_id": article.id, "say": "changed"}
        with organised.db.transaction() as session:
            news = News(person_id=robin.id, kind="articles.watched", key=key, data=data)
            service.tell(session, [news], now=at)

    changed("1", NOON - DAY / 2)
    works(NOON - DAY / 2)
    assert server.taken == [], "nobody works at midnight"

    works(NOON)
    works(NOON + DAY / 12)

    ((sender, to, message),) = server.taken
    text = message.get_body(("plain",)).get_content()
    assert (sender, to) == ("desk@example.org", ["robin@example.org"])
    assert (message["Subject"], message["List-Unsubscribe"]) == (
        "1 notice from Frontline",
        "<https://help.example.org/notices/choices>",
    )
    assert "- What you watch: 1\n" in text
    assert "https://help.example.org/notices" in text
    assert article.title not in message.as_string()
    with organised.db.reading() as session:
        assert session.execute(sa.select(Mail.state, Mail.text)).all() == [("sent", "")]

    works(NOON + DAY)
    assert len(server.taken) == 1, "what was told once is not told again"
    changed("2", NOON + DAY)
    works(NOON + DAY + DAY / 24)
    assert [message["Subject"] for _sender, _to, message in server.taken] == ["1 notice from Frontline"] * 2

"""What waits for a mail server keeps nothing else waiting."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from portal.core import jobs, mail
from portal.core.events import Job
from portal.core.portal import Portal
from tests.core.mail_server import MailServer
from tests.served import free_port

MAILS = 20


class SlowServer(MailServer):
    """A mail server that thinks about each mail for a sixth of a second."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - its name there
        """Think, then take it."""
        await asyncio.sleep(0.17)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def server() -> Iterator[SlowServer]:
    slow = SlowServer(port=free_port())
    controller = Controller(slow, hostname="127.0.0.1", port=slow.port)
    controller.start()
    yield slow
    controller.stop()


@pytest.fixture
def app_settings(server: SlowServer) -> dict[str, Any]:
    return server.settings()


def waiting(house: Portal, listener: str) -> int:
    with house.db.reading() as session:
        return len(session.scalars(sa.select(Job.id).where(Job.listener == listener)).all())


def until(met: Callable[[], bool], seconds: float) -> float:
    """Wait until it is so; returns how long that took."""
    start = time.monotonic()
    while not met():
        assert time.monotonic() - start < seconds, "it took too long"
        time.sleep(0.01)
    return time.monotonic() - start


def test_an_article_is_indexed_while_twenty_mails_wait_for_a_slow_server(organised, server, make_article):
    for number in range(MAILS):
        with organised.db.transaction() as session:
            mail.queue(session, f"person{number}@example.org", "News", "Something is new.", kind="tests.news")
    stop = threading.Event()
    work = threading.Thread(target=jobs.work_in_lanes, args=(lambda lane: organised.worker(lane=lane), stop))
    work.start()
    try:
        until(lambda: bool(server.taken), 10)

        make_article("KB0101")
        until(lambda: not waiting(organised, "search.index_documents"), 2)

        assert len(server.taken) < MAILS / 2
        assert waiting(organised, mail.SENDING) > MAILS / 2
        until(lambda: len(server.taken) == MAILS and not waiting(organised, mail.SENDING), 20)
    finally:
        stop.set()
        work.join()
    with organised.db.reading() as session:
        assert session.scalars(sa.select(jobs.WorkerRow)).all() == [], "both said good-bye"


def test_a_worker_that_is_to_stop_ends_the_mail_under_way_and_leaves_the_others_to_the_next_one(organised, server):
    with organised.db.transaction() as session:
        for number in range(MAILS):
            mail.queue(session, f"person{number}@example.org", "News", "Something is new.", kind="tests.news")
    stop = threading.Event()
    work = threading.Thread(target=jobs.work_in_lanes, args=(lambda lane: organised.worker(lane=lane), stop))
    work.start()
    until(lambda: bool(server.taken), 10)

    stop.set()
    work.join()

    sent = len(server.taken)
    assert sent < jobs.CLAIM_OUTSIDE
    with organised.db.reading() as session:
        jobs_left = sa.select(Job.taken_at, Job.taken_by, Job.tries, Job.error).where(Job.listener == mail.SENDING)
        left = session.execute(jobs_left).all()
    assert [tuple(row) for row in left] == [(None, None, 0, None)] * (MAILS - sent)

    following = organised.worker(name="the next one", lane="mail")
    while following.run_due(jobs.clock.now()):
        pass
    assert sorted(message["To"] for _sender, _to, message in server.taken) == sorted(
        f"person{number}@example.org" for number in range(MAILS)
    )


def test_each_lane_takes_its_own_jobs_and_a_worker_without_a_lane_takes_all(organised, make_article):
    with organised.db.transaction() as session:
        mail.queue(session, "robin@example.org", "News", "Something is new.", kind="tests.news")
    make_article("KB0101")
    now = jobs.clock.now()

    organised.worker(name="main", lane="").run_due(now)
    assert waiting(organised, mail.SENDING) == 1
    assert waiting(organised, "search.index_documents") == 0

    organised.worker(name="mails", lane="mail").run_due(now)
    assert waiting(organised, mail.SENDING) == 0


def test_every_listener_works_in_a_lane_that_is_worked_in(house):
    assert {listener.on.lane for listener in house.bus.listeners.values()} <= set(jobs.LANES)


def test_only_the_first_lane_keeps_the_schedules(house):
    assert [bool(house.worker(lane=lane).schedules) for lane in jobs.LANES] == [True, *(len(jobs.LANES) - 1) * [False]]
    assert house.worker().schedules == house.schedules

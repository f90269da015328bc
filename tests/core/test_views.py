"""The admin's pages of the ground floor: the trail, jobs that failed, switches."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.app import create_app
from portal.core.events import EventRow, Job
from portal.core.portal import LeftOut
from portal.testing import NOON, send
from tests.core.workbench import WorkbenchPlugin

pytestmark = pytest.mark.usefixtures("frozen_clock")

ERROR = 'Traceback (most recent call last):\n  File "x.py"\nOSError: <no> postman today\n'


@pytest.fixture
def app(instance):
    """The portal with the workbench."""
    made = create_app({"instance": str(instance)}, environ={}, plugins=[WorkbenchPlugin()])
    yield made
    made.extensions["portal"].close()


@pytest.fixture
def admin(as_role, house):
    """An administrator; what adding them told is forgotten."""
    browser = as_role("admin")
    with house.db.transaction() as session:
        session.execute(sa.delete(Job))
        session.execute(sa.delete(EventRow))
    return browser


@pytest.fixture
def add_events(house):
    """Write so many events, each with a parked job when asked to."""

    def add(count: int, *, name: str = "article.published", parked: bool = False, listener: str = "") -> None:
        with house.db.transaction() as session:
            for number in range(count):
                row = EventRow(
                    name=name, at=NOON + timedelta(minutes=number), actor_id=None, payload={"ref": f"KB{number:04}"}
                )
                session.add(row)
                session.flush()
                if parked:
                    session.add(
                        Job(
                            listener=listener or "search.index_documents",
                            event_id=row.id,
                            run_at=NOON,
                            tries=6,
                            parked_at=NOON,
                            error=ERROR,
                        )
                    )

    return add


def refs(answer) -> list[str]:
    return re.findall(r"ref: (KB\d+)", answer.text)


def csrf(answer) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)[1]


def count_statements(house, browser, address: str) -> int:
    """The statements of a page: the least of three, since each few seconds one looks at switches and the desk."""
    return min(_statements(house, browser, address) for _time in range(3))


def _statements(house, browser, address: str) -> int:
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    sa.event.listen(house.db.engine, "before_cursor_execute", note)
    browser.get(address)
    sa.event.remove(house.db.engine, "before_cursor_execute", note)
    return len(statements)


def test_the_trail_is_shown_newest_first_in_pages(admin, add_events):
    add_events(51)

    first, second = (admin.get(f"/admin/events?page={page}") for page in (1, 2))

    assert refs(first) == [f"KB{number:04}" for number in range(50, 0, -1)]
    assert refs(second) == ["KB0000"]
    assert ['rel="next"' in page.text for page in (first, second)] == [True, False]
    assert ['rel="prev"' in page.text for page in (first, second)] == [False, True]


def test_the_trail_can_be_narrowed_to_one_kind(admin, add_events):
    add_events(2)
    add_events(1, name="article.archived")

    page = admin.get("/admin/events?name=article.archived")

    assert refs(page) == ["KB0000"]
    assert "<option selected>article.archived</option>" in page.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "9" * 30])
@pytest.mark.parametrize("address", ["/admin/events", "/admin/jobs"])
def test_a_page_number_that_makes_no_sense_is_no_fault(admin, address, page):
    assert admin.get(f"{address}?page={page}").status_code == 200


def test_an_empty_trail_says_so(admin):
    assert "Nothing has happened yet" in admin.get("/admin/events").text


def test_jobs_that_failed_are_shown_with_their_error_and_can_be_tried_again(house, admin, add_events):
    add_events(3, parked=True)
    page = admin.get("/admin/jobs")
    job = re.search(r'name="id" value="(\d+)"', page.text)[1]

    one = admin.post("/admin/jobs/retry", data={"csrf_token": csrf(page), "id": job}, follow_redirects=True)
    rest = admin.post("/admin/jobs/retry", data={"csrf_token": csrf(page)}, follow_redirects=True)

    assert page.text.count("<code>OSError: &lt;no&gt; postman today</code>") == 3
    assert [each.text.count("postman today") for each in (one, rest)] == [2, 0]
    with house.db.reading() as session:
        states = session.execute(sa.select(Job.parked_at, Job.tries, Job.run_at)).all()
    assert states == [(None, 0, NOON)] * 3


@pytest.mark.parametrize("number", ["seven", "-1", "9" * 30, ""])
def test_a_job_that_nobody_can_mean_lets_no_other_be_tried(house, admin, add_events, number):
    add_events(2, parked=True)

    answer = send(admin, "/admin/jobs/retry", {"id": number}, follow_redirects=True)

    assert (answer.status_code, answer.text.count("postman today")) == (200, 2)


def test_the_admin_page_tells_of_jobs_that_failed(admin, add_events):
    before = admin.get("/admin").text
    add_events(1, parked=True)

    assert ("1 job failed and waits for you" in before) is False
    assert "1 job failed and waits for you" in admin.get("/admin").text


def test_jobs_of_a_listener_that_is_gone_are_not_shown(admin, add_events):
    add_events(1, parked=True, listener="badges.count")

    assert "Nothing failed" in admin.get("/admin/jobs").text


def test_plugins_are_listed_with_their_state_and_the_reason_of_those_left_out(house, admin):
    house.plugins.left_out.append(LeftOut("odd", "It asks for the portal >=2; this is 1.0.0."))

    text = admin.get("/admin/plugins").text

    assert "Switch Workbench off" in text
    assert 'odd <span class="list-note">It asks for the portal &gt;=2; this is 1.0.0.</span>' in text


def test_a_plugin_that_nobody_has_cannot_be_switched(admin):
    token = csrf(admin.get("/admin/plugins"))

    answer = admin.post("/admin/plugins/nothing", data={"csrf_token": token, "on": "yes"})

    assert (answer.status_code, "There is no plugin nothing." in answer.text) == (404, True)


@pytest.mark.parametrize("address", ["/admin", "/admin/plugins", "/admin/jobs", "/admin/events"])
def test_only_administrators_come_in(client, as_role, address):
    others = [as_role(role).get(address).status_code for role in ("end_user", "coach", "lead")]

    assert (client.get(address).status_code, others) == (302, [403, 403, 403])


@pytest.mark.parametrize("address", ["/admin/jobs", "/admin/events"])
def test_the_number_of_queries_does_not_grow_with_what_is_listed(house, admin, add_events, address):
    add_events(1, parked=True)
    at_one = count_statements(house, admin, address)
    add_events(2, parked=True)

    assert count_statements(house, admin, address) == at_one

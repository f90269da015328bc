"""What happens at a set time: texts that go live, articles that retire, clocks that are put forward and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accounts.models import Person, Proficiency
from portal.articles import drafts, keeping, reviewing, texts, timing
from portal.articles.keeping_models import Timing
from portal.articles.models import Article, Revision
from portal.articles.timing import Moment
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import EventRow
from portal.core.portal import Portal
from portal.testing import NOON, MakeArticle
from tests.articles.writing import Desk, article

IN_AN_HOUR = Moment(at=NOON + timedelta(hours=1), zone="Europe/Berlin")


@pytest.fixture
def clock(frozen_clock: Callable[[datetime], None], house: Portal, run_jobs: Callable[[], int]) -> Callable[..., None]:
    """Let some hours pass, and the worker do what is due then."""

    def pass_by(**values: Any) -> None:
        moment = NOON + timedelta(**values)
        frozen_clock(moment)
        house.worker(name="clock").run_schedules(moment)
        run_jobs()

    return pass_by


def publish_at(desk: Desk, revision: Revision, moment: Moment = IN_AN_HOUR, **values: Any) -> Timing:
    own = revision.author_id == desk.id
    with desk.house.db.reading() as session:
        prepare = texts.ready if own else reviewing.ready
        ready = prepare(session, session.get_one(Revision, revision.id))
    with desk.house.db.transaction() as session:
        writer = drafts.writer_of(session, desk.rights)
        return timing.publish_at(session, writer, ready, moment, **({"now": NOON} | values))


def act(desk: Desk, name: str, *args: Any, **values: Any) -> Any:
    with desk.house.db.transaction() as session:
        return getattr(timing, name)(session, drafts.writer_of(session, desk.rights), *args, **({"now": NOON} | values))


def state_of(house: Portal, revision: Revision) -> str:
    with house.db.reading() as session:
        return session.get_one(Revision, revision.id).state


def times(house: Portal) -> list[tuple[str, str, str]]:
    with house.db.reading() as session:
        rows = session.scalars(sa.select(Timing).order_by(Timing.id))
        return [(each.act, each.state, each.ended_why) for each in rows]


def told(house: Portal, name: str) -> list[dict[str, Any]]:
    with house.db.reading() as session:
        rows = session.scalars(sa.select(EventRow).where(EventRow.name == name).order_by(EventRow.id))
        return [dict(row.payload) for row in rows]


@pytest.fixture
def writer(desk: Callable[..., Desk]) -> Desk:
    return desk("onsite", name="Ana Writer")


@pytest.fixture
def publisher(desk: Callable[..., Desk]) -> Desk:
    return desk("front_line", grant="publisher", name="Paul Publisher")


@pytest.mark.parametrize(
    ("day", "time", "zone", "at"),
    [
        ("2026-03-31", "14:30", "Europe/Berlin", datetime(2026, 3, 31, 12, 30, tzinfo=UTC)),
        ("2026-03-31", "8.05", "America/New_York", datetime(2026, 3, 31, 12, 5, tzinfo=UTC)),
        ("2026-03-02", "12:01", "UTC", datetime(2026, 3, 2, 12, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_the_one_that_the_clocks_of_the_zone_show(day: str, time: str, zone: str, at: datetime):
    assert timing.moment_of(day, time, zone, now=NOON) == Moment(at=at, zone=zone)


def test_of_a_time_that_comes_twice_the_first_is_meant():
    moment = timing.moment_of("2026-10-25", "02:30", "Europe/Berlin", now=NOON)

    assert moment == Moment(at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), zone="Europe/Berlin", is_twice=True)


@pytest.mark.parametrize(
    ("day", "time", "zone", "sentence"),
    [
        ("2026-03-29", "02:30", "Europe/Berlin", "On 2026-03-29 no clock in Europe/Berlin shows 02:30"),
        ("2026-03-02", "12:00", "UTC", "This time is over"),
        ("2025-03-02", "12:00", "UTC", "This day is over, or years away"),
        ("9999-12-31", "23:59", "America/New_York", "This day is over, or years away"),
        ("31.3.2026", "12:00", "UTC", "The day cannot be read"),
        ("2026-03-31", "24:00", "UTC", "The time cannot be read"),
        ("2026-03-31", "", "UTC", "The time cannot be read"),
        ("2026-03-31", "12:00", "Moon/Sea", "There is no time zone Moon/Sea"),
        ("2026-03-31", "12:00", "../../etc/passwd", "There is no time zone"),
    ],
)
def test_a_time_that_no_clock_shows_is_refused(day: str, time: str, zone: str, sentence: str):
    with pytest.raises(Refused, match=sentence):
        timing.moment_of(day, time, zone, now=NOON)


def test_a_text_that_was_accepted_for_a_time_goes_live_then_and_not_before(
    organised: Portal, writer: Desk, publisher: Desk, clock: Callable[..., None]
):
    text = writer.submit(writer.start_new())
    publish_at(publisher, text, why="With the new printers.")

    seen = [state_of(organised, text)]
    clock(minutes=59)
    seen.append(state_of(organised, text))
    clock(minutes=61)
    seen.append(state_of(organised, text))
    clock(minutes=63)

    with organised.db.reading() as session:
        live = session.get_one(Revision, text.id)
        found = session.get_one(Article, live.article_id)
    assert seen == ["submitted", "submitted", "live"]
    assert (live.decided_by, live.decided_why) == (publisher.id, "With the new printers.")
    assert live.published_at == NOON + timedelta(minutes=61)
    assert (found.state, found.confidence) == ("live", "validated")
    assert times(organised) == [("go_live", "done", "")]
    assert told(organised, "article.schedule_failed") == []


def test_a_writer_who_publishes_alone_hands_the_text_in_until_its_time(
    organised: Portal, publisher: Desk, clock: Callable[..., None]
):
    text = publisher.start_new()

    publish_at(publisher, text)
    waits = state_of(organised, text)
    with pytest.raises(Refused, match="not yours to change"):
        publisher.save(text, "Other words.\n")
    clock(minutes=61)

    assert (waits, state_of(organised, text)) == ("submitted", "live")
    assert article(organised, _ref(organised, text)).confidence == "not_validated"


def _ref(house: Portal, revision: Revision) -> str:
    with house.db.reading() as session:
        return session.get_one(Article, revision.article_id).ref


def test_a_candidate_sets_no_time_for_their_own_text_and_nobody_for_one_that_is_not_handed_in(
    writer: Desk, publisher: Desk, organised: Portal
):
    text = writer.start_new()

    with pytest.raises(Forbidden, match="A second person looks at this text first"):
        publish_at(writer, text)
    with pytest.raises(Refused, match="This text is not handed in"):
        publish_at(publisher, text)

    assert times(organised) == []


def test_a_time_is_taken_back_and_set_anew(
    organised: Portal, writer: Desk, publisher: Desk, clock: Callable[..., None], desk: Callable[..., Desk]
):
    text = writer.submit(writer.start_new())
    first = publish_at(publisher, text)
    second = publish_at(publisher, text, Moment(at=NOON + timedelta(hours=3), zone="UTC"))

    with pytest.raises(NotFound, match="There is no such time"):
        act(desk("end_user"), "take_back", second.id)
    act(publisher, "take_back", second.id)
    act(publisher, "take_back", second.id)
    clock(hours=4)

    assert first.id != second.id
    assert times(organised) == [("go_live", "dropped", ""), ("go_live", "dropped", "")]
    assert state_of(organised, text) == "submitted"
    assert [each["timing_id"] for each in told(organised, "article.time_dropped")] == [first.id, second.id]


def test_a_text_that_is_moved_otherwise_no_longer_waits(
    organised: Portal, writer: Desk, publisher: Desk, clock: Callable[..., None]
):
    text = writer.submit(writer.start_new())
    publish_at(publisher, text)

    writer.take_back(text)
    clock(hours=2)

    assert state_of(organised, text) == "draft"
    assert times(organised) == [("go_live", "dropped", "")]


def test_a_publishing_that_fails_leaves_the_text_submitted_and_tells_the_owner(
    organised: Portal, writer: Desk, publisher: Desk, clock: Callable[..., None]
):
    text = writer.submit(writer.start_new())
    timed = publish_at(publisher, text)
    with organised.db.transaction() as session:
        session.execute(sa.delete(Proficiency).where(Proficiency.person_id == publisher.id))

    clock(hours=2)
    clock(hours=3)

    assert state_of(organised, text) == "submitted"
    assert times(organised) == [
        ("go_live", "failed", "Whoever set the time may no longer decide on this. Somebody who may decides again.")
    ]
    assert told(organised, "article.schedule_failed") == [
        {
            "article_id": text.article_id,
            "ref": _ref(organised, text),
            "timing_id": timed.id,
            "act": "go_live",
            "revision_id": text.id,
            "writer_id": writer.id,
            "owner_role": "onsite-team",
        }
    ]


def test_a_publishing_fails_when_another_text_went_live_meanwhile(
    organised: Portal, make_article: MakeArticle, writer: Desk, publisher: Desk, clock: Callable[..., None]
):
    make_article("KB0101")
    text = writer.submit(writer.save(writer.start("KB0101"), "First.\n"), significance="changed")
    publish_at(publisher, text)
    publisher.publish(publisher.save(publisher.start("KB0101"), "Second.\n"), significance="changed")

    clock(hours=2)

    assert state_of(organised, text) == "submitted"
    assert times(organised)[0][:2] == ("go_live", "failed")
    assert "Another text of KB0101 went live" in times(organised)[0][2]


def test_whoever_left_publishes_nothing(organised: Portal, writer: Desk, publisher: Desk, clock: Callable[..., None]):
    text = writer.submit(writer.start_new())
    publish_at(publisher, text)
    with organised.db.transaction() as session:
        session.get_one(Person, publisher.id).left_at = NOON

    clock(hours=2)

    assert times(organised) == [("go_live", "failed", "Whoever set the time is no longer here. Decide on it again.")]


def test_only_one_text_of_an_article_waits_for_a_time(
    make_article: MakeArticle, writer: Desk, publisher: Desk, desk: Callable[..., Desk]
):
    make_article("KB0101")
    other = desk("onsite", name="Bo Other")
    first, second = (
        each.submit(each.save(each.start("KB0101"), f"{each.id}\n"), significance="changed") for each in (writer, other)
    )
    publish_at(publisher, first)

    with pytest.raises(Refused, match="Another text of KB0101 waits for its time already"):
        publish_at(publisher, second)


def test_an_article_retires_at_its_time_with_the_one_that_follows(
    organised: Portal, make_article: MakeArticle, desk: Callable[..., Desk], clock: Callable[..., None]
):
    make_article("KB0101")
    follows = make_article("KB0102", title="Print again after a jam")
    coach = desk("coach")

    with pytest.raises(Refused, match="KB0101 cannot follow itself"):
        act(coach, "retire_at", "KB0101", IN_AN_HOUR, successor="KB0101")
    with pytest.raises(Refused, match="There are no words yet"):
        act(coach, "retire_at", "KB0101", IN_AN_HOUR)
    act(coach, "retire_at", "KB0101", IN_AN_HOUR, successor="KB0102")
    clock(minutes=59)
    before = article(organised, "KB0101").state
    clock(minutes=61)

    after = article(organised, "KB0101")
    assert (before, after.state, after.successor_id) == ("live", "archived", follows.id)
    assert times(organised) == [("retire", "done", "")]


def test_an_article_that_is_archived_at_once_waits_no_longer(
    organised: Portal, make_article: MakeArticle, desk: Callable[..., Desk], clock: Callable[..., None]
):
    make_article("KB0101")
    coach = desk("coach")
    act(coach, "retire_at", "KB0101", IN_AN_HOUR, why="It is old.")

    with organised.db.transaction() as session:
        mine = drafts.writer_of(session, coach.rights)
        keeping.archive(session, mine, "KB0101", why="Now.", now=NOON)
        keeping.bring_back(session, mine, "KB0101", now=NOON)
    clock(hours=2)

    assert article(organised, "KB0101").state == "live"
    assert times(organised) == [("retire", "dropped", "")]


def test_an_article_whose_successor_went_stays_and_its_owner_is_told(
    organised: Portal, make_article: MakeArticle, desk: Callable[..., Desk], clock: Callable[..., None]
):
    make_article("KB0101")
    make_article("KB0102", title="Print again after a jam")
    coach = desk("coach")
    act(coach, "retire_at", "KB0101", IN_AN_HOUR, successor="KB0102")
    with organised.db.transaction() as session:
        keeping.archive(session, drafts.writer_of(session, coach.rights), "KB0102", why="Gone.", now=NOON)

    clock(hours=2)

    assert article(organised, "KB0101").state == "live"
    assert times(organised)[0][:2] == ("retire", "failed")
    assert [each["revision_id"] for each in told(organised, "article.schedule_failed")] == [None]


def test_a_time_that_is_set_twice_is_set_once(
    organised: Portal, make_article: MakeArticle, publisher: Desk, desk: Callable[..., Desk]
):
    make_article("KB0101")
    text, coach = publisher.start_new(), desk("coach")

    first, again = (publish_at(publisher, text, why=why) for why in ("With the printers.", " With the printers. "))
    retires, once_more = (act(coach, "retire_at", "KB0101", IN_AN_HOUR, why="It is old.") for _press in range(2))

    assert (again.id, once_more.id) == (first.id, retires.id)
    assert times(organised) == [("go_live", "waiting", ""), ("retire", "waiting", "")]
    assert [each["timing_id"] for each in told(organised, "article.time_set")] == [first.id, retires.id]
    assert told(organised, "article.time_dropped") == []


def test_of_two_who_set_a_time_at_once_the_second_learns_of_the_first(
    organised: Portal, make_article: MakeArticle, writer: Desk, publisher: Desk, desk: Callable[..., Desk]
):
    make_article("KB0101")
    text = writer.submit(writer.start_new())
    coach, other = desk("coach"), desk("coach", name="Bo Kent")
    later = Moment(at=NOON + timedelta(hours=3), zone="UTC")
    publish_at(publisher, text)
    first = act(coach, "retire_at", "KB0101", IN_AN_HOUR, why="It is old.")

    with pytest.raises(Refused, match="Somebody else has set a time for KB0101 already"):
        act(other, "retire_at", "KB0101", later, why="It is old.")
    with pytest.raises(Refused, match="Somebody else has set a time for KB1001 already"):
        publish_at(other, text, later)
    act(other, "take_back", first.id)
    act(other, "retire_at", "KB0101", later, why="It is old.")

    assert times(organised) == [("go_live", "waiting", ""), ("retire", "dropped", ""), ("retire", "waiting", "")]

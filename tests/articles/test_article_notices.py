"""Who is told what about articles, and that nobody is told what they may not read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import keeping, service, watching
from portal.articles.keeping_events import ArticleScheduleFailed
from portal.articles.models import Article, Revision
from portal.core.events import emit, replay
from portal.core.portal import Portal
from portal.notices import queries
from portal.notices.models import Notice
from portal.testing import NOON
from tests.articles.writing import Desk

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("frozen_clock")


def desk_of(house: Portal, person: Person) -> Desk:
    with house.db.reading() as session:
        return Desk(house, rights_of(session, session.get_one(Person, person.id)))


def told(house: Portal, person: Person) -> list[tuple[str, str, str]]:
    """What a person reads under the bell about articles, oldest first: kind, words and where it leads."""
    with house.db.reading() as session:
        rights = rights_of(session, session.get_one(Person, person.id))
        lines, _pages = queries.page_of(session, rights)
    ours = [each for each in reversed(lines) if each.kind.source == "articles"]
    return [(each.kind.name.removeprefix("articles."), each.line.text, each.line.path) for each in ours]


@pytest.fixture
def coach(organised: Portal, make_person: Callable[..., Person]) -> Person:
    return make_person("Coach", roles=["coach"])


@pytest.fixture
def writer(organised: Portal, make_person: Callable[..., Person]) -> Person:
    return make_person("Writer", roles=["front_line"])


def test_a_text_that_waits_is_told_to_whoever_looks_after_it(organised, coach, writer, run_jobs):
    draft = desk_of(organised, writer).start_new()

    desk_of(organised, writer).submit(draft)
    run_jobs()

    words = "“Printing does not work”: A text of yours to look after waits for a decision."
    assert told(organised, coach) == [("waiting", words, f"/review/{draft.id}")]
    assert told(organised, writer) == []


def test_where_the_owner_cannot_decide_the_coaches_hear(organised, coach, writer, make_person, run_jobs):
    owner = make_person("Owner", roles=["end_user"])
    with organised.db.transaction() as session:
        accounts.give_owner_role(session, "onsite-team", owner, by=None, now=NOON)
    draft = desk_of(organised, writer).start_new()

    desk_of(organised, writer).submit(draft)
    run_jobs()

    words = "“Printing does not work”: A text waits for a second person."
    assert told(organised, coach) == [("waiting", words, f"/review/{draft.id}")]
    assert told(organised, owner) == []


def test_what_was_decided_waits_no_longer_and_the_writer_hears(organised, coach, writer, run_jobs):
    draft = desk_of(organised, writer).start_new()
    desk_of(organised, writer).submit(draft)
    run_jobs()

    desk_of(organised, coach).send_back(draft, words="Say where the button is.")
    run_jobs()

    words = "“Printing does not work”: Your text came back with words."
    assert told(organised, writer) == [("own", words, f"/write/{draft.id}")]
    assert told(organised, coach) == []


def test_who_sent_a_text_back_hears_that_it_is_there_again(organised, coach, writer, make_person, run_jobs):
    second = make_person("Second", roles=["coach"])
    draft = desk_of(organised, writer).start_new()
    desk_of(organised, writer).submit(draft)
    desk_of(organised, second).send_back(draft, words="Shorter.")
    run_jobs()

    desk_of(organised, writer).submit(draft)
    run_jobs()

    words = "“Printing does not work”: A text that you sent back is there again."
    assert told(organised, second) == [("waiting", words, f"/review/{draft.id}")]


def test_a_text_that_was_accepted_is_told_to_its_writer(organised, coach, writer, run_jobs):
    draft = desk_of(organised, writer).start_new()
    desk_of(organised, writer).submit(draft)

    desk_of(organised, coach).accept(draft)
    run_jobs()

    with organised.db.reading() as session:
        address = session.scalars(sa.select(Article)).one().address
    own = ("own", "“Printing does not work”: Your text is live.", f"/kb/{address}")
    assert own in told(organised, writer)
    assert told(organised, coach) == []


@pytest.fixture
def live(make_article: Callable[..., Article], run_jobs: Callable[[], int]) -> Article:
    article = make_article("KB0101", audience="everyone")
    run_jobs()
    return article


def publish(house: Portal, coach: Person, significance: str, now: datetime = NOON) -> None:
    desk = desk_of(house, coach)
    draft = desk.start("KB0101")
    draft = desk.save(draft, f"Look at the {significance} screen.\n")
    desk.publish(draft, significance=significance, now=now)


def watch(house: Portal, person: Person, now: datetime = NOON, **what: Any) -> None:
    with house.db.transaction() as session:
        rights = rights_of(session, session.get_one(Person, person.id))
        watching.watch(session, rights, now=now, **what)


def test_watchers_hear_of_a_change_and_not_of_a_slip_of_the_pen(organised, coach, live, make_person, run_jobs):
    by_article, by_service = make_person("One"), make_person("Two")
    watch(organised, by_article, ref="KB0101")
    watch(organised, by_service, service_id="printing")
    watch(organised, coach, ref="KB0101")

    publish(organised, coach, "typo")
    run_jobs()
    assert [told(organised, each) for each in (by_article, by_service)] == [[], []]

    publish(organised, coach, "changed")
    run_jobs()

    line = ("watched", "“Printing does not work”: There is a new text.", f"/kb/{live.address}")
    assert [told(organised, each) for each in (by_article, by_service, coach)] == [[line], [line], []]


def test_whom_it_helped_hears_that_old_instructions_are_wrong(organised, coach, live, make_person, run_jobs):
    helped, watcher, other = make_person("Helped"), make_person("Watcher"), make_person("Other")
    watch(organised, watcher, ref="KB0101")
    for person, value in ((helped, "yes"), (other, "no")):
        with organised.db.transaction() as session:
            rights = rights_of(session, session.get_one(Person, person.id))
            service.give_verdict(
                session, "KB0101", rights=rights, visitor=None, value=value, words="", revision_id=None, now=NOON
            )

    publish(organised, coach, "old_is_wrong")
    run_jobs()

    line = ("wrong", "“Printing does not work”: Old instructions are now wrong.", f"/kb/{live.address}")
    assert [told(organised, each) for each in (helped, watcher, other)] == [[line], [line], []]


def test_watchers_hear_that_an_article_was_archived(organised, coach, live, make_person, run_jobs):
    watcher = make_person("Watcher")
    watch(organised, watcher, ref="KB0101")

    desk_of(organised, coach)._do(lambda session, me: keeping.archive(session, me, "KB0101", why="Gone.", now=NOON))
    run_jobs()

    line = ("watched", "“Printing does not work”: It was archived.", f"/kb/{live.address}")
    assert told(organised, watcher) == [line]


def test_what_somebody_may_no_longer_read_is_neither_told_nor_shown(organised, coach, live, make_person, run_jobs):
    watcher, late = make_person("Watcher"), make_person("Late")
    watch(organised, watcher, ref="KB0101")
    publish(organised, coach, "changed")
    run_jobs()
    assert len(told(organised, watcher)) == 1
    watch(organised, late, ref="KB0101")

    publish(organised, coach, "changed")
    with organised.db.transaction() as session:
        session.execute(sa.update(Article).values(audience=2))
    run_jobs()

    assert told(organised, watcher) == []
    with organised.db.reading() as session:
        unread = [session.scalar(sa.select(queries.unread_of(sa.literal(each.id)))) for each in (watcher, late)]
    assert unread == [1, 0]  # the one of before


def test_an_event_told_again_tells_nobody_twice_and_nobody_who_began_to_watch_later(
    organised, coach, live, make_person, run_jobs
):
    watcher = make_person("Watcher")
    watch(organised, watcher, NOON + HOUR, ref="KB0101")
    publish(organised, coach, "changed", NOON + 2 * HOUR)
    run_jobs()

    with organised.db.transaction() as session:
        replay(session, organised.bus, "articles", now=NOON)
    run_jobs()

    assert len(told(organised, watcher)) == 1


@pytest.mark.parametrize(
    ("significance", "weight"),
    [
        ("typo", "A slip of the pen."),
        ("changed", "Something changed."),
        ("old_is_wrong", "The old instructions are now wrong."),
    ],
)
def test_a_text_that_somebody_publishes_alone_is_told_to_whoever_looks_after_it_with_how_much_it_changes(
    organised, coach, live, make_person, run_jobs, significance, weight
):
    owner = make_person("Owner", roles=["front_line"])
    with organised.db.transaction() as session:
        accounts.give_owner_role(session, "onsite-team", owner, by=None, now=NOON)
    desk = desk_of(organised, coach)

    desk.publish(desk.save(desk.start("KB0101"), "Look at the small screen.\n"), significance=significance)
    run_jobs()

    words = f"“Printing does not work”: A text was published. {weight}"
    assert told(organised, owner) == [("looked_after", words, f"/kb/{live.address}")]


@pytest.mark.parametrize("act", ["go_live", "retire"])
def test_what_could_not_be_done_at_its_time_is_told_to_who_wrote_it_who_set_it_and_who_looks_after_it(
    organised, coach, writer, live, make_person, run_jobs, act
):
    owner = make_person("Owner", roles=["coach"])
    with organised.db.transaction() as session:
        accounts.give_owner_role(session, "onsite-team", owner, by=None, now=NOON)
    draft = desk_of(organised, writer).submit(desk_of(organised, writer).start("KB0101"), significance="changed")
    run_jobs()
    for person in (coach, owner):  # the text that waits has been told
        with organised.db.transaction() as session:
            session.execute(sa.delete(Notice).where(Notice.person_id == person.id))
    is_live = act == "go_live"
    with organised.db.transaction() as session:
        emit(
            session,
            ArticleScheduleFailed(
                actor_id=coach.id, article_id=live.id, ref="KB0101", timing_id=1, act=act, owner_role="onsite-team",
                revision_id=draft.id if is_live else None, writer_id=writer.id if is_live else None,
            ),
        )  # fmt: skip
    run_jobs()

    title = "“Printing does not work”: "
    own = ("own", title + "Your text could not go live at the set time.", f"/write/{draft.id}")
    waits = "It could not go live at the set time, and waits for a decision."
    looks_after = ("looked_after", title + "It could not be archived at the set time.", f"/kb/{live.address}")
    others = ("waiting", title + waits, f"/review/{draft.id}") if is_live else looks_after
    assert told(organised, writer) == ([own] if is_live else [])
    assert told(organised, coach) == told(organised, owner) == [others]


def test_a_suggestion_that_was_changed_and_accepted_is_told_to_who_made_it(
    organised, coach, live, make_person, run_jobs
):
    suggester = make_person("Suggester", roles=["front_line"])
    desk = desk_of(organised, suggester)
    draft = desk.save(desk.start("KB0101"), "Look at the small screen.\n")
    draft = desk.submit(draft, significance="changed")
    review = desk_of(organised, coach)
    draft = review._read(lambda session, _me: session.get_one(Revision, draft.id))

    review.adapt(draft, "Look at the small screen on top.\n", significance="changed")
    run_jobs()

    words = "“Printing does not work”: Your text is live, with changes by who reviewed it."
    assert told(organised, suggester) == [("own", words, f"/kb/{live.address}")]


def test_a_decision_that_was_taken_back_is_told_no_more(organised, coach, writer, run_jobs):
    draft = desk_of(organised, writer).start_new()
    desk_of(organised, writer).submit(draft)
    desk_of(organised, coach).send_back(draft, words="Say where to click.")
    run_jobs()
    before = told(organised, writer)

    desk_of(organised, coach).recall(draft)
    run_jobs()
    after = told(organised, writer)
    desk_of(organised, coach).send_back(draft, words="Say which button.")
    run_jobs()

    words = ("own", "“Printing does not work”: Your text came back with words.", f"/write/{draft.id}")
    assert (before, after, told(organised, writer)) == ([words], [], [words])

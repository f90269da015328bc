"""A small town that writes, answers and decides, day by day; what counts of it is worked out by the plugin."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from plugins.feedback import improvements
from plugins.gamification import sources, telling
from plugins.gamification.models import Contribution
from plugins.gamification.telling import Deed
from portal.accounts import proficiency, service
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import drafts, keeping
from portal.articles import service as articles
from portal.articles.models import Article, Revision
from portal.core import clock
from portal.core.events import EventRow, Job
from portal.core.portal import Portal
from portal.organisation import cli as organisation
from portal.organisation.models import Site, Unit
from portal.search import gap_moves, noting
from portal.search.askers import askers_of
from portal.search.gap_models import SearchGap
from portal.search.live import index_of
from portal.testing import NOON
from tests.articles.writing import Desk

DAY = timedelta(days=1)
CLOCK = 0.2
"""How often the jobs of the clock run between two others."""
ANSWERS = dict.fromkeys(range(1, 11), "yes")
KEPT = [each.name for each in Contribution.__table__.columns if each.name not in {"id", "recorded_at"}]


def words(name: str, count: int = 30) -> str:
    """So many words that are in no other text."""
    return " ".join(f"{name}{number}" for number in range(count)) + ".\n"


class Story:
    """One portal whose clock stands at some day after noon of the start."""

    def __init__(self, house: Portal, move: Callable[[datetime], None]) -> None:
        self.house, self._move, self.now = house, move, NOON
        organisation.load_when_empty(house)
        self.ids: dict[str, int] = {}
        self.refs: dict[str, str] = {}
        self.units = ("north", "south")
        with house.db.transaction() as session:
            site_id = session.scalars(sa.select(Site.id).order_by(Site.id)).first()
            session.add_all(Unit(id=each, name=each.title(), site_id=site_id) for each in self.units)

    def begin(self) -> None:
        """Put the clock back to the start."""
        self._move(NOON)

    def day(self, number: float) -> None:
        """Go to that day; what was due until then is done."""
        self.work()
        self.now = NOON + number * DAY
        self._move(self.now)
        self.work()

    def work(self) -> None:
        """Do what is due, as the worker does."""
        worker = self.house.worker(name="story")
        while worker.run_due(clock.now()) + worker.run_schedules(clock.now()):
            pass
        with self.house.db.reading() as session:
            assert session.scalars(sa.select(Job.error).where(Job.error.is_not(None))).all() == []

    def person(self, name: str, *roles: str, unit: int = 0) -> int:
        with self.house.db.transaction() as session:
            unit_id = self.units[unit]
            made = service.add_person(
                session, name=name.title(), login=name, roles=roles, unit_id=unit_id, now=self.now
            )  # fmt: skip
            self.ids[name] = made.id
        return self.ids[name]

    def move_to(self, name: str, unit: int) -> None:
        with self.house.db.transaction() as session:
            person = session.get_one(Person, self.ids[name])
            place = {"mail": "", "unit_id": self.units[unit], "party_id": None}
            service.change_person(session, person, name=person.name, login=person.login, **place, by=None, now=self.now)

    def roles(self, name: str, *roles: str, by: str) -> None:
        with self.house.db.transaction() as session:
            person = session.get_one(Person, self.ids[name])
            service.set_roles(session, person, roles, by=self.ids[by], now=self.now)

    def grant(self, name: str, kind: str, by: str) -> None:
        """Let a coach grant this, or take back what was granted where *kind* is empty."""
        with self.house.db.transaction() as session:
            person = session.get_one(Person, self.ids[name])
            seen = proficiency.standing_of(session, person.id, rights_of(session, person)).seen
            options: dict[str, Any] = {"reason": "Seen.", "by": self.ids[by], "seen": seen, "now": self.now}
            if kind:
                proficiency.grant(session, person, kind, **options)
            else:
                proficiency.withdraw(session, person, **options)

    def desk(self, name: str) -> Desk:
        with self.house.db.reading() as session:
            return Desk(self.house, rights_of(session, session.get_one(Person, self.ids[name])))

    def handed_in(self, name: str, body: str, ref: str = "") -> Revision:
        """A text of somebody that waits for a second person: a new article, or another text of *ref*."""
        desk = self.desk(name)
        draft = desk.start(ref) if ref else desk.start_new(body, audience="everyone")
        draft = desk.save(draft, body, now=self.now) if ref else draft
        return desk.submit(draft, significance="changed", now=self.now)

    def live(self, name: str, body: str, by: str, ref: str = "") -> str:
        """A text of somebody that another one accepts; returns the ref of the article."""
        made = self.desk(by).accept(self.handed_in(name, body, ref), now=self.now)
        return str(made.front["id"])

    def verdict(self, name: str, ref: str, value: str) -> None:
        rights = self.desk(name).rights
        with self.house.db.transaction() as session:
            articles.give_verdict(
                session, ref, rights=rights, visitor=None, value=value, words="", revision_id=None, now=self.now
            )  # fmt: skip

    def search(self, *names: str, words: str) -> None:
        """Somebody looks for something and finds nothing."""
        askers = askers_of(self.house)
        lines = [
            {"at": self.now, "words": words, "hits": 0, "service": "", "kind": "", "level": 0, "language": "en",
             "duration_ms": 2, "asker": askers.mark(self.ids[name]), "writes": False}
            for name in names
        ]  # fmt: skip
        with self.house.db.transaction() as session:
            noting.note_searches(session, lines)

    def open(self, name: str, ref: str, words: str) -> None:
        """Somebody opens an article from what a search found."""
        row = {"at": self.now, "words": words, "language": "en", "source": "article", "ref": ref, "writes": False}
        with self.house.db.transaction() as session:
            noting.note_opened(session, [row | {"asker": askers_of(self.house).mark(self.ids[name])}])

    def gap(self) -> int:
        """The one gap that there is."""
        with self.house.db.reading() as session:
            return session.scalars(sa.select(SearchGap.id)).one()

    def answer(self, name: str, gap_id: int, ref: str) -> None:
        sources, rights = index_of(self.house).sources, self.desk(name).rights
        with self.house.db.transaction() as session:
            gap_moves.answer(
                session, sources, gap_id, ref=ref, rights=rights, person_id=self.ids[name], now=self.now
            )  # fmt: skip

    def reject(self, name: str, gap_id: int) -> None:
        with self.house.db.transaction() as session:
            gap_moves.reject(session, gap_id, reason="They made it up.", person_id=self.ids[name], now=self.now)

    def bring_back(self, name: str, ref: str, number: int, by: str) -> None:
        """Let a text of before be live again."""
        query = sa.select(Revision.id).join(Article, Article.id == Revision.article_id)
        with self.house.db.reading() as session:
            old = session.scalars(query.where(Article.ref == ref, Revision.number == number)).one()
        draft = self.desk(name).restore(old, now=self.now)
        self.desk(by).accept(self.desk(name).submit(draft, significance="changed", now=self.now), now=self.now)

    def merge(self, name: str, ref: str, into: str) -> None:
        with self.house.db.transaction() as session:
            keeping.merge(session, drafts.writer_of(session, self.desk(name).rights), ref, into, now=self.now)

    def unmerge(self, name: str, ref: str) -> None:
        with self.house.db.transaction() as session:
            keeping.bring_back(session, drafts.writer_of(session, self.desk(name).rights), ref, now=self.now)

    def improvement(self, proposer: str, owner: str, checker: str, coach: str) -> int:
        """Something that somebody proposed, another one delivered and a third one checked; returns its id."""
        texts = improvements.Texts(title="A button", said="It is hard to see.")
        with self.house.db.transaction() as session:
            made = improvements.propose(session, texts, self.desk(proposer).rights, now=self.now)
            steps = ((coach, "accept", ""), (owner, "deliver", "It is blue."), (checker, "check", ""))
            for saves, (who, step, said) in enumerate(steps):
                improvements.move(
                    session, made.id, step, self.desk(who).rights, saves=saves, words=said,
                    owner_id=self.ids[owner], now=self.now,
                )  # fmt: skip
            return made.id

    def reused(self, ref: str, by: str, credited: str, at: datetime) -> None:
        """Tell what the room of requests will tell one day."""
        deed = Deed(
            kind="article.reused", key=f"{ref}:{at:%j}", at=at, actor_id=self.ids[by], credited=[self.ids[credited]],
            subject=("article", ref), source="requests",
        )  # fmt: skip
        with self.house.db.transaction() as session:
            telling.tell(session, deed, now=self.now)

    def tell_again(self, chance: random.Random) -> None:
        """Let the plugin hear everything that ever was told, in any order, with the clock's jobs in between."""
        bus = self.house.bus
        with self.house.db.reading() as session:
            rows = list(session.scalars(sa.select(EventRow).order_by(EventRow.id)))
        jobs = [(row, each.on) for row in rows for each in bus.listening(row.name) if each.owner == "gamification"]
        jobs = [(row, on) for row, on in jobs if not row.name.startswith("gamification.")]
        chance.shuffle(jobs)
        for row, on in jobs:
            told = bus.revive(row, on)
            with self.house.db.transaction() as session:
                on.handler(session, [told] if on.batch > 1 else told)
                if chance.random() < CLOCK:
                    for every in sources.schedules():
                        every.handler(session, self.now)

    def log(self) -> list[tuple[Any, ...]]:
        """Every row of the log but when it was written, and its id."""
        with self.house.db.reading() as session:
            rows = session.scalars(sa.select(Contribution)).all()
        return sorted((tuple(str(getattr(row, name)) for name in KEPT) for row in rows), key=str)

    def told(self, *kinds: str) -> list[tuple[Any, ...]]:
        """Kind, whom it credits, who acted and on which day, or what was taken back; in the order of the days."""
        names = {number: name for name, number in self.ids.items()}
        with self.house.db.reading() as session:
            rows = session.scalars(sa.select(Contribution)).all()
        found = []
        for row in sorted(rows, key=lambda each: (each.occurred_at, each.dedupe_key)):
            kind = row.retracts.partition(":")[0] if row.retracts else row.kind
            if kind in kinds:
                what = f"{row.retract_mode} {kind}" if row.retracts else kind
                day = (row.occurred_at - NOON) / DAY
                found.append((what, names[row.credit_id], names.get(row.actor_id, ""), day))
        return found

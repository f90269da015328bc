"""Random people write and review against a model: no divergence, no text lost, no move outside the table."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.accounts import service as accounts
from portal.accounts.models import Proficiency
from portal.accounts.rights import rights_of
from portal.app import build
from portal.articles import drafts, keeping, workflow
from portal.articles.models import Article, Revision, RevisionMove
from portal.articles.texts import Conflict, stored
from portal.core.errors import PortalError
from portal.organisation import cli as organisation
from portal.testing import NOON
from tests.articles.writing import Desk

PEOPLE = (("onsite", ""), ("onsite", "contributor"), ("front_line", "publisher"), ("coach", ""), ("end_user", ""))
STEPS = ("take_back", "discard", "take_up", "restore", "recall", "submit", "publish", "accept", "decline", "send_back")
ENDS = ("archive", "merge", "bring_back", "bring_back")
PUBLISHERS = frozenset((2, 3))  # of PEOPLE: they publish for everyone
STORIES = (
    ("submit", "send_back", "submit", "accept"),
    ("submit", "decline", "recall", "send_back", "recall", "accept"),
    ("submit", "take_back", "discard", "take_up", "submit", "decline", "take_up"),
)
ELSEWHERE = frozenset(("publish_on_time", "lead_on", "load"))  # done by jobs and files: tested there
OWN = frozenset(("take_back", "discard", "take_up", "submit", "publish"))
ALLOWED = {(name, source, move.to) for name, move in workflow.MOVES.items() for source in move.sources}


class Writing(RuleBasedStateMachine):
    """The model: every body that anybody was told is kept, and what each text that somebody holds says now."""

    template: Path
    seen: ClassVar[set[str]] = set()
    ended: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.house = build(
            {"instance": str(shutil.copytree(self.template, self.folder / "instance"))}, environ={}, plugins=()
        )
        self.kept: dict[int, str] = {}
        self.was_live: dict[int, str] = {}
        self.words = self.articles = 0

    @initialize()
    def people(self) -> None:
        self.desks = []
        organisation.load_when_empty(self.house)
        for number, (role, grant) in enumerate(PEOPLE):
            with self.house.db.transaction() as session:
                person = accounts.add_person(
                    session, name=f"P {number}", login=f"p{number}", password_hash=None, roles=[role], now=NOON
                )
                if grant:
                    row = Proficiency(person_id=person.id, kind=grant, reason="A test.", granted_at=NOON)
                    session.add(row)
            with self.house.db.reading() as session:
                self.desks.append(Desk(self.house, rights_of(session, person)))

        self._begin_with_every_move()

    def _begin_with_every_move(self) -> None:
        """One article that has been through every story, for chance to go on from."""
        self.start_new(1, "everyone")
        for story in (*STORIES, ("discard",)):
            self.story(1, 0, story, len(story))
        self.start_new(2, "everyone")
        with self.house.db.reading() as session:
            text = session.scalars(sa.select(Revision).order_by(Revision.id.desc())).first()
        assert text is not None
        self._take("publish", text, self.desks[2])
        for story in STORIES[1:]:  # only what somebody suggests is declined
            self.story(4, text.id - 1, story, len(story))
        self.start(0, text.id - 1)
        self.story(0, text.id - 1, ("submit",), 1)
        self.adapt(1, text.id)
        self.bring_back(2, 0)

    def teardown(self) -> None:
        self.house.close()
        shutil.rmtree(self.folder)

    @staticmethod
    def check(is_so: bool) -> None:
        assert is_so

    def _body(self) -> str:
        self.words += 1
        return f"Text {self.words}.\n"

    def _pick(self, number: int) -> Revision | None:
        with self.house.db.reading() as session:
            rows = session.scalars(sa.select(Revision).order_by(Revision.id)).all()
        return rows[number % len(rows)] if rows else None

    @rule(who=strategies.integers(0, 4), audience=strategies.sampled_from(["everyone", "support"]))
    def start_new(self, who: int, audience: str) -> None:
        if self.articles == 2:  # more would keep people apart
            return
        self.articles += 1
        body = self._body()
        made = self.desks[who].start_new(body, audience=audience)
        self.kept[made.id] = body

    @rule(who=strategies.integers(0, 4), number=strategies.integers(0, 50))
    def start(self, who: int, number: int) -> None:
        text = self._pick(number)
        if text is None:
            return
        with self.house.db.reading() as session:
            ref = session.get_one(Article, text.article_id).ref
        try:
            made = self.desks[who].start(ref)
        except PortalError:
            return
        self.kept.setdefault(made.id, made.body)
        assert self.kept[made.id] == made.body

    @rule(who=strategies.integers(0, 4), number=strategies.integers(0, 50), behind=strategies.integers(0, 2))
    def save(self, who: int, number: int, behind: int) -> None:
        """Save, now and then from a window that is behind."""
        text = self._pick(number)
        if text is None:
            return
        body = self._body()
        try:
            saved = self.desks[who].save(text, body, saves=text.saves - behind)
        except Conflict as conflict:
            both = (conflict.mine.body, conflict.theirs.body, behind > 0)
            self.check(both == (body, text.body, True))
        except PortalError:
            is_mine = text.author_id == self.desks[who].id
            self.check(not is_mine or text.state not in {"draft", "sent_back"})
        else:
            assert (behind, saved.author_id, saved.saves) == (0, self.desks[who].id, text.saves + 1)
            self.kept[saved.id] = body

    @rule(who=strategies.integers(0, 4), number=strategies.integers(0, 50))
    def put_together(self, who: int, number: int) -> None:
        """Say that a text was put together with the one that is live."""
        text = self._pick(number)
        if text is None:
            return
        with self.house.db.reading() as session:
            live = session.get_one(Article, text.article_id).live_revision_id
        body = self._body()
        try:
            saved = self.desks[who].save(text, body, base_revision_id=live)
        except PortalError:
            return
        self.kept[saved.id] = body

    def _who(self, who: int, text: Revision, step: str) -> Desk:
        """Usually somebody of whom the step makes sense: the writer, or one who publishes; else (4) anybody."""
        if who == 4 or step == "restore":
            return self.desks[who]
        if step in OWN:
            return next(desk for desk in self.desks if desk.id == text.author_id)
        return self.desks[2 + who % 2]

    @rule(who=strategies.integers(0, 4), number=strategies.integers(0, 50), choice=strategies.integers(0, 50))
    def move(self, who: int, number: int, choice: int) -> None:
        """Usually a step that the table has from where the text stands; else (4) any."""
        text = self._pick(number)
        if text is None:
            return
        open_to = [name for name in STEPS if text.state in workflow.MOVES[name].sources]
        open_to += ["restore"] if text.state == "superseded" else []
        steps = STEPS if who == 4 or not open_to else open_to
        step = steps[choice % len(steps)]
        desk = self._who(who, text, step)
        self._take(step, text, desk)

    @rule(
        who=strategies.sampled_from([0, 1, 4]),
        number=strategies.integers(0, 50),
        story=strategies.sampled_from(STORIES),
        length=strategies.integers(2, 8),
    )
    def story(self, who: int, number: int, story: tuple[str, ...], length: int) -> None:
        """Somebody who hands in and somebody who decides, some steps of their way together."""
        self.start(who, number)
        with self.house.db.reading() as session:
            mine = sa.select(Revision).where(Revision.author_id == self.desks[who].id)
            texts = session.scalars(mine.order_by(Revision.id.desc())).all()
        if not texts:
            return
        for step in story[:length]:
            with self.house.db.reading() as session:
                text = session.get_one(Revision, texts[0].id)
            self._take(step, text, self.desks[who] if step in OWN else self.desks[3])

    @rule(who=strategies.integers(0, 3), number=strategies.integers(0, 50))
    def bring_back(self, who: int, number: int) -> None:
        """Bring back a text that was live once, if there is one."""
        with self.house.db.reading() as session:
            before = sa.select(Revision).where(Revision.state == "superseded").order_by(Revision.id)
            texts = session.scalars(before).all()
        if texts:
            self._take("restore", texts[number % len(texts)], self.desks[who])

    def _take(self, step: str, text: Revision, desk: Desk) -> None:
        extra: dict[str, Any] = {"send_back": {"words": "Why."}, "decline": {"reason": "Why."}}.get(step, {})
        if step in {"submit", "publish", "accept"}:
            extra = {"significance": "changed"}
        try:
            moved = getattr(desk, step)(text, **extra)
        except PortalError:
            return
        assert (text.author_id == desk.id) is (step in OWN) or step == "restore"
        if step == "restore":
            self.kept[moved.id] = moved.body
            assert moved.body == text.body
        if moved.state == "live":
            assert moved.body == self.kept[moved.id]

    @rule(who=strategies.integers(0, 4), number=strategies.integers(0, 50))
    def adapt(self, who: int, number: int) -> None:
        text = self._pick(number)
        if text is None:
            return
        body = self._body()
        try:
            live = self.desks[2 + who % 2].adapt(text, body)
        except PortalError:
            return
        assert (live.author_id, live.origin_id) == (text.author_id, text.id)
        assert text.author_id != self.desks[2 + who % 2].id
        self.kept[live.id] = body

    @rule(who=strategies.integers(0, 4), number=strategies.integers(0, 1), step=strategies.sampled_from(ENDS))
    def end(self, who: int, number: int, step: str) -> None:
        """Archive one of the two articles, lead it to the other one, or bring it back."""
        with self.house.db.reading() as session:
            were_live = sa.select(Article.ref).where(Article.live_revision_id.is_not(None)).order_by(Article.id)
            refs = session.scalars(were_live).all()
        if not refs:
            return
        gone, other = refs[number % len(refs)], refs[(number + 1) % len(refs)]
        values: dict[str, Any] = {"into": other} if step == "merge" else {"why": "Why."}
        who = who if who in {0, 4} else 2 + who % 2
        desk = self.desks[who]
        try:
            with self.house.db.transaction() as session:
                getattr(keeping, step)(session, drafts.writer_of(session, desk.rights), gone, now=NOON, **values)
        except PortalError:
            return
        assert who in PUBLISHERS
        with self.house.db.reading() as session:
            found = session.scalars(sa.select(Article).where(Article.ref == gone)).one()
            stays = session.scalars(sa.select(Article).where(Article.ref == other)).one()
        self.check((found.state == "live") is (step == "bring_back"))
        self.check((found.is_merged, found.successor_id) == ((True, stays.id) if step == "merge" else (False, None)))
        self.ended.add(step)

    @invariant()
    def nothing_is_lost(self) -> None:
        with self.house.db.reading() as session:
            rows = session.scalars(sa.select(Revision)).all()
            articles = session.scalars(sa.select(Article)).all()
        assert {row.id: row.body for row in rows} == self.kept
        assert {row.id: row.title for row in rows if not stored(row).fields} == {}
        for row in rows:
            if row.state in {"live", "superseded"}:
                assert self.was_live.setdefault(row.id, row.body) == row.body
        live = {row.article_id: row.id for row in rows if row.state == "live"}
        assert live == {each.id: each.live_revision_id for each in articles if each.live_revision_id}
        under_way = [
            (row.article_id, row.author_id) for row in rows if row.state in {"draft", "submitted", "sent_back"}
        ]
        assert len(under_way) == len(set(under_way))

    @invariant()
    def each_text_stands_where_its_moves_led(self) -> None:
        with self.house.db.reading() as session:
            moves = session.scalars(sa.select(RevisionMove).order_by(RevisionMove.id)).all()
            states = dict(session.execute(sa.select(Revision.id, Revision.state)).all())
        stands: dict[int, str] = {}
        for each in moves:
            assert (each.move, each.from_state, each.to_state) in ALLOWED
            assert stands.get(each.revision_id) == each.from_state
            stands[each.revision_id] = each.to_state
            self.seen.add(each.move)
        assert stands == states


@pytest.mark.parametrize("size", ["small", pytest.param("large", marks=pytest.mark.proof)])
def test_people_write_at_random_and_nothing_is_lost(migrated, size):
    full = os.environ.get("PROOF_ROUNDS", "full") == "full"
    runs, steps = (10, 40) if size == "small" else (100 if full else 20, 100)
    Writing.template = migrated
    Writing.seen.clear()
    Writing.ended.clear()
    checks = list(HealthCheck)
    limits = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=checks,
    )

    run_state_machine_as_test(Writing, settings=limits)

    assert Writing.seen == set(workflow.MOVES) - ELSEWHERE

"""Whatever people do, in whatever order, nothing goes live over a missing signature but by a recorded exception."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from plugins.handover import asking, excepting, linking, moving, people, plan, signing, sizing, standing, writing
from plugins.handover.models import Edit, Pack
from plugins.handover.moves import Given
from plugins.handover.said_models import UNDERSTOOD, Question, Reading, Vouch, Waiver
from portal.core.errors import PortalError
from tests.plugins.handover.company import NOW, Company, fill, filled

NAMES = ("ana", "lea", "fin", "ono", "oda", "bea", "ben", "cem", "hal", "uma")
GIVEN = Given(reason="Because the law begins on Monday.", risk="Forty people wait for a day.", is_confirmed=True,
              extra_days=3, is_front_line_told=True)  # fmt: skip
LIVE = {plan.LIVE, plan.EARLY_LIFE, plan.CLOSED}


class Doings:
    """What people may try; each is told who tries it and with what."""

    def __init__(self, session: Session, company: Company, pack: Pack) -> None:
        self.session, self.company, self.pack, self.now = session, company, pack, NOW

    def move(self, name: str, pick: int) -> None:
        to = plan.STATES[pick % len(plan.STATES)]
        moving.move(self.session, self.pack, to, self._actor(name), GIVEN, now=self.now)

    def sign(self, name: str, pick: int) -> None:
        parties = [party.id for party, _asked in people.parties_of(self.session, self.pack.id)]
        signing.sign(self.session, self.pack, parties[pick % len(parties)], self._actor(name), now=self.now)

    def sign_by_link(self, name: str, _pick: int) -> None:
        secret, _address = linking.make(self.session, self.pack, "payroll-supplier", self._actor(name), now=self.now)
        linking.sign(self.session, linking.opened(self.session, secret, now=self.now), "Sam", "", now=self.now)

    def send_back(self, name: str, pick: int) -> None:
        actor = self._actor(name)
        party = min(actor.parties) if actor.parties else "onsite"
        asked = [asking.Asked(text="What about people on leave?" if pick % 3 else "")]
        signing.send_back(self.session, self.pack, party, actor, asked, now=self.now)

    def answer(self, name: str, _pick: int) -> None:
        for question in self.session.scalars(sa.select(Question).where(Question.pack_id == self.pack.id)):
            if question.state == "open":
                asking.answer(self.session, self.pack, question, "They use the letter.", self._actor(name),
                              changed_pack=False, now=self.now)  # fmt: skip

    def edit(self, _name: str, pick: int) -> None:
        key = ("first_fixes", "never", "what_changes")[pick % 3]
        fill(self.session, self.pack, key, f"Text {pick % 5}.", by=self.company.ids["ana"], now=self.now,
             is_wording=bool(pick % 2))  # fmt: skip
        moving.follow(self.session, self.pack, now=self.now)

    def contest(self, name: str, _pick: int) -> None:
        edit = self.session.scalars(
            sa.select(Edit).where(Edit.pack_id == self.pack.id).order_by(Edit.id.desc())
        ).first()
        actor = self._actor(name)
        if edit is not None and actor.parties:
            writing.contest(self.session, self.pack, edit, min(actor.parties), by=actor.person_id, now=self.now)
            moving.follow(self.session, self.pack, now=self.now)

    def read(self, _name: str, _pick: int) -> None:
        for each in ("lea", "fin", "flo", "fay"):
            self.session.merge(Reading(pack_id=self.pack.id, person_id=self.company.ids[each], state=UNDERSTOOD,
                                       asked_at=self.now, version=self.pack.version, confirmed_at=self.now,
                                       quiz_passed_at=self.now))  # fmt: skip
        for what in ("G6", "G12"):
            self.session.merge(Vouch(pack_id=self.pack.id, version=self.pack.version, what=what, person_id=None,
                                     note="Looked at all of them.", at=self.now))  # fmt: skip
        self.session.flush()
        moving.follow(self.session, self.pack, now=self.now)

    def resize(self, name: str, pick: int) -> None:
        sizing.set_size(self.session, self.pack, plan.SIZES[pick % 3], self._actor(name),
                        agreed_by=self.company.ids["fin"], now=self.now)  # fmt: skip

    def except_it(self, name: str, pick: int) -> None:
        due: date = (self.now + timedelta(days=5)).date()
        given_ = Given(reason=GIVEN.reason, risk=GIVEN.risk if pick % 4 else "", accepted_by=self.company.ids["hal"],
                       debts={f"G{number}": due for number in range(1, 15)})  # fmt: skip
        excepting.go_live_anyway(self.session, self.pack, self._actor(name), given_, now=self.now)

    def wait(self, _name: str, pick: int) -> None:
        self.now += timedelta(days=pick % 40)

    def _actor(self, name: str):
        return self.company.actor(self.session, self.pack, name)


STEPS: list[Callable[..., None]] = [
    *(Doings.move, Doings.move, Doings.sign, Doings.sign, Doings.sign, Doings.sign_by_link, Doings.send_back),
    *(Doings.answer, Doings.edit, Doings.contest, Doings.read, Doings.read, Doings.resize, Doings.except_it),
    Doings.wait,
]
ONE = st.tuples(st.sampled_from(STEPS), st.sampled_from(NAMES), st.integers(0, 1000))


def _try(session: Session, doings: Doings, step: Callable[..., None], name: str, pick: int) -> None:
    with session.begin_nested() as tried:
        try:
            step(doings, name, pick)
        except PortalError:
            tried.rollback()


def _signed_by_all(session: Session, pack: Pack) -> bool:
    must = {party.id for party in standing.who_signs(pack, people.parties_of(session, pack.id))}
    return bool(must) and must <= standing.signed_parties(session, pack)


def _excepted(session: Session, pack: Pack) -> bool:
    return session.scalar(sa.select(Waiver.id).where(Waiver.pack_id == pack.id).limit(1)) is not None


def _run(session: Session, company: Company, size: str, steps: list[tuple[Callable[..., None], str, int]]) -> None:
    pack = filled(session, company, size=size)
    doings, was = Doings(session, company, pack), pack.state
    for step, name, pick in steps:
        before = (was, _signed_by_all(session, pack))
        _try(session, doings, step, name, pick)
        session.expire_all()
        if pack.state in LIVE and was not in LIVE:
            assert before[1] or _signed_by_all(session, pack) or _excepted(session, pack), (before, pack.state)
        was = pack.state


@pytest.mark.parametrize("size", plan.SIZES)
def test_nothing_goes_live_over_a_missing_signature(company: Company, size: str):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(ONE, max_size=40))
    def run(steps) -> None:
        with company.house.db.session() as session, session.begin() as outer:
            _run(session, company, size, steps)
            outer.rollback()

    run()


def test_the_test_would_see_it(company: Company):
    """A pack that is put live past the moves is noticed: the invariant has teeth."""

    def past_the_moves(doings: Doings, _name: str, _pick: int) -> None:
        doings.pack.state = plan.LIVE
        doings.session.flush()

    with company.house.db.session() as session, session.begin() as outer:
        with pytest.raises(AssertionError):
            _run(session, company, "M", [(past_the_moves, "ana", 0)])
        outer.rollback()


def test_it_can_go_live_in_such_steps(company: Company):
    """The steps above do lead to a pack that is live: what the property says is not said of nothing."""
    steps = [(Doings.move, "ana", plan.STATES.index(plan.IN_REVIEW)), (Doings.sign_by_link, "ana", 0)]
    steps += [(Doings.sign, "fin", 0), (Doings.sign, "ono", 1), (Doings.sign, "bea", 2), (Doings.sign, "bea", 3)]
    steps += [(Doings.read, "ana", 0), (Doings.move, "ana", plan.STATES.index(plan.LIVE))]
    with company.house.db.session() as session, session.begin() as outer:
        _run(session, company, "M", steps)
        pack = session.scalars(sa.select(Pack)).one()
        assert pack.state == plan.EARLY_LIFE
        assert isinstance(pack.live_at, datetime)
        outer.rollback()

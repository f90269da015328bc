"""What invented people answered, and what was done about it, for `portal demo`: by the services, the same each time.

A pulse round that is over and was published, answers after the verdicts of
four weeks, words that were tagged, a call-back that was made and one that
waits, and an improvement that was delivered.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import (
    anonymity,
    ask,
    asking,
    callbacks,
    improvements,
    inline,
    nameless,
    rounds,
    sealing,
    verbatims,
    wordings,
)
from plugins.feedback.anonymity import Keys
from plugins.feedback.bank import Question, Type
from plugins.feedback.callback_rules import State as CallState
from plugins.feedback.improvements import Source, Texts
from plugins.feedback.models import Answer, Verbatim
from plugins.feedback.round_models import Invited
from plugins.feedback.surveys import survey_now
from plugins.feedback.tokens import token_of
from portal.accounts.models import Person
from portal.accounts.queries import with_login
from portal.accounts.rights import Rights, rights_of
from portal.articles.models import Article, Verdict
from portal.articles.states import Asked
from portal.core import clock
from portal.core.portal import Portal

SEED: Final = 5
ANSWERS: Final = 0.75
"""How likely somebody answers who is asked."""
WROTE: Final = 0.5
ROUND_DAYS: Final = (60, 46, 40)
"""So many days ago the round began, ended and was published."""
WORDS: Final[Mapping[str, Sequence[str]]] = {
    "N4": (
        "Print the delivery notes before the lorry leaves at four.",
        "Read an order that a customer was asking about on the phone.",
        "Send the figures of the month to finance, they close today.",
        "Join the call with the supplier in Lyon.",
        "Book my hours before the time sheet closes.",
        "I had explained this twice already and still wait.",
    ),
    "S1": ("the label printer at gate three", "who signs for a new supplier", "badge for a visitor on Saturday"),
    "P7": (
        "A sheet that tells which lorry stands at which gate.",
        "A list of customers with their delivery windows.",
        "A small form with which we hand over the shift.",
        "The plan of holidays of our team.",
    ),
    "P8": (
        "Stock-taking in the last week of March.",
        "The spring catalogue, all of us are on the phone then.",
        "The audit in May.",
        "We move to the second floor after Easter.",
    ),
}
LOST_SEARCHES: Final = (("ana", "label printer gate three"), ("gitte", "visitor badge saturday"))


def fill(house: Portal, key: bytes) -> str:
    """Let people have been asked; nothing when they were already, or where nobody judged an article yet."""
    with house.db.reading() as session:
        if session.scalar(sa.select(Answer.id).limit(1)) or not session.scalar(sa.select(Verdict.id).limit(1)):
            return ""
    today = clock.now()
    keys = Keys(house.config.instance / "feedback")
    with house.db.transaction() as session:
        wordings.keep_shipped(session, today)
    took_part = _round(house, keys, today)
    answered = _after_verdicts(house, key) + _after_searches(house, key, today)
    with clock.frozen(today - timedelta(days=3)), house.db.transaction() as session:
        _follow_up(session)
    return f"People answered {answered} times, and {took_part} took part in a pulse round."


def _round(house: Portal, keys: Keys, today: datetime) -> int:
    """A pulse round from its first mail to what was done about it."""
    began, ended, told = (today - timedelta(days=days) for days in ROUND_DAYS)
    chance = random.Random(SEED)  # noqa: S311 - the same each time
    with clock.frozen(began), house.db.transaction() as session:
        admin = _person(session, "olu")
        survey = survey_now(session, wordings.bank_now(session), "P")
        asked = rounds.begin(session, survey, by=admin.id, closes_at=ended, now=began)
        round_id, form = asked.id, list(asked.form)
        people = session.scalars(sa.select(Invited.person_id).where(Invited.round_id == round_id)).all()
    took_part = 0
    for person_id in people:
        with clock.frozen(began + timedelta(days=1)), house.db.transaction() as session:
            bank = wordings.bank_now(session)
            given = _given(chance, [bank.questions[each] for each in form])
            if chance.random() >= ANSWERS or not given:
                continue
            asked = rounds.round_of(session, round_id)
            token = token_of(asked.secret, person_id)
            nameless.answer(session, asked, token, given, language="en", names=(), keys=keys, now=clock.now())
            took_part += 1
    with clock.frozen(ended), house.db.transaction() as session:
        rounds.close(session, round_id, keys=keys, now=ended)
    keys.forget(round_id)
    anonymity.sweep(house.db)
    with clock.frozen(told), house.db.transaction() as session:
        texts = Texts(
            title="Nobody explains the same thing twice",
            said="Many of you told the same story to three people before somebody could help.",
            effect="Whoever takes over reads what was said before.",
        )
        lead = _rights(session, "henrik")
        made = improvements.propose(session, texts, lead, sources=[Source(round_id=round_id)], now=told)
        owner = _person(session, "mara").id
        improvements.move(session, made.id, "accept", lead, saves=made.saves, owner_id=owner, now=told)
        rounds.publish(session, round_id, made.id, by=admin.id, now=told)
    return took_part


def _after_verdicts(house: Portal, key: bytes) -> int:
    """Answers a minute after each verdict, of those who felt like it."""
    people = _Answering(key, random.Random(SEED + 1))  # noqa: S311 - the same each time
    with house.db.reading() as session:
        query = sa.select(Verdict.id, Verdict.at).where(Verdict.asked == Asked.FIXED, Verdict.person_id.is_not(None))
        verdicts = session.execute(query.order_by(Verdict.at, Verdict.id)).all()
    count = 0
    for verdict_id, at in verdicts:
        now = at + timedelta(minutes=1)
        with clock.frozen(now), house.db.transaction() as session:
            verdict = session.get_one(Verdict, verdict_id)
            about = {"article": session.get_one(Article, verdict.article_id), "verdict": verdict}
            moment = f"article.answered_{verdict.value}"
            count += people.answer(session, moment, about, verdict.person_id)
    return count


def _after_searches(house: Portal, key: bytes, today: datetime) -> int:
    people = _Answering(key, random.Random(SEED + 2))  # noqa: S311 - the same each time
    count = 0
    for days_ago, (login, words) in enumerate(LOST_SEARCHES, start=4):
        now = today - timedelta(days=days_ago)
        with clock.frozen(now), house.db.transaction() as session:
            person = _person(session, login)
            count += people.answer(session, "search.empty", {"words": words}, person.id, always=True)
    return count


@dataclass(frozen=True)
class _Answering:
    """People who answer what a page asks them: *key* signs what is asked, *chance* decides what they say."""

    key: bytes
    chance: random.Random

    def answer(
        self, session: Session, moment: str, about: Mapping[str, object], person_id: int | None, *, always: bool = False
    ) -> int:
        """Answer as somebody, as far as the page asks; return whether they did."""
        now = clock.now()
        wants = always or self.chance.random() < ANSWERS
        nonce = f"{moment}{person_id}"
        shown = ask.ask(session, moment, about, person_id=person_id, key=self.key, nonce=nonce, now=now)
        if shown is None or not wants:
            return 0
        asked = sealing.opened(shown.token, self.key)
        given = _given(self.chance, [shown.bank.questions[place.id] for place in shown.form])
        if not given:
            return 0
        invitation = inline.invitation_for(session, asked, now)
        names = asking.names_for(session, invitation, given)
        asking.save_answers(session, invitation, given, language="en", names=names, now=now)
        return 1


def _given(chance: random.Random, questions: Sequence[Question]) -> dict[str, Sequence[str]]:
    """What somebody says: something to most questions, and now and then in their own words."""
    given: dict[str, Sequence[str]] = {}
    for question in questions:
        if question.type == Type.TEXT:
            if question.id in WORDS and chance.random() < WROTE:
                given[question.id] = [chance.choice(WORDS[question.id])]
        elif chance.random() < 0.9:
            values = [choice.value for choice in question.choices]
            # Little time lost is more common than much, and agreeing more common than not.
            weights = [len(values) - place for place in range(len(values))]
            if question.type in {Type.AGREE7, Type.FACE5}:
                weights.reverse()
            given[question.id] = chance.choices(values, weights=weights)
    return given


def _follow_up(session: Session) -> None:
    """A coach reads the words: one person is called, one will be, and something was improved."""
    now = clock.now()
    coach, lead = _rights(session, "grace"), _rights(session, "henrik")
    query = sa.select(Verbatim).where(Verbatim.question_id == "N4", Verbatim.person_id.is_not(None))
    found = session.scalars(query.order_by(Verbatim.written_on, Verbatim.text, Verbatim.id)).all()
    texts = _of_different_people(found, besides={coach.person_id, lead.person_id})
    texts.sort(key=lambda text: "delivery notes" in text.text)
    for text in texts:
        fitting, seen = text.suggested or ["bad_time"], verbatims.seen_at(text)
        verbatims.tag(session, text.id, fitting, "", coach, seen=seen, now=now)
    if len(texts) < 3:
        return
    called = callbacks.open_for_words(session, texts[0].id, coach, now=now)
    callbacks.assign(session, called.id, _person(session, "mara").id, lead, wishes=True)
    caller = _rights(session, "mara")
    callbacks.note_try(session, called.id, caller, now=now)
    outcome = "They could do it on the laptop of a colleague; their own is set up again tomorrow."
    callbacks.close(session, called.id, CallState.SETTLED, outcome, caller, now=now)
    callbacks.say_settled(session, called.token, "yes", now=now)
    callbacks.open_for_words(session, texts[1].id, lead, now=now)
    what = Texts(
        title="A second printer at the gate",
        said="Delivery notes could not be printed when the one printer at the gate stood still.",
        effect="No lorry waits for paper.",
    )
    made = improvements.propose(session, what, lead, sources=[Source(verbatim_id=texts[-1].id)], now=now)
    owner = _person(session, "emre").id
    improvements.move(session, made.id, "accept", lead, saves=made.saves, owner_id=owner, now=now)
    done = "There is a second printer at the gate since today, and everybody there knows how to switch to it."
    improvements.move(session, made.id, "deliver", lead, saves=made.saves, words=done, now=now)


def _of_different_people(found: Sequence[Verbatim], *, besides: set[int | None]) -> list[Verbatim]:
    first: dict[int | None, Verbatim] = {}
    for text in found:
        if text.person_id not in besides:
            first.setdefault(text.person_id, text)
    return list(first.values())


def _person(session: Session, login: str) -> Person:
    return with_login(session, login)


def _rights(session: Session, login: str) -> Rights:
    return rights_of(session, _person(session, login))

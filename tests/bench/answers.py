"""Answers in great number, as they stand after a year: put into the tables at once, then counted week by week."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import snapshots
from plugins.feedback.models import Answer, Invitation, Verbatim
from plugins.feedback.tokens import new_token
from portal.accounts.models import Person, PersonRole
from portal.app import build
from portal.articles.models import Article, Verdict
from portal.core import clock
from portal.organisation import demo
from portal.organisation.demo import UNITS
from tests.plugins.feedback.given import rows

AT_ONCE = 10_000
ON_ONE = 0.05
"""Of all answers that are about the one article that is measured."""
WEEKS, PEOPLE = 52, 8_000
UNIT_IDS = [key for key, *_about in UNITS]


def grow(instance: Path, ref: str, count: int) -> None:
    """Put in so many answers of a year, many of them about the article *ref*; make whoever is there a coach."""
    house = build({"instance": str(instance)}, environ={})
    chance, now = random.Random(5), clock.now()
    try:
        demo.fill(house)
        with house.db.transaction() as session:
            here = session.scalars(sa.select(Person.id)).all()
            session.add_all(PersonRole(person_id=person_id, role="coach", granted_at=now) for person_id in here)
            people = _people(session, chance, now)
            articles = list(session.execute(sa.select(Article.id, Article.live_revision_id, Article.service_id)))
            one = session.execute(
                sa.select(Article.id, Article.live_revision_id, Article.service_id).where(Article.ref == ref)
            ).one()
        made, counts = 0, set[tuple[int, int]]()
        while made < count:
            with house.db.transaction() as session:
                pick = lambda: one if chance.random() < ON_ONE else chance.choice(articles)  # noqa: E731
                made += _some(session, chance, people, pick, counts, now)
        for back in range(WEEKS, -1, -1):
            with house.db.transaction() as session:
                snapshots.take(session, now - timedelta(weeks=back))
    finally:
        house.close()


def _people(session: Session, chance: random.Random, now: datetime) -> list[tuple[int, str]]:
    session.execute(
        sa.insert(Person),
        [
            {"name": f"Somebody {number}", "unit_id": chance.choice(UNIT_IDS), "created_at": now}
            for number in range(PEOPLE)
        ],
    )
    return [(row.id, row.unit_id) for row in session.execute(sa.select(Person.id, Person.unit_id)) if row.unit_id]


def _some(
    session: Session,
    chance: random.Random,
    people: list[tuple[int, str]],
    article: Callable[[], Any],
    counts: set[tuple[int, int]],
    now: datetime,
) -> int:
    """Verdicts with what was answered after them; return how many answers. Who gave one that *counts* is known."""
    invitations: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    while len(answers) < AT_ONCE:
        about, (person_id, unit_id) = article(), chance.choice(people)
        at = now - timedelta(minutes=chance.randrange(2 * 24 * 60, WEEKS * 7 * 24 * 60))
        value = chance.choice(("yes", "yes", "partly", "no"))
        verdicts.append(
            {"article_id": about.id, "revision_id": about.live_revision_id, "person_id": person_id, "asked": "fixed",
             "value": value, "words": "", "at": at, "replaced_at": at if (about.id, person_id) in counts else None}
        )  # fmt: skip
        counts.add((about.id, person_id))
        said = [("A2", str(chance.randint(1, 7))), ("A3", str(chance.randint(1, 5)))]
        if value != "yes":
            said = [("N1", str(chance.randint(1, 6))), ("N2", str(chance.randint(1, 4)))]
        invitation, more = rows(
            said, at, person_id=person_id, article_id=about.id, revision_id=about.live_revision_id,
            service_id=about.service_id, unit_id=unit_id,
        )  # fmt: skip
        invitations.append(invitation)
        answers += more
        if value == "no":
            words.append(
                {"id": new_token(), "question_id": "N4", "version": 1, "invitation_id": invitation["id"],
                 "person_id": person_id, "article_id": about.id, "language": "en", "text": "It is not what I see here.",
                 "redactions": {}, "suggested": [], "tags": []}
            )  # fmt: skip
    session.execute(sa.insert(Verdict), verdicts)
    session.execute(sa.insert(Invitation), invitations)
    session.execute(sa.insert(Answer), answers)
    session.execute(sa.insert(Verbatim), words)
    return len(answers)

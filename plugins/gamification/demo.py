"""What invented people are recognised for, for `portal demo`: the same each time, and told to nobody.

Thanks of six weeks, somebody who left recognition, and, once the log was
written, something that a coach said does not count, with the wish that a
second coach look again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from plugins.gamification import choices, thanks, voiding
from plugins.gamification.models import Contribution, Review, Thanks
from portal.accounts.models import Person
from portal.accounts.queries import with_login
from portal.accounts.rights import rights_of
from portal.articles.models import Article
from portal.articles.queries import openable
from portal.core import clock
from portal.core.portal import Portal

SAID: Final = (
    (41, "hannah", "mara", "KB0007", "Two new colleagues had their folders on the first morning because of your list."),
    (
        34,
        "gitte",
        "tomasz",
        "",
        "You came over to gate three and had the scanner running before the lorry was unloaded.",
    ),
    (
        27,
        "ben",
        "lee",
        "KB0004",
        "I moved to the new phone in the train, and was in the meeting with the customer on time.",
    ),
    (
        20,
        "jo",
        "paul",
        "KB0015",
        "Three callers this week had exactly this. I read it out and all of them could go on.",
    ),
    (13, "eva", "tomasz", "", "You told our team what changes on Monday before anybody stumbled over it."),
    (
        8,
        "david",
        "ines",
        "KB0043",
        "My expenses had been stuck since spring. Now I know whom to ask, and they are paid.",
    ),
    (6, "mara", "jo", "", "You stayed on the line with a customer who had been sent around, until it was settled."),
    (
        5,
        "kim",
        "paul",
        "KB0036",
        "The offer that I had overwritten was back in ten minutes, and it went out the same day.",
    ),
)
"""Days ago, who said it to whom, about which article, and the words."""
LEFT: Final = "farid"
CREDITED: Final = "paul"
VOIDED_DAYS_AGO: Final = 4
"""Older than what people hear of late."""
WHY: Final = "This was tried out on a test device, and nobody was held up by it."
WISH: Final = "The device was on a desk where somebody waited for it. Tomasz can tell you about it."


def fill(house: Portal) -> str:
    """Let people have thanked each other, and one have left; nothing when anybody did already."""
    today = clock.now()
    with house.db.reading() as session:
        if session.scalar(sa.select(Thanks.id).limit(1)):
            return ""
    for days_ago, giver, receiver, ref, words in SAID:
        with clock.frozen(today - timedelta(days=days_ago)), house.db.transaction() as session:
            _say(session, giver, receiver, ref, words)
    with clock.frozen(today - timedelta(days=30)), house.db.transaction() as session:
        left = with_login(session, LEFT).id
        choices.choose(session, left, is_on=False, shown_to=choices.EVERYONE, now=clock.now())
    return f"People said thanks {len(SAID)} times, and one left recognition."


def look_again(house: Portal) -> str:
    """Let a coach have said that something does not count, once there is a log; nothing when one did already."""
    with clock.frozen(clock.now() - timedelta(days=VOIDED_DAYS_AGO)), house.db.transaction() as session:
        now, credited = clock.now(), with_login(session, CREDITED).id
        taken = aliased(Contribution)
        untouched = ~sa.select(taken.id).where(taken.retracts == Contribution.dedupe_key).exists()
        fixed = sa.select(Contribution).where(
            Contribution.credit_id == credited, Contribution.kind == "article.solved", Contribution.occurred_at < now
        )
        row = session.scalar(fixed.where(untouched).order_by(Contribution.occurred_at.desc(), Contribution.id).limit(1))
        if row is None or session.scalar(sa.select(Review.id).limit(1)):
            return ""
        voiding.void(session, row.id, by=with_login(session, "grace").id, reason=WHY, now=now)
        retraction = sa.select(Contribution.id).where(Contribution.retracts == row.dedupe_key)
        voiding.ask_again(session, credited, session.scalars(retraction).one(), words=WISH, now=now)
    return "Somebody asks a second coach to look again at what does not count."


def _say(session: Session, giver: str, receiver: str, ref: str, words: str) -> None:
    """Say it about the article, where there is one that the giver may open."""
    person: Person = with_login(session, giver)
    rights = rights_of(session, person)
    known = ref and session.scalar(sa.select(Article.id).where(Article.ref == ref, openable(rights)))
    thanks.say(
        session,
        giver_id=person.id,
        receiver_id=with_login(session, receiver).id,
        reason=words,
        rights=rights,
        ref=ref if known else "",
        now=clock.now(),
    )

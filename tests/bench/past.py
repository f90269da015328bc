"""An article with a long history, made by the services as people make it: begun, saved, published, again and again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.app import build
from portal.articles import beginning, drafting, drafts, texts
from portal.core import clock


def grow(instance: Path, ref: str, count: int) -> None:
    """Give the article *ref* so many texts, the first of them its own, in the hands of the first person there is."""
    house = build({"instance": str(instance)}, environ={})
    try:
        with house.db.reading() as session:
            person_id = session.scalars(sa.select(Person.id).order_by(Person.id)).first()
        rights = Rights(person_id=person_id, level=2, permissions=frozenset({"articles.write", "articles.publish"}))
        for number in range(2, count + 1):
            now = clock.now() - timedelta(hours=count - number)
            with house.db.transaction() as session:
                writer = drafts.writer_of(session, rights)
                draft = beginning.start(session, writer, ref, now=now)
                body, base_id = f"{draft.body}\nLine {number}.\n", draft.base_revision_id
                fields = texts.stored(draft).fields
                drafting.save(session, writer, draft.id, fields, body, saves=0, base_revision_id=base_id, now=now)
                ready = texts.ready(session, draft)
                drafting.publish(session, writer, ready, significance="changed", why=f"Line {number}.", now=now)
    finally:
        house.close()

"""People who write: each step in a transaction of its own, as an edge does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import adapting, beginning, drafting, drafts, history, reviewing, texts
from portal.articles.models import Article, Revision
from portal.articles.rules import Writer
from portal.articles.texts import Text
from portal.core.portal import Portal
from portal.testing import BODY, FRONT, NOON

FIELDS: dict[str, Any] = {name: value for name, value in FRONT.items() if name != "confidence"} | {
    "confidence": "not_validated",
    "audience": "support",
}


class Desk:
    """What one person does with texts."""

    def __init__(self, house: Portal, rights: Rights) -> None:
        self.house, self.rights = house, rights
        assert rights.person_id is not None
        self.id = rights.person_id

    def _do(self, act: Callable[[Session, Writer], Any]) -> Any:
        with self.house.db.transaction() as session:
            return act(session, drafts.writer_of(session, self.rights))

    def _read(self, act: Callable[[Session, Writer], Any]) -> Any:
        with self.house.db.reading() as session:
            return act(session, drafts.writer_of(session, self.rights))

    def start_new(self, body: str = BODY, **fields: Any) -> Revision:
        return self._do(lambda session, me: beginning.start_new(session, me, FIELDS | fields, body, now=NOON))

    def start(self, ref: str) -> Revision:
        return self._do(lambda session, me: beginning.start(session, me, ref, now=NOON))

    def save(self, revision: Revision, body: str | None = None, **changes: Any) -> Revision:
        """Save as the editor does: with what was read, and what the person changed."""
        options = {"saves": revision.saves, "base_revision_id": revision.base_revision_id, "now": NOON}
        for name in set(changes) & set(options):
            options[name] = changes.pop(name)
        fields = texts.stored(revision).fields | changes
        body = revision.body if body is None else body
        return self._do(lambda session, me: drafting.save(session, me, revision.id, fields, body, **options))

    def submit(self, revision: Revision, **values: Any) -> Revision:
        return self._with_ready(texts.ready, drafting.submit, revision, **values)

    def publish(self, revision: Revision, **values: Any) -> Revision:
        return self._with_ready(texts.ready, drafting.publish, revision, **values)

    def accept(self, revision: Revision, **values: Any) -> Revision:
        return self._with_ready(reviewing.ready, reviewing.accept, revision, **values)

    def _with_ready(self, prepare: Any, act: Any, revision: Revision, **values: Any) -> Revision:
        ready = self._read(lambda session, _me: prepare(session, session.get_one(Revision, revision.id)))
        return self._do(lambda session, me: act(session, me, ready, **({"now": NOON} | values)))

    def adapt(self, revision: Revision, body: str, **values: Any) -> Revision:
        options = {"base_revision_id": revision.base_revision_id, "now": NOON} | values
        fields = texts.stored(revision).fields | options.pop("fields", {})
        saves = options.pop("saves", revision.saves)
        ready = self._read(
            lambda session, me: adapting.ready_adapted(session, me, revision.id, fields, body, saves=saves)
        )
        return self._do(lambda session, me: adapting.adapt(session, me, ready, **options))

    def __getattr__(self, name: str) -> Any:
        """Any other step of the three services, by its name."""
        act = next(getattr(module, name) for module in (drafting, reviewing, history) if hasattr(module, name))
        return lambda thing, **values: self._do(
            lambda session, me: act(session, me, getattr(thing, "id", thing), **({"now": NOON} | values))
        )

    def sees(self, revision: Revision) -> bool:
        """Whether a text that is not live opens for them."""
        condition = self._read(
            lambda session, me: session.scalar(
                sa.select(Revision.id).where(Revision.id == revision.id, drafts.readable(me))
            )
        )
        return condition is not None

    def queue(self) -> list[str]:
        return [each.ref for each in self._read(drafts.queue)[0]]

    def reads(self, revision: Revision) -> Text:
        return self._read(lambda session, me: history.text_at(session, revision.id, self.rights, me))


def stand(house: Portal, ref: str) -> list[tuple[Any, ...]]:
    """The texts of an article: number, state, body."""
    with house.db.reading() as session:
        query = sa.select(Revision.number, Revision.state, Revision.body).join(
            Article, Article.id == Revision.article_id
        )
        return [tuple(row) for row in session.execute(query.where(Article.ref == ref).order_by(Revision.number))]


def article(house: Portal, ref: str) -> Article:
    with house.db.reading() as session:
        return session.scalars(sa.select(Article).where(Article.ref == ref)).one()

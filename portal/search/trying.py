"""Trying other synonyms out before they hold: which sentences would no longer find what they have to find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.search import contracts
from portal.search.contracts import Asked
from portal.search.documents import MustFind
from portal.search.live import LiveIndex
from portal.search.query import parse
from portal.search.synonyms import Synonyms, expanded

MOST: Final = 300
"""Sentences that are asked while somebody waits."""


def broken(session: Session, index: LiveIndex, now: Synonyms, then: Synonyms) -> list[Asked]:
    """The sentences that find their thing with the synonyms of *now* and would not with those of *then*.

    Only those are asked that would be looked for in another way.

    Raises:
        IndexUnusable: there is no index, or it is damaged.
        Refused: it would change too many to try them at once.
    """
    touched = []
    for each in _touched(session, index, now, then):
        touched.append(each)
        if len(touched) > MOST:
            raise Refused(
                _("More than %(most)s sentences that have to find an article would be read differently.", most=MOST),
                hint=_("Say it more exactly, in two words, or for one service."),
            )

    def lost(each: MustFind) -> Asked | None:
        before = index.ask(lambda engine: contracts.ask(engine, each, synonyms=now, meaning=index.meaning))
        if not before.is_kept:
            return None
        after = index.ask(lambda engine: contracts.ask(engine, each, synonyms=then, meaning=index.meaning))
        return None if after.is_kept else after

    return [found for each in touched if (found := lost(each)) is not None]


def _touched(session: Session, index: LiveIndex, now: Synonyms, then: Synonyms) -> Iterator[MustFind]:
    for each in contracts.every(session, index.sources):
        query = parse(each.sentence)
        if expanded(query, now) != expanded(query, then):
            yield each

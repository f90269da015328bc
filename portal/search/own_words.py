"""Words that people use for other words, as editors keep them: read, checked, written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.organisation.models import Service
from portal.search import analysis
from portal.search.models import SearchIndex, SearchSynonym
from portal.search.query import words_in
from portal.search.synonyms import Pair, Synonyms, shipped, with_own

PHRASE_WORDS: Final = 5
PHRASE_LENGTH: Final = 60
PHRASES: Final = 8
"""Phrases on one side."""
MOST: Final = 2_000
"""Rows that are kept."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row as a list shows it."""

    id: int
    pair: Pair
    service: str


def with_editors(session: Session) -> Synonyms:
    """Those that came with the portal, and what editors wrote down."""
    return with_own(shipped(), pairs(session).values())


def pairs(session: Session) -> dict[int, Pair]:
    """What editors wrote down, by the ids of the rows, in the order in which they did."""
    return {row.id: _pair(row) for row in session.scalars(sa.select(SearchSynonym).order_by(SearchSynonym.id))}


def _pair(row: SearchSynonym) -> Pair:
    return Pair(typed=tuple(row.typed), meant=tuple(row.meant), both=row.both, service=row.service)


def listed(session: Session, looked_for: str, *, page: int, per_page: int) -> tuple[list[Row], int]:
    """One page of what editors wrote down, the latest first, and how many there are; of those that hold some words."""
    wanted = looked_for.strip().casefold()
    found = [
        (id_, pair)
        for id_, pair in reversed(pairs(session).items())
        if not wanted or any(wanted in each.casefold() for each in (*pair.typed, *pair.meant))
    ]
    names = {row.id: row.name for row in session.execute(sa.select(Service.id, Service.name))}
    some = found[(page - 1) * per_page : page * per_page]
    return [Row(id=id_, pair=pair, service=names.get(pair.service, pair.service)) for id_, pair in some], len(found)


def one(session: Session, row_id: int) -> Pair:
    """One row. Raises ``NotFound``."""
    return _pair(_row(session, row_id))


def read(session: Session, *, typed: str, meant: str, both: bool, service: str) -> Pair:
    """Read what an editor typed, phrases parted by commas or on lines of their own.

    Raises:
        Refused: a side is empty, or says nothing that a search could look for, or too much.
    """
    pair = Pair(
        typed=_phrases(typed, "typed"),
        meant=_phrases(meant, "meant"),
        both=both,
        service=service,
    )
    same = {words_in(each) for each in pair.typed} & {words_in(each) for each in pair.meant}
    if same:
        message = _("“%(words)s” stands on both sides.", words=" ".join(min(same)))
        raise Refused(message, hint=_("Leave it where it belongs."), field="meant")
    if service and session.get(Service, service) is None:
        raise Refused(_("There is no such service."), hint=_("Choose one of the list, or none."), field="service")
    return pair


def _phrases(typed: str, field: str) -> tuple[str, ...]:
    found = dict.fromkeys(" ".join(each.split()) for each in re.split(r"[,;\n]", analysis.clean(typed[:4000])))
    phrases = tuple(each for each in found if each)
    if not phrases:
        raise Refused(_("There are no words."), hint=_("Write at least one word."), field=field)
    if len(phrases) > PHRASES:
        raise Refused(
            _("There are more than %(most)s phrases.", most=PHRASES), hint=_("Make two entries of it."), field=field
        )
    for each in phrases:
        words = words_in(each)
        if len(each) > PHRASE_LENGTH or max(len(words), len(each.split())) > PHRASE_WORDS:
            raise Refused(
                _("“%(words)s” is too long.", words=each[:PHRASE_LENGTH]),
                hint=_("Use %(most)s words at most; nobody types a whole sentence twice.", most=PHRASE_WORDS),
                field=field,
            )
        if not words or all(analysis.is_stop_word(word) for word in words):
            raise Refused(
                _("“%(words)s” has no word that a search looks for.", words=each),
                hint=_("Words such as “the” or “is” stand everywhere. Use those that tell."),
                field=field,
            )
    return phrases


def changes(session: Session) -> int:
    """How often they were changed: the same number means the same words."""
    return session.scalar(sa.select(SearchIndex.synonyms).where(SearchIndex.id == 1)) or 0


def then(known: dict[int, Pair], row_id: int | None, pair: Pair | None) -> Iterable[Pair]:
    """What stands once *pair* is written over the row of this id, or added, or (without a pair) the row is gone."""
    after = dict(known)
    if pair is None and row_id is not None:
        after.pop(row_id, None)
    elif pair is not None:
        after[row_id if row_id is not None else max(known, default=0) + 1] = pair
    return after.values()


def write(
    session: Session, row_id: int | None, pair: Pair | None, *, seen: int, person_id: int | None, now: datetime
) -> None:
    """Write a row anew or over an old one, or (without a pair) remove it, if nothing changed since *seen*.

    Raises:
        NotFound: there is no such row.
        Refused: somebody was quicker, it is there already, or there are too many.
    """
    if changes(session) != seen:
        raise Refused(
            _("Somebody else changed the words meanwhile."), hint=_("Nothing of yours is lost: press once more.")
        )
    if pair is None:
        session.delete(_row(session, row_id or 0))
    else:
        known = pairs(session)
        if any(other == pair for id_, other in known.items() if id_ != row_id):
            raise Refused(_("This entry is there already."), hint=_("Look for it in the list."), field="typed")
        if row_id is None and len(known) >= MOST:
            raise Refused(_("There are %(most)s entries.", most=MOST), hint=_("Remove some that nobody needs."))
        row = SearchSynonym() if row_id is None else _row(session, row_id)
        row.typed, row.meant, row.both, row.service = list(pair.typed), list(pair.meant), pair.both, pair.service
        row.changed_at, row.changed_by = now, person_id
        session.add(row)
    session.execute(sa.update(SearchIndex).values(synonyms=SearchIndex.synonyms + 1))
    session.flush()


def _row(session: Session, row_id: int) -> SearchSynonym:
    row = session.get(SearchSynonym, row_id)
    if row is None:
        raise NotFound(_("There is no such entry."), hint=_("Somebody may have removed it."))
    return row


def services(session: Session) -> Sequence[tuple[str, str]]:
    """The services that an entry can be kept for: id and name, by name."""
    rows = session.execute(sa.select(Service.id, Service.name).order_by(Service.name, Service.id))
    return [(row.id, row.name) for row in rows]

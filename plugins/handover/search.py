"""Packs as documents that can be found: by what people will say, by support, from signing until the pack is closed.

The known errors of a pack are a document of their own, so that a colleague
who types what goes wrong stands before the way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover.events import HandoverChangeRecorded, HandoverPackChanged, HandoverPackMoved
from plugins.handover.models import Change, ChangeService, Pack, Section
from plugins.handover.reading import READABLE
from plugins.handover.sections import SECTIONS
from portal.accounts.rights import Rights
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.search.documents import Document
from portal.search.hooks import Readable, Searchable

PACK, ERRORS = "pack", "pack_errors"
READ: Final = "handover.read"
LEVELS: Final = frozenset({1, 2})
PLACE: Final = {PACK: "", ERRORS: "/errors"}
IN_WORDS: Final = (("what_people_notice", "sentence"), ("first_fixes", "they_say"), ("known_errors", "error"))
"""Sections whose rows hold what people say, with the column."""
MOST_WORDS: Final = 20


def documents(session: Session, refs: Sequence[str]) -> list[Document]:
    """The documents of those of *refs* that are read now; for the others there is nothing to find."""
    return [
        _document(
            PACK,
            ref,
            change,
            service,
            title=change.title,
            body="\n\n".join(_text(key, said[key]) for key in SECTIONS if key in said),
            words=[row.get(column, "") for key, column in IN_WORDS if key in said for row in said[key].rows],
            updated_at=updated_at,
        )
        for ref, change, service, said, updated_at in _packs(session, refs)
    ]


def errors(session: Session, refs: Sequence[str]) -> list[Document]:
    """The known errors of those packs, as one document each."""
    return [
        _document(
            ERRORS,
            ref,
            change,
            service,
            title=_("Known errors: %(title)s", title=change.title),
            body=_text("known_errors", said["known_errors"]),
            words=[row.get("error", "") for row in said["known_errors"].rows],
            updated_at=updated_at,
        )
        for ref, change, service, said, updated_at in _packs(session, refs)
        if "known_errors" in said and said["known_errors"].rows
    ]


def listed(session: Session, after: str, limit: int) -> list[str]:
    """Refs of packs that are read now behind *after*, in the order of texts, at most *limit*."""
    ref = sa.cast(Pack.id, sa.String)
    query = sa.select(ref).where(Pack.state.in_(READABLE), ref > after)
    return list(session.scalars(query.order_by(ref).limit(limit)))


def readable_as(source: str) -> Callable[[Session, Sequence[str], Rights], Mapping[str, Readable]]:
    """Which of some packs may be shown to somebody now, as documents of *source*."""

    def readable(session: Session, refs: Sequence[str], rights: Rights) -> dict[str, Readable]:
        if not rights.may(READ):
            return {}
        ids = [int(ref) for ref in refs if ref.isascii() and ref.isdecimal()]
        changed = sa.func.max(Section.changed_at)
        query = (
            sa.select(Pack.id, Change.title, sa.func.coalesce(changed, Pack.created_at))
            .join(Change, Change.id == Pack.change_id)
            .outerjoin(Section, Section.pack_id == Pack.id)
            .where(Pack.id.in_(ids), Pack.state.in_(READABLE))
            .group_by(Pack.id, Change.title, Pack.created_at)
        )
        return {
            str(pack_id): Readable(
                address=f"/handover/{pack_id}{PLACE[source]}",
                title=title if source == PACK else _("Known errors: %(title)s", title=title),
                updated_at=updated_at,
            )
            for pack_id, title, updated_at in session.execute(query)
        }

    return readable


def _packs(session: Session, refs: Sequence[str]) -> list[tuple[str, Change, str, dict[str, Section], datetime]]:
    """Each pack with its change, its first service, its sections and when one of these changed last; three queries."""
    ids = [int(ref) for ref in refs if ref.isascii() and ref.isdecimal()]
    rows = session.execute(
        sa.select(Pack.id, Pack.created_at, Change)
        .join(Change, Change.id == Pack.change_id)
        .where(Pack.id.in_(ids), Pack.state.in_(READABLE))
        .order_by(Pack.id)
    ).all()
    services: dict[int, str] = {}
    for change_id, service_id in session.execute(
        sa.select(ChangeService.change_id, ChangeService.service_id)
        .where(ChangeService.change_id.in_([row.Change.id for row in rows]))
        .order_by(ChangeService.service_id)
    ):
        services.setdefault(change_id, service_id)
    said: dict[int, dict[str, Section]] = {row.id: {} for row in rows}
    for section in session.scalars(sa.select(Section).where(Section.pack_id.in_(said))):
        said[section.pack_id][section.key] = section
    return [
        (
            str(row.id),
            row.Change,
            services.get(row.Change.id, ""),
            said[row.id],
            max((section.changed_at for section in said[row.id].values()), default=row.created_at),
        )
        for row in rows
    ]


def _text(key: str, section: Section) -> str:
    rows = [" · ".join(filter(None, (row.get(column.key, "") for column in SECTIONS[key].columns)))
            for row in section.rows]  # fmt: skip
    return "\n".join(filter(None, [str(SECTIONS[key].question), *rows, section.text]))


def _document(source: str, ref: str, change: Change, service: str, **said: Any) -> Document:
    words = [word for word in dict.fromkeys(said.pop("words")) if word][:MOST_WORDS]
    return Document(
        key=f"{source}:{ref}:1",
        source=source,
        ref=ref,
        levels=LEVELS,
        words=tuple(words),
        tags=(change.ref,),
        kind="handover_note" if source == PACK else "known_error",
        service=service,
        needs=frozenset({READ}),
        **said,
    )


_EVENTS: Final = {
    HandoverPackMoved.name: "pack_id",
    HandoverPackChanged.name: "pack_id",
    HandoverChangeRecorded.name: "pack_id",
}
SEARCHABLES: Final = (
    Searchable(source=PACK, events=_EVENTS, documents=documents, refs=listed, readable=readable_as(PACK),
               kinds={"handover_note": _l("Change handed over")}),
    Searchable(source=ERRORS, events=_EVENTS, documents=errors, refs=listed, readable=readable_as(ERRORS),
               kinds={"known_error": _l("Known error")}),
)  # fmt: skip

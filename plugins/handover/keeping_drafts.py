"""Nothing dies with the pack: on closing, known errors and first fixes become drafts of articles.

Each known error is one draft, all first fixes together are another; they
belong to whoever owns the pack, or to whoever closed it where the owner is
gone. Running it twice makes nothing twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import plan, writing
from plugins.handover.models import Pack, Section
from plugins.handover.said_models import KeptDraft
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import beginning, capturing, drafts, starting
from portal.articles.capturing import Capture, CapturedDraft
from portal.articles.levels import Kind
from portal.articles.models import Article
from portal.articles.rules import Writer
from portal.core.i18n import SOURCE, speaking
from portal.core.i18n import gettext as _
from portal.organisation.models import Service

FIXES: Final = "first_fixes"
ERRORS: Final = "known_errors"


def keep(session: Session, pack: Pack, *, closed_by: int | None, now: datetime) -> list[str]:
    """Make the drafts of a closed pack that are not there yet; returns the ids of their articles."""
    if pack.state != plan.CLOSED:
        return []
    writer, service = _writer(session, pack, closed_by), _service(session, pack)
    if writer is None or service is None:
        return []
    person = session.get_one(Person, writer.person_id)
    there = set(session.scalars(sa.select(KeptDraft.what).where(KeptDraft.pack_id == pack.id)))
    made = []
    with speaking(person.language or SOURCE):
        for what, draft in _drafts(session, pack).items():
            if what in there:
                continue
            fields = starting.captured_fields(
                session, draft, writer, service=service, language=person.language or SOURCE
            )
            body = f"{draft.body}\n\n{_from_pack(pack)}\n"
            revision = beginning.start_new(session, writer, fields, body, now=now)
            ref = session.get_one(Article, revision.article_id).ref
            session.add(KeptDraft(pack_id=pack.id, what=what, article_ref=ref, made_at=now))
            made.append(ref)
    session.flush()
    return made


def _drafts(session: Session, pack: Pack) -> dict[str, CapturedDraft]:
    said = writing.sections_of(session, pack.id)
    found = {
        f"{ERRORS}:{number}": _known_error(pack, row)
        for number, row in enumerate(_rows(said, ERRORS))
        if row.get("error", "").strip()
    }
    if fixes := [row for row in _rows(said, FIXES) if row.get("they_say", "").strip()]:
        found[FIXES] = _fixes(pack, fixes)
    return found


def _known_error(pack: Pack, row: Mapping[str, str]) -> CapturedDraft:
    capture = Capture(said=row["error"], was=row["error"], helped=row.get("way_round", ""), problem_ref=pack.change.ref)
    return capturing.draft_of(capture)


def _fixes(pack: Pack, rows: Sequence[Mapping[str, str]]) -> CapturedDraft:
    """One page for all first fixes, found by what people said."""
    draft = capturing.draft_of(
        Capture(
            said="\n".join(row["they_say"] for row in rows),
            was="\n".join(row.get("it_is", "") for row in rows),
            helped="\n".join(f"{row['they_say']}: {row.get('do_this', '')}" for row in rows),
        )
    )
    title = capturing.title_from(pack.change.title)
    return dataclasses.replace(draft, title=title, kind=Kind.TROUBLESHOOTING)


def _rows(said: Mapping[str, Section], key: str) -> list[dict[str, str]]:
    return said[key].rows if key in said else []


def _from_pack(pack: Pack) -> str:
    return _("From the handover of %(ref)s, “%(title)s”.", ref=pack.change.ref, title=_plain(pack.change.title))


def _plain(text: str) -> str:
    """A title without signs that mean something in Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#" else sign for sign in text)


def _writer(session: Session, pack: Pack, closed_by: int | None) -> Writer | None:
    for person_id in (pack.owner_id, closed_by):
        person: Any = session.get(Person, person_id) if person_id is not None else None
        if person is not None and person.is_here:
            rights = rights_of(session, person)
            if rights.may("articles.write"):
                return drafts.writer_of(session, rights)
    return None


def _service(session: Session, pack: Pack) -> str | None:
    named = next((each.service_id for each in pack.change.services), None)
    if named is not None:
        return named
    first = sa.select(Service.id).where(Service.is_used).order_by(Service.sort_order, Service.id).limit(1)
    return session.scalar(first)

"""Accepting with changes: a reviewer writes on in a text that was handed in, and what they made of it goes live.

It goes live under the name of who wrote it; what was handed in stays in the
history. A compliance text is read by its second person unchanged.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.articles import beginning, drafts, moving, reviewing, texts
from portal.articles.levels import Governance
from portal.articles.models import Article, Revision
from portal.articles.rules import Writer
from portal.articles.texts import Ready, Text
from portal.core.errors import Forbidden
from portal.core.i18n import gettext as _


def to_adapt(session: Session, writer: Writer, revision_id: int) -> Text:
    """The whole text on top of what is live, for a reviewer who changes it before it goes live.

    Raises:
        NotFound: there is no such text for these rights.
        Forbidden: they wrote it themselves, or it is a compliance text.
        Conflict: as :func:`reviewing.whole_text`, or another text went live since.
    """
    handed_in = drafts.to_decide(session, revision_id, writer)
    article = session.get_one(Article, handed_in.article_id)
    _refuse_compliance(article, handed_in.front)
    whole = reviewing.whole_text(session, handed_in)
    if handed_in.base_revision_id != article.live_revision_id:
        raise moving.behind(session, handed_in, whole, rights=writer.rights)
    return whole


def ready_adapted(
    session: Session, writer: Writer, revision_id: int, fields: Mapping[str, Any], body: str, *, saves: int
) -> Ready:
    """Read, check and render a text that was handed in as its reviewer changed it.

    *saves* is the saving that the reviewer read.

    Raises:
        NotFound: there is no such text for these rights.
        Forbidden: they wrote it themselves, or it is a compliance text, which a second person reads unchanged.
        Incomplete: the changed text has errors.
    """
    handed_in = drafts.to_decide(session, revision_id, writer)
    article = session.get_one(Article, handed_in.article_id)
    _refuse_compliance(article, handed_in.front, fields)
    made = texts.ready(session, handed_in, text=texts.text_of(fields, body, ref=article.ref))
    return dataclasses.replace(made, saves=saves)


def adapt(
    session: Session,
    writer: Writer,
    ready: Ready,
    *,
    base_revision_id: int | None,
    significance: str | None = None,
    why: str = "",
    now: datetime,
) -> Revision:
    """Accept a submitted text with changes: the changed one goes live under the name of who wrote it.

    What was handed in stays in the history. *ready* is what :func:`ready_adapted`
    made of the changed text, *base_revision_id* names the live text that the
    reviewer worked on top of.

    Raises:
        NotFound: there is no such text for these rights.
        Forbidden: they wrote it themselves, it is a compliance text, or it is for other readers than they publish for.
        Refused: no such move.
        Conflict: it was saved, or another text went live, since.
    """
    handed_in = drafts.to_decide(session, ready.revision_id, writer)
    article = session.get_one(Article, handed_in.article_id)
    moving.refuse_when_saved(handed_in, ready)
    if base_revision_id != article.live_revision_id:
        raise moving.behind(session, handed_in, ready.text, rights=writer.rights)
    moving.refuse_archived(session, handed_in)
    proposed = handed_in.significance
    reviewing.decided(handed_in, writer, why, now)
    moving.record(session, handed_in, "adapt", by=writer.person_id, now=now, why=why)
    adapted = _of_its_writer(session, handed_in, article, ready.text, now=now)
    reviewing.decided(adapted, writer, why, now)
    session.flush()
    _refuse_to_adapt(session, article, adapted, writer)
    moving.go_live(
        session,
        adapted,
        ready,
        "go_live_adapted",
        significance=significance or proposed,
        is_reviewed=True,
        by=writer.person_id,
        now=now,
        why=why,
        begins=True,
    )
    return adapted


def _of_its_writer(session: Session, handed_in: Revision, article: Article, text: Text, *, now: datetime) -> Revision:
    """The changed *text*, under the name of whoever wrote the one that was handed in."""
    return beginning.new_revision(
        session,
        article,
        text,
        author_id=handed_in.author_id,
        is_suggestion=handed_in.is_suggestion,
        origin_id=handed_in.id,
        now=now,
    )


def _refuse_compliance(article: Article, *fields: Mapping[str, Any]) -> None:
    if Governance.COMPLIANCE in {article.governance, *(str(each.get("governance")) for each in fields)}:
        raise Forbidden(
            _("This is a compliance text; nobody changes and accepts it at once."),
            hint=_("Send it back, and say what to change."),
        )


def _refuse_to_adapt(session: Session, article: Article, adapted: Revision, writer: Writer) -> None:
    _refuse_compliance(article, adapted.front)
    if not drafts.may_publish(session, adapted, writer):
        raise Forbidden(
            _("The changed text is for other readers than you may publish for."),
            hint=_("Leave who it is for as it was."),
        )

"""Reading what people wrote in their own words, without their names, and saying what it is about.

Words by name or in confidence stand with the article that they are about, the
newest first. Those of an anonymous round have no day and no order, and are
read only once the round is over and enough people answered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import scope, wordings
from plugins.feedback.loop_models import Callback, Improvement, ImprovementSource
from plugins.feedback.models import Verbatim, Wording
from plugins.feedback.round_models import Round
from plugins.feedback.tags import TAGS
from portal.accounts.rights import Rights
from portal.articles.addresses import path_of
from portal.articles.models import Article, Revision
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

PER_PAGE: Final = 30
MOST_ROUNDS: Final = 20
SENTIMENTS: Final[Mapping[str, Any]] = {
    "good": _l("It went well"),
    "mixed": _l("Both well and badly"),
    "bad": _l("It went badly"),
    "neutral": _l("Neither"),
}
"""How somebody who read the words takes them. No machine guesses it."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """One text as somebody may read it: what was asked, and the article and revision that it is about."""

    verbatim: Verbatim
    asked: str
    title: str = ""
    path: str = ""
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What of the list is wanted: at most two of these. *article* is a ref."""

    tag: str = ""
    state: str = ""
    article: str = ""
    round_id: int | None = None


def page_of(
    session: Session, rights: Rights, filters: Filters, *, language: str, page: int = 1, per_page: int = PER_PAGE
) -> tuple[list[Words], int]:
    """One page of words, and how many pages there are; five queries however many words."""
    where = sa.and_(*_where(rights, filters))
    total = session.scalar(_joined(sa.select(sa.func.count(Verbatim.id))).where(where)) or 0
    columns = _joined(sa.select(Verbatim, Article.ref, Article.slug, Article.title, Revision.number))
    # The ids of nameless words are chance, so their order says nothing.
    order = (Verbatim.id,) if filters.round_id else (Verbatim.written_on.desc(), Verbatim.id)
    rows = session.execute(columns.where(where).order_by(*order).offset((page - 1) * per_page).limit(per_page)).all()
    asked = _asked(session, [row[0] for row in rows], language)
    return [_words(row, asked) for row in rows], max(-(-total // per_page), 1)


def one(session: Session, verbatim_id: str, rights: Rights, *, language: str) -> Words:
    """One text. Raises ``NotFound`` where there is none for *rights*."""
    columns = _joined(sa.select(Verbatim, Article.ref, Article.slug, Article.title, Revision.number))
    seen = sa.or_(scope.words_for(rights), scope.nameless_words_for(rights))
    row = session.execute(columns.where(Verbatim.id == verbatim_id, seen)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such text."), hint=_("Open the list of words again."))
    return _words(row, _asked(session, [row[0]], language))


def rounds_with_words(session: Session, rights: Rights) -> Sequence[Round]:
    """Anonymous rounds whose words these rights may read, the last first."""
    with_words = sa.select(Verbatim.round_id).where(scope.nameless_words_for(rights))
    return session.scalars(
        sa.select(Round).where(Round.id.in_(with_words)).order_by(Round.id.desc()).limit(MOST_ROUNDS)
    ).all()


def tag(
    session: Session,
    verbatim_id: str,
    tags: Collection[str],
    sentiment: str,
    rights: Rights,
    *,
    seen: str,
    now: datetime,
) -> Verbatim:
    """Confirm or change the tags of a text, and say how it went for the person. *seen* is :func:`seen_at` of before.

    Of an anonymous round nothing is kept of who did it and when.

    Raises:
        NotFound: there is no such text for *rights*.
        Refused: a tag is none of ours, or somebody else did it meanwhile.
    """
    readable = sa.or_(scope.words_for(rights), scope.nameless_words_for(rights))
    query = sa.select(Verbatim).where(Verbatim.id == verbatim_id, readable).with_for_update()
    text = session.scalar(query.execution_options(populate_existing=True))
    if text is None:
        raise NotFound(_("There is no such text."), hint=_("Open the list of words again."))
    if not set(tags) <= set(TAGS) or (sentiment and sentiment not in SENTIMENTS):
        raise Refused(_("There is no such tag."), hint=_("Choose from those on the page."), field="tags")
    if seen != seen_at(text):
        raise Refused(
            _("Somebody else tagged these words meanwhile."),
            hint=_("What you chose is still there. Look at what stands above, and save again."),
        )
    text.tags = [each for each in TAGS if each in tags]
    text.sentiment = sentiment
    text.state = "linked" if text.state == "linked" else "tagged"
    if text.round_id is None:
        text.tagged_by, text.tagged_at = rights.person_id, now
    session.flush()
    return text


def seen_at(text: Verbatim) -> str:
    """What the page of a text says was chosen when it was opened."""
    return "|".join([*text.tags, text.sentiment, "" if text.state == "new" else "chosen"])


def followed_by(session: Session, text: Verbatim) -> tuple[Sequence[Callback], Sequence[Improvement]]:
    """The call-backs about the same answers, and the improvements that came from the text."""
    callbacks = (
        session.scalars(sa.select(Callback).where(Callback.invitation_id == text.invitation_id)).all()
        if text.invitation_id
        else []
    )
    linked = sa.select(ImprovementSource.improvement_id).where(ImprovementSource.verbatim_id == text.id)
    improved = session.scalars(sa.select(Improvement).where(Improvement.id.in_(linked)).order_by(Improvement.id)).all()
    return callbacks, improved


def _joined(query: Any) -> Any:
    return (
        query.select_from(Verbatim)
        .outerjoin(Article, Article.id == Verbatim.article_id)
        .outerjoin(Revision, Revision.id == Verbatim.revision_id)
    )


def _where(rights: Rights, filters: Filters) -> list[sa.ColumnElement[bool]]:
    found = [scope.words_for(rights)]
    if filters.round_id is not None:
        found = [scope.nameless_words_for(rights), Verbatim.round_id == filters.round_id]
    if filters.tag in TAGS:
        found.append(sa.type_coerce(Verbatim.tags, sa.Text).like(f'%"{filters.tag}"%'))
    if filters.state == "new":
        found.append(Verbatim.state == "new")
    if filters.article:
        found.append(Article.ref == filters.article)
    return found


def _asked(session: Session, texts: Sequence[Verbatim], language: str) -> Mapping[tuple[str, int], str]:
    """What was asked, in the very words of then, by question and version; two queries."""
    bank = wordings.bank_now(session).questions
    wanted = {(text.question_id, text.version) for text in texts}
    found = {key: bank[key[0]] for key in wanted if key[0] in bank and bank[key[0]].version == key[1]}
    if older := sorted(wanted - found.keys()):
        which = sa.tuple_(Wording.question_id, Wording.version).in_(older)
        rows = session.scalars(sa.select(Wording).where(which))
        found |= {(row.question_id, row.version): wordings.read(row.content) for row in rows}
    return {key: found[key].said(language) if key in found else "" for key in wanted}


def _words(row: Any, asked: Mapping[tuple[str, int], str]) -> Words:
    text = row[0]
    return Words(
        verbatim=text,
        asked=asked[text.question_id, text.version],
        title=row.title or "",
        path=path_of(row.ref, row.slug) if row.ref else "",
        number=row.number,
    )

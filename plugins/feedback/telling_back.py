"""Telling people what became of what they said: once, in the portal and in their daily mail.

"You told us on 3 May … since today …": the words are those of the improvement,
which were written for everybody. People of anonymous rounds are not told one by
one: nobody knows who they are, and the front page tells all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback.improvements import THERE, State
from plugins.feedback.loop_models import Improvement, ImprovementSource
from plugins.feedback.models import Invitation
from portal.accounts.rights import Rights
from portal.articles import queries
from portal.articles.addresses import path_of
from portal.articles.events import ArticlePublished
from portal.articles.models import Article, Revision, Verdict
from portal.articles.states import Significance, VerdictValue
from portal.core.i18n import format_date
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.notices.kinds import Line, NoticeKind
from portal.notices.models import Notice
from portal.notices.service import News

TOLD, MENDED = "feedback.told_back", "feedback.mended"
REMEMBERED: Final = timedelta(days=180)
"""Whoever said it longer ago is not written to: they will hardly know what it was."""
WEIGHTY: Final = frozenset({Significance.CHANGED, Significance.OLD_IS_WRONG})
MOST_TOLD: Final = 5000


def on_delivered(session: Session, improvement_id: int) -> list[News]:
    """Everybody whose words or answers an improvement came from, each once."""
    query = (
        sa.select(Invitation.person_id, sa.func.min(Invitation.answered_at))
        .join(ImprovementSource, ImprovementSource.invitation_id == Invitation.id)
        .where(ImprovementSource.improvement_id == improvement_id, Invitation.person_id.is_not(None))
        .group_by(Invitation.person_id)
        .order_by(Invitation.person_id)
        .limit(MOST_TOLD)
    )
    return [
        News(
            person_id=person_id,
            kind=TOLD,
            key=f"feedback.told_back:{improvement_id}",
            data={"improvement_id": improvement_id, "said_at": at.isoformat() if at else ""},
        )
        for person_id, at in session.execute(query)
        if person_id is not None
    ]


def on_declined(improvement: Improvement, by: int | None) -> list[News]:
    """Whoever proposed it hears that it is not taken; the page says why."""
    if improvement.proposer_id is None or improvement.proposer_id == by:
        return []
    data = {"improvement_id": improvement.id, "said_at": ""}
    key = f"feedback.declined:{improvement.id}:{improvement.saves}"
    return [News(person_id=improvement.proposer_id, kind=TOLD, key=key, data=data)]


def on_mended(session: Session, event: ArticlePublished, *, now: datetime) -> list[News]:
    """Everybody who said of an earlier text that it did not fix it, or in part; never whoever wrote or published."""
    if event.significance not in WEIGHTY:
        return []
    writer = session.scalar(sa.select(Revision.author_id).where(Revision.id == event.revision_id))
    query = (
        sa.select(Verdict.person_id, Verdict.id)
        .where(Verdict.article_id == event.article_id, Verdict.revision_id != event.revision_id)
        .where(Verdict.value.in_([VerdictValue.PARTLY, VerdictValue.NO]), Verdict.replaced_at.is_(None))
        .where(Verdict.person_id.is_not(None), Verdict.at >= now - REMEMBERED)
        .order_by(Verdict.id.desc())
        .limit(MOST_TOLD)
    )
    return [
        News(
            person_id=person_id,
            kind=MENDED,
            key=f"feedback.mended:{verdict_id}",
            data={"article_id": event.article_id, "verdict_id": verdict_id},
        )
        for person_id, verdict_id in session.execute(query)
        if person_id is not None and person_id not in {writer, event.actor_id}
    ]


def _told(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    ids = sorted({int(row.data["improvement_id"]) for row in rows})
    found = {each.id: each for each in session.scalars(sa.select(Improvement).where(Improvement.id.in_(ids)))}
    lines = {}
    for row in rows:
        improvement = found.get(row.data["improvement_id"])
        if improvement is None:
            continue
        if row.data["said_at"] and improvement.state in THERE:
            day = format_date(datetime.fromisoformat(row.data["said_at"]).date(), "long")
            text = _("You told us something on %(day)s. It helped: “%(title)s”.", day=day, title=improvement.title)
            lines[row.id] = Line(text=text, path=f"/feedback/told/{improvement.id}")
        elif improvement.state == State.DECLINED and improvement.proposer_id == rights.person_id:
            text = _("“%(title)s” is not taken. The reason stands beside it.", title=improvement.title)
            lines[row.id] = Line(text=text, path=f"/feedback/improvements/{improvement.id}")
    return lines


def _mended(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    ids = sorted({int(row.data["article_id"]) for row in rows})
    query = sa.select(Article.id, Article.ref, Article.slug, Article.title).where(
        Article.id.in_(ids), queries.readable(rights)
    )
    found = {article.id: article for article in session.execute(query)}
    own = sa.select(Verdict.id, Verdict.value).where(
        Verdict.id.in_(sorted({int(row.data["verdict_id"]) for row in rows})),
        Verdict.person_id == rights.person_id,
    )
    said = {verdict.id: verdict.value for verdict in session.execute(own)}
    return {
        row.id: Line(text=_mended_words(said[row.data["verdict_id"]], article.title),
                     path=f"{path_of(article.ref, article.slug)}#verdict")
        for row in rows
        if (article := found.get(row.data["article_id"])) is not None and row.data["verdict_id"] in said
    }  # fmt: skip


def _mended_words(value: str, title: str) -> str:
    if value == VerdictValue.PARTLY:
        return _("“%(title)s” was changed, which you said fixed it in part. Does it fix it now?", title=title)
    return _("“%(title)s” was changed, which you said did not fix it. Does it fix it now?", title=title)


KINDS: Final = (
    NoticeKind(
        name=TOLD,
        title=_l("What became of what you told us"),
        about=_l("Something got better because of what you answered, or an idea of yours was not taken."),
        describe=_told,
    ),
    NoticeKind(
        name=MENDED,
        title=_l("Pages that did not help you, and were changed"),
        about=_l("You said that a page fixed it in part or not at all, and now it has a new text."),
        describe=_mended,
    ),
)

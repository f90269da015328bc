"""How a text begins: which fields a new article has before anybody has written a word of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles import moving, texts
from portal.articles.capturing import CapturedDraft
from portal.articles.frontmatter_model import KnownError
from portal.articles.frontmatter_rules import MAX_TITLE
from portal.articles.levels import Confidence, Governance, Kind, KnownErrorStatus, Level
from portal.articles.models import Article, Revision
from portal.articles.rules import Writer
from portal.articles.states import ArticleState, RevisionState
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.organisation.models import Party, Service

REVIEW_DAYS = {Kind.KNOWN_ERROR: 30, Kind.POLICY: 365}
REVIEW_DAYS_OF_OTHERS = 180


def owner_role_of(session: Session, service_id: str) -> str:
    """An owner role of the team behind a service: the one that most articles of the service have; empty where none."""
    service = session.get(Service, service_id)
    party = session.get(Party, service.party_id) if service else None
    if party is None or not party.owner_roles:
        return ""
    most = (
        sa.select(Article.owner_role)
        .where(Article.service_id == service_id, Article.state == ArticleState.LIVE)
        .where(Article.owner_role.in_(party.owner_roles))
        .group_by(Article.owner_role)
        .order_by(sa.func.count().desc(), Article.owner_role)
    )
    return session.scalar(most.limit(1)) or str(party.owner_roles[0])


def begun_just_now(
    session: Session, writer: Writer, fields: Mapping[str, Any], body: str, *, now: datetime
) -> Revision | None:
    """The draft of *writer* that began with this very text a moment ago, and that nobody has touched since."""
    query = sa.select(Revision, Article.ref).join(Article, Article.id == Revision.article_id)
    query = query.where(
        Revision.author_id == writer.person_id,
        Revision.state == RevisionState.DRAFT,
        Revision.saves == 0,
        Revision.created_at > now - moving.AGAIN,
        Article.state == ArticleState.NOT_YET_LIVE,
    )
    for revision, ref in session.execute(query.order_by(Revision.id)):
        if texts.stored(revision) == texts.text_of(fields, body, ref=ref):
            return revision
    return None


def highest_audience(writer: Writer) -> Level:
    """The audience of those with the fewest readers that *writer* may write for, in any service."""
    services = [*writer.rights.service_levels, ""]
    return Level(max(min(writer.writing_level(each), Level.SPECIALISTS) for each in services))


def captured_fields(session: Session, draft: CapturedDraft, writer: Writer, *, service: str, language: str) -> Any:
    """The fields of a capture: for support where its writer may write for support, else for everyone."""
    front = draft.front_matter("KB0000", service=service, owner_role=owner_role_of(session, service), language=language)
    audience = Level(max(min(writer.writing_level(service), Level.SUPPORT), Level.EVERYONE))
    return dataclasses.asdict(dataclasses.replace(front, audience=audience))


def new_fields(
    session: Session, writer: Writer, *, title: str, kind: str, service: str, audience: str, language: str
) -> dict[str, Any]:
    """The fields of a new article of a kind, to begin with.

    Raises:
        Refused: the title says nothing or too much, or no kind, no service, or no audience of theirs is chosen.
    """
    title = " ".join(title.split())
    if not title:
        raise Refused(
            _("The title says nothing yet."),
            hint=_("A few words are enough; you can change them later."),
            field="title",
        )
    if len(title) > MAX_TITLE:
        raise Refused(
            _("The title has %(count)s characters; %(limit)s is the limit.", count=len(title), limit=MAX_TITLE),
            hint=_("Say the goal or the symptom, and leave the rest to the text."),
            field="title",
        )
    if session.get(Service, service) is None:
        raise Refused(
            _("It is not said which service this is about."), hint=_("Choose the service first."), field="service"
        )
    if kind not in set(Kind):
        raise Refused(_("It is not said what kind of page this is."), hint=_("Choose one of the kinds."), field="kind")
    return {
        "title": title,
        "kind": kind,
        "audience": _audience(audience, writer, service),
        "confidence": Confidence.NOT_VALIDATED,
        "governance": Governance.EXPERIENCE,
        "service": service,
        "owner_role": owner_role_of(session, service),
        "tags": [service],
        "review_every_days": REVIEW_DAYS.get(Kind(kind), REVIEW_DAYS_OF_OTHERS),
        "known_error": _known_error() if kind == Kind.KNOWN_ERROR else None,
        "language": language,
    }


def _audience(word: str, writer: Writer, service: str) -> Level:
    level = {str(each.word): each for each in Level}.get(word)
    if level is None:
        raise Refused(_("It is not said who this is for."), hint=_("Choose who may read it."), field="audience")
    if level > max(writer.writing_level(service), Level.EVERYONE):
        raise Refused(
            _("This service has pages of that kind which you do not read."),
            hint=_("Choose who it is for among those whose pages you read."),
            field="audience",
        )
    return level


def _known_error() -> dict[str, Any]:
    return dataclasses.asdict(KnownError(status=KnownErrorStatus.ANALYSED))

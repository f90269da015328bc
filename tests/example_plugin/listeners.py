"""What the board does when something happens elsewhere. Each may run twice for one event."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.articles.events import ArticlePublished
from portal.core.events import Fact
from tests.example_plugin.events import NotePinned
from tests.example_plugin.models import Heard


def note_article(session: Session, event: ArticlePublished) -> None:
    """Remember the newest text of an article; by class, since articles stand on a lower floor."""
    session.merge(Heard(key=f"article:{event.ref}", detail=f"revision {event.revision_id}"))


def note_verdicts(session: Session, facts: Sequence[Fact]) -> None:
    """Remember verdicts, many at once; by name, as a plugin listens to another one."""
    for fact in facts:
        session.merge(Heard(key=f"verdict:{fact.payload['verdict_id']}", detail=fact.payload["value"]))


def note_pinned(session: Session, event: NotePinned) -> None:
    """Remember the board's own notes."""
    session.merge(Heard(key=f"note:{event.ref}", detail=f"note {event.note_id}"))

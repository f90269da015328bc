"""What the room of articles tells others: ids and plain values, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ArticlePublished(Event):
    """A text of an article went live, for the first time or over an older one."""

    name: ClassVar[str] = "article.published"
    article_id: int
    ref: str
    revision_id: int
    significance: str


@dataclass(frozen=True, kw_only=True)
class ArticleArchived(Event):
    """An article left all lists and the search; its link still opens it, with its successor."""

    name: ClassVar[str] = "article.archived"
    article_id: int
    ref: str
    successor_ref: str | None


@dataclass(frozen=True, kw_only=True)
class ArticleVerdictGiven(Event):
    """Somebody answered whether a page helped; a later answer of the same person replaces it."""

    name: ClassVar[str] = "article.verdict_given"
    article_id: int
    ref: str
    revision_id: int
    verdict_id: int
    asked: str
    value: str


@dataclass(frozen=True, kw_only=True)
class WithheldReasonGiven(Event):
    """A coach wrote down why a part of an article is for specialists only."""

    name: ClassVar[str] = "article.withheld_reason_given"
    article_id: int
    ref: str

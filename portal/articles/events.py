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


@dataclass(frozen=True, kw_only=True)
class ArticleSubmitted(Event):
    """A text waits for a decision, for the first time or after it was sent back."""

    name: ClassVar[str] = "article.submitted"
    article_id: int
    ref: str
    revision_id: int
    writer_id: int | None
    owner_role: str
    is_suggestion: bool


@dataclass(frozen=True, kw_only=True)
class ArticleSentBack(Event):
    """A reviewer sent a text back to its writer, with words that stand beside it."""

    name: ClassVar[str] = "article.sent_back"
    article_id: int
    ref: str
    revision_id: int
    writer_id: int | None


@dataclass(frozen=True, kw_only=True)
class ArticleDeclined(Event):
    """A suggestion was not taken; the reason stands beside it."""

    name: ClassVar[str] = "article.declined"
    article_id: int
    ref: str
    revision_id: int
    writer_id: int | None


@dataclass(frozen=True, kw_only=True)
class ArticleDraftMoved(Event):
    """A text that is not live was started, brought back, taken back, put aside or taken up again."""

    name: ClassVar[str] = "article.draft_moved"
    article_id: int
    ref: str
    revision_id: int
    writer_id: int | None
    move: str


@dataclass(frozen=True, kw_only=True)
class ArticleValidated(Event):
    """A live text counts as checked: somebody else looked at it, or it helped three different people."""

    name: ClassVar[str] = "article.validated"
    article_id: int
    ref: str
    revision_id: int


@dataclass(frozen=True, kw_only=True)
class ArticleFindsDue(Event):
    """It is night, or these articles went live just now: the sentences that have to find them are to be asked."""

    name: ClassVar[str] = "article.finds_due"
    refs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ArticleMissed(Event):
    """A sentence that has to find an article does not, and did before or was not asked yet."""

    name: ClassVar[str] = "article.missed"
    article_id: int
    ref: str

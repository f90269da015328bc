"""What the room of articles tells about the end of an article, and about what happens at a set time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ArticleBroughtBack(Event):
    """An archived article stands in lists and search again, with the text that it had."""

    name: ClassVar[str] = "article.brought_back"
    article_id: int
    ref: str


@dataclass(frozen=True, kw_only=True)
class ArticleMerged(Event):
    """An article was archived because another one about the same stays; its address leads there."""

    name: ClassVar[str] = "article.merged"
    article_id: int
    ref: str
    into_id: int
    into_ref: str


@dataclass(frozen=True, kw_only=True)
class ArticleTimeSet(Event):
    """Somebody said when a text goes live (*act* is ``go_live``) or an article retires (``retire``)."""

    name: ClassVar[str] = "article.time_set"
    article_id: int
    ref: str
    timing_id: int
    act: str


@dataclass(frozen=True, kw_only=True)
class ArticleTimeDropped(Event):
    """A set time holds no longer: somebody took it back, or set another."""

    name: ClassVar[str] = "article.time_dropped"
    article_id: int
    ref: str
    timing_id: int
    act: str


@dataclass(frozen=True, kw_only=True)
class ArticleTimeCame(Event):
    """The time that was set has come; what it was set for follows in a job."""

    name: ClassVar[str] = "article.time_came"
    article_id: int
    ref: str
    timing_id: int


@dataclass(frozen=True, kw_only=True)
class ArticleScheduleFailed(Event):
    """What was to happen at a set time did not: a text stays submitted, or an article live; the page says why.

    *actor_id* set the time, *writer_id* wrote the text, if there is one, and the holder of *owner_role* is told too.
    """

    name: ClassVar[str] = "article.schedule_failed"
    article_id: int
    ref: str
    timing_id: int
    act: str
    revision_id: int | None
    writer_id: int | None
    owner_role: str


ALL: tuple[type[Event], ...] = (
    ArticleBroughtBack,
    ArticleMerged,
    ArticleTimeSet,
    ArticleTimeDropped,
    ArticleTimeCame,
    ArticleScheduleFailed,
)

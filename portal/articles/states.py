"""The life of a text, in closed words (articles.md 6.4b): states of articles and revisions, weight of a change.

The words are stored; they are never reused for something else.
"""

from __future__ import annotations

from enum import StrEnum

REASON_LENGTH = 1000  # most characters of a reason that somebody gives


class ArticleState(StrEnum):
    """Where an article stands as a whole."""

    NOT_YET_LIVE = "not_yet_live"
    LIVE = "live"
    ARCHIVED = "archived"


class RevisionState(StrEnum):
    """Where one text of an article stands. An archived article keeps its last text as *live*.

    Nothing is deleted: a text that its writer gave up is *discarded*, a suggestion that was not taken
    *declined*, and one that went live in the words of its reviewer *adapted*.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    LIVE = "live"
    SUPERSEDED = "superseded"
    DECLINED = "declined"
    DISCARDED = "discarded"
    ADAPTED = "adapted"


OPEN_STATES = (RevisionState.DRAFT, RevisionState.SUBMITTED, RevisionState.SENT_BACK)
"""Texts under way: a person has at most one of them for an article."""

ONCE_LIVE = (RevisionState.LIVE, RevisionState.SUPERSEDED)


class Significance(StrEnum):
    """What a text that goes live means for those who know the one before; *new* is the first of all."""

    NEW = "new"
    TYPO = "typo"
    CHANGED = "changed"
    OLD_IS_WRONG = "old_is_wrong"


class VerdictValue(StrEnum):
    """Whether the page helped. People in support are asked about the call, and choose between yes and no."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Asked(StrEnum):
    """Which question a verdict answers: whether the page fixed it, or (in support) whether it helped on the call."""

    FIXED = "fixed"
    HELPFUL = "helpful"

"""Articles, their texts, the HTML of each reader level, and what people said about them.

An article is what a link leads to; a revision is one text of it, a rendering
the safe HTML of that text for one level. Tags, words, finds, readers and links
repeat the front matter and the body of the *live* revision, so that lists and
rights are answered by indexes; ``service.py`` writes them together with it.
Who may read what stands in ``queries.readable`` and nowhere else.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.articles.levels import Confidence, Level
from portal.articles.states import ArticleState, RevisionState, VerdictValue
from portal.core.db import IntPk, Json, Model

OPEN = "state IN ('draft', 'submitted', 'sent_back')"  # of a text under way, in the words of the index on them


class Article(Model):
    """One piece of knowledge under a permanent address."""

    __tablename__ = "article"

    id: Mapped[IntPk]
    ref: Mapped[str] = mapped_column(sa.String(20), unique=True)  # KB0004
    slug: Mapped[str] = mapped_column(sa.String(120))
    state: Mapped[str] = mapped_column(sa.String(12), default=ArticleState.NOT_YET_LIVE)
    # Without a foreign key: revision points here already, and two tables that point at each other cannot be
    # made or copied one after the other. The partial unique index of revision says the same and holds.
    live_revision_id: Mapped[int | None] = mapped_column(index=True)
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"), index=True)
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    audience: Mapped[int] = mapped_column(default=Level.EVERYONE)
    confidence: Mapped[str] = mapped_column(sa.String(20), default=Confidence.NOT_VALIDATED)
    governance: Mapped[str] = mapped_column(sa.String(20))
    owner_role: Mapped[str] = mapped_column(sa.String(80), index=True)
    title: Mapped[str] = mapped_column(sa.String(80))
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    review_every_days: Mapped[int]
    # Roles or names as written in the front matter; they point at nobody's account.
    checked_on: Mapped[date | None]
    checked_by: Mapped[str | None] = mapped_column(sa.String(80))
    approved_on: Mapped[date | None]
    approved_by: Mapped[str | None] = mapped_column(sa.String(80))
    sample: Mapped[bool] = mapped_column(default=False)
    practice: Mapped[bool] = mapped_column(default=False)
    time_needed_minutes: Mapped[int | None]
    source_path: Mapped[str | None] = mapped_column(sa.String(500))
    source_hash: Mapped[str | None] = mapped_column(sa.String(64))  # sha256 of the file that the live text came from
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    withheld_reason: Mapped[str] = mapped_column(sa.Text, default="")  # why a part is for specialists only
    withheld_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    withheld_at: Mapped[datetime | None]
    is_merged: Mapped[bool] = mapped_column(default=False)  # archived because its successor says the same
    # Since when the text before is known to be wrong, and which text that was (without a foreign key, as above).
    wrong_before: Mapped[datetime | None]
    wrong_revision_id: Mapped[int | None]

    __table_args__ = (
        sa.Index("ix_article_place", "service_id", "state", "kind", "title"),
        sa.Index("ix_article_state_ref", "state", "ref"),
    )

    @property
    def address(self) -> str:
        """Last part of the permanent address: ``KB0004-new-phone-move-your-sign-in-approval``."""
        return f"{self.ref}-{self.slug}" if self.slug else self.ref

    @property
    def is_archived(self) -> bool:
        """Opened by its link only, with its successor."""
        return self.state == ArticleState.ARCHIVED

    @property
    def is_new(self) -> bool:
        """Live, and nobody but its writer has checked it yet."""
        return self.confidence == Confidence.NOT_VALIDATED


class Revision(Model):
    """One text of an article, with its front matter, from draft to superseded."""

    __tablename__ = "revision"

    id: Mapped[IntPk]
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(12), default=RevisionState.DRAFT)
    title: Mapped[str] = mapped_column(sa.String(80))
    front: Mapped[dict[str, Any]] = mapped_column(Json)
    front_text: Mapped[str] = mapped_column(sa.Text, default="")  # as it was written, to give a file back byte for byte
    body: Mapped[str] = mapped_column(sa.Text)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    base_revision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("revision.id"), index=True)
    significance: Mapped[str | None] = mapped_column(sa.String(16))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    decided_at: Mapped[datetime | None]
    decided_why: Mapped[str] = mapped_column(sa.Text, default="")
    is_suggestion: Mapped[bool] = mapped_column(default=False)  # written by somebody who may suggest, and not write
    saves: Mapped[int] = mapped_column(default=0)  # counts the savings of a draft, so that no tab saves over another
    seen_level: Mapped[int] = mapped_column(default=Level.SPECIALISTS)  # at which its writer saw the text below it
    origin_id: Mapped[int | None] = mapped_column(sa.ForeignKey("revision.id"), index=True)  # brought back, or adapted
    # What decides who may read and decide on it (``drafts.py``), of its front matter and of the live text together.
    service_id: Mapped[str | None] = mapped_column(sa.String(60))
    audience: Mapped[int] = mapped_column(default=Level.SPECIALISTS)
    reach: Mapped[int] = mapped_column(default=Level.SPECIALISTS)  # the highest level that any part of it is for
    needs: Mapped[str] = mapped_column(sa.String(12), default="publisher")  # the least proficiency that publishes it
    readers: Mapped[str] = mapped_column(sa.Text, default="")  # |unit:sales|role:admin|, empty for no limit

    __table_args__ = (
        sa.UniqueConstraint("article_id", "number"),
        sa.Index(
            "uq_revision_live",
            "article_id",
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        ),
        sa.Index(
            "uq_revision_open",
            "article_id",
            "author_id",
            unique=True,
            sqlite_where=sa.text(OPEN),
            postgresql_where=sa.text(OPEN),
        ),
        sa.Index("ix_revision_queue", "state", "submitted_at"),
    )


class RevisionMove(Model):
    """One step in the life of a text: who moved it, when, and why. Rows are only added."""

    __tablename__ = "revision_move"

    id: Mapped[IntPk]
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("revision.id", ondelete="CASCADE"), index=True)
    move: Mapped[str] = mapped_column(sa.String(20))
    from_state: Mapped[str | None] = mapped_column(sa.String(12))  # empty for the first
    to_state: Mapped[str] = mapped_column(sa.String(12))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(sa.Text, default="")


class RevisionRemark(Model):
    """What a reviewer, or the writer in answer, says about one line of a text; line 0 is the text as a whole."""

    __tablename__ = "revision_remark"

    id: Mapped[IntPk]
    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("revision.id", ondelete="CASCADE"), index=True)
    line: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class RevisionAnswer(Model):
    """How a reviewer answered one of the ten points of the checklist about a text."""

    __tablename__ = "revision_answer"

    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("revision.id", ondelete="CASCADE"), primary_key=True)
    point: Mapped[int] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(sa.String(16))
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    at: Mapped[datetime]


class ArticleNumber(Model):
    """The last number that was given to an article of the portal's own; one row."""

    __tablename__ = "article_number"

    id: Mapped[IntPk]
    last: Mapped[int]


class Rendering(Model):
    """Safe HTML of one revision for readers of *level* and above, up to the next level that is stored."""

    __tablename__ = "rendering"

    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("revision.id", ondelete="CASCADE"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    html: Mapped[str] = mapped_column(sa.Text)
    toc: Mapped[list[dict[str, Any]]] = mapped_column(Json)  # [{"id": …, "text": …, "depth": …}, …]
    text: Mapped[str] = mapped_column(sa.Text)
    hidden_parts: Mapped[int] = mapped_column(default=0)  # fenced parts that this level does not read


class ArticleTag(Model):
    """One tag of a live text."""

    __tablename__ = "article_tag"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(sa.String(60), primary_key=True)

    __table_args__ = (sa.Index("ix_article_tag_tag", "tag", "article_id"),)


class ArticleWord(Model):
    """One phrase in which people ask for a live text; weighs like its title in search."""

    __tablename__ = "article_word"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    phrase: Mapped[str] = mapped_column(sa.String(200))


class ArticleFind(Model):
    """One sentence that must find a live text among the first three."""

    __tablename__ = "article_find"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sentence: Mapped[str] = mapped_column(sa.String(400))
    place: Mapped[int | None]  # of its article when it was asked last; 0: not among the first ten
    before: Mapped[list[Any]] = mapped_column(Json, default=list, server_default="[]")  # refs that stood before it
    asked_at: Mapped[datetime | None]


class ArticleMiss(Model):
    """A sentence that has to find a live article, and does not since then; it goes once it finds it again.

    It stays when another text goes live, so that people are told once of what goes on.
    """

    __tablename__ = "article_miss"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    sentence: Mapped[str] = mapped_column(sa.String(400), primary_key=True)
    since: Mapped[datetime]


class ArticleReader(Model):
    """One of those that a live text is limited to (``unit:sales``); a text without any is not limited."""

    __tablename__ = "article_reader"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    reader: Mapped[str] = mapped_column(sa.String(100), primary_key=True)


class OldSlug(Model):
    """An address from before, which leads to its article for ever."""

    __tablename__ = "old_slug"

    slug: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), index=True)


class ArticleLink(Model):
    """A link in a live text to another article; *level* is the lowest that sees it.

    While there is no such article the link is shown as plain words, and *is_shown* is off.
    """

    __tablename__ = "article_link"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    to_ref: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    level: Mapped[int] = mapped_column(default=Level.EVERYONE)
    is_shown: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (sa.Index("ix_article_link_to_ref", "to_ref", "article_id"),)


class Verdict(Model):
    """What one person or visitor said about one revision. The one without ``replaced_at`` counts."""

    __tablename__ = "verdict"

    id: Mapped[IntPk]
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"))
    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("revision.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    visitor: Mapped[str | None] = mapped_column(sa.String(64))  # sha256 of the token in the visitor's cookie
    asked: Mapped[str] = mapped_column(sa.String(12))
    value: Mapped[str] = mapped_column(sa.String(8))
    words: Mapped[str] = mapped_column(sa.String(400), default="")  # what they had searched
    at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("(person_id IS NULL) <> (visitor IS NULL)", name="whose"),
        sa.Index(
            "uq_verdict_person",
            "article_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL AND person_id IS NOT NULL"),
            postgresql_where=sa.text("replaced_at IS NULL AND person_id IS NOT NULL"),
        ),
        sa.Index(
            "uq_verdict_visitor",
            "article_id",
            "visitor",
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL AND visitor IS NOT NULL"),
            postgresql_where=sa.text("replaced_at IS NULL AND visitor IS NOT NULL"),
        ),
        sa.Index("ix_verdict_article", "article_id", "value", "at"),
        sa.Index("ix_verdict_lately", "value", "at", "article_id"),
    )

    @property
    def helped(self) -> bool:
        """Whether the page did what it is for."""
        return self.value == VerdictValue.YES


class ArticleView(Model):
    """How often an article was opened on one day (UTC), by whomever; counted through the tally."""

    __tablename__ = "article_view"

    day: Mapped[date] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    views: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.Index("ix_article_view_article_id", "article_id", "day"),)

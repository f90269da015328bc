"""Whence contributions come: what each room tells, whom it credits, and what takes it back. One table.

The keys are those of the log, before the id of the person whom a row credits.
A room that is still to be built finds its kinds waiting in ``kinds.py``: it
adds a line here, and writes through :func:`~plugins.gamification.telling.tell`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from plugins.gamification import from_accounts, from_articles, from_feedback, from_handover, from_search
from plugins.gamification.events import GamificationRatingDue
from plugins.gamification.telling import Deed, tell
from portal.accounts.events import ProficiencyGranted, ProficiencyWithdrawn
from portal.articles.events import ArticlePublished, ArticleVerdictGiven
from portal.articles.keeping_events import ArticleBroughtBack, ArticleMerged
from portal.core.db import Database
from portal.core.events import Event, On
from portal.core.jobs import Every
from portal.search.events import GapClosed, GapRejected

__all__ = ["SOURCES", "Deed", "Source", "schedules", "subscriptions", "tell"]

AT_ONCE: Final = 50
NIGHTLY: Final = 24 * 60 * 60
OFTEN: Final = 15 * 60
CREDITED: Final = "who is credited for the article (credit.py)"


@dataclass(frozen=True)
class Source:
    """One line: the *event* that tells a *kind*, or takes it back, and the listener that works it out.

    *actor*, *credit*, *subject*, *key* and *back* say in words what becomes of it; *waits* says until when it does.
    """

    event: type[Event] | str
    listener: Callable[..., None]
    kind: str
    actor: str = ""
    credit: str = ""
    subject: str = ""
    key: str = ""
    back: str = ""
    waits: str = ""
    reads: tuple[str, ...] = ()
    batch: int = 1


# fmt: off
SOURCES: Final = (
    Source(
        ArticleVerdictGiven, from_articles.verdict_given, "article.solved", batch=AT_ONCE,
        actor="who answered “fixed: yes”, signed in", credit=CREDITED, subject="article REF",
        key="REF : person : thirty days from their first : time in them",
        back="withdrawn: another answer to the question within the thirty days",
    ),
    Source(
        ArticleVerdictGiven, from_articles.verdict_given, "article.helpful", batch=AT_ONCE,
        actor="who voted “helpful: yes”", credit=CREDITED, subject="article REF",
        key="REF : person : version of the vote", back="withdrawn: any other answer of theirs",
    ),
    Source(
        ArticleVerdictGiven, from_articles.verdict_given, "article.rated_clear", batch=AT_ONCE,
        actor="nobody: the job of the night (Rating) finds it in the answers", credit=CREDITED, subject="article REF",
        key="REF : year : time in it", back="withdrawn: the night on which it is clear no longer (clear.py)",
    ),
    Source(
        ArticlePublished, from_articles.text_published, "article.improved",
        actor="who accepted the text", credit="its editor, in an article that somebody else began",
        subject="article REF", key="REF : thirty days from their first", waits="14 days in which it is not reverted",
    ),
    Source(
        "article.validated", from_articles.text_validated, "article.improved", reads=("revision_id",),
        actor="who checked a text that its editor published alone", credit="its editor, as above",
        subject="article REF", key="as above", waits="as above",
    ),
    Source(
        ArticlePublished, from_articles.text_published, "article.reviewed",
        actor="who wrote the draft", credit="who answered all ten points, and wrote a remark or words to a decision",
        subject="draft ID", key="ID of the draft",
    ),
    Source(
        ArticleMerged, from_articles.merged, "article.merged",
        actor="who merged", credit="the same", subject="article REF that stayed", key="ID of the step",
        waits="30 days; counts if the article that stayed was reused in them",
    ),
    Source(
        ArticleBroughtBack, from_articles.brought_back, "article.merged",
        back="void: the merge was undone; before the 30 days are over it never counts",
    ),
    Source(
        GapClosed, from_search.gap_closed, "gap.closed",
        actor="nobody: three people who find it now, and one whom it helped (gap_finding.py)", credit=CREDITED,
        subject="gap ID", key="ID of the gap",
    ),
    Source(
        GapRejected, from_search.gap_rejected, "gap.closed",
        back="void: a coach says that the searches were made up",
    ),
    Source(
        ProficiencyGranted, from_accounts.proficiency_granted, "proficiency.granted",
        actor="the coach who granted it", credit="the person", subject="proficiency LEVEL",
        key="LEVEL : ID of the grant", back="withdrawn: a lower one is granted",
    ),
    Source(
        ProficiencyWithdrawn, from_accounts.proficiency_withdrawn, "proficiency.granted",
        back="withdrawn: all that go further than where they stand now",
    ),
    Source(
        "person.roles_changed", from_accounts.roles_changed, "proficiency.granted", reads=("person_id",),
        actor="who gave the role", credit="who is a coach now", subject="proficiency coach",
        key="coach : person : time that they became one", back="withdrawn: the role is taken",
    ),
    Source(
        "person.added", from_accounts.roles_changed, "proficiency.granted", reads=("person_id",),
        actor="who added them", credit="who is a coach from their first day", subject="proficiency coach",
        key="as above",
    ),
    Source(
        "feedback.improvement_checked", from_feedback.improvement_checked, "improvement.delivered",
        reads=("improvement_id", "proposer_id", "owner_id"),
        actor="nobody", credit="who proposed it and who delivered it, unless they checked it themselves",
        subject="improvement ID", key="ID",
    ),
    Source(
        "handover.question_useful", from_handover.question_useful, "handover.question_useful",
        reads=("pack_id", "question_id", "person_id"),
        actor="who answered", credit="who asked", subject="pack ID", key="question",
    ),
    Source(
        "handover.question_answered", from_handover.question_answered, "handover.question_answered",
        reads=("pack_id", "question_id", "person_id", "is_quick"),
        actor="who asked, and accepted it", credit="who answered within a working day", subject="pack ID",
        key="question",
    ),
    Source(
        "handover.accepted_in_time", from_handover.accepted_in_time, "handover.accepted_in_time",
        reads=("pack_id", "version", "person_id", "size"),
        actor="nobody", credit="who owns the pack", subject="pack ID", key="pack : version",
    ),
    Source(
        "handover.all_acknowledged", from_handover.all_acknowledged, "handover.all_acknowledged",
        reads=("pack_id", "version", "person_id", "size"),
        actor="nobody", credit="who owns the pack", subject="pack ID", key="pack : version",
    ),
    Source(
        "handover.pack_changed", from_handover.pack_changed, "handover.accepted_in_time",
        reads=("pack_id", "version", "is_material"), back="withdrawn: what was signed changed, and all are asked again",
    ),
    Source(
        "handover.pack_changed", from_handover.pack_changed, "handover.all_acknowledged",
        reads=("pack_id", "version", "is_material"), back="withdrawn: as above",
    ),
    Source(
        "handover.clean_landing", from_handover.clean_landing, "handover.clean_landing",
        reads=("pack_id", "person_ids", "size"),
        actor="nobody", credit="who owns the pack, and the leads of the front line who signed it", subject="pack ID",
        key="pack",
    ),
)
# fmt: on


def subscriptions(db: Database) -> list[On]:
    """One listener for each event of the table that it hears, and the one that rates articles at night."""
    found = {
        (source.event, source.listener): On(source.event, source.listener, source.reads, source.batch)
        for source in SOURCES
    }
    rate = from_articles.Rating(db).rate
    return [*found.values(), On(GamificationRatingDue, rate, batch=AT_ONCE, outside=True)]


def schedules() -> list[Every]:
    """What the clock brings: what waited long enough, and which articles are rated clear."""
    return [Every("settle", OFTEN, from_articles.settle), Every("rate", NIGHTLY, from_articles.rating_due)]


def told_by(kind: str) -> list[str]:
    """The names of the events that tell a kind, sorted."""
    names = {each.event if isinstance(each.event, str) else each.event.name for each in SOURCES if each.kind == kind}
    return sorted(names)

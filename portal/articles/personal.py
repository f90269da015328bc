"""Which rows of this room are about a person, and what erasure does to them."""

from __future__ import annotations

from portal.articles.attachment_models import Attachment
from portal.articles.keeping_models import ArticleMove, Timing
from portal.articles.models import Article, Revision, RevisionAnswer, RevisionMove, RevisionRemark, Verdict
from portal.articles.watch_models import ArticleWatch
from portal.core.hooks import PersonalData
from portal.core.i18n import lazy_gettext as _l


def rows_about(person_id: int) -> list[PersonalData]:
    """Verdicts go, since the words searched stand in them; texts and decisions stay without the name."""
    return [
        PersonalData(
            model=Verdict,
            what=_l("What you said about articles, and the words that you had searched"),
            where=Verdict.person_id == person_id,
            on_erasure="delete",
        ),
        PersonalData(
            model=Revision,
            what=_l("Texts that you wrote"),
            where=Revision.author_id == person_id,
            on_erasure="unname",
            columns=("author_id",),
            why=_l("Others rely on the text."),
        ),
        PersonalData(
            model=Revision,
            what=_l("Texts that you reviewed"),
            where=Revision.decided_by == person_id,
            on_erasure="unname",
            columns=("decided_by",),
            why=_l("The history of a text says that it was reviewed."),
        ),
        PersonalData(
            model=Attachment,
            what=_l("Pictures and files that you added to articles"),
            where=Attachment.uploaded_by == person_id,
            on_erasure="unname",
            columns=("uploaded_by",),
            why=_l("Articles show them."),
        ),
        PersonalData(
            model=Article,
            what=_l("Reasons that you gave for what is withheld"),
            where=Article.withheld_by == person_id,
            on_erasure="unname",
            columns=("withheld_by",),
            why=_l("The reason itself goes on to hold."),
        ),
        PersonalData(
            model=ArticleWatch,
            what=_l("What you watch"),
            where=ArticleWatch.person_id == person_id,
            on_erasure="delete",
        ),
        *_of_ends(person_id),
        *_of_reviews(person_id),
    ]


def _of_reviews(person_id: int) -> list[PersonalData]:
    return [
        PersonalData(
            model=RevisionMove,
            what=_l("What you did with texts, and why"),
            where=RevisionMove.person_id == person_id,
            on_erasure="unname",
            columns=("person_id",),
            why=_l("The history of a text says what became of it."),
        ),
        PersonalData(
            model=RevisionRemark,
            what=_l("What you remarked about texts"),
            where=RevisionRemark.author_id == person_id,
            on_erasure="unname",
            columns=("author_id",),
            why=_l("The remark is part of the review."),
        ),
        PersonalData(
            model=RevisionAnswer,
            what=_l("How you answered the checklist about texts"),
            where=RevisionAnswer.answered_by == person_id,
            on_erasure="unname",
            columns=("answered_by",),
            why=_l("The history of a text says that it was reviewed."),
        ),
    ]


def _of_ends(person_id: int) -> list[PersonalData]:
    return [
        PersonalData(
            model=ArticleMove,
            what=_l("Articles that you archived, merged or brought back, and why"),
            where=ArticleMove.person_id == person_id,
            on_erasure="unname",
            columns=("person_id",),
            why=_l("The history of an article says what became of it."),
        ),
        PersonalData(
            model=Timing,
            what=_l("Times that you set for texts and articles"),
            where=Timing.person_id == person_id,
            on_erasure="unname",
            columns=("person_id",),
            why=_l("The history of an article says what became of it."),
        ),
    ]

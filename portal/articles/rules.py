"""Who may write what and publish it alone; who is asked what about an article, and which answers count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from portal.accounts.rights import Rights
from portal.accounts.roles import SUPERUSER
from portal.articles import checklist
from portal.articles.frontmatter_model import FrontMatter
from portal.articles.levels import Confidence, Governance, Level
from portal.articles.models import Article
from portal.articles.states import Asked, Significance, VerdictValue
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

PUBLISHER, CONTRIBUTOR = "publisher", "contributor"
HELPED_ENOUGH = 3  # different people who say that a text helped, and it counts as checked

LATELY = timedelta(days=30)
SEARCHED_LENGTH = 400

_ANSWERS = {
    Asked.FIXED: (VerdictValue.YES, VerdictValue.PARTLY, VerdictValue.NO),
    Asked.HELPFUL: (VerdictValue.YES, VerdictValue.NO),
}


def asked_of(level: int) -> Asked:
    """Return the question for a reader of *level*: support is asked about the call, everybody else about the fix."""
    return Asked.HELPFUL if level >= Level.SUPPORT else Asked.FIXED


def answer(asked: Asked, raw: str) -> VerdictValue:
    """Return *raw* as an answer to the question.

    Raises:
        Refused: it is not one of the answers that were offered.
    """
    for value in _ANSWERS[asked]:
        if value == raw:
            return value
    raise Refused(_("That is not one of the answers."), hint=_("Choose one of the buttons under the article."))


def is_approved(article: Article) -> bool:
    """Whether somebody here who may do so has approved a compliance text."""
    return article.approved_on is not None and bool(article.approved_by)


def needs_approval(article: Article) -> bool:
    """Whether only named people may change the article."""
    return article.governance == Governance.COMPLIANCE


def is_starter(article: Article) -> bool:
    """Whether the text came from a file and the company's own people have not checked it yet."""
    is_checked = article.checked_on is not None or article.confidence == Confidence.VALIDATED
    return article.source_path is not None and not is_checked


def is_for_writers(article: Article | FrontMatter) -> bool:
    """Whether it is still being worked on, and found by those who may write only."""
    return article.confidence == Confidence.WIP


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Somebody who is signed in and writes: their rights, and how far they may go alone.

    *proficiency* is what ``accounts.queries.proficiency_of`` says: empty for whoever may only suggest.
    """

    person_id: int
    rights: Rights
    proficiency: str

    @property
    def may_write(self) -> bool:
        """Whether they write; else they suggest."""
        return self.rights.may("articles.write")

    @property
    def publishes_for_all(self) -> bool:
        """Whether they publish for everyone."""
        return self.rights.may("articles.publish") or (self.may_write and self.proficiency in (PUBLISHER, "coach"))

    @property
    def publishes(self) -> bool:
        """Whether they publish for anybody."""
        return self.publishes_for_all or (self.may_write and self.proficiency == CONTRIBUTOR)

    def writing_level(self, service_id: str) -> int:
        """The highest audience, or part, that they may write in this service.

        Nobody writes above what they read, with one exception: a superuser writes
        drafts for support as well, and reads of it what they wrote.
        """
        level = self.rights.level_for(service_id)
        if self.may_write and f"role:{SUPERUSER}" in self.rights.readers:
            return max(level, Level.SUPPORT)
        return level


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What of a text decides who may publish it.

    *audience* is who the article is for, *reach* the highest level of any part
    in it, *needs* the least proficiency, *readers* as the revision keeps them.
    """

    service_id: str | None
    audience: int
    reach: int
    needs: str
    readers: str


# A text whose fields cannot be read: who publishes for everyone and reads everything may help.
UNREADABLE = Scope(service_id=None, audience=Level.SPECIALISTS, reach=Level.SPECIALISTS, needs=PUBLISHER, readers="")


def scope_of(front: FrontMatter, reach: int) -> Scope:
    """The scope of a text with these fields, whose parts go up to *reach*."""
    return Scope(
        service_id=front.service,
        audience=front.audience,
        reach=max(reach, front.audience),
        needs=needs(front.audience, front.governance),
        readers=kept_readers(front.readers),
    )


@dataclass(frozen=True)
class Live:
    """What of the text that is live decides who may publish another one over it: as in :class:`Scope`."""

    reach: int
    needs: str


def together(scope: Scope, live: Live | None) -> Scope:
    """The scope of a text on top of a *live* one: whoever decides could publish both."""
    if live is None:
        return scope
    least = PUBLISHER if PUBLISHER in (scope.needs, live.needs) else CONTRIBUTOR
    return replace(scope, reach=max(scope.reach, live.reach), needs=least)


def needs(audience: int, governance: str) -> str:
    """The least proficiency that publishes such a text: contributors publish experience for support."""
    alone = audience >= Level.SUPPORT and governance == Governance.EXPERIENCE
    return CONTRIBUTOR if alone else PUBLISHER


def kept_readers(readers: tuple[str, ...]) -> str:
    """Readers as a revision keeps them: ``|unit:sales|role:admin|``."""
    return f"|{'|'.join(readers)}|" if readers else ""


def confidence_after(front: FrontMatter, before: Article, significance: str, *, is_reviewed: bool) -> Confidence:
    """How far a text may be trusted once it is live over *before*.

    A text that its writer calls unfinished stays so. What a second person
    looked at is validated. A typo changes no trust.
    """
    if front.confidence == Confidence.WIP:
        return Confidence.WIP
    if is_reviewed:
        return Confidence.VALIDATED
    if significance == Significance.TYPO and before.confidence == Confidence.VALIDATED:
        return Confidence.VALIDATED
    return Confidence.NOT_VALIDATED


def checklist_answers(raw: Mapping[int, str]) -> dict[int, checklist.Answer]:
    """Return answers to points of the checklist.

    Raises:
        Refused: there is no such point, or no such answer.
    """
    points = {point.id for point in checklist.POINTS}
    if not points >= raw.keys() or not {str(each) for each in checklist.Answer} >= set(raw.values()):
        raise Refused(_("That is not an answer to the checklist."), hint=_("Choose yes, no or does not apply."))
    return {point: checklist.Answer(answer) for point, answer in raw.items()}


def refuse_by_checklist(answers: Mapping[int, str]) -> None:
    """Check that a checklist which somebody began to answer speaks for the text.

    Raises:
        Refused: points are not answered yet, or too much is missing.
    """
    if not answers:
        return
    verdict = checklist.verdict(checklist_answers(answers))
    if not verdict.is_complete:
        raise Refused(
            _("The checklist is not answered to the end."),
            hint=_("Still open: %(points)s.", points=", ".join(map(str, verdict.unanswered))),
        )
    if not verdict.accepted:
        raise Refused(
            _("By the checklist this text may not go live yet."),
            hint=_("Send it back. Missing: %(points)s.", points=", ".join(map(str, verdict.missing))),
        )


def significance_of(raw: str | None, before: Article) -> Significance:
    """Return the weight of a change; the first text of an article is new.

    Raises:
        Refused: *raw* is no weight of a change.
    """
    if before.live_revision_id is None:
        return Significance.NEW
    for value in (Significance.TYPO, Significance.CHANGED, Significance.OLD_IS_WRONG):
        if value == raw:
            return value
    raise Refused(
        _("It is not said how much this changes."),
        hint=_("Choose typo, changed, or old instructions are now wrong."),
    )

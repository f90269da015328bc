"""What the fields of an article must say of each other (table 6.1 of the handbook's page on articles)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from babel import Locale

from portal.articles.frontmatter_fields import ID, LANGUAGE
from portal.articles.frontmatter_model import FrontMatter
from portal.articles.levels import Governance, Kind
from portal.articles.problems import Problem, Severity
from portal.core.i18n import gettext as _

MAX_TITLE = 80
REVIEW_DAYS = (30, 60, 90, 180, 365)
MAX_REVIEW_KNOWN_ERROR = 60
MAX_REVIEW_SCRIPT = 180
HANDBOOK_IDS = "KB9"
MINUTES_OF_A_DAY = 24 * 60
NO_LANGUAGE = {"mul", "und", "zxx"}  # codes that say several, unknown, or none

_WORD = re.compile(r"\w+")


def broken_rules(front: FrontMatter, *, path: str, lines: Mapping[str, int]) -> list[Problem]:
    """Return what is wrong with *front*; *lines* tells where each field stands in the file at *path*."""
    found = [finding for rule in _RULES for finding in rule(front)]
    if not Path(path).name.startswith((f"{front.id}-", f"{front.id}.")):
        message = _("The name of the file does not begin with %(id)s.", id=front.id)
        found.append(("id", message, _("Rename the file, or correct the id."), "error"))
    return [
        Problem(path=path, line=lines.get(name, 1), field=name, message=message, remedy=remedy, severity=severity)
        for name, message, remedy, severity in found
    ]


_Finding = tuple[str, str, str, Severity]


def _identity(front: FrontMatter) -> Iterable[_Finding]:
    if not ID.match(front.id):
        yield "id", _("%(id)s is not an article's id.", id=front.id), _("Write KB and at least four digits."), "error"
    if len(front.title) > MAX_TITLE:
        message = _(
            "The title has %(count)s characters; %(limit)s is the limit.", count=len(front.title), limit=MAX_TITLE
        )
        yield "title", message, _("Say the goal or the symptom, and leave the rest to the text."), "error"
    if not LANGUAGE.match(front.language):
        message = _("%(language)s is not a language code.", language=front.language)
        yield "language", message, _("Write it like en, de or pt-BR."), "error"
    elif not _is_spoken(front.language):
        message = _("No language has the code %(language)s.", language=front.language)
        yield "language", message, _("Write it like en, de or pt-BR."), "error"


def _is_spoken(code: str) -> bool:
    """Whether there is a language of this code, with the script and the region that it names."""
    language, *rest = code.split("-")
    known = Locale("en")
    names = {4: known.scripts, 2: known.territories}
    return language in known.languages.keys() - NO_LANGUAGE and all(part in names[len(part)] for part in rest)


def _lists(front: FrontMatter) -> Iterable[_Finding]:
    if not 1 <= len(front.tags) <= 6:
        message = _("There are %(count)s tags; one to six belong here.", count=len(front.tags))
        yield "tags", message, _("Keep the ones that people would look under."), "error"
    if not 3 <= len(front.words) <= 8:
        message = _("Phrases in words: %(count)s; three to eight belong here.", count=len(front.words))
        yield "words", message, _("Write what somebody with this trouble would type."), "error"
    if front.finds and len(front.finds) != 2:
        message = _("There are %(count)s sentences in finds; it takes two.", count=len(front.finds))
        yield "finds", message, _("Write two sentences as somebody with this trouble would say them."), "error"
    if not front.finds and not front.id.startswith(HANDBOOK_IDS):
        remedy = _("Write two sentences as somebody with this trouble would say them.")
        yield "finds", _("There are no sentences that have to find this article."), remedy, "warning"


def _finds_are_its_own_words(front: FrontMatter) -> Iterable[_Finding]:
    """A sentence that repeats the title proves nothing about finding."""
    taken = {run: text for text in (front.title, *front.words) for run in _runs_of_three(text)}
    for sentence in front.finds:
        repeated = next((run for run in _runs_of_three(sentence) if run in taken), None)
        if repeated:
            words, source = " ".join(repeated), taken[repeated]
            message = _("“%(words)s” stands in finds and in “%(source)s” as well.", words=words, source=source)
            yield (
                "finds",
                message,
                _("Say it with other words, as somebody would who has not read the article."),
                "error",
            )


def _review(front: FrontMatter) -> Iterable[_Finding]:
    days = front.review_every_days
    if days not in REVIEW_DAYS:
        message = _("The text cannot be looked at every %(days)s days.", days=days)
        yield "review_every_days", message, _("Use one of %(days)s.", days=", ".join(map(str, REVIEW_DAYS))), "error"
    elif front.kind == Kind.KNOWN_ERROR and days > MAX_REVIEW_KNOWN_ERROR:
        message = _("A known error is looked at every %(limit)s days at least.", limit=MAX_REVIEW_KNOWN_ERROR)
        yield "review_every_days", message, _("Use 30 or 60."), "error"
    elif front.kind == Kind.SUPPORT_SCRIPT and not front.practice and days > MAX_REVIEW_SCRIPT:
        message = _("A script is looked at every %(limit)s days at least.", limit=MAX_REVIEW_SCRIPT)
        yield "review_every_days", message, _("Use 180 or less, or say practice: true if it trains a skill."), "error"


def _kind(front: FrontMatter) -> Iterable[_Finding]:
    blocks = (("known_error", Kind.KNOWN_ERROR, front.known_error), ("handover", Kind.HANDOVER_NOTE, front.handover))
    for name, kind, block in blocks:
        if front.kind == kind and block is None:
            message = _("An article of the kind %(kind)s needs the block %(name)s.", kind=kind, name=name)
            yield name, message, _("Add it below the other fields."), "error"
        elif front.kind != kind and block is not None:
            message = _("The block %(name)s belongs to the kind %(kind)s only.", kind=kind, name=name)
            yield name, message, _("Remove it, or correct the kind."), "error"
    if front.practice and front.kind != Kind.SUPPORT_SCRIPT:
        yield "practice", _("Only a support script can be practice."), _("Remove it, or correct the kind."), "error"
    if front.time_needed_minutes is not None and front.time_needed_minutes > MINUTES_OF_A_DAY:
        message = _("It cannot take more than a day.")
        yield "time_needed_minutes", message, _("Write minutes, as somebody needs who does it now."), "error"


def _pairs(front: FrontMatter) -> Iterable[_Finding]:
    """A date needs a name, and a name a date."""
    pairs = (
        ("checked_on", front.checked_on, "checked_by", front.checked_by),
        ("approved_on", front.approved_on, "approved_by", front.approved_by),
    )
    for on_name, on, by_name, by in pairs:
        if (on is None) != (by is None):
            there, missing = (on_name, by_name) if by is None else (by_name, on_name)
            message = _("%(there)s stands without %(missing)s.", there=there, missing=missing)
            yield there, message, _("Write both, or neither."), "error"
    if front.approved_by is not None and front.governance != Governance.COMPLIANCE:
        message = _("Only compliance articles are approved.")
        yield "approved_by", message, _("Remove it, or set governance: compliance."), "error"


def _dates(front: FrontMatter) -> Iterable[_Finding]:
    known = front.known_error
    if known and known.since and known.fix_planned_for and known.fix_planned_for < known.since:
        message = _("The fix is planned for a day before the fault was known.")
        yield "known_error", message, _("Correct since or fix_planned_for."), "error"
    handover = front.handover
    if handover and handover.early_life_until and handover.early_life_until < handover.go_live.date():
        message = _("The first days end before the change goes live.")
        yield "handover", message, _("Correct go_live or early_life_until."), "error"


_RULES: tuple[Callable[[FrontMatter], Iterable[_Finding]], ...] = (
    _identity,
    _lists,
    _finds_are_its_own_words,
    _review,
    _kind,
    _pairs,
    _dates,
)


def _runs_of_three(text: str) -> list[tuple[str, ...]]:
    """Return each three words in a row of *text*, without case and punctuation."""
    words = _WORD.findall(text.casefold())
    return [tuple(words[at : at + 3]) for at in range(len(words) - 2)]

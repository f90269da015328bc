"""The words that people read for what is stored about an article: kind, minutes, how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.articles import rules
from portal.articles.levels import Confidence, Kind, KnownErrorStatus, Level
from portal.articles.models import Article
from portal.core.i18n import format_date, ngettext
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

KINDS: dict[str, Any] = {
    Kind.HOW_TO: _l("How-to"),
    Kind.TROUBLESHOOTING: _l("Something does not work"),
    Kind.KNOWN_ERROR: _l("Known fault"),
    Kind.SUPPORT_SCRIPT: _l("Script for a call"),
    Kind.HANDOVER_NOTE: _l("Change handed over"),
    Kind.FAQ: _l("Questions and answers"),
    Kind.POLICY: _l("Rule"),
}

TROUBLE_FIRST = (
    Kind.TROUBLESHOOTING,
    Kind.KNOWN_ERROR,
    Kind.SUPPORT_SCRIPT,
    Kind.HOW_TO,
    Kind.FAQ,
    Kind.POLICY,
    Kind.HANDOVER_NOTE,
)
"""The order on the page of a service: who comes there is mostly stopped by something."""

AUDIENCES: dict[int, Any] = {
    Level.EVERYONE: _l("For everyone"),
    Level.SUPPORT: _l("For support"),
    Level.SPECIALISTS: _l("For specialists"),
}

CONFIDENCE: dict[str, Any] = {
    Confidence.WIP: _l("Still being written"),
    Confidence.NOT_VALIDATED: _l("Not yet checked by a second person"),
    Confidence.VALIDATED: _l("Checked by a second person"),
    Confidence.ARCHIVED: _l("Archived"),
}


KNOWN_ERROR: dict[str, Any] = {
    KnownErrorStatus.ANALYSED: _l("The cause is known."),
    KnownErrorStatus.WORKAROUND: _l("There is a way round."),
    KnownErrorStatus.FIX_PLANNED: _l("A fix is on its way."),
    KnownErrorStatus.FIXED: _l("The fault is fixed."),
}


@dataclass(frozen=True)
class Standing:
    """One line under the title: *is_good* when somebody here answers for the text."""

    is_good: bool
    text: str


def standing_of(article: Article, owner: str = "") -> list[Standing]:
    """Say how far an article can be trusted here, in one or two lines; *owner* is the name of who looks after it."""
    named = {article.owner_role: owner} if owner else {}
    lines = []
    if rules.needs_approval(article):
        lines.append(_approval(article, named))
    if article.checked_on is not None:
        lines.append(Standing(is_good=True, text=_checked(article.checked_on, article.checked_by, named)))
    elif rules.is_for_writers(article):
        lines.append(Standing(is_good=False, text=_("Still being written; only people who write can find it")))
    elif rules.is_starter(article):
        lines.append(Standing(is_good=False, text=_("From the starter set, not yet checked here")))
    elif article.is_new:
        lines.append(Standing(is_good=False, text=_("New, not yet checked by a second person")))
    return lines


def _approval(article: Article, named: Mapping[str, str]) -> Standing:
    if article.approved_on is None or not article.approved_by:
        return Standing(is_good=False, text=_("Not approved here yet"))
    day, who = format_date(article.approved_on, "long"), _who(article.approved_by, named)
    return Standing(is_good=True, text=_("Approved on %(day)s by %(who)s", day=day, who=who))


def _who(role: str, named: Mapping[str, str]) -> str:
    return named.get(role) or role_words(role)


def _checked(on: date, by: str | None, named: Mapping[str, str]) -> str:
    day = format_date(on, "long")
    said: str = _("Checked on %(day)s", day=day)
    return _("Checked on %(day)s by %(who)s", day=day, who=_who(by, named)) if by else said


def known_error(front: Mapping[str, Any]) -> str:
    """Say how far a known fault is dealt with, and when the fix is planned; nothing for other kinds."""
    fault = front.get("known_error")
    if not fault:
        return ""
    status, planned = str(KNOWN_ERROR[fault["status"]]), fault.get("fix_planned_for")
    if not planned:
        return status
    day = format_date(date.fromisoformat(planned), "long")
    return str(_("%(status)s The fix is planned for %(day)s.", status=status, day=day))


def role_words(role: str) -> str:
    """Write the id of a role as words: ``identity-team`` is the identity team. A name stays as it is."""
    return role.replace("-", " ") if role.islower() else role


def helped(people: int) -> str:
    """Say how many people an article helped lately; nothing when there were none."""
    if not people:
        return ""
    said: str = ngettext(
        "%(num)s person got back to work with it in the last 30 days.",
        "%(num)s people got back to work with it in the last 30 days.",
        people,
    )
    return said


def minutes(number: int | None) -> str:
    """Say how long it takes; nothing when nobody said."""
    said: str = ngettext("%(num)s minute", "%(num)s minutes", number or 0)
    return said if number else ""

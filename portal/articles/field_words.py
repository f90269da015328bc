"""Fields of a front matter in the words that people read: names, values, and what changed in them.

Fields are for everybody who may open the article, but most people only care
for those that its page shows; who looks after an article sees all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from portal.articles import wording
from portal.articles.diffing import FieldChange
from portal.articles.levels import Governance, Level
from portal.core.i18n import format_date, format_moment
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

NAMES: Final[Mapping[str, Any]] = {
    "title": _l("Title"),
    "kind": _l("Kind"),
    "audience": _l("Who it is for"),
    "confidence": _l("How far it is checked"),
    "governance": _l("Who may change it"),
    "approved_by": _l("Approved by"),
    "approved_on": _l("Approved on"),
    "service": _l("Service"),
    "owner_role": _l("Who looks after it"),
    "tags": _l("Tags"),
    "words": _l("Words that people search with"),
    "review_every_days": _l("Days between two checks"),
    "needs_tools": _l("Tools that it needs"),
    "needs_access": _l("Access that it needs"),
    "known_error": _l("Known fault"),
    "known_error.status": _l("How far the fault is dealt with"),
    "known_error.problem_ref": _l("Number of the cause"),
    "known_error.since": _l("Fault known since"),
    "known_error.fix_planned_for": _l("Fix planned for"),
    "known_error.business_effect": _l("What it costs the business"),
    "handover": _l("Change handed over"),
    "handover.change_ref": _l("Number of the change"),
    "handover.size": _l("Size of the change"),
    "handover.go_live": _l("Go-live"),
    "handover.early_life_until": _l("First days until"),
    "handover.parties": _l("Teams of the change"),
    "environment": _l("Where it holds"),
    "time_needed_minutes": _l("Minutes that it takes"),
    "finds": _l("Sentences that must find it"),
    "readers": _l("Only for"),
    "language": _l("Language"),
    "checked_on": _l("Checked on"),
    "checked_by": _l("Checked by"),
    "old_slugs": _l("Old addresses"),
    "practice": _l("A script for practice"),
}

ON_THE_PAGE: Final = frozenset(
    {
        "title",
        "kind",
        "audience",
        "confidence",
        "governance",
        "approved_by",
        "approved_on",
        "service",
        "owner_role",
        "tags",
        "known_error.status",
        "known_error.fix_planned_for",
        "environment",
        "time_needed_minutes",
        "language",
        "checked_on",
        "checked_by",
    }
)
"""What the page of an article shows of its fields."""

_GOVERNANCE: Final[Mapping[str, Any]] = {
    Governance.EXPERIENCE: _l("Who has the experience"),
    Governance.COMPLIANCE: _l("Only after a second person approved it"),
}
_ROLES = frozenset({"owner_role", "approved_by", "checked_by"})
_BEHIND_THE_PAGE = frozenset({"id", "sample"})


@dataclass(frozen=True)
class Said:
    """One field that changed, in words; empty where it said nothing."""

    label: str
    before: str
    after: str


def label(name: str) -> str:
    """The name of a field as people read it; of one that nobody knows as it was written."""
    return str(NAMES.get(name, name))


def value(name: str, given: Any) -> str:
    """What a field says, in one line; empty for nothing."""
    if given is None or given in ("", False):
        return ""
    if given is True:
        return str(_("yes"))
    if isinstance(given, date):
        return format_moment(given) if isinstance(given, datetime) else format_date(given, "long")
    if isinstance(given, Sequence) and not isinstance(given, str):
        return "; ".join(value("", each) for each in given)
    return str(_known(name, str(given)) or given)


def _known(name: str, given: str) -> Any | None:
    """The words for a value out of a closed list, or for a role."""
    if name in _ROLES:
        return wording.role_words(given)
    if name == "audience":
        return next((wording.AUDIENCES[level] for level in Level if given == level.word), None)
    closed: Mapping[str, Mapping[str, Any]] = {
        "kind": wording.KINDS,
        "confidence": wording.CONFIDENCE,
        "governance": _GOVERNANCE,
        "known_error.status": wording.KNOWN_ERROR,
    }
    return closed.get(name, {}).get(given)


def said(changes: Iterable[FieldChange], *, all_fields: bool, services: Mapping[str, str] | None = None) -> list[Said]:
    """Say what changed, in the order of *changes*; without *all_fields* only what the page of an article shows.

    *services* has the names of services by their ids.
    """
    found = []
    for change in _opened(changes):
        if change.name in _BEHIND_THE_PAGE or not (all_fields or change.name in ON_THE_PAGE):
            continue
        before, after = value(change.name, change.before), value(change.name, change.after)
        if change.name == "service" and services:
            before, after = services.get(before, before), services.get(after, after)
        if before != after:
            found.append(Said(label(change.name), before, after))
    return found


def _opened(changes: Iterable[FieldChange]) -> Iterable[FieldChange]:
    """A block that is only on one side as its fields, so that each of them is shown or left out by itself."""
    for change in changes:
        sides = [side for side in (change.before, change.after) if side is not None]
        if sides and all(isinstance(side, Mapping) for side in sides):
            before, after = change.before or {}, change.after or {}
            for inner in dict.fromkeys((*before, *after)):
                yield FieldChange(f"{change.name}.{inner}", before.get(inner), after.get(inner))
        else:
            yield change

"""Every kind of contribution event: what it says, whence it comes, and what a badge may ask of it.

One table. A kind whose source another room tells already names the events that
it is derived from; one whose source is still to be built names what it waits
for, and is an ordinary kind in all else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

RETRACTED: Final = "event.retracted"
BY_HAND: Final = "award.granted_by_hand"
GRANDFATHERED: Final = "award.grandfathered"

CALENDAR: Final = frozenset({"week", "month", "quarter", "year"})
"""Fields that follow from the moment of an event, in the time zone of the organisation."""
ALWAYS: Final = CALENDAR | {"subject"}
"""Fields that each event has."""
OF_THE_ACTOR: Final = frozenset({"actor", "unit", "actor_role"})
"""Fields of an event behind which a person stands: the system has neither a unit nor a role."""
ROLES: Final = ("end_user", "superuser", "front_line", "onsite", "specialist", "project", "it_manager")
"""The roles that somebody can have been credited in."""
NUMBERS: Final = frozenset({"parties", "actor_age_days"})
"""Fields that hold an amount, so that a rule may ask for more or less of it."""
NUMBERED: Final = frozenset({"actor", "superuser"})
"""Fields that hold the number of a person."""
KNOWN_VALUES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"actor_role": ROLES, "size": ("S", "M", "L"), "level": ("candidate", "contributor", "publisher", "coach")}
)
"""Fields that hold one of few words."""
NEW_ACCOUNT_DAYS: Final = 7
"""Cheap signals count from this age of the account that gives them; it is frozen as ``actor_age_days``."""


@dataclass(frozen=True)
class Kind:
    """One kind of event.

    *fields* are all that a rule can ask of it. *own*: the actor may be the
    credited person. *cheap*: a signal that costs nobody anything, such as a
    vote. *source* names the events of other rooms that it is derived from,
    parted by spaces; it is empty while the kind *waits_for* what will tell it,
    and where this room writes the event itself.
    *by_system*: no person stands behind it. *counts*: a badge may ask for it.
    """

    name: str
    fields: frozenset[str]
    own: bool
    cheap: bool
    subject_type: str
    source: str
    waits_for: str
    by_system: bool = False
    counts: bool = True

    @property
    def attrs(self) -> frozenset[str]:
        """The fields that an event of this kind keeps in its ``attrs``: the others are columns, or follow from them."""
        return self.fields - ALWAYS - {"actor", "unit"}


def _kind(
    name: str,
    subject_type: str,
    source: str = "",
    *more: str,
    waits_for: str = "",
    own: bool = False,
    cheap: bool = False,
    by_system: bool = False,
    counts: bool = True,
) -> Kind:
    fields = ALWAYS | frozenset(more)
    if not by_system:
        fields |= OF_THE_ACTOR
    if cheap:
        fields |= {"actor_age_days"}
    return Kind(name, fields, own, cheap, subject_type, source, waits_for, by_system, counts)


_REQUESTS: Final = "requests"
_CHANGED: Final = "handover.pack_changed"
_REFERRALS: Final = "referrals"
_VISITS: Final = "visits"
_ANSWERS: Final = "a way to tell it without naming whoever answered"
_LEVELS: Final = "person.added person.roles_changed proficiency.granted proficiency.withdrawn"

_TABLE: Final = (
    _kind("article.reused", "article", waits_for=_REQUESTS),
    _kind("article.solved", "article", "article.verdict_given"),
    _kind("article.helpful", "article", "article.verdict_given", cheap=True),
    _kind("article.rated_clear", "article", "article.verdict_given", by_system=True),
    _kind("article.improved", "article", "article.published article.validated"),
    _kind("article.flag_confirmed", "article", waits_for="flags"),
    _kind("article.reviewed", "draft", "article.published"),
    _kind("article.kept_fresh", "article", waits_for="verification", own=True),
    _kind("article.merged", "article", "article.brought_back article.merged", own=True),
    _kind("gap.closed", "gap", "gap.closed gap.rejected", "service", by_system=True),
    _kind("handover.question_useful", "pack", "handover.question_useful"),
    _kind("handover.question_answered", "pack", "handover.question_answered"),
    _kind("handover.accepted_in_time", "pack", f"handover.accepted_in_time {_CHANGED}", "size", by_system=True),
    _kind("handover.all_acknowledged", "pack", f"handover.all_acknowledged {_CHANGED}", "size", by_system=True),
    _kind("handover.clean_landing", "pack", "handover.clean_landing", "size", by_system=True),
    _kind("script.updated_before_golive", "article", waits_for="scripts", by_system=True),
    _kind("request.superuser_solved", "request", "", "service", waits_for=_REFERRALS),
    _kind("referral.solved", "request", "", "service", "superuser", waits_for=_REFERRALS),
    _kind("request.redirected_well", "request", "", "service", waits_for=_REQUESTS),
    _kind("shadow.hosted", "visit", "", "host_unit", waits_for=_VISITS),
    _kind("shadow.lessons_published", "visit", "", "host_unit", waits_for=_VISITS),
    _kind("shadow.lesson_adopted", "lesson", "", "host_unit", waits_for=_VISITS, by_system=True),
    _kind("desk_stint.completed", "visit", waits_for=_VISITS),
    _kind("desk_stint.revisit_completed", "visit", waits_for=_VISITS),
    _kind("newjoiner.week_completed", "visit", waits_for=_VISITS),
    _kind("boxer_day.completed", "visit", waits_for=_VISITS),
    _kind("callback.completed", "callback", waits_for=_ANSWERS),
    _kind("feedback.acted_on", "improvement", waits_for=_ANSWERS, by_system=True),
    _kind("improvement.delivered", "improvement", "feedback.improvement_checked", by_system=True),
    _kind("prevention.confirmed", "prevention", waits_for="prevention", by_system=True),
    _kind("thanks.received", "thanks", cheap=True),
    _kind("proficiency.granted", "proficiency", _LEVELS, "level"),
    _kind("challenge.completed", "challenge", "", "parties", waits_for="challenges", by_system=True),
    _kind(RETRACTED, "event", counts=False),
    _kind(BY_HAND, "badge", "", "badge", "key", "granted_at", counts=False),
    _kind(GRANDFATHERED, "badge", "", "badge", "key", "granted_at", by_system=True, counts=False),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _TABLE})
"""All kinds by name, in the order in which people read of them."""
COUNTED: Final = frozenset(kind.name for kind in _TABLE if kind.counts)
"""The kinds that a badge may ask for."""

"""What becomes of answers, in words for people: each metric of the bank, and each kind of answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from plugins.feedback.bank import Question, Type
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

METRICS: Final[Mapping[str, Any]] = {
    "self_service_success": _l("How often a page fixes it"),
    "lost_minutes": _l("Working time lost"),
    "lost_minutes_weekly": _l("Working time lost in a week"),
    "lost_minutes_observed": _l("Working time lost, as visitors saw it"),
    "people_held_up": _l("How many people were held up"),
    "work_protected": _l("Which work people got back to"),
    "work_continuity": _l("Who could keep working"),
    "work_displaced": _l("Which work was left undone"),
    "article_failure_reason": _l("Why a page did not help"),
    "stated_urgency": _l("By when it was needed"),
    "gap_wording": _l("In which words people look for what is missing"),
    "csat": _l("How people feel about the help they got"),
    "understood_my_business": _l("Whether people felt understood"),
    "taken_seriously": _l("Whether people feel taken seriously"),
    "customer_impact": _l("Whether a customer noticed"),
    "deadline_missed": _l("Whether a deadline was missed"),
    "fast_enough": _l("Whether it was quick enough"),
    "ces": _l("Whether it was easy"),
    "fixed_confirmed": _l("Whether it is really fixed"),
    "workaround_source": _l("How people got by meanwhile"),
    "repeat_trouble": _l("Whether it keeps happening"),
    "times_explained": _l("How often people explained the same thing"),
    "prevention_idea": _l("What would stop it from happening again"),
    "change_awareness": _l("Who knew of a change before"),
    "change_effect": _l("What a change does to work"),
    "change_timing_bad": _l("Whether a change came at a bad time"),
    "first_person_knew": _l("Whether the first person asked knew the answer"),
    "first_move": _l("Whom people turn to first"),
    "technical_literacy": _l("How sure people feel with their tools"),
    "homegrown_tool": _l("Tools and sheets that people built themselves"),
    "business_calendar": _l("What is coming for a team"),
    "superuser_nomination": _l("Who helps colleagues"),
    "superuser_belonging": _l("Whether superusers feel part of it"),
    "superuser_load": _l("How much work it is to be a superuser"),
    "lesson": _l("What visitors learned"),
    "host_value": _l("Whether a visit was worth it for those visited"),
    "front_line_lack": _l("What the front line lacks"),
    "referral_success": _l("Whether being sent to a colleague helped"),
    "handover_confidence": _l("Whether support feels ready"),
    "handover_gap": _l("What support still lacks for a change"),
    "expected_wording": _l("In which words people will ask"),
}
TYPES: Final[Mapping[Type, Any]] = {
    Type.YES_NO: _l("yes or no"),
    Type.YES_PARTLY_NO: _l("yes, partly or no"),
    Type.FACE5: _l("five faces with words"),
    Type.AGREE7: _l("agreement in seven steps"),
    Type.MINUTES: _l("how many minutes"),
    Type.PEOPLE: _l("how many people"),
    Type.ONE_OF: _l("one of several"),
    Type.MANY_OF: _l("any of several"),
    Type.WHEN: _l("by when"),
    Type.TEXT: _l("in their own words"),
}


def fed_by(question: Question) -> str:
    """What the answers to *question* tell; a question may feed no figure and be there to be read."""
    return str(METRICS.get(question.metric) or _("Read by people, no figure"))

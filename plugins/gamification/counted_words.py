"""What counted, in a few words for a list, and why something does not count, in a sentence."""

from __future__ import annotations

from typing import Any, Final

from plugins.gamification.facts import VOID, WITHDRAW
from plugins.gamification.fairness import BURST
from plugins.gamification.from_articles import UNMERGED
from plugins.gamification.from_search import SEEDED
from plugins.gamification.projecting import BY_RULE
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

TITLE: Final[dict[str, Any]] = {
    "article.reused": _l("A request was solved with an article"),
    "article.solved": _l("An article fixed it for somebody"),
    "article.helpful": _l("Somebody in support found an article helpful"),
    "article.rated_clear": _l("Readers found an article clear"),
    "article.improved": _l("An article of somebody else was improved"),
    "article.flag_confirmed": _l("A mistake was flagged rightly"),
    "article.reviewed": _l("A draft of somebody else was reviewed"),
    "article.kept_fresh": _l("An article was checked in time"),
    "article.merged": _l("Articles about the same thing were merged"),
    "gap.closed": _l("A search that found nothing was answered"),
    "handover.question_useful": _l("A question changed a handover"),
    "handover.question_answered": _l("A question about a handover was answered in time"),
    "handover.accepted_in_time": _l("A handover was signed in good time"),
    "handover.all_acknowledged": _l("A handover was read by everybody in time"),
    "handover.clean_landing": _l("A change landed cleanly"),
    "script.updated_before_golive": _l("A script was updated before a change"),
    "request.superuser_solved": _l("Somebody was helped by a superuser"),
    "referral.solved": _l("Somebody was sent to the right superuser"),
    "request.redirected_well": _l("Somebody was sent to the front line and helped there"),
    "shadow.hosted": _l("A visit was hosted"),
    "shadow.lessons_published": _l("Lessons of a visit were published"),
    "shadow.lesson_adopted": _l("A lesson of a visit was taken up"),
    "desk_stint.completed": _l("A stint on the service desk"),
    "desk_stint.revisit_completed": _l("A second stint on the service desk"),
    "newjoiner.week_completed": _l("The first week was spent on the service desk"),
    "boxer_day.completed": _l("Places were swapped on Boxer Day"),
    "callback.completed": _l("A call-back settled it"),
    "feedback.acted_on": _l("Feedback led to a change"),
    "improvement.delivered": _l("An improvement was delivered"),
    "prevention.confirmed": _l("A cause was removed"),
    "thanks.received": _l("Somebody said thanks"),
    "proficiency.granted": _l("A coach granted proficiency"),
    "challenge.completed": _l("A shared challenge was reached"),
    "award.granted_by_hand": _l("A coach gave a badge by hand"),
    "award.grandfathered": _l("A badge was kept when its rule changed"),
}
"""A kind of contribution in a few words."""


def why_out(mode: str, reason: str) -> str:
    """Why something does not count: in our words where the system says it, else in those of the coach who did."""
    if mode == WITHDRAW:
        return _("It held for a time and then no longer: an answer was changed, or what it rested on was undone.")
    if reason == BURST:
        return _("More than two such signals came from one person within ten minutes. The first two count.")
    if reason == UNMERGED:
        return _("The articles were parted again.")
    if reason == SEEDED:
        return _("A coach found that the searches were made up.")
    return reason


def why_gone(reason: str) -> str:
    """Why somebody does not hold a badge any more; *reason* is a word of ours, or what a coach wrote."""
    said = {
        BY_RULE: _("The badge is defined in another way now."),
        WITHDRAW: _("What it stood on holds no longer."),
        VOID: _("What it stood on does not count."),
    }
    return said.get(reason) or why_out(VOID, reason)

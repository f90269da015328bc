"""The moments at which people can be asked, and what has to be known about each (feedback hook).

A page asks with the slot ``slot_ask(moment, about, viewer)``; whatever happens
without a page is told as an event of the very name of the moment, with the
same values. Of some moments nobody tells yet: a listener stands at the bus as
soon as a room or plugin declares such an event, and not before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One moment: its *name*, what it is *about*, the values that come with it, and whether a page asks or an event."""

    name: str
    about: str
    values: tuple[str, ...]
    by_event: bool = False


MOMENTS: Final[Mapping[str, Moment]] = {
    moment.name: moment
    for moment in (
        Moment(name="article.answered_yes", about="verdict", values=("article", "verdict")),
        Moment(name="article.answered_partly", about="verdict", values=("article", "verdict")),
        Moment(name="article.answered_no", about="verdict", values=("article", "verdict")),
        Moment(name="search.empty", about="search", values=("words",)),
        Moment(name="search.abandoned", about="search", values=("words",)),
        Moment(
            name="request.closed",
            about="request",
            values=(
                *("request_id", "person_id", "service_id", "unit_id", "priority", "lost_minutes", "reopened"),
                *("first_contact_ever", "referral", "complaint", "urgency", "solved_alone", "opened_by_other"),
            ),
            by_event=True,
        ),
        Moment(
            name="referral.ended",
            about="referral",
            values=("referral_id", "person_id", "service_id", "unit_id"),
            by_event=True,
        ),
        Moment(
            name="change.live_day",
            about="change",
            values=("change_id", "day", "service_id", "unit_ids"),
            by_event=True,
        ),
        Moment(
            name="pack.acknowledged",
            about="pack",
            values=("pack_id", "person_id", "service_id"),
            by_event=True,
        ),
        Moment(name="visit.done", about="visit", values=("visit_id", "person_id", "role", "unit_id"), by_event=True),
    )
}

OUTAGE_BEGAN: Final = "outage.began"
OUTAGE_ENDED: Final = "outage.ended"
OUTAGE_VALUES: Final = ("outage_id", "unit_ids")
"""Events that keep questions away from the people of a unit: two more that nobody tells yet."""

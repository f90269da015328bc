"""Where people work: the calendar of each, so that a day and an hour are theirs.

The time zone is the one that somebody chose, else that of their unit's site,
else that of the first site; the public holidays are those of the site.
"""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.organisation.calendar import Calendar
from portal.organisation.models import Site, Unit

AT_ONCE = 500  # ids in one query


def calendars_of(session: Session, person_ids: Iterable[int]) -> dict[int, Calendar]:
    """The calendars of these people, by their ids in order; without opening hours. Unknown ids are left out."""
    first = session.execute(
        sa.select(Site.time_zone, Site.holidays).order_by(Site.sort_order, Site.id).limit(1)
    ).one_or_none()
    zone, holidays = first or ("UTC", "")
    ids, found = sorted(set(person_ids)), dict[int, Calendar]()
    for start in range(0, len(ids), AT_ONCE):
        query = (
            sa.select(Person.id, Person.time_zone, Site.time_zone, Site.holidays)
            .outerjoin(Unit, Unit.id == Person.unit_id)
            .outerjoin(Site, Site.id == Unit.site_id)
            .where(Person.id.in_(ids[start : start + AT_ONCE]))
            .order_by(Person.id)
        )
        for person_id, own, site_zone, site_holidays in session.execute(query):
            found[person_id] = Calendar(_known(own) or site_zone or zone, site_holidays or holidays)
    return found


def _known(zone: str) -> str:
    """*zone*, unless this machine does not know it any more."""
    try:
        return zone and ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError):
        return ""

"""Who checked a text, and when, as its fields say it: a day, and a role or a team, never the name of a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.articles.models import Article
from portal.articles.states import Significance
from portal.organisation import queries as organisation

LONGEST = 80  # most characters of whoever checked it


class Checked(NamedTuple):
    """The two fields of a text that say it was checked; both empty where nobody did."""

    checked_on: date | None = None
    checked_by: str | None = None


def after_going_live(
    session: Session,
    before: Article,
    owner_role: str,
    significance: str,
    *,
    is_validated: bool,
    by: int | None,
    now: datetime,
) -> Checked:
    """What a text says once it is live over *before*; *is_validated* is one that *by* read as a second person.

    A typo leaves what was said before; any other change that nobody read is not checked any more.
    """
    if is_validated and by is not None:
        return checked_now(session, owner_role, by=by, now=now)
    if significance == Significance.TYPO:
        return Checked(before.checked_on, before.checked_by)
    return Checked()


def checked_now(session: Session, owner_role: str, *, by: int, now: datetime) -> Checked:
    """Say that *by* checked a text of *owner_role*: as that role where it is theirs or of their team.

    Anybody else checks as their team, and whoever has none as what they are, like ``superuser``.
    """
    person = accounts.row_of(session, by)
    holder = accounts.holder_of(session, owner_role)
    party = organisation.owner_role_parties(session).get(owner_role)
    is_theirs = (holder is not None and holder.id == by) or (party is not None and person.person.party_id == party)
    role = person.roles[0].replace("_", "-") if person.roles else owner_role
    return Checked(now.date(), (owner_role if is_theirs else person.party or role)[:LONGEST])

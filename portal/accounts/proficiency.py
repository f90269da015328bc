"""How far somebody may go alone when writing: granted and withdrawn by a coach, with a reason, kept as history.

Whoever may write starts as candidate, a lead as publisher; the role coach goes
furthest and needs no grant. One grant of a person stands at a time: another
takes its place, and what is withdrawn lets them stand where they started.
Shown skill opens this, no points do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts import queries
from portal.accounts.events import ProficiencyGranted, ProficiencyWithdrawn
from portal.accounts.models import PROFICIENCIES, Person, Proficiency
from portal.accounts.queries import MOST, PeoplePage
from portal.accounts.rights import Rights, permitted_roles, rights_of
from portal.accounts.roles import COACH, PROFICIENCY_TITLE, starting_proficiency
from portal.accounts.service import LONGEST_REASON
from portal.core.errors import Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _


@dataclass(frozen=True, kw_only=True)
class Move:
    """One line of the history: *kind* was granted or withdrawn, by whom (if known), when and why."""

    kind: str
    is_grant: bool
    by_id: int | None
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a writer stands. *kind* is empty for who does not write; *start* is where they stand without a grant.

    *granted* is what a coach granted and holds (empty: nothing), *history* all
    moves, the newest first, and *seen* a number that another one follows as
    soon as anybody grants or withdraws.
    """

    kind: str
    start: str
    granted: str
    history: Sequence[Move]
    seen: int

    @property
    def choices(self) -> tuple[str, ...]:
        """What can be granted; nothing to somebody who does not write, or is a coach."""
        if self.start in ("", COACH):
            return ()
        return tuple(kind for kind in PROFICIENCIES if kind != self.kind)


def standing_of(session: Session, person_id: int, rights: Rights) -> Standing:
    """Where the holder of *rights* stands, with all that led there; one query."""
    granter, taker = aliased(Person), aliased(Person)
    query = (
        sa.select(Proficiency, granter.name, taker.name)
        .outerjoin(granter, granter.id == Proficiency.granted_by)
        .outerjoin(taker, taker.id == Proficiency.withdrawn_by)
        .where(Proficiency.person_id == person_id)
        .order_by(Proficiency.id.desc())
        .limit(MOST)
    )
    history: list[Move] = []
    granted, seen = "", 0
    for row, granted_by, withdrawn_by in session.execute(query):
        seen = seen or row.id * 2 + bool(row.withdrawn_at)
        if row.withdrawn_at is None:
            granted = row.kind
        elif row.withdrawn_reason:
            history.append(_move(row, withdrawn_by, is_grant=False))
        history.append(_move(row, granted_by, is_grant=True))
    start = queries.starts_as(rights)
    kind = start if start in ("", COACH) else granted or start
    return Standing(kind=kind, start=start, granted=granted, history=history, seen=seen)


def _move(row: Proficiency, name: str | None, *, is_grant: bool) -> Move:
    return Move(
        kind=row.kind,
        is_grant=is_grant,
        by_id=row.granted_by if is_grant else row.withdrawn_by,
        by=name or "",
        at=row.granted_at if is_grant or row.withdrawn_at is None else row.withdrawn_at,
        reason=row.reason if is_grant else row.withdrawn_reason,
    )


def writers(session: Session, *, words: str = "", page: int = 1) -> PeoplePage:
    """People who may write and are here, by name."""
    return queries.people(session, words=words, any_of=permitted_roles(session, "articles.write"), page=page)


def kinds_of(session: Session, rows: Iterable[queries.PersonRow]) -> dict[int, str]:
    """How far each of these writers goes alone, by the id of the person; one query."""
    roles = {row.person.id: row.roles for row in rows}
    query = sa.select(Proficiency.person_id, Proficiency.kind).where(
        Proficiency.person_id.in_(roles), Proficiency.withdrawn_at.is_(None)
    )
    granted = {row.person_id: row.kind for row in session.execute(query)}
    starts = {person_id: starting_proficiency(held) for person_id, held in roles.items()}
    return {each: start if start == COACH else granted.get(each, start) for each, start in starts.items()}


def grant(
    session: Session, person: Person, kind: str, *, reason: str, by: int, seen: int, now: datetime
) -> Proficiency:
    """Let *person* go so far alone from now on; *seen* is what :class:`Standing` said to who decides.

    Raises:
        Refused: to oneself, to who has left, does not write or is a coach; no such kind, or the one that they
            have; no reason; or another coach was faster.
    """
    standing = _decided_on(session, person, by=by, seen=seen)
    if not person.is_here:
        raise Refused(_("%(name)s is no longer here.", name=person.name), hint=_("What they wrote stays as it is."))
    if not standing.start:
        raise Refused(
            _("%(name)s does not write articles.", name=person.name),
            hint=_("An administrator gives them a role that writes; then this can be granted."),
        )
    if standing.start == COACH:
        raise Refused(
            _("%(name)s is a coach, which goes further than anything that is granted.", name=person.name),
            hint=_("An administrator can take the role away."),
        )
    if kind not in PROFICIENCIES or kind == standing.kind:
        raise Refused(
            _("There is nothing to change: choose another one than they have."),
            hint=_("There are: %(kinds)s.", kinds=", ".join(str(PROFICIENCY_TITLE[each]) for each in standing.choices)),
        )
    reason = _said(reason)
    for row in _standing_rows(session, person.id):
        row.withdrawn_by, row.withdrawn_at = by, now
    session.flush()
    row = Proficiency(person_id=person.id, kind=kind, reason=reason, granted_by=by, granted_at=now)
    session.add(row)
    session.flush()
    emit(session, ProficiencyGranted(actor_id=by, person_id=person.id, kind=kind))
    return row


def withdraw(session: Session, person: Person, *, reason: str, by: int, seen: int, now: datetime) -> None:
    """Take back what was granted, also from somebody who has left; they stand where they started.

    Raises:
        Refused: from oneself; nothing was granted; no reason; or another coach was faster.
    """
    standing = _decided_on(session, person, by=by, seen=seen)
    if not standing.granted:
        raise Refused(
            _("Nothing is granted to %(name)s, so there is nothing to withdraw.", name=person.name),
            hint=_("They stand where their roles let them start."),
        )
    reason = _said(reason)
    for row in _standing_rows(session, person.id):
        row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = by, now, reason
    session.flush()
    emit(session, ProficiencyWithdrawn(actor_id=by, person_id=person.id, kind=standing.granted))


def _standing_rows(session: Session, person_id: int) -> Sequence[Proficiency]:
    query = sa.select(Proficiency).where(Proficiency.person_id == person_id, Proficiency.withdrawn_at.is_(None))
    return session.scalars(query).all()


def _decided_on(session: Session, person: Person, *, by: int, seen: int) -> Standing:
    """Where *person* stands now, when that is what the coach has seen. Raises ``Refused``."""
    if by == person.id:
        raise Refused(
            _("Nobody decides how far they go alone themselves."), hint=_("Ask another coach to look at your articles.")
        )
    # Two coaches at once: the second waits here, and then sees what the first one did.
    session.execute(sa.select(Person.id).where(Person.id == person.id).with_for_update())
    standing = standing_of(session, person.id, rights_of(session, person))
    if standing.seen != seen:
        last = standing.history[0] if standing.history else None
        raise Refused(
            _("%(name)s changed this a moment ago.", name=last.by)
            if last is not None and last.by
            else _("Somebody changed this a moment ago."),
            hint=_("Read the history, and then decide once more. What you typed is still here."),
        )
    return standing


def _said(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Refused(
            _("A reason is needed, in at most %(count)s characters.", count=LONGEST_REASON),
            hint=_("One sentence is enough: what you saw in their articles."),
        )
    return reason

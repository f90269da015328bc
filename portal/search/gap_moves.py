"""What people do about a gap: take it on, leave it, say what answers it, say that it is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.search import gaps
from portal.search.askers import Askers
from portal.search.events import GapRejected
from portal.search.gap_finding import searched
from portal.search.gap_models import GapState, SearchGap
from portal.search.gaps import Folding
from portal.search.own_words import with_editors
from portal.search.sources import Sources

SHORTEST_REASON: Final = 10


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A gap as a page shows it: with who has taken it on, and what answers it for whoever looks."""

    gap: SearchGap
    holder: str = ""
    title: str = ""
    address: str = ""


def listed(session: Session, state: GapState, *, page: int, per_page: int) -> tuple[list[Shown], int]:
    """The gaps of one state, those first that most people miss, and how many there are."""
    states = (GapState.OPEN, GapState.CLAIMED) if state is GapState.OPEN else (state,)
    query = sa.select(SearchGap).where(SearchGap.state.in_(states))
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(SearchGap.people.desc(), SearchGap.asked_at.desc(), SearchGap.id)
    found = session.scalars(ordered.offset((page - 1) * per_page).limit(per_page)).all()
    holders = _names(session, found)
    return [Shown(gap=gap, holder=holders.get(gap.claimed_by or 0, "")) for gap in found], total


def waiting(session: Session) -> int:
    """How many gaps nobody has taken on."""
    query = sa.select(sa.func.count()).where(SearchGap.state == GapState.OPEN)
    return session.scalar(query) or 0


def one(session: Session, sources: Sources, gap_id: int, rights: Rights) -> Shown:
    """One gap, with its answer if *rights* may read that. Raises ``NotFound``."""
    gap = session.get(SearchGap, gap_id)
    if gap is None:
        raise NotFound(_("There is no such gap here."), hint=_("Look at the list of those that are open."))
    holder = _names(session, [gap]).get(gap.claimed_by or 0, "")
    if gap.source not in sources:
        return Shown(gap=gap, holder=holder)
    answer = sources[gap.source].searchable.readable(session, [gap.ref], rights).get(gap.ref)
    return Shown(gap=gap, holder=holder, title=answer.title if answer else "", address=answer.address if answer else "")


def claim(session: Session, askers: Askers, gap_id: int, *, person_id: int, now: datetime) -> SearchGap:
    """Take a gap on for fourteen days.

    Raises:
        NotFound: there is none.
        Refused: somebody else has, it is over, or whoever asks had a hand in a young one.
    """
    gap = _gap(session, gap_id)
    if gap.state == GapState.CLAIMED and gap.claimed_by == person_id:
        return gap
    if gap.state == GapState.CLAIMED:
        raise Refused(
            _("Somebody else has taken this on."), hint=_("It is free again when they leave it, or after 14 days.")
        )
    _must_be(gap, GapState.OPEN)
    since = now - gaps.WITHIN
    is_young = now - gap.opened_at < gaps.YOUNG
    if is_young and searched(session, gap, askers.mark(person_id), Folding(with_editors(session)), since):
        raise Refused(
            _("You searched for this yourself, and the gap is not a day old."),
            hint=_("Write the page all the same if you know the answer, or take it on tomorrow."),
        )
    gap.state, gap.claimed_by, gap.claimed_at = GapState.CLAIMED, person_id, now
    return gap


def leave(session: Session, gap_id: int, *, person_id: int) -> SearchGap:
    """Leave a gap to others that one had taken on. Raises ``NotFound`` and ``Refused``."""
    gap = _gap(session, gap_id)
    if gap.state == GapState.OPEN:
        return gap
    _must_be(gap, GapState.CLAIMED)
    if gap.claimed_by != person_id:
        raise Refused(
            _("Somebody else has taken this on."), hint=_("Only they can leave it, and after 14 days it is free.")
        )
    gap.state, gap.claimed_by, gap.claimed_at = GapState.OPEN, None, None
    return gap


def answer(
    session: Session, sources: Sources, gap_id: int, *, ref: str, rights: Rights, person_id: int, now: datetime
) -> SearchGap:
    """Say which article answers a gap; from now on it is seen whether people find it.

    Raises:
        NotFound: there is no such gap.
        Refused: somebody else has taken it on, it is over, or there is no such article to read.
    """
    gap = _gap(session, gap_id)
    if gap.state == GapState.ANSWERED and gap.ref == ref:
        return gap
    _must_be(gap, GapState.OPEN, GapState.CLAIMED, GapState.ANSWERED)
    if gap.state == GapState.CLAIMED and gap.claimed_by != person_id:
        raise Refused(
            _("Somebody else has taken this on."), hint=_("Tell them; it is free again after 14 days at the latest.")
        )
    found = _readable(session, sources, ref, rights)
    if found is None:
        raise Refused(
            _("No page that people can read has this number."),
            hint=_("Give the number of a live page, such as KB0004. A draft counts once it is live."),
            field="ref",
        )
    gap.source, gap.ref = found
    gap.state, gap.answered_by, gap.answered_at = GapState.ANSWERED, person_id, now
    return gap


def reject(session: Session, gap_id: int, *, reason: str, person_id: int, now: datetime) -> SearchGap:
    """Say why a gap needs no page, or that it was made up; what was earned by closing it counts no longer.

    Raises:
        NotFound: there is no such gap.
        Refused: there is no reason.
    """
    gap = _gap(session, gap_id)
    if gap.state == GapState.REJECTED:
        return gap
    reason = " ".join(reason.split())[: gaps.REASON_LENGTH]
    if len(reason) < SHORTEST_REASON:
        raise Refused(
            _("The reason is missing."), hint=_("Say in a few words why nothing has to be written."), field="reason"
        )
    source, ref = gap.source, gap.ref
    gap.state, gap.reason, gap.rejected_by, gap.rejected_at = GapState.REJECTED, reason, person_id, now
    emit(session, GapRejected(gap_id=gap.id, source=source, ref=ref))
    return gap


def _gap(session: Session, gap_id: int) -> SearchGap:
    gap = session.get(SearchGap, gap_id)
    if gap is None:
        raise NotFound(_("There is no such gap here."), hint=_("Look at the list of those that are open."))
    return gap


def _must_be(gap: SearchGap, *states: GapState) -> None:
    if gap.state not in states:
        raise Refused(_("This gap has moved on meanwhile."), hint=_("The page shows where it stands now."))


def _readable(session: Session, sources: Sources, ref: str, rights: Rights) -> tuple[str, str] | None:
    """The thing of this number that *rights* may read, whoever offers it."""
    typed = ref.strip().upper()[: gaps.REF_LENGTH]
    for name, source in sources.items():
        if typed and source.searchable.readable(session, [typed], rights):
            return name, typed
    return None


def _names(session: Session, found: Sequence[SearchGap]) -> dict[int, str]:
    ids = {gap.claimed_by for gap in found} - {None}
    rows = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}

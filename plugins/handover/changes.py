"""Changes as records: made on a page, by a program or from a file; the same change twice is one change.

The size of a pack is proposed here by rule (handover 4.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import items, plan, writing
from plugins.handover.events import HandoverChangeRecorded
from plugins.handover.models import KINDS, Change, ChangeService, ChangeUnit, Item, Pack, PackParty
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.typed import clean
from portal.organisation.models import Party, Service, Unit

SMALL_PEOPLE: Final = 50
LARGE_PEOPLE: Final = 500
LONGEST_REF, LONGEST_TITLE, LONGEST_RISK = 60, 200, 2_000
MOST_CHOSEN: Final = 50
"""So many services, or units, of one change."""
MOST_PEOPLE: Final = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Told:
    """What somebody, or a program, says about a change; *ref* may be empty, then it gets a number of ours."""

    title: str
    kind: str
    go_live_at: datetime
    owner_id: int | None
    ref: str = ""
    window_until: datetime | None = None
    people_affected: int | None = None
    project: str = ""
    risk: str = ""
    is_quickly_back: bool = False
    is_sensitive: bool = False
    campaign: str = ""
    services: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The change with its pack; *is_new* where it was not known, *differs* where something of it changed."""

    change: Change
    pack: Pack
    is_new: bool
    differs: bool


def proposed_size(told: Told, *, is_critical: bool) -> str:
    """The size of a pack by rule: L where much is at stake, S where little is and going back takes minutes, else M."""
    people = told.people_affected
    if told.kind == "new_service" or is_critical or told.is_sensitive or (people or 0) >= LARGE_PEOPLE:
        return "L"
    is_small = people is not None and people <= SMALL_PEOPLE and len(told.units) == 1
    if told.kind == "campaign":
        return plan.plan().campaign_size
    return "S" if is_small and told.is_quickly_back else "M"


def by_ref(session: Session, ref: str) -> Change:
    """The change with this number. Raises ``NotFound``."""
    found = session.scalar(sa.select(Change).where(Change.ref == ref.strip()[:LONGEST_REF]))
    if found is None:
        raise NotFound(_("There is no change of this number."), hint=_("The board shows those that there are."))
    return found


def pack_of(session: Session, change: Change) -> Pack:
    """The pack of a change; every change has one."""
    return session.scalars(sa.select(Pack).where(Pack.change_id == change.id)).one()


def record(session: Session, told: Told, *, source: str, by: int | None, now: datetime) -> Recorded:
    """Record a change with an empty pack, or bring the record of that number up to date.

    Raises:
        Refused: something of it does not fit.
    """
    told = _checked(session, told)
    held = session.scalar(sa.select(Change).where(Change.ref == told.ref)) if told.ref else None
    if held is not None:
        pack = pack_of(session, held)
        differs = _amend(session, held, pack, told, by=by, now=now)
        return Recorded(change=held, pack=pack, is_new=False, differs=differs)
    change = Change(ref=told.ref or _next_ref(session), source=source, created_at=now, **_plain(told))
    change.services = [ChangeService(service_id=each) for each in told.services]
    change.units = [ChangeUnit(unit_id=each) for each in told.units]
    session.add(change)
    session.flush()
    size = proposed_size(told, is_critical=_is_critical(session, told.services))
    pack = Pack(
        change_id=change.id,
        change=change,
        state=plan.DRAFT,
        state_since=now,
        size=size,
        size_proposed=size,
        owner_id=told.owner_id,
        created_at=now,
    )
    session.add(pack)
    session.flush()
    _invite_parties(session, pack, told.services)
    add_asked_items(session, pack, now=now)
    emit(session, HandoverChangeRecorded(actor_id=by, change_id=change.id, pack_id=pack.id, is_new=True))
    return Recorded(change=change, pack=pack, is_new=True, differs=True)


def add_asked_items(session: Session, pack: Pack, *, now: datetime) -> None:
    """Let a pack have the items that its size asks for; those that stand stay."""
    standing = {item.kind: item for item in session.scalars(sa.select(Item).where(Item.pack_id == pack.id))}
    asked = plan.plan().sizes[pack.size].items
    for kind in asked:
        item = standing.get(kind)
        if item is None:
            session.add(Item(pack_id=pack.id, kind=kind, owner_id=pack.owner_id, is_asked=True, changed_at=now))
        else:
            item.is_asked = True
    for kind, item in standing.items():
        if kind not in asked and item.is_asked:
            item.is_asked = False
            if item.state == items.MISSING and not item.link and not item.title:
                session.delete(item)
    session.flush()


def _invite_parties(session: Session, pack: Pack, services: tuple[str, ...]) -> None:
    """Those who sign, to begin with: the whole front line, and the owners of the services."""
    owners = sa.select(Service.party_id).where(Service.id.in_(services))
    query = sa.select(Party.id).where(sa.or_(Party.kind == "front_line", Party.id.in_(owners)))
    for party_id in session.scalars(query.order_by(Party.sort_order, Party.id).limit(MOST_CHOSEN)):
        session.add(PackParty(pack_id=pack.id, party_id=party_id))
    session.flush()


def _amend(session: Session, change: Change, pack: Pack, told: Told, *, by: int | None, now: datetime) -> bool:
    values = _plain(told)
    if told.owner_id is None:
        values.pop("owner_id")
    before = {name: getattr(change, name) for name in values}
    services, units = {each.service_id for each in change.services}, {each.unit_id for each in change.units}
    if before == values and services == set(told.services) and units == set(told.units):
        return False
    if pack.state in plan.ENDED:
        raise Refused(
            _("The pack of this change has ended."),
            hint=_("Record what happens now as a change of its own, with another number."),
        )
    moved = abs(told.go_live_at - change.go_live_at)
    for name, value in values.items():
        setattr(change, name, value)
    change.services = [each for each in change.services if each.service_id in told.services]
    change.services += [ChangeService(service_id=each) for each in told.services if each not in services]
    change.units = [each for each in change.units if each.unit_id in told.units]
    change.units += [ChangeUnit(unit_id=each) for each in told.units if each not in units]
    if told.owner_id is not None:
        pack.owner_id = told.owner_id
    pack.size_proposed = proposed_size(told, is_critical=_is_critical(session, told.services))
    session.flush()
    emit(session, HandoverChangeRecorded(actor_id=by, change_id=change.id, pack_id=pack.id, is_new=False))
    writing.go_live_moved(session, pack, moved, by=by, now=now)
    return True


def _plain(told: Told) -> dict[str, object]:
    names = ("title", "kind", "go_live_at", "window_until", "people_affected", "owner_id", "project", "risk")
    return {name: getattr(told, name) for name in (*names, "is_quickly_back", "is_sensitive", "campaign")}


def _is_critical(session: Session, services: tuple[str, ...]) -> bool:
    query = sa.select(Service.id).where(Service.id.in_(services), Service.is_critical).limit(1)
    return session.scalar(query) is not None


def _next_ref(session: Session) -> str:
    """``C-1``, ``C-2`` …: the next number that no change has."""
    number = (session.scalar(sa.select(sa.func.max(Change.id))) or 0) + 1
    while session.scalar(sa.select(Change.id).where(Change.ref == f"C-{number}")) is not None:
        number += 1
    return f"C-{number}"


def _checked(session: Session, told: Told) -> Told:
    title, ref = clean(told.title).replace("\n", " "), clean(told.ref).replace("\n", " ")
    if not title or len(title) > LONGEST_TITLE:
        raise Refused(_("A change has a title of at most %(most)s characters.", most=LONGEST_TITLE),
                      hint=_("Say in a few words what will be different."), field="title")  # fmt: skip
    if len(ref) > LONGEST_REF or "/" in ref:
        raise Refused(
            _("The number of a change has at most %(most)s characters and no slash.", most=LONGEST_REF),
            hint=_("Use the number that the change tool gives it."),
            field="ref",
        )
    if told.kind not in KINDS:
        raise Refused(_("A change is one of: %(names)s.", names=", ".join(KINDS)),
                      hint=_("Choose what fits best."), field="kind")  # fmt: skip
    if told.people_affected is not None and not 0 <= told.people_affected <= MOST_PEOPLE:
        raise Refused(_("The number of people does not fit."), hint=_("Write it as a plain number."),
                      field="people_affected")  # fmt: skip
    if told.window_until is not None and not timedelta() <= told.window_until - told.go_live_at <= timedelta(days=30):
        raise Refused(_("The window ends before it begins, or lasts longer than 30 days."),
                      hint=_("Look at both days."), field="window_until")  # fmt: skip
    risk, project, campaign = clean(told.risk), clean(told.project), clean(told.campaign)
    if len(risk) > LONGEST_RISK or len(project) > 120 or len(campaign) > 120:
        raise Refused(_("A text is too long."), hint=_("Say it shorter; the pack has room for the rest."))
    _known(session, Service, told.services, "services", _("There is no service %(name)s."))
    _known(session, Unit, told.units, "units", _("There is no unit %(name)s."))
    return Told(
        **{
            **vars(told),
            "title": title,
            "ref": ref,
            "risk": risk,
            "project": project,
            "campaign": campaign,
            "services": tuple(sorted(set(told.services))),
            "units": tuple(sorted(set(told.units))),
        }
    )


def _known(session: Session, model: type[Service | Unit], keys: tuple[str, ...], field: str, sentence: str) -> None:
    if len(keys) > MOST_CHOSEN:
        raise Refused(_("At most %(most)s may be chosen.", most=MOST_CHOSEN), field=field)
    there = set(session.scalars(sa.select(model.id).where(model.id.in_(keys))))
    for key in keys:
        if key not in there:
            raise Refused(sentence % {"name": key}, hint=_("The admin pages show their keys."), field=field)

"""Adding and changing records of the organisation, by hand or from a file.

Values go by the names of ``organisation.toml`` (see ``rules``). Whoever edits
says which version they saw; when somebody else was faster, nothing is
overwritten and both are told. Nothing is deleted here: articles, people and
history point at these records, so a service is marked as not used instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.organisation import queries, rules
from portal.organisation.events import OrganisationChanged
from portal.organisation.models import Entry, Listed, Organisation, Party, PartyTool, Service, Site, Unit
from portal.organisation.rules import FIELDS, Unfit

LISTED: dict[str, type[Listed]] = {"site": Site, "unit": Unit, "party": Party, "service": Service}
COLUMNS = {
    "parent": "parent_id",
    "site": "site_id",
    "party": "party_id",
    "critical": "is_critical",
    "used": "is_used",
}
MAY_BE_NONE = frozenset({"parent"})
ORGANISATION_KEY = "organisation"


class Changed(Refused):
    """Somebody else saved the record since it was opened; nothing was overwritten."""


def kind_of(record: Entry) -> str:
    """The kind of a record: organisation, site, unit, party or service."""
    return str(record.__tablename__)


def key_of(record: Entry) -> str:
    """The key of a record; the organisation's is always the same."""
    return record.id if isinstance(record, Listed) else ORGANISATION_KEY


def get(session: Session, kind: str, key: str) -> Entry:
    """One record of any kind. Raises ``NotFound``."""
    record: Entry | None = session.get(LISTED[kind], key) if kind in LISTED else queries.organisation(session)
    if record is None:
        raise NotFound(_("There is no entry “%(key)s” here.", key=key), hint=_("The list shows all that there are."))
    return record


def values_of(record: Entry) -> dict[str, Any]:
    """The values of a record by the names that files and forms use."""
    return {name: _value(record, name) for name in FIELDS[kind_of(record)]}


def _value(record: Entry, name: str) -> Any:
    if isinstance(record, Party) and name in {"tools", "access"}:
        return sorted(each.key for each in record.tools if each.kind == _tool_kind(name))
    if isinstance(record, Service) and name == "units":
        return sorted(each.id for each in record.units)
    value = getattr(record, COLUMNS.get(name, name))
    return "" if value is None and name in MAY_BE_NONE else value


def add(
    session: Session, kind: str, values: Mapping[str, Any], *, key: str = "", by: int | None, now: datetime
) -> Entry:
    """Add a record by hand, last in the order; without *key* it is made from the name.

    Raises:
        Unfit: fields that do not fit; a key that is taken or not a key.
    """
    try:
        cleaned, faults = rules.clean(kind, values), {}
    except Unfit as unfit:
        cleaned, faults = {}, unfit.faults
    try:
        wanted = rules.key(key or rules.key_from(str(values.get("name", ""))))
        if session.get(LISTED[kind], wanted) is not None:
            faults["key"] = _("There is an entry “%(key)s” already. Please choose another short name.", key=wanted)
    except Refused as fault:
        if key or "name" not in faults:  # without a name there is nothing to make a key from, which is said there
            faults["key"] = fault.message
    if faults:
        raise Unfit(faults)
    record = create(session, kind, wanted, cleaned, order=_last(session, kind) + 1, by=by)
    record.edited_at = now
    session.flush()
    return record


def change(
    session: Session, kind: str, key: str, values: Mapping[str, Any], *, version: int, by: int | None, now: datetime
) -> Entry:
    """Change a record by hand; *version* is the one that the editor saw. From then on no file overwrites it.

    Raises:
        NotFound: there is no such record.
        Changed: somebody else saved it since.
        Unfit: values that do not fit.
    """
    record = get(session, kind, key)
    if record.version != version:
        raise _changed()
    try:
        if update(session, record, rules.clean(kind, values), by=by):
            record.edited_at = now
            session.flush()
    except StaleDataError:  # written by somebody else since it was read, a line above
        raise _changed() from None
    return record


def _changed() -> Changed:
    return Changed(
        _("Somebody else saved this while you were typing, so nothing was overwritten."),
        hint=_("What you typed still stands below. Compare, then save again."),
    )


def move(session: Session, kind: str, key: str, *, up: bool, by: int | None) -> None:
    """Move a record one place up or down in its list; at the end nothing happens. Raises ``NotFound``."""
    model = LISTED[kind]
    get(session, kind, key)
    ordered = list(session.scalars(sa.select(model).order_by(model.sort_order, model.id)))
    here = next(place for place, row in enumerate(ordered) if row.id == key)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(ordered):
        return
    ordered[here], ordered[there] = ordered[there], ordered[here]
    for place, row in enumerate(ordered):
        row.sort_order = place
    session.flush()
    emit(session, OrganisationChanged(actor_id=by, kind=kind, ref=key))


def create(session: Session, kind: str, key: str, cleaned: Mapping[str, Any], *, order: int, by: int | None) -> Entry:
    """Write a new record from values that ``rules.clean`` returned.

    Raises:
        Unfit: it points at a record that does not exist, or owns a role that another party owns.
    """
    record: Entry = LISTED[kind](id=key, sort_order=order) if kind in LISTED else Organisation(id=1)
    record.version, record.is_sample = 1, False
    _apply(session, record, _resolved(session, kind, key, cleaned))
    session.add(record)
    session.flush()
    emit(session, OrganisationChanged(actor_id=by, kind=kind, ref=key_of(record)))
    return record


def update(session: Session, record: Entry, cleaned: Mapping[str, Any], *, by: int | None) -> bool:
    """Write what differs in *cleaned* into a record; return whether anything did. Raises ``Unfit`` as ``create``."""
    kind, before = kind_of(record), values_of(record)
    resolved = _resolved(session, kind, key_of(record), cleaned, before)
    if all(before[name] == value for name, value in resolved.items()):
        return False
    _apply(session, record, resolved)
    record.version += 1
    session.flush()
    emit(session, OrganisationChanged(actor_id=by, kind=kind, ref=key_of(record)))
    return True


def _resolved(
    session: Session, kind: str, key: str, cleaned: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Fill in the site that nobody named, and look whether all that is pointed at exists."""
    values = dict(cleaned)
    if "site" in FIELDS[kind] and not values["site"]:
        values["site"] = (before or {}).get("site") or _site_for(session, values.get("parent", ""))
    faults = {"site": _("There is no site yet. Please add one first.")} if values.get("site") == "" else {}
    for name, field in FIELDS[kind].items():
        missing = _missing(session, field.points_at, values[name]) if field.points_at else []
        if missing:
            faults[name] = _("There is no “%(key)s” to point at.", key=missing[0])
    if kind == "unit" and not faults and key in {each.id for each in queries.unit_chain(session, values["parent"])}:
        faults["parent"] = _("A unit cannot stand below itself. Please choose another one.")
    if kind == "party":
        taken = {role: owner for role, owner in queries.owner_role_parties(session).items() if owner != key}
        both = next((role for role in values["owner_roles"] if role in taken), "")
        if both:
            faults["owner_roles"] = _("The role %(role)s belongs to %(party)s already.", role=both, party=taken[both])
    if faults:
        raise Unfit(faults)
    return values


def _site_for(session: Session, parent: str) -> str:
    """The site of the parent unit, else the first one, else nothing."""
    above = session.get(Unit, parent) if parent else None
    first = queries.first_site(session) if above is None else None
    return above.site_id if above else (first.id if first else "")


def _missing(session: Session, kind: str, value: str | list[str]) -> list[str]:
    wanted = set(value if isinstance(value, list) else [value] if value else [])
    model = LISTED[kind]
    return sorted(wanted - set(session.scalars(sa.select(model.id).where(model.id.in_(wanted)))))


def _apply(session: Session, record: Entry, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(record, Party) and name in {"tools", "access"}:
            _set_tools(record, _tool_kind(name), value)
        elif isinstance(record, Service) and name == "units":
            record.units = list(session.scalars(sa.select(Unit).where(Unit.id.in_(value))))
        else:
            setattr(record, COLUMNS.get(name, name), None if name in MAY_BE_NONE and not value else value)


def _set_tools(party: Party, kind: str, keys: list[str]) -> None:
    kept = [each for each in party.tools if each.kind != kind or each.key in keys]
    held = {each.key for each in kept if each.kind == kind}
    party.tools = kept + [PartyTool(kind=kind, key=key) for key in keys if key not in held]


def _tool_kind(name: str) -> str:
    return {"tools": "tool", "access": "access"}[name]


def _last(session: Session, kind: str) -> int:
    last = session.scalar(sa.select(sa.func.max(LISTED[kind].sort_order)))
    return -1 if last is None else last

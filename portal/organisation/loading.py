"""Loading the organisation from a file, as often as wanted.

What the file says is added or brought up to date, in one transaction or not
at all. Records that somebody edited by hand stay as they are, records that the
file does not name stay too, and a record keeps its place in the list.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.organisation import queries, rules, service
from portal.organisation.models import Entry
from portal.organisation.rules import FIELDS, KINDS, Unfit

SHIPPED = Path(__file__).parent / "organisation.toml"
SCHEMA = 1
MOST_BYTES = 1024 * 1024
MOST_FAULTS_SHOWN = 20
OWN_KEYS = frozenset({"id", "sample"})


@dataclass
class Loaded:
    """What a load did: numbers of records, and the names of those that were kept as edited by hand."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """The result as sentences."""
        done: str = _(
            "Organisation: %(added)s added, %(changed)s brought up to date, %(unchanged)s were so already.",
            added=self.added, changed=self.changed, unchanged=self.unchanged,
        )  # fmt: skip
        if not self.kept:
            return done
        kept = ngettext("%(num)s stays as edited here: %(names)s.", "%(num)s stay as edited here: %(names)s.",
                        len(self.kept), names=", ".join(self.kept))  # fmt: skip
        return f"{done} {kept}"


@dataclass(frozen=True)
class _Row:
    """One table of the file: what it is, where it stands, and what it says."""

    kind: str
    place: int
    key: str
    values: Mapping[str, Any]
    is_sample: Any

    @property
    def where(self) -> str:
        """How a sentence names it: ``service 3 (mail)``."""
        if self.kind == "organisation":
            return "organisation"
        return f"{self.kind} {self.place + 1}" + (f" ({self.key})" if self.key else "")


def read(path: Path) -> dict[str, Any]:
    """Read a TOML file. Raises ``Refused`` when it is not there, too long, or no TOML in UTF-8."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused(_("%(path)s is longer than 1 MB.", path=path), hint=_("Is it the right file?"))
        text = path.read_text(encoding="utf-8")
        if text.startswith("\ufeff"):
            raise Refused(
                _("%(path)s begins with an invisible byte order mark.", path=path),
                hint=_("Save it as UTF-8 without BOM."),
            )
        return tomllib.loads(text)
    except OSError as fault:
        raise Refused(
            _("%(path)s cannot be read: %(fault)s.", path=path, fault=fault.strerror), hint=_("Check the path.")
        ) from fault
    except UnicodeDecodeError as fault:
        raise Refused(_("%(path)s is not written in UTF-8.", path=path), hint=_("Save it as UTF-8.")) from fault
    except tomllib.TOMLDecodeError as fault:
        raise Refused(
            _("%(path)s is not valid TOML: %(fault)s.", path=path, fault=fault), hint=_("Mend that line.")
        ) from fault


def load(
    session: Session,
    data: Mapping[str, Any],
    *,
    samples: bool = False,
    source: str = SHIPPED.name,
    by: int | None = None,
) -> Loaded:
    """Bring the database up to *data* (as :func:`read` returns it); rows marked ``sample`` only if *samples*.

    Raises:
        Refused: something does not fit. Each fault is named by its place; the caller rolls back, nothing is loaded.
    """
    faults = _faults_of_shape(data)
    rows = [] if faults else [row for row in _rows(data) if samples or row.is_sample is not True]
    cleaned = _cleaned(rows, faults)
    if not faults:
        _check_pointers(session, rows, cleaned, faults)
        rows = _parents_first(rows, faults)
    loaded = Loaded()
    for row in rows if not faults else ():
        try:
            _put(session, row, cleaned[row.kind, row.key], loaded, by)
        except Unfit as unfit:
            faults += _told(row, unfit)
    if faults:
        shown = faults[:MOST_FAULTS_SHOWN]
        more = [_("and %(count)s more", count=len(faults) - len(shown))] if len(faults) > len(shown) else []
        raise Refused(_("%(source)s does not fit, so nothing was loaded.", source=source), hint="\n".join(shown + more))
    return loaded


def is_empty(session: Session) -> bool:
    """Whether nothing was ever loaded."""
    return queries.organisation(session) is None


def _faults_of_shape(data: Mapping[str, Any]) -> list[str]:
    faults = []
    if data.get("schema") != SCHEMA:
        faults.append(_("schema: this portal reads schema = %(schema)s.", schema=SCHEMA))
    for name, value in data.items():
        if name != "schema" and name not in KINDS:
            faults.append(f"{name}: {_unknown(name, KINDS)}")
        elif name == "organisation" and not isinstance(value, dict):
            faults.append(_("organisation: write it as one table, [organisation]."))
        elif name in service.LISTED and not (isinstance(value, list) and all(isinstance(row, dict) for row in value)):
            faults.append(_("%(name)s: write each as a table of its own, [[%(name)s]].", name=name))
    return faults


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    unknown: str = _("nothing of this name is known here.")
    return unknown + " " + _("Did you mean %(name)s?", name=near[0]) if near else unknown


def _rows(data: Mapping[str, Any]) -> list[_Row]:
    found = []
    for kind in KINDS:
        tables = data.get(kind, [])
        for place, table in enumerate([tables] if isinstance(tables, dict) else tables):
            values = {name: value for name, value in table.items() if name not in OWN_KEYS}
            key = service.ORGANISATION_KEY if kind == "organisation" else table.get("id", "")
            found.append(_Row(kind, place, key, values, table.get("sample", False)))
    return found


def _cleaned(rows: list[_Row], faults: list[str]) -> dict[tuple[str, str], dict[str, Any]]:
    cleaned: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        if not isinstance(row.is_sample, bool):
            faults.append(_("%(where)s: sample: this must be true or false.", where=row.where))
        try:
            rules.needed(rules.key)(row.key)
            if (row.kind, row.key) in cleaned:
                faults.append(_("%(where)s: id: there are two of this id.", where=row.where))
            cleaned[row.kind, row.key] = rules.clean(row.kind, row.values)
        except Unfit as unfit:
            faults += _told(row, unfit)
        except Refused as fault:
            faults.append(f"{row.where}: id: {fault.message}")
    return cleaned


def _told(row: _Row, unfit: Unfit) -> list[str]:
    known = FIELDS[row.kind]
    return [
        f"{row.where}: {name}: {sentence if name in known else _unknown(name, [*known, *OWN_KEYS])}"
        for name, sentence in unfit.faults.items()
    ]


def _check_pointers(
    session: Session, rows: list[_Row], cleaned: Mapping[tuple[str, str], Mapping[str, Any]], faults: list[str]
) -> None:
    known = {kind: set(session.scalars(sa.select(model.id))) for kind, model in service.LISTED.items()}
    for row in rows:
        known.setdefault(row.kind, set()).add(row.key)
    faults += [
        _("%(where)s: %(name)s: there is no %(kind)s called %(key)s.", where=row.where, name=name, kind=kind, key=key)
        for row in rows
        for name, kind, key in _pointers(row.kind, cleaned[row.kind, row.key])
        if key not in known[kind]
    ]


def _pointers(kind: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What a record points at: the field, the kind, the key."""
    for name, each in FIELDS[kind].items():
        if each.points_at:
            keys = values[name] if isinstance(values[name], list) else [values[name]]
            yield from ((name, each.points_at, key) for key in keys if key)


def _parents_first(rows: list[_Row], faults: list[str]) -> list[_Row]:
    """Order units so that each comes after its parent; the other kinds already stand in an order that works."""
    units = {row.key: row for row in rows if row.kind == "unit"}
    tree = {key: {str(row.values.get("parent", ""))} & units.keys() for key, row in units.items()}
    try:
        order = [units[key] for key in TopologicalSorter(tree).static_order()]
    except CycleError as fault:
        faults.append(_("unit: these stand below each other in a circle: %(units)s.", units=", ".join(fault.args[1])))
        return rows
    before = [row for row in rows if row.kind in {"organisation", "site"}]
    return before + order + [row for row in rows if row.kind in {"party", "service"}]


def _put(session: Session, row: _Row, cleaned: Mapping[str, Any], loaded: Loaded, by: int | None) -> None:
    present: Entry | None = (
        session.get(service.LISTED[row.kind], row.key) if row.kind in service.LISTED else queries.organisation(session)
    )
    if present is None:
        record = service.create(session, row.kind, row.key, cleaned, order=row.place, by=by)
        record.is_sample = row.is_sample
        session.flush()
        loaded.added += 1
    elif present.edited_at is not None:
        loaded.kept.append(f"{row.kind} {row.key}" if row.kind in service.LISTED else row.kind)
    elif service.update(session, present, cleaned, by=by):
        loaded.changed += 1
    else:
        loaded.unchanged += 1

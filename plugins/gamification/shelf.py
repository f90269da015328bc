"""The badges that are awarded now: those that come with the portal, those of a file, those that were written here.

What an administrator wrote goes before the file of the instance, and that
before what comes with the portal. Each change of a badge is a version of its
own. A file that does not fit changes nothing: the former set stays, and
:func:`problems` says why.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import evaluating
from plugins.gamification.definitions import SCHEMA, SHIPPED, TIERS, TRACKS, Badge, Problem, read
from plugins.gamification.events import GamificationRulesChanged
from plugins.gamification.models import BadgeFile, BadgeVersion
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.organisation.models import Organisation

OURS, FILE, ADMIN = "shipped", "file", "admin"
SHIPPED_NAME: Final = "shipped"
_BEGIN: Final = re.compile(r"^\[\[badge\]\][^\S\n]*(#.*)?$", re.MULTILINE)
_TAIL: Final = re.compile(r"(\s*^[^\S\n]*#.*$|\s+)+\Z", re.MULTILINE)

Held = Mapping[str, tuple[Badge, int]]


@dataclass(frozen=True)
class Shelf:
    """All badges that are awarded now: *held* by their ids, with the version of each; *listeners* by kinds of event."""

    held: Held
    listeners: Mapping[str, tuple[Badge, ...]]

    def hearing(self, kinds: Iterable[str]) -> list[Badge]:
        """The badges that one of *kinds* may change."""
        return list({badge.id: badge for kind in kinds for badge in self.listeners.get(kind, ())}.values())


def zone_of(session: Session) -> ZoneInfo:
    """The time zone of the organisation, in which the rules reckon days."""
    return ZoneInfo(session.connection().execute(_ZONE).scalar() or "UTC")


_ZONE: Final = sa.select(Organisation.time_zone)


def digest(toml: str, zone: str) -> str:
    """What parts one version from another: the text, and the *zone* in which its days are reckoned."""
    return hashlib.sha256(f"{zone}\n{toml}".encode()).hexdigest()


def active(session: Session) -> Held:
    """The badges that are awarded now, by id, each with its version; by track, then by tier."""
    return on(session).held


def on(session: Session) -> Shelf:
    """The badges that are awarded now, with who listens to what. One query; texts are read where something changed."""
    session.flush()
    marks = tuple(tuple(row) for row in session.connection().execute(_MARKS))
    if not marks:
        return _shipped()
    if marks not in _SHELVES:
        rows = newest(session).values()
        while len(_SHELVES) >= SHELVES:
            _SHELVES.pop(next(iter(_SHELVES)), None)
        _SHELVES[marks] = _shelf(tuple((row.id, row.version, row.toml) for row in rows if not row.is_gone))
    return _SHELVES[marks]


def newest(session: Session) -> dict[str, sa.Row[Any]]:
    """The latest version of each badge: id, version, sha256, toml, source, is_gone, active_from."""
    return {row.id: row for row in session.execute(_NEWEST)}


def _newest(*columns: Any) -> Any:
    last = sa.select(BadgeVersion.id, sa.func.max(BadgeVersion.version).label("version")).group_by(BadgeVersion.id)
    each = last.subquery()
    query = sa.select(BadgeVersion.id, BadgeVersion.version, BadgeVersion.sha256, BadgeVersion.is_gone, *columns)
    joined = query.join(each, sa.and_(BadgeVersion.id == each.c.id, BadgeVersion.version == each.c.version))
    return joined.order_by(BadgeVersion.id)


_NEWEST: Final = _newest(BadgeVersion.toml, BadgeVersion.source, BadgeVersion.active_from)
_MARKS: Final = _newest()
"""What tells one set of badges from another. Built once: building takes as long as asking, at each event."""
_SHELVES: Final[dict[tuple[Any, ...], Shelf]] = {}
SHELVES: Final = 4
"""So many sets are kept: that of this database, and those that are tried beside it."""


def toml_of(session: Session, badge_id: str) -> str:
    """The definition of a badge that is awarded now, as a text."""
    row = newest(session).get(badge_id)
    return row.toml if row is not None else apart(SHIPPED.read_text(encoding="utf-8"))[badge_id]


def _shelf(rows: tuple[tuple[str, int, str], ...]) -> Shelf:
    badges = [(_one(toml), version) for _id, version, toml in rows]
    badges.sort(key=lambda each: (TRACKS.index(each[0].track), TIERS.index(each[0].tier), each[0].id))
    held = {badge.id: (badge, version) for badge, version in badges}
    return Shelf(held, evaluating.listening(badge for badge, _version in badges))


@lru_cache(maxsize=1)
def _shipped() -> Shelf:
    return _shelf(tuple((id_, 1, toml) for id_, toml in apart(SHIPPED.read_text(encoding="utf-8")).items()))


@lru_cache(maxsize=400)
def _one(toml: str) -> Badge:
    """The badge in a text that was found right when it was kept."""
    return read(toml, SHIPPED_NAME).badges[0]


def as_kept(badge_id: str, toml: str | None) -> Badge | None:
    """A badge by the text that is kept of it, or as it comes with the portal where none is; no query."""
    if toml is not None:
        return _one(toml)
    return _shipped().held.get(badge_id, (None, 0))[0]


def apart(text: str) -> dict[str, str]:
    """Each badge of a file as a file of its own, by id, as it is written there.

    Raises:
        ValueError: it cannot be parted without changing what it says, which needs a very odd text.
    """
    begins = [found.start() for found in _BEGIN.finditer(text)]
    parts = [text[begin:end] for begin, end in zip(begins, [*begins[1:], len(text)], strict=True)]
    files = [f"schema = {SCHEMA}\n\n{_TAIL.sub('', part)}\n" for part in parts]
    found = [read(each, SHIPPED_NAME) for each in files]
    badges = [badge for each in found for badge in each.badges]
    if tuple(badges) != read(text, SHIPPED_NAME).badges or len(badges) != len(files):
        raise ValueError("A badge does not begin with the line [[badge]].")
    return {badge.id: file for badge, file in zip(badges, files, strict=True)}


def keep(session: Session, file: Path | None = None, *, now: datetime) -> list[str]:
    """Read what comes with the portal, and the *file* of the instance where there is one; return ids that changed.

    Each that changed, came or went is a new version. A file with problems
    leaves everything that came from it as it was.
    """
    wanted = {id_: (toml, OURS) for id_, toml in (_read(session, SHIPPED, SHIPPED_NAME, now) or {}).items()}
    stays: set[str] = {ADMIN}
    session.execute(sa.delete(BadgeFile).where(BadgeFile.name.not_in([SHIPPED_NAME, *([file.name] if file else [])])))
    if file is not None:
        own = _read(session, file, file.name, now)
        if own is None:
            stays.add(FILE)
        wanted |= {id_: (toml, FILE) for id_, toml in (own or {}).items()}
    zone, before = zone_of(session).key, newest(session)
    changed = []
    for id_ in sorted({*wanted, *before}):
        row = before.get(id_)
        if row is not None and row.source in stays:
            toml, source, is_gone = row.toml, row.source, row.is_gone
        elif id_ in wanted:
            (toml, source), is_gone = wanted[id_], False
        else:
            toml, source, is_gone = before[id_].toml, before[id_].source, True
        sha = digest(toml, zone)
        if row is None or (row.sha256, row.is_gone, row.source) != (sha, is_gone, source):
            add_version(session, id_, toml, source=source, is_gone=is_gone, now=now)
            changed.append(id_)
    if changed and before:
        emit(session, GamificationRulesChanged(badge_ids=tuple(changed)))
    return changed


def add_version(
    session: Session,
    badge_id: str,
    toml: str,
    *,
    source: str,
    now: datetime,
    by: int | None = None,
    is_gone: bool = False,
) -> int:
    """Keep a version more of a badge, the definition of which was found right; return its number."""
    last = session.scalar(sa.select(sa.func.max(BadgeVersion.version)).where(BadgeVersion.id == badge_id)) or 0
    session.add(
        BadgeVersion(
            id=badge_id,
            version=last + 1,
            sha256=digest(toml, zone_of(session).key),
            toml=toml,
            source=source,
            is_gone=is_gone,
            active_from=now,
            made_by=by,
        )
    )
    session.flush()
    return last + 1


def _read(session: Session, path: Path, name: str, now: datetime) -> dict[str, str] | None:
    """Each badge of a file as a text, by id; ``None`` where the file does not fit, and then it is kept why."""
    found: dict[str, str] = {}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        text = ""
        faults: Sequence[Problem] = [Problem(name, "", "", _("The file cannot be read: %(fault)s.", fault=fault))]
    else:
        faults = read(text, name).problems
    if not faults:
        try:
            found = apart(text)
        except ValueError:
            faults = [Problem(name, "", "badge", _("Write each badge below a line of its own that says [[badge]]."))]
    rows = [{"badge": each.badge, "field": each.field, "sentence": each.sentence} for each in faults]
    sha = hashlib.sha256(text.encode()).hexdigest()
    before = session.get(BadgeFile, name)
    if before is None or (before.sha256, before.problems) != (sha, rows):
        session.merge(BadgeFile(name=name, sha256=sha, read_at=now, problems=rows))
        session.flush()
    return None if faults else found


def problems(session: Session) -> list[Problem]:
    """What did not fit in the files when they were read last."""
    rows = session.scalars(sa.select(BadgeFile).order_by(BadgeFile.name))
    return [
        Problem(row.name, each["badge"], each["field"], each["sentence"]) for row in rows for each in row.problems
    ]  # fmt: skip

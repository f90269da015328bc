"""A badge is defined in another way: checked, tried on the log without writing anything, then saved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import choices, projecting, reading, recording, shelf
from plugins.gamification.definitions import Badge, Problem, read
from plugins.gamification.evaluating import DIRECT
from plugins.gamification.events import GamificationRulesChanged
from plugins.gamification.kinds import GRANDFATHERED
from plugins.gamification.models import BadgeVersion
from plugins.gamification.projecting import Held
from portal.accounts.models import Person
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _

FRESH, KEEP = "fresh", "keep"
LONGEST: Final = 20_000
"""Characters of one definition."""
EXAMPLES: Final = 10
_AT_ONCE: Final = 500


class DoesNotFit(Refused):
    """The text is no badge; *problems* say where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep what does not fit."""
        super().__init__(_("This badge does not fit yet."), hint=_("Nothing was saved."))
        self.problems = tuple(problems)


class Moved(Refused):
    """Somebody else saved another version meanwhile."""


@dataclass(frozen=True)
class Example:
    """An award that would come, go or be kept. *name* is empty where the person does not show it to whoever looks."""

    name: str
    key: str
    granted_at: datetime
    is_gained: bool


@dataclass(frozen=True)
class Preview:
    """What a changed badge would do: how many awards come, go and stay, with at most ten examples.

    *kept* are those that the new rule would not give, and that stay since what was earned is kept.
    """

    gained: int
    lost: int
    kept: int
    stays: int
    examples: tuple[Example, ...]


def text_of(session: Session, badge_id: str) -> tuple[str, int]:
    """The definition of a badge as a text, and its version.

    Raises:
        NotFound: there is no such badge, or it is awarded no more.
    """
    held = shelf.active(session).get(badge_id)
    if held is None:
        raise NotFound(_("There is no such badge."), hint=_("Open the list again."))
    return shelf.toml_of(session, badge_id), held[1]


def check(text: str, badge_id: str = "") -> Badge:
    """The one badge in *text*; with *badge_id* it is to be that one.

    Raises:
        DoesNotFit: it is no badge, or several, or another one.
    """
    if len(text) > LONGEST:
        sentence = _("Write it in at most %(most)s characters.", most=LONGEST)
        raise DoesNotFit([Problem("", badge_id, "", sentence)])
    found = read(plain(text), "")
    faults = list(found.problems)
    if not faults and len(found.badges) != 1:
        faults.append(Problem("", badge_id, "badge", _("One badge belongs here, and no more.")))
    if not faults and badge_id and found.badges[0].id != badge_id:
        faults.append(Problem("", badge_id, "id", _("The id of a badge stays: awards are kept under it.")))
    if faults:
        raise DoesNotFit(faults)
    return found.badges[0]


def plain(text: str) -> str:
    """A typed text as it is kept."""
    return text.replace("\r\n", "\n").strip() + "\n"


def mark_of(text: str, how: str) -> str:
    """A short mark of a definition and of what becomes of those who have the badge: what is saved is what was tried."""
    return hashlib.sha256(f"{how}\n{plain(text)}".encode()).hexdigest()[:16]


def preview(session: Session, badge: Badge, *, how: str, viewer_id: int | None) -> Preview:
    """What *badge* would change in the awards that stand, with what was earned kept or not. Writes nothing.

    Raises:
        Refused: there is no such choice.
    """
    _must_be_choice(how)
    log = {(each.person_id, each.key): each for each in _worked_out(session, badge)}
    stands = {
        (each.person_id, each.key): each for each in projecting.standing(session) if each.badge_id == badge.id
    }  # fmt: skip
    gained = [log[slot] for slot in sorted(log) if slot not in stands]
    lost = [stands[slot] for slot in sorted(stands) if slot not in log]
    half = EXAMPLES // 2
    few_lost = lost[: max(half, EXAMPLES - len(gained))]
    few_gained = gained[: EXAMPLES - len(few_lost)]
    shown = sa.select(Person.id, Person.name).where(
        Person.id.in_([each.person_id for each in few_gained + few_lost]), choices.shown(Person.id, viewer_id)
    )
    names = {row.id: row.name for row in session.execute(shown)}
    examples = [
        Example(names.get(each.person_id, ""), each.key, each.granted_at, is_gained)
        for is_gained, some in ((False, few_lost), (True, few_gained))
        for each in some
    ]
    is_kept = how == KEEP
    return Preview(
        gained=len(gained),
        lost=0 if is_kept else len(lost),
        kept=len(lost) if is_kept else 0,
        stays=len(stands) - len(lost),
        examples=tuple(examples),
    )


def _must_be_choice(how: str) -> None:
    if how not in {FRESH, KEEP}:
        raise Refused(_("There is no such choice."), hint=_("Choose one of those on the page."))


def _worked_out(session: Session, badge: Badge) -> Iterator[Held]:
    """The awards that *badge* would give to everybody."""
    same, zone = reading.now_one(session), shelf.zone_of(session)
    kinds = DIRECT.union(*(clause.events for clause in badge.clauses))
    everybody = reading.everybody(session, same)
    for start in range(0, len(everybody), _AT_ONCE):
        some = everybody[start : start + _AT_ONCE]
        query = sa.select(Person.id).where(Person.id.in_(some), projecting.takes_part())
        taking_part = sorted(session.scalars(query))
        facts = reading.facts_of_all(session, taking_part, kinds, same)
        for each in taking_part:
            yield from projecting.worked_out([badge], {badge.id: (badge, 0)}, facts[each], zone)


def save(session: Session, text: str, *, badge_id: str, seen: int, how: str, by: int, now: datetime) -> Badge:
    """Keep a badge, *badge_id* or a new one (empty), as a new version; all awards are then worked out anew.

    *seen* is the version that whoever saves had before them (0: none). *how* is
    ``fresh``, and awards may go, or ``keep``: whoever would lose one keeps it,
    by an entry of the log.

    Raises:
        DoesNotFit: the text is no badge.
        Moved: somebody else saved it meanwhile.
        Refused: a new badge has an id that was taken before, or there is no such choice.
    """
    badge = check(text, badge_id)
    _must_be_choice(how)
    _keep_shipped(session, now)
    held = shelf.active(session).get(badge.id)
    if badge_id and (held is None or held[1] != seen):
        raise Moved(
            _("Somebody changed this badge while you wrote."),
            hint=_("Your text is still here. Look at what stands there now, then save again."),
        )
    if not badge_id and session.scalar(sa.select(BadgeVersion.id).where(BadgeVersion.id == badge.id).limit(1)):
        raise DoesNotFit([Problem("", badge.id, "id", _("There is or was a badge with this id. Choose another."))])
    if how == KEEP:
        _grandfather(session, badge, (held[1] if held else 0) + 1, now)
    shelf.add_version(session, badge.id, plain(text), source=shelf.ADMIN, now=now, by=by)
    emit(session, GamificationRulesChanged(actor_id=by, badge_ids=(badge.id,)))
    return badge


def _keep_shipped(session: Session, now: datetime) -> None:
    """Keep what ships where nothing is kept yet, so that a version more is not all that there is."""
    if session.scalar(sa.select(BadgeVersion.id).limit(1)) is None:
        shelf.keep(session, now=now)


def _grandfather(session: Session, badge: Badge, version: int, now: datetime) -> None:
    """Write into the log that those who would lose the badge keep it."""
    log = {(each.person_id, each.key) for each in _worked_out(session, badge)}
    for each in projecting.standing(session):
        if each.badge_id == badge.id and (each.person_id, each.key) not in log:
            recording.record(
                session,
                GRANDFATHERED,
                key=f"{badge.id}:{each.key}:{version}",
                occurred_at=now,
                actor_id=None,
                credited=[each.person_id],
                subject=("badge", badge.id[:40]),
                source="gamification",
                now=now,
                attrs={"badge": badge.id, "key": each.key, "granted_at": each.granted_at.isoformat()},
            )

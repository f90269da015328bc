"""Writing a pack: its sections, and what follows when something changes that was signed already.

Until a pack is handed in, and while it was sent back, its owner writes freely.
From then on each edit is kept with the words before and after. An edit of a
material section makes another version, which everybody is asked to sign and to
read again; but one that its owner calls wording stands, unless a party says
within a working day that it is more than that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from plugins.handover import plan
from plugins.handover.events import HandoverGateDue, HandoverPackChanged, HandoverWordingContested
from plugins.handover.models import Edit, Pack, PackParty, Section, Version
from plugins.handover.said_models import SignOff
from plugins.handover.sections import GO_LIVE, LONGEST_CELL, LONGEST_TEXT, MOST_ROWS, SECTIONS, Row
from plugins.handover.working_days import after_working_days
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.typed import clean

FREELY: Final = frozenset({plan.DRAFT, plan.SENT_BACK, plan.BACKED_OUT, plan.ON_HOLD})
MOVED_MATERIALLY: Final = timedelta(hours=24)
CONTEST_DAYS: Final = 1


class Conflict(Refused):
    """Somebody else changed the section meanwhile: *text* and *rows* are what stands there now."""

    def __init__(self, section: Section) -> None:
        """Keep what stands there now."""
        super().__init__(
            _("Somebody else changed this meanwhile."),
            hint=_("Both texts stand below: put together what belongs together, and save again."),
        )
        self.text, self.rows = section.text, section.rows


def sections_of(session: Session, pack_id: int) -> dict[str, Section]:
    """What a pack says now, by section."""
    return {row.key: row for row in session.scalars(sa.select(Section).where(Section.pack_id == pack_id))}


def mark(text: str, rows: Sequence[Row]) -> str:
    """A short mark of what a section says, so that a form knows whether it changed meanwhile."""
    return hashlib.blake2b(_one_text(text, rows).encode(), digest_size=8).hexdigest()


def words_of(text: str, rows: Sequence[Row]) -> list[str]:
    """The words of a section, whatever the blanks between them: two that are equal here say the same."""
    return [*text.split(), *(word for row in rows for key in sorted(row) for word in ("|", *row[key].split()))]


def save_section(
    session: Session,
    pack: Pack,
    key: str,
    text: str,
    rows: Sequence[Row],
    *,
    seen: str,
    by: int | None,
    now: datetime,
    is_wording: bool = False,
) -> bool:
    """Let a section say this; *seen* is the mark of what its writer had before them. Returns whether it is another.

    Raises:
        Refused: it is too long, or the pack has ended.
        Conflict: somebody else changed it meanwhile.
        NotFound: there is no such section.
    """
    if key not in SECTIONS:
        raise NotFound(_("A pack has no such section."))
    if pack.state in plan.ENDED:
        raise Refused(_("This pack has ended."), hint=_("What it says now stays as it is."))
    text, kept = clean(text), _checked(key, rows)
    if len(text) > LONGEST_TEXT:
        raise Refused(_("A section has at most %(most)s characters.", most=LONGEST_TEXT),
                      hint=_("Put what is longer into an article, and link it."), field="text")  # fmt: skip
    section = session.get(Section, (pack.id, key)) or Section(pack_id=pack.id, key=key, text="", rows=[])
    if seen != mark(section.text, section.rows):
        if (section.text, section.rows) == (text, kept):
            return False
        raise Conflict(section)
    if (section.text, section.rows) == (text, kept):
        return False
    before = _one_text(section.text, section.rows)
    is_other = words_of(section.text, section.rows) != words_of(text, kept)
    section.text, section.rows, section.changed_at, section.changed_by = text, kept, now, by
    session.add(section)
    session.flush()
    if pack.state not in FREELY:
        _edited(session, pack, key, before, _one_text(text, kept), is_other=is_other, is_wording=is_wording, by=by,
                now=now)  # fmt: skip
    touch(session, pack)
    return True


def touch(session: Session, pack: Pack) -> None:
    """Something of a pack changed: count its edition, and look at its gate anew."""
    flag_modified(pack, "state")  # written, so that of two at once the second is told
    session.flush()
    emit(session, HandoverGateDue(pack_id=pack.id))


def contest(session: Session, pack: Pack, edit: Edit, party_id: str, *, by: int | None, now: datetime) -> None:
    """Say for a party that an edit was more than wording: everybody is asked again.

    Raises:
        Refused: it was contested already, its time is over, or the pack says something else by now.
    """
    if edit.contested_at is not None:
        return
    if edit.pack_id != pack.id or not edit.is_wording or edit.contestable_until is None:
        raise Refused(_("There is nothing to contest here."))
    if now > edit.contestable_until:
        raise Refused(
            _("The working day in which it could be contested is over."),
            hint=_("Ask a blocking question instead: nothing goes live over one."),
        )
    edit.contested_at, edit.contested_by, edit.contested_party = now, by, party_id
    emit(session, HandoverWordingContested(actor_id=by, pack_id=pack.id, edit_id=edit.id, party_id=party_id))
    new_version(session, pack, by=by, now=now)
    session.flush()
    emit(session, HandoverPackChanged(pack_id=pack.id, version=pack.version, section=edit.section, is_material=True))


def go_live_moved(session: Session, pack: Pack, moved: timedelta, *, by: int | None, now: datetime) -> None:
    """The record of the change says another moment: by more than a day it is signed anew."""
    if moved <= timedelta() or pack.state in FREELY:
        touch(session, pack)
        return
    is_material = moved > MOVED_MATERIALLY and _was_signed(session, pack)
    if is_material:
        new_version(session, pack, by=by, now=now)
    touch(session, pack)
    emit(session, HandoverPackChanged(pack_id=pack.id, version=pack.version, section=GO_LIVE, is_material=is_material))


def new_version(session: Session, pack: Pack, *, by: int | None, now: datetime) -> None:
    """Count the version up and keep what it says; everybody who signs is waited for from now on."""
    pack.version += 1
    keep_version(session, pack, by=by, now=now)


def keep_version(session: Session, pack: Pack, *, by: int | None, now: datetime) -> None:
    """Keep what the current version says, as it is signed and read."""
    said = {row.key: {"text": row.text, "rows": row.rows} for row in sections_of(session, pack.id).values()}
    held = session.get(Version, (pack.id, pack.version))
    if held is None:
        held = Version(pack_id=pack.id, version=pack.version)
        session.add(held)
    held.said, held.go_live_at, held.made_at, held.made_by = said, pack.change.go_live_at, now, by
    session.execute(sa.update(PackParty).where(PackParty.pack_id == pack.id).values(asked_at=now, reminded=0))
    session.flush()


def _edited(
    session: Session,
    pack: Pack,
    key: str,
    before: str,
    after: str,
    *,
    is_other: bool,
    is_wording: bool,
    by: int | None,
    now: datetime,
) -> None:
    counts = SECTIONS[key].is_material and is_other and _was_signed(session, pack)
    wording = counts and is_wording
    until = after_working_days(session, pack, now, CONTEST_DAYS) if wording else None
    edit = Edit(pack_id=pack.id, version=pack.version, section=key, before=before, after=after, is_wording=wording,
                at=now, by=by, contestable_until=until)  # fmt: skip
    session.add(edit)
    if counts and not is_wording:
        new_version(session, pack, by=by, now=now)
    session.flush()
    emit(session, HandoverPackChanged(actor_id=by, pack_id=pack.id, version=pack.version, section=key,
                                      is_material=counts and not is_wording))  # fmt: skip


def _was_signed(session: Session, pack: Pack) -> bool:
    """Whether anybody signed, or was asked to read, what stands now."""
    if pack.state != plan.IN_REVIEW:
        return True
    query = sa.select(SignOff.id).where(SignOff.pack_id == pack.id, SignOff.version == pack.version).limit(1)
    return session.scalar(query) is not None


def _one_text(text: str, rows: Sequence[Row]) -> str:
    """A section as one text, for differences: the Markdown, then a line for each cell of its table."""
    cells = [f"{key}: {row[key]}" for row in rows for key in row if row[key]]
    return "\n".join([text, *cells] if text else cells)


def _checked(key: str, rows: Sequence[Row]) -> list[dict[str, str]]:
    """The rows of a table that say something, with its own columns only. Raises ``Refused``."""
    columns, kept = SECTIONS[key].columns, []
    for row in rows:
        cells = {column.key: clean(str(row.get(column.key, ""))).replace("\n", " ") for column in columns}
        if not any(cells.values()):
            continue
        if any(len(cell) > LONGEST_CELL for cell in cells.values()):
            raise Refused(_("A cell has at most %(most)s characters.", most=LONGEST_CELL),
                          hint=_("Put what is longer below the table."), field="rows")  # fmt: skip
        if lacking := [str(column.title) for column in columns if column.is_needed and not cells[column.key]]:
            raise Refused(_("A row of the table has nothing under: %(names)s.", names=", ".join(lacking)),
                          hint=_("Fill it, or empty the whole row."), field="rows")  # fmt: skip
        kept.append(cells)
    if len(kept) > MOST_ROWS:
        raise Refused(_("A table has at most %(most)s rows.", most=MOST_ROWS),
                      hint=_("Put what is longer into an article, and link it."), field="rows")  # fmt: skip
    return kept


def plain_said(said: Mapping[str, Any], key: str) -> str:
    """What a kept version says in one section, as one text."""
    found = said.get(key, {})
    return _one_text(str(found.get("text", "")), found.get("rows", []))


def plain_now(section: Section | None) -> str:
    """What a section says now, as one text."""
    return "" if section is None else _one_text(section.text, section.rows)

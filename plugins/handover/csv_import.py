"""Changes from a file of comma-separated values, as change tools export them; a line that does not fit stops nobody.

The first line names the columns. *ref*, *title*, *kind* and *go_live* are
needed; *services* and *units* hold keys with blanks or semicolons between.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from plugins.handover import changes, moving
from plugins.handover.changes import Told
from portal.accounts.queries import by_login
from portal.core.errors import PortalError, Refused
from portal.core.i18n import gettext as _

COLUMNS: Final = (
    *("ref", "title", "kind", "go_live", "window_until", "services", "units", "people_affected", "owner"),
    *("project", "risk", "quickly_back", "sensitive", "campaign"),
)
NEEDED: Final = ("ref", "title", "kind", "go_live")
MOST_LINES: Final = 5_000
MOST_BYTES: Final = 5_000_000
TRUE: Final = frozenset({"1", "true", "yes", "ja", "x"})
FALSE: Final = frozenset({"", "0", "false", "no", "nein"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """What became of one line: *number* counts from 1, the line of columns; *what* is new, changed, same or fault."""

    number: int
    ref: str
    what: str
    fault: str = ""


def read(text: str) -> list[tuple[int, dict[str, str]]]:
    """The lines of a file with their numbers.

    Raises:
        Refused: it is too large, has no columns that fit, or is no such file.
    """
    if len(text.encode(errors="surrogatepass")) > MOST_BYTES or "\0" in text:
        raise Refused(_("This file is too large, or no text."), hint=_("At most 5 MB of comma-separated values."))
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ","))
    except csv.Error as fault:
        raise Refused(
            _("This file cannot be read: %(fault)s", fault=fault), hint=_("Save it as CSV in UTF-8.")
        ) from None
    names = [name.strip().casefold() for name in rows[0]] if rows else []
    if missing := [name for name in NEEDED if name not in names]:
        raise Refused(
            _("The row of headings does not name: %(names)s.", names=", ".join(missing)),
            hint=_("It may name: %(names)s.", names=", ".join(COLUMNS)),
        )
    if len(rows) > MOST_LINES:
        raise Refused(_("This file has more than %(most)s lines.", most=MOST_LINES), hint=_("Give it in parts."))
    return [
        (number, dict(zip(names, row, strict=False)))
        for number, row in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in row)
    ]


def load(
    session: Session, text: str, *, zone: str, owner_id: int | None, by: int | None, now: datetime
) -> Iterator[Line]:
    """Record each line; one that does not fit is told and left out. Twice the same file is once.

    *zone* is that of moments without one, *owner_id* owns what names nobody.
    """
    for number, row in read(text):
        ref = row.get("ref", "").strip()
        try:
            with session.begin_nested():
                told = _told(session, row, zone, owner_id)
                made = changes.record(session, told, source="csv", by=by, now=now)
                moving.follow(session, made.pack, now=now)
        except PortalError as fault:
            yield Line(number=number, ref=ref, what="fault", fault=str(fault))
            continue
        yield Line(number=number, ref=made.change.ref, what=_what(made))


def _what(made: changes.Recorded) -> str:
    if made.is_new:
        return "new"
    return "changed" if made.differs else "same"


def moment_of(text: str, zone: str, field: str = "go_live") -> datetime:
    """A moment as ISO 8601 writes it; without a zone it is one of *zone*. Raises ``Refused``."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refused(
            _("“%(typed)s” is no moment.", typed=text.strip()[:60]),
            hint=_("Write it as 2026-03-02T06:00, with +01:00 where it is of another place."),
            field=field,
        ) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))


def _told(session: Session, row: Mapping[str, str], zone: str, owner_id: int | None) -> Told:
    def text(name: str) -> str:
        return (row.get(name) or "").strip()

    if not text("ref"):
        raise Refused(_("A line has no number of the change."), hint=_("Without it nobody knows it again."))
    owner = by_login(session, text("owner")) if text("owner") else None
    if text("owner") and owner is None:
        raise Refused(_("Nobody signs in as %(login)s.", login=text("owner")[:60]),
                      hint=_("Name an owner who has an account."))  # fmt: skip
    people = text("people_affected")
    if people and not (people.isascii() and people.isdecimal() and len(people) < 10):
        raise Refused(_("The number of people does not fit."), hint=_("Write it as a plain number."))
    return Told(
        ref=text("ref"),
        title=text("title"),
        kind=text("kind").casefold(),
        go_live_at=moment_of(text("go_live"), zone),
        window_until=moment_of(text("window_until"), zone) if text("window_until") else None,
        owner_id=owner.id if owner is not None else owner_id,
        people_affected=int(people) if people else None,
        project=text("project"),
        risk=text("risk"),
        is_quickly_back=_flag(text("quickly_back")),
        is_sensitive=_flag(text("sensitive")),
        campaign=text("campaign"),
        services=tuple(text("services").replace(";", " ").split()),
        units=tuple(text("units").replace(";", " ").split()),
    )


def _flag(text: str) -> bool:
    if text.casefold() in TRUE:
        return True
    if text.casefold() in FALSE:
        return False
    raise Refused(_("“%(typed)s” is neither yes nor no.", typed=text[:30]), hint=_("Write yes or no."))

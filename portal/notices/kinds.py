"""What a kind of notice is, and which there are now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.core.i18n import lazy_gettext as _l
from portal.core.portal import Plugins
from portal.notices.models import Notice

KINDS = "portal.notice_kinds"

MAIL, PORTAL, OFF = "mail", "portal", "off"
CHOICES: Mapping[str, Any] = {
    MAIL: _l("In the portal and in the daily mail"),
    PORTAL: _l("In the portal only"),
    OFF: _l("Not at all"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A notice in words, and the path of what it is about."""

    text: str
    path: str


Describe = Callable[[Session, Rights, Sequence[Notice]], Mapping[int, Line]]


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """One kind of notice: a *name*, what people read about it, and how it becomes words.

    The name begins with that of the room or plugin, and a dot: notices of a
    plugin that is switched off are shown, counted and mailed no more.

    *describe* is called with a session for reading, the rights of the reader
    and rows of this kind; it answers by the ids of the rows. A row that it
    leaves out is shown to nobody and counts as read: leave out whatever the
    reader may not read now. At most two queries, however many rows.
    """

    name: str
    title: Any
    about: Any
    describe: Describe
    default: str = MAIL

    @property
    def source(self) -> str:
        """The room or plugin whose kind it is."""
        return self.name.partition(".")[0]


class Kinds:
    """The kinds of all rooms and plugins that are switched on; travels in ``session.info`` under :data:`KINDS`."""

    def __init__(self, plugins: Plugins) -> None:
        """Ask *plugins* each time, so that what was switched off tells nothing."""
        self._plugins = plugins

    def now(self) -> dict[str, NoticeKind]:
        """By name, in the order of rooms and plugins."""
        return {kind.name: kind for kinds in self._plugins.on("notice_kinds") for kind in kinds}


def kinds_of(session: Session) -> dict[str, NoticeKind]:
    """The kinds that there are now; none in a session without a portal."""
    kinds: Kinds | None = session.info.get(KINDS)
    return kinds.now() if kinds is not None else {}

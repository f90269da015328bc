"""How rooms and plugins tell people something, and what they show on the pages of notices."""

from __future__ import annotations

from markupsafe import Markup

from portal.core.hooks import hookspec
from portal.core.portal import Viewer
from portal.notices.kinds import NoticeKind


@hookspec
def notice_kinds() -> list[NoticeKind]:
    """Return the kinds of notice that this room or plugin tells. Called whenever notices are told or read.

    A row of a notice holds ids alone; the ``describe`` of its kind makes the
    words, with the rights of the reader at that moment. Tell with
    ``notices.service.tell``.
    """


@hookspec
def slot_notice_choices(viewer: Viewer) -> Markup | None:
    """Return HTML to show below the choices about notices, or ``None``: what somebody asked to be told about.

    Called once for each page, for people who are signed in. Two queries at most.
    """

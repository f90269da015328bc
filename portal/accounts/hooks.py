"""What other rooms and plugins add to the page of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from portal.core.hooks import hookspec

if TYPE_CHECKING:
    from portal.accounts.models import Person


@hookspec
def slot_person_main(person: Person, viewer: Any) -> Markup | None:
    """Return HTML for the page of *person*, below who they are, or ``None`` for nothing.

    Called once for each page, for viewers who are signed in; ``viewer.person_id``
    equals ``person.id`` on one's own page. Keep it to one query, and show to
    others only what the person has agreed to.
    """


@hookspec
def slot_person_side(person: Person, viewer: Any) -> Markup | None:
    """Return HTML for beside the page of *person*, or ``None``. Called and bounded as the slot above."""


@hookspec
def slot_person_proficiency(person: Person, viewer: Any) -> Markup | None:
    """Return HTML by which a coach decides how far *person* goes alone when writing, or ``None`` for nothing.

    Called once for the page of somebody else who writes, for viewers who may grant. Show only what the viewer may
    read, and no points: shown skill opens this. It begins with a heading ``<h3>``. Two queries at most.
    """


@hookspec
def looked_at() -> Mapping[str, Any]:
    """Return in words what each page shows about a person, by its endpoint: for those that note who looked.

    Called for one's own page *Who looked*. A page that notes a look (``accounts/looks.py``) and is not named here is
    "a page about you".
    """

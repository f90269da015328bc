"""Places on the front page and on the desk that plugins fill."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from portal.core.hooks import hookspec


@hookspec
def slot_front_now(viewer: Any) -> Markup | None:
    """Stand right below the search box: what is going on now. Called for each front page; at most one query."""


@hookspec
def slot_front_more(viewer: Any) -> Markup | None:
    """Stand below the services, beside what helped. Called for each front page; at most one query."""


@hookspec
def slot_desk_top(viewer: Any) -> Markup | None:
    """Stand above the desk's search box: what the people there should know. At most one query."""


@hookspec
def slot_desk_side(viewer: Any) -> Markup | None:
    """Stand below the list of results on the desk. Not called for the results alone; at most one query."""

"""The structural hooks: how a room or a plugin becomes part of the portal.

Page slots are hooks as well; each stands in ``hooks.py`` of the room whose
page it is on. A hook is a promise: its docstring says when it is called, what
to return and what it may cost. Every implementation is optional.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pluggy
import sqlalchemy as sa
from flask import Blueprint
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.core.db import Model
from portal.core.events import Event, On
from portal.core.jobs import Every

if TYPE_CHECKING:
    import click

PROJECT = "portal"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True)
class Permission:
    """Something that only some may do: a dotted *name*, a *title* for people, the *roles* that have it."""

    name: str
    title: str
    roles: frozenset[str]


@dataclass(frozen=True)
class NavItem:
    """One entry of a menu: *place* is ``main`` (head of each page) or ``admin`` (the admin page).

    Shown to people who have *permission*; an empty one means everybody. *order* sorts, small first.
    """

    endpoint: str
    label: Any
    permission: str = ""
    place: Literal["main", "admin"] = "main"
    order: int = 50
    about: Any = ""


@dataclass(frozen=True)
class HelpLink:
    """Where a page is explained: the id of an article, and one of its headings in its own words (empty: the top)."""

    article: str
    heading: str = ""


@dataclass(frozen=True)
class PersonalData:
    """Rows of *model* that are about a person: what they are, which they are, and what erasure does to them.

    *where* is the condition that picks the person's rows. *on_erasure* is
    ``delete`` (rows go), ``unname`` (*columns* are emptied, the rest stays
    because others rely on it) or ``keep`` (with the reason in *why*).
    """

    model: type[Model]
    what: Any
    where: sa.ColumnElement[bool]
    on_erasure: Literal["delete", "unname", "keep"]
    columns: tuple[str, ...] = ()
    why: Any = ""


@dataclass(frozen=True)
class Step:
    """One step of `portal start`: *run* does what is missing and returns a sentence, or an empty string.

    Steps run in *order*, small first, each safe to repeat after a kill.
    """

    order: int
    run: Callable[[], str]


@dataclass(frozen=True)
class Check:
    """One look of ``portal doctor``: *run* returns sentences about what is wrong, none when all is well."""

    name: str
    run: Callable[[Session], Sequence[str]]


@hookspec
def blueprints() -> list[Blueprint]:
    """Return the pages, as Flask blueprints. Called once at start.

    A blueprint without ``url_prefix`` may only answer under the top paths that
    the plugin names in ``paths``.
    """


@hookspec
def events() -> list[type[Event]]:
    """Return the classes of the events that this room or plugin emits. Called once at start."""


@hookspec
def subscriptions() -> list[On]:
    """Return what to listen to. Called once at start; each listener later runs in a job of its own."""


@hookspec
def schedules() -> list[Every]:
    """Return what the worker does again and again. Called once at start."""


@hookspec
def commands() -> list[click.Command]:
    """Return commands and groups for the ``portal`` command. Called once at start of the command line."""


@hookspec
def permissions() -> list[Permission]:
    """Return what only some may do, with the roles that may by default. Called once at start."""


@hookspec
def navigation() -> list[NavItem]:
    """Return menu entries. Called once at start; shown by permission at each request."""


@hookspec
def help_links() -> Mapping[str, HelpLink]:
    """Return where pages are explained, each by its endpoint ("badges.list"), or all of a blueprint by its name.

    Called once at start. The page shows the link to people who may read that
    article; while it is not live, nothing is shown.
    """


@hookspec
def personal_data(person_id: int) -> list[PersonalData]:
    """Say which rows are about the person *person_id*. Called for export and erasure; it reads nothing itself.

    Each table with a column that points at a person must be answered for by the room that owns it.
    """


@hookspec
def checks() -> list[Check]:
    """Return looks for ``portal doctor``. Each is called with a session for reading and takes under a second."""


@hookspec
def start_steps() -> list[Step]:
    """Return what `portal start` prepares between migrating and serving. Called once, on the command line."""


@hookspec
def demo_steps() -> list[Step]:
    """Return what `portal demo` adds after the start steps: invented people and history, the same each time."""


@hookspec
def slot_ask(moment: str, about: Mapping[str, Any], viewer: Any) -> Markup | None:
    """Return a short question to somebody at a *moment*, or ``None`` for none: the feedback hook.

    A page calls it where something has just come to an end: ``article.answered_yes``, ``article.answered_partly``,
    ``article.answered_no`` (*about* has the ``article`` and the ``verdict``) and ``search.empty`` (the ``words``).
    A plugin may call it on its own pages with moments of its own. The page waits: two queries at most, and never
    longer than 50 ms. A form of yours must work without JavaScript, and nothing that the person came for hangs on it.
    """

"""What rooms and plugins give to the search: things that can be found, and parts of the results page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.core.hooks import hookspec
from portal.search.documents import Document, MustFind

if TYPE_CHECKING:
    from portal.accounts.rights import Rights


@dataclass(frozen=True, kw_only=True)
class Readable:
    """What the database says of a thing at this moment: where it is read, its title, and when its text changed last.

    ``updated_at`` is the one of its documents: a passage that was indexed before is not shown, since what it
    quotes may be for fewer readers by now.
    """

    address: str
    title: str
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Searchable:
    """One sort of thing that can be found, and how the search gets at it.

    ``source`` names it ("article"). ``events`` are the events that change its
    documents, each with the payload key that holds the ref. ``documents``
    makes the documents of refs; a ref without any leaves the index. ``refs``
    lists at most so many refs after one, sorted; rebuilding walks it.
    ``readable`` is the second look in the database before anything is shown:
    ref to ``Readable``, only of what these rights may read now. ``kinds`` are
    the words for the kinds of its documents. ``must_find`` gives the sentences
    that have to find things (:mod:`portal.search.contracts`), ``written_by``
    the ids of the people who wrote in one.

    All of them are bounded by the refs that they get and do a number of queries
    that does not grow with them.
    """

    source: str
    events: Mapping[str, str]
    documents: Callable[[Session, Sequence[str]], list[Document]]
    refs: Callable[[Session, str, int], list[str]]
    readable: Callable[[Session, Sequence[str], Rights], Mapping[str, Readable]]
    kinds: Mapping[str, Any] = field(default_factory=dict)
    written_by: Callable[[Session, str], Collection[int]] = lambda _session, _ref: ()
    must_find: Callable[[Session, Sequence[str]], list[MustFind]] = lambda _session, _refs: []


@hookspec
def searchables() -> list[Searchable]:
    """Return what can be found. Called once in each process; what it returns is called by searches and by the worker.

    Documents of a plugin that is switched off are neither found nor counted; they stay in the index.
    """


@hookspec
def shipped_documents() -> list[Document]:
    """Return what can be found of the things that come with the portal, from their files.

    Called by ``portal search measure`` for queries that bring no documents of their own.
    """


@hookspec
def slot_search_top(words: str, viewer: Any) -> Markup | None:
    """Stand above the results for *words*. Called for each page of results; at most one query."""


@hookspec
def slot_search_nothing(words: str, viewer: Any) -> Markup | None:
    """Stand where nothing fits *words*, before the way to a person. Called only then."""


@hookspec
def slot_gap(words: str, viewer: Any) -> Markup | None:
    """Stand on the page of a gap, where somebody who may write decides what to do about *words* that found nothing."""

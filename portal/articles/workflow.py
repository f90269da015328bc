"""The life of a text, in one table: each move with its states, who may, what is told to whom, and what undoes it.

Nothing is ever lost: no move deletes a text, and a text that went live leaves
only for another one. Saving is no move: it changes a text, not where it stands.
``record`` in ``moving.py`` is the only thing that changes a state, and it asks here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from portal.articles.states import RevisionState
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

DRAFT, SUBMITTED, SENT_BACK = RevisionState.DRAFT, RevisionState.SUBMITTED, RevisionState.SENT_BACK
LIVE, SUPERSEDED = RevisionState.LIVE, RevisionState.SUPERSEDED
DECLINED, DISCARDED, ADAPTED = RevisionState.DECLINED, RevisionState.DISCARDED, RevisionState.ADAPTED


class Who(StrEnum):
    """Who may make a move."""

    ANYBODY = "anybody"  # who may write or suggest, and opens the article
    WRITER = "writer"  # whoever wrote the text
    ALONE = "alone"  # its writer, where they may publish it without a second person
    DECIDER = "decider"  # anybody but its writer who could publish it for its audience themselves
    DECIDED = "decided"  # whoever made the decision that is taken back
    PORTAL = "portal"  # follows from another move


class Told(StrEnum):
    """Who is told of a move, besides those who watch."""

    WRITER = "writer"
    OWNER = "owner"  # who holds the owner role of the article
    DECIDERS = "deciders"
    DECIDED = "decided"  # who sent the text back before
    READERS = "readers"  # of an article whose old instructions are now wrong


@dataclass(frozen=True, kw_only=True)
class Move:
    """One step. *sources* are the states from which it leads to *to*; ``None`` is a text that begins.

    *event* is the name of the fact that is told; empty where the move belongs
    to another one, which tells. *undone_by* names the moves that lead back.
    """

    name: str
    sources: tuple[RevisionState | None, ...]
    to: RevisionState
    who: Who
    event: str
    told: Mapping[Told, Any] = field(default_factory=dict)
    asks_why: bool = False
    undone_by: tuple[str, ...] = ()


_ALL: Final = (
    Move(
        name="start",
        sources=(None,),
        to=DRAFT,
        who=Who.ANYBODY,
        event="article.draft_moved",
        undone_by=("discard",),
    ),
    Move(
        name="restore",
        sources=(None,),
        to=DRAFT,
        who=Who.ANYBODY,
        event="article.draft_moved",
        undone_by=("discard",),
    ),
    Move(
        name="submit",
        sources=(DRAFT, SENT_BACK),
        to=SUBMITTED,
        who=Who.WRITER,
        event="article.submitted",
        told={
            Told.OWNER: _l("A text of yours to look after waits for a decision."),
            Told.DECIDERS: _l("A text waits for a second person."),
            Told.DECIDED: _l("A text that you sent back is there again."),
        },
        undone_by=("take_back",),
    ),
    Move(
        name="take_back",
        sources=(SUBMITTED,),
        to=DRAFT,
        who=Who.WRITER,
        event="article.draft_moved",
        undone_by=("submit",),
    ),
    Move(
        name="send_back",
        sources=(SUBMITTED,),
        to=SENT_BACK,
        who=Who.DECIDER,
        event="article.sent_back",
        told={Told.WRITER: _l("Your text came back with words.")},
        asks_why=True,
        undone_by=("recall", "submit"),
    ),
    Move(
        name="decline",
        sources=(SUBMITTED,),
        to=DECLINED,
        who=Who.DECIDER,
        event="article.declined",
        told={Told.WRITER: _l("Your suggestion was not taken, with the reason.")},
        asks_why=True,
        undone_by=("recall", "take_up"),
    ),
    Move(
        name="recall",
        sources=(SENT_BACK, DECLINED),
        to=SUBMITTED,
        who=Who.DECIDED,
        event="article.draft_moved",
        undone_by=("send_back", "decline"),
    ),
    Move(
        name="accept",
        sources=(SUBMITTED,),
        to=LIVE,
        who=Who.DECIDER,
        event="article.published",
        told={Told.WRITER: _l("Your text is live."), Told.READERS: _l("Old instructions are now wrong.")},
        undone_by=("restore",),
    ),
    Move(
        name="adapt",
        sources=(SUBMITTED,),
        to=ADAPTED,
        who=Who.DECIDER,
        event="",  # the adapted text tells
        told={Told.WRITER: _l("Your text is live, with changes by who reviewed it.")},
        undone_by=("restore",),
    ),
    Move(
        name="go_live_adapted",
        sources=(None,),
        to=LIVE,
        who=Who.DECIDER,
        event="article.published",
        told={Told.READERS: _l("Old instructions are now wrong.")},
        undone_by=("restore",),
    ),
    Move(
        name="publish",
        sources=(DRAFT, SENT_BACK),
        to=LIVE,
        who=Who.ALONE,
        event="article.published",
        told={Told.OWNER: _l("A text was published."), Told.READERS: _l("Old instructions are now wrong.")},
        undone_by=("restore",),
    ),
    Move(
        name="publish_on_time",
        sources=(SUBMITTED,),
        to=LIVE,
        who=Who.ALONE,  # handed in until the time that they set has come
        event="article.published",
        told={Told.OWNER: _l("A text was published."), Told.READERS: _l("Old instructions are now wrong.")},
        undone_by=("restore",),
    ),
    Move(
        name="lead_on",
        sources=(None,),
        to=LIVE,
        who=Who.PORTAL,  # two articles were merged: links to the one that went lead to the one that stays
        event="article.published",
        undone_by=("restore",),
    ),
    Move(
        name="load",
        sources=(None,),
        to=LIVE,
        who=Who.PORTAL,  # a file replaces a text that was live; the first text of a file comes with its article
        event="article.published",
        undone_by=("restore",),
    ),
    Move(
        name="supersede",
        sources=(LIVE,),
        to=SUPERSEDED,
        who=Who.PORTAL,
        event="",  # the text that follows tells
        undone_by=("restore",),
    ),
    Move(
        name="discard",
        sources=(DRAFT, SENT_BACK),
        to=DISCARDED,
        who=Who.WRITER,
        event="article.draft_moved",
        undone_by=("take_up",),
    ),
    Move(
        name="take_up",
        sources=(DISCARDED, DECLINED),
        to=DRAFT,
        who=Who.WRITER,
        event="article.draft_moved",
        undone_by=("discard",),
    ),
)

MOVES: Final[Mapping[str, Move]] = {move.name: move for move in _ALL}

STATE_WORDS: Final[Mapping[RevisionState, Any]] = {
    DRAFT: _l("a draft"),
    SUBMITTED: _l("submitted"),
    SENT_BACK: _l("sent back"),
    LIVE: _l("live"),
    SUPERSEDED: _l("replaced by a newer one"),
    DECLINED: _l("declined"),
    DISCARDED: _l("put aside"),
    ADAPTED: _l("live with changes"),
}


def moved(name: str, state: str | None) -> Move:
    """Return the move of that *name* for a text in *state*.

    Raises:
        Refused: the table has no such step from there.
    """
    move = MOVES[name]
    if (None if state is None else RevisionState(state)) in move.sources:
        return move
    words = STATE_WORDS[RevisionState(state)] if state else _("not there yet")
    raise Refused(
        _("This text is %(state)s, so that cannot be done.", state=words),
        hint=_("Look at it again: somebody may have moved it meanwhile."),
    )

"""What gets better because of what people answered: from an idea to what was done, and was it good.

An improvement is written for everybody: what we were told, and what we did.
Its sources are words, answers and rounds; nobody reads there who they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import scope
from plugins.feedback.events import FeedbackImprovementChecked, FeedbackImprovementDelivered
from plugins.feedback.loop_models import Improvement, ImprovementSource
from plugins.feedback.models import Invitation, Verbatim
from plugins.feedback.round_models import Round
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

TITLE: Final = 120
TEXT: Final = 1000
"""Characters that each of its texts may have."""
PER_PAGE: Final = 30
MOST_ON_FRONT: Final = 5


class State(StrEnum):
    """How an improvement stands. The words are stored."""

    IDEA = "idea"
    ACCEPTED = "accepted"
    DOING = "doing"
    DELIVERED = "delivered"
    CHECKED = "checked"
    DECLINED = "declined"


STATE_TITLE: Final[Mapping[str, Any]] = {
    State.IDEA: _l("An idea"),
    State.ACCEPTED: _l("Accepted"),
    State.DOING: _l("Under way"),
    State.DELIVERED: _l("Delivered"),
    State.CHECKED: _l("Delivered and checked"),
    State.DECLINED: _l("Not taken"),
}
THERE: Final = (State.DELIVERED, State.CHECKED)

# move -> the states that it leaves, the one that it reaches, and whether it is a decision of those who follow up
MOVES: Final[Mapping[str, tuple[frozenset[State], State, bool]]] = {
    "accept": (frozenset({State.IDEA, State.DECLINED}), State.ACCEPTED, True),
    "decline": (frozenset({State.IDEA, State.ACCEPTED}), State.DECLINED, True),
    "begin": (frozenset({State.ACCEPTED}), State.DOING, False),
    "deliver": (frozenset({State.ACCEPTED, State.DOING}), State.DELIVERED, False),
    "check": (frozenset({State.DELIVERED}), State.CHECKED, True),
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where an improvement comes from: words, the answers to one invitation, or a round."""

    verbatim_id: str | None = None
    invitation_id: str | None = None
    round_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What people write about an improvement."""

    title: str
    said: str
    done: str = ""
    effect: str = ""
    useful_until: date | None = None
    is_public: bool = True


def propose(
    session: Session, texts: Texts, rights: Rights, *, sources: Sequence[Source] = (), now: datetime
) -> Improvement:
    """Make an improvement, from *sources* that the proposer may read.

    Raises:
        Refused: a text is missing or too long, or nobody is signed in.
        NotFound: a source is not there for *rights*.
    """
    if rights.person_id is None:
        raise Refused(_("Somebody has to propose it."), hint=_("Sign in first."))
    ready = _checked(texts)
    made = Improvement(state=State.IDEA, proposer_id=rights.person_id, made_at=now)
    _write(made, ready)
    session.add(made)
    session.flush()
    for source in sources:
        add_source(session, made, source, rights)
    return made


def add_source(session: Session, improvement: Improvement, source: Source, rights: Rights) -> None:
    """Let an improvement come from one more *source*; words count as linked from now on. Twice is as good as once.

    Raises:
        NotFound: the source is not there for *rights*.
    """
    invitation_id = source.invitation_id
    if source.verbatim_id is not None:
        seen = sa.or_(scope.words_for(rights), scope.nameless_words_for(rights))
        text = session.scalar(sa.select(Verbatim).where(Verbatim.id == source.verbatim_id, seen))
        if text is None:
            raise NotFound(_("There is no such text."), hint=_("Open the list of words again."))
        text.state, invitation_id = "linked", text.invitation_id
        improvement.article_id = improvement.article_id or text.article_id
        improvement.service_id = improvement.service_id or text.service_id
    elif source.round_id is not None and session.get(Round, source.round_id) is None:
        raise NotFound(_("There is no such round."), hint=_("Choose one of the list."))
    values = {"verbatim_id": source.verbatim_id, "invitation_id": invitation_id, "round_id": source.round_id}
    known = sa.select(ImprovementSource.id).filter_by(improvement_id=improvement.id, **values)
    if session.scalar(known.limit(1)) is None:
        session.add(ImprovementSource(improvement_id=improvement.id, confirmed="", **values))
        session.flush()


def visible(rights: Rights) -> sa.ColumnElement[bool]:
    """Improvements that somebody sees before they are there: those who follow up or ask, else one's own."""
    if rights.may(scope.CARE) or rights.may(scope.ADMIN):
        return sa.true()
    if rights.person_id is None:
        return sa.false()
    return sa.or_(Improvement.proposer_id == rights.person_id, Improvement.owner_id == rights.person_id)


def one(session: Session, improvement_id: int, rights: Rights) -> Improvement:
    """One improvement. Raises ``NotFound``."""
    query = sa.select(Improvement).where(Improvement.id == improvement_id, visible(rights)).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("There is no such improvement."), hint=_("What was done can be read by everybody."))
    return found


def page_of(
    session: Session, rights: Rights, *, state: str = "", page: int = 1, per_page: int = PER_PAGE
) -> tuple[list[Improvement], int]:
    """One page of the improvements of a state (or of all), the newest first, and how many pages there are."""
    where = visible(rights) if not state else sa.and_(visible(rights), Improvement.state == state)
    total = session.scalar(sa.select(sa.func.count(Improvement.id)).where(where)) or 0
    query = sa.select(Improvement).where(where).order_by(Improvement.id.desc())
    rows = session.scalars(query.offset((page - 1) * per_page).limit(per_page))
    return list(rows), max(-(-total // per_page), 1)


def may_change(improvement: Improvement, rights: Rights) -> bool:
    """Whether somebody may write its texts and bring it on: whoever looks after it, or follows up."""
    mine = improvement.owner_id if improvement.owner_id is not None else improvement.proposer_id
    return rights.may(scope.CARE) or (rights.person_id is not None and mine == rights.person_id)


def change(session: Session, improvement_id: int, texts: Texts, rights: Rights, *, saves: int) -> Improvement:
    """Write its texts anew. *saves* is what the writer saw.

    Raises:
        Forbidden: it is not theirs.
        Refused: a text does not fit, or somebody else saved meanwhile.
    """
    improvement = _to_change(session, improvement_id, rights, saves)
    _write(improvement, _checked(texts, done=improvement.state in THERE))
    improvement.saves += 1
    session.flush()
    return improvement


def move(
    session: Session,
    improvement_id: int,
    name: str,
    rights: Rights,
    *,
    saves: int,
    words: str = "",
    owner_id: int | None = None,
    now: datetime,
) -> Improvement:
    """Bring an improvement on. *words* are what was done (``deliver``) or why not (``decline``).

    Raises:
        Forbidden: they may not decide this.
        Refused: it does not stand so, words are missing, or somebody else saved meanwhile.
    """
    improvement = _to_change(session, improvement_id, rights, saves)
    if name not in MOVES:
        raise Refused(_("There is no such step."), hint=_("Choose one of those on the page."))
    leaves, reaches, is_decision = MOVES[name]
    if is_decision and not rights.may(scope.CARE):
        raise Forbidden(_("You may not decide on this."), hint=_("Leads and coaches do."))
    if improvement.state not in leaves:
        raise Refused(_("It does not stand like that any more."), hint=_("Open the page again and look."))
    said = _words(words, name)
    if name == "accept":
        improvement.owner_id = _owner(session, owner_id)
        improvement.declined_because = ""
    elif name == "decline":
        improvement.declined_because = said
    elif name == "deliver":
        improvement.done, improvement.delivered_at = said, now
        emit(session, FeedbackImprovementDelivered(actor_id=rights.person_id, improvement_id=improvement.id))
    elif name == "check":
        seen = FeedbackImprovementChecked(
            actor_id=rights.person_id,
            improvement_id=improvement.id,
            proposer_id=improvement.proposer_id,
            owner_id=improvement.owner_id,
        )
        emit(session, seen)
    improvement.state = reaches
    improvement.saves += 1
    session.flush()
    return improvement


def front(session: Session, *, limit: int = MOST_ON_FRONT) -> Sequence[Improvement]:
    """The last that were delivered and are for everybody; one query."""
    return said_page(session, per_page=limit)


def said_page(session: Session, *, page: int = 1, per_page: int = PER_PAGE) -> Sequence[Improvement]:
    """One page of what people said and what was done, the last first."""
    query = sa.select(Improvement).where(_is_said()).order_by(Improvement.delivered_at.desc(), Improvement.id.desc())
    return session.scalars(query.offset((page - 1) * per_page).limit(per_page)).all()


def said_count(session: Session) -> int:
    """How many improvements are there for everybody to read."""
    return session.scalar(sa.select(sa.func.count(Improvement.id)).where(_is_said())) or 0


def _is_said() -> sa.ColumnElement[bool]:
    return sa.and_(Improvement.state.in_(THERE), Improvement.is_public)


def told_to(session: Session, improvement_id: int, person_id: int) -> list[tuple[ImprovementSource, datetime | None]]:
    """The sources of a delivered improvement that are this person's own, with when they answered."""
    query = (
        sa.select(ImprovementSource, Invitation.answered_at)
        .join(Invitation, Invitation.id == ImprovementSource.invitation_id)
        .join(Improvement, Improvement.id == ImprovementSource.improvement_id)
        .where(ImprovementSource.improvement_id == improvement_id, Invitation.person_id == person_id)
        .where(Improvement.state.in_(THERE))
        .order_by(Invitation.answered_at)
        .limit(PER_PAGE)
    )
    return [(source, at) for source, at in session.execute(query)]


def confirm(session: Session, improvement_id: int, person_id: int, answer: str) -> None:
    """Take down what a source says about what was done; it can be changed.

    Raises:
        NotFound: the improvement is not there, or does not come from them.
        Refused: nothing was chosen.
    """
    own = told_to(session, improvement_id, person_id)
    if not own:
        raise NotFound(_("There is no such improvement."), hint=_("What was done can be read by everybody."))
    if answer not in {"yes", "partly", "no"}:
        raise Refused(_("Nothing was chosen yet."), hint=_("Choose one of the three."), field="answer")
    for source, _at in own:
        source.confirmed = answer
    session.flush()


def confirmed(session: Session, improvement_id: int) -> Mapping[str, int]:
    """How many sources there are by what they said about it; empty for those who said nothing."""
    query = sa.select(ImprovementSource.confirmed, sa.func.count()).where(
        ImprovementSource.improvement_id == improvement_id
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(ImprovementSource.confirmed))}


def _to_change(session: Session, improvement_id: int, rights: Rights, saves: int) -> Improvement:
    improvement = one(session, improvement_id, rights)
    if not may_change(improvement, rights):
        raise Forbidden(_("You may not change this improvement."), hint=_("Whoever looks after it does."))
    if improvement.saves != saves:
        raise Refused(
            _("Somebody else changed this improvement meanwhile."),
            hint=_("What you typed is still there. Look at what stands above, and save again."),
        )
    return improvement


def _owner(session: Session, owner_id: int | None) -> int:
    person = session.get(Person, owner_id) if owner_id is not None else None
    if person is None or not person.is_here:
        raise Refused(_("It is not said who looks after it."), hint=_("Choose one of the people."), field="owner_id")
    return person.id


def _words(words: str, move_name: str) -> str:
    said = words.strip()
    if move_name not in {"decline", "deliver"}:
        return said
    if not said:
        message = _("Say what was done.") if move_name == "deliver" else _("Say why it is not taken.")
        raise Refused(message, hint=_("Those who told us read it."), field="words")
    return _short_enough(said, TEXT, "words")


def _checked(texts: Texts, *, done: bool = False) -> Texts:
    for field, value, wanted in (("title", texts.title, True), ("said", texts.said, True), ("done", texts.done, done)):
        if wanted and not value.strip():
            raise Refused(_("This is still empty."), hint=_("A sentence is enough."), field=field)
    return Texts(
        title=_short_enough(texts.title.strip(), TITLE, "title"),
        said=_short_enough(texts.said.strip(), TEXT, "said"),
        done=_short_enough(texts.done.strip(), TEXT, "done"),
        effect=_short_enough(texts.effect.strip(), TEXT, "effect"),
        useful_until=texts.useful_until,
        is_public=texts.is_public,
    )


def _short_enough(text: str, most: int, field: str) -> str:
    if len(text) > most:
        raise Refused(_("That is more than %(most)s characters.", most=most), hint=_("Make it shorter."), field=field)
    return text


def _write(improvement: Improvement, texts: Texts) -> None:
    improvement.title, improvement.said, improvement.done = texts.title, texts.said, texts.done
    improvement.effect, improvement.useful_until = texts.effect, texts.useful_until
    improvement.is_public = texts.is_public

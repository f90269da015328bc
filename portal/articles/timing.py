"""What happens at a set time: a text goes live, an article retires.

A time is said as day, time of the clock and time zone, and kept as the moment
together with the name of the zone. A text that waits is submitted, so nobody
changes it; any other move of it lets the time drop. Whoever set the time does
what happens then: their rights are asked again at that moment. When it cannot
be done the text stays submitted (the article live), the row says why, and its
owner is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import drafting, drafts, keeping, moving, reviewing, rules, texts
from portal.articles.keeping_events import (
    ArticleScheduleFailed,
    ArticleTimeCame,
    ArticleTimeDropped,
    ArticleTimeSet,
)
from portal.articles.keeping_models import Act, Timing, TimingState
from portal.articles.models import Article, Revision
from portal.articles.rules import Writer
from portal.articles.states import OPEN_STATES, ArticleState, RevisionState
from portal.articles.texts import Ready
from portal.core import clock
from portal.core.db import Database
from portal.core.errors import Forbidden, NotFound, PortalError, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _

AT_ONCE = 200  # of those that are due in one round
LONGEST = timedelta(days=5 * 366)
ENDED_LENGTH = 500

_SAID = ("at", "zone", "successor_id", "significance", "saves", "why")  # what makes two times the same
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)\Z", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A time as somebody said it; *is_twice*: the clocks show it twice that night, and the first is meant."""

    at: datetime
    zone: str
    is_twice: bool = False


def moment_of(day: str, at: str, zone: str, *, now: datetime) -> Moment:
    """Read a day (2026-03-29), a time of the clock (14:30) and the name of a time zone (Europe/Berlin).

    Raises:
        Refused: one of them cannot be read, no clock shows that time, or it is over or too far away.
    """
    if zone not in available_timezones():
        raise Refused(_("There is no time zone %(name)s.", name=zone[:60]), hint=_("Choose one of the list."))
    try:
        on = date.fromisoformat(day.strip())
    except ValueError:
        raise Refused(_("The day cannot be read."), hint=_("Write it like 2026-03-31.")) from None
    clock_time = _CLOCK.match(at.strip())
    if clock_time is None:
        raise Refused(_("The time cannot be read."), hint=_("Write it like 14:30."))
    if not now.date() - timedelta(days=2) <= on <= (now + LONGEST).date():
        raise Refused(_("This day is over, or years away."), hint=_("Choose a day of the next five years."))
    place = ZoneInfo(zone)
    local = datetime.combine(on, time(int(clock_time[1]), int(clock_time[2])), place)
    moment = local.astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Refused(
            _("On %(day)s no clock in %(zone)s shows %(time)s: they are put forward.", day=day, zone=zone, time=at),
            hint=_("Choose a time an hour earlier or later."),
        )
    if moment <= now:
        raise Refused(_("This time is over."), hint=_("Choose a later one, or do it at once."))
    is_twice = local.replace(fold=1).utcoffset() != local.utcoffset()
    return Moment(at=moment, zone=zone, is_twice=is_twice)


def publish_at(
    session: Session,
    writer: Writer,
    ready: Ready,
    moment: Moment,
    *,
    significance: str | None = None,
    why: str = "",
    now: datetime,
) -> Timing:
    """Let a text go live at *moment*: a submitted one of somebody else, or one's own where no second person is needed.

    *ready* is what ``reviewing.ready`` (of one's own: ``texts.ready``) made of
    it. One's own draft is handed in until then.

    Raises:
        NotFound: there is no such text for these rights.
        Forbidden: a second person is needed.
        Refused: it cannot go live now either, or another text of the article waits for its time.
        Conflict: it was saved, or another text went live, since.
    """
    revision = drafts.text_for(session, ready.revision_id, writer)
    article = session.get_one(Article, revision.article_id)
    moving.refuse_archived(session, revision)
    is_own = revision.author_id == writer.person_id
    if is_own and not drafting.may_publish_alone(session, revision, writer):
        raise Forbidden(_("A second person looks at this text first."), hint=_("Hand it in for review."))
    weight = rules.significance_of(significance or revision.significance, article)
    if is_own and revision.state in {RevisionState.DRAFT, RevisionState.SENT_BACK}:
        drafting.submit(session, writer, ready, significance=weight, why=why, now=now)
    if revision.state != RevisionState.SUBMITTED:
        raise Refused(_("This text is not handed in."), hint=_("Only a text that was handed in can wait for its time."))
    moving.refuse_when_outdated(session, revision, ready, rights=writer.rights)
    if not is_own:
        rules.refuse_by_checklist(drafts.answers(session, revision.id, writer))
    timing = Timing(
        article_id=article.id, revision_id=revision.id, act=Act.GO_LIVE, significance=weight, saves=revision.saves
    )
    return _wait(session, writer, article, timing, moment, why=why, now=now)


def retire_at(
    session: Session,
    writer: Writer,
    ref: str,
    moment: Moment,
    *,
    successor: str = "",
    why: str = "",
    now: datetime,
) -> Timing:
    """Let an article be archived at *moment*, with the one that follows it, if there is one.

    Raises:
        NotFound, Forbidden, Refused: as for ``keeping.archive``.
    """
    article = keeping.to_look_after(session, ref, writer)
    if article.is_archived:
        raise Refused(_("%(ref)s is archived already.", ref=article.ref), hint=_("Bring it back first."))
    follows = keeping.live_one(session, successor, writer) if successor.strip() else None
    if follows is not None and follows.id == article.id:
        raise Refused(_("%(ref)s cannot follow itself.", ref=article.ref), hint=_("Choose another article."))
    why = moving.words(why, wanted=follows is None)
    timing = Timing(article_id=article.id, act=Act.RETIRE, successor_id=follows.id if follows else None)
    return _wait(session, writer, article, timing, moment, why=why, now=now)


def _wait(
    session: Session, writer: Writer, article: Article, timing: Timing, moment: Moment, *, why: str, now: datetime
) -> Timing:
    """Keep a time; the one that *writer* set before for the same text (or article) drops, unless it is the same.

    Raises:
        Refused: another text of the article waits, or somebody else set a time meanwhile.
    """
    timing.at, timing.zone, timing.why = moment.at, moment.zone, moving.words(why)
    timing.person_id = writer.person_id
    waits = sa.and_(Timing.article_id == article.id, Timing.act == timing.act, Timing.state == TimingState.WAITING)
    for before in session.scalars(sa.select(Timing).where(waits).with_for_update()).all():
        if before.revision_id != timing.revision_id:
            raise Refused(
                _("Another text of %(ref)s waits for its time already.", ref=article.ref),
                hint=_("Take that time back first."),
            )
        if before.person_id != writer.person_id:
            raise Refused(
                _("Somebody else has set a time for %(ref)s already.", ref=article.ref),
                hint=_("It stands on this page. Take it back first, if yours is to hold."),
            )
        if all(getattr(before, name) == getattr(timing, name) for name in _SAID):
            return before  # pressed twice
        _drop(session, before, article, by=writer.person_id, now=now)
    timing.state, timing.set_at = TimingState.WAITING, now
    timing.ended_why = ""
    session.add(timing)
    session.flush()
    by = writer.person_id
    told = ArticleTimeSet(actor_id=by, article_id=article.id, ref=article.ref, timing_id=timing.id, act=timing.act)
    emit(session, told)
    return timing


def take_back(session: Session, writer: Writer, timing_id: int, *, now: datetime) -> Timing:
    """Let a set time hold no longer: for whoever set it, or could have. What is dropped already stays so.

    Raises:
        NotFound: there is no such time for these rights.
        Refused: it has come already.
    """
    query = sa.select(Timing).where(Timing.id == timing_id).with_for_update()
    timing = session.scalar(query.execution_options(populate_existing=True))
    if timing is None or not _is_theirs(session, timing, writer):
        raise NotFound(_("There is no such time."), hint=_("Open the article, and start from there."))
    if timing.state in {TimingState.DONE, TimingState.FAILED}:
        raise Refused(_("The time has come already."), hint=_("Open the article again to see how it stands."))
    if timing.state == TimingState.WAITING:
        _drop(session, timing, session.get_one(Article, timing.article_id), by=writer.person_id, now=now)
    return timing


def _is_theirs(session: Session, timing: Timing, writer: Writer) -> bool:
    if timing.person_id == writer.person_id:
        return True
    if timing.revision_id is None:
        return keeping.may_look_after(session, session.get_one(Article, timing.article_id), writer)
    query = sa.select(Revision.id).where(Revision.id == timing.revision_id, drafts.readable(writer))
    return session.scalar(query) is not None


def _drop(session: Session, timing: Timing, article: Article, *, by: int | None, now: datetime) -> None:
    timing.state, timing.ended_at = TimingState.DROPPED, now
    session.flush()
    told = ArticleTimeDropped(actor_id=by, article_id=article.id, ref=article.ref, timing_id=timing.id, act=timing.act)
    emit(session, told)


def waiting_for(session: Session, revision_ids: list[int]) -> dict[int, Timing]:
    """The time that each of these texts waits for, by the id of the text; the caller read the texts with rights."""
    query = sa.select(Timing).where(Timing.revision_id.in_(revision_ids), Timing.state == TimingState.WAITING)
    return {timing.revision_id: timing for timing in session.scalars(query) if timing.revision_id is not None}


def last_of(session: Session, article: Article, act: Act) -> Timing | None:
    """The time that was set last for an article, unless it dropped; the caller read the article with rights."""
    query = sa.select(Timing).where(
        Timing.article_id == article.id, Timing.act == act, Timing.state != TimingState.DROPPED
    )
    return session.scalar(query.order_by(Timing.id.desc()).limit(1))


def may_wait(session: Session, article: Article, writer: Writer) -> list[Revision]:
    """Texts of an article to which *writer* may give a time: handed in by others, or their own where they go alone."""
    submitted = sa.and_(Revision.state == RevisionState.SUBMITTED, drafts.decidable(writer))
    own = sa.and_(Revision.author_id == writer.person_id, Revision.state.in_(OPEN_STATES))
    query = sa.select(Revision).where(Revision.article_id == article.id, sa.or_(submitted, own)).order_by(Revision.id)
    return [
        each
        for each in session.scalars(query)
        if each.author_id != writer.person_id or drafting.may_publish_alone(session, each, writer)
    ]


def not_yet_live(session: Session, ref: str, writer: Writer) -> Article | None:
    """An article that was never live, for whoever may give a time to a text of it."""
    query = sa.select(Article).where(Article.ref == ref, Article.state == ArticleState.NOT_YET_LIVE)
    article = session.scalar(query)
    return article if article is not None and may_wait(session, article, writer) else None


def failed_of(session: Session, revisions: Sequence[Revision]) -> list[Timing]:
    """Times at which one of these texts could not go live, the latest of each text, while no other time is set."""
    query = sa.select(Timing).where(Timing.revision_id.in_([each.id for each in revisions])).order_by(Timing.id)
    latest = {each.revision_id: each for each in session.scalars(query)}
    return [each for each in latest.values() if each.state == TimingState.FAILED]


# When the time comes


def ring(session: Session, now: datetime) -> None:
    """Make a job for each time that has come; the work itself takes no lock while it renders."""
    due = sa.and_(Timing.state == TimingState.WAITING, Timing.at <= now, Timing.came_at.is_(None))
    for timing in session.scalars(sa.select(Timing).where(due).order_by(Timing.at, Timing.id).limit(AT_ONCE)).all():
        timing.came_at = now
        session.flush()
        ref = session.get_one(Article, timing.article_id).ref
        emit(session, ArticleTimeCame(actor_id=None, article_id=timing.article_id, ref=ref, timing_id=timing.id))


class Clockwork:
    """Does what was set for a time."""

    def __init__(self, db: Database) -> None:
        """Write to *db* in a transaction of its own, after rendering."""
        self._db = db

    def keep_time(self, _session: Session, came: ArticleTimeCame) -> None:
        """Do it, or say why not; what was done or dropped meanwhile is left alone."""
        try:
            self._do(came.timing_id)
        except PortalError as refusal:
            fault = refusal
            if isinstance(refusal, NotFound | Forbidden):
                fault = Refused(
                    _("Whoever set the time may no longer decide on this."), hint=_("Somebody who may decides again.")
                )
            with self._db.transaction() as session:
                _fail(session, came.timing_id, fault, now=clock.now())

    def _do(self, timing_id: int) -> None:
        with self._db.reading() as session:
            timing = session.get_one(Timing, timing_id)
            if timing.state != TimingState.WAITING:
                return
            writer = _whoever_set(session, timing)
            ready = _ready(session, timing, writer)
        with self._db.transaction() as session:
            query = sa.select(Timing).where(Timing.id == timing_id, Timing.state == TimingState.WAITING)
            held = session.scalar(query.with_for_update())
            if held is not None:
                held.state, held.ended_at = TimingState.DONE, clock.now()
                session.flush()
                _carry_out(session, held, _whoever_set(session, held), ready, now=clock.now())


def _whoever_set(session: Session, timing: Timing) -> Writer:
    """Whoever set the time, with the rights that they have now. Raises ``Refused`` and ``Forbidden``."""
    person = session.get(Person, timing.person_id) if timing.person_id is not None else None
    if person is None or not person.is_here:
        raise Refused(_("Whoever set the time is no longer here."), hint=_("Decide on it again."))
    return drafts.writer_of(session, rights_of(session, person))


def _ready(session: Session, timing: Timing, writer: Writer) -> Ready | None:
    """Read and render the text that is to go live. Raises ``Refused``."""
    if timing.revision_id is None:
        return None
    revision = drafts.text_for(session, timing.revision_id, writer)
    if revision.saves != timing.saves:
        raise Refused(_("The text was saved again since the time was set."), hint=_("Decide on it again."))
    is_own = revision.author_id == writer.person_id
    return texts.ready(session, revision) if is_own else reviewing.ready(session, revision)


def _carry_out(session: Session, timing: Timing, writer: Writer, ready: Ready | None, *, now: datetime) -> None:
    article = session.get_one(Article, timing.article_id)
    if ready is None:
        successor = session.get(Article, timing.successor_id) if timing.successor_id else None
        follows = successor.ref if successor else ""
        keeping.archive(session, writer, article.ref, successor=follows, why=timing.why, now=now)
        return
    revision = session.get_one(Revision, ready.revision_id)
    weight = None if article.live_revision_id is None else timing.significance
    if revision.author_id == writer.person_id:
        drafting.publish(session, writer, ready, significance=weight, why=timing.why, now=now, on_time=True)
    else:
        reviewing.accept(session, writer, ready, significance=weight, why=timing.why, now=now)


def _fail(session: Session, timing_id: int, fault: PortalError, *, now: datetime) -> None:
    query = sa.select(Timing).where(Timing.id == timing_id, Timing.state == TimingState.WAITING)
    timing = session.scalar(query.with_for_update())
    if timing is None:
        return
    timing.state, timing.ended_at = TimingState.FAILED, now
    timing.ended_why = str(fault)[:ENDED_LENGTH]
    session.flush()
    article = session.get_one(Article, timing.article_id)
    revision = session.get(Revision, timing.revision_id) if timing.revision_id is not None else None
    told = ArticleScheduleFailed(
        actor_id=timing.person_id,
        article_id=article.id,
        ref=article.ref,
        timing_id=timing.id,
        act=timing.act,
        revision_id=timing.revision_id,
        writer_id=revision.author_id if revision else None,
        owner_role=str((revision.front if revision else {}).get("owner_role") or article.owner_role),
    )
    emit(session, told)

"""What a text looks like before anybody else sees it, for each level, and which articles it could link to.

Nothing here writes. A text that cannot be shown is no refusal here: what is
wrong with it comes back as faults, each with its line, so that it can be
mended while it is typed.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import decisions, drafts, fences, outlines, queries, rendering
from portal.articles.addresses import TOP, ref_in, refs_named
from portal.articles.levels import Kind, Level
from portal.articles.models import Article
from portal.articles.outlines import Hint
from portal.articles.rules import Writer
from portal.articles.states import ArticleState
from portal.core.errors import Refused, TooSoon
from portal.core.i18n import gettext as _
from portal.core.i18n import speaking

ID_PREFIX = "preview-"
MOST_LINKS = 1_000  # asked for at once; of more than that, the rest is shown as links
SUGGESTED = 8
MOST_WORDS = 6

AT_MOST, WITHIN_SECONDS = 20, 10.0


@dataclass(frozen=True)
class Fault:
    """What keeps a text from being shown; *line* counts from 1 in the body, 0 is the text as a whole."""

    line: int
    message: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The page of one level, empty where faults keep it from being shown; *levels* are those that can be asked for."""

    html: str
    level: Level
    levels: tuple[Level, ...]
    faults: tuple[Fault, ...]
    hints: tuple[Hint, ...]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the editor; an *audience* or *level* of ``None`` is that of the stored text."""

    body: str
    audience: int | None = None
    level: int | None = None
    language: str = "en"


def of_text(session: Session, writer: Writer, revision_id: int, typed: Typed) -> Preview:
    """Show a text as somebody typed it, at the level that they ask for and never above their own.

    What the portal adds to it is in the *language* that is typed.

    Raises:
        NotFound: there is no such text for this writer.
    """
    revision = drafts.text_for(session, revision_id, writer)
    article = session.get_one(Article, revision.article_id)
    highest = Level(min(writer.writing_level(revision.service_id or article.service_id), Level.SPECIALISTS))
    audience = revision.audience if typed.audience is None else typed.audience
    levels = tuple(level for level in Level if min(audience, highest) <= level <= highest)
    level = Level(min(max(levels[0] if typed.level is None else typed.level, levels[0]), highest))
    body = typed.body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    known = _known(session, body) | {article.ref}
    html, faults = _rendered(body, level, known, typed.language)
    return Preview(html=html, level=level, levels=levels, faults=faults, hints=tuple(outlines.hints_left(body)))


def _known(session: Session, body: str) -> frozenset[str]:
    """Articles named in *body* that exist: a link to another becomes plain words, as it will when the text is live."""
    mentioned = sorted(refs_named(body))
    if not mentioned:
        return frozenset()
    asked, rest = mentioned[:MOST_LINKS], mentioned[MOST_LINKS:]
    there = sa.select(Article.ref).where(Article.ref.in_(asked), Article.state != ArticleState.NOT_YET_LIVE)
    return frozenset(session.scalars(there)) | frozenset(rest)


def _rendered(body: str, level: Level, known: frozenset[str], language: str) -> tuple[str, tuple[Fault, ...]]:
    try:
        with speaking(language):
            return rendering.render(body, level, known=known, id_prefix=ID_PREFIX).html, ()
    except Refused:  # said in the language of the text
        found = faults_of(body)
    try:
        return ("", found) if found else (rendering.render(body, level, known=known, id_prefix=ID_PREFIX).html, ())
    except Refused as refusal:  # the same, in that of whoever writes it
        return "", (Fault(0, refusal.message, refusal.hint),)


def faults_of(body: str) -> tuple[Fault, ...]:
    """What is wrong with the parts and the decision scripts of *body*, by line; nothing of one that is far too long."""
    if len(body.encode()) > rendering.MAX_SOURCE_BYTES:
        return ()
    found = [Fault(fault.line, fault.message, fault.remedy) for fault in fences.faults(body)]
    scripts, misplaced = decisions.blocks(body)
    faulty = list(misplaced)
    for script in scripts:
        faulty += decisions.parse(script.source, first_line=script.first_line + 1)[1]
    found += [Fault(fault.line, _at_node(fault), fault.remedy) for fault in faulty]
    return tuple(sorted(found, key=lambda fault: fault.line))


def _at_node(fault: decisions.Fault) -> str:
    return f"{fault.node}: {fault.message}" if fault.node else fault.message


def script_to_begin_with() -> str:
    """A decision script with two steps, to be written over; the one that scripts for a call begin with."""
    mark = f"```{decisions.LANGUAGE}"
    return next(each.text for each in outlines.sections(Kind.SUPPORT_SCRIPT) if each.text.startswith(mark))


@dataclass(frozen=True, kw_only=True)
class Link:
    """An article that a text can link to."""

    ref: str
    title: str
    audience: int

    @property
    def path(self) -> str:
        """The address that stays when the title changes."""
        return TOP + self.ref

    @property
    def markdown(self) -> str:
        """The link as a text has it."""
        words = "".join(f"\\{sign}" if sign in "\\[]`*_<" else sign for sign in self.title)
        return f"[{words}]({self.path})"


def links(session: Session, rights: Rights, words: str, *, limit: int = SUGGESTED) -> list[Link]:
    """Live articles that *rights* read whose title has all these words, or whose ref begins so; best first."""
    asked = words.split()[:MOST_WORDS]
    if not asked:
        return []
    by_ref = ref_in(asked[0]) or (f"KB{asked[0]}" if asked[0].isascii() and asked[0].isdecimal() else None)
    in_title = sa.and_(*(Article.title.icontains(word, autoescape=True) for word in asked))
    fits = sa.or_(in_title, Article.ref.startswith(by_ref)) if by_ref and len(asked) == 1 else in_title
    begins = Article.title.istartswith(" ".join(asked), autoescape=True)
    query = sa.select(Article.ref, Article.title, Article.audience).where(queries.readable(rights), fits)
    rows = session.execute(query.order_by(begins.desc(), Article.title, Article.ref).limit(limit))
    return [Link(ref=row.ref, title=row.title, audience=row.audience) for row in rows]


@dataclass
class _Turns:
    """When somebody's last previews began, and whether one is being made."""

    began: deque[float] = field(default_factory=deque)
    is_busy: bool = False


class Throttle:
    """Previews of one person in this process: one at a time, and at most 20 in ten seconds."""

    def __init__(self, *, at_most: int = AT_MOST, within_seconds: float = WITHIN_SECONDS) -> None:
        """Begin with nobody."""
        self._at_most, self._within = at_most, within_seconds
        self._turns: dict[int, _Turns] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, person_id: int, seconds: float) -> Iterator[None]:
        """Hold the turn of a person; *seconds* is a clock that never goes back.

        Raises:
            TooSoon: one of theirs is being made, or there were too many.
        """
        with self._lock:
            turns = self._begun(person_id, seconds)
        try:
            yield
        finally:
            with self._lock:
                turns.is_busy = False

    def _begun(self, person_id: int, seconds: float) -> _Turns:
        self._forget(seconds)
        turns = self._turns.setdefault(person_id, _Turns())
        if turns.is_busy:
            raise _too_soon(1)
        if len(turns.began) >= self._at_most:
            raise _too_soon(int(turns.began[0] + self._within - seconds) + 1)
        turns.began.append(seconds)
        turns.is_busy = True
        return turns

    def _forget(self, seconds: float) -> None:
        """Drop what is long ago, and people of whom nothing else is known."""
        for person_id, turns in list(self._turns.items()):
            while turns.began and turns.began[0] <= seconds - self._within:
                turns.began.popleft()
            if not turns.began and not turns.is_busy:
                del self._turns[person_id]


def _too_soon(wait_seconds: int) -> TooSoon:
    return TooSoon(
        _("The preview was asked for very often."),
        hint=_("It comes again in a moment; your text is not touched."),
        wait_seconds=max(wait_seconds, 1),
    )

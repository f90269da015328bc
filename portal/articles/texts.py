"""The text of an article while people write it: fields and body, what is wrong with them, and whether it may go live.

A draft keeps what its writer wrote, whole or not. The same rules as for files
say what is missing (``check``); ``ready`` reads, checks and renders a text
that is to be submitted or to go live, and writes nothing, so that no lock is
held meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles import checking, fences, frontmatter, loading, outlines, rules, strict_yaml
from portal.articles.addresses import refs_named
from portal.articles.frontmatter import ArticleFile, FrontMatter
from portal.articles.frontmatter_rules import MAX_TITLE
from portal.articles.levels import Level
from portal.articles.models import Article, Revision
from portal.articles.problems import Problem
from portal.articles.publishing import Pages, render_pages
from portal.articles.rendering import MAX_SOURCE_BYTES
from portal.articles.states import ArticleState
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

MAX_SAVED_BYTES = 4 * MAX_SOURCE_BYTES  # of a draft: what is too long to go live is kept, so that it can be cut

_ORDER = tuple(each.name for each in fields(FrontMatter))
_DAYS = frozenset(("approved_on", "checked_on", "since", "fix_planned_for", "early_life_until"))
_MOMENTS = frozenset(("go_live",))
_NUMBERS = frozenset(("review_every_days", "time_needed_minutes"))


@dataclass(frozen=True)
class Text:
    """Fields as the lines of a front matter, and the body below them."""

    front_text: str
    body: str

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The fields as plain values, not to be changed; none where the lines cannot be read."""
        root, _faults = strict_yaml.load(self.front_text)
        plain = _plain(root) if root is not None else None
        return plain if isinstance(plain, dict) else {}

    @cached_property
    def files(self) -> dict[str, ArticleFile]:
        """What :func:`file_of` read of this text before, by the ref of the article."""
        return {}


class Conflict(Refused):
    """Somebody saved or published meanwhile. Nothing was overwritten; all texts are here to be put together.

    *base* is what *mine* began with, as far as it is known; *theirs* is what
    stands there now. *saves* and *base_revision_id* are what a save of the
    merged text names.
    """

    def __init__(
        self, message: str, *, base: Text | None, mine: Text, theirs: Text, saves: int, base_revision_id: int | None
    ) -> None:
        """Keep the texts beside the sentence."""
        super().__init__(message, hint=_("Put both texts together, then save. Both are kept."))
        self.base, self.mine, self.theirs = base, mine, theirs
        self.saves, self.base_revision_id = saves, base_revision_id


class Incomplete(Refused):
    """A text that may not go live yet; *problems* say what is missing, with line and remedy."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Say the first in the sentence, and keep all."""
        super().__init__(problems[0].message, hint=problems[0].remedy)
        self.problems = list(problems)


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A text that was read, checked and rendered for every level; *saves* says of which saving it is."""

    revision_id: int
    saves: int
    front: FrontMatter
    text: Text
    pages: Pages

    @property
    def scope(self) -> rules.Scope:
        """What decides who may publish it."""
        return rules.scope_of(self.front, max(self.pages.renderings))


def text_of(values: Mapping[str, Any], body: str, *, ref: str, before: Text | None = None) -> Text:
    """Write fields, as a form or a program has them, and a body as a text of the article *ref*.

    Fields that say nothing are left out. Days and numbers may come as text. The
    lines of the text *before* stay as they are where no field says anything else.

    Raises:
        Refused: it is far too long to be an article.
    """
    said = {name: _said(name, value) for name, value in values.items() if name != "id"}
    names = [name for name in (*_ORDER, *sorted(set(said) - set(_ORDER))) if not _is_nothing(said.get(name))]
    fields = {"id": ref} | {name: said[name] for name in names}
    is_as_before = before is not None and before.fields == fields
    front_text = before.front_text if before is not None and is_as_before else frontmatter.dump_fields(fields)
    return _within_limits(Text(front_text, body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")))


def _within_limits(text: Text) -> Text:
    size = len(text.front_text.encode()) + len(text.body.encode())
    if size > MAX_SAVED_BYTES:
        raise Refused(
            _("The text is longer than %(limit)s KB.", limit=MAX_SAVED_BYTES // 1024),
            hint=_("Split it into several articles, each with one goal."),
        )
    return text


def _said(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        inner = {key: _said(key, each) for key, each in value.items()}
        return {key: each for key, each in inner.items() if not _is_nothing(each)}
    if isinstance(value, Level):
        return value.word
    if isinstance(value, str):
        return _read(name, value.replace("\0", "").strip())
    if isinstance(value, list | tuple):
        return [each for each in (_said("", item) for item in value) if not _is_nothing(each)]
    return value


def _read(name: str, value: str) -> Any:
    """A day, a moment or a number written as text; whatever does not look like one stays, and is complained about."""
    try:
        if name in _DAYS:
            return date.fromisoformat(value)
        if name in _MOMENTS:
            return datetime.fromisoformat(value)
    except ValueError:
        return value
    return int(value) if name in _NUMBERS and value.isdecimal() and len(value) < 10 else value


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, str | list | dict) and not value)


def _plain(entry: strict_yaml.Entry) -> Any:
    value = entry.value
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def stored(revision: Revision) -> Text:
    """The text of a revision as its writer left it."""
    return Text(revision.front_text, revision.body)


def file_of(text: Text, ref: str) -> ArticleFile:
    """Read a text as if it were the file of its article, once."""
    found = text.files.get(ref)
    if found is None:
        mark = frontmatter.DELIMITER
        found = frontmatter.parse(f"{mark}\n{text.front_text}{mark}\n{text.body}", path=f"{ref}.md")
        text.files[ref] = found
    return found


def check(session: Session, text: Text, ref: str, *, render: bool = True) -> list[Problem]:
    """Return what is wrong with a text, errors and warnings, by the rules for files; lines count from its front."""
    return _checked(session, file_of(text, ref), render=render)


def _checked(session: Session, file: ArticleFile, *, render: bool) -> list[Problem]:
    mentioned = refs_named(file.body)
    known = loading.vocabulary(session, only=mentioned)
    return checking.check_folder(
        [file],
        services=known.services,
        owner_roles=known.owner_roles,
        readers=known.readers,
        existing=known.articles,
        render=render,
    )


def reach_of(body: str) -> int:
    """The highest level that a part of *body* is for; that of specialists where its fences are faulty."""
    try:
        return max(fences.levels_used(body), default=Level.EVERYONE)
    except Refused:
        return Level.SPECIALISTS


def seen_at(text: Text, level: int) -> Text:
    """A text as a reader of *level* sees it; fields are for everybody who may open the article.

    Raises:
        Refused: a fence is faulty.
    """
    return Text(text.front_text, fences.cut(text.body, Level(level))) if level < Level.SPECIALISTS else text


def ready(session: Session, revision: Revision, *, text: Text | None = None) -> Ready:
    """Read, check and render a text that is to be submitted or to go live; *text* stands in for what is stored.

    Raises:
        Incomplete: it has errors.
    """
    article = session.get_one(Article, revision.article_id)
    text = text or stored(revision)
    file = file_of(text, article.ref)
    errors = [problem for problem in _checked(session, file, render=False) if problem.is_error]
    errors += _unwritten(file)
    if errors or file.front is None:
        raise Incomplete(errors)
    mentioned = refs_named(file.body)
    there = sa.select(Article.ref).where(Article.ref.in_(mentioned), Article.state != ArticleState.NOT_YET_LIVE)
    known = frozenset(session.scalars(there)) | {article.ref}
    front = file.front
    try:
        pages = render_pages(file.body, front.audience, language=front.language, known=known.__contains__)
    except Refused as refusal:
        place = f"{article.ref}.md"
        fault = Problem(path=place, line=file.body_line, field="", message=refusal.message, remedy=refusal.hint)
        raise Incomplete([fault]) from refusal
    return Ready(revision_id=revision.id, saves=revision.saves, front=front, text=text, pages=pages)


def _unwritten(file: ArticleFile) -> list[Problem]:
    """What stands there of the text to begin with, and nobody has written over."""
    return [
        Problem(
            path=file.path,
            line=file.body_line + hint.line - 1,
            field="",
            message=_("This is still to be written: %(what)s", what=hint.text),
            remedy=_("Write over it, or take it out."),
        )
        for hint in outlines.hints_kept(file.body)
    ]


def with_field(text: Text, ref: str, **values: Any) -> Text:
    """Return *text* with other fields; the lines stay as they were written where nothing changes."""
    before = text.fields
    after = before | values
    return text if after == before else text_of(after, text.body, ref=ref)


def as_columns(text: Text, ref: str, file: ArticleFile | None = None) -> dict[str, Any]:
    """What a revision keeps of a text, by column; unreadable fields are kept in words alone.

    *file* is the text as it was read before, where it was.
    """
    file = file or file_of(text, ref)
    values: dict[str, Any] = {
        "title": _title(file, text)[:MAX_TITLE],
        "front": file.front.values() if file.front is not None else text.fields,
        "front_text": text.front_text,
        "body": text.body,
    }
    return values


def _title(file: ArticleFile, text: Text) -> str:
    if file.front is not None:
        return file.front.title
    title = text.fields.get("title")
    return title if isinstance(title, str) else ""

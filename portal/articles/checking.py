"""Whether article files may be loaded: each file by itself, then all of them together.

Nothing stops at the first fault. An error keeps a file out; a warning is
something that its owner should know.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal.articles import decisions, fences, rendering
from portal.articles.codelines import code_blocks, code_line_numbers, in_columns, lines_of
from portal.articles.frontmatter import ArticleFile, FrontMatter
from portal.articles.levels import Kind, Level
from portal.articles.links import Link, links_of
from portal.articles.problems import Problem, Severity, as_errors, did_you_mean, in_order
from portal.articles.sanitising import safe_url
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

_TOP_HEADING = re.compile(r"#[ ]+\S")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


@dataclass(frozen=True)
class Reach:
    """Who may open an article, or see a part of it: a level, and readers if not everybody of that level."""

    level: Level
    readers: frozenset[str] = frozenset()

    def covers(self, other: Reach) -> bool:
        """Whether everybody of *other* is also one of these."""
        if self.level > other.level:
            return False
        return not self.readers or (bool(other.readers) and other.readers <= self.readers)


@dataclass(frozen=True, kw_only=True)
class Known:
    """Ids that front matter may name; ``None`` leaves the field unchecked."""

    service: Collection[str] | None = None
    owner_role: Collection[str] | None = None
    needs_tools: Collection[str] | None = None
    needs_access: Collection[str] | None = None
    parties: Collection[str] | None = None
    readers: Collection[str] | None = None


def check_folder(
    files: Iterable[ArticleFile],
    *,
    services: Collection[str] | None = None,
    owner_roles: Collection[str] | None = None,
    tools: Collection[str] | None = None,
    access: Collection[str] | None = None,
    parties: Collection[str] | None = None,
    readers: Collection[str] | None = None,
    existing: Mapping[str, Reach] | None = None,
    render: bool = False,
    strict: bool = False,
) -> list[Problem]:
    """Return all problems of *files*, sorted by file and line.

    Ids are checked against the collections that are given. *existing* are
    articles that no file has but that links may lead to. *render* also tries
    to render each file. *strict* makes every warning an error.
    """
    files = list(files)
    known = Known(
        service=services,
        owner_role=owner_roles,
        needs_tools=tools,
        needs_access=access,
        parties=parties,
        readers=readers,
    )
    links = [_links(file) for file in files]
    problems = [
        problem
        for file, own in zip(files, links, strict=True)
        for problem in _check_one(file, own, known=known, render=render)
    ]
    problems += _duplicates(files)
    reaches = dict(existing or {}) | reaches_of(files)
    ids = reaches.keys() | {file.id for file in files if file.id}
    for file, own in zip(files, links, strict=True):
        problems += _links_between(file, own, reaches, ids)
    return in_order(as_errors(problems) if strict else problems)


def check_file(file: ArticleFile, *, known: Known | None = None, render: bool = False) -> list[Problem]:
    """Return the problems of one file, the ones found while reading it included."""
    return _check_one(file, _links(file), known=known or Known(), render=render)


def _check_one(file: ArticleFile, links: Iterable[Link], *, known: Known, render: bool) -> list[Problem]:
    problems = [*file.problems, *_fences(file), *_scripts(file), *_headings(file)]
    problems += [problem for link in links for problem in _address(file, link)]
    if file.front is not None:
        problems += _unknown_ids(file, file.front, known)
    if render and not any(problem.is_error for problem in problems):
        problems += check_rendering(file)
    return in_order(problems)


def check_rendering(file: ArticleFile) -> list[Problem]:
    """Try whether the text of *file* can be rendered for all levels."""
    try:
        rendering.render_levels(file.body, Level.EVERYONE)
    except Refused as refusal:
        return [_problem(file, 1, refusal.message, refusal.hint)]
    return []


def _problem(
    file: ArticleFile, line: int, message: str, remedy: str, *, field: str = "", severity: Severity = "error"
) -> Problem:
    """Make a problem of a *line* of the body (from 1)."""
    at = file.body_line - 1 + line
    return Problem(path=file.path, line=at, field=field, message=message, remedy=remedy, severity=severity)


def _fences(file: ArticleFile) -> list[Problem]:
    """Faulty fences, and parts that hide nothing because the whole article is for those readers."""
    faults = fences.faults(file.body, first_line=file.body_line)
    if faults or file.front is None:
        return [_problem(file, fault.line, fault.message, fault.remedy) for fault in faults]
    return [
        _problem(
            file,
            part.line - 1,
            _("This part is for %(level)s, and so is the whole article.", level=part.level.word),
            _("Remove the fence, or give the article more readers."),
            severity="warning",
        )
        for part in fences.parts(file.body)
        if part.level and part.level <= file.front.audience
    ]


def _scripts(file: ArticleFile) -> list[Problem]:
    """Faulty decision scripts, and a support script without one."""
    blocks, faults = decisions.blocks(file.body)
    for block in blocks:
        faults += decisions.parse(block.source, first_line=block.first_line + 1)[1]
    problems = [_problem(file, fault.line, fault.message, fault.remedy, field=fault.node) for fault in faults]
    front = file.front
    if front and front.kind == Kind.SUPPORT_SCRIPT and not front.practice and not blocks and not faults:
        message = _("A support script needs a decision block.")
        remedy = _("Write one, or say practice: true if the text trains a skill.")
        problems.append(_problem(file, 1, message, remedy, field="kind"))
    return problems


def _headings(file: ArticleFile) -> list[Problem]:
    lines = lines_of(file.body)
    code = code_line_numbers(code_blocks(in_columns(lines))[0])
    message = _("A heading of the first rank stands in the text; the page's title has that rank.")
    return [
        _problem(file, index + 1, message, _("Begin it with ##."), severity="warning")
        for index, line in enumerate(lines)
        if index not in code and _TOP_HEADING.match(line)
    ]


def _links(file: ArticleFile) -> list[Link]:
    """The links of a file; none where a fence is faulty, which is reported on its own."""
    try:
        return links_of(file.body)
    except Refused:
        return []


def _address(file: ArticleFile, link: Link) -> list[Problem]:
    """Addresses that no reader could follow, and pictures that not everybody sees."""
    found: list[tuple[str, str]] = []
    if link.is_image and not link.text.strip():
        found.append((_("A picture has no text."), _("Say in the square brackets what it shows.")))
    if link.is_image and not link.url.startswith("/attachments/"):
        message = _("A picture from elsewhere is shown as a link.")
        found.append((message, _("Attach the picture to the article, and use its address under /attachments/.")))
    elif safe_url(link.url) is None:
        message = _("%(url)s is not an address that is shown.", url=link.url[:80])
        found.append((message, _("Use https, mailto, tel, or a path of this portal.")))
    elif not link.url.startswith(("/", "#")) and not _SCHEME.match(link.url):
        message = _("%(url)s depends on where the page is.", url=link.url[:80])
        found.append((message, _("Begin it with a slash, like /kb/KB0001.")))
    return [_problem(file, link.line, message, remedy, severity="warning") for message, remedy in found]


def _unknown_ids(file: ArticleFile, front: FrontMatter, known: Known) -> list[Problem]:
    """Ids that nobody has."""
    named: Sequence[tuple[str, Collection[str], Collection[str] | None]] = (
        ("service", [front.service], known.service),
        ("owner_role", [front.owner_role], known.owner_role),
        ("needs_tools", front.needs_tools, known.needs_tools),
        ("needs_access", front.needs_access, known.needs_access),
        ("handover", front.handover.parties if front.handover else (), known.parties),
        ("readers", front.readers, known.readers),
    )
    return [
        Problem(
            path=file.path,
            line=file.lines.get(field, 1),
            field=field,
            message=_("There is no %(id)s.", id=name),
            remedy=did_you_mean(name, choices) or _("Add it to the organisation first."),
        )
        for field, names, choices in named
        if choices is not None
        for name in names
        if name not in choices
    ]


def reaches_of(files: Iterable[ArticleFile]) -> dict[str, Reach]:
    """Return who may open each of the articles in *files*."""
    return {file.id: _reach(file.front) for file in files if file.front is not None}


def _reach(front: FrontMatter) -> Reach:
    return Reach(front.audience, frozenset(front.readers))


def _duplicates(files: Sequence[ArticleFile]) -> list[Problem]:
    """Ids and old addresses that more than one file has; each of them gets the problem."""
    ids: dict[str, list[ArticleFile]] = defaultdict(list)
    slugs: dict[str, list[ArticleFile]] = defaultdict(list)
    for file in files:
        if file.front is not None:
            ids[file.front.id].append(file)
            for slug in file.front.old_slugs:
                slugs[slug.casefold()].append(file)
    problems = []
    for field, owners in (("id", ids), ("old_slugs", slugs)):
        for value, same in owners.items():
            for file in same:
                others = ", ".join(sorted(other.path for other in same if other is not file))
                if others:
                    message = _("%(value)s also stands in %(others)s.", value=value, others=others)
                    line = file.lines.get(field, 1)
                    remedy = _("Keep it in one of them; ids and old addresses are never used twice.")
                    problems.append(Problem(path=file.path, line=line, field=field, message=message, remedy=remedy))
    return problems


def _links_between(
    file: ArticleFile, links: Iterable[Link], reaches: Mapping[str, Reach], ids: Collection[str]
) -> list[Problem]:
    """Links to articles that do not exist, or that some readers of the link may not open."""
    problems = []
    for link in links:
        if not link.ref:
            continue
        if link.ref not in ids:
            message = _("No article has the id %(id)s; the link is shown as plain words.", id=link.ref)
            remedy = _("Correct the id, or write that article.")
            problems.append(_problem(file, link.line, message, remedy, severity="warning"))
        elif file.front is not None and link.ref in reaches:
            own = _reach(file.front)
            seen_by = Reach(max(own.level, link.level), own.readers)
            if not reaches[link.ref].covers(seen_by):
                message = _("%(id)s has fewer readers than this link.", id=link.ref)
                remedy = _("Move the link into a part for those readers, or give that article more readers.")
                problems.append(_problem(file, link.line, message, remedy))
    return problems

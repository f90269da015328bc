"""The fields above an article's text, and the file that holds both.

One file is one article: YAML between two lines of ``---``, then Markdown.
Reading never raises for what stands in a file: each fault is a problem with
line, field and remedy. What the fields must say of each other stands in
``frontmatter_rules.py``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from portal.articles import strict_yaml
from portal.articles.frontmatter_fields import ID, READER, Fields
from portal.articles.frontmatter_model import FrontMatter, Handover, KnownError
from portal.articles.frontmatter_rules import broken_rules
from portal.articles.levels import Confidence, Governance, HandoverSize, Kind, KnownErrorStatus, Level
from portal.articles.problems import Problem
from portal.core.i18n import gettext as _

__all__ = ["ArticleFile", "FrontMatter", "Handover", "KnownError", "dump", "dump_fields", "parse", "read_file"]

DELIMITER = "---"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BOM = b"\xef\xbb\xbf"


FIELDS: Mapping[str, object] = {each.name: each for each in fields(FrontMatter)}


@dataclass(frozen=True, kw_only=True)
class ArticleFile:
    """A file that was read: what could be understood of it, and what is wrong with it.

    *front* is ``None`` if a field is missing or has no usable value.
    *body_line* is the line of the file on which *body* begins, *lines* where
    each field stands, both from 1. *sha256* is that of the bytes.
    """

    path: str
    front: FrontMatter | None = None
    front_text: str = ""
    body: str = ""
    body_line: int = 1
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    sha256: str = ""

    @property
    def id(self) -> str:
        """The article's id, from the front matter or else from the name of the file; empty if neither has one."""
        if self.front is not None:
            return self.front.id
        name = Path(self.path).stem.split("-", 1)[0]
        return name if ID.match(name) else ""


def read_file(path: Path, *, max_bytes: int) -> ArticleFile:
    """Read an article file of at most *max_bytes* bytes in UTF-8."""
    shown = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        message = _("The file cannot be opened: %(reason)s.", reason=error.strerror or type(error).__name__)
        return _only(shown, _problem(shown, 0, message, _("Check its name and who may read it.")))
    if len(data) > max_bytes:
        message = _("The file is longer than %(limit)s KB.", limit=max_bytes // 1024)
        remedy = _("Split it into several articles, each with one goal.")
        return _only(shown, _problem(shown, 0, message, remedy))
    sha256 = hashlib.sha256(data).hexdigest()
    problems = []
    if data.startswith(_BOM):
        data = data.removeprefix(_BOM)
        message = _("The file begins with an invisible byte order mark.")
        problems.append(_problem(shown, 1, message, _("Save it as UTF-8 without BOM.")))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = _("The file is not written in UTF-8.")
        return _only(shown, *problems, _problem(shown, line, message, _("Save it as UTF-8.")))
    return parse(text, path=shown, sha256=sha256, problems=problems)


def parse(text: str, *, path: str, sha256: str = "", problems: list[Problem] | None = None) -> ArticleFile:
    """Read the *text* of an article file; *problems* were found before.

    *path* is what problems are reported with; its name has to begin with the id.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    invisible = _control_characters(text, path)
    problems = [*(problems or []), *invisible]
    if invisible:
        text = _CONTROL.sub("", text)
    lines = text.split("\n")
    end = next((at for at, line in enumerate(lines[1:], start=1) if line.rstrip() == DELIMITER), None)
    if lines[0].rstrip() != DELIMITER or end is None:
        begins = lines[0].rstrip() == DELIMITER
        message = _("The front matter is never closed.") if begins else _("The file does not begin with front matter.")
        remedy = _("Put the fields at the top, between two lines of ---.")
        return _only(path, *problems, _problem(path, 1, message, remedy))
    front_text, body = "\n".join(lines[1:end]) + "\n", "\n".join(lines[end + 1 :])
    if not body.strip():
        problems.append(_problem(path, end + 1, _("The article has no text."), _("Write it below the front matter.")))
    front, found, field_lines = _read_fields(front_text, path)
    return ArticleFile(
        path=path,
        front=front,
        front_text=front_text,
        body=body,
        body_line=end + 2,
        lines=field_lines,
        problems=(*problems, *found),
        sha256=sha256,
    )


def dump(front: FrontMatter, body: str) -> str:
    """Write an article as the text of a file, which :func:`parse` reads as the same values."""
    return f"{DELIMITER}\n{dump_fields(_plain(front))}{DELIMITER}\n{body}"


def dump_fields(fields: Mapping[str, Any]) -> str:
    """Write plain values as the lines between the two delimiters; no fields are no lines."""
    if not fields:
        return ""
    return str(yaml.dump(dict(fields), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110))


def _only(path: str, *problems: Problem) -> ArticleFile:
    return ArticleFile(path=path, problems=problems)


def _problem(path: str, line: int, message: str, remedy: str) -> Problem:
    return Problem(path=path, line=line, field="", message=message, remedy=remedy)


def _control_characters(text: str, path: str) -> list[Problem]:
    """Complain about the first invisible control character."""
    match = _CONTROL.search(text)
    if match is None:
        return []
    line = text.count("\n", 0, match.start()) + 1
    message = _("There is an invisible control character (code %(code)s).", code=ord(match[0]))
    return [_problem(path, line, message, _("Remove it; it often comes along when text is copied."))]


def _read_fields(front_text: str, path: str) -> tuple[FrontMatter | None, list[Problem], dict[str, int]]:
    """Read the YAML between the delimiters, which begins on line 2."""
    root, faults = strict_yaml.load(front_text, first_line=2)
    problems = [
        Problem(path=path, line=fault.line, field=fault.key, message=fault.message, remedy=fault.remedy)
        for fault in faults
    ]
    if root is None or not isinstance(root.value, dict):
        if not problems:
            message = _("The front matter holds no fields.")
            problems.append(_problem(path, 2, message, _("Write each field as its name, a colon and its value.")))
        return None, problems, {}
    reader = Fields(root.value, path=path, line=1)
    reader.only(FIELDS)
    front = _front_matter(reader)
    lines = {name: entry.line for name, entry in root.value.items()}
    told = {fault.key for fault in faults}
    problems += [problem for problem in reader.problems if problem.field not in told]
    if reader.unreadable or faults:
        return None, problems, lines
    problems += broken_rules(front, path=path, lines=lines)
    return front, problems, lines


def _front_matter(read: Fields) -> FrontMatter:
    """Read all fields, each into its type."""
    return FrontMatter(
        id=read.text("id"),
        title=read.text("title"),
        kind=read.word("kind", Kind, Kind.HOW_TO),
        audience=read.level("audience"),
        confidence=read.word("confidence", Confidence, Confidence.WIP),
        governance=read.word("governance", Governance, Governance.COMPLIANCE),
        approved_by=read.optional_text("approved_by"),
        approved_on=read.day("approved_on"),
        service=read.name("service"),
        owner_role=read.name("owner_role"),
        tags=read.names("tags") if read.required("tags") else (),
        words=read.phrases("words") if read.required("words") else (),
        review_every_days=read.whole_number("review_every_days"),
        needs_tools=read.names("needs_tools"),
        needs_access=read.names("needs_access"),
        known_error=_known_error(read),
        handover=_handover(read),
        environment=read.phrases("environment"),
        time_needed_minutes=read.whole_number("time_needed_minutes") if read.has("time_needed_minutes") else None,
        finds=read.phrases("finds"),
        readers=read.matching("readers", READER, _("Write unit:…, party:… or role:… with an id behind the colon.")),
        language=read.text("language") if read.has("language") else "en",
        checked_on=read.day("checked_on"),
        checked_by=read.optional_text("checked_by"),
        old_slugs=read.names("old_slugs"),
        practice=read.yes("practice"),
        sample=read.yes("sample"),
    )


def _known_error(whole: Fields) -> KnownError | None:
    read = whole.inner("known_error")
    if read is None:
        return None
    read.only({each.name: each for each in fields(KnownError)})
    value = KnownError(
        status=read.word("status", KnownErrorStatus, KnownErrorStatus.ANALYSED),
        problem_ref=read.optional_text("problem_ref"),
        since=read.day("since"),
        fix_planned_for=read.day("fix_planned_for"),
        business_effect=read.optional_text("business_effect"),
    )
    whole.take_over(read)
    return value


def _handover(whole: Fields) -> Handover | None:
    read = whole.inner("handover")
    if read is None:
        return None
    read.only({each.name: each for each in fields(Handover)})
    go_live = read.moment("go_live")
    change_ref = read.text("change_ref")
    size = read.word("size", HandoverSize, HandoverSize.L)
    early_life_until = read.day("early_life_until")
    parties = read.names("parties")
    whole.take_over(read)
    if go_live is None:
        return None
    return Handover(
        change_ref=change_ref, size=size, go_live=go_live, early_life_until=early_life_until, parties=parties
    )


def _plain(value: Any) -> Any:
    """Return *value* as YAML knows it; fields that say nothing are left out."""
    if isinstance(value, Level):
        return value.word
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, FrontMatter | KnownError | Handover):
        values = {each.name: getattr(value, each.name) for each in fields(value)}
        return {each.name: _plain(values[each.name]) for each in fields(value) if values[each.name] != each.default}
    return value


class _Dumper(yaml.SafeDumper):
    """Writes lists on one line, as people write them by hand."""

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        """Write a list in brackets, whatever the default says."""
        return super().represent_sequence(tag, sequence, flow_style=True if flow_style is None else flow_style)

"""Two minutes of writing made into a draft: what they said, what it was, what helped, who may do it.

What people type here is plain text, most of it taken from a request; signs
that would mean something in Markdown are kept from it. The draft has the
sections of its kind (``outlines``), and where nobody has said anything yet,
their hints.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from portal.articles import phrases
from portal.articles.frontmatter_model import FrontMatter, KnownError
from portal.articles.frontmatter_rules import MAX_TITLE
from portal.articles.levels import Confidence, Governance, Kind, KnownErrorStatus, Level
from portal.articles.outlines import outline_of
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.search.analysis import PART, clean

MAX_TEXT = 10_000
"""Most characters of one answer."""
ANSWERS = ("said", "was", "helped", "who")
REVIEW_EVERY_DAYS = {Kind.KNOWN_ERROR: 30, Kind.TROUBLESHOOTING: 180, Kind.HOW_TO: 180}

_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_QUOTES = "\"'“”„‘’«»‹›"
_MARKER = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_SIGN = re.compile(r"(?P<address>https?://[^\s<>\"'`*\[\]\\{}]+)|(?P<sign>[\\`*_{])|(?P<entity>[<]|&(?=#?\w+;))")
_LIKE_A_LINK = re.compile(r"\][(\[:]|\[\^")
_FIRST_SIGN = re.compile(r"[ \t]*(?:([#>~:=|])|(-)(?=-*\s*$))")


@dataclass(frozen=True, kw_only=True)
class Capture:
    """What somebody said in two minutes.

    *nothing_broken*: somebody wanted to know how something is done.
    *problem_ref* names the cause that a request is linked to.
    """

    said: str
    was: str = ""
    helped: str = ""
    who: str = ""
    nothing_broken: bool = False
    problem_ref: str | None = None
    environment: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CapturedDraft:
    """What a capture proposes: the fields that follow from it, and the text."""

    title: str
    kind: Kind
    confidence: Confidence
    words: tuple[str, ...]
    environment: tuple[str, ...]
    known_error: KnownError | None
    body: str

    def front_matter(
        self, ref: str, *, service: str, owner_role: str, tags: Sequence[str] = (), language: str = "en"
    ) -> FrontMatter:
        """Return the front matter of the draft: for support, and tagged with its service if with nothing else."""
        return FrontMatter(
            id=ref,
            title=self.title,
            kind=self.kind,
            audience=Level.SUPPORT,
            confidence=self.confidence,
            governance=Governance.EXPERIENCE,
            service=service,
            owner_role=owner_role,
            tags=tuple(tags) or (service,),
            words=self.words,
            review_every_days=REVIEW_EVERY_DAYS[self.kind],
            known_error=self.known_error,
            environment=self.environment,
            language=language,
        )


class AnswersRefused(Refused):
    """Answers that make no draft: *faults* has what is said of each, the first of them stands for all."""

    def __init__(self, faults: Sequence[Refused]) -> None:
        """Keep the faults, of which there is at least one."""
        super().__init__(faults[0].message, hint=faults[0].hint, field=faults[0].field)
        self.faults = tuple(faults)


def draft_of(capture: Capture) -> CapturedDraft:
    """Make a draft of what was said.

    A few words give fewer search words than an article needs in the end; the
    writer adds them before it goes live.

    Raises:
        AnswersRefused: nobody said anything, or far too much; with the name of each answer.
    """
    said = _one_line(capture.said)
    if faults := [*_silent(said), *_too_long(capture)]:
        raise AnswersRefused(faults)
    kind = _kind(capture)
    return CapturedDraft(
        title=title_from(said),
        kind=kind,
        confidence=Confidence.NOT_VALIDATED if capture.helped.strip() else Confidence.WIP,
        words=phrases.phrases_of(capture.said),
        environment=tuple(dict.fromkeys(filter(None, map(_one_line, capture.environment)))),
        known_error=_known_error(capture) if kind == Kind.KNOWN_ERROR else None,
        body=outline_of(kind, _filled(capture, kind)),
    )


def _silent(said: str) -> Iterator[Refused]:
    if not PART.search(said):
        yield Refused(
            _("Nothing stands under what they said."),
            hint=_("Write the first words of the person who asked, as well as you remember them."),
            field="said",
        )


def _too_long(capture: Capture) -> Iterator[Refused]:
    for answer in ANSWERS:
        if len(text := getattr(capture, answer)) > MAX_TEXT:
            yield Refused(
                _("This answer has %(count)s characters; %(limit)s is the limit.", count=len(text), limit=MAX_TEXT),
                hint=_("Say the short of it here; the draft that comes of it has room for more."),
                field=answer,
            )


def title_from(said: str) -> str:
    """Return the first sentence of what was *said* as a title, cut at a word where it is too long."""
    line = _one_line(said)
    title = _SENTENCE_END.split(line, maxsplit=1)[0].strip(f"{_QUOTES} ").rstrip(".,;:… ") or line
    if len(title) > MAX_TITLE:
        whole_words = title[:MAX_TITLE].rpartition(" ")[0].rstrip(".,;:… ")
        title = (whole_words or title[: MAX_TITLE - 1]) + ("…" if len(whole_words) < MAX_TITLE else "")
    capital = title[:1].upper() + title[1:]
    return capital if len(capital) <= MAX_TITLE else title


def _kind(capture: Capture) -> Kind:
    if capture.nothing_broken:
        return Kind.HOW_TO
    if capture.problem_ref or (capture.was.strip() and not capture.helped.strip()):
        return Kind.KNOWN_ERROR
    return Kind.TROUBLESHOOTING


def _known_error(capture: Capture) -> KnownError:
    status = KnownErrorStatus.WORKAROUND if capture.helped.strip() else KnownErrorStatus.ANALYSED
    return KnownError(status=status, problem_ref=_one_line(capture.problem_ref or "") or None)


def _filled(capture: Capture, kind: Kind) -> Mapping[str, str]:
    """The sections of *kind* that the capture says something about."""
    said = "> " + _("“%(said)s”", said=_escaped(_one_line(capture.said).strip(f"{_QUOTES} ")))
    was, helped, who = _paragraphs(capture.was), _numbered(capture.helped), _paragraphs(capture.who)
    if kind == Kind.HOW_TO:
        needs = f"- {_escaped(_one_line(capture.who))}" if who else ""
        found = {"goal": f"{said}\n\n{was}", "steps": helped, "needs": needs}
    elif kind == Kind.KNOWN_ERROR:
        found = {"symptom": said, "why": was, "way_round": helped, "who": who}
    else:
        found = {"symptom": said, "causes": was, "steps": helped, "who": who}
    return {section: text for section, text in found.items() if text}


def _one_line(text: str) -> str:
    """*text* without line breaks and what nobody sees."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in clean(text)).split())


def _lines(text: str) -> list[str]:
    return [_one_line(line) for line in text.splitlines()]


def _paragraphs(text: str) -> str:
    return "\n".join(map(_escaped, _lines(text))).strip("\n")


def _numbered(text: str) -> str:
    """Each line a step; numbers and dashes that stood before it are replaced."""
    steps = [_MARKER.sub("", line, count=1) if _MARKER.match(line) else line for line in _lines(text)]
    return "\n".join(f"{number}. {_escaped(step)}" for number, step in enumerate(filter(None, steps), start=1))


def _escaped(line: str) -> str:
    """*line* with signs of Markdown and HTML as the signs that they are; addresses stay as they are."""
    escaped = _SIGN.sub(_as_it_is, line)
    if _LIKE_A_LINK.search(escaped):
        escaped = escaped.replace("[", "&#91;")
    first = _FIRST_SIGN.match(escaped)
    if first:
        sign = first[1] or first[2]
        escaped = f"&#{ord(sign)};{escaped[first.end() :]}"
    return escaped


def _as_it_is(match: re.Match[str]) -> str:
    if match["address"]:
        return match["address"]
    return f"&#{ord(match['entity'])};" if match["entity"] else f"\\{match['sign']}"

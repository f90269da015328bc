"""A text to begin with, for each kind of article.

An outline is a row of sections. What the writer has to say stands there as a
*hint* between ‹ and ›, to be written over; the search words, the title and
the rest belong to the front matter and are not in it. An outline can be saved
as it stands: no hint breaks the rules for articles. It cannot be handed in
before its hints are written over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from portal.articles.codelines import lines_of
from portal.articles.levels import Kind
from portal.core.i18n import LANGUAGES, speaking
from portal.core.i18n import gettext as _

_HINT = re.compile(r"‹([^‹›\n]+)›")


@dataclass(frozen=True)
class Section:
    """A part of an outline. *id* names it in code, *heading* is empty for what opens the text."""

    id: str
    heading: str
    text: str

    def written(self, text: str | None) -> str:
        """Return the section as Markdown, with *text* instead of its own if there is one."""
        body = (text or self.text).strip("\n")
        return f"## {self.heading}\n\n{body}\n" if self.heading else f"{body}\n"


@dataclass(frozen=True)
class Hint:
    """Something that is still to be written: where (a line of the text, from 1) and what."""

    line: int
    text: str


def sections(kind: Kind) -> list[Section]:
    """Return the sections of an article of *kind*, in the language of whoever asks."""
    return _OUTLINES[kind]()


def outline_of(kind: Kind, filled: Mapping[str, str] | None = None) -> str:
    """Return the text to begin with, as Markdown; *filled* has the sections that are known already, by their ids.

    Raises:
        ValueError: *filled* names a section that this kind has not.
    """
    filled = filled or {}
    shape = sections(kind)
    if strange := filled.keys() - {section.id for section in shape}:
        raise ValueError(f"{kind} has no sections {sorted(strange)}")
    return "\n".join(section.written(filled.get(section.id)) for section in shape)


def hints_left(body: str) -> list[Hint]:
    """Return the hints that nobody has written over yet."""
    return [
        Hint(number, match[1].strip())
        for number, line in enumerate(lines_of(body), start=1)
        for match in _HINT.finditer(line)
    ]


def hints_kept(body: str) -> list[Hint]:
    """Return those hints that came with an outline, of any kind and in any language; others may be meant to stand."""
    return [hint for hint in hints_left(body) if hint.text in _hints_of_outlines()]


@cache
def _hints_of_outlines() -> frozenset[str]:
    found: set[str] = set()
    for language in LANGUAGES:
        with speaking(language):
            found.update(hint.text for kind in Kind for hint in hints_left(outline_of(kind)))
    return frozenset(found)


def _hint(text: str) -> str:
    return f"‹{text}›"


def _table(*rows: tuple[str, ...]) -> str:
    """A table of *rows*, the first of which has the names of the columns."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join((lines[0], "| --- " * len(rows[0]) + "|", *lines[1:]))


def _steps(*steps: str) -> str:
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))


def _how_to() -> list[Section]:
    return [
        Section("goal", "", _hint(_("Say in one sentence what the reader has at the end, and for whom it is."))),
        Section("needs", _("You need"), "- " + _hint(_("what must be there or true before the first step"))),
        Section("steps", _("Steps"), _steps(_hint(_("one action")), _hint(_("one action, twelve steps at most")))),
        Section("check", _("Check that it worked"), _hint(_("Say where to look, and what it shows."))),
        Section("wrong", _("If it goes wrong"), _if_it_goes_wrong()),
    ]


def _if_it_goes_wrong() -> str:
    seen, done = _hint(_("the message, word for word")), _hint(_("the next safe thing, or whom to ask"))
    return _table((_("You see"), _("Do this")), (seen, done))


def _troubleshooting() -> list[Section]:
    return [
        Section("symptom", "", _hint(_("Say what people see and for whom this page is, in their own words."))),
        Section(
            "steps",
            _("Try these in order"),
            _steps(_hint(_("the quickest safe thing, and how to see that it worked")), _hint(_("the next likely one"))),
        ),
        Section("causes", _("Why it happens"), _hint(_("Name the causes, the most likely one first."))),
        Section("who", _("Who may do it"), _hint(_("Say which rights it takes, or that anybody may do it."))),
        Section("stuck", _("Still stuck"), _hint(_("Say when to ask, whom, and with what in hand."))),
    ]


def _known_error() -> list[Section]:
    facts = _hint(_("Say who is affected and since when.")), _hint(_("Say what is being done, and by whom."))
    return [
        Section("symptom", _("What the person says"), "> " + _hint(_("their own words"))),
        Section(
            "recognise",
            _("Is it this one?"),
            _("All of these must be true:") + "\n\n" + _steps(_hint(_("a sign to look for")), _hint(_("another one"))),
        ),
        Section(
            "way_round",
            _("Way round"),
            _steps(_hint(_("one action")), _hint(_("how to see that it worked, and what to do when it did not"))),
        ),
        Section("who", _("Who may do it"), _hint(_("Say which rights it takes, or that anybody may do it."))),
        Section("tell", _("What to tell people"), _hint(_("Write a sentence that can be read out."))),
        Section("why", _("Why it happens"), _hint(_("Say the cause in plain words, or that it is not known."))),
        Section("fix", _("Who is affected, since when, and the real fix"), " ".join(facts)),
    ]


def _support_script() -> list[Section]:
    opening = _hint(_("Say when to use this script, and what it wants to reach."))
    return [
        Section("use", "", opening),
        Section("script", "", _script()),
        Section(
            "note",
            _("Before you send it on"),
            "- " + _hint(_("what must be noted: the message, what was tried, what it stops and until when")),
        ),
    ]


def _script() -> str:
    """A decision block with two steps; what is said stands in quotes, so that YAML takes it for text."""
    stops = _("What does this stop you from doing, and when must it be done?")
    know, waits, waiting = _("what to know while you ask"), _("it can wait"), _("somebody is waiting")
    quickest, question = _("the quickest way back to work"), _("the next question, in words that can be read out")
    one, other = _("one answer"), _("the other answer")
    solves, sends = _("what solves it"), _("whom to send it to, with what")
    return f"""```decision
start: stop
nodes:
  stop:
    say: "{stops}"
    note: "{_hint(know)}"
    answers:
      - {{if: "{_hint(waits)}", go: check}}
      - {{if: "{_hint(waiting)}", end: "{_hint(quickest)}", outcome: solved}}
  check:
    say: "{_hint(question)}"
    answers:
      - {{if: "{_hint(one)}", end: "{_hint(solves)}", outcome: solved}}
      - {{if: "{_hint(other)}", end: "{_hint(sends)}", outcome: send_on}}
```"""


def _handover_note() -> list[Section]:
    hints = _hint(_("their own words")), _hint(_("what it is")), _hint(_("what to do"))
    table = _table((_("They say"), _("It is"), _("Do this")), hints)
    back = _hint(_("Say which signs, and whom to call."))
    return [
        Section("breath", _("In one breath"), _hint(_("Say what changes, when, and what stops working."))),
        Section("notices", _("Who notices, and what they will say"), _hint(_("Say how many people, and when most."))),
        Section("solve", _("What you can solve yourself"), table),
        Section(
            "send_on", _("What you send on"), _hint(_("Say to whom, with what in hand, and how fast they answer."))
        ),
        Section(
            "known", _("Known faults at go-live"), "- " + _hint(_("the fault, its way round, and when it is mended"))
        ),
        Section("back", _("Signs that we go back to the old way"), back),
        Section("questions", _("Questions from the front line"), "- " + _hint(_("the question, and its answer"))),
    ]


def _faq() -> list[Section]:
    shape = (
        ("first", _("a question as people ask it"), _("Answer it in the first sentence. Say what to do then.")),
        ("second", _("the next question"), _("Answer it in the first sentence.")),
        ("last", _("the question of somebody who found no answer"), _("Say whom to ask, and with what in hand.")),
    )
    opening = Section("opening", "", _hint(_("Say in one sentence for whom these answers are.")))
    return [opening, *(Section(key, _hint(asked), _hint(answer)) for key, asked, answer in shape)]


def _policy() -> list[Section]:
    opening = "**" + _("Rule in one sentence.") + "** "
    return [
        Section("rule", "", opening + _hint(_("Say what is a must, for whom, and why."))),
        Section("ways", _("How to keep it"), _steps(_hint(_("one way that is enough")), _hint(_("another one")))),
        Section("never", _("What is never enough"), "- " + _hint(_("what people might take for enough"))),
        Section("not", _("When it does not work out"), _hint(_("Say what to tell the person, and the quickest way."))),
        Section("note", _("What you write down"), _hint(_("Say what is noted, where, and what never is."))),
    ]


_OUTLINES: Mapping[Kind, Callable[[], list[Section]]] = {
    Kind.HOW_TO: _how_to,
    Kind.TROUBLESHOOTING: _troubleshooting,
    Kind.KNOWN_ERROR: _known_error,
    Kind.SUPPORT_SCRIPT: _support_script,
    Kind.HANDOVER_NOTE: _handover_note,
    Kind.FAQ: _faq,
    Kind.POLICY: _policy,
}

"""What a pack says: its sections as questions, each with an example and, where it is a table, its columns.

A section is Markdown, or a table, or both. The rows of a table are what the
portal works with: the front line finds a sentence that people say, and a
known error becomes an article when the pack is closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.core.i18n import lazy_gettext as _l

LONGEST_TEXT: Final = 20_000
LONGEST_CELL: Final = 500
MOST_ROWS: Final = 50
FEWEST_SENTENCES: Final = 2
"""So many sentences of people, at least."""

NO_WAY_ROUND: Final = "none; tell them"
"""How a known error without a way round begins: what the front line says is part of the answer."""

Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table: its key, its heading, and whether a row must fill it."""

    key: str
    title: Any
    is_needed: bool = True
    is_long: bool = False


@dataclass(frozen=True, kw_only=True)
class Section:
    """One question that a pack answers. *is_material*: what it says is signed, so that another text is signed anew."""

    key: str
    question: Any
    example: Any
    is_material: bool = False
    columns: tuple[Column, ...] = ()
    fewest_rows: int = 0

    def is_filled(self, text: str, rows: Sequence[Row]) -> bool:
        """Whether it says something, and, where it is a table that needs rows, has them."""
        whole = [row for row in rows if any(value.strip() for value in row.values())]
        if self.fewest_rows:
            return len(whole) >= self.fewest_rows
        return bool(text.strip() or whole)


_ALL: Final = (
    Section(
        key="what_changes",
        question=_l("In one breath: what is different, and from when on?"),
        example=_l("From Monday 2 March people open their payslip with their normal sign-in. The old password stops "
                   "working at 06:00."),
        is_material=True,
    ),
    Section(
        key="who_notices",
        question=_l("Who notices, how many, and where?"),
        example=_l("About 320 people on the monthly payroll; most of them between the 25th and the 28th."),
    ),
    Section(
        key="what_people_notice",
        question=_l("What will they say?"),
        example=_l("“My payroll password does not work any more.”"),
        is_material=True,
        columns=(Column(key="sentence", title=_l("In their words")),),
        fewest_rows=FEWEST_SENTENCES,
    ),
    Section(
        key="how_to_recognise",
        question=_l("How do I know that it is this?"),
        example=_l("The page shows the new sign-in with the company's name, and the person is paid monthly."),
    ),
    Section(
        key="first_fixes",
        question=_l("What can I solve at once?"),
        example=_l("Old password refused · Expected · “Use your normal sign-in.”"),
        is_material=True,
        columns=(
            Column(key="they_say", title=_l("They say")),
            Column(key="it_is", title=_l("It is")),
            Column(key="do_this", title=_l("Do this"), is_long=True),
        ),
    ),
    Section(
        key="send_on",
        question=_l("What do I send on, to whom, with what, and how fast do they answer?"),
        example=_l("A sign-in that still fails · HR systems · personnel number, time, message · within one hour"),
        is_material=True,
        columns=(
            Column(key="what", title=_l("What")),
            Column(key="to", title=_l("To whom")),
            Column(key="with", title=_l("With what"), is_needed=False),
            Column(key="answers", title=_l("How fast"), is_needed=False),
        ),
    ),
    Section(
        key="known_errors",
        question=_l("Which errors are known?"),
        example=_l("On phones the PDF opens behind the page · turn the phone sideways · hr-systems-team"),
        is_material=True,
        columns=(
            Column(key="error", title=_l("What goes wrong")),
            Column(key="way_round", title=_l("Way round, or “none; tell them …”"), is_needed=False, is_long=True),
            Column(key="owner", title=_l("Who looks after it"), is_needed=False),
            Column(key="fix_on", title=_l("Mended when"), is_needed=False),
        ),
    ),
    Section(
        key="never",
        question=_l("What must nobody do?"),
        example=_l("Give no comment on amounts."),
    ),
    Section(
        key="scripts_and_articles",
        question=_l("Which scripts and articles belong to it?"),
        example=_l("KB0010 for the front line, KB0034 for everybody."),
    ),
    Section(
        key="support_lines",
        question=_l("Who answers first, and who is brought in?"),
        example=_l("Sign-in · front line · HR systems · Mon-Fri 08:00-17:00 · one hour · ext. 4410"),
        is_material=True,
        columns=(
            Column(key="topic", title=_l("About")),
            Column(key="first", title=_l("Answers first")),
            Column(key="then", title=_l("Is brought in"), is_needed=False),
            Column(key="hours", title=_l("Hours"), is_needed=False),
            Column(key="answers", title=_l("How fast"), is_needed=False),
            Column(key="contact", title=_l("Reached by"), is_needed=False),
        ),
    ),
    Section(
        key="tools_and_access",
        question=_l("Which tool or right do I need, and do I have it?"),
        example=_l("The form “Payroll number”. The front line has it since Monday."),
    ),
    Section(
        key="training",
        question=_l("What was shown to whom, and where can it be seen again?"),
        example=_l("20 minutes on 18 February, for both shifts; the recording is linked below."),
    ),
    Section(
        key="comms",
        question=_l("What were users told, when, and in which words?"),
        example=_l("A mail on 23 February to all who are paid monthly: “From Monday you open your payslip with your "
                   "normal sign-in.”"),
    ),
    Section(
        key="volume_forecast",
        question=_l("How many contacts do we expect, and on which days?"),
        example=_l("40 on the first Monday, 10 a day for the rest of the week, 60 between the 25th and the 28th."),
    ),
    Section(
        key="business_calendar",
        question=_l("What else happens there?"),
        example=_l("Month end from 25 February to 3 March; no campaign."),
    ),
    Section(
        key="monitoring",
        question=_l("What is watched, by whom, and what does it tell?"),
        example=_l("Failed sign-ins, by HR systems; more than 30 in 15 minutes call the duty manager."),
    ),
    Section(
        key="going_back",
        question=_l("Which signs make us go back, and who decides?"),
        example=_l("More than 30 failed sign-ins in 15 minutes · the duty manager"),
        is_material=True,
        columns=(
            Column(key="sign", title=_l("Sign")),
            Column(key="decides", title=_l("Who decides")),
        ),
    ),
    Section(
        key="contacts_early_life",
        question=_l("Whom do I call in the first days?"),
        example=_l("HR systems, ext. 4410, from 06:00 to 18:00; at night the duty manager."),
    ),
)  # fmt: skip

SECTIONS: Final[Mapping[str, Section]] = {section.key: section for section in _ALL}
GO_LIVE: Final = "go_live"
"""The moment of go-live is signed as well: it stands among what is material, though it is no section."""


def known_error_gaps(row: Row) -> tuple[str, ...]:
    """What a known error lacks for the gate (G8): ``way_round``, ``owner``."""
    way, lacks = row.get("way_round", "").strip(), []
    without = way.casefold().startswith(NO_WAY_ROUND)
    if not way or (without and not way[len(NO_WAY_ROUND) :].strip(" .…")):
        lacks.append("way_round")
    if not row.get("owner", "").strip():
        lacks.append("owner")
    return tuple(lacks)

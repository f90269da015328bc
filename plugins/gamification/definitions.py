"""Badges as data: the rule language, read from TOML, with what does not fit said in sentences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from plugins.gamification.kinds import COUNTED, KINDS, KNOWN_VALUES, NUMBERED, NUMBERS, ROLES
from plugins.gamification.toml_tables import Table
from portal.core.i18n import SOURCE
from portal.core.i18n import gettext as _

SCHEMA: Final = 1
SHIPPED: Final = Path(__file__).parent / "badges.toml"
LANGUAGES: Final = (SOURCE, "de")
"""The languages in which every badge of ours is named and told."""
TIERS: Final = ("bronze", "silver", "gold")
TRACKS: Final = (
    *("start", "knowledge", "sharing", "handover", "superuser", "shoes"),
    *("listening", "care", "proficiency", "team"),
)
PERS: Final = ("once", "subject", "quarter", "year", "every")

LONGEST_WINDOW: Final = 1460
"""In days: four years."""

Value: TypeAlias = str | int


@dataclass(frozen=True)
class Range:
    """A number from *min* to *max*, both included; ``None`` where that end is open."""

    min: int | None = None
    max: int | None = None


@dataclass(frozen=True)
class Clause:
    """One condition: so many events of these kinds, of these people, within such a time.

    *distinct* is the field whose values are counted instead of events, or
    empty. *min_distinct* says of how many different values there must be at
    least. *within_days* and *pair_cap* are ``None`` where there is no limit.
    *where* holds for each field the values of which it must have one, or the
    range that it must be in.
    """

    events: tuple[str, ...]
    count: int = 1
    distinct: str = ""
    min_distinct: Mapping[str, int] = field(default_factory=dict)
    within_days: int | None = None
    where: Mapping[str, tuple[Value, ...] | Range] = field(default_factory=dict)
    pair_cap: int | None = None
    own: bool = False


@dataclass(frozen=True)
class Badge:
    """One badge. All *clauses* must hold; a badge that coaches give by hand (*manual*) has none.

    *earn* are the roles that count, all of them where it is empty. *names* and
    *texts* are those in other languages than English.
    """

    id: str
    name: str
    tier: str
    track: str
    text: str
    clauses: tuple[Clause, ...] = ()
    earn: tuple[str, ...] = ()
    per: str = "once"
    sticky: bool = True
    hidden: bool = False
    manual: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def name_in(self, language: str) -> str:
        """Its name in *language* (a code such as ``de`` or ``de-AT``), or in English."""
        return self.names.get(language) or self.names.get(language.partition("-")[0], self.name)

    def text_in(self, language: str) -> str:
        """Its sentence in *language*, or in English."""
        return self.texts.get(language) or self.texts.get(language.partition("-")[0], self.text)


@dataclass(frozen=True)
class Problem:
    """What does not fit: the *file*, the id of the *badge* and the *field* where they are known, and a *sentence*."""

    file: str
    badge: str
    field: str
    sentence: str


@dataclass(frozen=True)
class Definitions:
    """What was read. With any problem the whole set is not to be used."""

    badges: tuple[Badge, ...]
    problems: tuple[Problem, ...]


_OF_A_BADGE: Final = frozenset(
    ("id", "name", "tier", "track", "text", "earn", "per", "sticky", "hidden", "manual", "when")
)
_TRANSLATED: Final = r"(name|text)_[a-z]{2}"
_OF_A_CLAUSE: Final = frozenset(
    ("event", "count", "distinct", "min_distinct", "within_days", "where", "pair_cap", "own")
)
_ONE_IN_EACH: Final = {"subject": ("subject",), "quarter": ("quarter", "year"), "year": ("year",)}
"""Fields that have one value only within a group."""


def load(path: Path = SHIPPED) -> Definitions:
    """Read the badges from a file. A file that cannot be read is one problem."""
    try:
        return read(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as fault:
        sentence = _("The file cannot be read: %(fault)s.", fault=fault)
        return Definitions((), (Problem(path.name, "", "", sentence),))


def read(text: str, file: str) -> Definitions:
    """Read badges from TOML; *file* is how problems name it. Never raises."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as fault:
        sentence = _("This is not TOML: %(fault)s. Mend that line.", fault=fault)
        return Definitions((), (Problem(file, "", "", sentence),))
    top = Table(data, [])
    top.known({"schema", "badge"})
    top.one_of("schema", (SCHEMA,))
    rows = data.get("badge")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        top.note("badge", _("There is no badge here. Each begins with the line [[badge]]."))
        rows = []
    problems = [Problem(file, "", *note) for note in top.notes]
    badges: list[Badge] = []
    for row in rows:
        table = Table(row, [])
        badge = _badge(table)
        if badge.id and any(badge.id == other.id for other in badges):
            table.note("id", _("Two badges have this id. Each needs its own."))
        problems += [Problem(file, str(row.get("id", "")), *note) for note in table.notes]
        badges.append(badge)
    return Definitions(() if problems else tuple(badges), tuple(problems))


def _badge(table: Table) -> Badge:
    table.known(_OF_A_BADGE, _TRANSLATED)
    badge_id = table.text("id")
    if badge_id and not re.fullmatch(r"[a-z0-9-]{1,60}", badge_id):
        table.note("id", _("An id has small letters a to z, digits and hyphens only, 60 at the most."))
    per = table.one_of("per", PERS, "once")
    manual = table.flag("manual", default=False)
    clauses = _clauses(table, per, manual=manual)
    translated = [name for name in table.data if re.fullmatch(_TRANSLATED, name)]
    return Badge(
        id=badge_id,
        name=table.text("name"),
        tier=table.one_of("tier", TIERS),
        track=table.one_of("track", TRACKS),
        text=table.text("text"),
        clauses=clauses,
        earn=table.names("earn", ROLES, _("There is no role “%(value)s”.")) if "earn" in table.data else (),
        per=per,
        sticky=table.flag("sticky", default=True),
        hidden=table.flag("hidden", default=False),
        manual=manual,
        names={name[5:]: table.text(name) for name in translated if name.startswith("name")},
        texts={name[5:]: table.text(name) for name in translated if name.startswith("text")},
    )


def _clauses(table: Table, per: str, *, manual: bool) -> tuple[Clause, ...]:
    if manual:
        if "when" in table.data:
            table.note("when", _("A badge that coaches give by hand has no rule."))
        return ()
    when = table.table("when")
    if not when:
        table.note("when", _("There is no rule. Say under [badge.when] which event earns this badge."))
        return ()
    if "all" not in when:
        clauses: tuple[Clause, ...] = (_clause(table.below(when, "when"), per),)
    else:
        clauses = _all_of(table.below(when, "when"), per)
    types = {KINDS[event].subject_type for clause in clauses for event in clause.events if event in KINDS}
    if per == "subject" and len(types) > 1:
        found = ", ".join(sorted(types))
        table.note(
            "per",
            _("The events are about different things (%(found)s): none of them can be counted by itself.", found=found),
        )
    return clauses


def _all_of(table: Table, per: str) -> tuple[Clause, ...]:
    table.known({"all"})
    if per == "every":
        table.note("all", _("A badge that can be earned again and again has one condition only."))
    rows = table.data["all"]
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        table.note("all", _("A list of conditions belongs here, each in curly brackets."))
        return ()
    return tuple(_clause(table.below(row, f"all.{place}"), per) for place, row in enumerate(rows, start=1))


def _clause(table: Table, per: str) -> Clause:
    table.known(_OF_A_CLAUSE)
    events = _events(table)
    count = table.number("count") or 1
    distinct = ""
    if "distinct" in table.data:
        distinct = table.text("distinct")
        _check_field(table, "distinct", distinct, events)
        _check_reach(table, "distinct", distinct, count, per)
    least = table.below(table.table("min_distinct"), "min_distinct")
    for name in least.data:
        _check_field(least, name, name, events)
        _check_reach(least, name, name, least.number(name) or 1, per)
    pair_cap = table.number("pair_cap")
    if pair_cap and events and not any("actor" in KINDS[event].fields for event in events):
        table.note("pair_cap", _("Nobody stands behind these events, so there is no pair to limit."))
    return Clause(
        events=events,
        count=count,
        distinct=distinct,
        min_distinct=dict(least.data),
        within_days=table.number("within_days", LONGEST_WINDOW),
        where=_where(table.below(table.table("where"), "where"), events),
        pair_cap=pair_cap,
        own=_own(table, events),
    )


def _events(table: Table) -> tuple[str, ...]:
    value = table.data.get("event")
    named = table if isinstance(value, list) else Table({"event": [value]}, table.notes, table.path)
    events = named.names("event", sorted(COUNTED), _("There is no event “%(value)s” that a badge could ask for."))
    if value == []:
        table.note("event", _("Name at least one event."))
    return tuple(event for event in events if event in COUNTED)


def _check_field(table: Table, name: str, asked: str, events: Iterable[str]) -> None:
    """Every one of the *events* must say something in the field *asked*."""
    for event in events:
        if asked and asked not in KINDS[event].fields:
            sentence = _("The event “%(event)s” never says “%(field)s”.", event=event, field=asked)
            table.note(name, sentence)


def _check_reach(table: Table, name: str, asked: str, least: int, per: str) -> None:
    """Within one group of *per* there must be able to be *least* different values."""
    if least > 1 and asked in _ONE_IN_EACH.get(per, ()):
        sentence = _(
            "This is counted for each %(per)s, so there is never more than one “%(field)s”.", per=per, field=asked
        )
        table.note(name, sentence)


def _own(table: Table, events: Iterable[str]) -> bool:
    own = table.flag("own", default=False)
    may = {KINDS[event].own for event in events}
    if own and may == {False}:
        table.note("own", _("What people do for themselves never counts here."))
    if not own and may == {True}:
        table.note("own", _("Everybody does this for themselves: write own = true, or nobody can earn it."))
    return own


def _where(table: Table, events: Iterable[str]) -> dict[str, tuple[Value, ...] | Range]:
    found: dict[str, tuple[Value, ...] | Range] = {}
    for name, value in table.data.items():
        _check_field(table, name, name, events)
        if isinstance(value, dict):
            found[name] = _range(table, name, value)
            continue
        values = value if isinstance(value, list) else [value]
        wanted = int if name in NUMBERS | NUMBERED else str
        if not values or not all(type(each) is wanted for each in values):
            number = _("A whole number belongs here, or a list of them.")
            table.note(name, number if wanted is int else _("A text belongs here, or a list of them."))
        for each in values:
            if name in KNOWN_VALUES and each not in KNOWN_VALUES[name]:
                known = ", ".join(KNOWN_VALUES[name])
                table.note(name, _("One of these belongs here: %(known)s.", known=known))
        found[name] = tuple(values)
    return found


def _range(table: Table, name: str, value: Mapping[str, Any]) -> Range:
    inner = table.below(value, name)
    inner.known({"min", "max"})
    if name not in NUMBERS:
        table.note(name, _("This is no amount, so it has neither min nor max."))
    low, high = value.get("min"), value.get("max")
    if low is None and high is None:
        table.note(name, _("Say min, max, or both."))
    if not all(end is None or type(end) is int for end in (low, high)):
        table.note(name, _("Whole numbers belong in min and max."))
    elif low is not None and high is not None and low > high:
        table.note(name, _("min is more than max, so nothing fits."))
    return Range(low, high)

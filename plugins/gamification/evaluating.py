"""Who has earned which badge, when, and by what: a pure function of the log.

The rules (2 to 6 hold for each clause of a badge):

1. All events that credit the person, in the order of ``(occurred_at, id)``. A
   voided one never counts; a withdrawn one counts for sticky badges only.
2. Those of the right kind, role and ``where`` count, unless the credited person
   is the actor. Cheap signals count from the seventh day of the account that
   gives them.
3. ``pair_cap`` lets so many events of one actor count in a calendar month, the
   earliest. **A retracted event keeps its place in it**: else taking one back
   could let a later one in, and with it an award that nobody had. Written
   anew, it has the place that it had.
4. They fall into groups by ``per``; ``every`` begins again after each success.
5. The first event at which all conditions hold *crosses*. Of several clauses
   each must cross in the same group, and the latest crossing is the one.
6. A window that was full once stays full: time takes nothing away.

Everything here takes the events that credit *one* person, after
:func:`~plugins.gamification.facts.as_one`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from plugins.gamification.definitions import Badge, Clause, Range, Value
from plugins.gamification.facts import VOID, Calendar, Fact, calendar, value_of
from plugins.gamification.kinds import BY_HAND, GRANDFATHERED, KINDS, NEW_ACCOUNT_DAYS
from plugins.gamification.windows import Need, Window
from portal.core.i18n import format_decimal
from portal.core.i18n import gettext as _

ONCE: Final = "once"
"""The key of an award that is given once."""
EVIDENCE: Final = 50
"""The most events that are kept as the evidence of one award: the latest."""
SHOWN_FROM: Final = 0.4
"""How much of the way must be done before progress is shown."""
DIRECT: Final = frozenset({BY_HAND, GRANDFATHERED})
"""Kinds of events that give an award which they name."""


@dataclass(frozen=True, slots=True)
class Earned:
    """One award: *key* parts several of one badge; *evidence* are ids of events, the crossing one last."""

    badge_id: str
    person_id: int
    key: str
    granted_at: datetime
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """*have* of *want*, of the field *of* (or of ``events``), on the way to the award *key*."""

    have: int
    want: int
    key: str
    of: str

    @property
    def shown(self) -> bool:
        """It is far enough to be told."""
        return self.have >= SHOWN_FROM * self.want

    def said(self) -> str:
        """In words, such as “3 of 5 colleagues”."""
        words = {
            "actor": _("%(have)s of %(want)s colleagues"),
            "article": _("%(have)s of %(want)s articles"),
            "events": _("%(have)s of %(want)s times"),
            "gap": _("%(have)s of %(want)s gaps"),
            "host_unit": _("%(have)s of %(want)s units"),
            "improvement": _("%(have)s of %(want)s improvements"),
            "lesson": _("%(have)s of %(want)s lessons"),
            "month": _("%(have)s of %(want)s months"),
            "pack": _("%(have)s of %(want)s handovers"),
            "quarter": _("%(have)s of %(want)s quarters"),
            "request": _("%(have)s of %(want)s requests"),
            "service": _("%(have)s of %(want)s services"),
            "superuser": _("%(have)s of %(want)s superusers"),
            "unit": _("%(have)s of %(want)s units"),
            "visit": _("%(have)s of %(want)s visits"),
            "week": _("%(have)s of %(want)s weeks"),
            "year": _("%(have)s of %(want)s years"),
        }
        numbers = {"have": format_decimal(self.have), "want": format_decimal(self.want)}
        return words.get(self.of, _("%(have)s of %(want)s")) % numbers


@dataclass(frozen=True, slots=True)
class _Crossing:
    at: datetime
    id: int
    evidence: tuple[tuple[datetime, int], ...]


def listening(badges: Iterable[Badge]) -> Mapping[str, tuple[Badge, ...]]:
    """For each kind of event the badges to look at when one comes, or is retracted."""
    found: defaultdict[str, list[Badge]] = defaultdict(list)
    for badge in badges:
        for kind in sorted(DIRECT.union(*(clause.events for clause in badge.clauses))):
            found[kind].append(badge)
    return {kind: tuple(listeners) for kind, listeners in found.items()}


def replay(badges: Sequence[Badge], facts: Iterable[Fact], zone: tzinfo) -> Iterator[Earned]:
    """All awards of all people, person by person, from all *facts* of the log."""
    listeners = listening(badges)
    people: defaultdict[int, defaultdict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        for badge in listeners.get(fact.kind, ()):
            people[fact.credit_id][badge.id].append(fact)
    for person in sorted(people):
        for badge in badges:
            if badge.id in people[person]:
                yield from awards_of(badge, people[person][badge.id], zone)


def awards_of(badge: Badge, facts: Iterable[Fact], zone: tzinfo) -> list[Earned]:
    """The awards of *badge* that *facts*, all of which credit one person, give; in the order of time."""
    dates = calendar(zone)
    ordered = _in_order(badge, facts)
    if not ordered:
        return []
    person = ordered[0].credit_id
    found: dict[str, Earned] = {}
    for key, crossing in _crossings(badge, ordered, dates):
        found[key] = Earned(badge.id, person, key, crossing.at, tuple(id_ for _at, id_ in crossing.evidence))
    for fact in ordered:
        if fact.kind in DIRECT and fact.actor_id != person and not _is_out(badge, fact):
            given = _given(badge, fact)
            if given.key not in found or given.granted_at < found[given.key].granted_at:
                found[given.key] = given
    return sorted(found.values(), key=lambda each: each.granted_at)


def progress_of(badge: Badge, facts: Iterable[Fact], zone: tzinfo, now: datetime) -> Progress | None:
    """How far the person is *now* towards the next award of *badge*; ``None`` where there is none on the way.

    Of several groups it is the one that is furthest, of several clauses the one
    that wants most, and of one clause its count, until that is met. It says
    what could still become an award: events that are too old by now are out.
    """
    dates = calendar(zone)
    ordered = _in_order(badge, facts)
    done = {award.key for award in awards_of(badge, ordered, zone)}
    ways: defaultdict[str, list[Need]] = defaultdict(list)
    for clause in badge.clauses:
        for key, group in _groups(badge, clause, ordered, dates).items():
            if badge.per not in _DATED or key == _DATED[badge.per](dates, now):
                times, need = _need(badge, clause, group, dates, dates.day(now))
                ways[str(times + 1) if badge.per == "every" else key].append(need)
    found = [
        Progress(need.have, need.want, key, need.of)
        for key, needs in ways.items()
        if key not in done and len(needs) == len(badge.clauses)
        for need in [min(needs, key=_share)]
        if need.have
    ]
    return max(found, key=lambda each: (_share(each), each.key), default=None)


_DATED: Final[Mapping[str, Callable[[Calendar, datetime], str]]] = {"quarter": Calendar.quarter, "year": Calendar.year}


def _in_order(badge: Badge, facts: Iterable[Fact]) -> list[Fact]:
    """Those of *facts* that have to do with *badge*, by their time."""
    kinds = frozenset().union(*(clause.events for clause in badge.clauses))
    found = (
        fact for fact in facts if fact.kind in kinds or (fact.kind in DIRECT and fact.attrs.get("badge") == badge.id)
    )
    return sorted(found, key=lambda fact: (fact.occurred_at, fact.id))


def _is_out(badge: Badge, fact: Fact) -> bool:
    return fact.retraction == VOID or (bool(fact.retraction) and not badge.sticky)


def _groups(badge: Badge, clause: Clause, ordered: Iterable[Fact], dates: Calendar) -> Mapping[str, Iterable[Fact]]:
    """What *clause* counts, by the key of the group; where there is but one, only as far as it is read."""
    counting = _counting(badge, clause, ordered, dates)
    if badge.per in {"once", "every"}:
        return {ONCE: counting}
    groups: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in counting:
        key = fact.subject_id if badge.per == "subject" else _DATED[badge.per](dates, fact.occurred_at)
        groups[key].append(fact)
    return groups


def _counting(badge: Badge, clause: Clause, ordered: Iterable[Fact], dates: Calendar) -> Iterator[Fact]:
    """Those of *ordered* that *clause* counts."""
    places: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for fact in _asked(badge, clause, ordered, dates):
        if clause.pair_cap is not None and fact.actor_id is not None:
            taken = places[fact.actor_id, dates.month(fact.occurred_at)]
            if fact.deed not in taken and len(taken) == clause.pair_cap:
                continue
            taken.add(fact.deed)
        if not fact.retraction or not _is_out(badge, fact):
            yield fact


def _asked(badge: Badge, clause: Clause, ordered: Iterable[Fact], dates: Calendar) -> Iterator[Fact]:
    """Those of *ordered* that *clause* is about, taken back or not; each test runs only where there is one to make."""
    events = frozenset(clause.events)
    own = events & _OWN if clause.own else frozenset()
    found = (fact for fact in ordered if fact.kind in events and (fact.actor_id != fact.credit_id or fact.kind in own))
    if badge.earn:
        found = (fact for fact in found if fact.credit_role in badge.earn)
    if events & _CHEAP:
        found = (fact for fact in found if fact.kind not in _CHEAP or _is_settled(fact))
    if clause.where:
        wanted = clause.where.items()
        found = (fact for fact in found if all(_is_wanted(value, name, fact, dates) for name, value in wanted))
    return found


_OWN: Final = frozenset(kind.name for kind in KINDS.values() if kind.own)
_CHEAP: Final = frozenset(kind.name for kind in KINDS.values() if kind.cheap)


def _is_settled(fact: Fact) -> bool:
    return bool(fact.attrs.get("actor_age_days", NEW_ACCOUNT_DAYS) >= NEW_ACCOUNT_DAYS)


def _is_wanted(wanted: tuple[Value, ...] | Range, name: str, fact: Fact, dates: Calendar) -> bool:
    value = fact.subject_id if name == "subject" else value_of(fact, name, dates)
    if isinstance(wanted, tuple):
        return value in wanted
    if not isinstance(value, int):
        return False
    return (wanted.min is None or value >= wanted.min) and (wanted.max is None or value <= wanted.max)


def _crossings(badge: Badge, ordered: Sequence[Fact], dates: Calendar) -> Iterator[tuple[str, _Crossing]]:
    """The key of each award that the rule gives, and the event that crossed."""
    room = max(EVIDENCE // max(len(badge.clauses), 1), 1)
    crossed: list[dict[str, _Crossing]] = []
    for clause in badge.clauses:
        groups = _groups(badge, clause, ordered, dates)
        if badge.per == "every":
            found = _walk(clause, groups[ONCE], dates, room, again=True)[0]
            crossed.append({str(place): crossing for place, crossing in enumerate(found, start=1)})
        else:
            firsts = {key: _walk(clause, group, dates, room)[0] for key, group in groups.items()}
            crossed.append({key: first[0] for key, first in firsts.items() if first})
    for key in crossed[0] if crossed else ():
        parts = [by_key[key] for by_key in crossed if key in by_key]
        if len(parts) == len(crossed):
            yield key, _together(parts)


def _walk(
    clause: Clause, group: Iterable[Fact], dates: Calendar, room: int, *, again: bool = False
) -> tuple[list[_Crossing], Window]:
    """The first crossing of *group*, or all of them one after the other, and the window as it is then."""
    window = Window(clause, dates)
    found: list[_Crossing] = []
    for fact in group:
        if window.add(fact):
            kept = window.facts()[-room:]
            found.append(_Crossing(fact.occurred_at, fact.id, tuple((each.occurred_at, each.id) for each in kept)))
            if not again:
                break
            window.clear()
    return found, window


def _together(parts: Sequence[_Crossing]) -> _Crossing:
    """The latest crossing of several clauses, with the evidence of all of them."""
    last = max(parts, key=lambda part: (part.at, part.id))
    return _Crossing(last.at, last.id, tuple(sorted({each for part in parts for each in part.evidence})))


def _need(badge: Badge, clause: Clause, group: Iterable[Fact], dates: Calendar, today: int) -> tuple[int, Need]:
    """How often *group* has crossed, and what *clause* still wants most of it."""
    crossings, window = _walk(clause, group, dates, 1, again=badge.per == "every")
    main = window.needs()[0]
    if crossings and badge.per != "every":
        return 1, Need(main.want, main.want, _named(main.of, clause))
    if clause.within_days is not None:
        window.forget_before(today - clause.within_days)
    needs = window.needs()
    short = [need for need in needs[1:] if not need.met]
    need = min(short, key=_share) if needs[0].met and short else needs[0]
    return len(crossings), Need(need.have, need.want, _named(need.of, clause))


def _share(need: Need | Progress) -> float:
    return need.have / need.want


def _named(of: str, clause: Clause) -> str:
    """A field by its name, a subject by what it is."""
    types = {KINDS[event].subject_type for event in clause.events}
    return of if of != "subject" or len(types) > 1 else types.pop()


def _given(badge: Badge, fact: Fact) -> Earned:
    """The award that an event gives directly, as it stands in its ``attrs``."""
    at = fact.occurred_at
    try:
        named = datetime.fromisoformat(str(fact.attrs["granted_at"]))
    except (KeyError, ValueError):
        named = at
    key = str(fact.attrs.get("key") or ONCE)
    return Earned(badge.id, fact.credit_id, key, named if named.tzinfo else at, (fact.id,))

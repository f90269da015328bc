"""The rule of a badge in plain words, made from its definition.

What a page says about a badge and what the machine does cannot part from one
another in this way. Whatever the rule language can say has a sentence here, in
each language of the portal; phrases follow "when" and "as soon as", so that
translators can put them in the order that their language wants there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from plugins.gamification.definitions import Badge, Clause, Range, Value
from plugins.gamification.kinds import KINDS
from portal.accounts.roles import ROLE_TITLE
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.core.i18n import ngettext

_WHAT: Final[dict[str, Any]] = {
    "article.reused": _l("somebody solved a request with one of your articles"),
    "article.solved": _l("somebody fixed it with one of your articles and said so"),
    "article.helpful": _l("somebody in support found one of your articles helpful"),
    "article.rated_clear": _l("at least 12 readers, and clearly most of them, found one of your articles helpful"),
    "article.improved": _l("your change to an article of somebody else was accepted and stood for 14 days"),
    "article.flag_confirmed": _l("you flagged a mistake and the owner agreed"),
    "article.reviewed": _l("a draft that you reviewed was accepted"),
    "article.kept_fresh": _l("you checked an article that people use before its review was due"),
    "article.merged": _l("you merged articles about the same thing and people used the one that stayed"),
    "gap.closed": _l("people found the answer that you wrote to a search that used to find nothing"),
    "handover.question_useful": _l("your question changed a handover before it went live"),
    "handover.question_answered": _l(
        "somebody accepted what you answered, within one working day, to their question about a handover"
    ),
    "handover.accepted_in_time": _l("every support party signed your handover in good time before it went live"),
    "handover.all_acknowledged": _l("everybody who needed to had read your handover before it went live"),
    "handover.clean_landing": _l("a change that you handed over, or signed for, landed cleanly"),
    "script.updated_before_golive": _l("you updated a script before a change went live, and it was used afterwards"),
    "request.superuser_solved": _l("you solved it for somebody who was sent your way"),
    "referral.solved": _l("somebody whom you sent to a superuser was helped there"),
    "request.redirected_well": _l("somebody whom you sent to the front line was helped there"),
    "shadow.hosted": _l("somebody visited you at your work and confirmed it"),
    "shadow.lessons_published": _l("you visited a colleague and published what you learned, with their consent"),
    "shadow.lesson_adopted": _l("a lesson of a visit became an article that people use, or an improvement"),
    "desk_stint.completed": _l("you took contacts on the service desk and wrote down what you saw"),
    "desk_stint.revisit_completed": _l("you came back to the service desk for another visit"),
    "newjoiner.week_completed": _l("you spent your first week in IT on the service desk"),
    "boxer_day.completed": _l("you swapped places with a colleague on Boxer Day"),
    "callback.completed": _l("somebody unhappy whom you called back in time said that it is settled, or partly"),
    "feedback.acted_on": _l("something that you told us led to a change that was delivered"),
    "improvement.delivered": _l("an improvement that you proposed or made was delivered"),
    "prevention.confirmed": _l("you removed a cause, and the contacts about it fell by half or more"),
    "thanks.received": _l("somebody thanked you and said why"),
    "proficiency.granted": _l("a coach granted you a level"),
    "challenge.completed": _l("your team and others finished a shared challenge"),
}
_LEVELS: Final[dict[str, Any]] = {
    "candidate": _l("Candidate"),
    "contributor": _l("Contributor"),
    "publisher": _l("Publisher"),
    "coach": _l("Coach"),
}


def rule(badge: Badge) -> tuple[str, ...]:
    """Return the rule as short whole sentences, in the language of whoever reads."""
    if badge.manual:
        return (_("A coach gives it by hand and says why."),)
    return (*_conditions(badge), *_for_whom(badge), _how_often(badge), _how_long(badge))


def _conditions(badge: Badge) -> Iterator[str]:
    if len(badge.clauses) == 1:
        yield from _alone(badge.clauses[0])
        yield from _limits(badge.clauses[0])
        return
    yield ngettext(
        "You earn it when this condition is met.",
        "You earn it when these %(num)s conditions are met.",
        len(badge.clauses),
    )
    for number, clause in enumerate(badge.clauses, start=1):
        yield " ".join([_part(number, clause), *_limits(clause)])


def _alone(clause: Clause) -> Iterator[str]:
    if _at_once(clause):
        yield _("You earn it as soon as %(what)s.", what=_what(clause))
        return
    yield _("It counts when %(what)s.", what=_what(clause))
    yield _("You earn it when this has happened %(how)s.", how=_how(clause))


def _part(number: int, clause: Clause) -> str:
    if _at_once(clause):
        return _("Condition %(number)s is met as soon as %(what)s.", number=number, what=_what(clause))
    return " ".join(
        [
            _("Condition %(number)s: it counts when %(what)s.", number=number, what=_what(clause)),
            _("This has to happen %(how)s.", how=_how(clause)),
        ]
    )


def _at_once(clause: Clause) -> bool:
    return clause.count == 1 and all(least == 1 for least in clause.min_distinct.values())


def _what(clause: Clause) -> str:
    return _either([str(_WHAT[event]) for event in clause.events])


def _how(clause: Clause) -> str:
    """How many, of how many different kinds, and within what time: parts of a sentence."""
    parts = [_different(clause, clause.distinct, clause.count)] if clause.distinct else [_times(clause.count)]
    parts += [_different(clause, field, least) for field, least in clause.min_distinct.items() if least > 1]
    if clause.within_days:
        parts.append(ngettext("within %(num)s day", "within %(num)s days", clause.within_days))
    return " ".join(parts)


def _times(count: int) -> str:
    return ngettext("at least once", "at least %(num)s times", count)


def _different(clause: Clause, field: str, num: int) -> str:
    if field == "subject":
        types = {KINDS[event].subject_type for event in clause.events}
        return _SUBJECTS[types.pop()](num) if len(types) == 1 else _things(num)
    return _FIELDS[field](num)


def _things(num: int) -> str:
    return ngettext("with at least %(num)s thing", "with at least %(num)s different things", num)


_SUBJECTS: Final[dict[str, Callable[[int], str]]] = {
    "article": lambda n: ngettext("with at least %(num)s article", "with at least %(num)s different articles", n),
    "draft": lambda n: ngettext("with at least %(num)s draft", "with at least %(num)s different drafts", n),
    "gap": lambda n: ngettext("with at least %(num)s search gap", "with at least %(num)s different search gaps", n),
    "pack": lambda n: ngettext("with at least %(num)s handover", "with at least %(num)s different handovers", n),
    "request": lambda n: ngettext("with at least %(num)s request", "with at least %(num)s different requests", n),
    "visit": lambda n: ngettext("with at least %(num)s visit", "with at least %(num)s different visits", n),
    "lesson": lambda n: ngettext("with at least %(num)s lesson", "with at least %(num)s different lessons", n),
    "callback": lambda n: ngettext("with at least %(num)s call-back", "with at least %(num)s different call-backs", n),
    "improvement": lambda n: ngettext(
        "with at least %(num)s improvement", "with at least %(num)s different improvements", n
    ),
    "prevention": lambda n: ngettext("with at least %(num)s cause", "with at least %(num)s different causes", n),
    "thanks": _times,
    "proficiency": _times,
    "challenge": lambda n: ngettext("with at least %(num)s challenge", "with at least %(num)s different challenges", n),
}
_FIELDS: Final[dict[str, Callable[[int], str]]] = {
    "actor": lambda n: ngettext("with at least %(num)s person", "with at least %(num)s different people", n),
    "unit": lambda n: ngettext("from at least %(num)s unit", "from at least %(num)s different units", n),
    "actor_role": lambda n: ngettext(
        "with people in at least %(num)s role", "with people in at least %(num)s different roles", n
    ),
    "week": lambda n: ngettext("in at least %(num)s week", "in at least %(num)s different weeks", n),
    "month": lambda n: ngettext("in at least %(num)s month", "in at least %(num)s different months", n),
    "quarter": lambda n: ngettext("in at least %(num)s quarter", "in at least %(num)s different quarters", n),
    "year": lambda n: ngettext("in at least %(num)s year", "in at least %(num)s different years", n),
    "service": lambda n: ngettext("for at least %(num)s service", "for at least %(num)s different services", n),
    "superuser": lambda n: ngettext("with at least %(num)s superuser", "with at least %(num)s different superusers", n),
    "host_unit": lambda n: ngettext(
        "at the place of at least %(num)s unit", "at the place of at least %(num)s different units", n
    ),
    "size": lambda n: ngettext(
        "with handovers of at least %(num)s size", "with handovers of at least %(num)s different sizes", n
    ),
    "level": lambda n: ngettext("with at least %(num)s level", "with at least %(num)s different levels", n),
    "parties": lambda n: ngettext(
        "with at least %(num)s number of parties", "with at least %(num)s different numbers of parties", n
    ),
    "actor_age_days": lambda n: ngettext(
        "with accounts of at least %(num)s age", "with accounts of at least %(num)s different ages", n
    ),
}


def _limits(clause: Clause) -> Iterator[str]:
    """What a clause does not take: other values, too much of one person, and one's own."""
    for field, wanted in clause.where.items():
        if isinstance(wanted, Range):
            yield from _between(field, wanted)
        else:
            yield _ONLY[field](len(wanted), ", ".join(_value(field, each) for each in wanted))
    if clause.pair_cap:
        yield ngettext(
            "Of what comes from one person, %(num)s in a calendar month counts.",
            "Of what comes from one person, %(num)s in a calendar month count.",
            clause.pair_cap,
        )
    if clause.own:
        yield _("Your own work counts here.")
    elif not all(KINDS[event].by_system for event in clause.events):
        yield _("What you do for yourself does not count.")


def _value(field: str, value: Value) -> str:
    named = {"actor_role": ROLE_TITLE, "level": _LEVELS}.get(field, {})
    return str(named.get(str(value), value))


def _only_then(num: int, values: str) -> str:
    return ngettext(
        "Only this time counts: %(values)s.", "Only one of these times counts: %(values)s.", num, values=values
    )


def _only_as_many(num: int, values: str) -> str:
    return ngettext(
        "Only with this number of support parties: %(values)s.",
        "Only with one of these numbers of support parties: %(values)s.",
        num,
        values=values,
    )


def _only_as_old(num: int, values: str) -> str:
    return ngettext(
        "Only where the other person’s account is this many days old: %(values)s.",
        "Only where the age of the other person’s account, in days, is one of these: %(values)s.",
        num,
        values=values,
    )


_ONLY: Final[dict[str, Callable[[int, str], str]]] = {
    "actor": lambda n, values: ngettext(
        "Only the person with this number counts: %(values)s.",
        "Only people with these numbers count: %(values)s.",
        n,
        values=values,
    ),
    "actor_role": lambda n, values: ngettext(
        "Only people in this role count: %(values)s.",
        "Only people in one of these roles count: %(values)s.",
        n,
        values=values,
    ),
    "unit": lambda n, values: ngettext(
        "Only people of the unit with this number count: %(values)s.",
        "Only people of units with these numbers count: %(values)s.",
        n,
        values=values,
    ),
    "host_unit": lambda n, values: ngettext(
        "Only visits to the unit with this number count: %(values)s.",
        "Only visits to units with these numbers count: %(values)s.",
        n,
        values=values,
    ),
    "superuser": lambda n, values: ngettext(
        "Only the superuser with this number counts: %(values)s.",
        "Only superusers with these numbers count: %(values)s.",
        n,
        values=values,
    ),
    "service": lambda n, values: ngettext(
        "Only this service counts: %(values)s.", "Only these services count: %(values)s.", n, values=values
    ),
    "level": lambda n, values: ngettext(
        "Only this level counts: %(values)s.", "Only these levels count: %(values)s.", n, values=values
    ),
    "size": lambda n, values: ngettext(
        "Only handovers of this size count: %(values)s.",
        "Only handovers of these sizes count: %(values)s.",
        n,
        values=values,
    ),
    "subject": lambda n, values: ngettext(
        "Only this one counts: %(values)s.", "Only these count: %(values)s.", n, values=values
    ),
    "week": _only_then,
    "month": _only_then,
    "quarter": _only_then,
    "year": _only_then,
    "parties": _only_as_many,
    "actor_age_days": _only_as_old,
}


def _between(field: str, wanted: Range) -> Iterator[str]:
    for end, say in zip((wanted.min, wanted.max), _ENDS[field], strict=True):
        if end is not None:
            yield say(end)


_ENDS: Final[dict[str, tuple[Callable[[int], str], Callable[[int], str]]]] = {
    "parties": (
        lambda n: ngettext(
            "At least %(num)s support party has to take part.", "At least %(num)s support parties have to take part.", n
        ),
        lambda n: ngettext(
            "At most %(num)s support party may take part.", "At most %(num)s support parties may take part.", n
        ),
    ),
    "actor_age_days": (
        lambda n: ngettext(
            "The other person’s account has to be at least %(num)s day old.",
            "The other person’s account has to be at least %(num)s days old.",
            n,
        ),
        lambda n: ngettext(
            "The other person’s account may be at most %(num)s day old.",
            "The other person’s account may be at most %(num)s days old.",
            n,
        ),
    ),
}


def _for_whom(badge: Badge) -> Iterator[str]:
    if badge.earn:
        yield ngettext(
            "It is for people who had this role at the time: %(roles)s.",
            "It is for people who had one of these roles at the time: %(roles)s.",
            len(badge.earn),
            roles=", ".join(str(ROLE_TITLE[role]) for role in badge.earn),
        )


def _how_often(badge: Badge) -> str:
    said = {
        "once": _l("You can earn it once."),
        "subject": _l("Each one of what it is about is counted by itself, and you can earn it once for each."),
        "quarter": _l("Each quarter is counted by itself, and you can earn it once in each."),
        "year": _l("Each year is counted by itself, and you can earn it once in each."),
        "every": _l("You can earn it again and again; each time the count begins anew."),
    }
    types = {KINDS[event].subject_type for clause in badge.clauses for event in clause.events}
    if badge.per == "subject" and types == {"article"}:
        return _("Each article is counted by itself, and you can earn it once for each.")
    if badge.per == "subject" and types == {"pack"}:
        return _("Each handover is counted by itself, and you can earn it once for each.")
    return str(said[badge.per])


def _how_long(badge: Badge) -> str:
    if badge.sticky:
        return _("Once earned, it stays, unless something in it should never have counted.")
    return _("It is taken back when what it stands on no longer holds.")


def _either(items: Sequence[str]) -> str:
    if len(items) == 1:
        return items[0]
    return _("%(these)s or %(last)s", these=", ".join(items[:-1]), last=items[-1])

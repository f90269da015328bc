"""The rules word by word, without any haste: what the quick reckoning is compared with. And logs drawn at random."""

from collections.abc import Iterable
from datetime import timedelta

from hypothesis import strategies as st

from plugins.gamification.definitions import Badge, Clause
from plugins.gamification.facts import VOID, Fact
from plugins.gamification.kinds import KINDS
from tests.plugins.gamification.made import START, WRITER, ZONE

PEOPLE = (WRITER, 2, 3, 4, 5)
UNITS = {1: "sales", 2: "sales", 3: "hr", 4: "legal", 5: None}


def awards(badge: Badge, facts: Iterable[Fact]) -> dict[str, Fact]:
    """For each key the event that crosses, found by trying every event."""
    ordered = sorted(facts, key=lambda fact: (fact.occurred_at, fact.id))
    if badge.per == "every":
        return _again_and_again(badge, ordered)
    by_clause = [_firsts(badge, clause, ordered) for clause in badge.clauses]
    together = set.intersection(*(set(firsts) for firsts in by_clause))
    return {key: max((firsts[key] for firsts in by_clause), key=lambda f: (f.occurred_at, f.id)) for key in together}


def _again_and_again(badge: Badge, ordered: list[Fact]) -> dict[str, Fact]:
    (clause,) = badge.clauses
    counting = _counting(badge, clause, ordered)
    found: dict[str, Fact] = {}
    begin = 0
    for end in range(len(counting)):
        if _holds(clause, counting[begin : end + 1]):
            found[str(len(found) + 1)] = counting[end]
            begin = end + 1
    return found


def _firsts(badge: Badge, clause: Clause, ordered: list[Fact]) -> dict[str, Fact]:
    counting = _counting(badge, clause, ordered)
    found: dict[str, Fact] = {}
    for key in dict.fromkeys(_key(badge, fact) for fact in counting):
        group = [fact for fact in counting if _key(badge, fact) == key]
        crossing = [fact for at, fact in enumerate(group) if _holds(clause, group[: at + 1])]
        if crossing:
            found[key] = crossing[0]
    return found


def _holds(clause: Clause, until: list[Fact]) -> bool:
    """Whether the window that ends with the last event has all that is asked."""
    end = until[-1].occurred_at.astimezone(ZONE).date()
    reach = timedelta(days=clause.within_days if clause.within_days is not None else 100_000)
    window = [fact for fact in until if end - fact.occurred_at.astimezone(ZONE).date() <= reach]
    count = len(_values(window, clause.distinct)) if clause.distinct else len(window)
    return count >= clause.count and all(len(_values(window, n)) >= least for n, least in clause.min_distinct.items())


def _values(facts: Iterable[Fact], name: str) -> set[object]:
    read = {
        "actor": lambda fact: fact.actor_id,
        "subject": lambda fact: fact.subject_id,
        "unit": lambda fact: fact.unit_id,
        "week": lambda fact: fact.occurred_at.astimezone(ZONE).isocalendar()[:2],
    }[name]
    return {read(fact) for fact in facts} - {None}


def _key(badge: Badge, fact: Fact) -> str:
    local = fact.occurred_at.astimezone(ZONE)
    return {
        "once": "once",
        "subject": fact.subject_id,
        "year": f"{local:%Y}",
        "quarter": f"{local:%Y}-Q{(local.month + 2) // 3}",
    }[badge.per]


def _counting(badge: Badge, clause: Clause, ordered: list[Fact]) -> list[Fact]:
    asked = [
        fact
        for fact in ordered
        if fact.kind in clause.events
        and (not badge.earn or fact.credit_role in badge.earn)
        and (fact.actor_id != fact.credit_id or (clause.own and KINDS[fact.kind].own))
        and all(fact.attrs[name] in wanted for name, wanted in clause.where.items())
    ]
    kept = []
    for at, fact in enumerate(asked):
        local = fact.occurred_at.astimezone(ZONE)
        earlier = [
            each
            for each in asked[:at]
            if each.actor_id == fact.actor_id and f"{each.occurred_at.astimezone(ZONE):%Y%m}" == f"{local:%Y%m}"
        ]
        if clause.pair_cap is None or len(earlier) < clause.pair_cap:
            kept.append(fact)
    return [fact for fact in kept if fact.retraction != VOID and not (fact.retraction and not badge.sticky)]


KINDS_DRAWN = ("article.reused", "article.solved", "article.kept_fresh")


@st.composite
def clauses(draw: st.DrawFn, per: str) -> Clause:
    """One condition of few events, so that a short log can fulfil it."""
    fields = ["actor", "unit", "week"] + ["subject"] * (per != "subject")
    count = draw(st.integers(1, 3))
    events = draw(st.lists(st.sampled_from(KINDS_DRAWN), min_size=2, max_size=3, unique=True))
    roles = draw(
        st.none() | st.none() | st.lists(st.sampled_from(["front_line", "onsite"]), min_size=1, max_size=2, unique=True)
    )
    return Clause(
        events=tuple(events),
        count=count,
        distinct=draw(st.sampled_from(["", *fields])),
        min_distinct=draw(st.dictionaries(st.sampled_from(fields), st.integers(1, 2), max_size=2)),
        within_days=draw(st.none() | st.integers(1, 20) | st.integers(20, 150)),
        where={} if roles is None else {"actor_role": tuple(roles)},
        pair_cap=draw(st.none() | st.integers(1, 2)),
        own=draw(st.booleans()),
    )


@st.composite
def badges(draw: st.DrawFn, sticky: st.SearchStrategy[bool] = st.booleans()) -> Badge:  # noqa: B008
    """A badge of any form that the language has."""
    per = draw(st.sampled_from(["once", "subject", "quarter", "year", "every"]))
    found = draw(st.lists(clauses(per), min_size=1, max_size=1 if per == "every" else 2))
    earn = draw(st.sampled_from([(), (), (), ("specialist", "superuser")]))
    more = {"clauses": tuple(found), "earn": earn, "per": per, "sticky": draw(sticky)}
    return Badge(id="drawn", name="Drawn", tier="gold", track="team", text="Drawn.", **more)


@st.composite
def logs(draw: st.DrawFn, credited: tuple[int, ...] = (WRITER,), *, retracted: bool = True) -> list[Fact]:
    """Events of some months that credit few people, often at the same moment."""
    found = []
    for number in range(1, draw(st.integers(0, 8) | st.integers(8, 25)) + 1):
        actor = draw(st.sampled_from(PEOPLE))
        kind = draw(st.sampled_from(KINDS_DRAWN))
        found.append(
            Fact(
                id=number,
                kind=kind,
                occurred_at=START
                + timedelta(days=draw(st.integers(0, 4) | st.integers(0, 150)), hours=draw(st.sampled_from([0, 14]))),
                actor_id=actor,
                credit_id=draw(st.sampled_from(credited)),
                subject_type="article",
                subject_id=draw(st.sampled_from(["KB7", "KB8"])),
                unit_id=UNITS[actor],
                credit_role=draw(st.sampled_from(["specialist", "superuser", "end_user"])),
                attrs={"actor_role": draw(st.sampled_from(["front_line", "onsite", "end_user"]))},
                dedupe_key=str(number),
                retraction=draw(st.sampled_from(["", "", "", "void", "withdraw"])) if retracted else "",
            )
        )
    return found

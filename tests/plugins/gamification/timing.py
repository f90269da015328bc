"""How long the badges take: a replay of 200,000 events of 2,000 people, and one more event.

``python -m tests.plugins.gamification.timing``. The events are drawn with a
seed; one person in twenty is credited for half of all of them.
"""

import random
import statistics
import time
from collections import defaultdict
from datetime import timedelta

from plugins.gamification.definitions import load
from plugins.gamification.evaluating import awards_of, listening, replay
from plugins.gamification.facts import Fact
from plugins.gamification.kinds import COUNTED, KINDS, ROLES
from tests.plugins.gamification.made import START, ZONE

EVENTS, PEOPLE = 200_000, 2_000
OFTEN = ("article.reused", "article.solved", "article.helpful", "thanks.received", "request.superuser_solved")


def drawn(count: int = EVENTS, people: int = PEOPLE, seed: int = 1) -> list[Fact]:
    """Events of two years, most of them of the kinds that come most often."""
    chance = random.Random(seed)
    kinds = sorted(COUNTED)
    facts = []
    for number in range(1, count + 1):
        kind = KINDS[chance.choice(OFTEN) if chance.random() < 0.8 else chance.choice(kinds)]
        credit = chance.randint(1, people // 20) if chance.random() < 0.5 else chance.randint(1, people)
        actor = credit if kind.name in {"article.kept_fresh", "article.merged"} else chance.randint(1, people)
        attrs = {"actor_role": chance.choice(ROLES), "size": chance.choice("SML"), "parties": chance.randint(1, 3)}
        attrs |= {"level": "publisher", "service": f"s{chance.randint(1, 30)}", "superuser": chance.randint(1, 40)}
        facts.append(
            Fact(
                id=number,
                kind=kind.name,
                occurred_at=START + timedelta(seconds=chance.randint(0, 2 * 365 * 86400)),
                actor_id=None if kind.by_system else actor,
                credit_id=credit,
                subject_type=kind.subject_type,
                subject_id=str(credit * 10 + chance.randint(0, 9)),
                unit_id=None if kind.by_system else f"u{actor % 40}",
                credit_role=ROLES[credit % len(ROLES)],
                attrs=attrs | {"host_unit": f"u{chance.randint(1, 40)}"},
                retraction=chance.choices(("", "void", "withdraw"), (96, 2, 2))[0],
            )
        )
    return facts


def main() -> None:
    """Print the figures."""
    badges, facts = load().badges, drawn()
    began = time.perf_counter()
    awards = list(replay(badges, facts, ZONE))
    print(f"replay of {len(facts):,} events: {time.perf_counter() - began:.2f} s, {len(awards):,} awards")
    people: defaultdict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        people[fact.credit_id].append(fact)
    listeners, chance = listening(badges), random.Random(2)
    taken = []
    for fact in chance.sample(facts, 2_000):
        began = time.perf_counter()
        for badge in listeners.get(fact.kind, ()):
            awards_of(badge, people[fact.credit_id], ZONE)
        taken.append((time.perf_counter() - began) * 1000)
    print(
        f"one more event: median {statistics.median(taken):.2f} ms, "
        f"95% {statistics.quantiles(taken, n=20)[-1]:.2f} ms, most {max(taken):.2f} ms; "
        f"the busiest person has {max(map(len, people.values())):,} events"
    )


if __name__ == "__main__":
    main()

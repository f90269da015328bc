"""What holds for every rule and every log, tried with many drawn at random.

Which test shows which property of recognition:

1. Telling an event twice changes nothing: ``test_catching_up`` (hearing everything twice), the drawn steps of
   ``test_replaying``.
2. Any order of arrival gives the same: here, and in ``test_catching_up`` for the events of other rooms.
3. One by one equals a replay: here, and byte for byte through the tables in ``test_replaying``.
4. A void never gives anything: here, and through the tables in ``test_edge_cases``.
5. An honest change leaves what is sticky and takes the rest: here.
6. No award without enough that others did: here.
7. Granted at the moment of the event that crossed: here.
8. Every shipped badge is reachable and tight: ``test_reachable``.
9. Accounts that became one: here, and through the tables in ``test_projecting``.
10. A rebuild tells nobody: ``test_replaying``, ``test_notices_by_mail``.
11. Off is never installed, and on again the same awards: ``tests/house/test_gamification_off``, ``test_catching_up``.
13. Whoever left is met nowhere: the drawn steps of ``test_replaying``, ``tests/house/test_opt_out_walk``.
15. A broken file takes nothing down: ``test_definitions`` (drawn), ``test_shelf``.
16. How long a replay and one more event take: ``make bench``.
"""

from collections import defaultdict
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.gamification.evaluating import Earned, awards_of, listening, replay
from plugins.gamification.facts import VOID, WITHDRAW, as_one
from plugins.gamification.kinds import KINDS
from tests.plugins.gamification import by_the_book
from tests.plugins.gamification.by_the_book import badges, logs
from tests.plugins.gamification.made import WRITER, ZONE, earned, keys


@given(badges(), logs())
def test_it_is_reckoned_word_by_word_as_the_rules_say(badge, log):
    book = by_the_book.awards(badge, log)
    assert {(each.key, each.granted_at, each.evidence[-1]) for each in earned(badge, log)} == {
        (key, crossing.occurred_at, crossing.id) for key, crossing in book.items()
    }


@given(badges(), logs().flatmap(lambda log: st.tuples(st.just(log), st.permutations(log))))
def test_any_order_of_arrival_gives_the_same_awards(badge, both):
    log, shuffled = both
    assert earned(badge, shuffled) == earned(badge, log)


@given(
    st.lists(badges(), min_size=1, max_size=3),
    logs(credited=(1, 2)).flatmap(st.permutations),
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from([VOID, WITHDRAW])), max_size=5),
)
def test_event_by_event_equals_a_replay(drawn, arriving, retractions):
    named = [replace(badge, id=f"drawn-{number}") for number, badge in enumerate(drawn)]
    listeners = listening(named)
    log, live = {}, defaultdict(list)

    def comes(fact):
        log[fact.id] = fact
        for badge in listeners.get(fact.kind, ()):
            own = [each for each in log.values() if each.credit_id == fact.credit_id]
            live[fact.credit_id, badge.id] = awards_of(badge, own, ZONE)

    for fact in arriving:
        comes(fact)
    for number, how in retractions:
        if number in log and not log[number].retraction:
            comes(replace(log[number], retraction=how))
    one_by_one = [award for key in sorted(live) for award in live[key]]
    again = sorted(replay(named, log.values(), ZONE), key=lambda award: (award.person_id, award.badge_id))
    assert one_by_one == again


@given(badges(), logs(), st.data())
def test_taking_an_event_back_as_void_never_gives_anything(badge, log, data):
    chosen = data.draw(st.sets(st.sampled_from(range(len(log))))) if log else set()
    after = [replace(fact, retraction=VOID) if at in chosen else fact for at, fact in enumerate(log)]
    before = {award.key: award.granted_at for award in earned(badge, log)}
    left = {award.key: award.granted_at for award in earned(badge, after)}
    assert [key for key, at in left.items() if key not in before or at < before[key]] == []


@given(badges(sticky=st.just(True)), logs(), st.data())
def test_an_honest_change_leaves_what_is_sticky_and_takes_the_rest_like_a_void(badge, log, data):
    chosen = data.draw(st.sets(st.sampled_from(range(len(log))))) if log else set()

    def taken(how):
        return [
            replace(fact, retraction=fact.retraction or how) if at in chosen else fact for at, fact in enumerate(log)
        ]

    assert earned(badge, taken(WITHDRAW)) == earned(badge, log)
    loose = replace(badge, sticky=False)
    assert earned(loose, taken(WITHDRAW)) == earned(loose, taken(VOID))


@given(badges(), logs())
def test_no_award_without_enough_that_others_did(badge, log):
    facts = {fact.id: fact for fact in log}
    for award in earned(badge, log):
        found = [facts[number] for number in award.evidence]
        assert [fact for fact in found if fact.retraction == VOID] == []
        assert [fact for fact in found if fact.actor_id == WRITER and not KINDS[fact.kind].own] == []
        for clause in badge.clauses:
            asked = [fact for fact in found if fact.kind in clause.events]
            assert len(asked) >= max([clause.count, *clause.min_distinct.values()])
            assert len({fact.actor_id for fact in asked}) >= (clause.count if clause.distinct == "actor" else 1)


@given(badges(), logs())
def test_it_is_granted_at_the_moment_of_the_event_that_crossed_and_by_nothing_later(badge, log):
    facts = {fact.id: fact for fact in log}
    for award in earned(badge, log):
        moments = [(facts[number].occurred_at, number) for number in award.evidence]
        assert moments == sorted(moments)
        assert moments[-1][0] == award.granted_at
    until = [[fact for fact in log if fact.occurred_at <= award.granted_at] for award in earned(badge, log)]
    assert [
        award.key for award, then in zip(earned(badge, log), until, strict=True) if award not in earned(badge, then)
    ] == []


@given(badges(), logs(credited=(WRITER, 3)))
def test_accounts_that_became_one_have_what_one_account_would_have(badge, log):
    """One account would have been credited once for each deed, and never by itself."""
    deeds: dict[tuple[object, ...], int] = {}
    as_lived = []
    for fact in log:
        one = replace(fact, credit_id=WRITER, actor_id=WRITER if fact.actor_id == 3 else fact.actor_id)
        deed = (one.kind, one.occurred_at, one.actor_id, one.subject_id)
        if deeds.setdefault(deed, fact.credit_id) == fact.credit_id:
            as_lived.append(one)
    without_own = [fact for fact in as_lived if fact.actor_id != WRITER or KINDS[fact.kind].own]
    assert earned(badge, as_one(log, {3: WRITER})) == earned(badge, without_own)


def test_the_properties_are_tried_with_badges_that_are_earned():
    """Else all of the above would say nothing."""
    found = []

    @settings(derandomize=True, database=None)
    @given(badges(), logs())
    def counted(badge, log):
        found.append(len(keys(badge, log)))

    counted()
    assert sum(map(bool, found)) > len(found) / 10


@given(logs(credited=(1, 2, 3)), st.lists(badges(), max_size=2, unique_by=lambda badge: badge.per))
def test_a_replay_is_what_each_badge_gives_each_person(log, drawn):
    named = [replace(badge, id=badge.per) for badge in drawn]
    expected: list[Earned] = []
    for person in (1, 2, 3):
        for badge in named:
            expected += awards_of(badge, [fact for fact in log if fact.credit_id == person], ZONE)
    assert list(replay(named, log, ZONE)) == expected

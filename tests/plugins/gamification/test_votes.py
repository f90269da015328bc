"""Which answers about an article count, from when, and until when."""

from datetime import UTC, datetime, timedelta

import pytest

from plugins.gamification import votes
from plugins.gamification.votes import Counted, Vote

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def said(*answers: tuple[float, str], asked: str = "fixed", person_id: int = 1) -> list[Vote]:
    """What one person answered, one after the other."""
    ends: list[datetime | None] = [*(day(at) for at, _value in answers), None][1:]
    return [
        Vote(person_id=person_id, asked=asked, value=value, at=day(at), until=end)
        for (at, value), end in zip(answers, ends, strict=True)
    ]


def counted(*found: tuple[str, float, float | None]) -> list[Counted]:
    return [Counted(key=key, at=day(at), back_at=None if back is None else day(back)) for key, at, back in found]


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([], []),
        ([(0, "no"), (1, "partly")], []),
        ([(0, "yes")], [("0", 0, None)]),
        ([(0, "no"), (3, "yes"), (32, "yes"), (33, "yes")], [("0", 3, None), ("1", 33, None)]),
        ([(0, "yes"), (29.9, "yes"), (30, "yes"), (70, "yes")], [("0", 0, None), ("1", 30, None), ("2", 70, None)]),
        ([(0, "yes"), (4, "partly")], [("0", 0, 4)]),
        ([(0, "yes"), (4, "no"), (5, "no"), (6, "yes")], [("0", 0, 4), ("0:2", 6, None)]),
        ([(0, "yes"), (31, "no")], [("0", 0, None)]),
    ],
)
def test_solved_counts_once_in_thirty_days_from_the_first_and_goes_with_another_answer_in_them(answers, found):
    assert votes.solved(said(*answers)) == counted(*found)


def test_twenty_changes_of_a_vote_leave_one():
    changes = [(at, "no" if at % 2 else "yes") for at in range(21)]

    found = votes.helpful(said(*changes, asked="helpful"))

    assert [each.key for each in found] == [str(number) for number in range(1, 12)]
    assert [each.key for each in found if each.back_at is None] == ["11"]


def test_a_vote_of_support_goes_with_any_other_answer_and_is_not_the_answer_of_a_colleague():
    as_support = said((0, "yes"), (1, "yes"), asked="helpful")
    as_colleague = said((2, "yes"))

    assert votes.helpful([*as_support, *as_colleague]) == counted(("1", 0, 2))
    assert votes.solved([*as_support, *as_colleague]) == counted(("0", 2, None))


def people(count: int, *answers: tuple[float, str], first: int = 1) -> list[Vote]:
    return [vote for number in range(first, first + count) for vote in said(*answers, person_id=number)]


def midnight(year: int, month: int, day_: int) -> datetime:
    return datetime(year, month, day_, tzinfo=UTC)


def test_an_article_is_clear_from_the_midnight_after_the_twelfth_vote_and_once_in_each_year():
    twelve = [*people(11, (0, "yes")), *people(1, (10, "yes"), first=12)]

    assert votes.rated_clear(twelve, now=day(9)) == []
    assert votes.rated_clear(twelve, now=day(400)) == [
        Counted(key="2026", at=midnight(2026, 1, 16), back_at=midnight(2027, 1, 6)),
        Counted(key="2027", at=midnight(2027, 1, 1), back_at=midnight(2027, 1, 6)),
    ]


def test_what_was_clear_stays_so_down_to_a_lower_bound_and_comes_back_under_a_key_of_its_own():
    good = people(20, (0, "yes"))
    wobbles = [*good, *people(4, (5, "no"), first=21)]
    lost = [*good, *people(9, (5, "no"), (20, "yes"), first=21)]

    assert votes.rated_clear(wobbles, now=day(30)) == [Counted(key="2026", at=midnight(2026, 1, 6))]
    assert votes.rated_clear(lost, now=day(30)) == [
        Counted(key="2026", at=midnight(2026, 1, 6), back_at=midnight(2026, 1, 11)),
        Counted(key="2026:2", at=midnight(2026, 1, 26)),
    ]


def test_looking_each_night_or_once_long_afterwards_finds_the_same():
    some = [*people(14, (0, "yes")), *people(9, (5, "no"), (20, "yes"), first=20)]
    late = votes.rated_clear(some, now=day(100))

    for night in range(100):
        until = day(night)
        seen = [each for each in late if each.at <= until]
        then = [
            Counted(key=each.key, at=each.at, back_at=each.back_at if each.back_at and each.back_at <= until else None)
            for each in seen
        ]
        assert votes.rated_clear([vote for vote in some if vote.at <= until], now=until) == then

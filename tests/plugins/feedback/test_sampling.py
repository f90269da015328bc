"""Who is asked: always where it hurt, otherwise by a lot that nobody can turn."""

import itertools
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.feedback.sampling import Because, Closure, Sampled, expected_closures, lot, sampled, share

SEEDED = settings(deadline=None, derandomize=True)
SECRET = b"a season's secret"
VERY_BUSY = 10**12


def asked(closure, expected=VERY_BUSY, secret=SECRET):
    return sampled(closure, template="R", secret=secret, expected=expected)


@pytest.mark.parametrize(
    ("closure", "because"),
    [
        (Closure(1, priority=1), Because.MOST_URGENT),
        (Closure(1, lost_minutes=241), Because.MUCH_LOST),
        (Closure(1, reopened=True), Because.REOPENED),
        (Closure(1, first_contact_ever=True), Because.FIRST_CONTACT),
        (Closure(1, referral=True), Because.REFERRAL),
        (Closure(1, complaint=True), Because.COMPLAINT),
        (Closure(1, priority=1, lost_minutes=600, complaint=True), Because.MOST_URGENT),
    ],
)
def test_where_it_hurt_the_person_is_always_asked(closure, because):
    assert asked(closure) == Sampled(because, 1.0)


@pytest.mark.parametrize("closure", [Closure(1, priority=2), Closure(1, lost_minutes=240), Closure(1, lost_minutes=0)])
def test_anybody_else_is_asked_by_lot(closure):
    assert asked(closure) == Sampled(None, 15 / VERY_BUSY)
    assert asked(closure, expected=15) == Sampled(Because.LOT, 1.0)


@pytest.mark.parametrize(("expected", "asked"), [(0, 1.0), (15, 1.0), (30, 0.5), (60, 0.25), (150, 0.1)])
def test_about_fifteen_people_of_a_unit_are_asked_in_a_week(expected, asked):
    assert share(expected) == asked


def test_what_a_unit_closes_in_a_week_is_the_mean_of_the_last_eight():
    assert expected_closures([1000, 10, 20, 30, 40, 50, 60, 70, 80]) == 45.0
    assert expected_closures([30, 31]) == 30.5
    assert expected_closures([]) == 0.0


@pytest.mark.parametrize("expected", [20, 50, 150])
def test_the_share_that_is_asked_is_near_the_probability(expected):
    drawn = 20_000

    got = sum(asked(Closure(number), expected).because == Because.LOT for number in range(drawn))

    wanted = share(expected)
    spread = (wanted * (1 - wanted) / drawn) ** 0.5
    assert abs(got / drawn - wanted) < 4 * spread


def test_two_templates_and_two_seasons_draw_apart():
    drawn = 20_000
    half = [lot(number, "R", SECRET) < 0.5 for number in range(drawn)]
    other = [lot(number, "P", SECRET) < 0.5 for number in range(drawn)]
    later = [lot(number, "R", b"another season's") < 0.5 for number in range(drawn)]

    for one, two in itertools.combinations((half, other, later), 2):
        both = sum(a and b for a, b in zip(one, two, strict=True))
        assert abs(both / drawn - 0.25) < 4 * (0.25 * 0.75 / drawn) ** 0.5


def test_a_lot_stays_the_same_on_every_machine():
    assert [round(lot(number, "R", SECRET), 12) for number in (1, 2, 3)] == [
        0.989350763243,
        0.953425769929,
        0.725899035443,
    ]


def test_without_a_secret_no_lot_is_drawn():
    with pytest.raises(ValueError, match="needs a secret"):
        lot(1, "R", b"")


def test_nothing_that_somebody_writes_is_looked_at():
    assert [(field.name, field.type) for field in fields(Closure)] == [
        ("request_id", "int"),
        ("priority", "int"),
        ("lost_minutes", "int | None"),
        ("reopened", "bool"),
        ("first_contact_ever", "bool"),
        ("referral", "bool"),
        ("complaint", "bool"),
    ]


numbers = st.integers(1, 10**9)


@SEEDED
@given(numbers, st.integers(2, 4), st.integers(2, 4), st.one_of(st.none(), st.integers(0, 240)), st.integers(1, 1000))
def test_nobody_raises_their_chance_by_writing_a_request_differently(number, priority, other, minutes, expected):
    plain = asked(Closure(number, priority=priority), expected)

    assert asked(Closure(number, priority=other, lost_minutes=minutes), expected) == plain
    assert asked(replace(Closure(number), priority=priority), expected) == plain


@SEEDED
@given(st.tuples(numbers, st.text(max_size=9)), st.tuples(numbers, st.text(max_size=9)))
def test_a_lot_belongs_to_one_request_and_one_template(one, two):
    assert (lot(*one, SECRET) == lot(*two, SECRET)) == (one == two)
    assert 0 <= lot(*one, SECRET) < 1


@SEEDED
@given(numbers, st.floats(0, 10**6), st.floats(0, 10**6))
def test_a_busier_unit_never_asks_somebody_whom_a_calmer_one_would_not(number, one, two):
    calm, busy = sorted((one, two))

    if asked(Closure(number), busy).because:
        assert asked(Closure(number), calm).because == Because.LOT

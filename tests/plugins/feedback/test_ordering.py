"""Which questions a form asks: the anchor, then what is known least, and none that makes no sense."""

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.feedback.bank import load
from plugins.feedback.ordering import CONDITIONS, SOLVED_ALONE, URGENCY, Place, Sense, form, makes_sense, order

SEEDED = settings(deadline=None, derandomize=True)


@dataclass(frozen=True)
class Row:
    id: str
    metric: str = ""
    first: bool = False
    aside: str = ""


CLOSED = (
    Row("R1", "csat", first=True),
    Row("R2", "understood_my_business"),
    Row("R3", "lost_minutes"),
    Row("R4", "people_held_up"),
    Row("R5", "work_continuity"),
    Row("R6", "work_displaced"),
    Row("R7", "customer_impact"),
    Row("R8", "deadline_missed"),
    Row("R9", "fast_enough"),
)
METRICS = [row.metric for row in CLOSED]
EVERYTHING = dict.fromkeys(METRICS, 50)


def answered(**counts):
    return {**EVERYTHING, **counts}


def shown(ordered, *, known=None, given=None, limit=4):
    return form(ordered, limit=limit, known=known or {}, given=given or {})


def ids(places):
    return [place.id for place in places]


def test_the_anchor_comes_first_and_then_the_least_answered_metric_of_the_unit():
    counts = answered(csat=900, fast_enough=1, understood_my_business=2, work_continuity=3, lost_minutes=4)

    assert order(CLOSED, counts, known={}, seed="a")[:5] == ("R1", "R9", "R2", "R5", "R3")
    assert ids(shown(order(CLOSED, counts, known={}, seed="a"))) == ["R1", "R9", "R2", "R5"]


def test_a_metric_that_was_never_answered_is_wanted_most():
    counts = {metric: 5 for metric in METRICS if metric != "fast_enough"}

    assert order(CLOSED, counts, known={}, seed="a")[:2] == ("R1", "R9")


def test_questions_that_feed_no_number_are_counted_one_by_one():
    rows = [Row("N4"), Row("N5"), Row("N2", "work_continuity")]

    assert order(rows, {"N4": 3, "N5": 1, "work_continuity": 2}, known={}, seed="a") == ("N5", "N2", "N4")


def test_a_question_that_hangs_on_another_comes_after_it_however_seldom_it_was_answered():
    counts = answered(people_held_up=0, lost_minutes=7, work_displaced=8)

    assert order(CLOSED, counts, known={}, seed="a")[:4] == ("R1", "R3", "R4", "R6")


def test_the_number_of_people_is_asked_only_when_time_was_lost():
    ordered = ("R1", "R3", "R4", "R9", "R2")

    assert shown(ordered) == (Place("R1"), Place("R3"), Place("R4", after="R3"), Place("R9"))
    assert ids(shown(ordered, given={"R1": "4", "R3": "1"})) == ["R1", "R3", "R9", "R2"]
    assert shown(ordered, given={"R1": "4", "R3": "2"})[2] == Place("R4")
    assert shown(ordered, given={"R1": "4", "R3": None})[2] == Place("R4")


@pytest.mark.parametrize(
    ("told", "sense"),
    [
        ({}, Sense.NO),
        ({"R7": "1"}, Sense.NO),
        ({"R7": "2"}, Sense.YES),
        ({"R7": "3"}, Sense.YES),
        ({"R7": "4"}, Sense.YES),
        ({"R7": "5"}, Sense.NO),
        ({"R7": None}, Sense.NO),
        ({URGENCY: "1"}, Sense.YES),
        ({URGENCY: "2", "R7": "1"}, Sense.YES),
        ({URGENCY: "3"}, Sense.NO),
        ({URGENCY: "4", "R7": "2"}, Sense.YES),
    ],
)
def test_a_deadline_is_asked_for_only_when_a_customer_noticed_or_it_was_urgent(told, sense):
    assert makes_sense("R8", told) == sense


def test_a_deadline_waits_for_the_customer_unless_the_urgency_is_known():
    counts = answered(deadline_missed=0)
    waiting, urgent = (order(CLOSED, counts, known=known, seed="a") for known in ({}, {URGENCY: "1"}))

    assert waiting.index("R7") < waiting.index("R8")
    assert urgent[:2] == ("R1", "R8")
    assert makes_sense("R8", {}, coming={"R7"}) == Sense.WAITING


@pytest.mark.parametrize(
    ("question", "told", "sense"),
    [
        ("R2", {SOLVED_ALONE: "yes"}, Sense.NO),
        ("R2", {SOLVED_ALONE: "no"}, Sense.YES),
        ("R2", {}, Sense.YES),
        ("R6", {"R3": "1"}, Sense.NO),
        ("R6", {"R3": "5"}, Sense.YES),
        ("H2", {"H1": "yes"}, Sense.NO),
        ("H2", {"H1": "partly"}, Sense.YES),
        ("H2", {"H1": "no"}, Sense.YES),
        ("R5", {"R3": "1"}, Sense.YES),
    ],
)
def test_no_question_is_asked_that_makes_no_sense_after_an_answer(question, told, sense):
    assert makes_sense(question, told) == sense


def test_what_is_known_is_neither_asked_again_nor_counted():
    rows = [Row("A1", "self_service_success", first=True), Row("A2", "lost_minutes"), Row("A3", "work_protected")]

    ordered = order(rows, {"lost_minutes": 1}, known={"A1": "yes"}, seed="a")

    assert shown(ordered, known={"A1": "yes"}, limit=2) == (Place("A3"), Place("A2"))


def test_what_is_put_aside_is_in_no_form():
    rows = [Row("P1", "understood_my_business", first=True), Row("P9", "superuser_nomination", aside="named_page")]

    assert order(rows, {}, known={}, seed="a") == ("P1",)


def test_lots_break_ties_evenly():
    second = Counter(order(CLOSED, {}, known={}, seed=str(seed))[1] for seed in range(4000))

    free = ["R2", "R3", "R5", "R7", "R9"]
    assert sorted(second) == free
    assert all(abs(second[each] - 800) < 4 * (4000 * 0.2 * 0.8) ** 0.5 for each in free)


def test_a_form_stays_the_same_on_every_machine():
    assert order(CLOSED, {}, known={}, seed="3f") == ("R1", "R7", "R8", "R5", "R9", "R3", "R4", "R6", "R2")


def test_no_condition_hangs_on_one_that_hangs_on_it():
    assert {condition.about for condition in CONDITIONS.values()} & set(CONDITIONS) == set()


counts = st.dictionaries(st.sampled_from(METRICS), st.integers(0, 3))
values = st.one_of(st.none(), st.sampled_from("12345"))
facts = st.dictionaries(st.sampled_from([URGENCY, "R3", "R7", "R9"]), st.sampled_from("1234"))


@SEEDED
@given(counts, facts, st.text(max_size=5), st.permutations(CLOSED))
def test_the_same_seed_gives_the_same_form(counted, known, seed, mixed):
    ordered = order(CLOSED, counted, known=known, seed=seed)

    assert order(mixed, counted, known=known, seed=seed) == ordered
    assert ordered[0] == "R1"
    assert sorted(ordered) == sorted(row.id for row in CLOSED)


@SEEDED
@given(counts, facts, st.text(max_size=5), st.integers(1, 9), st.data())
def test_a_person_sees_no_more_than_the_limit_and_nothing_that_makes_no_sense(counted, known, seed, limit, data):
    ordered = order(CLOSED, counted, known=known, seed=seed)
    given_: dict[str, str | None] = {}
    while open_ := [
        place for place in shown(ordered, known=known, given=given_, limit=limit) if place.id not in given_
    ]:
        assert open_[0].after == ""
        assert open_[0].id not in known
        assert makes_sense(open_[0].id, {**known, **given_}) == Sense.YES
        given_[open_[0].id] = data.draw(values)

    assert len(given_) <= limit
    assert sorted(ids(shown(ordered, known=known, given=given_, limit=limit))) == sorted(given_)


@SEEDED
@given(counts, st.text(max_size=5), st.integers(1, 9), st.dictionaries(st.sampled_from([r.id for r in CLOSED]), values))
def test_answers_that_were_given_never_leave_the_form(counted, seed, limit, given_):
    places = shown(order(CLOSED, counted, known={}, seed=seed), given=given_, limit=limit)

    assert set(given_) <= set(ids(places))
    assert len(places) <= max(limit, len(given_))


def test_the_answers_that_conditions_name_are_those_of_the_question_bank():
    bank = load()

    said = {
        (question, value): choice.text["en"]
        for question, condition in CONDITIONS.items()
        if condition.about in bank.questions
        for value in sorted(condition.unless or condition.only or ())
        if (choice := bank.questions[condition.about].choice(value))
    }
    assert said == {
        ("R4", "1"): "No time at all",
        ("R6", "1"): "No time at all",
        ("R8", "2"): "Yes, they had to wait",
        ("R8", "3"): "Yes, they complained",
        ("R8", "4"): "Yes, we lost the order or the work",
        ("H2", "yes"): "Yes",
    }
    assert [choice.text["en"] for choice in bank.questions["N3"].choices][:2] == [
        "Right now, a customer is waiting",
        "Today",
    ]


def test_every_trigger_of_the_bank_has_a_form_within_its_limit():
    bank = load()

    for trigger, limit in bank.limits.items():
        ordered = order(bank.of(trigger), {}, known={}, seed="a")
        assert set(ordered) == {question.id for question in bank.to_ask(trigger)}
        assert 1 <= len(form(ordered, limit=limit, known={}, given={})) <= limit
        assert ordered[0] == bank.anchor(trigger).id or bank.anchor(trigger).aside

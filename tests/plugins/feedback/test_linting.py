"""The writing rules: all 56 questions keep them, and each is broken by an example."""

import re
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.feedback.bank import Audience, Band, Choice, Question, Type, load
from plugins.feedback.linting import WORDINGS, Problem, Rule, check, wordings

SEEDED = settings(deadline=None, derandomize=True)
BANK = load()
ENDS = {"worst_end", "best_end"}


def question(text="Was it quick enough?", german="War es schnell genug?", type_=Type.YES_NO, **more):
    choices = more.pop("choices", BANK.scales.get(type_, ()))
    said = {"en": text, "de": german}
    return Question(id="X1", trigger="request_closed", type=type_, text=said, choices=choices, **more)


def answers(*pairs):
    return tuple(Choice(str(place), {"en": en, "de": de}) for place, (en, de) in enumerate(pairs, start=1))


def broken(asked):
    return [(problem.rule, problem.language) for problem in check(asked)]


@pytest.mark.parametrize("asked", BANK.questions.values(), ids=BANK.questions)
def test_our_own_questions_keep_every_rule(asked):
    assert check(asked) == []


@pytest.mark.parametrize("wording", range(len(wordings())))
def test_each_wording_catches_its_sentence_and_lets_the_other_pass(wording, rows):
    pattern, row = wordings()[wording].pattern, rows[wording]

    assert pattern.search(row["fails"])
    assert not pattern.search(row["passes"])
    assert row["rule"] in set(Rule) | ENDS
    assert (row["rule"] == Rule.WORDS) is ("say" in row)


@pytest.fixture(scope="module")
def rows():
    return tomllib.loads(WORDINGS.read_text(encoding="utf-8"))["wording"]


def test_a_problem_says_what_it_found_and_what_to_do():
    assert check(question("Was your ticket closed?")) == [
        Problem(
            rule=Rule.WORDS,
            language="en",
            message="“ticket” is no word of the people who are asked.",
            remedy="Say it with one of these: request.",
        )
    ]


@pytest.mark.parametrize("word", ["ticket", "Incident", "SLA", "resolve", "resolved"])
def test_words_of_it_are_for_people_in_support_alone(word):
    asked = question(f"Did the {word} help?")

    assert broken(asked) == [(Rule.WORDS, "en")]
    assert broken(replace(asked, audience=Audience.SUPPORT)) == []


def test_words_that_make_small_are_for_nobody():
    asked = question("Was it escalated to Level II?", "Wurde es eskaliert?", audience=Audience.SUPPORT)

    assert broken(asked) == [(Rule.WORDS, "en"), (Rule.WORDS, "en"), (Rule.WORDS, "de")]


def test_words_are_looked_for_in_answers_too():
    choices = answers(("The ticket was lost", "Die Anfrage ging verloren"), ("Something else", "Etwas anderes"))

    assert broken(question("What was it?", "Was war es?", Type.ONE_OF, choices=choices, rest="2")) == [
        (Rule.WORDS, "en")
    ]


def test_a_question_stays_under_120_characters():
    assert broken(question("x" * 118 + "?")) == []
    assert broken(question("x" * 119 + "?")) == [(Rule.LENGTH, "en")]
    assert broken(question(german="x" * 119 + "?")) == [(Rule.LENGTH, "de")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Was the help quick and friendly?", [(Rule.ONE_THING, "en")]),
        ("Was it quick? Was it friendly?", [(Rule.ONE_THING, "en")]),
        ("Was it quick/friendly?", [(Rule.ONE_THING, "en")]),
        ("Did it work, or did you wait?", [(Rule.ONE_THING, "en")]),
        ("Did it stop a customer or a colleague?", []),
        ("Did it help with the android phone?", []),
    ],
)
def test_one_thing_per_question(text, found):
    assert broken(question(text)) == found


@pytest.mark.parametrize(
    ("text", "german", "found"),
    [
        ("Are you satisfied?", "Sind Sie zufrieden?", [(Rule.OBJECT, "en"), (Rule.OBJECT, "de")]),
        ("Are you satisfied with it?", "Sind Sie damit zufrieden?", [(Rule.OBJECT, "en"), (Rule.OBJECT, "de")]),
        ("Are you satisfied with the help you got?", "Sind Sie mit der Hilfe zufrieden?", []),
        ("Are you satisfied with this page?", "Sind Sie zufrieden mit dieser Seite?", []),
    ],
)
def test_nobody_is_satisfied_without_an_object(text, german, found):
    assert broken(question(text, german)) == found


def test_nobody_has_to_answer():
    assert broken(question(required=True)) == [(Rule.SKIPPABLE, "")]
    assert broken(question("Did it help? (required)", "Half es? (Pflichtfeld)")) == [
        (Rule.SKIPPABLE, "en"),
        (Rule.SKIPPABLE, "de"),
    ]


LOST = answers(("A customer", "Eine Kundin"), ("A deadline", "Ein Termin"))


@pytest.mark.parametrize(
    ("choices", "more", "found"),
    [
        (LOST, {}, [(Rule.COVERS, "")]),
        (LOST, {"rest": "9"}, [(Rule.COVERS, "")]),
        (LOST, {"rest": "2"}, []),
        (LOST, {"steps": True}, []),
        (LOST[:1], {"steps": True}, [(Rule.COVERS, "")]),
        ((*LOST, replace(LOST[0], value="3")), {"steps": True}, [(Rule.COVERS, "")]),
    ],
)
def test_answers_cover_the_field(choices, more, found):
    assert broken(question("What was lost?", "Was ging verloren?", Type.ONE_OF, choices=choices, **more)) == found


@pytest.mark.parametrize(
    ("bands", "found"),
    [
        ([Band(0, 0, 0), Band(1, 5, 10), Band(10, 20, 30)], []),
        ([Band(0, 0, 0), Band(2, 5, 10), Band(10, 20, 30)], [(Rule.COVERS, "")]),
        ([Band(0, 0, 0), Band(1, 5, 10), Band(9, 20, 30)], [(Rule.COVERS, "")]),
        ([Band(0, 0, 0), Band(1, 15, 10), Band(10, 20, 30)], [(Rule.COVERS, "")]),
        ([Band(1, 5, 10), Band(10, 20, 30), Band(30, 40, 50)], [(Rule.COVERS, "")]),
        ([None, Band(0, 5, 10), Band(10, 20, 30)], [(Rule.COVERS, "")]),
    ],
)
def test_ranges_meet(bands, found):
    words = answers(("None at all", "Gar keine"), ("A little", "Etwas"), ("A lot", "Viel"))
    choices = tuple(replace(choice, band=band) for choice, band in zip(words, bands, strict=True))

    assert broken(question("How long was it?", "Wie lange war es?", Type.MINUTES, choices=choices)) == found


def test_the_kind_of_answer_fits_the_question():
    assert broken(question("How did you get by?", "Wie ging es?")) == [(Rule.COVERS, "en"), (Rule.COVERS, "de")]
    assert broken(question("Was it easy?", "Es war einfach.", Type.AGREE7)) == [(Rule.COVERS, "en")]


@pytest.mark.parametrize("id_", ["R1", "R2", "C2"])
def test_a_scale_with_five_or_seven_steps_begins_with_the_worst(id_):
    asked = BANK.questions[id_]

    assert broken(replace(asked, choices=asked.choices[::-1])) == [(Rule.WORST_FIRST, "en"), (Rule.WORST_FIRST, "de")]


def test_who_agrees_most_had_it_best():
    assert broken(question("It was hard to get this sorted.", "Es war schwierig.", Type.AGREE7)) == [
        (Rule.WORST_FIRST, "en"),
        (Rule.WORST_FIRST, "de"),
    ]


def test_a_scale_that_the_words_do_not_tell_is_shown_to_a_person():
    steps = answers(*[(f"{colour} room", f"{colour} Zimmer") for colour in ("Red", "Blue", "Green", "Grey", "Pink")])

    found = check(question("Which was it?", "Welches war es?", Type.ONE_OF, choices=steps, steps=True))

    assert [(each.rule, each.language, each.is_error) for each in found] == [
        (Rule.WORST_FIRST, "en", False),
        (Rule.WORST_FIRST, "de", False),
    ]


def test_every_step_has_words():
    numbers = answers(*[(str(step), str(step)) for step in range(1, 6)])

    assert broken(question("How was it?", "Wie war es?", Type.ONE_OF, choices=numbers, steps=True)) == [
        (Rule.STEP_WORDS, "en"),
        (Rule.STEP_WORDS, "de"),
    ]


def test_german_is_asked_for_as_english_is():
    asked = BANK.questions["A3"]
    without_an_answer = (*asked.choices[:-1], replace(asked.choices[-1], text={"en": "Rather not say"}))

    assert broken(replace(asked, text={"en": asked.text["en"]})) == [(Rule.LANGUAGES, "de")]
    assert broken(replace(asked, text={"en": " ", "de": asked.text["de"]})) == [(Rule.LANGUAGES, "en")]
    assert broken(replace(asked, choices=without_an_answer)) == [(Rule.LANGUAGES, "de")]
    assert check(replace(asked, text={"en": asked.text["en"]}), languages=["en"]) == []


@pytest.mark.parametrize(
    ("text", "german", "found"),
    [
        ("Did {superuser} help?", "Hat {superuser} geholfen?", []),
        ("Did {superuser} help?", "Hat es geholfen?", [(Rule.HOLDERS, "")]),
        ("Did {agent} help?", "Hat {agent} geholfen?", [(Rule.HOLDERS, "")]),
        ("Did {superuser.id} help?", "Hat {superuser.id} geholfen?", [(Rule.HOLDERS, "")]),
    ],
)
def test_only_what_is_known_is_put_in_and_in_every_language(text, german, found):
    assert broken(question(text, german)) == found


@SEEDED
@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(Type))
def test_whatever_is_written_is_answered_with_problems_in_order(text, german, type_):
    found = check(question(text, german, type_))

    assert [problem.rule for problem in found] == sorted((p.rule for p in found), key=list(Rule).index)
    assert (Rule.LENGTH in {each.rule for each in found}) is (max(len(text.strip()), len(german.strip())) >= 120)
    assert all(not re.search(r"%\(", problem.message + problem.remedy) or "%(" in text + german for problem in found)

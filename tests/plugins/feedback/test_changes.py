"""What an administrator changes: words with a look at them first, questions more, templates, and two people at once."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from plugins.feedback import changes, surveys, wordings
from plugins.feedback.bank import Type, choices_of
from plugins.feedback.changes import BadlyPut, BeginsSeries, Consent, Doubtful, Moved
from plugins.feedback.feeds import METRICS, TYPES
from plugins.feedback.linting import Rule
from portal.core.errors import NotFound, Refused
from portal.testing import NOON

NOTHING, MEANT = Consent(), Consent(looked=True, new_series=True)


def in_english(question, text):
    return replace(question, text={**question.text, "en": text})


@pytest.fixture
def n1():
    return wordings.shipped().questions["N1"]


def test_a_new_wording_is_saved_once_it_is_said_that_charts_begin_anew(house, n1):
    new, seen = in_english(n1, "What was in the way of it?"), changes.mark(n1)

    with house.db.transaction() as session, pytest.raises(BeginsSeries) as asked:
        changes.reword(session, new, seen=seen, consent=NOTHING, by=None, now=NOON)
    with house.db.transaction() as session:
        saved = changes.reword(session, new, seen=seen, consent=MEANT, by=None, now=NOON)
    with house.db.reading() as session:
        now = wordings.bank_now(session).questions["N1"]

    assert asked.value.field == "new_series"
    assert saved == now == replace(new, version=2)


def test_a_comma_needs_no_consent_and_no_change_leaves_no_trace(house, n1):
    tidier = replace(n1, text={**n1.text, "fr": "Qu'est-ce qui a coincé ?"})
    tidier = replace(
        tidier, choices=tuple(replace(each, text={**each.text, "fr": each.text["en"]}) for each in n1.choices)
    )
    with house.db.transaction() as session:
        same = changes.reword(session, n1, seen=changes.mark(n1), consent=NOTHING, by=None, now=NOON)
        kept = list(wordings.versions_of(session, "N1"))
        saved = changes.reword(session, tidier, seen=changes.mark(n1), consent=NOTHING, by=None, now=NOON)

    assert (same, kept, saved.version) == (n1, [], 1)


def test_the_second_of_two_people_is_told_and_loses_nothing(house, n1):
    seen = changes.mark(n1)
    with house.db.transaction() as session:
        first = changes.reword(session, in_english(n1, "What stopped it?"), seen=seen, consent=MEANT, by=None, now=NOON)
    second = in_english(n1, "What stood in the way?")

    with house.db.transaction() as session, pytest.raises(Moved):
        changes.reword(session, second, seen=seen, consent=MEANT, by=None, now=NOON)
    with house.db.transaction() as session:
        saved = changes.reword(session, second, seen=changes.mark(first), consent=MEANT, by=None, now=NOON)
        kept = [row.content["text"]["en"] for row in wordings.versions_of(session, "N1")]

    assert saved.version == 3
    assert kept == ["What stood in the way?", "What stopped it?", "What got in the way?"]


def test_what_is_badly_put_is_refused_whatever_was_agreed_to(house, n1):
    bad = in_english(n1, "Was the help quick and friendly?")

    with house.db.transaction() as session, pytest.raises(BadlyPut) as refused:
        changes.reword(session, bad, seen=changes.mark(n1), consent=MEANT, by=None, now=NOON)

    assert [(each.rule, each.language) for each in refused.value.problems] == [(Rule.ONE_THING, "en")]


def test_what_is_doubtful_wants_somebody_who_looked(house):
    said = [{"en": word, "de": word} for word in ("Ember", "Amber", "Umber", "Azure", "Ochre")]
    asked = replace(
        wordings.shipped().questions["N2"],
        text={"en": "Which colour is it?", "de": "Welche Farbe hat es?"},
        choices=choices_of(Type.ONE_OF, said),
        metric="",
        first=False,
    )

    with house.db.transaction() as session, pytest.raises(Doubtful) as refused:
        changes.add(session, asked, consent=NOTHING, by=None, now=NOON)
    with house.db.transaction() as session:
        made = changes.add(session, asked, consent=Consent(looked=True), by=None, now=NOON)

    assert ({each.rule for each in refused.value.problems}, refused.value.field) == ({Rule.WORST_FIRST}, "looked")
    assert (made.id, made.version) == ("N101", 1)


def test_a_question_more_is_numbered_apart_and_asked_by_its_template(house):
    asked = replace(
        wordings.shipped().questions["N4"], text={"en": "What were you looking for?", "de": "Was haben Sie gesucht?"}
    )
    with house.db.transaction() as session:
        first = changes.add(session, asked, consent=NOTHING, by=None, now=NOON)
        bank = wordings.bank_now(session)
        seen = changes.mark(surveys.survey_now(session, bank, "N"))
        changes.use(session, "N2", on=False, seen=seen, by=None, now=NOON)
        another = replace(asked, text={"en": "What else?", "de": "Was noch?"})
        second = changes.add(session, another, consent=NOTHING, by=None, now=NOON)
        now = surveys.survey_now(session, wordings.bank_now(session), "N").question_ids

    assert (first.id, second.id) == ("N101", "N102")
    assert now == ("N1", "N3", "N4", "N101", "N102")


def test_no_more_than_thirty_questions_for_one_occasion(house, n1):
    asked = wordings.shipped().questions["N4"]

    with house.db.transaction() as session:
        for number in range(26):
            said = {"en": f"What is number {number}?", "de": f"Was ist Nummer {number}?"}
            changes.add(session, replace(asked, text=said), consent=NOTHING, by=None, now=NOON)
        with pytest.raises(Refused, match="30 questions"):
            changes.add(session, asked, consent=NOTHING, by=None, now=NOON)


def test_a_template_asks_what_was_chosen_until_it_is_as_it_came(house):
    with house.db.transaction() as session:
        bank = wordings.bank_now(session)
        shipped = surveys.survey_now(session, bank, "N")
        chosen = changes.choose(
            session, "N", question_ids=["N3", "N1"], most_shown=2, state="retired", seen=changes.mark(shipped),
            by=None, now=NOON,
        )  # fmt: skip
        now = surveys.survey_now(session, bank, "N")
        again = changes.reset(session, "N", seen=changes.mark(now))

    assert chosen == now == replace(shipped, question_ids=("N1", "N3"), most_shown=2, state=surveys.State.RETIRED)
    assert again == shipped


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"question_ids": []}, "questions"),
        ({"question_ids": ["N1", "R1"]}, "questions"),
        ({"question_ids": ["N2"]}, "questions"),
        ({"most_shown": 4}, "most_shown"),
        ({"most_shown": 0}, "most_shown"),
        ({"state": "asleep"}, "state"),
    ],
)
def test_a_template_refuses_what_makes_no_form(house, given, field):
    values = {"question_ids": ["N1"], "most_shown": 1, "state": "active", **given}
    with house.db.transaction() as session:
        seen = changes.mark(surveys.survey_now(session, wordings.bank_now(session), "N"))
        with pytest.raises(Refused) as refused:
            changes.choose(session, "N", **values, seen=seen, by=None, now=NOON)

    assert refused.value.field == field


def test_two_people_at_one_template(house):
    with house.db.transaction() as session:
        seen = changes.mark(surveys.survey_now(session, wordings.bank_now(session), "N"))
        changes.use(session, "N2", on=False, seen=seen, by=None, now=NOON)
        with pytest.raises(Moved):
            changes.use(session, "N3", on=False, seen=seen, by=None, now=NOON)
        with pytest.raises(Moved):
            changes.reset(session, "N", seen=seen)
        left = surveys.survey_now(session, wordings.bank_now(session), "N").question_ids

    assert left == ("N1", "N3", "N4")


def test_what_is_on_no_form_cannot_be_taken_off_one(house):
    with house.db.transaction() as session:
        seen = changes.mark(changes.survey_of(session, wordings.bank_now(session), "article_yes"))
        with pytest.raises(Refused, match="a page of its own"):
            changes.use(session, "A1", on=False, seen=seen, by=None, now=NOON)
        with pytest.raises(NotFound):
            changes.use(session, "Z9", on=False, seen=seen, by=None, now=NOON)


def test_the_bank_that_was_shipped_is_well_put_and_says_what_it_feeds():
    bank = wordings.shipped()

    assert changes.faults(bank) == []
    assert {question.metric for question in bank.questions.values()} - {""} == set(METRICS)
    assert set(TYPES) == set(Type)


def test_each_change_holds_what_it_changes_before_it_looks_at_it(house, n1):
    held = []
    template = changes.survey_of
    with house.db.transaction() as session:
        wordings.keep_shipped(session, NOON)
        sa.event.listen(session, "do_orm_execute", lambda asked: held.append(_held(asked.statement)))

        def first_of(change):
            held.clear()
            change()
            return held[0]

        bank = wordings.shipped()
        seen = changes.mark(template(session, bank, "article_no"))
        key = template(session, bank, "article_no").key
        added = replace(n1, id="", first=False, text={**n1.text, "en": "Where were you?", "de": "Wo waren Sie?"})
        firsts = [
            first_of(lambda: changes.reword(
                session, bank.questions["N2"], seen=changes.mark(bank.questions["N2"]), consent=MEANT, by=None, now=NOON
            )),
            first_of(lambda: changes.reset(session, key, seen=seen)),
            first_of(lambda: changes.choose(
                session, key, question_ids=["N1"], most_shown=1, state="active", seen=seen, by=None, now=NOON
            )),
            first_of(lambda: changes.add(session, added, consent=MEANT, by=None, now=NOON)),
        ]  # fmt: skip

    assert firsts == ["N2", "N1", "N1", "N1"]


def _held(statement):
    """The question whose rows a statement locks; nothing where it locks none."""
    asked = statement.compile(dialect=postgresql.dialect())
    return asked.params["question_id_1"] if str(asked).endswith(" FOR UPDATE") else None

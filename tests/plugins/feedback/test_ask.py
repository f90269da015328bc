"""Which questions a page asks, in which order, and when asking rests."""

import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import ask, asking, sealing
from plugins.feedback.models import Invitation
from portal.articles.models import Verdict
from portal.testing import NOON
from tests.plugins.feedback.answers import invitation

KEY = b"k" * 32


@pytest.fixture
def article(make_article):
    return make_article()


def asked(session, article, *, number=1, value="no", person_id=None, now=NOON):
    verdict = Verdict(
        id=number, article_id=article.id, revision_id=article.live_revision_id, asked="fixed", value=value, words=""
    )
    about = {"article": article, "verdict": verdict}
    return ask.ask(session, f"article.answered_{value}", about, person_id=person_id, key=KEY, nonce="", now=now)


def ids(found):
    return [place.id for place in found.form]


def answers(session, question_id, value, count, **columns):
    for number in range(count):
        about = {"about": "request", "about_id": f"{question_id}-{number}"}
        made = invitation(session, "N", [question_id], **about | columns)
        asking.save_answers(session, made, {question_id: [value]}, language="en", names=(), now=NOON)


def test_the_anchor_comes_first_and_then_what_was_answered_least_in_the_unit(session, article, make_person):
    person = make_person(unit_id="company").id
    answers(session, "N2", "1", 3, unit_id="company")
    answers(session, "N3", "1", 1, unit_id="company")
    answers(session, "N3", "1", 9, unit_id=None, about="verdict")

    assert ids(asked(session, article, person_id=person)) == ["N1", "N4", "N3"]
    answers(session, "N3", "1", 5, unit_id="company", about="search")
    assert ids(asked(session, article, person_id=person)) == ["N1", "N4", "N2"]


def test_answers_older_than_90_days_count_no_more(session, article, make_person):
    person = make_person(unit_id="company").id
    answers(session, "N2", "1", 3, unit_id="company")
    answers(session, "N3", "1", 1, unit_id="company")

    later = asked(session, article, person_id=person, now=NOON + timedelta(days=91))

    forms = {tuple(ids(asked(session, article, number=n, now=NOON + timedelta(days=91)))) for n in range(1, 30)}
    assert tuple(ids(later)) in forms
    assert len(forms) == 6


def test_the_same_verdict_gets_the_same_form_and_others_another(session, article):
    same = [ids(asked(session, article, number=7)) for _ in range(5)]
    others = {tuple(ids(asked(session, article, number=number))) for number in range(1, 40)}

    assert same == [same[0]] * 5
    assert {form[0] for form in others} == {"N1"}
    assert len(others) == 6
    assert {len(form) for form in others} == {3}


def test_a_page_that_helped_asks_two_questions_and_knows_the_verdict(session, article):
    found = asked(session, article, value="yes")

    assert sorted(ids(found)) == ["A2", "A3"]
    sealed = sealing.opened(found.token, KEY)
    assert (sealed.known, sorted(sealed.form), sealed.template) == ((("A1", "yes"),), ["A2", "A3"], "A")


def test_a_token_carries_the_context_and_asking_writes_nothing(session, article, make_person):
    person = make_person(unit_id="company").id

    sealed = sealing.opened(asked(session, article, person_id=person).token, KEY)

    assert (sealed.person_id, sealed.article_id, sealed.revision_id, sealed.service_id, sealed.unit_id) == (
        person, article.id, article.live_revision_id, "printing", "company",
    )  # fmt: skip
    assert (sealed.about, sealed.about_id, sealed.seed, sealed.at) == ("verdict", "1", "N:1", int(NOON.timestamp()))
    assert len(sealed.id) == 43
    assert session.scalar(sa.select(sa.func.count(Invitation.id))) == 0


def test_the_id_follows_from_the_occasion_and_the_key_alone():
    same = {sealing.id_of(KEY, "N", "verdict", "1", 5) for _ in range(3)}
    others = {
        sealing.id_of(KEY, "A", "verdict", "1", 5),
        sealing.id_of(KEY, "N", "search", "1", 5),
        sealing.id_of(KEY, "N", "verdict", "2", 5),
        sealing.id_of(KEY, "N", "verdict", "1", None),
        sealing.id_of(b"another", "N", "verdict", "1", 5),
    }

    assert (len(same), len(others), same & others) == (1, 5, set())


@pytest.mark.parametrize("moment", ["request.closed", "pulse.round", "nothing.known", "search.abandoned"])
def test_moments_of_no_page_ask_nothing(session, moment):
    assert ask.ask(session, moment, {}, person_id=None, key=KEY, nonce="n", now=NOON) is None


def test_asking_rests_for_a_minute_once_it_was_slow_twice_in_a_row(caplog):
    breaker = ask.Breaker(50)
    rests = []

    with caplog.at_level(logging.WARNING, logger="plugins.feedback.ask"):
        for took in (51, 3, 60, 50, 51, 80):
            breaker.note(took, NOON)
            rests.append(breaker.is_open(NOON))

    assert rests == [False, False, False, False, False, True]
    assert [(each.getMessage(), each.took_ms) for each in caplog.records] == [
        ("asking was slow", 51), ("asking was slow", 60), ("asking was slow", 51), ("asking was slow", 80),
    ]  # fmt: skip
    assert breaker.is_open(NOON + timedelta(seconds=59))
    assert not breaker.is_open(NOON + timedelta(seconds=60))

"""Survey templates: every trigger has one, and what an administrator changed stands before what is shipped."""

import pytest

from plugins.feedback import moments, surveys, wordings
from plugins.feedback.models import ChangedTemplate
from plugins.feedback.surveys import SHIPPED, State
from portal.core.errors import NotFound
from portal.testing import NOON


def test_each_trigger_of_the_bank_has_one_template_with_the_moments_of_the_bank():
    bank = wordings.shipped()

    assert sorted(survey.trigger for survey in SHIPPED) == sorted(bank.limits)
    assert {moment: {each.trigger for each in SHIPPED if moment in each.moments} for moment in bank.moments} == {
        moment: set(triggers) for moment, triggers in bank.moments.items()
    }
    assert set(moments.MOMENTS) | {"pulse.round"} == set(bank.moments)


def test_a_template_as_it_is_shipped_asks_what_the_bank_has_for_its_trigger(house):
    with house.db.reading() as session:
        found = surveys.survey_now(session, wordings.bank_now(session), "A")

    assert (found.question_ids, found.most_shown, found.in_use()) == (("A2", "A3"), 2, True)


def test_what_was_changed_stands_before_what_is_shipped_and_never_asks_more_than_the_bank_allows(house):
    with house.db.transaction() as session:
        changed = ChangedTemplate(
            key="A", state=State.RETIRED, question_ids=["A3", "Z9"], most_shown=9, changed_at=NOON
        )
        session.add(changed)
        session.flush()
        bank = wordings.bank_now(session)
        found = surveys.survey_now(session, bank, "A")
        every = surveys.surveys_now(session, bank)

    assert (found.question_ids, found.most_shown, found.in_use()) == (("A3",), 2, False)
    assert every["A"] == found
    assert [key for key, survey in every.items() if not survey.in_use()] == ["A"]


def test_a_template_that_is_not_there_is_said_so(house):
    with house.db.reading() as session, pytest.raises(NotFound, match="no survey template"):
        surveys.survey_now(session, wordings.bank_now(session), "Z")

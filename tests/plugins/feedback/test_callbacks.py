"""Whoever was let down is called back, in time, by somebody else, and says themselves whether it is settled."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import callback_rules, callbacks
from plugins.feedback.callback_rules import Because, State
from plugins.feedback.events import FeedbackAnswered
from plugins.feedback.loop_models import Callback
from portal.accounts import service as accounts
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import emit
from portal.notices import queries as notices
from portal.organisation.calendar import Calendar
from portal.organisation.models import Service
from portal.testing import NOON
from tests.plugins.feedback.said import invited, rights, wrote

BERLIN = Calendar("Europe/Berlin", "DE-BY")


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, None),
        ({"R1": "3", "R11": "partly", "R7": "2", "R8": "2"}, None),
        ({"R7": "5", "R8": "1", "R11": "yes", "R1": "5"}, None),
        ({"R1": "1"}, ("R1", Because.UNHAPPY)),
        ({"R1": "2"}, ("R1", Because.UNHAPPY)),
        ({"R11": "no"}, ("R11", Because.NOT_FIXED)),
        ({"R7": "3"}, ("R7", Because.CUSTOMER)),
        ({"R7": "4"}, ("R7", Because.CUSTOMER)),
        ({"R8": "3"}, ("R8", Because.DEADLINE)),
        ({"R1": "1", "R11": "no", "R8": "3", "R7": "4"}, ("R7", Because.CUSTOMER)),
    ],
)
def test_answers_that_ask_for_a_call(answers, asked):
    assert callback_rules.asks_for_call(answers) == asked


@pytest.mark.parametrize(
    ("said_at", "is_urgent", "due"),
    [
        (datetime(2026, 3, 2, 12, 0, tzinfo=UTC), False, datetime(2026, 3, 3, 12, 0, tzinfo=UTC)),
        (datetime(2026, 3, 6, 12, 0, tzinfo=UTC), False, datetime(2026, 3, 9, 12, 0, tzinfo=UTC)),  # over a weekend
        (datetime(2026, 3, 7, 12, 0, tzinfo=UTC), False, datetime(2026, 3, 9, 12, 0, tzinfo=UTC)),
        (datetime(2026, 4, 2, 12, 0, tzinfo=UTC), False, datetime(2026, 4, 7, 12, 0, tzinfo=UTC)),  # over Easter
        (datetime(2026, 3, 27, 12, 0, tzinfo=UTC), False, datetime(2026, 3, 30, 11, 0, tzinfo=UTC)),  # clocks move
        (datetime(2026, 3, 6, 22, 30, tzinfo=UTC), True, datetime(2026, 3, 7, 0, 30, tzinfo=UTC)),
    ],
)
def test_due_on_the_next_working_day_of_the_person_or_in_two_hours_while_a_customer_waits(said_at, is_urgent, due):
    assert callback_rules.due_at(said_at, BERLIN, is_urgent=is_urgent) == due


@pytest.mark.parametrize(
    ("answers", "known", "waits"),
    [
        ({"N3": "1"}, {}, True),
        ({"S2": "1"}, {}, True),
        ({"N3": "2", "S2": "4"}, {}, False),
        ({}, {}, False),
        ({"R1": "1"}, {"urgency": "1"}, True),
        ({"R11": "no"}, {"urgency": "1"}, True),
        ({"R1": "1", "R11": "yes"}, {"urgency": "1"}, False),
        ({"R1": "1"}, {"urgency": "2"}, False),
    ],
)
def test_a_customer_waits_where_they_said_so_and_it_is_not_fixed(answers, known, waits):
    assert callback_rules.customer_waits(answers, known) is waits


def test_a_call_about_a_request_with_a_customer_waiting_is_due_in_two_hours(session, organised, make_person):
    asked = invited(session, make_person(), template="R", answers={"R1": "1"})
    asked.known = {"urgency": "1", "solved_alone": "no"}

    opened = callbacks.open_for(session, asked, NOON)

    assert opened is not None
    assert opened.due_at == NOON + timedelta(hours=2)


def test_an_answer_opens_one_call_that_is_about_all_of_it(session, organised, make_person, frozen_clock):
    person = make_person()
    invitation = invited(session, person, template="R", answers={"R1": "1", "R11": "no"})

    opened = callbacks.open_for(session, invitation, NOON)
    again = callbacks.open_for(session, invitation, NOON)

    assert opened is not None
    assert (opened.question_id, opened.reason, opened.state, opened.person_id, opened.due_at) == (
        "R11", "not_fixed", "open", person.id, NOON + timedelta(days=1),
    )  # fmt: skip
    assert again is None


def test_nobody_is_called_who_is_not_known_or_asked_for_nothing(session, organised, make_person):
    person = make_person()

    assert callbacks.open_for(session, invited(session, None, answers={"R1": "1"}), NOON) is None
    assert callbacks.open_for(session, invited(session, person, answers={"R1": "4"}), NOON) is None


def test_the_listener_opens_it_and_the_lead_of_the_team_is_told(house, organised, make_person, run_jobs, frozen_clock):
    lead, coach = make_person("Kim Lead", roles=["lead"]), make_person("Sam Coach", roles=["coach"])
    person = make_person("Jo Brandt")
    with house.db.transaction() as session:
        accounts.name_duty(session, session.merge(lead), "party_lead", "workplace", by=None, now=NOON)
    with house.db.transaction() as session:
        invitation = invited(session, person, template="R", answers={"R8": "3"}, service_id=_service(session))
        emit(session, _answered(invitation))
    run_jobs()
    with house.db.transaction() as session:  # the same answer, told again
        emit(session, _answered(invitation))
    run_jobs()

    with house.db.reading() as session:
        told = {each.name: _lines(session, each) for each in (lead, coach, person)}
        callback_id = session.scalar(sa.select(Callback.id))
    assert told == {
        "Kim Lead": [("Somebody is to be called back. It is not said who calls.",
                      f"/feedback/callbacks/{callback_id}")],
        "Sam Coach": [],
        "Jo Brandt": [],
    }  # fmt: skip


def test_words_are_marked_for_a_call_by_who_may_read_them_alone(session, make_article, make_person):
    article = make_article()
    owner, reader, stranger = make_person("Kim", roles=["coach"]), make_person("Jo"), make_person("Sam")
    words = wrote(session, invited(session, reader, article=article, answers={"N3": "1"}), "No button there.")

    with pytest.raises(NotFound):
        callbacks.open_for_words(session, words.id, rights(session, stranger), now=NOON)
    made = callbacks.open_for_words(session, words.id, rights(session, owner), now=NOON)

    assert (made.reason, made.verbatim_id, made.opened_by, made.due_at) == (
        "words", words.id, owner.id, NOON + timedelta(hours=2),
    )  # fmt: skip
    assert _refusal(callbacks.open_for_words, session, words.id, rights(session, owner), now=NOON) == (
        "A call-back about this is there already."
    )


def test_words_of_visitors_and_ones_own_lead_to_no_call(session, make_article, make_person):
    article, coach = make_article(), make_person("Kim", roles=["coach"])
    visitors = wrote(session, invited(session, None, article=article), "It is wrong.")
    own = wrote(session, invited(session, coach, article=article), "It is wrong.")
    mine = rights(session, coach)

    said = [_refusal(callbacks.open_for_words, session, each.id, mine, now=NOON) for each in (visitors, own)]

    assert said == ["Nobody knows who wrote this, so nobody can be called.", "You wrote this yourself."]


@pytest.fixture
def call(session, organised, make_person) -> Callable[..., Callback]:
    """A call-back of somebody about the help of *helper*, assigned to *caller* if one is given."""

    person = make_person("Jo")

    def make(helper=None, caller=None) -> Callback:
        invitation = invited(session, person, template="R", answers={"R1": "1"})
        invitation.known = {"handled_by": helper.id} if helper else {}
        made = callbacks.open_for(session, invitation, NOON)
        assert made is not None
        made.owner_id = caller.id if caller else None
        session.flush()
        return made

    return make


def test_those_who_follow_up_assign_it_and_not_to_who_helped_unless_they_wish(session, make_person, call):
    helper, other = make_person("Kim", roles=["front_line"]), make_person("Lee", roles=["front_line"])
    colleague, coach_person = make_person("Max"), make_person("Sam", roles=["coach"])
    coach = rights(session, coach_person)
    made = call(helper=helper)

    refused = [
        _refusal(callbacks.assign, session, made.id, to, coach, wishes=False)
        for to in (None, colleague.id, made.person_id, helper.id)
    ]
    assert refused == [
        *["It is not said who calls."] * 3,
        "It is about their own help. Somebody else calls, unless they wish to.",
    ]
    with pytest.raises(Forbidden):
        callbacks.assign(session, made.id, other.id, rights(session, other), wishes=False)
    assert callbacks.assign(session, made.id, other.id, coach, wishes=False).owner_id == other.id
    assert callbacks.assign(session, made.id, helper.id, coach, wishes=True).owner_id == helper.id


def test_only_whoever_calls_notes_tries_and_the_end(session, make_person, call):
    caller, other = make_person("Kim", roles=["front_line"]), make_person("Sam", roles=["coach"])
    made, mine, others = call(caller=caller), rights(session, caller), rights(session, other)

    assert _refusal(callbacks.note_try, session, made.id, others, now=NOON) == (
        "Somebody else makes this call, or nobody yet."
    )
    assert _refusal(callbacks.close, session, made.id, "", "", mine, now=NOON) == "It is not said what came of it."
    assert _refusal(callbacks.close, session, made.id, "settled", " ", mine, now=NOON) == (
        "Write down in a sentence what came of it."
    )
    assert _refusal(callbacks.close, session, made.id, "settled", "x" * 2001, mine, now=NOON) == (
        "That is more than 2000 characters."
    )
    callbacks.note_try(session, made.id, mine, now=NOON)
    assert _refusal(callbacks.close, session, made.id, "not_reached", "", mine, now=NOON) == (
        "They were not tried twice yet."
    )
    callbacks.note_try(session, made.id, mine, now=NOON + timedelta(hours=1))
    callbacks.close(session, made.id, "not_reached", "", mine, now=NOON + timedelta(hours=2))

    assert (made.state, made.tries, made.kept_at, made.closed_at) == (
        State.NOT_REACHED, 2, NOON + timedelta(hours=1), NOON + timedelta(hours=2),
    )  # fmt: skip
    assert _refusal(callbacks.note_try, session, made.id, mine, now=NOON) == "This call-back is over."


@pytest.mark.parametrize(
    ("state", "tries", "kept"),
    [("settled", 0, True), ("partly", 0, True), ("declined", 0, True), ("tried", 1, False), ("tried", 2, True),
     ("open", 0, False), ("not_reached", 2, True)],
)  # fmt: skip
def test_the_promise_is_kept_by_speaking_to_them_or_trying_twice(state, tries, kept):
    assert callback_rules.keeps(State(state), tries) is kept


def test_the_person_says_whether_it_is_settled_and_no_opens_it_again(session, make_person, call):
    caller = make_person("Kim", roles=["front_line"])
    made, mine = call(caller=caller), rights(session, caller)
    with pytest.raises(NotFound):
        callbacks.say_settled(session, made.token, "yes", now=NOON)
    callbacks.close(session, made.id, "settled", "The printer was exchanged.", mine, now=NOON)

    assert _refusal(callbacks.say_settled, session, made.token, "", now=NOON) == "Nothing was chosen yet."
    callbacks.say_settled(session, made.token, "no", now=NOON + timedelta(days=1))
    assert (made.settled, made.state, made.closed_at, made.due_at, made.kept_at) == (
        "no", "open", None, NOON + timedelta(days=2), NOON,
    )  # fmt: skip
    callbacks.say_settled(session, made.token, "partly", now=NOON + timedelta(days=1))
    assert (made.settled, made.state, made.closed_at) == ("partly", "partly", NOON + timedelta(days=1))


def test_they_are_asked_in_the_portal_once_it_is_over(
    house, organised, make_person, run_jobs, frozen_clock, sign_in, client
):
    caller, person = make_person("Kim", roles=["front_line"]), make_person("Jo")
    with house.db.transaction() as session:
        invitation = invited(session, person, template="R", answers={"R1": "1"})
        made = callbacks.open_for(session, invitation, NOON)
        assert made is not None
        made.owner_id = caller.id
        callbacks.close(session, made.id, "partly", "Half of it.", rights(session, caller), now=NOON)
        token = made.token
    run_jobs()

    with house.db.reading() as session:
        assert _lines(session, person) == [
            ("Somebody called you about what you told us. Is it settled for you?", f"/feedback/settled/{token}")
        ]


def _refusal(do: Callable, *args: object, **values: object) -> str:
    with pytest.raises(Refused) as fault:
        do(*args, **values)
    return fault.value.message


def _lines(session, person):
    told, _pages = notices.page_of(session, rights(session, person))
    return [(each.line.text, each.line.path) for each in told if each.kind.source == "feedback"]


def _answered(invitation):
    return FeedbackAnswered(
        invitation_id=invitation.id, template=invitation.template, about=invitation.about,
        about_id=invitation.about_id, again=False,
    )  # fmt: skip


def _service(session):
    return session.scalar(sa.select(Service.id).where(Service.party_id == "workplace").order_by(Service.id))

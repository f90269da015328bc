"""The pages of rounds: begin with or without a reason, count what may be counted, end once, publish with an act."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from plugins.feedback import rounds, steering, surveys, wordings
from plugins.feedback.loop_models import Improvement
from plugins.feedback.models import Invitation
from plugins.feedback.round_models import Round
from portal.core.errors import Refused
from portal.testing import NOON
from tests.plugins.feedback.answers import invitation
from tests.plugins.feedback.test_bank_pages import errors_on, fields_of

pytestmark = pytest.mark.usefixtures("frozen_clock")

ROUNDS = "/feedback/admin/rounds"


@pytest.fixture
def admin(as_role, make_person):
    make_person("Nora Holt", roles=["superuser"], services=[])
    return as_role("admin")


@pytest.fixture
def put(house):
    """Put a round into the database as it would stand."""

    def put(template="P", state="closed", *, closed_days_ago=1, **values):
        with house.db.transaction() as session:
            closed_at = None if state == "open" else NOON - timedelta(days=closed_days_ago)
            asked = Round(
                template=template, state=state, form=["P1", "P2"], opens_at=NOON - timedelta(days=50),
                closes_at=NOON + timedelta(days=3) if state == "open" else closed_at, closed_at=closed_at,
                made_at=NOON - timedelta(days=50), invited=40, **values,
            )  # fmt: skip
            session.add(asked)
            session.flush()
            return asked.id

    return put


def improvement(house, state="accepted"):
    with house.db.transaction() as session:
        made = Improvement(title="Paper in every printer", said="No paper.", state=state, made_at=NOON)
        session.add(made)
        session.flush()
        return made.id


def begin_form(page, key):
    forms = [fields_of(page, number) for number in range(len(re.findall(r"<form ", page.partition("<main")[2])))]
    return next(form for form in forms if form.get("template") == key)


def test_a_round_is_begun_until_a_day_and_cannot_be_begun_twice(admin, house):
    page = admin.get(ROUNDS).text
    form = begin_form(page, "P")
    assert (form["P-closes_at"], "Nobody can tell who answered what" in page) == ("2026-03-16", True)

    begun = admin.post(ROUNDS, data=form | {"P-closes_at": "2026-03-20"})
    again = admin.post(ROUNDS, data=form)
    shown = admin.get(begun.location).text

    with house.db.reading() as session:
        asked = rounds.round_of(session, 1)
        assert (asked.template, asked.state, asked.closes_at.date().isoformat()) == ("P", "open", "2026-03-20")
        assert asked.made_by is not None
    assert (begun.status_code, begun.location, again.status_code) == (303, f"{ROUNDS}/1", 422)
    assert again.text.count("A round of these questions is still open.") == 2
    assert "This is counted when the round is over" in shown


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("soon", "This is no day."),
        ("2026-03-02", "from one day to sixty days"),
        ("2027-01-01", "from one day to sixty days"),
    ],
)
def test_a_day_that_does_not_fit_stands_beside_its_field_as_it_was_typed(admin, day, said):
    refused = admin.post(ROUNDS, data=begin_form(admin.get(ROUNDS).text, "P") | {"P-closes_at": day})

    assert (refused.status_code, list(errors_on(refused.text))) == (422, ["P-closes_at"])
    assert said in errors_on(refused.text)["P-closes_at"]
    assert begin_form(refused.text, "P")["P-closes_at"] == day


def test_after_a_round_without_an_act_the_next_one_needs_a_reason_that_is_kept(admin, put):
    put(closed_days_ago=31, answered=20)
    page = admin.get(ROUNDS).text
    form = begin_form(page, "P")
    assert "Nothing was told yet about what is done with the answers of the last round." in page

    refused = admin.post(ROUNDS, data=form)
    begun = admin.post(ROUNDS, data=form | {"P-override": "The board asks for it."}, follow_redirects=True)

    assert (refused.status_code, list(errors_on(refused.text))) == (422, ["P-override"])
    assert "<dt>Begun all the same, because</dt><dd>The board asks for it.</dd>" in begun.text


def test_an_anonymous_round_shows_no_number_while_it_is_open_and_a_confidential_one_does(admin, put, house):
    anonymous, confidential = put("P", "open"), put("PS", "open")
    with house.db.transaction() as session:
        for number, (round_id, template) in enumerate([(anonymous, "P"), (confidential, "PS")]):
            session.add(
                Invitation(
                    id=f"i{number}", template=template, mode="confidential", channel="mail", state="answered",
                    round_id=round_id, about="round", about_id=str(round_id), form=[], known={}, seed="",
                    created_at=NOON,
                )
            )  # fmt: skip

    page = " ".join(admin.get(ROUNDS).text.split())

    assert re.findall(r'list-note">until [^·]+· ([^<]+)</span>', page) == [
        "1 of 40 answered (2&nbsp;%)",
        "40 people asked",
    ]


def test_a_closed_round_says_how_many_answered(admin, put):
    round_id = put(answered=22)

    assert "<dt>Answered</dt><dd>22 (55&nbsp;%)</dd>" in admin.get(f"{ROUNDS}/{round_id}").text


def test_a_round_ends_once_it_is_said_to_be_meant(admin, put, house):
    round_id = put("P", "open")

    asked = admin.post(f"{ROUNDS}/{round_id}/end", data=fields_of(admin.get(f"{ROUNDS}/{round_id}").text))
    ended = admin.post(f"{ROUNDS}/{round_id}/end", data={"sure": "y", **fields_of(asked.text)}, follow_redirects=True)
    again = admin.post(f"{ROUNDS}/{round_id}/end", data={"sure": "y", **fields_of(asked.text)})

    assert (asked.status_code, list(errors_on(asked.text))) == (422, ["sure"])
    assert (ended.status_code, again.status_code) == (200, 422)
    assert "being counted" in ended.text
    with house.db.reading() as session:
        assert rounds.over(session, NOON) == [round_id]


def test_from_its_end_on_nobody_is_written_to_or_answers_for_the_first_time(admin, put, house):
    round_id = put("PS", "open")
    with house.db.transaction() as session:
        ids = {
            state: invitation(session, "A", ["A2"], id=f"{state:x>16}", round_id=round_id, state=state, due_at=NOON).id
            for state in ("planned", "sent", "opened", "answered", "partly", "declined")
        }

    sure = fields_of(admin.get(f"{ROUNDS}/{round_id}").text)
    admin.post(f"{ROUNDS}/{round_id}/end", data={"sure": "y", **sure})

    with house.db.reading() as session:
        rows = {state: session.get_one(Invitation, id_) for state, id_ in ids.items()}
    assert {state: (row.state, row.reason) for state, row in rows.items()} == {
        "planned": ("suppressed", "absent"),
        "sent": ("expired", ""),
        "opened": ("expired", ""),
        "answered": ("answered", ""),
        "partly": ("partly", ""),
        "declined": ("declined", ""),
    }


def test_a_round_is_published_with_something_that_is_done_about_it(admin, put, house):
    round_id, idea, taken = put(answered=22), improvement(house, "idea"), improvement(house)
    page = admin.get(f"{ROUNDS}/{round_id}").text
    form = fields_of(page)
    assert re.findall(r'<option [^>]*value="(\d+)">([^<]*)<', page) == [
        (str(taken), "Paper in every printer (Accepted)")
    ]

    nothing = admin.post(f"{ROUNDS}/{round_id}/publish", data=form)
    too_early = admin.post(f"{ROUNDS}/{round_id}/publish", data=form | {"improvement_id": str(idea)})
    told = admin.post(f"{ROUNDS}/{round_id}/publish", data=form | {"improvement_id": str(taken)}, follow_redirects=True)

    assert [list(errors_on(each.text)) for each in (nothing, too_early)] == [["improvement_id"]] * 2
    assert f'improvements/{taken}">Paper in every printer</a></li>' in told.text
    with house.db.reading() as session:
        survey = surveys.survey_now(session, wordings.bank_now(session), "P")
        assert rounds.blocked_because(session, survey, NOON + timedelta(days=60)) is None


def test_what_is_over_cannot_be_ended(house, put):
    round_id = put(answered=22)

    with house.db.transaction() as session, pytest.raises(Refused, match="over"):
        steering.end(session, round_id, NOON)


def test_rounds_and_templates_that_are_not_there(admin):
    token = fields_of(admin.get(ROUNDS).text)["csrf_token"]

    assert admin.get(f"{ROUNDS}/99").status_code == 404
    assert admin.post(ROUNDS, data={"csrf_token": token, "template": "A"}).status_code == 404

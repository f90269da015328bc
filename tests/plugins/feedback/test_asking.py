"""What somebody answers is checked, freed of names and kept; for a day it may be changed, and then it stays."""

import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import asking
from plugins.feedback.asking import NotSaved
from plugins.feedback.models import Answer, Invitation, Verbatim
from portal.core.errors import Refused
from portal.core.events import EventRow
from portal.testing import NOON
from tests.plugins.feedback.answers import invitation

NAMES = ("Robin Bell", "Ana Silva")


def save(session, asked, given, now=NOON, language="en"):
    return asking.save_answers(session, asked, given, language=language, names=NAMES, now=now)


def kept(session, asked):
    rows = session.scalars(sa.select(Answer).where(Answer.invitation_id == asked.id).order_by(Answer.question_id))
    return [(row.question_id, row.version, row.value, row.low, row.mid, row.high) for row in rows]


def words(session, asked):
    return session.scalars(sa.select(Verbatim).where(Verbatim.invitation_id == asked.id)).all()


def told(session):
    query = sa.select(EventRow).where(EventRow.name == "feedback.answered").order_by(EventRow.id)
    return [(row.actor_id, row.payload) for row in session.scalars(query)]


def test_answers_are_kept_with_the_range_of_their_band_and_the_version_that_was_read(session, make_person):
    person = make_person()
    asked = invitation(session, "R", ["R1", "R3", "R4", "R7"], person_id=person.id)

    saved = save(session, asked, {"R1": ["4"], "R3": ["5"], "R4": ["2"], "R7": ["1"]})

    assert kept(session, asked) == [
        ("R1", 1, "4", None, None, None),
        ("R3", 1, "5", 60, 90, 120),
        ("R4", 1, "2", 2, 3, 5),
        ("R7", 1, "1", None, None, None),
    ]
    assert (saved.count, saved.again, saved.state, asked.state, asked.answered_at) == (
        4, False, "answered", "answered", NOON,
    )  # fmt: skip
    assert session.scalars(sa.select(Answer.person_id).distinct()).all() == [person.id]


def test_the_event_tells_that_something_was_answered_and_neither_what_nor_by_whom(session, make_person):
    asked = invitation(session, "N", ["N1", "N4"], person_id=make_person().id)

    save(session, asked, {"N1": ["2"], "N4": ["Print for Robin Bell"]})
    save(session, asked, {"N1": ["3"]}, now=NOON + timedelta(hours=1))

    of_both = {"invitation_id": asked.id, "template": "N", "about": "verdict", "about_id": "1", "choices": {}}
    assert told(session) == [(None, of_both | {"again": False}), (None, of_both | {"again": True})]


def test_what_is_left_out_is_left_out_and_said_so(session):
    asked = invitation(session, "N", ["N1", "N3", "N2", "N4"])

    saved = save(session, asked, {"N1": ["1"], "N3": [""], "N4": ["  "]})

    assert (saved.count, saved.state) == (1, "partly")
    assert kept(session, asked) == [("N1", 1, "1", None, None, None)]


def test_a_question_that_makes_no_sense_after_the_others_is_ignored_whatever_its_place_in_the_form(session):
    asked = invitation(session, "R", ["R1", "R3", "R4", "R6", "R7", "R8"], known={"urgency": "4"})

    save(session, asked, {"R4": ["4"], "R3": ["1"], "R6": ["Nothing"], "R7": ["1"], "R8": ["3"]})

    assert [row[0] for row in kept(session, asked)] == ["R3", "R7"]
    assert words(session, asked) == []
    save(session, asked, {"R3": ["2"], "R4": ["4"], "R7": ["3"], "R8": ["3"], "R6": ["Sell"]})
    assert [row[0] for row in kept(session, asked)] == ["R3", "R4", "R7", "R8"]
    assert [row.text for row in words(session, asked)] == ["Sell"]


def test_what_is_known_is_not_asked_again_even_if_somebody_sends_it(session):
    asked = invitation(session, "A", ["A1", "A2"], known={"A1": "yes"})

    save(session, asked, {"A1": ["no"], "A2": ["2"]})

    assert [row[0] for row in kept(session, asked)] == ["A2"]


def test_questions_of_other_forms_are_ignored_and_logged_without_what_was_sent(session, caplog):
    asked = invitation(session, "N", ["N1"])

    with caplog.at_level(logging.INFO, logger="plugins.feedback.asking"):
        save(session, asked, {"N1": ["1"], "R1": ["5"], "<script>": ["my secret"]})

    assert [row[0] for row in kept(session, asked)] == ["N1"]
    line = next(each for each in caplog.records if each.name == "plugins.feedback.asking")
    assert (line.getMessage(), line.count, line.template) == ("unknown questions ignored", 2, "N")
    assert "secret" not in repr(vars(line))
    assert "script" not in repr(vars(line))


def test_several_answers_are_kept_in_the_order_of_the_question(session):
    asked = invitation(session, "H", ["H1", "H2"])

    save(session, asked, {"H1": ["no"], "H2": ["4", "2"]})

    assert [row[:3] for row in kept(session, asked)] == [("H1", 1, "no"), ("H2", 1, "2,4")]


@pytest.mark.parametrize("values", [["9"], ["1", "2"], ["yes"], ["1' OR 1=1"]])
def test_an_answer_that_was_not_offered_is_refused_beside_its_question(session, values):
    asked = invitation(session, "N", ["N1", "N2"])

    with pytest.raises(NotSaved) as refused:
        save(session, asked, {"N1": values, "N2": ["1"]})

    assert refused.value.errors == {"N1": "Please choose one of these answers, or none."}
    assert (kept(session, asked), asked.answered_at, told(session)) == ([], None, [])


def test_words_lose_names_and_numbers_and_their_writer_keeps_what_they_typed(session, make_person):
    own = "Call Ana Silva on +49 40 1234567,\r\nthe article is out of date"
    asked = invitation(session, "N", ["N1", "N4"], person_id=make_person().id)

    save(session, asked, {"N4": [own]})

    (row,) = words(session, asked)
    assert row.text == "Call [name] on [phone],\nthe article is out of date"
    assert row.own_text == own.replace("\r\n", "\n")
    assert row.redactions == {"name": 1, "phone": 1}
    assert (row.language, row.state, row.tags, row.suggested) == ("en", "new", [], ["article_wrong"])
    assert (row.written_on, row.version) == (NOON.date(), 1)
    assert asking.given_before(session, asked) == {"N4": (row.own_text,)}


def test_what_a_visitor_typed_is_kept_masked_alone(session):
    asked = invitation(session, "N", ["N4"])

    save(session, asked, {"N4": ["Robin Bell cannot print"]}, language="de")

    (row,) = words(session, asked)
    assert (row.text, row.own_text, row.language) == ("[Name] cannot print", None, "de")
    assert asking.given_before(session, asked) == {"N4": ("[Name] cannot print",)}


def test_a_text_that_is_too_long_is_not_cut_and_not_kept(session):
    asked = invitation(session, "N", ["N1", "N4"])

    with pytest.raises(NotSaved) as refused:
        save(session, asked, {"N1": ["1"], "N4": ["x" * 501]})

    assert refused.value.errors == {"N4": "This is 1 character too long. Please say it in 500 or fewer."}
    assert (words(session, asked), kept(session, asked)) == ([], [])
    save(session, asked, {"N4": ["é" * 500]})
    assert [row.text for row in words(session, asked)] == ["é" * 500]


def test_a_second_time_takes_the_place_of_the_first_for_a_day_and_then_it_stays(session):
    asked = invitation(session, "N", ["N1", "N2", "N4"])
    save(session, asked, {"N1": ["1"], "N2": ["2"], "N4": ["The tray is empty"]})

    saved = save(session, asked, {"N1": ["2"]}, now=NOON + timedelta(hours=23, minutes=59))

    assert (saved.again, saved.state) == (True, "partly")
    assert [row[:3] for row in kept(session, asked)] == [("N1", 1, "2")]
    assert words(session, asked) == []
    with pytest.raises(Refused, match="more than a day ago"):
        save(session, asked, {"N1": ["3"]}, now=NOON + timedelta(hours=24))
    assert [row[:3] for row in kept(session, asked)] == [("N1", 1, "2")]


def test_words_that_stay_the_same_keep_the_tags_that_somebody_gave_them(session):
    asked = invitation(session, "N", ["N1", "N4"])
    save(session, asked, {"N4": ["The tray is empty"]})
    (row,) = words(session, asked)
    row.tags, row.state = ["idea"], "tagged"

    save(session, asked, {"N1": ["1"], "N4": ["The tray is empty "]})
    assert [(each.id, each.tags, each.state) for each in words(session, asked)] == [(row.id, ["idea"], "tagged")]
    save(session, asked, {"N1": ["1"], "N4": ["The tray is full"]})

    assert [(each.tags, each.state, each.text) for each in words(session, asked)] == [([], "new", "The tray is full")]


def test_an_empty_form_is_nothing_to_save_and_later_takes_back_what_was_said(session):
    asked = invitation(session, "N", ["N1", "N4"])
    with pytest.raises(Refused, match="Nothing is answered yet"):
        save(session, asked, {"N1": [""], "N4": [""]})
    save(session, asked, {"N1": ["1"], "N4": ["The tray is empty"]})

    saved = save(session, asked, {})

    assert (saved.count, saved.state, kept(session, asked), words(session, asked)) == (0, "declined", [], [])


def test_names_are_read_only_where_somebody_wrote_something(session, make_person):
    make_person("Robin Bell")
    asked = invitation(session, "N", ["N1", "N4"])

    found = [
        list(asking.names_for(session, asked, given))
        for given in ({"N1": ["1"]}, {"N4": [" "]}, {"R6": ["words"]}, {"N4": ["Robin"]})
    ]

    assert found == [[], [], [], ["Robin Bell"]]


def test_answers_carry_the_context_of_their_invitation(session, make_article, make_person):
    article, person = make_article(), make_person()
    asked = invitation(
        session, "N", ["N1", "N4"], person_id=person.id, article_id=article.id, revision_id=article.live_revision_id,
        service_id="printing", unit_id="company", words="no paper",
    )  # fmt: skip

    save(session, asked, {"N1": ["1"], "N4": ["It is empty"]})

    context = (person.id, article.id, article.live_revision_id, "printing", "company")
    columns = ("person_id", "article_id", "revision_id", "service_id", "unit_id")
    rows = [*session.scalars(sa.select(Answer)), *session.scalars(sa.select(Verbatim))]
    assert [tuple(getattr(row, name) for name in columns) for row in rows] == [context, context]
    assert session.get_one(Invitation, asked.id).words == "no paper"

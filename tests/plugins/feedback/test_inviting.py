"""Who is sent a question by mail, and who is left alone; E23 and E24, reminders, and the end."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import inviting, rounds, sending
from plugins.feedback.fatigue import Occasion
from plugins.feedback.inviting import Context
from plugins.feedback.models import Answer, Invitation, Outage
from plugins.feedback.round_models import Invited
from plugins.feedback.surveys import survey_now
from plugins.feedback.tokens import token_of
from plugins.feedback.wordings import bank_now
from portal.accounts import absences
from portal.core.mail import Mail
from portal.notices.models import Notice
from portal.testing import NOON, send
from tests.plugins.feedback.said import invited
from tests.plugins.feedback.test_reads import reads

HOME = "https://help.example.org"
ONE_DAY = timedelta(days=1)


@pytest.fixture
def app_settings():
    return {"public_url": HOME}


@pytest.fixture
def post(house):
    return sending.Post(house.render_mail, HOME, "en")


def survey(session, key="R"):
    return survey_now(session, bank_now(session), key)


def invite(session, person, number=1, now=NOON, key="R", occasion=None, **context):
    return inviting.invite(
        session,
        survey(session, key),
        person_id=person.id,
        about="request",
        about_id=str(number),
        context=Context(**context),
        occasion=occasion or Occasion(),
        now=now,
    )


@pytest.fixture
def robin(organised, make_person, house):
    person = make_person(unit_id="company")
    with house.db.transaction() as session:
        session.merge(person).mail = "robin@example.org"
    return person


def test_e23_who_was_asked_thirteen_days_ago_is_left_alone_and_on_day_15_asked(session, robin):
    first = invite(session, robin, 1)
    first.state, first.sent_at = "sent", NOON

    second = invite(session, robin, 2, now=NOON + 13 * ONE_DAY)
    third = invite(session, robin, 3, now=NOON + 15 * ONE_DAY)

    assert (second.state, second.reason, second.due_at) == ("suppressed", "quarantine", None)
    assert (third.state, third.reason, third.due_at) == ("planned", "", NOON + 15 * ONE_DAY)


def test_one_occasion_is_asked_about_once(session, robin):
    assert invite(session, robin).id == invite(session, robin, now=NOON + ONE_DAY).id


@pytest.mark.parametrize(
    ("occasion", "reason"),
    [
        (Occasion(solved_by_self_service=True), "self_service"),
        (Occasion(opened_by_other=True), "opened_by_other"),
    ],
)
def test_whoever_cannot_say_anything_about_it_is_not_asked(session, robin, occasion, reason):
    assert invite(session, robin, occasion=occasion).reason == reason


def test_nobody_is_asked_while_away_or_after_a_large_outage_in_their_unit(session, robin):
    session.add(Outage(outage_id="o1", unit_id="company", began_at=NOON - ONE_DAY, ended_at=NOON - ONE_DAY / 2))
    session.flush()
    assert invite(session, robin, unit_id="company").reason == "outage"
    assert invite(session, robin, 2, unit_id="company", now=NOON + ONE_DAY / 2).state == "planned"

    absences.add(session, robin, NOON.date(), NOON.date(), by=None, today=NOON.date())
    assert invite(session, robin, 3, unit_id="company").reason == "absent"


def test_after_two_that_were_ignored_the_next_two_are_skipped(session, robin):
    found = []
    for number in range(6):
        made = invite(session, robin, number, now=NOON + number * 20 * ONE_DAY)
        found.append((made.state, made.reason))
        if made.state == "planned":
            made.state, made.sent_at = "expired", made.created_at

    ignored = ("suppressed", "ignored")
    assert found == [("planned", ""), ("planned", ""), ignored, ignored, ("planned", ""), ignored]


def test_the_questions_of_an_invitation_begin_with_the_anchor_and_are_the_same_for_the_same_occasion(
    session, robin, make_person
):
    ana = make_person("Ana Silva")

    first, second = invite(session, robin, 7), invite(session, ana, 7)

    assert first.form[0] == "R1"
    assert first.form == second.form


def states(session):
    session.expire_all()
    return session.execute(
        sa.select(Invitation.state, Invitation.sent_at, Invitation.reminded_at).order_by(Invitation.created_at)
    ).all()


def mails(session):
    return session.scalars(sa.select(Mail).where(Mail.kind == "feedback.invitation").order_by(Mail.id)).all()


@pytest.mark.usefixtures("frozen_clock")
def test_an_invitation_is_sent_in_working_hours_brought_to_mind_once_and_then_over(session, robin, post):
    invite(session, robin)
    night = NOON - timedelta(hours=8)
    invitation = session.scalars(sa.select(Invitation)).one()
    invitation.due_at = night

    counts = [sending.work(session, post, night)]
    for day in range(9):
        counts += [sending.work(session, post, NOON + day * ONE_DAY) for _twice in range(2)]

    assert counts == [0, 1, 0, 0, 0, 0, 0, 1, *[0] * 11]
    assert states(session) == [("expired", NOON, NOON + 3 * ONE_DAY)]
    first, second = mails(session)
    assert (first.subject, second.subject) == (
        "A few questions, if you like",
        "Reminder: a few questions, if you like",
    )
    assert f"{HOME}/feedback/form/{invitation.id}?q=R1&v=5" in first.text
    assert "Very happy: https://" in first.text
    assert "with your name" in first.text
    assert first.to_address == "robin@example.org"


def test_who_answered_is_not_reminded(session, robin, post):
    invitation = invite(session, robin)
    sending.work(session, post, NOON)
    invitation.state = "answered"

    assert sending.work(session, post, NOON + 4 * ONE_DAY) == 0


def test_who_is_away_or_left_is_not_reminded_until_they_are_back(session, robin, post, make_person, frozen_clock):
    away, gone = NOON.date() + 2 * ONE_DAY, make_person("Ana Silva")
    gone_person = session.merge(gone)
    gone_person.mail = "ana@example.org"
    invite(session, robin), invite(session, gone, 2)
    sending.work(session, post, NOON)
    gone_person.left_at = NOON + ONE_DAY
    absences.add(session, robin, away, away + ONE_DAY, by=None, today=NOON.date())

    assert [sending.work(session, post, NOON + day * ONE_DAY) for day in (3, 4)] == [0, 1]
    assert [mail.to_address for mail in mails(session)][2:] == ["robin@example.org"]


def test_the_least_answered_metric_is_counted_over_all_forms(session, robin):
    bank = bank_now(session)
    for question_id, value in (("A2", "3"), ("A2", "2"), ("R3", "3"), ("R1", "5")):
        made = invited(session, robin, answers={question_id: value}, unit_id="company")
        session.execute(sa.update(Answer).where(Answer.invitation_id == made.id).values(unit_id="company"))

    counted = inviting.answered_lately(session, bank, [bank.questions["R3"], bank.questions["R9"]], "company", NOON)

    assert counted == {"lost_minutes": 3}
    assert inviting.answered_lately(session, bank, [bank.questions["R3"]], "company", NOON + 91 * ONE_DAY) == {}
    assert inviting.answered_lately(session, bank, [bank.questions["R3"]], None, NOON) == {}


def test_twenty_people_are_asked_with_as_many_reads_as_two(house, session, robin, make_person):
    people = [make_person(f"Person {number}", unit_id="company").id for number in range(20)]

    def ask(ids, number):
        contexts = {each: Context(unit_id="company") for each in ids}
        with reads(house) as found:
            made = inviting.invite_all(
                session, survey(session, "C"), contexts,
                about="change", about_id=str(number), occasion=Occasion(), now=NOON,
            )  # fmt: skip
        assert sorted(made) == sorted(ids)
        return len(found)

    ask(people[:1], 0)
    assert ask(people[1:3], 1) == ask(people[3:], 2)


def test_without_an_address_of_the_portal_nothing_is_sent_and_without_one_of_the_person_the_bell_tells_it(
    session, robin, post, make_person
):
    ana = make_person("Ana Silva")
    invite(session, robin)
    assert sending.work(session, sending.Post(post.render, "", "en"), NOON) == 0
    nobody = invite(session, ana, 2)

    assert sending.work(session, post, NOON) == 1
    notice = session.scalars(sa.select(Notice).where(Notice.person_id == ana.id)).one()
    assert (nobody.state, notice.kind, notice.data) == ("sent", "feedback.asked", {"invitation_id": nobody.id})


def test_who_is_away_is_sent_the_mail_of_a_round_when_they_are_back(session, robin, post):
    absences.add(session, robin, NOON.date(), NOON.date() + ONE_DAY, by=None, today=NOON.date())
    asked = rounds.begin(session, survey(session, "P"), by=None, closes_at=NOON + 14 * ONE_DAY, now=NOON)

    sent = [sending.work(session, post, NOON + day * ONE_DAY) for day in range(4)]

    assert sent == [0, 0, 1, 0]
    (mail,) = mails(session)
    assert f"{HOME}/feedback/round/{asked.id}/{token_of(asked.secret, robin.id)}" in mail.text
    assert "Nobody can tell who answered what" in mail.text


def test_everybody_is_reminded_of_an_anonymous_round_for_nobody_knows_who_answered(session, robin, post):
    rounds.begin(session, survey(session, "P"), by=None, closes_at=NOON + 14 * ONE_DAY, now=NOON)
    sending.work(session, post, NOON)

    assert sending.work(session, post, NOON + 3 * ONE_DAY) == 1
    assert "everybody gets this mail" in mails(session)[1].text
    assert session.scalar(sa.select(sa.func.count()).select_from(Invited)) == 1


@pytest.fixture
def sent(house, robin, post, frozen_clock):
    """An invitation that was sent; its address."""
    with house.db.transaction() as session:
        made = invite(session, robin)
        sending.work(session, post, NOON)
    return f"/feedback/form/{made.id}"


def kept(house):
    with house.db.reading() as session:
        row = session.scalars(sa.select(Invitation)).one()
        answers = session.execute(sa.select(Answer.question_id, Answer.value)).all()
        return row.state, row.opened_at, row.answered_at, [tuple(each) for each in answers]


@pytest.mark.parametrize("headers", [{}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "MailScanner"}])
def test_e24_a_scanner_that_opens_the_face_of_a_mail_records_nothing(house, client, sent, headers):
    address = f"{sent}?q=R1&v=1"

    page = client.get(address, headers=headers)
    client.head(address, headers=headers)
    client.options(address, headers=headers)

    assert 'value="1" id="q-R1-1" checked' in page.text
    assert kept(house) == ("sent", None, None, [])


def test_the_form_takes_answers_without_a_sign_in_and_leads_back_to_itself(house, client, sent):
    answer = send(client, sent, {"R1": "5"})

    assert (answer.status_code, answer.location) == (303, sent)
    assert kept(house) == ("partly", None, NOON, [("R1", "5")])
    page = client.get(sent)
    assert "That is noted" in page.text
    assert "checked" not in page.text  # on a shared screen nobody reads what was answered


def test_the_person_sees_what_they_answered_and_somebody_else_who_is_signed_in_is_refused(
    app, client, sent, sign_in, robin, make_person
):
    send(client, sent, {"R1": "5"})

    own = sign_in(app.test_client(), robin).get(sent)
    other = sign_in(app.test_client(), make_person("Ana Silva")).get(sent)

    assert 'value="5" id="q-R1-5" checked' in own.text
    assert other.status_code == 403


def test_what_does_not_fit_is_said_beside_it_and_all_that_was_typed_is_there(house, client, sent):
    answer = send(client, sent, {"R1": "99"})

    assert answer.status_code == 422
    assert "Please choose one of these answers, or none." in answer.text
    assert kept(house) == ("sent", None, None, [])


def test_somebody_may_say_that_they_would_rather_not_answer_and_change_their_mind(house, client, sent):
    send(client, sent, {"do": "decline"})
    assert kept(house) == ("declined", None, None, [])
    assert "You said that you would rather not answer" in client.get(sent).text

    send(client, sent, {"R1": "4"})
    assert kept(house)[3] == [("R1", "4")]
    refused = send(client, sent, {"do": "decline"})
    assert (refused.status_code, "You answered this already" in refused.text) == (422, True)


def test_what_is_over_is_said_to_be_over(house, client, sent):
    with house.db.transaction() as session:
        session.scalars(sa.select(Invitation)).one().state = "expired"

    assert "no longer open" in client.get(sent).text
    assert send(client, sent, {"R1": "4"}).status_code == 422
    assert client.get("/feedback/form/nothing").status_code == 404


def test_a_colleague_is_named_on_a_page_of_its_own_with_ones_name(app, house, sign_in, robin):
    browser = sign_in(app.test_client(), robin)

    answer = send(browser, "/feedback/colleague", {"P9": "Ana Silva"})

    assert (answer.status_code, answer.location) == (303, "/feedback/colleague/thanks")
    assert "That is noted" in browser.get(answer.location).text
    with house.db.reading() as session:
        row = session.scalars(sa.select(Invitation)).one()
    assert (row.mode, row.about, row.person_id, row.form, row.round_id) == (
        "named",
        "colleague",
        robin.id,
        ["P9"],
        None,
    )
    assert send(browser, "/feedback/colleague", {"P9": "x" * 121}).status_code == 422

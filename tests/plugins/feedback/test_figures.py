"""What an owner sees, and who is no owner."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import figures, sums
from plugins.feedback.models import Answer, Invitation, Verbatim
from plugins.feedback.tokens import new_token
from plugins.feedback.wordings import put, shipped
from portal.accounts.models import Duty, OwnerRoleHolder
from portal.accounts.rights import rights_of
from portal.articles.models import Revision, Verdict
from portal.core.errors import NotFound
from portal.testing import NOON, sign_in
from tests.plugins.feedback.given import FRIDAY, WEEK, give, take, tell

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def article(company, make_article):
    return make_article("KB0101", owner_role="network-team")


@pytest.fixture
def owner(company, make_person):
    person = make_person("Olga Owner", roles=["front_line"])
    with company.db.transaction() as session:
        session.add(OwnerRoleHolder(owner_role="network-team", person_id=person.id, named_at=NOON))
    return person


@pytest.fixture
def window(app):
    return lambda person: sign_in(app.test_client(), person)


def duty(house, person, kind, ref):
    with house.db.transaction() as session:
        session.add(Duty(kind=kind, ref=ref, person_id=person.id, named_at=NOON))


def judge(house, article, person_ids, value, at=FRIDAY):
    with house.db.transaction() as session:
        for person_id in person_ids:
            session.add(
                Verdict(
                    article_id=article.id, revision_id=article.live_revision_id, person_id=person_id, asked="fixed",
                    value=value, at=at,
                )
            )  # fmt: skip


def words(session, invitation_id, article, text):
    session.add(
        Verbatim(
            id=new_token(), question_id="N4", version=1, invitation_id=invitation_id, article_id=article.id,
            language="en", text=text, redactions={}, suggested=[], tags=[],
        )
    )  # fmt: skip


def read(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_an_article_is_shown_with_its_verdicts_its_texts_and_single_reasons(company, article, owner, people):
    judge(company, article, people[:3], "yes")
    judge(company, article, people[3:5], "no", FRIDAY - WEEK)
    judge(company, article, people[5:6], "yes", FRIDAY - 40 * WEEK)
    with company.db.transaction() as session:
        give(session, ("N1", "2"), at=FRIDAY, article_id=article.id, revision_id=article.live_revision_id, id="one")
        words(session, "one", article, "The third step is gone.")
        give(session, ("N1", "2"), at=FRIDAY - timedelta(hours=2), article_id=article.id)
    with company.db.reading() as session:
        found = figures.article(session, "KB0101", rights_of(session, owner), now=NOON)

    assert [dict(week) for week in found.counts if week] == [{"no": 2}, {"yes": 3}]
    assert (found.total, found.weeks[-1], len(found.weeks)) == (5, date(2026, 3, 2), 26)
    assert found.reasons == (("A step did not work", 2),)
    assert [(each.reason, each.words, each.revision) for each in found.said] == [
        ("A step did not work", ("The third step is gone.",), 1),
        ("A step did not work", (), None),
    ]
    assert [number for _at, number in found.revisions] == [1]
    assert found.minutes is None


def test_minutes_are_a_range_once_five_people_answered(company, article, owner, people):
    tell(company, people[:5], "A2", "3", article_id=article.id, service_id=article.service_id)
    with company.db.reading() as session:
        before = figures.article(session, "KB0101", rights_of(session, owner), now=NOON).minutes
    take(company)
    with company.db.reading() as session:
        after = figures.article(session, "KB0101", rights_of(session, owner), now=NOON).minutes

    with company.db.reading() as session:
        later = NOON + timedelta(weeks=53)
        a_year_on = figures.article(session, "KB0101", rights_of(session, owner), now=later).minutes

    assert (before, str(after)) == (None, "about 100 min (50–150)")
    assert a_year_on is None


def test_figures_of_an_article_are_for_its_owner_its_author_and_those_who_follow_up(
    company,
    article,
    owner,
    make_person,
    window,
):
    author, coach = make_person("Ann Author"), make_person("Cora Coach", roles=["coach"])
    other = make_person("Finn Front", roles=["front_line"])
    with company.db.transaction() as session:
        session.get_one(Revision, article.live_revision_id).author_id = author.id
    shown = {person.name: window(person).get("/feedback/articles/KB0101").status_code
             for person in (owner, author, coach, other)}  # fmt: skip
    beside = {person.name: "For you who look after it" in window(person).get(f"/kb/{article.address}").text
              for person in (owner, author, coach, other)}  # fmt: skip

    assert shown == {"Olga Owner": 200, "Ann Author": 200, "Cora Coach": 200, "Finn Front": 404}
    assert beside == {"Olga Owner": True, "Ann Author": True, "Cora Coach": True, "Finn Front": False}


def test_an_author_who_may_not_open_the_article_any_more_sees_no_figures(company, make_article, make_person):
    hidden = make_article("KB0102", audience="specialists")
    author = make_person("Ann Author")
    with company.db.transaction() as session:
        session.get_one(Revision, hidden.live_revision_id).author_id = author.id
    with company.db.reading() as session, pytest.raises(NotFound):
        figures.article(session, "KB0102", rights_of(session, author), now=NOON)


def test_the_page_of_an_article_draws_without_inline_style_and_has_the_numbers_beside(
    company,
    article,
    owner,
    people,
    window,
):
    judge(company, article, people[:3], "yes")
    judge(company, article, people[3:5], "partly", FRIDAY - WEEK)
    page = window(owner).get("/feedback/articles/KB0101").text

    assert "style=" not in page
    assert re.findall(r'<svg class="chart-lines"[^>]* role="img" aria-labelledby="([^"]+)"', page) == [
        "verdicts-title verdicts-about"
    ]
    assert re.findall(r'class="chart-bar chart-(\w+)"', page) == ["partly", "yes"]
    assert re.findall(r'<td class="number">(\d+)</td>', page)[:9] == [*"000", *"300", *"020"]


def test_units_and_services_are_for_their_leads_and_those_who_follow_up(company, make_person, window):
    lead, head = make_person("Lena Lead"), make_person("Hugo Head")
    above, coach, other = make_person("Berta Boss"), make_person("Cora Coach", roles=["coach"]), make_person("Otto")
    duty(company, lead, "unit_lead", "sales")
    duty(company, above, "unit_lead", "company")
    duty(company, head, "service_lead", "mail")
    paths = ("units/sales", "units/sales/figures.csv", "units/finance", "services/mail", "services/mail/figures.csv",
             "services/printing", "units/nowhere")  # fmt: skip

    def opened(person):
        return [path for path in paths if window(person).get(f"/feedback/{path}").status_code == 200]

    assert opened(lead) == [*paths[:2]]
    assert opened(above) == [*paths[:3]]
    assert opened(head) == [*paths[3:5]]
    assert opened(coach) == [*paths[:6]]
    assert opened(other) == []
    assert "/feedback/units/sales" in window(lead).get("/units/sales").text
    assert "/feedback/units/" not in window(other).get("/units/sales").text


def test_shares_stand_with_their_interval_and_the_response_rate(company, people, make_person, window):
    coach = make_person("Cora Coach", roles=["coach"])
    with company.db.transaction() as session:
        for number, person_id in enumerate(people[:12]):
            about = {"at": FRIDAY - 3 * WEEK, "person_id": person_id, "unit_id": "sales", "channel": "mail"}
            about |= {"sent_at": FRIDAY - 3 * WEEK}
            if number < 9:
                give(session, ("R9", "yes" if number < 6 else "no"), **about)
            else:
                give(session, ("R9", "yes"), **about | {"answered_at": None, "state": "expired"})
        silent = sa.select(Invitation.id).where(Invitation.answered_at.is_(None))
        session.execute(sa.delete(Answer).where(Answer.invitation_id.in_(silent)))
    take(company)
    text = read(window(coach).get("/feedback/units/sales"))

    assert "67% (35–88) said yes 9 answers" in text
    assert "of those who were asked, 75% (47–91) answered (9 of 12)" in text


def test_a_unit_is_filtered_by_a_service_and_by_no_more_than_two_things(company, people, make_person, window):
    tell(company, people[:6], unit_id="field-sales", service_id="mail")
    tell(company, people[6:12], value="1", unit_id="sales", service_id="printing")
    take(company)
    with company.db.reading() as session:
        both = sums.of_unit(session, "sales", weeks=26, service="", now=NOON)
        mail = sums.of_unit(session, "sales", weeks=26, service="mail", now=NOON)
        of_mail = sums.of_service(session, "mail", weeks=26, unit="sales", now=NOON)
    coach = window(make_person("Cora Coach", roles=["coach"]))

    assert [[each.answers for each in wordings] for wordings in both.asked] == [[12]]
    assert [(part.name, part.answers) for part in both.asked[0][0].parts] == [("Field sales", 6)]
    assert (both.services, both.monday) == (("mail", "printing"), date(2026, 3, 2))
    assert [each[0].answers for each in mail.asked] == [each[0].answers for each in of_mail.asked] == [6]
    assert coach.get("/feedback/units/sales?weeks=13&service=mail").status_code == 200
    refused = coach.get("/feedback/units/sales?weeks=13&service=mail&unit=field-sales")
    assert refused.status_code == 422
    assert "two things at once" in read(refused)


def test_e20_on_the_page_of_a_unit(company, people, make_person, window):
    tell(company, people[:12], "R9", "yes", unit_id="sales", service_id="mail")
    tell(company, people[12:16], "R9", "yes", unit_id="people", service_id="mail")
    tell(company, people[16:], "R9", "yes", unit_id="finance", service_id="mail")
    take(company)
    coach = window(make_person("Cora Coach", roles=["coach"]))
    text = read(coach.get("/feedback/units/company"))

    assert "19 answers" in text
    assert "Sales 12 100% (76–100)" in text
    assert re.search(r"(Finance|People and pay).*not shown alone", text)
    assert "No figures yet" in read(coach.get("/feedback/units/finance"))
    assert "No figures yet" in read(coach.get("/feedback/units/people"))


def test_a_question_worded_anew_is_a_series_of_its_own(company, people, make_person, window):
    tell(company, people[:6], "R9", "yes", unit_id="sales")
    take(company)
    before = shipped().questions["R9"]
    with company.db.transaction() as session:
        put(
            session, type(before)(**{**vars(before), "text": {**before.text, "en": "Was it quick?"}}), by=None, now=NOON
        )
        for person_id in people[:7]:
            give(session, ("R9", "no"), at=FRIDAY + WEEK, person_id=person_id, unit_id="sales", version=2)
    take(company, NOON + WEEK)
    with company.db.reading() as session:
        found = sums.of_unit(session, "sales", weeks=26, service="", now=NOON + WEEK)

    assert [(each.question.said("en"), each.answers, each.figure.value) for each in found.asked[0]] == [
        ("Was it quick?", 7, 0.0),
        (before.text["en"], 6, 1.0),
    ]
    page = window(make_person("Cora Coach", roles=["coach"])).get("/feedback/units/sales").text
    assert len(re.findall('class="chart-mark chart-mark-wording"', page)) == 1
    assert len(re.findall('class="chart-value"', page)) == 2


def test_the_table_for_a_spreadsheet_has_what_the_page_shows(company, people, make_person, window):
    tell(company, people[:6], "R9", "yes", unit_id="sales")
    take(company)
    answer = window(make_person("Cora Coach", roles=["coach"])).get("/feedback/units/sales/figures.csv")

    assert answer.mimetype == "text/csv"
    assert list(csv.reader(io.StringIO(answer.text)))[1:] == [
        [shipped().questions["R9"].text["en"], "1", "Yes", "6", "1.000", "0.610", "1.000", "2026-03-02"],
        [shipped().questions["R9"].text["en"], "1", "No", "6", "0.000", "0.000", "0.390", "2026-03-02"],
    ]


def test_what_comes_in_after_monday_changes_nothing_until_the_next(company, people, make_person, window):
    tell(company, people[:6], "R9", "yes", unit_id="sales")
    take(company)
    coach = window(make_person("Cora Coach", roles=["coach"]))
    before = read(coach.get("/feedback/units/sales"))
    tell(company, people[6:], "R9", "no", unit_id="sales", at=NOON)
    take(company, NOON + timedelta(days=5))

    assert read(coach.get("/feedback/units/sales")) == before

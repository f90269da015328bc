"""The pages of what people miss: who sees them, what stands there, and what is refused."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.search.askers import askers_of
from portal.search.gap_models import SearchGap
from portal.search.models import SearchLog
from portal.testing import NOON, csrf_of
from tests.knowledge import put_article


@pytest.fixture
def gap(house, frozen_clock):
    with house.db.transaction() as session:
        row = SearchGap(
            state="open", words="beamer shows no picture", stems=["beamer", "pictur", "show"], language="en", people=4,
            times=9, asked_at=NOON, opened_at=NOON - timedelta(days=3),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def state(house):
    with house.db.reading() as session:
        return session.scalars(sa.select(SearchGap.state)).one()


def test_from_the_list_to_the_answer(house, as_role, gap, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "The beamer stays dark", "Choose the source.")
    run_jobs()
    kim = as_role("front_line", name="Kim Lee")
    listed = kim.get("/search/gaps").text
    assert "“beamer shows no picture”" in listed
    assert "4 people in the last month" in listed
    assert "I take this on" in kim.get(f"/search/gaps/{gap}").text

    token = csrf_of(kim)
    assert kim.post(f"/search/gaps/{gap}/claim", data={"csrf_token": token}).status_code == 303
    mine = kim.get(f"/search/gaps/{gap}").text
    assert "You have taken this on, until 16 March 2026." in mine
    assert "/write/capture?q=beamer+shows+no+picture" in mine
    other = as_role("specialist")
    assert "Kim Lee is on it" in other.get("/search/gaps").text
    theirs = other.get(f"/search/gaps/{gap}").text
    assert ("Kim Lee has taken this on" in theirs, "I take this on" in theirs) == (True, False)

    refused = kim.post(f"/search/gaps/{gap}/answer", data={"csrf_token": token, "ref": "KB7777"})
    assert (refused.status_code, 'value="KB7777"' in refused.text) == (422, True)
    assert "No page that people can read has this number." in refused.text
    kim.post(f"/search/gaps/{gap}/answer", data={"csrf_token": token, "ref": "KB0001"})
    assert (
        '<a href="/kb/KB0001-the-beamer-stays-dark">The beamer stays dark</a> answers it.'
        in kim.get(f"/search/gaps/{gap}").text
    )
    assert "“beamer shows no picture”" in kim.get("/search/gaps?state=answered").text
    assert "Nothing is missing here just now." in kim.get("/search/gaps").text


def test_an_answer_for_other_readers_is_not_named(house, as_role, gap, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Secret beamer", "Choose.", audience=2)
        session.execute(sa.update(SearchGap).values(state="answered", source="article", ref="KB0001", answered_at=NOON))
    page = as_role("front_line").get(f"/search/gaps/{gap}").text
    assert ("A page that is for other readers answers it." in page, "Secret" in page) == (True, False)


def test_a_second_press_and_one_that_comes_too_late(house, as_role, gap):
    kim, lee = as_role("front_line", name="Kim"), as_role("specialist", name="Lee")
    for _ in range(2):
        assert kim.post(f"/search/gaps/{gap}/claim", data={"csrf_token": csrf_of(kim)}).status_code == 303
    late = lee.post(f"/search/gaps/{gap}/claim", data={"csrf_token": csrf_of(lee)})
    assert (late.status_code, "Somebody else has taken this on." in late.text) == (409, True)
    assert lee.post("/search/gaps/999/claim", data={"csrf_token": csrf_of(lee)}).status_code == 404


def test_a_coach_says_why_nothing_has_to_be_written(house, as_role, gap):
    coach, kim = as_role("coach"), as_role("front_line")
    data = {"csrf_token": csrf_of(coach), "reason": "short"}
    refused = coach.post(f"/search/gaps/{gap}/reject", data=data)
    assert (refused.status_code, "The reason is missing." in refused.text, "short</textarea>" in refused.text) == (
        422,
        True,
        True,
    )
    data["reason"] = "The beamer was given back."
    assert coach.post(f"/search/gaps/{gap}/reject", data=data).status_code == 303
    assert "The beamer was given back." in kim.get(f"/search/gaps/{gap}").text
    assert kim.post(f"/search/gaps/{gap}/reject", data={"csrf_token": csrf_of(kim)}).status_code == 403
    assert state(house) == "rejected"


def test_a_gap_is_found_from_real_searches_and_leads_back_to_one(house, app, make_person, sign_in, as_role, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer", "Turn it off.")
    run_jobs()
    for name in ("Ann", "Ben", "Cem"):
        sign_in(app.test_client(), make_person(name)).get("/search?q=beamer without picture")
    house.tally.flush()
    with house.db.transaction() as session:
        house.plugins.get("search").gap_finding.look(session, NOON + timedelta(days=10_000))
        assert session.scalar(sa.select(sa.func.count()).select_from(SearchGap)) == 0  # long ago by then
        latest = session.scalar(sa.select(sa.func.max(SearchLog.at)))
        house.plugins.get("search").gap_finding.look(session, latest)

    page = as_role("front_line").get("/search/gaps").text
    assert "“beamer without picture”" in page
    with house.db.reading() as session:
        askers = set(session.scalars(sa.select(SearchLog.asker)))
    assert len(askers) == 3
    assert askers.isdisjoint({askers_of(house).mark(0), ""})

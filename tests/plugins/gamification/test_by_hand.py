"""A coach gives a badge by hand with a reason; it stands in the log, and can be said not to count."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from plugins.gamification import by_hand, projecting, shelf, voiding
from plugins.gamification.models import Award, Contribution
from portal.accounts.models import Person
from portal.core.errors import NotFound, Refused
from portal.testing import NOON, send, sign_in

TEXT = """schema = 1
[[badge]]
id = "{id}"
name = "Calm Voice"
name_de = "Ruhige Stimme"
tier = "silver"
track = "care"
text = "Stayed calm when nobody else did."
text_de = "Blieb ruhig, als es sonst niemand war."
per = "{per}"
manual = true
"""
WHY = "You stayed on the line until the ward was back."


@pytest.fixture
def calm(log):
    """Two badges that are given by hand: once, and once a year."""
    shelf.keep(log, now=NOON)
    for id_, per in (("calm-voice", "once"), ("calm-year", "year")):
        shelf.add_version(log, id_, TEXT.format(id=id_, per=per), source=shelf.ADMIN, now=NOON)
    return log


def give(log, people, badge="calm-voice", *, by="eva", to="ben", reason=WHY, now=NOON):
    by_hand.give(log, people[to], badge, by=people[by], reason=reason, now=now)
    projecting.refresh(log, people[to], {"award.granted_by_hand"}, now=now)


def held(log):
    query = sa.select(Award.badge_id, Award.key).where(Award.revoked_at.is_(None)).order_by(Award.badge_id)
    return [tuple(row) for row in log.execute(query)]


def test_it_is_given_once_with_its_reason_and_goes_when_it_does_not_count(calm, people):
    give(calm, people)
    with pytest.raises(Refused, match="given this badge before"):
        give(calm, people, by="fay")

    row = calm.scalars(sa.select(Contribution)).one()
    assert (row.kind, row.actor_id, row.reason) == ("award.granted_by_hand", people["eva"], WHY)
    assert [badge for badge, _key in held(calm)] == ["calm-voice"]
    voiding.void(calm, row.id, by=people["fay"], reason="It was another person, as it turned out.", now=NOON)
    projecting.refresh(calm, people["ben"], {"award.granted_by_hand"}, now=NOON)
    assert held(calm) == []


def test_one_of_a_year_is_given_again_in_the_next(calm, people):
    for year in (2026, 2027):
        give(calm, people, "calm-year", now=NOON.replace(year=year))

    assert held(calm) == [("calm-year", "2026"), ("calm-year", "2027")]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"badge": "well-worn"}, "no such badge"),
        ({"badge": "nothing"}, "no such badge"),
        ({"reason": "Good."}, "20 to 1000"),
        ({"to": "eva"}, "gives themselves"),
    ],
)
def test_it_is_refused(calm, people, values, message):
    with pytest.raises(Refused, match=message):
        give(calm, people, **values)
    assert held(calm) == []


def test_nobody_who_left_is_given_one(calm, people):
    with pytest.raises(NotFound):
        give(calm, people | {"ben": 4711})


def test_a_coach_gives_it_on_the_page_and_keeps_what_they_typed(company, people, as_role):
    with company.db.transaction() as session:
        shelf.keep(session, now=NOON)
        shelf.add_version(session, "calm-voice", TEXT.format(id="calm-voice", per="once"), source=shelf.ADMIN, now=NOON)
    coach, path = as_role("coach"), f"/recognition/people/{people['ben']}"

    assert "Give a badge by hand" in coach.get(path).text
    refused = send(coach, f"{path}/badges", {"give-badge": "calm-voice", "give-reason": "Good."})
    assert (refused.status_code, "Good.</textarea>" in refused.text) == (422, True)
    assert send(coach, f"{path}/badges", {"give-badge": "calm-voice", "give-reason": WHY}).status_code == 303
    page = coach.get(path).text
    assert "A coach gave a badge by hand" in page
    assert WHY in page


def test_where_there_is_none_nobody_is_offered_it(company, people, as_role):
    assert "Give a badge by hand" not in as_role("coach").get(f"/recognition/people/{people['ben']}").text


def test_the_words_of_a_coach_are_read_by_whoever_got_the_badge_and_by_nobody_else(
    company, people, app, as_role, run_jobs
):
    with company.db.transaction() as session:
        shelf.keep(session, now=NOON)
        shelf.add_version(session, "calm-voice", TEXT.format(id="calm-voice", per="once"), source=shelf.ADMIN, now=NOON)
        give(session, people)
        ben, ana = (session.get_one(Person, people[name]) for name in ("ben", "ana"))
    run_jobs()
    own, other = sign_in(app.test_client(), ben), sign_in(app.test_client(), ana)

    for address in ("/badges/calm-voice", f"/badges/calm-voice/{ben.id}", "/recognition"):
        assert WHY in own.get(address).text, address
    for client in (other, as_role("lead"), as_role("admin")):
        for address in ("/badges/calm-voice", f"/badges/calm-voice/{ben.id}", f"/people/{ben.id}", "/thanks"):
            page = client.get(address)
            assert (page.status_code, WHY in page.text) == (200, False), address

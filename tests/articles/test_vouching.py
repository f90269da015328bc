"""Who checked a text and when is said to readers by role or team, and holds until somebody changes what it says."""

from __future__ import annotations

from datetime import date, timedelta

from portal.articles import filing, reviewing
from portal.articles.models import Article, Revision
from portal.core.portal import Portal
from portal.testing import NOON
from tests.articles.writing import article

DAY = NOON.date()
LATER = NOON + timedelta(days=3)


def said(house: Portal, ref: str = "KB1001") -> list[tuple[date | None, str | None]]:
    """What the article says of its check, and what an export says."""
    found = article(house, ref)
    with house.db.reading() as session:
        fields = filing.text_now(session, session.get_one(Article, found.id)).fields
    day = fields.get("checked_on")
    return [
        (found.checked_on, found.checked_by),
        (date.fromisoformat(str(day)) if day else None, fields.get("checked_by")),
    ]


def test_a_team_that_looks_after_a_page_checks_it_under_the_name_of_its_role(desk, house):
    ana, ben = desk("onsite"), desk("onsite", grant="contributor", party_id="onsite")

    ben.accept(ana.submit(ana.start_new()))

    assert said(house) == [(DAY, "onsite-team")] * 2


def test_another_team_checks_it_under_its_own_name_and_no_person_is_named(desk, house):
    ana, ben = desk("onsite"), desk("front_line", grant="contributor", party_id="front-line", name="Ben Moss")

    ben.accept(ana.submit(ana.start_new()))

    assert said(house) == [(DAY, "Service desk")] * 2


def test_whoever_has_no_team_checks_as_what_they_are(desk, house):
    ana, ben = desk("onsite"), desk("front_line", grant="contributor")

    ben.accept(ana.submit(ana.start_new()))

    assert said(house) == [(DAY, "front-line")] * 2


def test_a_live_text_that_somebody_checks_says_so_on_its_page_and_in_an_export(
    desk, house, make_article, client, frozen_clock
):
    make_article()
    page = "/kb/KB0101-printing-does-not-work"
    before = client.get(page).text

    desk("onsite", grant="publisher", party_id="onsite").validate("KB0101", now=LATER)

    assert "From the starter set, not yet checked here" in before
    assert f"Checked on {LATER.day} {LATER:%B} {LATER.year} by Onsite support" in client.get(page).text
    assert said(house, "KB0101") == [(LATER.date(), "onsite-team")] * 2


def test_a_change_that_nobody_read_is_not_checked_any_more_and_a_typo_is(desk, house):
    ana, ben = desk("onsite", grant="contributor"), desk("onsite", grant="contributor", party_id="onsite")
    ana.publish(ana.start_new())
    ben.validate("KB1001")

    ana.publish(ana.save(ana.start("KB1001"), "With a typo less.\n"), significance="typo", now=LATER)
    after_typo = said(house)
    ana.publish(ana.save(ana.start("KB1001"), "Something else.\n"), significance="changed", now=LATER)

    assert after_typo == [(DAY, "onsite-team")] * 2
    assert said(house) == [(None, None)] * 2
    with house.db.reading() as session:
        live = session.get_one(Revision, article(house, "KB1001").live_revision_id)
    assert "checked_" not in live.front_text


def test_what_helped_enough_people_counts_as_checked_and_names_nobody(desk, house, organised):
    ana = desk("onsite", grant="contributor")
    ana.publish(ana.start_new())

    with organised.db.transaction() as session:
        found = session.get_one(Article, article(house, "KB1001").id)
        reviewing.count_as_checked(session, found, by=None, now=NOON)

    assert article(house, "KB1001").confidence == "validated"
    assert said(house) == [(None, None)] * 2

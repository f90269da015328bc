"""A pulse round, from the mail that invites somebody to "you said, we did"; with a script and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, expect

from plugins.feedback import rounds
from plugins.feedback.inviting_jobs import Jobs
from plugins.feedback.models import Invitation
from plugins.feedback.round_models import Round, Sealed
from plugins.feedback.surveys import survey_now
from plugins.feedback.wordings import bank_now
from portal.app import build
from portal.core.mail import Mail
from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, sign_in, watched

pytestmark = pytest.mark.browser


def next_working_noon() -> datetime:
    """Noon of the next Monday to Thursday that is no holiday in the demo."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    while day.weekday() > 3:
        day += timedelta(days=1)
    return datetime.combine(day, time(12), tzinfo=UTC)


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_somebody_answers_a_pulse_from_their_mail(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    house = build({"instance": str(own_demo.instance), "public_url": own_demo.url("").rstrip("/")}, environ={})
    noon = next_working_noon()
    with house.db.transaction() as session:
        session.execute(sa.delete(Invitation).where(Invitation.channel == "mail"))  # so that everybody is rested
        survey = survey_now(session, bank_now(session), "P")
        asked = rounds.begin(session, survey, by=None, closes_at=noon + timedelta(days=14), now=noon)
        Jobs(house).send_invitations(session, noon)
        text = session.scalars(sa.select(Mail.text).where(Mail.kind == "feedback.invitation")).first() or ""
    address = next(iter(re.findall(r"https?://\S+/feedback/round/\d+/\w+\?q=\w+&v=4", text)))

    context = new_context(javascript=javascript, width=360, dark=javascript)
    page = context.new_page()
    faults = watched(page)
    page.goto(address)
    go_on(page, "A few questions, if you like")
    page.get_by_label("Agree", exact=True).first.check()
    page.get_by_role("button", name="Send").click()
    go_on(page, "Thank you")
    expect(page).to_have_url(re.compile("/feedback/round/thanks$"))
    assert (context.cookies(), faults) == ([], [])

    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Sealed).where(Sealed.round_id == asked.id)) == 1
    with house.db.transaction() as session:
        Jobs(house).keep_rounds(session, noon + timedelta(days=14))
    with house.db.reading() as session:
        ended = session.get_one(Round, asked.id)
        assert (ended.state, ended.answered, ended.secret) == ("closed", 1, None)
    house.close()
    page.goto(address)
    go_on(page, "This round of questions is over.")

    its_page = own_demo.url(f"/feedback/admin/rounds/{asked.id}")
    admin, lead = (sign_in(new_context(javascript=javascript), own_demo, login) for login in ("olu", "mara"))
    admin.goto(its_page)
    admin.get_by_role("link", name="Make an improvement from this round").click()
    admin.get_by_label("What gets better, in a few words").fill("Quiet hours for updates")
    admin.get_by_label("What people told us").fill("Updates came in the middle of calls.")
    admin.get_by_role("button", name="Propose it").click()
    go_on(admin, "Quiet hours for updates")
    lead.goto(admin.url)
    lead.get_by_label("Who looks after it").select_option("Mara Silva")
    lead.get_by_role("button", name="Take it", exact=True).click()
    expect(lead.get_by_role("button", name="Take it", exact=True)).to_have_count(0)
    lead.get_by_label("What was done", exact=True).fill("Updates wait until the evening.")
    lead.get_by_role("button", name="It is there", exact=True).click()
    go_on(lead, "Quiet hours for updates")
    admin.goto(its_page)
    choice = admin.get_by_label("What is done about it")
    choice.select_option(choice.get_by_role("option", name="Quiet hours for updates").get_attribute("value"))
    admin.get_by_role("button", name="Publish", exact=True).click()
    expect(admin.get_by_role("main")).to_contain_text("published")

    page.goto(own_demo.url("/"))
    told = page.get_by_role("region", name="You said, we did").get_by_role("listitem").first
    expect(told).to_have_text("Quiet hours for updates Updates wait until the evening.")

"""The questions switched off are as if they had never been installed: each answer of the portal, each job, each menu.

The one town never had them; the other one got their tables, asked and was answered, and switched them off.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from plugins.feedback import wordings
from plugins.feedback.models import Answer, Invitation
from plugins.feedback.round_models import Round
from plugins.feedback.surveys import Mode
from portal.articles.models import Article, Revision, Verdict
from portal.articles.states import RevisionState
from portal.cli import command
from portal.core import clock
from portal.core.events import Job
from portal.core.portal import Portal
from portal.testing import NOON
from tests.house import town as towns
from tests.house.test_plugins_off import LOOKERS, answer, differing, pages_of
from tests.house.town import Town
from tests.house.twins import Twins, given

pytestmark = pytest.mark.usefixtures("frozen_clock")

OF_THE_PLUGIN = (
    ("GET", "/feedback"),
    ("GET", "/feedback/mine"),
    ("POST", "/feedback/answer"),
    ("GET", "/feedback/answer/nothing"),
    ("GET", "/feedback/admin/questions"),
    ("POST", "/feedback/admin/questions/N1"),
    ("GET", "/feedback/admin/rounds/1"),
    ("GET", "/feedback/nothing"),
)


@pytest.fixture
def twins() -> Iterator[Twins]:
    """Portals with and without the questions."""
    made = Twins("feedback")
    yield made
    made.close()


@pytest.fixture
def app(tmp_path: Path, twins: Twins) -> Flask:
    """A portal that never had the questions."""
    return twins.open(tmp_path / "never", installed=False)


@pytest.fixture
def town(app, make_person, tmp_path, run_jobs) -> Town:
    (tmp_path / "walk").mkdir()
    return towns.build(app, make_person, tmp_path / "walk", run_jobs)


@pytest.fixture
def twin(town: Town, tmp_path: Path, twins: Twins) -> Town:
    """The same town with the questions, which were asked and answered, and then switched off."""
    built = twins.twin(town, tmp_path / "off")
    ask(built.house, built.people["end_user"].id)
    twins.switch(built.house, on=False)
    return built


def ask(house: Portal, person_id: int) -> None:
    with house.db.transaction() as session:
        wordings.keep_shipped(session, NOON)
        article = session.scalars(sa.select(Article).where(Article.ref == "KB0101")).one()
        live = sa.select(Revision.id).where(Revision.article_id == article.id, Revision.state == RevisionState.LIVE)
        context = {"article_id": article.id, "revision_id": session.scalar(live), "service_id": "mail"}
        session.add(
            Round(template="P", state="open", form=["P1"], opens_at=NOON, closes_at=NOON, invited=1, made_at=NOON)
        )
        session.add(
            Invitation(
                id="invitation", template="N", mode=Mode.CONFIDENTIAL, channel="inline", state="answered",
                person_id=person_id, about="article", about_id="KB0101", form=["N1"], known={}, seed="seed",
                created_at=NOON, answered_at=NOON, **context,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Answer(
                invitation_id="invitation", question_id="N1", version=1, value="2", person_id=person_id,
                answered_at=NOON, **context,
            )
        )  # fmt: skip


def test_its_addresses_answer_as_if_it_had_never_been_there(town, twin):
    assert list(differing(town, twin, list(OF_THE_PLUGIN))) == []
    for _method, address in OF_THE_PLUGIN:
        assert twin.client("admin").get(address).status_code == 404


def test_every_page_of_the_portal_is_the_same_byte_for_byte(town, twin):
    pages = pages_of(town)
    pages += [
        "/search?q=trouble",
        "/search?q=zqnothing",
        "/search?q=zqnothing+at+all&service=mail",
        "/desk?q=zqnothing",
    ]

    assert len(pages) > 50
    assert list(differing(town, twin, [("GET", page) for page in pages])) == []


@pytest.mark.parametrize("value", ["yes", "partly", "no"])
def test_a_verdict_ends_in_the_same_page_and_in_the_same_row(town, twin, value):
    for viewer in LOOKERS:
        assert given(town, viewer, value) == given(twin, viewer, value), viewer
    counts = []
    for each in (town, twin):
        with each.house.db.reading() as session:
            counts.append(session.scalar(sa.select(sa.func.count()).where(Verdict.value == value)))
    assert counts[0] == counts[1]


def test_the_comparison_sees_the_questions_when_they_are_on(town, twin, twins):
    twins.switch(twin.house, on=True)

    assert given(town, "coach", "no") != given(twin, "coach", "no")
    assert answer(town.client("admin"), "GET", "/admin") != answer(twin.client("admin"), "GET", "/admin")


def test_nothing_of_it_is_told_run_checked_or_offered(town, twin):
    def seen(each: Town) -> tuple[object, ...]:
        given(each, "coach", "no")
        house = each.house
        house.worker(name="test").run_schedules(clock.now())
        with house.db.reading() as session:
            told = session.scalars(sa.select(Job.listener).order_by(Job.id)).all()
        checks = [check.name for checks in house.plugins.on("checks") for check in checks]
        steps = sum(len(steps) for hook in ("start_steps", "demo_steps") for steps in house.plugins.on(hook))
        return list(told), sorted(command(house).commands), checks, steps

    ran = CliRunner().invoke(command(twin.house), ["feedback", "check"], obj=twin.house)

    assert seen(twin) == seen(town)
    assert (ran.exit_code, "No such command 'feedback'" in ran.output) == (2, True)


def test_its_rows_stay_and_are_there_when_it_is_on_again(twin, twins):
    with twin.house.db.reading() as session:
        kept = session.scalar(sa.select(sa.func.count(Answer.id)))
    twins.switch(twin.house, on=True)

    assert kept == 1
    assert twin.client("admin").get("/feedback/admin/rounds/1").status_code == 200

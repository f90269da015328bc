"""`portal gamification` on the command line: what it says, with which exit status, and that it can be repeated."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from plugins.gamification import projecting, recording, replaying
from plugins.gamification.models import Award, Replay, SamePerson
from portal.cli import command
from portal.testing import NOON

pytestmark = pytest.mark.usefixtures("frozen_clock")

OWN = """schema = 1
[[badge]]
id = "calm"
name = "Calm"
tier = "bronze"
track = "care"
text = "Somebody stayed calm."
[badge.when]
event = "article.reused"
count = 1
"""


@pytest.fixture
def run(company):
    """Run `portal gamification` with some words; returns the exit status and the last line."""

    def ran(*words):
        done = CliRunner().invoke(command(company), ["gamification", *map(str, words)], obj=company)
        return done.exit_code, done.output.splitlines()[-1]

    return ran


@pytest.fixture
def helped(company, people):
    """Let several people have helped one: ben, cem and dia each hold a badge."""
    with company.db.transaction() as session:
        for name in ("ben", "cem", "dia"):
            recording.record(
                session, "article.reused", key=name, occurred_at=NOON, actor_id=people["ana"],
                credited=[people[name]], subject=("article", "KB7"), source="requests", now=NOON,
            )  # fmt: skip
            projecting.refresh(session, people[name], now=NOON)


def test_the_badges_that_ship_have_nothing_to_mend(run):
    assert run("check") == (0, "51 badges in badges.toml: nothing to mend.")


def test_what_does_not_fit_in_a_file_is_said_and_fails(run, tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(OWN, encoding="utf-8")
    assert run("check", path) == (0, "1 badge in ours.toml: nothing to mend.")

    path.write_text(OWN.replace("article.reused", "article.red"), encoding="utf-8")
    assert run("check", path) == (1, "1 to mend. Nothing of this file is used while there is one.")


def test_a_file_that_is_not_there_is_said(run, tmp_path):
    status, said = run("check", tmp_path / "nothing.toml")
    assert status == 1
    assert said == "1 to mend. Nothing of this file is used while there is one."


def test_two_accounts_become_one(company, people, helped, run):
    assert run("same-person", people["ben"], people["cem"]) == (
        0, f"Account {people['ben']} is {people['cem']} now. The awards of 1 person were worked out anew.",
    )  # fmt: skip
    with company.db.reading() as session:
        assert session.scalars(sa.select(SamePerson.is_now)).all() == [people["cem"]]
        assert set(session.scalars(sa.select(Award.person_id))) == {people["cem"], people["dia"]}


def test_accounts_that_are_one_or_became_another_or_are_not_there_are_refused(company, people, run):
    ben, cem, dia = (people[name] for name in ("ben", "cem", "dia"))
    assert run("same-person", ben, cem)[0] == 0

    assert run("same-person", ben, cem) == (2, "Nothing needs to be done.")
    assert run("same-person", cem, ben) == (2, "Nothing needs to be done.")
    assert run("same-person", ben, dia) == (2, "Name the account that stayed.")
    assert run("same-person", ben, 4711) == (2, "There is no account with the number 4711.")
    assert run("same-person", "ben", "cem")[0] == 2
    with company.db.reading() as session:
        assert session.scalars(sa.select(SamePerson.person_id)).all() == [ben]


def test_a_replay_that_was_interrupted_leaves_what_it_did_and_is_simply_repeated(
    company, people, helped, run, monkeypatch
):
    with company.db.transaction() as session:
        session.execute(sa.delete(Award))
    monkeypatch.setattr(replaying, "AT_ONCE", 1)

    def interrupt(_people):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replaying.run(company.db, because=replaying.COMMAND, write=True, clock=lambda: NOON, progress=interrupt)
    with company.db.reading() as session:
        assert session.scalars(sa.select(Replay.ended_at)).all() == [None]
        assert len(set(session.scalars(sa.select(Award.person_id)))) == 1

    assert run("replay", "--write")[0] == 0
    assert run("replay") == (0, "3 events of 3 people, 0 differences.")
    with company.db.reading() as session:
        assert set(session.scalars(sa.select(Award.person_id))) == {people[name] for name in ("ben", "cem", "dia")}

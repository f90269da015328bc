"""Whoever leaves recognition is on no page of it, as anybody: no name, badge, thanks or count, nothing to search.

The walk has teeth: with recognition on everybody who is signed in meets all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from plugins.gamification import by_hand, choices, recording, shelf, thanks, voiding
from plugins.gamification.models import Contribution
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.core import clock
from tests.house import town as towns
from tests.house.test_leak_walk import _sent
from tests.house.town import VIEWERS, Town

LEAVES, OTHER = "specialist", "front_line"
BADGE, TOLD, SAID, WORDS = "zqbadgex", "zqtoldx", "zqsaidx", "zqwordsx"
TEXT = f"""schema = 1
[[badge]]
id = "{BADGE}"
name = "{BADGE}"
name_de = "{BADGE}"
tier = "gold"
track = "care"
text = "Somebody stayed calm."
text_de = "Jemand blieb ruhig."
hidden = true
manual = true
"""
OURS = ("/badges", "/thanks", "/recognition")


@pytest.fixture
def town(app: Flask, make_person: Callable, tmp_path: Path, run_jobs: Callable[[], int]) -> Town:
    (tmp_path / "walk").mkdir()
    built = towns.build(app, make_person, tmp_path / "walk", run_jobs)
    _recognise(built)
    run_jobs()
    return built


def _recognise(town: Town) -> None:
    """Somebody has a badge that nobody else has, gave thanks and was given some, and asks to look again."""
    ids = {viewer: person.id for viewer, person in town.people.items()}
    with town.house.db.transaction() as session:
        shelf.add_version(session, BADGE, TEXT, source=shelf.ADMIN, now=clock.now())

        def say(giver: str, receiver: str, word: str) -> None:
            thanks.say(
                session, giver_id=ids[giver], receiver_id=ids[receiver],
                reason=f"You helped me with {word}, thank you.",
                rights=rights_of(session, session.get_one(Person, ids[giver])), now=clock.now(),
            )  # fmt: skip

        by_hand.give(
            session, ids[LEAVES], BADGE, by=ids["coach"], reason="They stayed calm all day long.", now=clock.now()
        )
        say(OTHER, LEAVES, TOLD)
        say(LEAVES, OTHER, SAID)
        (key,) = recording.record(
            session, "article.solved", key="KB0102:opt", occurred_at=clock.now(), actor_id=ids["inside"],
            credited=[ids[LEAVES]], subject=("article", "KB0102"), source="articles", now=clock.now(),
        )  # fmt: skip
        row = session.scalars(sa.select(Contribution).where(Contribution.dedupe_key == key)).one()
        voiding.void(session, row.id, by=ids["coach"], reason="It was tried out by all of us.", now=clock.now())
        taken = session.scalars(sa.select(Contribution.id).where(Contribution.retracts == key)).one()
        voiding.ask_again(session, ids[LEAVES], taken, words=f"It was {WORDS}.", now=clock.now())


def _choose(town: Town, run_jobs: Callable[[], int], *, is_on: bool) -> None:
    with town.house.db.transaction() as session:
        person_id = town.people[LEAVES].id
        choices.choose(session, person_id, is_on=is_on, shown_to=choices.EVERYONE, now=clock.now())
    run_jobs()


def _addresses(town: Town) -> list[str]:
    """All pages of recognition with all values, those of everybody, all articles, the front page, and searches."""
    every = towns.addresses(town, "GET")
    there = [
        each for each in every if each.startswith((*OURS, "/kb/", "/people/")) or each in {"/", "/desk", "/notices"}
    ]
    person = town.people[LEAVES]
    asked = [f"/search?{urlencode({'q': words})}" for words in (person.name, BADGE, TOLD, SAID)]
    offered = [f"/thanks/new?{urlencode({'to': person.id})}", f"/thanks?{urlencode({'to': person.id})}"]
    return [*there, *asked, *offered, "/recognition/reviews?state=over", "/recognition?only=out"]


def _met(town: Town, viewers: Sequence[str] = VIEWERS) -> dict[str, set[str]]:
    """Which other viewers meet what of them, and where: a marker anywhere, their name on a page of recognition."""
    name, person_id = town.people[LEAVES].name, town.people[LEAVES].id
    own = re.compile(
        rf'href="[^"]*(/badges/[\w-]+/{person_id}"|/badges/of/{person_id}"|/thanks/new\?to={person_id}[&"])'
    )
    found: dict[str, set[str]] = {}
    for viewer in viewers:
        if viewer == LEAVES:
            continue
        client = town.client(viewer)
        for address in _addresses(town):
            page = _sent(client, address)
            # whoever defines badges, or gives them, reads their names there
            markers = [] if address.startswith(("/recognition/admin", "/recognition/people")) else [BADGE]
            things = {word for word in (*markers, TOLD, SAID, WORDS) if word in page}
            things |= {"name"} if address.startswith(OURS) and name in page else set()
            things |= {"way to it"} if own.search(page) else set()
            for thing in things:
                found.setdefault(thing, set()).add(f"{viewer} {address}")
    return found


def test_whoever_leaves_is_met_nowhere_and_was_met_everywhere_before(town: Town, run_jobs: Callable[[], int]):
    few = ("end_user", "coach")
    before = _met(town, few)
    _choose(town, run_jobs, is_on=False)
    after = _met(town)
    _choose(town, run_jobs, is_on=True)
    again = _met(town, few)

    # One's own thanks stay with whoever said them, without a name: the front line said it.
    assert {thing: sorted(where) for thing, where in after.items() if thing != TOLD} == {}
    assert all(each.startswith(f"{OTHER} /thanks") for each in after.get(TOLD, ()))
    for found in (before, again):
        for thing in (BADGE, TOLD, SAID, "name", "way to it"):
            assert {each.split()[0] for each in found[thing]} == set(few), thing
        assert {each.split()[0] for each in found[WORDS]} == {"coach"}

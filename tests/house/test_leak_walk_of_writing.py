"""What answers while people write tells nobody of what they may not read: previews, links, what is alike, conflicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.articles.models import Revision
from portal.articles.states import OPEN_STATES
from portal.testing import csrf_of
from tests.house import town as towns
from tests.house.markers import Marker
from tests.house.town import VIEWERS, Town

NOTHING = "zqnothingatallx"
SIGNED_IN = [viewer for viewer in VIEWERS if viewer != "visitor"]


@pytest.fixture
def town(app: Flask, make_person: Callable, tmp_path: Path, run_jobs: Callable[[], int], frozen_clock: object) -> Town:
    (tmp_path / "walk").mkdir()
    return towns.build(app, make_person, tmp_path / "walk", run_jobs)


def walkers(town: Town) -> Iterator[tuple[str, FlaskClient, str]]:
    """Each viewer who may write or suggest, with a window and its hidden token."""
    for viewer in SIGNED_IN:
        client = town.client(viewer)
        yield viewer, client, csrf_of(client)


def open_texts(town: Town) -> list[Revision]:
    with town.house.db.reading() as session:
        query = sa.select(Revision).where(Revision.state.in_(OPEN_STATES), Revision.front_text != "")
        return list(session.scalars(query.order_by(Revision.id)))


def every_text(town: Town) -> list[Revision]:
    with town.house.db.reading() as session:
        return list(session.scalars(sa.select(Revision).order_by(Revision.id)))


def leaks(text: str, viewer: str, town: Town, asked: str = NOTHING) -> list[str]:
    said = text.replace(asked, "ASKED")
    return [f"{viewer} met {each.where}" for each in town.markers if viewer not in each.may and each.word in said]


def titles(town: Town, *, of_articles: bool) -> list[Marker]:
    found = [each for each in town.markers if each.where.endswith(" title")]
    return [each for each in found if each.where.startswith("KB") == of_articles]


def test_a_preview_shows_what_was_typed_and_no_stored_word(town: Town):
    body = "\n\n".join(f"Only this, and [another page](/kb/{ref})." for ref in town.refs)
    found, answered = [], 0

    for viewer, client, token in walkers(town):
        for revision in every_text(town):
            for level in ("", "0", "1", "2"):
                town.app.extensions.pop("preview_throttle", None)
                form = {"csrf_token": token, "body": body, "level": level}
                answer = client.post(f"/write/{revision.id}/preview", data=form)
                assert answer.status_code in {200, 404}
                answered += answer.status_code == 200
                found += leaks(answer.text, viewer, town)

    assert found == []
    assert answered > 60


def test_links_are_offered_to_articles_that_one_reads_and_to_no_other(town: Town):
    for viewer, client, _token in walkers(town):
        for marker in titles(town, of_articles=True):
            ref = marker.where.partition(" ")[0]
            offered = [each["ref"] for each in client.get(f"/write/links?q={marker.word}").get_json()]
            is_listed = viewer in marker.may and ref != towns.ARCHIVED
            assert (viewer, ref, offered) == (viewer, ref, [ref] if is_listed else [])


def test_what_is_alike_says_nothing_of_texts_and_articles_that_one_may_not_read(town: Town):
    traces, seen = [], 0

    for viewer, client, _token in walkers(town):
        nothing = client.get(f"/write/similar?title={NOTHING}").text
        for marker in titles(town, of_articles=True) + titles(town, of_articles=False):
            answer = client.get(f"/write/similar?title={marker.word}").text
            if viewer not in marker.may:
                traces += [] if answer == nothing else [f"{viewer} finds a trace of {marker.where}"]
            else:
                seen += marker.word in answer
            traces += leaks(answer, viewer, town, marker.word)

    assert traces == []
    assert seen > 40


def test_the_draft_of_somebody_else_is_alike_for_whoever_could_decide_on_it(town: Town):
    drafts = [each for each in titles(town, of_articles=False) if each.where.startswith("draft")]

    for viewer, client, _token in walkers(town):
        for marker in drafts:
            answer = client.get(f"/write/similar?title={marker.word}").text
            assert (viewer, marker.where, marker.word in answer) == (viewer, marker.where, viewer in marker.may)


def test_a_conflict_shows_what_went_live_at_ones_own_level(town: Town):
    met: dict[str, set[str]] = {}
    found, statuses = [], []

    for viewer, client, token in walkers(town):
        me = town.people[viewer].id
        for revision in open_texts(town):
            for saves in (revision.saves, 999):
                form = {"csrf_token": token, "do": "save", "body": "Mine.", "title": "A title", "service": "mail"}
                form |= {"saves": str(saves), "base_revision_id": "999999"}
                answer = client.post(f"/write/{revision.id}", data=form)
                found += leaks(answer.text, viewer, town)
                met.setdefault(viewer, set()).update(m.where for m in town.markers if m.word in answer.text)
                statuses += [answer.status_code] if revision.author_id == me else []
                assert revision.author_id == me or answer.status_code == 404

    assert found == []
    assert 409 in statuses
    assert {viewer for viewer in met if "later part 0" in met[viewer]} >= {"end_user"}


def test_a_page_for_other_readers_by_now_is_not_shown_by_a_conflict_and_the_text_stays(town: Town):
    for marker in (each for each in town.markers if each.where.endswith(" by now draft")):
        revision = next(each for each in open_texts(town) if marker.word in each.body)
        client = town.client("front_line")
        form = {
            "csrf_token": csrf_of(client),
            "do": "save",
            "body": f"Mine {marker.word}, and more.",
            "service": "mail",
        }
        form |= {"title": "A title", "saves": str(revision.saves), "base_revision_id": "999999"}

        answer = client.post(f"/write/{revision.id}", data=form)

        assert answer.status_code == 422
        assert "The page that this text changes is for other readers now." in answer.text
        assert f"Mine {marker.word}, and more." in answer.text
        assert leaks(answer.text, "front_line", town) == []

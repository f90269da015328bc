"""A file that replaces a text: what people archived or merged stays so, and what a file did is written down."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from portal.articles import drafts, keeping
from portal.articles.keeping_models import ArticleMove
from portal.articles.models import Revision, RevisionMove
from portal.cli import command
from portal.core.portal import Portal
from portal.testing import NOON
from tests.articles.writing import Desk, article


@pytest.fixture
def run(organised: Portal):
    """Type a command about articles; its last line."""

    def typed(*words: object) -> str:
        result = CliRunner().invoke(command(organised), ["articles", *map(str, words)], obj=organised)
        assert isinstance(result.exception, SystemExit | None)
        return result.output.rstrip("\n").rpartition("\n")[2]

    return typed


@pytest.fixture
def folder(make_file, run):
    """A folder with two articles that was loaded."""
    make_file("KB0101")
    path = make_file("KB0102", title="Another printer").parent
    run("load", path)
    return path


@pytest.fixture
def coach(desk) -> Desk:
    return desk("coach", login="kim", name="Kim Sand")


def end(house: Portal, coach: Desk, step: str, *refs: str, **values: Any) -> None:
    with house.db.transaction() as session:
        getattr(keeping, step)(session, drafts.writer_of(session, coach.rights), *refs, now=NOON, **values)


def steps(house: Portal) -> list[tuple[Any, ...]]:
    """What happened to articles as a whole."""
    with house.db.reading() as session:
        query = sa.select(ArticleMove.move, ArticleMove.person_id, ArticleMove.why).order_by(ArticleMove.id)
        return [tuple(row) for row in session.execute(query)]


def standing(house: Portal, ref: str) -> tuple[str, bool, bool]:
    """State, whether it is merged, whether one follows it."""
    found = article(house, ref)
    return found.state, found.is_merged, found.successor_id is not None


CHANGED_HERE = "Export to another folder and compare; then load with --take-file or with --keep-portal."


def test_a_merged_article_whose_file_changes_stays_merged_until_somebody_takes_the_file(
    organised, coach, folder, run, make_file
):
    end(organised, coach, "merge", "KB0102", "KB0101")
    make_file("KB0102", "Another text.\n", title="Another printer")

    refused = run("load", folder)
    kept = run("load", folder, "--keep-portal")

    assert refused.endswith(CHANGED_HERE)
    assert kept == "Articles: 0 new, 0 changed, 1 as they were. 1 was changed in the portal and stays as it is there."
    assert standing(organised, "KB0102") == ("archived", True, True)

    run("load", folder, "--take-file")

    assert standing(organised, "KB0102") == ("live", False, False)
    assert steps(organised) == [
        ("merge", coach.id, ""),
        ("bring_back", None, "From the file KB0102-article.md."),
    ]
    make_file("KB0102", "One more text.\n", title="Another printer")
    assert run("load", folder) == "Articles: 0 new, 1 changed, 1 as they were."


def test_a_file_that_says_archived_itself_leaves_an_article_archived_with_what_follows_it(
    organised, coach, folder, run, make_file
):
    end(organised, coach, "archive", "KB0102", successor="KB0101")
    make_file("KB0102", "Another text.\n", title="Another printer", confidence="archived")

    said = run("load", folder)

    assert said == "Articles: 0 new, 1 changed, 1 as they were."
    assert standing(organised, "KB0102") == ("archived", False, True)
    assert steps(organised) == [("archive", coach.id, "")]


def test_a_file_that_archives_an_article_and_brings_it_back_is_written_down(organised, folder, run, make_file):
    make_file("KB0102", title="Another printer", confidence="archived")
    run("load", folder)
    archived = standing(organised, "KB0102")
    make_file("KB0102", "It is there again.\n", title="Another printer")
    run("load", folder)

    why = "From the file KB0102-article.md."
    assert (archived, standing(organised, "KB0102")) == (("archived", False, False), ("live", False, False))
    assert steps(organised) == [("archive", None, why), ("bring_back", None, why)]


def test_what_somebody_archived_whose_name_was_taken_off_since_does_not_come_back_by_a_file(
    organised, coach, folder, run, make_file
):
    end(organised, coach, "archive", "KB0102", why="Old.")
    with organised.db.transaction() as session:
        session.execute(sa.update(ArticleMove).values(person_id=None))
    make_file("KB0102", "Another text.\n", title="Another printer")

    assert run("load", folder).endswith(CHANGED_HERE)
    assert standing(organised, "KB0102") == ("archived", False, False)


def test_a_text_that_a_file_replaces_is_moved_by_the_portal(organised, coach, folder, run, make_file):
    coach.publish(coach.save(coach.start("KB0101"), "The portal's.\n"), significance="changed")
    make_file("KB0101", "The file's.\n")

    run("load", folder, "--take-file")

    with organised.db.reading() as session:
        query = (
            sa.select(
                Revision.number,
                RevisionMove.move,
                RevisionMove.from_state,
                RevisionMove.to_state,
                RevisionMove.person_id,
                RevisionMove.why,
            )
            .join(Revision, Revision.id == RevisionMove.revision_id)
            .order_by(RevisionMove.id)
        )
        rows = [tuple(row) for row in session.execute(query)]
    assert rows[-2:] == [
        (2, "supersede", "live", "superseded", None, ""),
        (3, "load", None, "live", None, "From the file KB0101-article.md."),
    ]


def test_a_file_that_replaces_a_file_asks_nobody(organised, folder, run, make_file):
    for body in ("The second.\n", "The third.\n"):
        make_file("KB0101", body)
        assert run("load", folder) == "Articles: 0 new, 1 changed, 1 as they were."

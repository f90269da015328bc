"""From a folder into the database: all or nothing at first sight, then article by article, as often as wanted."""

import re

import pytest
import sqlalchemy as sa

from portal.articles import folders, loading, renewing
from portal.articles.models import Article, ArticleLink, Rendering, Revision
from portal.core.errors import Refused
from portal.testing import NOON


@pytest.fixture
def load(organised, tmp_path):
    """Load the folder of the test's files."""

    def run(**options):
        with organised.db.reading() as session:
            words = loading.vocabulary(session)
        checked = loading.check([tmp_path / "files"], words, max_bytes=100_000)
        return loading.load(organised.db, checked, now=lambda: NOON, **options)

    return run


def refs(session) -> list[str]:
    session.rollback()
    return list(session.scalars(sa.select(Article.ref).order_by(Article.ref)))


def test_a_folder_is_loaded_and_a_second_time_changes_nothing(load, make_file, session):
    for ref in ("KB0101", "KB0102", "KB0103"):
        make_file(ref)

    first, second = load(), load()

    assert (str(first), str(second)) == (
        "Articles: 3 new, 0 changed, 0 as they were.",
        "Articles: 0 new, 0 changed, 3 as they were.",
    )
    assert refs(session) == ["KB0101", "KB0102", "KB0103"]


def test_a_changed_file_gives_a_new_text_and_what_left_the_folder_stays(load, make_file, session):
    make_file("KB0101")
    make_file("KB0102").rename(make_file("KB0102").parent / "KB0102-other.md")
    load()
    make_file("KB0101", "Now with another text.\n")
    next(make_file("KB0102").parent.glob("KB0102-other.md")).unlink()
    make_file("KB0102").unlink()

    assert str(load()) == "Articles: 0 new, 1 changed, 0 as they were."
    assert refs(session) == ["KB0101", "KB0102"]


def test_a_file_with_an_error_keeps_the_whole_folder_out(load, make_file, session):
    make_file("KB0101")
    make_file("KB0102", service="no-such-service")

    with pytest.raises(Refused, match="Nothing was loaded: 1 file has errors"):
        load()

    assert refs(session) == []


def test_with_keep_going_the_others_are_loaded(load, make_file, session):
    make_file("KB0101")
    make_file("KB0102", "Text.\n\n::: support\n\nNever closed.\n")

    loaded = load(keep_going=True)

    assert str(loaded) == "Articles: 1 new, 0 changed, 0 as they were. 1 file with errors was left out."
    assert refs(session) == ["KB0101"]


def test_samples_wait_until_they_are_asked_for(load, make_file, session):
    make_file("KB0101")
    make_file("KB0102", sample=True)

    assert str(load()) == "Articles: 1 new, 0 changed, 0 as they were. 1 sample was left out (--samples)."
    assert str(load(samples=True)) == "Articles: 1 new, 0 changed, 1 as they were."
    assert refs(session) == ["KB0101", "KB0102"]


def test_a_dry_run_says_the_same_and_writes_nothing(load, make_file, session):
    make_file("KB0101")

    assert str(load(dry_run=True)) == "Articles: 1 new, 0 changed, 0 as they were."
    assert refs(session) == []


def test_an_old_slug_of_an_article_in_the_database_is_a_fault_of_the_file(load, make_file, make_article, session):
    make_article("KB0900", old_slugs=["printer-trouble"])
    make_file("KB0900").unlink()
    make_file("KB0101", old_slugs=["printer-trouble"])
    make_file("KB0102")

    with pytest.raises(Refused, match="an old address of KB0101, leads to KB0900"):
        load()
    assert refs(session) == ["KB0900"]

    assert load(keep_going=True).files_left_out == 1
    assert refs(session) == ["KB0102", "KB0900"]


class _Killed(Exception):
    """Stands for a kill between two articles."""


def test_a_load_that_was_cut_short_is_completed_by_the_next(load, make_file, session):
    for number in range(23):
        make_file(f"KB01{number:02}")
    steps = []

    def killed_after_the_first_transaction(step: int) -> None:
        steps.append(step)
        if sum(steps) == 23 + loading.AT_ONCE:
            raise _Killed

    with pytest.raises(_Killed):
        load(progress=killed_after_the_first_transaction)
    assert len(refs(session)) == 20

    assert str(load()) == "Articles: 3 new, 0 changed, 20 as they were."
    assert refs(session) == [f"KB01{number:02}" for number in range(23)]
    for model in (Revision, Rendering):
        assert session.scalar(sa.select(sa.func.count()).select_from(model)) == 23


def test_progress_counts_two_steps_for_each_file(load, make_file):
    make_file("KB0101")
    make_file("KB0102", sample=True)
    make_file("KB0103")
    load()
    make_file("KB0103", "Another text.\n")
    steps = []

    load(progress=steps.append)

    assert sum(steps) == 6


def test_files_of_one_folder_know_each_other_so_that_their_links_are_links(load, make_file, session):
    make_file("KB0101", "See [the other](/kb/KB0102) and [none](/kb/KB0777).\n")
    make_file("KB0102", "See [the first](/kb/KB0101).\n")

    load()

    links = sa.select(ArticleLink.to_ref, ArticleLink.is_shown).order_by(ArticleLink.to_ref)
    assert [tuple(row) for row in session.execute(links)] == [("KB0101", True), ("KB0102", True), ("KB0777", False)]


def test_rendering_again_keeps_the_text_and_makes_its_pages_anew(make_article, house, session):
    article = make_article(body="For all.\n\n::: support\n\nMore.\n\n:::\n")
    expected = [tuple(row) for row in session.execute(sa.select(Rendering.level, Rendering.html))]
    with house.db.transaction() as writing:
        writing.execute(sa.delete(Rendering))

    renewing.render_again(house.db, article.id)

    session.rollback()
    assert [tuple(row) for row in session.execute(sa.select(Rendering.level, Rendering.html))] == expected
    assert session.scalars(sa.select(Revision.number)).all() == [1]


def test_what_the_portal_adds_to_a_text_is_in_the_language_of_the_text(make_article, house, session):
    body = "::: support\n\nNur für uns.\n\n:::\n"
    german, english = make_article("KB0101", body, language="de"), make_article("KB0102", body)

    def who(article) -> list[str]:
        session.rollback()
        pages = session.scalars(
            sa.select(Rendering.html)
            .join(Revision, Revision.id == Rendering.revision_id)
            .where(Revision.article_id == article.id, Rendering.level > 0)
        )
        return [re.search(r'aria-label="([^"]+)"', page)[1] for page in pages]

    assert (who(german), who(english)) == (["Nur für den Support"], ["For support only"])

    renewing.render_again(house.db, german.id)

    assert who(german) == ["Nur für den Support"]


def test_the_place_of_a_file_in_its_folder_is_kept_and_no_path_of_this_machine(load, make_file, session):
    make_file("KB0101")
    make_file("KB0102", folder="files/handbook")

    load()

    paths = session.scalars(sa.select(Article.source_path).order_by(Article.ref)).all()
    assert paths == ["files:KB0101-article.md", "files:handbook/KB0102-article.md"]


def test_a_path_that_is_not_there_or_holds_nothing_is_said(organised, tmp_path):
    (tmp_path / "empty").mkdir()

    with pytest.raises(Refused, match=r"There is no .*/nowhere"):
        folders.files_of([tmp_path / "nowhere"])
    with pytest.raises(Refused, match="There is no article in"):
        folders.files_of([tmp_path / "empty"])

"""Folder and database: what is exported and loaded comes back byte for byte, and nothing is overwritten in silence."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.articles import attachments, drafts, exporting, keeping
from portal.articles.attachment_models import Attachment
from portal.articles.frontmatter import dump_fields
from portal.articles.models import Article, OldSlug
from portal.core.filestore import FileStore
from portal.core.portal import Portal
from portal.testing import FRONT, NOON
from tests.articles.exchange import empty_portal, last_line, run, tree
from tests.articles.writing import Desk, article, stand
from tests.data import hostile_files as files

STARTERS = Path(__file__).parents[2] / "kb_articles"


@pytest.fixture
def add_picture(house: Portal) -> Callable[[Desk], str]:
    def one(writer: Desk) -> str:
        accepted = attachments.accept(files.png(), "shot.png", "A red corner", max_bytes=10**7, max_pixels=10**7)
        store = FileStore(house.config.instance)
        with store.kept(accepted.data, accepted.ending) as name, house.db.transaction() as session:
            return attachments.add(session, name, accepted, rights=writer.rights, now=NOON).markdown

    return one


def test_the_articles_that_come_with_the_portal_come_back_byte_for_byte_under_their_names(organised, tmp_path):
    run(organised, "load", STARTERS, "--samples")

    said = run(organised, "export", tmp_path / "out")

    articles = {name: data for name, data in tree(STARTERS).items() if Path(name).name.startswith("KB")}
    assert tree(tmp_path / "out") == articles
    assert last_line(said) == f"Files: {len(articles)} new, 0 changed, 0 same, 0 gone, 0 kept."


def test_a_folder_that_is_the_same_as_the_database_changes_nothing(organised, tmp_path, make_file):
    path = make_file("KB0101")
    make_file("KB0102", folder="files/deeper")
    run(organised, "load", path.parent)
    before = {name: (path.parent / name).stat().st_mtime_ns for name in tree(path.parent)}

    said = [run(organised, "export", path.parent), run(organised, "load", path.parent)]

    assert [last_line(each) for each in said] == [
        "Files: 0 new, 0 changed, 2 same, 0 gone, 0 kept.",
        "Articles: 0 new, 0 changed, 2 as they were.",
    ]
    assert {name: (path.parent / name).stat().st_mtime_ns for name in tree(path.parent)} == before


def test_lines_that_end_as_on_windows_come_back_so(organised, tmp_path, make_file):
    path = make_file("KB0101")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    run(organised, "load", path.parent)

    run(organised, "export", tmp_path / "out")

    assert tree(tmp_path / "out") == tree(path.parent)


def test_what_people_wrote_with_pictures_old_addresses_and_what_follows_comes_back(
    organised, desk, make_article, add_picture, again, tmp_path
):
    make_article("KB0101", old_slugs=["printer-trouble"])
    make_article("KB0102", title="Another printer")
    coach = desk("coach", login="kim", name="Kim Sand")
    draft = coach.start("KB0101")
    live = coach.publish(
        coach.save(draft, f"Look: {add_picture(coach)}\n\nThen print.\n", title="Print again"), significance="changed"
    )
    coach.start_new("Never to be exported.\n")
    with organised.db.transaction() as session:
        session.add(OldSlug(slug="older-still", article_id=live.article_id))
        keeping.merge(session, drafts.writer_of(session, coach.rights), "KB0102", "KB0101", now=NOON)

    run(organised, "export", tmp_path / "out")

    first = tree(tmp_path / "out")
    picture = next(name for name in first if name.endswith(".png"))
    assert sorted(set(first) - {picture}) == [
        "KB0101-article.md",
        "KB0102-article.md",
        "articles.toml",
        "attachments/attachments.toml",
    ]
    assert b"old_slugs: [printer-trouble, older-still]\n" in first["KB0101-article.md"]
    assert b"confidence: archived\n" in first["KB0102-article.md"]
    assert first["articles.toml"].decode().endswith('\n["KB0102"]\nsuccessor = "KB0101"\nmerged = true\n')
    assert again(tmp_path / "out") == first


def test_a_dry_run_says_of_each_file_what_would_become_of_it_and_touches_none(
    organised, desk, make_file, make_article, tmp_path
):
    folder = make_file("KB0101").parent
    make_file("KB0102")
    make_file("KB0103")
    run(organised, "load", folder)
    (folder / "KB0101-article.md").unlink()
    (folder / "KB0102-article.md").rename(folder / "KB0102-by-hand.md")
    coach = desk("coach")
    coach.publish(coach.save(coach.start("KB0103"), "New.\n"), significance="changed")
    before = tree(folder)

    said = run(organised, "export", folder, "--dry-run")

    assert said.partition("\n")[2].splitlines()[-6:] == [
        "new     KB0101-article.md",
        "new     KB0102-article.md",
        "changed KB0103-article.md",
        "gone    KB0102-by-hand.md",
        "Nothing is written: Files: 2 new, 1 changed, 0 same, 1 gone, 0 kept.",
        "Files that are gone stay where they are (--delete).",
    ]
    assert tree(folder) == before


def test_only_what_the_portal_holds_is_removed_and_only_with_delete(organised, make_file, tmp_path):
    folder = make_file("KB0101").parent
    run(organised, "load", folder)
    (folder / "KB0101-old-name.md").write_bytes((folder / "KB0101-article.md").read_bytes())
    (folder / "KB0101-by-hand.md").write_bytes((folder / "KB0101-article.md").read_bytes() + b"\nMore.\n")
    make_file("KB0777")
    (folder / "README.md").write_text("# How we write\n")
    (folder / "attachments").mkdir()
    (folder / "attachments" / f"{'ab' * 16}.pdf").write_text("Somebody's own.")
    before = tree(folder)

    run(organised, "export", folder)
    kept = tree(folder)
    said = run(organised, "export", folder, "--delete")

    assert kept == before
    assert set(before) - set(tree(folder)) == {"KB0101-old-name.md"}
    assert last_line(said) == "Files: 0 new, 0 changed, 1 same, 1 gone, 0 kept."


def test_a_file_with_a_text_that_the_portal_does_not_hold_is_not_written_over(organised, make_file):
    path = make_file("KB0101")
    run(organised, "load", path.parent)
    make_file("KB0101", "Written by hand, and not loaded yet.\n")
    before = path.read_bytes()

    said = run(organised, "export", path.parent)

    assert path.read_bytes() == before
    assert said.splitlines()[-3:] == [
        "kept    KB0101-article.md",
        "Files: 0 new, 0 changed, 0 same, 0 gone, 1 kept.",
        "Files that are kept have a text that the portal does not hold: load them, or move them away.",
    ]


class _Killed(Exception):
    """Stands for a kill between two files."""


def test_an_export_that_was_cut_short_is_completed_by_the_next(organised, make_file, tmp_path):
    for number in range(5):
        make_file(f"KB010{number}")
    run(organised, "load", make_file("KB0100").parent)
    out = tmp_path / "out"

    def killed(_steps: int) -> None:
        if len(tree(out)) == 2:
            raise _Killed

    with organised.db.reading() as session, pytest.raises(_Killed):
        list(exporting.export(session, FileStore(organised.config.instance), out, progress=killed))
    (out / ".KB0103-article.md.part").write_text("half")
    cut = sorted(tree(out))

    assert cut == [".KB0103-article.md.part", "KB0100-article.md", "KB0101-article.md"]
    assert last_line(run(organised, "export", out)) == "Files: 3 new, 0 changed, 2 same, 0 gone, 0 kept."
    assert tree(out) == tree(make_file("KB0100").parent)


def test_an_export_to_a_file_is_refused(organised, make_file):
    path = make_file("KB0101")

    assert f"{path} is a file." in run(organised, "export", path)


@pytest.fixture
def both_changed(organised, desk, make_file) -> Path:
    """A folder with an article that people changed in the portal, and whose file was changed since, too."""
    folder = make_file("KB0101").parent
    run(organised, "load", folder)
    coach = desk("coach")
    coach.publish(coach.save(coach.start("KB0101"), "The portal's.\n"), significance="changed")
    make_file("KB0101", "The file's.\n")
    return folder


def test_a_file_that_did_not_change_leaves_what_people_wrote_since(organised, desk, make_file):
    folder = make_file("KB0101").parent
    run(organised, "load", folder)
    coach = desk("coach")
    coach.publish(coach.save(coach.start("KB0101"), "The portal's.\n"), significance="changed")

    said = run(organised, "load", folder)

    assert last_line(said) == "Articles: 0 new, 0 changed, 1 as they were."
    assert [each[1:] for each in stand(organised, "KB0101")][-1] == ("live", "The portal's.\n")


def test_an_older_file_leaves_what_people_wrote_since(organised, desk, make_file):
    folder = make_file("KB0101", "The first.\n").parent
    run(organised, "load", folder)
    make_file("KB0101", "The second.\n")
    run(organised, "load", folder)
    coach = desk("coach")
    coach.publish(coach.save(coach.start("KB0101"), "The portal's.\n"), significance="changed")
    make_file("KB0101", "The first.\n")

    said = run(organised, "load", folder)

    assert last_line(said) == (
        "Articles: 0 new, 0 changed, 0 as they were. 1 was changed in the portal and stays as it is there."
    )
    assert [each[1:] for each in stand(organised, "KB0101")][-1] == ("live", "The portal's.\n")


def test_where_both_changed_somebody_has_to_choose(organised, both_changed):
    path = both_changed / "KB0101-article.md"
    before = stand(organised, "KB0101")

    refused = run(organised, "load", both_changed)
    kept = run(organised, "load", both_changed, "--keep-portal")

    assert f"Nothing was loaded: {path} was changed, and so was its article in the portal." in refused
    assert last_line(kept).endswith("1 was changed in the portal and stays as it is there.")
    assert stand(organised, "KB0101") == before

    run(organised, "load", both_changed, "--take-file")

    assert stand(organised, "KB0101") == [
        *((number, "superseded", body) for number, _state, body in before),
        (3, "live", "\nThe file's.\n"),
    ]


def test_an_article_that_was_archived_in_the_portal_does_not_come_back_by_another_file(organised, desk, make_file):
    folder = make_file("KB0101").parent
    run(organised, "load", folder)
    coach = desk("coach")
    with organised.db.transaction() as session:
        keeping.archive(session, drafts.writer_of(session, coach.rights), "KB0101", why="Old.", now=NOON)
    make_file("KB0101", "Another text.\n")

    said = run(organised, "load", folder)

    path = folder / "KB0101-article.md"
    assert f"Nothing was loaded: {path} was changed, and so was its article in the portal." in said
    assert article(organised, "KB0101").state == "archived"


def test_what_is_exported_is_loaded_without_a_change(organised, both_changed, tmp_path):
    run(organised, "export", tmp_path / "out")

    said = [run(organised, "load", tmp_path / "out", *option) for option in (("--dry-run",), ())]

    assert [last_line(each) for each in said] == [
        "Nothing is written: Articles: 0 new, 0 changed, 1 as they were.",
        "Articles: 0 new, 0 changed, 1 as they were.",
    ]


def test_a_file_that_has_gone_archives_its_article_only_with_delete_and_brings_it_back(organised, make_file):
    folder = make_file("KB0101").parent
    gone = make_file("KB0102")
    other = make_file("KB0103", folder="elsewhere").parent
    for each in (folder, other):
        run(organised, "load", each)
    data = gone.read_bytes()
    gone.unlink()

    def states() -> list[str]:
        return [article(organised, ref).state for ref in ("KB0101", "KB0102", "KB0103")]

    run(organised, "load", folder)
    dry = run(organised, "load", folder, "--delete", "--dry-run")
    untouched = states()
    said = run(organised, "load", folder, "--delete")
    archived = states()
    gone.write_bytes(data)
    run(organised, "load", folder)

    sentence = "Articles: 0 new, 0 changed, 1 as they were. Archived, for their files have gone: KB0102."
    assert (last_line(dry), last_line(said)) == (f"Nothing is written: {sentence}", sentence)
    assert (untouched, archived, states()) == (["live"] * 3, ["live", "archived", "live"], ["live"] * 3)


def test_delete_leaves_what_people_changed_and_says_so(organised, desk, make_file):
    folder = make_file("KB0101").parent
    gone = make_file("KB0102")
    run(organised, "load", folder)
    coach = desk("coach")
    coach.publish(coach.save(coach.start("KB0102"), "By a coach.\n"), significance="changed")
    gone.unlink()

    said = run(organised, "load", folder, "--delete")

    sentence = "Not archived, for people changed them in the portal: KB0102."
    assert last_line(said) == f"Articles: 0 new, 0 changed, 1 as they were. {sentence}"
    assert article(organised, "KB0102").state == "live"


def test_delete_wants_a_folder(organised, make_file):
    path = make_file("KB0101")

    assert f"{path} is one file." in run(organised, "load", path, "--delete")


def test_a_picture_that_is_not_the_one_of_the_export_is_refused(
    organised, desk, add_picture, make_article, migrated, tmp_path
):
    make_article("KB0101")
    coach = desk("coach")
    coach.publish(coach.save(coach.start("KB0101"), f"{add_picture(coach)}\n"), significance="changed")
    run(organised, "export", tmp_path / "out")
    picture = next((tmp_path / "out" / "attachments").glob("*.png"))
    picture.write_bytes(files.png() + b"more")

    with empty_portal(migrated) as other:
        said = run(other, "load", tmp_path / "out")
        with other.db.reading() as session:
            counts = [session.scalar(sa.select(sa.func.count()).select_from(each)) for each in (Attachment, Article)]

    assert f"{picture} is not the file that was exported." in said
    assert counts == [0, 0]


PHRASES = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=40).filter(
    lambda text: text == text.strip() and text.isprintable()
)
BODIES = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" \n"), max_size=200).map(
    lambda text: "Words.\n\n    " + text.replace("\n", "\n    ") + "\n"
)


@settings(
    max_examples=6,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(titles=st.lists(PHRASES, min_size=1, max_size=3), body=BODIES, windows=st.booleans())
def test_whatever_stands_in_a_folder_comes_back(migrated, titles, body, windows):
    with tempfile.TemporaryDirectory() as name, empty_portal(migrated) as first, empty_portal(migrated) as second:
        top = Path(name)
        (top / "files").mkdir()
        for number, title in enumerate(titles):
            fields = dump_fields({"id": f"KB010{number}"} | FRONT | {"title": title})
            text = f"---\n{fields}# by hand\n---\n{body}"
            (top / "files" / f"KB010{number}-x.md").write_bytes(
                (text.replace("\n", "\r\n") if windows else text).encode()
            )
        said = run(first, "load", top / "files", "--keep-going")
        run(first, "export", top / "one", "--history")
        run(second, "load", top / "one", "--keep-going")
        run(second, "export", top / "two", "--history")

        one = tree(top / "one")
        texts = {place: data for place, data in one.items() if "/" not in place}
        assert texts == tree(top / "files"), said
        assert tree(top / "two") == one

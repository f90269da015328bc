"""History in a folder: the older texts with their people, and what was said about an article as a whole."""

from __future__ import annotations

import sqlalchemy as sa

from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.articles import service
from portal.articles.models import Article, Revision
from portal.testing import NOON
from tests.articles.exchange import empty_portal, last_line, run, tree
from tests.articles.writing import stand


def test_history_comes_back_with_people_whom_the_other_portal_does_not_know(
    organised, desk, make_article, again, tmp_path
):
    make_article("KB0101")
    writer, coach = desk("onsite", login="ann", grant="contributor"), desk("coach", login="kim")
    sent = writer.submit(
        writer.save(writer.start("KB0101"), "The second.\n", audience="support"),
        significance="old_is_wrong",
        why="Two\nlines",
    )
    coach.accept(sent, significance="old_is_wrong", why="Well seen.")
    coach.publish(coach.save(coach.start("KB0101"), "The third.\n"), significance="typo")

    run(organised, "export", tmp_path / "out", "--history")

    first = tree(tmp_path / "out")
    history = [f"history/KB0101/{name}" for name in ("0001.md", "0002.md", "0003.md", "history.toml")]
    assert sorted(first) == ["KB0101-article.md", *history]
    assert b'written_by = "ann"\nnote = "Two\\nlines"\ndecided_by = "kim"\n' in first["history/KB0101/history.toml"]
    assert again(tmp_path / "out", "--history") == first


def test_history_that_is_loaded_belongs_to_the_people_whom_the_portal_knows(
    organised, desk, make_article, migrated, tmp_path
):
    make_article("KB0101")
    coach = desk("coach", login="kim")
    coach.publish(coach.save(coach.start("KB0101"), "The second.\n"), significance="changed")
    run(organised, "export", tmp_path / "out", "--history")

    with empty_portal(migrated) as other:
        with other.db.transaction() as session:
            accounts.add_person(session, name="Kim Sand", login="kim", password_hash=None, roles=(), now=NOON)
        said = run(other, "load", tmp_path / "out")
        once = stand(other, "KB0101")
        run(other, "load", tmp_path / "out")

        assert last_line(said) == "Articles: 1 new, 0 changed, 0 as they were. 1 text from before came along."
        assert once == [(1, "superseded", "\nLook at the screen of the printer.\n"), (2, "live", "The second.\n")]
        assert stand(other, "KB0101") == once
        with other.db.reading() as session:
            query = sa.select(Revision.number, Person.login, Revision.note, Revision.significance)
            rows = session.execute(query.outerjoin(Person, Person.id == Revision.author_id).order_by(Revision.number))
            assert [tuple(row) for row in rows] == [(1, None, "", "new"), (2, "kim", "", "changed")]


def test_since_when_an_older_text_is_wrong_and_why_a_part_is_withheld_come_along(
    organised, desk, make_article, migrated, again, tmp_path
):
    make_article("KB0101", "All.\n\n::: specialists\n\nMore.\n\n:::\n")
    coach = desk("coach", login="kim")
    coach.publish(coach.save(coach.start("KB0101")), significance="old_is_wrong")
    with organised.db.transaction() as session:
        service.give_withheld_reason(session, "KB0101", "Only they may open it.", rights=coach.rights, now=NOON)

    run(organised, "export", tmp_path / "out", "--history")

    first = tree(tmp_path / "out")
    about = (
        '\n["article"]\nwrong_before = "2026-03-02T12:00:00+00:00"\nwrong_text = 1\n'
        'withheld_reason = "Only they may open it."\nwithheld_at = "2026-03-02T12:00:00+00:00"\n'
    )
    assert first["history/KB0101/history.toml"].decode().endswith(about)
    assert again(tmp_path / "out", "--history") == first
    with empty_portal(migrated) as other:
        run(other, "load", tmp_path / "out")
        with other.db.reading() as session:
            query = sa.select(Revision.number, Article.wrong_before, Article.withheld_reason, Article.withheld_at)
            row = session.execute(query.join(Article, Article.wrong_revision_id == Revision.id)).one()
    assert tuple(row) == (1, NOON, "Only they may open it.", NOON)


def test_what_a_portal_says_about_an_article_itself_is_not_written_over(organised, desk, make_article, tmp_path):
    make_article("KB0101")
    coach = desk("coach")

    def say(reason):
        with organised.db.transaction() as session:
            service.give_withheld_reason(session, "KB0101", reason, rights=coach.rights, now=NOON)

    say("Said before.")
    run(organised, "export", tmp_path / "out", "--history")
    say("Said since.")
    run(organised, "load", tmp_path / "out")

    with organised.db.reading() as session:
        assert session.scalars(sa.select(Article.withheld_reason)).all() == ["Said since."]


def test_an_article_that_was_checked_before_the_export_counts_as_its_file_says(
    organised, desk, make_file, migrated, tmp_path
):
    make_file("KB0102")
    run(organised, "load", make_file("KB0101", confidence="not_validated").parent)
    desk("coach").validate("KB0101")
    run(organised, "export", tmp_path / "out", "--history")

    with empty_portal(migrated) as other:
        run(other, "load", tmp_path / "out")
        next((tmp_path / "out").glob("KB0101*")).unlink()
        said = run(other, "load", tmp_path / "out", "--delete")

    assert last_line(said) == (
        "Articles: 0 new, 0 changed, 1 as they were. Archived, for their files have gone: KB0101."
    )

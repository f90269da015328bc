"""The command `portal articles`, as somebody types it."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from portal.app import build
from portal.articles import cli
from portal.articles.models import Article, Rendering
from portal.cli import command


@pytest.fixture
def run(house):
    """Type a command; returns its exit code and what it prints."""

    def typed(*words: object):
        return CliRunner().invoke(command(house), ["articles", *map(str, words)], obj=house)

    return typed


@pytest.fixture
def typed(organised, run):
    """The same on a portal with its organisation."""
    return run


def test_check_names_file_line_field_and_remedy_and_ends_with_1(typed, make_file):
    path = make_file("KB0101", service="no-such-service")

    result = typed("check", path)

    line = path.read_text().splitlines().index("service: no-such-service") + 1
    assert result.exit_code == 1
    assert result.output.startswith(f"{path}:{line}: error: service:")
    assert result.output.endswith("1 file: 1 error, 0 warnings.\n")


def test_check_of_good_files_ends_with_0(typed, make_file):
    path = make_file("KB0101")

    result = typed("check", path)

    assert (result.exit_code, result.output) == (0, "1 file: 0 errors, 0 warnings.\n")


def test_check_speaks_json_to_other_programs(typed, make_file):
    path = make_file("KB0101", owner_role="nobody-at-all")

    found = json.loads(typed("check", "--json", path).output)

    assert [(each["path"], each["field"], each["severity"]) for each in found if each["severity"] == "error"] == [
        (str(path), "owner_role", "error")
    ]


def test_a_link_to_nothing_is_an_error_only_when_strict(typed, make_file):
    path = make_file("KB0101", "See [more](/kb/KB0777).\n")

    results = [typed("check", path), typed("check", "--strict", path)]

    assert [result.exit_code for result in results] == [0, 1]
    assert ["KB0777" in result.output for result in results] == [True, True]


def test_a_missing_sentence_to_find_an_article_is_an_error_only_when_strict(typed, make_file):
    path = make_file("KB0101", finds=[])

    results = [typed("check", path), typed("check", "--strict", path)]

    said = "finds: There are no sentences that have to find this article."
    assert [result.exit_code for result in results] == [0, 1]
    assert f"warning: {said}" in results[0].output
    assert f"error: {said}" in results[1].output
    assert results[0].output.endswith("1 file: 0 errors, 1 warning.\n")
    assert results[1].output.endswith("1 file: 1 error, 0 warnings.\n")


def test_a_file_that_is_checked_alone_is_seen_among_the_others_of_its_folder(typed, make_file):
    make_file("KB0102", "See [back](/kb/KB0101).\n", folder="files/deeper")
    path = make_file("KB0101", "See [more](/kb/KB0102).\n")
    inner = make_file("KB0103", "See [up](/kb/KB0101).\n", folder="files/deeper")

    results = [typed("check", "--strict", each) for each in (path, inner)]

    assert [(each.exit_code, each.output) for each in results] == [(0, "1 file: 0 errors, 0 warnings.\n")] * 2


def test_a_sentence_that_does_not_find_its_article_is_an_error_only_when_strict(typed, make_file):
    path = make_file("KB0101", finds=["Zebras quarrel.", "The tray of the printer stays empty."])

    results = [typed("check", path), typed("check", "--strict", path)]

    line = path.read_text().splitlines().index("- Zebras quarrel.") + 1
    assert [result.exit_code for result in results] == [0, 1]
    assert results[0].output.startswith(f"{path}:{line}: warning: finds: “Zebras quarrel.” finds nothing")
    assert results[1].output.startswith(f"{path}:{line}: error: finds: “Zebras quarrel.” finds nothing")

    (path.parent / "not_found_yet.toml").write_text('KB0101 = ["Zebras quarrel."]\n')
    assert typed("check", "--strict", path).output == "1 file: 0 errors, 0 warnings.\n"
    assert typed("check", "--strict", path.parent).output == "1 file: 0 errors, 0 warnings.\n"


def test_a_text_that_is_hard_to_read_is_an_error_only_when_strict(typed, make_file):
    path = make_file("KB0101", "Administrators reorganise interdepartmental telecommunication documentation.\n")

    results = [typed("check", path), typed("check", "--strict", path)]

    assert [result.exit_code for result in results] == [0, 1]
    assert ["reads like grade" in result.output for result in results] == [True, True]


def test_a_text_in_another_language_is_not_measured_and_the_check_says_so(typed, make_file):
    path = make_file("KB0101", "Der Drucker druckt nicht.\n", language="de")

    assert typed("check", "--strict", path).output == (
        f"{path} is in de: how hard it reads is measured for English only.\n1 file: 0 errors, 0 warnings.\n"
    )


def test_a_readme_in_the_folder_is_left_alone(typed, make_file, session):
    folder = make_file("KB0101").parent
    (folder / "README.md").write_text("# How we write\n")

    results = [typed("check", "--strict", folder), typed("load", folder)]

    note = f"{folder}/README.md is no article and is left alone: its name does not begin with an id like KB0001.\n"
    assert [(result.exit_code, note in result.output) for result in results] == [(0, True), (0, True)]
    assert session.scalars(sa.select(Article.ref)).all() == ["KB0101"]


def test_a_file_that_means_to_be_an_article_is_checked_whatever_its_name(typed, make_file):
    path = make_file("KB0101").rename(make_file("KB0102").parent / "printer.md")

    result = typed("check", path.parent)

    assert (result.exit_code, "The name of the file does not begin with KB0101." in result.output) == (1, True)


def test_check_needs_no_database(tmp_path, make_file):
    house = build({"instance": str(tmp_path / "fresh")}, environ={})
    path = make_file("KB0101")

    result = CliRunner().invoke(command(house), ["articles", "check", str(path)], obj=house)

    house.close()
    assert (result.exit_code, result.output) == (0, "1 file: 0 errors, 0 warnings.\n")


def test_the_starter_articles_are_sixty_and_a_handbook_and_nothing_is_to_mend(typed, house):
    folder = house.root / cli.STARTERS
    starters = sorted(path.name[:6] for path in folder.glob("*.md"))
    pages = len(list((folder / "handbook").glob("*.md")))

    result = typed("check", "--strict")

    assert starters == [f"KB{number:04}" for number in range(1, 61)]
    assert (result.exit_code, result.output) == (0, f"{60 + pages} files: 0 errors, 0 warnings.\n")


def test_load_ends_with_a_sentence(typed, make_file, session):
    make_file("KB0101")
    make_file("KB0102", sample=True)

    result = typed("load", make_file("KB0103").parent)

    assert result.exit_code == 0
    assert result.output.endswith("Articles: 2 new, 0 changed, 0 as they were. 1 sample was left out (--samples).\n")
    assert session.scalars(sa.select(Article.ref).order_by(Article.ref)).all() == ["KB0101", "KB0103"]


def test_load_says_what_to_mend_and_loads_nothing(typed, make_file, session):
    make_file("KB0101")
    bad = make_file("KB0102", kind="novel")

    result = typed("load", bad.parent)

    assert result.exit_code == 2
    assert (f"{bad}:" in result.output, "Nothing was loaded" in result.output) == (True, True)
    assert session.scalars(sa.select(Article.ref)).all() == []


def test_render_prints_what_a_reader_of_the_level_gets(typed, make_file):
    path = make_file("KB0101", "For all.\n\n::: support\n\nThe spool folder.\n\n:::\n")

    results = [typed("render", path), typed("render", path, "--level", "support")]

    assert [result.exit_code for result in results] == [0, 0]
    assert ["spool" in result.output for result in results] == [False, True]


def test_render_refuses_a_level_that_does_not_open_the_article(typed, make_file):
    result = typed("render", make_file("KB0101", audience="support"))

    assert (result.exit_code, "is for support. " not in result.output, "--level support" in result.output) == (
        2,
        True,
        True,
    )


def test_a_portal_without_articles_starts_with_those_that_come_with_it(organised, session):
    first, second = cli.load_starters(organised), cli.load_starters(organised)

    refs = session.scalars(sa.select(Article.ref).order_by(Article.ref)).all()
    assert first.startswith("Articles: ")
    assert second == ""
    samples = {"KB0042", "KB0056"}
    assert {ref for ref in refs if ref < "KB9"} == {f"KB{number:04}" for number in range(1, 61)} - samples
    assert "KB9001" in refs


def test_a_first_start_that_was_cut_short_is_completed_by_the_next(organised, session):
    cli.load_starters(organised)
    before = session.scalar(sa.select(sa.func.count()).select_from(Article))
    session.rollback()
    with organised.db.transaction() as writing:
        cli.note_starters(writing, cli.BEGUN)
        article = writing.scalars(sa.select(Article).where(Article.ref == "KB0026")).one()
        writing.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
        writing.execute(sa.text("DELETE FROM article WHERE id = :id"), {"id": article.id})

    assert cli.load_starters(organised).startswith("Articles: 1 new")
    assert session.scalar(sa.select(sa.func.count()).select_from(Article)) == before


def findings(house) -> dict[str, list[str]]:
    with house.db.reading() as session:
        checks = [check for checks in house.plugins.on("checks") for check in checks]
        return {check.name: list(check.run(session)) for check in checks}


def test_the_doctor_finds_articles_without_pages_and_without_anybody_who_looks_after_them(house, make_article, typed):
    make_article("KB0101")
    names = ("every live article can be shown", "every article has somebody who looks after it")
    well = findings(house)
    with house.db.transaction() as session:
        session.execute(sa.delete(Rendering))
        session.execute(sa.update(Article).values(owner_role="gone-team"))
    ill = findings(house)
    typed("render-again")

    assert [well[name] for name in names] == [[], []]
    assert [ill[name] for name in names] == [
        ["KB0101 has no stored page. Run `portal articles render-again`."],
        ["KB0101 is owned by gone-team, a role that no party has. Add it to a party on the admin pages."],
    ]
    assert findings(house)[names[0]] == []

import pytest
from click.testing import CliRunner

from portal.cli import command
from tests.knowledge import put_article


@pytest.fixture
def portal_command(house):
    def run(*words):
        return CliRunner().invoke(command(house), words, obj=house)

    return run


@pytest.fixture
def publish(house, run_jobs, frozen_clock):
    def run(*articles, jobs=True, **more):
        with house.db.transaction() as session:
            for article in articles:
                put_article(session, *article, **more)
        if jobs:
            run_jobs()

    return run


def test_rebuild_says_what_the_index_holds(portal_command, publish):
    publish(("KB0001", "Printer says no"), ("KB0002", "Outlook stays shut"), jobs=False)
    result = portal_command("search", "rebuild", "--batch", "1")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1].startswith("The search index is built: 2 documents in ")


def test_rebuild_of_nothing_works(portal_command):
    result = portal_command("search", "rebuild")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1].startswith("The search index is built: 0 documents in ")


def test_status_tells_what_waits(portal_command, publish, house):
    publish(("KB0001", "Printer says no"))
    publish(("KB0002", "Outlook stays shut"), jobs=False)
    folder = house.plugins.get("search").index.standing().folder

    assert portal_command("search", "status").output.splitlines() == [
        "whoosh, generation 1, built 2026-03-02 12:00:00 UTC",
        f"folder {house.config.instance / 'search' / folder}",
        "documents: 1, changes on their way to the index: 1",
    ]


def test_status_without_an_index_ends_with_1(portal_command):
    result = portal_command("search", "status")
    assert (result.exit_code, result.output) == (
        1,
        "There is no search index yet. Build it again with: portal search rebuild\n",
    )


def test_verify_lists_differences_and_ends_with_1(portal_command, publish):
    publish(("KB0001", "Printer says no"))
    assert portal_command("search", "verify").output == "The index equals the database.\n"
    publish(("KB0002", "Outlook stays shut"), jobs=False)
    result = portal_command("search", "verify")
    assert (result.exit_code, result.output.splitlines()) == (
        1,
        [
            "missing    article:KB0002:0",
            "The index differs from the database: 1 missing. If that stays, run: portal search rebuild",
        ],
    )


def test_find_shows_what_a_level_gets(portal_command, publish):
    publish(("KB0001", "New phone", "Move it."), support="Issue a quokka pass.")
    assert portal_command("search", "find", "quokka").output == "0 fit.\n"
    assert portal_command("search", "find", "quokka", "pass", "--level", "support").output.splitlines() == [
        " 1. KB0001  New phone  (Mail and calendar)",
        "    Move it. Issue a quokka pass.",
        "1 fit.",
    ]


def test_doctor_looks_at_the_index(portal_command, publish):
    publish(("KB0001", "Printer says no"))
    assert "ok     the search index equals the database" in portal_command("doctor").output


def test_doctor_tells_differences_once_nothing_is_on_its_way(portal_command, publish, house):
    publish(("KB0001", "Printer says no"))
    house.plugins.get("search").index.engine().write([], [("article", "KB0001")])
    output = portal_command("doctor").output
    assert "Documents that differ: 1. Run `portal search verify` for a list." in output

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from markupsafe import Markup

from portal.accounts.rights import ANONYMOUS, SHUT_OUT, Rights
from portal.search.documents import Document
from portal.search.models import SearchLog
from portal.search.noting import forget, note_searches
from portal.search.service import Choice, Found, Results, find
from portal.testing import NOON
from tests.knowledge import archive, put_article

SUPPORT = Rights(person_id=7, level=1)


@pytest.fixture
def room(house):
    return house.plugins.get("search")


@pytest.fixture
def search(house, room):
    def run(words, rights=ANONYMOUS, **more):
        with house.db.reading() as session:
            return find(session, room.index, words, rights, **more)

    return run


@pytest.fixture
def publish(house, run_jobs, frozen_clock):
    def run(*articles, **more):
        with house.db.transaction() as session:
            for article in articles:
                put_article(session, *article, **more)
        run_jobs()

    return run


def refs(results):
    return [hit.ref for hit in results.hits]


def test_a_slip_is_read_as_the_word_that_is_there_and_marked(search, publish):
    publish(("KB0001", "Printer in the cellar", "Turn it off."), ("KB0002", "Trash", "Nothing."))

    found = search("printter")
    assert (refs(found), found.words) == (["KB0001"], "printter")
    assert found.corrected == (("printter", "printer"),)
    assert found.hits[0].title == Markup("<mark>Printer</mark> in the cellar")
    assert search("crash").corrected == ()  # a word as it is, although only “trash” is there
    assert search("printer trush").corrected == (("trush", "trash"),)


def test_no_slip_is_read_as_a_word_of_a_page_that_is_for_others(search, publish):
    publish(("KB0001", "Turnstile at the gate", "Open it."), audience=1)

    assert search("turnstyle") == Results(words="turnstyle")
    assert search("turnstile") == Results(words="turnstile")
    assert search("turnstyle", SUPPORT).corrected == (("turnstyle", "turnstile"),)


def test_a_result_is_ready_to_be_shown(search, publish):
    publish(("KB0001", "Printers <b> say no", "Turn the printer off & on."), service="printing", kind="troubleshooting")

    assert search("my PRINTER") == Results(
        words="my PRINTER",
        hits=(
            Found(
                source="article",
                ref="KB0001",
                address="/kb/KB0001-printers-b-say-no",
                title=Markup("<mark>Printers</mark> &lt;b&gt; say no"),
                passage=Markup("Turn the <mark>printer</mark> off &amp; on."),
                service="Printing",
                kind="Something does not work",
                language="en",
                updated_at=NOON,
            ),
        ),
        total=1,
        services=(Choice(value="printing", label="Printing", count=1, chosen=False),),
        kinds=(Choice(value="troubleshooting", label="Something does not work", count=1, chosen=False),),
        page=1,
        pages=1,
    )


def test_words_without_meaning_find_nothing_and_need_no_index(search):
    assert search("  ?! ") == Results(words="?!")


def test_more_than_is_used_is_said(search, publish):
    publish(("KB0001", "Printer says no"))
    results = search("printer " + "x" * 500)
    assert (refs(results), results.shortened) == (["KB0001"], True)


def test_support_finds_by_the_words_of_its_part_and_others_do_not(search, publish):
    publish(("KB0001", "New phone", "Move the approval."), support="Issue a quokka pass.")

    assert refs(search("quokka")) == []
    assert search("quokka").total == 0
    assert refs(search("quokka", SUPPORT)) == ["KB0001"]
    assert "quokka" not in search("phone").hits[0].passage
    named = Rights(person_id=3, level=0, service_levels={"mail": 1})
    assert refs(search("quokka", named)) == ["KB0001"]


def test_an_article_with_readers_is_counted_for_them_alone(search, publish):
    publish(("KB0001", "Salary printout"), readers=["unit:sales"])
    inside = Rights(person_id=3, level=0, readers=frozenset({"unit:sales", "unit:company"}))

    assert search("salary") == Results(words="salary", page=1, pages=0)
    assert (refs(search("salary", inside)), search("salary", inside).total) == (["KB0001"], 1)


def test_a_visitor_who_is_shut_out_finds_nothing(search, publish):
    publish(("KB0001", "Printer says no"))
    assert search("printer", SHUT_OUT).total == 0


def test_what_was_withdrawn_a_moment_ago_is_neither_shown_nor_counted(house, search, publish):
    publish(("KB0001", "Printer says no"), ("KB0002", "Printer says yes"))
    with house.db.transaction() as session:
        archive(session, "KB0001")  # and the index does not know yet

    results = search("printer")

    assert (refs(results), results.total) == (["KB0002"], 1)


def test_words_that_were_fenced_in_a_moment_ago_are_not_quoted_any_more(house, search, publish):
    publish(("KB0001", "Printer says no", "Turn the printer off. The service code is PLUMTREE."))
    with house.db.transaction() as session:  # and the index does not know yet
        put_article(
            session,
            "KB0001",
            "Printer says maybe",
            "Turn the printer off.",
            support="The service code is PLUMTREE.",
            now=NOON + timedelta(minutes=1),
        )

    for rights in (ANONYMOUS, SUPPORT):
        results = search("printer service code", rights)
        assert [(hit.title, hit.passage) for hit in results.hits] == [
            (Markup("<mark>Printer</mark> says maybe"), Markup(""))
        ]


def test_a_passage_is_back_when_the_index_has_followed(search, publish):
    publish(("KB0001", "Printer says no", "Turn the printer off. The code is PLUMTREE."))
    publish(("KB0001", "Printer says no", "Turn the printer off."), now=NOON + timedelta(minutes=1))

    assert [hit.passage for hit in search("printer code").hits] == [Markup("Turn the <mark>printer</mark> off.")]


def test_a_changed_title_leads_to_the_new_address_at_once(house, search, publish):
    publish(("KB0001", "Printer says no"))
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer says maybe")

    assert [hit.address for hit in search("printer").hits] == ["/kb/KB0001-printer-says-maybe"]


def test_filters_narrow_and_their_counts_say_what_each_would_leave(search, publish):
    publish(("KB0001", "Printer one"), ("KB0002", "Printer two"), service="printing", kind="how_to")
    publish(("KB0003", "Printer three"), service="mail", kind="faq")

    results = search("printer", service="printing")

    assert (sorted(refs(results)), results.total) == (["KB0001", "KB0002"], 2)
    assert results.services == (
        Choice(value="printing", label="Printing", count=2, chosen=True),
        Choice(value="mail", label="Mail and calendar", count=1, chosen=False),
    )
    assert results.kinds == (Choice(value="how_to", label="How-to", count=2, chosen=False),)


def test_a_filter_that_leaves_nothing_stays_to_be_taken_away(search, publish):
    publish(("KB0001", "Printer one"), service="printing")

    results = search("printer", service="payroll")

    assert results.total == 0
    assert results.services == (
        Choice(value="printing", label="Printing", count=1, chosen=False),
        Choice(value="payroll", label="payroll", count=0, chosen=True),
    )


def test_pages_are_bounded(search, publish):
    publish(*((f"KB00{number}", f"Printer {number}") for number in range(10, 35)))

    third, far = search("printer", page=3), search("printer", page=10_000)

    assert (len(third.hits), third.total, third.pages) == (5, 25, 3)
    assert (far.page, far.hits, far.total) == (50, (), 25)


def test_a_plugin_that_is_off_is_neither_found_nor_counted(house, room, search, publish):
    """Its documents need what every reader holds only while it is on; see ``Sources``."""
    publish(("KB0001", "Printer says no"))
    note = Document(
        key="note:1:0", source="note", ref="1", title="Printer note", body="", levels=frozenset({0, 1, 2}),
        updated_at=NOON,
    )  # fmt: skip
    room.index.engine().write([replace(note, needs=frozenset({"plugin:notes"}))], [])

    assert search("printer").total == 1


def test_the_log_keeps_words_and_results_for_400_days(house):
    line = {"words": "printer", "hits": 2, "service": "", "kind": "", "level": 0, "language": "en", "duration_ms": 3}
    line |= {"asker": "", "writes": False}
    with house.db.transaction() as session:
        note_searches(session, [line | {"at": NOON}, line | {"at": NOON - timedelta(days=401), "words": "old"}])
    with house.db.transaction() as session:
        forget(session, NOON)

    with house.db.reading() as session:
        assert session.scalars(sa.select(SearchLog.words)).all() == ["printer"]


def test_the_number_of_queries_does_not_grow_with_what_is_found(house, room, publish):
    counts = []
    room.index.use()  # read now and then, not by each search
    for articles in ([("KB0001", "Printer one")], [("KB0002", "Printer two"), ("KB0003", "Printer three")]):
        publish(*articles, service="printing")
        with house.db.reading() as session:
            statements = []

            def note(_connection, _cursor, statement, *_more, statements=statements):
                statements.append(statement.split()[0])

            sa.event.listen(house.db.engine, "before_cursor_execute", note)
            results = find(session, room.index, "printer", SUPPORT)
            sa.event.remove(house.db.engine, "before_cursor_execute", note)
        counts.append((len(results.hits), statements.count("SELECT")))

    assert counts == [(1, 3), (3, 3)]

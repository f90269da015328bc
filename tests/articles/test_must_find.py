"""The sentences that have to find an article, as the portal keeps them, asked of the index that answers."""

from portal.search import contracts
from portal.search.documents import Access
from portal.search.live import index_of
from portal.search.synonyms import read
from tests.knowledge import archive, put_article

SENTENCES = ["Nothing comes out of the tray.", "My pages stay white."]


def every(house):
    with house.db.reading() as session:
        return list(contracts.every(session, index_of(house).sources))


def asked(house, **more):
    index = index_of(house)
    return [contracts.ask(index.engine(), each, **more) for each in every(house)]


def test_each_sentence_of_a_live_article_is_asked_by_its_own_readers(house, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer", "Tray.", audience=1, finds=SENTENCES)
        put_article(session, "KB0002", "Old printer", "Tray.", finds=["An old one is gone."])
        archive(session, "KB0002")
    run_jobs()

    found = every(house)
    assert [(each.source, each.ref, each.sentence) for each in found] == [
        ("article", "KB0001", SENTENCES[0]),
        ("article", "KB0001", SENTENCES[1]),
    ]
    assert found[0].access == Access(level=1, service_levels={}, readers=frozenset(), permissions=frozenset())


def test_what_stands_before_a_thing_is_told(house, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer", "Nothing here.", finds=["Gloxy wibbles.", "Ask the moon."])
        for number in range(2, 6):
            put_article(session, f"KB000{number}", "Gloxy wibbles gloxy wibbles", "Gloxy wibbles.")
    run_jobs()

    first, second = asked(house)
    assert (first.place, first.is_kept, len(first.before)) == (5, False, 3)
    assert {hit.ref for hit in first.before} < {"KB0002", "KB0003", "KB0004", "KB0005"}
    assert (second.place, second.is_kept, second.before) == (1, True, ())


def test_it_is_asked_with_other_synonyms_before_they_hold(house, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer", "Nothing here.", finds=["Ask the moon."])
        for number in range(2, 6):
            put_article(session, f"KB000{number}", "Zebra zebra zebra", "Zebra.")
    run_jobs()

    assert [each.place for each in asked(house)] == [1]
    assert [each.place for each in asked(house, synonyms=read('[short]\nmoon = ["zebra"]\nask = ["zebra"]'))] != [1]

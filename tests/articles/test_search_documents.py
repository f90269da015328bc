"""An article is found once for each set of levels that reads the same words, and never by others."""

import pytest
import sqlalchemy as sa

from portal.articles import search, service
from portal.articles.models import Article
from portal.search.hooks import Readable
from portal.testing import NOON
from tests.articles.conftest import EVERYONE, SPECIALIST, SUPPORT

SUPPORT_PART = "::: support\n\nThe spool folder.\n\n:::\n"
SPECIALISTS_PART = "::: specialists\n\nThe registry.\n\n:::\n"


@pytest.mark.parametrize(
    ("audience", "body", "expected"),
    [
        ("everyone", "All.\n", {"article:KB0101:0": {0, 1, 2}}),
        ("everyone", f"All.\n\n{SUPPORT_PART}", {"article:KB0101:0": {0}, "article:KB0101:1": {1, 2}}),
        (
            "everyone",
            f"All.\n\n{SUPPORT_PART}\n{SPECIALISTS_PART}",
            {"article:KB0101:0": {0}, "article:KB0101:1": {1}, "article:KB0101:2": {2}},
        ),
        ("support", "All.\n", {"article:KB0101:1": {1, 2}}),
        ("support", f"All.\n\n{SPECIALISTS_PART}", {"article:KB0101:1": {1}, "article:KB0101:2": {2}}),
        ("specialists", "All.\n", {"article:KB0101:2": {2}}),
    ],
    ids=["one text", "support part", "both parts", "for support", "for support with a part", "for specialists"],
)
def test_levels_of_documents_are_disjoint_and_reach_everybody_who_may_read(
    make_article, session, audience, body, expected
):
    make_article(body=body, audience=audience)

    documents = search.documents(session, ["KB0101"])

    assert {document.key: set(document.levels) for document in documents} == expected


def test_no_word_of_a_part_stands_in_the_document_of_a_lower_level(make_article, session):
    make_article(body=f"All.\n\n{SUPPORT_PART}\n{SPECIALISTS_PART}")

    documents = search.documents(session, ["KB0101"])

    assert [("spool" in document.body, "registry" in document.body) for document in documents] == [
        (False, False),
        (True, False),
        (True, True),
    ]


def test_a_document_carries_title_words_tags_and_who_may_find_it(make_article, session):
    make_article(tags=["printer", "a4"], readers=["unit:sales", "role:admin"], language="de", confidence="wip")

    (document,) = search.documents(session, ["KB0101"])

    assert (document.source, document.ref, document.title) == ("article", "KB0101", "Printing does not work")
    assert document.words == ("no paper comes out", "stuck in queue", "printer is dead")
    assert (document.tags, document.kind, document.service) == (("a4", "printer"), "troubleshooting", "printing")
    assert (document.readers, document.needs) == ({"unit:sales", "role:admin"}, {"articles.write"})
    assert (document.language, document.updated_at) == ("de", NOON)
    assert document.body == "Look at the screen of the printer."


def test_what_is_archived_or_unknown_has_no_documents(make_article, house, session):
    article = make_article()
    with house.db.transaction() as writing:
        service.archive(writing, writing.get_one(Article, article.id), successor=None, by=None, now=NOON)

    assert search.documents(session, ["KB0101", "KB9999"]) == []
    assert search.refs(session, "", 10) == []


@pytest.mark.parametrize("articles", [1, 3])
def test_making_documents_takes_six_reads_however_many(make_article, session, query_count, articles):
    refs = [f"KB010{number}" for number in range(articles)]
    for ref in refs:
        make_article(ref, f"All.\n\n{SUPPORT_PART}")

    with query_count() as count:
        documents = search.documents(session, refs)

    assert (len(documents), count()) == (2 * articles, 6)


def test_refs_are_walked_in_order_a_few_at_a_time(make_article, session):
    for ref in ("KB0103", "KB0101", "KB0102"):
        make_article(ref)

    assert search.refs(session, "", 2) == ["KB0101", "KB0102"]
    assert search.refs(session, "KB0102", 2) == ["KB0103"]
    assert search.refs(session, "KB0103", 2) == []


def test_the_second_look_lets_through_what_these_rights_read_now(make_article, house, session):
    make_article("KB0101")
    make_article("KB0102", audience="support")
    make_article("KB0103", confidence="wip")
    make_article("KB0104", readers=["unit:sales"])
    refs = ["KB0101", "KB0102", "KB0103", "KB0104", "KB9999"]

    assert search.readable(session, refs, EVERYONE) == {
        "KB0101": Readable(address="/kb/KB0101-printing-does-not-work", title="Printing does not work", updated_at=NOON)
    }
    assert set(search.readable(session, refs, SUPPORT)) == {"KB0101", "KB0102"}
    assert set(search.readable(session, refs, SPECIALIST)) == {"KB0101", "KB0102", "KB0103"}

    with house.db.transaction() as writing:
        writing.execute(sa.update(Article).where(Article.ref == "KB0101").values(state="archived"))
    session.rollback()

    assert search.readable(session, refs, EVERYONE) == {}

"""Who may read what: lists, counts and pages give each reader their own, and no hint of the rest."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal.accounts.rights import Rights
from portal.articles import opening, queries, service
from portal.articles.models import Article, ArticleView
from portal.testing import NOON, MakeArticle
from tests.articles.conftest import EVERYONE, PRINTING_SUPERUSER, SPECIALIST, SUPPORT

SHUT_OUT = Rights(person_id=None, level=-1)
SALES = Rights(person_id=None, level=0, readers=frozenset({"unit:sales", "role:end_user"}))


def refs(rows) -> list[str]:
    return [row.ref for row in rows]


@pytest.fixture
def library(make_article: MakeArticle) -> None:
    """One article for each way in which reading can be limited."""
    make_article("KB0101", title="A printer for everyone")
    make_article("KB0102", title="B printer for support", audience="support")
    make_article("KB0103", title="C printer for specialists", audience="specialists")
    make_article("KB0104", title="D printer for sales", readers=["unit:sales", "role:admin"])
    make_article("KB0105", title="E printer being written", confidence="wip")
    make_article("KB0106", title="F mail for support", audience="support", service="mail", kind="faq")


@pytest.mark.parametrize(
    ("rights", "expected"),
    [
        (SHUT_OUT, []),
        (EVERYONE, ["KB0101"]),
        (SALES, ["KB0101", "KB0104"]),
        (PRINTING_SUPERUSER, ["KB0101", "KB0102"]),
        (SUPPORT, ["KB0106", "KB0101", "KB0102"]),
        (SPECIALIST, ["KB0106", "KB0101", "KB0102", "KB0103", "KB0105"]),
    ],
    ids=["shut out", "visitor", "sales", "superuser of printing", "support", "specialist"],
)
def test_each_reader_sees_a_list_of_their_own_and_the_figures_agree(library, session, rights, expected):
    listed, total = queries.page_of_list(session, rights)
    counts = queries.counts_by_service(session, rights)
    kinds = queries.by_kind(session, rights, "printing") + queries.by_kind(session, rights, "mail")

    assert refs(listed) == expected
    assert total == len(expected)
    assert sum(counts.values()) == len(expected)
    assert sum(kind.count for kind in kinds) == len(expected)
    assert sorted(ref for kind in kinds for ref in refs(kind.articles)) == sorted(expected)
    assert [ref for ref in ALL if queries.by_ref(session, ref, rights)] == sorted(expected)
    assert [ref for ref in ALL if opening.page_of(session, ref, rights, since=NOON)] == sorted(expected)
    assert [ref for ref in ALL if queries.path_for(session, ref, rights)] == sorted(expected)


ALL = ["KB0101", "KB0102", "KB0103", "KB0104", "KB0105", "KB0106"]


def test_a_list_is_cut_into_pages_and_filtered_by_service_and_kind(library, session):
    first, total = queries.page_of_list(session, SPECIALIST, service_id="printing", page=1, per_page=3)
    second, _total = queries.page_of_list(session, SPECIALIST, service_id="printing", page=2, per_page=3)
    faq, faqs = queries.page_of_list(session, SPECIALIST, kind="faq")

    assert (refs(first), refs(second), total) == (["KB0101", "KB0102", "KB0103"], ["KB0105"], 4)
    assert (refs(faq), faqs) == (["KB0106"], 1)


def test_a_kind_shows_its_first_articles_and_says_how_many_there_are(library, session):
    (kind,) = queries.by_kind(session, SPECIALIST, "printing", per_kind=2)

    assert (kind.kind, kind.count, refs(kind.articles)) == ("troubleshooting", 4, ["KB0101", "KB0102"])


def test_a_page_has_everything_from_one_read(make_article, session, query_count):
    make_article("KB0101", "Open to all.\n\n::: support\n\nThe spool folder.\n\n:::\n")

    with query_count() as count:
        page = opening.page_of(session, "KB0101-whatever", SUPPORT, since=NOON)

    assert count() == 1
    assert page is not None
    assert (page.article.ref, page.level, page.service_name) == ("KB0101", 1, "Printing and scanning")
    assert page.owner is not None
    assert (page.owner.id, page.holder, page.helped, page.successor) == ("onsite", None, 0, None)


@pytest.mark.parametrize(
    ("rights", "reads", "not_"),
    [
        (EVERYONE, ["Open to all"], ["spool", "registry"]),
        (PRINTING_SUPERUSER, ["Open to all", "spool"], ["registry"]),
        (SUPPORT, ["Open to all", "spool"], ["registry"]),
        (SPECIALIST, ["Open to all", "spool", "registry"], []),
    ],
    ids=["visitor", "superuser of printing", "support", "specialist"],
)
def test_a_page_is_the_stored_html_of_the_readers_level(make_article, session, rights, reads, not_):
    make_article(
        "KB0101",
        "Open to all.\n\n::: support\n\nThe spool folder.\n\n:::\n\n::: specialists\n\nThe registry.\n\n:::\n",
    )

    page = opening.page_of(session, "KB0101", rights, since=NOON)

    assert page is not None
    assert [word for word in reads if word in page.html] == reads
    assert [word for word in not_ if word in page.html] == []


def test_a_superuser_reads_support_of_the_named_service_only(make_article, session):
    make_article("KB0101", "All.\n\n::: support\n\nHidden.\n\n:::\n", service="mail")

    page = opening.page_of(session, "KB0101", PRINTING_SUPERUSER, since=NOON)

    assert page is not None
    assert (page.level, "Hidden" in page.html) == (0, False)


def test_an_archived_article_opens_by_its_link_with_its_successor_and_stands_in_no_list(make_article, house, session):
    old, new = make_article("KB0101"), make_article("KB0102", title="The new way to print")
    with house.db.transaction() as writing:
        service.archive(
            writing, writing.get_one(Article, old.id), successor=writing.get_one(Article, new.id), by=None, now=NOON
        )

    page = opening.page_of(session, "KB0101", EVERYONE, since=NOON)

    assert page is not None
    assert page.successor is not None
    assert (page.article.is_archived, page.successor.path) == (True, "/kb/KB0102-the-new-way-to-print")
    assert refs(queries.page_of_list(session, EVERYONE)[0]) == ["KB0102"]
    assert queries.counts_by_service(session, EVERYONE) == {"printing": 1}


def test_a_successor_that_the_reader_may_not_open_is_not_named(make_article, house, session):
    old, new = make_article("KB0101"), make_article("KB0102", audience="support")
    with house.db.transaction() as writing:
        service.archive(
            writing, writing.get_one(Article, old.id), successor=writing.get_one(Article, new.id), by=None, now=NOON
        )

    pages = [opening.page_of(session, "KB0101", rights, since=NOON) for rights in (EVERYONE, SUPPORT)]

    assert [page.successor.ref if page and page.successor else None for page in pages] == [None, "KB0102"]


def test_an_old_slug_leads_to_the_article_for_those_who_may_open_it(make_article, session):
    make_article("KB0101", audience="support", old_slugs=["printer-trouble"])

    assert queries.path_for(session, "printer-trouble", SUPPORT) == "/kb/KB0101-printing-does-not-work"
    assert queries.path_for(session, "printer-trouble", EVERYONE) is None
    assert queries.path_for(session, "another", SUPPORT) is None


def vote(house, ref: str, visitor: str, value: str = "yes", *, rights=EVERYONE, now=NOON) -> None:
    with house.db.transaction() as writing:
        service.give_verdict(
            writing, ref, rights=rights, visitor=visitor, value=value, words="", revision_id=None, now=now
        )


def test_what_helped_most_counts_people_lately_once_each(make_article, house, session):
    make_article("KB0101", title="Helped two")
    make_article("KB0102", title="Helped one")
    make_article("KB0103", title="Helped long ago")
    make_article("KB0104", title="For support", audience="support")
    for visitor in ("a", "b"):
        vote(house, "KB0101", visitor)
    vote(house, "KB0101", "c", "no")
    vote(house, "KB0102", "a")
    vote(house, "KB0102", "a", "no")
    vote(house, "KB0102", "a", "yes")
    vote(house, "KB0103", "a", now=NOON - timedelta(days=40))
    vote(house, "KB0104", "a", rights=SUPPORT)

    since = NOON - timedelta(days=30)
    most = queries.helped_most(session, EVERYONE, since=since)

    assert [(row.ref, row.people) for row in most] == [("KB0101", 2), ("KB0102", 1)]
    assert refs(queries.helped_most(session, EVERYONE, since=since, limit=1)) == ["KB0101"]
    assert refs(queries.helped_most(session, SUPPORT, since=since)) == ["KB0101", "KB0102", "KB0104"]


def test_what_was_opened_most_follows_the_rights_as_well(make_article, house, session):
    for ref, audience in (("KB0101", "everyone"), ("KB0102", "support")):
        make_article(ref, audience=audience)
    with house.db.transaction() as writing:
        ids = {row.ref: row.id for row in writing.execute(sa.select(Article.ref, Article.id))}
        day = date(2026, 3, 2)
        service.count_views(writing, [(day, ids["KB0101"]), (day, ids["KB0102"]), (day, ids["KB0102"])])
        service.count_views(writing, [(day, ids["KB0102"])])

    rows = queries.opened_most(session, SUPPORT, since=day)

    assert [(row.ref, row.people) for row in rows] == [("KB0102", 3), ("KB0101", 1)]
    assert refs(queries.opened_most(session, EVERYONE, since=day)) == ["KB0101"]
    assert session.scalar(sa.select(sa.func.count()).select_from(ArticleView)) == 2


def test_close_articles_share_tags_first_then_the_service(make_article, session):
    article = make_article("KB0101", tags=["printer", "queue"])
    make_article("KB0102", title="Same service", tags=["scan"])
    make_article("KB0103", title="Both tags elsewhere", tags=["queue", "printer"], service="mail")
    make_article("KB0104", title="One tag here", tags=["printer"])
    make_article("KB0105", title="Nothing shared", tags=["mailbox"], service="mail")
    make_article("KB0106", title="For support", tags=["printer", "queue"], audience="support")

    assert refs(opening.close_to(session, article, EVERYONE)) == ["KB0103", "KB0104", "KB0102"]
    assert refs(opening.close_to(session, article, SUPPORT, limit=2)) == ["KB0106", "KB0103"]


def test_the_coach_sees_what_only_specialists_read_within_their_own_rights(make_article, session):
    make_article("KB0101", "All.\n\n::: specialists\n\nHidden.\n\n:::\n")
    make_article("KB0102", audience="specialists")
    make_article("KB0103", "All.\n\n::: support\n\nFor the front line.\n\n:::\n")
    make_article("KB0104", audience="specialists", readers=["role:admin"])

    articles, total = queries.withheld(session, SPECIALIST)

    assert ([article.ref for article in articles], total) == (["KB0101", "KB0102"], 2)

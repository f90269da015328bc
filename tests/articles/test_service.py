"""Texts go live whole, once, with everything that lists and rights need; what leaves the lists keeps its link."""

import pytest
import sqlalchemy as sa

from portal.accounts.rights import Rights
from portal.articles import frontmatter, loading, publishing, service
from portal.articles.models import (
    Article,
    ArticleFind,
    ArticleLink,
    ArticleReader,
    ArticleTag,
    ArticleWord,
    OldSlug,
    Rendering,
    Revision,
)
from portal.core.errors import NotFound, Refused
from portal.core.events import EventRow
from portal.testing import NOON
from tests.articles.conftest import SPECIALIST

FENCED = "For all.\n\n::: support\n\nSee [the other](/kb/KB0102).\n\n:::\n\n::: specialists\n\nDeep.\n\n:::\n"


def rows(session, *columns) -> list[tuple]:
    return [tuple(row) for row in session.execute(sa.select(*columns).order_by(*columns))]


def told(session) -> list[tuple]:
    query = sa.select(EventRow.name, EventRow.payload).where(EventRow.name.startswith("article."))
    return [tuple(row) for row in session.execute(query.order_by(EventRow.id))]


def test_a_first_text_makes_an_article_with_all_that_is_found_by(make_article, session):
    article = make_article(
        body=FENCED,
        tags=["queue", "printer"],
        finds=["Nothing happens when I press it.", "The tray stays empty."],
        readers=["unit:sales"],
        old_slugs=["printer-trouble"],
        time_needed_minutes=4,
    )

    assert (article.ref, article.slug, article.state) == ("KB0101", "printing-does-not-work", "live")
    assert (article.service_id, article.kind, article.audience, article.language) == (
        "printing",
        "troubleshooting",
        0,
        "en",
    )
    assert (article.created_at, article.updated_at, article.published_at) == (NOON, NOON, NOON)
    assert rows(session, ArticleTag.tag) == [("printer",), ("queue",)]
    assert rows(session, ArticleWord.position, ArticleWord.phrase) == [
        (0, "no paper comes out"),
        (1, "stuck in queue"),
        (2, "printer is dead"),
    ]
    assert rows(session, ArticleFind.position, ArticleFind.sentence) == [
        (0, "Nothing happens when I press it."),
        (1, "The tray stays empty."),
    ]
    assert rows(session, ArticleReader.reader) == [("unit:sales",)]
    assert rows(session, OldSlug.slug) == [("printer-trouble",)]
    assert rows(session, ArticleLink.to_ref, ArticleLink.level, ArticleLink.is_shown) == [("KB0102", 0, False)]
    assert rows(session, Rendering.level, Rendering.hidden_parts) == [(0, 2), (1, 1), (2, 0)]
    assert rows(session, Revision.number, Revision.state, Revision.significance) == [(1, "live", "new")]
    assert told(session) == [
        (
            "article.published",
            {
                "article_id": article.id,
                "ref": "KB0101",
                "revision_id": article.live_revision_id,
                "significance": "new",
            },
        )
    ]


def test_a_changed_text_takes_the_place_and_the_one_before_stays_in_the_history(make_article, session):
    first = make_article(tags=["old"], old_slugs=["first-slug"])
    second = make_article(
        title="Printers do not print", tags=["new"], body="Another text.\n", old_slugs=["second-slug"]
    )

    assert (second.id, second.address) == (first.id, "KB0101-printers-do-not-print")
    assert rows(session, Revision.number, Revision.state, Revision.title, Revision.base_revision_id) == [
        (1, "superseded", "Printing does not work", None),
        (2, "live", "Printers do not print", first.live_revision_id),
    ]
    assert rows(session, ArticleTag.tag) == [("new",)]
    assert rows(session, OldSlug.slug) == [("first-slug",), ("second-slug",)]
    assert [(name, payload["significance"]) for name, payload in told(session)] == [
        ("article.published", "new"),
        ("article.published", "changed"),
    ]


def test_the_same_file_again_changes_nothing(make_article, session):
    first, again = make_article(), make_article()

    assert (again.live_revision_id, len(told(session))) == (first.live_revision_id, 1)
    assert rows(session, Revision.number) == [(1,)]


def test_a_file_comes_back_byte_for_byte(make_article, make_file, session):
    make_article(title="Colons: and 'quotes'")

    revision = session.scalars(sa.select(Revision)).one()

    assert (
        f"---\n{revision.front_text}---\n{revision.body}".encode()
        == make_file(title="Colons: and 'quotes'").read_bytes()
    )
    assert revision.front["title"] == "Colons: and 'quotes'"


def test_an_archived_file_is_archived_from_the_start(make_article, session):
    article = make_article(confidence="archived")

    assert article.state == "archived"
    assert told(session) == [("article.archived", {"article_id": article.id, "ref": "KB0101", "successor_ref": None})]


def test_an_old_slug_that_leads_elsewhere_is_refused_and_nothing_of_the_text_is_kept(
    make_article, make_file, house, session
):
    make_article(old_slugs=["printer-trouble"])
    file = frontmatter.read_file(make_file("KB0102", old_slugs=["printer-trouble"]), max_bytes=100_000)
    prepared = loading.prepare(file, set())

    refusal = "printer-trouble, an old address of KB0102, leads to KB0101"
    with pytest.raises(Refused, match=refusal), house.db.transaction() as writing:
        publishing.publish_file(writing, prepared, now=NOON)

    assert rows(session, Article.ref) == [("KB0101",)]


def archive(house, ref: str, successor: str | None = None) -> None:
    with house.db.transaction() as session:
        by_ref = {article.ref: article for article in session.scalars(sa.select(Article))}
        service.archive(session, by_ref[ref], successor=by_ref[successor] if successor else None, by=None, now=NOON)


def test_archiving_names_the_successor_and_tells_so(make_article, house, session):
    article, successor = make_article("KB0101"), make_article("KB0102")

    archive(house, "KB0101", "KB0102")

    stored = session.get_one(Article, article.id)
    assert (stored.state, stored.confidence, stored.successor_id) == ("archived", "archived", successor.id)
    assert told(session)[-1] == (
        "article.archived",
        {"article_id": article.id, "ref": "KB0101", "successor_ref": "KB0102"},
    )


def test_an_article_cannot_follow_itself_nor_an_archived_one_another(make_article, house):
    make_article("KB0101")
    make_article("KB0102")
    archive(house, "KB0102")

    for successor in ("KB0101", "KB0102"):
        with pytest.raises(Refused, match=f"KB0101 cannot be followed by {successor}"):
            archive(house, "KB0101", successor)


def test_a_text_that_was_never_live_is_not_archived(make_article, house):
    make_article("KB0101")
    with house.db.transaction() as session:
        session.execute(sa.update(Article).values(state="not_yet_live"))

    with pytest.raises(Refused, match="KB0101 was never live"):
        archive(house, "KB0101")


def give_reason(house, ref: str, reason: str, rights: Rights = SPECIALIST) -> None:
    with house.db.transaction() as session:
        service.give_withheld_reason(session, ref, reason, rights=rights, now=NOON)


def test_a_reason_for_withholding_is_kept_with_its_giver_and_never_told_in_words(
    make_article, rights_for, house, session
):
    article, coach = make_article(body=FENCED), rights_for(roles=("coach",))

    give_reason(house, "KB0101", "  Needs admin rights. ", coach)
    give_reason(house, "KB0101", "Needs admin rights.", coach)

    stored = session.get_one(Article, article.id)
    assert (stored.withheld_reason, stored.withheld_by, stored.withheld_at) == (
        "Needs admin rights.",
        coach.person_id,
        NOON,
    )
    assert told(session)[1:] == [("article.withheld_reason_given", {"article_id": article.id, "ref": "KB0101"})]


def test_a_reason_is_refused_when_too_long_or_for_what_one_may_not_read(make_article, house):
    make_article(body=FENCED)
    make_article("KB0102", readers=["unit:sales"])

    with pytest.raises(Refused, match="1001 characters"):
        give_reason(house, "KB0101", "x" * 1001)
    for ref in ("KB0102", "KB0999"):
        with pytest.raises(NotFound, match="no such article"):
            give_reason(house, ref, "x")


def test_links_that_waited_become_links_when_their_article_comes(make_article, run_jobs, session):
    make_article("KB0101", "See [the other](/kb/KB0102) and [a third](/kb/KB0103).\n")
    before = session.scalars(sa.select(Rendering.html)).one()
    make_article("KB0102")

    run_jobs()

    session.rollback()
    after = session.scalars(sa.select(Rendering.html).order_by(Rendering.revision_id)).first()
    assert ("/kb/KB0102" in before, "/kb/KB0102" in after, "/kb/KB0103" in after) == (False, True, False)
    assert rows(session, ArticleLink.to_ref, ArticleLink.is_shown) == [("KB0102", True), ("KB0103", False)]

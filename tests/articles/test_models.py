"""What the database itself refuses about articles, whatever the code does."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.articles.models import Revision, Verdict
from portal.testing import NOON


def revision(article, number: int, state: str, author_id: int | None = None) -> Revision:
    return Revision(
        article_id=article.id,
        number=number,
        state=state,
        title="A title",
        front={},
        body="A text.",
        author_id=author_id,
        created_at=NOON,
        updated_at=NOON,
    )


def test_an_article_has_one_live_text(make_article, house):
    article = make_article()

    with pytest.raises(IntegrityError), house.db.transaction() as session:
        session.add(revision(article, 2, "live"))


def test_a_writer_has_one_text_under_way_for_an_article_and_another_writer_one_as_well(
    make_article, make_person, house
):
    article, ana, ben = make_article(), make_person(), make_person()
    with house.db.transaction() as session:
        session.add_all([revision(article, 2, "draft", ana.id), revision(article, 3, "submitted", ben.id)])
        session.add(revision(article, 4, "discarded", ana.id))

    for number, (state, person) in enumerate([("submitted", ana), ("sent_back", ana), ("draft", ben)], start=5):
        with pytest.raises(IntegrityError), house.db.transaction() as session:
            session.add(revision(article, number, state, person.id))


def test_no_two_texts_of_an_article_have_one_number(make_article, house):
    article = make_article()

    with pytest.raises(IntegrityError), house.db.transaction() as session:
        session.add(revision(article, 1, "submitted"))


def verdict(article, *, person_id: int | None = None, visitor: str | None = None, replaced_at=None) -> Verdict:
    return Verdict(
        article_id=article.id,
        revision_id=article.live_revision_id,
        person_id=person_id,
        visitor=visitor,
        asked="fixed",
        value="yes",
        at=NOON,
        replaced_at=replaced_at,
    )


def test_a_verdict_is_of_a_person_or_of_a_visitor(make_article, make_person, house):
    article, person = make_article(), make_person()

    for wrong in ({}, {"person_id": person.id, "visitor": "a" * 64}):
        with pytest.raises(IntegrityError), house.db.transaction() as session:
            session.add(verdict(article, **wrong))


def test_one_verdict_of_each_counts(make_article, make_person, house):
    article, person = make_article(), make_person()
    for whose in ({"person_id": person.id}, {"visitor": "a" * 64}):
        with house.db.transaction() as session:
            session.add_all([verdict(article, **whose), verdict(article, **whose, replaced_at=NOON)])

        with pytest.raises(IntegrityError), house.db.transaction() as session:
            session.add(verdict(article, **whose))

    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Verdict)) == 4


@pytest.mark.parametrize(
    ("title", "address"),
    [
        ("New phone: move your sign-in approval", "KB0101-new-phone-move-your-sign-in-approval"),
        ("Größe & Straße", "KB0101-groesse-strasse"),
        ("Don't stop", "KB0101-dont-stop"),
        ("Привет", "KB0101"),
        ("word " * 15, "KB0101-" + "-".join(["word"] * 15)),
    ],
)
def test_an_address_is_the_ref_with_the_words_of_the_title(make_article, title, address):
    assert make_article(title=title.strip()).address == address

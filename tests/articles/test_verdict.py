"""Whether a page helped: one answer of each person, given by those who may read it."""

import pytest
import sqlalchemy as sa

from portal.articles import queries, service
from portal.articles.models import Verdict
from portal.core.errors import NotFound, Refused
from portal.core.events import EventRow
from portal.testing import NOON
from tests.articles.conftest import EVERYONE, SUPPORT


@pytest.fixture
def give(house):
    """Give a verdict in a transaction of its own and return it."""

    def give_one(ref="KB0101", *, rights=EVERYONE, visitor="v" * 64, value="yes", words="", revision_id=None):
        with house.db.transaction() as session:
            return service.give_verdict(
                session,
                ref,
                rights=rights,
                visitor=visitor,
                value=value,
                words=words,
                revision_id=revision_id,
                now=NOON,
            )

    return give_one


def standing(session) -> list[tuple[int | None, str | None, str]]:
    query = sa.select(Verdict.person_id, Verdict.visitor, Verdict.value).where(Verdict.replaced_at.is_(None))
    return [tuple(row) for row in session.execute(query.order_by(Verdict.id))]


def test_a_verdict_keeps_what_was_asked_read_and_searched_and_tells_others_without_the_words(
    make_article, rights_for, give, session
):
    article = make_article()
    rights = rights_for()

    verdict = give(rights=rights, value="partly", words="  printer is silent  ")

    stored = session.scalars(sa.select(Verdict)).one()
    event = session.scalars(sa.select(EventRow).where(EventRow.name == "article.verdict_given")).one()
    assert (stored.person_id, stored.visitor, stored.asked, stored.value) == (rights.person_id, None, "fixed", "partly")
    assert (stored.words, stored.revision_id, stored.at) == ("printer is silent", article.live_revision_id, NOON)
    assert (event.actor_id, event.payload) == (
        rights.person_id,
        {
            "article_id": article.id,
            "ref": "KB0101",
            "revision_id": article.live_revision_id,
            "verdict_id": verdict.id,
            "asked": "fixed",
            "value": "partly",
        },
    )


def test_a_second_answer_of_the_same_person_replaces_the_first(make_article, rights_for, give, session):
    make_article()
    rights = rights_for()

    give(rights=rights, value="no")
    give(rights=rights, value="yes")

    assert standing(session) == [(rights.person_id, None, "yes")]
    assert session.scalars(sa.select(Verdict.value).order_by(Verdict.id)).all() == ["no", "yes"]


def test_the_same_answer_again_changes_nothing(make_article, give, session):
    make_article()

    first, second = give(value="yes"), give(value="yes")

    events = session.scalars(sa.select(EventRow.id).where(EventRow.name == "article.verdict_given")).all()
    assert (first.id, len(events)) == (second.id, 1)


def test_visitors_and_people_are_counted_side_by_side(make_article, rights_for, give, session):
    make_article()
    rights = rights_for()

    give(rights=rights, visitor="ignored for people")
    give(visitor="a" * 64)
    give(visitor="b" * 64, value="no")

    assert standing(session) == [(rights.person_id, None, "yes"), (None, "a" * 64, "yes"), (None, "b" * 64, "no")]


def test_support_is_asked_about_the_call_and_knows_no_partly(make_article, give):
    make_article()

    verdict = give(rights=SUPPORT, value="no")

    assert (verdict.asked, verdict.value) == ("helpful", "no")
    with pytest.raises(Refused, match="not one of the answers"):
        give(rights=SUPPORT, value="partly")


@pytest.mark.parametrize("value", ["", "maybe", "YES"])
def test_an_answer_that_was_not_offered_is_refused(make_article, give, session, value):
    make_article()

    with pytest.raises(Refused, match="not one of the answers"):
        give(value=value)

    assert standing(session) == []


def test_nobody_votes_on_what_they_may_not_read(make_article, give, session):
    make_article(audience="support")

    with pytest.raises(NotFound, match="no such article"):
        give(rights=EVERYONE)

    assert standing(session) == []


def test_an_archived_article_takes_no_verdict(make_article, give, house):
    article = make_article()
    with house.db.transaction() as session:
        service.archive(session, session.merge(article), successor=None, by=None, now=NOON)

    with pytest.raises(Refused, match="archived"):
        give()


def test_the_text_that_was_read_is_kept_when_a_newer_one_is_live_by_now(make_article, give):
    read = make_article(body="First text.\n").live_revision_id
    live = make_article(body="Second text.\n").live_revision_id
    other = make_article("KB0102").live_revision_id

    assert read != live
    assert give(revision_id=read).revision_id == read
    assert give(revision_id=other).revision_id == live
    assert give(revision_id=999_999).revision_id == live


def test_the_answer_of_a_person_is_found_again_and_nobody_elses(make_article, rights_for, give, session):
    article = make_article()
    rights = rights_for()
    give(rights=rights, value="partly")
    give(visitor="a" * 64, value="no")

    def found(person_id, visitor):
        verdict = queries.verdict_of(session, article.id, person_id=person_id, visitor=visitor)
        return verdict.value if verdict else None

    assert found(rights.person_id, None) == "partly"
    assert found(None, "a" * 64) == "no"
    assert found(None, "b" * 64) is None
    assert found(None, None) is None


def test_a_visitors_token_is_kept_as_a_hash_only(make_article, give, session):
    make_article()

    give(visitor=service.visitor_key("token in the cookie"))

    assert session.scalars(sa.select(Verdict.visitor)).all() == [
        "fa01c6dd3741b25fca97998e6df73ff5af40e09da3531383a28c672c2ba778bc"
    ]

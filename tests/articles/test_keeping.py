"""The end of an article: archived, merged into another one, brought back; links follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.articles import drafts, keeping, relinking, texts
from portal.articles.checking import Reach
from portal.articles.levels import Level
from portal.articles.models import Article, Revision, RevisionMove
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.portal import Portal
from portal.testing import NOON, MakeArticle
from tests.articles.writing import Desk, article, stand

STAYS = relinking.Stays(ref="KB0102", path="/kb/KB0102-the-printer-is-dead", reach=Reach(Level.EVERYONE))


def act(desk: Desk, name: str, *args: Any, **values: Any) -> Any:
    """One step of somebody, in a transaction of its own."""
    with desk.house.db.transaction() as session:
        writer = drafts.writer_of(session, desk.rights)
        return getattr(keeping, name)(session, writer, *args, **({"now": NOON} | values))


def log_of(desk: Desk, ref: str) -> list[tuple[str, str, str, str]]:
    with desk.house.db.reading() as session:
        steps = keeping.log(session, ref, drafts.writer_of(session, desk.rights))
    return [(step.move, step.person, step.why, step.other_ref) for step in steps]


@pytest.fixture
def coach(desk: Callable[..., Desk]) -> Desk:
    return desk("coach", name="Kim Sand")


def standing(house: Portal, ref: str) -> tuple[str, str, int | None, bool]:
    found = article(house, ref)
    return found.state, found.confidence, found.successor_id, found.is_merged


def test_an_article_is_archived_with_the_one_that_follows_it_and_comes_back_as_it_was(
    organised: Portal, make_article: MakeArticle, coach: Desk
):
    make_article("KB0101", confidence="validated")
    follows = make_article("KB0102", title="Print again after a jam")

    act(coach, "archive", "KB0101", successor="kb0102", why="The new printers are here.")
    archived = standing(organised, "KB0101")
    act(coach, "bring_back", "KB0101", why="The old ones stay another year.")

    assert archived == ("archived", "archived", follows.id, False)
    assert standing(organised, "KB0101") == ("live", "validated", None, False)
    assert log_of(coach, "KB0101") == [
        ("bring_back", "Kim Sand", "The old ones stay another year.", ""),
        ("archive", "Kim Sand", "The new printers are here.", "KB0102"),
    ]


def test_without_one_that_follows_there_is_a_reason(make_article: MakeArticle, coach: Desk):
    make_article("KB0101")

    with pytest.raises(Refused, match="There are no words yet"):
        act(coach, "archive", "KB0101", why=" ")
    with pytest.raises(Refused, match="It is not said which article"):
        act(coach, "merge", "KB0101", " ")
    with pytest.raises(Refused, match="There is no live article KB0999"):
        act(coach, "archive", "KB0101", successor="KB0999")
    with pytest.raises(Refused, match="KB0101 cannot be followed by KB0101"):
        act(coach, "archive", "KB0101", successor="KB0101")

    assert standing(coach.house, "KB0101") == ("live", "not_validated", None, False)
    assert log_of(coach, "KB0101") == []


def test_whoever_publishes_for_support_alone_or_reads_less_does_not_end_an_article(
    make_article: MakeArticle, desk: Callable[..., Desk]
):
    make_article("KB0101", "Look.\n\n::: specialists\nThe secret part.\n:::\n")
    make_article("KB0103", audience="specialists")
    contributor, publisher = desk("onsite", grant="contributor"), desk("front_line", grant="publisher")

    for each in (contributor, publisher):
        with pytest.raises(Forbidden, match="reads all of an article, decides about its end"):
            act(each, "archive", "KB0101", why="It is old.")
    with pytest.raises(NotFound):
        act(publisher, "archive", "KB0103", why="It is old.")

    assert standing(publisher.house, "KB0101")[0] == "live"


def test_what_is_archived_is_not_archived_again_and_what_is_live_does_not_come_back(
    make_article: MakeArticle, coach: Desk
):
    make_article("KB0101")
    make_article("KB0102", title="Print again after a jam")
    act(coach, "archive", "KB0102", why="It is old.")

    with pytest.raises(Refused, match="KB0102 is archived already"):
        act(coach, "archive", "KB0102", why="Again.")
    with pytest.raises(Refused, match="KB0101 is not archived"):
        act(coach, "bring_back", "KB0101")
    with pytest.raises(Refused, match="There is no live article KB0102"):
        act(coach, "merge", "KB0101", "KB0102")


def test_an_archived_article_leaves_the_search_and_comes_back_into_it(
    client: FlaskClient, make_article: MakeArticle, coach: Desk, run_jobs: Callable[[], int]
):
    make_article("KB0101", "The zebrastripe is on the paper.\n")
    steps = [
        lambda: None,
        lambda: act(coach, "archive", "KB0101", why="It is old."),
        lambda: act(coach, "bring_back", "KB0101"),
    ]

    found = []
    for step in steps:
        step()
        run_jobs()
        found.append("/kb/KB0101-" in client.get("/search?q=zebrastripe").text)

    assert found == [True, False, True]


def test_links_in_the_texts_of_others_lead_to_the_one_that_stays(
    organised: Portal, make_article: MakeArticle, coach: Desk, run_jobs: Callable[[], int]
):
    make_article("KB0101")
    make_article("KB0102", "Not [a jam](/kb/KB0101)?\n", title="Print again after a jam")
    make_article("KB0103", "First [KB0101](/kb/KB0101-printing-does-not-work#h-1).\n", confidence="validated")
    make_article("KB0104", "See [this](/kb/KB0101).\n", governance="compliance")

    act(coach, "merge", "KB0101", "KB0102", why="They say the same.")
    run_jobs()
    act(coach, "bring_back", "KB0101")
    run_jobs()

    assert [row[:2] for row in stand(organised, "KB0102")] == [(1, "live")]

    new = "First [KB0102](/kb/KB0102-print-again-after-a-jam).\n"
    assert [row[:2] for row in stand(organised, "KB0103")] == [(1, "superseded"), (2, "live")]
    assert stand(organised, "KB0103")[1][2].strip() == new.strip()
    assert article(organised, "KB0103").confidence == "validated"
    assert [row[:2] for row in stand(organised, "KB0104")] == [(1, "live")]
    with organised.db.reading() as session:
        told = sa.select(RevisionMove.move, RevisionMove.person_id, RevisionMove.why).order_by(RevisionMove.id)
        moves = [tuple(row) for row in session.execute(told)]
        live = session.get_one(Revision, article(organised, "KB0103").live_revision_id)
    assert moves == [("supersede", None, ""), ("lead_on", None, "Links to KB0101 now lead to KB0102.")]
    assert (live.significance, live.note) == ("typo", "Links to KB0101 now lead to KB0102.")
    assert texts.stored(live).fields["id"] == "KB0103"
    assert log_of(coach, "KB0101")[1] == ("merge", "Kim Sand", "They say the same.", "KB0102")


def test_a_text_that_was_led_on_keeps_its_writer_who_still_does_not_check_it_alone(
    organised: Portal, make_article: MakeArticle, coach: Desk, desk: Callable[..., Desk], run_jobs: Callable[[], int]
):
    make_article("KB0101")
    make_article("KB0102", title="Print again after a jam")
    writer = desk("front_line", grant="publisher")
    made = writer.publish(writer.start_new("Look at [this](/kb/KB0101) first.\n"))
    draft = writer.start(article_ref(organised, made))

    act(coach, "merge", "KB0101", "KB0102")
    run_jobs()

    ref = article_ref(organised, made)
    assert [row[:2] for row in stand(organised, ref)] == [(1, "superseded"), (2, "draft"), (3, "live")]
    with organised.db.reading() as session:
        live = session.get_one(Revision, article(organised, ref).live_revision_id)
        kept = session.get_one(Revision, draft.id).body
    assert live.author_id == writer.id
    assert kept == "Look at [this](/kb/KB0101) first.\n"
    with pytest.raises(Forbidden, match="You wrote this text yourself"):
        writer.validate(ref)


def article_ref(house: Portal, revision: Revision) -> str:
    with house.db.reading() as session:
        return session.get_one(Article, revision.article_id).ref


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("See KB0101.", "See KB0102."),
        ("[a](/kb/kb0101-old-words#h-part)", "[a](/kb/KB0102-the-printer-is-dead)"),
        ("[KB0101]: /kb/KB0101", "[KB0102]: /kb/KB0102-the-printer-is-dead"),
        ("KB01011 and XKB0101 and /kb/KB01011", "KB01011 and XKB0101 and /kb/KB01011"),
        ("`KB0101` and KB0101", "`KB0101` and KB0102"),
        ("```text\nKB0101\n```", "```text\nKB0101\n```"),
        ("```decision\nend: KB0101\n```", "```decision\nend: KB0102\n```"),
        ("::: support\nKB0101\n:::\nKB0101", "::: support\nKB0102\n:::\nKB0102"),
    ],
)
def test_a_link_and_a_name_follow_and_code_stays(before: str, after: str):
    assert relinking.led_on(before, "KB0101", STAYS, readers=Reach(Level.EVERYONE)) == after


def test_a_link_is_left_where_somebody_reads_it_who_may_not_open_the_one_that_stays():
    body = "KB0101\n\n::: support\nKB0101\n:::\n"
    for_support = relinking.Stays(ref="KB0102", path="/kb/KB0102", reach=Reach(Level.SUPPORT))
    for_sales = relinking.Stays(ref="KB0102", path="/kb/KB0102", reach=Reach(Level.EVERYONE, frozenset({"unit:sales"})))

    led = relinking.led_on(body, "KB0101", for_support, readers=Reach(Level.EVERYONE))
    kept = relinking.led_on(body, "KB0101", for_sales, readers=Reach(Level.EVERYONE))

    assert led == "KB0101\n\n::: support\nKB0102\n:::\n"
    assert kept == body


def test_the_words_of_the_one_that_went_are_offered_as_a_draft_on_the_one_that_stays(
    organised: Portal, make_article: MakeArticle, coach: Desk
):
    make_article("KB0101", words=["no paper comes out", "Jam in the printer", "paper jam"])
    make_article("KB0102", title="Print again after a jam", words=["no toner", "paper jam", "grey pages"])

    draft = act(coach, "merge", "KB0101", "KB0102", take_words=True)

    fields = texts.stored(draft).fields
    assert fields["words"] == ["no toner", "paper jam", "grey pages", "no paper comes out", "Jam in the printer"]
    assert len(fields["finds"]) == 2
    assert [row[:2] for row in stand(organised, "KB0102")] == [(1, "live"), (2, "draft")]


def test_nothing_is_begun_when_the_one_that_stays_has_all_the_words(make_article: MakeArticle, coach: Desk):
    make_article("KB0101")
    make_article("KB0102", title="Print again after a jam")

    assert act(coach, "merge", "KB0101", "KB0102", take_words=True) is None
    assert [row[:2] for row in stand(coach.house, "KB0102")] == [(1, "live")]


def test_the_reason_and_the_other_article_are_told_to_who_may_read_them(
    make_article: MakeArticle, coach: Desk, desk: Callable[..., Desk]
):
    make_article("KB0101", "Look.\n\n::: specialists\nThe secret part.\n:::\n")
    make_article("KB0102", title="Print again after a jam", audience="specialists")
    act(coach, "archive", "KB0101", successor="KB0102", why="The secret part moved.")

    assert log_of(desk("front_line"), "KB0101") == [("archive", "Kim Sand", "", "")]

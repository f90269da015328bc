"""What was done because of answers, and how those who gave them hear of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import improvements
from plugins.feedback.improvements import Source, Texts
from plugins.feedback.loop_models import Improvement, ImprovementSource
from plugins.feedback.models import Verbatim
from plugins.feedback.round_models import Round
from portal.articles import service as articles
from portal.articles.events import ArticlePublished
from portal.articles.models import Revision
from portal.articles.states import RevisionState
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import emit
from portal.notices import queries as notices
from portal.testing import NOON
from tests.plugins.feedback.said import invited, rights, wrote

TEXTS = Texts(title="The form says which button", said="Nobody found the button.")


@pytest.fixture
def people(make_person):
    """A coach, a writer of support and a reader."""
    return make_person("Kim", roles=["coach"]), make_person("Sam", roles=["front_line"]), make_person("Jo")


def test_words_become_an_improvement_and_count_as_linked(session, people, make_article):
    coach, _writer, reader = people
    article = make_article()
    words = wrote(session, invited(session, reader, article=article), "No button.")
    mine = rights(session, coach)

    made = improvements.propose(session, TEXTS, mine, sources=[Source(verbatim_id=words.id)], now=NOON)
    improvements.add_source(session, made, Source(verbatim_id=words.id), mine)

    assert (made.state, made.proposer_id, made.article_id, made.title) == (
        "idea", coach.id, article.id, "The form says which button",
    )  # fmt: skip
    assert words.state == "linked"
    assert session.scalars(sa.select(ImprovementSource.invitation_id)).all() == [words.invitation_id]
    with pytest.raises(NotFound):
        improvements.add_source(session, made, Source(verbatim_id=words.id), rights(session, reader))


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        (Texts(title=" ", said="x"), "title"),
        (Texts(title="x", said=""), "said"),
        (Texts(title="x" * 121, said="x"), "title"),
        (Texts(title="x", said="x", effect="x" * 1001), "effect"),
    ],
)
def test_what_is_missing_or_too_long_is_refused_beside_its_field(session, people, texts, field):
    with pytest.raises(Refused) as fault:
        improvements.propose(session, texts, rights(session, people[0]), now=NOON)

    assert fault.value.field == field


def test_it_goes_from_an_idea_to_what_was_checked(session, people):
    coach, writer, _reader = people
    mine, theirs = rights(session, coach), rights(session, writer)
    made = improvements.propose(session, TEXTS, theirs, now=NOON)

    with pytest.raises(Forbidden):
        improvements.move(session, made.id, "accept", theirs, saves=0, owner_id=writer.id, now=NOON)
    assert _refused(session, made, "accept", mine, owner_id=None) == "It is not said who looks after it."
    improvements.move(session, made.id, "accept", mine, saves=0, owner_id=writer.id, now=NOON)
    improvements.move(session, made.id, "begin", theirs, saves=1, now=NOON)
    assert _refused(session, made, "deliver", theirs) == "Say what was done."
    assert _refused(session, made, "accept", mine) == "It does not stand like that any more."
    with pytest.raises(Refused, match="Somebody else changed this improvement"):
        improvements.move(session, made.id, "deliver", theirs, saves=1, words="The button is blue.", now=NOON)
    improvements.move(session, made.id, "deliver", theirs, saves=2, words="The button is blue.", now=NOON)
    improvements.move(session, made.id, "check", mine, saves=3, now=NOON)

    assert (made.state, made.owner_id, made.done, made.delivered_at, made.saves) == (
        "checked", writer.id, "The button is blue.", NOON, 4,
    )  # fmt: skip


def test_others_see_nothing_of_it_before_it_is_there(session, people):
    coach, writer, reader = people
    made = improvements.propose(session, TEXTS, rights(session, coach), now=NOON)

    assert improvements.page_of(session, rights(session, writer)) == ([], 1)
    with pytest.raises(NotFound):
        improvements.one(session, made.id, rights(session, reader))
    assert improvements.front(session) == []


def test_the_front_page_has_the_last_five_that_are_for_everybody(session, organised):
    for number in range(7):
        session.add(
            Improvement(
                title=f"Number {number}", said="Said.", done="Done.", state="checked" if number % 2 else "delivered",
                made_at=NOON, delivered_at=NOON + timedelta(days=number), is_public=number != 5,
            )
        )  # fmt: skip
    session.add(Improvement(title="Idea", said="Said.", state="doing", made_at=NOON))
    session.flush()

    assert [each.title for each in improvements.front(session)] == [
        "Number 6", "Number 4", "Number 3", "Number 2", "Number 1",
    ]  # fmt: skip
    assert improvements.said_count(session) == 6


def test_every_source_is_told_once_and_can_say_whether_it_helped(
    house, organised, people, make_article, run_jobs, frozen_clock
):
    coach, _writer, reader = people
    article = make_article()
    with house.db.transaction() as session:
        first, second = invited(session, reader, article=article), invited(session, reader, article=article)
        mine = rights(session, coach)
        sources = [Source(verbatim_id=wrote(session, each, "No button.").id) for each in (first, second)]
        made = improvements.propose(session, TEXTS, mine, sources=sources, now=NOON)
        improvements.move(session, made.id, "accept", mine, saves=0, owner_id=coach.id, now=NOON)
        improvements.move(session, made.id, "deliver", mine, saves=1, words="It is blue.", now=NOON)
        improvement_id = made.id
    run_jobs()
    with house.db.transaction() as session:
        improvements.confirm(session, improvement_id, reader.id, "partly")

    with house.db.reading() as session:
        assert _lines(session, reader) == [
            ("You told us something on 2 March 2026. It helped: “The form says which button”.",
             f"/feedback/told/{improvement_id}")
        ]  # fmt: skip
        assert _lines(session, coach) == []
        assert improvements.confirmed(session, improvement_id) == {"partly": 2}
        with pytest.raises(NotFound):
            improvements.confirm(session, improvement_id, coach.id, "yes")
        with pytest.raises(Refused):
            improvements.confirm(session, improvement_id, reader.id, "")


def test_whoever_answered_in_an_anonymous_round_is_told_by_the_front_page_alone(
    house, organised, people, run_jobs, frozen_clock
):
    coach = people[0]
    with house.db.transaction() as session:
        around = Round(template="P", state="closed", form=[], opens_at=NOON, closes_at=NOON, closed_at=NOON,
                       answered=10, made_at=NOON)  # fmt: skip
        session.add(around)
        session.flush()
        words = wrote(session, None, "Too many lists.", question_id="P7", round_id=around.id)
        mine = rights(session, coach)
        sources = [Source(verbatim_id=words.id), Source(round_id=around.id)]
        made = improvements.propose(session, TEXTS, mine, sources=sources, now=NOON)
        improvements.move(session, made.id, "accept", mine, saves=0, owner_id=coach.id, now=NOON)
        improvements.move(session, made.id, "deliver", mine, saves=1, words="One list.", now=NOON)
    run_jobs()

    with house.db.reading() as session:
        assert [_lines(session, each) for each in people] == [[], [], []]
        assert [each.done for each in improvements.front(session)] == ["One list."]
        assert session.scalars(sa.select(Verbatim.tagged_at)).all() == [None]


@pytest.mark.parametrize(("significance", "hears"), [("changed", True), ("old_is_wrong", True), ("typo", False)])
def test_whom_a_page_did_not_help_hears_that_it_was_mended(
    house, people, make_article, make_person, run_jobs, frozen_clock, significance, hears
):
    _coach, writer, reader = people
    content, article = make_person("Lee"), make_article()
    with house.db.transaction() as session:
        for person, value in ((reader, "partly"), (content, "yes"), (writer, "no")):
            who = rights(session, person)
            articles.give_verdict(
                session, article.ref, rights=who, visitor=None, value=value, words="",
                revision_id=article.live_revision_id, now=NOON,
            )  # fmt: skip
    run_jobs()
    for _again in range(2):
        with house.db.transaction() as session:
            text = session.get_one(Revision, article.live_revision_id)
            newer = Revision(
                article_id=article.id, number=text.number + 1 + _again, title=text.title, front=text.front,
                body=text.body, state=RevisionState.DISCARDED, author_id=writer.id, created_at=NOON, updated_at=NOON,
            )  # fmt: skip
            session.add(newer)
            session.flush()
            emit(session, ArticlePublished(
                actor_id=None, article_id=article.id, ref=article.ref, revision_id=newer.id, significance=significance,
            ))  # fmt: skip
        run_jobs()

    with house.db.reading() as session:
        told = {each.name: _lines(session, each) for each in (reader, content, writer)}
    words = "“Printing does not work” was changed, which you said fixed it in part. Does it fix it now?"
    assert told == {"Jo": [(words, f"/kb/{article.address}#verdict")] if hears else [], "Lee": [], "Sam": []}


def _refused(session, improvement, move, who, **values):
    with pytest.raises(Refused) as fault:
        improvements.move(session, improvement.id, move, who, saves=improvement.saves, now=NOON, **values)
    return fault.value.message


def _lines(session, person):
    told, _pages = notices.page_of(session, rights(session, person))
    return [(each.line.text, each.line.path) for each in told if each.kind.source == "feedback"]

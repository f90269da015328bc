"""What a coach looks at before a grant: articles drawn by chance, the same all day, only what the coach may read."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from portal.articles import evidence, service
from portal.articles.models import Article, Revision
from portal.articles.states import RevisionState
from portal.testing import NOON
from tests.articles.conftest import SPECIALIST, SUPPORT

DAY = date(2026, 3, 2)
REFS = st.lists(st.integers(1, 9999).map("KB{:04}".format), unique=True, max_size=40)


@given(refs=REFS, person_id=st.integers(1, 10**6), day=st.dates())
def test_five_are_drawn_in_no_order_that_counts_and_a_new_article_changes_one_at_most(refs, person_id, day):
    drawn = evidence.drawn(refs, person_id=person_id, day=day)

    assert len(drawn) == min(len(refs), 5)
    assert set(drawn) <= set(refs)
    assert evidence.drawn(refs[::-1], person_id=person_id, day=day) == drawn
    assert len(set(drawn) - set(evidence.drawn([*refs, "KB00000"], person_id=person_id, day=day))) <= 1


def test_another_day_and_another_person_draw_others_and_in_the_end_each_article_comes_up():
    refs = [f"KB{number:04}" for number in range(30)]
    days = [DAY + timedelta(days=number) for number in range(60)]

    draws = {tuple(evidence.drawn(refs, person_id=1, day=day)) for day in days}

    assert len(draws) == 60
    assert {ref for draw in draws for ref in draw} == set(refs)
    assert evidence.drawn(refs, person_id=1, day=DAY) != evidence.drawn(refs, person_id=2, day=DAY)


@pytest.fixture
def robin(make_person):
    return make_person("Robin Bell", roles=("onsite",))


@pytest.fixture
def written(house, make_article):
    """Put an article live, with its text by a person."""

    def write(person, ref, **values):
        article = make_article(ref, **values)
        with house.db.transaction() as session:
            session.execute(
                sa.update(Revision).where(Revision.id == article.live_revision_id).values(author_id=person.id)
            )
        return article

    return write


def titles(sample):
    return [each.article.title for each in sample.articles]


def test_all_of_a_few_articles_are_shown_by_title(session, robin, make_person, make_article, written):
    written(robin, "KB0101", title="The printer is silent")
    written(robin, "KB0102", title="A tray is empty")
    written(make_person("Kim"), "KB0103", title="By somebody else")
    make_article("KB0104", title="From a file")

    sample = evidence.sampled(session, SPECIALIST, robin.id, day=DAY)

    assert (titles(sample), sample.total) == (["A tray is empty", "The printer is silent"], 2)


def test_of_many_articles_five_are_shown_the_same_ones_all_day(session, robin, written, query_count):
    for number in range(8):
        written(robin, f"KB01{number:02}", title=f"Trouble number {number}")

    with query_count() as count:
        first = evidence.sampled(session, SPECIALIST, robin.id, day=DAY)
    again = evidence.sampled(session, SPECIALIST, robin.id, day=DAY)
    other_days = {tuple(titles(evidence.sampled(session, SPECIALIST, robin.id, day=DAY.replace(day=3 + n)))) for n in
                  range(5)}  # fmt: skip

    assert count() == 2
    assert (len(first.articles), first.total) == (5, 8)
    assert first == again
    assert len(other_days) > 1


def test_a_coach_sees_only_what_the_coach_may_read(session, robin, written):
    written(robin, "KB0101", title="For all")
    written(robin, "KB0102", title="For specialists", audience="specialists")
    written(robin, "KB0103", title="For admins", readers=["role:admin"])

    seen = [evidence.sampled(session, rights, robin.id, day=DAY) for rights in (SUPPORT, SPECIALIST)]

    assert [(titles(sample), sample.total) for sample in seen] == [
        (["For all"], 1),
        (["For all", "For specialists"], 2),
    ]


def test_each_article_says_whom_it_helped_who_reviewed_it_and_whether_it_is_still_theirs(
    house, session, robin, make_person, make_article, rights_for, written
):
    theirs = written(robin, "KB0101", title="Theirs", confidence="validated")
    changed = written(robin, "KB0102", title="Changed since")
    written(robin, "KB0103", title="Checked", checked_on=date(2026, 2, 1), checked_by="knowledge-lead")
    make_article("KB0102", "Another text.\n", title="Changed since")
    lee = make_person("Lee", roles=("specialist",))
    readers = [rights_for(name=name, login=name) for name in ("ada", "bo", "cy")]
    with house.db.transaction() as writing:
        for number, rights in enumerate(readers):
            service.give_verdict(
                writing, "KB0101", rights=rights, visitor=None, value="yes" if number < 2 else "no", words="",
                revision_id=None, now=NOON,
            )  # fmt: skip
        own = SUPPORT.__class__(person_id=robin.id, level=1)
        service.give_verdict(
            writing, "KB0101", rights=own, visitor=None, value="yes", words="", revision_id=None, now=NOON
        )
        decided = {theirs.id: lee.id, changed.id: robin.id}
        for article_id, by in decided.items():
            writing.execute(
                sa.update(Revision)
                .where(Revision.article_id == article_id, Revision.author_id == robin.id)
                .values(decided_by=by, decided_at=NOON)
            )

    sample = evidence.sampled(session, SPECIALIST, robin.id, day=DAY)

    assert [
        (each.article.title, each.article.confidence, each.article.people, each.reviewed_on, each.is_changed)
        for each in sample.articles
    ] == [
        ("Changed since", "not_validated", 0, None, True),
        ("Checked", "not_validated", 0, date(2026, 2, 1), False),
        ("Theirs", "validated", 2, DAY, False),
    ]


def test_what_is_not_live_is_no_evidence(house, session, robin, written, make_article):
    archived = written(robin, "KB0101")
    draft = make_article("KB0102")
    with house.db.transaction() as writing:
        service.archive(writing, writing.get_one(Article, archived.id), successor=None, by=None, now=NOON)
        writing.add(
            Revision(
                article_id=draft.id, number=2, state=RevisionState.DRAFT, title="Draft", front={}, body="Draft",
                author_id=robin.id, created_at=NOON, updated_at=NOON,
            )
        )  # fmt: skip

    assert evidence.sampled(session, SPECIALIST, robin.id, day=DAY) == evidence.Sample(articles=[], total=0)


def test_the_page_shows_the_evidence_to_a_coach_and_to_nobody_else(app, robin, as_role, sign_in, written):
    written(robin, "KB0101", title="The printer is silent")
    path = f"/people/{robin.id}"

    pages = {role: as_role(role).get(path).text for role in ("coach", "admin", "lead", "end_user")}
    pages["own"] = sign_in(app.test_client(), robin).get(path).text

    assert [role for role, page in pages.items() if "The printer is silent" in page] == ["coach"]
    assert '<a href="/kb/KB0101-the-printer-is-silent">The printer is silent</a>' in pages["coach"]
    assert "Something does not work · Not yet checked by a second person" in pages["coach"]
    assert "Helped 0 people · not reviewed yet" in pages["coach"]
    assert pages["coach"].count("<ol>") == 1
    assert "Is it the only article about this?" in pages["coach"]


def test_where_nothing_is_live_the_page_says_so(robin, organised, as_role):
    page = as_role("coach").get(f"/people/{robin.id}").text

    assert "No article of theirs is live yet, so there is nothing to look at." in page
    assert "The ten points" not in page

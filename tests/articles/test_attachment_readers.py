"""Who may read a picture or file: exactly those who read the part of a text that uses it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.accounts.rights import rights_of
from portal.articles import attachment_queries
from portal.articles import service as articles
from portal.articles.attachment_models import AttachmentUse
from portal.articles.levels import Level
from portal.articles.models import Article, Revision
from portal.articles.states import RevisionState
from portal.testing import NOON
from tests.articles.conftest import EVERYONE, PRINTING_SUPERUSER, SPECIALIST, SUPPORT
from tests.data import hostile_files as files

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def writer(rights_for):
    return rights_for(roles=("front_line",))


@pytest.fixture
def opens(house):
    """Whether a picture or file opens for these rights."""

    def one(attachment, rights) -> bool:
        with house.db.reading() as session:
            return attachment_queries.by_name(session, attachment.name, rights) is not None

    return one


def shown(*parts: str) -> str:
    """A text with a part for everyone, for support and for specialists."""
    first, support, specialists = parts
    return f"{first}\n\n::: support\n{support}\n:::\n\n::: specialists\n{specialists}\n:::\n"


def test_a_file_opens_for_exactly_those_who_read_the_part_that_uses_it(
    add_file, writer, make_article, opens, rights_for
):
    low, middle, high, own = (add_file(writer) for _number in range(4))

    make_article(body=shown(low.markdown, middle.markdown, high.markdown))

    readers = {"everyone": EVERYONE, "superuser": PRINTING_SUPERUSER, "support": SUPPORT, "specialist": SPECIALIST}
    readers |= {"writer": writer, "colleague": rights_for(roles=("specialist",))}
    assert {name: [opens(each, rights) for each in (low, middle, high, own)] for name, rights in readers.items()} == {
        "everyone": [True, False, False, False],
        "superuser": [True, True, False, False],
        "support": [True, True, False, False],
        "specialist": [True, True, True, False],
        "writer": [True, True, False, True],
        "colleague": [True, True, True, False],
    }


def test_a_file_of_an_article_for_few_opens_for_them_alone(add_file, writer, make_article, opens, rights_for):
    used = add_file(writer, files.pdf(), "plan.pdf")

    make_article(body=f"{used.markdown}\n", audience="support", readers=["party:front-line"])

    assert opens(used, rights_for(roles=("front_line",), party_id="front-line"))
    assert not opens(used, rights_for(roles=("specialist",), party_id="workplace"))
    assert not opens(used, SUPPORT)
    assert not opens(used, writer)


def test_the_lowest_level_of_a_text_decides_and_a_second_article_opens_it_too(
    add_file, writer, make_article, opens, session
):
    twice, shared = add_file(writer), add_file(writer)

    first = make_article(body=shown(twice.markdown, twice.markdown, shared.markdown))
    make_article("KB0102", f"See {shared.path} and {shared.path}.\n", audience="support")

    uses = {tuple(row) for row in session.execute(sa.select(AttachmentUse.attachment_id, AttachmentUse.level))}
    assert uses == {(twice.id, Level.EVERYONE), (shared.id, Level.SPECIALISTS), (shared.id, Level.SUPPORT)}
    assert (opens(twice, EVERYONE), opens(shared, EVERYONE), opens(shared, SUPPORT)) == (True, False, True)
    assert first.live_revision_id is not None


def test_a_text_that_gives_a_file_up_closes_it(add_file, writer, make_article, opens):
    used = add_file(writer)
    make_article(body=f"{used.markdown}\n")
    before = opens(used, EVERYONE)

    make_article(body="Nothing is shown.\n")

    assert (before, opens(used, EVERYONE), opens(used, writer)) == (True, False, True)


def test_an_archived_article_goes_on_showing_its_pictures(house, add_file, writer, make_article, opens):
    used = add_file(writer)
    article = make_article(body=f"{used.markdown}\n")

    with house.db.transaction() as session:
        articles.archive(session, session.get_one(Article, article.id), successor=None, by=None, now=NOON)

    assert opens(used, EVERYONE)


def test_a_file_in_a_draft_opens_for_its_writer_and_for_whoever_could_decide(
    house, add_file, make_person, make_article, opens
):
    people = {name: make_person(name, roles=roles) for name, roles in
              {"adder": ["front_line"], "writer": ["front_line"], "colleague": ["front_line"], "coach": ["coach"],
               "end user": []}.items()}  # fmt: skip
    with house.db.reading() as session:
        rights = {name: rights_of(session, person) for name, person in people.items()}
    article = make_article()
    used = add_file(rights["adder"])

    with house.db.transaction() as session:
        draft = Revision(
            article_id=article.id, number=2, state=RevisionState.SUBMITTED, title="A draft", front={},
            body=f"{used.markdown}\n", author_id=people["writer"].id, created_at=NOON, updated_at=NOON,
            service_id="printing", audience=0, reach=1, needs="contributor", readers="",
        )  # fmt: skip
        session.add(draft)

    assert {name: opens(used, each) for name, each in rights.items()} == {
        "adder": True, "writer": True, "colleague": False, "coach": True, "end user": False,
    }  # fmt: skip
    assert not opens(used, EVERYONE)


def test_a_picture_of_a_suggestion_opens_for_whoever_decides_and_once_it_is_live_for_its_readers(
    add_file, desk, make_article, opens
):
    people = {"suggester": desk(), "colleague": desk(), "candidate": desk("front_line"),
              "specialist": desk("specialist"), "coach": desk("coach")}  # fmt: skip
    make_article()
    text = people["suggester"].start("KB0101")
    picture = add_file(people["suggester"].rights)

    def seen() -> set[str]:
        found = {name for name, each in people.items() if opens(picture, each.rights)}
        return found | ({"visitor"} if opens(picture, EVERYONE) else set())

    before = seen()
    text = people["suggester"].save(text, f"{picture.markdown}\n")
    text = people["suggester"].submit(text, significance="changed")
    submitted = seen()
    people["coach"].accept(text, significance="changed")

    assert (before, submitted, seen()) == ({"suggester"}, {"suggester", "coach"}, {*people, "visitor"})


def test_a_picture_of_a_declined_suggestion_stays_with_its_writer_and_those_who_decide(
    add_file, desk, make_article, opens
):
    suggester, coach, other = desk(), desk("coach"), desk("front_line")
    make_article()
    text = suggester.start("KB0101")
    picture = add_file(suggester.rights)
    text = suggester.save(text, f"{picture.markdown}\n")
    coach.decline(suggester.submit(text, significance="changed"), reason="It is there.")

    readers = (suggester.rights, coach.rights, other.rights, EVERYONE)
    assert [opens(picture, rights) for rights in readers] == [True, True, False, False]


def test_rendering_again_keeps_the_uses(house, add_file, writer, make_article, session):
    from portal.articles import renewing

    used = add_file(writer)
    article = make_article(body=shown("Words.", used.markdown, "Words."))

    renewing.render_again(house.db, article.id)

    use = session.scalars(sa.select(AttachmentUse)).one()
    assert (use.attachment_id, use.revision_id, use.level) == (used.id, article.live_revision_id, Level.SUPPORT)

"""Pictures and files: who may add one, and what becomes of one that no text uses."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.articles import attachments
from portal.articles.attachment_models import Attachment
from portal.articles.models import Revision
from portal.articles.states import RevisionState
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import EventRow
from portal.testing import NOON
from tests.articles.attaching import rows
from tests.articles.conftest import SUPPORT
from tests.data import hostile_files as files

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def writer(rights_for):
    return rights_for(roles=("front_line",))


# Adding


def test_what_was_added_is_known_by_row_and_file_and_told_without_its_words(house, store, add_file, writer, session):
    added = add_file(writer, filename="C:\\holiday\\my <shot>\u202e.jpeg", alt="  A red   corner ")

    stored = session.scalars(sa.select(Attachment)).one()
    event = session.scalars(sa.select(EventRow).where(EventRow.name == "attachment.added")).one()
    assert (stored.title, stored.alt, stored.extension, stored.width, stored.height) == (
        "my shot", "A red corner", "png", 40, 30,
    )  # fmt: skip
    assert (stored.filename, stored.markdown) == ("my shot.png", f"![A red corner](/attachments/{stored.name})")
    assert (stored.uploaded_by, stored.uploaded_at, stored.bytes) == (
        writer.person_id,
        NOON,
        len(store.read(stored.name)),
    )
    assert (event.actor_id, event.payload) == (
        writer.person_id,
        {"attachment_id": added.id, "extension": "png", "bytes": stored.bytes},
    )


def test_words_of_a_picture_cannot_break_out_of_their_line(add_file, writer):
    added = add_file(writer, alt="a](/kb) <b> `c` [d")

    assert added.markdown == f"![a\\](/kb) \\<b> \\`c\\` \\[d](/attachments/{added.name})"


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("a.png", "a"),
        ("../../etc/passwd", "passwd"),
        (".png", "png"),
        ("", "file"),
        ("\x00\r\n.pdf", "file"),
        ("x" * 300 + ".png", "x" * 100),
        ("Anleitung für Müller.v2.pdf", "Anleitung für Müller.v2"),
    ],
)
def test_a_name_keeps_its_words_and_nothing_that_misleads(filename, title):
    assert attachments.title_of(filename) == title


@pytest.mark.parametrize(
    ("alt", "said"),
    [("", "Nothing says what the picture shows."), (" \n ", "Nothing says"), ("x" * 301, "takes 301 characters")],
)
def test_a_picture_needs_words_for_those_who_do_not_see_it(alt, said):
    with pytest.raises(Refused, match=said):
        attachments.accept(files.png(), "a.png", alt, max_bytes=10**6, max_pixels=10**6)


def test_only_people_who_write_add_and_not_without_end(house, store, add_file, writer, rights_for, monkeypatch):
    with pytest.raises(Forbidden):
        add_file(SUPPORT)
    with pytest.raises(Refused, match="no text under way"):
        add_file(rights_for())
    monkeypatch.setattr(attachments, "A_DAY_AT_MOST", 2)
    add_file(writer)
    add_file(writer)

    with pytest.raises(Refused, match="within a day"):
        add_file(writer)

    assert (rows(house), len(store.sizes())) == (2, 2)


def test_who_suggests_adds_for_a_text_under_way_and_no_heap_that_no_text_uses(
    add_file, desk, make_article, monkeypatch
):
    monkeypatch.setattr(attachments, "UNUSED_AT_MOST", 2)
    reader = desk()
    make_article()
    text = reader.start("KB0101")
    used, _unused = add_file(reader.rights), add_file(reader.rights)

    with pytest.raises(Refused, match=r"^2 of your pictures and files of today are in no text yet\."):
        add_file(reader.rights)
    reader.save(text, f"{used.markdown}\n")
    third = add_file(reader.rights)
    reader.discard(text)

    assert third.uploaded_by == reader.id
    with pytest.raises(Refused, match="no text under way"):
        add_file(reader.rights)


@pytest.mark.parametrize("case", files.REFUSED)
def test_what_is_hostile_or_broken_is_refused_with_a_sentence(case):
    filename, made, sentence = files.REFUSED[case]

    with pytest.raises(Refused) as caught:
        attachments.accept(made(), filename, "A picture", max_bytes=20 * 2**20, max_pixels=25_000_000)

    assert (caught.value.message, bool(caught.value.hint)) == (sentence, True)


# Words


def test_words_are_changed_by_who_added_the_picture_alone(house, add_file, writer, rights_for, session):
    picture, paper = add_file(writer), add_file(writer, files.pdf(), "plan.pdf")
    other = rights_for(roles=("coach",))

    with house.db.transaction() as open_session:
        attachments.describe(open_session, picture.name, " A new  corner", rights=writer)
        attachments.describe(open_session, picture.name, "A new corner", rights=writer)
    for name, rights in ((picture.name, other), (paper.name, writer), ("nothing", writer)):
        with pytest.raises(NotFound), house.db.transaction() as open_session:
            attachments.describe(open_session, name, "Words", rights=rights)

    events = session.scalars(sa.select(EventRow).where(EventRow.name == "attachment.described")).all()
    assert (session.get_one(Attachment, picture.id).alt, [event.payload for event in events]) == (
        "A new corner",
        [{"attachment_id": picture.id}],
    )


# Forgetting


def test_what_no_text_uses_goes_after_a_day_and_all_else_stays(
    house, store, add_file, writer, make_article, run_jobs, frozen_clock
):
    live, before, drafted, unused = (add_file(writer) for _number in range(4))
    make_article(body=f"{before.markdown}\n")
    article = make_article(body=f"{live.markdown}\n")
    with house.db.transaction() as session:
        session.add(
            Revision(
                article_id=article.id, number=3, state=RevisionState.DRAFT, title="A draft", front={},
                body=drafted.markdown, author_id=writer.person_id, created_at=NOON, updated_at=NOON,
            )
        )  # fmt: skip
    frozen_clock(NOON + timedelta(hours=2))
    late = add_file(writer)

    worker = house.worker(name="test")
    worker.run_schedules(NOON + timedelta(hours=23))
    all_there = len(store.sizes())
    frozen_clock(NOON + timedelta(hours=25))
    worker.run_schedules(now())
    run_jobs()

    with house.db.reading() as session:
        kept = set(session.scalars(sa.select(Attachment.name)))
        told = [
            event.payload for event in session.scalars(sa.select(EventRow).where(EventRow.name == "attachment.removed"))
        ]
    assert (all_there, kept) == (5, {live.name, before.name, drafted.name, late.name})
    assert (set(store.sizes()), told) == (kept, [{"attachment_id": unused.id, "file": unused.name}])


def test_doctor_names_a_file_that_is_gone_changed_or_left_over(house, store, add_file, writer):
    from portal.articles.doctor import stored_files

    gone, changed, _whole = add_file(writer), add_file(writer), add_file(writer)
    store.remove(gone.name)
    store.path(changed.name).write_bytes(b"short")
    with store.kept(b"words", ".txt") as spare:
        pass
    with house.db.reading() as session:
        found = stored_files(store).run(session)

    damaged = [
        f"{store.path(each)} is missing or was changed. Take it from a backup." for each in (gone.name, changed.name)
    ]
    assert list(found) == [*sorted(damaged), f"{store.path(spare)} belongs to nothing: it can be deleted."]

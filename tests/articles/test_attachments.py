"""Pictures and files: who may add one, who may read one, and what becomes of one that no text uses."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.accounts.rights import rights_of
from portal.articles import attachment_queries, attachments
from portal.articles import service as articles
from portal.articles.attachment_models import Attachment, AttachmentUse
from portal.articles.levels import Level
from portal.articles.models import Article, Revision
from portal.articles.states import RevisionState
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import EventRow
from portal.core.filestore import FileStore
from portal.testing import NOON, csrf_of
from tests.articles.conftest import EVERYONE, PRINTING_SUPERUSER, SPECIALIST, SUPPORT
from tests.data import hostile_files as files

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def store(house):
    return FileStore(house.config.instance)


@pytest.fixture
def add(house, store):
    """Add a picture or file past the pages and return it."""

    def one(rights, data=None, filename="shot.png", alt="A red corner"):
        data = files.png() if data is None else data
        accepted = attachments.accept(data, filename, alt, max_bytes=10**7, max_pixels=10**7)
        with store.kept(accepted.data, accepted.ending) as name, house.db.transaction() as session:
            return attachments.add(session, name, accepted, rights=rights, now=now())

    return one


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


def rows(house) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count(Attachment.id)))


def left_behind(house) -> list[Path]:
    """All files of the instance folder that no start of the portal makes."""
    folder = house.config.instance / "files"
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


# Adding


def test_what_was_added_is_known_by_row_and_file_and_told_without_its_words(house, store, add, writer, session):
    added = add(writer, filename="C:\\holiday\\my <shot>\u202e.jpeg", alt="  A red   corner ")

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


def test_words_of_a_picture_cannot_break_out_of_their_line(add, writer):
    added = add(writer, alt="a](/kb) <b> `c` [d")

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


def test_only_people_who_write_add_and_not_without_end(house, store, add, writer, rights_for, monkeypatch):
    with pytest.raises(Forbidden):
        add(SUPPORT)
    with pytest.raises(Refused, match="no text under way"):
        add(rights_for())
    monkeypatch.setattr(attachments, "A_DAY_AT_MOST", 2)
    add(writer)
    add(writer)

    with pytest.raises(Refused, match="within a day"):
        add(writer)

    assert (rows(house), len(store.sizes())) == (2, 2)


def test_who_suggests_adds_for_a_text_under_way_and_no_heap_that_no_text_uses(add, desk, make_article, monkeypatch):
    monkeypatch.setattr(attachments, "UNUSED_AT_MOST", 2)
    reader = desk()
    make_article()
    text = reader.start("KB0101")
    used, _unused = add(reader.rights), add(reader.rights)

    with pytest.raises(Refused, match=r"^2 of your pictures and files of today are in no text yet\."):
        add(reader.rights)
    reader.save(text, f"{used.markdown}\n")
    third = add(reader.rights)
    reader.discard(text)

    assert third.uploaded_by == reader.id
    with pytest.raises(Refused, match="no text under way"):
        add(reader.rights)


@pytest.mark.parametrize("case", files.REFUSED)
def test_what_is_hostile_or_broken_is_refused_with_a_sentence(case):
    filename, made, sentence = files.REFUSED[case]

    with pytest.raises(Refused) as caught:
        attachments.accept(made(), filename, "A picture", max_bytes=20 * 2**20, max_pixels=25_000_000)

    assert (caught.value.message, bool(caught.value.hint)) == (sentence, True)


# Reading


def shown(*parts: str) -> str:
    """A text with a part for everyone, for support and for specialists."""
    first, support, specialists = parts
    return f"{first}\n\n::: support\n{support}\n:::\n\n::: specialists\n{specialists}\n:::\n"


def test_a_file_opens_for_exactly_those_who_read_the_part_that_uses_it(add, writer, make_article, opens, rights_for):
    low, middle, high, own = (add(writer) for _number in range(4))

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


def test_a_file_of_an_article_for_few_opens_for_them_alone(add, writer, make_article, opens, rights_for):
    used = add(writer, files.pdf(), "plan.pdf")

    make_article(body=f"{used.markdown}\n", audience="support", readers=["party:front-line"])

    assert opens(used, rights_for(roles=("front_line",), party_id="front-line"))
    assert not opens(used, rights_for(roles=("specialist",), party_id="workplace"))
    assert not opens(used, SUPPORT)
    assert not opens(used, writer)


def test_the_lowest_level_of_a_text_decides_and_a_second_article_opens_it_too(
    add, writer, make_article, opens, session
):
    twice, shared = add(writer), add(writer)

    first = make_article(body=shown(twice.markdown, twice.markdown, shared.markdown))
    make_article("KB0102", f"See {shared.path} and {shared.path}.\n", audience="support")

    uses = {tuple(row) for row in session.execute(sa.select(AttachmentUse.attachment_id, AttachmentUse.level))}
    assert uses == {(twice.id, Level.EVERYONE), (shared.id, Level.SPECIALISTS), (shared.id, Level.SUPPORT)}
    assert (opens(twice, EVERYONE), opens(shared, EVERYONE), opens(shared, SUPPORT)) == (True, False, True)
    assert first.live_revision_id is not None


def test_a_text_that_gives_a_file_up_closes_it(add, writer, make_article, opens):
    used = add(writer)
    make_article(body=f"{used.markdown}\n")
    before = opens(used, EVERYONE)

    make_article(body="Nothing is shown.\n")

    assert (before, opens(used, EVERYONE), opens(used, writer)) == (True, False, True)


def test_an_archived_article_goes_on_showing_its_pictures(house, add, writer, make_article, opens):
    used = add(writer)
    article = make_article(body=f"{used.markdown}\n")

    with house.db.transaction() as session:
        articles.archive(session, session.get_one(Article, article.id), successor=None, by=None, now=NOON)

    assert opens(used, EVERYONE)


def test_a_file_in_a_draft_opens_for_its_writer_and_for_whoever_could_decide(
    house, add, make_person, make_article, opens
):
    people = {name: make_person(name, roles=roles) for name, roles in
              {"adder": ["front_line"], "writer": ["front_line"], "colleague": ["front_line"], "coach": ["coach"],
               "end user": []}.items()}  # fmt: skip
    with house.db.reading() as session:
        rights = {name: rights_of(session, person) for name, person in people.items()}
    article = make_article()
    used = add(rights["adder"])

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
    add, desk, make_article, opens
):
    people = {"suggester": desk(), "colleague": desk(), "candidate": desk("front_line"),
              "specialist": desk("specialist"), "coach": desk("coach")}  # fmt: skip
    make_article()
    text = people["suggester"].start("KB0101")
    picture = add(people["suggester"].rights)

    def seen() -> set[str]:
        found = {name for name, each in people.items() if opens(picture, each.rights)}
        return found | ({"visitor"} if opens(picture, EVERYONE) else set())

    before = seen()
    text = people["suggester"].save(text, f"{picture.markdown}\n")
    text = people["suggester"].submit(text, significance="changed")
    submitted = seen()
    people["coach"].accept(text, significance="changed")

    assert (before, submitted, seen()) == ({"suggester"}, {"suggester", "coach"}, {*people, "visitor"})


def test_a_picture_of_a_declined_suggestion_stays_with_its_writer_and_those_who_decide(add, desk, make_article, opens):
    suggester, coach, other = desk(), desk("coach"), desk("front_line")
    make_article()
    text = suggester.start("KB0101")
    picture = add(suggester.rights)
    text = suggester.save(text, f"{picture.markdown}\n")
    coach.decline(suggester.submit(text, significance="changed"), reason="It is there.")

    readers = (suggester.rights, coach.rights, other.rights, EVERYONE)
    assert [opens(picture, rights) for rights in readers] == [True, True, False, False]


def test_rendering_again_keeps_the_uses(house, add, writer, make_article, session):
    from portal.articles import loading

    used = add(writer)
    article = make_article(body=shown("Words.", used.markdown, "Words."))

    loading.render_again(house.db, article.id)

    use = session.scalars(sa.select(AttachmentUse)).one()
    assert (use.attachment_id, use.revision_id, use.level) == (used.id, article.live_revision_id, Level.SUPPORT)


# Words


def test_words_are_changed_by_who_added_the_picture_alone(house, add, writer, rights_for, session):
    picture, paper = add(writer), add(writer, files.pdf(), "plan.pdf")
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
    house, store, add, writer, make_article, run_jobs, frozen_clock
):
    live, before, drafted, unused = (add(writer) for _number in range(4))
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
    late = add(writer)

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


def test_doctor_names_a_file_that_is_gone_changed_or_left_over(house, store, add, writer):
    from portal.articles.doctor import stored_files

    gone, changed, _whole = add(writer), add(writer), add(writer)
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


# Pages


@pytest.fixture
def browser(as_role):
    return as_role("front_line")


def upload(client, data, filename="shot.png", alt="A red corner", **headers):
    fields = {"csrf_token": csrf_of(client), "alt": alt, "file": (io.BytesIO(data), filename)}
    return closed(client.post("/attachments", data=fields, headers=headers))


def closed(answer):
    """The answer, without the file that the client of the test wrote its request to."""
    answer.request.environ["wsgi.input"].close()
    return answer


def only(house) -> Attachment:
    with house.db.reading() as session:
        return session.scalars(sa.select(Attachment)).one()


JSON = {"Accept": "application/json"}


def test_the_editor_gets_what_it_needs_to_show_the_picture(house, browser):
    answer = upload(browser, files.with_exif("JPEG", orientation=6), "me.jpeg", "A  corner", **JSON)

    added = only(house)
    assert (answer.status_code, answer.json) == (
        201,
        {
            "name": added.name, "path": f"/attachments/{added.name}", "alt": "A corner", "is_picture": True,
            "markdown": f"![A corner](/attachments/{added.name})", "width": 30, "height": 40, "bytes": added.bytes,
        },
    )  # fmt: skip
    assert added.name[32:] == "-30x40.jpg"


def test_without_a_script_the_page_lists_it_with_its_line(house, browser):
    answer = upload(browser, files.png())
    page = browser.get("/attachments").text

    added = only(house)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/attachments#file-{added.id}")
    assert f"<code>![A red corner](/attachments/{added.name})</code>" in page
    assert 'value="A red corner"' in page


def test_a_picture_is_served_as_what_it_is_and_can_run_nothing(house, store, browser):
    upload(browser, files.png())
    added = only(house)

    answer = browser.get(added.path)

    assert (answer.status_code, answer.data) == (200, store.read(added.name))
    assert {name: answer.headers.get(name) for name in (
        "Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control",
        "Cross-Origin-Resource-Policy",
    )} == {
        "Content-Type": "image/png",
        "Content-Security-Policy": "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip
    assert not answer.headers.get("Content-Disposition", "").startswith("attachment")


@pytest.mark.parametrize(
    ("data", "name"), [(files.pdf(), "Plän.PDF"), (b"a;b\n", "Plän.csv"), (files.office("docx"), "Plän.docx")]
)
def test_a_file_is_only_ever_saved(house, browser, data, name):
    upload(browser, data, name, alt="")
    added = only(house)

    answer = browser.get(added.path)

    assert (answer.status_code, answer.data, added.title) == (200, data, "Plän")
    disposition = answer.headers["Content-Disposition"]
    assert disposition == f"attachment; filename=Plan.{added.extension}; filename*=UTF-8''Pl%C3%A4n.{added.extension}"
    assert answer.headers["Content-Type"].partition(";")[0] == added.media_type
    assert "; sandbox;" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("case", files.REFUSED)
def test_a_refusal_says_why_and_leaves_nothing_behind(house, browser, tmp_path, monkeypatch, case):
    filename, made, sentence = files.REFUSED[case]
    if not (temporary := tmp_path / "temporary").exists():
        temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    data = made()

    answer = upload(browser, data, filename, "A picture", **JSON)
    with_page = upload(browser, data, filename, "A picture")

    status = 413 if case == "fifty megabytes" else 422
    assert (answer.status_code, answer.json["message"], with_page.status_code) == (status, sentence, status)
    assert sentence in with_page.text
    assert (rows(house), left_behind(house), list(temporary.iterdir())) == (0, [], [])


def test_a_refusal_of_the_database_leaves_no_file(house, browser, monkeypatch):
    monkeypatch.setattr(attachments, "A_DAY_AT_MOST", 0)

    answer = upload(browser, files.png(), **JSON)

    assert (answer.status_code, rows(house), left_behind(house)) == (422, 0, [])


def test_the_typed_words_stay_when_the_file_is_refused(browser):
    answer = upload(browser, files.SVG, "a.svg", "The blue sign")

    assert (answer.status_code, 'value="The blue sign"' in answer.text) == (422, True)


def test_without_a_file_the_page_says_so(browser):
    answer = browser.post("/attachments", data={"csrf_token": csrf_of(browser), "alt": "Words"})

    assert (answer.status_code, "No file was chosen." in answer.text) == (422, True)


def test_signed_out_a_large_body_is_not_even_read(client):
    answer = closed(client.post("/attachments", data={"file": (io.BytesIO(bytes(3 * 2**20)), "a.png")}))

    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/sign-in")


def test_a_file_may_be_larger_than_other_forms(house, browser):
    table = b"a;b\n" * 1_500_000

    answer = upload(browser, table, "long.csv", alt="")

    assert (answer.status_code, only(house).bytes) == (303, 6_000_000)


def test_other_forms_keep_their_small_limit(browser):
    answer = browser.post("/sign-out", data={"x": "y" * 3 * 2**20})

    assert answer.status_code == 413


def test_what_may_not_be_read_answers_like_what_is_not_there(house, browser, client, as_role):
    upload(browser, files.png())
    added = only(house)
    absent = f"/attachments/{'0' * 32}-1x1.png"

    for other in (client, as_role("coach"), as_role("end_user")):
        hidden, missing = other.get(added.path), other.get(absent)

        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert "sandbox" not in hidden.headers["Content-Security-Policy"]
        assert hidden.headers["Content-Type"] == missing.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_lost_file_is_not_there_and_no_fault(house, store, browser):
    upload(browser, files.png())
    added = only(house)
    store.remove(added.name)

    assert browser.get(added.path).status_code == 404


def test_words_are_changed_on_the_page(house, browser):
    upload(browser, files.png())
    added = only(house)

    answer = browser.post(f"{added.path}/alt", data={"csrf_token": csrf_of(browser), "alt": "A green corner"})
    refused = browser.post(f"{added.path}/alt", data={"csrf_token": csrf_of(browser), "alt": " "})

    assert (answer.status_code, only(house).alt, refused.status_code) == (303, "A green corner", 422)

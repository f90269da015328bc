"""Pictures and files on their pages: added, refused, served, and renamed."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from portal.accounts.rights import rights_of
from portal.articles import attachments
from portal.articles.attachment_models import Attachment
from portal.testing import csrf_of, sign_in
from tests.articles.attaching import left_behind, rows
from tests.articles.writing import Desk
from tests.data import hostile_files as files

pytestmark = pytest.mark.usefixtures("frozen_clock")


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


def test_whoever_adds_a_moving_picture_is_told_that_its_first_frame_stays(browser):
    by_script = upload(browser, files.moving("GIF"), "steps.gif", "The steps", **JSON)
    by_page = upload(browser, files.moving("WEBP"), "steps.webp", "The steps again")

    words = "The picture moved. Its first frame stays, as articles are printed."
    assert by_script.json["note"] == words
    assert words in browser.get(by_page.location).text


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


@pytest.mark.parametrize("case", [name for name in files.REFUSED if name != "fifty megabytes"])
def test_who_suggests_is_refused_with_the_same_sentence_and_nothing_left(organised, client, make_person, case):
    filename, made, sentence = files.REFUSED[case]
    person = make_person()
    with organised.db.reading() as session:
        Desk(organised, rights_of(session, person)).start_new(audience="everyone")

    answer = upload(sign_in(client, person), made(), filename, "A picture", **JSON)

    assert (answer.status_code, answer.json["message"], bool(answer.json["hint"])) == (422, sentence, True)
    assert (rows(organised), left_behind(organised)) == (0, [])


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

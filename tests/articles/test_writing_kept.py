"""Nothing that somebody typed is lost: by savings between, sign-ins that ended, forms too old, texts too long."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.accounts.models import Person, SignIn
from portal.articles.models import Revision
from portal.articles.preview import Throttle
from portal.articles.texts import MAX_SAVED_BYTES
from portal.core.portal import Portal
from portal.testing import BODY, MakeArticle, MakePerson, csrf_of, send, sign_in
from tests.articles.paper import press, typed_on


@pytest.fixture
def ann(organised: Portal, make_article: MakeArticle, make_person: MakePerson) -> Person:
    make_article()
    return make_person("Ann Lee", roles=["onsite"])


@pytest.fixture
def me(client: FlaskClient, ann: Person) -> FlaskClient:
    return sign_in(client, ann)


@pytest.fixture
def address(me: FlaskClient) -> str:
    return str(send(me, "/kb/KB0101/edit").headers["Location"])


def body_of(house: Portal, address: str) -> str:
    with house.db.reading() as session:
        return session.get_one(Revision, int(address.rpartition("/")[2])).body


def end_sign_ins(house: Portal) -> None:
    with house.db.transaction() as session:
        session.execute(sa.delete(SignIn))


def test_a_saving_by_itself_answers_which_fields_want_something_and_who_else_writes(
    app: Any, organised: Portal, me, address, make_person, frozen_clock
):
    other = sign_in(app.test_client(), make_person("Bo Kent", roles=["onsite"]))
    theirs = send(other, "/kb/KB0101/edit").headers["Location"]
    press(other, theirs, "save", body="Theirs.\n")
    typed = typed_on(me.get(address).text)

    answer = me.post(f"{address}/save", data=typed | {"title": "", "body": "::: support\nMine.\n"})

    assert answer.status_code == 200
    assert answer.json == {
        "saves": 1,
        "base_revision_id": 1,
        "saved": "13:00",
        "problems": [
            {"field": "title", "line": 0, "message": "Nothing stands here yet.", "remedy": "", "is_error": True}
        ],
        "others": ["Bo Kent"],
    }
    assert body_of(organised, address) == "::: support\nMine.\n"


@pytest.mark.parametrize("texts", [1, 3])
def test_a_saving_by_itself_takes_six_statements_however_many_write(
    app: Any, organised: Portal, me, address, make_person, query_count, texts
):
    for number in range(texts):
        other = sign_in(app.test_client(), make_person(f"Writer {number}", roles=["onsite"]))
        press(other, send(other, "/kb/KB0101/edit").headers["Location"], "save", body=f"Theirs {number}.\n")
    typed = typed_on(me.get(address).text)

    with query_count() as count:
        answer = me.post(f"{address}/save", data=typed | {"body": "Mine.\n"})

    assert len(answer.json["others"]) == texts
    assert count() == 6


def test_a_saving_by_itself_never_writes_over_a_newer_one(organised, me, address):
    old = typed_on(me.get(address).text)
    press(me, address, "save", body="Newer.\n")

    answer = me.post(f"{address}/save", data=old | {"body": "Older.\n"})

    assert answer.status_code == 409
    assert answer.json == {
        "message": "This text was saved in another window meanwhile.",
        "hint": "Put both texts together, then save. Both are kept.",
    }
    assert body_of(organised, address) == "Newer.\n"


def test_a_text_that_is_far_too_long_is_refused_and_comes_back_whole(organised, me, address):
    long = "a" * (MAX_SAVED_BYTES + 1)
    typed = typed_on(me.get(address).text)

    by_itself = me.post(f"{address}/save", data=typed | {"body": long})
    pressed = me.post(address, data=typed | {"do": "save", "body": long})

    assert by_itself.json == {
        "message": "The text is longer than 400 KB.",
        "hint": "Split it into several articles, each with one goal.",
    }
    assert (by_itself.status_code, pressed.status_code) == (422, 422)
    assert typed_on(pressed.text)["body"] == long
    assert body_of(organised, address) == f"\n{BODY}"


def test_whoever_was_signed_out_while_they_wrote_sends_it_again_after_signing_in(
    organised: Portal, client, ann, me, address
):
    typed = typed_on(me.get(address).text)
    end_sign_ins(organised)

    kept = me.post(address, data=typed | {"do": "submit", "body": "Hours of work.\n", "why": "It was\nwrong."})

    again = typed_on(re.sub(r'class="form editor-kept"', 'id="editor"', kept.text))
    assert kept.status_code == 401
    assert 'target="_blank" rel="noopener">Sign in in another window' in kept.text
    assert {name: again[name] for name in ("body", "why", "title", "saves")} == {
        "body": "Hours of work.\n",
        "why": "It was\nwrong.",
        "title": "Printing does not work",
        "saves": "0",
    }
    client.set_cookie("frontline", "", max_age=0)  # the sign-in page begins a new cookie
    sign_in(client, ann)

    first = client.post(address, data=again | {"do": "save"})

    assert first.status_code == 400
    assert "You signed in again meanwhile, so this was not saved yet." in first.text
    once_more = typed_on(first.text)
    assert (once_more["body"], once_more["why"]) == ("Hours of work.\n", "It was\nwrong.")
    saved = client.post(address, data=once_more | {"do": "save"})
    assert saved.status_code == 303
    assert body_of(organised, address) == "Hours of work.\n"


def test_a_form_without_its_token_from_somebody_signed_out_is_kept_too(organised, client, me, address):
    typed = typed_on(me.get(address).text)
    client.delete_cookie("frontline")

    kept = client.post(address, data=typed | {"do": "save", "body": "Hours of work.\n"})

    assert kept.status_code == 401
    assert "Hours of work." in kept.text
    assert body_of(organised, address) == f"\n{BODY}"


def test_a_saving_by_itself_says_that_nobody_is_signed_in(organised, client, me, address):
    typed = typed_on(me.get(address).text)
    end_sign_ins(organised)
    with_token = client.post(f"{address}/save", data=typed | {"body": "Lost?"})
    client.delete_cookie("frontline")
    without = client.post(f"{address}/save", data=typed | {"body": "Lost?"})

    words = {
        "message": "You are signed out, so this was not saved.",
        "hint": "Sign in in another window, then save here.",
    }
    assert (with_token.status_code, with_token.json) == (401, words)
    assert (without.status_code, without.json) == (401, words)


@pytest.mark.parametrize("role", ["onsite", "end_user"])
def test_somebody_else_at_the_same_browser_is_named_and_what_was_typed_waits_for_its_writer(
    organised, client, ann, make_person, me, address, role
):
    typed = typed_on(me.get(address).text)
    client.delete_cookie("frontline")
    sign_in(client, make_person("Bo Kent", roles=[role]))

    by_itself = client.post(f"{address}/save", data=typed | {"body": "Hours of work.\n"})
    kept = client.post(address, data=typed | {"do": "save", "body": "Hours of work.\n"})

    assert (by_itself.status_code, by_itself.json) == (
        401,
        {
            "message": "Bo Kent is signed in now, so this was not saved.",
            "hint": "Sign in yourself in another window.",
            "signed_in": "Bo Kent",
        },
    )
    assert (kept.status_code, "<h1>Bo Kent is signed in now</h1>" in kept.text) == (401, True)
    assert BODY.strip() not in kept.text
    assert body_of(organised, address) == f"\n{BODY}"
    again = typed_on(re.sub(r'class="form editor-kept"', 'id="editor"', kept.text))
    client.delete_cookie("frontline")
    sign_in(client, ann)
    once_more = typed_on(client.post(address, data=again | {"do": "save"}).text)
    assert client.post(address, data=once_more | {"do": "save"}).status_code == 303
    assert body_of(organised, address) == "Hours of work.\n"


def test_nothing_is_kept_for_a_visitor_who_wrote_nothing(client, ann):
    answer = client.post("/write/1", data={"csrf_token": csrf_of(client), "do": "take_up"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=/")


def test_what_is_said_beside_a_text_is_kept_with_it(organised, me, address):
    press(me, address, "save", significance="old_is_wrong", why="The menu moved.\r\nEverywhere.")

    typed = typed_on(me.get(address).text)

    assert (typed["significance"], typed["why"]) == ("old_is_wrong", "The menu moved.\nEverywhere.")
    assert typed["saves"] == "0"  # the text itself is the same
    press(me, address, "save", body="Better.\n", why="")
    typed = typed_on(me.get(address).text)
    assert (typed["significance"], typed["why"], typed["saves"]) == ("old_is_wrong", "", "1")


def test_an_older_window_changes_nothing_of_what_is_said_beside_a_newer_text(organised, me, address):
    older = typed_on(me.get(address).text)
    press(me, address, "save", body="Newer.\n", significance="typo", why="A word.")

    answer = me.post(f"{address}/save", data=older | {"significance": "changed", "why": "Old words."})

    assert answer.status_code == 409
    typed = typed_on(me.get(address).text)
    assert (typed["significance"], typed["why"]) == ("typo", "A word.")


def test_a_word_that_nobody_offered_is_no_weight_of_a_change(organised, me, address):
    press(me, address, "save", significance="new", why="Words.")

    with organised.db.reading() as session:
        revision = session.get_one(Revision, int(address.rpartition("/")[2]))
    assert (revision.significance, revision.note) == (None, "Words.")


def leave_for_another(make_article: MakeArticle, me: FlaskClient, address: str, **typed: str):
    """Press "Extend this one instead" in the editor of a text, with what was typed there."""
    make_article("KB0102", title="Reset a forgotten password")
    fields = typed_on(me.get(address).text) | {"body": "Half a sent"} | typed
    return me.post(f"/kb/KB0102/edit?leaving={address.rpartition('/')[2]}", data=fields)


def test_extending_another_article_keeps_what_was_typed_in_the_editor(organised, make_article, me, address):
    answer = leave_for_another(make_article, me, address, why="Because.")

    assert answer.status_code == 303
    assert answer.headers["Location"] != address
    typed = typed_on(me.get(address).text)
    assert (typed["body"], typed["why"]) == ("Half a sent", "Because.")


def test_extending_another_article_from_an_old_window_shows_both_texts_first(organised, make_article, me, address):
    older = typed_on(me.get(address).text)["saves"]
    press(me, address, "save", body="Newer.\n")

    answer = leave_for_another(make_article, me, address, saves=older)

    assert answer.status_code == 409
    assert "Half a sent" in answer.text
    assert body_of(organised, address) == "Newer.\n"


def test_extending_another_article_after_the_sign_in_ended_loses_nothing(organised, make_article, me, address):
    make_article("KB0102", title="Reset a forgotten password")
    typed = typed_on(me.get(address).text) | {"body": "Half a sent"}
    end_sign_ins(organised)

    answer = me.post(f"/kb/KB0102/edit?leaving={address.rpartition('/')[2]}", data=typed)

    assert answer.status_code == 401
    assert f'action="{address}"' in answer.text
    assert "Half a sent</textarea>" in answer.text


def test_a_preview_that_is_asked_for_too_often_says_so_and_the_text_is_saved(organised, me, address):
    me.application.extensions["preview_throttle"] = Throttle(at_most=1)
    press(me, address, "preview", body="First.\n")

    answer = press(me, address, "preview", body="Second.\n")

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 11
    assert "The preview was asked for very often." in answer.text
    assert "It comes again in a moment; your text is not touched." in answer.text
    assert body_of(organised, address) == "Second.\n"

"""Nothing that somebody typed is lost: by savings between, sign-ins that ended, forms too old, texts too long."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.accounts.models import Person, SignIn
from portal.articles.models import Revision
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


def test_somebody_else_at_the_same_browser_gets_the_words_to_copy_and_nothing_of_the_text(
    organised, client, make_person, me, address
):
    typed = typed_on(me.get(address).text)
    client.delete_cookie("frontline")
    sign_in(client, make_person("Bo Kent", roles=["onsite"]))

    answer = client.post(address, data=typed | {"do": "save", "body": "Hours of work.\n"})

    assert answer.status_code == 400
    assert "This form was open too long" in answer.text
    assert "Hours of work." in answer.text
    assert BODY.strip() not in answer.text
    assert body_of(organised, address) == f"\n{BODY}"


def test_nothing_is_kept_for_a_visitor_who_wrote_nothing(client, ann):
    answer = client.post("/write/1", data={"csrf_token": csrf_of(client), "do": "take_up"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=/")

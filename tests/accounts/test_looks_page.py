"""Who looked at what is kept about one: read by that person alone, in words, the latest first."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.accounts import looks
from portal.testing import NOON, sign_in


@pytest.fixture
def ana(make_person):
    return make_person("Ana")


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2].partition("</main>")[0]).split())


def look(house, of, by, what, *, days=0):
    with house.db.transaction() as session:
        looks.note(session, person_id=of.id, looker_id=by.id, what=what, now=NOON - timedelta(days=days))


def test_ones_own_page_says_who_looked_at_what(house, app, ana, make_person):
    eva = make_person("Eva")
    look(house, ana, eva, "badges.stands_on", days=1)
    look(house, ana, eva, "badges.stands_on", days=1)
    look(house, ana, make_person("Fay"), "somewhere.gone")
    client = sign_in(app.test_client(), ana)

    assert "Who looked" in client.get(f"/people/{ana.id}").text
    page = text_of(client.get(f"/people/{ana.id}/looks"))
    assert page.index("Fay A page about you") < page.index("Eva What one of your badges stands on")
    assert page.count("Eva") == 1


def test_nobody_else_reads_it(house, app, ana, make_person, as_role):
    look(house, ana, make_person("Eva"), "badges.stands_on")

    for role in ("admin", "coach", "front_line"):
        answer = as_role(role).get(f"/people/{ana.id}/looks")
        assert (answer.status_code, "Eva" in answer.text) == (403, False)


def test_a_looker_who_is_unknown_by_now_is_said_to_be_so(house, app, ana, make_person):
    eva = make_person("Eva")
    look(house, ana, eva, "badges.stands_on")
    with house.db.transaction() as session:
        for row in session.query(looks.PersonalLook):
            row.looker_id = None

    page = text_of(sign_in(app.test_client(), ana).get(f"/people/{ana.id}/looks"))
    assert "Somebody who is no longer here" in page


def test_there_are_pages_of_twenty(house, app, ana, make_person):
    for number in range(looks.PER_PAGE + 1):
        look(house, ana, make_person(f"Looker {number}"), "badges.stands_on", days=number)
    client = sign_in(app.test_client(), ana)

    assert text_of(client.get(f"/people/{ana.id}/looks")).count("Looker ") == looks.PER_PAGE
    assert "Looker 20" in text_of(client.get(f"/people/{ana.id}/looks?page=2"))


def test_nobody_looked_yet(app, ana):
    assert "Nobody looked" in text_of(sign_in(app.test_client(), ana).get(f"/people/{ana.id}/looks"))

"""Saying thanks, reading them on the wall, and taking them away, as people do it in a browser without a script."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from plugins.gamification import choices
from plugins.gamification import thanks as service
from plugins.gamification.choices import EVERYONE
from plugins.gamification.models import Thanks
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.testing import NOON, send
from portal.testing import sign_in as signed_in

REASON = "You stayed until my phone could sign in again."
CANNOT = "cannot be thanked here"


@pytest.fixture
def browse(app, house, people, frozen_clock):
    """A new window of somebody."""

    def as_person(name):
        with house.db.reading() as session:
            return signed_in(app.test_client(), session.get_one(Person, people[name]))

    return as_person


@pytest.fixture
def say(house, people):
    def thank(giver, receiver, reason=REASON, now=NOON):
        with house.db.transaction() as session:
            rights = rights_of(session, session.get_one(Person, people[giver]))
            values = {"giver_id": people[giver], "receiver_id": people[receiver], "reason": reason}
            return service.say(session, **values, rights=rights, now=now).id

    return thank


def leave_recognition(house, person_id):
    with house.db.transaction() as session:
        choices.choose(session, person_id, is_on=False, shown_to=EVERYONE, now=NOON)


def said(house):
    with house.db.reading() as session:
        rows = session.scalars(sa.select(Thanks).order_by(Thanks.id))
        return [(each.giver_id, each.receiver_id, each.reason, each.article_id) for each in rows]


def main_of(page):
    """The words in the middle of a page."""
    text = re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0])
    return " ".join(unescape(text).split())


def errors(page):
    return [
        " ".join(unescape(re.sub(r"<[^>]+>", "", each)).split())
        for each in re.findall(r'(?s)<p class="field-error".*?</p>', page)
    ]


def values(page):
    """What stands in the fields of the form."""
    found = dict(
        re.findall(
            r'<input (?=[^>]*name="(name|about|asked|to)")(?=[^>]*type="(?:text|hidden)")[^>]*value="([^"]*)"', page
        )
    )
    words = re.search(r'(?s)<textarea[^>]*name="reason"[^>]*>\s*(.*?)</textarea>', page)
    return {**{name: unescape(value) for name, value in found.items()}, "reason": unescape(words[1])}


def test_thanks_are_said_from_an_article_and_stand_on_the_wall(app, house, people, browse, make_article):
    article = make_article()
    ana = browse("ana")
    form = ana.get(f"/thanks/new?to={people['ben']}&about={article.ref}").text
    typed = {"to": people["ben"], "reason": REASON, "about": article.ref, "do": "say"}
    after = send(ana, "/thanks/new", typed, follow_redirects=True)

    assert ("Thank Ben" in form, article.title in form, values(form)["about"]) == (True, True, article.ref)
    assert said(house) == [(people["ana"], people["ben"], REASON, article.id)]
    assert "Said. Ben reads it on the thanks wall." in after.text
    assert f"You thanked Ben {REASON}" in main_of(after.text)
    assert f"Thanks to you from Ana {REASON}" in main_of(browse("ben").get("/thanks").text)
    assert f"Thanks to Ben from Ana {REASON}" in main_of(browse("cem").get(f"/thanks?to={people['ben']}").text)


def test_a_person_is_found_by_their_name(house, people, browse):
    answer = send(browse("ana"), "/thanks/new", {"name": " ben ", "reason": REASON, "do": "say"})

    assert (answer.status_code, answer.location) == (303, "/thanks")
    assert said(house) == [(people["ana"], people["ben"], REASON, None)]


def test_who_is_found_by_a_part_of_their_name_is_shown_before_it_is_said(house, people, browse, make_person):
    robin, ana = make_person("Robin Bell", unit_id="sales"), browse("ana")
    asked = send(ana, "/thanks/new", {"name": "bell", "reason": REASON, "do": "say"})
    before = said(house)
    send(ana, "/thanks/new", {**values(asked.text), "do": "say"})

    assert (asked.status_code, errors(asked.text), before) == (200, [], [])
    assert "Is this who you mean?" in main_of(asked.text)
    assert "Whom you thank: Robin Bell" in main_of(asked.text)
    assert said(house) == [(people["ana"], robin.id, REASON, None)]


def test_of_several_people_one_is_chosen_and_nothing_that_was_typed_is_lost(house, people, browse, make_person):
    first, second = make_person("Robin Bell", unit_id="sales"), make_person("Robin Hall")
    typed = {"name": "robin", "reason": REASON, "about": "/kb/KB0101-some-title", "do": "say"}
    ana = browse("ana")
    asked = send(ana, "/thanks/new", typed)
    offered = re.findall(r'name="to"[^>]*value="(\d+)"', asked.text)
    chosen = send(ana, "/thanks/new", {**typed, "about": "", "asked": "robin", "to": second.id})
    other_name = send(ana, "/thanks/new", {**typed, "name": "cem", "about": "", "asked": "robin", "to": second.id})

    assert asked.status_code == 422
    assert errors(asked.text) == ["To mend: Several people are called so. Choose one of them."]
    assert offered == [str(first.id), str(second.id)]
    assert values(asked.text) == {"name": "robin", "asked": "robin", "about": "/kb/KB0101-some-title", "reason": REASON}
    assert (chosen.status_code, other_name.status_code) == (303, 303)
    assert [row[1] for row in said(house)] == [second.id, people["cem"]]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": "", "reason": REASON}, "Say whom you thank."),
        ({"name": "Nobody", "reason": REASON}, "Nobody who can be thanked here is called so."),
        ({"name": "ben", "reason": "Too short."}, "Say in 20 to 1000 characters what helped you."),
        ({"name": "ben", "reason": "x" * 1001}, "Say in 20 to 1000 characters what helped you."),
        ({"name": "ben", "reason": REASON, "about": "KB4711"}, "There is no article KB4711."),
        ({"name": "ben", "reason": REASON, "about": "that one"}, "There is no article that one."),
        ({"to": "4711", "reason": REASON}, "Say whom you thank."),
        ({"to": "a\0b", "reason": REASON}, "Say whom you thank."),
    ],
)
def test_what_is_refused_is_said_beside_its_field_and_kept(house, people, browse, typed, told):
    answer = send(browse("ana"), "/thanks/new", {**typed, "do": "say"})

    (mistake,) = errors(answer.text)
    kept = values(answer.text)
    assert (answer.status_code, told in mistake, said(house)) == (422, True, [])
    assert (kept["reason"], kept["about"]) == (typed["reason"], typed.get("about", ""))
    assert kept.get("name", "") == typed.get("name", "") or "Thank Ben" in answer.text


def test_two_mistakes_are_said_at_once(browse, people):
    answer = send(browse("ana"), "/thanks/new", {"name": "", "reason": "", "do": "say"})

    assert len(errors(answer.text)) == 2


def test_somebody_else_is_chosen_without_losing_the_words(people, browse):
    answer = send(
        browse("ana"), "/thanks/new", {"to": people["ben"], "reason": "So far.", "about": "KB0101", "do": "other"}
    )

    assert (answer.status_code, errors(answer.text)) == (200, [])
    assert values(answer.text) == {"asked": "", "name": "", "about": "KB0101", "reason": "So far."}


def test_who_cannot_be_thanked_is_not_offered_and_nobody_reads_why(house, people, browse):
    leave_recognition(house, people["ben"])
    with house.db.transaction() as session:
        accounts.leave(session, session.get_one(Person, people["cem"]), by=None, now=NOON)
    ana = browse("ana")
    pages = [ana.get(f"/thanks/new?to={person_id}").text for person_id in (people["ben"], people["cem"], 4711)]
    sent = [
        send(ana, "/thanks/new", {"name": name, "reason": REASON, "do": "say"}).text for name in ("ben", "cem", "zzz")
    ]

    assert [errors(page) for page in pages] == [
        ["To mend: This person cannot be thanked here. Look for somebody by their name."]
    ] * 3
    assert {re.sub("ben|cem|zzz", "", main_of(page)) for page in sent} == {re.sub("zzz", "", main_of(sent[2]))}
    assert said(house) == []


def test_who_left_recognition_reads_how_to_return_and_keeps_the_words(house, people, browse):
    leave_recognition(house, people["ana"])
    ana = browse("ana")
    page = ana.get("/thanks/new").text
    answer = send(ana, "/thanks/new", {"name": "ben", "reason": REASON, "do": "say"})

    assert 'href="/recognition"' in page
    assert "You left recognition, and thanks stand under your name." in main_of(page)
    assert (answer.status_code, values(answer.text)["reason"], said(house)) == (422, REASON, [])


def test_the_receiver_takes_thanks_from_the_wall(house, browse, say):
    thanks_id = say("ana", "ben")
    ben = browse("ben")
    before = main_of(ben.get("/thanks").text)
    after = send(ben, f"/thanks/{thanks_id}/take", follow_redirects=True)

    assert "Take from the wall" in before
    assert "Taken from the wall." in after.text
    assert "No thanks stand here yet" in main_of(after.text)


def test_the_giver_takes_back_for_a_day(browse, say, frozen_clock):
    thanks_id = say("eva", "ben")  # a coach
    eva = browse("eva")
    fresh = main_of(eva.get("/thanks").text)
    frozen_clock(NOON + timedelta(hours=25))
    late, refused = main_of(eva.get("/thanks").text), send(eva, f"/thanks/{thanks_id}/take")
    frozen_clock(NOON + timedelta(hours=1))
    taken = send(eva, f"/thanks/{thanks_id}/take", follow_redirects=True)

    assert ("Take back" in fresh, "Take back" in late) == (True, False)
    assert "Thanks can be taken back for a day." in refused.text
    assert "Taken back. It does not count." in taken.text


def test_a_coach_takes_thanks_of_others_from_the_wall_and_a_colleague_does_not(browse, say):
    thanks_id = say("ana", "ben")
    cem, eva = browse("cem"), browse("eva")

    assert ["Take" in main_of(each.get("/thanks").text) for each in (cem, eva)] == [False, True]
    assert send(cem, f"/thanks/{thanks_id}/take").status_code == 404
    assert "Taken from the wall." in send(eva, f"/thanks/{thanks_id}/take", follow_redirects=True).text


def test_the_wall_has_pages_and_leads_back_to_the_one_where_thanks_were_taken(house, people, browse):
    with house.db.transaction() as session:
        session.add_all(
            Thanks(giver_id=people["ana"], receiver_id=people["ben"], reason=f"{REASON} {number}", said_at=NOON)
            for number in range(21)
        )
    ana = browse("ana")
    first, last = (main_of(ana.get(f"/thanks?page={page}").text) for page in (1, 2))
    taken = send(ana, f"/thanks/3/take?page=2&to={people['ben']}")

    assert [(f"{REASON} 20" in page, f"{REASON} 0" in page) for page in (first, last)] == [(True, False), (False, True)]
    assert taken.location == f"/thanks?to={people['ben']}&page=2"


def test_the_page_of_a_person_shows_the_last_three_and_the_way_to_all(house, people, browse, say):
    for number in range(4):
        say("ana", "ben", f"{REASON} {number}")
    cem = browse("cem")
    page = cem.get(f"/people/{people['ben']}").text
    own = browse("ben").get(f"/people/{people['ben']}").text
    leave_recognition(house, people["ben"])
    gone = cem.get(f"/people/{people['ben']}").text

    assert [f"{REASON} {number}" in page for number in range(4)] == [False, True, True, True]
    for link in (f'href="/thanks?to={people["ben"]}"', f'href="/thanks/new?to={people["ben"]}"'):
        assert (link in page, link in gone) == (True, False)
    assert ("Say thanks" in main_of(own), f"{REASON} 3" in own) == (False, True)
    assert "hanks" not in main_of(gone)


def test_beside_an_article_whoever_wrote_it_can_be_thanked(house, people, browse, make_article, client):
    article = make_article()
    path = f"/kb/{article.address}"
    without = browse("ana").get(path).text
    with house.db.transaction() as session:
        session.execute(sa.text("UPDATE revision SET author_id = :ben"), {"ben": people["ben"]})
    link = f"/thanks/new?to={people['ben']}&amp;about={article.ref}"
    seen = {name: link in browse(name).get(path).text for name in ("ana", "ben")}
    leave_recognition(house, people["ben"])

    assert (link in without, link in client.get(path).text) == (False, False)
    assert seen == {"ana": True, "ben": False}
    assert link not in browse("ana").get(path).text


def test_the_pages_say_that_they_are_no_measure(people, browse):
    ana = browse("ana")

    for path in ("/thanks", "/thanks/new", f"/thanks?to={people['ana']}"):
        assert "Recognition is not a performance measure." in main_of(ana.get(path).text)


def test_everybody_who_is_signed_in_comes_to_the_wall_from_the_menu_in_two_steps(browse, client):
    def leads_there(window):
        menu = window.get("/contact").text.partition('<nav class="nav"')[2].partition("</nav>")[0]
        links = re.findall(r'href="([^"]+)"', menu)
        return any(link == "/thanks" or 'href="/thanks"' in window.get(link).text for link in links)

    assert (leads_there(browse("ana")), leads_there(client)) == (True, False)

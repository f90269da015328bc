"""Two people, or two windows, changed one text: both are put together on a page, and nothing typed is lost."""

import re

import pytest

from portal.accounts.models import Person
from portal.testing import csrf_of, sign_in
from tests.articles.paper import press, typed_on
from tests.articles.writing import stand

BODY = "One.\n\nTwo.\n\nThree.\n"


@pytest.fixture
def browser(app, desk, house):
    """Call it with what ``desk`` takes for a window of that person, and the person."""

    def made(*roles, **values):
        somebody = desk(*roles, **values)
        with house.db.reading() as session:
            person = session.get_one(Person, somebody.id)
        return sign_in(app.test_client(), person), somebody

    return made


@pytest.fixture
def late(browser, desk, make_article):
    """Ben's text was begun before Kim's went live: call it with what both did to the same text."""

    def made(by_kim, by_ben, kims=None, bens=None):
        make_article("KB0101", BODY, audience="support")
        window, ben = browser("onsite", grant="contributor")
        kim = desk("onsite", grant="contributor")
        draft = ben.save(ben.start("KB0101"), "\n" + by_ben, **(bens or {}))
        kim.publish(kim.save(kim.start("KB0101"), "\n" + by_kim, **(kims or {})), significance="changed")
        page = press(window, f"/write/{draft.id}", "publish", significance="changed", why="Mine.")
        return window, draft, page

    return made


def sent(window, page, **changes):
    """Send the form of *page* as a browser does, to where it says."""
    typed = typed_on(page.text, "merge") | {name.replace("__", "."): value for name, value in changes.items()}
    action = re.search(r'<form id="merge"[^>]* action="([^"]+)"', page.text)[1]
    return window.post(action, data={name: value.replace("\n", "\r\n") for name, value in typed.items()})


def choices_on(page):
    """The names of what has to be chosen."""
    return sorted(set(re.findall(r'<input type="radio" name="([^"]+)"', page.text)))


def body_of(house):
    """Ben's text as it is kept, without the line break that stands below the front matter of a file."""
    return next(body for number, _state, body in stand(house, "KB0101") if number == 2).removeprefix("\n")


def whole_on(page):
    """The text on the last page before it is saved."""
    return typed_on(page.text, "merge")["body"].removeprefix("\n")


def test_changes_at_different_places_only_have_to_be_read_once_more(late, house):
    window, draft, page = late("One, by Kim.\n\nTwo.\n\nThree.\n", "One.\n\nTwo.\n\nThree, by Ben.\n")

    assert (page.status_code, choices_on(page)) == (409, [])
    assert "Another text of KB0101 went live since this one was begun." in page.text
    assert whole_on(page) == "One, by Kim.\n\nTwo.\n\nThree, by Ben.\n"
    assert typed_on(page.text, "merge")["why"] == "Mine."

    saved = sent(window, page, do="save")
    assert (saved.status_code, saved.headers["Location"]) == (303, f"/write/{draft.id}")
    beside = typed_on(window.get(f"/write/{draft.id}").text)
    assert (beside["significance"], beside["why"]) == ("changed", "Mine.")
    assert body_of(house) == "One, by Kim.\n\nTwo.\n\nThree, by Ben.\n"
    press(window, f"/write/{draft.id}", "publish", significance="changed", why="Both.")
    assert [each[:2] for each in stand(house, "KB0101")] == [(1, "superseded"), (2, "live"), (3, "superseded")]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("mine", "One.\n\nTwo, by Ben.\n\nThree.\n"),
        ("theirs", "One.\n\nTwo, by Kim.\n\nThree.\n"),
        ("both", "One.\n\nTwo, by Ben.\nTwo, by Kim.\n\nThree.\n"),
        ("own", "One.\n\nTwo, by both.\n\nThree.\n"),
    ],
)
def test_where_both_changed_the_same_place_somebody_chooses(late, house, choice, expected):
    window, _draft, page = late("One.\n\nTwo, by Kim.\n\nThree.\n", "One.\n\nTwo, by Ben.\n\nThree.\n")
    (place,) = choices_on(page)
    own = {place.replace("choice", "own"): "Two, by both."} if choice == "own" else {}
    assert page.status_code == 409

    whole = sent(window, page, **{place: choice}, **own)

    assert (whole.status_code, whole_on(whole)) == (200, expected)
    assert body_of(house) == "One.\n\nTwo, by Ben.\n\nThree.\n"  # nothing is written before it was read once more
    assert sent(window, whole, do="save").status_code == 303
    assert body_of(house) == expected


def test_without_a_choice_the_page_asks_again_and_keeps_what_was_typed(late):
    window, _draft, page = late("By Kim.\n\nTwo.\n\nThree?\n", "By Ben.\n\nTwo.\n\nThree\\!\n")
    first, second = choices_on(page)
    own = first.replace("choice", "own")

    again = sent(window, page, **{first: "mine", own: "Typed <words>.\n"})

    assert (again.status_code, choices_on(again)) == (422, [first, second])
    assert "You wrote words of your own here, and chose others. Choose once more." in again.text
    assert "Choose what stands here." in again.text
    typed = typed_on(again.text, "merge")
    assert (typed[first], typed[own]) == ("own", "Typed <words>.\n")
    whole = sent(window, again, **{second: "theirs"})
    assert whole_on(whole) == "Typed <words>.\n\nTwo.\n\nThree?\n"


def test_lines_at_the_edges_and_empty_ones_survive_the_form(late):
    window, _draft, page = late("\nKim\n\nTwo.\n\n\n", "\nBen\n\n\nTwo.\n\n\n")
    chosen = dict.fromkeys(choices_on(page), "mine")

    whole = sent(window, page, **chosen)

    assert whole_on(whole) == "\nBen\n\n\nTwo.\n\n\n"


def test_fields_that_both_changed_are_chosen_as_well(late, house):
    window, draft, page = late(
        BODY,
        BODY,
        {"title": "Printer of Kim", "finds": ["A by Kim.", "Same."], "tags": ["printer", "kim"]},
        {"title": "Printer of Ben", "finds": ["A by Ben.", "Same."], "tags": ["printer", "ben"]},
    )
    assert choices_on(page) == ["choose.finds", "choose.title"]

    again = sent(window, page, choose__title="both", choose__finds="both")
    assert (again.status_code, again.text.count("Choose which of the two holds.")) == (422, 2)  # beside it and on top
    whole = sent(window, again, choose__title="theirs", choose__finds="both")
    assert sent(window, whole, do="save").status_code == 303

    typed = typed_on(window.get(f"/write/{draft.id}").text)
    assert typed["title"] == "Printer of Kim"
    assert typed["finds"].splitlines() == ["A by Ben.", "Same.", "A by Kim."]
    assert typed["tags"] == "printer, kim, ben"


def test_two_windows_of_one_person_lose_nothing(browser, make_article, house):
    make_article("KB0101", BODY, audience="support")
    window, ben = browser("onsite")
    draft = ben.start("KB0101")
    address = f"/write/{draft.id}"
    old_window = typed_on(window.get(address).text)
    press(window, address, "save", body="\nOne.\n\nTwo.\n\nThree.\n\nFour.\n")

    page = window.post(address, data=old_window | {"do": "save", "body": "\nZero.\n\nOne.\n\nTwo.\n\nThree.\n"})

    assert (page.status_code, choices_on(page)) == (409, [])
    assert "saved in another window" in page.text
    assert sent(window, page, do="save").status_code == 303
    assert body_of(house) == "Zero.\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n"


def test_a_second_conflict_on_top_of_the_first_shows_again_with_what_was_put_together(late, desk, house):
    window, _draft, page = late("One, by Kim.\n\nTwo.\n\nThree.\n", "One.\n\nTwo.\n\nThree, by Ben.\n")
    ann = desk("onsite", grant="contributor")
    ann.publish(ann.save(ann.start("KB0101"), "\nOne, by Ann.\n\nTwo.\n\nThree.\n"), significance="changed")

    again = sent(window, page, do="save")

    assert again.status_code == 409
    (place,) = choices_on(again)
    whole = sent(window, again, **{place: "both"})
    assert sent(window, whole, do="save").status_code == 303
    assert body_of(house) == "One, by Kim.\nOne, by Ann.\n\nTwo.\n\nThree, by Ben.\n"


def test_only_who_reads_the_text_puts_it_together_and_only_for_where_texts_are_saved(late, browser):
    window, _draft, page = late("By Kim.\n\nTwo.\n\nThree.\n", "By Ben.\n\nTwo.\n\nThree.\n")
    stranger, _desk = browser()
    chosen = dict.fromkeys(choices_on(page), "mine")

    assert sent(stranger, page, csrf_token=csrf_of(stranger), **chosen).status_code == 404
    for action in ("https://example.org/write/1", "//example.org/write/", "/kb/KB0101", ""):
        assert sent(window, page, action=action, **chosen).status_code == 404
    assert sent(window, page, action="/review/1/adapt", **chosen).status_code == 200


def test_what_a_reader_may_not_read_is_on_no_page_of_a_conflict(browser, desk, make_article):
    secret = "\n\n::: support\n\nSecretone.\n\n:::\n"
    make_article("KB0101", f"One.{secret}")
    window, ana = browser()
    pat = desk("onsite", grant="publisher")
    draft = ana.save(ana.start("KB0101"), "One, by Ana.\n")
    pat.publish(pat.save(pat.start("KB0101"), f"One, by Pat.{secret}"), significance="changed")

    page = press(window, f"/write/{draft.id}", "submit", significance="changed")

    assert (page.status_code, "One, by Pat." in page.text, "Secretone" in page.text) == (409, True, False)

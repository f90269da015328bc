"""Accepting with changes, putting two texts together in a review, and saying of a live text that one has checked it."""

from __future__ import annotations

import pytest

from portal.articles.texts import Conflict
from portal.core.errors import Forbidden
from portal.testing import csrf_of, send
from tests.articles.paper import typed_on
from tests.articles.test_review_pages import NEW, PARTS, browser, press, revision, waiting, words_of
from tests.articles.writing import article, stand

__all__ = ["browser", "waiting"]  # fixtures


def adapt(client, text, **changes):
    """Open the fields of a text, change some, and accept it so."""
    address = f"/review/{text.id}/adapt"
    return client.post(address, data=typed_on(client.get(address).text) | {"do": "accept"} | changes)


def test_a_text_goes_live_in_the_words_of_its_reviewer_under_the_name_of_its_writer(browser, waiting, organised):
    text, ana = waiting()
    page, kim = browser("onsite", grant="contributor", name="Kim Berg")

    answer = adapt(page, text, body="Better still.\n", title="The printer is silent", why="Shorter.")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/kb/KB0101")
    assert [each[1:] for each in stand(organised, "KB0101")][1:] == [("adapted", NEW), ("live", "Better still.\n")]
    live = revision(organised, text.id + 1)
    assert (live.author_id, live.decided_by, live.significance, live.title) == (
        ana.id,
        kim.id,
        "changed",
        "The printer is silent",
    )
    assert "It is live, with changes. Kim Berg: Shorter." in words_of(page.get(f"/review/{text.id}").text)


def test_what_is_missing_comes_back_with_all_that_was_typed(browser, waiting, organised):
    text, _ana = waiting()
    page, _kim = browser("onsite", grant="contributor")

    answer = adapt(page, text, body="Mine.\n", tags="", significance="typo", why="Because.")

    again = typed_on(answer.text)
    assert answer.status_code == 422
    assert "Tags : Nothing stands here yet." in words_of(answer.text)
    assert (again["body"], again["significance"], again["why"]) == ("Mine.\n", "typo", "Because.")
    assert revision(organised, text.id).state == "submitted"


def test_a_compliance_text_is_not_changed_and_accepted_at_once(browser, waiting):
    text, _ana = waiting(governance="compliance")
    page, _kim = browser("onsite", grant="publisher")

    review, answer = page.get(f"/review/{text.id}").text, page.get(f"/review/{text.id}/adapt")

    assert f"/review/{text.id}/adapt" not in review
    assert "A compliance text is accepted as it is, or goes back." in review
    assert (answer.status_code, "nobody changes and accepts it at once" in answer.text) == (403, True)


def test_when_another_text_went_live_meanwhile_both_are_put_together_and_read_once_more(browser, waiting, organised):
    text, _ana = waiting(body="Look at the display of the printer.\n\nThen wait.\n")
    page, kim = browser("onsite", grant="contributor")
    form = typed_on(page.get(f"/review/{text.id}").text, "decide")
    kim.publish(kim.save(kim.start("KB0101"), title="The printer is silent"), significance="changed")

    said = words_of(page.get(f"/review/{text.id}").text)
    conflict = page.post(f"/review/{text.id}", data=form | {"do": "accept", "why": "Both are right."})
    together = typed_on(conflict.text, "merge")
    look = page.post(f"/review/{text.id}/adapt", data=together | {"do": "look"})
    typed = typed_on(look.text)
    done = page.post(f"/review/{text.id}/adapt", data=typed | {"do": "accept"})

    assert conflict.status_code == 409
    assert "Another text of this page went live since this one was begun." in said
    assert look.status_code == 200
    assert (typed["title"], typed["why"]) == ("The printer is silent", "Both are right.")
    assert done.status_code == 303
    assert [state for _number, state, _body in stand(organised, "KB0101")] == [
        "superseded",
        "adapted",
        "superseded",
        "live",
    ]
    assert article(organised, "KB0101").title == "The printer is silent"


def test_a_change_just_where_a_hidden_part_stands_leads_to_both_texts(browser, desk, make_article, organised):
    make_article("KB0101", PARTS)
    ana = desk()
    text = ana.submit(ana.save(ana.start("KB0101"), "\nQuite new.\n"), significance="changed")
    page, _kim = browser("onsite", grant="publisher")

    review = words_of(page.get(f"/review/{text.id}").text)
    accepted, opened = press(page, text, "accept"), page.get(f"/review/{text.id}/adapt")

    assert "It was changed where a part stands that its writer could not see. Put both together" in review
    assert (accepted.status_code, opened.status_code) == (409, 409)
    assert "For support." in opened.text
    assert revision(organised, text.id).state == "submitted"


def test_a_text_that_was_saved_since_is_not_adapted_over(waiting, desk):
    text, ana = waiting()
    kim = desk("onsite", grant="contributor")
    ana.submit(ana.save(ana.take_back(text), "Other.\n"), significance="changed")

    with pytest.raises(Conflict, match="saved again meanwhile") as conflict:
        kim.adapt(text, "By Kim.\n")

    assert (conflict.value.mine.body, conflict.value.theirs.body) == ("By Kim.\n", "Other.\n")


def test_a_reviewer_meets_no_part_above_their_level_when_another_text_went_live(waiting, desk):
    text, _ana = waiting()
    kim, coach = desk("onsite", grant="contributor"), desk("coach")
    hidden = "Look.\n\n::: specialists\n\nSecret.\n\n:::\n"
    live = coach.publish(coach.save(coach.start("KB0101"), hidden), significance="changed")

    with pytest.raises(Conflict) as conflict:
        kim.accept(text)
    with pytest.raises(Forbidden, match="other readers"):
        kim.adapt(text, "By both.\n", base_revision_id=live.id)

    assert "Secret." not in conflict.value.theirs.body


def test_an_article_that_nobody_checked_has_a_button_for_whoever_may_say_that_they_did(
    browser, make_article, organised, client
):
    make_article("KB0101")
    page, _kim = browser("onsite", grant="publisher")
    candidate, _cal = browser("onsite")
    path = "/kb/KB0101-printing-does-not-work"

    shown = ["I have checked this" in each.get(path).text for each in (client, candidate, page)]
    refused = send(candidate, "/kb/KB0101/validate", follow_redirects=True).text
    before = article(organised, "KB0101").confidence
    answer = send(page, "/kb/KB0101/validate", follow_redirects=True).text

    assert shown == [False, False, True]
    assert "This is not yours to say." in refused
    assert before == "not_validated"
    assert "Thank you. It counts as checked by a second person." in answer
    assert "I have checked this" not in answer
    assert article(organised, "KB0101").confidence == "validated"
    assert send(page, "/kb/KB0999/validate").status_code == 404
    assert send(page, "/kb/nothing/validate").status_code == 404


def test_whoever_wrote_the_live_text_has_no_button_to_say_that_they_checked_it(browser, make_article):
    make_article("KB0101", audience="support")
    page, kim = browser("onsite", grant="publisher")
    kim.publish(kim.save(kim.start("KB0101"), "By Kim.\n"), significance="changed")

    assert "I have checked this" not in page.get("/kb/KB0101", follow_redirects=True).text


def test_what_a_reviewer_changed_comes_back_when_somebody_decides_meanwhile(browser, waiting, desk):
    text, ana = waiting()
    page, _kim = browser("onsite", grant="contributor")
    typed = typed_on(page.get(f"/review/{text.id}/adapt").text, "editor") | {"body": "By Kim.\n", "do": "accept"}
    desk("onsite", grant="contributor").accept(text)
    went_live = page.post(f"/review/{text.id}/adapt", data=typed)
    other = ana.submit(ana.save(ana.start("KB0101"), "Again.\n"), significance="changed")
    typed = typed_on(page.get(f"/review/{other.id}/adapt").text, "editor") | {"body": "By Kim too.\n", "do": "accept"}
    ana.take_back(other)
    taken_back = page.post(f"/review/{other.id}/adapt", data=typed)

    assert (went_live.status_code, taken_back.status_code) == (409, 404)
    assert "This text is live already" in went_live.text
    assert "By Kim.\n</textarea>" in went_live.text
    assert "Its writer may have taken it back" in taken_back.text
    assert "By Kim too.\n</textarea>" in taken_back.text
    assert page.post(f"/review/{other.id}/adapt", data=typed | {"body": ""}).status_code == 404


def test_what_a_reviewer_changed_comes_back_when_their_sign_in_ended(app, browser, waiting):
    text, _ana = waiting()
    page, _kim = browser("onsite", grant="contributor")
    typed = typed_on(page.get(f"/review/{text.id}/adapt").text, "editor") | {"body": "By Kim.\n", "do": "accept"}
    signed_out = app.test_client()

    kept = signed_out.post(f"/review/{text.id}/adapt", data=typed)
    sent_with_an_old_token = page.post(f"/review/{text.id}/adapt", data=typed | {"csrf_token": "old"})

    assert (kept.status_code, sent_with_an_old_token.status_code) == (401, 400)
    assert "By Kim.\n</textarea>" in kept.text
    assert "nothing was decided" in sent_with_an_old_token.text
    assert "By Kim.\n</textarea>" in sent_with_an_old_token.text


@pytest.mark.parametrize("values", [{"roles": ("end_user",)}, {"roles": ("onsite",), "grant": "contributor"}])
@pytest.mark.parametrize("token", ["old", "new"])
def test_what_a_reviewer_changed_waits_for_them_when_another_person_signed_in(
    browser, waiting, organised, values, token
):
    text, _ana = waiting()
    address = f"/review/{text.id}/adapt"
    page, _kim = browser("onsite", grant="contributor", name="Kim Berg")
    other, _bo = browser(*values["roles"], name="Bo Kent", **({"grant": values["grant"]} if "grant" in values else {}))
    typed = typed_on(page.get(address).text, "editor") | {"body": "By Kim.\n", "do": "accept", "why": "Shorter."}

    sent = typed | {"csrf_token": csrf_of(other) if token == "new" else "old"}
    kept = other.post(address, data=sent)
    again = typed_on(kept.text.replace('class="form editor-kept"', 'id="editor"'))
    still_kept = other.post(address, data=again | {"do": "save"})
    look = page.post(address, data=again | {"do": "save", "csrf_token": csrf_of(page)})
    done = page.post(address, data=typed_on(look.text, "editor") | {"do": "accept"})

    assert [(each.status_code, "<h1>Bo Kent is signed in now</h1>" in each.text) for each in (kept, still_kept)] == [
        (401, True),
        (401, True),
    ]
    assert (again["body"], again["why"]) == ("By Kim.\n", "Shorter.")
    assert (look.status_code, done.status_code) == (200, 303)
    assert stand(organised, "KB0101")[-1][1:] == ("live", "By Kim.\n")

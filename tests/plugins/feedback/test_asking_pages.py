"""A page asks one thing in one tap, and the rest if one likes; whoever it was put to answers, and nobody else."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import ask, sealing
from plugins.feedback.models import Answer, ChangedTemplate, Invitation, Verbatim
from portal.accounts.models import Duty, OwnerRoleHolder, Person
from portal.articles.models import Revision, Verdict
from portal.organisation.models import Party
from portal.testing import NOON, csrf_of, send
from tests.plugins.feedback.pages import give_verdict, said, token_on

pytestmark = pytest.mark.usefixtures("frozen_clock")

N1 = "What got in the way?"
PAGE = "/kb/KB0101-printing-does-not-work"


@pytest.fixture
def article(make_article):
    return make_article()


@pytest.fixture
def ana(app, article, make_person, sign_in):
    person = make_person("Ana Silva", unit_id="company")
    browser = sign_in(app.test_client(), person)
    browser.person = person
    return browser


def rows(house, model, *columns):
    with house.db.reading() as session:
        return [tuple(row) for row in session.execute(sa.select(*(getattr(model, name) for name in columns)))]


def test_a_page_that_did_not_help_asks_why_in_one_tap_and_records_nothing_yet(house, ana):
    for value in ("partly", "no"):
        page = give_verdict(ana, value)

        assert said(page) == [N1]
        card = page[page.index('id="ask"') : page.index("</section>", page.index('id="ask"'))]
        buttons = re.findall(r'<button class="button button-quiet" type="submit" name="N1" value="(\d)">([^<]+)<', card)
        assert buttons[1] == ("2", "A step did not work")
        assert len(buttons) == 6
        assert "see what you answer, without your name" in card
    assert rows(house, Invitation, "id") == []


def test_a_page_that_helped_asks_what_it_cost_and_never_again_whether_it_helped(ana):
    page = give_verdict(ana, "yes")

    assert token_on(page)
    assert "Did this page fix it?" not in said(page)
    assert said(page)[0] in {
        "How much of your working time did this cost you before you found the page?",
        "What did fixing it let you get back to?",
    }


def test_the_first_tap_is_kept_with_its_context_and_the_rest_follows_on_a_page(house, ana, article):
    token = token_on(give_verdict(ana, "partly", words="no+paper"))

    answer = send(ana, "/feedback/answer", {"token": token, "N1": "2"})
    page = ana.get(answer.headers["Location"]).text

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/feedback/answer/{token}")
    with house.db.reading() as session:
        verdict = session.scalars(sa.select(Verdict)).one()
    context = ("template", "about", "about_id", "person_id", "article_id", "revision_id", "service_id", "unit_id")
    assert rows(house, Invitation, *context, "words", "state", "mode", "channel", "known") == [
        ("N", "verdict", str(verdict.id), ana.person.id, article.id, article.live_revision_id, "printing", "company",
         "no paper", "partly", "confidential", "inline", {"A1": "partly"}),
    ]  # fmt: skip
    assert rows(house, Answer, "question_id", "value", "person_id", "revision_id", "unit_id") == [
        ("N1", "2", ana.person.id, article.live_revision_id, "company")
    ]
    assert "That is noted. You can change it until" in page
    assert said(page)[0] == N1
    assert len(said(page)) == 3
    assert 'value="2" id="q-N1-2" checked' in page


def test_the_rest_replaces_the_first_tap_and_the_article_leads_back_to_it_for_a_day(house, ana, frozen_clock):
    token = token_on(give_verdict(ana, "no"))
    send(ana, "/feedback/answer", {"token": token, "N1": "2"})

    frozen_clock(NOON + timedelta(hours=1))
    send(ana, "/feedback/answer", {"token": token, "N1": "4", "N2": "4"})

    assert sorted(rows(house, Answer, "question_id", "value")) == [("N1", "4"), ("N2", "4")]
    again = ana.get(PAGE).text
    assert "You answered a question about this." in again
    link = re.search(r'href="(/feedback/answer/[^"]+)"', again)
    assert 'value="4" id="q-N2-4" checked' in ana.get(link[1]).text
    frozen_clock(NOON + timedelta(hours=24, minutes=1))
    assert 'id="ask"' not in ana.get(PAGE).text
    late = send(ana, "/feedback/answer", {"token": token, "N1": "1"})
    assert (late.status_code, "more than a day ago" in late.text, "<textarea" in late.text) == (422, True, False)
    assert sorted(rows(house, Answer, "question_id", "value")) == [("N1", "4"), ("N2", "4")]


def test_with_a_script_the_rest_takes_the_place_of_the_first_question(ana):
    token = token_on(give_verdict(ana, "partly"))
    script = {"headers": {"HX-Request": "true"}}

    first = send(ana, "/feedback/answer", {"token": token, "N1": "1"}, **script).text
    second = send(ana, "/feedback/answer", {"token": token, "N1": "1", "N2": "1"}, **script).text

    assert first.startswith('<section class="panel stack" id="ask"')
    assert (len(said(first)), token_on(first), "data-focus" in first) == (3, token, True)
    assert (said(second), "Thank you, that is noted." in second) == ([], True)
    assert f"/feedback/answer/{token}" in second


def test_visitors_are_asked_too_and_nobody_knows_who_they_are(house, client, article):
    token = token_on(give_verdict(client, "no"))
    send(client, "/feedback/answer", {"token": token, "N1": "3", "N4": "Robin Bell could not print"})

    assert rows(house, Invitation, "person_id", "unit_id", "article_id") == [(None, None, article.id)]
    assert rows(house, Answer, "person_id", "value") == [(None, "3")]
    assert rows(house, Verbatim, "person_id", "own_text") == [(None, None)]


def test_an_empty_search_asks_what_was_looked_for(house, ana, run_jobs):
    run_jobs()
    page = ana.get("/search?q=zqnothing").text
    token = token_on(page)
    send(ana, "/feedback/answer", {"token": token, "S1": "The plan of the canteen"})

    assert said(page) == ["In your own words, what were you looking for?"]
    assert rows(house, Invitation, "template", "about", "words", "person_id", "unit_id") == [
        ("S", "search", "zqnothing", ana.person.id, "company")
    ]
    assert rows(house, Verbatim, "question_id", "text") == [("S1", "The plan of the canteen")]
    assert token_on(ana.get("/search?q=zqnothing").text) != token
    assert token_on(ana.get("/search?q=").text) == ""


def test_whoever_looks_after_it_or_wrote_it_or_helps_at_the_desk_is_not_asked(house, ana, as_role, article):
    desk = as_role("front_line")
    assert token_on(give_verdict(desk, "no")) == ""
    with house.db.transaction() as session:
        session.get_one(Revision, article.live_revision_id).author_id = ana.person.id
    assert token_on(give_verdict(ana, "no")) == ""
    with house.db.transaction() as session:
        session.get_one(Revision, article.live_revision_id).author_id = None
        holds = OwnerRoleHolder(owner_role="onsite-team", person_id=ana.person.id, named_at=NOON)
        session.add(holds)
    assert token_on(ana.get(PAGE).text) == ""
    with house.db.transaction() as session:
        session.execute(sa.delete(OwnerRoleHolder))
    assert token_on(ana.get(PAGE).text) != ""


def test_whoever_looks_after_it_until_somebody_is_named_is_not_asked_either(house, ana, make_person, article):
    other = make_person("Other")
    assert token_on(give_verdict(ana, "no")) != ""
    with house.db.transaction() as session:
        party = session.scalars(sa.select(Party).where(Party.owner_roles.contains("onsite-team"))).one()
        session.add(Duty(person_id=ana.person.id, kind="party_lead", ref=party.id, named_at=NOON))
    assert token_on(ana.get(PAGE).text) == ""
    with house.db.transaction() as session:
        session.add(OwnerRoleHolder(owner_role="onsite-team", person_id=other.id, named_at=NOON))
    assert token_on(ana.get(PAGE).text) != ""


def test_a_template_that_is_retired_asks_nothing(house, ana):
    with house.db.transaction() as session:
        session.add(ChangedTemplate(key="N", state="retired", question_ids=["N1"], most_shown=3, changed_at=NOON))

    assert token_on(give_verdict(ana, "no")) == ""
    assert token_on(give_verdict(ana, "yes")) != ""


def test_somebody_elses_token_answers_for_them_and_never_for_whoever_sends_it(house, ana, client, as_role):
    token = token_on(give_verdict(ana, "no"))
    other = as_role("end_user")

    refused = send(other, "/feedback/answer", {"token": token, "N1": "1"})
    looked = other.get(f"/feedback/answer/{token}")
    send(ana, "/feedback/answer", {"token": token, "N1": "2", "N4": "My own words"})
    signed_out = client.get(f"/feedback/answer/{token}")
    send(client, "/feedback/answer", {"token": token, "N1": "3"})

    assert (refused.status_code, looked.status_code, signed_out.status_code) == (403, 403, 200)
    assert ("My own words" in signed_out.text, "checked" in signed_out.text, "KB0101" in signed_out.text) == (
        False, False, False,
    )  # fmt: skip
    assert rows(house, Answer, "value", "person_id") == [("3", ana.person.id)]


def test_only_whom_somebody_could_call_back_reads_of_it(ana, client):
    sentence = "Those who look after this see what you answer"

    assert f"{sentence}." in give_verdict(client, "no")
    assert f"{sentence}, without your name; only who calls you back about it knows." in give_verdict(ana, "no")


def test_a_visitors_token_stays_a_visitors_whoever_sends_it(house, ana, client):
    token = token_on(give_verdict(client, "no"))

    send(ana, "/feedback/answer", {"token": token, "N1": "1"})

    assert (rows(house, Invitation, "person_id"), rows(house, Answer, "person_id")) == ([(None,)], [(None,)])
    assert "You have not answered anything yet" in ana.get("/feedback/mine").text


@pytest.mark.parametrize("change", ["x", "cut", "other_key", "long", "empty", "ä", "json"])
def test_a_token_that_this_portal_did_not_make_leads_nowhere(house, ana, change):
    token = token_on(give_verdict(ana, "no"))
    key = views_key(house)
    forged = {
        # not the last letter: two of its bits are padding, so that another letter may say the same
        "x": f"{token[:-2]}{'a' if token[-2] != 'a' else 'b'}{token[-1]}",
        "cut": token[:40],
        "other_key": sealing.sealed(sealing.opened(token, key), b"another key, long enough to be one"),
        "long": "A" * 9000,
        "empty": "",
        "ä": "äöü",
        "json": "WzEsMl0.abc",
    }[change]

    assert send(ana, "/feedback/answer", {"token": forged, "N1": "1"}).status_code == 404
    if forged:
        assert ana.get(f"/feedback/answer/{forged}").status_code == 404
    assert rows(house, Invitation, "id") == []


def views_key(house):
    return (house.config.instance / "secret_key").read_bytes()


def test_a_question_is_open_for_two_weeks(house, ana, frozen_clock):
    token = token_on(give_verdict(ana, "no"))
    frozen_clock(NOON + timedelta(days=14, minutes=1))

    answer = send(ana, "/feedback/answer", {"token": token, "N1": "1"})

    assert (answer.status_code, "no longer open" in answer.text) == (422, True)
    assert rows(house, Invitation, "id") == []


def test_what_does_not_fit_stands_beside_its_question_and_all_that_was_typed_is_kept(house, ana):
    token = token_on(give_verdict(ana, "no"))
    long = "<b>printer</b> " * 40

    answer = send(ana, "/feedback/answer", {"token": token, "N1": "77", "N2": "3", "N4": long, "R1": "1", "x": "y"})

    assert answer.status_code == 422
    assert answer.text.count('class="field-error"') >= 1
    assert "Please choose one of these answers, or none." in answer.text
    assert 'value="3" id="q-N2-3" checked' in answer.text or 'id="q-N2"' not in answer.text
    assert "&lt;b&gt;printer" in answer.text
    assert "<b>printer" not in answer.text
    assert rows(house, Invitation, "id") == []


def test_nothing_at_all_is_said_to_be_nothing(ana):
    token = token_on(give_verdict(ana, "no"))

    answer = send(ana, "/feedback/answer", {"token": token})

    assert (answer.status_code, "Nothing is answered yet" in answer.text, len(said(answer.text))) == (422, True, 3)


def test_asking_takes_two_queries_at_most(house, article, ana):
    counted, found = [], {}

    def note(_connection, _cursor, statement, *_rest):
        counted.append(statement)

    with house.db.reading() as session:
        person = session.get_one(Person, ana.person.id)
        for value in ("no", "yes"):
            verdict = Verdict(id=7, article_id=article.id, revision_id=1, asked="fixed", value=value, words="")
            about, counted[:] = {"article": article, "verdict": verdict}, []
            sa.event.listen(house.db.engine, "before_cursor_execute", note)
            asked = ask.ask(
                session, f"article.answered_{value}", about, person_id=person.id, key=b"k" * 32, nonce="", now=NOON
            )
            sa.event.remove(house.db.engine, "before_cursor_execute", note)
            found[value] = (len(counted), asked is not None)

    assert found == {"no": (2, True), "yes": (2, True)}


def test_own_answers_are_read_by_their_writer_alone_and_as_they_were_typed(ana, as_role):
    hostile = "<script>alert(1)</script> Robin Bell & 'co'"
    give_verdict(ana, "yes")
    token = token_on(give_verdict(ana, "no"))
    send(ana, "/feedback/answer", {"token": token, "N1": "2", "N4": hostile})

    mine, other = ana.get("/feedback/mine").text, as_role("admin").get("/feedback/mine").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt; Robin Bell &amp;" in mine
    assert "<script>alert" not in mine
    assert ("A step did not work" in mine, "What were you trying to get done?" in mine) == (True, True)
    assert 'href="/kb/KB0101-printing-does-not-work"' in mine
    assert "You have not answered anything yet" in other
    assert as_role("visitor").get("/feedback/mine").status_code == 302


def test_the_plugin_switched_off_asks_nothing(house, ana):
    with house.db.transaction() as session:
        house.plugins.switches.switch(session, "feedback", on=False, by=None, now=NOON)

    assert 'id="ask"' not in give_verdict(ana, "no")


def test_a_form_that_is_sent_twice_at_once_is_one_answer(house, app, article, ana):
    token = token_on(give_verdict(ana, "no"))
    hidden = csrf_of(ana)
    copies = []
    for _ in range(4):
        browser = app.test_client()
        with ana.session_transaction() as own, browser.session_transaction() as cookie:
            cookie.update(own)
        copies.append(browser)
    fields = {"csrf_token": hidden, "token": token, "N1": "2", "N4": "The tray is empty"}

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda browser: browser.post("/feedback/answer", data=fields).status_code, copies))

    assert answers == [303] * 4
    assert rows(house, Answer, "question_id", "value") == [("N1", "2")]
    assert rows(house, Verbatim, "text") == [("The tray is empty",)]

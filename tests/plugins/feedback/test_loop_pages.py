"""The pages of what is done about answers, as people use them."""

import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from plugins.feedback import callbacks, improvements
from plugins.feedback.improvements import Source, Texts
from plugins.feedback.loop_models import Callback, Improvement
from plugins.feedback.models import Verbatim
from plugins.feedback.round_models import Round
from portal.accounts import service as accounts
from portal.notices import queries as notices
from portal.testing import NOON, send
from tests.plugins.feedback.said import invited, rights, wrote


@pytest.fixture
def people(make_person):
    """A coach, somebody of the front line, and a reader."""
    return (
        make_person("Kim Coach", roles=["coach"]),
        make_person("Sam Front", roles=["front_line"]),
        make_person("Jo Brandt"),
    )


@pytest.fixture
def words(house, people, make_article):
    """The id of what the reader wrote about an article."""
    article = make_article()
    with house.db.transaction() as session:
        asked = invited(session, people[2], article=article, answers={"N1": "2"})
        return wrote(session, asked, "There is no such button.", suggested=["article_wrong"]).id


@pytest.fixture
def browser(app, sign_in):
    """A new window of a person."""
    return lambda person: sign_in(app.test_client(), person)


def test_words_are_read_without_the_name_by_coaches_and_owners_alone(
    house, people, words, browser, make_person, frozen_clock
):
    coach, front, reader = people
    holder, other = make_person("Lee Owner"), make_person("Max Lead", roles=["lead"])
    with house.db.transaction() as session:
        accounts.give_owner_role(session, "onsite-team", session.merge(holder), by=None, now=NOON)

    found = {
        person.name: ("There is no such button." in (page := browser(person).get("/feedback/words").text),
                      "Jo Brandt" in re.sub(r"(?s)<header.*?</header>", "", page))
        for person in (coach, holder, other, front, reader)
    }  # fmt: skip
    opened = {
        person.name: browser(person).get(f"/feedback/words/{words}").status_code
        for person in (coach, holder, front, reader)
    }

    assert found == {
        "Kim Coach": (True, False), "Lee Owner": (True, False), "Max Lead": (True, False),
        "Sam Front": (False, False), "Jo Brandt": (False, False),
    }  # fmt: skip
    assert opened == {"Kim Coach": 200, "Lee Owner": 200, "Sam Front": 404, "Jo Brandt": 404}


def test_words_about_what_a_coach_may_not_open_are_not_theirs_to_read(house, people, make_article, browser):
    article = make_article("KB0102", readers=["unit:company"], audience="everyone")
    with house.db.transaction() as session:
        made = wrote(session, invited(session, people[2], article=article), "Behind closed doors.")
        word_id = made.id

    assert "Behind closed doors." not in browser(people[0]).get("/feedback/words").text
    assert browser(people[0]).get(f"/feedback/words/{word_id}").status_code == 404


def test_tags_are_suggested_and_kept_by_a_person(house, people, words, browser):
    coach = browser(people[0])
    page = coach.get(f"/feedback/words/{words}").text
    ticked = re.findall(r'checked[^>]*value="(\w+)"|value="(\w+)"[^>]*checked', page)
    seen = _seen(page)

    kept = send(coach, f"/feedback/words/{words}", {"seen": seen, "tags": ["idea", "access"], "sentiment": "bad"})
    late = send(coach, f"/feedback/words/{words}", {"seen": seen, "tags": ["praise"], "sentiment": ""})
    wrong = send(coach, f"/feedback/words/{words}", {"seen": seen, "tags": ["none of ours"], "sentiment": ""})

    assert [one or other for one, other in ticked] == ["article_wrong"]
    assert (kept.status_code, late.status_code, wrong.status_code) == (303, 422, 422)
    assert "Somebody else tagged these words meanwhile." in late.text
    assert re.search(r'checked[^>]*value="praise"', late.text)
    with house.db.reading() as session:
        text = session.get_one(Verbatim, words)
        assert (text.tags, text.sentiment, text.state, text.tagged_by) == (
            ["access", "idea"], "bad", "tagged", people[0].id,
        )  # fmt: skip


def test_the_list_is_narrowed_by_tag_and_by_what_is_new(house, people, words, browser):
    coach = browser(people[0])
    with house.db.transaction() as session:
        asked = invited(session, people[2], answers={})
        wrote(session, asked, "Thanks to all.").tags = ["praise"]
        session.get_one(Verbatim, words).state = "tagged"
        session.flush()

    def shown(query):
        return re.findall(r"<blockquote[^>]*>([^<]*)</blockquote>", coach.get(f"/feedback/words{query}").text)

    assert sorted(shown("")) == ["Thanks to all.", "There is no such button."]
    assert shown("?tag=praise") == ["Thanks to all."]
    assert shown("?state=new") == ["Thanks to all."]
    assert shown("?article=KB0101") == ["There is no such button."]


@pytest.mark.parametrize(("answered", "over", "read"), [(10, True, True), (9, True, False), (12, False, False)])
def test_words_of_an_anonymous_round_need_ten_answers_and_an_end(
    house, organised, people, browser, answered, over, read
):
    with house.db.transaction() as session:
        around = Round(template="P", state="closed", form=[], opens_at=NOON, closes_at=NOON, made_at=NOON,
                       closed_at=NOON if over else None, answered=answered)  # fmt: skip
        session.add(around)
        session.flush()
        word_id = wrote(session, None, "Too many lists.", question_id="P7", round_id=around.id).id
        round_id = around.id
    coach = browser(people[0])

    assert ("Too many lists." in coach.get(f"/feedback/words?round={round_id}").text) is read
    assert "Too many lists." not in coach.get("/feedback/words").text
    assert coach.get(f"/feedback/words/{word_id}").status_code == (200 if read else 404)
    assert "Too many lists." not in browser(people[1]).get(f"/feedback/words?round={round_id}").text


def test_a_reader_is_called_back_and_says_that_it_is_settled(house, people, words, browser, run_jobs, frozen_clock):
    coach, front, reader = people
    kim, sam = browser(coach), browser(front)

    send(kim, f"/feedback/words/{words}", {"do": "call", "seen": ""})
    run_jobs()
    with house.db.reading() as session:
        call = session.scalars(sa.select(Callback)).one()
        address, token = f"/feedback/callbacks/{call.id}", call.token
    before = (kim.get(address).text, sam.get(address).status_code)
    nobody = send(kim, address, {"do": "assign", "to": ""})
    send(kim, address, {"do": "assign", "to": str(front.id)})
    theirs, others = sam.get(address).text, kim.get(address).text
    empty = send(sam, address, {"do": "close", "state": "settled", "outcome": ""})
    send(sam, address, {"do": "try"})
    send(sam, address, {"do": "close", "state": "settled", "outcome": "The page has a picture now."})
    run_jobs()
    with house.db.reading() as session:
        told = [each.line.path for each in notices.page_of(session, rights(session, reader))[0]]
    looked = browser(reader).get(told[0]).text
    with house.db.reading() as session:
        untouched = session.get_one(Callback, call.id).settled
    send(browser(reader), told[0], {"answer": "yes"})

    assert (_main(before[0]).count("Jo Brandt"), _main(before[0]).count("no such button"), before[1]) == (0, 0, 404)
    assert "They answered in confidence" in before[0]
    assert (nobody.status_code, "It is not said who calls." in nobody.text) == (422, True)
    assert ("Call Jo Brandt back" in theirs, "There is no such button." in theirs) == (True, True)
    assert "Jo Brandt" not in _main(others)
    assert (empty.status_code, "Write down in a sentence what came of it." in empty.text) == (422, True)
    assert (told, "Is it settled for you?" in looked, untouched) == ([f"/feedback/settled/{token}"], True, "")
    with house.db.reading() as session:
        ended = session.get_one(Callback, call.id)
        assert (ended.state, ended.settled, ended.tries, ended.outcome, ended.kept_at) == (
            "settled", "yes", 1, "The page has a picture now.", NOON,
        )  # fmt: skip
    assert "settled, as they say themselves" in kim.get(f"/feedback/words/{words}").text


def test_one_does_not_see_a_call_about_oneself(house, organised, people, browser):
    coach = people[0]
    with house.db.transaction() as session:
        made = callbacks.open_for(session, invited(session, coach, template="R", answers={"R1": "1"}), NOON)
        assert made is not None
        call_id = made.id

    assert browser(coach).get(f"/feedback/callbacks/{call_id}").status_code == 404
    assert f"/feedback/callbacks/{call_id}" not in browser(coach).get("/feedback/callbacks").text


def test_what_is_due_stands_first_and_what_is_over_apart(house, organised, people, browser, frozen_clock):
    with house.db.transaction() as session:
        for days, answers in ((2, {"R1": "1"}), (1, {"R8": "3"}), (3, {"R11": "no"})):
            asked = invited(session, people[2], template="R", answers=answers, at=NOON - timedelta(days=days))
            made = callbacks.open_for(session, asked, NOON - timedelta(days=days))
            assert made is not None
            made.due_at = NOON - timedelta(days=days - 2)
        made.state, made.closed_at, made.kept_at = "declined", NOON, NOON - timedelta(days=2)
    coach = browser(people[0])

    assert _notes(coach.get("/feedback/callbacks").text) == [
        "The help did not go well for them",
        "A deadline was missed",
    ]
    assert _notes(coach.get("/feedback/callbacks?state=over").text) == ["It is not fixed"]


def test_words_become_an_improvement_that_everybody_reads_once_it_is_there(
    house, people, words, browser, run_jobs, frozen_clock, client
):
    coach, _front, reader = people
    kim = browser(coach)
    form = {"word": words, "title": "A picture of the button", "said": "Nobody found the button.", "is_public": "y"}

    missing = send(kim, "/feedback/improvements/new", form | {"title": ""})
    begun = send(kim, "/feedback/improvements/new", form)
    address = begun.headers["Location"]
    before = client.get("/").text
    send(kim, address, {"do": "accept", "accept-owner_id": str(coach.id), "accept-saves": "0"})
    empty = send(kim, address, {"do": "deliver", "deliver-words": "", "deliver-saves": "1"})
    send(kim, address, {"do": "deliver", "deliver-words": "The page has a picture.", "deliver-saves": "1"})
    run_jobs()
    with house.db.reading() as session:
        told = [each.line.path for each in notices.page_of(session, rights(session, reader))[0]]
    page = browser(reader).get(told[0]).text
    send(browser(reader), told[0], {"answer": "yes"})

    assert (missing.status_code, "Nobody found the button." in missing.text) == (422, True)
    assert "There is no such button." in missing.text
    assert ("You said, we did" in before, "A picture of the button" in client.get("/").text) == (False, True)
    assert (empty.status_code, "Say what was done." in empty.text) == (422, True)
    assert "The page has a picture." in client.get("/feedback/said").text
    assert ("You told us on 2 March 2026" in page, "The page has a picture." in page) == (True, True)
    assert "it helped: 1 yes, 0 in part, 0 no" in kim.get(address).text
    assert browser(people[1]).get(told[0]).status_code == 404


def test_two_people_do_not_write_over_each_other(house, organised, people, browser):
    with house.db.transaction() as session:
        mine = rights(session, people[0])
        made = improvements.propose(session, Texts(title="One list", said="Too many lists."), mine, now=NOON)
        improvement_id = made.id
    kim, address = browser(people[0]), f"/feedback/improvements/{improvement_id}"

    texts = {"do": "save", "title": "One single list", "said": "Too many lists.", "is_public": "y", "saves": "0"}
    first = send(kim, address, texts)
    second = send(kim, address, texts | {"title": "No list"})
    day = send(kim, address, texts | {"useful_until": "soon", "saves": "1"})

    assert (first.status_code, second.status_code, day.status_code) == (303, 422, 422)
    assert ("Somebody else changed this improvement meanwhile." in second.text, 'value="No list"' in second.text) == (
        True, True,
    )  # fmt: skip
    assert "That is no day." in day.text
    with house.db.reading() as session:
        assert session.get_one(Improvement, improvement_id).title == "One single list"


def test_whoever_proposed_hears_that_it_is_not_taken(house, organised, people, browser, frozen_clock):
    coach, front, _reader = people
    with house.db.transaction() as session:
        made = improvements.propose(
            session, Texts(title="One list", said="Too many."), rights(session, front), now=NOON
        )
        improvement_id = made.id

    send(browser(coach), f"/feedback/improvements/{improvement_id}",
         {"do": "decline", "decline-words": "It ends in May anyway.", "decline-saves": "0"})  # fmt: skip

    with house.db.reading() as session:
        told = notices.page_of(session, rights(session, front))[0]
    assert [(each.line.text, each.line.path) for each in told] == [
        ("“One list” is not taken. The reason stands beside it.", f"/feedback/improvements/{improvement_id}")
    ]
    assert "It ends in May anyway." in browser(front).get(told[0].line.path).text


def test_a_round_can_be_the_source(house, organised, people, browser):
    with house.db.transaction() as session:
        around = Round(template="P", state="closed", form=[], opens_at=NOON, closes_at=NOON, made_at=NOON)
        session.add(around)
        session.flush()
        round_id = around.id

    begun = send(browser(people[0]), "/feedback/improvements/new",
                 {"round": str(round_id), "title": "One list", "said": "Too many."})  # fmt: skip

    with house.db.reading() as session:
        improvement_id = int(begun.headers["Location"].rpartition("/")[2])
        assert improvements.confirmed(session, improvement_id) == {"": 1}
        assert Source(round_id=round_id) == Source(round_id=round_id)


def _seen(page):
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def _main(page):
    return page.partition("<main")[2].partition("<option")[0] + page.rpartition("</option>")[2].partition("<footer")[0]


def _notes(page):
    return [unescape(each).strip() for each in re.findall(r'class="list-note">([^·]*)·', page.partition("<main")[2])]

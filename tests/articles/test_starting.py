"""Beginning to write: four answers, a new article, and what there is already."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.accounts.models import Person
from portal.articles import texts
from portal.articles.models import Article, Revision
from portal.testing import NOON, csrf_of, sign_in

pytestmark = pytest.mark.usefixtures("frozen_clock", "organised")

ANSWERS = {
    "said": "The scanner sends empty pages",
    "was": "The lid was open <b>",
    "helped": "Close the lid\nScan again",
    "who": "Anybody",
    "service": "printing",
}


NO_SERVICE = "It is not said which service this is about. Choose the service first."
NOTHING_SAID = (
    "Nothing stands under what they said. Write the first words of the person who asked, as well as you remember them."
)
TOO_LONG = (
    "This answer has 10001 characters; 10000 is the limit. "
    "Say the short of it here; the draft that comes of it has room for more."
)


@pytest.fixture(autouse=True)
def index(organised):
    """An index, as a start of the portal makes it."""
    for _written in organised.plugins.get("search").indexing.rebuild(NOON):
        pass


@pytest.fixture
def send(app, make_person):
    """Send a form as somebody with these roles; the answer, and the page that it led to."""

    def sent(path, *roles, **fields):
        values = {name: fields.pop(name) for name in ("language", "services", "name") if name in fields}
        client = sign_in(app.test_client(), make_person(roles=roles, **values))
        return client.post(path, data=fields | {"csrf_token": csrf_of(client)})

    return sent


@pytest.fixture
def begun(house):
    """The one text that was begun: its state, fields and body."""

    def text():
        with house.db.reading() as session:
            revision, article = session.execute(sa.select(Revision, Article).join(Article)).one()
            return revision, article.state, texts.stored(revision).fields, revision.body

    return text


def words_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


# Two minutes


def test_four_answers_make_a_draft_of_the_right_kind_that_stands_in_the_editor(send, begun):
    answer = send("/write/capture", "front_line", **ANSWERS)

    revision, state, fields, body = begun()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/write/{revision.id}")
    assert (revision.state, state, revision.is_suggestion) == ("draft", "not_yet_live", False)
    assert fields == {
        "id": "KB1001",
        "title": "The scanner sends empty pages",
        "kind": "troubleshooting",
        "audience": "support",
        "confidence": "not_validated",
        "governance": "experience",
        "service": "printing",
        "owner_role": "onsite-lead",
        "tags": ["printing"],
        "words": ["scanner sends empty pages"],
        "review_every_days": 180,
        "language": "en",
    }
    assert "1. Close the lid\n2. Scan again" in body
    assert "The lid was open &#60;b>" in body


@pytest.mark.parametrize(
    ("changed", "kind"),
    [({"helped": ""}, "known_error"), ({"nothing_broken": "y"}, "how_to"), ({}, "troubleshooting")],
)
def test_the_kind_follows_from_what_was_answered(send, begun, changed, kind):
    send("/write/capture", "front_line", **(ANSWERS | changed))

    assert begun()[2]["kind"] == kind


def test_who_may_only_suggest_writes_for_everyone_and_a_superuser_for_support(send, begun, house):
    send("/write/capture", **ANSWERS)
    suggested = begun()
    with house.db.transaction() as session:
        session.execute(sa.delete(Revision))
        session.execute(sa.delete(Article))
    send("/write/capture", "superuser", **ANSWERS)

    assert (suggested[0].is_suggestion, suggested[2]["audience"]) == (True, "everyone")
    assert (begun()[0].is_suggestion, begun()[2]["audience"]) == (False, "support")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/write/capture", ANSWERS),
        ("/write/new", {"title": "Scan", "service": "printing", "kind": "how_to", "audience": "support"}),
    ],
)
def test_a_button_that_is_pressed_twice_begins_one_text(app, make_person, begun, path, fields):
    client = sign_in(app.test_client(), make_person(roles=["front_line"]))
    form = fields | {"csrf_token": csrf_of(client)}

    led_to = [client.post(path, data=form).headers["Location"] for _press in range(2)]

    assert led_to == [f"/write/{begun()[0].id}"] * 2


def test_the_same_words_of_somebody_else_of_a_later_minute_or_after_a_saving_are_another_text(
    app, make_person, house, frozen_clock
):
    ana, ben = (sign_in(app.test_client(), make_person(roles=["front_line"], name=name)) for name in ("Ana", "Ben"))

    def press(client):
        return client.post("/write/capture", data=ANSWERS | {"csrf_token": csrf_of(client)}).headers["Location"]

    first, second = press(ana), press(ben)
    with house.db.transaction() as session:
        session.execute(sa.update(Revision).where(Revision.author_id == sa.select(Person.id).where(
            Person.name == "Ana").scalar_subquery()).values(saves=1))  # fmt: skip
    third = press(ana)
    frozen_clock(NOON + timedelta(minutes=2))
    fourth = press(ana)

    assert len({first, second, third, fourth}) == 4


def test_a_draft_is_in_the_language_in_which_its_writer_reads_the_portal(send, begun):
    send("/write/capture", "front_line", language="de", **ANSWERS)

    assert begun()[2]["language"] == "de"


def beside(page):
    """What is said beside the fields that are at fault, by the name of each, where its field names it as well."""
    said = re.findall(r'<p class="field-error" id="([\w-]+)-error">.*?</span>(.*?)</span></p>', page, re.DOTALL)
    return {field: words for field, words in said if re.search(rf'aria-describedby="[^"]*\b{field}-error\b', page)}


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        (
            {"said": " ?! "},
            "said",
            NOTHING_SAID,
        ),
        ({"service": ""}, "service", NO_SERVICE),
        ({"service": "no-such"}, "service", NO_SERVICE),
        ({"said": "x" * 10_001}, "said", TOO_LONG),
        ({"was": "x" * 10_001}, "was", TOO_LONG),
        ({"helped": "x" * 10_001}, "helped", TOO_LONG),
        ({"who": "x" * 10_001}, "who", TOO_LONG),
    ],
)
def test_what_is_refused_is_said_beside_its_field_and_everything_typed_stays(send, house, changed, field, said):
    answer = send("/write/capture", "front_line", **(ANSWERS | changed))

    page = answer.get_data(as_text=True)
    typed = ANSWERS | changed
    assert (answer.status_code, beside(page)) == (422, {field: said})
    assert f'<a href="#{field}">' in page.partition('<form class="form capture"')[0]
    assert all(typed[name].replace("<", "&lt;").replace(">", "&gt;") in page for name in ("said", "was", "helped"))
    assert (f'<option selected value="{typed["service"]}">' in page) == (typed["service"] != "no-such")
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Article.id))) == 0


def test_of_several_answers_that_are_too_long_each_is_named(send):
    long = {"was": "y" * 10_001, "who": "z" * 10_001}

    answer = send("/write/capture", "front_line", **(ANSWERS | long))

    page = answer.get_data(as_text=True)
    assert (answer.status_code, beside(page)) == (422, dict.fromkeys(long, TOO_LONG))
    summary = page.partition('<form class="form capture"')[0]
    assert [f'<a href="#{field}">' in summary for field in long] == [True, True]
    assert [typed in page for typed in long.values()] == [True, True]


def test_beside_an_answer_that_is_too_long_it_is_said_that_another_says_nothing(send):
    answer = send("/write/capture", "front_line", **(ANSWERS | {"said": "", "helped": "x" * 10_001}))

    assert beside(answer.get_data(as_text=True)) == {"said": NOTHING_SAID, "helped": TOO_LONG}


def test_the_address_brings_the_service_and_the_words_that_found_nothing(as_role):
    page = as_role("front_line").get("/write/capture?service=printing&q=<b>empty").get_data(as_text=True)

    assert '<option selected value="printing">' in page
    assert "&lt;b&gt;empty</textarea>" in page


@pytest.mark.parametrize(("role", "offered"), [("front_line", 1), ("superuser", 1), ("end_user", 0), ("visitor", 0)])
def test_whoever_writes_is_asked_to_where_nothing_was_found(as_role, role, offered):
    page = as_role(role).get("/search?q=zqnothing&service=printing").get_data(as_text=True)

    assert page.count('href="/write/capture?q=zqnothing&amp;service=printing"') == offered


def test_the_desk_offers_it_once_whether_anything_fits_or_not(as_role, make_article, run_jobs):
    make_article(title="Printing does not work")
    run_jobs()
    desk = as_role("front_line")

    pages = [desk.get(f"/desk{query}").get_data(as_text=True) for query in ("", "?q=printing", "?q=zqnothing")]

    assert [page.count("/write/capture") for page in pages] == [1, 1, 1]
    assert 'href="/write/capture?q=zqnothing"' in pages[2]


# A new article


NEW = {"do": "start", "title": "Clean the  scanner", "service": "printing", "kind": "how_to", "audience": "everyone"}


def test_a_new_article_begins_with_the_outline_of_its_kind_and_the_owner_of_its_service(send, house, make_article):
    make_article("KB0101", owner_role="onsite-team")
    make_article("KB0102", owner_role="network-team")

    answer = send("/write/new", "front_line", **NEW)

    with house.db.reading() as session:
        revision = session.scalars(sa.select(Revision).where(Revision.state == "draft")).one()
    fields = texts.stored(revision).fields
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/write/{revision.id}")
    assert (revision.title, fields["kind"], fields["audience"]) == ("Clean the scanner", "how_to", "everyone")
    assert (fields["owner_role"], fields["tags"]) == ("onsite-team", ["printing"])
    assert "## Steps" in revision.body


@pytest.mark.parametrize("kind", ["troubleshooting", "known_error", "support_script", "faq", "policy", "handover_note"])
def test_every_kind_can_be_begun(send, begun, kind):
    answer = send("/write/new", "specialist", **(NEW | {"kind": kind}))

    assert (answer.status_code, begun()[2]["kind"]) == (303, kind)


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"title": " "}, "title", "The title says nothing yet."),
        ({"title": "x" * 81}, "title", "The title has 81 characters; 80 is the limit."),
        ({"service": ""}, "service", "It is not said which service this is about."),
        ({"kind": "poem"}, "kind", "It is not said what kind of page this is."),
        ({"audience": ""}, "audience", "It is not said who this is for."),
        ({"audience": "specialists"}, "audience", "This service has pages of that kind which you do not read."),
    ],
)
def test_a_new_article_is_refused_beside_its_field_and_what_was_typed_stays(send, house, changed, field, said):
    answer = send("/write/new", "front_line", **(NEW | changed))

    page = answer.get_data(as_text=True)
    assert (answer.status_code, [*beside(page)], beside(page)[field].partition(". ")[0] + ".") == (422, [field], said)
    assert f'value="{(NEW | changed)["title"]}"' in page
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Article.id))) == 0


@pytest.mark.parametrize(
    ("roles", "offered"),
    [
        ((), ["everyone"]),
        (("superuser",), ["everyone", "support"]),
        (("front_line",), ["everyone", "support"]),
        (("specialist",), ["everyone", "support", "specialists"]),
    ],
)
def test_only_readers_that_one_may_write_for_are_offered(app, make_person, roles, offered):
    page = sign_in(app.test_client(), make_person(roles=roles)).get("/write/new").get_data(as_text=True)

    assert re.findall(r'name="audience" type="radio" value="(\w+)"', page) == offered


def test_looking_first_begins_nothing_and_keeps_what_was_typed(send, house, make_article, run_jobs):
    make_article("KB0101", title="Printing does not work")
    run_jobs()

    found = send("/write/new", "front_line", **(NEW | {"do": "look", "title": "Printing does not work"}))
    nothing = send("/write/new", "front_line", **(NEW | {"do": "look"}))

    page = found.get_data(as_text=True)
    assert (found.status_code, 'value="Printing does not work"' in page) == (200, True)
    assert 'form="new-article" formmethod="post" formaction="/kb/KB0101-printing-does-not-work/edit"' in page
    assert "Nothing here is like it. Begin." in nothing.get_data(as_text=True)
    with house.db.reading() as session:
        assert session.scalars(sa.select(Article.ref)).all() == ["KB0101"]


# What is alike


def test_alike_is_said_with_who_writes_and_only_where_that_may_be_known(app, desk, make_person, as_role):
    desk("front_line", name="Robin Bell").start_new(title="Scanner sends empty pages")
    asked = "/write/similar?title=scanner+sends+empty+pages"

    decider, candidate, reader = as_role("coach"), as_role("front_line"), as_role("end_user")

    assert words_of(decider.get(asked)) == (
        "This may be there already Scanner sends empty pages Robin Bell is already writing this."
    )
    assert words_of(candidate.get(asked)) == words_of(reader.get(asked)) == ""


def test_ones_own_text_is_a_link_and_is_left_out_beside_itself(app, make_person, house, send, begun):
    person = make_person(roles=("front_line",))
    client = sign_in(app.test_client(), person)
    client.post("/write/new", data=NEW | {"csrf_token": csrf_of(client)})
    own = begun()[0].id

    listed = client.get("/write/similar?title=clean+the+scanner").get_data(as_text=True)
    beside = client.get(f"/write/similar?title=clean+the+scanner&revision={own}").get_data(as_text=True)

    assert (f'<a href="/write/{own}">Clean the scanner</a>' in listed, "You have this under way." in listed) == (
        True, True,
    )  # fmt: skip
    assert "Clean the scanner" not in beside


def test_beside_the_editor_the_buttons_belong_to_its_form(as_role, make_article, run_jobs):
    make_article("KB0101", title="Printing does not work")
    run_jobs()

    part = as_role("front_line").get("/write/similar?title=printing+does+not+work&revision=7").get_data(as_text=True)

    assert 'form="editor" formmethod="post"' in part


def test_a_capture_opens_beside_what_is_there_already_until_it_is_saved(
    app, make_person, make_article, run_jobs, begun
):
    make_article("KB0101", title="The scanner sends empty pages")
    run_jobs()
    client = sign_in(app.test_client(), make_person(roles=("front_line",)))

    answer = client.post("/write/capture", data=ANSWERS | {"csrf_token": csrf_of(client)}, follow_redirects=True)
    fresh = answer.get_data(as_text=True)
    revision_id = answer.request.path.rpartition("/")[2]
    client.post(f"/write/{revision_id}", data={"title": "The scanner sends empty pages", "body": "Close the lid.",
        "saves": "0", "base_revision_id": "", "do": "save", "csrf_token": csrf_of(client)})  # fmt: skip
    saved = client.get(f"/write/{revision_id}").get_data(as_text=True)

    part = fresh.partition('<div id="similar"')[2].partition('<div class="editor-about">')[0]
    assert '<a href="/kb/KB0101-the-scanner-sends-empty-pages">The scanner sends empty pages</a>' in part
    assert (
        'form="editor" formmethod="post" '
        f'formaction="/kb/KB0101-the-scanner-sends-empty-pages/edit?leaving={revision_id}"'
    ) in part
    assert revision_id not in re.findall(r'href="/write/(\d+)"', part)
    assert '<a href="/kb/KB0101' not in saved


@pytest.mark.parametrize("query", ["", "?title=", "?title=%00&language=%3Cb%3E&revision=x", "?revision=99999999999"])
def test_odd_questions_get_an_empty_answer(as_role, query):
    answer = as_role("front_line").get(f"/write/similar{query}")

    assert (answer.status_code, words_of(answer)) == (200, "")

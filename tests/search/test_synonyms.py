"""Words that mean the same find what was written with other ones."""

import tomllib

import pytest

from portal.search import synonyms
from portal.search.answering import answer
from portal.search.engines.whoosh_engine import WhooshEngine
from portal.search.query import Form, form, parse
from portal.search.snippets import Highlighter
from portal.search.spelling import corrections
from tests.search.samples import EVERYBODY, document

SOME = synonyms.read("""
[short]
pw = ["password"]
mi = ["big outage"]

[alike]
code = ["otp", "one-time code"]
""")


@pytest.fixture
def engine(tmp_path):
    engine = WhooshEngine.open(tmp_path / "index", create=True)
    yield engine
    engine.close()


def forms(typed, known=SOME):
    return {word.text: [each.text for each in word.forms] for word in synonyms.expanded(parse(typed), known).words}


def found(engine, typed):
    return [hit.ref for hit in answer(engine, parse(typed), EVERYBODY)[1].hits]


def test_short_words_go_one_way_and_groups_go_every_way():
    assert forms("my pw") == {"pw": ["password"]}
    assert forms("password") == {"password": []}
    assert forms("otp") == {"otp": ["onetime time code"]}
    assert forms("the one-time code") == {"onetime": [], "time": [], "code": ["otp"]}
    assert forms("code one-time")["code"] == []  # these words, but not side by side


def test_a_form_of_several_words_holds_the_stems_of_each():
    assert form("big outages") == Form(text="big outages", words=(("big", "big"), ("outag", "outag")))
    assert form("password").words == (("password", "password"),)


def test_what_ships_can_be_read_and_says_something_on_both_sides():
    tables = tomllib.loads(synonyms.SHIPPED.read_text(encoding="utf-8"))
    known = synonyms.shipped()

    assert len(known.of) > 100
    assert all(each.words and each.text for many in known.of.values() for each in many)
    assert [typed for typed, meant in tables["short"].items() if typed in meant] == []
    groups = [group for name, table in tables.items() if name != "short" for group in table.values()]
    assert [group for group in groups if len(group) < 2 or len(set(group)) < len(group)] == []


def test_a_form_of_several_words_weighs_no_more_than_one_word(engine):
    engine.write([document("KB0001", body="Sign-in approval on the phone"), document("KB0002", body="otp")], ())

    assert found(engine, "otp") == ["KB0002", "KB0001"]


def test_what_is_typed_by_people_of_the_field_is_found_in_the_words_of_the_pages(engine):
    """Worked example E35: the pages say neither of these words, and are found with them."""
    engine.write(
        [
            document("KB0001", title="VPN does not connect", body="Check the network, then send us a request."),
            document("KB0002", title="Send on to specialists", body="What they need to know."),
            document("KB0003", title="Bread", body="Flour and water."),
        ],
        (),
    )

    assert found(engine, "vpn L2 ticket") == ["KB0001", "KB0002"]
    assert found(engine, "escalate")[0] == "KB0002"
    assert found(engine, "flour") == ["KB0003"]


def test_what_was_meant_is_marked_and_is_no_correction(engine):
    engine.write([document("KB0001", body="Reset the password."), document("KB0002", body="pew")], ())

    meant, page = answer(engine, parse("pw"), EVERYBODY)

    assert [hit.ref for hit in page.hits] == ["KB0001"]
    assert Highlighter(meant).snippet(page.hits[0].body) == "Reset the <mark>password</mark>."
    assert corrections(meant) == ()

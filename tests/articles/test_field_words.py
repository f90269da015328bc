"""Fields of a front matter as people read them."""

from datetime import UTC, date, datetime

from portal.articles.diffing import compare_fields
from portal.articles.field_words import NAMES, Said, said
from portal.articles.frontmatter import FIELDS


def test_what_changed_is_said_in_plain_words():
    before = {"id": "KB0101", "kind": "how_to", "audience": "everyone", "service": "mail", "tags": ["a", "b"]}
    after = {
        "id": "KB0102",
        "kind": "faq",
        "audience": "support",
        "service": "printing",
        "checked_on": date(2026, 3, 2),
        "checked_by": "onsite-team",
        "practice": True,
        "tags": ["a"],
    }

    assert said(compare_fields(before, after), all_fields=True, services={"mail": "Mail"}) == [
        Said("Kind", "How-to", "Questions and answers"),
        Said("Who it is for", "For everyone", "For support"),
        Said("Service", "Mail", "printing"),
        Said("Tags", "a; b", "a"),
        Said("Checked on", "", "2 March 2026"),
        Said("Checked by", "", "onsite team"),
        Said("A script for practice", "", "yes"),
    ]


def test_who_does_not_look_after_an_article_reads_what_its_page_shows():
    before = {"words": ["no paper"], "finds": ["A."]}
    fault = {"status": "workaround", "problem_ref": "PRB-0117", "business_effect": "Much."}
    after = {"words": ["paper"], "readers": ["unit:sales"], "known_error": fault, "owner_role": "onsite-team"}

    assert said(compare_fields(before, after), all_fields=False) == [
        Said("How far the fault is dealt with", "", "There is a way round."),
        Said("Who looks after it", "", "onsite team"),
    ]


def test_a_block_that_changed_inside_is_said_field_by_field():
    before = {"handover": {"size": "S", "go_live": datetime(2026, 3, 2, 12, tzinfo=UTC)}}
    after = {"handover": {"size": "M", "go_live": datetime(2026, 3, 3, 12, tzinfo=UTC)}, "odd": ["x"]}

    assert said(compare_fields(before, after), all_fields=True) == [
        Said("Size of the change", "S", "M"),
        Said("Go-live", "2 Mar 2026, 12:00", "3 Mar 2026, 12:00"),
        Said("odd", "", "x"),
    ]


def test_every_field_has_a_name():
    assert FIELDS.keys() - NAMES.keys() == {"id", "sample"}

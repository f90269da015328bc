"""What is said about an article file that cannot be read as it stands, with line and field."""

import pytest

from portal.articles import frontmatter
from portal.articles.problems import Problem
from tests.articles.front_matter import NAME, found, text_of


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"title": None}, (1, "title", "The field title is missing.")),
        ({"title": "12:30"}, (3, "title", "title is not read as text.")),
        ({"title": '"a\\nb"'}, (3, "title", "title is empty, has a line break or blanks around it.")),
        ({"title": "x" * 81}, (3, "title", "The title has 81 characters; 80 is the limit.")),
        ({"id": "KB101"}, (2, "id", "KB101 is not an article's id.")),
        ({"id": "KB0102"}, (2, "id", "The name of the file does not begin with KB0102.")),
        ({"kind": "howto"}, (4, "kind", "kind cannot be howto.")),
        ({"audience": "all"}, (5, "audience", "audience cannot be all.")),
        ({"service": "Printing"}, (8, "service", "Printing is not an id.")),
        ({"tags": "[]"}, (10, "tags", "There are 0 tags; one to six belong here.")),
        ({"tags": "[a, b, c, d, e, f, g]"}, (10, "tags", "There are 7 tags; one to six belong here.")),
        ({"tags": "[a, a]"}, (10, "tags", "Something stands twice in tags.")),
        ({"tags": "printer"}, (10, "tags", "tags is not a list.")),
        ({"tags": "[yes]"}, (10, "tags", "tags is not read as text.")),
        ({"words": "[a, b]"}, (11, "words", "Phrases in words: 2; three to eight belong here.")),
        (
            {"words": "[a, b, c, d, e, f, g, h, i]"},
            (11, "words", "Phrases in words: 9; three to eight belong here."),
        ),
        ({"finds": None}, (1, "finds", "There are no sentences that have to find this article.")),
        ({"finds": '["One."]'}, (12, "finds", "There are 1 sentences in finds; it takes two.")),
        (
            {"finds": '["My printing does NOT, work.", "b"]'},
            (12, "finds", "“printing does not” stands in finds and in “Printing does not work” as well."),
        ),
        (
            {"finds": '["a", "It is stuck in queue again"]'},
            (12, "finds", "“stuck in queue” stands in finds and in “stuck in queue” as well."),
        ),
        ({"review_every_days": "100"}, (13, "review_every_days", "The text cannot be looked at every 100 days.")),
        (
            {"review_every_days": "-30"},
            (13, "review_every_days", "review_every_days is not a whole number above zero."),
        ),
        (
            {"review_every_days": "true"},
            (13, "review_every_days", "review_every_days is not a whole number above zero."),
        ),
        ({"kind": "known_error"}, (13, "review_every_days", "A known error is looked at every 60 days at least.")),
        (
            {"kind": "support_script", "review_every_days": "365"},
            (13, "review_every_days", "A script is looked at every 180 days at least."),
        ),
        ({"kind": "handover_note"}, (1, "handover", "An article of the kind handover_note needs the block handover.")),
        (
            {"known_error": "{status: fixed}"},
            (14, "known_error", "The block known_error belongs to the kind known_error only."),
        ),
        ({"practice": "true"}, (14, "practice", "Only a support script can be practice.")),
        ({"practice": '"yes"'}, (14, "practice", "practice is neither true nor false.")),
        ({"time_needed_minutes": "2000"}, (14, "time_needed_minutes", "It cannot take more than a day.")),
        ({"readers": "[sales]"}, (14, "readers", "sales has not the shape that belongs here.")),
        ({"language": "english"}, (14, "language", "english is not a language code.")),
        ({"language": "xx"}, (14, "language", "No language has the code xx.")),
        ({"language": "und"}, (14, "language", "No language has the code und.")),
        ({"language": "de-XX"}, (14, "language", "No language has the code de-XX.")),
        ({"language": "sr-Abcd-RS"}, (14, "language", "No language has the code sr-Abcd-RS.")),
        ({"checked_on": "2026-02-30"}, (14, "checked_on", "2026-02-30 is not a date or number that exists.")),
        (
            {"review_every_days": "0x" + "F" * 60_000},
            (13, "review_every_days", f"0x{'F' * 78} is not a date or number that exists."),
        ),
        (
            {"time_needed_minutes": ":".join(["59"] * 9_000)},
            (14, "time_needed_minutes", f"{':'.join(['59'] * 27)[:80]} is not a date or number that exists."),
        ),
        ({"checked_on": "2026-02-03 10:00:00"}, (14, "checked_on", "checked_on is not a date.")),
        ({"checked_on": "2026-02-03"}, (14, "checked_on", "checked_on stands without checked_by.")),
        ({"checked_by": "Team"}, (14, "checked_by", "checked_by stands without checked_on.")),
        (
            {"approved_by": "Lead", "approved_on": "2026-02-03"},
            (14, "approved_by", "Only compliance articles are approved."),
        ),
        ({"successor": "KB0001"}, (14, "successor", "There is no field successor.")),
        ({"tag": "[a]"}, (14, "tag", "There is no field tag.")),
        ({"tags": "&a [*a]"}, (10, "tags", "Anchors and aliases (& and *) are not used here.")),
        (
            {"title": "!!python/name:os.system x"},
            (3, "title", "Types that begin with an exclamation mark, and the sign =, are not used here."),
        ),
        ({"sample: true\nkind": "faq"}, (15, "kind", "kind stands twice.")),
        ({"yes": "1"}, (14, "", "The name yes is not read as text.")),
    ],
)
def test_a_fault_is_told_with_line_and_field(changed, problem):
    text = text_of(**changed)

    assert problem in found(frontmatter.parse(text, path=NAME))


def test_a_problem_says_what_to_do_and_reads_as_one_line():
    [problem] = frontmatter.parse(text_of(tagz="[a]"), path=NAME).problems

    assert problem == Problem(
        path=NAME, line=14, field="tagz", message="There is no field tagz.", remedy="Did you mean tags?"
    )
    assert str(problem) == "KB0101-printing.md:14: error: tagz: There is no field tagz. Did you mean tags?"


def test_a_rule_that_is_broken_leaves_the_values_and_a_missing_value_leaves_none():
    assert frontmatter.parse(text_of(words="[a]"), path=NAME).front is not None
    assert frontmatter.parse(text_of(words=None), path=NAME).front is None
    assert frontmatter.parse(text_of(words=None), path=NAME).id == "KB0101"


def test_practice_scripts_may_wait_a_year_and_handbook_pages_need_no_sentences():
    script = text_of(kind="support_script", practice="true", review_every_days="365")
    handbook = text_of(id="KB9001", finds=None)

    assert frontmatter.parse(script, path=NAME).problems == ()
    assert frontmatter.parse(handbook, path="KB9001-start.md").problems == ()


def test_a_field_with_a_fault_of_yaml_is_told_once():
    file = frontmatter.parse(text_of(checked_on="2026-02-30", checked_by="Team"), path=NAME)

    assert found(file) == [(14, "checked_on", "2026-02-30 is not a date or number that exists.")]
    assert file.front is None


def test_missing_sentences_are_a_warning():
    [problem] = frontmatter.parse(text_of(finds=None), path=NAME).problems

    assert not problem.is_error


@pytest.mark.parametrize(
    ("block", "field", "message"),
    [
        ("{status: open}", "known_error.status", "status cannot be open."),
        ("{}", "known_error.status", "The field status is missing."),
        ("{status: fixed, state: x}", "known_error.state", "There is no field state."),
        ("[status]", "known_error", "known_error is not a block of fields."),
        (
            "{status: fixed, since: 2026-02-02, fix_planned_for: 2026-02-01}",
            "known_error",
            "The fix is planned for a day before the fault was known.",
        ),
    ],
)
def test_faults_inside_a_block_name_block_and_field(block, field, message):
    text = text_of(kind="known_error", review_every_days="30", known_error=block)

    assert (14, field, message) in found(frontmatter.parse(text, path=NAME))


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("{change_ref: C, size: M, go_live: 2026-03-02T06:00:00}", "go_live is not a time with a time zone."),
        ("{change_ref: C, size: M, go_live: 2026-03-02}", "go_live is not a time with a time zone."),
        ("{change_ref: C, size: XL, go_live: 2026-03-02T06:00:00Z}", "size cannot be XL."),
        (
            "{change_ref: C, size: M, go_live: 2026-03-02T06:00:00Z, early_life_until: 2026-03-01}",
            "The first days end before the change goes live.",
        ),
    ],
)
def test_faults_of_a_handover(block, message):
    file = frontmatter.parse(text_of(kind="handover_note", handover=block), path=NAME)

    assert message in [problem.message for problem in file.problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Text.\n", (1, "", "The file does not begin with front matter.")),
        ("", (1, "", "The file does not begin with front matter.")),
        ("---\nid: KB0101\n", (1, "", "The front matter is never closed.")),
        ("---\n---\nText.\n", (2, "", "The front matter holds no fields.")),
        ("---\n- a\n---\nText.\n", (2, "", "The front matter holds no fields.")),
        ("---\ntags:\n\t- mfa\n---\nText.\n", (3, "", "The line is indented with a tab.")),
        ("---\ntitle: 'x\n---\nText.\n", (3, "", "YAML cannot be read from here: found unexpected end of stream.")),
        (text_of("\n \n"), (14, "", "The article has no text.")),
        (text_of("a\nb\x07c\n"), (16, "", "There is an invisible control character (code 7).")),
        (text_of("a\x00\n"), (15, "", "There is an invisible control character (code 0).")),
    ],
)
def test_faults_of_the_whole_file(text, problem):
    assert problem in found(frontmatter.parse(text, path=NAME))

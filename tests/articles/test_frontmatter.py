"""Reading an article file: what is understood, and what is said about the rest."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.articles import frontmatter
from portal.articles.frontmatter import FrontMatter, Handover, KnownError
from portal.articles.levels import Confidence, Governance, HandoverSize, Kind, KnownErrorStatus, Level
from portal.articles.problems import Problem

FIELDS = {
    "id": "KB0101",
    "title": "Printing does not work",
    "kind": "troubleshooting",
    "audience": "everyone",
    "confidence": "not_validated",
    "governance": "experience",
    "service": "printing",
    "owner_role": "onsite-team",
    "tags": "[printer]",
    "words": '["no paper comes out", "stuck in queue", "printer is dead"]',
    "finds": '["Nothing happens when I press it.", "The tray stays empty."]',
    "review_every_days": "180",
}
FRONT = FrontMatter(
    id="KB0101",
    title="Printing does not work",
    kind=Kind.TROUBLESHOOTING,
    audience=Level.EVERYONE,
    confidence=Confidence.NOT_VALIDATED,
    governance=Governance.EXPERIENCE,
    service="printing",
    owner_role="onsite-team",
    tags=("printer",),
    words=("no paper comes out", "stuck in queue", "printer is dead"),
    finds=("Nothing happens when I press it.", "The tray stays empty."),
    review_every_days=180,
)
NAME = "KB0101-printing.md"


def text_of(body="\nText.\n", **changed):
    fields = {name: value for name, value in (FIELDS | changed).items() if value is not None}
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in fields.items()) + "---\n" + body


def found(file):
    return [(problem.line, problem.field, problem.message) for problem in file.problems]


def read(tmp_path, data, name=NAME, max_bytes=1024):
    path = tmp_path / name
    path.write_bytes(data)
    return frontmatter.read_file(path, max_bytes=max_bytes)


def test_a_file_is_read_into_values_text_and_lines():
    file = frontmatter.parse(text_of(), path=NAME)

    assert file.front == FRONT
    assert file.front_text == text_of().split("---\n")[1]
    assert (file.body, file.body_line) == ("\nText.\n", 15)
    assert file.lines == {name: line for line, name in enumerate(FIELDS, start=2)}
    assert file.problems == ()
    assert file.id == "KB0101"


def test_every_field_has_its_type():
    text = text_of(
        kind="known_error",
        audience="support",
        governance="compliance",
        review_every_days="30",
        approved_by="Security lead",
        approved_on="2026-01-31",
        needs_tools="[remote-control]",
        needs_access="[identity-read]",
        environment='["Windows 11"]',
        time_needed_minutes="10",
        readers='["role:admin", "unit:sales"]',
        language="pt-BR",
        checked_on="2026-02-12",
        checked_by="Identity team",
        old_slugs="[old-name]",
        sample="true",
        known_error="\n  status: fix_planned\n  problem_ref: PRB-0117\n  since: 2026-01-12\n"
        '  fix_planned_for: 2026-04-20\n  business_effect: "An order can be late."',
    )

    assert frontmatter.parse(text, path=NAME).front == FrontMatter(
        id="KB0101",
        title="Printing does not work",
        kind=Kind.KNOWN_ERROR,
        audience=Level.SUPPORT,
        confidence=Confidence.NOT_VALIDATED,
        governance=Governance.COMPLIANCE,
        approved_by="Security lead",
        approved_on=date(2026, 1, 31),
        service="printing",
        owner_role="onsite-team",
        tags=("printer",),
        words=FRONT.words,
        review_every_days=30,
        needs_tools=("remote-control",),
        needs_access=("identity-read",),
        known_error=KnownError(
            status=KnownErrorStatus.FIX_PLANNED,
            problem_ref="PRB-0117",
            since=date(2026, 1, 12),
            fix_planned_for=date(2026, 4, 20),
            business_effect="An order can be late.",
        ),
        environment=("Windows 11",),
        time_needed_minutes=10,
        finds=FRONT.finds,
        readers=("role:admin", "unit:sales"),
        language="pt-BR",
        checked_on=date(2026, 2, 12),
        checked_by="Identity team",
        old_slugs=("old-name",),
        sample=True,
    )


def test_a_handover_keeps_its_moment():
    text = text_of(
        kind="handover_note",
        handover="{change_ref: CHG-1, size: M, go_live: 2026-03-02T06:00:00+01:00, early_life_until: 2026-03-16,"
        " parties: [front-line]}",
    )

    assert frontmatter.parse(text, path=NAME).front.handover == Handover(
        change_ref="CHG-1",
        size=HandoverSize.M,
        go_live=datetime(2026, 3, 2, 5, 0, tzinfo=UTC),
        early_life_until=date(2026, 3, 16),
        parties=("front-line",),
    )


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
        ({"words": "[a, b]"}, (11, "words", "There are 2 phrases in words; three to eight belong here.")),
        (
            {"words": "[a, b, c, d, e, f, g, h, i]"},
            (11, "words", "There are 9 phrases in words; three to eight belong here."),
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


def test_a_file_is_read_from_bytes_with_their_hash(tmp_path):
    file = read(tmp_path, text_of("Grüße\r\n").encode())

    assert file.front == FRONT
    assert file.body == "Grüße\n"
    assert file.problems == ()
    assert len(file.sha256) == 64
    assert file.sha256 != read(tmp_path, text_of("Grüße\n").encode()).sha256


def test_a_wrong_encoding_is_told_with_its_line(tmp_path):
    assert found(read(tmp_path, text_of("Gr\u00fc\u00dfe\n").encode("latin-1"))) == [
        (15, "", "The file is not written in UTF-8.")
    ]
    assert found(read(tmp_path, text_of().encode("utf-16"))) == [(1, "", "The file is not written in UTF-8.")]


def test_a_byte_order_mark_is_told_and_the_rest_is_read(tmp_path):
    file = read(tmp_path, b"\xef\xbb\xbf" + text_of().encode())

    assert found(file) == [(1, "", "The file begins with an invisible byte order mark.")]
    assert file.front == FRONT


def test_a_file_over_the_limit_is_not_read(tmp_path):
    data = text_of("x" * 700).encode()

    assert read(tmp_path, data, max_bytes=len(data)).front == FRONT
    assert found(read(tmp_path, data + b"x" * 1024, max_bytes=1024)) == [(0, "", "The file is longer than 1 KB.")]


def test_a_file_that_cannot_be_opened_is_told(tmp_path):
    file = frontmatter.read_file(tmp_path / "KB0001-not-there.md", max_bytes=1024)

    assert found(file) == [(0, "", "The file cannot be opened: No such file or directory.")]
    assert file.id == "KB0001"


def test_fields_are_written_in_their_order_and_those_that_say_nothing_are_left_out():
    assert frontmatter.dump(FRONT, "\nText.\n") == (
        "---\n"
        "id: KB0101\n"
        "title: Printing does not work\n"
        "kind: troubleshooting\n"
        "audience: everyone\n"
        "confidence: not_validated\n"
        "governance: experience\n"
        "service: printing\n"
        "owner_role: onsite-team\n"
        "tags: [printer]\n"
        "words: [no paper comes out, stuck in queue, printer is dead]\n"
        "review_every_days: 180\n"
        "finds: [Nothing happens when I press it., The tray stays empty.]\n"
        "---\n"
        "\n"
        "Text.\n"
    )


LINE = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=40).map(
    lambda text: text.strip() or "x"
)
NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,12}", fullmatch=True)
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))


def several(values, most=4):
    return st.lists(values, max_size=most, unique_by=str.casefold).map(tuple)


FRONTS = st.builds(
    FrontMatter,
    id=st.from_regex(r"KB[0-9]{4,6}", fullmatch=True),
    title=LINE,
    kind=st.sampled_from(Kind),
    audience=st.sampled_from(Level),
    confidence=st.sampled_from(Confidence),
    governance=st.sampled_from(Governance),
    approved_by=st.none() | LINE,
    approved_on=st.none() | DAYS,
    service=NAMES,
    owner_role=NAMES,
    tags=several(NAMES),
    words=several(LINE),
    review_every_days=st.integers(1, 400),
    needs_tools=several(NAMES),
    known_error=st.none()
    | st.builds(
        KnownError,
        status=st.sampled_from(KnownErrorStatus),
        problem_ref=st.none() | LINE,
        since=st.none() | DAYS,
        business_effect=st.none() | LINE,
    ),
    handover=st.none()
    | st.builds(
        Handover,
        change_ref=LINE,
        size=st.sampled_from(HandoverSize),
        go_live=st.datetimes(timezones=st.just(UTC)),
        early_life_until=st.none() | DAYS,
        parties=several(NAMES),
    ),
    environment=several(LINE),
    time_needed_minutes=st.none() | st.integers(1, 5000),
    finds=several(LINE, most=2),
    readers=several(NAMES.map(lambda name: f"unit:{name}")),
    language=st.sampled_from(["en", "de", "pt-BR"]),
    checked_on=st.none() | DAYS,
    checked_by=st.none() | LINE,
    old_slugs=several(NAMES),
    practice=st.booleans(),
    sample=st.booleans(),
)


@settings(deadline=None, derandomize=True)
@given(FRONTS, st.text(st.characters(exclude_categories=["C"], include_characters="\n\t")))
def test_what_is_written_is_read_as_the_same(front, body):
    file = frontmatter.parse(frontmatter.dump(front, body), path=f"{front.id}-x.md")

    assert file.front == front
    assert file.body == body


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=200), st.binary(max_size=50))
def test_no_text_makes_reading_fail(tmp_path_factory, text, data):
    path = tmp_path_factory.mktemp("files") / NAME
    for content in (
        text.encode("utf-8", "surrogatepass"),
        b"---\n" + text.encode("utf-8", "replace") + b"\n---\nx",
        data,
    ):
        path.write_bytes(content)

        file = frontmatter.read_file(path, max_bytes=1024)

        assert file.front is None
        assert all(problem.message and problem.remedy for problem in file.problems)
        assert file.problems

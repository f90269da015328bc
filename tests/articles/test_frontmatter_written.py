"""Fields that are written are read as the same, and no text makes reading fail."""

import dataclasses
from datetime import UTC, date

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.articles import frontmatter
from portal.articles.frontmatter import FrontMatter, Handover, KnownError
from portal.articles.levels import Confidence, Governance, HandoverSize, Kind, KnownErrorStatus, Level
from tests.articles.front_matter import FRONT, NAME


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
@given(FRONTS)
def test_the_values_of_all_fields_hold_those_of_the_blocks_inside(front):
    assert front.values() == dataclasses.asdict(front)


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

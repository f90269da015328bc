"""Reading an article file: from bytes to values and text."""

from datetime import UTC, date, datetime

from portal.articles import frontmatter
from portal.articles.frontmatter import FrontMatter, Handover, KnownError
from portal.articles.levels import Confidence, Governance, HandoverSize, Kind, KnownErrorStatus, Level
from tests.articles.front_matter import FIELDS, FRONT, NAME, found, read, text_of


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

"""Article files with fields on top, as text and as values."""

from portal.articles import frontmatter
from portal.articles.frontmatter import FrontMatter
from portal.articles.levels import Confidence, Governance, Kind, Level

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

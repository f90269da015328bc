"""An organisation, people's rights, and articles that come from files as they do in life."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from portal.accounts.rights import ANONYMOUS, Rights, rights_of
from portal.articles import frontmatter, loading, service
from portal.articles.models import Article
from portal.core.portal import Portal
from portal.organisation import cli as organisation
from portal.testing import NOON, MakePerson

WRITING = frozenset({"articles.write"})
EVERYONE = ANONYMOUS
SUPPORT = Rights(person_id=None, level=1)
SPECIALIST = Rights(person_id=None, level=2, permissions=WRITING)
PRINTING_SUPERUSER = Rights(person_id=None, level=0, service_levels={"printing": 1})

FRONT: dict[str, Any] = {
    "title": "Printing does not work",
    "kind": "troubleshooting",
    "audience": "everyone",
    "confidence": "not_validated",
    "governance": "experience",
    "service": "printing",
    "owner_role": "onsite-team",
    "tags": ["printer"],
    "words": ["no paper comes out", "stuck in queue", "printer is dead"],
    "finds": ["Nothing happens when I press it.", "The tray stays empty."],
    "review_every_days": 180,
}

BODY = "Look at the screen of the printer.\n"

MakeFile = Callable[..., Path]
MakeArticle = Callable[..., Article]


@pytest.fixture
def organised(house: Portal) -> Portal:
    """A portal with the organisation that comes with it."""
    organisation.load_when_empty(house)
    return house


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """Write an article file to a folder of the test; keywords replace fields, ``None`` drops one."""

    def make(ref: str = "KB0101", body: str = BODY, *, folder: str = "files", **front: Any) -> Path:
        fields = {"id": ref} | FRONT | front
        text = yaml.safe_dump({name: value for name, value in fields.items() if value is not None}, sort_keys=False)
        path = tmp_path / folder / f"{ref}-article.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{text}---\n\n{body}", encoding="utf-8")
        return path

    return make


@pytest.fixture
def make_article(organised: Portal, make_file: MakeFile) -> MakeArticle:
    """Put an article live from a file; links to articles that are not there yet become plain words."""

    def make(ref: str = "KB0101", body: str = BODY, **front: Any) -> Article:
        file = frontmatter.read_file(make_file(ref, body, **front), max_bytes=100_000)
        assert [problem for problem in file.problems if problem.is_error] == []
        with organised.db.reading() as session:
            known = set(session.scalars(sa.select(Article.ref)))
        prepared = loading.prepare(file, known)
        with organised.db.transaction() as session:
            service.publish_file(session, prepared, now=NOON)
            return session.scalars(sa.select(Article).where(Article.ref == ref)).one()

    return make


@pytest.fixture
def rights_for(house: Portal, make_person: MakePerson) -> Callable[..., Rights]:
    """Add a person as ``make_person`` does and return what they may read and do."""

    def made(**values: Any) -> Rights:
        person = make_person(**values)
        with house.db.reading() as session:
            return rights_of(session, person)

    return made


@pytest.fixture
def query_count(house: Portal) -> Callable[[], AbstractContextManager[Callable[[], int]]]:
    """Count what is read from the database inside a block: ``with query_count() as count: …`` and then ``count()``."""

    @contextmanager
    def counting() -> Iterator[Callable[[], int]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
                seen.append(statement)

        sa.event.listen(house.db.engine, "before_cursor_execute", note)
        try:
            yield lambda: len(seen)
        finally:
            sa.event.remove(house.db.engine, "before_cursor_execute", note)

    return counting

"""An organisation, people's rights, and articles that come from files as they do in life."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accounts.models import Proficiency
from portal.accounts.rights import ANONYMOUS, Rights, rights_of
from portal.articles import attachments
from portal.core.clock import now
from portal.core.filestore import FileStore
from portal.core.portal import Portal
from portal.testing import NOON, MakePerson
from tests.articles.exchange import empty_portal, run, tree
from tests.articles.writing import Desk
from tests.data import hostile_files as files

WRITING = frozenset({"articles.write"})
EVERYONE = ANONYMOUS
SUPPORT = Rights(person_id=None, level=1)
SPECIALIST = Rights(person_id=None, level=2, permissions=WRITING)
PRINTING_SUPERUSER = Rights(person_id=None, level=0, service_levels={"printing": 1})


# What a process reads once in some seconds, whatever the page: switches of plugins, desk and handbook at the foot.
NOW_AND_THEN = (
    "FROM portal_state",
    "plugin_switch.changed_at",
    "(SELECT site.holidays",
    "LEFT OUTER JOIN article_reader",
)


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
            written = statement.startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"))
            if written and not any(part in statement for part in NOW_AND_THEN):
                seen.append(statement)

        sa.event.listen(house.db.engine, "before_cursor_execute", note)
        try:
            yield lambda: len(seen)
        finally:
            sa.event.remove(house.db.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def desk(organised: Portal, make_person: MakePerson) -> Callable[..., Desk]:
    """Add a person with a proficiency and return what they do: ``desk("onsite", grant="contributor")``."""

    def made(*roles: str, grant: str = "", **values: Any) -> Desk:
        person = make_person(roles=roles, **values)
        with organised.db.transaction() as session:
            if grant:
                session.add(Proficiency(person_id=person.id, kind=grant, reason="A test.", granted_at=NOON))
        with organised.db.reading() as session:
            return Desk(organised, rights_of(session, person))

    return made


@pytest.fixture
def again(migrated: Path, tmp_path: Path) -> Callable[..., dict[str, bytes]]:
    """Load a folder into an empty portal, export that one, and give what stands in the second folder."""

    def one(folder: Path, *options: str) -> dict[str, bytes]:
        with empty_portal(migrated) as other:
            run(other, "load", folder, "--samples")
            run(other, "export", tmp_path / "again", *options)
        return tree(tmp_path / "again")

    return one


@pytest.fixture
def store(house):
    return FileStore(house.config.instance)


@pytest.fixture
def add_file(house, store):
    """Add a picture or file past the pages and return it."""

    def one(rights, data=None, filename="shot.png", alt="A red corner"):
        data = files.png() if data is None else data
        accepted = attachments.accept(data, filename, alt, max_bytes=10**7, max_pixels=10**7)
        with store.kept(accepted.data, accepted.ending) as name, house.db.transaction() as session:
            return attachments.add(session, name, accepted, rights=rights, now=now())

    return one

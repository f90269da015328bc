"""Fixtures for the tests of the portal and of plugins.

Use it with ``pytest_plugins = ["portal.testing"]`` in your ``conftest.py``.
Each test gets a portal of its own, with a database made by migrations and
copied from one that was migrated once; the search index is real, and nothing
of ours is replaced.
"""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
import sqlalchemy as sa
import yaml
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts import passwords, service, sign_ins
from portal.accounts.models import Person
from portal.app import build, create_app
from portal.articles import frontmatter, loading, publishing
from portal.articles.models import Article
from portal.core import clock, migrate
from portal.core.events import Job
from portal.core.portal import Portal
from portal.organisation import cli as organisation

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def _push_request_context() -> None:
    """Switch off a habit of pytest-flask.

    One request context around the whole test would make all clients of it the
    same person, because Flask-Login keeps the user there.
    """


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder whose database was made by migrations; copied for each test."""
    folder = tmp_path_factory.mktemp("migrated")
    # Working out what texts mean takes a moment for each; tests of it turn it on.
    (folder / "portal.toml").write_text("search_meaning = false\n", encoding="utf-8")
    house = build({"instance": str(folder)}, environ={})
    migrate.upgrade(house.db, migrate.owners(house.root, house.plugins), backup_to=None, now=NOON)
    house.close()
    return folder


@pytest.fixture
def instance(migrated: Path, tmp_path: Path) -> Path:
    """An instance folder for this test alone."""
    return Path(shutil.copytree(migrated, tmp_path / "instance"))


@pytest.fixture
def frozen_clock() -> Iterator[Callable[[datetime], None]]:
    """The clock stands at noon (UTC) on 2 March 2026; call the fixture to move it."""
    with clock.frozen(NOON) as move:
        yield move


@pytest.fixture
def app_settings() -> dict[str, Any]:
    """Settings for the ``app`` of this test; override it to change some."""
    return {}


@pytest.fixture
def app(instance: Path, app_settings: dict[str, Any]) -> Iterator[Flask]:
    """The web application on an empty, migrated database."""
    application = create_app({"instance": str(instance), **app_settings}, environ={})
    application.config["TESTING"] = False  # errors become pages, as for people
    yield application
    application.extensions["portal"].close()


@pytest.fixture
def house(app: Flask) -> Portal:
    """The portal behind ``app``."""
    portal: Portal = app.extensions["portal"]
    return portal


@pytest.fixture
def session(house: Portal) -> Iterator[Session]:
    """A session for writing that is rolled back at the end, for tests of services."""
    with house.db.session() as open_session:
        yield open_session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, signed out."""
    return app.test_client()


@pytest.fixture
def run_jobs(house: Portal) -> Callable[[], int]:
    """Do everything that is due, as the worker would; returns how many jobs ran. Fails on a job that fails."""

    def run() -> int:
        done, worker = 0, house.worker(name="test")
        while count := worker.run_due(clock.now()):
            done += count
        with house.db.reading() as open_session:
            errors = open_session.scalars(sa.select(Job.error).where(Job.error.is_not(None))).all()
        if errors:
            pytest.fail("\n".join(map(str, errors)))
        return done

    return run


class MakePerson(Protocol):
    """What the fixture ``make_person`` gives."""

    def __call__(
        self,
        name: str = "Robin Bell",
        *,
        roles: Sequence[str] = (),
        services: Sequence[str] = (),
        login: str = "",
        password: str = "",
        unit_id: str | None = None,
        party_id: str | None = None,
        language: str = "",
    ) -> Person:
        """Add a person and return them; a *login* is made up when none is given.

        *services* are named for them by a coach, which takes the role superuser.
        """


@pytest.fixture
def make_person(house: Portal) -> MakePerson:
    """Add people through the service, as an administrator would."""
    made = 0

    def make(
        name: str = "Robin Bell",
        *,
        roles: Sequence[str] = (),
        services: Sequence[str] = (),
        login: str = "",
        password: str = "",
        unit_id: str | None = None,
        party_id: str | None = None,
        language: str = "",
    ) -> Person:
        nonlocal made
        made += 1
        with house.db.transaction() as open_session:
            person = service.add_person(
                open_session,
                name=name,
                login=login or f"person-{made}",
                password_hash=_hash_once(password) if password else None,
                roles=roles,
                unit_id=unit_id,
                party_id=party_id,
                now=clock.now(),
            )
            if language:
                service.set_preferences(open_session, person, language=language, time_zone="")
            for each in services:
                service.name_service(open_session, person, each, reason="A test.", by=None, now=clock.now())
        return person

    return make


@functools.cache
def _hash_once(password: str) -> str:
    return passwords.taken(password)  # slow on purpose, so each word is hashed once a run


def sign_in(client: FlaskClient, person: Person) -> FlaskClient:
    """Let *client* be signed in as *person*, without the page and its slow password; return the client."""
    house: Portal = client.application.extensions["portal"]
    token = sign_ins.new_token()
    with house.db.transaction() as open_session:
        sign_ins.start(open_session, person.id, token, now=clock.now(), days=14, agent="Firefox, Linux")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client


@pytest.fixture(name="sign_in")
def _sign_in() -> Callable[[FlaskClient, Person], FlaskClient]:
    """Call it with a client and a person; see :func:`sign_in`."""
    return sign_in


@pytest.fixture
def as_role(app: Flask, make_person: MakePerson) -> Callable[..., FlaskClient]:
    """Call it with a role (and what ``make_person`` takes) for the client of a person who holds it.

    The role ``visitor`` is nobody: a client that is signed out.
    """

    def client_of(role: str, **values: Any) -> FlaskClient:
        browser = app.test_client()
        if role == "visitor":
            return browser
        return sign_in(browser, make_person(**({"name": f"A {role}", "roles": (role,)} | values)))

    return client_of


def csrf_of(client: FlaskClient, page: str = "/contact") -> str:
    """The hidden token of the forms that *client* sees on *page*."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    if found is None:
        raise AssertionError(f"{page} has no form, so no token.")
    return found[1]


def send(client: FlaskClient, path: str, fields: Mapping[str, Any] | None = None, **options: Any) -> TestResponse:
    """Send a form with its hidden token, as a browser would; *options* go to ``client.post``."""
    return client.post(path, data={"csrf_token": csrf_of(client), **(fields or {})}, **options)


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
    "finds": ["Nothing happens at the printer when I press it.", "The tray of the printer stays empty."],
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
        faults = [str(problem) for problem in file.problems if problem.is_error]
        if faults:
            pytest.fail("\n".join(faults))
        with organised.db.reading() as session:
            known = set(session.scalars(sa.select(Article.ref)))
        prepared = loading.prepare(file, known)
        with organised.db.transaction() as session:
            publishing.publish_file(session, prepared, now=NOON)
            return session.scalars(sa.select(Article).where(Article.ref == ref)).one()

    return make

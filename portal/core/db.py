"""The database: model base, column types, naming rules, sessions.

Reads use a plain session. Writes open with ``BEGIN IMMEDIATE`` on SQLite: a
deferred transaction that reads and then writes is refused with "database is
locked" as soon as two processes do it at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BUSY_TIMEOUT_MS = 10_000


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC time. A naive one is refused, and SQLite's text comes back aware."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC; SQLite keeps no zone, so it is dropped there after conversion."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A naive time cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return an aware time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(sa.types.TypeDecorator[Any]):
    """Plain values as JSON text with sorted keys, the same on every database."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write compact JSON with sorted keys."""
        if value is None:
            return None
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Read it back."""
        return None if value is None else json.loads(value)


def _plain(value: object) -> str:
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"{type(value).__name__} is not a plain value")


IntPk = Annotated[int, mapped_column(primary_key=True)]


class Model(DeclarativeBase):
    """Base of every table. A plugin's tables carry its name in front: ``<plugin>_…``."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json, list[str]: Json}  # noqa: RUF012


@cache
def insert_into(model: type[Model]) -> sa.Insert:
    """Return the statement that adds rows to the table of *model*, built once: building takes half as long again."""
    return sa.insert(model)


def add_row(session: Session, model: type[Model], values: Mapping[str, Any]) -> int:
    """Add a row past *session*, which would take three times as long, and return its id.

    For rows that nobody goes on working with in this transaction; defaults of columns hold.
    """
    key = session.connection().execute(insert_into(model), values).inserted_primary_key
    return int(key[0]) if key else 0


class Database:
    """One database with its two kinds of session."""

    def __init__(self, url: str, *, info: dict[str, Any] | None = None) -> None:
        """Connect lazily to *url*; *info* (the event bus) travels in each session."""
        self.url = sa.make_url(url)
        self.info = info if info is not None else {}
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.engine = _engine(self.url, is_sqlite=self.is_sqlite)
        self._writing = self.engine.execution_options(portal_write=True)

    @property
    def path(self) -> Path | None:
        """The file of a SQLite database, else ``None``."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def session(self) -> Session:
        """Return a session for reading; the caller closes it."""
        return Session(self.engine, info=dict(self.info), autoflush=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading, closed at the end."""
        with self.session() as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session for writing: committed at the end, rolled back on any exception."""
        with Session(self._writing, info=dict(self.info), expire_on_commit=False) as session, session.begin():
            session.connection()  # BEGIN IMMEDIATE now, before the first read
            yield session

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _engine(url: sa.URL, *, is_sqlite: bool) -> Engine:
    if not is_sqlite:
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling would open deferred ones; we begin ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("portal_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

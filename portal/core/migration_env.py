"""What ``env.py`` of the core and of every plugin does, in one place."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

from portal.core.db import Model
from portal.core.errors import ConfigError


def run(context: Any) -> None:
    """Run the migrations of the owner that the runner put into the configuration.

    SQLite is in autocommit for the PRAGMA, then in one transaction: foreign
    keys can only be switched outside of one. It is one for writing from its
    beginning: a second process that migrates waits, and then finds nothing to do.
    """
    db, owner = context.config.attributes["db"], context.config.attributes["owner"]
    with db.engine.connect().execution_options(portal_write=True) as connection:
        if db.is_sqlite:
            _pragma(connection, "PRAGMA foreign_keys=OFF")
        try:
            context.configure(
                connection=connection,
                target_metadata=Model.metadata,
                version_table=owner.version_table,
                render_as_batch=True,
                transactional_ddl=True,
                include_object=lambda thing, name, kind, _reflected, _other: (
                    kind != "table" or name in owner.tables or thing.info.get("owner") == owner.name
                ),
            )
            with context.begin_transaction():
                context.run_migrations()
                if db.is_sqlite:
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise ConfigError(
                            f"The migration would leave {len(broken)} rows that point at nothing, "
                            f"the first in {broken[0][0]}. Nothing was changed.",
                            hint="Please report this; the database stands as it was.",
                        )
        finally:
            if db.is_sqlite:
                _pragma(connection, "PRAGMA foreign_keys=ON")


def _pragma(connection: Connection, statement: str) -> None:
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101 - a connection that is open has a driver's
    raw.execute(statement)

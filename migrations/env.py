"""Alembic's door to the core's tables. The runner is ``portal/core/migrate.py``.

Foreign keys are off while a migration runs: a batch migration copies a table
and drops the old one, and with foreign keys on that would empty every child
table that cascades. What stands at the end is checked.
"""

from alembic import context

from portal.core.migration_env import run

run(context)

"""Alembic's door to the tables of this plugin. The runner is the portal's own."""

from alembic import context

from portal.core.migration_env import run

run(context)

"""Pages about people, by what they are for."""

from portal.accounts.views import (  # noqa: F401 - each adds its pages
    away,
    coach,
    looking_after,
    own,
    people,
    profile,
    roster,
    signing,
    writers,
)
from portal.accounts.views.blueprint import bp

__all__ = ["bp"]

"""Pages about people, by what they are for."""

from portal.accounts.views import coach, looking_after, own, people, profile, signing  # noqa: F401 - each adds its pages
from portal.accounts.views.blueprint import bp

__all__ = ["bp"]

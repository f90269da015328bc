"""What the plugin `handover` adds to the portal: changes arrive with their knowledge, agreed by support."""

from __future__ import annotations

from plugins.handover import events, models, said_models
from portal.core.events import Event
from portal.core.hooks import Permission, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.plugins import Plugin

__all__ = ["HandoverPlugin", "models", "said_models"]

READ = "handover.read"
WRITE = "handover.write"
MANAGE = "handover.manage"

_SUPPORT = frozenset({"front_line", "onsite", "specialist", "project", "coach", "lead", "change_manager"})


class HandoverPlugin(Plugin):
    """No change meets a user before it has met the front line."""

    name = "handover"
    title = _l("Handover")
    about = _l("Changes arrive with their knowledge, agreed by those who support them.")
    version = "0.1"
    paths = ("/handover",)

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What others may listen to."""
        return list(events.ALL)

    @hookimpl
    def permissions(self) -> list[Permission]:
        """Support reads packs; who brings changes writes them; change managers decide about exceptions."""
        return [
            Permission(READ, _l("Read handover packs"), _SUPPORT),
            Permission(WRITE, _l("Hand changes over"), _SUPPORT - {"front_line", "onsite"}),
            Permission(MANAGE, _l("Decide about changes: exceptions, emergencies"), frozenset({"change_manager"})),
        ]

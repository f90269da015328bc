"""What the plugin `gamification` adds to the portal: recognition for what helped somebody."""

from __future__ import annotations

from plugins.gamification import events, models, personal
from portal.core.events import Event
from portal.core.hooks import Permission, PersonalData, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.plugins import Plugin

__all__ = ["GamificationPlugin", "models"]

DEFINE = "gamification.define"
VOID = "gamification.void"


class GamificationPlugin(Plugin):
    """It keeps what helped somebody, and shows who helped; it opens no right, and people can leave."""

    name = "gamification"
    title = _l("Recognition")
    about = _l("Badges and thanks for what helped somebody else.")
    version = "0.1"
    paths = ("/badges", "/thanks", "/recognition")

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What others may listen to."""
        return list(events.ALL)

    @hookimpl
    def permissions(self) -> list[Permission]:
        """Administrators define badges; coaches say what does not count."""
        return [
            Permission(DEFINE, _l("Define badges"), frozenset({"admin"})),
            Permission(VOID, _l("Say that a contribution does not count"), frozenset({"coach"})),
        ]

    @hookimpl
    def personal_data(self, person_id: int) -> list[PersonalData]:
        """What somebody contributed and earned."""
        return personal.personal_data(person_id)

"""What the room `notices` adds to the portal: telling people what happened, at once and in one mail a day."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Flask

from portal.accounts import sign_ins
from portal.core.events import Event, On
from portal.core.hooks import HelpLink, PersonalData, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.jobs import Every
from portal.core.plugins import Room
from portal.core.portal import Portal
from portal.notices import digest, hooks, queries, service, views
from portal.notices.kinds import KINDS, Kinds
from portal.notices.models import Notice, NoticeChoice


class NoticesRoom(Room):
    """Notices: in the portal at once, and in one mail a day at most."""

    name = "notices"
    title = _l("Notices")
    paths = ("/notices",)
    hookspecs = (hooks,)

    def setup(self, portal: Portal) -> None:
        """Let every session know the kinds of notices, and every page how many wait for whoever asks."""
        super().setup(portal)
        portal.db.info[KINDS] = Kinds(portal.plugins)
        portal.db.info[sign_ins.COUNTS][queries.UNREAD] = queries.unread_of
        self.digests = digest.Digests(
            portal.db,
            portal.render_mail,
            home=portal.config.text("public_url"),
            spoken=portal.config.text("language"),
        )

    def open_pages(self, app: Flask) -> None:
        """Let the head of every page show how many notices wait."""
        views.init(app)

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """The list, and the choices."""
        return [views.bp]

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What is told about the daily mail."""
        return [digest.DigestsDue]

    @hookimpl
    def subscriptions(self) -> list[On]:
        """The daily mails are written, beside other work."""
        return [On(digest.DigestsDue, self.digests.write_digests, outside=True, lane="mail")]

    @hookimpl
    def schedules(self) -> list[Every]:
        """Daily mails are looked for every five minutes; old notices are forgotten each day."""
        return [
            Every("send_digests", 300, digest.ring),
            Every("forget_old_notices", 24 * 60 * 60, service.forget_old),
        ]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """What notices are."""
        return {"notices": HelpLink("KB9006", "Notices")}

    @hookimpl
    def personal_data(self, person_id: int) -> list[PersonalData]:
        """What somebody was told, and what they chose."""
        return [
            PersonalData(
                model=Notice,
                what=_l("What you were told"),
                where=Notice.person_id == person_id,
                on_erasure="delete",
            ),
            PersonalData(
                model=NoticeChoice,
                what=_l("What you want to be told"),
                where=NoticeChoice.person_id == person_id,
                on_erasure="delete",
            ),
        ]

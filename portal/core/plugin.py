"""The ground floor as a room: its pages, commands and looks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from flask import Blueprint

from portal.core import cli, clock, doctor, jobs, mail, views
from portal.core.events import Event, On
from portal.core.hooks import Check, HelpLink, NavItem, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.jobs import Every
from portal.core.letters import Letters
from portal.core.plugins import Room
from portal.core.portal import Portal
from portal.core.smtp import postbox_of


class CoreRoom(Room):
    """Health, the admin page, switches, jobs, events, mail."""

    name = "core"
    title = _l("Core")
    paths = ("/healthz", "/readyz", "/admin")

    def setup(self, portal: Portal) -> None:
        """Know the mail server and the templates of mails. Raises ``ConfigError`` for settings that do not fit."""
        super().setup(portal)
        self.postman = mail.Postman(portal.db, postbox_of(portal.config))
        shared = Path(__file__).resolve().parents[1] / "templates"
        portal.render_mail = Letters(
            [shared, *(member.folder / "templates" for member in portal.plugins)],
            site_name=portal.config.text("site_name"),
            home=portal.config.text("public_url"),
            spoken=portal.config.text("language"),
        ).render

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What is told about mail."""
        return [mail.MailQueued]

    @hookimpl
    def subscriptions(self) -> list[On]:
        """What was queued is sent."""
        return [On(mail.MailQueued, self.postman.send_mail, outside=True, lane="mail")]

    @hookimpl
    def schedules(self) -> list[Every]:
        """Old mails are forgotten each day."""
        return [Every("forget_old_mail", 24 * 60 * 60, mail.forget_old)]

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """Pages."""
        return [views.bp]

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """Entries of the admin page."""
        return [
            NavItem("core.admin", _l("Admin"), "portal.admin", order=90),
            NavItem("core.plugins", _l("Plugins"), "portal.admin", "admin", 10, _l("Switch parts on and off.")),
            NavItem("core.job_list", _l("Jobs"), "portal.admin", "admin", 80, _l("Work that failed, with its error.")),
            NavItem("core.mail_list", _l("Mail"), "portal.admin", "admin", 82, _l("What was sent, and what was not.")),
            NavItem("core.event_list", _l("Events"), "portal.admin", "admin", 85, _l("Who did what, and when.")),
        ]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """The chapter on looking after the portal."""
        plugins, jobs = HelpLink("KB9001", "Plugins"), HelpLink("KB9001", "Jobs")
        return {
            "core.admin": HelpLink("KB9001", "Looking after the portal"),
            "core.plugins": plugins,
            "core.switch_plugin": plugins,
            "core.job_list": jobs,
            "core.retry_jobs": jobs,
            "core.event_list": HelpLink("KB9001", "Events"),
            "core.mail_list": HelpLink("KB9001", "Mail"),
            "core.send_mail_again": HelpLink("KB9001", "Mail"),
        }

    @hookimpl
    def commands(self) -> list[click.Command]:
        """Start, serve, work, migrate, look after."""
        return cli.COMMANDS

    @hookimpl
    def checks(self) -> list[Check]:
        """Database, worker, jobs, disk, rights of files."""
        return doctor.checks(self.portal)

    @hookimpl
    def demo_steps(self) -> list[Step]:
        """What the other steps left for the worker is done at once, but for what takes a while."""
        return [Step(90, self._work)]

    def _work(self) -> str:
        workers, done = [self.portal.worker(lane=lane) for lane in jobs.LANES if lane not in jobs.SLOW_LANES], 0
        while count := sum(worker.run_due(clock.now()) for worker in workers):
            done += count
        return f"{done} jobs done."

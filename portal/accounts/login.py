"""Who is asking: Flask-Login on the table of sign-ins.

Flask-Login alone would let an old cookie open pages after sign-out, hand out
the same remember cookie each time, and believe ``X-Forwarded-For``. Here the
cookie holds a random token of the table, a new one at each sign-in; there is
no remember cookie; its own session protection is off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.accounts import passwords, queries, sign_ins
from portal.accounts.models import Person, initials_of, normalised_login
from portal.accounts.rights import Rights, rights_of
from portal.accounts.roles import SUPPORT
from portal.accounts.sign_ins import Found
from portal.accounts.waits import SignInWaits
from portal.core.clock import now
from portal.core.errors import TooSoon
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.core.portal import Portal
from portal.core.web import portal, reading, transaction

SEEN = "accounts.sign_in_seen"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks at a page: a person who is signed in, or a visitor (no *person_id*). Plain values only.

    *language* is empty for whoever has chosen none, *time_zone* a name such as
    ``Europe/Berlin``, or ``None`` where nobody set one. *counts* are numbers that
    rooms above show on every page, by name; they came with the sign-in.
    """

    rights: Rights
    person_id: int | None = None
    name: str = ""
    language: str = ""
    time_zone: str | None = None
    must_change_password: bool = False
    sign_in_id: int | None = None
    token: str = field(default="", repr=False)
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_authenticated(self) -> bool:
        """Whether this is a person who is signed in."""
        return self.person_id is not None

    @property
    def is_anonymous(self) -> bool:
        """The contrary, for Flask-Login."""
        return self.person_id is None

    @property
    def is_active(self) -> bool:
        """Whether they may be signed in; who has left never comes this far."""
        return self.is_authenticated

    @property
    def initials(self) -> str:
        """One or two letters for the round mark beside the name."""
        return initials_of(self.name)

    @property
    def level(self) -> int:
        """The reader level by default: 0 everyone, 1 support, 2 specialists."""
        return self.rights.level

    @property
    def is_support(self) -> bool:
        """Whether they read what is for support whatever the service."""
        return self.level >= SUPPORT

    def may(self, permission: str) -> bool:
        """Whether the permission of this name is among theirs."""
        return self.rights.may(permission)

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the token of this sign-in, never the person."""
        return self.token


def init(app: Flask, house: Portal) -> None:
    """Let *app* know who asks."""
    app.config.update(
        PERMANENT_SESSION_LIFETIME=timedelta(days=house.config.number("session_days")),
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.extensions["sign_in_waits"] = SignInWaits()
    manager = LoginManager()
    manager.session_protection = None
    manager.anonymous_user = _visitor
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)
    house.who_asks = current_viewer


def current_viewer() -> Viewer:
    """Who is asking; looked up once for each request."""
    return cast("Viewer", current_user._get_current_object())  # noqa: SLF001 - werkzeug's way through its proxy


def _visitor() -> Viewer:
    return Viewer(rights=rights_of(reading(), None))


def _load(token: str) -> Viewer | None:
    if g.get("accounts_database_away"):
        return None  # the error page asks again who is there; it must not fail as well
    try:
        found = sign_ins.find(reading(), token, now=now())
        if found is None:
            return None
        _note_seen(found)
        rights = rights_of(reading(), found)
        return viewer_of(found, rights, found.sign_in_id, token, zone=found.zone, counts=found.counts)
    except OperationalError:
        g.accounts_database_away = True
        raise


def viewer_of(
    person: Person | Found,
    rights: Rights,
    sign_in_id: int,
    token: str,
    *,
    zone: str = "",
    counts: Mapping[str, int] | None = None,
) -> Viewer:
    """*person* as pages see them; *zone* is the time zone of whoever has chosen none."""
    return Viewer(
        rights=rights,
        person_id=person.id,
        name=person.name,
        language=person.language,
        time_zone=person.time_zone or zone or None,
        must_change_password=person.must_change_password,
        sign_in_id=sign_in_id,
        token=token,
        counts=counts or {},
    )


def _note_seen(found: Found) -> None:
    if now() - found.seen_at > sign_ins.SEEN_AGAIN_AFTER:
        portal().tally.put(SEEN, (found.sign_in_id, now()))


def person_with(login: str, password: str) -> Person | None:
    """The person whose sign-in name and password these are, else ``None``: it tells not which one was wrong.

    Takes the same time whether the name exists or not.

    Raises:
        TooSoon: too many wrong passwords for this name, or from this address.
    """
    login = normalised_login(login[:200])
    waits: SignInWaits = current_app.extensions["sign_in_waits"]
    address = request.remote_addr or ""
    wait = waits.begin(login, address, now())
    if wait:
        raise TooSoon(
            _("There were too many tries with a password that did not fit."),
            hint=_("Please wait %(time)s, then try again.", time=in_words(wait)),
            wait_seconds=wait,
        )
    person = queries.by_login(reading(), login)
    if not passwords.fits(person.password_hash if person and person.is_here else None, password):
        return None
    waits.right(login, address, now())
    return person


def in_words(seconds: int) -> str:
    """A wait as people say it: seconds up to a minute and a half, then whole minutes."""
    if seconds <= 90:
        return str(ngettext("%(num)s second", "%(num)s seconds", seconds))
    return str(ngettext("%(num)s minute", "%(num)s minutes", -(-seconds // 60)))


def sign_in(person: Person, password: str) -> None:
    """Sign *person* in: a new token, the old sign-in of this browser ended, the cookie emptied first.

    The *password*, just found right, is kept anew when the way of hashing has changed.
    """
    renewed = passwords.renewed(person.password_hash or "", password)
    token = sign_ins.new_token()
    with transaction() as db:
        _end_own(db)
        row = sign_ins.start(
            db,
            person.id,
            token,
            now=now(),
            days=portal().config.number("session_days"),
            agent=sign_ins.agent_in_words(request.user_agent.string),
        )
        if renewed:
            queries.person(db, person.id).password_hash = renewed
        who = viewer_of(person, rights_of(db, person), row.id, token)
    _start_afresh()
    session.permanent = True
    login_user(who)


def sign_out(*, everywhere: bool = False) -> None:
    """Sign out in this browser, or everywhere. The rows go, so that no copy of the cookie opens anything."""
    who = current_viewer()
    with transaction() as db:
        _end_own(db)
        if everywhere and who.person_id is not None:
            sign_ins.end_all(db, who.person_id)
    logout_user()
    _start_afresh()


def _end_own(db: Session) -> None:
    token = session.get("_user_id")
    if token:
        sign_ins.end(db, token)


def _start_afresh() -> None:
    """Empty the cookie, but for the language that somebody chose while signed out."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language

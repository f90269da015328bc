"""What each field of the organisation may hold: one set of rules for the shipped file and for the admin pages.

Values go by the names of ``organisation.toml``. A check takes a value as it
was written (in TOML, or typed into a form), and returns the clean one or
raises ``Refused`` with a sentence for the person who wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import portal
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.organisation.calendar import check_holidays, parse_hours
from portal.organisation.models import PARTY_KINDS

Check = Callable[[Any], Any]

KEY_LENGTH = 60
MOST_KEYS = 100
MOST_PEOPLE = 10_000_000

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Unfit(Refused):
    """Some fields do not fit; *faults* holds one sentence for each, by the field's name."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep the sentences, to be shown beside their fields."""
        super().__init__(
            _("Something here does not fit yet, so nothing was saved."),
            hint=" ".join(str(each) for each in faults.values()),
        )
        self.faults = dict(faults)


def text(most: int, *, lines: bool = False) -> Check:
    """Make a check for a text of at most *most* characters, of several lines if *lines*."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Refused(_("This must be a text."))
        words = value.replace("\r\n", "\n").strip()
        if len(words) > most:
            raise Refused(_("This is longer than %(most)s characters.", most=most))
        if any(unicodedata.category(sign) == "Cc" and not (lines and sign == "\n") for sign in words):
            raise Refused(
                _("This holds a sign that cannot be shown, such as a tab or a line break. Please take it out.")
            )
        return words

    return check


def needed(check: Check) -> Check:
    """Make a check that refuses an empty value, then does as *check* does."""

    def filled(value: Any) -> Any:
        if value is None or (isinstance(value, str) and not value.strip()):
            raise Refused(_("This is needed."))
        return check(value)

    return filled


def key(value: Any) -> str:
    """A short word for addresses and files: small letters, digits, single hyphens."""
    word = str(text(KEY_LENGTH)(value))
    if not _KEY.fullmatch(word):
        raise Refused(_("Use small letters a to z, digits and single hyphens only, such as front-line."))
    return word


def key_from(name: str) -> str:
    """Propose a key for *name*: ``Café & bar`` gives ``cafe-bar``; empty when it has no letter of a to z, no digit."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:KEY_LENGTH].strip("-")


def ref(value: Any) -> str:
    """The key of another record, or nothing; whether it exists is asked of the database."""
    return str(text(KEY_LENGTH)(value or ""))


def keys(value: Any) -> list[str]:
    """Several keys, each once, in order: a list, or a text with commas or line breaks between them."""
    parts = re.split(r"[,\s]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise Refused(_("This must be a list."))
    found = sorted({key(part) for part in parts if part != ""})
    if len(found) > MOST_KEYS:
        raise Refused(_("These are more than %(most)s.", most=MOST_KEYS))
    return found


def flag(value: Any) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise Refused(_("This must be true or false."))
    return value


def number(most: int) -> Check:
    """Make a check for a whole number from 0 to *most*, or nothing (``None``)."""

    def check(value: Any) -> int | None:
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            return None
        digits = str(value)
        if isinstance(value, bool) or not (digits.isascii() and digits.isdecimal()) or int(digits[:12]) > most:
            raise Refused(_("This must be a whole number from 0 to %(most)s.", most=most))
        return int(digits)

    return check


def day(value: Any) -> date | None:
    """A date, or nothing (``None``)."""
    if value is None or value == "":
        return None
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value.strip())
    except (ValueError, AttributeError):
        raise Refused(_("This must be a date such as 2026-03-31.")) from None


def time_zone(value: Any) -> str:
    """The name of a time zone, such as ``Europe/Berlin``."""
    name = text(KEY_LENGTH)(value)
    if name not in _zone_names():
        raise Refused(_("There is no time zone “%(name)s”. Names are like Europe/Berlin or UTC.", name=name))
    return str(name)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def time_zones() -> tuple[str, ...]:
    """The time zones to offer: those named after places, and UTC."""
    places = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    return tuple(sorted(name for name in _zone_names() if name == "UTC" or name.partition("/")[0] in places))


def hours(value: Any) -> str:
    """Opening hours, written the one way that ``calendar.parse_hours`` reads."""
    return str(_said_at_once(lambda: parse_hours(text(200)(value))))


def public_holidays(value: Any) -> str:
    """A country or a part of one whose public holidays are known, or nothing."""
    code = text(20)(value)
    return str(_said_at_once(lambda: check_holidays(code)))


def _said_at_once(run: Callable[[], Any]) -> Any:
    try:
        return run()
    except Refused as fault:  # beside a field there is room for one text: what is wrong and what to do
        raise Refused(str(fault)) from None


def icon(value: Any) -> str:
    """The name of an icon of the portal."""
    if value not in icon_names():
        raise Refused(_("There is no icon “%(name)s”.", name=value))
    return str(value)


@cache
def icon_names() -> tuple[str, ...]:
    """The icons that a service may have, in order of the alphabet: those of ``static/icons.svg``."""
    sprite = (Path(portal.__file__).parent / "static" / "icons.svg").read_text(encoding="utf-8")
    return tuple(sorted(set(re.findall(r'<symbol\b[^>]*\bid="([^"]+)"', sprite)) - {"brand"}))


def party_kind(value: Any) -> str:
    """What sort of party it is."""
    if value not in PARTY_KINDS:
        raise Refused(_("This must be one of %(kinds)s.", kinds=", ".join(PARTY_KINDS)))
    return str(value)


@dataclass(frozen=True)
class Field:
    """One field: its *check*, what it is when nobody says so, and the kind of record that it points at, if any."""

    check: Check
    default: Any = ""
    points_at: str = ""
    is_needed: bool = field(default=False)


def _must(check: Check, points_at: str = "") -> Field:
    return Field(needed(check), points_at=points_at, is_needed=True)


FIELDS: dict[str, dict[str, Field]] = {
    "organisation": {
        "name": _must(text(120)),
        "time_zone": _must(time_zone),
        "desk_hours": Field(hours),
        "desk_phone": Field(text(80)),
    },
    "site": {
        "name": _must(text(120)),
        "time_zone": _must(time_zone),
        "holidays": Field(public_holidays),
        "address": Field(text(2000, lines=True)),
    },
    "unit": {
        "name": _must(text(120)),
        "parent": Field(ref, points_at="unit"),
        "site": Field(ref, points_at="site"),
    },
    "party": {
        "name": _must(text(120)),
        "kind": _must(party_kind),
        "site": Field(ref, points_at="site"),
        "hours": Field(hours),
        "contact": Field(text(2000, lines=True)),
        "owner_roles": Field(keys, default=()),
        "tools": Field(keys, default=()),
        "access": Field(keys, default=()),
    },
    "service": {
        "name": _must(text(120)),
        "icon": Field(icon, default="life-buoy"),
        "party": _must(ref, points_at="party"),
        "critical": Field(flag, default=False),
        "used": Field(flag, default=True),
        "retires_on": Field(day, default=None),
        "people_count": Field(number(MOST_PEOPLE), default=None),
        "units": Field(keys, default=(), points_at="unit"),
    },
}

KINDS = tuple(FIELDS)


def clean(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values* checked, with defaults for what is missing.

    Raises:
        Unfit: a field that *kind* does not have, or values that do not fit; every one is named.
    """
    fields = FIELDS[kind]
    faults = {name: _("There is no field of this name.") for name in values if name not in fields}
    cleaned: dict[str, Any] = {}
    for name, each in fields.items():
        try:
            default = list(each.default) if isinstance(each.default, tuple) else each.default
            cleaned[name] = each.check(values.get(name, default))
        except Refused as fault:
            faults[name] = fault.message
    if faults:
        raise Unfit(faults)
    return cleaned

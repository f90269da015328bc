"""Every text, date and number that a person reads goes through here.

English is the source; the catalogues stand in ``portal/translations``. Within
a request the functions answer in the language and time zone of whoever asks.
Outside of one (commands, the worker) they answer in English and UTC, so
services may use them without knowing of the web. :func:`speaking` chooses
another language for a while, in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import flask_babel
from babel import Locale, UnknownLocaleError, dates, numbers
from babel.support import NullTranslations, Translations
from flask import g, has_request_context
from flask_babel.speaklater import LazyString

FOLDER = Path(__file__).resolve().parents[1] / "translations"
SOURCE = "en"

LANGUAGES = (SOURCE, *sorted(each.parent.name for each in FOLDER.glob("*/LC_MESSAGES")))
"""The languages in which texts of the portal are answered."""

# How dates and numbers are written: day before month and 24 hours, as opening hours are in every language.
WRITTEN_AS = {SOURCE: "en_GB"}

_HELD = "portal_catalogue"
_chosen: ContextVar[str] = ContextVar("portal_language", default="")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Answer in *language* (a code such as ``de`` or ``pt-BR``) within the block; English where nobody translated."""
    before = _chosen.set(language or SOURCE)
    try:
        yield
    finally:
        _chosen.reset(before)


def language() -> str:
    """The code of the language in which texts are answered now."""
    return _chosen.get() or (str(flask_babel.get_locale()) if has_request_context() else SOURCE)


def gettext(text: str, **values: Any) -> str:
    """*text* in the language of whoever reads, with *values* in the place of its holders."""
    return _filled(_catalogue().ugettext(text), values)


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """As :func:`gettext`, with the form that belongs to *num*, which is also the value of ``%(num)s``."""
    return _filled(_catalogue().ungettext(one, many, num), {"num": num, **values})


def pgettext(context: str, text: str, **values: Any) -> str:
    """As :func:`gettext`, for an English word with several meanings; *context* says which."""
    said: str = _catalogue().upgettext(context, text)
    return _filled(said, values)


def lazy_gettext(text: str, **values: Any) -> Any:
    """As :func:`gettext`, looked up each time it is shown: for what is said when a module is read."""
    return LazyString(gettext, text, **values)


def format_date(day: date, style: str = "medium") -> str:
    """A day as people write it; of a moment the day in their time zone.

    *style* is ``short``, ``medium``, ``long``, ``full``, or a pattern such as ``EEEE`` for the day of the week.
    """
    day = day.astimezone(_time_zone()).date() if isinstance(day, datetime) else day
    return _day(day, style, _locale())


def format_moment(moment: datetime) -> str:
    """A moment to the minute, in the time zone of whoever reads."""
    locale, local = _locale(), moment.astimezone(_time_zone())
    day, clock = _day(local.date(), "medium", locale), _clock(local.hour, local.minute, locale)
    joined = str(dates.get_datetime_format("medium", locale=locale))
    return joined.replace("'", "").replace("{0}", clock).replace("{1}", day)


def format_time(moment: datetime) -> str:
    """The time of day to the minute, in the time zone of whoever reads."""
    local = moment.astimezone(_time_zone())
    return _clock(local.hour, local.minute, _locale())


@lru_cache(maxsize=4096)
def _day(day: date, style: str, locale: Locale) -> str:
    """A day in words, put together once: a history names few days many times."""
    return dates.format_date(day, style, locale=locale)


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, locale: Locale) -> str:
    return dates.format_time(time(hour, minute), "short", locale=locale)


def format_decimal(number: float) -> str:
    """A number with the separators of the language."""
    return numbers.format_decimal(number, locale=_locale())


def _filled(text: str, values: dict[str, Any]) -> str:
    return text % values if values else text


def _catalogue() -> NullTranslations:
    if language := _chosen.get():
        return _catalogue_of(language.partition("-")[0])
    if has_request_context():
        return _catalogue_asked_for()
    return _catalogue_of(SOURCE)


def _catalogue_asked_for() -> NullTranslations:
    """The catalogue of whoever asks, looked up once a request: a page has some thirty texts."""
    held = vars(g._get_current_object())  # noqa: SLF001 - werkzeug's way through its proxy
    found: NullTranslations | None = held.get(_HELD)
    if found is None:
        found = held[_HELD] = _catalogue_of(language().partition("-")[0].partition("_")[0])
    return found


@cache
def _catalogue_of(language: str) -> NullTranslations:
    return Translations.load(FOLDER, [language])


def _locale() -> Locale:
    return _locale_of(language())


@cache
def _locale_of(language: str) -> Locale:
    written = WRITTEN_AS.get(language, language)
    try:
        return Locale.parse(written.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(WRITTEN_AS[SOURCE])


def _time_zone() -> tzinfo:
    if not has_request_context():
        return UTC
    zone: tzinfo = flask_babel.get_timezone()
    return zone

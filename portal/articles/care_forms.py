"""What people write about the end of an article, and about what is to happen at a set time."""

from __future__ import annotations

import functools
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import Field

from portal.articles.forms import refuse
from portal.articles.history_words import SIGNIFICANCE
from portal.articles.states import REASON_LENGTH, Significance
from portal.core.errors import PortalError, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
WEIGHTS = {each: SIGNIFICANCE[each] for each in (Significance.TYPO, Significance.CHANGED, Significance.OLD_IS_WRONG)}


class _Part(FlaskForm):  # type: ignore[misc]
    """One of several forms of a page."""

    class Meta:
        """The page's own token guards all forms of it."""

        csrf = False

    def refuse(self, fault: PortalError) -> None:
        """Show what was refused, with what to do."""
        refuse(self, fault)


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone) for zone in _names()]


@functools.cache
def _names() -> tuple[str, ...]:
    """Zones named by a region and a city, which is what people look for."""
    there = sorted(zone for zone in available_timezones() if zone.startswith(tuple(f"{each}/" for each in REGIONS)))
    return ("UTC", *there)


class _Timed(_Part):
    """Something that happens at a time which is said as people say it."""

    day = StringField(_l("Day"))
    time = StringField(_l("Time"))
    zone = SelectField(_l("Time zone"), validate_choice=False)

    def show_zone(self, zone: str) -> None:
        """Begin with this zone, though it may not be among the names that people look for."""
        named = _zones()
        self.zone.choices = named if any(zone == name for name, _words in named) else [(zone, zone), *named]


def _why(label: object, hint: object = "") -> Field:
    return TextAreaField(label, description=hint, render_kw={"rows": 2, "maxlength": REASON_LENGTH})


def _ref(label: object, hint: object) -> Field:
    return StringField(
        label, description=hint, render_kw={"maxlength": 120, "list": "articles-near", "spellcheck": "false"}
    )


class ArchiveForm(_Timed):
    """Take an article out of lists and search, at once or at a set time."""

    successor = _ref(_l("Which article follows it"), _l("Its number, such as KB0004. None is needed when you say why."))
    why = _why(_l("Why"), _l("Whoever finds this article in its history reads it."))


class MergeForm(_Part):
    """Of two articles about the same one stays."""

    other = _ref(_l("The other article"), _l("Its number, such as KB0004."))
    stays = RadioField(_l("Which one stays"), default="other", validate_choice=False)
    fewer = BooleanField(_l("Merge them all the same, though fewer people may read the one that stays"))
    take_words = BooleanField(_l("Begin a draft of the one that stays, with the words by which people looked for this"))
    why = _why(_l("Why"))

    def stays_here(self) -> bool:
        """Whether this article stays, and not the other one. Raises ``Refused`` where neither is chosen."""
        chosen = (self.stays.raw_data or [""])[0]
        if chosen not in {"other", "this"}:
            raise Refused(_("It is not said which of the two stays."), hint=_("Choose one of the two."), field="stays")
        return bool(chosen == "this")


class BackForm(_Part):
    """Let an archived article stand in lists and search again."""

    why = _why(_l("Why"))


class TimeForm(_Timed):
    """When a text goes live."""

    significance = SelectField(_l("What changes for readers"), validate_choice=False)
    why = _why(_l("A word about it"))

    def show_weights(self) -> None:
        """Offer how much the text changes."""
        self.significance.choices = list(WEIGHTS.items())

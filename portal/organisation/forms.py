"""The forms of the admin pages. They collect what was typed; whether it fits is asked of the service.

So a form has no validators: the rules stand in one place for files and forms,
and the service's sentences are put beside the fields with :meth:`RecordForm.show`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, DateInput, ListWidget

from portal.core.i18n import lazy_gettext as _l

PARTY_KIND_WORDS = {
    "front_line": _l("Front line"),
    "onsite": _l("Onsite"),
    "specialist": _l("Specialists"),
    "project": _l("Project"),
    "business": _l("Business"),
    "supplier": _l("Supplier"),
}


class KeysField(StringField):  # type: ignore[misc]  # WTForms has no types
    """Several keys in one line, with commas between them."""

    def process_data(self, value: Any) -> None:
        """Show a list as text; what was typed stays as it is."""
        self.data = ", ".join(value) if isinstance(value, list) else value


def _key() -> StringField:
    return StringField(
        _l("Short name"),
        description=_l("For addresses and files, such as front-line. Left empty, it is made from the name. "
                       "It cannot be changed later."),
    )  # fmt: skip


class RecordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Base: what was typed, and the version of the record that the editor saw."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version that the editor saw; 0, which no record has, when it was tampered with."""
        typed = str(self.version.data or "")
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0

    def values(self) -> dict[str, Any]:
        """What was typed, by the names of ``organisation.toml``."""
        return {field.name: field.data for field in self.shown() if field.name != "key"}

    def shown(self) -> list[Any]:
        """The fields that a person sees, in order; the short name only where a record is added."""
        return [field for field in self if field.name not in {"version", "csrf_token"}]

    def show(self, faults: Mapping[str, str]) -> None:
        """Put sentences beside their fields; what names no field goes on top."""
        for name, sentence in faults.items():
            if name in self:
                self[name].errors = [sentence]
            else:
                self.form_errors.append(f"{name}: {sentence}")

    def choose(self, choices: Mapping[str, list[tuple[str, str]]]) -> None:
        """Give each field that offers something its choices."""
        for name, offered in choices.items():
            self[name].choices = offered


def _choice(label: Any, **kwargs: Any) -> SelectField:
    return SelectField(label, validate_choice=False, choices=[], **kwargs)


class OrganisationForm(RecordForm):
    """Name, time zone, and how the service desk is reached."""

    name = StringField(_l("Name"))
    time_zone = StringField(_l("Time zone"), description=_l("Such as Europe/Berlin."))
    desk_hours = StringField(
        _l("Hours of the service desk"), description=_l("Such as Mon-Fri 08:00-18:00, Sat 09:00-12:00.")
    )
    desk_phone = StringField(_l("Phone of the service desk"), description=_l("Shown at the foot of every page."))


class SiteForm(RecordForm):
    """A place with its time zone and public holidays."""

    name = StringField(_l("Name"))
    key = _key()
    time_zone = StringField(_l("Time zone"), description=_l("Such as Europe/Berlin."))
    holidays = StringField(
        _l("Public holidays of"),
        description=_l("Two letters of the country, with its part if need be: DE, DE-BY, US-CA."),
    )
    address = TextAreaField(_l("Address"), description=_l("How to find the service desk there."))


class UnitForm(RecordForm):
    """A part of the organisation."""

    name = StringField(_l("Name"))
    key = _key()
    parent = _choice(_l("Belongs to"))
    site = _choice(_l("Site"))


class PartyForm(RecordForm):
    """A team that helps."""

    name = StringField(_l("Name"))
    key = _key()
    kind = _choice(_l("Kind"))
    site = _choice(_l("Site"))
    hours = StringField(
        _l("Hours"), description=_l("Such as Mon-Fri 08:00-18:00. Left empty, those of the service desk.")
    )
    contact = TextAreaField(_l("How to reach them"))
    owner_roles = KeysField(
        _l("Owner roles"), description=_l("The names under which articles call this team, with commas between them.")
    )
    tools = KeysField(_l("Tools they have"), description=_l("Short names, with commas between them."))
    access = KeysField(_l("Rights they have"), description=_l("Short names, with commas between them."))


class ServiceForm(RecordForm):
    """Something that people use."""

    name = StringField(_l("Name"), description=_l("In the words of the people who use it."))
    key = _key()
    icon = _choice(_l("Icon"))
    party = _choice(_l("Looked after by"))
    used = BooleanField(_l("Used here"), description=_l("Without the tick, it is shown nowhere. Nothing is deleted."))
    critical = BooleanField(_l("Work stops without it"))
    retires_on = StringField(_l("Ends on"), widget=DateInput())
    people_count = StringField(_l("People who use it"), render_kw={"inputmode": "numeric"})
    units = SelectMultipleField(
        _l("Units that use it"),
        description=_l("None means all."),
        choices=[],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


FORMS: dict[str, type[RecordForm]] = {
    "organisation": OrganisationForm,
    "site": SiteForm,
    "unit": UnitForm,
    "party": PartyForm,
    "service": ServiceForm,
}

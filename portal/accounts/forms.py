"""What people are asked for: sign-in, their own settings, and what administrators and coaches fill in."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, EqualTo, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from portal.core.errors import Refused
from portal.core.i18n import lazy_gettext as _l


class _Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Base of the forms of this room."""


class SignInForm(_Form):
    """Name and password; the address to go on to is hidden."""

    login = StringField(_l("Sign-in name"), validators=[DataRequired(_l("Type your sign-in name."))])
    password = PasswordField(_l("Password"), validators=[DataRequired(_l("Type your password."))])
    next = HiddenField()


class SettingsForm(_Form):
    """How the portal speaks to one person."""

    language = SelectField(_l("Language"))
    time_zone = SelectField(_l("Time zone"), description=_l("Times on pages are shown in this zone."))


class PasswordForm(_Form):
    """A new password, by somebody who knows the present one.

    A field that holds a password says so in its name: pages that show once more what was typed leave it out by that.
    """

    present_password = PasswordField(
        _l("Present password"), validators=[DataRequired(_l("Type your present password."))]
    )
    new_password = PasswordField(
        _l("New password"),
        description=_l("At least 15 characters. A few words that mean something to you alone are best."),
        validators=[DataRequired(_l("Type a new password."))],
    )
    new_password_again = PasswordField(
        _l("New password once more"),
        validators=[EqualTo("new_password", _l("These two are not the same. Type the new password in both fields."))],
    )


class PersonForm(_Form):
    """Who somebody is, where they belong, and their roles."""

    name = StringField(
        _l("Name"),
        description=_l("As colleagues call them."),
        validators=[DataRequired(_l("Type a name.")), Length(max=120, message=_l("At most 120 characters."))],
    )
    login = StringField(
        _l("Sign-in name"),
        description=_l("2 to 120 letters, digits and the signs . _ - + @, without spaces."),
        validators=[DataRequired(_l("Type a sign-in name."))],
    )
    mail = EmailField(
        _l("Mail address"),
        validators=[
            Optional(),
            Length(max=254, message=_l("At most 254 characters.")),
            Regexp(r"^[^@\s]+@[^@\s]+$", message=_l("A mail address looks like name@example.org.")),
        ],
    )
    unit_id = SelectField(_l("Unit"))
    party_id = SelectField(_l("Support team"))
    roles = SelectMultipleField(
        _l("Roles"),
        description=_l("Everybody who signs in may read, vote and suggest; roles add to that."),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=True,
    )


class DutyForm(_Form):
    """What somebody leads or signs for: ``kind:id``, grouped by kind."""

    duty = SelectField(_l("Name another duty"), validators=[DataRequired(_l("Choose what they look after."))])


class OwnerRoleForm(_Form):
    """Who holds an owner role."""

    owner_role = SelectField(_l("Owner role"))
    login = StringField(
        _l("Sign-in name of who holds it"),
        description=_l("Leave it empty, and it falls to the lead of the team, or else to a coach."),
    )


class NamedServiceForm(_Form):
    """A service named for a superuser, and why."""

    service_id = SelectField(_l("Service"))
    reason = TextAreaField(
        _l("Reason"),
        description=_l("One sentence: what they help their colleagues with. Other coaches can read it."),
        validators=[
            DataRequired(_l("Say in a sentence why.")),
            Length(max=500, message=_l("At most 500 characters.")),
        ],
    )


def _why() -> list[DataRequired | Length]:
    return [
        DataRequired(_l("Say in a sentence why.")),
        Length(max=500, message=_l("At most 500 characters.")),
    ]


class GrantForm(_Form):
    """How far somebody goes alone when writing, and why; *seen* is what the coach decides on."""

    kind = RadioField(_l("From now on"), validators=[DataRequired(_l("Choose how far they go alone."))])
    reason = TextAreaField(
        _l("Reason"),
        description=_l("One sentence: what you saw in their articles. They and other coaches can read it."),
        validators=_why(),
    )
    seen = IntegerField(widget=HiddenInput(), default=0)


class AbsenceForm(_Form):
    """From when to when somebody is away, both days included."""

    first_on = DateField(_l("First day"), validators=[DataRequired(_l("Choose the first day, such as 2026-03-09."))])
    last_on = DateField(_l("Last day"), validators=[DataRequired(_l("Choose the last day, such as 2026-03-13."))])

    def refuse(self, fault: Refused) -> None:
        """Show what was refused: beside the day that it is about, or on top."""
        if fault.field in self:
            self[fault.field].errors = [str(fault)]
        else:
            self.form_errors.append(str(fault))


class ShiftForm(_Form):
    """One shift that is added by hand, on the clock of the team's site."""

    person_id = SelectField(_l("Who"), coerce=int)
    starts_on = DateField(_l("Day"), validators=[DataRequired(_l("Choose the day, such as 2026-03-09."))])
    starts_at = TimeField(_l("From"), validators=[DataRequired(_l("Choose a time, such as 08:00."))])
    ends_at = TimeField(
        _l("Until"),
        description=_l("A time that is not later means the next day."),
        validators=[DataRequired(_l("Choose a time, such as 16:30."))],
    )
    note = StringField(_l("Note"), validators=[Length(max=200, message=_l("At most 200 characters."))])

    def refuse(self, fault: Refused) -> None:
        """Show what was refused: beside the field that it is about, or on top."""
        if fault.field in self:
            self[fault.field].errors = [str(fault)]
        else:
            self.form_errors.append(str(fault))


class RosterFileForm(_Form):
    """A calendar file with shifts."""

    file = FileField(
        _l("Calendar file"),
        description=_l("iCalendar (.ics), up to 1 MB. You see what it would do before it is done."),
    )


class WithdrawForm(_Form):
    """Why a grant is taken back; *seen* is what the coach decides on."""

    reason = TextAreaField(
        _l("Reason"), description=_l("One sentence. They and other coaches can read it."), validators=_why()
    )
    seen = IntegerField(widget=HiddenInput(), default=0)

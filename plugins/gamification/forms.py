"""Forms of recognition. The page's own token guards them."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, TextAreaField

from plugins.gamification import choices, voiding
from plugins.gamification.models import LONGEST_REASON
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l


class _Part(FlaskForm):  # type: ignore[misc]
    class Meta:
        """The page's own token guards all forms of it."""

        csrf = False

    def refuse(self, fault: Refused) -> None:
        """Show what was refused, and what to do: beside the field that it is about, else above the form."""
        said = " ".join(filter(None, (fault.message, fault.hint)))
        if fault.field in self:
            self[fault.field].errors = [said]
        else:
            self.form_errors = [said]


def _area(label: Any, hint: Any = "", least: int = 0) -> Any:
    return TextAreaField(
        label,
        description=hint,
        render_kw={"rows": 3, "maxlength": LONGEST_REASON, **({"minlength": least} if least else {})},
    )


class ChoicesForm(_Part):
    """Whether somebody takes part, and who sees it."""

    is_on = BooleanField(_l("I take part in recognition"))
    shown_to = RadioField(_l("Who sees my badges and thanks"), validate_choice=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        """Offer what can be chosen."""
        super().__init__(*args, **values)
        self.shown_to.choices = list(choices.SHOWN_TO.items())


class AgainForm(_Part):
    """What a second coach should know."""

    words = _area(_l("What a second coach should know"))


class VoidForm(_Part):
    """Why something does not count."""

    reason = _area(
        _l("Why it does not count"),
        _l("At least 20 characters. The person concerned reads it."),
        voiding.SHORTEST_REASON,
    )


class GiveForm(_Part):
    """A badge by hand, and for what."""

    badge = SelectField(_l("Which badge"), validate_choice=False)
    reason = _area(
        _l("What they did"), _l("At least 20 characters. The person concerned reads it."), voiding.SHORTEST_REASON
    )


class DecideForm(_Part):
    """What came of the second look."""

    outcome = RadioField(_l("After the second look"), validate_choice=False)
    answer = _area(_l("Why"), _l("At least 20 characters. The person concerned reads it."), voiding.SHORTEST_REASON)

    def __init__(self, *args: Any, **values: Any) -> None:
        """Offer what can be chosen."""
        super().__init__(*args, **values)
        self.outcome.choices = [
            (voiding.RESTORED, _("It counts again")),
            (voiding.STANDS, _("It stays as it is: it does not count")),
        ]

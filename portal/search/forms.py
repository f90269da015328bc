"""What people write in the forms of the search."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField

from portal.core.errors import PortalError, Refused
from portal.core.i18n import lazy_gettext as _l
from portal.search.gaps import REASON_LENGTH, REF_LENGTH


class _Part(FlaskForm):  # type: ignore[misc]
    """One of several forms of a page."""

    class Meta:
        """The page's own token guards all forms of it."""

        csrf = False

    def refuse(self, fault: PortalError) -> None:
        """Show what was refused and what to do: beside the field that it is about, else above the form."""
        said = f"{fault} {fault.hint}".strip()
        if isinstance(fault, Refused) and fault.field in self:
            self[fault.field].errors = [said]
        else:
            self.form_errors = [said]


class AnswerForm(_Part):
    """Which page answers a gap."""

    ref = StringField(
        _l("Which page answers it"),
        description=_l("Its number, such as KB0004. It has to be live."),
        render_kw={"maxlength": REF_LENGTH, "spellcheck": "false"},
    )


class RejectForm(_Part):
    """Why a gap needs no page."""

    reason = TextAreaField(
        _l("Why nothing has to be written"),
        description=_l("Whoever writes reads it."),
        render_kw={"rows": 2, "maxlength": REASON_LENGTH},
    )

"""What people write in the forms of the search."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

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
        if isinstance(fault, Refused) and fault.field in self:
            self[fault.field].errors = [str(fault)]
        else:
            self.form_errors = [str(fault)]


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


class SynonymForm(_Part):
    """Words that people use for other words."""

    seen = HiddenField()
    typed = TextAreaField(
        _l("When somebody types"),
        description=_l("One word or a few; several entries with commas between them, such as: beamer, projector."),
        render_kw={"rows": 2, "maxlength": 600},
    )
    meant = TextAreaField(
        _l("look for this as well"),
        description=_l("As the articles say it."),
        render_kw={"rows": 2, "maxlength": 600},
    )
    both = BooleanField(_l("And the other way round: all of these mean the same"))
    service = SelectField(
        _l("In articles of"), description=_l("Where it means that in one service alone."), validate_choice=False
    )

    def values(self) -> dict[str, Any]:
        """What was typed."""
        return {
            "typed": self.typed.data or "",
            "meant": self.meant.data or "",
            "both": bool(self.both.data),
            "service": (self.service.data or "")[:80],
        }

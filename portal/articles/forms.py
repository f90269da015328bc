"""What people write about articles in forms."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import Length

from portal.articles.attachment_models import ALT_LENGTH
from portal.articles.states import REASON_LENGTH
from portal.core.errors import PortalError, Refused
from portal.core.i18n import lazy_gettext as _l


def refuse(form: Form, fault: PortalError) -> None:
    """Show what was refused, and what to do: beside the field that it is about, else above the form."""
    if isinstance(fault, Refused) and fault.field in form:
        form[fault.field].errors = [str(fault)]
    else:
        form.form_errors = [str(fault)]


class WithheldForm(FlaskForm):  # type: ignore[misc]
    """Why a part of an article is for specialists only; several stand on one page, each with its prefix."""

    class Meta:
        """The page's own token guards all forms of it."""

        csrf = False

    reason = TextAreaField(
        _l("Why only specialists read it"),
        validators=[Length(max=REASON_LENGTH, message=_l("Say it in %(max)d characters or fewer."))],
        description=_l("Coaches see this. Say what could go wrong if the front line had it."),
    )


class AttachmentForm(FlaskForm):  # type: ignore[misc]
    """A picture or a file for an article; what is sent is checked by ``attachments.accept``."""

    file = FileField(_l("Picture or file"))
    alt = StringField(
        _l("What the picture shows"),
        render_kw={"maxlength": ALT_LENGTH},
        description=_l("For a picture: one sentence for people who do not see it. A file needs none."),
    )


class AltForm(FlaskForm):  # type: ignore[misc]
    """What one picture shows; several stand on one page."""

    class Meta:
        """The page's own token guards all forms of it."""

        csrf = False

    alt = StringField(_l("What the picture shows"), render_kw={"maxlength": ALT_LENGTH})

"""What is asked of somebody who begins to write."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField

from portal.articles.capturing import Capture
from portal.articles.frontmatter_rules import MAX_TITLE
from portal.articles.levels import Kind, Level
from portal.core.i18n import lazy_gettext as _l


class CaptureForm(FlaskForm):  # type: ignore[misc]
    """Two minutes: four answers, and what it is about."""

    said = TextAreaField(_l("What they said"), description=_l("Their first words, as well as you remember them."))
    was = TextAreaField(_l("What it was"))
    helped = TextAreaField(_l("What helped"), description=_l("One step a line."))
    who = TextAreaField(_l("Who may do it"))
    service = SelectField(_l("Service"), validate_choice=False)
    nothing_broken = BooleanField(_l("Nothing was broken: they wanted to know how it is done"))

    def capture(self) -> Capture:
        """What was answered."""
        return Capture(
            said=self.said.data or "",
            was=self.was.data or "",
            helped=self.helped.data or "",
            who=self.who.data or "",
            nothing_broken=bool(self.nothing_broken.data),
        )


class NewForm(FlaskForm):  # type: ignore[misc]
    """A new article: what it is about, and what kind of page it is."""

    title = StringField(
        _l("Title"),
        render_kw={"maxlength": MAX_TITLE, "autocomplete": "off"},
        description=_l("The goal, or what somebody says who has the trouble."),
    )
    service = SelectField(_l("Service"), validate_choice=False)
    kind = RadioField(_l("Kind of page"), default=str(Kind.TROUBLESHOOTING), validate_choice=False)
    audience = RadioField(_l("Who it is for"), default=Level.SUPPORT.word, validate_choice=False)

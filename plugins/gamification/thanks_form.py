"""The form in which somebody says thanks: whom, for what, and about which article.

People are found by their name. Where several are called so, the page comes
back with all of them to choose from, and with everything that was typed.
"""

from __future__ import annotations

import re
from typing import Any, Final

from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import HiddenField, RadioField, StringField, TextAreaField

from plugins.gamification import thanks, wall
from plugins.gamification.models import LONGEST_REASON
from plugins.gamification.wall import OFFERED, Somebody
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.core.web import row_id

REF: Final = re.compile(r"\bKB\d{4,7}\b", re.IGNORECASE)
LONGEST_NAME: Final = 100
LONGEST_ADDRESS: Final = 300


class ThanksForm(FlaskForm):  # type: ignore[misc]
    """Whom, for what, about which article; *asked* is the name for which the people in *to* were found."""

    class Meta:
        """The page's own token guards it."""

        csrf = False

    name = StringField(_l("Whom you thank"), render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"})
    asked = HiddenField()
    to = RadioField(_l("Who of them"), choices=[], validate_choice=False)
    reason = TextAreaField(
        _l("What helped you"),
        render_kw={"rows": 4, "minlength": thanks.SHORTEST_REASON, "maxlength": LONGEST_REASON},
    )
    about = StringField(_l("Which article it is about"), render_kw={"maxlength": LONGEST_ADDRESS})

    def refuse(self, fault: Refused) -> None:
        """Show what was refused, and what to do: beside the field that it is about, else above the form."""
        said = " ".join(filter(None, (fault.message, fault.hint)))
        if fault.field in self:
            self[fault.field].errors = [said]
        else:
            self.form_errors = [said]

    def receiver(self, session: Session, giver_id: int) -> tuple[Somebody | None, bool]:
        """Whom it is for, and whether that was said: chosen, or called by their whole name.

        ``None``: the form says why it cannot tell, and offers people where there are several.
        """
        name = " ".join((self.name.data or "").split())
        is_chosen = not name or name == (self.asked.data or "")
        chosen = wall.one(session, _id(self.to.data), giver_id) if is_chosen and self.to.data else None
        if chosen is not None:
            return chosen, True
        self.to.data, self.asked.data = "", name
        found = wall.of_name(session, name, giver_id)
        if len(found) == 1:
            return found[0], found[0].name.casefold() == name.casefold()
        self.offer(found[:OFFERED])
        self.name.errors = [_why(name, len(found))]
        return None, False

    def offer(self, people: list[Somebody]) -> None:
        """Let one of these be chosen."""
        self.to.choices = [(str(each.id), " · ".join(filter(None, (each.name, each.unit)))) for each in people]

    def ref(self) -> str:
        """The number of the article, also out of its address; what is none is given back as it was typed."""
        typed = (self.about.data or "").strip()
        found = REF.search(typed)
        return found[0].upper() if found else typed[:LONGEST_ADDRESS]


def _why(name: str, found: int) -> str:
    if not name:
        return _("Say whom you thank. Their name, or a part of it, is enough.")
    if not found:
        return _("Nobody who can be thanked here is called so. Try a part of the name.")
    if found > OFFERED:
        return _("Many people are called so. Choose one of these, or type more of the name.")
    return _("Several people are called so. Choose one of them.")


def _id(raw: Any) -> int:
    try:
        return row_id(str(raw))
    except ValueError:
        return 0

"""Forms of what is done about answers: tags, call-backs, improvements. The page's own token guards them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from plugins.feedback import callbacks, improvements
from plugins.feedback.callback_rules import SETTLED_WORDS, SPOKEN, STATE_TITLE, State
from plugins.feedback.improvements import Texts
from plugins.feedback.tags import TAGS
from plugins.feedback.verbatims import SENTIMENTS
from portal.core.errors import PortalError, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

ENDS = SPOKEN | {State.NOT_REACHED}


class _Part(FlaskForm):  # type: ignore[misc]
    OFFERED: ClassVar[Mapping[str, Sequence[tuple[str, Any]]]] = {}
    """What can be chosen, by the names of fields."""

    def __init__(self, *args: Any, **values: Any) -> None:
        """Offer what can be chosen."""
        super().__init__(*args, **values)
        for name, choices in self.OFFERED.items():
            self[name].choices = list(choices)

    class Meta:
        """The page's own token guards all forms of it."""

        csrf = False

    def refuse(self, fault: PortalError) -> None:
        """Show what was refused, and what to do: beside the field that it is about, else above the form."""
        if isinstance(fault, Refused) and fault.field in self:
            self[fault.field].errors = [str(fault)]
        else:
            self.form_errors = [str(fault)]


def _area(label: Any, most: int, hint: Any = "", rows: int = 3) -> Any:
    return TextAreaField(label, description=hint, render_kw={"rows": rows, "maxlength": most})


class TagForm(_Part):
    """What a text is about, and how it went for whoever wrote it."""

    OFFERED: ClassVar = {"tags": list(TAGS.items()), "sentiment": [*SENTIMENTS.items(), ("", _l("I cannot tell"))]}
    tags = SelectMultipleField(
        _l("What it is about"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    sentiment = RadioField(_l("How it went for them"), default="", validate_choice=False)
    seen = HiddenField()


class AssignForm(_Part):
    """Who calls."""

    to = SelectField(_l("Who calls"), validate_choice=False)
    wishes = BooleanField(_l("They helped first themselves, and wish to call"))

    def offer(self, people: list[tuple[int, str]]) -> None:
        """Offer these people."""
        self.to.choices = [("", _("Choose")), *((str(person_id), name) for person_id, name in people)]


class CloseForm(_Part):
    """What came of a call."""

    OFFERED: ClassVar = {"state": [(each.value, STATE_TITLE[each]) for each in State if each in ENDS]}
    state = RadioField(_l("How it stands"), validate_choice=False)
    outcome = _area(
        _l("What came of it"),
        callbacks.OUTCOME,
        _l("What it stopped, what it cost, what you promised. Nothing about who they are."),
        4,
    )


class HelpedForm(_Part):
    """Whether what was done helped whoever told us."""

    OFFERED: ClassVar = {"answer": list(SETTLED_WORDS.items())}
    answer = RadioField(_l("Did it help?"), validate_choice=False)


class SettledForm(_Part):
    """Whether it is settled for whoever was called."""

    OFFERED: ClassVar = {"answer": list(SETTLED_WORDS.items())}
    answer = RadioField(_l("Is it settled for you?"), validate_choice=False)


class ImprovementForm(_Part):
    """What is to get better."""

    title = StringField(
        _l("What gets better, in a few words"), render_kw={"maxlength": improvements.TITLE, "autocomplete": "off"}
    )
    said = _area(
        _l("What people told us"),
        improvements.TEXT,
        _l("In your own words. No name, and nothing that tells who it was."),
    )
    effect = _area(_l("What should be different then"), improvements.TEXT, rows=2)
    done = _area(_l("What was done"), improvements.TEXT, _l("Those who told us read it."))
    useful_until = StringField(
        _l("Of use until"), description=_l("Where it comes too late after some day."), render_kw={"type": "date"}
    )
    is_public = BooleanField(_l("Everybody may read it once it is there"), default=True)
    saves = HiddenField()

    def texts(self) -> Texts:
        """What was typed. Raises ``Refused`` for a day that is none."""
        return Texts(
            title=self.title.data or "",
            said=self.said.data or "",
            done=self.done.data or "",
            effect=self.effect.data or "",
            useful_until=_day(self.useful_until.data or ""),
            is_public=bool(self.is_public.data),
        )


class StepForm(_Part):
    """One step of an improvement."""

    owner_id = SelectField(_l("Who looks after it"), validate_choice=False)
    words = _area(_l("In a sentence or two"), improvements.TEXT, _l("Those who told us read it."))
    saves = HiddenField()

    def offer(self, people: list[tuple[int, str]]) -> None:
        """Offer these people."""
        self.owner_id.choices = [("", _("Choose")), *((str(person_id), name) for person_id, name in people)]


def number(raw: str | None) -> int:
    """A count that a form sent along; -1 where it is none, which fits nothing."""
    return int(raw) if raw and raw.isascii() and raw.isdecimal() and len(raw) < 10 else -1


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw) if raw.strip() else None
    except ValueError:
        raise Refused(
            _("That is no day."), hint=_("Write it like 2026-05-31, or leave it empty."), field="useful_until"
        ) from None

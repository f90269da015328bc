"""Forms of handover. They collect what was typed; whether it fits is asked of the services."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from plugins.handover import items, plan
from plugins.handover.changes import Told
from portal.core.errors import Refused
from portal.core.i18n import lazy_gettext as _l

KIND_TITLES: Final = {
    "change": _l("A change to something in use"),
    "new_service": _l("A new service"),
    "retirement": _l("Something ends"),
    "campaign": _l("A campaign of the business"),
    "supplier": _l("A change of a supplier"),
    "emergency": _l("An emergency"),
}
MOMENT: Final = "%Y-%m-%dT%H:%M"


class Part(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form of which a page may have several: the page's own token guards them."""

    class Meta:
        """The page's own token guards all forms of it."""

        csrf = False

    def refuse(self, fault: Refused) -> None:
        """Show what was refused, and what to do: beside the field that it is about, else above the form."""
        said = " ".join(filter(None, (fault.message, fault.hint)))
        if fault.field and fault.field in self:
            self[fault.field].errors = [said]
        else:
            self.form_errors = [said]


class MomentField(StringField):  # type: ignore[misc]
    """A day and a time of the clock, in the time zone of *zone*; what was typed stays."""

    def moment(self, zone: str) -> datetime | None:
        """The moment that was typed; ``None`` where it is none."""
        try:
            return datetime.strptime(str(self.data or "").strip()[:16], MOMENT).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            return None

    def show(self, moment: datetime | None, zone: str) -> None:
        """Show a moment by the clock of *zone*."""
        self.data = moment.astimezone(ZoneInfo(zone)).strftime(MOMENT) if moment is not None else ""


def _several(label: Any) -> Any:
    return SelectMultipleField(
        label, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False
    )


class ChangeForm(Part):
    """A change: what, when, for whom, and how easily it goes back."""

    title = StringField(
        _l("What will be different"),
        description=_l("In the words of users, such as: Payroll portal: new sign-in"),
        render_kw={"maxlength": 200},
    )
    kind = SelectField(_l("What kind of change"), validate_choice=False)
    go_live_at = MomentField(_l("Goes live at"), render_kw={"type": "datetime-local"})
    services = _several(_l("Services that it changes"))
    units = _several(_l("Units that notice it"))
    people_affected = IntegerField(_l("How many people notice it"), validators=[Optional()])
    is_quickly_back = BooleanField(_l("Going back takes minutes"))
    is_sensitive = BooleanField(_l("The flow of money, safety or personal data changes"))
    ref = StringField(
        _l("Its number in the change tool"),
        description=_l("Left empty, it gets a number here."),
        render_kw={"maxlength": 60},
    )
    project = StringField(_l("Project"), render_kw={"maxlength": 120})
    campaign = StringField(
        _l("Name of the business event, where it comes again"),
        description=_l("Such as month end. The pack begins as a copy of the last one of that name."),
        render_kw={"maxlength": 120},
    )
    risk = TextAreaField(_l("What could go wrong"), render_kw={"rows": 3, "maxlength": 2000})
    reuse = SelectField(_l("Use a small pack again that was signed"), validate_choice=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        """Offer the kinds."""
        super().__init__(*args, **values)
        self.kind.choices = list(KIND_TITLES.items())

    def told(self, zone: str, owner_id: int | None) -> Told:
        """What was typed. Raises ``Refused`` for a moment that is none."""
        go_live_at = self.go_live_at.moment(zone)
        if go_live_at is None:
            raise Refused(
                str(_l("Say when it goes live, with day and time.")),
                hint=str(_l("Such as 2026-03-02 06:00.")),
                field="go_live_at",
            )
        return Told(
            ref=self.ref.data or "",
            title=self.title.data or "",
            kind=self.kind.data or "",
            go_live_at=go_live_at,
            owner_id=owner_id,
            people_affected=self.people_affected.data,
            project=self.project.data or "",
            risk=self.risk.data or "",
            is_quickly_back=bool(self.is_quickly_back.data),
            is_sensitive=bool(self.is_sensitive.data),
            campaign=self.campaign.data or "",
            services=tuple(self.services.data or ()),
            units=tuple(self.units.data or ()),
        )


class NoteForm(Part):
    """A note beside a signature."""

    note = StringField(_l("Note"), render_kw={"maxlength": 500})


class QuestionForm(Part):
    """A question about a pack."""

    section = SelectField(_l("About"), validate_choice=False)
    text = TextAreaField(_l("What has to be known?"), render_kw={"rows": 3, "maxlength": 2000})
    is_blocking = BooleanField(_l("Without an answer my team cannot sign"))


class AnswerForm(Part):
    """The answer to a question."""

    text = TextAreaField(_l("Your answer"), render_kw={"rows": 3, "maxlength": 2000})
    changed_pack = BooleanField(_l("The pack says more now because of it"))


class ReasonForm(Part):
    """Why a pack is moved."""

    reason = TextAreaField(_l("Why"), render_kw={"rows": 2, "maxlength": 1000})
    extra_days = IntegerField(_l("Working days more"), validators=[Optional()])


class VouchForm(Part):
    """Somebody answers for what the portal cannot look at."""

    what = HiddenField()
    note = TextAreaField(_l("What did you look at?"), render_kw={"rows": 2, "maxlength": 500})


class SizeForm(Part):
    """The size of a pack; a smaller one needs the agreement of the front line."""

    size = RadioField(_l("Size"), validate_choice=False)
    agreed_by = SelectField(_l("Who of the front line agrees to a smaller size"), validate_choice=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        """Offer the sizes."""
        super().__init__(*args, **values)
        self.size.choices = [(size, size) for size in plan.SIZES]


class ItemForm(Part):
    """One thing that somebody has to do before go-live."""

    kind = SelectField(_l("What"), validate_choice=False)
    title = StringField(_l("In words"), render_kw={"maxlength": 200})
    owner_id = SelectField(_l("Who does it"), validate_choice=False)
    due_on = DateField(_l("By when"), validators=[Optional()])
    state = SelectField(_l("Where it stands"), validate_choice=False)
    reason = StringField(_l("Why it is not needed"), render_kw={"maxlength": 500})
    link = StringField(_l("Link"), render_kw={"maxlength": 500})
    article_ref = StringField(_l("Article"), description=_l("Its id, such as KB0056"), render_kw={"maxlength": 20})

    def __init__(self, *args: Any, **values: Any) -> None:
        """Offer kinds and states."""
        super().__init__(*args, **values)
        self.kind.choices = list(items.KINDS.items())
        self.state.choices = list(items.STATES.items())


class ToolForm(Part):
    """Whether a team has a tool or a right."""

    party_id = SelectField(_l("Team"), validate_choice=False)
    name = StringField(_l("Tool or right"), render_kw={"maxlength": 120})
    has_it = BooleanField(_l("They have it"))
    why_not = StringField(_l("If not, why not"), render_kw={"maxlength": 500})


class ContactForm(Part):
    """Whom the front line calls, from when to when."""

    name = StringField(_l("Whom the front line calls"), render_kw={"maxlength": 120})
    reached = StringField(_l("How they are reached"), render_kw={"maxlength": 200})
    starts_at = MomentField(_l("From"), render_kw={"type": "datetime-local"})
    ends_at = MomentField(_l("Until"), render_kw={"type": "datetime-local"})


class ExceptionForm(Part):
    """A change goes live though its gate is not green."""

    reason = TextAreaField(
        _l("Why it cannot wait"), description=_l("Those concerned read it."), render_kw={"rows": 3, "maxlength": 2000}
    )
    risk = TextAreaField(
        _l("What can happen to the business, in its own words"), render_kw={"rows": 3, "maxlength": 2000}
    )
    accepted_by = SelectField(
        _l("Who carries the risk"), description=_l("Not the owner of the pack, and not you."), validate_choice=False
    )
    note = TextAreaField(_l("What the front line reads at the same minute"), render_kw={"rows": 4, "maxlength": 5000})


class SettleForm(Part):
    """What was done about something that is owed."""

    note = StringField(_l("What was done"), render_kw={"maxlength": 500})


class SupplierForm(Part):
    """A supplier signs, or asks, by a link."""

    signed_as = StringField(_l("Your name"), render_kw={"maxlength": 120, "autocomplete": "name"})
    note = StringField(_l("Note"), render_kw={"maxlength": 500})
    text = TextAreaField(_l("What has to be known?"), render_kw={"rows": 3, "maxlength": 2000})

"""The form in which a text is written: a field for each thing that people decide, and the way to front matter and back.

What no field stands for (who checked a text, its old addresses) is kept from
the stored text, as is every field that a form did not send. Nothing is
checked here: a draft may be as incomplete as it likes, and ``texts.check``
says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField

from portal.articles import wording
from portal.articles.frontmatter_rules import MAX_TITLE, REVIEW_DAYS
from portal.articles.levels import Confidence, Governance, HandoverSize, Kind, KnownErrorStatus, Level
from portal.articles.models import Revision
from portal.articles.texts import Text
from portal.core.i18n import lazy_gettext as _l
from portal.core.i18n import ngettext
from portal.core.web import LANGUAGES, row_id

SINGLE = (
    "title",
    "kind",
    "audience",
    "governance",
    "service",
    "owner_role",
    "review_every_days",
    "time_needed_minutes",
    "language",
)
COMMAS = ("tags", "needs_tools", "needs_access", "environment", "readers")
LINES = ("words", "finds")
BLOCKS: Mapping[str, tuple[Kind, tuple[str, ...]]] = {
    "known_error": (Kind.KNOWN_ERROR, ("status", "problem_ref", "since", "fix_planned_for", "business_effect")),
    "handover": (Kind.HANDOVER_NOTE, ("change_ref", "size", "go_live", "early_life_until", "parties")),
}
_LISTS = {"handover.parties"}
NO_SAVING = -1


def _choice(label: Any, choices: Iterable[tuple[str, Any]] = (), **options: Any) -> Any:
    return SelectField(label, choices=list(choices), validate_choice=False, **options)


def _days(days: int) -> str:
    return ngettext("Every %(num)s day", "Every %(num)s days", days)


class WritingForm(FlaskForm):  # type: ignore[misc]
    """All that a writer decides about a text, and the text; a list of faults links to the ``id`` of a field."""

    FOLDED = ("finds", *COMMAS, "owner_role", "review_every_days", "governance", "language", "time_needed_minutes")

    class Meta:
        """The portal's own check guards every form; this one is also filled from a stored text."""

        csrf = False

    saves = HiddenField("")  # without any label WTForms would make one, and read its own catalogue for that
    base_revision_id = HiddenField("")
    title = StringField(_l("Title"), render_kw={"maxlength": MAX_TITLE, "autocomplete": "off"})
    kind = _choice(_l("What kind of page"))
    service = _choice(_l("What it is about"))
    audience = RadioField(_l("Who it is for"), validate_choice=False)
    body = TextAreaField(_l("The text"))
    words = TextAreaField(_l("Words that people type"))
    finds = TextAreaField(_l("Two sentences that must find it"))
    tags = StringField(_l("Tags"))
    owner_role = _choice(_l("Who looks after it"))
    review_every_days = _choice(_l("Looked at again"))
    governance = _choice(_l("Who may change it"))
    language = _choice(_l("Language"))
    environment = StringField(_l("For which devices or versions"))
    time_needed_minutes = StringField(_l("Minutes it takes"), render_kw={"inputmode": "numeric"})
    needs_tools = StringField(_l("Tools it takes"))
    needs_access = StringField(_l("Access it takes"))
    readers = StringField(_l("Only for these readers"))
    confidence = BooleanField(_l("Still being worked on"), false_values=(False, "false", "", "0"))
    known_error_status = _choice(_l("How far it is"), name="known_error.status", id="known_error-status")
    known_error_problem_ref = StringField(
        _l("Number of the cause"), name="known_error.problem_ref", id="known_error-problem_ref"
    )
    known_error_since = StringField(
        _l("Known since"), name="known_error.since", id="known_error-since", render_kw={"type": "date"}
    )
    known_error_fix_planned_for = StringField(
        _l("Fix planned for"),
        name="known_error.fix_planned_for",
        id="known_error-fix_planned_for",
        render_kw={"type": "date"},
    )
    known_error_business_effect = StringField(
        _l("What it stops people from doing"), name="known_error.business_effect", id="known_error-business_effect"
    )
    handover_change_ref = StringField(_l("Number of the change"), name="handover.change_ref", id="handover-change_ref")
    handover_size = _choice(_l("Size of the change"), name="handover.size", id="handover-size")
    handover_go_live = StringField(_l("Goes live at"), name="handover.go_live", id="handover-go_live")
    handover_early_life_until = StringField(
        _l("First days end on"),
        name="handover.early_life_until",
        id="handover-early_life_until",
        render_kw={"type": "date"},
    )
    handover_parties = StringField(_l("Teams that support it"), name="handover.parties", id="handover-parties")

    def offer(
        self,
        *,
        services: Mapping[str, str],
        owner_roles: Iterable[str],
        level: int,
    ) -> None:
        """Say what can be chosen: *services* by id, owner roles, audiences up to *level*; what stands there stays."""
        self.service.choices = list(services.items())
        self.owner_role.choices = [("", _l("Choose")), *((role, wording.role_words(role)) for role in owner_roles)]
        self.audience.choices = [(each.word, wording.AUDIENCES[each]) for each in Level if each <= level]
        self.kind.choices = [(str(kind), words) for kind, words in wording.KINDS.items()]
        self.review_every_days.choices = [(str(days), _days(days)) for days in REVIEW_DAYS]
        self.governance.choices = [
            (str(Governance.EXPERIENCE), _l("Whoever writes for these readers")),
            (str(Governance.COMPLIANCE), _l("Named approvers only")),
        ]
        self.language.choices = list(LANGUAGES.items())
        self.known_error_status.choices = [(str(each), wording.KNOWN_ERROR[each]) for each in KnownErrorStatus]
        self.handover_size.choices = [(str(each), str(each)) for each in HandoverSize]
        for field in self:
            is_strange = getattr(field, "choices", None) is not None and field.data not in dict(field.choices)
            if is_strange and field.data:
                field.choices = [*field.choices, (field.data, field.data)]

    @property
    def seen(self) -> tuple[int, int | None]:
        """Which saving the writer saw last, and the live text that they write on top of."""
        return _number(self.saves.data, NO_SAVING) or 0, _number(self.base_revision_id.data, None)


def _number(raw: str | None, default: int | None) -> int | None:
    try:
        return row_id((raw or "").strip())
    except ValueError:
        return default


def form_of(text: Text, revision: Revision) -> WritingForm:
    """A form that holds *text*, as it stands in *revision* or is to be saved there."""
    fields = text.fields
    data: dict[str, Any] = {name: _written(fields.get(name)) for name in SINGLE}
    data |= {name: _joined(fields.get(name), ", ") for name in COMMAS}
    data |= {name: _joined(fields.get(name), "\n") for name in LINES}
    for block, (_kind, names) in BLOCKS.items():
        inner = fields.get(block)
        inner = inner if isinstance(inner, Mapping) else {}
        data |= {f"{block}_{name}": _joined(inner.get(name), ", ") for name in names}
    data |= {
        "confidence": fields.get("confidence") == Confidence.WIP,
        "language": _written(fields.get("language")) or "en",
        "body": text.body,
        "saves": str(revision.saves),
        "base_revision_id": _written(revision.base_revision_id),
    }
    return WritingForm(formdata=None, data=data)


def fields_of(form: WritingForm, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a text as *form* has them; what it does not say is kept from the *stored* ones."""
    fields = {name: value for name, value in stored.items() if name not in BLOCKS}
    for name in SINGLE:
        _keep(fields, name, form[name].data, str.strip)
    for name in COMMAS:
        _keep(fields, name, form[name].data, _parts, stored=stored.get(name), between=", ")
    for name in LINES:
        _keep(fields, name, form[name].data, str.splitlines, stored=stored.get(name), between="\n")
    if fields.get("language") == "en" and "language" not in stored:
        del fields["language"]
    before = stored.get("confidence")
    settled = before if before in {Confidence.NOT_VALIDATED, Confidence.VALIDATED} else str(Confidence.NOT_VALIDATED)
    fields["confidence"] = str(Confidence.WIP) if form.confidence.data else settled
    for block, (kind, names) in BLOCKS.items():
        if fields.get("kind") == kind:
            fields[block] = _block(form, block, names, stored.get(block))
    return fields


def _block(form: WritingForm, block: str, names: Iterable[str], stored: Any) -> dict[str, Any]:
    stored = stored if isinstance(stored, Mapping) else {}
    inner = dict(stored)
    for name in names:
        said = form[f"{block}_{name}"].data
        if f"{block}.{name}" in _LISTS:
            _keep(inner, name, said, _parts, stored=stored.get(name), between=", ")
        else:
            _keep(inner, name, said, str.strip)
    return inner


def _keep(
    fields: dict[str, Any],
    name: str,
    said: str | None,
    read: Callable[[str], Any],
    *,
    stored: Any = None,
    between: str = "",
) -> None:
    """Take over what was *said*, unless nothing was, or just what stands there: a list may hold commas of its own."""
    if said is None or (between and said.replace("\r\n", "\n") == _joined(stored, between)):
        return
    fields[name] = read(said)


def _parts(line: str) -> list[str]:
    return [part.strip() for part in line.split(",") if part.strip()]


def _written(value: Any) -> str:
    return "" if value is None else str(value)


def _joined(value: Any, between: str) -> str:
    return between.join(map(str, value)) if isinstance(value, list | tuple) else _written(value)

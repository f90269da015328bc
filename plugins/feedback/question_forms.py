"""The form of one question: its words and answers in each language, and the ranges that answers stand for.

It has a field for every text, made for the question at hand. It collects what
was typed and decides nothing: ``linting`` and ``changes`` do, and what they say
is put beside the fields with :func:`show`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from plugins.feedback.bank import BANDS, LISTS, SCALES, Band, Question, Said, Type, choices_of
from plugins.feedback.changes import BadlyPut, Doubtful
from plugins.feedback.feeds import METRICS
from plugins.feedback.linting import Problem, Rule
from portal.core.errors import PortalError, Refused
from portal.core.i18n import SOURCE, gettext, language
from portal.core.i18n import lazy_gettext as _l

BLANKS = 2
"""Empty rows for answers more."""
MOST_ANSWERS = 12
MOST_LANGUAGES = 8
LONGEST_WORDS = 300
LONGEST_TEXT = 2000

_CODE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True)
class Shape:
    """What the form is made for: the question as it is, its languages, and how many rows of answers there are."""

    question: Question
    languages: tuple[str, ...]
    rows: int
    is_new: bool = False

    @property
    def is_open(self) -> bool:
        """Whether answers can be added and taken away."""
        return self.question.type in LISTS | BANDS

    @property
    def has_bands(self) -> bool:
        """Whether each answer stands for a range."""
        return self.question.type in BANDS


def rows_of(question: Question) -> int:
    """How many rows of answers the form begins with."""
    if question.type in SCALES:
        return len(SCALES[question.type])
    if question.type == Type.TEXT:
        return 0
    return min(len(question.choices) + BLANKS, MOST_ANSWERS)


def name_of_language(code: str) -> str:
    """A language in the words of whoever reads, such as “French”; its code where nobody knows it."""
    try:
        return Locale.parse(code).get_display_name(Locale.parse(language())) or code
    except (UnknownLocaleError, ValueError):
        return code


def is_language(code: str) -> bool:
    """Whether there is a language with this code of two letters."""
    if not _CODE.fullmatch(code):
        return False
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def form_of(shape: Shape, *, filled: bool = False) -> Any:
    """The form, with what was sent, or with the question as it is (*filled*)."""
    fields: dict[str, Any] = {"seen": HiddenField(), "languages": HiddenField(), "rows": HiddenField()}
    for code in shape.languages:
        fields |= _words(code, shape.rows)
    if shape.has_bands:
        fields |= _bands(shape)
    if shape.question.type in LISTS:
        fields["answers_are"] = SelectField(_l("How the answers cover everybody"), choices=[], validate_choice=False)
    if shape.question.type == Type.TEXT:
        label = _l("The most characters that can be written")
        fields["max_chars"] = StringField(label, render_kw={"inputmode": "numeric", "maxlength": 4})
    if shape.is_new:
        fields["metric"] = SelectField(_l("What the answers feed"), choices=[], validate_choice=False)
    fields["looked"] = BooleanField(_l("I looked at it, and it is meant like this"))
    fields["new_series"] = BooleanField(_l("It is a new wording, and charts begin a new series"))
    more = _l("Two letters, such as fr. The fields for it come below; nothing is saved by it.")
    fields["more"] = StringField(_l("A further language"), description=more, render_kw={"maxlength": 2})
    kind = type("QuestionForm", (FlaskForm,), fields)
    form = kind(None, data=_values(shape.question, shape)) if filled else kind()
    if "answers_are" in form:
        form.answers_are.choices = _answers_are(shape.rows)
    if "metric" in form:
        form.metric.choices = [
            ("", gettext("No figure: people read it")),
            *((name, str(said)) for name, said in METRICS.items()),
        ]
    return form


def typed(form: Any, shape: Shape) -> Question:
    """The question as it was typed. Raises ``Refused`` with the field where a number is none."""
    question, rows = shape.question, _kept_rows(form, shape)
    languages = [code for code in shape.languages if code in {SOURCE, "de"} or _says_anything(form, code, rows)]
    said: list[Said] = [{code: _text(form, f"answer{row}_{code}") for code in languages} for row in rows]
    bands = [_band(form, row) for row in rows] if shape.has_bands else ()
    question = replace(
        question,
        text={code: _text(form, f"text_{code}") for code in languages},
        choices=choices_of(question.type, said, bands) if rows else (),
    )
    if question.type in LISTS:
        chosen = form.answers_are.data or ""
        place = [str(row) for row in rows].index(chosen) + 1 if chosen in {str(row) for row in rows} else 0
        question = replace(question, steps=chosen == "steps", rest=str(place) if place else "")
    if question.type == Type.TEXT:
        question = replace(question, max_chars=_number(form, "max_chars", 1, LONGEST_TEXT))
    if shape.is_new:
        question = replace(question, metric=form.metric.data if form.metric.data in METRICS else "")
    return question


def show(form: Any, shape: Shape, fault: PortalError) -> None:
    """Put what was refused beside the fields that it is about."""
    if isinstance(fault, BadlyPut | Doubtful):
        for problem in fault.problems:
            _beside(form, _field_for(form, shape, problem), f"{problem.message} {problem.remedy}")
        if isinstance(fault, Doubtful):
            _beside(form, "looked", str(fault))
    elif isinstance(fault, Refused) and fault.field in form:
        _beside(form, fault.field, str(fault))
    else:
        form.form_errors.append(str(fault))


def _field_for(form: Any, shape: Shape, problem: Problem) -> str:
    """The field of a finding: the first empty one where words are missing, otherwise that of the question."""
    code = problem.language or SOURCE
    if problem.rule in {Rule.LANGUAGES, Rule.STEP_WORDS}:
        names = [f"text_{code}", *(f"answer{row}_{code}" for row in _kept_rows(form, shape))]
        return next((name for name in names if not _text(form, name)), f"text_{code}")
    if not problem.language and "answers_are" in form and problem.rule == Rule.COVERS:
        return "answers_are"
    if not problem.language and shape.has_bands and problem.rule == Rule.COVERS:
        return "low1"
    return f"text_{code}"


def _beside(form: Any, name: str, sentence: str) -> None:
    form[name].errors = [*form[name].errors, sentence]


def _words(code: str, rows: int) -> dict[str, Any]:
    of = name_of_language(code)
    about = {"lang": code, "maxlength": LONGEST_WORDS}
    question = _named(_l("Question, %(language)s"), of)
    fields: dict[str, Any] = {f"text_{code}": TextAreaField(question, render_kw={"rows": 2, **about})}
    for row in range(1, rows + 1):
        label = _named(_l("Answer %(row)s, %(language)s"), of, row=row)
        fields[f"answer{row}_{code}"] = StringField(label, render_kw=about)
    return fields


def _bands(shape: Shape) -> dict[str, Any]:
    labels: tuple[tuple[str, Callable[..., str]], ...] = (
        ("low", lambda row: gettext("Answer %(row)s: from", row=row)),
        ("mid", lambda row: gettext("Answer %(row)s: reckoned as", row=row)),
        ("high", lambda row: gettext("Answer %(row)s: up to", row=row)),
    )
    about = {"inputmode": "numeric", "maxlength": 5}
    return {
        f"{name}{row}": StringField(label(row), render_kw=about)
        for row in range(1, shape.rows + 1)
        for name, label in labels
    }


def _answers_are(rows: int) -> list[tuple[str, str]]:
    last = [
        (str(row), gettext("Answer %(row)s is for everybody whom no other one fits", row=row))
        for row in range(1, rows + 1)
    ]
    steps = ("steps", gettext("They are steps from one end to the other, the worst first"))
    return [("", gettext("Please choose")), steps, *last]


def _named(label: Any, of: str, **values: Any) -> str:
    return str(label) % {"language": of, **values}


def _values(question: Question, shape: Shape) -> Mapping[str, Any]:
    found: dict[str, Any] = {"languages": ",".join(shape.languages), "rows": str(shape.rows), "metric": question.metric}
    for code in shape.languages:
        found[f"text_{code}"] = question.text.get(code, "")
    for row, choice in enumerate(question.choices, start=1):
        found |= {f"answer{row}_{code}": choice.text.get(code, "") for code in shape.languages}
        if choice.band is not None:
            found |= {f"low{row}": choice.band.low, f"mid{row}": choice.band.mid, f"high{row}": choice.band.high}
    places = [choice.value for choice in question.choices]
    found["answers_are"] = "steps" if question.steps else str(places.index(question.rest) + 1) if question.rest else ""
    found["max_chars"] = question.max_chars
    return found


def _kept_rows(form: Any, shape: Shape) -> list[int]:
    """The rows that have words; those of a scale are always as many."""
    every = range(1, shape.rows + 1)
    if not shape.is_open:
        return list(every)
    return [row for row in every if any(_text(form, f"answer{row}_{code}") for code in shape.languages)]


def _says_anything(form: Any, code: str, rows: Sequence[int]) -> bool:
    return any(_text(form, name) for name in (f"text_{code}", *(f"answer{row}_{code}" for row in rows)))


def _text(form: Any, name: str) -> str:
    return " ".join((form[name].data or "").split())[:LONGEST_WORDS]


def _band(form: Any, row: int) -> Band:
    low, mid, high = (_number(form, f"{name}{row}", 0, 99_999) for name in ("low", "mid", "high"))
    return Band(low, mid, high)


def _number(form: Any, name: str, least: int, most: int) -> int:
    said = str(form[name].data if form[name].data is not None else "").strip()
    if not (said.isascii() and said.isdecimal() and len(said) <= 5 and least <= int(said) <= most):
        message = gettext("A whole number from %(least)s to %(most)s belongs here.", least=least, most=most)
        raise Refused(message, field=name)
    return int(said)

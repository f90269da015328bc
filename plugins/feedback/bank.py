"""The question bank: what may be asked, in which words, and with which answers.

It is read from ``questions.toml``, where the fields are explained. A question
that is read has all the answers that a person can choose, whether they are its
own (``options``) or those of its type (``[scales]``). Whether it is well put is
another matter: that is ``linting.py``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeAlias

from plugins.feedback.toml_fields import Fields, misfit, twice
from portal.core.errors import Refused
from portal.core.i18n import SOURCE
from portal.core.i18n import gettext as _

SHIPPED: Final = Path(__file__).parent / "questions.toml"
SCHEMA: Final = 1
LANGUAGES: Final = (SOURCE, "de")
"""The languages in which every question of ours is put."""

Said: TypeAlias = Mapping[str, str]
"""One text by the code of its language; English is always there."""


class Type(StrEnum):
    """What kind of answer a question wants. The words are stored."""

    YES_NO = "yes_no"
    YES_PARTLY_NO = "yes_partly_no"
    FACE5 = "face5"
    AGREE7 = "agree7"
    MINUTES = "minutes"
    PEOPLE = "people"
    ONE_OF = "one_of"
    MANY_OF = "many_of"
    WHEN = "when"
    TEXT = "text"


class Audience(StrEnum):
    """Whom a question is put to: people who work in support read some words that others do not."""

    EVERYBODY = "everybody"
    SUPPORT = "support"


class Aside(StrEnum):
    """Where a question is asked instead of on the form of its trigger."""

    NOWHERE_ELSE = ""
    VERDICT = "verdict"  # the page itself has asked it
    NAMED_PAGE = "named_page"  # a page of its own, with names


BANDS: Final = frozenset({Type.MINUTES, Type.PEOPLE})
"""Types whose answers are ranges of a number."""
LISTS: Final = frozenset({Type.ONE_OF, Type.MANY_OF, Type.WHEN})
"""Types whose answers belong to the one question."""
SCALES: Final = {
    Type.YES_NO: ("yes", "no"),
    Type.YES_PARTLY_NO: ("yes", "partly", "no"),
    Type.FACE5: ("1", "2", "3", "4", "5"),
    Type.AGREE7: ("1", "2", "3", "4", "5", "6", "7"),
}
"""The stored values of the types whose answers are always as many."""


@dataclass(frozen=True)
class Band:
    """The range that an answer stands for, in minutes or people; *mid* is the number to reckon with."""

    low: int
    mid: int
    high: int


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen. *value* is stored: ``yes``, ``partly``, ``no``, or its place from ``1``."""

    value: str
    text: Said
    band: Band | None = None

    def said(self, language: str) -> str:
        """Its words in *language* (a code such as ``de`` or ``de-AT``), or in English."""
        return in_language(self.text, language)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. See ``questions.toml`` for its fields; *rest* is the value of a choice, or empty.

    *max_chars* is the most characters of a free text, 0 where another answer is
    wanted. Nothing has to be answered: *required* is there to be refused.
    """

    id: str
    trigger: str
    type: Type
    text: Said
    choices: tuple[Choice, ...] = ()
    metric: str = ""
    first: bool = False
    max_chars: int = 0
    audience: Audience = Audience.EVERYBODY
    steps: bool = False
    rest: str = ""
    aside: Aside = Aside.NOWHERE_ELSE
    version: int = 1
    required: bool = False

    def said(self, language: str, **names: str) -> str:
        """Its words in *language*, or in English, with *names* in the place of holders such as ``{superuser}``."""
        text = in_language(self.text, language)
        return re.sub(r"\{(\w+)\}", lambda holder: names.get(holder[1], holder[0]), text)

    def choice(self, value: str) -> Choice | None:
        """The answer that is stored as *value*; ``None`` where this question has no such answer."""
        return next((choice for choice in self.choices if choice.value == value), None)


@dataclass(frozen=True)
class Bank:
    """All questions by id, in the order of the file; the most shown per trigger; the triggers of each moment."""

    questions: Mapping[str, Question]
    limits: Mapping[str, int]
    moments: Mapping[str, tuple[str, ...]]
    scales: Mapping[Type, tuple[Choice, ...]]
    support: frozenset[str] = frozenset()

    def of(self, trigger: str) -> tuple[Question, ...]:
        """Every question of *trigger*, in the order of the file."""
        return tuple(question for question in self.questions.values() if question.trigger == trigger)

    def to_ask(self, trigger: str) -> tuple[Question, ...]:
        """The questions that the form of *trigger* may show: those that are asked elsewhere are left out."""
        return tuple(question for question in self.of(trigger) if not question.aside)

    def anchor(self, trigger: str) -> Question:
        """The question of *trigger* that comes before all others. Raises ``KeyError`` for a trigger that is unknown."""
        found = [question for question in self.of(trigger) if question.first]
        if not found:
            raise KeyError(trigger)
        return found[0]

    def audience_of(self, trigger: str) -> Audience:
        """Whom the questions of *trigger* are put to."""
        return Audience.SUPPORT if trigger in self.support else Audience.EVERYBODY


def in_language(said: Said, language: str) -> str:
    """The text in *language*, else in the language without its country, else in English."""
    return said.get(language) or said.get(language.partition("-")[0]) or said[SOURCE]


def choices_of(type_: Type, said: Sequence[Said], bands: Sequence[Band] = ()) -> tuple[Choice, ...]:
    """Put the answers of one question together from their words, in order, with the values that are stored.

    Raises:
        ValueError: the type has another number of answers, or there are not as many bands as answers.
    """
    values = SCALES.get(type_) or tuple(str(place) for place in range(1, len(said) + 1))
    found: Sequence[Band | None] = bands if type_ in BANDS else [None] * len(said)
    return tuple(Choice(value, text, band) for value, text, band in zip(values, said, found, strict=True))


def load(path: Path = SHIPPED) -> Bank:
    """Read the bank from a file.

    Raises:
        Refused: the file cannot be read, or something in it does not fit; the question and the field are named.
    """
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        message = _("%(path)s cannot be read: %(fault)s.", path=path, fault=fault)
        raise Refused(message, hint=_("Check the path.")) from fault


def read(text: str) -> Bank:
    """Read the bank from its TOML.

    Raises:
        Refused: as for :func:`load`.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        message = _("%(path)s is not valid TOML: %(fault)s.", path=SHIPPED.name, fault=fault)
        raise Refused(message, hint=_("Mend that line.")) from fault
    Fields(data, SHIPPED.name).one_of("schema", (SCHEMA,), "schema = 1")
    limits = _limits(_table(data, "limits"))
    bank = Bank(
        questions={},
        limits=limits,
        moments=_moments(_table(data, "moments"), limits),
        scales=_scales(_table(data, "scales")),
        support=frozenset(Fields(_table(data, "audience"), "[audience]").names("support", limits)),
    )
    questions: dict[str, Question] = {}
    for place, row in enumerate(_rows(data), start=1):
        question = _question(row, place, bank)
        if question.id in questions:
            raise twice(_("Question %(id)s", id=question.id))
        questions[question.id] = question
    for trigger in limits:
        if sum(each.first for each in questions.values() if each.trigger == trigger) != 1:
            raise misfit(trigger, "first", "first = true")
    return Bank(questions, bank.limits, bank.moments, bank.scales, bank.support)


_EXAMPLES: Final = {
    "id": 'id = "R3"',
    "text": 'text = "Did a customer notice?"',
    "options": 'options = ["Yes, as normal", "No, I was stopped"]',
    "metric": 'metric = "customer_impact"',
    "max_chars": "max_chars = 300",
    "version": "version = 1",
    "rest": 'rest = "Something else"',
}
_EXAMPLE_OF_BANDS: Final = 'minutes = [["Under 10 minutes", 1, 5, 10]]'
_LANGUAGE: Final = re.compile(r"(text|options)_([a-z]{2})")
_PLAIN: Final = frozenset(
    (
        *("id", "trigger", "type", "text", "options", "metric", "first"),
        *("max_chars", "steps", "rest", "aside", "version"),
    )
)


def _table(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    if not isinstance(found, dict) or not found:
        raise misfit(SHIPPED.name, name, f"[{name}]")
    return found


def _rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = data.get("q")
    if not isinstance(found, list) or not found or not all(isinstance(row, dict) for row in found):
        raise misfit(SHIPPED.name, "q", "[[q]]")
    return found


def _limits(table: Mapping[str, Any]) -> dict[str, int]:
    fields = Fields(table, "[limits]", {key: f"{key} = 3" for key in table})
    return {trigger: fields.number(trigger, 1) for trigger in table}


def _moments(table: Mapping[str, Any], triggers: Iterable[str]) -> dict[str, tuple[str, ...]]:
    fields = Fields(table, "[moments]")
    return {moment: fields.names(moment, triggers) for moment in table}


def _scales(table: Mapping[str, Any]) -> dict[Type, tuple[Choice, ...]]:
    found = {}
    for type_, values in SCALES.items():
        example = f"{type_} = {list(values)}"
        said = _in_languages(Fields(table, "[scales]", dict.fromkeys(table, example)), type_, len(values))
        found[type_] = choices_of(type_, said)
    for type_ in sorted(BANDS):
        rows = table.get(type_)
        if not isinstance(rows, list):
            raise misfit("[scales]", type_, _EXAMPLE_OF_BANDS)
        bands = [_band(row, type_) for row in rows]
        words = {**table, type_: [row[0] for row in rows]}
        fields = Fields(words, "[scales]", {type_: _EXAMPLE_OF_BANDS})
        found[type_] = choices_of(type_, _in_languages(fields, type_), bands)
    return found


def _band(row: Any, type_: Type) -> Band:
    if not isinstance(row, list) or len(row) != 4 or not isinstance(row[0], str):
        raise misfit("[scales]", type_, _EXAMPLE_OF_BANDS)
    if any(type(number) is not int for number in row[1:]) or not 0 <= row[1] <= row[2] <= row[3]:
        raise misfit("[scales]", type_, _EXAMPLE_OF_BANDS)
    return Band(*row[1:])


def _in_languages(fields: Fields, key: str, size: int = 0) -> list[Said]:
    """The list *key* with those in other languages beside it, of which each must be as long."""
    columns = {SOURCE: fields.texts(key, size)}
    for name in fields.data:
        if (other := re.fullmatch(rf"{key}_([a-z]{{2}})", name)) is not None:
            columns[other[1]] = fields.texts(name, len(columns[SOURCE]))
    return [dict(zip(columns, words, strict=True)) for words in zip(*columns.values(), strict=True)]


def _question(row: Mapping[str, Any], place: int, bank: Bank) -> Question:
    fields = Fields(row, _("Question %(id)s", id=row.get("id", place)), _EXAMPLES)
    for key in row:
        if key not in _PLAIN and not _LANGUAGE.fullmatch(key):
            raise fields.misfit(key, _EXAMPLES["text"])
    type_ = Type(fields.one_of("type", list(Type), 'type = "yes_no"'))
    if type_ not in LISTS and any(key.startswith("options") for key in row):
        raise fields.misfit("options")
    if (type_ == Type.TEXT) != ("max_chars" in row):
        raise fields.misfit("max_chars")
    trigger = str(fields.one_of("trigger", bank.limits, f'trigger = "{next(iter(bank.limits))}"'))
    choices = choices_of(type_, _in_languages(fields, "options")) if type_ in LISTS else bank.scales.get(type_, ())
    asides = ", ".join(f'aside = "{aside}"' for aside in Aside if aside)
    return Question(
        id=fields.string("id", r"[A-Z]{1,3}[1-9]\d{0,3}"),
        trigger=trigger,
        type=type_,
        text=_texts(fields),
        choices=choices,
        metric=fields.string("metric", r"([a-z][a-z0-9_]*)?"),
        first=fields.flag("first"),
        max_chars=fields.number("max_chars", 0),
        audience=bank.audience_of(trigger),
        steps=fields.flag("steps"),
        rest=_rest(fields, choices),
        aside=Aside(fields.one_of("aside", list(Aside), asides, "")),
        version=fields.number("version", 1),
    )


def _texts(fields: Fields) -> Said:
    said = {SOURCE: fields.string("text", r"(?s).*\S.*")}
    for key in fields.data:
        if key.startswith("text_"):
            said[key.removeprefix("text_")] = fields.string(key, r"(?s).*\S.*")
    return said


def _rest(fields: Fields, choices: Iterable[Choice]) -> str:
    """The value of the choice that takes those whom no other one fits; the file names it by its English words."""
    if "rest" not in fields.data:
        return ""
    values = {choice.text[SOURCE]: choice.value for choice in choices}
    return values[fields.one_of("rest", values, _EXAMPLES["rest"])]

"""Whether a question is well put: the writing rules for every new or changed question.

One thing per question, short, in words of the people who are asked, with an
answer for everybody, and never one that has to be given; scales with 5 or 7
steps begin with the worst and say each step in words; all of it in every
language. The wordings that are looked for stand in ``words.toml``. A rule about
words can be wrong about a sentence, but never silently: it shows what it found.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from plugins.feedback.bank import BANDS, LANGUAGES, SCALES, Audience, Question, Type
from portal.core.i18n import lazy_gettext as _l

WORDINGS: Final = Path(__file__).parent / "words.toml"
UNDER: Final = 120
"""A question has fewer characters than this."""
DIRECTED: Final = frozenset({5, 7})
"""The numbers of steps with which a scale begins with the worst."""
HOLDERS: Final = frozenset({"superuser"})
"""What may stand in curly brackets, for a name to be put in."""


class Rule(StrEnum):
    """What a question can break."""

    LANGUAGES = "languages"
    LENGTH = "length"
    ONE_THING = "one_thing"
    OBJECT = "object"
    WORDS = "words"
    COVERS = "covers"
    SKIPPABLE = "skippable"
    WORST_FIRST = "worst_first"
    STEP_WORDS = "step_words"
    HOLDERS = "holders"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One finding, and what to do about it. *language* is empty where it is about all; a warning asks for a look."""

    rule: Rule
    language: str
    message: str
    remedy: str
    is_error: bool = True


@dataclass(frozen=True)
class Wording:
    """A wording to look for; *rule* may also be an end of a scale, see ``words.toml``."""

    rule: str
    language: str
    pattern: re.Pattern[str]
    say: str = ""
    everybody_only: bool = False
    types: frozenset[Type] = frozenset(Type)


_SAID: Final[Mapping[str, tuple[Any, Any]]] = {
    Rule.LANGUAGES: (
        _l("The question or one of its answers is missing in this language."),
        _l("Write all of them in each language, in the same order."),
    ),
    Rule.LENGTH: (
        _l("The question has %(found)s characters; fewer than %(limit)s are allowed."),
        _l("Leave out what people know already."),
    ),
    Rule.ONE_THING: (
        _l("It asks for more than one thing: “%(found)s”."),
        _l("Ask one thing, and make a question of its own from the other."),
    ),
    Rule.OBJECT: (
        _l("It does not say with what: “%(found)s”."),
        _l("Name it, such as “with the help you got”."),
    ),
    Rule.WORDS: (
        _l("“%(found)s” is no word of the people who are asked."),
        _l("Say it with one of these: %(say)s."),
    ),
    Rule.COVERS: (
        _l("The answers do not fit the question: “%(found)s”."),
        _l("Choose another kind of answer, or put the question so that these answer it."),
    ),
    "rest": (
        _l("Somebody may find no answer that fits."),
        _l("Name the answer for everybody else, such as “Something else”, or say that the answers are steps."),
    ),
    "few": (
        _l("There are fewer than two answers, or one of them stands twice."),
        _l("Give at least two answers that differ."),
    ),
    "gap": (
        _l("Two ranges overlap, or leave a gap between them."),
        _l("Let each range begin where the one before it ends."),
    ),
    Rule.SKIPPABLE: (
        _l("People could not pass this question by."),
        _l("Leave it to them; no answer is ever required."),
    ),
    Rule.WORST_FIRST: (
        _l("The scale does not begin with the worst: “%(found)s”."),
        _l("Put the worst first and the best last; agreeing with a statement is the best."),
    ),
    "unclear": (
        _l("The words do not tell whether the scale begins with the worst."),
        _l("Look at it yourself: the worst comes first."),
    ),
    Rule.STEP_WORDS: (
        _l("An answer has no words: “%(found)s”."),
        _l("Say in words what each step means."),
    ),
    Rule.HOLDERS: (
        _l("Nothing is known that could be put in here, or a language does without it: “%(found)s”."),
        _l("Use {superuser} only, and in all languages alike."),
    ),
}


def check(question: Question, languages: Iterable[str] = LANGUAGES) -> list[Problem]:
    """Return what *question* breaks, in the order of the rules; nothing if it is well put in all *languages*."""
    found = list(_of_all(question))
    for language in languages:
        found += _of_one(question, language)
    return sorted(found, key=lambda problem: list(Rule).index(problem.rule))


@cache
def wordings() -> tuple[Wording, ...]:
    """The wordings of ``words.toml``, in its order."""
    rows = tomllib.loads(WORDINGS.read_text(encoding="utf-8"))["wording"]
    return tuple(
        Wording(
            row["rule"],
            row["language"],
            re.compile(row["pattern"], re.IGNORECASE),
            row.get("say", ""),
            "audience" in row,
            frozenset(Type(each) for each in row.get("types", Type)),
        )
        for row in rows
    )


def _of_all(question: Question) -> Iterator[Problem]:
    """What does not depend on a language."""
    if question.required:
        yield _problem(Rule.SKIPPABLE)
    if (found := _strange_holders(question)) is not None:
        yield _problem(Rule.HOLDERS, found=found)
    if question.type == Type.TEXT:
        return
    texts = [sorted(choice.text.items()) for choice in question.choices]
    if len(texts) < 2 or any(texts.count(text) > 1 for text in texts):
        yield _problem(Rule.COVERS, "few")
    if question.type in BANDS:
        if not _bands_meet(question):
            yield _problem(Rule.COVERS, "gap")
    elif question.type not in SCALES and not question.steps and question.choice(question.rest) is None:
        yield _problem(Rule.COVERS, "rest")


def _of_one(question: Question, language: str) -> Iterator[Problem]:
    """What is wrong in *language*."""
    text = question.text.get(language, "").strip()
    answers = [choice.text.get(language, "").strip() for choice in question.choices]
    if not text or not all(answers):
        yield _problem(Rule.LANGUAGES, language=language)
    if len(text) >= UNDER:
        yield _problem(Rule.LENGTH, language=language, found=len(text), limit=UNDER)
    for wording in wordings():
        if wording.language != language or not _applies(wording, question):
            continue
        read = (text, *answers) if wording.rule == Rule.WORDS else (text,)
        if match := next(filter(None, map(wording.pattern.search, read)), None):
            yield _problem(Rule(wording.rule), language=language, found=match[0], say=wording.say)
    yield from _of_scale(question, language, [answer for answer in answers if answer])


def _applies(wording: Wording, question: Question) -> bool:
    if wording.rule not in set(Rule) or question.type not in wording.types:
        return False
    return question.audience == Audience.EVERYBODY or not wording.everybody_only


def _of_scale(question: Question, language: str, answers: list[str]) -> Iterator[Problem]:
    """Words on every answer; and with 5 or 7 steps the worst first."""
    wordless = [answer for answer in answers if not re.search(r"[^\W\d_]{2}", answer)]
    if wordless:
        yield _problem(Rule.STEP_WORDS, language=language, found=wordless[0])
    is_scale = question.type in {Type.FACE5, Type.AGREE7} or question.steps
    if wordless or not is_scale or len(answers) not in DIRECTED:
        return
    first, last = answers[0], answers[-1]
    if _is_end("best_end", first, language) or _is_end("worst_end", last, language):
        yield _problem(Rule.WORST_FIRST, language=language, found=first)
    elif not _is_end("worst_end", first, language) and not _is_end("best_end", last, language):
        yield _problem(Rule.WORST_FIRST, "unclear", language=language, is_error=False)


def _is_end(end: str, answer: str, language: str) -> bool:
    return any(each.pattern.search(answer) for each in wordings() if (each.rule, each.language) == (end, language))


def _bands_meet(question: Question) -> bool:
    """Whether the ranges begin at the least and each begins where the one before it ends, or one after."""
    bands = [choice.band for choice in question.choices if choice.band is not None]
    least = 0 if question.type == Type.MINUTES else 1
    if len(bands) != len(question.choices) or not bands or bands[0].low != least:
        return False
    if not all(band.low <= band.mid <= band.high for band in bands):
        return False
    return all(before.high <= after.low <= before.high + 1 for before, after in pairwise(bands))


def _strange_holders(question: Question) -> str | None:
    """A holder that nothing is known for, or that one language has and another has not."""
    sets = [set(re.findall(r"\{([^{}]*)\}", text)) for text in question.text.values()]
    everywhere = set[str]().union(*sets)
    strange = sorted(everywhere - (HOLDERS & set[str].intersection(*sets)) if sets else ())
    return strange[0] if strange else None


def _problem(rule: Rule, said: str = "", *, language: str = "", is_error: bool = True, **values: Any) -> Problem:
    message, remedy = _SAID[said or rule]
    return Problem(
        rule=rule, language=language, message=str(message) % values, remedy=str(remedy) % values, is_error=is_error
    )

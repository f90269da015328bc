"""Reading one field of front matter: its type, its shape, and a sentence where it does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from portal.articles.levels import Level
from portal.articles.problems import Problem, did_you_mean
from portal.articles.strict_yaml import Entry
from portal.core.i18n import gettext as _

ID = re.compile(r"KB\d{4,15}\Z", re.ASCII)
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}\Z", re.ASCII)
READER = re.compile(r"(?:unit|party|role):[a-z0-9][a-z0-9_-]{0,79}\Z", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?\Z", re.ASCII)
MAX_PHRASE = 200

_Word = TypeVar("_Word", bound=StrEnum)


class Fields:
    """The fields of a mapping, read one by one; complaints go to a list shared by the whole file.

    A reader returns a value that fits its type in any case. Where the file has
    none, ``unreadable`` becomes true and the value stands for nothing.
    """

    def __init__(self, entries: Mapping[str, Entry], *, path: str, line: int, inside: str = "") -> None:
        """Read *entries*, which begin on *line*; *inside* names the field that they belong to."""
        self.entries = entries
        self.path = path
        self.line = line
        self.inside = inside
        self.problems: list[Problem] = []
        self.unreadable = False

    def line_of(self, name: str) -> int:
        """The line of the field, or of the whole where it is missing."""
        return self.entries[name].line if name in self.entries else self.line

    def problem(self, name: str, message: str, remedy: str) -> None:
        """Note an error of the field."""
        self.problems.append(
            Problem(
                path=self.path,
                line=self.line_of(name),
                field=f"{self.inside}.{name}" if self.inside else name,
                message=message,
                remedy=remedy,
            )
        )

    def cannot_read(self, name: str, message: str, remedy: str) -> None:
        """Note an error that leaves no value."""
        self.unreadable = True
        self.problem(name, message, remedy)

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return name in self.entries

    def only(self, allowed: Mapping[str, object]) -> None:
        """Complain about every field that is not *allowed*."""
        for name in self.entries:
            if name not in allowed:
                message = _("There is no field %(name)s.", name=name)
                self.problem(name, message, did_you_mean(name, allowed) or _("Remove it."))

    def required(self, name: str) -> bool:
        """Complain if the field is missing."""
        if name in self.entries:
            return True
        self.cannot_read(name, _("The field %(name)s is missing.", name=name), _("Add it."))
        return False

    def text(self, name: str) -> str:
        """Read one line of text."""
        if not self.required(name):
            return ""
        return self._line(name, self.entries[name])

    def name(self, name: str) -> str:
        """Read an id made of small letters, digits and hyphens."""
        if not self.required(name):
            return ""
        return self._name(name, self.entries[name])

    def word(self, name: str, choices: type[_Word], default: _Word) -> _Word:
        """Read one word of a closed list; *default* stands in where there is none."""
        if not self.required(name):
            return default
        value = self.entries[name].value
        if isinstance(value, str):
            with suppress(ValueError):
                return choices(value)
        self._not_one_of(name, value, [str(choice) for choice in choices])
        return default

    def level(self, name: str) -> Level:
        """Read the name of a level."""
        if not self.required(name):
            return Level.SPECIALISTS
        value = self.entries[name].value
        words = [level.word for level in Level]
        if isinstance(value, str) and value in words:
            return Level.from_word(value)
        self._not_one_of(name, value, words)
        return Level.SPECIALISTS

    def whole_number(self, name: str) -> int:
        """Read a whole number above zero."""
        value = self.entries[name].value if self.required(name) else 1
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        self.cannot_read(name, _("%(name)s is not a whole number above zero.", name=name), _("Write digits only."))
        return 1

    def yes(self, name: str) -> bool:
        """Read a field that says true or is not there."""
        if name not in self.entries:
            return False
        value = self.entries[name].value
        if isinstance(value, bool):
            return value
        self.cannot_read(name, _("%(name)s is neither true nor false.", name=name), _("Write true, or remove it."))
        return False

    def day(self, name: str) -> date | None:
        """Read a date, if there is one."""
        if name not in self.entries:
            return None
        value = self.entries[name].value
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.cannot_read(name, _("%(name)s is not a date.", name=name), _("Write it like 2026-03-02, without quotes."))
        return None

    def moment(self, name: str) -> datetime | None:
        """Read a time with its zone."""
        if not self.required(name):
            return None
        value = self.entries[name].value
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
        remedy = _("Write it like 2026-03-02T06:00:00+01:00, without quotes.")
        self.cannot_read(name, _("%(name)s is not a time with a time zone.", name=name), remedy)
        return None

    def optional_text(self, name: str) -> str | None:
        """Read one line of text, if there is one."""
        return self.text(name) if name in self.entries else None

    def optional_name(self, name: str) -> str | None:
        """Read an id, if there is one."""
        return self.name(name) if name in self.entries else None

    def phrases(self, name: str) -> tuple[str, ...]:
        """Read a list of texts, if there is one; none may stand twice."""
        return self._list(name, self._line)

    def names(self, name: str) -> tuple[str, ...]:
        """Read a list of ids, if there is one; none may stand twice."""
        return self._list(name, self._name)

    def matching(self, name: str, shape: re.Pattern[str], remedy: str) -> tuple[str, ...]:
        """Read a list of texts of one *shape*, if there is one."""
        values = self.phrases(name)
        for value in values:
            if not shape.match(value):
                self.problem(name, _("%(value)s has not the shape that belongs here.", value=value), remedy)
        return values

    def inner(self, name: str) -> Fields | None:
        """Return the fields of a block inside, if it is there and a block."""
        if name not in self.entries:
            return None
        entry = self.entries[name]
        if isinstance(entry.value, dict):
            return Fields(entry.value, path=self.path, line=entry.line, inside=name)
        self.cannot_read(name, _("%(name)s is not a block of fields.", name=name), _("Indent its fields below it."))
        return None

    def take_over(self, inner: Fields) -> None:
        """Make the complaints of a block inside those of the whole."""
        self.problems += inner.problems
        self.unreadable = self.unreadable or inner.unreadable

    def _list(self, name: str, read: Callable[[str, Entry], str]) -> tuple[str, ...]:
        if name not in self.entries:
            return ()
        items = self.entries[name].value
        if not isinstance(items, list):
            remedy = _("Write it in square brackets, with commas between.")
            self.cannot_read(name, _("%(name)s is not a list.", name=name), remedy)
            return ()
        values = [read(name, item) for item in items]
        if len({value.casefold() for value in values}) < len(values):
            self.problem(name, _("Something stands twice in %(name)s.", name=name), _("Keep one of them."))
        return tuple(values)

    def _line(self, name: str, entry: Entry) -> str:
        if not isinstance(entry.value, str):
            remedy = _("Put it in double quotes: YAML reads words like yes, no and numbers as something else.")
            self.cannot_read(name, _("%(name)s is not read as text.", name=name), remedy)
            return ""
        text = entry.value
        if not text.strip() or not text.isprintable() or text != text.strip():
            message = _("%(name)s is empty, has a line break or blanks around it.", name=name)
            self.problem(name, message, _("Write it on one line, without blanks before and after."))
        elif len(text) > MAX_PHRASE:
            self.problem(name, _("%(name)s is longer than %(limit)s characters.", name=name, limit=MAX_PHRASE), "")
        return text

    def _name(self, name: str, entry: Entry) -> str:
        value = self._line(name, entry)
        if value and not NAME.match(value):
            message = _("%(value)s is not an id.", value=value)
            self.problem(name, message, _("Use small letters, digits, hyphens and underscores."))
        return value

    def _not_one_of(self, name: str, value: object, words: list[str]) -> None:
        message = _("%(name)s cannot be %(value)s.", name=name, value=value if isinstance(value, str) else "?")
        self.cannot_read(name, message, _("Use one of %(words)s.", words=", ".join(words)))

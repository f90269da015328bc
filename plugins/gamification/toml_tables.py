"""Reading tables of a TOML file: what fits is handed out, and of the rest every fault is noted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.core.i18n import gettext as _


@dataclass(frozen=True)
class Table:
    """A table of the file, which stands at *path*. What does not fit goes to *notes*, as field and sentence."""

    data: Mapping[str, Any]
    notes: list[tuple[str, str]]
    path: str = ""

    def note(self, name: str, sentence: str) -> None:
        """Keep what is wrong with the field *name*."""
        self.notes.append((self.path + name, sentence))

    def below(self, data: Mapping[str, Any], path: str) -> Table:
        """A table within this one."""
        return Table(data, self.notes, f"{self.path}{path}.")

    def known(self, names: Iterable[str], pattern: str = "(?!)") -> None:
        """Nothing but *names*, and what *pattern* matches, may stand here."""
        names = sorted(names)
        for name in self.data:
            if name in names or re.fullmatch(pattern, name):
                continue
            near = difflib.get_close_matches(name, names, 1)
            if near:
                self.note(name, _("There is no such field. Is “%(near)s” meant?", near=near[0]))
            else:
                self.note(name, _("There is no such field. Here may stand: %(names)s.", names=", ".join(names)))

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self.data.get(name)
        if isinstance(value, str) and value.strip():
            return value
        self.note(name, _("A text belongs here, in quotation marks."))
        return ""

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.data.get(name, default)
        if isinstance(value, bool):
            return value
        self.note(name, _("Write true or false."))
        return default

    def number(self, name: str, most: int | None = None) -> int | None:
        """A whole number from 1, and at the most *most*; ``None`` where it is not there."""
        value = self.data.get(name)
        if value is None:
            return None
        if type(value) is not int or value < 1:
            self.note(name, _("A whole number from 1 belongs here."))
        elif most is not None and value > most:
            self.note(name, _("This may be %(most)s at the most.", most=most))
        else:
            return value
        return 1

    def one_of(self, name: str, known: Sequence[Any], default: Any = None) -> Any:
        """One of the *known* values; the first of them where something else stands."""
        value = self.data.get(name, default)
        if type(value) is type(known[0]) and value in known:
            return value
        self.note(name, _("One of these belongs here: %(known)s.", known=", ".join(map(str, known))))
        return known[0]

    def names(self, name: str, known: Sequence[str], unknown: str) -> tuple[str, ...]:
        """A list of *known* words, none of them twice; *unknown* is what is said of others."""
        values = self.data.get(name)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            example = f'["{known[0]}"]'
            self.note(name, _("A list of words belongs here, such as %(example)s.", example=example))
            return ()
        for value in dict.fromkeys(values):
            if value not in known:
                self.note(name, unknown % {"value": value})
            if values.count(value) > 1:
                self.note(name, _("“%(value)s” stands twice.", value=value))
        return tuple(values)

    def table(self, name: str) -> Mapping[str, Any]:
        """A table; an empty one where it is not there."""
        value = self.data.get(name, {})
        if isinstance(value, dict):
            return value
        self.note(name, _("Fields belong here, in curly brackets."))
        return {}

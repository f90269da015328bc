"""Reading the fields of a TOML file: each takes what fits, or raises ``Refused`` that names place, field and example.

A field such as ``text_de`` is shown by the example of ``text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.core.errors import Refused
from portal.core.i18n import gettext as _


@dataclass(frozen=True)
class Fields:
    """A table of the file, and how sentences name it."""

    data: Mapping[str, Any]
    where: str
    examples: Mapping[str, str] = field(default_factory=dict)

    def misfit(self, key: str, example: str = "") -> Refused:
        """What to raise when *key* does not fit, with an example of what would."""
        shown = self.examples.get(key) or self.examples.get(key[:-3], f"{key} = true")
        return misfit(self.where, key, example or shown)

    def string(self, key: str, pattern: str, default: str | None = None) -> str:
        """A text that *pattern* matches as a whole."""
        value = self.data.get(key, default)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise self.misfit(key)
        return value

    def number(self, key: str, default: int) -> int:
        """A whole number from 1; *default* where it is not there."""
        value = self.data.get(key, default)
        if type(value) is not int or (key in self.data and value < 1):
            raise self.misfit(key)
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where it is not there."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise self.misfit(key)
        return value

    def one_of(self, key: str, known: Iterable[Any], example: str, default: Any = None) -> Any:
        """One of the *known* values."""
        value = self.data.get(key, default)
        if isinstance(value, bool | list | dict) or value not in set(known):
            raise self.misfit(key, example)
        return value

    def names(self, key: str, known: Iterable[str]) -> tuple[str, ...]:
        """A list of words that are all *known*, none of them twice."""
        values = self.data.get(key)
        if not isinstance(values, list) or not values or not all(value in list(known) for value in values):
            raise self.misfit(key, f'{key} = ["{next(iter(known))}"]')
        if len(set(values)) != len(values):
            raise twice(f"{self.where}, {key}")
        return tuple(values)

    def texts(self, key: str, size: int = 0) -> tuple[str, ...]:
        """A list of texts that are not empty, none of them twice; of *size* where that is given."""
        values = self.data.get(key)
        if not isinstance(values, list) or not values or (size and len(values) != size):
            raise self.misfit(key)
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise self.misfit(key)
        if len(set(values)) != len(values):
            raise twice(f"{self.where}, {key}")
        return tuple(values)


def misfit(where: str, key: str, example: str) -> Refused:
    """What to raise when the field *key* of *where* is not there, or is something else."""
    message = _("%(where)s: “%(field)s” is missing, or is not what belongs there.", where=where, field=key)
    return Refused(message, hint=_("Write it like %(example)s.", example=example))


def twice(name: str) -> Refused:
    """What to raise when *name* may stand once only."""
    return Refused(_("%(name)s stands twice.", name=name), hint=_("Keep one of them."))

"""What a check finds: where it is, what it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal, TypeAlias

from portal.core.i18n import gettext as _

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One finding about one file. *line* counts from 1; 0 means the file as a whole."""

    path: str
    line: int
    field: str
    message: str
    remedy: str
    severity: Severity = "error"

    @property
    def is_error(self) -> bool:
        """An error keeps the file from being loaded; a warning does not."""
        return self.severity == "error"

    def __str__(self) -> str:
        """One line for a terminal, in the shape that editors can jump from."""
        where = f"{self.path}:{self.line}" if self.line else self.path
        about = f" {self.field}:" if self.field else ""
        return f"{where}: {self.severity}:{about} {self.message} {self.remedy}".rstrip()


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort by file, line and field, so that two runs read the same; drop exact repetitions."""
    return sorted(
        dict.fromkeys(problems),
        key=lambda problem: (problem.path, problem.line, problem.field, problem.severity, problem.message),
    )


def as_errors(problems: Iterable[Problem]) -> list[Problem]:
    """Take each of the *problems* for an error, as a strict check does."""
    return [replace(problem, severity="error") for problem in problems]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Say which of the *known* words was probably meant, or list them when they are few."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.75)
    if close:
        return str(_("Did you mean %(word)s?", word=close[0]))
    if not names:
        return ""
    if len(names) <= 30:
        return str(_("Known are: %(words)s.", words=", ".join(names)))
    return str(_("Look for it among the ones that exist."))

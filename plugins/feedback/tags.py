"""The fixed tags for what people write in their own words (14 of them), and which a text suggests.

A tag is suggested by the keywords of ``tags.toml`` and counts once a person
confirmed it. Suggesting costs one look at the text, whatever it says.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from portal.core.i18n import SOURCE
from portal.core.i18n import lazy_gettext as _l

KEYWORDS: Final = Path(__file__).parent / "tags.toml"

TAGS: Final[Mapping[str, Any]] = {
    "waiting": _l("Waiting"),
    "not_understood": _l("Not understood"),
    "explained_often": _l("Explained often"),
    "friendly": _l("Friendly"),
    "expert": _l("Knows the subject"),
    "not_fixed": _l("Not fixed"),
    "works_again": _l("Works again"),
    "knew_nothing_of_change": _l("Knew nothing of the change"),
    "bad_time": _l("At a bad time"),
    "tool_missing": _l("A tool is missing"),
    "access": _l("Access"),
    "article_wrong": _l("The article is wrong"),
    "praise": _l("Praise for a person"),
    "idea": _l("Idea"),
}
"""The tags in their order, and what people read of each."""


def suggest(text: str, language: str) -> list[str]:
    """The tags that the words of *text* suggest, in the order of :data:`TAGS`.

    Keywords of *language* (a code such as ``de`` or ``de-AT``) and of English
    are looked for: people mix them. Those of another language find nothing.
    """
    languages = {SOURCE, language.partition("-")[0]}
    found = {
        group
        for each in sorted(languages & set(_patterns()))
        for match in _patterns()[each].finditer(_plain(text))
        for group in match.groupdict()
        if match[group] is not None
    }
    return [tag for tag in TAGS if tag in found]


def keywords() -> Sequence[Mapping[str, Any]]:
    """The rows of ``tags.toml``, in its order."""
    rows: Sequence[Mapping[str, Any]] = tomllib.loads(KEYWORDS.read_text(encoding="utf-8"))["tag"]
    return rows


def _plain(text: str) -> str:
    return text.replace("’", "'").casefold()


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """For each language one pattern, in which each tag is a group that looks ahead, so that tags may overlap."""
    rows = keywords()
    found = {}
    for language in {key for row in rows for key in row} - {"id"}:
        if not language.startswith("example_"):
            groups = (f"(?=(?P<{row['id']}>{'|'.join(map(_pattern, row[language]))}))?" for row in rows)
            found[language] = re.compile(rf"(?<!\w)(?=\w){''.join(groups)}")
    return found


def _pattern(keyword: str) -> str:
    words = r"\s+".join(map(re.escape, keyword.casefold().rstrip("*").split()))
    return words if keyword.endswith("*") else rf"{words}(?!\w)"

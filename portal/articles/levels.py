"""The closed word lists of an article's front matter.

Names are what stands in a file; numbers and names are never reused, since
they are stored.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Who may read a text: each level reads what the levels below it read."""

    EVERYONE = 0
    SUPPORT = 1
    SPECIALISTS = 2

    @property
    def word(self) -> str:
        """The name as it is written in front matter and behind ``:::``."""
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> Level:
        """Return the level that *word* names.

        Raises:
            KeyError: no level has that name.
        """
        return _BY_WORD[word]


_BY_WORD = {level.word: level for level in Level}


class Kind(StrEnum):
    """What sort of help an article gives; decides template and checklist."""

    HOW_TO = "how_to"
    TROUBLESHOOTING = "troubleshooting"
    KNOWN_ERROR = "known_error"
    SUPPORT_SCRIPT = "support_script"
    HANDOVER_NOTE = "handover_note"
    FAQ = "faq"
    POLICY = "policy"


class Confidence(StrEnum):
    """How far the live text may be trusted (KCS: article confidence)."""

    WIP = "wip"
    NOT_VALIDATED = "not_validated"
    VALIDATED = "validated"
    ARCHIVED = "archived"


class Governance(StrEnum):
    """Who may change it (KCS: article governance); compliance needs a named approver."""

    EXPERIENCE = "experience"
    COMPLIANCE = "compliance"


class KnownErrorStatus(StrEnum):
    """How far the cause of a known fault is dealt with."""

    ANALYSED = "analysed"
    WORKAROUND = "workaround"
    FIX_PLANNED = "fix_planned"
    FIXED = "fixed"


class HandoverSize(StrEnum):
    """How much a change asks of the people who will support it."""

    S = "S"
    M = "M"
    L = "L"

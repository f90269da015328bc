"""What people type, without what nobody sees.

A character without a shape can fill a field that asks for words, and one that
turns the direction of writing can make a sentence say something else. Joiners
stay in the text, since some languages spell with them; they only do not count.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_TURNS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that set the direction of what follows (Unicode Standard Annex 9, 2)."""


def clean(text: str) -> str:
    """Return *text* with plain line ends, without blanks around it, control characters or turns of its direction."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(sign for sign in lines if sign == "\n" or not _is_dropped(sign)).strip()


def _is_dropped(sign: str) -> bool:
    return sign in _TURNS or unicodedata.category(sign) in {"Cc", "Cs"}


def length(text: str) -> int:
    """How many characters of *text* somebody sees."""
    return sum(unicodedata.category(sign) not in {"Cf", "Cc", "Cs", "Cn", "Co"} for sign in text)

"""The glyph of each badge: what it was given for, in a few lines on a grid of 24 by 24.

All are drawn in one hand: round ends, one weight of line, small things
filled. ``line`` is stroked, ``solid`` is filled, and ``detail`` is stroked
only where a mark is large enough to show it. No letters: a glyph says the
same in every language.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from plugins.gamification.outlines import circle, short

GRID: Final = 24


class Glyph(NamedTuple):
    """Data of SVG paths on the grid: stroked, filled, and stroked at large sizes only."""

    line: str = ""
    solid: str = ""
    detail: str = ""


def _flower(petals: int, away: float, r: float) -> str:
    """Petals around the point (12, 9), each an open arc from valley to valley."""
    half = math.pi / petals
    reach = away * math.cos(half) + math.sqrt(r * r - (away * math.sin(half)) ** 2)
    points = [
        (
            12 + reach * math.cos(step * 2 * half - math.pi / 2 + half),
            9 + reach * math.sin(step * 2 * half - math.pi / 2 + half),
        )
        for step in range(petals)
    ]
    start = f"M{short(points[-1][0])} {short(points[-1][1])}"
    return start + "".join(f"A{r} {r} 0 0 1 {short(x)} {short(y)}" for x, y in points) + "Z"


FALLBACK: Final = Glyph(
    line="M12 3C12.8 8.6 15.4 11.2 21 12C15.4 12.8 12.8 15.4 12 21C11.2 15.4 8.6 12.8 3 12C8.6 11.2 11.2 8.6 12 3Z"
)
"""For a badge that nobody drew yet, or that is still a surprise: a spark."""

_START: Final = {
    # a word, and it was right
    "first-answer": Glyph(
        line=(
            "M6 4H18A3 3 0 0 1 21 7V13A3 3 0 0 1 18 16H12L7 20.5V16H6A3 3 0 0 1 3 13V7A3 3 0 0 1 6 4ZM8.5 10"
            "L11 12.5L15.5 7.5"
        )
    ),
    # an eye
    "sharp-eyes": Glyph(line="M2 12C7 4 17 4 22 12C17 20 7 20 2 12Z", solid=circle(12, 12, 3.2)),
    # a plaster
    "mended-it": Glyph(
        line="M4.5 12.8L12.8 4.5A4.74 4.74 0 0 1 19.5 11.2L11.2 19.5A4.74 4.74 0 0 1 4.5 12.8Z",
        solid=circle(12, 12, 1.5),
        detail="M8 9.3L14.7 16M9.3 8L16 14.7",
    ),
    # a raised hand
    "good-question": Glyph(
        line="M8 12.5V5.5M12 11V3M16 12V5.5M20 9V14C20 18.5 17 21.5 13 21.5C9.5 21.5 7.8 19.8 6.5 17.5L3.5 12.6"
    ),
}

_KNOWLEDGE: Final = {
    # from one to others
    "passed-on": Glyph(
        line="M5.5 12L18.5 5M5.5 12L18.5 19", solid=circle(5.5, 12, 3.4) + circle(18.5, 5, 3) + circle(18.5, 19, 3)
    ),
    # a page with a turned corner
    "well-worn": Glyph(line="M5 3H13.5L19 8.5V21H5ZM13.5 3V8.5H19", detail="M8.5 13H15.5M8.5 17H15.5"),
    # the lamp on the desk
    "desk-classic": Glyph(
        line="M4 21H14M9 21V17.5L5.5 11L11.5 6.5M9.8 3.6L20 8.4L13.2 14.2Z", solid=circle(5.5, 11, 1.7)
    ),
    # a spanner: do it yourself
    "self-serve": Glyph(line="M20.6 7.2A5.4 5.4 0 1 1 16.8 3.4L14.6 7.4L16.6 9.4ZM11.6 12.4L4 20"),
    # a queue that gets shorter
    "queue-shrinker": Glyph(
        line="M2.5 20V17A4 4 0 0 1 10.5 17V20M14 20V18.2A2.6 2.6 0 0 1 19.2 18.2V20",
        solid=circle(6.5, 8.2, 3) + circle(16.6, 11.8, 2.1) + circle(21.8, 17, 1.2),
    ),
    # the telephone rests
    "call-saver": Glyph(
        line=(
            "M2.5 9.5C2.5 3 21.5 3 21.5 9.5V10.5H16.5V8.6C14 7.8 10 7.8 7.5 8.6V10.5H2.5ZM7 13.5L4.5 20.5H19.5L17 13.5"
        ),
        solid=circle(12, 15.4, 2.2),
    ),
    # a round word in clear lines
    "plain-words": Glyph(line="M12 3A9 8 0 1 1 8 18.2L3.6 20.4L4.8 15.8A9 8 0 0 1 12 3ZM8 9.2H16M8 13H13.5"),
    # the piece that was missing
    "gap-closer": Glyph(
        line="M4 8H8.6A2.9 2.9 0 1 1 13.4 8H18V12.6A2.9 2.9 0 1 1 18 17.4V21H4Z",
    ),
    # looking for what is not there
    "gap-hunter": Glyph(
        line=circle(10, 10, 7.2) + "M15.4 15.4L21.5 21.5M10 1.5V6M10 14V18.5M1.5 10H6M14 10H18.5",
        solid=circle(10, 10, 1.4),
    ),
    # a flag on the summit
    "trailblazer": Glyph(line="M2 21L9.5 9L13.5 15.2L15.8 12.2L22 21ZM9.5 9V2.5", solid="M9.5 1.8L16 4.2L9.5 6.8Z"),
    # a plant in its pot
    "gardener": Glyph(
        line=(
            "M6 15H18L16.6 21.5H7.4ZM12 15V8M12 11C8 11 5.5 9 5.2 5C9.2 5 12 7 12 11ZM12 8.6"
            "C12 5.2 14.4 2.8 18.8 2.8C18.8 6.6 16 8.6 12 8.6"
        )
    ),
    # a watering can
    "head-gardener": Glyph(
        line=(
            "M8.5 11H17L18.5 20.5H7ZM7.6 16.8L2.6 8.8M0.9 10L4.4 7.5M17.3 12.6C22.4 11.6 23.4 17.4 18.2 18.2"
            "M9.4 11C9.4 5.6 16 5.6 16 11"
        )
    ),
    # glasses
    "second-pair-of-eyes": Glyph(
        line=circle(6.2, 14, 4)
        + circle(17.8, 14, 4)
        + "M10.2 13.2C11.3 12.2 12.7 12.2 13.8 13.2M2.2 14L4.6 6.2H6.6M21.8 14L19.4 6.2H17.4",
    ),
    # the cap of those who teach
    "craft-teacher": Glyph(
        line="M12 4.5L22.5 9.5L12 14.5L1.5 9.5ZM6 12V17.2C9 20.4 15 20.4 18 17.2V12",
        detail="M22.5 9.5V16",
    ),
}

_SHARING: Final = {
    # a drop falls into a glass
    "poured-in": Glyph(
        line="M4.5 11.5H19.5L17.8 21.5H6.2Z",
        solid="M12 1.5C14.4 4.6 14.4 8 12 8C9.6 8 9.6 4.6 12 1.5Z",
        detail="M5.4 15.6C8 14.2 10 17 12.4 15.6C14.6 14.4 16.4 16.4 18.6 15.4",
    ),
    # a tap
    "open-tap": Glyph(
        line="M2.5 9.5H13.5A6 6 0 0 1 19.5 15.5H14.5A2 2 0 0 0 12.5 14.5H2.5ZM9 9.5V4M5.5 4H12.5",
        solid="M17 17.8C18.9 20.3 18.9 23 17 23C15.1 23 15.1 20.3 17 17.8Z",
    ),
    # a turn in the way, warmly meant
    "warm-redirect": Glyph(
        line="M4 21V12A5 5 0 0 1 9 7H20M16 3L20.3 7L16 11",
        solid="M14.5 21.5L9.9 16.9A2.7 2.7 0 0 1 14.5 14.3A2.7 2.7 0 0 1 19.1 16.9Z",
    ),
}

_HANDOVER: Final = {
    # a bird, up before the others
    "early-bird": Glyph(
        line=(
            "M21.8 8.2L18.9 7.6A4.4 4.4 0 0 0 10.4 8.8V10L2.2 17.5C9 20.8 18.9 19 18.9 11.5V10.2ZM9 14.2"
            "C11.5 14.8 13.6 13.8 14.6 11.6M10.5 18.8V22M14 18.2V22"
        ),
        solid=circle(15, 8.2, 1.2),
    ),
    # a list, and all of it is ticked
    "no-surprises": Glyph(line="M8 4.5H4.5V21.5H19.5V4.5H16M9 2.5H15V6.5H9ZM8 14L11 17L16 11.2"),
    # a parachute
    "smooth-landings": Glyph(
        line=(
            "M2.5 11A9.5 8.5 0 0 1 21.5 11C19.5 9.4 17 9.4 15.2 11C13.4 9.4 10.6 9.4 8.8 11"
            "C7 9.4 4.5 9.4 2.5 11ZM2.5 11L10 18M21.5 11L14 18"
        ),
        solid="M9.5 17.4H14.5V22.4H9.5Z",
    ),
    # one question, two ways
    "script-keeper": Glyph(
        line="M12 8.4V12.2M6 16V12.2H18V16", solid=circle(12, 5.2, 3.2) + "M3 16H9V22H3ZM15 16H21V22H15Z"
    ),
    # a key
    "gate-keeper": Glyph(line=circle(7.6, 16.4, 4.6) + "M10.9 13.1L20.5 3.5M15.8 8.2L19.2 11.6M19 5L21.6 7.6"),
    # a word, straight on
    "straight-answer": Glyph(
        line=(
            "M6 3.5H18A3 3 0 0 1 21 6.5V14A3 3 0 0 1 18 17H13L8 21.5V17H6A3 3 0 0 1 3 14V6.5A3 3 0 0 1 6 3.5Z"
            "M7.5 10.2H16M13 7.2L16 10.2L13 13.2"
        )
    ),
}

_SUPERUSER: Final = {
    # the fence between two who get on
    "good-neighbour": Glyph(
        line=(
            "M3.5 21V7.5L6 4.5L8.5 7.5V21M15.5 21V7.5L18 4.5L20.5 7.5V21M1.5 11.5H3.5M8.5 11.5H15.5M20.5 11.5"
            "H22.5M1.5 17H3.5M8.5 17H15.5M20.5 17H22.5"
        )
    ),
    # here
    "go-to": Glyph(
        line="M12 22C7.5 16.6 5 13 5 9.4A7 7 0 0 1 19 9.4C19 13 16.5 16.6 12 22Z", solid=circle(12, 9.4, 2.6)
    ),
    # roofs, one beside the other
    "taught-a-town": Glyph(
        line="M1.5 21H22.5M3 21V12.5L7 8.5L11 12.5V21M11 21V6.5L15 2.5L19 6.5V21",
        solid="M14 9H16V12H14ZM14 15H16V18H14ZM6 14.5H8V17.5H6Z",
        detail="M19 12H22V21",
    ),
    # a bridge
    "bridge-builder": Glyph(
        line=(
            "M1.5 15.5H22.5M6 20.5V4.5M18 20.5V4.5M1.5 11.5C4 10 5.4 8 6 4.5C7.6 13 16.4 13 18 4.5"
            "C18.6 8 20 10 22.5 11.5"
        ),
        detail="M12 11V15.5",
    ),
    # a signpost
    "good-pointer": Glyph(
        line="M12 2V22M8.5 22H15.5", solid="M12 3.6H18.4L22 6.3L18.4 9H12ZM12 10.8H5.6L2 13.5L5.6 16.2H12Z"
    ),
}

_SHOES: Final = {
    # a shoe
    "in-their-shoes": Glyph(
        line=(
            "M2.5 7.5V18.5H21.5V16.6C21.5 14 19 13.4 16.2 12.4C13.6 11.4 12 9.6 10.6 6.5C8.4 9 5 9.2 2.5 7.5ZM2.5 15H8"
        ),
        detail="M12.6 11.6L14.4 9.9M15.2 13.2L16.8 11.2",
    ),
    # one way with four halts
    "frequent-visitor": Glyph(
        line="M5 20H15.5A3.7 3.7 0 0 0 15.5 12.3H8.5A3.7 3.7 0 0 1 8.5 4.6H19",
        solid=circle(4.5, 20, 2.3) + circle(19.2, 16.2, 2.3) + circle(4.8, 8.4, 2.3) + circle(19.5, 4.6, 2.3),
    ),
    # a door that stands open
    "open-door": Glyph(line="M2 21.5H22M5 21.5V3H19V21.5M5 3L13 6.2V21.5", solid=circle(10.2, 13.6, 1.3)),
    # the chair at the desk
    "sat-in-the-chair": Glyph(line="M7.5 2.5H15.5V9.5H7.5ZM5 13H19M12 13V18M6 21L12 18L18 21M11.5 9.5V13"),
    # a headset
    "headset-week": Glyph(
        line="M4 14V11.5A8 8 0 0 1 20 11.5V14M19.4 18C19 20.6 17 21.6 14 21.6",
        solid=(
            "M3.2 12.6H5.8A1.4 1.4 0 0 1 7.2 14V17.6A1.4 1.4 0 0 1 5.8 19H4.6A2.4 2.4 0 0 1 2.2 16.6V13.6"
            "A1 1 0 0 1 3.2 12.6ZM20.8 12.6H18.2A1.4 1.4 0 0 0 16.8 14V17.6A1.4 1.4 0 0 0 18.2 19H19.4"
            "A2.4 2.4 0 0 0 21.8 16.6V13.6A1 1 0 0 0 20.8 12.6Z"
        )
        + circle(13.2, 21.6, 1.6),
    ),
    # round and back
    "back-again": Glyph(line="M3.5 4V9.5H9M4 9.2A8.6 8.6 0 1 1 3.8 14.8", solid=circle(12, 12.2, 2.2)),
    # two change places
    "boxer-day": Glyph(line="M3 8H20M15.5 3.5L20.3 8L15.5 12.5M21 16.5H4M8.5 12L3.7 16.5L8.5 21"),
    # a light goes on
    "lesson-landed": Glyph(
        line="M9 17.5C9 14.8 5.5 13.4 5.5 9A6.5 6.5 0 0 1 18.5 9C18.5 13.4 15 14.8 15 17.5ZM9.6 21.5H14.4",
        detail="M12 17.5V11.5M9.8 9.8L12 11.8L14.2 9.8",
    ),
    # a butterfly
    "change-maker": Glyph(
        line=(
            "M12 9C9.5 3.4 2.5 2 2.5 6.5C2.5 10.6 5 12.8 8 13C4.6 13.6 4 16 5 18.4C6.4 21.6 11 20 12 15"
            "C13 20 17.6 21.6 19 18.4C20 16 19.4 13.6 16 13C19 12.8 21.5 10.6 21.5 6.5C21.5 2 14.5 3.4 12 9Z"
            "M12 9V15"
        ),
        detail="M12 9L9.8 3M12 9L14.2 3",
    ),
}

_LISTENING: Final = {
    # who speaks is heard
    "you-said-we-did": Glyph(line="M3 9.5V14.5H7L16 19.5V4.5L7 9.5ZM7.5 14.8L9 20.5H12M19.5 9A4.5 4.5 0 0 1 19.5 15"),
    # the call comes back
    "called-back": Glyph(
        line=(
            "M8.2 3.5L10 8L7.8 9.8C9 12.6 11.4 15 14.2 16.2L16 14L20.5 15.8V19A1.8 1.8 0 0 1 18.7 20.8"
            "C10.4 20.6 3.4 13.6 3.2 5.3A1.8 1.8 0 0 1 5 3.5ZM21 3.5L14.5 10M14.2 5.4V10.2H19"
        ),
    ),
    # it has been sent off
    "idea-delivered": Glyph(line="M2.5 11.5L21.5 3L15.5 20.5L11 13.2ZM11 13.2L21.5 3"),
    # out with the root
    "root-remover": Glyph(
        line=(
            "M7.2 9.5C5 13.6 3.2 18 2.8 21.2C6 20.8 10.4 19 14.5 16.8C18 14.6 18.4 11 15.8 8.2"
            "C13 5.6 9.4 6 7.2 9.5ZM15.8 8.2L21.5 6.2M15.8 8.2L17.8 2.5"
        ),
        detail="M8.6 11.8L10.8 14M15.8 8.2L21 3M6.8 16.6L8 17.8",
    ),
}

_CARE: Final = {
    # a heart
    "thanked": Glyph(line="M12 20.5L3.8 12.2A5 5 0 0 1 12 6.6A5 5 0 0 1 20.2 12.2Z"),
    # a flower
    "appreciated": Glyph(
        line=_flower(6, 3.9, 2.6) + "M12 16.4V22.4M12 21C9.6 21 7.6 19.8 7 17.4M12 21C14.4 21 16.4 19.8 17 17.4",
        solid=circle(12, 9, 1.9),
    ),
}

_PROFICIENCY: Final = {
    # a pencil
    "kcs-contributor": Glyph(line="M4 20L5.2 15L16.2 4A2.7 2.7 0 0 1 20 7.8L9 18.8ZM13.6 6.6L17.4 10.4"),
    # an open book
    "kcs-publisher": Glyph(
        line=(
            "M12 6.5C9.5 4 5.5 3.8 2 4.6V18.6C5.5 17.8 9.5 18 12 20.5C14.5 18 18.5 17.8 22 18.6V4.6"
            "C18.5 3.8 14.5 4 12 6.5ZM12 6.5V20.5"
        )
    ),
    # a compass
    "kcs-coach": Glyph(line=circle(12, 12, 9.5), solid="M16.8 7.2L13.8 13.8L7.2 16.8L10.2 10.2Z"),
}

GLYPHS: Final = {
    **_START, **_KNOWLEDGE, **_SHARING, **_HANDOVER, **_SUPERUSER, **_SHOES, **_LISTENING, **_CARE, **_PROFICIENCY,
    # people, close together
    "one-team": Glyph(
        line=(
            "M6.8 21V18.6A5.2 5.2 0 0 1 17.2 18.6V21M1.5 18.5V17A3.6 3.6 0 0 1 4.6 13.4M22.5 18.5V17"
            "A3.6 3.6 0 0 0 19.4 13.4"
        ),
        solid=circle(12, 7.8, 3.3) + circle(4.8, 9.2, 2.2) + circle(19.2, 9.2, 2.2),
    ),
}  # fmt: skip
"""The glyph of each shipped badge, by its id."""


def glyph(name: str) -> Glyph:
    """The glyph called *name*, or the plain one."""
    return GLYPHS.get(name, FALLBACK)

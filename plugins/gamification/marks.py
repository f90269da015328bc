"""The marks of badges: one family, made by a function from track, tier and glyph.

The track gives the outline (``outlines.py``), the glyph says what for
(``glyphs.py``), the tier fills: bronze is open, silver half, gold full. The
three differ in grey as well, since what differs is how much is inked. Small
marks are drawn for small sizes: fewer and stronger lines. Colours stand in
``static/badges.css`` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from markupsafe import Markup

from plugins.gamification.definitions import TIERS, Badge
from plugins.gamification.glyphs import GRID, glyph
from plugins.gamification.outlines import BOX, Outline, inner, outline, path, rows, short
from portal.core.i18n import language

SIZES: Final = (24, 48, 96, 240)


class Detail(NamedTuple):
    """How a mark is drawn up to a size: widths in units of the box, and whether its finer parts are there.

    *line* is the rim of bronze, *band* that of silver, *grow* how much larger
    a glyph stands than at full size, *weight* the width of its lines on its
    own grid.
    """

    up_to: int
    line: float
    band: float
    grow: float
    weight: float
    fine: bool
    engraved: bool


_SMALL: Final = 32
DETAILS: Final = (
    Detail(up_to=_SMALL, line=16, band=20, grow=1.14, weight=2.7, fine=False, engraved=False),
    Detail(up_to=72, line=10, band=19, grow=1.1, weight=2.2, fine=False, engraved=False),
    Detail(up_to=150, line=6, band=16, grow=1, weight=1.9, fine=True, engraved=False),
    Detail(up_to=10_000, line=5, band=15, grow=1, weight=1.5, fine=True, engraved=True),
)


def mark(track: str, tier: str, glyph: str, *, size: int = 48, title: str = "") -> Markup:
    """Return the mark of a badge as SVG, *size* pixels wide and high.

    *glyph* is the id of the badge. With a *title* it is an image of that
    name; without, it is an ornament beside words that say the same, and
    nobody is read it. Whatever nobody drew is drawn plainly: a disc, a spark.
    """
    said = Markup('role="img"><title>{}</title>').format(title) if title else Markup('aria-hidden="true">')
    head = Markup('<svg class="badge-mark" width="{0}" height="{0}" viewBox="0 0 {1} {1}" focusable="false" ').format(
        size, BOX
    )
    return head + said + _drawing(track, tier if tier in TIERS else TIERS[0], glyph, _detail(size)) + Markup("</svg>")


def gallery(badges: Iterable[Badge], sizes: Iterable[int] = SIZES) -> Markup:
    """Return a list of all badges in all sizes, to be looked at."""
    item = Markup('<li class="badge-gallery-item">{}<span>{}</span></li>')
    sizes = tuple(sizes)
    shown = (
        item.format(
            Markup("").join(mark(each.track, each.tier, each.id, size=size) for size in sizes), each.name_in(language())
        )
        for each in badges
    )
    return Markup('<ul class="badge-gallery">{}</ul>').format(Markup("").join(shown))


def _detail(size: int) -> Detail:
    return next(each for each in DETAILS if size <= each.up_to)


@lru_cache(maxsize=512)
def _drawing(track: str, tier: str, name: str, detail: Detail) -> Markup:
    shape = outline(track)
    parts = [*_FILLED[tier](shape, detail), *_glyph(shape, tier, name, detail)]
    return Markup("".join(parts))  # noqa: S704 - numbers and our own words only


def _bronze(shape: Outline, detail: Detail) -> Iterator[str]:
    """Open: paper within a line."""
    for belt in (*shape.behind, shape.body, *shape.parts):
        line = path(inner(belt, detail.line / 2))
        yield f'<path class="badge-paper badge-line" stroke-width="{short(detail.line)}" d="{line}"/>'
    yield from _lines(shape, detail, "badge-line")
    if detail.fine:
        inset = 0 if shape.within else detail.line + 6
        yield f'<path class="badge-line badge-faint" stroke-width="1.6" d="{path(shape.inside(inset))}"/>'


def _silver(shape: Outline, detail: Detail) -> Iterator[str]:
    """Half: a full rim, and a field of half the tone."""
    yield from _full(shape)
    inset = max(detail.band - 16, 0) if shape.within else detail.band
    field = path(shape.inside(inset))
    yield f'<path class="badge-paper" d="{field}"/><path class="badge-half" d="{field}"/>'
    yield from _lines(shape, detail, "badge-line")
    if detail.engraved:
        yield _shading(shape, inset, 0.5, "badge-line badge-shade")
    if detail.fine:
        yield f'<path class="badge-line" stroke-width="1.6" d="{path(shape.inside(inset + 5))}"/>'


def _gold(shape: Outline, detail: Detail) -> Iterator[str]:
    """Full: ink to the edge, with a line of light."""
    yield from _full(shape)
    yield from _lines(shape, detail, "badge-light")
    inset = 6 if shape.within else 16
    if detail.engraved:
        yield _shading(shape, inset, 0.0, "badge-light badge-shade")
    if detail.fine:
        yield f'<path class="badge-light" stroke-width="1.8" d="{path(shape.inside(inset))}"/>'
        beads = '<path class="badge-light" stroke-width="3" stroke-linecap="round" pathLength="144" '
        yield f'{beads}stroke-dasharray="0 2" d="{path(shape.inside(inset - 7))}"/>'


_FILLED = {"bronze": _bronze, "silver": _silver, "gold": _gold}


def _full(shape: Outline) -> Iterator[str]:
    yield from (f'<path class="badge-ink" d="{path(belt)}"/>' for belt in (*shape.behind, shape.body, *shape.parts))


def _lines(shape: Outline, detail: Detail, cut: str) -> Iterator[str]:
    """The strokes beside a body, as wide as they are crisp, and the one that is *cut* into it."""
    width = short(max(detail.line, 11))
    yield from (
        f'<path class="badge-line" stroke-width="{width}" stroke-linecap="round" d="{d}"/>' for d in shape.lines
    )
    if shape.cut and detail.up_to > _SMALL:
        yield f'<path class="{cut}" stroke-width="{short(detail.line * 0.7)}" stroke-linecap="round" d="{shape.cut}"/>'


def _shading(shape: Outline, inset: float, start: float, kind: str) -> str:
    """Level lines as an engraver sets them: further apart towards the light, from *start* of the height down."""
    heights, y, gap = [], BOX - inset, 3.2
    while y > BOX * start + inset:
        heights.append(y)
        y -= gap
        gap *= 1.035
    return f'<path class="{kind}" stroke-width="0.9" d="{rows(shape.inside(inset), heights)}"/>'


def _glyph(shape: Outline, tier: str, name: str, detail: Detail) -> Iterator[str]:
    drawn, place = glyph(name), shape.glyph
    side = place.side * detail.grow
    scale = side / GRID
    kind = "badge-glyph-light" if tier == "gold" else "badge-glyph"
    line = drawn.line + (drawn.detail if detail.fine else "")
    yield (
        f'<g class="{kind}" stroke-width="{short(detail.weight)}" '
        f'transform="translate({short(place.x - side / 2)} {short(place.y - side / 2)}) scale({short(scale)})">'
    )
    if detail.engraved:
        yield f'<path class="badge-halo" stroke-width="{short(detail.weight + 2.4)}" d="{line}{drawn.solid}"/>'
    if line:
        yield f'<path class="badge-stroke" d="{line}"/>'
    if drawn.solid:
        yield f'<path class="badge-solid" d="{drawn.solid}"/>'
    yield "</g>"

"""The marks of badges: one for each, sound SVG, three tiers that grey tells apart, colours that can be seen."""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.gamification.definitions import TIERS, TRACKS, load
from plugins.gamification.glyphs import FALLBACK, GLYPHS, glyph
from plugins.gamification.marks import DETAILS, SIZES, gallery, mark
from plugins.gamification.outlines import BOX, inner, outline, path, rows, short

BADGES = load().badges
STATIC = Path(__file__).resolve().parents[3] / "portal" / "static"
SVG_PARTS = {"svg", "title", "g", "path"}
ATTRIBUTES = {
    *("class", "width", "height", "viewBox", "focusable", "role", "aria-hidden", "d", "transform"),
    *("stroke-width", "stroke-linecap", "stroke-dasharray", "pathLength"),
}


def drawing(track: str, tier: str, name: str, size: int) -> str:
    return mark(track, tier, name, size=size)


def parsed(svg: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter())


def numbers(d: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?\d*\.?\d+", d)]


def test_every_badge_of_ours_has_a_glyph_and_no_glyph_is_left_over():
    assert set(GLYPHS) == {badge.id for badge in BADGES}


def test_no_two_badges_have_one_glyph():
    assert len(set(GLYPHS.values()) | {FALLBACK}) == len(GLYPHS) + 1


@pytest.mark.parametrize("size", SIZES)
def test_no_two_badges_are_drawn_alike(size):
    drawn = {drawing(badge.track, badge.tier, badge.id, size) for badge in BADGES}

    assert len(drawn) == len(BADGES) == 51


def test_each_track_has_an_outline_of_its_own():
    outlines = {path(outline(track).body) for track in (*TRACKS, "nowhere")}

    assert len(outlines) == len(TRACKS) + 1


@pytest.mark.parametrize("size", SIZES)
def test_a_mark_is_sound_svg_without_style_script_or_address(size):
    parts = [part for badge in BADGES for part in parsed(mark(badge.track, badge.tier, badge.id, size=size, title="x"))]

    assert {part.tag for part in parts} == SVG_PARTS
    assert {name for part in parts for name in part.attrib} <= ATTRIBUTES


@pytest.mark.parametrize("detail", DETAILS, ids=lambda detail: f"up to {detail.up_to}")
def test_every_number_of_a_mark_is_a_number(detail):
    drawn = [drawing(track, tier, "x", detail.up_to) for track in TRACKS for tier in TIERS]
    paths = [d for svg in drawn for d in re.findall(r' d="([^"]*)"', svg)]

    assert [d for d in paths if not re.fullmatch(r"M[MLHVCAZahvc\d .-]+", d)] == []
    assert len(paths) >= 3 * len(drawn)


def test_a_mark_with_a_title_is_an_image_and_one_without_is_an_ornament():
    named, quiet = (ET.fromstring(mark("care", "gold", "thanked", title=title)) for title in ("A & <b>", ""))

    assert (named.get("role"), named.get("aria-hidden"), named[0].text) == ("img", None, "A & <b>")
    assert (quiet.get("role"), quiet.get("aria-hidden"), quiet[0].tag) == (None, "true", "path")


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("size", SIZES)
def test_bronze_is_open_silver_half_and_gold_full(track, size):
    inked = {tier: fills(drawing(track, tier, "thanked", size)) for tier in TIERS}

    assert inked["bronze"] == {"badge-paper"}
    assert inked["silver"] == {"badge-ink", "badge-paper", "badge-half"}
    assert inked["gold"] == {"badge-ink"}


def fills(svg: str) -> set[str]:
    found = {each for part in parsed(svg) for each in part.get("class", "").split()}
    return found & {"badge-paper", "badge-ink", "badge-half"}


def test_small_marks_have_fewer_lines_than_large_ones():
    counts = [drawing("knowledge", "gold", "desk-classic", size).count("<path") for size in SIZES]

    assert counts == [3, 3, 5, 7]


def test_what_nobody_drew_is_drawn_plainly():
    assert glyph("still-a-surprise") == FALLBACK
    assert drawing("nowhere", "bronze", "still-a-surprise", 48) == drawing("elsewhere", "unheard of", "a-new-one", 48)
    assert "A105 105" in path(inner(outline("nowhere").body, 5)) or "a105 105" in path(
        inner(outline("nowhere").body, 5)
    )


def test_glyphs_stay_on_their_grid():
    away = [
        (name, x)
        for name, drawn in GLYPHS.items()
        for d in drawn
        for command, rest in re.findall(r"([MLHVCA])([^A-Za-z]*)", d)
        for x in (numbers(rest)[-2:] if command == "A" else numbers(rest))
        if not 0 <= x <= 24
    ]

    assert away == []


@pytest.mark.parametrize("track", TRACKS)
def test_outlines_stay_in_their_box(track):
    shape = outline(track)
    xs = numbers(rows(shape.body, range(0, BOX, 3)).replace("M", " ").replace("H", " "))

    assert min(xs) >= 9
    assert max(xs) <= BOX - 9


@given(track=st.sampled_from(TRACKS), inset=st.floats(0, 24), height=st.floats(20, 220))
def test_a_belt_further_in_lies_within(track, inset, height):
    def width(belt):
        return sum(map(abs, (right - left for left, right in spans(belt, height))))

    body = outline(track).body
    assert width(inner(body, inset)) <= width(body) + 0.2


def spans(belt, height):
    drawn = rows(belt, [height])
    return [tuple(map(float, each)) for each in re.findall(r"M(-?[\d.]+) -?[\d.]+H(-?[\d.]+)", drawn)]


def test_a_circle_is_as_wide_as_it_is():
    ((left, right),) = spans(outline("nowhere").body, 120)

    assert (left, right) == (pytest.approx(10, abs=0.2), pytest.approx(230, abs=0.2))


@pytest.mark.parametrize(("number", "said"), [(0, "0"), (-0.001, "0"), (1.5, "1.5"), (-0.5, "-.5"), (20, "20")])
def test_numbers_are_short(number, said):
    assert short(number) == said
    assert math.isclose(float(said), number, abs_tol=0.005)


def test_the_gallery_shows_every_badge_in_every_size():
    shown = gallery(BADGES)

    assert shown.count("<svg") == len(BADGES) * len(SIZES)
    assert [name for name in (badge.name for badge in BADGES) if f"<span>{name}</span>" not in shown] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_can_be_seen_in_light_and_dark(scheme):
    light, dark = (STATIC / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light if scheme == "light" else light + dark))
    half = float(re.search(r"--badge-half: ([\d.]+)", (STATIC / "badges.css").read_text()).group(1))
    ink, paper, light_line = (rgb(tokens[name]) for name in ("accent", "surface", "on-accent"))
    field = [half * one + (1 - half) * other for one, other in zip(ink, paper, strict=True)]
    grounds = [rgb(tokens[name]) for name in ("paper", "surface", "sunken")]

    seen = [contrast(ink, paper), contrast(ink, field), contrast(light_line, ink), *(contrast(ink, g) for g in grounds)]

    assert [round(each, 2) for each in seen if each < 3] == []
    assert contrast(field, paper) > 1.3


def rgb(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def contrast(one: list[float], other: list[float]) -> float:
    dark, light = sorted(
        0.2126 * r + 0.7152 * g + 0.0722 * b
        for r, g, b in (
            [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour]
            for colour in (one, other)
        )
    )
    return (light + 0.05) / (dark + 0.05)


def test_the_sheet_colours_every_class_that_a_mark_has():
    sheet = (STATIC / "badges.css").read_text()
    used = {
        each
        for tier in TIERS
        for size in SIZES
        for part in parsed(drawing("knowledge", tier, "sharp-eyes", size))
        for each in part.get("class", "").split()
    }

    assert {name for name in used if f".{name}" not in sheet} == set()
    assert not re.search(r"#[0-9a-f]{3,6}\b|rgb\(", sheet)

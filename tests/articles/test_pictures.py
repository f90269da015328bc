"""Pictures are made anew from their pixels: nothing else of the file survives, and no bomb is opened."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.articles import papers, pictures
from portal.core.errors import Refused
from tests.data import hostile_files as files

MOST = 25_000_000


def opened(picture: pictures.Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    return image


def corners(image: Image.Image) -> list[str]:
    """The colour that each corner is closest to, row by row."""
    small, (width, height) = image.convert("RGB"), image.size
    named = {(220, 20, 20): "red", (20, 220, 20): "green", (20, 20, 220): "blue", (250, 250, 250): "white"}
    found = [small.getpixel(place) for place in ((3, 3), (width - 4, 3), (3, height - 4), (width - 4, height - 4))]
    return [
        named[min(named, key=lambda one: sum(abs(a - b) for a, b in zip(one, pixel, strict=True)))] for pixel in found
    ]


def is_bare(image: Image.Image) -> bool:
    """Whether a file says nothing but what its pixels need."""
    needed = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    needed |= {"loop", "background", "timestamp", "duration"} if image.format == "WEBP" else set()
    return not set(image.info) - needed and not image.getexif()


@pytest.mark.parametrize(
    ("kind", "extension", "media_type"),
    [
        ("PNG", "png", "image/png"),
        ("JPEG", "jpg", "image/jpeg"),
        ("GIF", "png", "image/png"),
        ("WEBP", "webp", "image/webp"),
    ],
)
def test_each_kind_is_written_anew_with_the_same_pixels(kind, extension, media_type):
    picture = pictures.read(files.written(kind), max_pixels=MOST)

    assert (picture.extension, picture.media_type, picture.width, picture.height) == (extension, media_type, 40, 30)
    assert corners(opened(picture)) == ["red", "green", "blue", "white"]
    assert is_bare(opened(picture))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_goes_and_the_picture_is_turned_as_the_camera_says(kind):
    sent = files.with_exif(kind, orientation=6)

    picture = pictures.read(sent, max_pixels=MOST)

    assert Image.open(io.BytesIO(sent)).getexif()[0x013B] == files.SECRET
    assert files.SECRET.encode() not in picture.data
    assert (picture.width, picture.height, is_bare(opened(picture))) == (30, 40, True)
    assert corners(opened(picture)) == ["blue", "red", "white", "green"]


def test_colours_are_brought_to_srgb_and_the_profile_goes():
    for kind in ("PNG", "JPEG", "WEBP"):
        picture = pictures.read(files.with_profile(kind), max_pixels=MOST)

        assert (is_bare(opened(picture)), corners(opened(picture))) == (True, ["red", "green", "blue", "white"])


def test_a_profile_that_cannot_be_used_is_left_out():
    for profile in (b"no profile", bytes(200), b"x" * (pictures.MAX_PROFILE_BYTES + 1)):
        picture = pictures.read(files.written("JPEG", icc_profile=profile), max_pixels=MOST)

        assert (is_bare(opened(picture)), corners(opened(picture))) == (True, ["red", "green", "blue", "white"])


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_a_moving_picture_the_first_frame_stays(kind):
    picture = pictures.read(files.moving(kind), max_pixels=MOST)

    image = opened(picture)
    assert (getattr(image, "n_frames", 1), corners(image)) == (1, ["red", "green", "blue", "white"])
    assert picture.moved


@pytest.mark.parametrize(
    ("mode", "becomes"),
    [("L", "L"), ("1", "L"), ("P", "RGB"), ("RGBA", "RGBA"), ("LA", "RGBA"), ("I;16", "L"), ("RGB", "RGB")],
)
def test_every_mode_of_a_png_becomes_one_that_all_browsers_show(mode, becomes):
    source = Image.new("I;16", (40, 30), 0x8000) if mode == "I;16" else files.pixels(mode=mode)

    image = opened(pictures.read(files.written("PNG", source), max_pixels=MOST))

    assert (image.mode, image.size) == (becomes, (40, 30))
    if mode == "I;16":
        assert image.getpixel((5, 5)) == 128


def test_a_transparent_gif_stays_transparent():
    source = files.pixels(mode="P")
    sent = files.written("GIF", source, transparency=source.getpixel((20, 15)))

    image = opened(pictures.read(sent, max_pixels=MOST))

    assert (image.mode, image.getpixel((20, 15))[3], image.getpixel((3, 3))[3]) == ("RGBA", 0, 255)


def test_the_colours_of_a_printer_become_those_of_a_screen():
    image = opened(pictures.read(files.written("JPEG", files.pixels(mode="CMYK")), max_pixels=MOST))

    assert (image.mode, corners(image)) == ("RGB", ["red", "green", "blue", "white"])


def test_a_picture_is_no_larger_than_a_page_can_show():
    picture = pictures.read(files.png(4000, 1000), max_pixels=MOST)

    assert (picture.width, picture.height) == (2560, 640)


@pytest.mark.parametrize("name", files.POLYGLOTS)
def test_nothing_of_a_second_file_survives(name):
    sent = files.POLYGLOTS[name]()

    picture = pictures.read(sent, max_pixels=MOST)

    assert b"zqtailzq" in sent
    assert not any(part in picture.data for part in (b"zqtailzq", b"<script", b"<html", b"PK\x03\x04"))
    assert corners(opened(picture)) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("name", [name for name in files.REFUSED if "million pixels" in name])
def test_a_bomb_is_refused_by_its_header_without_room_for_its_pixels(name):
    sent = files.REFUSED[name][1]()
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match="more than 25 million pixels"):
            pictures.read(sent, max_pixels=MOST)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 20_000_000


def test_what_is_no_picture_is_refused():
    with pytest.raises(Refused, match="no picture that the portal can show"):
        pictures.read(files.SVG, max_pixels=MOST)


KINDS = ("PNG", "JPEG", "GIF", "WEBP")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=12), st.data())
def test_any_damage_ends_in_a_picture_or_a_refusal(kind, changes, data):
    sent = bytearray(files.written(kind))
    for place, value in changes:
        sent[place % len(sent)] = value
    cut = data.draw(st.integers(0, len(sent)))
    try:
        if pictures.kind_of(bytes(sent[:cut])) is None:
            found = papers.read(bytes(sent[:cut]), "a.png").extension
        else:
            picture = pictures.read(bytes(sent[:cut]), max_pixels=1_000_000)
            found = picture.extension
            assert opened(picture).size == (picture.width, picture.height)
    except Refused as fault:
        found = fault.message

    assert found

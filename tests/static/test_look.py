"""The look keeps its promises: contrast, small files, icons that exist, scripts that are what they say."""

import base64
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

PORTAL = Path(__file__).resolve().parents[2] / "portal"
STATIC = PORTAL / "static"
TOKENS = (STATIC / "tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")
TEMPLATES = sorted(PORTAL.rglob("templates/**/*.html"))
GROUNDS = ("paper", "surface", "sunken")
TEXT_ON_GROUND = [(text, ground) for text in ("ink", "soft", "accent", "signal", "good", "warn") for ground in GROUNDS]
TEXT_ON_TINT = [
    ("ink", "mark"),
    ("on-accent", "accent"),
    ("accent", "accent-soft"),
    *((f"{colour}", f"{colour}-soft") for colour in ("signal", "good", "warn", "tip", "info")),
    *(("ink", f"{colour}-soft") for colour in ("accent", "signal", "good", "warn", "tip", "info")),
    *(("accent", f"{colour}-soft") for colour in ("signal", "good", "warn", "tip", "info")),
]
CODE = [
    (f"code-{voice}", ground) for voice in ("word", "text", "number", "name", "quiet", "wrong") for ground in GROUNDS
]


def colours(scheme: str) -> dict[str, str]:
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", LIGHT))
    return light | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", DARK)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def symbols() -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_text_and_ground_can_be_read(scheme):
    palette = colours(scheme)

    faint = {
        f"{text} on {ground}": round(contrast(palette[text], palette[ground]), 2)
        for text, ground in TEXT_ON_GROUND + TEXT_ON_TINT + CODE
        if contrast(palette[text], palette[ground]) < 4.5
    }

    assert faint == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_fields_and_the_ring_of_the_focus_can_be_seen(scheme):
    palette = colours(scheme)

    faint = [
        (line, ground)
        for line in ("edge", "signal", "accent")
        for ground in GROUNDS
        if contrast(palette[line], palette[ground]) < 3
    ]

    assert faint == []


def test_the_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_every_token_that_is_used_is_set():
    sheets = {path.name: re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL) for path in STATIC.glob("*.css")}
    known = {name for text in sheets.values() for name in re.findall(r"(--[\w-]+):", text)}

    unknown = {
        (sheet, name)
        for sheet, text in sheets.items()
        for name in re.findall(r"var\((--[\w-]+)", text)
        if name not in known
    }

    assert unknown == set()


def test_our_own_files_stay_short():
    own = [*STATIC.glob("*.css"), *STATIC.glob("*.js"), *TEMPLATES]

    assert [path.name for path in own if len(path.read_text().splitlines()) >= 400] == []


def test_every_icon_that_a_page_or_a_service_names_is_in_the_sprite():
    named = {name for path in TEMPLATES for name in re.findall(r"\bicon(?:_name=|\()\"([\w-]+)\"", path.read_text())}
    services = tomllib.loads((PORTAL / "organisation" / "organisation.toml").read_text())["service"]

    missing = (named | {service["icon"] for service in services}) - symbols()

    assert "brand" in named
    assert missing == set()


def test_htmx_is_the_file_whose_hash_the_layout_and_the_note_beside_it_name():
    digest = hashlib.sha384((STATIC / "vendor" / "htmx-4.0.1.min.js").read_bytes()).digest()
    integrity = f"sha384-{base64.b64encode(digest).decode()}"

    assert f'integrity="{integrity}"' in (PORTAL / "templates" / "layout.html").read_text()
    assert f"`{integrity}`" in (STATIC / "vendor" / "README.md").read_text()


def test_no_template_carries_style_or_script_of_its_own():
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|<script(?![^>]*\ssrc=)", re.IGNORECASE)

    pages = [
        path for path in TEMPLATES if path.parent.name != "mail"
    ]  # a mail carries its look with it: it fetches nothing
    assert [path.name for path in pages if inline.search(path.read_text())] == []


def test_templates_use_only_the_six_attributes_of_htmx_that_we_agreed_on():
    used = {name for path in TEMPLATES for name in re.findall(r"\b(hx-[\w:-]+)=", path.read_text())}

    assert used - {"hx-get", "hx-post", "hx-target", "hx-swap", "hx-trigger", "hx-push-url"} == set()


def test_fonts_scripts_and_icons_of_others_have_their_licence_beside_them():
    licences = {
        "fonts/LICENSE-next.txt": "SIL Open Font License",
        "fonts/LICENSE-mono.txt": "SIL Open Font License",
        "vendor/htmx.LICENSE.txt": "Zero-Clause BSD",
        "icons.LICENSE.txt": "ISC License",
    }

    assert [name for name, words in licences.items() if words not in (STATIC / name).read_text()] == []

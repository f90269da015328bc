"""The catalogues: collect what people read from code and templates, and compile.

``make messages`` runs this. New texts appear in ``portal/translations/de`` with
an empty translation; the test beside this file fails until it is filled.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "portal" / "translations"
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]


def collect() -> Catalog:
    """Every text of the portal and its plugins, in the order of the files."""
    catalog = Catalog(project="Frontline", charset="utf-8")
    for folder in ("portal", "plugins"):
        # Babel passes by folders that begin with an underscore, such as templates/_macros, unless told otherwise.
        found = extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, KEYWORDS, comment_tags=("NOTE:",), directory_filter=_holds_texts
        )
        for file, _line, message, comments, context in found:
            catalog.add(message, None, [(f"{folder}/{file}", 0)], auto_comments=comments, context=context)
    return catalog


def _holds_texts(folder: str) -> bool:
    return Path(folder).name != "__pycache__"


def path_of(language: str, suffix: str = "po") -> Path:
    """Where the catalogue of a language stands."""
    return TRANSLATIONS / language / "LC_MESSAGES" / f"messages.{suffix}"


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """The compiled form."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def update(language: str) -> int:
    """Bring a catalogue up to date; return how many texts still want a translation."""
    template = collect()
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog = read(language) if path.exists() else Catalog(locale=language, project="Frontline", charset="utf-8")
    template.creation_date = catalog.creation_date  # so that a run which finds nothing new changes nothing
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalog, width=110, omit_header=False, sort_output=True, no_location=False, include_lineno=False)
    path_of(language, "mo").write_bytes(compiled(read(language)))
    return sum(1 for message in catalog if message.id and not all(_strings(message.string)))


def _strings(string: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


if __name__ == "__main__":
    missing = update("de")
    print(f"German: {missing} texts want a translation." if missing else "German is complete.")

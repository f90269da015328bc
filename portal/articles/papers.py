"""Files that articles offer as downloads: PDF, office files and plain text, told apart by what is in them.

They are stored as they came and never shown by the portal: a browser saves
them. What is taken is a closed list. The kind of a PDF or an office file
follows from its content, whatever its name says; only plain text has nothing
but its name to say whether it is a table.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from portal.core.errors import PortalError, Refused
from portal.core.i18n import gettext as _

MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_PARTS_LIST_BYTES = 1024 * 1024

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": f"{_OPEN}text",
    "ods": f"{_OPEN}spreadsheet",
    "odp": f"{_OPEN}presentation",
    "txt": "text/plain",
    "csv": "text/csv",
}
_BY_OPEN_TYPE = {MEDIA_TYPES[kind].encode(): kind for kind in ("odt", "ods", "odp")}
_MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_MARKUP = re.compile(r"\s*(?:<\?xml|<!doctype|<!--|<[a-z][a-z0-9]*[\s>/])", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A file to download: its bytes as they came, and their kind as an extension."""

    data: bytes
    extension: str

    @property
    def media_type(self) -> str:
        """What the browser is told that it is."""
        return MEDIA_TYPES[self.extension]


def read(data: bytes, filename: str) -> Paper:
    """Say which kind of file *data* is.

    Raises:
        Refused: it is none of the kinds that are taken, is damaged, carries macros or a second file.
    """
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return Paper(data=data, extension=_kind_of_package(data))
    return _plain_text(data, PurePath(filename).suffix.lower().removeprefix("."))


def _pdf(data: bytes) -> Paper:
    if b"%%EOF" not in data[-1024:]:
        raise _damaged()
    return Paper(data=data, extension="pdf")


def _kind_of_package(data: bytes) -> str:
    """The kind of an office file, which is an archive of parts."""
    # The list of parts must end the file, or something else is hidden behind it.
    if data[-22:-18] != b"PK\x05\x06":
        raise _damaged()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _kind_of_parts(package)
    except PortalError:
        raise
    except Exception as fault:  # a damaged archive is met with errors of every kind
        raise _damaged() from fault


def _kind_of_parts(package: zipfile.ZipFile) -> str:
    parts = package.infolist()
    names = {part.filename for part in parts}
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES:
        raise Refused(
            _("The file unpacks to far more than it seems to hold."),
            hint=_("Save it once more without the large pictures, or as PDF."),
        )
    if min(part.header_offset for part in parts) != 0:
        raise _damaged()
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        raise Refused(_("The file carries macros, which the portal does not hand on."), hint=_("Save it without them."))
    if parts[0].filename == "mimetype" and parts[0].file_size <= 100:
        kind = _BY_OPEN_TYPE.get(package.read(parts[0]))
        if kind and "content.xml" in names:
            return kind
    if "[Content_Types].xml" in names:
        listed = package.getinfo("[Content_Types].xml")
        content = package.read(listed) if listed.file_size <= MAX_PARTS_LIST_BYTES else b""
        for kind, main in _MAIN_PART.items():
            if main in names and f"{MEDIA_TYPES[kind]}.main+xml".encode() in content:
                return kind
    raise _not_taken()


def _plain_text(data: bytes, extension: str) -> Paper:
    if extension not in {"txt", "csv"}:
        raise _not_taken()
    text = _decoded(data)
    if text is None or _CONTROLS.search(text) or _MARKUP.match(text):
        raise _not_taken()
    return Paper(data=text.encode(), extension=extension)


def _decoded(data: bytes) -> str | None:
    """The text in *data*: UTF-8, or else what Windows writes in Western Europe."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _not_taken() -> Refused:
    return Refused(
        _("The portal does not take this kind of file."),
        hint=_("Pictures: PNG, JPEG, GIF, WebP. To download: PDF, docx, xlsx, pptx, odt, ods, odp, txt, csv."),
    )


def _damaged() -> Refused:
    return Refused(
        _("The file is damaged, or holds more than one file."),
        hint=_("Open it in its program, save it once more, and add that file."),
    )

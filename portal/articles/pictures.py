"""Pictures of articles: decoded, and written anew, so that nothing of the file that came in is served.

A stored picture is made from the pixels alone. Metadata (where and when a
photograph was taken, thumbnails, comments), a second file hidden behind the
first, and whatever a damaged header says go with the old bytes. Colours are
brought to sRGB and the picture is turned as its camera says. Of a moving
picture the first frame stays: articles are printed, and movement that nobody
can stop keeps people from reading. A GIF becomes a PNG.

How many pixels a file asks for is read from its header and refused before the
first one is decoded.
"""

from __future__ import annotations

import io
import struct
import threading
from dataclasses import dataclass, replace

from PIL import Image, ImageCms, ImageOps
from PIL.Image import Image as Pixels

from portal.core.errors import PortalError, Refused
from portal.core.i18n import gettext as _

MAX_SIDE = 2560  # pixels of the longer side as stored; no page shows more
MAX_PROFILE_BYTES = 2 * 1024 * 1024
JPEG_QUALITY = 88
WEBP_QUALITY = 88

# Decoding takes four bytes a pixel: few at once, however many threads there are.
_decoding = threading.BoundedSemaphore(2)

_EXTENSION = {"PNG": "png", "JPEG": "jpg", "GIF": "png", "WEBP": "webp"}
_MEDIA_TYPE = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as it is stored: its bytes, their kind, its size in pixels, and whether it moved before."""

    data: bytes
    extension: str
    width: int
    height: int
    moved: bool = False

    @property
    def media_type(self) -> str:
        """What the browser is told that it is."""
        return _MEDIA_TYPE[self.extension]


def kind_of(data: bytes) -> str | None:
    """The kind of picture that *data* begins like (``PNG JPEG GIF WEBP``), whatever its name; ``None`` for others."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return None


def read(data: bytes, *, max_pixels: int) -> Picture:
    """Decode a picture and write it anew.

    Raises:
        Refused: it is none of our kinds, has more than *max_pixels*, or is damaged.
    """
    kind = kind_of(data)
    if kind is None:
        raise Refused(_("This is no picture that the portal can show."), hint=_("Use PNG, JPEG, GIF or WebP."))
    try:
        if kind == "WEBP":  # the library makes room for all pixels when it opens one
            _refuse_many(*_size_of_webp(data), max_pixels)
        with _decoding, Image.open(io.BytesIO(data), formats=(kind,)) as opened:
            _refuse_many(*opened.size, max_pixels)
            picture = _encoded(_upright(opened), kind, lossless=data[12:16] == b"VP8L")
            return replace(picture, moved=getattr(opened, "is_animated", False))
    except PortalError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise _too_many(max_pixels) from fault
    except Exception as fault:  # decoders meet damaged files with errors of every kind
        raise Refused(
            _("The picture is damaged: it could not be read to its end."),
            hint=_("Open it on your device, save it once more, and add that file."),
        ) from fault


def _refuse_many(width: int, height: int, most: int) -> None:
    if width * height > most:
        raise _too_many(most)


def _too_many(most: int) -> Refused:
    return Refused(
        _("The picture has more than %(most)s million pixels.", most=most // 1_000_000),
        hint=_("Make it smaller, or cut out the part that matters."),
    )


def _size_of_webp(data: bytes) -> tuple[int, int]:
    """The width and height that the first chunk of a WebP declares. Raises ``ValueError`` for a damaged one."""
    chunk, body = data[12:16], data[20:30]
    if len(body) == 10 and chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if len(body) == 10 and chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if len(body) == 10 and chunk == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("No chunk of a WebP says how large it is.")


def _upright(opened: Pixels) -> Pixels:
    """The first frame, turned as the camera says, in sRGB, no larger than a page can show, and without metadata."""
    profile = opened.info.get("icc_profile")
    picture = _in_eight_bits(ImageOps.exif_transpose(opened))
    picture = _in_srgb(picture, profile)
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    picture.info = {}
    return picture


def _in_eight_bits(picture: Pixels) -> Pixels:
    """The same in grey, RGB, RGBA or CMYK with eight bits for each; transparency becomes a channel."""
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode in {"LA", "PA"} or "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode in {"RGB", "RGBA", "L", "CMYK"}:
        return picture.copy()
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _in_srgb(picture: Pixels, profile: object) -> Pixels:
    """Bring the colours to sRGB, the only ones that are served; a profile that cannot be used is left out."""
    if isinstance(profile, bytes) and len(profile) <= MAX_PROFILE_BYTES:
        mode = picture.mode if picture.mode == "RGBA" else "RGB"
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            changed = None
        if changed is not None:
            return changed
    return picture.convert("RGB") if picture.mode == "CMYK" else picture


def _encoded(picture: Pixels, kind: str, *, lossless: bool) -> Picture:
    out = io.BytesIO()
    if kind == "JPEG":
        picture.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    elif kind == "WEBP":
        picture.save(out, "WEBP", quality=WEBP_QUALITY, lossless=lossless, method=4)
    else:
        picture.save(out, "PNG", optimize=False)
    width, height = picture.size
    return Picture(data=out.getvalue(), extension=_EXTENSION[kind], width=width, height=height)

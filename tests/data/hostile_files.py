"""Files as an attacker, a broken camera or a hasty click would send them; all made here, none kept in the tree.

``TAIL`` is what a polyglot carries behind or beside the picture: no byte of it may come out again.
"""

from __future__ import annotations

import functools
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from PIL import Image, ImageCms
from PIL.Image import Exif
from PIL.Image import Image as Pixels
from PIL.PngImagePlugin import PngInfo

TAIL = b"<script>alert('zqtailzq')</script><!doctype html><html>zqtailzq</html>"
SECRET = "zqsecretzq"  # in metadata: where a photograph was taken


def pixels(width: int = 40, height: int = 30, mode: str = "RGB") -> Pixels:
    """A picture with different colours in its four corners."""
    picture = Image.new("RGB", (width, height), (250, 250, 250))
    for x, y, colour in ((0, 0, (220, 20, 20)), (width - 8, 0, (20, 220, 20)), (0, height - 8, (20, 20, 220))):
        picture.paste(colour, (x, y, x + 8, y + 8))
    return picture.convert(mode)


def written(kind: str, picture: Pixels | None = None, **options: object) -> bytes:
    """A picture as a file of a kind."""
    out = io.BytesIO()
    (picture or pixels()).save(out, kind, **options)
    return out.getvalue()


def png(width: int = 40, height: int = 30) -> bytes:
    return written("PNG", pixels(width, height))


def with_exif(kind: str, orientation: int = 1) -> bytes:
    """A photograph that says where it was taken, and how the camera was held."""
    exif = Exif()
    exif[0x0112] = orientation
    exif[0x010E] = exif[0x013B] = SECRET  # description, artist
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    if kind == "PNG":
        texts = PngInfo()
        texts.add_text("Comment", SECRET)
        texts.add_itxt("XML:com.adobe.xmp", SECRET, zip=True)
        return written("PNG", exif=exif.tobytes(), pnginfo=texts)
    return written(
        kind, exif=exif.tobytes(), **({"comment": SECRET.encode()} if kind == "JPEG" else {"xmp": SECRET.encode()})
    )


def with_profile(kind: str = "PNG") -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return written(kind, icc_profile=profile)


def moving(kind: str) -> bytes:
    frames = [pixels(), Image.new("RGB", (40, 30), (0, 0, 0)), pixels(40, 30)]
    return written(kind, frames[0], save_all=True, append_images=frames[1:], duration=100, loop=0)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A few kilobytes that ask for 3,600 million pixels."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


@functools.cache
def png_text_bomb() -> bytes:
    """A small picture with a comment that unpacks to 200 MB."""
    whole, packed = png(), zlib.compress(b"a" * 200_000_000, 9)
    return whole[:33] + _chunk(b"zTXt", b"Comment\0\0" + packed) + whole[33:]


def gif_bomb() -> bytes:
    return (
        b"GIF89a"
        + struct.pack("<HH", 60_000, 60_000)
        + b"\x00\x00\x00,"
        + struct.pack("<HHHH", 0, 0, 60_000, 60_000)
        + b"\0\x02\0;"
    )


def jpeg_bomb() -> bytes:
    whole = bytearray(written("JPEG"))
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", 65_000, 65_000)
    return bytes(whole)


def webp_bomb() -> bytes:
    """The largest canvas that a WebP can name, with a frame of one pixel."""
    small = written("WEBP", pixels(1, 1))
    canvas = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + (16_383).to_bytes(3, "little") * 2
    body = b"WEBP" + canvas + small[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def package(parts: Mapping[str, bytes], *, stored: str = "", comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED)
        archive.comment = comment
    return out.getvalue()


_MAIN = {
    "docx": ("word/document.xml", "wordprocessingml.document"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation"),
}
_OPEN = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}


def office(kind: str, *, more: Mapping[str, bytes] | None = None, comment: bytes = b"") -> bytes:
    """The least of an office file."""
    if kind in _OPEN:
        type_ = f"application/vnd.oasis.opendocument.{_OPEN[kind]}".encode()
        return package({"mimetype": type_, "content.xml": b"<c/>", **(more or {})}, stored="mimetype", comment=comment)
    main, words = _MAIN[kind]
    types = f'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{words}.main+xml"/></Types>'
    return package({"[Content_Types].xml": types.encode(), main: b"<d/>", **(more or {})}, comment=comment)


def pdf(words: str = "A page.") -> bytes:
    return f"%PDF-1.7\n1 0 obj\n({words})\nendobj\ntrailer<<>>\n%%EOF\n".encode()


@functools.cache
def zip_bomb() -> bytes:
    """An office file whose one part unpacks to 600 MB."""
    out = io.BytesIO()
    block = bytes(1_000_000)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        with archive.open("word/document.xml", "w") as part:
            for _number in range(600):
                part.write(block)
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><title>x</title><script>alert(1)</script>"

# What is refused: name of the file as sent, its bytes, and the beginning of the sentence.
DAMAGED_PICTURE = "The picture is damaged: it could not be read to its end."
DAMAGED = "The file is damaged, or holds more than one file."
NOT_TAKEN = "The portal does not take this kind of file."
PIXELS = "The picture has more than 25 million pixels."

REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "nothing at all": ("a.png", lambda: b"", "The file is empty."),
    "fifty megabytes": ("a.png", lambda: png() + bytes(50 * 1024 * 1024), "The file is larger than 20 MB."),
    "svg": ("a.svg", lambda: SVG, NOT_TAKEN),
    "svg called png": ("a.png", lambda: SVG, NOT_TAKEN),
    "svg called txt": ("a.txt", lambda: b"\xef\xbb\xbf\n " + SVG, NOT_TAKEN),
    "svg behind an xml line": ("a.csv", lambda: b'<?xml version="1.0"?>' + SVG, NOT_TAKEN),
    "html": ("a.html", lambda: HTML, NOT_TAKEN),
    "html called txt": ("a.txt", lambda: HTML, NOT_TAKEN),
    "html called jpg": ("a.jpg", lambda: HTML, NOT_TAKEN),
    "a script": ("a.js", lambda: b"alert(1)", NOT_TAKEN),
    "a program": ("a.txt", lambda: b"MZ\x90\x00\x03\x00\x00\x00", NOT_TAKEN),
    "text without an ending": ("README", lambda: b"words", NOT_TAKEN),
    "an old office file": ("a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), NOT_TAKEN),
    "bmp": ("a.bmp", lambda: written("BMP"), NOT_TAKEN),
    "tiff called png": ("a.png", lambda: written("TIFF"), NOT_TAKEN),
    "icon": ("a.ico", lambda: written("ICO", pixels(16, 16)), NOT_TAKEN),
    "a plain archive": ("a.zip", lambda: package({"a.txt": b"words"}), NOT_TAKEN),
    "an archive called docx": ("a.docx", lambda: package({"a.txt": b"words"}), NOT_TAKEN),
    "an empty archive": ("a.docx", lambda: package({}), NOT_TAKEN),
    "a program in an archive called odt": (
        "a.odt",
        lambda: package({"mimetype": b"application/java-archive", "content.xml": b""}, stored="mimetype"),
        NOT_TAKEN,
    ),
    "macros": (
        "a.docx",
        lambda: office("docx", more={"word/vbaProject.bin": b"x"}),
        "The file carries macros, which the portal does not hand on.",
    ),
    "macros in an open file": (
        "a.ods",
        lambda: office("ods", more={"Basic/Standard/Module1.xml": b"x"}),
        "The file carries macros, which the portal does not hand on.",
    ),
    "an office file behind a page": ("a.docx", lambda: HTML + office("docx"), NOT_TAKEN),
    "an office file behind another": ("a.docx", lambda: b"PK\x03\x04" + HTML + office("docx"), DAMAGED),
    "a page behind an office file": ("a.docx", lambda: office("docx") + HTML, DAMAGED),
    "a page in the comment of an archive": ("a.docx", lambda: office("docx", comment=HTML), DAMAGED),
    "half an office file": ("a.docx", lambda: office("docx")[:120], DAMAGED),
    "an archive bomb": ("a.docx", zip_bomb, "The file unpacks to far more than it seems to hold."),
    "half a pdf": ("a.pdf", lambda: pdf()[:-8], DAMAGED),
    "a pdf with a page behind it": ("a.pdf", lambda: pdf() + HTML * 40, DAMAGED),
    "a png of 3600 million pixels": ("a.png", png_bomb, PIXELS),
    "a gif of 3600 million pixels": ("a.gif", gif_bomb, PIXELS),
    "a jpeg of 4225 million pixels": ("a.jpg", jpeg_bomb, PIXELS),
    "a webp of 268 million pixels": ("a.webp", webp_bomb, PIXELS),
    "a png that is just too large": ("a.png", lambda: written("PNG", Image.new("1", (5001, 5000))), PIXELS),
    "a comment that unpacks to 200 MB": ("a.png", png_text_bomb, DAMAGED_PICTURE),
    "half a png": ("a.png", lambda: png()[:100], DAMAGED_PICTURE),
    "half a jpeg": ("a.jpg", lambda: written("JPEG", pixels(400, 300))[:1500], DAMAGED_PICTURE),
    "half a gif": ("a.gif", lambda: written("GIF", pixels(400, 300))[:300], DAMAGED_PICTURE),
    "half a webp": ("a.webp", lambda: written("WEBP", pixels(400, 300))[:200], DAMAGED_PICTURE),
    "the first bytes of a png": ("a.png", lambda: b"\x89PNG\r\n\x1a\n", DAMAGED_PICTURE),
    "the first bytes of a jpeg": ("a.jpg", lambda: b"\xff\xd8\xff", DAMAGED_PICTURE),
    "the first bytes of a gif": ("a.gif", lambda: b"GIF89a" + HTML, DAMAGED_PICTURE),
    "the first bytes of a webp": ("a.webp", lambda: b"RIFF\0\0\0\0WEBP", DAMAGED_PICTURE),
    "a sound called webp": ("a.webp", lambda: b"RIFF\x10\0\0\0WAVEfmt " + bytes(16), NOT_TAKEN),
}

# Pictures that are shown all the same, with nothing left of what they carried.
POLYGLOTS: dict[str, Callable[[], bytes]] = {
    "png with a page behind it": lambda: png() + TAIL,
    "jpeg with a page behind it": lambda: written("JPEG") + TAIL,
    "gif with a page behind it": lambda: written("GIF") + TAIL,
    "webp with a page behind it": lambda: written("WEBP") + TAIL,
    "jpeg with a page in its comment": lambda: written("JPEG", comment=TAIL),
    "gif with a page in its comment": lambda: written("GIF", comment=TAIL),
    "png with a page in its text": lambda: png()[:33] + _chunk(b"tEXt", b"Comment\0" + TAIL) + png()[33:],
    "png with a page in a chunk of its own": lambda: png()[:33] + _chunk(b"zqAB", TAIL) + png()[33:],
    "jpeg with an archive behind it": lambda: written("JPEG") + package({"zqtailzq": TAIL}),
    "png with an archive behind it": lambda: png() + package({"zqtailzq": TAIL}),
}

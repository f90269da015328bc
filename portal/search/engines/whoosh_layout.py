"""How documents lie in a Whoosh index.

One field ``content`` holds title and users' words twice and tags, finds and body once;
a field ``title`` holds title and words again. Lengths, rights and fingerprints
lie in columns, so that they are read for all documents at once, and so do the
words as they are written, each between blanks, for whoever mistyped one.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from whoosh import columns, fields, formats
from whoosh.codec.whoosh3 import W3Codec

from portal.search.analysis import identifier, spellings, surfaces, terms_of
from portal.search.documents import Document
from portal.search.engines.known import SHOWN, Profile, owner_term, shown
from portal.search.engines.weights import TITLE_TIMES, begun_terms
from portal.search.meaning.passages import digests

NAME: Final = "portal4"
"""Name of the index inside its folder. Counting it up makes older layouts invisible, so that they are rebuilt."""

_LENGTHS: Final = struct.Struct("=II")


class Terms(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    """A field whose terms come ready and counted from ``portal.search.analysis``."""

    def __init__(self) -> None:
        """Keep a weight for each term and document; lengths have a column of their own."""
        super().__init__(format=formats.Existence(), analyzer=None)

    def index(self, value: Mapping[str, float], **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The posting of each term: text, frequency, weight, nothing more."""
        for term, times in value.items():
            yield term.encode(), max(int(times), 1), float(times), b""


class Codec(W3Codec):  # type: ignore[misc]  # whoosh has no types
    """Whoosh's format with long blocks, since every posting of a term is read and none skipped."""

    length_stats = False

    def __init__(self) -> None:
        """Blocks of 2,048 postings, lightly compressed."""
        super().__init__(blocklimit=2048, compression=1)


SCHEMA: Final = fields.Schema(
    owner=fields.ID(),
    ref=fields.ID(),
    content=Terms(),
    title=Terms(),
    begun=Terms(),
    spelled=fields.COLUMN(columns.VarBytesColumn()),
    lengths=fields.COLUMN(columns.FixedBytesColumn(_LENGTHS.size)),
    profile=fields.COLUMN(columns.VarBytesColumn()),
    mark=fields.COLUMN(columns.VarBytesColumn()),
    passages=fields.COLUMN(columns.VarBytesColumn()),
    shown=fields.STORED(),
)


def row(document: Document) -> dict[str, Any]:
    """What is written for one document."""
    above = Counter(surfaces("\n".join((document.title, *document.words))))
    below = Counter(surfaces("\n".join((document.body, *document.tags, *document.finds))))
    title, content = terms_of(above, document.language), terms_of(below, document.language)
    for term, times in title.items():
        content[term] += TITLE_TIMES * times
    return {
        "owner": owner_term(document.owner),
        "ref": identifier(document.ref),
        "content": content,
        "title": title,
        "begun": begun_terms(document),
        "spelled": " ".join(["", *sorted(spellings({*above, *below})), ""]).encode(),
        "lengths": _LENGTHS.pack(content.total(), title.total()),
        "profile": Profile.of(document).pack(),
        "mark": f"{document.fingerprint()} {document.key}".encode(),
        "passages": digests(document),
        "shown": shown(document),
    }


def lengths(packed: bytes) -> tuple[list[int], list[int]]:
    """The lengths of ``content`` and ``title`` of all documents, from their joined column values."""
    pairs = list(_LENGTHS.iter_unpack(packed))
    return [content for content, _title in pairs], [title for _content, title in pairs]


def owner_of(values: tuple[Any, ...]) -> tuple[str, str]:
    """Source and ref of one document, from its stored values."""
    return values[SHOWN.index("source")], values[SHOWN.index("ref")]

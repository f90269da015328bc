"""How documents lie in a Whoosh index.

One field ``content`` holds title and users' words twice and tags, finds and body once;
a field ``title`` holds title and words again. Lengths, rights and fingerprints
lie in columns, so that they are read for all documents at once, and so do the
words as they are written, each between blanks, for whoever mistyped one.
"""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from whoosh import columns, fields, formats
from whoosh.codec.whoosh3 import W3Codec

from portal.search.analysis import identifier, spellings, surfaces, terms_of
from portal.search.documents import Document
from portal.search.engine import Hit
from portal.search.meaning.passages import digests

NAME: Final = "portal3"
"""Name of the index inside its folder. Counting it up makes older layouts invisible, so that they are rebuilt."""
TITLE_TIMES: Final = 2
"""How often title and users' words count in ``content``, against once for the body."""

_SHOWN: Final = ("key", "source", "ref", "title", "body", "service", "kind", "language", "updated_at")
_LENGTHS: Final = struct.Struct("=II")


class Terms(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    """A field whose terms come ready and counted from ``portal.search.analysis``."""

    def __init__(self) -> None:
        """Keep a weight for each term and document; lengths have a column of their own."""
        super().__init__(format=formats.Existence(), analyzer=None)

    def index(self, value: Mapping[str, int], **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The posting of each term: text, frequency, weight, nothing more."""
        for term, times in value.items():
            yield term.encode(), times, float(times), b""


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
    spelled=fields.COLUMN(columns.VarBytesColumn()),
    lengths=fields.COLUMN(columns.FixedBytesColumn(_LENGTHS.size)),
    profile=fields.COLUMN(columns.VarBytesColumn()),
    mark=fields.COLUMN(columns.VarBytesColumn()),
    passages=fields.COLUMN(columns.VarBytesColumn()),
    shown=fields.STORED(),
)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What many documents share: who may see them and how they are counted."""

    service: str
    kind: str
    language: str
    levels: frozenset[int]
    readers: frozenset[str]
    needs: frozenset[str]

    @classmethod
    def of(cls, document: Document) -> Profile:
        """The profile of one document."""
        return cls(**{name: getattr(document, name) for name in cls.__dataclass_fields__})

    def pack(self) -> bytes:
        """The same bytes for equal profiles."""
        return json.dumps(vars(self), sort_keys=True, default=sorted).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Profile:
        """Read what ``pack`` wrote."""
        values = json.loads(packed)
        for name in ("levels", "readers", "needs"):
            values[name] = frozenset(values[name])
        return cls(**values)

    def fits(self, filters: Mapping[str, str], *, without: str = "") -> bool:
        """Whether it passes all *filters* but the one named by *without*."""
        return all(getattr(self, name) == value for name, value in filters.items() if name != without)


def owner_term(owner: tuple[str, str]) -> str:
    """Source and ref as one term; the separator cannot be typed."""
    return "\x1f".join(owner)


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
        "spelled": " ".join(["", *sorted(spellings({*above, *below})), ""]).encode(),
        "lengths": _LENGTHS.pack(content.total(), title.total()),
        "profile": Profile.of(document).pack(),
        "mark": f"{document.fingerprint()} {document.key}".encode(),
        "passages": digests(document),
        "shown": tuple(getattr(document, name) for name in _SHOWN),
    }


def lengths(packed: bytes) -> tuple[list[int], list[int]]:
    """The lengths of ``content`` and ``title`` of all documents, from their joined column values."""
    pairs = list(_LENGTHS.iter_unpack(packed))
    return [content for content, _title in pairs], [title for _content, title in pairs]


def hit(shown: tuple[Any, ...], score: float) -> Hit:
    """What is answered for one document, from its stored values."""
    return Hit(**dict(zip(_SHOWN, shown, strict=True)), score=score)


def shown_owner(shown: tuple[Any, ...]) -> tuple[str, str]:
    """Source and ref of one document, from its stored values."""
    return shown[_SHOWN.index("source")], shown[_SHOWN.index("ref")]

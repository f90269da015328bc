"""Notes as documents that can be found: one text for every reader."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.i18n import lazy_gettext as _l
from portal.search.documents import Document
from portal.search.hooks import Searchable
from tests.example_plugin import queries
from tests.example_plugin.events import NotePinned, NoteTakenDown
from tests.example_plugin.models import Note

SOURCE = "example_note"


def documents(session: Session, refs: Sequence[str]) -> list[Document]:
    """The documents of those of *refs* that hang on the board."""
    return [
        Document(
            key=f"{SOURCE}:{note.ref}:0",
            source=SOURCE,
            ref=note.ref,
            title=note.title,
            body=note.body,
            levels=frozenset({0, 1, 2}),
            updated_at=note.pinned_at,
            kind="note",
            service=note.service_id,
        )
        for note in session.scalars(sa.select(Note).where(Note.ref.in_(refs)).order_by(Note.ref))
    ]


SEARCHABLE = Searchable(
    source=SOURCE,
    events={NotePinned.name: "ref", NoteTakenDown.name: "ref"},
    documents=documents,
    refs=queries.refs,
    readable=queries.readable,
    kinds={"note": _l("Note")},
)

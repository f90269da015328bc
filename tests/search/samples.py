"""Documents and people to search with, made by hand or drawn."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from portal.search.documents import Access, Document
from portal.search.query import parse

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORDS = ("printer", "vpn", "password", "mailbox", "badge", "invoice", "tunnel", "screen")


def document(ref="KB0001", **changes):
    levels = changes.pop("levels", frozenset({0, 1, 2}))
    return replace(
        Document(
            key=f"article:{ref}:{min(levels)}",
            source="article",
            ref=ref,
            title="A title",
            body="Some text.",
            levels=levels,
            updated_at=NOON,
        ),
        **changes,
    )


def access(level=0, service_levels=None, readers=(), permissions=()):
    return Access(
        level=level,
        service_levels=service_levels or {},
        readers=frozenset(readers),
        permissions=frozenset(permissions),
    )


EVERYBODY = access()
SUPPORT = access(level=1)


def refs(page):
    return [hit.ref for hit in page.hits]


def found(engine, typed, who=EVERYBODY, **more):
    return refs(engine.search(parse(typed), who, **more))


SERVICES = st.sampled_from(["", "mail", "network"])
KINDS = st.sampled_from(["", "fix", "howto"])
READERS = st.frozensets(st.sampled_from(["role:admin", "role:coach", "unit:sales"]))
PERMISSIONS = st.frozensets(st.sampled_from(["articles.write", "articles.publish"]))
PHRASES = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
FILTERS = st.fixed_dictionaries({"service": SERVICES, "kind": KINDS})
LEVEL_SETS = st.sampled_from(
    [
        [{0, 1, 2}],
        [{0}, {1, 2}],
        [{0}, {1}, {2}],
        [{1, 2}],
        [{2}],
        [{0, 1}, {2}],
    ]
)
PEOPLE = st.builds(
    access,
    level=st.integers(0, 2),
    service_levels=st.dictionaries(st.sampled_from(["mail", "network"]), st.integers(1, 2)),
    readers=READERS,
    permissions=PERMISSIONS,
)


@st.composite
def many_documents(draw):
    documents = []
    for number in range(draw(st.integers(0, 12))):
        service, kind = draw(SERVICES), draw(KINDS)
        readers, needs = draw(READERS), draw(PERMISSIONS)
        documents += [
            document(
                f"KB{number:04}",
                title=draw(PHRASES),
                body=draw(PHRASES),
                levels=frozenset(levels),
                service=service,
                kind=kind,
                readers=readers if draw(st.booleans()) else frozenset(),
                needs=needs if draw(st.booleans()) else frozenset(),
            )
            for levels in draw(LEVEL_SETS)
        ]
    return documents


def fits(found_document, filters):
    return all(getattr(found_document, name) == value for name, value in filters.items() if value)

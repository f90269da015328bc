"""Whether the front line has what the change needs: its own table, and what the scripts of the pack declare (G7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover.models import Item, Pack, PackParty, Tool
from portal.articles.models import Article, Revision
from portal.organisation.models import Party, PartyTool

NEEDS = {"tool": "needs_tools", "access": "needs_access"}


def missing(session: Session, pack: Pack, parties: Sequence[tuple[Party, PackParty]]) -> tuple[str, ...]:
    """What the front line lacks, as “team: tool”; three queries."""
    front_line = {party.id: party.name for party, _asked in parties if party.kind == "front_line"}
    lacks = {
        (tool.party_id, tool.name): None
        for tool in session.scalars(sa.select(Tool).where(Tool.pack_id == pack.id).order_by(Tool.party_id, Tool.name))
        if tool.party_id in front_line and not tool.has_it
    }
    has: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for party_id, kind, key in session.execute(
        sa.select(PartyTool.party_id, PartyTool.kind, PartyTool.key).where(PartyTool.party_id.in_(list(front_line)))
    ):
        has[party_id].add((kind, key))
    for kind, key in declared(session, pack):
        lacks |= {(party_id, key): None for party_id in front_line if (kind, key) not in has[party_id]}
    return tuple(f"{front_line[party_id]}: {name}" for party_id, name in lacks)


def declared(session: Session, pack: Pack) -> list[tuple[str, str]]:
    """The tools and rights that the articles of a pack ask for, as kind and key, in order."""
    query = (
        sa.select(Revision.front)
        .join(Article, Article.live_revision_id == Revision.id)
        .join(Item, Item.article_ref == Article.ref)
        .where(Item.pack_id == pack.id, Item.article_ref != "")
    )
    found = {
        (kind, str(key)): None
        for front in session.scalars(query)
        for kind, name in NEEDS.items()
        for key in front.get(name) or []
    }
    return sorted(found)

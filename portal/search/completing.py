"""While somebody types: the few pages of which the title, or a word that users say, begins so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.search.analysis import beginnings, fold
from portal.search.documents import Access
from portal.search.engine import Engine, Hit
from portal.search.live import LiveIndex
from portal.search.query import parse
from portal.search.real_words import is_real
from portal.search.service import access_of, second_look

SHORTEST: Final = 2
"""Letters from which on something is offered."""
LONGEST: Final = 100
OFFERED: Final = 6
LOOKED_AT: Final = 24


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A page that is offered: its address, and its title as safe HTML with what was typed marked."""

    ref: str
    address: str
    title: Markup


def complete(session: Session, index: LiveIndex, typed: str, rights: Rights) -> list[Begun]:
    """What *rights* may read of what begins as *typed*, at most six; one query.

    Where nothing does, words that nothing readable holds are read as those most like them.

    Raises:
        IndexUnusable: there is no index, or it is damaged.
    """
    words = beginnings(typed[:LONGEST])
    if not words or len("".join(words)) < SHORTEST:
        return []
    access = access_of(rights, index.sources)
    words, found = index.ask(lambda engine: _begun(engine, words, typed, access))
    readable = second_look(session, index.sources, found, rights)
    shown = [hit for hit in found if (hit.source, hit.ref) in readable]
    shown.sort(key=lambda hit: _order(hit, typed))
    return [
        Begun(
            ref=hit.ref,
            address=readable[hit.source, hit.ref].address,
            title=_marked(readable[hit.source, hit.ref].title, words),
        )
        for hit in shown[:OFFERED]
    ]


def _begun(
    engine: Engine, words: tuple[str, ...], typed: str, access: Access
) -> tuple[tuple[str, ...], tuple[Hit, ...]]:
    found = engine.begun(words, access, limit=LOOKED_AT)
    if found:
        return words, found
    told = engine.spellings(parse(typed[:LONGEST]), access)
    read = tuple(told[word][0] if word in told and not is_real(word) else word for word in words)
    return read, engine.begun(read, access, limit=LOOKED_AT) if read != words else ()


def _order(hit: Hit, typed: str) -> tuple[bool, float, int, str]:
    """What begins exactly so comes first, then what has most in its title, then what is shorter."""
    begins = fold(hit.title.casefold()).startswith(fold(typed.strip().casefold()))
    return (not begins, -hit.score, len(hit.title), hit.ref)


def _marked(title: str, words: Sequence[str]) -> Markup:
    """*title* with the beginnings of its words marked that were typed."""
    parts = []
    for word in title.split(" "):
        plain = fold(word.casefold())
        start = len(plain) - len(plain.lstrip("“„\"'("))
        fits = max((len(each) for each in words if plain[start:].startswith(each)), default=0)
        is_alike = len(plain) == len(word)
        if fits and is_alike:
            end = start + fits
            parts.append(Markup("{}<mark>{}</mark>{}").format(word[:start], word[start:end], word[end:]))
        else:
            parts.append(escape(word))
    return Markup(" ").join(parts)

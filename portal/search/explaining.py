"""Why results stand where they do: a search made again, with what each word and what meaning gave to each result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.search.answering import FLOOR, OF_ELSEWHERE, answer, in_words
from portal.search.documents import Access
from portal.search.engine import Closeness, Engine, Hit, Page
from portal.search.engines.blending import LEAST, MOST
from portal.search.live import LiveIndex
from portal.search.nearness import Near
from portal.search.query import Form, Query, Word, parse
from portal.search.service import access_of, second_look

SHOWN: Final = 10
WORDS: Final = 12
"""So many words are looked at one by one."""
LOOKED_AT: Final = 1000
"""What stands behind these got little of a word, and is told as nothing."""

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One word of the search: as it was typed, as what it was read, and what it was looked for as well."""

    word: str
    read_as: str
    also: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One result: its place, and what came together to put it there.

    *words* and *meaning* go from 0 to 1, where 1 is the best result by that
    alone (``None``: not near enough to tell); *each* is what single words gave, in the order of the search; *use*
    is what the score was multiplied with because it helped people lately.
    """

    place: int
    ref: str
    title: str
    address: str
    score: float
    words: float
    meaning: float | None
    use: float
    each: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A search made again.

    *share* says how much meaning counted, from ``LEAST`` to ``MOST``; *has* how much of the words the best document
    has; *nearest* how near the best one is in meaning and *elsewhere* how near the search is to what belongs to
    others. All are ``None`` where meaning was not compared. *needed* is how near something had to be.
    """

    text: str
    asked: tuple[Asked, ...]
    reasons: tuple[Reason, ...]
    total: int
    fits: bool
    share: float | None = None
    has: float | None = None
    nearest: float | None = None
    elsewhere: float | None = None
    needed: float | None = None


def explain(session: Session, index: LiveIndex, typed: str, rights: Rights) -> Explained:
    """Ask *typed* words again as somebody with *rights*, and say what each result got for what.

    Raises:
        IndexUnusable: there is no index, or it is damaged.
    """
    query, access = parse(typed), access_of(rights, index.sources)
    if not query.words:
        return Explained(text=query.text, asked=(), reasons=(), total=0, fits=False)
    made = index.ask(lambda engine: _made(index, engine, query, access))
    meant, page, near = made.meant, made.page, made.near
    shown = page.hits or page.nearest
    readable = second_look(session, index.sources, shown, rights)
    use = index.use()
    meaning = made.meaning
    factors: Mapping[Key, float] = use.factors if use is not None else {}
    reasons = tuple(
        Reason(
            place=place,
            ref=hit.ref,
            title=readable[_key(hit)].title,
            address=readable[_key(hit)].address,
            score=hit.score,
            words=made.words.get(_key(hit), 0.0),
            meaning=None if meaning is None else meaning.get(_key(hit)),
            use=factors.get(_key(hit), 1.0),
            each=tuple(each.get(_key(hit), 0.0) for each in made.of_words),
        )
        for place, hit in enumerate(shown, 1)
        if _key(hit) in readable
    )
    return Explained(
        text=query.text,
        asked=tuple(
            Asked(word=word.text, read_as=word.read_as, also=tuple(map(_as_written, word.forms)))
            for word in meant.words[:WORDS]
        ),
        reasons=reasons,
        total=page.total,
        fits=bool(page.hits),
        **_closeness(page.closeness, near),
    )


@dataclass(frozen=True, kw_only=True)
class _Made:
    """A search, and the same by words alone, by meaning alone, and by each of its words."""

    meant: Query
    page: Page
    near: Near | None
    words: Mapping[Key, float]
    meaning: Mapping[Key, float] | None
    of_words: tuple[Mapping[Key, float], ...]


def _made(index: LiveIndex, engine: Engine, query: Query, access: Access) -> _Made:
    meant, page = answer(
        engine, query, access, limit=SHOWN, meaning=index.meaning, synonyms=index.synonyms(), use=index.use()
    )
    near = index.meaning.near(in_words(meant)) if index.meaning is not None else None

    def by(words: tuple[Word, ...], meaning: Near | None = None) -> Page:
        return engine.search(replace(meant, words=words), access, limit=LOOKED_AT, near=meaning)

    return _Made(
        meant=meant,
        page=page,
        near=near,
        words=_scaled(by(meant.words)),
        meaning=_scaled(by((), near)) if near is not None else None,
        of_words=tuple(_scores(by((word,))) for word in meant.words[:WORDS]),
    )


def _closeness(closeness: Closeness | None, near: Near | None) -> dict[str, float]:
    if closeness is None or near is None:
        return {}
    share = 0.0 if closeness.is_named else LEAST + (MOST - LEAST) * (1 - closeness.words)
    return {
        "share": share,
        "has": closeness.words,
        "nearest": closeness.meaning,
        "elsewhere": near.elsewhere,
        "needed": FLOOR + OF_ELSEWHERE * max(near.elsewhere, 0.0),
    }


def _as_written(form: Form) -> str:
    """A form as one writes it: “wi-fi” is kept as “wifi wi fi”."""
    joined, *parts = form.text.split()
    return "-".join(parts) if parts and joined == "".join(parts) else form.text


def _key(hit: Hit) -> Key:
    return (hit.source, hit.ref)


def _scores(page: Page) -> dict[Key, float]:
    return {_key(hit): hit.score for hit in page.hits}


def _scaled(page: Page) -> dict[Key, float]:
    """The scores of *page* as shares of the best."""
    scores = _scores(page)
    most = max(scores.values(), default=0.0)
    return {key: score / most for key, score in scores.items()} if most else {}

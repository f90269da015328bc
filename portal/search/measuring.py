"""How good the search is, in figures that others use: over a collection, as people get it.

Each query goes the way of a search in the portal: slips, rights and snippets
included. The interval beside a figure is a bootstrap over the queries (2.5th to
97.5th percentile of 1,000 draws), the same at every run.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Final

from portal.core.errors import ConfigError
from portal.search.answering import Compares, answer
from portal.search.documents import Access, Document
from portal.search.engine import Engine, EngineFactory
from portal.search.judged import Asked
from portal.search.popularity import HELPED, OPENED, Use, factor
from portal.search.query import parse
from portal.search.snippets import Highlighter

MEASURES: Final = {"success@1": "Success@1", "success@3": "Success@3", "success@10": "Success@10",
                   "ndcg@10": "nDCG@10", "mrr@10": "RR@10"}  # fmt: skip
"""Our names of the measures, and those of the library."""
ZERO: Final = "zero"
"""The share of queries that find nothing at all."""
FIGURES: Final = (*MEASURES, ZERO)
LOOKED_AT: Final = 10
AT_ONCE: Final = 500
DRAWS: Final = 1000
SEED: Final = 7

PerQuery = Mapping[str, float]


@dataclass(frozen=True)
class Figures:
    """The mean of each measure over so many queries, and its interval."""

    queries: int
    means: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]

    def plain(self) -> dict[str, float]:
        """As plain values, for a file."""
        return {"queries": self.queries} | {name: round(self.means[name], 4) for name in FIGURES}


@dataclass(frozen=True)
class Measured:
    """All queries that something answers, and those of each style; a style that nothing answers has its own figures."""

    all: Figures
    styles: Mapping[str, Figures]

    def plain(self) -> dict[str, object]:
        """As plain values, for a file."""
        return {"all": self.all.plain(), "styles": {name: each.plain() for name, each in self.styles.items()}}


def indexed(factory: EngineFactory, folder: Path, documents: Sequence[Document]) -> Engine:
    """An index of its own in *folder*, with *documents*."""
    engine = factory.open(folder, create=True)
    owners: defaultdict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in documents:
        owners[document.owner].append(document)
    whole = list(owners.values())
    for start in range(0, len(whole), AT_ONCE):
        engine.write([each for some in whole[start : start + AT_ONCE] for each in some], ())
    return engine


def measure(
    factory: EngineFactory,
    documents: Sequence[Document],
    queries: Sequence[Asked],
    *,
    level: int,
    meaning: Compares | None = None,
    use: Use | None = None,
    progress: Callable[[int], None] = lambda _queries: None,
) -> Measured:
    """Put *queries* to an index of *documents* as a reader of *level* who may otherwise read everything.

    With *meaning*, which knows the passages of *documents*, by words and meaning; else by words alone. With *use*, as
    if that had been of use lately.

    Raises:
        ConfigError: the library that measures is not installed.
    """
    calculate = _calculator()
    access = Access(
        level=level,
        service_levels={},
        readers=frozenset().union(*(each.readers for each in documents)),
        permissions=frozenset().union(*(each.needs for each in documents)),
    )
    with TemporaryDirectory(prefix="measured-") as folder:
        engine = indexed(factory, Path(folder), documents)
        try:
            found = {}
            for asked in queries:
                found[asked.id] = _found(engine, asked.text, access, meaning, use)
                progress(1)
        finally:
            engine.close()
    each = _of_each(calculate(queries, found), queries, found)
    answered = [asked for asked in queries if any(asked.grades.values())]
    styles = {style: [asked for asked in queries if asked.style == style] for style in _styles(queries)}
    return Measured(
        all=_figures([each[asked.id] for asked in answered or queries]),
        styles={style: _figures([each[asked.id] for asked in some]) for style, some in styles.items()},
    )


def opened_for(queries: Sequence[Asked], source: str) -> Use:
    """What use would say if somebody had opened what answers each of *queries*, today, and it had helped."""
    times = Counter(ref for asked in queries for ref, grade in asked.grades.items() if grade > 0)
    return Use({(source, ref): factor((OPENED + HELPED) * count) for ref, count in times.items()})


def _styles(queries: Iterable[Asked]) -> list[str]:
    return list(dict.fromkeys(asked.style for asked in queries))


def _found(engine: Engine, text: str, access: Access, meaning: Compares | None, use: Use | None) -> list[str]:
    """The refs of the first ten, as a page of results has them, with its marks and snippets made."""
    query = parse(text)
    if not query.words:
        return []
    meant, page = answer(engine, query, access, limit=LOOKED_AT, meaning=meaning, use=use)
    marker = Highlighter(meant)
    for hit in page.hits:
        marker.mark(hit.title, hit.language)
        marker.snippet(hit.body, hit.language)
    return [hit.ref for hit in page.hits]


Calculate = Callable[[Sequence[Asked], Mapping[str, Sequence[str]]], Iterable[tuple[str, str, float]]]


def _calculator() -> Calculate:
    """What works out query, measure and value, with the library that others use, so that figures can be compared."""
    try:
        import ir_measures  # noqa: PLC0415 - an extra
    except ImportError as fault:
        raise ConfigError(
            "Measuring needs the library ir-measures.", hint="Install it with: pip install 'frontline-portal[measure]'"
        ) from fault
    wanted = {ir_measures.parse_measure(theirs): ours for ours, theirs in MEASURES.items()}

    def calculate(queries: Sequence[Asked], found: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str, float]]:
        grades = [ir_measures.Qrel(a.id, ref, grade) for a in queries for ref, grade in a.grades.items()]
        # Ranks as scores: of two with one score the library would choose by name.
        ranked = [
            ir_measures.ScoredDoc(query, ref, float(LOOKED_AT - place))
            for query, refs in found.items()
            for place, ref in enumerate(refs)
        ]
        for value in ir_measures.iter_calc(list(wanted), grades, ranked):
            yield value.query_id, wanted[value.measure], float(value.value)

    return calculate


def _of_each(
    values: Iterable[tuple[str, str, float]], queries: Sequence[Asked], found: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """All figures of each query; where nothing was found or nothing answers, they are 0."""
    each = {asked.id: dict.fromkeys(MEASURES, 0.0) | {ZERO: float(not found[asked.id])} for asked in queries}
    for query, measure_, value in values:
        each[query][measure_] = value
    return each


def _figures(rows: Sequence[PerQuery]) -> Figures:
    chance = random.Random(SEED)  # noqa: S311 - the same each time
    means: dict[str, list[float]] = {name: [] for name in FIGURES}
    columns = {name: [row[name] for row in rows] for name in FIGURES}
    places = range(len(rows))
    for _draw in range(DRAWS):
        drawn = chance.choices(places, k=len(rows))
        for name, column in columns.items():
            means[name].append(fmean(map(column.__getitem__, drawn)))
    low, high = round(DRAWS * 0.025), round(DRAWS * 0.975) - 1
    return Figures(
        queries=len(rows),
        means={name: fmean(column) for name, column in columns.items()},
        intervals={name: ((ordered := sorted(drawn))[low], ordered[high]) for name, drawn in means.items()},
    )

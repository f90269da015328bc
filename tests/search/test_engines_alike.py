"""Every engine gives the same answer: the same things with the same scores, whatever was written and deleted."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.search.answering import answer
from portal.search.engines.tantivy_engine import TantivyEngine
from portal.search.engines.whoosh_engine import WhooshEngine
from portal.search.meaning.passages import digests
from portal.search.query import parse
from tests.search.meaning import Nearer
from tests.search.samples import EVERYBODY, FILTERS, PEOPLE, document
from tests.search.test_whoosh_exact import VOCABULARY, a_corpus


def within_ties(page, other):
    """Whether two pages are alike, but for the order of what is worth the same."""
    assert [hit.score for hit in page.hits] == pytest.approx([hit.score for hit in other.hits], rel=1e-4)
    by_ref = {hit.ref: hit.score for hit in other.hits}
    last = other.hits[-1].score if other.hits else 0
    assert all(by_ref.get(hit.ref, last) == pytest.approx(hit.score, rel=1e-4) for hit in page.hits)
    assert (page.total, page.facets) == (other.total, other.facets)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 120), who=PEOPLE, filters=FILTERS, by_meaning=st.booleans())
def test_two_engines_answer_alike(tmp_path_factory, seed, size, who, filters, by_meaning):
    chance = random.Random(seed)
    documents = a_corpus(chance, size)
    engines = [
        factory.open(tmp_path_factory.mktemp(factory.name), create=True) for factory in (WhooshEngine, TantivyEngine)
    ]
    for engine in engines:
        engine.write(documents, ())
    near = Nearer({digests(each): chance.random() for each in documents}) if by_meaning else None
    for length in (1, 3, 12):
        typed = " ".join(chance.choices(VOCABULARY, k=length))
        for access in (EVERYBODY, who):
            one, other = (
                engine.search(parse(typed), access, filters=filters, near=near, limit=10) for engine in engines
            )
            within_ties(one, other)
    for engine in engines:
        engine.close()


def test_two_engines_mend_slips_and_know_synonyms_alike(tmp_path):
    documents = [
        document("KB0001", title="Printer says no", body="The cellar printer and its paper."),
        document("KB0002", title="Approve a sign-in", body="With the authenticator."),
        document("KB0003", title="Mailbox", body="Printing a mail from the mailbox.", levels=frozenset({2})),
    ]
    told = []
    for factory in (WhooshEngine, TantivyEngine):
        engine = factory.open(tmp_path / factory.name, create=True)
        engine.write(documents, ())
        told.append([answer(engine, parse(typed), EVERYBODY) for typed in ("pritner", "2fa", "KB0002", "mailbxo")])
        engine.close()
    for (query, page), (other_query, other) in zip(*told, strict=True):
        assert query == other_query
        within_ties(page, other)

"""Whatever is typed is answered, by every engine, without an error and without a wait."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from portal.search.answering import answer
from portal.search.engines import NAMES, engine_named
from portal.search.query import parse
from portal.search.snippets import Highlighter
from tests.search.samples import EVERYBODY, document
from tests.search.test_whoosh_exact import a_corpus


def of_every_script() -> str:
    """One letter of each block of 64 characters that has one."""
    letters = (chr(code) for code in range(0x20, sys.maxunicode, 64))
    return " ".join(each for each in letters if unicodedata.category(each).startswith("L"))


HOSTILE = {
    "operators": 'AND OR NOT "a b"~2 +printer -paper title:printer printer^9 [a TO z] {x} (a (b (c) && || ! ? * /.*/',
    "a dash in quotes": "'- '",
    "quotes": "\"''\"' \" ' ''",
    "an apostrophe": "don't it's l'imprimante",
    "stars": "* ** p* *p ?* ~ ~~ pr?nt*",
    "nothing but signs": "!@#$%^&*()_+-=[]{}|;':,./<>?\\`~",
    "control characters": "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029",
    "no characters": "\u200b\u200c\u200d\ufeff\u00ad\u2060",
    "turned about": "\u202eretnirp\u202c \u2066printer\u2069",
    "half characters": "\ud800 printer \udfff",
    "ten thousand characters": "printer " * 1250,
    "one word of ten thousand": "p" * 10_000,
    "ten thousand words": " ".join(f"w{number}" for number in range(10_000)),
    "a regular expression bomb": "(a+)+$ " + "a" * 5000 + "!",
    "nested": "(" * 5000 + "printer" + ")" * 5000,
    "marks on marks": "p" + "\u0301" * 3000 + "rinter",
    "all scripts": of_every_script(),
    "emoji": "🖨️ kaputt 👨‍👩‍👧‍👦 🇩🇪",
    "a null": "printer\0paper",
    "numbers": "0x80070005 1e309 -0 ٣٤٥ Ⅷ ½ 10**10",
    "paths": "../../etc/passwd C:\\Windows\\System32 file:///etc \\\\server\\share",
    "markup": "<script>alert(1)</script> &lt;b&gt; {{7*7}} ${7*7} %s %n '; DROP TABLE article;--",
}


@pytest.fixture(scope="module", params=NAMES)
def engine(request, tmp_path_factory):
    import random

    engine = engine_named(request.param).open(tmp_path_factory.mktemp("hostile"), create=True)
    engine.write([*a_corpus(random.Random(1), 200), document("KB9999", title="Printer and paper")], ())
    yield engine
    engine.close()


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_is_typed_is_answered(engine, typed):
    query = parse(typed)
    assert len(query.words) <= 64

    meant, page = answer(engine, query, EVERYBODY)

    marker = Highlighter(meant)
    for hit in page.hits:
        assert "<script" not in f"{marker.mark(hit.title, 'en')}{marker.snippet(hit.body, 'en')}"
    if "printer" in typed.lower().split():
        assert "KB9999" in [hit.ref for hit in page.hits]

"""Plain words are left alone by the patterns, and nothing else is: the HTML is that of Markdown itself."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.articles import rendering
from portal.articles.github_habits import rewritten

ROOT = Path(__file__).resolve().parents[2]
# Everything that a pattern may begin with, and words around it.
SIGNS = "a1.-+ \n`\\!|[]()*_<>&~@:/#^='\"{}\x02\x03\tß"
WORDS = ("word", "  \n", "\n\n", "``", "**", "~~", "&amp;", "://", "[^1]", "\n\n[^1]: x", "# ", "- ", "1. ", "> ")
ADDRESSES = ("www.", "WWW.example.org", "http", "https://example.org", "ftp://", "jo@example.org")
PIECES = st.sampled_from((*SIGNS, *WORDS, *ADDRESSES))


@pytest.fixture(scope="module")
def thorough():
    """A renderer that tries every pattern on every text."""
    md = rendering._markdown()
    md.treeprocessors.deregister("plain_text")
    return md


@given(body=st.lists(PIECES, max_size=40).map("".join))
def test_what_is_left_alone_would_have_stayed_as_it_is(thorough, body):
    assert rendering._to_html(body) == thorough.reset().convert(body)


@pytest.mark.parametrize("path", sorted((ROOT / "kb_articles").rglob("KB*.md")), ids=lambda path: path.stem[:6])
def test_the_starter_articles_are_the_same_either_way(thorough, path):
    body = rewritten(path.read_text("utf-8").partition("\n---\n")[2])

    assert rendering._to_html(body) == thorough.reset().convert(body)

"""What HTML may reach a reader."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.articles import sanitising
from portal.articles.levels import Level
from portal.articles.rendering import render
from portal.core.errors import Refused
from tests.articles.dangers import dangers

HOSTILE = Path(__file__).parent.parent / "data" / "hostile"
FILES = sorted(path.name for path in HOSTILE.glob("xss_*.json"))


def payloads(name):
    """The payloads of a file as HTML; a bare name of an event becomes an attribute."""
    collection = json.loads((HOSTILE / name).read_text(encoding="utf-8"))
    texts = [item["payload"] for item in collection["payloads"]]
    if collection["kind"] == "attribute-name":
        texts = [f'<p {text}="alert(1)">x</p>\n\n[a](/b){{{text}=x}}' for text in texts]
    return texts


def page_or_none(body):
    with contextlib.suppress(Refused):
        return render(body, Level.SPECIALISTS).html
    return None


def test_the_collections_are_there_and_the_detector_sees_them():
    seen = {name: sum(bool(dangers(text)) for text in payloads(name)) for name in FILES}

    assert {name: len(payloads(name)) for name in FILES} == {
        "xss_ammonia_tests.json": 71,
        "xss_dompurify_expect.json": 220,
        "xss_fuzzdb_event_attributes.json": 185,
        "xss_nh3_tests.json": 59,
        "xss_owasp_filter_evasion.json": 110,
        "xss_patt_docs.json": 483,
    }
    assert sum(seen.values()) > 550


@pytest.mark.parametrize("name", FILES)
def test_no_payload_leaves_anything_that_runs(name):
    pages = {}
    for text in payloads(name):
        table = f"| {text} | b |\n| --- | --- |\n| {text} | c |\n"
        for body in (text, f"Some **words**.\n\n> {text}\n\n- {text}\n\n{table}"):
            pages[body] = page_or_none(body)

    assert {body: dangers(page) for body, page in pages.items() if page and dangers(page)} == {}
    assert sum(page is not None for page in pages.values()) > 0.9 * len(pages)


@pytest.mark.parametrize("name", FILES)
def test_a_cleaned_text_is_clean(name):
    for text in payloads(name):
        for clean in (sanitising.of_author, sanitising.of_page):
            once = clean(text)
            assert clean(once) == once
            assert dangers(once) == []


@pytest.mark.parametrize("name", FILES)
def test_the_page_of_a_payload_is_what_the_page_list_allows(name):
    for text in payloads(name):
        page = page_or_none(text)
        assert page is None or sanitising.of_page(page) == page


TAGS = ["svg", "math", "style", "p", "b", "a", "img", "table", "li", "noscript", "title", "template", "form", "mglyph"]
PIECES = st.one_of(
    st.sampled_from(TAGS).map(lambda tag: f"<{tag}>"),
    st.sampled_from(TAGS).map(lambda tag: f"</{tag}>"),
    st.sampled_from(TAGS).map(lambda tag: f'<{tag} href="javascript:x" onload=x id=y class="fence steps" style="x:y">'),
    st.sampled_from(["<!--", "-->", "<![CDATA[", "]]>", "text", "&lt;script&gt;", '"', "'", "`", "&#x6a;", "\x00"]),
)


@settings(deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=20).map("".join))
def test_cleaning_is_done_when_it_is_done(html):
    for clean in (sanitising.of_author, sanitising.of_page):
        try:
            once = clean(html)
        except Refused:
            continue
        assert clean(once) == once
        assert dangers(once) == []


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("/kb/KB0001", "/kb/KB0001"),
        ("#part", "#part"),
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("HTTPS://example.org", "HTTPS://example.org"),
        (" mailto:a@example.org ", "mailto:a@example.org"),
        ("tel:+49 30 1", "tel:+49 30 1"),
        ("//example.org", None),
        ("/\t/example.org", None),
        ("\n//example.org", None),
        ("/\\example.org", None),
        ("\\\\example.org", None),
        ("java\\0script:alert(1)", None),
        ("https:/example.org", None),
        ("https:example.org", None),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("vbscript:x", None),
        ("ftp://example.org", None),
        ("https://", None),
        ("\u2028javascript:alert(1)", None),
        ("kb:KB0001", None),
    ],
)
def test_addresses_that_stay_and_addresses_that_go(url, kept):
    assert sanitising.safe_url(url) == kept


def test_ids_of_an_author_cannot_stand_for_names_of_the_page():
    html = sanitising.of_author('<a id="location" name="body" href="/x">x</a><img id="user-a b" src="/attachments/1">')

    assert html == '<a id="user-location" href="/x">x</a><img id="user-a-b" src="/attachments/1">'
    assert sanitising.of_page('<p id="location">x</p><p id="h-a">y</p>') == '<p>x</p><p id="h-a">y</p>'


def test_an_author_cannot_dress_a_text_as_a_part_of_ours():
    html = '<section class="fence" aria-label="x">a</section><div class="callout highlight">b</div><input type="text">'

    assert sanitising.of_author(html) == 'a<div class="highlight">b</div>'


def test_blank_lines_at_the_start_of_preformatted_text_settle():
    assert sanitising.of_author("<pre>\n\n\n\n\n\n\n\na\n\nb</pre>") == "<pre>a\n\nb</pre>"


def test_no_field_gets_through():
    html = '<form action="/x"><input type="checkbox" disabled><button>b</button><select><option>c</select></form>'

    assert sanitising.of_author(html) == sanitising.of_page(html) == "bc"

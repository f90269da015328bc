"""What people type is kept as they see it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.core import typed


def test_what_nobody_sees_goes_and_what_languages_spell_with_stays():
    assert typed.clean(" a\r\nb\0\x07\tc\u202etxt\u2069 ") == "a\nb ctxt"
    joined = "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert typed.clean(joined) == joined
    assert (typed.length("\u200b" * 30), typed.length("ab\u200dc")) == (0, 3)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    once = typed.clean(text)
    assert typed.clean(once) == once
    assert typed.length(once) <= len(once)

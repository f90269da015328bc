"""The model as the tests use it: read once, with what it worked out kept for the whole run."""

from __future__ import annotations

import pytest

from portal.search.meaning import opening

needs_model = pytest.mark.skipif(bool(opening.missing()), reason=f"not installed: {opening.missing()}")


class Nearer:
    """A query that is as near to each document as *by_title* says; nothing is known of the others."""

    def __init__(self, by_digests, elsewhere=0.0):
        self._by_digests, self.elsewhere = by_digests, elsewhere

    def of(self, passages):
        return [self._by_digests.get(each, float("nan")) for each in passages.of]

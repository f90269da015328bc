"""The bank as it is now: shipped words stay until somebody words one anew, and no version is ever lost."""

from dataclasses import replace

import sqlalchemy as sa

from plugins.feedback import wordings
from plugins.feedback.models import Wording
from portal.testing import NOON


def test_what_is_written_is_read_as_it_was():
    questions = wordings.shipped().questions

    assert {name: wordings.read(wordings.written(question)) for name, question in questions.items()} == questions


def test_without_changes_the_bank_is_the_one_that_was_shipped(house):
    with house.db.reading() as session:
        assert wordings.bank_now(session) is wordings.shipped()


def test_a_changed_wording_is_a_new_version_and_the_old_one_is_still_read(house):
    before = wordings.shipped().questions["N1"]
    reworded = replace(before, text={**before.text, "en": "What was in the way of it?"})

    with house.db.transaction() as session:
        put = wordings.put(session, reworded, by=None, now=NOON)
    with house.db.reading() as session:
        now = wordings.bank_now(session).questions["N1"]
        old = wordings.question_of(session, "N1", before.version)
        kept = [(row.version, row.is_shipped) for row in wordings.versions_of(session, "N1")]

    assert (put, put.version) == (now, before.version + 1)
    assert old == before
    assert kept == [(2, False), (1, True)]


def test_a_comma_is_no_new_version_and_a_language_more_is_none_either(house):
    before = wordings.shipped().questions["N1"]
    tidier = replace(before, text={**before.text, "fr": "Qu'est-ce qui a coincé ?"})

    with house.db.transaction() as session:
        assert wordings.put(session, tidier, by=None, now=NOON).version == before.version
    with house.db.reading() as session:
        assert wordings.bank_now(session).questions["N1"] == tidier


def test_shipped_words_are_kept_once(house):
    with house.db.transaction() as session:
        counts = [wordings.keep_shipped(session, NOON), wordings.keep_shipped(session, NOON)]
        rows = session.scalar(sa.select(sa.func.count(Wording.id)))

    assert (counts, rows) == ([56, 0], 56)

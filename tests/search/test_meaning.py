"""What words mean: the published model, what it made of texts, and how a search uses it."""

from __future__ import annotations

import os
import threading

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.accounts.rights import ANONYMOUS, Rights
from portal.core.errors import ConfigError
from portal.core.events import Job
from portal.search.answering import fits, in_words
from portal.search.cli import search
from portal.search.engine import Closeness
from portal.search.meaning import opening
from portal.search.meaning.passages import DIGEST, digest, digests, passages
from portal.search.query import parse
from portal.search.service import find
from portal.search.spelling import understood
from portal.search.synonyms import expanded, shipped
from tests.knowledge import put_article
from tests.search.meaning import needs_model
from tests.search.samples import EVERYBODY, document

np = pytest.importorskip("numpy")


def test_a_document_is_its_title_its_words_its_sentences_and_windows_that_begin_with_the_title():
    body = " ".join(f"w{number}" for number in range(250))
    found = list(passages(document(title="Printer", words=("no paper",), finds=("It does not print.",), body=body)))

    assert found[:3] == ["Printer", "no paper", "It does not print."]
    assert [(each.split()[:2], each.split()[-1]) for each in found[3:]] == [
        (["Printer.", "w0"], "w109"), (["Printer.", "w80"], "w189"), (["Printer.", "w160"], "w249"),
    ]  # fmt: skip


@given(st.integers(0, 6000))
def test_windows_hold_every_word_up_to_a_bound(count):
    words = [f"w{number}" for number in range(count)]
    held = {word for each in list(passages(document(body=" ".join(words))))[1:] for word in each.split()}
    assert held >= set(words[: 39 * 80 + 110])


def test_passages_of_the_same_words_are_known_by_the_same_digest_wherever_they_stand():
    one, other = document("KB0001", title="Same", body=""), document("KB0002", title="Same", body="")
    assert digests(one) == digests(other) == digest("Same")
    assert len(digests(document(title="A", words=("A", "b"), body=" "))) == 2 * DIGEST


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("my lift is stuck", "my lift is stuck"), ("MFA is gone", "mfa otp is gone")],
)
def test_short_words_are_understood_with_what_they_stand_for(typed, meant):
    assert in_words(expanded(parse(typed), shipped())) == meant


def test_slips_are_mended_before_a_query_is_understood():
    class Speller:
        def spellings(self, query, access):
            return {"pritner": ("printer",)}

    assert in_words(understood(parse("Pritner in pritnerroom"), Speller(), EVERYBODY)) == "printer in pritnerroom"


@pytest.mark.parametrize(
    ("words", "meaning", "elsewhere", "is_named", "answer"),
    [
        (0.2, 0.5, 0.3, False, True), (0.2, 0.3, 0.5, False, False), (0.2, 0.05, -1.0, False, False),
        (0.7, 0.1, 0.9, False, True), (0.1, 0.1, 0.9, True, True),
    ],
)  # fmt: skip
def test_something_fits_when_it_is_nearer_than_what_belongs_to_others(words, meaning, elsewhere, is_named, answer):
    assert fits(Closeness(words=words, meaning=meaning, is_named=is_named), elsewhere) == answer


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """The folder in which one run keeps what it worked out."""
    return tmp_path_factory.mktemp("meaning")


@pytest.fixture
def meaning(kept):
    return opening.opened(kept)


@needs_model
def test_the_model_says_what_is_published_of_it(meaning):
    texts = ["A man is eating food.", "A man is eating a piece of bread.", "The girl is carrying a baby."]
    one, two, three = meaning.model().vectors(texts)

    # The model's own card gives 0.7553 and -0.1050 for these.
    assert (float(one @ two), float(one @ three)) == (pytest.approx(0.7553, abs=5e-4), pytest.approx(-0.105, abs=5e-4))
    assert np.allclose(meaning.model().vectors(texts, threads=3), [one, two, three])
    assert meaning.model().vectors([]).shape == (0, 384)
    long = meaning.model().vectors(["word " * 5000, "", "\0\u202e"])
    assert np.allclose(np.linalg.norm(long, axis=1), 1)


@needs_model
def test_another_model_is_refused(tmp_path):
    from portal.search.meaning.model import Model

    (tmp_path / "model.safetensors").write_bytes(b"another")
    with pytest.raises(ConfigError, match="is not the model"):
        Model(tmp_path)
    with pytest.raises(ConfigError, match="is not the model"):
        Model(tmp_path / "nowhere")


@needs_model
class TestFile:
    """What was worked out is kept, whatever stops the writer."""

    @pytest.fixture
    def file(self, tmp_path):
        from portal.search.meaning.vectors import VectorFile

        return VectorFile(tmp_path / "sub" / "meaning-x.vectors")

    @staticmethod
    def some(*names):
        return {digest(name): np.full(384, number, np.float32) for number, name in enumerate(names, 1)}

    def test_what_was_kept_is_known_to_everybody_at_once(self, file):
        from portal.search.meaning.vectors import VectorFile

        other = VectorFile(file.path)
        assert (len(other.known()), other.known() is other.known()) == (0, True)
        file.append(self.some("a", "b"))
        file.append(self.some("c"))
        known = other.known()
        rows = known.rows(digest("c") + digest("x") + digest("a"))
        assert [float(known.vectors[row][0]) for row in rows] == [1.0, 1.0]
        assert file.missing([digest("x"), digest("a"), digest("x")]) == [digest("x")]

    @given(cut=st.integers(1, 1551))
    @settings(max_examples=20)
    def test_a_record_that_a_kill_cut_short_is_written_over(self, tmp_path_factory, cut):
        from portal.search.meaning.vectors import VectorFile

        file = VectorFile(tmp_path_factory.mktemp("cut") / "meaning-x.vectors")
        file.append(self.some("a", "b"))
        os.truncate(file.path, file.path.stat().st_size - cut)
        assert file.missing([digest("a"), digest("b")]) == [digest("b")]
        file.append(self.some("c"))
        assert (len(file.known()), file.missing([digest("a"), digest("c")])) == (2, [])

    def test_what_nothing_has_any_more_goes_and_who_looks_goes_on(self, file):
        file.append(self.some("a", "b", "c"))
        before = file.known()
        file.keep_only([digest("c"), digest("x")])
        assert (float(before.vectors[0][0]), file.missing([digest("a"), digest("c")])) == (1.0, [digest("a")])
        assert float(file.known().vectors[0][0]) == 3.0
        file.keep_only([])
        assert len(file.known()) == 0

    def test_many_write_at_once(self, file):
        threads = [threading.Thread(target=file.append, args=(self.some(str(number)),)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert file.missing([digest(str(number)) for number in range(12)]) == []


@pytest.fixture
def app_settings(request):
    return {"search_meaning": True} if "by_meaning" in request.fixturenames else {}


@pytest.fixture
def by_meaning(house, kept, publish):
    """A portal that understands words, with two articles and one that only support reads."""
    from portal.search.meaning.vectors import VectorFile

    index = house.plugins.get("search").index
    index.meaning.file = VectorFile(kept / index.meaning.file.path.name)  # worked out once for the whole run
    publish(
        ("KB0001", "Lost phone: sign in again", "Somebody approves for you until you have another one."),
        ("KB0002", "Printing does not work", "Turn the printer off and on."),
    )
    publish(("KB0003", "Kiosk in the canteen", "The kiosk shows the lunch menu."), audience=1)
    return house


@pytest.fixture
def publish(house, run_jobs, frozen_clock):
    def run(*articles, **more):
        with house.db.transaction() as session:
            for article in articles:
                put_article(session, *article, **more)
        run_jobs()

    return run


def look(house, words, rights=ANONYMOUS):
    with house.db.reading() as session:
        return find(session, house.plugins.get("search").index, words, rights)


@needs_model
def test_what_is_meant_is_found_without_one_of_its_words(by_meaning):
    found = look(by_meaning, "my mobile was stolen on the train")

    assert found.hits[0].ref == "KB0001"
    assert (found.total, found.nearest) == (len(found.hits), ())


@needs_model
def test_where_nothing_fits_the_nearest_is_shown_as_such_and_nothing_that_is_hidden(by_meaning, client):
    page = client.get("/search?q=the+menu+of+the+canteen:+is+soup+off").text
    assert "Nothing here fits these words yet" in page
    assert "Nearest, though about something else" in page
    assert "Kiosk" not in page

    support = look(by_meaning, "lunch menu of the kiosk", Rights(person_id=None, level=1))
    assert support.hits[0].ref == "KB0003"


@needs_model
def test_a_text_is_worked_out_after_it_changed_and_what_was_missed_is_found_out(by_meaning, publish, run_jobs):
    room = by_meaning.plugins.get("search")
    assert room.embedding.missing()[0] == {}
    room.index.meaning.file.keep_only([])
    assert {source: len(refs) for source, refs in room.embedding.missing()[0].items()} == {"article": 3}
    with by_meaning.db.reading() as session:
        assert room._look_at_meaning(session) == [
            "Texts not worked out yet: 3. It goes on by itself; `portal search embed` does it now."
        ]
    assert look(by_meaning, "printing").hits[0].ref == "KB0002"  # by words, meanwhile

    with by_meaning.db.transaction() as session:
        room.embedding.look(session, None)
        assert session.scalar(sa.select(sa.func.count(Job.id))) == 1
    run_jobs()
    assert room.embedding.missing()[0] == {}


@needs_model
def test_a_command_works_it_out_now_with_a_bar(by_meaning):
    by_meaning.plugins.get("search").index.meaning.file.keep_only([])
    said = CliRunner().invoke(search, ["embed"], obj=by_meaning)
    assert (said.exit_code, "Worked out: " in said.output) == (0, True)
    again = CliRunner().invoke(search, ["embed"], obj=by_meaning)
    assert "Worked out: 0." in again.output


def test_without_meaning_the_command_says_what_to_do(house):
    said = CliRunner().invoke(search, ["embed"], obj=house)
    assert (said.exit_code != 0, "search_meaning" in str(said.exception or said.output)) == (True, True)

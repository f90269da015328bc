"""What every search engine must do. A new engine is one more line in ``ENGINES``."""

import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.search.engines.tantivy_engine import TantivyEngine
from portal.search.engines.whoosh_engine import WhooshEngine
from portal.search.meaning.passages import digests
from portal.search.query import Query, form, parse
from tests.search.meaning import Nearer
from tests.search.samples import (
    EVERYBODY,
    FILTERS,
    NOON,
    PEOPLE,
    SUPPORT,
    WORDS,
    access,
    document,
    fits,
    found,
    many_documents,
    refs,
)

ENGINES = [WhooshEngine, TantivyEngine]


class EngineContract:
    """Subclass with a fixture ``factory`` that gives the engine class."""

    @pytest.fixture
    def engine(self, factory, tmp_path):
        engine = factory.open(tmp_path / "index", create=True)
        yield engine
        engine.close()

    def test_an_empty_index_answers_with_an_empty_page(self, engine):
        page = engine.search(parse("password"), EVERYBODY)

        assert (page.hits, page.total, page.facets) == ((), 0, {"service": {}, "kind": {}})
        assert engine.count() == 0

    def test_a_hit_carries_what_a_result_needs(self, engine):
        engine.write(
            [document("KB0007", title="Reset a password", body="Open the page.", kind="fix", service="login")], ()
        )

        (hit,) = engine.search(parse("password"), EVERYBODY).hits

        assert (hit.key, hit.source, hit.ref) == ("article:KB0007:0", "article", "KB0007")
        assert (hit.title, hit.body, hit.kind, hit.service) == ("Reset a password", "Open the page.", "fix", "login")
        assert (hit.language, hit.updated_at) == ("en", NOON)
        assert hit.score > 0

    def test_words_are_found_in_any_form_and_case(self, engine):
        engine.write([document("KB0001", body="Printers were printing"), document("KB0002", body="the café")], ())

        assert found(engine, "PRINTER") == ["KB0001"]
        assert found(engine, "printed") == ["KB0001"]
        assert found(engine, "cafe") == ["KB0002"]

    def test_any_word_is_enough_and_more_words_are_better(self, engine):
        engine.write([document("KB0001", body="vpn"), document("KB0002", body="vpn tunnel")], ())

        assert found(engine, "my vpn tunnel is broken") == ["KB0002", "KB0001"]

    def test_title_and_users_words_weigh_more_than_the_body(self, engine):
        engine.write(
            [
                document("KB0001", title="Something else", body="locked out of the building"),
                document("KB0002", title="Account is locked", body="Call us at the desk now"),
                document("KB0003", title="Sign in again", body="Call us at the desk now", words=("locked out",)),
            ],
            (),
        )

        assert found(engine, "locked")[-1] == "KB0001"
        assert sorted(found(engine, "locked")) == ["KB0001", "KB0002", "KB0003"]

    def test_tags_are_found(self, engine):
        engine.write([document("KB0001", tags=("onboarding",))], ())

        assert found(engine, "onboarding") == ["KB0001"]

    def test_a_german_document_is_found_in_german_forms(self, engine):
        engine.write(
            [
                document("KB0001", body="Passwörter zurücksetzen in der Straße", language="de"),
                document("KB0002", body="Reset passwords"),
            ],
            (),
        )

        assert found(engine, "Passwort") == ["KB0001"]
        assert found(engine, "strasse") == ["KB0001"]
        assert sorted(found(engine, "password zurückgesetzt zurücksetzen")) == ["KB0001", "KB0002"]

    def test_an_exact_id_comes_first(self, engine):
        others = [document(f"KB{number:04}", body="See KB0026 and KB0026 again") for number in range(1, 15)]
        engine.write([*others, document("KB0026", title="Quiet", body="Nothing to see")], ())

        assert found(engine, "kb0026")[0] == "KB0026"
        assert found(engine, "what about KB-0026 please")[0] == "KB0026"
        assert engine.search(parse("KB0026"), EVERYBODY).total == 15

    def test_codes_and_addresses_are_found_whole_and_in_parts(self, engine):
        engine.write(
            [
                document("KB0001", body="It stops with 0x80070005."),
                document("KB0002", body="Go to mysignins.microsoft.com and wait."),
                document("KB0003", body="The wi-fi is down"),
            ],
            (),
        )

        assert found(engine, "error 0X80070005") == ["KB0001"]
        assert found(engine, "https://mysignins.microsoft.com/") == ["KB0002"]
        assert found(engine, "mysignins") == ["KB0002"]
        assert found(engine, "wifi") == ["KB0003"]
        assert found(engine, "wi fi") == ["KB0003"]

    def test_common_words_count_only_when_there_is_nothing_else(self, engine):
        engine.write([document("KB0001", body="who are you"), document("KB0002", body="printer")], ())

        assert found(engine, "where is the printer you have") == ["KB0002"]
        assert found(engine, "who are you") == ["KB0001"]

    @pytest.mark.parametrize("typed", ["", "   ", "!!!", "\x00", "'- '", "* OR ()", '"'])
    def test_nothing_to_look_for_finds_nothing(self, engine, typed):
        engine.write([document(body="alpha beta")], ())

        page = engine.search(parse(typed), EVERYBODY)

        assert (page.hits, page.total, page.facets) == ((), 0, {"service": {}, "kind": {}})

    def test_a_word_that_nothing_holds_is_told_with_those_most_like_it(self, engine):
        engine.write(
            [
                document("KB0001", title="Printer", body="The printer and the pointer"),
                document("KB0002", body="Printers in the cellar, and painters"),
                document("KB0003", title="VPN", body="Größe der Straße"),
            ],
            (),
        )

        assert engine.spellings(parse("pritner"), EVERYBODY) == {"pritner": ("printer",)}  # two letters changed about
        assert engine.spellings(parse("pronter"), EVERYBODY) == {"pronter": ("printer",)}  # one away, pointer is two
        assert engine.spellings(parse("piinters"), EVERYBODY) == {"piinters": ("printers", "painters")}
        assert engine.spellings(parse("vnp"), EVERYBODY) == {"vnp": ("vpn",)}  # of three letters: changed about alone
        assert engine.spellings(parse("vpm"), EVERYBODY) == {}
        assert engine.spellings(parse("prlnterx"), EVERYBODY) == {"prlnterx": ("printer", "printers")}  # two of eight
        assert engine.spellings(parse("prlntex"), EVERYBODY) == {}
        assert engine.spellings(parse("grosse strase"), EVERYBODY)["strase"] == ("strasse",)
        assert engine.spellings(parse("printing printer cellar"), EVERYBODY) == {}  # known, in one form or another
        assert (
            engine.spellings(parse("rprinter xyzzy pr1nter vp"), EVERYBODY) == {}
        )  # other first letter, too far, short

    def test_no_more_than_three_words_are_told_the_most_frequent_first(self, engine):
        words = ["cable", "table", "fable", "gable"]
        engine.write([document(f"KB{n:04}", body=f"t{word[1:]} {'tible' if n else 'tuble'} tyble tvble") for n, word in
                      enumerate(words)], ())  # fmt: skip

        assert engine.spellings(parse("toble"), EVERYBODY) == {"toble": ("table", "tvble", "tyble")}

    def test_of_a_word_with_several_forms_the_best_counts_once(self, engine):
        engine.write([document("KB0001", body="printer pointer"), document("KB0002", body="printer elsewhere")], ())
        (plain,) = parse("printer").words
        both = Query(text="", words=(replace(plain, forms=(form("pointer"), form("printer"))),))

        alone = {hit.ref: hit.score for hit in engine.search(parse("printer"), EVERYBODY).hits}
        other = {hit.ref: hit.score for hit in engine.search(parse("pointer"), EVERYBODY).hits}
        found_ = {hit.ref: hit.score for hit in engine.search(both, EVERYBODY).hits}

        assert found_ == pytest.approx({"KB0001": max(alone["KB0001"], other["KB0001"]), "KB0002": alone["KB0002"]})

    @settings(max_examples=40, deadline=None)
    @given(data=st.data())
    def test_what_is_told_of_a_word_is_the_same_as_if_what_one_may_not_see_did_not_exist(self, factory, data):
        documents, who = data.draw(many_documents()), data.draw(PEOPLE)
        typed = data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
        slips = " ".join(word[:place] + word[place + 1 :] for word in typed for place in (2, len(word) - 1))
        answers = []
        for some in (documents, [each for each in documents if who.may_see(each)]):
            with tempfile.TemporaryDirectory() as folder:
                engine = factory.open(Path(folder), create=True)
                engine.write(some, ())
                answers.append(engine.spellings(parse(f"{slips} {' '.join(typed)}"), who))
                engine.close()

        assert answers[0] == answers[1]

    def test_pages_follow_one_another_without_gap_or_repeat(self, engine):
        engine.write([document(f"KB{n:04}", body="printer " * (n % 7 + 1)) for n in range(1, 24)], ())
        everything = found(engine, "printer", limit=100)

        pages = [engine.search(parse("printer"), EVERYBODY, offset=start, limit=10) for start in (0, 10, 20, 30)]

        assert [ref for page in pages for ref in refs(page)] == everything
        assert [len(page.hits) for page in pages] == [10, 10, 3, 0]
        assert [page.total for page in pages] == [23] * 4
        assert engine.search(parse("printer"), EVERYBODY, limit=0).total == 23

    def test_each_facet_is_counted_with_the_filter_of_the_other(self, engine):
        engine.write(
            [
                document("KB0001", body="vpn", service="mail", kind="fix"),
                document("KB0002", body="vpn", service="mail", kind="howto"),
                document("KB0003", body="vpn", service="network", kind="fix"),
                document("KB0004", body="vpn"),
            ],
            (),
        )

        everything = engine.search(parse("vpn"), EVERYBODY)
        mail = engine.search(parse("vpn"), EVERYBODY, filters={"service": "mail", "kind": ""})
        mail_fix = engine.search(parse("vpn"), EVERYBODY, filters={"service": "mail", "kind": "fix"})
        nothing = engine.search(parse("vpn"), EVERYBODY, filters={"service": "nowhere"})

        assert everything.total == 4
        assert everything.facets == {"service": {"mail": 2, "network": 1}, "kind": {"fix": 2, "howto": 1}}
        assert mail.total == 2
        assert mail.facets == {"service": {"mail": 2, "network": 1}, "kind": {"fix": 1, "howto": 1}}
        assert refs(mail_fix) == ["KB0001"]
        assert mail_fix.facets == {"service": {"mail": 1, "network": 1}, "kind": {"fix": 1, "howto": 1}}
        assert (refs(nothing), nothing.total) == ([], 0)
        assert nothing.facets == {"service": {"mail": 2, "network": 1}, "kind": {}}

    def test_unknown_filters_and_negative_pages_are_errors(self, engine):
        with pytest.raises(ValueError, match="narrowed by service, kind"):
            engine.search(parse("vpn"), EVERYBODY, filters={"colour": "red"})
        with pytest.raises(ValueError, match="count from zero"):
            engine.search(parse("vpn"), EVERYBODY, offset=-1)

    def test_each_level_finds_its_own_text_and_one_document_only(self, engine):
        engine.write(
            [
                document("KB0001", body="vpn tunnel", levels=frozenset({0})),
                document("KB0001", body="vpn tunnel secret", levels=frozenset({1, 2})),
            ],
            (),
        )

        assert found(engine, "secret") == []
        assert found(engine, "secret", SUPPORT) == ["KB0001"]
        assert [hit.key for hit in engine.search(parse("vpn"), EVERYBODY).hits] == ["article:KB0001:0"]
        assert [hit.key for hit in engine.search(parse("vpn"), SUPPORT).hits] == ["article:KB0001:1"]

    def test_a_higher_level_holds_for_its_service_only(self, engine):
        engine.write(
            [
                document("KB0001", body="vpn", service="mail", levels=frozenset({1, 2})),
                document("KB0002", body="vpn", service="network", levels=frozenset({1, 2})),
            ],
            (),
        )

        page = engine.search(parse("vpn"), access(service_levels={"mail": 1}))

        assert (refs(page), page.total) == (["KB0001"], 1)
        assert page.facets == {"service": {"mail": 1}, "kind": {}}

    def test_reader_lists_and_permissions_are_kept(self, engine):
        engine.write(
            [
                document("KB0001", body="vpn", readers=frozenset({"role:admin", "unit:sales"})),
                document("KB0002", body="vpn", needs=frozenset({"articles.write", "articles.publish"})),
            ],
            (),
        )

        assert found(engine, "vpn") == []
        assert found(engine, "vpn", access(readers={"unit:sales"})) == ["KB0001"]
        assert found(engine, "vpn", access(permissions={"articles.write"})) == []
        assert found(engine, "vpn", access(permissions={"articles.write", "articles.publish"})) == ["KB0002"]

    def test_a_write_replaces_all_documents_of_its_refs(self, engine):
        engine.write(
            [
                document("KB0001", body="vpn", levels=frozenset({0})),
                document("KB0001", body="vpn secret", levels=frozenset({1, 2})),
                document("KB0002", body="vpn"),
            ],
            (),
        )

        engine.write([document("KB0001", body="tunnel", levels=frozenset({2}))], ())

        assert engine.count() == 2
        assert found(engine, "vpn", SUPPORT) == ["KB0002"]
        assert found(engine, "tunnel", SUPPORT) == []
        assert found(engine, "tunnel", access(level=2)) == ["KB0001"]

    def test_deletes_remove_all_documents_of_a_ref_and_nothing_else(self, engine):
        engine.write(
            [
                document("KB0001", body="vpn", levels=frozenset({0})),
                document("KB0001", body="vpn", levels=frozenset({1, 2})),
                document("KB0001", source="question", key="question:KB0001:0", body="vpn"),
            ],
            (),
        )

        engine.write((), [("article", "KB0001"), ("article", "never there")])

        assert [hit.key for hit in engine.search(parse("vpn"), SUPPORT).hits] == ["question:KB0001:0"]
        assert engine.count() == 1

    def test_what_is_written_and_deleted_in_one_batch_is_there(self, engine):
        engine.write([document("KB0001", body="vpn")], [("article", "KB0001")])

        assert found(engine, "vpn") == ["KB0001"]

    def test_documents_that_could_stand_twice_in_one_answer_are_refused(self, engine):
        with pytest.raises(ValueError, match="KB0001 share a key or a reader level"):
            engine.write([document(levels=frozenset({0, 1})), document(key="other", levels=frozenset({1, 2}))], ())

        assert engine.count() == 0

    def test_the_dump_tells_every_document_and_its_fingerprint(self, engine):
        first = document("KB0001", levels=frozenset({0}))
        second = document("KB0001", body="More", levels=frozenset({1, 2}))
        third = document("KB0002", words=("ünïcode",))
        engine.write([first, second, document("KB0003"), third], ())
        engine.write([replace(third, tags=("new",))], [("article", "KB0003")])

        assert dict(engine.dump()) == {
            "article:KB0001:0": first.fingerprint(),
            "article:KB0001:1": second.fingerprint(),
            "article:KB0002:0": replace(third, tags=("new",)).fingerprint(),
        }

    def test_the_generation_grows_with_every_write(self, engine):
        before = engine.generation()
        engine.write([document()], ())
        between = engine.generation()
        engine.write((), [("article", "KB0001")])

        assert before < between < engine.generation()

    def test_another_opening_of_the_same_folder_sees_every_write(self, factory, engine, tmp_path):
        other = factory.open(tmp_path / "index")
        assert found(other, "vpn") == []

        engine.write([document(body="vpn")], ())
        other.refresh()

        assert found(other, "vpn") == ["KB0001"]
        other.close()
        other.close()

    def test_six_threads_search_while_one_writes(self, engine):
        engine.write([document(f"KB{n:04}", body="printer") for n in range(40)], ())
        done = threading.Event()

        def search():
            wrong = []
            while not done.is_set():
                page = engine.search(parse("printer"), EVERYBODY, limit=50)
                if page.total != 40 or len(set(refs(page))) != 40:
                    wrong.append(page)
            return wrong

        with ThreadPoolExecutor(6) as pool:
            searches = [pool.submit(search) for _ in range(6)]
            try:
                for turn in range(8):
                    engine.write(
                        [document(f"KB{n:04}", body=f"printer turn{turn}") for n in range(turn, turn + 10)], ()
                    )
            finally:
                done.set()

        assert [future.result() for future in searches] == [[]] * 6
        assert len(found(engine, "turn7")) == 10

    @settings(max_examples=60, deadline=None)
    @given(data=st.data())
    def test_answers_totals_and_counts_hold_only_what_a_person_may_see(self, factory, data):
        documents = data.draw(many_documents())
        with tempfile.TemporaryDirectory() as folder:
            engine = factory.open(Path(folder), create=True)
            for part in (0, 1):
                engine.write([d for d in documents if int(d.ref[2:]) % 2 == part], ())

            for _ in range(3):
                who = data.draw(PEOPLE)
                words = data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
                filters = data.draw(FILTERS)
                page = engine.search(parse(" ".join(words)), who, filters=filters, limit=len(documents) + 1)

                seen = [d for d in documents if who.may_see(d) and set(words) & set(f"{d.title} {d.body}".split())]
                fitting = [d for d in seen if fits(d, filters)]
                assert Counter(hit.key for hit in page.hits) == Counter(d.key for d in fitting)
                assert page.total == len(fitting)
                assert len({(hit.source, hit.ref) for hit in page.hits}) == len(page.hits)
                assert page.facets == {
                    name: Counter(getattr(d, name) for d in seen if getattr(d, name) and fits(d, {**filters, name: ""}))
                    for name in ("service", "kind")
                }
            engine.close()

    def test_what_is_near_is_found_without_its_words_and_words_decide_where_they_fit(self, engine):
        written = [
            document("KB0001", title="Printer says no", body="Turn it off."),
            document("KB0002", title="Approve the sign-in", body="With another phone."),
            document("KB0003", title="Menu", body="Lunch."),
        ]
        engine.write(written, ())
        near = Nearer({digests(each): close for each, close in zip(written, (0.3, 0.7, 0.1), strict=True)})

        page = engine.search(parse("the mobile is gone"), EVERYBODY, near=near)
        assert (refs(page), page.total) == (["KB0002", "KB0001"], 2)
        assert (page.closeness.words, round(page.closeness.meaning, 3)) == (0, 0.7)
        assert found(engine, "printer says no", near=near)[0] == "KB0001"
        assert found(engine, "KB0003", near=near)[0] == "KB0003"
        assert engine.search(parse("printer"), EVERYBODY).closeness is None

    def test_a_document_that_nobody_compared_yet_is_ranked_by_its_words(self, engine):
        new, old = document("KB0001", title="Printer"), document("KB0002", title="Menu", body="printer")
        engine.write([new, old], ())

        assert found(engine, "printer", near=Nearer({digests(old): 0.9})) == ["KB0001", "KB0002"]
        assert found(engine, "printer", near=Nearer({})) == ["KB0001", "KB0002"]

    def test_passages_of_every_document_are_told_with_their_owner(self, engine):
        written = [document("KB0001", title="One"), document("KB0002", title="Two", words=("too",))]
        engine.write(written, ())
        engine.write([document("KB0001", title="Another")], ())

        assert sorted(engine.passages()) == [
            (("article", "KB0001"), digests(document("KB0001", title="Another"))),
            (("article", "KB0002"), digests(written[1])),
        ]

    @given(data=st.data(), documents=many_documents(), who=PEOPLE, filters=FILTERS, typed=st.sampled_from(WORDS))
    @settings(max_examples=40, deadline=None)
    def test_by_meaning_as_well_nobody_sees_counts_or_feels_what_is_hidden(
        self, factory, data, documents, who, filters, typed
    ):
        close = {digests(each): data.draw(st.floats(-1, 1)) for each in documents if data.draw(st.booleans())}
        mine = [each for each in documents if who.may_see(each)]
        answers = []
        for written in (documents, mine):
            with tempfile.TemporaryDirectory() as folder:
                engine = factory.open(Path(folder), create=True)
                engine.write(written, ())
                answers.append(engine.search(parse(typed), who, filters=filters, limit=50, near=Nearer(close)))
                engine.close()
        every, alone = answers

        assert every.total == alone.total
        assert every.facets == alone.facets
        assert sorted(refs(every)) == sorted(refs(alone))
        assert all(fits(each, filters) for each in mine if each.ref in refs(every) and who.may_see(each))
        assert (every.closeness is None) == (alone.closeness is None)
        if every.closeness is not None:
            assert every.closeness.meaning == alone.closeness.meaning

    def test_what_begins_as_somebody_types_is_offered_titles_first_and_only_what_they_may_see(self, engine):
        engine.write(
            [
                document("KB0001", title="Printing does not work", body="paper", words=("no paper comes out",)),
                document("KB0002", title="Paper jam in the printer", body="Open it."),
                document("KB0003", title="Paper for support", levels=frozenset({1, 2})),
                document("KB0004", title="Menu", body="paper printer"),
            ],
            (),
        )

        def begun(*words, who=EVERYBODY, limit=5):
            return [hit.ref for hit in engine.begun(words, who, limit=limit)]

        assert begun("pap") == ["KB0002", "KB0001"]
        assert begun("pri", "pa") == ["KB0002", "KB0001"]
        assert sorted(begun("pap", who=SUPPORT)) == ["KB0001", "KB0002", "KB0003"]
        assert begun("pap", limit=1) == ["KB0002"]
        assert [begun(), begun("zq"), begun("pap", "zq")] == [[], [], []]

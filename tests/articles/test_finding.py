"""Sentences that somebody would say, asked of a real index of the articles."""

import pytest

from portal.app import ROOT
from portal.articles import cli, finding, folders, frontmatter, search
from portal.articles.finding import LIST, NotFoundYet, read_list
from portal.core.errors import Refused
from portal.search.engines import NAMES, engine_named

TWO = ["The machine by the window swallows my envelopes.", "Grey stripes run across each sheet."]
REMEDY = "Use the words of that sentence in the text, or one that people would really say."


@pytest.fixture(params=NAMES)
def check(request):
    """Ask the sentences of files; returns each problem as line, severity and message."""

    def run(*paths, others=(), **options):
        asked, around = ([frontmatter.read_file(path, max_bytes=100_000) for path in each] for each in (paths, others))
        found = finding.check(asked, around, engine=engine_named(request.param), **options)
        return [(problem.line, problem.severity, problem.message) for problem in found]

    return run


def line_of(path, words):
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if words in line)


def test_a_sentence_whose_words_stand_in_the_article_finds_it(check, make_file):
    path = make_file("KB0101", "Envelopes go in by the window. Stripes on a sheet: clean the drum.\n", finds=TWO)

    assert check(path) == []


def test_a_sentence_that_finds_others_names_its_line_and_what_came_first(check, make_file):
    path = make_file("KB0101", "Stripes on a sheet.\n", finds=TWO, title="Drum", words=["a b", "c d", "e f"])
    others = [
        make_file(f"KB010{number}", "The machine by the window swallows envelopes.\n", title=f"Other {number}")
        for number in range(2, 6)
    ]

    first = "KB0102 (Other 2), KB0103 (Other 3), KB0104 (Other 4)"
    message = f"“{TWO[0]}” does not find this article, but {first}."
    assert check(path, others=others) == [(line_of(path, TWO[0]), "warning", message)]
    assert check(path, others=others, strict=True) == [(line_of(path, TWO[0]), "error", message)]


def test_a_sentence_that_finds_it_too_late_says_in_which_place(check, make_file):
    path = make_file("KB0101", "Something of envelopes.\n", finds=[TWO[0], "Of envelopes."], title="Of envelopes")
    others = [
        make_file(f"KB010{number}", "The machine by the window swallows envelopes.\n", title=f"Other {number}")
        for number in range(2, 5)
    ]

    first = "KB0102 (Other 2), KB0103 (Other 3), KB0104 (Other 4)"
    assert check(path, others=others) == [
        (line_of(path, TWO[0]), "warning", f"“{TWO[0]}” finds this article in place 4 only, after {first}.")
    ]


def test_a_sentence_without_any_word_of_any_article_finds_nothing(check, make_file):
    path = make_file("KB0101", finds=["Zebras quarrel.", "A printer."])

    assert [message for _line, _severity, message in check(path)] == [
        "“Zebras quarrel.” finds nothing: no article has any of its words."
    ]


def test_only_what_its_own_readers_may_read_competes(check, make_file):
    path = make_file("KB0101", "Stripes. ::: is no part here.\n", finds=["Stripes.", "Grey stripes."], title="Stripes")
    hidden = [
        make_file(f"KB010{number}", "Stripes.\n", title="Grey stripes", **limit)
        for number, limit in enumerate([{"audience": "support"}, {"readers": ["role:admin"]}, {"confidence": "wip"}], 2)
    ]
    shown_to_support = make_file(
        "KB0109", "x\n\n::: support\nGrey stripes.\n:::\n", finds=["Stripes.", "Grey stripes."]
    )

    assert check(path, others=hidden) == []
    assert [(line, "finds nothing" in message) for line, _severity, message in check(shown_to_support)] == [
        (line_of(shown_to_support, "- Stripes"), True),
        (line_of(shown_to_support, "- Grey"), True),
    ]


@pytest.mark.parametrize(
    "front", [{"audience": "support"}, {"readers": ["role:admin", "unit:sales"]}, {"confidence": "wip"}]
)
def test_an_article_for_few_is_found_by_these(check, make_file, front):
    path = make_file("KB0101", "Stripes.\n", finds=["Stripes.", "Grey stripes."], **front)

    assert check(path) == []


def test_what_is_never_live_or_cannot_be_shown_is_not_asked(check, make_file):
    archived = make_file("KB0101", finds=TWO, confidence="archived")
    broken = make_file("KB0102", ":::\n", finds=TWO)
    unreadable = make_file("KB0103", finds=TWO, kind="novel")

    assert check(archived, broken, unreadable) == []


def test_two_files_of_one_id_are_asked_both(check, make_file):
    one, other = (
        make_file("KB0101", "Stripes.\n", finds=["Stripes.", "Grey stripes."], folder=name) for name in ("a", "b")
    )

    assert check(one, other) == []


# The list of what cannot be found yet


def test_a_listed_sentence_is_no_problem_until_it_is_found(check, make_file, tmp_path):
    (tmp_path / LIST).write_text(f'# yet\nKB0101 = ["{TWO[0]}"]\n')
    listed = read_list(tmp_path)
    missing = make_file("KB0101", "Grey stripes.\n", finds=TWO, title="Drum", words=["a b", "c d", "e f"])

    assert check(missing, listed=listed, strict=True) == []

    found = make_file("KB0101", "Envelopes by the window. Stripes.\n", finds=TWO)
    message = f"“{TWO[0]}” finds KB0101 by now."
    assert check(found, listed=listed) == [(2, "warning", message)]
    assert check(found, listed=listed, strict=True) == [(2, "error", message)]


def test_what_is_listed_and_is_no_sentence_of_an_article_has_to_go(check, make_file):
    listed = NotFoundYet(text='KB0999 = ["a"]\nKB0101 = ["b"]\nKB0102 = ["c"]\n', sentences={
        "KB0999": ["a"], "KB0101": ["b"], "KB0102": ["c"]
    })  # fmt: skip
    path, other = make_file("KB0101"), make_file("KB0102")

    assert [(line, message) for line, _severity, message in check(path, others=[other], listed=listed)] == [
        (1, "No article has the id KB0999."),
        (2, "“b” does not stand in the finds of KB0101."),
    ]


def test_an_id_that_no_article_has_is_taken_off_the_list_however_like_another_it_is(make_file):
    file = frontmatter.read_file(make_file("KB0101"), max_bytes=100_000)
    listed = NotFoundYet(sentences={"KB0102": ["a"]})

    engine = engine_named(NAMES[0])
    assert [problem.remedy for problem in finding.check([file], [], engine=engine, listed=listed)] == [
        "Take it off this list."
    ]


def test_a_folder_without_a_list_has_an_empty_one(tmp_path):
    assert read_list(tmp_path) == NotFoundYet()


@pytest.mark.parametrize("text", ["KB0101 = ", "KB0101 = 5", "KB0101 = [1]"])
def test_a_list_that_is_none_is_refused(tmp_path, text):
    (tmp_path / LIST).write_text(text)

    with pytest.raises(Refused) as refused:
        read_list(tmp_path)

    assert refused.value.hint == 'Write it like KB0001 = ["A sentence."].'


# The real thing


def test_what_is_asked_is_what_the_portal_would_find(organised, make_article, make_file, session):
    body = "For all.\n\n::: specialists\n\nFor few.\n\n:::\n\n[more](/kb/KB0101)\n"
    article = make_article("KB0101", body, tags=["b", "a"], readers=["unit:sales", "role:admin"], confidence="wip")
    file = frontmatter.read_file(make_file("KB0101", body, tags=["b", "a"], readers=["unit:sales", "role:admin"],
                                           confidence="wip"), max_bytes=100_000)  # fmt: skip

    [*of_the_database] = search.documents(session, ["KB0101"])
    assert [sorted(each.levels) for each in of_the_database] == [[0], [1], [2]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "_LONG_AGO", article.updated_at)
        assert finding.documents_of(file) == of_the_database


def test_the_sentences_of_the_starter_articles_find_them():
    folder = ROOT / cli.STARTERS
    files = [frontmatter.read_file(path, max_bytes=100_000) for path in folders.files_of([folder])]

    starters = sorted(path.name[:6] for path in folder.glob("KB*.md"))
    assert sorted(file.front.id for file in files if file.front.finds) == starters
    for engine in map(engine_named, NAMES):
        problems = finding.check(files, [], engine=engine, listed=read_list(folder), strict=True)
        assert list(map(str, problems)) == []

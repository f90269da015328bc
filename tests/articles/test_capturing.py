"""Four answers make a draft that the front line can use."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.articles import checking, frontmatter, outlines, rendering
from portal.articles.capturing import MAX_TEXT, Capture, draft_of, title_from
from portal.articles.frontmatter import FrontMatter, KnownError
from portal.articles.levels import Confidence, Governance, Kind, KnownErrorStatus, Level
from portal.core.errors import Refused
from portal.search.analysis import clean

SEEDED = settings(deadline=None, derandomize=True)
MARKS = (
    *(
        "```",
        "~~~",
        "::: support",
        ":::",
        "# x",
        "> x",
        "- x",
        "1. x",
        "[x](y)",
        "[^1]",
        "[x]: y",
        "[ ]",
        "<b>",
        "<!--",
    ),
    *("&lt;", "| a |", "---", "===", "{: x}", "*x*", "_x_", "C:\\temp", "\\*", "https://x.example/a_b?c=[d]", "‘’"),
)
SIGNS = st.sampled_from((*MARKS, "\n", "say"))
TEXTS = st.one_of(st.lists(SIGNS, max_size=8).map("\n".join), st.lists(SIGNS, max_size=8).map(" ".join), st.text())


def checked(draft):
    front = draft.front_matter("KB0100", service="printing", owner_role="onsite-team")
    return frontmatter.parse(frontmatter.dump(front, draft.body), path="KB0100-x.md")


def test_a_trouble_with_a_fix_is_new_and_can_be_used_at_once():
    draft = draft_of(
        Capture(
            said="“The scanner by the window shows E_52. I need it today!”",
            was="The certificate of the mail relay ran out.",
            helped="1. Open the panel\n2) Choose [Renew]\n\n- Wait",
            who="Anybody with admin rights",
            environment=("Windows 11", " Windows  11 ", ""),
        )
    )

    assert draft.front_matter("KB0100", service="printing", owner_role="onsite-team") == FrontMatter(
        id="KB0100",
        title="The scanner by the window shows E_52",
        kind=Kind.TROUBLESHOOTING,
        audience=Level.SUPPORT,
        confidence=Confidence.NOT_VALIDATED,
        governance=Governance.EXPERIENCE,
        service="printing",
        owner_role="onsite-team",
        tags=("printing",),
        words=("scanner by the window shows e_52",),
        review_every_days=180,
        environment=("Windows 11",),
    )
    assert draft.body == (
        "> “The scanner by the window shows E\\_52. I need it today!”\n\n"
        "## Try these in order\n\n1. Open the panel\n2. Choose [Renew]\n3. Wait\n\n"
        "## Why it happens\n\nThe certificate of the mail relay ran out.\n\n"
        "## Who may do it\n\nAnybody with admin rights\n\n"
        "## Still stuck\n\n‹Say when to ask, whom, and with what in hand.›\n"
    )


@pytest.mark.parametrize(
    ("changed", "kind", "confidence", "known_error"),
    [
        ({}, Kind.TROUBLESHOOTING, Confidence.WIP, None),
        ({"helped": "Restart it"}, Kind.TROUBLESHOOTING, Confidence.NOT_VALIDATED, None),
        ({"was": "A bug", "helped": "Restart it"}, Kind.TROUBLESHOOTING, Confidence.NOT_VALIDATED, None),
        ({"was": "A bug"}, Kind.KNOWN_ERROR, Confidence.WIP, KnownError(status=KnownErrorStatus.ANALYSED)),
        (
            {"was": "A bug", "helped": "Restart it", "problem_ref": "PRB-1"},
            Kind.KNOWN_ERROR,
            Confidence.NOT_VALIDATED,
            KnownError(status=KnownErrorStatus.WORKAROUND, problem_ref="PRB-1"),
        ),
        ({"helped": "Choose Add", "nothing_broken": True}, Kind.HOW_TO, Confidence.NOT_VALIDATED, None),
        ({"was": "A wish", "nothing_broken": True}, Kind.HOW_TO, Confidence.WIP, None),
    ],
)
def test_the_kind_follows_from_what_is_known(changed, kind, confidence, known_error):
    said = "The order list stays empty after lunch. No orders arrive, and nobody sees the new ones."
    draft = draft_of(Capture(said=said, **changed))

    assert (draft.kind, draft.confidence, draft.known_error) == (kind, confidence, known_error)
    assert [problem for problem in checking.check_file(checked(draft), render=True) if problem.is_error] == []


def test_a_known_fault_says_the_cause_and_asks_for_the_rest():
    draft = draft_of(
        Capture(said="The order is gone", was="The price load holds the table.\nEvery night.", who="Anybody")
    )

    assert draft.body.startswith("## What the person says\n\n> “The order is gone”\n\n## Is it this one?\n")
    assert "## Who may do it\n\nAnybody\n" in draft.body
    assert "## Why it happens\n\nThe price load holds the table.\nEvery night.\n" in draft.body
    assert [hint.text for hint in outlines.hints_left(draft.body)][-1] == "Say what is being done, and by whom."


def test_a_how_to_has_the_steps_and_who_may_do_them():
    draft = draft_of(
        Capture(
            said="how do I add a printer?", helped="Open Printers.\nChoose Add.", who="Anybody", nothing_broken=True
        )
    )

    assert draft.title == "How do I add a printer?"
    assert draft.body.startswith(
        "> “how do I add a printer?”\n\n## You need\n\n- Anybody\n\n## Steps\n\n1. Open Printers.\n2. Choose Add.\n\n"
    )


@pytest.mark.parametrize("said", ["", "  \n ", "...", "\u200b!"])
def test_without_what_they_said_there_is_no_draft(said):
    with pytest.raises(Refused, match="Nothing stands under what they said") as refusal:
        draft_of(Capture(said=said, helped="Restart it"))

    assert refusal.value.hint == "Write the first words of the person who asked, as well as you remember them."


@pytest.mark.parametrize("answer", ["said", "was", "helped", "who"])
def test_a_whole_log_is_refused_with_the_name_of_the_answer(answer):
    with pytest.raises(Refused, match="This answer has 10001 characters; 10000 is the limit") as refusal:
        draft_of(Capture(**({"said": "It hangs"} | {answer: "x" * (MAX_TEXT + 1)})))

    assert refusal.value.field == answer


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("vpn is dead", "Vpn is dead"),
        ('"My mouse moves alone. Help!"', "My mouse moves alone"),
        ("line one\nline two", "Line one line two"),
        ("iPhone does not ring; it did yesterday.", "IPhone does not ring; it did yesterday"),
        ("word " * 30, "Word" + " word" * 15 + "…"),
        ("x" * 100, "X" + "x" * 78 + "…"),
        ("x" * 80, "X" + "x" * 79),
    ],
)
def test_titles(said, title):
    assert title_from(said) == title


@SEEDED
@given(TEXTS)
def test_a_title_is_never_too_long_and_begins_with_what_was_said(said):
    title = title_from(said)

    assert len(title) <= 80
    assert title == title.strip()
    assert title.isprintable()


@SEEDED
@given(TEXTS, TEXTS, TEXTS, TEXTS, st.booleans())
def test_whatever_is_typed_makes_a_text_without_faults(said, was, helped, who, nothing_broken):
    draft = draft_of(Capture(said=f"Sentence {said}", was=was, helped=helped, who=who, nothing_broken=nothing_broken))

    file = checked(draft)
    problems = checking.check_file(file, render=True)

    assert [problem for problem in problems if problem.field not in {"words", "finds"}] == []
    assert file.body == draft.body


@SEEDED
@given(TEXTS)
def test_what_they_said_is_read_as_they_said_it(said):
    draft = draft_of(Capture(said=f"Now {said} so"))
    page = rendering.render(draft.body.split("## Try")[0], Level.SUPPORT).html

    shown = html.unescape(re.sub("<[^>]*>", "", page))

    assert "".join(shown.split()) == "“" + "".join(_visible(f"Now {said} so").split()) + "”"


def _visible(text):
    """What :func:`clean` leaves of a text: compatibility forms, and nothing that nobody sees."""
    return "".join(c for c in clean(text) if c.isprintable() or c.isspace())

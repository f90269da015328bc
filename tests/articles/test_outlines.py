"""A text to begin with for each kind, which can be saved as it stands and be filled."""

import re
from datetime import UTC, datetime

import pytest

from portal.articles import checking, frontmatter, outlines, reading_level
from portal.articles.frontmatter import FrontMatter, Handover, KnownError
from portal.articles.levels import Confidence, Governance, HandoverSize, Kind, KnownErrorStatus, Level
from portal.articles.outlines import Hint
from portal.core.i18n import speaking

BLOCKS = {
    Kind.KNOWN_ERROR: {"known_error": KnownError(status=KnownErrorStatus.ANALYSED)},
    Kind.HANDOVER_NOTE: {
        "handover": Handover(change_ref="CHG-1", size=HandoverSize.S, go_live=datetime(2026, 3, 2, 6, tzinfo=UTC))
    },
}


def file_with(kind, body):
    front = FrontMatter(
        id="KB0100",
        title="Printing does not work",
        kind=kind,
        audience=Level.EVERYONE,
        confidence=Confidence.NOT_VALIDATED,
        governance=Governance.EXPERIENCE,
        service="printing",
        owner_role="onsite-team",
        tags=("printer",),
        words=("no paper", "stuck in queue", "printer is dead"),
        finds=("Nothing happens when I press it.", "The tray stays empty."),
        review_every_days=60,
        **BLOCKS.get(kind, {}),
    )
    return frontmatter.parse(frontmatter.dump(front, body), path="KB0100-x.md")


def problems(kind, body):
    file = file_with(kind, body)
    return [*checking.check_file(file, render=True), *reading_level.check(file, strict=True)]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", Kind)
def test_an_outline_passes_the_check_as_it_stands_and_when_it_is_filled(kind, language):
    with speaking(language):
        outline = outlines.outline_of(kind)
    filled = re.sub("‹[^›]+›", "Look at the lamp.", outline)

    assert outlines.hints_left(outline) != []
    assert outlines.hints_left(filled) == []
    assert checking.check_file(file_with(kind, outline), render=True) == []
    assert checking.check_file(file_with(kind, filled), render=True) == []


@pytest.mark.parametrize("kind", Kind)
def test_a_filled_outline_is_as_easy_to_read_as_a_page_for_everyone_must_be(kind):
    filled = re.sub("‹[^›]+›", "Look at the lamp.", outlines.outline_of(kind))

    assert problems(kind, filled) == []


def test_the_shapes_are_those_of_the_starter_articles():
    assert {kind: [section.heading for section in outlines.sections(kind)] for kind in Kind} == {
        Kind.HOW_TO: ["", "You need", "Steps", "Check that it worked", "If it goes wrong"],
        Kind.TROUBLESHOOTING: ["", "Try these in order", "Why it happens", "Who may do it", "Still stuck"],
        Kind.KNOWN_ERROR: [
            "What the person says",
            "Is it this one?",
            "Way round",
            "Who may do it",
            "What to tell people",
            "Why it happens",
            "Who is affected, since when, and the real fix",
        ],
        Kind.SUPPORT_SCRIPT: ["", "", "Before you send it on"],
        Kind.HANDOVER_NOTE: [
            "In one breath",
            "Who notices, and what they will say",
            "What you can solve yourself",
            "What you send on",
            "Known faults at go-live",
            "Signs that we go back to the old way",
            "Questions from the front line",
        ],
        Kind.FAQ: [
            "",
            "‹a question as people ask it›",
            "‹the next question›",
            "‹the question of somebody who found no answer›",
        ],
        Kind.POLICY: ["", "How to keep it", "What is never enough", "When it does not work out", "What you write down"],
    }


@pytest.mark.parametrize("kind", Kind)
def test_no_two_sections_of_a_kind_have_one_name(kind):
    names = [section.id for section in outlines.sections(kind)]

    assert len(set(names)) == len(names)


def test_what_is_known_already_stands_in_its_section():
    text = outlines.outline_of(Kind.HOW_TO, {"goal": "A printer more.\n", "needs": "- the VPN"})

    assert text.startswith("A printer more.\n\n## You need\n\n- the VPN\n\n## Steps\n\n1. ‹one action›\n")
    assert text.endswith("|\n")


def test_a_section_that_a_kind_has_not_is_an_error():
    with pytest.raises(ValueError, match="faq has no sections"):
        outlines.outline_of(Kind.FAQ, {"steps": "1. x"})


def test_hints_are_found_with_their_lines():
    assert outlines.hints_left("Text.\n\n1. ‹one› and ‹ two ›\n2. done\n‹›\n") == [Hint(3, "one"), Hint(3, "two")]


def test_hints_of_every_language_are_known_and_what_somebody_put_in_such_marks_is_not_a_hint():
    with speaking("de"):
        german = outlines.outline_of(Kind.HOW_TO)

    assert outlines.hints_kept(german) == outlines.hints_left(german) != []
    assert outlines.hints_kept("She said ‹ring me back› twice.") == []

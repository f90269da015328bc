"""Decision scripts: what is read, what is refused, and how they look without JavaScript."""

import pytest

from portal.articles import decision_pages, decisions
from portal.articles.decisions import Answer, Block, Fault, Node, Outcome, Script
from tests.articles.dangers import dangers

SOURCE = """start: light
nodes:
  light:
    say: "Is there a light?"
    note: "Below the screen."
    answers:
      - {if: "No", go: cable}
      - {if: "Yes", go: wait}
  wait:
    say: "Wait a minute. Better?"
    answers:
      - {if: "Yes", end: "Done, as in KB0030.", outcome: solved}
      - {if: "No", go: cable}
  cable:
    say: "Please check the cable."
    answers:
      - {if: "Works", end: "It was the cable.", outcome: solved}
"""


def fields_of(fault):
    return (fault.line, fault.node, fault.message)


def faults_of(source):
    script, faults = decisions.parse(source)
    assert script is None
    return [fields_of(fault) for fault in faults]


def node(answers, say='"x"'):
    return f"start: a\nnodes:\n  a:\n    say: {say}\n    answers:\n" + "".join(f"      - {line}\n" for line in answers)


def test_a_script_is_read_with_its_lines():
    script, faults = decisions.parse(SOURCE, first_line=10)

    assert faults == []
    assert script == Script(
        start="light",
        nodes={
            "light": Node(
                id="light",
                line=13,
                say="Is there a light?",
                note="Below the screen.",
                answers=(Answer("No", 16, go="cable"), Answer("Yes", 17, go="wait")),
            ),
            "wait": Node(
                id="wait",
                line=19,
                say="Wait a minute. Better?",
                note=None,
                answers=(
                    Answer("Yes", 21, end="Done, as in KB0030.", outcome=Outcome.SOLVED),
                    Answer("No", 22, go="cable"),
                ),
            ),
            "cable": Node(
                id="cable",
                line=24,
                say="Please check the cable.",
                note=None,
                answers=(Answer("Works", 26, end="It was the cable.", outcome=Outcome.SOLVED),),
            ),
        },
    )


def test_steps_are_numbered_as_a_reader_meets_them():
    script, _faults = decisions.parse(SOURCE)

    assert [step.id for step in script.in_order()] == ["light", "cable", "wait"]


def test_a_script_is_a_list_of_two_levels_with_jumps():
    script, _faults = decisions.parse(SOURCE)

    assert decision_pages.to_html(script, id_prefix="x-", known={"KB0030"}.__contains__) == (
        '<div class="script"><ol class="script-steps">'
        '<li class="step" id="x-step-1"><p class="say"><strong>Is there a light?</strong></p>'
        '<p class="note"><small>Below the screen.</small></p><ul class="answers">'
        '<li>No: <a href="#x-step-2">go to step 2</a></li><li>Yes: <a href="#x-step-3">go to step 3</a></li></ul></li>'
        '<li class="step" id="x-step-2"><p class="say"><strong>Please check the cable.</strong></p><ul class="answers">'
        '<li>Works: It was the cable. <span class="outcome outcome-solved">Solved</span></li></ul></li>'
        '<li class="step" id="x-step-3"><p class="say"><strong>Wait a minute. Better?</strong></p><ul class="answers">'
        '<li>Yes: Done, as in <a href="/kb/KB0030">KB0030</a>. <span class="outcome outcome-solved">Solved</span></li>'
        '<li>No: <a href="#x-step-2">go to step 2</a></li></ul></li></ol></div>'
    )


def test_an_article_that_nobody_has_is_not_linked():
    script, _faults = decisions.parse(SOURCE)

    part = decision_pages.to_part(script, known=lambda _ref: False)

    assert "as in KB0030." in part.html
    assert part.links == ()
    assert decision_pages.to_part(script).links == ("KB0030",)


def test_text_of_a_script_is_escaped():
    script, _faults = decisions.parse(
        node(["{if: '<img src=x onerror=y>', end: '</li><script>', outcome: linked}"], say="'\"><svg onload=z>'")
    )

    assert dangers(decision_pages.to_html(script)) == []


def test_an_end_may_do_without_an_outcome():
    script, faults = decisions.parse(node(["{if: A, end: E}"]))

    assert faults == []
    assert script is not None
    assert script.nodes["a"].answers == (Answer("A", 6, end="E", outcome=None),)


def test_every_outcome_has_words():
    assert [decision_pages.outcome_label(outcome) for outcome in Outcome] == ["Solved", "Linked", "Send on"]


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        (
            node(["{if: A, go: b}", "{if: B, end: E, outcome: solved}"]),
            [(6, "a", "An answer goes to b, and there is no such node.")],
        ),
        (node(["{if: A, end: E, outcome: fixed}"]), [(6, "a", "There is no outcome fixed.")]),
        (node(["{if: A, end: E, go: a, outcome: solved}"]), [(6, "a", "An answer needs exactly one of go and end.")]),
        (
            node(["{if: A}", "{if: B, end: E, outcome: solved}"]),
            [(6, "a", "An answer needs exactly one of go and end.")],
        ),
        (
            node(["{if: A, go: a, outcome: solved}", "{if: B, end: E, outcome: solved}"]),
            [(6, "a", "An answer that goes on has an outcome.")],
        ),
        (node(["{if: Yes, end: E, outcome: solved}"]), [(6, "a", "if is not read as text.")]),
        (node(["{if: '', end: E, outcome: solved}"]), [(6, "a", "if is empty.")]),
        (node(["{end: E, outcome: solved}"]), [(6, "a", "if is missing.")]),
        (node(["{if: A, than: a, end: E, outcome: solved}"]), [(6, "a", "than is not a part of an answer.")]),
        (node(["just text"]), [(6, "a", "Here an answer is expected, written as names with values.")]),
        (node(["{if: A, go: a}"]), [(4, "a", "The step has one answer only, and it is not the last step.")]),
        (
            node(["{if: A, go: a}", "{if: B, go: a}"]),
            [(4, "a", "No answer ever leaves these steps: a.")],
        ),
        (
            node(["{if: A, end: E, outcome: solved}"], say=f'"{"x" * 201}"'),
            [(4, "a", "say has 201 characters; 200 is the limit.")],
        ),
        ("start: a\nnodes:\n  a: {say: x}\n", [(3, "a", "The step has no answers.")]),
        ("start: a\nnodes:\n  a: {say: x, answers: []}\n", [(3, "a", "The step has no answers.")]),
        ("start: a\nnodes: {}\n", [(1, "", "The script has no nodes.")]),
        ("nodes:\n", [(1, "", "start is missing."), (1, "", "The script has no nodes.")]),
        ("- a\n", [(1, "", "Here the script is expected, written as names with values.")]),
        ("start: a\nnodes: {a: say}\n", [(2, "a", "Here a step is expected, written as names with values.")]),
        ("", [(1, "", "The script is empty.")]),
        (node(["{if: A, end: E, outcome: solved}"]) + "begin: a\n", [(7, "", "begin is not a part of the script.")]),
        (
            node(["{if: A, end: E, outcome: solved}"]).replace("start: a", "start: aa"),
            [(1, "", "start is aa, and there is no such node.")],
        ),
        (node(["{if: A, if: B, end: E, outcome: solved}"]), [(6, "", "if stands twice.")]),
        (node(["{if: A, end: [E"]), [(7, "", "YAML cannot be read from here: did not find expected ',' or ']'.")]),
    ],
)
def test_a_fault_is_told_with_line_and_step(source, faults):
    assert faults_of(source) == faults


def test_a_step_that_nothing_leads_to_is_a_fault():
    source = node(["{if: A, end: E, outcome: solved}"]) + "  b: {say: x, answers: [{if: A, end: E, outcome: solved}]}\n"

    assert faults_of(source) == [(7, "b", "No answer leads to b.")]


def test_a_circle_that_an_answer_leaves_is_fine_and_one_without_is_not():
    circle = """start: a
nodes:
  a: {say: x, answers: [{if: A, go: b}, {if: B, end: E, outcome: solved}]}
  b: {say: x, answers: [{if: A, go: c}, {if: B, go: c}]}
  c: {say: x, answers: [{if: A, go: b}, {if: B, go: OUT}]}
"""

    assert decisions.parse(circle.replace("OUT", "a"))[1] == []
    assert faults_of(circle.replace("OUT", "b")) == [(4, "b", "No answer ever leaves these steps: b, c.")]


def test_a_script_has_at_most_25_steps():
    def chain(count):
        steps = [
            f"  n{at}: {{say: x, answers: [{{if: A, go: n{at + 1}}}, {{if: B, end: E, outcome: solved}}]}}"
            for at in range(1, count)
        ]
        last = f"  n{count}: {{say: x, answers: [{{if: A, end: E, outcome: solved}}]}}"
        return "start: n1\nnodes:\n" + "\n".join([*steps, last]) + "\n"

    assert decisions.parse(chain(25))[1] == []
    assert faults_of(chain(26)) == [(3, "", "The script has 26 steps; 25 is the limit.")]


def test_a_fault_says_what_to_do():
    source = node(["{if: A, go: aa}", "{if: B, go: zzz}", "{if: C, end: E, outcome: solved}"])

    assert decisions.parse(source)[1] == [
        Fault(6, "a", "An answer goes to aa, and there is no such node.", "Known are: a."),
        Fault(7, "a", "An answer goes to zzz, and there is no such node.", "Known are: a."),
    ]


def test_blocks_are_found_where_they_stand_and_not_inside_lists_quotes_or_other_code():
    body = "Text\n\n```decision\na: 1\n```\n\n~~~~ decision\nb: 2\n~~~\n~~~~\n\n````\n```decision\n```\n````\n"

    assert decisions.blocks(body) == ([Block(3, 5, "a: 1"), Block(7, 10, "b: 2\n~~~")], [])
    blocks, faults = decisions.blocks("- x\n\n  ```decision\n  a: 1\n  ```\n\n> ```decision\n> a: 1\n> ```\n")
    assert blocks == []
    assert [fields_of(fault) for fault in faults] == [
        (3, "", "A decision script stands inside a list or a quote."),
        (7, "", "A decision script stands inside a list or a quote."),
    ]


def test_aliases_that_would_grow_and_brackets_that_would_sink_the_parser_are_refused():
    bomb = "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n"

    assert (2, "", "Anchors and aliases (& and *) are not used here.") in faults_of(bomb)
    assert faults_of("[" * 50_000) == [(1, "", "This block is nested too deeply.")]
    assert faults_of("- " * 20_000 + "a") == [(1, "", "This block is nested too deeply.")]
    assert faults_of("a: " + "x" * 70_000) == [(1, "", "This block is longer than 64 KB.")]

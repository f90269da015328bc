"""Files checked each by itself and all together."""

import pytest

from portal.articles import checking, frontmatter
from portal.articles.checking import Reach
from portal.articles.levels import Level
from portal.articles.links import Link, links_of
from portal.core.errors import Refused

FRONT = {
    "title": "Printing does not work",
    "kind": "troubleshooting",
    "audience": "everyone",
    "confidence": "not_validated",
    "governance": "experience",
    "service": "printing",
    "owner_role": "onsite-team",
    "tags": "[printer]",
    "words": '["no paper comes out", "stuck in queue", "printer is dead"]',
    "finds": '["Nothing happens when I press it.", "The tray stays empty."]',
    "review_every_days": "180",
}
FIRST_BODY_LINE = len(FRONT) + 4
SCRIPT = """```decision
start: a
nodes:
  a: {say: x, answers: [{if: A, end: KB0001, outcome: solved}]}
```
"""


def file_of(ref, body="Text.\n", **changed):
    fields = {"id": ref} | FRONT | changed
    text = "---\n" + "".join(f"{name}: {value}\n" for name, value in fields.items()) + "---\n" + body
    return frontmatter.parse(text, path=f"{ref}-x.md")


def found(problems):
    return [(problem.path[:6], problem.line, problem.severity, problem.message) for problem in problems]


def body_problems(body, **changed):
    problems = checking.check_folder([file_of("KB0101", body, **changed)])
    return [(problem.line - FIRST_BODY_LINE + 1, problem.severity, problem.message) for problem in problems]


def test_a_good_folder_has_no_problems():
    files = [file_of("KB0101", "[other](/kb/KB0102)\n"), file_of("KB0102")]

    assert checking.check_folder(files, services={"printing"}, owner_roles={"onsite-team"}, render=True) == []


def test_problems_come_by_file_and_line_and_none_hides_another():
    files = [
        file_of("KB0102", "[x](/kb/KB0404)\n\n:::\n", words="[a]"),
        file_of("KB0101", "# Top\n\n[x](/kb/KB0404)\n", tags="[]"),
    ]

    assert found(checking.check_folder(files)) == [
        ("KB0101", 10, "error", "There are 0 tags; one to six belong here."),
        ("KB0101", 15, "warning", "A heading of the first rank stands in the text; the page's title has that rank."),
        ("KB0101", 17, "warning", "No article has the id KB0404; the link is shown as plain words."),
        ("KB0102", 11, "error", "Phrases in words: 1; three to eight belong here."),
        ("KB0102", 17, "error", "::: closes a part here, but none is open."),
    ]


def test_an_id_or_old_address_that_stands_twice_is_told_in_both_files():
    one = file_of("KB0101", old_slugs="[old]")
    other = frontmatter.parse(
        "---\nid: KB0101\n" + "".join(f"{name}: {value}\n" for name, value in FRONT.items()) + "---\nText.\n",
        path="KB0101-y.md",
    )
    third = file_of("KB0103", old_slugs="[old]")

    assert [
        (problem.path, problem.line, problem.message) for problem in checking.check_folder([one, other, third])
    ] == [
        ("KB0101-x.md", 2, "KB0101 also stands in KB0101-y.md."),
        ("KB0101-x.md", 14, "old also stands in KB0103-x.md."),
        ("KB0101-y.md", 2, "KB0101 also stands in KB0101-x.md."),
        ("KB0103-x.md", 14, "old also stands in KB0101-x.md."),
    ]


def test_ids_that_nobody_has_are_told_with_a_guess():
    file = file_of(
        "KB0101",
        kind="handover_note",
        service="printin",
        needs_tools="[hammer]",
        needs_access="[vault]",
        readers='["role:admn"]',
        handover="{change_ref: C, size: M, go_live: 2026-03-02T06:00:00Z, parties: [moon]}",
    )
    problems = checking.check_folder(
        [file],
        services={"printing", "mail"},
        owner_roles={"network-team"},
        tools={"remote-control"},
        access={"identity-read"},
        parties=set(),
        readers={"role:admin"},
    )

    assert [(problem.field, problem.message, problem.remedy) for problem in problems] == [
        ("service", "There is no printin.", "Did you mean printing?"),
        ("owner_role", "There is no onsite-team.", "Known are: network-team."),
        ("needs_tools", "There is no hammer.", "Known are: remote-control."),
        ("needs_access", "There is no vault.", "Known are: identity-read."),
        ("readers", "There is no role:admn.", "Did you mean role:admin?"),
        ("handover", "There is no moon.", "Add it to the organisation first."),
    ]


SCRIPT_THAT_NAMES_ANOTHER = """```decision
start: one
nodes:  # KB0102 is a remark here
  one:
    say: "Does KB0102 help?"
    answers:
      - {if: "Yes", end: "Done.", outcome: solved}
      - {if: "No", end: "Go on with KB0102.", outcome: linked}
```
"""


def test_an_article_that_a_script_names_and_nobody_has_is_shown_as_plain_words():
    problems = checking.check_folder([file_of("KB0101", SCRIPT_THAT_NAMES_ANOTHER)])

    message = "No article has the id KB0102; the link is shown as plain words."
    assert found(problems) == [("KB0101", FIRST_BODY_LINE + line, "warning", message) for line in (4, 7)]


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("Text.\n", {"finds": "[]"}),
        ("::: support\nx\n:::\n", {"audience": "support"}),
        ("# Top\n", {}),
        ("![](/attachments/1/a.png)\n", {}),
        ("![a](https://example.org/a.png)\n", {}),
        ("[a](elsewhere)\n", {}),
        ("[a](/kb/KB0404)\n", {}),
    ],
)
def test_what_is_worth_mending_is_an_error_when_strict(body, changed):
    file = file_of("KB0101", body, **changed)

    found = [checking.check_folder([file], strict=strict) for strict in (False, True)]

    assert [[problem.severity for problem in problems] for problems in found] == [["warning"], ["error"]]
    assert [problem.message for problem in found[1]] == [problem.message for problem in found[0]]


def test_a_link_to_no_article_is_an_error_when_strict():
    file = file_of("KB0101", "a\n\n[x](/kb/KB0404)\n")

    [problem] = checking.check_folder([file], strict=True)

    assert (problem.line, problem.severity) == (FIRST_BODY_LINE + 2, "error")
    assert checking.check_folder([file], strict=True, existing={"KB0404": Reach(Level.EVERYONE)}) == []


@pytest.mark.parametrize(
    ("body", "own", "target", "lines"),
    [
        ("[x](/kb/KB0102)\n", {}, {"audience": "support"}, [1]),
        ("a\n\n::: support\n[x](/kb/KB0102)\n:::\n", {}, {"audience": "support"}, []),
        ("a\n\n::: support\n[x](/kb/KB0102)\n:::\n", {}, {"audience": "specialists"}, [4]),
        ("[x](/kb/KB0102)\n", {"audience": "support"}, {"audience": "support"}, []),
        ("[x][y]\n\n[y]: /kb/KB0102\n", {}, {"audience": "support"}, [3]),
        ('<a href="/kb/KB0102">x</a>\n', {}, {"audience": "support"}, [1]),
        ("`[x](/kb/KB0102)` and\n```\n[x](/kb/KB0102)\n```\n", {}, {"audience": "support"}, []),
        ("[x](/kb/KB0102)\n", {}, {"readers": '["role:admin"]'}, [1]),
        ("[x](/kb/KB0102)\n", {"readers": '["role:admin"]'}, {"readers": '["role:admin", "role:coach"]'}, []),
        ("[x](/kb/KB0102)\n", {"readers": '["role:admin", "role:lead"]'}, {"readers": '["role:admin"]'}, [1]),
        ("[x](/kb/KB0102)\n", {"readers": '["role:admin"]'}, {}, []),
        ("As in KB0102.\n", {}, {"audience": "support"}, []),
        (f"a\n\n{SCRIPT_THAT_NAMES_ANOTHER}", {}, {"audience": "support"}, [7, 10]),
        (f"::: support\n{SCRIPT_THAT_NAMES_ANOTHER}:::\n", {}, {"audience": "support"}, []),
    ],
)
def test_a_link_to_an_article_with_fewer_readers_is_an_error(body, own, target, lines):
    problems = checking.check_folder([file_of("KB0101", body, **own), file_of("KB0102", **target)])

    message = "KB0102 has fewer readers than this link."
    assert found(problems) == [
        ("KB0101", FIRST_BODY_LINE + len(own) - ("audience" in own) - 1 + line, "error", message) for line in lines
    ]


def test_an_article_that_exists_already_may_have_fewer_readers_too():
    file = file_of("KB0101", "[x](/kb/KB0900)\n")
    existing = {"KB0900": Reach(Level.SUPPORT)}

    assert [problem.message for problem in checking.check_folder([file], existing=existing)] == [
        "KB0900 has fewer readers than this link."
    ]


@pytest.mark.parametrize(
    ("body", "changed", "problems"),
    [
        ("Text.\n", {"kind": "support_script"}, [(1, "error", "A support script needs a decision block.")]),
        (
            SCRIPT,
            {"kind": "support_script"},
            [(4, "warning", "No article has the id KB0001; the link is shown as plain words.")],
        ),
        ("a\n\n```decision\nstart: b\nnodes: {}\n```\n", {}, [(4, "error", "The script has no nodes.")]),
        (
            "- a\n\n  ```decision\n  a: b\n  ```\n",
            {},
            [(3, "error", "A decision script stands inside a list or a quote.")],
        ),
        (
            "::: support\nx\n:::\n",
            {"audience": "support"},
            [(1, "warning", "This part is for support, and so is the whole article.")],
        ),
        ("::: specialists\nx\n:::\n", {"audience": "support"}, []),
        ("::: nobody\nx\n", {}, [(1, "error", "::: is followed by “nobody”, which names no readers.")]),
        ("![](/attachments/1/a.png)\n", {}, [(1, "warning", "A picture has no text.")]),
        ("![It](https://example.org/a.png)\n", {}, [(1, "warning", "A picture from elsewhere is shown as a link.")]),
        ("[x](KB0102-other.md)\n", {}, [(1, "warning", "KB0102-other.md depends on where the page is.")]),
        ("[x](javascript:alert)\n", {}, [(1, "warning", "javascript:alert is not an address that is shown.")]),
        ("[x](#part) [y](https://a.org) [z](mailto:a@b.org) <https://c.org>\n", {}, []),
        ("```\n# comment\n[x](y)\n```\n", {}, []),
    ],
)
def test_what_one_file_may_say(body, changed, problems):
    assert body_problems(body, **changed) == problems


def test_a_sentence_that_names_another_line_names_the_line_of_the_file():
    first = FIRST_BODY_LINE + 2

    assert found(checking.check_folder([file_of("KB0101", "a\n\n::: support\n::: specialists\nx\n:::\n")])) == [
        ("KB0101", first + 1, "error", f"A part begins inside the part that was opened on line {first}.")
    ]


def test_an_unknown_field_is_told_with_those_that_exist():
    (problem,) = checking.check_folder([file_of("KB0101", colour="red")])

    assert (problem.field, problem.message) == ("colour", "There is no field colour.")
    assert problem.remedy.startswith("Known are: approved_by, approved_on, audience, checked_by, ")


def test_a_practice_script_needs_no_decision_block():
    assert checking.check_folder([file_of("KB0101", kind="support_script", practice="true")]) == []


def test_a_text_that_cannot_be_rendered_is_told_when_asked_for():
    file = file_of("KB0101", "<b " * 300)

    assert checking.check_folder([file]) == []
    assert [problem.message for problem in checking.check_folder([file], render=True)] == [
        "The text has more than 200 opening angle brackets that nothing closes."
    ]


def test_a_file_without_values_is_still_checked_and_still_known_by_its_name():
    broken = frontmatter.parse("---\nid: KB0102\n---\n:::\n", path="KB0102-x.md")
    problems = checking.check_folder([file_of("KB0101", "[x](/kb/KB0102)\n"), broken])

    assert {problem.path for problem in problems} == {"KB0102-x.md"}
    assert "::: closes a part here, but none is open." in [problem.message for problem in problems]


def test_links_are_found_with_line_level_and_words():
    body = "[a](/x) ![b](/y.png)\n::: support\n[c]: </z> 'Title'\n:::\n`` `[n](/n)` `` [d](/w)\n<img src=/i.png>\n"

    assert links_of(body) == [
        Link("/x", 1, Level.EVERYONE, "a"),
        Link("/y.png", 1, Level.EVERYONE, "b", is_image=True),
        Link("/z", 3, Level.SUPPORT, "-"),
        Link("/w", 5, Level.EVERYONE, "d"),
        Link("/i.png", 6, Level.EVERYONE, "-"),
    ]
    with pytest.raises(Refused):
        links_of(":::\n")


def test_who_covers_whom():
    everyone, support = Reach(Level.EVERYONE), Reach(Level.SUPPORT)
    sales, both = (
        Reach(Level.EVERYONE, frozenset({"unit:sales"})),
        Reach(Level.EVERYONE, frozenset({"unit:sales", "unit:hr"})),
    )

    assert everyone.covers(support)
    assert not support.covers(everyone)
    assert everyone.covers(sales)
    assert both.covers(sales)
    assert not sales.covers(both)
    assert not sales.covers(everyone)

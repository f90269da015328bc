"""No English stands in a template past the catalogues, and none in what a page's code says to people."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.house.messages import ROOT

TEMPLATES = sorted(file for folder in ("portal", "plugins") for file in (ROOT / folder).rglob("templates/**/*.html"))
EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
SILENT = re.compile(
    r"\{#.*?#\}"  # a remark
    r"|\{%-?\s*trans\b.*?\{%-?\s*endtrans\s*-?%\}"
    r"|\{%-?\s*block \w+_class\s*-?%\}.*?\{%-?\s*endblock\s*-?%\}"  # names of classes
    r"|\{%.*?%\}",
    re.DOTALL,
)
STANDS_FOR_AN_EXPRESSION = "·"
SPOKEN = {"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription", "label"}
WORDS = re.compile(r"[A-Za-z]{2,}")
SENTENCE = re.compile(r"[A-Z][a-z]+(?: [a-z]+|$)|[a-z]+ [a-z]+ [a-z]+")
TRANSLATES = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
FOR_THE_SCRIPT = ("hx-", "data-")
"""Attributes that a script reads, such as when to ask: their values are no words for people."""

# Where a sentence in code reaches people, by the name of what takes it, and how many of its first values are words.
SAYS = {"flash": 1, "Refused": 2, "NotFound": 2, "Forbidden": 2, "TooSoon": 2, "SignInFirst": 2, "LoginRefused": 2,
        "PersonalData": 9, "NavItem": 9, "Permission": 9, "LeftOut": 2}  # fmt: skip
# Rooms speak to whoever starts and repairs the portal in English: these files answer on the command line alone.
COMMAND_LINE = {
    "cli.py",
    "cli_measure.py",
    "judged.py",
    "backup.py",
    "config.py",
    "migrate.py",
    "serving.py",
    "doctor.py",
}


class _Found(HTMLParser):
    """Collects words that stand in the text of a template or in what is spoken of it."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words += [value for name, value in attrs if name in SPOKEN and value and WORDS.search(value)]
        spoken = tag == "input" and dict(attrs).get("type") in {"submit", "button", "reset"}
        self.words += [value for name, value in attrs if spoken and name == "value" and value and WORDS.search(value)]
        self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        # A key is called what is printed on it; scripts and styles are not read.
        if WORDS.search(data) and not {"kbd", "script", "style"} & set(self._within):
            self.words.append(" ".join(data.split()))


def plain_words(source: str) -> list[str]:
    """What a person would read of *source* whatever their language."""
    found = _Found()
    plain = EXPRESSION.sub(STANDS_FOR_AN_EXPRESSION, SILENT.sub("", source))
    found.feed(re.sub(rf"(</?){STANDS_FOR_AN_EXPRESSION}", r"\1x", plain))  # the name of a tag may be an expression
    found.close()
    return found.words


def sentences_in_expressions(source: str) -> list[str]:
    """Sentences written as plain strings within the expressions of *source*."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    return [each for child in tree.iter_child_nodes() for each in _plain_strings(child)]


def _plain_strings(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in TRANSLATES:
        return
    if isinstance(node, nodes.Pair) and isinstance(node.key, nodes.Const) and _is_for_the_script(node.key.value):
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and SENTENCE.match(node.value):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _plain_strings(child)


def _is_for_the_script(name: object) -> bool:
    return isinstance(name, str) and name.startswith(FOR_THE_SCRIPT) and not name.endswith(("-confirm", "-prompt"))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_template_says_nothing_past_the_catalogues(file: Path):
    source = file.read_text()

    assert (plain_words(source), sentences_in_expressions(source)) == ([], [])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello ·"]),
        ("<p>{{ _('Hello') }}</p>", []),
        ("{% trans %}Hello{% endtrans %} <b>{% if x %}you{% endif %}</b>", ["you"]),
        ('<a aria-label="Back" class="big one">{{ _("x") }}</a>', ["Back"]),
        ('<a aria-label="{{ _("Back") }}">#</a>', []),
        ('<input type="submit" value="Go on"><input type="hidden" value="yes">', ["Go on"]),
        ("<{{ tag }} class='big one'>{{ title }}</{{ tag }}>{% block main_class %}reading{% endblock %}", []),
        ("<kbd>Enter</kbd><script>let words</script>{# a remark #}", []),
    ],
)
def test_plain_words_are_found_and_translated_ones_are_not(source: str, words: list[str]):
    assert plain_words(source) == words


@pytest.mark.parametrize(
    ("source", "sentences"),
    [
        ('{{ chip("Nobody yet", "warn") }}', ["Nobody yet"]),
        ('{{ chip(_("Nobody yet"), "warn") }}', []),
        ('{% set heading = "Search" %}', ["Search"]),
        ('{% call empty("there is nothing") %}{% endcall %}', ["there is nothing"]),
        ('{{ field(x, **{"hx-trigger": "input changed late", "hx-confirm": "Are you sure"}) }}', ["Are you sure"]),
        ("<p class=\"{{ 'is open' if x else 'BooleanField' }}\">", []),
    ],
)
def test_plain_sentences_in_expressions_are_found(source: str, sentences: list[str]):
    assert sentences_in_expressions(source) == sentences


def said_in_code(source: str) -> list[str]:
    """Sentences that *source* hands to people without the catalogues."""
    found = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        values = [*call.args[: SAYS.get(name, 0)], *(keyword.value for keyword in call.keywords if name in SAYS)]
        if name.endswith("Field"):
            values = [*call.args, *(each.value for each in call.keywords if each.arg in {"label", "description"})]
        found += [text for value in values if SENTENCE.match(text := _written(value))]
    return found


def _written(value: ast.expr) -> str:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "it" for part in value.values)
    return ""


def test_no_code_says_a_sentence_to_people_past_the_catalogues():
    files = [file for folder in ("portal", "plugins") for file in (ROOT / folder).rglob("*.py")]
    files = [file for file in files if file.name not in COMMAND_LINE]

    faults = {str(file.relative_to(ROOT)): said for file in files if (said := said_in_code(file.read_text()))}

    assert len(files) > 80
    assert faults == {}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('flash("All is well.")', ["All is well."]),
        ('raise Refused(f"{name} is not there.", hint="Look for another.")',
         ["it is not there.", "Look for another."]),
        ('raise Refused(_("%(name)s is not there.", name=name), hint=_("Look for another."))', []),
        ('name = StringField("Your name", description="As others say it.")', ["Your name", "As others say it."]),
        ('name = StringField(_l("Your name"), render_kw={"rows": "three big rows"})', []),
        ('log.info("All is well.")', []),
    ],
)  # fmt: skip
def test_sentences_in_code_are_found(source: str, said: list[str]):
    assert said_in_code(source) == said

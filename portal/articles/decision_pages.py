"""A decision script as a list that can be read and printed without JavaScript.

Two levels only, so that it fits 320 pixels: the steps, numbered as a reader
meets them, and below each its answers, which end or jump to another step.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from portal.articles.decisions import Answer, Node, Outcome, Script
from portal.articles.page_parts import ScriptPart, tag
from portal.core.i18n import gettext as _

MENTION = re.compile(r"\bKB\d{4,15}\b", re.ASCII)


def to_html(script: Script, *, id_prefix: str = "", known: Callable[[str], bool] | None = None) -> str:
    """Return *script* as escaped HTML without headings.

    Ids are ``step-1`` and so on behind *id_prefix*. Mentions like KB0024 link
    to that article, unless *known* says that there is none.
    """
    nodes = script.in_order()
    numbers = {node.id: number for number, node in enumerate(nodes, start=1)}
    page = _Page(numbers, id_prefix, known)
    steps = "".join(page.step(node) for node in nodes)
    return f'<div class="script"><ol class="script-steps">{steps}</ol></div>'


def to_part(script: Script, *, id_prefix: str = "", known: Callable[[str], bool] | None = None) -> ScriptPart:
    """Return *script* with all that a page needs: its HTML, its words, and the existing articles that it names."""
    words: list[str] = []
    for node in script.in_order():
        words += [node.say, node.note or ""]
        for answer in node.answers:
            words += [answer.text, answer.end or ""]
    text = "\n".join(word for word in words if word)
    links = dict.fromkeys(ref for ref in MENTION.findall(text) if known is None or known(ref))
    return ScriptPart(to_html(script, id_prefix=id_prefix, known=known), text, tuple(links))


def outcome_label(outcome: Outcome) -> str:
    """Return the words for an outcome."""
    labels: dict[Outcome, str] = {
        Outcome.SOLVED: _("Solved"),
        Outcome.LINKED: _("Linked"),
        Outcome.SEND_ON: _("Send on"),
    }
    return labels[outcome]


class _Page:
    """Writes steps and answers that know each other's numbers."""

    def __init__(self, numbers: dict[str, int], id_prefix: str, known: Callable[[str], bool] | None) -> None:
        """Number the nodes as *numbers* says."""
        self.numbers = numbers
        self.id_prefix = id_prefix
        self.known = known

    def step(self, node: Node) -> str:
        """Write one step with its answers."""
        opening = tag("li", {"class": "step", "id": self._anchor(node.id)})
        note = f'<p class="note"><small>{self._text(node.note)}</small></p>' if node.note else ""
        answers = "".join(f"<li>{self._answer(answer)}</li>" for answer in node.answers)
        say = f'<p class="say"><strong>{self._text(node.say)}</strong></p>'
        return f'{opening}{say}{note}<ul class="answers">{answers}</ul></li>'

    def _answer(self, answer: Answer) -> str:
        text = self._text(answer.text)
        if answer.go is not None:
            where = escape(_("go to step %(number)s", number=self.numbers[answer.go]))
            return f'{text}: <a href="#{self._anchor(answer.go)}">{where}</a>'
        label = ""
        if answer.outcome is not None:
            name = answer.outcome.value.replace("_", "-")
            label = f' <span class="outcome outcome-{name}">{escape(outcome_label(answer.outcome))}</span>'
        return f"{text}: {self._text(answer.end or '')}{label}"

    def _anchor(self, node_id: str) -> str:
        return f"{self.id_prefix}step-{self.numbers[node_id]}"

    def _text(self, text: str) -> str:
        """Escape *text* and link the articles that it names."""

        def link(match: re.Match[str]) -> str:
            ref = match[0]
            return ref if self.known and not self.known(ref) else f'<a href="/kb/{ref}">{ref}</a>'

        return MENTION.sub(link, escape(text))

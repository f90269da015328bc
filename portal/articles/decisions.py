"""Decision scripts: what to say to the person, and where each answer leads.

A script stands in an article as a fenced block with the info string
``decision``, in YAML::

    start: internet
    nodes:
      internet:
        say: "Please open any public web page. Does it load?"
        note: "A newspaper will do."
        answers:
          - {if: "No", go: home_net}
          - {if: "Yes", end: "The fault is elsewhere. Send on to Network.", outcome: send_on}
      home_net:
        ...

A step is a *node*; an answer either goes to another node or ends the script
with an outcome. A script that cannot be walked to an end is never shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.articles.codelines import TICKS, code_blocks, in_columns, lines_of
from portal.articles.problems import did_you_mean
from portal.articles.strict_yaml import Entry, load
from portal.core.i18n import gettext as _

LANGUAGE = "decision"
MAX_NODES = 25
MAX_SAY = 200
MAX_TEXT = 1_000


class Outcome(StrEnum):
    """How a script ended."""

    SOLVED = "solved"
    LINKED = "linked"
    SEND_ON = "send_on"


@dataclass(frozen=True)
class Answer:
    """What the person may answer (*text*), and either the node to *go* to or the *end* with its outcome."""

    text: str
    line: int
    go: str | None = None
    end: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Node:
    """One step: what to say, what to know while saying it, and the answers."""

    id: str
    line: int
    say: str
    note: str | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Script:
    """A whole script; *nodes* in the order in which they are written."""

    start: str
    nodes: Mapping[str, Node]

    def in_order(self) -> list[Node]:
        """Return the nodes as a reader meets them: the start first, then whatever its answers lead to."""
        order: dict[str, None] = {self.start: None}
        waiting = deque([self.start])
        while waiting:
            for answer in self.nodes[waiting.popleft()].answers:
                if answer.go is not None and answer.go not in order:
                    order[answer.go] = None
                    waiting.append(answer.go)
        return [self.nodes[node_id] for node_id in order]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a script, at a *line* of the body (from 1), in a *node* if it is one node's fault."""

    line: int
    node: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Block:
    """A decision block as it stands in a body: its source, and its first and last line (from 1), ticks included."""

    first_line: int
    last_line: int
    source: str


def blocks(body: str) -> tuple[list[Block], list[Fault]]:
    """Find the decision blocks of *body*; one inside a list or quote is a fault, since it would show as code."""
    if not any(ticks in body for ticks in TICKS):
        return [], []
    lines = lines_of(body)
    found: list[Block] = []
    faults: list[Fault] = []
    for block in code_blocks(in_columns(lines))[0]:
        if block.language.lower() != LANGUAGE:
            continue
        if block.indent or block.quoted:
            message = _("A decision script stands inside a list or a quote.")
            faults.append(Fault(block.first + 1, "", message, _("Move it to the beginning of the line.")))
            continue
        source = "\n".join(lines[block.first + 1 : block.last])
        found.append(Block(block.first + 1, block.last + 1, source))
    return found, faults


def parse(source: str, *, first_line: int = 1) -> tuple[Script | None, list[Fault]]:
    """Read the YAML of one script, whose first line is line *first_line* of the body.

    Returns the script, or ``None`` with at least one fault.
    """
    root, yaml_faults = load(source, first_line=first_line)
    if yaml_faults or root is None:
        faults = [Fault(fault.line, "", fault.message, fault.remedy) for fault in yaml_faults]
        if not faults:
            faults = [Fault(first_line, "", _("The script is empty."), _("Write start and nodes."))]
        return None, faults
    reader = _Reader()
    script = reader.script(root)
    if script and not reader.faults:
        reader.faults += _faults_of_the_way(script)
    faults = sorted(reader.faults, key=lambda fault: fault.line)
    return (None if faults else script), faults


class _Reader:
    """Reads entries into a script and collects what does not fit."""

    def __init__(self) -> None:
        """Begin without faults, outside any node."""
        self.faults: list[Fault] = []
        self.node_id = ""

    def fault(self, line: int, message: str, remedy: str) -> None:
        """Note a fault of the node that is being read."""
        self.faults.append(Fault(line, self.node_id, message, remedy))

    def script(self, root: Entry) -> Script | None:
        """Read the outermost level."""
        fields = self.mapping(root, {"start", "nodes"}, _("the script"))
        if fields is None:
            return None
        start = self.text(fields, "start", root.line)
        nodes_entry = fields.get("nodes")
        if nodes_entry is None or not isinstance(nodes_entry.value, dict) or not nodes_entry.value:
            self.fault(root.line, _("The script has no nodes."), _("Write nodes: and the steps below it."))
            return None
        entries = nodes_entry.value
        if len(entries) > MAX_NODES:
            message = _("The script has %(count)s steps; %(limit)s is the limit.", count=len(entries), limit=MAX_NODES)
            self.fault(nodes_entry.line, message, _("Split it into two scripts, each with one goal."))
        nodes = {node_id: self.node(node_id, entry) for node_id, entry in entries.items()}
        self.node_id = ""
        if start and start not in nodes:
            message = _("start is %(start)s, and there is no such node.", start=start)
            self.fault(fields["start"].line, message, did_you_mean(start, nodes))
        return Script(start, nodes)

    def node(self, node_id: str, entry: Entry) -> Node:
        """Read one step."""
        self.node_id = node_id
        fields = self.mapping(entry, {"say", "note", "answers"}, _("a step"))
        if fields is None:
            return Node(node_id, entry.line, "", None, ())
        say = self.text(fields, "say", entry.line, limit=MAX_SAY)
        note = self.text(fields, "note", entry.line) if "note" in fields else None
        answers_entry = fields.get("answers")
        items = answers_entry.value if answers_entry else None
        if not isinstance(items, list) or not items:
            self.fault(entry.line, _("The step has no answers."), _("Write answers: and a list below it."))
            items = []
        answers = tuple(self.answer(item) for item in items)
        if len(answers) == 1 and answers[0].go is not None and answers[0].end is None:
            message = _("The step has one answer only, and it is not the last step.")
            self.fault(entry.line, message, _("Give it a second answer, or join it with the next step."))
        return Node(node_id, entry.line, say, note, answers)

    def answer(self, entry: Entry) -> Answer:
        """Read one answer."""
        fields = self.mapping(entry, {"if", "go", "end", "outcome"}, _("an answer"))
        if fields is None:
            return Answer("", entry.line)
        text = self.text(fields, "if", entry.line)
        if ("go" in fields) == ("end" in fields):
            message = _("An answer needs exactly one of go and end.")
            self.fault(entry.line, message, _("Write go: with the next step, or end: with what to do."))
        go = self.text(fields, "go", entry.line) if "go" in fields else None
        end = self.text(fields, "end", entry.line) if "end" in fields else None
        return Answer(text, entry.line, go, end, self.outcome(fields, entry.line))

    def outcome(self, fields: Mapping[str, Entry], line: int) -> Outcome | None:
        """Read the outcome, which an end may have and a way onward must not."""
        choices = ", ".join(Outcome)
        if "outcome" not in fields:
            return None
        if "end" not in fields:
            message = _("An answer that goes on has an outcome.")
            self.fault(line, message, _("Remove outcome; only an end has one."))
        word = fields["outcome"].value
        if isinstance(word, str) and word in set(Outcome):
            return Outcome(word)
        message = _("There is no outcome %(word)s.", word=str(word))
        self.fault(fields["outcome"].line, message, _("Use one of %(choices)s.", choices=choices))
        return None

    def mapping(self, entry: Entry, allowed: set[str], what: str) -> dict[str, Entry] | None:
        """Return the fields of *entry*, if it has any, complaining about every name that is not *allowed*."""
        if not isinstance(entry.value, dict):
            message = _("Here %(what)s is expected, written as names with values.", what=what)
            self.fault(entry.line, message, _("Names are: %(names)s.", names=", ".join(sorted(allowed))))
            return None
        for name, value in entry.value.items():
            if name not in allowed:
                message = _("%(name)s is not a part of %(what)s.", name=name, what=what)
                self.fault(value.line, message, did_you_mean(name, allowed))
        return entry.value

    def text(self, fields: Mapping[str, Entry], name: str, line: int, *, limit: int = MAX_TEXT) -> str:
        """Return the text under *name*, which must be there, be text, and fit."""
        if name not in fields:
            self.fault(line, _("%(name)s is missing.", name=name), _("Add it."))
            return ""
        entry = fields[name]
        if not isinstance(entry.value, str):
            remedy = _("Put it in double quotes: YAML reads words like yes, no and numbers as something else.")
            self.fault(entry.line, _("%(name)s is not read as text.", name=name), remedy)
            return ""
        text = " ".join(entry.value.split())
        if not text:
            self.fault(entry.line, _("%(name)s is empty.", name=name), _("Write what belongs there."))
        if len(text) > limit:
            long = _(
                "%(name)s has %(count)s characters; %(limit)s is the limit.", name=name, count=len(text), limit=limit
            )
            self.fault(entry.line, long, _("Say it shorter, or put the rest into note or the text below."))
        return text


def _faults_of_the_way(script: Script) -> list[Fault]:
    """Check that every step can be reached and left."""
    faults = [
        Fault(
            answer.line,
            node.id,
            _("An answer goes to %(go)s, and there is no such node.", go=answer.go),
            did_you_mean(answer.go, script.nodes),
        )
        for node in script.nodes.values()
        for answer in node.answers
        if answer.go is not None and answer.go not in script.nodes
    ]
    if faults:
        return faults
    reached = {node.id for node in script.in_order()}
    faults += [
        Fault(
            node.line,
            node.id,
            _("No answer leads to %(node)s.", node=node.id),
            _("Let an answer go there, or remove the step."),
        )
        for node in script.nodes.values()
        if node.id not in reached
    ]
    leads_out = _with_an_end_ahead(script.nodes.values())
    trapped = [node_id for node_id in script.nodes if node_id not in leads_out]
    if trapped:
        message = _("No answer ever leaves these steps: %(nodes)s.", nodes=", ".join(trapped))
        remedy = _("Give one of them an answer that ends, or that goes on to another step.")
        faults.append(Fault(script.nodes[trapped[0]].line, trapped[0], message, remedy))
    return faults


def _with_an_end_ahead(nodes: Iterable[Node]) -> set[str]:
    """Return the nodes from which some end can be reached; a cycle that nobody leaves has none."""
    nodes = list(nodes)
    leads_out = {node.id for node in nodes if any(answer.go is None for answer in node.answers)}
    grows = True
    while grows:
        more = {node.id for node in nodes if any(answer.go in leads_out for answer in node.answers)} - leads_out
        leads_out |= more
        grows = bool(more)
    return leads_out

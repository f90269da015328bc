"""YAML as authors need it: values with their lines, and no surprises.

Refused with a line and a remedy: a key that stands twice, a key that is not
text, anchors and aliases (a few of them can describe a billion values), types
of programming languages, and nesting that would exhaust the C parser (50,000
open brackets end the process with a segmentation fault, not an exception).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

import yaml

from portal.core.i18n import gettext as _

MAX_BYTES = 64 * 1024
MAX_BRACKETS = 1_000
MAX_DEPTH = 20
MAX_INT_BITS = 63

# The C parser where PyYAML was built with it (each wheel is): ten times faster, same nodes.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STEEP = re.compile(rf"^[ ]*(?:[-?:][ ]+){{{MAX_DEPTH + 1}}}", re.MULTILINE)
_TAB_INDENT = re.compile(r"[ ]*\t")
_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}
_STR = "tag:yaml.org,2002:str"

Scalar: TypeAlias = str | int | float | bool | date | datetime | None
Value: TypeAlias = "Scalar | list[Entry] | dict[str, Entry]"


@dataclass(frozen=True)
class Entry:
    """A value and the line (from 1) on which it begins in its file."""

    value: Value
    line: int


@dataclass(frozen=True)
class YamlFault:
    """One thing that is wrong in a YAML text. *key* is empty where no key is concerned."""

    line: int
    key: str
    message: str
    remedy: str


def load(text: str, *, first_line: int = 1) -> tuple[Entry | None, list[YamlFault]]:
    """Read one YAML document whose first line is line *first_line* of its file.

    Returns the value, or ``None`` where nothing could be read, and all faults.
    With faults the value holds what could be read.
    """
    too_much = _too_much(text, first_line)
    if too_much:
        return None, [too_much]
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, []
        reader = _Reader(loader, first_line)
        return reader.entry(node, depth=0), reader.faults
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_fault(error, text, first_line)]
    except yaml.YAMLError:
        remedy = _("Remove invisible control characters and save the file as UTF-8.")
        return None, [YamlFault(first_line, "", _("This cannot be read as YAML."), remedy)]
    finally:
        loader.dispose()


def _too_much(text: str, first_line: int) -> YamlFault | None:
    """Refuse what the parser would not survive, before it sees it."""
    if len(text.encode()) > MAX_BYTES:
        message = _("This block is longer than %(limit)s KB.", limit=MAX_BYTES // 1024)
        return YamlFault(first_line, "", message, _("Move long text into the body of the article."))
    if text.count("[") + text.count("{") > MAX_BRACKETS or _STEEP.search(text):
        return YamlFault(
            first_line,
            "",
            _("This block is nested too deeply."),
            _("Write it with fewer brackets and levels."),
        )
    return None


def _syntax_fault(error: yaml.MarkedYAMLError, text: str, first_line: int) -> YamlFault:
    """Turn the parser's complaint about *text* into a line and a sentence."""
    mark = error.problem_mark or error.context_mark
    at = mark.line if mark is not None else 0
    line = first_line + at
    if _TAB_INDENT.match("".join(text.splitlines()[at : at + 1])):
        remedy = _("Indent it with spaces; YAML takes no tabs.")
        return YamlFault(line, "", _("The line is indented with a tab."), remedy)
    detail = (error.problem or error.context or "").strip()
    return YamlFault(
        line,
        "",
        _("YAML cannot be read from here: %(detail)s.", detail=detail),
        _("Check quotes, brackets and indentation; put text with a colon or quotes inside double quotes."),
    )


class _Reader:
    """Turns nodes into entries and collects what is wrong with them."""

    def __init__(self, loader: yaml.SafeLoader, first_line: int) -> None:
        """Read with *loader*; line 0 of its text is line *first_line*."""
        self.loader = loader
        self.first_line = first_line
        self.faults: list[YamlFault] = []
        self.seen: set[int] = set()

    def line(self, node: yaml.Node) -> int:
        """The line of *node* in its file."""
        return self.first_line + int(node.start_mark.line)

    def fault(self, node: yaml.Node, key: str, message: str, remedy: str) -> Entry:
        """Note a fault and go on with nothing in its place."""
        self.faults.append(YamlFault(self.line(node), key, message, remedy))
        return Entry(None, self.line(node))

    def entry(self, node: yaml.Node, *, depth: int, key: str = "") -> Entry:
        """Return *node* as an entry; *key* is the name that it stands under."""
        if id(node) in self.seen:
            message = _("Anchors and aliases (& and *) are not used here.")
            return self.fault(node, key, message, _("Write the value out at each place."))
        self.seen.add(id(node))
        if depth > MAX_DEPTH:
            return self.fault(node, key, _("This block is nested too deeply."), _("Write it with fewer levels."))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth=depth)
        if isinstance(node, yaml.SequenceNode):
            items = [self.entry(item, depth=depth + 1, key=key) for item in node.value]
            return Entry(items, self.line(node))
        return self.scalar(node, key)

    def mapping(self, node: yaml.MappingNode, *, depth: int) -> Entry:
        """Read a mapping, refusing keys that are not text or stand twice."""
        values: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != _STR:
                shown = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
                message = _("The name %(name)s is not read as text.", name=shown)
                self.fault(key_node, "", message, _("Put the name in double quotes."))
                continue
            key = str(key_node.value)
            if key in values:
                message = _("%(name)s stands twice.", name=key)
                self.fault(key_node, key, message, _("Keep one of them."))
                continue
            values[key] = self.entry(value_node, depth=depth + 1, key=key)
        return Entry(values, self.line(node))

    def scalar(self, node: yaml.Node, key: str) -> Entry:
        """Read one plain value."""
        if node.tag not in _PLAIN_TAGS:
            message = _("Types that begin with an exclamation mark, and the sign =, are not used here.")
            return self.fault(node, key, message, _("Write it as plain text, in double quotes if need be."))
        try:
            value: Scalar = self.loader.construct_object(node)
        except (ValueError, OverflowError, yaml.YAMLError):
            return self._unfit(node, key)
        # Python refuses to write out the largest whole numbers, so that no sentence could name them.
        if isinstance(value, int) and value.bit_length() > MAX_INT_BITS:
            return self._unfit(node, key)
        return Entry(value, self.line(node))

    def _unfit(self, node: yaml.Node, key: str) -> Entry:
        message = _("%(value)s is not a date or number that exists.", value=str(node.value)[:80])
        return self.fault(node, key, message, _("Correct it, or put it in double quotes if it is text."))

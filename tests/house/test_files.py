"""Files stay under 400 lines and functions under 50: what grows past that wants splitting by idea."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.app import ROOT

MOST_LINES, MOST_IN_A_FUNCTION = 400, 50
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    """The Python files of portal and plugins; migrations are a history and stay as they are."""
    found = [path for folder in ("portal", "plugins") for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def length(node: Function) -> int:
    """Lines of a function without its decorators and its docstring, which may be as long as it needs."""
    said = ast.get_docstring(node, clean=False) or ""
    return (node.end_lineno or node.lineno) - node.lineno + 1 - (said.count("\n") + 1 if said else 0)


def long_functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, Function) and length(node) >= MOST_IN_A_FUNCTION:
            yield node.name, length(node)


def test_no_file_has_400_lines():
    lines = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in sources()}

    assert {name: count for name, count in lines.items() if count >= MOST_LINES} == {}


def test_no_function_has_50_lines():
    found = {
        f"{path.relative_to(ROOT)}: {name}": lines
        for path in sources()
        for name, lines in long_functions(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert found == {}


def test_the_whole_portal_is_looked_at():
    names = {str(path.relative_to(ROOT)) for path in sources()}

    assert {"portal/app.py", "portal/core/jobs.py", "portal/articles/views/reading.py", "plugins/__init__.py"} <= names


@pytest.mark.parametrize(
    ("lines", "said", "found"), [(47, "", []), (48, "", [("f", 50)]), (47, '    """What\n    it does."""\n', [])]
)
def test_a_long_function_is_found_and_a_long_docstring_is_none(lines, said, found):
    text = f"def f():\n{said}" + "    x = 1\n" * lines + "    return x\n"

    assert list(long_functions(ast.parse(text))) == found

"""The handbook says what the code does: every name in its tables exists, and every name of the code stands in them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import click
import pytest

from plugins.gamification.kinds import ALWAYS, KINDS
from portal import testing
from portal.accounts.models import DUTIES, PROFICIENCIES
from portal.accounts.roles import COACH, DERIVED_ROLES, END_USER, ROLE_LEVEL, ROLE_TITLE, ROLES
from portal.app import ROOT
from portal.articles import decisions, frontmatter, levels, wording
from portal.articles.checking import check_file
from portal.articles.frontmatter_model import FrontMatter, Handover, KnownError
from portal.articles.frontmatter_rules import REVIEW_DAYS
from portal.articles.levels import Level
from portal.cli import command
from portal.core.config import SETTINGS, environment_name
from tests.house import messages

FOLDER = ROOT / "kb_articles" / "handbook"
README = ROOT / "README.md"
CODE = re.compile(r"`([^`]+)`")
BLOCK = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOR_CARETAKERS = ("role:admin", "role:coach")


@dataclass(frozen=True)
class Table:
    """One table of a page: the words above its columns, and the cells of its rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def text_of(ref: str) -> str:
    (path,) = FOLDER.glob(f"{ref}-*.md")
    return path.read_text(encoding="utf-8")


def without_blocks(text: str) -> str:
    return BLOCK.sub("", text)


def tables_of(ref: str) -> list[Table]:
    runs = re.findall(r"(?:^\|.*\|\n)+", without_blocks(text_of(ref)), re.MULTILINE)
    split = [[tuple(cell.strip() for cell in line[1:-1].split(" | ")) for line in run.splitlines()] for run in runs]
    return [Table(lines[0], tuple(lines[2:])) for lines in split]


def rows_of(ref: str, first: str) -> list[tuple[str, ...]]:
    """The rows of all tables of a page whose first column is headed so; each row has a cell for each column."""
    found = [table for table in tables_of(ref) if table.header[0] == first]
    assert found
    for table in found:
        assert {len(row) for row in table.rows} == {len(table.header)}
    return [row for table in found for row in table.rows]


def codes(text: str) -> list[str]:
    return CODE.findall(text)


def all_texts() -> dict[str, str]:
    paths = [*sorted(FOLDER.glob("*.md")), README]
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def leaves(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, each in group.commands.items():
        if isinstance(each, click.Group):
            yield from leaves(each, (*path, name))
        else:
            yield (*path, name), each


def usage(path: tuple[str, ...], leaf: click.Command) -> str:
    """The command with its arguments as its help shows them; a bar would end the cell of a table."""
    context = click.Context(leaf, info_name=path[-1])
    arguments = [each.make_metavar(context) for each in leaf.params if isinstance(each, click.Argument)]
    return " ".join([*path, *arguments]).replace("|", "/")


# The pages as articles


def test_every_page_of_the_handbook_is_an_article_without_a_fault():
    files = [frontmatter.read_file(path, max_bytes=100 * 1024) for path in sorted(FOLDER.glob("*.md"))]

    assert {file.path: check_file(file, render=True) for file in files} == {file.path: [] for file in files}
    assert [(file.front.id, file.front.service, file.front.audience, file.front.readers) for file in files] == [
        ("KB9001", "portal", Level.EVERYONE, FOR_CARETAKERS),
        ("KB9002", "portal", Level.EVERYONE, FOR_CARETAKERS),
        ("KB9003", "portal", Level.EVERYONE, FOR_CARETAKERS),
        ("KB9004", "portal", Level.EVERYONE, FOR_CARETAKERS),
        ("KB9005", "portal", Level.EVERYONE, ()),
        ("KB9006", "portal", Level.EVERYONE, ()),
        ("KB9007", "portal", Level.SUPPORT, ()),
        ("KB9008", "portal", Level.EVERYONE, FOR_CARETAKERS),
        ("KB9009", "portal", Level.EVERYONE, ()),
        ("KB9010", "portal", Level.EVERYONE, ()),
        ("KB9011", "portal", Level.EVERYONE, ()),
        ("KB9012", "portal", Level.EVERYONE, ()),
        ("KB9013", "portal", Level.EVERYONE, FOR_CARETAKERS),
        ("KB9014", "portal", Level.EVERYONE, ()),
        ("KB9015", "portal", Level.EVERYONE, FOR_CARETAKERS),
        ("KB9016", "portal", Level.EVERYONE, FOR_CARETAKERS),
        ("KB9017", "portal", Level.EVERYONE, FOR_CARETAKERS),
        ("KB9018", "portal", Level.SUPPORT, ()),
        ("KB9019", "portal", Level.SUPPORT, ()),
        ("KB9020", "portal", Level.SUPPORT, ()),
        ("KB9021", "portal", Level.SUPPORT, ()),
    ]


def test_what_the_handbook_points_at_on_a_page_stands_there():
    said = [
        part
        for each in messages.collect()
        if each.id
        for part in (each.id if isinstance(each.id, tuple) else [each.id])
    ]
    on_pages = "\n".join(said).casefold()
    pointed = {
        (name, words)
        for name, text in all_texts().items()
        if name != README.name
        for words in re.findall(r"\*+([^*\n]+)\*+", CODE.sub("", without_blocks(text)))
    }

    assert len(pointed) > 40
    assert sorted((name, words) for name, words in pointed if words.casefold() not in on_pages) == []


def test_links_inside_the_handbook_lead_to_headings_that_exist():
    for name, text in all_texts().items():
        for ref, anchor in re.findall(r"\]\((?:/kb/(KB9\d{3}))?#([\w-]+)\)", without_blocks(text)):
            headings = re.findall(r"^#+ (.+)$", without_blocks(text_of(ref) if ref else text), re.MULTILINE)
            slugs = [re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-") for words in headings]
            assert (name, anchor, anchor in slugs) == (name, anchor, True)


# KB9001


def test_every_command_stands_in_the_handbook_with_its_arguments_and_options(house):
    there = {
        usage(path, leaf): sorted(option for each in leaf.params for option in each.opts if option.startswith("--"))
        for path, leaf in leaves(command(house), ("portal",))
    }
    named = {
        codes(row[0])[0]: sorted(code for code in codes(row[1]) if code.startswith("--"))
        for row in rows_of("KB9001", "Command")
    }

    assert named == there


def test_every_command_that_is_mentioned_anywhere_exists(house):
    mentioned = {
        (name, words)
        for name, text in all_texts().items()
        for words in re.findall(r"(?:^|[\s/])portal ([^\n]+)$", "\n".join(codes(without_blocks(text))), re.MULTILINE)
    }
    wrong = []
    for name, words in mentioned:
        place: click.Command = command(house)
        for word in words.split():
            if not isinstance(place, click.Group) or word.startswith("--"):
                break
            if word not in place.commands:
                wrong.append((name, words))
                break
            place = place.commands[word]

    assert len(mentioned) > 40
    assert wrong == []


# KB9002


def test_every_setting_stands_in_the_handbook_with_its_default_and_choices(house):
    there = {item.name: item for item in SETTINGS}
    there |= {f"{member.name}.{item.name}": item for member in house.plugins for item in member.settings}
    rows = {codes(row[0])[0]: row for row in rows_of("KB9002", "Setting")}

    assert {name: row[1] for name, row in rows.items()} == {
        name: f"`{str(item.default).lower() if isinstance(item.default, bool) else item.default}`"
        if item.default != ""
        else "empty"
        for name, item in there.items()
    }
    for name, item in there.items():
        assert (name, set(item.choices) - set(codes(rows[name][2]))) == (name, set())


def test_every_variable_of_the_environment_that_is_mentioned_exists(house):
    settings = [item.name for item in SETTINGS]
    settings += [f"{member.name}.{item.name}" for member in house.plugins for item in member.settings]
    of_the_example = {"PORTAL_KEPT_MOST"}

    mentioned = {found for text in all_texts().values() for found in re.findall(r"PORTAL_[A-Z_]*[A-Z]", text)}

    assert len(mentioned) > 5
    assert mentioned - {environment_name(name) for name in settings} == of_the_example


# KB9003


def test_every_role_stands_in_the_handbook_with_its_name_and_what_it_reads():
    assert {codes(row[0])[0]: row[1:3] for row in rows_of("KB9003", "Role")} == {
        role: (str(ROLE_TITLE[role]), Level(ROLE_LEVEL[role]).word) for role in ROLES
    }
    assert {codes(row[0])[0]: row[1] for row in rows_of("KB9003", "Name")} == {
        role: str(ROLE_TITLE[role]) for role in DERIVED_ROLES
    }


def test_every_permission_stands_in_the_handbook_with_the_roles_that_have_it(house):
    def in_words(roles: frozenset[str]) -> str:
        """The roles in their order; what every colleague has, all have."""
        return ", ".join(
            str(ROLE_TITLE[role]) for role in ROLES if role in roles and (END_USER not in roles or role == END_USER)
        )

    assert {codes(row[0])[0]: row[1:] for row in rows_of("KB9003", "Permission")} == {
        each.name: (str(each.title), in_words(each.roles)) for each in house.permissions.values()
    }


def test_duties_and_proficiencies_have_their_names():
    assert [codes(row[0])[0] for row in rows_of("KB9003", "Duty")] == list(DUTIES)
    assert [codes(row[0])[0] for row in rows_of("KB9003", "Proficiency")] == [*PROFICIENCIES, COACH]


# KB9004


def test_every_hook_stands_in_the_handbook_with_its_arguments(house):
    named = {}
    for row in rows_of("KB9004", "Hook"):
        name, arguments = re.fullmatch(r"(\w+)\((.*)\)", codes(row[0])[0]).groups()
        named[name] = set(arguments.split(", ")) - {""}

    assert named == {hook: set(house.plugins.arguments(hook)) for hook in house.plugins.declared_hooks()}


def test_every_event_stands_in_the_handbook_with_its_payload(house):
    named = {codes(row[0])[0]: set(codes(row[1])) for row in rows_of("KB9004", "Event")}

    assert named == {name: set(event.keys()) for name, event in house.bus.events.items()}


def test_every_fixture_for_tests_of_plugins_stands_in_the_handbook():
    there = {
        getattr(thing, "name", name)
        for name, thing in vars(testing).items()
        if type(thing).__name__ == "FixtureFunctionDefinition"
    }

    assert {codes(row[0])[0] for row in rows_of("KB9004", "Fixture")} == {n for n in there if not n.startswith("_")}


def run(folder: Path, *arguments: str) -> str:
    """Run Python in *folder*, with nothing of this test's surroundings; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PORTAL_INSTANCE": str(folder / "instance"), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the portal with the plugin of the handbook, each file at the place that stands above it."""
    folder = tmp_path_factory.mktemp("with_kept") / "frontline"
    for name in ("portal", "migrations", "plugins", "kb_articles"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    for path, text in FILE.findall(text_of("KB9004")):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "tests" / "conftest.py").write_text('pytest_plugins = ["portal.testing"]\n', encoding="utf-8")
    return folder


def test_the_plugin_of_the_handbook_passes_its_own_tests(tree):
    wanted = (tree / "tests/plugins/kept/test_kept.py").read_text(encoding="utf-8").count("\ndef test_")

    told = run(tree, "pytest", "tests/plugins/kept")

    assert wanted > 3
    assert f"{wanted} passed" in told


def test_the_plugin_of_the_handbook_migrates_both_ways_and_is_on(tree):
    assert "kept: empty to 0001" in run(tree, "portal.cli", "db", "upgrade").splitlines()
    assert "on   kept 0.1  Kept articles" in run(tree, "portal.cli", "plugins", "list").splitlines()
    assert run(tree, "portal.cli", "db", "downgrade", "kept", "base") == "kept stands at base.\n"


def test_the_plugin_of_the_handbook_is_written_in_our_style(tree):
    assert run(tree, "ruff", "check", "--no-cache", "plugins/kept", "tests/plugins") == "All checks passed!\n"
    assert "would be reformatted" not in run(tree, "ruff", "format", "--no-cache", "--check", "plugins/kept", "tests")


# KB9005


def test_every_field_of_an_article_stands_in_the_handbook():
    named = [codes(row[0])[0] for row in rows_of("KB9005", "Field")]

    assert named == [each.name for kind in (FrontMatter, KnownError, Handover) for each in fields(kind)]


def test_every_word_of_a_closed_list_stands_beside_its_field():
    row_of = {codes(row[0])[0]: row for row in rows_of("KB9005", "Field")}

    assert codes(row_of["audience"][2]) == [level.word for level in Level]
    assert codes(row_of["confidence"][2]) == list(levels.Confidence)
    assert codes(row_of["governance"][2]) == list(levels.Governance)
    assert codes(row_of["status"][2]) == list(levels.KnownErrorStatus)
    assert codes(row_of["size"][2]) == list(levels.HandoverSize)
    assert [int(days) for days in re.findall(r"\d+", row_of["review_every_days"][2])[: len(REVIEW_DAYS)]] == list(
        REVIEW_DAYS
    )
    assert {codes(row[0])[0]: row[1] for row in rows_of("KB9005", "Kind")} == {
        kind: str(words) for kind, words in wording.KINDS.items()
    }
    outcomes = {codes(row[0])[0]: row[1] for row in rows_of("KB9005", "In the block")}["outcome"]
    assert codes(outcomes) == list(decisions.Outcome)


def test_the_examples_for_writers_are_articles_without_a_fault(tmp_path):
    blocks = [text for _ticks, language, text in BLOCK.findall(text_of("KB9005")) if language == "markdown"]
    whole = blocks[0]
    with_parts = whole + "\n".join(blocks[1:])

    for text in (whole, with_parts):
        path = tmp_path / "KB5001-example.md"
        path.write_text(text, encoding="utf-8")
        assert check_file(frontmatter.read_file(path, max_bytes=10_000), render=True) == []
    assert [len(decisions.blocks(text)[0]) for text in blocks] == [0, 0, 1, 0]


# KB9016


def in_cell(names: Iterable[str], otherwise: str) -> str:
    return ", ".join(f"`{name}`" for name in names) or otherwise


def test_every_kind_of_contribution_stands_in_the_handbook_with_what_tells_it_or_what_it_waits_for():
    counted = [kind for kind in KINDS.values() if kind.counts]
    further = {kind.name: in_cell(sorted(kind.fields - ALWAYS), "nothing more") for kind in counted}

    assert [(codes(row[0])[0], row[2], row[3]) for row in rows_of("KB9016", "Kind")] == [
        (kind.name, further[kind.name], in_cell(kind.source.split(), "recognition itself"))
        for kind in counted
        if not kind.waits_for
    ]
    assert [(codes(row[0])[0], row[2], row[3]) for row in rows_of("KB9016", "Waiting kind")] == [
        (kind.name, further[kind.name], kind.waits_for) for kind in counted if kind.waits_for
    ]
    assert in_cell(sorted(ALWAYS), "") in text_of("KB9016")


# README and Makefile


def test_what_the_readme_and_the_handbook_name_in_the_tree_is_there():
    for name, text in all_texts().items():
        links = re.findall(r"\]\((?!https?:|/|#)([^)#]+)", without_blocks(text))
        files = [
            code for code in codes(without_blocks(text)) if re.fullmatch(r"(?:portal|plugins|tests)/[\w/.]+", code)
        ]
        example = {path for path, _text in FILE.findall(text)}
        assert [(name, path) for path in [*links, *files] if path not in example and not (ROOT / path).exists()] == []
    assert len(re.findall(r"\]\(", README.read_text(encoding="utf-8"))) > 5


def test_every_target_of_make_is_in_its_help_and_those_of_the_readme_exist():
    told = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    helped = [line.split()[0] for line in told.splitlines()]
    declared = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1].split()

    mentioned = {
        target
        for text in all_texts().values()
        for target in re.findall(r"(?:`|^    )make ([a-z]+)", text, re.MULTILINE)
    }

    assert sorted(helped) == sorted(declared)
    assert {"run", "test", "demo"} <= mentioned
    assert mentioned <= set(helped)

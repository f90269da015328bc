"""Plugins: how they are found, and how one that breaks the contract is refused at start with a sentence."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from flask import Blueprint, Flask
from markupsafe import Markup

import plugins
from portal.app import ROOT, build, create_app
from portal.core.config import Setting
from portal.core.errors import ConfigError, NotFound
from portal.core.hooks import NavItem, Permission, hookimpl
from portal.core.plugins import discover
from portal.core.portal import LeftOut, Plugin


class OddPlugin(Plugin):
    """A plugin that adds nothing."""

    name = "odd"
    title = "Odd"


class SecondPlugin(Plugin):
    """Another one."""

    name = "second"


def refusal(tmp_path: Path, *members: Plugin, overrides: dict | None = None) -> tuple[str, str]:
    with pytest.raises(ConfigError) as caught:
        create_app({"instance": str(tmp_path / "instance"), **(overrides or {})}, environ={}, plugins=members)
    return caught.value.message, caught.value.hint


def blueprint_with(tmp_path: Path, template: str) -> Blueprint:
    (tmp_path / "templates" / "odd").mkdir(parents=True)
    (tmp_path / "templates" / "odd" / "page.html").write_text(template, encoding="utf-8")
    return Blueprint("odd", __name__, template_folder=str(tmp_path / "templates"))


@pytest.fixture
def member_with(tmp_path):
    """A plugin ``odd`` whose blueprints are these, at these paths."""

    def make(*blueprints: Blueprint, paths: tuple[str, ...] = ()) -> Plugin:
        class WithPages(OddPlugin):
            @hookimpl
            def blueprints(self) -> list[Blueprint]:
                return list(blueprints)

        WithPages.paths = paths
        return WithPages()

    return make


@pytest.fixture
def make_house(tmp_path):
    """A portal with these plugins, closed at the end."""
    made = []

    def make(*members: Plugin):
        made.append(build({"instance": str(tmp_path / "instance")}, environ={}, plugins=members))
        return made[-1]

    yield make
    for house in made:
        house.close()


PLUGIN = '''
from portal.core.portal import Plugin


class {name}Plugin(Plugin):
    """Found, not given."""

    name = "{lower}"
    title = "{name}"
    version = "0.3"
    requires_portal = "{requires}"
'''


@pytest.fixture
def plugins_folder(tmp_path, monkeypatch):
    """A second folder of plugins beside the portal's own, gone afterwards."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    monkeypatch.setattr(plugins, "__path__", [*plugins.__path__, str(folder)])
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if name.startswith("plugins."):
            del sys.modules[name]


def write_plugin(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("", encoding="utf-8")
    (folder / name / "plugin.py").write_text(text, encoding="utf-8")
    importlib.invalidate_caches()


def as_installed(folder: Path, name: str, target: str) -> None:
    """Write what ``pip install`` leaves behind for a package with an entry point."""
    info = folder / f"{name}-0.3.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.3\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[portal.plugins]\n{name} = {target}\n", encoding="utf-8")


def installed_command(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``portal …`` where the packages of ``tmp_path / "site"`` are installed."""
    return subprocess.run(
        [sys.executable, "-m", "portal.cli", *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(tmp_path / "site"),
            "PORTAL_INSTANCE": str(tmp_path / "instance"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_folder_with_a_plugin_is_found_in_the_order_of_names(plugins_folder):
    write_plugin(plugins_folder, "zebra", PLUGIN.format(name="Zebra", lower="zebra", requires=">=1.0,<2"))
    write_plugin(plugins_folder, "aardvark", PLUGIN.format(name="Aardvark", lower="aardvark", requires=">=1.0,<2"))
    (plugins_folder / "no_plugin").mkdir()

    found = discover(plugins_folder)

    assert [(type(member).__module__, member.name, member.folder) for member in found] == [
        ("plugins.aardvark.plugin", "aardvark", plugins_folder / "aardvark"),
        ("plugins.zebra.plugin", "zebra", plugins_folder / "zebra"),
    ]


@pytest.mark.parametrize("target", ["found_by_entry.plugin", "found_by_entry.plugin:EntryPlugin"])
def test_an_installed_package_is_found_by_its_entry_point(tmp_path, monkeypatch, target):
    write_plugin(tmp_path / "site", "found_by_entry", PLUGIN.format(name="Entry", lower="entry", requires=">=1.0,<2"))
    as_installed(tmp_path / "site", "found_by_entry", target)
    monkeypatch.syspath_prepend(tmp_path / "site")

    (member,) = discover(tmp_path / "no folder")

    assert (member.name, member.title, member.package) == ("entry", "Entry", "found_by_entry")
    for name in [name for name in sys.modules if name.startswith("found_by_entry")]:
        del sys.modules[name]


def test_a_module_must_hold_exactly_one_plugin(plugins_folder):
    write_plugin(plugins_folder, "hollow", "from portal.core.portal import Plugin\n")

    with pytest.raises(
        ConfigError, match=r"plugins\.hollow\.plugin must hold exactly one subclass of Plugin, and holds 0"
    ):
        discover(plugins_folder)


def test_an_installed_plugin_shows_in_the_list(tmp_path):
    write_plugin(tmp_path / "site", "diary", PLUGIN.format(name="Diary", lower="diary", requires=">=1.0,<2"))
    write_plugin(tmp_path / "site", "future", PLUGIN.format(name="Future", lower="future", requires=">=2"))
    as_installed(tmp_path / "site", "diary", "diary.plugin")
    as_installed(tmp_path / "site", "future", "future.plugin")

    listed = installed_command(tmp_path, "plugins", "list")

    lines = listed.stdout.splitlines()
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "on   diary 0.3  Diary" in lines
    assert "---  future: It asks for the portal >=2; this is 1.0.0." in lines


@pytest.mark.parametrize(
    ("requires", "reason"),
    [
        (">=2", "It asks for the portal >=2; this is 1.0.0."),
        ("<1", "It asks for the portal <1; this is 1.0.0."),
        ("soon", "It asks for the portal “soon”, which is not a range of versions."),
    ],
)
def test_a_plugin_for_another_version_is_left_out_with_the_reason(make_house, requires, reason):
    class FuturePlugin(OddPlugin):
        requires_portal = requires
        settings = (Setting("depth", 3, "How deep."),)

    house = make_house(FuturePlugin(), SecondPlugin())

    assert house.plugins.left_out == [LeftOut("odd", reason)]
    assert [member.name for member in house.plugins.switchable] == ["second"]
    with pytest.raises(NotFound, match=r"There is no plugin odd\."):
        house.plugins.get("odd")


def test_a_misspelt_hook_is_refused(tmp_path):
    class Misspelt(OddPlugin):
        @hookimpl
        def navigations(self) -> list[NavItem]:
            return []

    assert refusal(tmp_path, Misspelt()) == (
        "The plugin odd offers navigations, which nobody asks for.",
        "Did you mean navigation?",
    )


def test_a_hook_like_no_other_is_refused_with_a_way_to_the_list(tmp_path):
    class Inventive(OddPlugin):
        @hookimpl
        def xyzzy(self) -> None:
            return None

    assert refusal(tmp_path, Inventive()) == (
        "The plugin odd offers xyzzy, which nobody asks for.",
        "The handbook lists all hooks.",
    )


def test_a_hook_with_an_argument_that_it_lacks_is_refused(tmp_path):
    class Demanding(OddPlugin):
        @hookimpl
        def navigation(self, weather) -> list[NavItem]:
            return []

    assert refusal(tmp_path, Demanding()) == (
        (
            "The plugin odd does not fit: Plugin 'odd' for hook 'navigation' hookimpl definition: navigation(weather) "
            "-> 'list[NavItem]' "
            "Argument(s) {'weather'} are declared in the hookimpl but can not be found in the hookspec."
        ),
        "The hook's declaration says what it takes.",
    )


def test_two_plugins_of_one_name_are_refused(tmp_path):
    assert refusal(tmp_path, OddPlugin(), OddPlugin()) == ("Two plugins are called odd.", "Remove one of them.")


@pytest.mark.parametrize("name", ["search", "core"])
def test_a_plugin_cannot_take_the_name_of_a_room(tmp_path, name):
    class Cuckoo(OddPlugin):
        pass

    Cuckoo.name = name

    assert refusal(tmp_path, Cuckoo())[0] == f"Two plugins are called {name}."


def test_two_owners_of_one_path_are_refused(tmp_path, member_with):
    class Same(SecondPlugin):
        paths = ("/odd",)

    assert refusal(tmp_path, member_with(paths=("/odd",)), Same())[0] == (
        "odd and second both want the pages under /odd."
    )
    assert refusal(tmp_path, member_with(paths=("/search",)))[0] == "search and odd both want the pages under /search."
    assert refusal(tmp_path, member_with(paths=("/",)))[0] == "home and odd both want the pages under /."


@pytest.mark.parametrize("path", ["odd", "/odd/", ""])
def test_a_path_is_written_in_one_way(tmp_path, member_with, path):
    assert refusal(tmp_path, member_with(paths=(path,))) == (f"odd names the path {path!r}.", "Write it like /badges.")


@pytest.mark.parametrize("rule", ["/elsewhere", "/oddly", "/", "/kb/KB0001", "/<anything>"])
def test_a_page_outside_of_the_paths_is_refused(tmp_path, member_with, rule):
    pages = Blueprint("odd", __name__)
    pages.add_url_rule(rule, "page", lambda **_: "")

    assert refusal(tmp_path, member_with(pages, paths=("/odd",))) == (
        f"odd answers at {rule}, which it does not name in its paths.",
        "Add the top path to the plugin's paths, or move the page.",
    )


def test_pages_under_the_paths_are_let_in(tmp_path, member_with):
    pages = Blueprint("odd", __name__)
    inner = Blueprint("inner", __name__, url_prefix="/odd/inner")
    inner.add_url_rule("/page", "page", lambda: "inside")
    pages.add_url_rule("/odd", "page", lambda: "outside")
    pages.register_blueprint(inner)

    app = create_app(
        {"instance": str(tmp_path / "instance")}, environ={}, plugins=[member_with(pages, paths=("/odd",))]
    )

    browser = app.test_client()
    assert [browser.get(path).text for path in ("/odd", "/odd/inner/page")] == ["outside", "inside"]
    app.extensions["portal"].close()


def test_two_blueprints_of_one_name_are_refused(tmp_path, member_with):
    assert refusal(tmp_path, member_with(Blueprint("search", __name__)))[0] == (
        "odd has a blueprint search, and so has another."
    )


def test_two_owners_of_one_permission_are_refused(tmp_path):
    class Greedy(OddPlugin):
        @hookimpl
        def permissions(self) -> list[Permission]:
            return [Permission("portal.admin", "Everything", frozenset({"end_user"}))]

    assert refusal(tmp_path, Greedy())[0] == "odd declares the permission portal.admin a second time."


@pytest.mark.parametrize(
    ("template", "message", "hint"),
    [
        (
            "\n{{ slot('front_nwo') }}",
            "odd/page.html, line 2: nobody declared the slot front_nwo.",
            "Declare slot_front_nwo in hooks.py of the room whose page it is.",
        ),
        (
            "{{ slot('front_now', article=1) }}",
            "odd/page.html, line 1: the slot front_now takes viewer.",
            "The template gives article, viewer.",
        ),
        (
            "{{ slot(place) }}",
            "odd/page.html, line 1: a slot is named by a plain string, and its values by their names.",
            "",
        ),
        (
            "{{ slot('front_now', 1) }}",
            "odd/page.html, line 1: a slot is named by a plain string, and its values by their names.",
            "",
        ),
    ],
)
def test_a_template_with_a_wrong_slot_is_refused(tmp_path, member_with, template, message, hint):
    assert refusal(tmp_path, member_with(blueprint_with(tmp_path, template))) == (message, hint)


def test_a_setting_of_a_plugin_is_refused_when_it_is_wrong(tmp_path):
    class WithSetting(OddPlugin):
        settings = (Setting("depth", 3, "How deep."),)

    assert refusal(tmp_path, WithSetting(), overrides={"odd.dept": 2}) == (
        "There is no setting odd.dept.",
        "Did you mean odd.depth?",
    )


TABLES = PLUGIN + dedent('''
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import IntPk, Model


class Row(Model):
    """A row."""

    __tablename__ = "{table}"

    id: Mapped[IntPk]
    other_id: Mapped[int | None] = mapped_column({column})


class Leaf(Model):
    """Another row."""

    __tablename__ = "{lower}_leaf"

    id: Mapped[IntPk]
''')


@pytest.mark.parametrize(
    ("table", "column", "said"),
    [
        ("leaf", "", "The plugin diary has a table leaf.\nName it diary_leaf, or alike.\n"),
        (
            "diary_row",
            'ForeignKey("badges_award.id")',
            (
                "diary_row of the plugin diary points at badges_award, which belongs to another plugin.\n"
                "Point at tables of the portal only; listen to the other plugin's events instead.\n"
            ),
        ),
        ("diary_row", 'ForeignKey("person.id")', None),
        ("diary_row", 'ForeignKey("diary_leaf.id")', None),
    ],
)
def test_a_plugin_has_tables_of_its_own_name_that_point_at_the_portal_or_itself(tmp_path, table, column, said):
    text = TABLES.format(name="Diary", lower="diary", requires=">=1.0,<2", table=table, column=column)
    write_plugin(tmp_path / "site", "diary", text)
    as_installed(tmp_path / "site", "diary", "diary.plugin")

    ran = installed_command(tmp_path, "plugins", "list")

    assert (ran.returncode, ran.stderr) == ((2, said) if said else (0, ""))


def test_hooks_are_asked_in_the_order_of_registration_and_off_ones_not_at_all(make_house):
    class First(OddPlugin):
        @hookimpl
        def slot_front_now(self) -> Markup:
            return Markup("first")

    class Second(SecondPlugin):
        @hookimpl
        def slot_front_now(self) -> Markup:
            return Markup("second")

    class Silent(Plugin):
        name = "silent"
        default_on = False

        @hookimpl
        def slot_front_now(self) -> Markup:
            return Markup("never")

    house = make_house(First(), Silent(), Second())

    assert [
        part for part in house.plugins.on("slot_front_now", viewer=None) if part in {"first", "second", "never"}
    ] == [
        "first",
        "second",
    ]
    assert house.plugins.one(house.plugins.get("second"), "slot_front_now", viewer=None) == ["second"]


def test_a_slot_escapes_plain_text_and_a_plugin_that_fails_takes_no_other_with_it(tmp_path, capsys):
    class Failing(OddPlugin):
        @hookimpl
        def slot_front_now(self) -> Markup:
            raise ZeroDivisionError

    class Plain(SecondPlugin):
        @hookimpl
        def slot_front_now(self) -> str:
            return "<b>plain</b>"

    class Bold(Plugin):
        name = "bold"

        @hookimpl
        def slot_front_now(self) -> Markup:
            return Markup("<b>bold</b>")

    app: Flask = create_app({"instance": str(tmp_path / "instance")}, environ={}, plugins=[Failing(), Plain(), Bold()])
    with app.test_request_context("/"):
        shown = app.jinja_env.from_string("{{ slot('front_now') }}").render(viewer=None)

    assert "&lt;b&gt;plain&lt;/b&gt;\n<b>bold</b>" in shown
    failures = [line for line in capsys.readouterr().err.splitlines() if " slot failed " in line]
    assert [line.partition(" slot failed ")[2] for line in failures] == ['slot="slot_front_now" plugin="odd"']
    app.extensions["portal"].close()

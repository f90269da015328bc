"""Settings: where they come from, and how a wrong one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.core import config
from portal.core.config import SETTINGS, Setting, load
from portal.core.errors import ConfigError

HANDOVER = {"handover": (Setting("warn_days", 3, "Days before go-live when the desk is warned.", least=1),)}


def refusal(**given) -> tuple[str, str]:
    with pytest.raises(ConfigError) as caught:
        load(**{"root": Path("/srv/portal"), "environ": {}, **given})
    return caught.value.message, caught.value.hint


def with_file(folder: Path, text: str | bytes) -> Path:
    (folder / "instance").mkdir()
    (folder / "instance" / "portal.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def test_every_setting_has_its_default_when_nothing_is_set():
    settings = load(root=Path("/srv/portal"), environ={"HOME": "/root"})

    assert dict(settings) == {setting.name: setting.default for setting in SETTINGS}
    assert settings.instance == Path("/srv/portal/instance")
    assert settings.database_url == "sqlite:////srv/portal/instance/portal.sqlite"


def test_the_environment_wins_over_the_file_and_an_override_over_both(tmp_path):
    root = with_file(tmp_path, 'port = 1000\nsite_name = "Help"\nthreads = 2\n')

    settings = load(root=root, environ={"PORTAL_PORT": "2000", "PORTAL_THREADS": "3"}, overrides={"threads": 4})

    assert (settings.text("site_name"), settings.number("port"), settings.number("threads")) == ("Help", 2000, 4)


def test_the_file_is_looked_for_in_the_instance_folder_that_the_environment_names(tmp_path):
    with_file(tmp_path, "port = 1000\n")
    (tmp_path / "instance").rename(tmp_path / "elsewhere")

    settings = load(root=tmp_path, environ={"PORTAL_INSTANCE": "elsewhere"})

    assert (settings.number("port"), settings.instance) == (1000, tmp_path / "elsewhere")


def test_a_database_address_of_its_own_is_taken_as_it_is():
    settings = load(root=Path("/srv"), environ={"PORTAL_DATABASE_URL": "postgresql://db/portal"})

    assert settings.database_url == "postgresql://db/portal"


@pytest.mark.parametrize("word", ["1", "true", "Yes", " on "])
def test_a_switch_is_on_for_every_word_that_means_so(word):
    assert load(root=Path("/srv"), environ={"PORTAL_TLS": word}).on("tls") is True


@pytest.mark.parametrize("word", ["0", "false", "No", "OFF"])
def test_a_switch_is_off_for_every_word_that_means_so(word):
    assert load(root=Path("/srv"), environ={"PORTAL_ANONYMOUS_READING": word}).on("anonymous_reading") is False


def test_a_plugins_setting_comes_from_the_environment_or_from_its_table(tmp_path):
    root = with_file(tmp_path, "[handover]\nwarn_days = 5\n")

    from_file = load(root=root, environ={}, plugins=HANDOVER)
    from_environment = load(root=root, environ={"PORTAL_HANDOVER_WARN_DAYS": "7"}, plugins=HANDOVER)

    assert (from_file.number("handover.warn_days"), from_environment.number("handover.warn_days")) == (5, 7)
    assert config.environment_name("handover.warn_days") == "PORTAL_HANDOVER_WARN_DAYS"


@pytest.mark.parametrize(
    ("environ", "message", "hint"),
    [
        ({"PORTAL_PROT": "1"}, "There is no setting PORTAL_PROT.", "Did you mean PORTAL_PORT?"),
        ({"PORTAL_XYZZY": "1"}, "There is no setting PORTAL_XYZZY.", "`portal settings` lists all of them."),
        (
            {"PORTAL_PORT": "eighty"},
            "PORTAL_PORT is 'eighty', which is not a whole number.",
            "Port that the web server listens at. The default is 8000.",
        ),
        ({"PORTAL_PORT": "0"}, "PORTAL_PORT is 0, which is too small.", "The least is 1."),
        ({"PORTAL_PORT": "65536"}, "PORTAL_PORT is 65536, which is too large.", "The most is 65535."),
        ({"PORTAL_TLS": "maybe"}, "PORTAL_TLS is 'maybe', which is neither yes nor no.", "Write true or false."),
        (
            {"PORTAL_LANGUAGE": "fr"},
            "PORTAL_LANGUAGE is set to 'fr', which is not one of en, de.",
            "Set it to one of these, or remove it for the default, 'en'.",
        ),
        (
            {"PORTAL_INSTANCE": ""},
            "PORTAL_INSTANCE is empty.",
            "Name a folder, or remove it for the default, 'instance'.",
        ),
        (
            {"PORTAL_HANDOVER_WARN_DAYS": "0"},
            "PORTAL_HANDOVER_WARN_DAYS is 0, which is too small.",
            "The least is 1.",
        ),
        (
            {"PORTAL_HANDOVER_WARN": "3"},
            "There is no setting PORTAL_HANDOVER_WARN.",
            "Did you mean PORTAL_HANDOVER_WARN_DAYS?",
        ),
    ],
)
def test_a_wrong_variable_is_refused_with_the_remedy(environ, message, hint):
    assert refusal(environ=environ, plugins=HANDOVER) == (message, hint)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("prot = 1\n", "There is no setting portal.toml prot.", "Did you mean port?"),
        ("port = true\n", "portal.toml port is True, which is not a int.", "Port that the web server listens at."),
        (
            "port = 80.5\n",
            "portal.toml port is 80.5, which is not a whole number.",
            "Port that the web server listens at. The default is 8000.",
        ),
        (
            "port = inf\n",
            "portal.toml port is inf, which is not a whole number.",
            "Port that the web server listens at. The default is 8000.",
        ),
        (
            "site_name = ['a']\n",
            "portal.toml site_name is ['a'], which is not a str.",
            "Name in the head of each page.",
        ),
        (
            "[handover]\nwarn_day = 1\n",
            "There is no setting portal.toml [handover] warn_day.",
            "Did you mean handover.warn_days?",
        ),
        ("[[x]]\n", "There is no setting portal.toml x.", "`portal settings` lists all of them."),
    ],
)
def test_a_wrong_line_of_the_file_is_refused_with_the_remedy(tmp_path, text, message, hint):
    assert refusal(root=with_file(tmp_path, text), plugins=HANDOVER) == (message, hint)


@pytest.mark.parametrize("text", ["port = = 1", b"site_name = '\xff'"])
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path, text):
    message, hint = refusal(root=with_file(tmp_path, text))

    assert message.startswith(f"{tmp_path}/instance/portal.toml cannot be read: ")
    assert hint == "Mend the file, or move it away."


def test_the_file_cannot_move_the_folder_that_it_stands_in(tmp_path):
    message, hint = refusal(root=with_file(tmp_path, 'instance = "other"\n'))

    assert message == f"{tmp_path}/instance/portal.toml sets instance, the folder that it stands in."
    assert hint == "Set PORTAL_INSTANCE in the environment."


def test_an_unknown_override_is_refused_as_well():
    assert refusal(overrides={"thread": 1}) == ("There is no setting thread.", "Did you mean threads?")

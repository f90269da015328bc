"""Settings: where each comes from, what it means, and how a wrong one is refused.

A setting is looked up in the environment (``PORTAL_NAME``), then in the file
``portal.toml`` in the instance folder, then its default stands. A name that
nobody declared is refused at start with the nearest one that exists, so that
a misspelt setting never silently does nothing. A plugin's settings carry its
name in front: ``PORTAL_HANDOVER_WARN_DAYS``, or ``warn_days`` in the table
``[handover]``.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.core.errors import ConfigError

Value = str | int | bool | float


@dataclass(frozen=True)
class Setting:
    """One thing that an operator may set; the type is the type of *default*. A *secret* one is never shown."""

    name: str
    default: Value
    help: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    secret: bool = False

    def parse(self, raw: object, *, source: str) -> Value:
        """Return *raw* as this setting's type.

        Raises:
            ConfigError: it is not of that type, outside least and most, or not one of the choices.
        """
        value = self._typed(raw, source)
        if self.choices and value not in self.choices:
            raise ConfigError(
                f"{source} is set to {value!r}, which is not one of {', '.join(self.choices)}.",
                hint=f"Set it to one of these, or remove it for the default, {self.default!r}.",
            )
        if self.least is not None and isinstance(value, int | float) and value < self.least:
            raise ConfigError(f"{source} is {value}, which is too small.", hint=f"The least is {self.least:g}.")
        if self.most is not None and isinstance(value, int | float) and value > self.most:
            raise ConfigError(f"{source} is {value}, which is too large.", hint=f"The most is {self.most:g}.")
        return value

    def _typed(self, raw: object, source: str) -> Value:
        if isinstance(self.default, bool):
            return self._switch(raw, source)
        kind = type(self.default)
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            shown = "set to something" if self.secret else repr(raw)
            raise ConfigError(f"{source} is {shown}, which is not a {kind.__name__}.", hint=self.help)
        try:
            return kind(raw) if kind is not int or not isinstance(raw, float) else int(str(raw))
        except ValueError:
            raise ConfigError(
                f"{source} is {raw!r}, which is not a whole number."
                if kind is int
                else f"{source} is {raw!r}, which is not a number.",
                hint=f"{self.help} The default is {self.default!r}.",
            ) from None

    def _switch(self, raw: object, source: str) -> bool:
        word = str(raw).strip().lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off"}:
            return False
        raise ConfigError(f"{source} is {raw!r}, which is neither yes nor no.", hint="Write true or false.")


SETTINGS: tuple[Setting, ...] = (
    Setting("instance", "instance", "Folder for the database, the index, the secret key and backups."),
    Setting("database_url", "", "SQLAlchemy address of the database. Empty: SQLite in the instance folder."),
    Setting("host", "127.0.0.1", "Address that the web server listens at."),
    Setting("port", 8000, "Port that the web server listens at.", least=1, most=65535),
    Setting("workers", 1, "Processes of the web server.", least=1),
    Setting("threads", 8, "Threads of each web server process.", least=1),
    Setting("public_url", "", "Address that people type, such as https://help.example.org. Empty: as requested."),
    Setting("tls", False, "People reach the portal by https: cookies and headers insist on it."),
    Setting("trusted_proxies", 0, "Reverse proxies in front that may name the visitor's address.", least=0),
    Setting("site_name", "Frontline", "Name in the head of each page."),
    Setting(
        "language",
        "en",
        "Language of a person who has chosen none and whose browser asks for none we have.",
        choices=("en", "de"),
    ),
    Setting("anonymous_reading", True, "Articles for everyone are readable signed out: the locked-out need them."),
    Setting("session_days", 14, "Days after which a sign-in ends.", least=1),
    Setting("article_kb", 100, "Largest article file, in kilobytes.", least=1),
    Setting("attachment_mb", 20, "Largest picture or file of an article, in megabytes.", least=1, most=200),
    Setting("picture_megapixels", 25, "Most pixels of a picture, in millions.", least=1, most=80),
    Setting("search_engine", "whoosh", "Engine that answers searches.", choices=("whoosh", "tantivy")),
    Setting("search_meaning", True, "Search by what words mean as well, where the extra for it is installed."),
    Setting("search_use", True, "Of results that fit alike, what helped lately comes first."),
    Setting("index_batch", 200, "Documents in one commit of the search index.", least=1),
    Setting("job_lease_seconds", 300, "A job whose worker died is taken again after this long.", least=5),
    Setting("job_tries", 6, "Tries before a job is parked for a person to look at.", least=1),
    Setting("mail_server", "", "Name of the mail server. Empty: mail is not sent but kept on the page of mails."),
    Setting("mail_port", 0, "Port of the mail server. 0: 25, 587 with starttls, 465 with tls.", least=0, most=65535),
    Setting(
        "mail_security",
        "starttls",
        "How the way to the mail server is protected.",
        choices=("none", "starttls", "tls"),
    ),
    Setting("mail_user", "", "Name that the portal signs in with at the mail server. Empty: it does not sign in."),
    Setting("mail_password", "", "Password of mail_user; never shown.", secret=True),
    Setting("mail_from", "", "As whom the portal writes: desk@example.org, or Service desk <desk@example.org>."),
    Setting("log_format", "text", "Shape of log lines.", choices=("text", "json")),
    Setting("log_level", "INFO", "Least weight of what is logged.", choices=("DEBUG", "INFO", "WARNING", "ERROR")),
)


class Config(Mapping[str, Value]):
    """The settings of one portal, by name; a plugin's are ``"<plugin>.<name>"``."""

    def __init__(self, values: dict[str, Value], *, root: Path) -> None:
        """Hold *values*; *root* is the folder that relative paths start from."""
        self._values = values
        self.root = root

    def __getitem__(self, name: str) -> Value:
        """Return one setting."""
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Walk the names."""
        return iter(self._values)

    def __len__(self) -> int:
        """Count the settings."""
        return len(self._values)

    def text(self, name: str) -> str:
        """Return a setting that is text."""
        return str(self._values[name])

    def number(self, name: str) -> int:
        """Return a setting that is a whole number."""
        return int(self._values[name])

    def on(self, name: str) -> bool:
        """Return a setting that is a switch."""
        return bool(self._values[name])

    @property
    def instance(self) -> Path:
        """The instance folder, absolute."""
        return (self.root / self.text("instance")).resolve()

    @property
    def database_url(self) -> str:
        """The address of the database; SQLite in the instance folder unless set."""
        return self.text("database_url") or f"sqlite:///{self.instance / 'portal.sqlite'}"


def load(
    *,
    root: Path,
    environ: Mapping[str, str] | None = None,
    plugins: Mapping[str, Iterable[Setting]] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Config:
    """Read all settings, or refuse.

    *plugins* maps a plugin's name to the settings that it declares;
    *overrides* (tests, command line) win over file and environment.

    Raises:
        ConfigError: an unknown name, a value of the wrong type, an unreadable file.
    """
    declared = {setting.name: setting for setting in SETTINGS}
    for plugin, settings in (plugins or {}).items():
        declared |= {f"{plugin}.{setting.name}": setting for setting in settings}
    values: dict[str, Value] = {name: setting.default for name, setting in declared.items()}
    from_environ = _from_environ(os.environ if environ is None else environ, declared)
    in_environ = dict(from_environ).get("instance", ("", ""))[1]
    instance = (overrides or {}).get("instance") or in_environ or values["instance"]
    found = [*_from_file(root / str(instance) / "portal.toml"), *from_environ]
    found += [(name, (name, raw)) for name, raw in (overrides or {}).items()]
    for name, (source, raw) in found:
        if name not in declared:
            raise _unknown(source, name, declared)
        values[name] = declared[name].parse(raw, source=source)
    if not values["instance"]:
        raise ConfigError("PORTAL_INSTANCE is empty.", hint="Name a folder, or remove it for the default, 'instance'.")
    return Config(values, root=root)


def environment_name(name: str) -> str:
    """Return the environment variable of the setting *name*."""
    return "PORTAL_" + name.replace(".", "_").upper()


def _from_environ(environ: Mapping[str, str], declared: Mapping[str, Setting]) -> list[tuple[str, tuple[str, object]]]:
    by_variable = {environment_name(name): name for name in declared}
    found: list[tuple[str, tuple[str, object]]] = []
    for variable, raw in environ.items():
        if not variable.startswith("PORTAL_"):
            continue
        if variable not in by_variable:
            raise _unknown(variable, variable, by_variable, prefix="PORTAL_")
        found.append((by_variable[variable], (variable, raw)))
    return found


def _from_file(path: Path) -> list[tuple[str, tuple[str, object]]]:
    if not path.exists():
        return []
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ConfigError(f"{path} cannot be read: {fault}.", hint="Mend the file, or move it away.") from fault
    if "instance" in tables:
        raise ConfigError(
            f"{path} sets instance, the folder that it stands in.", hint="Set PORTAL_INSTANCE in the environment."
        )
    found: list[tuple[str, tuple[str, object]]] = []
    for name, raw in tables.items():
        if isinstance(raw, dict):
            found += [(f"{name}.{key}", (f"{path.name} [{name}] {key}", value)) for key, value in raw.items()]
        else:
            found.append((name, (f"{path.name} {name}", raw)))
    return found


def _unknown(source: str, name: str, known: Iterable[str], *, prefix: str = "") -> ConfigError:
    # A prefix that all share would make everything look alike.
    near = difflib.get_close_matches(name.removeprefix(prefix), [each.removeprefix(prefix) for each in known], n=1)
    hint = f"Did you mean {prefix}{near[0]}?" if near else "`portal settings` lists all of them."
    return ConfigError(f"There is no setting {source}.", hint=hint)

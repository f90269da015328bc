"""The makers of documents, of all rooms and plugins, and which of them count right now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy.orm import Session

from portal.core.errors import ConfigError
from portal.core.portal import Plugins, Room
from portal.search.documents import Document
from portal.search.hooks import Searchable

REFS_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class Source:
    """A searchable and who offers it; ``token`` is what a reader needs while a plugin offers it, else empty."""

    searchable: Searchable
    token: str = ""

    def documents(self, session: Session, refs: Sequence[str]) -> list[Document]:
        """Make the documents of *refs*; those of a plugin are readable only while it is switched on."""
        made = self.searchable.documents(session, refs)
        return [replace(each, needs=each.needs | {self.token}) for each in made] if self.token else made

    def refs(self, session: Session) -> Iterator[str]:
        """Walk all refs, in order."""
        after = ""
        while found := self.searchable.refs(session, after, REFS_AT_ONCE):
            yield from found
            after = found[-1]


class Sources(Mapping[str, Source]):
    """All sources by name."""

    def __init__(self, plugins: Plugins) -> None:
        """Ask *plugins* at the first use, when all of them are set up."""
        self._plugins = plugins

    def __getitem__(self, name: str) -> Source:
        """Return one."""
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        """Walk the names."""
        return iter(self._found)

    def __len__(self) -> int:
        """Count them."""
        return len(self._found)

    def tokens(self) -> frozenset[str]:
        """What every reader holds now: one token for each plugin that is switched on."""
        is_on = self._plugins.switches.is_on
        return frozenset(_token(member.name) for member in self._plugins.switchable if is_on(member.name))

    def watched(self) -> dict[str, dict[str, str]]:
        """For each event that changes documents: source name to the payload key that holds the ref."""
        events: dict[str, dict[str, str]] = {}
        for name, source in self.items():
            for event, key in source.searchable.events.items():
                events.setdefault(event, {})[name] = key
        return events

    @cached_property
    def _found(self) -> dict[str, Source]:
        found: dict[str, Source] = {}
        for member, offered in self._plugins.all("searchables"):
            for searchable in offered:
                if searchable.source in found:
                    raise ConfigError(f"{member.name} offers {searchable.source} to the search, as another does.")
                token = "" if isinstance(member, Room) else _token(member.name)
                found[searchable.source] = Source(searchable=searchable, token=token)
        return found


def _token(plugin: str) -> str:
    return f"plugin:{plugin}"

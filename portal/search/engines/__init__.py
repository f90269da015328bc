"""The engines that an index can be kept in, by name."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Final

from portal.core.errors import ConfigError
from portal.search.engine import EngineFactory
from portal.search.engines.whoosh_engine import WhooshEngine

NAMES: Final = ("whoosh", "tantivy")


def engine_named(name: str) -> EngineFactory:
    """The engine called *name*.

    Raises:
        ConfigError: what it needs is not installed.
    """
    if name == WhooshEngine.name:
        return WhooshEngine
    if importlib.util.find_spec("tantivy") is None:
        raise ConfigError(
            "The search engine tantivy is not installed.",
            hint="Install it with: pip install 'frontline-portal[fast]', or set search_engine to whoosh.",
        )
    engine: EngineFactory = importlib.import_module("portal.search.engines.tantivy_engine").TantivyEngine
    return engine

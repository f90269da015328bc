"""The engines that an index can be kept in, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal.search.engine import EngineFactory
from portal.search.engines.whoosh_engine import WhooshEngine

ENGINES: Final[Mapping[str, EngineFactory]] = {WhooshEngine.name: WhooshEngine}

"""Answers that were given a moment ago, for who asks the same with the same rights of the same state of things.

Of several who ask the same at once one asks the engine, and the others wait for that answer.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

Answer = TypeVar("Answer")
KEPT: Final = 128


class Answers(Generic[Answer]):
    """The last answers, by all that they depend on."""

    def __init__(self, kept: int = KEPT) -> None:
        """Keep so many."""
        self._most = kept
        self._kept: OrderedDict[Hashable, Future[Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer for *key*: the one that is kept or is being made, else that of *ask*, whose error is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            else:
                mine: Future[Answer] = Future()
                self._kept[key] = mine
                if len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        if found is not None:
            return found.result()
        try:
            mine.set_result(ask())
        except BaseException as fault:  # noqa: BLE001 - whatever it is, the others must not wait for ever
            with self._lock:
                if self._kept.get(key) is mine:
                    del self._kept[key]
            mine.set_exception(fault)
        return mine.result()

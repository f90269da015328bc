"""What time it is: aware UTC, asked for at the edge and handed in from there.

Services take ``now`` as an argument. Only edges (views, commands, the worker)
call :func:`now`; tests freeze it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _source()


@contextmanager
def frozen(moment: datetime) -> Iterator[Callable[[datetime], None]]:
    """Stand still at *moment*; the yielded function moves the clock.

    For tests and for demo history. Raises ``ValueError`` for a naive time.
    """
    global _source  # noqa: PLW0603 - one clock for the process is the point
    if moment.tzinfo is None:
        raise ValueError("A frozen clock needs an aware time.")
    at = [moment.astimezone(UTC)]

    def move(to: datetime) -> None:
        at[0] = to.astimezone(UTC)

    before, _source = _source, lambda: at[0]
    try:
        yield move
    finally:
        _source = before

"""A load or an indexing worker that kills itself with SIGKILL at a drawn point of a drawn stage.

Run as a process of its own by ``test_kills.py``. The portal's own functions
run unchanged; each is wrapped with a call that counts how often its stage was
reached, and the kill falls a drawn time after the drawn one began, or right at
its end. A stage that is never reached so often lets the process end by itself.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from portal.app import build
from portal.articles import frontmatter, loading, publishing
from portal.core import clock
from portal.core.db import Database
from portal.core.jobs import Worker
from portal.search.engines import NAMES, engine_named

Plan = dict[str, Any]


def wrap(owner: Any, name: str, stage: str, plan: Plan) -> None:
    """Let each call of ``owner.name`` count for *stage*."""
    plain = getattr(owner, name)

    @functools.wraps(plain)
    def counted(*args: Any, **kwargs: Any) -> Any:
        with reached(stage, plan):
            return plain(*args, **kwargs)

    setattr(owner, name, counted)


@contextmanager
def reached(stage: str, plan: Plan) -> Any:
    """Count one more arrival at *stage*; kill inside it, or at its end, when it is the drawn one."""
    is_drawn = False
    if stage == plan["stage"]:
        plan["seen"] = plan.get("seen", 0) + 1
        is_drawn = plan["seen"] == plan["nth"]
    if is_drawn and plan["delay"] is not None:
        Path(plan["note"]).write_text(stage)
        threading.Timer(plan["delay"], die).start() if plan["delay"] else die()
    yield
    if is_drawn and plan["delay"] is None:
        Path(plan["note"]).write_text(f"{stage}, at its end")
        die()


def die() -> None:
    """End at once, as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def stages(plan: Plan) -> None:
    """Name the stages of a load and of the worker behind it."""
    wrap(frontmatter, "read_file", "read", plan)
    wrap(loading, "prepare", "render", plan)
    wrap(publishing, "publish_file", "write", plan)
    for name in NAMES:
        wrap(engine_named(name), "write", "index", plan)
    wrap(Worker, "_claim", "claim", plan)
    wrap(Worker, "_close", "close", plan)
    plain: Callable[..., Any] = Database.transaction

    @contextmanager
    def transaction(self: Database) -> Any:
        with plain(self) as session:
            yield session
            with reached("commit", plan):
                session.flush()

    Database.transaction = transaction  # type: ignore[method-assign]


def main() -> None:
    """Load the folder named first, then do all jobs; the plan is the second argument."""
    folder, plan = Path(sys.argv[1]), json.loads(sys.argv[2])
    house = build()
    stages(plan)
    if plan["rebuild"]:
        search = house.plugins.get("search")
        for _progress in search.indexing.rebuild(clock.now()):  # type: ignore[attr-defined]
            pass
    with house.db.reading() as session:
        words = loading.vocabulary(session)
    checked = loading.check([folder], words, max_bytes=100_000)
    loading.load(house.db, checked, now=clock.now, samples=True)
    worker = house.worker()
    while worker.run_due(clock.now()):
        pass


if __name__ == "__main__":
    main()

"""What `portal doctor` looks at: whether the files of badges fit, and whether the awards are those of the log."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from plugins.gamification import replaying, shelf
from portal.core.hooks import Check


def checks() -> list[Check]:
    """The looks, in order."""
    return [Check("the files of badges fit", _files), Check("the awards are those of the log", _awards)]


def _files(session: Session) -> Sequence[str]:
    return [
        f"{each.file}: {' '.join(filter(None, (each.badge, each.field)))}: {each.sentence}"
        for each in shelf.problems(session)
    ]  # fmt: skip


def _awards(session: Session) -> Sequence[str]:
    row = replaying.last(session)
    if row is None or not row.different or row.is_written:
        return []
    count = f"{row.different} awards differed from the log when they were worked out anew."
    return [f"{count} Run `portal gamification replay`, and with --write to put it right."]

"""What handovers tell, as contributions: questions that changed a pack, signatures in time, changes that landed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from plugins.gamification import telling
from plugins.gamification.telling import Deed
from portal.core.clock import now as clock_now
from portal.core.events import Fact

SOURCE: Final = "handover"
IN_TIME: Final = ("handover.accepted_in_time", "handover.all_acknowledged")
"""What was said of one version, and holds no longer once the pack says something else."""


def question_useful(session: Session, fact: Fact) -> None:
    """Credit whoever asked a question that changed a pack; the actor is who answered."""
    _tell(session, fact, "handover.question_useful", str(fact.payload["question_id"]), [fact.payload["person_id"]])


def question_answered(session: Session, fact: Fact) -> None:
    """Credit whoever answered within a working day what its asker accepted."""
    if fact.payload["is_quick"]:
        _tell(session, fact, "handover.question_answered", str(fact.payload["question_id"]),
              [fact.payload["person_id"]])  # fmt: skip


def accepted_in_time(session: Session, fact: Fact) -> None:
    """Credit the owner of a pack that all signed in good time."""
    _of_version(session, fact, "handover.accepted_in_time")


def all_acknowledged(session: Session, fact: Fact) -> None:
    """Credit the owner of a pack that so many have read as its size asks, before it went live."""
    _of_version(session, fact, "handover.all_acknowledged")


def clean_landing(session: Session, fact: Fact) -> None:
    """Credit the owner, and the leads of the front line who signed, for a change that landed cleanly."""
    about = fact.payload
    _tell(session, fact, "handover.clean_landing", str(about["pack_id"]), about["person_ids"],
          attrs={"size": about["size"]}, by_system=True)  # fmt: skip


def pack_changed(session: Session, fact: Fact) -> None:
    """Take back what was said of the version before: everybody is asked again."""
    about = fact.payload
    if not about["is_material"]:
        return
    pack_id = str(about["pack_id"])
    for kind in IN_TIME:
        telling.withdraw(session, kind, f"{pack_id}:{about['version'] - 1}", ("pack", pack_id), at=fact.at,
                         source=SOURCE, now=clock_now())  # fmt: skip


def _of_version(session: Session, fact: Fact, kind: str) -> None:
    about = fact.payload
    key = f"{about['pack_id']}:{about['version']}"
    _tell(session, fact, kind, key, [about["person_id"]], attrs={"size": about["size"]}, by_system=True)


def _tell(
    session: Session,
    fact: Fact,
    kind: str,
    key: str,
    credited: Iterable[int],
    *,
    attrs: Mapping[str, Any] | None = None,
    by_system: bool = False,
) -> None:
    deed = Deed(
        kind=kind,
        key=key,
        at=fact.at,
        actor_id=None if by_system else fact.actor_id,
        credited=[each for each in credited if by_system or each != fact.actor_id],
        subject=("pack", str(fact.payload["pack_id"])),
        source=SOURCE,
        attrs=attrs or {},
    )
    telling.tell(session, deed, now=clock_now())

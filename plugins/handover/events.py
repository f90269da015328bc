"""What handover tells others: that a pack moved, was signed, read or asked about; never in whose words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, kw_only=True)
class HandoverChangeRecorded(Event):
    """A change was recorded, or its record changed."""

    name: ClassVar[str] = "handover.change_recorded"
    change_id: int
    pack_id: int
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class HandoverPackMoved(Event):
    """A pack went from one state to another; one that made early life longer stays where it is."""

    name: ClassVar[str] = "handover.pack_moved"
    pack_id: int
    step_id: int
    source: str
    to: str
    version: int


@dataclass(frozen=True, kw_only=True)
class HandoverPackChanged(Event):
    """What a pack says changed after it was handed in; *is_material*: everybody is asked again."""

    name: ClassVar[str] = "handover.pack_changed"
    pack_id: int
    version: int
    section: str
    is_material: bool


@dataclass(frozen=True, kw_only=True)
class HandoverGateDue(Event):
    """Something around a pack changed, so its gate is looked at anew."""

    name: ClassVar[str] = "handover.gate_due"
    pack_id: int


@dataclass(frozen=True, kw_only=True)
class HandoverGateTurned(Event):
    """A condition of the gate changed its colour."""

    name: ClassVar[str] = "handover.gate_turned"
    pack_id: int
    condition: str
    colour: str


@dataclass(frozen=True, kw_only=True)
class HandoverSigned(Event):
    """A party signed a version of a pack."""

    name: ClassVar[str] = "handover.signed"
    pack_id: int
    version: int
    party_id: str


@dataclass(frozen=True, kw_only=True)
class HandoverSilence(Event):
    """A party that is asked to sign says nothing: *level* 1 reminds it, 2 tells its lead, 3 the change managers."""

    name: ClassVar[str] = "handover.silence"
    pack_id: int
    party_id: str
    level: int


@dataclass(frozen=True, kw_only=True)
class HandoverWordingContested(Event):
    """A party says that what its owner called wording is more than that."""

    name: ClassVar[str] = "handover.wording_contested"
    pack_id: int
    edit_id: int
    party_id: str


@dataclass(frozen=True, kw_only=True)
class HandoverQuestionAsked(Event):
    """Somebody asked about a pack."""

    name: ClassVar[str] = "handover.question_asked"
    pack_id: int
    question_id: int
    is_blocking: bool


@dataclass(frozen=True, kw_only=True)
class HandoverQuestionUseful(Event):
    """A question changed what a pack says: *person_id* had asked it."""

    name: ClassVar[str] = "handover.question_useful"
    pack_id: int
    question_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class HandoverQuestionReplied(Event):
    """A question was answered; whether that is the answer, the asker says."""

    name: ClassVar[str] = "handover.question_replied"
    pack_id: int
    question_id: int


@dataclass(frozen=True, kw_only=True)
class HandoverQuestionAnswered(Event):
    """The asker accepted what *person_id* answered; *is_quick*: it came within one working day."""

    name: ClassVar[str] = "handover.question_answered"
    pack_id: int
    question_id: int
    person_id: int
    is_quick: bool


@dataclass(frozen=True, kw_only=True)
class HandoverAcceptedInTime(Event):
    """All parties signed so long before go-live as the size asks: *person_id* owns the pack."""

    name: ClassVar[str] = "handover.accepted_in_time"
    pack_id: int
    version: int
    person_id: int
    size: str


@dataclass(frozen=True, kw_only=True)
class HandoverAllAcknowledged(Event):
    """So many as the size asks have read a version before go-live: *person_id* owns the pack."""

    name: ClassVar[str] = "handover.all_acknowledged"
    pack_id: int
    version: int
    person_id: int
    size: str


@dataclass(frozen=True, kw_only=True)
class HandoverCleanLanding(Event):
    """Early life is over and the change landed cleanly; *person_ids* are its owner and the leads who signed."""

    name: ClassVar[str] = "handover.clean_landing"
    pack_id: int
    person_ids: tuple[int, ...]
    size: str


@dataclass(frozen=True, kw_only=True)
class HandoverExceptionMade(Event):
    """A change went live though its gate was not green, by a named decision."""

    name: ClassVar[str] = "handover.exception_made"
    pack_id: int
    exception_id: int


@dataclass(frozen=True, kw_only=True)
class HandoverDebtSettled(Event):
    """Something that was owed after an exception was made good."""

    name: ClassVar[str] = "handover.debt_settled"
    pack_id: int
    debt_id: int


@dataclass(frozen=True, kw_only=True)
class PackAcknowledged(Event):
    """Somebody confirmed that they could support a change tomorrow. A duty, so nothing is earned by it."""

    name: ClassVar[str] = "pack.acknowledged"
    pack_id: int
    person_id: int
    service_id: str | None


@dataclass(frozen=True, kw_only=True)
class ChangeLiveDay(Event):
    """It is day 3, 5 or 20 after a change went live."""

    name: ClassVar[str] = "change.live_day"
    change_id: int
    day: int
    service_id: str | None
    unit_ids: tuple[str, ...]


ALL: tuple[type[Event], ...] = (
    HandoverChangeRecorded,
    HandoverPackMoved,
    HandoverPackChanged,
    HandoverGateDue,
    HandoverGateTurned,
    HandoverSigned,
    HandoverSilence,
    HandoverWordingContested,
    HandoverQuestionAsked,
    HandoverQuestionReplied,
    HandoverQuestionUseful,
    HandoverQuestionAnswered,
    HandoverAcceptedInTime,
    HandoverAllAcknowledged,
    HandoverCleanLanding,
    HandoverExceptionMade,
    HandoverDebtSettled,
    PackAcknowledged,
    ChangeLiveDay,
)

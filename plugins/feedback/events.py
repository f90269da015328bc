"""What the questions tell others: that something was answered or done, never what, and never who in a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, kw_only=True)
class FeedbackAnswered(Event):
    """Somebody answered questions by name or in confidence. Anonymous rounds tell nothing of the kind.

    *choices* holds, by question, the index of what was chosen, of the few questions that another plugin counts
    (``asking.COUNTED``); of all others, and of words, nothing is told.
    """

    name: ClassVar[str] = "feedback.answered"
    invitation_id: str
    template: str
    about: str
    about_id: str
    again: bool
    choices: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FeedbackRoundClosed(Event):
    """A round is over, and its secret is gone."""

    name: ClassVar[str] = "feedback.round_closed"
    round_id: int
    template: str
    invited: int
    answered: int


@dataclass(frozen=True, kw_only=True)
class FeedbackRoundPublished(Event):
    """What came out of a round can be read, with what is done about it."""

    name: ClassVar[str] = "feedback.round_published"
    round_id: int
    improvement_id: int


@dataclass(frozen=True, kw_only=True)
class FeedbackSweepDue(Event):
    """Sealed answers were opened: the pages of the database are to be written anew."""

    name: ClassVar[str] = "feedback.sweep_due"


@dataclass(frozen=True, kw_only=True)
class FeedbackCallbackOpened(Event):
    """Somebody is to be called back."""

    name: ClassVar[str] = "feedback.callback_opened"
    callback_id: int
    because: str


@dataclass(frozen=True, kw_only=True)
class FeedbackCallbackClosed(Event):
    """A call-back came to its end."""

    name: ClassVar[str] = "feedback.callback_closed"
    callback_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class FeedbackImprovementDelivered(Event):
    """Something that people asked for is there now."""

    name: ClassVar[str] = "feedback.improvement_delivered"
    improvement_id: int


@dataclass(frozen=True, kw_only=True)
class FeedbackImprovementChecked(Event):
    """Somebody looked whether an improvement is there, as it says; who proposed and who delivered it, not who asked."""

    name: ClassVar[str] = "feedback.improvement_checked"
    improvement_id: int
    proposer_id: int | None
    owner_id: int | None

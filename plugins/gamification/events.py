"""What recognition tells others: that something counted or was earned, never in whose words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, kw_only=True)
class GamificationRecorded(Event):
    """A contribution of the kind stands in the log, or was taken back: what *person_id* earned is worked out anew."""

    name: ClassVar[str] = "gamification.recorded"
    kind: str
    person_id: int


@dataclass(frozen=True, kw_only=True)
class GamificationBadgeEarned(Event):
    """Somebody earned a badge."""

    name: ClassVar[str] = "gamification.badge_earned"
    badge_id: str
    person_id: int
    key: str


@dataclass(frozen=True, kw_only=True)
class GamificationBadgeRevoked(Event):
    """What a badge stood on was taken back, and the badge with it."""

    name: ClassVar[str] = "gamification.badge_revoked"
    badge_id: str
    person_id: int
    key: str


@dataclass(frozen=True, kw_only=True)
class GamificationThanked(Event):
    """Somebody thanked somebody; the actor is who thanked."""

    name: ClassVar[str] = "gamification.thanked"
    thanks_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class GamificationVoided(Event):
    """A coach, or a rule against bursts, said that a contribution does not count; *key* is that of the retraction."""

    name: ClassVar[str] = "gamification.voided"
    person_id: int
    key: str


@dataclass(frozen=True, kw_only=True)
class GamificationReviewAsked(Event):
    """Somebody asks that a second coach looks again."""

    name: ClassVar[str] = "gamification.review_asked"
    review_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class GamificationReviewDecided(Event):
    """A second coach looked again."""

    name: ClassVar[str] = "gamification.review_decided"
    review_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class GamificationChoiceChanged(Event):
    """Somebody chose to take part in recognition, or not to."""

    name: ClassVar[str] = "gamification.choice_changed"
    person_id: int
    is_on: bool


@dataclass(frozen=True, kw_only=True)
class GamificationRulesChanged(Event):
    """Badges are defined in another way than before: all awards are worked out anew."""

    name: ClassVar[str] = "gamification.rules_changed"
    badge_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GamificationRatingDue(Event):
    """It is night: it is looked at which articles people rate clear."""

    name: ClassVar[str] = "gamification.rating_due"


@dataclass(frozen=True, kw_only=True)
class GamificationReplayDue(Event):
    """It is night: all awards are worked out anew, and compared."""

    name: ClassVar[str] = "gamification.replay_due"


@dataclass(frozen=True, kw_only=True)
class GamificationReplayDiffered(Event):
    """What was worked out anew differs from the awards that stand: somebody is to look why."""

    name: ClassVar[str] = "gamification.replay_differed"
    replay_id: int
    different: int


ALL: tuple[type[Event], ...] = (
    GamificationRecorded,
    GamificationBadgeEarned,
    GamificationBadgeRevoked,
    GamificationThanked,
    GamificationVoided,
    GamificationReviewAsked,
    GamificationReviewDecided,
    GamificationChoiceChanged,
    GamificationRulesChanged,
    GamificationRatingDue,
    GamificationReplayDue,
    GamificationReplayDiffered,
)

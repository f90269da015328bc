"""Which rows of this plugin are about a person, and what erasure does to them."""

from __future__ import annotations

from plugins.gamification.models import (
    Award,
    AwardNotice,
    BadgeVersion,
    Choice,
    Contribution,
    Edit,
    Review,
    SamePerson,
    Thanks,
    Waiting,
)
from portal.core.hooks import PersonalData
from portal.core.i18n import lazy_gettext as _l


def personal_data(person_id: int) -> list[PersonalData]:
    """The log keeps the number of an account without a name, since the awards of others rest on it; texts go."""
    counts = _l("What others earned rests on it; the account behind it has no name any more.")
    return [
        PersonalData(
            model=Contribution,
            what=_l("What you contributed that helped somebody"),
            where=Contribution.credit_id == person_id,
            on_erasure="unname",
            columns=("reason",),
            why=counts,
        ),
        PersonalData(
            model=Contribution,
            what=_l("What you did that helped somebody else to be recognised"),
            where=Contribution.actor_id == person_id,
            on_erasure="keep",
            why=counts,
        ),
        *_of_what_was_earned(person_id),
        PersonalData(
            model=Thanks,
            what=_l("Thanks that you were given"),
            where=Thanks.receiver_id == person_id,
            on_erasure="delete",
        ),
        PersonalData(
            model=Thanks,
            what=_l("Thanks that you gave"),
            where=Thanks.giver_id == person_id,
            on_erasure="unname",
            columns=("giver_id",),
            why=_l("It belongs to whoever was thanked."),
        ),
        PersonalData(
            model=Review,
            what=_l("What you asked to be looked at again"),
            where=Review.person_id == person_id,
            on_erasure="delete",
        ),
        *_of_those_who_look_after_it(person_id),
    ]


def _of_what_was_earned(person_id: int) -> list[PersonalData]:
    rows = (
        (Award, Award.person_id, _l("Badges that you earned")),
        (AwardNotice, AwardNotice.person_id, _l("Which badges you were told of")),
        (Choice, Choice.person_id, _l("What you chose about recognition")),
    )
    return [
        PersonalData(model=model, what=what, where=column == person_id, on_erasure="delete")
        for model, column, what in rows
    ]


def _of_those_who_look_after_it(person_id: int) -> list[PersonalData]:
    rows = (
        (Review, Review.voided_by, _l("What you said does not count")),
        (Review, Review.decided_by, _l("What you looked at again for others")),
        (Thanks, Thanks.hidden_by, _l("Thanks that you took from the wall")),
        (BadgeVersion, BadgeVersion.made_by, _l("Badges that you defined")),
        (Waiting, Waiting.actor_id, _l("What you accepted, and counts after a while")),
        (Edit, Edit.editor_id, _l("How much your texts changed in the ones before")),
    )
    unnamed = [
        PersonalData(
            model=model,
            what=what,
            where=column == person_id,
            on_erasure="unname",
            columns=(column.key,),
            why=_l("What was decided goes on to hold."),
        )
        for model, column, what in rows
    ]
    merged = (SamePerson.person_id == person_id) | (SamePerson.is_now == person_id)
    same = PersonalData(
        model=SamePerson,
        what=_l("Accounts that became yours"),
        where=merged,
        on_erasure="keep",
        why=_l("Without it, what was counted once would count twice."),
    )
    return [*unnamed, same]

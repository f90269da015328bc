"""Which rows of this plugin are about a person, and what erasure does to them. Anonymous answers are about nobody."""

from __future__ import annotations

from plugins.feedback.loop_models import Callback, Improvement
from plugins.feedback.models import Answer, ChangedTemplate, Invitation, Verbatim, Wording
from plugins.feedback.round_models import Invited, Round
from portal.core.hooks import PersonalData
from portal.core.i18n import lazy_gettext as _l


def personal_data(person_id: int) -> list[PersonalData]:
    """Answers stay as figures without the person; what they typed, and call-backs, go."""
    return [
        PersonalData(
            model=Verbatim,
            what=_l("What you wrote in your own words when you were asked"),
            where=Verbatim.person_id == person_id,
            on_erasure="unname",
            columns=("person_id", "own_text"),
            why=_l("The masked words help to improve something."),
        ),
        PersonalData(
            model=Answer,
            what=_l("What you answered when you were asked"),
            where=Answer.person_id == person_id,
            on_erasure="unname",
            columns=("person_id",),
            why=_l("Figures rely on the answer."),
        ),
        PersonalData(
            model=Invitation,
            what=_l("When you were asked, and what about"),
            where=Invitation.person_id == person_id,
            on_erasure="unname",
            columns=("person_id", "words"),
            why=_l("The response rate counts it."),
        ),
        PersonalData(
            model=Invited,
            what=_l("Rounds of questions in which you are asked"),
            where=Invited.person_id == person_id,
            on_erasure="delete",
        ),
        PersonalData(
            model=Callback,
            what=_l("Call-backs about what you answered"),
            where=Callback.person_id == person_id,
            on_erasure="delete",
        ),
        *_of_those_who_follow_up(person_id),
    ]


def _of_those_who_follow_up(person_id: int) -> list[PersonalData]:
    follow_up = _l("What was done about answers stays to be read.")
    rows = (
        (Callback, Callback.owner_id, _l("Call-backs that you made")),
        (Callback, Callback.opened_by, _l("Call-backs that you asked for")),
        (Improvement, Improvement.proposer_id, _l("Improvements that you proposed")),
        (Improvement, Improvement.owner_id, _l("Improvements that you looked after")),
        (Verbatim, Verbatim.tagged_by, _l("Words of others that you tagged")),
        (Wording, Wording.made_by, _l("Questions that you worded")),
        (ChangedTemplate, ChangedTemplate.changed_by, _l("Survey templates that you changed")),
        (Round, Round.made_by, _l("Rounds of questions that you began")),
    )
    return [
        PersonalData(
            model=model,
            what=what,
            where=column == person_id,
            on_erasure="unname",
            columns=(column.key,),
            why=follow_up,
        )
        for model, column, what in rows
    ]

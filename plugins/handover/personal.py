"""Which rows of this plugin are about a person, and what erasure does to them."""

from __future__ import annotations

from typing import Any, Final

from plugins.handover import models, said_models
from portal.core.db import Model
from portal.core.hooks import PersonalData
from portal.core.i18n import lazy_gettext as _l

_OWN: Final = _l("What you handed over")
_SAID: Final = _l("What you wrote, signed, asked, answered or decided about changes")
_RECORD: Final = _l("It is the record of a change that others rely on; it names nobody any more.")

_COLUMNS: Final[tuple[tuple[Any, type[Model], str], ...]] = (
    (_OWN, models.Change, "owner_id"),
    (_OWN, models.Pack, "owner_id"),
    (_OWN, models.Item, "owner_id"),
    (_OWN, said_models.Debt, "owner_id"),
    (_SAID, models.Section, "changed_by"),
    (_SAID, models.Version, "made_by"),
    (_SAID, models.Edit, "by"),
    (_SAID, models.Edit, "contested_by"),
    (_SAID, models.Step, "by"),
    (_SAID, models.StaleCheck, "answered_by"),
    (_SAID, models.DailyNote, "written_by"),
    (_SAID, said_models.SignOff, "person_id"),
    (_SAID, said_models.SignLink, "sent_by"),
    (_SAID, said_models.Question, "asked_by"),
    (_SAID, said_models.Question, "answered_by"),
    (_SAID, said_models.QuizQuestion, "written_by"),
    (_SAID, said_models.Vouch, "person_id"),
    (_SAID, said_models.Waiver, "made_by"),
    (_SAID, said_models.Waiver, "accepted_by"),
    (_SAID, said_models.Debt, "settled_by"),
    (_SAID, said_models.ExitTick, "by"),
)


def personal_data(person_id: int) -> list[PersonalData]:
    """Packs stay, since others were told by them; the names go. That somebody read a pack goes altogether."""
    return [
        *(
            PersonalData(
                model=model,
                what=what,
                where=getattr(model, column) == person_id,
                on_erasure="unname",
                columns=(column,),
                why=_RECORD,
            )
            for what, model, column in _COLUMNS
        ),
        PersonalData(
            model=models.Contact,
            what=_l("When others could call you about a change"),
            where=models.Contact.person_id == person_id,
            on_erasure="delete",
        ),
        PersonalData(
            model=said_models.Reading,
            what=_l("Changes that you have read"),
            where=said_models.Reading.person_id == person_id,
            on_erasure="delete",
        ),
    ]

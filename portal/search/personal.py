"""Which rows of this room are about a person, and what erasure does to them."""

from __future__ import annotations

from portal.core.hooks import PersonalData
from portal.core.i18n import lazy_gettext as _l
from portal.search.gap_models import SearchGap
from portal.search.models import SearchLog, SearchOpened, SearchSynonym


def rows_about(person_id: int, mark: str) -> list[PersonalData]:
    """What was searched and opened under the *mark* of a person, and gaps that they had a hand in."""
    found = _l("Others may look for the same; nothing says any more that it was you.")
    gap = _l("What people look for stays to be written.")
    return [
        PersonalData(
            model=SearchLog,
            what=_l("What you searched in the last three months"),
            where=SearchLog.asker == mark,
            on_erasure="unname",
            columns=("asker",),
            why=found,
        ),
        PersonalData(
            model=SearchOpened,
            what=_l("What you opened from results in the last three months"),
            where=SearchOpened.asker == mark,
            on_erasure="unname",
            columns=("asker",),
            why=found,
        ),
        PersonalData(
            model=SearchSynonym,
            what=_l("Synonyms that you wrote down"),
            where=SearchSynonym.changed_by == person_id,
            on_erasure="unname",
            columns=("changed_by",),
            why=_l("Searches rely on them."),
        ),
        *(
            PersonalData(
                model=SearchGap,
                what=what,
                where=SearchGap.__table__.columns[column] == person_id,
                on_erasure="unname",
                columns=(column,),
                why=gap,
            )
            for column, what in (
                ("claimed_by", _l("Gaps that you took on")),
                ("answered_by", _l("Gaps for which you named a page")),
                ("rejected_by", _l("Gaps that you took off the list")),
            )
        ),
    ]

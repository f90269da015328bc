"""When somebody is away: their own list, and that of others for who edits people."""

from __future__ import annotations

from datetime import date

import flask_babel
from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import absences, queries, roster
from portal.accounts.forms import AbsenceForm
from portal.accounts.models import Absence
from portal.accounts.views.blueprint import bp
from portal.accounts.views.own import own_page
from portal.core.clock import now
from portal.core.errors import NotFound, Refused
from portal.core.i18n import format_date
from portal.core.i18n import gettext as _
from portal.core.web import paging, reading, row_id, transaction, viewer

REMOVED = "removed_absence"  # in the cookie, until the next page: whose days they were, from and to


@bp.get("/people/<int:person_id>/absences")
def away(person_id: int) -> ResponseReturnValue:
    """The days, and a form for more; ``change`` names an absence that stands in the form."""
    _let_in(person_id)
    return _page(person_id, request.args.get("change", 0, row_id))


@bp.post("/people/<int:person_id>/absences")
def note_absence(person_id: int) -> ResponseReturnValue:
    """Add an absence, or change the one whose ``id`` is given."""
    _let_in(person_id)
    form, absence_id, by = AbsenceForm(), request.form.get("id", 0, row_id), viewer().person_id
    if form.validate():
        first, last, today = form.first_on.data, form.last_on.data, _today()
        try:
            with transaction() as db:
                if absence_id:
                    old = absences.absence(db, person_id, absence_id)
                    noted = absences.change(db, old, first, last, by=by, today=today)
                else:
                    noted = absences.add(db, queries.person(db, person_id), first, last, by=by, today=today)
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("Saved: %(days)s.", days=in_words(noted.first_on, noted.last_on)))
            return redirect(url_for(".away", person_id=person_id), 303)
    return _page(person_id, absence_id, form), 422


@bp.post("/people/<int:person_id>/absences/remove")
def remove_absence(person_id: int) -> ResponseReturnValue:
    """Take an absence out of the list, whose ``id`` is given; the next page offers to put it back."""
    _let_in(person_id)
    with transaction() as db:
        old = absences.absence(db, person_id, request.form.get("id", 0, row_id))
        session[REMOVED] = [person_id, str(old.first_on), str(old.last_on)]
        absences.remove(db, old, by=viewer().person_id)
    flash(_("Removed."))
    return redirect(url_for(".away", person_id=person_id, page=request.args.get("page", None, int)), 303)


def _let_in(person_id: int) -> None:
    """Nobody reads when somebody else is away, but who edits people."""
    if not viewer().may("people.edit"):
        own_page(person_id)


def _page(person_id: int, absence_id: int = 0, form: AbsenceForm | None = None) -> str:
    db = reading()
    person = queries.person(db, person_id)
    changed = _changed(person_id, absence_id, is_sent=form is not None)
    found = absences.page_of(db, person_id, page=request.args.get("page", 1, int))
    return render_template(
        "accounts/away.html",
        person=person,
        is_own=viewer().person_id == person_id,
        found=found,
        paging=paging(found.page, found.pages, ".away", person_id=person_id),
        form=form or AbsenceForm(None, obj=changed),
        changed=changed,
        removed=_removed(person_id),
        in_words=in_words,
        shifts=roster.of_person(db, person_id, now()),
        today=_today(),
    )


def _changed(person_id: int, absence_id: int, *, is_sent: bool) -> Absence | None:
    """The absence that is changed; one that went while somebody typed does not take away what they typed."""
    if not absence_id:
        return None
    try:
        return absences.absence(reading(), person_id, absence_id)
    except NotFound:
        if not is_sent:
            raise
        return None


def _removed(person_id: int) -> tuple[date, date] | None:
    """The days that were removed a moment ago, once."""
    whose, first, last = session.pop(REMOVED, (0, "", ""))
    return (date.fromisoformat(first), date.fromisoformat(last)) if whose == person_id else None


def in_words(first: date, last: date) -> str:
    """The days as people say them; a single day stands alone."""
    if first == last:
        return format_date(first, "long")
    return _("%(first)s to %(last)s", first=format_date(first, "long"), last=format_date(last, "long"))


def _today() -> date:
    return now().astimezone(flask_babel.get_timezone()).date()

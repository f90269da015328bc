"""What counted for somebody, as a coach reads it, who says with a reason what does not count."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from plugins.gamification import by_hand, choices, counted, voiding
from plugins.gamification.forms import GiveForm, VoidForm
from portal.accounts import looks
from portal.accounts.login import Viewer, current_viewer
from portal.accounts.models import Person
from portal.core.clock import now
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import paging, reading, require, row_id, transaction

bp = Blueprint("contributions", __name__, template_folder="../templates")

PERMISSION = "gamification.void"
GIVE = "gamification.give"
LAST_PAGE = 10_000


@bp.get("/recognition/people/<int:person_id>")
@require(PERMISSION)
def of_person(person_id: int) -> ResponseReturnValue:
    """What counted for somebody; that a coach looked is written down, and read by that person."""
    if person_id == current_viewer().rights.person_id:
        return redirect(url_for("recognition.index"))
    _person(reading(), row_id(str(person_id)))
    if request.method == "GET":
        with transaction() as session:
            looker = current_viewer().rights.person_id or 0
            looks.note(session, person_id=person_id, looker_id=looker, what="contributions.of_person", now=now())
    return _page(person_id)


@bp.post("/recognition/people/<int:person_id>/void/<int:event_id>")
@require(PERMISSION)
def void(person_id: int, event_id: int) -> ResponseReturnValue:
    """Say that something does not count."""
    form, by = VoidForm(prefix=f"{event_id}-"), current_viewer().rights.person_id or 0
    _person(reading(), row_id(str(person_id)))
    try:
        with transaction() as session:
            voiding.void(session, row_id(str(event_id)), by=by, reason=form.reason.data or "", now=now())
    except Refused as fault:
        form.refuse(fault)
        return _page(person_id, {event_id: form}), 422
    flash(_("It does not count any more. They read your reason, and may ask another coach to look again."))
    return redirect(url_for(".of_person", person_id=person_id), 303)


@bp.post("/recognition/people/<int:person_id>/badges")
@require(GIVE)
def give(person_id: int) -> ResponseReturnValue:
    """Give somebody a badge by hand."""
    form, by = GiveForm(prefix="give-"), current_viewer().rights.person_id or 0
    _person(reading(), row_id(str(person_id)))
    try:
        with transaction() as session:
            by_hand.give(session, person_id, form.badge.data or "", by=by, reason=form.reason.data or "", now=now())
    except Refused as fault:
        form.refuse(fault)
        return _page(person_id, giving=form), 422
    flash(_("Given. They hear of it, and read what you wrote."))
    return redirect(url_for(".of_person", person_id=person_id), 303)


def _page(person_id: int, typed: dict[int, VoidForm] | None = None, giving: GiveForm | None = None) -> str:
    session, typed = reading(), typed or {}
    wanted = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    person = _person(session, person_id)
    lines, total = counted.page_of(session, person_id, current_viewer().rights, page=wanted, now=now())
    forms = {
        each.id: typed.get(each.id) or VoidForm(formdata=None, prefix=f"{each.id}-")
        for each in lines
        if each.can_void or each.id in typed
    }
    return render_template(
        "gamification/contributions.html",
        person=person,
        lines=lines,
        total=total,
        outcomes=voiding.OUTCOME_TITLE,
        forms=forms,
        giving=_giving(session, giving),
        paging=paging(wanted, counted.pages_of(total), ".of_person", person_id=person_id),
    )


def _giving(session: Session, giving: GiveForm | None) -> GiveForm | None:
    """The form to give a badge, where there is one to give."""
    badges = by_hand.offered(session) if current_viewer().rights.may(GIVE) else []
    if not badges:
        return None
    form = giving or GiveForm(formdata=None, prefix="give-")
    form.badge.choices = [("", _("Choose")), *((badge.id, badge.name_in(language())) for badge in badges)]
    return form


def _person(session: Session, person_id: int) -> Person:
    """Somebody who takes part: of those who left recognition nothing counts, and nothing is shown."""
    person = session.get(Person, person_id)
    if person is None or not person.name or not choices.of(session, person_id).is_on:
        raise NotFound(_("There is nothing to look at here."), hint=_("Choose somebody else."))
    return person


def person_side(person: Person, viewer: Viewer) -> Markup | None:
    """The way from somebody's page to what counted for them: for themselves, and for coaches where they take part."""
    is_own = viewer.person_id == person.id
    if not is_own and not (viewer.rights.may(PERMISSION) and person.name and choices.of(reading(), person.id).is_on):
        return None
    return Markup(render_template("gamification/_person_side.html", person=person, is_own=is_own))  # noqa: S704

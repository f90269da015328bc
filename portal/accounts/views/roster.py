"""Who of a team is on shift, week by week; its lead, its signers and administrators add shifts and calendar files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts import calendars, queries, rostering
from portal.accounts import roster as rosters
from portal.accounts.forms import RosterFileForm, ShiftForm
from portal.accounts.models import Shift
from portal.accounts.rostering import Imported
from portal.accounts.views.blueprint import bp
from portal.core.clock import now
from portal.core.errors import Forbidden, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.core.web import check, reading, row_id, transaction, viewer
from portal.organisation import queries as organisation
from portal.organisation.contact import hours_in_words
from portal.organisation.models import Party

SHOWN_PROBLEMS = 50
_WEEK = timedelta(days=7)


@bp.get("/parties/<party_id>/roster")
def roster(party_id: str) -> ResponseReturnValue:
    """One week, the one in which ``day`` lies; forms for those who keep the roster."""
    if not _may_keep(reading(), party_id):
        check("roster.read")
    return _page(party_id)


@bp.post("/parties/<party_id>/roster")
def put_shift(party_id: str) -> ResponseReturnValue:
    """Add one shift by hand."""
    _let_in(party_id)
    form = _shift_form(reading(), party_id)
    if form.validate():
        try:
            with transaction() as db:
                team = rosters.party(db, party_id)
                person = queries.person(db, form.person_id.data)
                starts_at, ends_at = _moments(form, team)
                note, by = (form.note.data or "").strip(), viewer().person_id
                rosters.put_shift(db, person, team, starts_at, ends_at, by=by, now=now(), note=note)
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("Saved."))
            return redirect(url_for(".roster", party_id=party_id, day=form.starts_on.data), 303)
    return _page(party_id, form), 422


@bp.post("/parties/<party_id>/roster/remove")
def remove_shift(party_id: str) -> ResponseReturnValue:
    """Take a shift out of the roster, whose ``id`` is given."""
    _let_in(party_id)
    with transaction() as db:
        old = rosters.shift(db, party_id, request.form.get("id", 0, row_id))
        day = old.starts_at.astimezone(ZoneInfo(rosters.party(db, party_id).site.time_zone)).date()
        rosters.remove_shift(db, old, by=viewer().person_id)
    flash(_("Removed."))
    return redirect(url_for(".roster", party_id=party_id, day=day), 303)


@bp.post("/parties/<party_id>/roster/file")
def try_roster_file(party_id: str) -> ResponseReturnValue:
    """Say what a calendar file would do, and do nothing."""
    _let_in(party_id)
    form, db = RosterFileForm(), reading()
    try:
        text = _sent()
        slim = calendars.slimmed(text)
        found = _bring(db, party_id, text, dry_run=True)
    except Refused as error:
        form.file.errors = [str(error)]
        return _page(party_id, file_form=form), 422
    return render_template(
        "accounts/roster_file.html",
        team=rosters.party(db, party_id),
        found=found,
        said=_said(found),
        problems=found.problems[:SHOWN_PROBLEMS],
        more=max(len(found.problems) - SHOWN_PROBLEMS, 0),
        text=slim,
    )


@bp.post("/parties/<party_id>/roster/import")
def import_roster_file(party_id: str) -> ResponseReturnValue:
    """Do what was shown: the text of the file comes with the form."""
    _let_in(party_id)
    try:
        with transaction() as db:
            found = _bring(db, party_id, request.form.get("calendar", ""), dry_run=False)
    except Refused as error:
        form = RosterFileForm(None)
        form.file.errors = [str(error)]
        return _page(party_id, file_form=form), 422
    flash(_("Done: %(what)s", what=_said(found)))
    return redirect(url_for(".roster", party_id=party_id), 303)


def _sent() -> str:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused(_("No file was chosen."), hint=_("Choose a calendar file first."), field="file")
    with sent.stream as stream:
        return calendars.decoded(stream.read(calendars.MOST_BYTES + 1))


def _may_keep(db: Session, party_id: str) -> bool:
    who = viewer()
    return who.is_authenticated and rosters.keeps(
        db, party_id, person_id=who.person_id, may_keep_all=who.may("roster.keep")
    )


def _let_in(party_id: str) -> None:
    check("")
    if not _may_keep(reading(), party_id):
        raise Forbidden(
            _("You may not change this roster."),
            hint=_("The lead of the team does, who signs for it, or an administrator."),
        )


def _bring(db: Session, party_id: str, text: str, *, dry_run: bool) -> Imported:
    team = rosters.party(db, party_id)
    return rostering.import_calendar(db, team, text, now(), by=viewer().person_id, dry_run=dry_run)


def _said(found: Imported) -> str:
    return ", ".join(
        (
            ngettext("%(num)s shift added", "%(num)s shifts added", found.came),
            ngettext("%(num)s changed", "%(num)s changed", found.changed),
            ngettext("%(num)s removed", "%(num)s removed", found.went),
        )
    )


def _shift_form(db: Session, party_id: str) -> ShiftForm:
    team = rosters.party(db, party_id)
    form = ShiftForm(data={"starts_on": _today(team)})
    form.person_id.choices = [(person.id, person.name) for person in rosters.members(db, party_id)]
    return form


def _moments(form: ShiftForm, team: Party) -> tuple[datetime, datetime]:
    """Both ends, from the clock of the site; an end that is not later is on the next day."""
    zone, day = ZoneInfo(team.site.time_zone), form.starts_on.data
    next_day = timedelta(days=form.ends_at.data <= form.starts_at.data)
    starts_at = datetime.combine(day, form.starts_at.data, tzinfo=zone)
    ends_at = datetime.combine(day + next_day, form.ends_at.data, tzinfo=zone)
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC)


def _page(party_id: str, form: ShiftForm | None = None, file_form: RosterFileForm | None = None) -> str:
    db = reading()
    team = rosters.party(db, party_id)
    calendar, today = organisation.party_calendar(db, team), _today(team)
    monday = _monday(today)
    days, left_out = rosters.week(db, team, monday)
    return render_template(
        "accounts/roster.html",
        team=team,
        days=days,
        left_out=left_out,
        today=today,
        has_roster=rosters.has_roster(db, party_id),
        hours=hours_in_words(calendar.hours),
        clock=lambda shift: _clock(shift, team),
        previous=monday - _WEEK if monday > today - calendars.KEPT else None,
        following=monday + _WEEK if monday + _WEEK <= today + calendars.FAR else None,
        may_keep=_may_keep(db, party_id),
        form=form or _shift_form(db, party_id),
        file_form=file_form or RosterFileForm(None),
    )


def _clock(shift: Shift, team: Party) -> str:
    zone = ZoneInfo(team.site.time_zone)
    start, end = shift.starts_at.astimezone(zone), shift.ends_at.astimezone(zone)
    return _("%(start)s to %(end)s", start=f"{start:%H:%M}", end=f"{end:%H:%M}")


def _monday(today: date) -> date:
    """The Monday of the week that the address asks for, and otherwise of this one."""
    asked = request.args.get("day", today, date.fromisoformat)
    day = min(max(asked, today - calendars.KEPT), today + calendars.FAR)
    return day - timedelta(days=day.weekday())


def _today(team: Party) -> date:
    return organisation.site_calendar(team.site).today(now())

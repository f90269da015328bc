"""Pages of the ground floor: health, the admin page, switches, jobs, mails and events."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core import jobs, mail
from portal.core.clock import now
from portal.core.events import EventRow, Job
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.core.switches import PluginSwitch
from portal.core.web import menu, portal, reading, require, row_id, transaction, viewer

bp = Blueprint("core", __name__, template_folder="templates")

PAGE = 50
LAST_PAGE = 10_000
WORKER_SILENT = timedelta(minutes=1)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers; asks nothing else."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Whether people can be served: database and index. A silent worker is told, and takes nothing away."""
    faults: dict[str, str] = {}
    worker = "unknown"
    try:
        figures = jobs.figures(reading(), portal().bus)
        seen = figures.worker_seen_at
        worker = "working" if seen and now() - seen < WORKER_SILENT else "silent"
        for name, look in portal().readiness.items():
            fault = look()
            if fault:
                faults[name] = fault
    except sa.exc.SQLAlchemyError:
        faults["database"] = "does not answer, or was never migrated"
    return jsonify(status="not ready" if faults else "ready", faults=faults, worker=worker), 503 if faults else 200


@bp.get("/admin")
@require("portal.admin")
def admin() -> ResponseReturnValue:
    """What an administrator can do, one entry a page."""
    return render_template("core/admin.html", entries=menu("admin"), figures=jobs.figures(reading(), portal().bus))


@bp.get("/admin/plugins")
@require("portal.admin")
def plugins() -> ResponseReturnValue:
    """Every plugin with its switch, and those that were left out with the reason."""
    house = portal().plugins
    changed = {row.name: row for row in reading().scalars(sa.select(PluginSwitch))}
    rows = [(member, house.switches.is_on(member.name), changed.get(member.name)) for member in house.switchable]
    return render_template("core/plugins.html", rows=rows, left_out=house.left_out)


@bp.post("/admin/plugins/<name>")
@require("portal.admin")
def switch_plugin(name: str) -> ResponseReturnValue:
    """Turn a plugin on or off."""
    turn_on = request.form.get("on") == "yes"
    house = portal().plugins
    with transaction() as session:
        house.switches.switch(session, name, on=turn_on, by=viewer().person_id, now=now())
    title = house.get(name).title
    flash(_("%(title)s is on.", title=title) if turn_on else _("%(title)s is off. Its data stays.", title=title))
    return redirect(url_for(".plugins"))


@bp.get("/admin/jobs")
@require("portal.admin")
def job_list() -> ResponseReturnValue:
    """Parked jobs with their error, then how the worker stands."""
    parked = sa.and_(Job.parked_at.is_not(None), Job.listener.in_(portal().bus.live_listeners()))
    query = sa.select(Job, EventRow).join(EventRow, EventRow.id == Job.event_id).where(parked)
    page = _page()
    rows = reading().execute(query.order_by(Job.id.desc()).offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return render_template(
        "core/jobs.html",
        rows=rows[:PAGE],
        page=page,
        more=len(rows) > PAGE,
        figures=jobs.figures(reading(), portal().bus),
    )


@bp.post("/admin/jobs/retry")
@require("portal.admin")
def retry_jobs() -> ResponseReturnValue:
    """Try parked jobs again: all, or the one whose ``id`` is given."""
    job_id = request.form.get("id", 0, row_id) if "id" in request.form else None
    with transaction() as session:
        count = jobs.retry_parked(session, now(), job_id=job_id)
    flash(ngettext("%(num)s job is tried again.", "%(num)s jobs are tried again.", count))
    return redirect(url_for(".job_list"))


@bp.get("/admin/mail")
@require("portal.admin")
def mail_list() -> ResponseReturnValue:
    """What the portal wrote to people; the text only while there is no server to send it."""
    page, has_server = _page(), bool(portal().config.text("mail_server"))
    rows = mail.newest(reading(), offset=(page - 1) * PAGE, limit=PAGE + 1, with_text=not has_server)
    return render_template("core/mail.html", rows=rows[:PAGE], page=page, more=len(rows) > PAGE, has_server=has_server)


@bp.post("/admin/mail/send-again")
@require("portal.admin")
def send_mail_again() -> ResponseReturnValue:
    """Send a mail that was refused, or kept while there was no server: the one whose ``id`` is given."""
    with transaction() as session:
        mail.send_again(session, request.form.get("id", 0, row_id))
    flash(_("The mail waits to be sent."))
    return redirect(url_for(".mail_list"))


@bp.get("/admin/events")
@require("portal.admin")
def event_list() -> ResponseReturnValue:
    """What happened, newest first: the audit trail."""
    page = _page()
    name = request.args.get("name", "")
    query = sa.select(EventRow).order_by(EventRow.id.desc())
    if name:
        query = query.where(EventRow.name == name)
    rows = reading().scalars(query.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return render_template(
        "core/events.html",
        rows=rows[:PAGE],
        page=page,
        more=len(rows) > PAGE,
        name=name,
        names=portal().bus.live_events(),
    )


def _page() -> int:
    return min(max(request.args.get("page", 1, int), 1), LAST_PAGE)

"""Pages for everybody: services, units, and how to reach people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.web import check, paging, portal, reading, viewer
from portal.organisation import queries
from portal.organisation.contact import hours_in_words
from portal.organisation.queries import PER_PAGE

bp = Blueprint("organisation", __name__, template_folder="templates")


def page_number() -> int:
    """The page that the address asks for, from 1."""
    return min(max(request.args.get("page", 1, int), 1), 10_000)


def paged(page: int, count: int, endpoint: str, **values: str) -> dict[str, Any]:
    """What a page of a list of *count* rows needs, besides its rows."""
    return paging(page, max(-(-count // PER_PAGE), 1), endpoint, **values)


def _readable() -> dict[str, int]:
    return queries.readable_counts(portal().plugins, getattr(viewer(), "rights", None))


@bp.get("/services")
def services() -> ResponseReturnValue:
    """The services about which this person can read something."""
    visible, page = queries.visible_services(reading(), _readable()), page_number()
    shown = visible[(page - 1) * PER_PAGE : page * PER_PAGE]
    return render_template("organisation/services.html", services=shown, **paged(page, len(visible), ".services"))


@bp.get("/services/<service_id>")
def service(service_id: str) -> ResponseReturnValue:
    """One service: what there is to read, and who looks after it. Without anything to read there is no page."""
    found = queries.service(reading(), service_id) if _readable().get(service_id, 0) > 0 else None
    if found is None:
        raise NotFound(
            _("There is no such service here."), hint=_("The list of services shows those that you can read about.")
        )
    calendar = queries.party_calendar(reading(), found.party)
    moment = now()
    return render_template(
        "organisation/service.html",
        service=found,
        hours_text=hours_in_words(calendar.hours),
        open_now=calendar.is_open(moment),
        ended=found.retires_on is not None and found.retires_on < calendar.today(moment),
    )


@bp.get("/units/<unit_id>")
def unit(unit_id: str) -> ResponseReturnValue:
    """One unit: where it stands, and what belongs to it. For people who are signed in."""
    check("")
    chain = queries.unit_chain(reading(), unit_id)
    found = queries.unit(reading(), unit_id)
    if found is None:
        raise NotFound(_("There is no such unit."), hint=_("It may have another name now. The search may know it."))
    page = page_number()
    below, count = queries.units_below(reading(), unit_id, page=page)
    return render_template(
        "organisation/unit.html",
        unit=found,
        above=chain[:-1],
        below=below,
        **paged(page, count, ".unit", unit_id=unit_id),
    )


@bp.get("/contact")
def contact() -> ResponseReturnValue:
    """How to reach people: phone, hours, places. Everybody may read it, above all who is locked out."""
    page = page_number()
    places, count = queries.sites(reading(), page=page)
    return render_template("organisation/contact.html", places=places, **paged(page, count, ".contact"))

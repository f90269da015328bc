"""The admin pages of the organisation: lists, and one form for each kind of record.

Nothing that was typed is lost: a form that does not fit comes back as it was
sent, with sentences beside the fields, and when somebody else was faster, what
they saved stands beside what was typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, transaction, viewer
from portal.organisation import queries, rules, service
from portal.organisation.contact import DeskCache
from portal.organisation.forms import FORMS, PARTY_KIND_WORDS, RecordForm
from portal.organisation.models import Listed
from portal.organisation.queries import PER_PAGE
from portal.organisation.rules import FIELDS, Unfit
from portal.organisation.views import page_number, paged

bp = Blueprint("organisation_admin", __name__, url_prefix="/admin/organisation", template_folder="templates")

LISTED = "any(site, unit, party, service)"
PERMISSION = "organisation.edit"


@dataclass(frozen=True)
class Row:
    """One line of a list: the record, what stands beside its name, its depth in a tree, and short remarks."""

    record: Listed
    cells: Sequence[str]
    depth: int = 0
    remarks: Sequence[str] = field(default_factory=list)


@bp.get("")
@require(PERMISSION)
def overview() -> ResponseReturnValue:
    """What there is to look after."""
    return render_template("organisation/admin.html", about=queries.organisation(reading()))


@bp.get(f"/<{LISTED}:kind>")
@require(PERMISSION)
def records(kind: str) -> ResponseReturnValue:
    """All records of one kind, one page of them."""
    page = page_number()
    rows, count = _rows(reading(), kind, page)
    return render_template(
        "organisation/admin_list.html", kind=kind, rows=rows, **paged(page, count, ".records", kind=kind)
    )


@bp.route("/about", methods=["GET", "POST"])
@require(PERMISSION)
def about() -> ResponseReturnValue:
    """Name, time zone, and how the service desk is reached."""
    return _edit("organisation", service.ORGANISATION_KEY)


@bp.route(f"/<{LISTED}:kind>/<key>", methods=["GET", "POST"])
@require(PERMISSION)
def edit(kind: str, key: str) -> ResponseReturnValue:
    """Change one record."""
    return _edit(kind, key)


@bp.route(f"/add/<{LISTED}:kind>", methods=["GET", "POST"])
@require(PERMISSION)
def add(kind: str) -> ResponseReturnValue:
    """Add a record."""
    form = _form(kind, {name: _default(each.default) for name, each in FIELDS[kind].items()})
    if not form.is_submitted():
        return _page(kind, form, None)
    try:
        with transaction() as session:
            record = service.add(
                session, kind, form.values(), key=form.key.data or "", by=viewer().person_id, now=now()
            )
    except Unfit as unfit:
        form.show(unfit.faults)
        return _page(kind, form, None)
    return _done(kind, _("%(name)s is there now.", name=cast("Listed", record).name))


@bp.post(f"/<{LISTED}:kind>/<key>/move")
@require(PERMISSION)
def move(kind: str, key: str) -> ResponseReturnValue:
    """Move a record one place up or down in its list."""
    from_page = page_number()
    with transaction() as session:
        service.move(session, kind, key, up=request.form.get("to") == "up", by=viewer().person_id)
    return redirect(url_for(".records", kind=kind, page=from_page))


def _edit(kind: str, key: str) -> ResponseReturnValue:
    record = service.get(reading(), kind, key)
    form = _form(kind, service.values_of(record) | {"version": record.version}, without=key)
    if "key" in form:
        del form.key
    if not form.is_submitted():
        return _page(kind, form, record)
    try:
        with transaction() as session:
            service.change(
                session, kind, key, form.values(), version=form.seen_version, by=viewer().person_id, now=now()
            )
    except Unfit as unfit:
        form.show(unfit.faults)
    except service.Changed as changed:
        record = service.get(reading(), kind, key)
        form.version.data = record.version
        form.form_errors.append(str(changed))
        return _page(kind, form, record, meanwhile=_differences(form, service.values_of(record)))
    else:
        return _done(kind, _("Saved."))
    return _page(kind, form, record)


def _page(
    kind: str, form: RecordForm, record: Any, *, meanwhile: Sequence[tuple[str, str]] = ()
) -> ResponseReturnValue:
    needed = {name for name, each in FIELDS[kind].items() if each.is_needed}
    page = render_template(
        "organisation/admin_edit.html", kind=kind, form=form, record=record, needed=needed, meanwhile=meanwhile,
        time_zones=rules.time_zones(),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _done(kind: str, sentence: str) -> ResponseReturnValue:
    cast("DeskCache", current_app.extensions["organisation_desk"]).forget()
    flash(sentence)
    return redirect(url_for(".overview") if kind == "organisation" else url_for(".records", kind=kind))


def _default(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _form(kind: str, values: dict[str, Any], *, without: str = "") -> RecordForm:
    """The form of a kind, filled; a unit is not offered itself (*without*) or what is below it as its parent."""
    form = FORMS[kind](data=values)
    session, is_new = reading(), not without
    if kind == "unit":
        top = [("", str(_("Nothing: it stands on top")))]
        same = [("", str(_("The one of the unit it belongs to")))] if is_new else []
        form.choose({"parent": top + _tree(session, without), "site": same + _named(session, "site")})
    elif kind == "party":
        kinds = [(name, str(words)) for name, words in PARTY_KIND_WORDS.items()]
        first = [("", str(_("The first one")))] if is_new else []
        form.choose({"kind": _asked(is_new) + kinds, "site": first + _named(session, "site")})
    elif kind == "service":
        icons = [(name, name.replace("-", " ")) for name in rules.icon_names()]
        teams = _asked(is_new) + _named(session, "party")
        form.choose({"icon": icons, "party": teams, "units": _tree(session)})
    return form


def _asked(is_new: bool) -> list[tuple[str, str]]:
    """An empty choice, so that a new record gets what was chosen and not what happens to stand first."""
    return [("", str(_("Please choose")))] if is_new else []


def _named(session: Session, kind: str) -> list[tuple[str, str]]:
    return list(queries.names(session, kind).items())


def _tree(session: Session, without: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    hidden_below: int | None = None
    for branch in queries.unit_tree(session):
        if hidden_below is not None and branch.depth > hidden_below:
            continue
        hidden_below = branch.depth if without and branch.unit.id == without else None
        if hidden_below is None:
            found.append((branch.unit.id, "– " * branch.depth + branch.unit.name))
    return found


def _differences(form: RecordForm, stored: dict[str, Any]) -> list[tuple[str, str]]:
    """What others saved where it differs from what was typed: the field's label and the saved value, in words."""
    found = []
    for name, value in stored.items():
        choices = dict(getattr(form[name], "choices", None) or ())
        if _in_words(value, choices) != _in_words(form[name].data, choices):
            found.append((str(form[name].label.text), _in_words(value, choices) or _("empty")))
    return found


def _in_words(value: Any, choices: dict[str, str]) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(choices.get(each, each).removeprefix("– ") for each in sorted(value))
    return choices.get(value, "" if value is None else str(value))


def _rows(session: Session, kind: str, page: int) -> tuple[list[Row], int]:
    if kind == "site":
        places, count = queries.sites(session, page=page)
        return [Row(site, [site.time_zone, site.holidays]) for site in places], count
    if kind == "unit":
        tree = queries.unit_tree(session)
        shown = tree[(page - 1) * PER_PAGE : page * PER_PAGE]
        return [Row(each.unit, [each.unit.site.name], depth=each.depth) for each in shown], len(tree)
    if kind == "party":
        teams, count = queries.parties(session, page=page)
        return [Row(team, [str(PARTY_KIND_WORDS[team.kind]), team.site.name]) for team in teams], count
    found, count = queries.all_services(session, page=page)
    return [Row(each, [each.party.name], remarks=[] if each.is_used else [_("not used here")]) for each in found], count

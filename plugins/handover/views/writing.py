"""Writing a pack: one page with every question, and a check list that follows; who signs; what has to be there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugins.handover import moving, people, plan, preparing, reading_pack, signing, writing
from plugins.handover.forms import ContactForm, ItemForm, Part, ToolForm
from plugins.handover.models import Pack
from plugins.handover.sections import MOST_ROWS, SECTIONS
from plugins.handover.views.changing import check_owner, zone
from portal.accounts import queries as accounts
from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, row_id, transaction
from portal.organisation import queries

bp = Blueprint("handover_writing", __name__, template_folder="../templates")

WRITE = "handover.write"
BLANK_ROWS = 2
MOST_PEOPLE = 200
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@bp.get("/handover/<int:pack_id>/write")
@require(WRITE)
def write(pack_id: int) -> str:
    """Every question of the size, with what is written so far."""
    pack = reading_pack.pack(reading(), pack_id)
    check_owner(pack)
    return _page(pack)


@bp.post("/handover/<int:pack_id>/write")
@require(WRITE)
def save(pack_id: int) -> ResponseReturnValue:
    """Save all sections that were sent; one that somebody else changed meanwhile comes back beside theirs."""
    typed, faults = _typed(), dict[str, Refused]()
    with transaction() as session:
        pack = reading_pack.pack(session, pack_id)
        check_owner(pack)
        for key, said in typed.items():
            try:
                writing.save_section(session, pack, key, said["text"], said["rows"], seen=said["seen"],
                                     by=current_viewer().person_id, now=now(), is_wording=said["wording"])  # fmt: skip
            except Refused as fault:
                faults[key] = fault
        moving.follow(session, pack, now=now())
    if faults:
        return _page(reading_pack.pack(reading(), pack_id), typed, faults), 422
    if request.form.get("then") == "hand_in":
        return redirect(url_for("handover_packs.show", pack_id=pack_id, _anchor="move"), 303)
    flash(_("Saved."))
    return redirect(url_for(".write", pack_id=pack_id), 303)


@bp.post("/handover/<int:pack_id>/write/check")
@require(WRITE)
def check(pack_id: int) -> str:
    """The check list for what is typed now; nothing is saved."""
    session = reading()
    pack = reading_pack.pack(session, pack_id)
    check_owner(pack)
    return render_template("handover/_checklist.html", points=_points(session, pack, _typed()), pack=pack)


@bp.get("/handover/<int:pack_id>/who")
@require(WRITE)
def who(pack_id: int) -> str:
    """Who signs."""
    return _who_page(pack_id)


@bp.post("/handover/<int:pack_id>/who")
@require(WRITE)
def choose(pack_id: int) -> ResponseReturnValue:
    """Choose who signs."""
    chosen = request.form.getlist("party")
    try:
        pairs = [(party_id, _address(request.form.get(f"mail-{party_id}", ""))) for party_id in chosen]
        with transaction() as session:
            pack = reading_pack.pack(session, pack_id)
            check_owner(pack)
            signing.set_parties(session, pack, pairs, now=now())
            moving.follow(session, pack, now=now())
    except Refused as fault:
        return _who_page(pack_id, fault), 422
    flash(_("Saved."))
    return redirect(url_for(".who", pack_id=pack_id), 303)


@bp.get("/handover/<int:pack_id>/items")
@require(WRITE)
def ready(pack_id: int) -> str:
    """Items, tools and contacts."""
    return _ready_page(pack_id)


@bp.post("/handover/<int:pack_id>/items")
@require(WRITE)
def add_item(pack_id: int) -> ResponseReturnValue:
    """Add an item."""
    form = ItemForm(prefix="new-")
    return _prepare(
        pack_id, form, lambda session, pack: preparing.save_item(session, pack, None, _item(form), now=now())
    )


@bp.post("/handover/<int:pack_id>/items/<int:item_id>")
@require(WRITE)
def change_item(pack_id: int, item_id: int) -> ResponseReturnValue:
    """Change an item, or take it away."""
    form = ItemForm(prefix=f"{item_id}-")

    def run(session: Session, pack: Pack) -> None:
        if request.form.get("act") == "remove":
            preparing.remove_item(session, pack, item_id)
        else:
            preparing.save_item(session, pack, item_id, _item(form), now=now())

    return _prepare(pack_id, form, run)


@bp.post("/handover/<int:pack_id>/tools")
@require(WRITE)
def tool(pack_id: int) -> ResponseReturnValue:
    """Say whether a team has a tool, or take a tool out of the table."""
    form = ToolForm(prefix="tool-")

    def run(session: Session, pack: Pack) -> None:
        party_id, name = form.party_id.data or "", form.name.data or ""
        if request.form.get("act") == "remove":
            preparing.remove_tool(session, pack, party_id, name)
            return
        preparing.set_tool(session, pack, party_id, name, has_it=bool(form.has_it.data),
                           why_not=form.why_not.data or "")  # fmt: skip

    return _prepare(pack_id, form, run)


@bp.post("/handover/<int:pack_id>/contacts")
@require(WRITE)
def contact(pack_id: int) -> ResponseReturnValue:
    """Name whom the front line calls."""
    form = ContactForm(prefix="contact-")
    starts_at, ends_at = form.starts_at.moment(zone()), form.ends_at.moment(zone())
    return _prepare(
        pack_id,
        form,
        lambda session, pack: preparing.add_contact(
            session,
            pack,
            name=form.name.data or "",
            reached=form.reached.data or "",
            starts_at=starts_at,
            ends_at=ends_at,
        ),
    )


@bp.post("/handover/<int:pack_id>/contacts/<int:contact_id>/remove")
@require(WRITE)
def remove_contact(pack_id: int, contact_id: int) -> ResponseReturnValue:
    """Take a contact away."""
    form = ContactForm(None, prefix="contact-")
    return _prepare(pack_id, form, lambda session, pack: preparing.remove_contact(session, pack, contact_id))


def _prepare(pack_id: int, form: Part, run: Callable[[Session, Pack], object]) -> ResponseReturnValue:
    try:
        with transaction() as session:
            pack = reading_pack.pack(session, pack_id)
            check_owner(pack)
            run(session, pack)
            moving.follow(session, pack, now=now())
    except Refused as fault:
        form.refuse(fault)
        return _ready_page(pack_id, form), 422
    return redirect(url_for(".ready", pack_id=pack_id), 303)


def _item(form: ItemForm) -> preparing.ItemTold:
    owner = str(form.owner_id.data or "")
    return preparing.ItemTold(
        kind=form.kind.data or "",
        title=form.title.data or "",
        owner_id=row_id(owner) if owner.isdecimal() else None,
        due_on=form.due_on.data,
        state=form.state.data or "",
        reason=form.reason.data or "",
        link=form.link.data or "",
        article_ref=form.article_ref.data or "",
    )


def _typed() -> dict[str, dict[str, Any]]:
    """What was sent, by section: its text, its rows, the mark that was seen, and whether it is wording only."""
    found = {}
    for key, kind in SECTIONS.items():
        if f"{key}-seen" not in request.form:
            continue
        rows = [
            {column.key: request.form.get(f"{key}-{number}-{column.key}", "") for column in kind.columns}
            for number in range(MOST_ROWS + BLANK_ROWS)
            if any(request.form.get(f"{key}-{number}-{column.key}") for column in kind.columns)
        ]
        found[key] = {
            "text": request.form.get(f"{key}-text", ""),
            "rows": rows,
            "seen": request.form.get(f"{key}-seen", ""),
            "wording": bool(request.form.get(f"{key}-wording")),
        }
    return found


def _points(session: Session, pack: Pack, typed: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, bool]]:
    """The check list: each section that the size asks for, with its key, its question and whether it says enough."""
    held = writing.sections_of(session, pack.id)
    points = []
    for key in plan.plan().sizes[pack.size].sections:
        kind, said = SECTIONS[key], held.get(key)
        text, rows = (said.text, said.rows) if said is not None else ("", [])
        if key in typed:
            text, rows = typed[key]["text"], typed[key]["rows"]
        points.append((key, str(kind.question), kind.is_filled(text, rows)))
    return points


def _page(
    pack: Pack, typed: Mapping[str, Mapping[str, Any]] | None = None, faults: Mapping[str, Refused] | None = None
) -> str:
    session, typed, faults = reading(), typed or {}, faults or {}
    return render_template(
        "handover/write.html",
        pack=pack,
        sections=reading_pack.sections(session, pack),
        typed={key: said for key, said in typed.items() if key in faults},
        faults=faults,
        conflicts={key: fault for key, fault in faults.items() if isinstance(fault, writing.Conflict)},
        blank_rows=BLANK_ROWS,
        most_rows=MOST_ROWS,
        points=_points(session, pack, typed),
        asks_wording=pack.state not in writing.FREELY,
        mark=writing.mark,
    )


def _who_page(pack_id: int, fault: Refused | None = None) -> str:
    session = reading()
    pack = reading_pack.pack(session, pack_id)
    check_owner(pack)
    chosen = {party.id: asked.sign_by_mail for party, asked in people.parties_of(session, pack.id)}
    if fault is not None:
        chosen = {each: request.form.get(f"mail-{each}", "") for each in request.form.getlist("party")}
    parties, _more = queries.parties(session)
    signers = people.signers_of(session, [party.id for party in parties])
    return render_template("handover/who.html", pack=pack, parties=parties, chosen=chosen, signers=signers, fault=fault)


def _ready_page(pack_id: int, typed: Part | None = None) -> str:
    session = reading()
    pack = reading_pack.pack(session, pack_id)
    check_owner(pack)
    shown = reading_pack.show(session, pack)
    everybody = [("", "–"), *((str(row.person.id), row.person.name) for row in accounts.people(
        session, per_page=MOST_PEOPLE).rows)]  # fmt: skip
    forms = {}
    for held, _owner in shown.items:
        forms[held.id] = _of(typed, ItemForm, f"{held.id}-", obj=held)
        forms[held.id].owner_id.choices = everybody
    adding = _of(typed, ItemForm, "new-")
    adding.owner_id.choices = everybody
    tools = _of(typed, ToolForm, "tool-")
    tools.party_id.choices = [(each.party.id, each.party.name) for each in shown.parties]
    return render_template(
        "handover/items.html",
        pack=pack,
        shown=shown,
        forms=forms,
        adding=adding,
        tools=tools,
        contacting=_of(typed, ContactForm, "contact-"),
        zone=zone(),
    )


def _of(typed: Part | None, kind: type[Part], prefix: str, **values: Any) -> Any:
    """The form that was refused, where it is this one; else a fresh one."""
    if isinstance(typed, kind) and typed._prefix == prefix:  # noqa: SLF001 - WTForms has no other way
        return typed
    return kind(None, prefix=prefix, **values)


def _address(typed: str) -> str:
    address = typed.strip()
    if address and not _MAIL.fullmatch(address):
        raise Refused(
            _("“%(typed)s” is no mail address.", typed=address[:80]),
            hint=_("Leave it empty where the team signs in the portal."),
        )
    return address

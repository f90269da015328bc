"""One's own page of recognition: what counted, what does not and why, asking to look again, and one's choices."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.gamification import choices, counted, voiding
from plugins.gamification.forms import AgainForm, ChoicesForm
from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.web import paging, reading, require, transaction

bp = Blueprint("recognition", __name__, template_folder="../templates")

LAST_PAGE = 10_000
OUT = "out"


@bp.get("/recognition")
@require("")
def index() -> ResponseReturnValue:
    """What counted for oneself, and what one chose."""
    return _page()


@bp.post("/recognition/choices")
@require("")
def choose() -> ResponseReturnValue:
    """Keep what one chose; it holds from the next page on."""
    form, person_id = ChoicesForm(), current_viewer().rights.person_id or 0
    try:
        with transaction() as session:
            was_on = choices.of(session, person_id).is_on
            choices.choose(
                session, person_id, is_on=bool(form.is_on.data), shown_to=form.shown_to.data or "", now=now()
            )
    except Refused as fault:
        form.refuse(fault)
        return _page(chosen=form), 422
    is_back = form.is_on.data and not was_on
    flash(_("Saved. Your badges are back in a minute.") if is_back else _("Saved. It holds from now on."))
    return redirect(url_for(".index"), 303)


@bp.post("/recognition/again/<int:retraction_id>")
@require("")
def again(retraction_id: int) -> ResponseReturnValue:
    """Ask a second coach to look again."""
    form, person_id = AgainForm(prefix=f"{retraction_id}-"), current_viewer().rights.person_id or 0
    try:
        with transaction() as session:
            voiding.ask_again(session, person_id, retraction_id, words=form.words.data or "", now=now())
    except Refused as fault:
        form.refuse(fault)
        return _page(asking={retraction_id: form}), 422
    flash(_("A second coach looks at it. You hear what came of it."))
    return redirect(url_for(".index", only=OUT), 303)


def _page(*, chosen: ChoicesForm | None = None, asking: dict[int, AgainForm] | None = None) -> str:
    session, rights = reading(), current_viewer().rights
    person_id, at = rights.person_id or 0, now()
    wanted = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    only_out = request.args.get("only") == OUT or bool(asking)
    lines, total = counted.page_of(session, person_id, rights, only_out=only_out, page=wanted, now=at)
    choice = choices.of(session, person_id)
    form = chosen or ChoicesForm(formdata=None, is_on=choice.is_on, shown_to=choice.shown_to)
    return render_template(
        "gamification/recognition.html",
        lines=lines,
        total=total,
        outcomes=voiding.OUTCOME_TITLE,
        only_out=only_out,
        is_on=choice.is_on,
        form=form,
        ask_forms=_ask_forms(lines, asking or {}),
        paging=paging(wanted, counted.pages_of(total), ".index", **({"only": OUT} if only_out else {})),
    )


def _ask_forms(lines: Sequence[counted.Line], asking: dict[int, AgainForm]) -> dict[int, AgainForm]:
    """A form for each line that one may ask about."""
    ids = [each.retraction_id for each in lines if each.can_ask or each.retraction_id in asking]
    return {each: asking.get(each) or AgainForm(formdata=None, prefix=f"{each}-") for each in ids}
